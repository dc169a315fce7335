"""What every page of a release says and looks like: its frame, its words, and how people are written."""

from __future__ import annotations

from pairup.reports.document import Block, Definition, Document, Inline, Number, Section, Sentence
from pairup.reports.release.facts import ReleaseFacts
from pairup.reports.said import DASH, said
from pairup.reports.writing import count, day
from pairup.values.words import Words


def told(name: str, **facts: Inline) -> Sentence:
    """Say an entry of the site's own catalogue."""
    return Sentence(f"releases.{name}", facts)


def people(facts: ReleaseFacts, table: str, key: tuple[str, ...] = ()) -> Number:
    """Write how many people a cell tells, or that it is hidden; either links to why."""
    number = facts.told(table, key)
    return Number(Words("releases.hidden") if number is None else count(number), Definition("people"))


def page_of(
    facts: ReleaseFacts, name: str, title: Inline, opening: tuple[Block, ...], sections: tuple[Section, ...] = ()
) -> Document:
    """Make a page: the day, the stamp where anything is synthetic, and the foot are the same on each."""
    programme = facts.report.programme
    stamp = said("band-demo" if programme.is_demo else "band") if facts.report.is_synthetic else None
    foot: tuple[Inline, ...] = (
        told("foot-frozen", day=day(programme.day)), said("made-by", version=programme.code_version or DASH),
        said("no-boundaries"),
    )  # fmt: skip
    on = day(programme.day)
    subtitle = (
        told("as-released-again", day=on, number=count(facts.number))
        if facts.number > 1 else told("as-released", day=on)
    )  # fmt: skip
    return Document(name, title, subtitle, told("for-everybody"), opening, sections, foot, stamp)
