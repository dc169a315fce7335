"""From a figure's specification to a picture: SVG for a page, PNG for elsewhere.

SVG keeps its text, so the reader's browser finds the fonts. A PNG is drawn with the fonts of this machine, which may
have none for Chinese or Tibetan; then boxes would stand in for the text without a word of warning. So glyphs are
looked for first, and a picture that would show boxes says what is missing instead.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import vl_convert as vlc

from pairup.reports.figures import FONTS
from pairup.values.words import Words

# Two characters of each script that look unlike each other and unlike a box.
_SCRIPTS = {
    "reports.script-chinese": ("对援", re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")),
    "reports.script-tibetan": ("ཀཞ", re.compile("[\u0f00-\u0fff]")),
}
_NOISE = re.compile(
    r' (?:role|aria-[a-z]+|pointer-events|version|xmlns:xlink|font-family|stroke-miterlimit)="[^"]*"'
    r"| class=\"[^\"]*\"| opacity=\"1\""
)
_EMPTY = re.compile(r'<path class="(?:background|foreground)"[^>]*?(?: d=""|M0,0h0v0h0Z")[^>]*/>')
_HOLLOW = re.compile(r"<g(?: [^>]*)?></g>")
_LONG = re.compile(r"(\d+\.\d{2})\d+")


def to_svg(spec: Mapping[str, Any], *, name: str, alt: str) -> str:
    """Draw a specification as one SVG element with `alt` as its label. `name` keeps its ids apart on a page."""
    drawn = vlc.vegalite_to_svg(dict(spec))
    drawn = _NOISE.sub("", _EMPTY.sub("", drawn))
    while _HOLLOW.search(drawn):
        drawn = _HOLLOW.sub("", drawn)
    drawn = _LONG.sub(r"\1", drawn)
    for number, clip in enumerate(dict.fromkeys(re.findall(r'id="(clip\d+)"', drawn))):
        drawn = re.sub(rf"\b{clip}\b", f"{name}-c{number}", drawn)
    label = html.escape(alt, quote=True)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" font-family="{html.escape(FONTS)}" ', 1)


def to_png(spec: Mapping[str, Any], *, scale: float = 2.0) -> bytes:
    """Draw a specification as a PNG; where this machine lacks the glyphs, a picture that names what is missing."""
    missing = check_glyphs("".join(_texts(spec)))
    if not missing:
        return vlc.vegalite_to_png({**spec, "background": "#ffffff"}, scale=scale)
    lines = ["This picture cannot be drawn on this machine:", *(words.say("en") for words in missing)]
    text = "".join(
        f'<text x="24" y="{40 + 26 * k}" font-size="15" font-family="{html.escape(FONTS)}" fill="#1f2933">'
        f"{html.escape(line)}</text>"
        for k, line in enumerate(lines)
    )
    size = f'width="760" height="{60 + 26 * len(lines)}"'
    return vlc.svg_to_png(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="#ffffff"/>{text}</svg>', scale=scale
    )


def check_glyphs(text: str) -> list[Words]:
    """Say which scripts of a text no font of this machine can draw, and which fonts would help."""
    return [
        Words("reports.no-font", {"script": Words(script)})
        for script, (pair, shape) in _SCRIPTS.items()
        if shape.search(text) and not can_draw(pair)
    ]


@cache
def can_draw(pair: str) -> bool:
    """Whether two different characters come out as two different pictures; boxes all look the same."""
    one, other = (vlc.svg_to_png(_sample(char)) for char in pair)
    return one != other


def _sample(char: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
        f'<text x="4" y="30" font-size="24" font-family="{html.escape(FONTS)}">{char}</text></svg>'
    )


def _texts(value: Any) -> Iterator[str]:
    """Give every text inside a specification."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
