"""A report as values: sections of paragraphs, tables and figures, each in two languages, each number with its link.

HTML is made of it in `render.py`; a PDF can be made of the same value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pairup.reports.facts import Both, RowLink
from pairup.values.words import Words, say


@dataclass(frozen=True, slots=True)
class Definition:
    """A link to what a number means: an entry of the report's own `Terms`."""

    code: str


@dataclass(frozen=True, slots=True)
class Place:
    """A link to a section or figure of the same page."""

    anchor: str


Link = RowLink | Definition | Place


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is printed, and where it comes from."""

    text: str | Words | Both
    link: Link | None = None

    def say(self, language: str = "en") -> str:
        return self.text if isinstance(self.text, str) else self.text.say(language)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template of the catalogue whose facts may be numbers with links, or other text in two languages."""

    code: str
    facts: Mapping[str, Inline] = field(default_factory=dict)

    def say(self, language: str = "en") -> str:
        return self.fill(language, {key: text_in(fact, language) for key, fact in self.facts.items()})

    def fill(self, language: str, facts: Mapping[str, str]) -> str:
        return say(self.code, language, **facts)


@dataclass(frozen=True, slots=True)
class Run:
    """Several pieces of text, one after the other."""

    parts: tuple[Inline, ...]
    joint: str = " "  # between the parts, as English has it

    def say(self, language: str = "en") -> str:
        return self.joint_in(language).join(text_in(part, language) for part in self.parts)

    def joint_in(self, language: str) -> str:
        return _JOINTS_ZH.get(self.joint, self.joint) if language.startswith("zh") else self.joint


_JOINTS_ZH = {" ": "", "; ": "；", ": ": "：", ", ": "、"}  # full-width, as Chinese is set


@dataclass(frozen=True, slots=True)
class Tongue:
    """Text in a third language, the same on both sides of the page; `tag` names it as the web does, e.g. `bo`."""

    text: str
    tag: str

    def say(self, language: str = "en") -> str:
        return self.text


Inline = str | Words | Both | Number | Sentence | Run | Tongue


def text_in(text: Inline, language: str) -> str:
    """Say any piece of text in a language."""
    return text if isinstance(text, str) else text.say(language)


class Tone(StrEnum):
    PLAIN = "plain"
    LEAD = "lead"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Inline
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Inline, ...]
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    title: Inline
    is_number: bool = False
    is_wide: bool = False  # holds sentences
    is_short: bool = False  # is never broken over lines


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption; the first cell of a row names it. `anchors` gives rows an address, in the same order."""

    caption: Inline
    columns: tuple[Column, ...]
    rows: tuple[tuple[Inline, ...], ...]
    anchors: tuple[str, ...] = ()
    name: str = ""  # an address for the whole table


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as a Vega-Lite specification for each language. `alt` says what a reader sees in it."""

    name: str
    title: Inline
    alt: Inline
    specs: Mapping[str, Mapping[str, Any]]
    note: Inline | None = None
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What numbers mean: code, term, meaning."""

    entries: tuple[tuple[str, Inline, Inline], ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks behind a line that opens them. Printed open."""

    summary: Inline
    blocks: tuple[Block, ...]


Block = Paragraph | Bullets | Table | Figure | Terms | Fold


@dataclass(frozen=True, slots=True)
class Section:
    anchor: str
    title: Inline
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One page. `audience` says for whom it is; `stamp` stands on it where any row behind it is synthetic."""

    name: str
    title: Inline
    subtitle: Inline
    audience: Inline
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
    footer: tuple[Inline, ...] = ()
    stamp: Inline | None = None


def blocks_of(document: Document) -> Iterator[Block]:
    """Give every block of a document, in reading order, folded ones too."""
    waiting: list[Block] = [*document.opening, *(block for section in document.sections for block in section.blocks)]
    while waiting:
        block = waiting.pop(0)
        yield block
        if isinstance(block, Fold):
            waiting[:0] = block.blocks


def inlines_of(block: Block) -> Iterator[Inline]:
    """Give the pieces of text of one block; those inside folded blocks come with their own block."""
    if isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Table):
        yield block.caption
        yield from (column.title for column in block.columns)
        yield from (cell for row in block.rows for cell in row)
    elif isinstance(block, Figure):
        yield from (block.title, block.alt)
        if block.note is not None:
            yield block.note
    elif isinstance(block, Terms):
        yield from (text for _, term, meaning in block.entries for text in (term, meaning))
    else:
        yield block.summary


def numbers_in(text: Inline) -> Iterator[Number]:
    """Give the numbers inside a piece of text."""
    if isinstance(text, Number):
        yield text
    elif isinstance(text, Sentence):
        for fact in text.facts.values():
            yield from numbers_in(fact)
    elif isinstance(text, Run):
        for part in text.parts:
            yield from numbers_in(part)


def links_of(document: Document) -> Iterator[Link]:
    """Give every link that stands behind a number of the document."""
    for block in blocks_of(document):
        for text in inlines_of(block):
            yield from (number.link for number in numbers_in(text) if number.link is not None)
