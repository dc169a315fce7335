"""A picture by itself in a file: SVG, an HTML page with its words, or PNG."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from pairup.reports import palette
from pairup.reports.pictures import to_png, to_svg
from pairup.reports.render import TAGS, page


def write_alone(spec: dict[str, Any], path: Path, *, name: str, title: str, alt: str, language: str = "en") -> None:
    """Write a picture; the ending of the file says how. `alt` says in words what it shows."""
    if path.suffix == ".png":
        path.write_bytes(to_png(spec))
        return
    is_alone = path.suffix == ".svg"  # a picture by itself has no page behind it
    drawn = to_svg({**spec, "background": palette.PAPER} if is_alone else spec, name=name, alt=alt)
    if is_alone:
        path.write_text(drawn, encoding="utf-8")
        return
    heading = html.escape(title)
    body = (
        f'<div class="page" lang="{TAGS[language]}">\n<main>\n<h1>{heading}</h1>\n<figure>{drawn}\n'
        f"<figcaption>{html.escape(alt)}</figcaption></figure>\n</main>\n</div>\n"
    )
    path.write_text(page(heading, body), encoding="utf-8")
