"""From a document to one HTML page that needs nothing else: no script, no outside address, both languages inside.

The reader switches language with two radio buttons and a line of CSS; light and dark follow the reader's system.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import quote

from pairup.reports import palette
from pairup.reports.document import (
    Block,
    Bullets,
    Definition,
    Document,
    Figure,
    Inline,
    Link,
    Number,
    Paragraph,
    Place,
    Run,
    Section,
    Sentence,
    Table,
    Terms,
    Tone,
    Tongue,
    text_in,
)
from pairup.reports.facts import RowLink
from pairup.reports.pictures import to_svg
from pairup.reports.said import STAMP, said
from pairup.values.words import LANGUAGES, Words

TAGS = {"en": "en", "zh_Hans": "zh-Hans"}
_CLASS = {"en": "en", "zh_Hans": "zh"}


def own_place(link: Link) -> str:
    """Give the address of a link within the page, and none of any other: the rows of a fragment have no page."""
    return "#" + quote(link.anchor) if isinstance(link, Place) else ""


@dataclass(frozen=True, slots=True)
class Apart:
    """What stands on a page of one language: `link` gives addresses, empty for none.

    `picture` gives the HTML of a figure that is a file of its own; without it figures are drawn into the page.
    """

    language: str
    link: Callable[[Link], str] = own_place
    picture: Callable[[Figure], str] | None = None


#: how a page of one language is written; None: both languages in one page, as a report has them
_apart: ContextVar[Apart | None] = ContextVar("apart", default=None)
_OPEN, _CLOSE = "\ue000", "\ue001"  # around the key of a linked fact while a sentence is filled


def row_address(link: RowLink) -> str:
    """Give the address of rows, from the folder of the report."""
    anchor = "#" + quote(key_anchor(link.key)) if link.key else ""
    return f"rows/{quote(link.table)}.html{anchor}"


def key_anchor(key: Sequence[str]) -> str:
    """Give the id of a group of rows."""
    return "k-" + "/".join(part.replace(" ", "_") for part in key)


def address(link: Link) -> str:
    if isinstance(link, RowLink):
        return row_address(link)
    return f"#def-{link.code}" if isinstance(link, Definition) else "#" + quote(link.anchor)


def _address(link: Link) -> str:
    apart = _apart.get()
    return address(link) if apart is None else apart.link(link)


# --- text ---------------------------------------------------------------------------------------------------


def _text(text: Inline, language: str) -> str:
    """Give a piece of text as HTML, with its numbers as links."""
    if isinstance(text, Number):
        shown = html.escape(text.say(language))
        to = "" if text.link is None else _address(text.link)
        return f'<a class="n" href="{html.escape(to)}">{shown}</a>' if to else shown
    if isinstance(text, Sentence):
        marks = {key: f"{_OPEN}{key}{_CLOSE}" for key in text.facts}
        filled = html.escape(text.fill(language, marks))
        for key, fact in text.facts.items():
            filled = filled.replace(marks[key], _text(fact, language))
        return filled
    if isinstance(text, Tongue):
        return f'<span lang="{html.escape(text.tag)}">{html.escape(text.text)}</span>'
    if isinstance(text, Run):
        return html.escape(text.joint_in(language)).join(_text(part, language) for part in text.parts)
    return html.escape(text_in(text, language))


def inline(text: Inline) -> str:
    """Give text in both languages, once where they are the same; of a fragment, in its own."""
    if (apart := _apart.get()) is not None:
        return _text(text, apart.language)
    en, zh = (_text(text, language) for language in LANGUAGES)
    if en == zh:
        return en
    return f'<span class="en" lang="en">{en}</span><span class="zh" lang="zh-Hans">{zh}</span>'


# --- blocks -------------------------------------------------------------------------------------------------


def _block(block: Block, depth: int, count: list[int]) -> str:
    if isinstance(block, Paragraph):
        tone = "" if block.tone is Tone.PLAIN else f' class="{block.tone.value}"'
        return f"<p{tone}>{inline(block.text)}</p>\n"
    if isinstance(block, Bullets):
        kind = ' class="lead"' if block.is_lead else ""
        return f"<ul{kind}>\n" + "".join(f"<li>{inline(item)}</li>\n" for item in block.items) + "</ul>\n"
    if isinstance(block, Table):
        return _table(block, count)
    if isinstance(block, Figure):
        return _figure(block)
    if isinstance(block, Terms):
        rows = (f'<dt id="def-{c}">{inline(t)}</dt><dd>{inline(m)}</dd>\n' for c, t, m in block.entries)
        return "<dl>\n" + "".join(rows) + "</dl>\n"
    inside = "".join(_block(part, depth + 1, count) for part in block.blocks)
    return f"<details><summary>{inline(block.summary)}</summary>\n{inside}</details>\n"


def _table(table: Table, count: list[int]) -> str:
    count[0] += 1
    number = count[0]
    kinds = ["num" if c.is_number else "wide" if c.is_wide else "short" if c.is_short else "" for c in table.columns]
    attributes = [f' class="{kind}"' if kind else "" for kind in kinds]
    heads = "".join(
        f'<th scope="col"{a}>{inline(c.title)}</th>' for c, a in zip(table.columns, attributes, strict=True)
    )
    rows = []
    for at, row in enumerate(table.rows):
        anchor = f' id="{html.escape(table.anchors[at])}"' if table.anchors else ""
        first, *others = row
        cells = "".join(
            f"<td{_told(a, cell)}>{inline(cell)}</td>" for cell, a in zip(others, attributes[1:], strict=True)
        )
        rows.append(f'<tr{anchor}><th scope="row"{attributes[0]}>{inline(first)}</th>{cells}</tr>\n')
    name = f' id="{html.escape(table.name)}"' if table.name else ""
    return (
        f'<div class="scroll"{name} role="region" tabindex="0" aria-labelledby="t{number}"><table>'
        f'<caption id="t{number}">{inline(table.caption)}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table></div>\n"
    )


def _told(attribute: str, cell: Inline) -> str:
    """Let a sentence in a column of numbers break into lines."""
    is_long = isinstance(cell, Words) and len(cell.say("en")) > 24
    return ' class="num told"' if is_long and attribute == ' class="num"' else attribute


def _figure(figure: Figure) -> str:
    apart = _apart.get()
    drawn = (
        apart.picture(figure)
        if apart and apart.picture
        else "".join(
            f'<div class="{_CLASS[language]} scroll" lang="{TAGS[language]}" role="group" tabindex="0" '
            f'aria-labelledby="cap-{figure.name}">'
            + to_svg(
                figure.specs[language], name=f"{figure.name}-{_CLASS[language]}", alt=text_in(figure.alt, language)
            )
            + "</div>\n"
            for language in (LANGUAGES if apart is None else (apart.language,))
        )
    )
    stamp = f' <strong class="stamp">{STAMP}</strong>' if figure.is_synthetic else ""
    note = f'<p class="note">{inline(figure.note)}</p>' if figure.note is not None else ""
    caption = f'<figcaption id="cap-{figure.name}">{inline(figure.title)}{stamp}</figcaption>'
    return f'<figure id="fig-{figure.name}">{caption}\n{drawn}{note}</figure>\n'


def _section(section: Section, count: list[int]) -> str:
    inside = "".join(_block(block, 0, count) for block in section.blocks)
    heading = f'<h2 id="h-{section.anchor}">{inline(section.title)}</h2>'
    return f'<section id="{section.anchor}" aria-labelledby="h-{section.anchor}">\n{heading}\n{inside}</section>\n'


def fragment(blocks: Sequence[Block], language: str) -> str:
    """Write blocks in one language as a part of another page: no links to rows, which have no page there."""
    with written(Apart(language)):
        count = [0]
        return "".join(_block(block, 0, count) for block in blocks)


@contextmanager
def written(apart: Apart) -> Iterator[None]:
    """Write whatever is written meanwhile for a page of one language."""
    token = _apart.set(apart)
    try:
        yield
    finally:
        _apart.reset(token)


def contents(document: Document) -> str:
    """Write the opening and the sections of a document, without the page around them."""
    count = [0]
    opening = "".join(_block(block, 0, count) for block in document.opening)
    sections = "".join(_section(section, count) for section in document.sections)
    return f'<div class="opening">\n{opening}</div>\n{sections}'


# --- the page -----------------------------------------------------------------------------------------------


def style_sheet() -> str:
    """Give the one style sheet, with the dark colours of the figures."""
    swaps = "".join(
        f'figure svg [fill="{light}"]{{fill:{dark}}}figure svg [stroke="{light}"]{{stroke:{dark}}}'
        for light, dark in palette.DARK.items()
    )
    sheet = (files("pairup.reports") / "style.css").read_text(encoding="utf-8")
    return sheet + f"@media screen and (prefers-color-scheme:dark){{{swaps}}}\n"


def page(title: str, body: str) -> str:
    """Put a body into a page whose policy allows its own style sheet and nothing else."""
    sheet = style_sheet()
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(title)}</title>\n<style>{sheet}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def to_html(document: Document) -> str:
    """Write a document as one self-contained page."""
    entries = "".join(f'<li><a href="#{s.anchor}">{inline(s.title)}</a></li>\n' for s in document.sections)
    stamp = f'<p class="band">{inline(document.stamp)}</p>\n' if document.stamp is not None else ""
    footer = "".join(f"<p>{inline(line)}</p>\n" for line in document.footer)
    body = (
        '<input class="pick" type="radio" name="language" id="pick-en" checked><input class="pick" type="radio" '
        'name="language" id="pick-zh">\n'
        f'<a class="skip" href="#main">{inline(said("skip"))}</a>\n<div class="page">\n{stamp}<header>\n'
        '<p class="languages"><label for="pick-en" lang="en">English</label> '
        '<label for="pick-zh" lang="zh-Hans">中文</label></p>\n'
        f'<p class="audience">{inline(document.audience)}</p>\n<h1>{inline(document.title)}</h1>\n'
        f'<p class="subtitle">{inline(document.subtitle)}</p>\n</header>\n'
        f'<nav aria-labelledby="contents"><h2 id="contents">{inline(said("contents"))}</h2>\n'
        f'<ol>\n{entries}</ol></nav>\n<main id="main">\n{contents(document)}</main>\n'
        f"<footer>\n{footer}</footer>\n</div>\n"
    )
    title = " · ".join(dict.fromkeys(text_in(document.title, language) for language in LANGUAGES))
    return page(title, body)
