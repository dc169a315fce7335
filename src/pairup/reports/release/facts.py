"""What a release is made of. People stand in it as they are told, never as they were counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pairup.reports.disclosure import Earlier, Key, Told
from pairup.reports.facts import Both, ReportFacts, Text
from pairup.reports.in_public import in_public
from pairup.values.codes import ClaimClass, ProjectStatus
from pairup.values.days import RoughDay
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Voice:
    """What a side said about something (`about` is table/code), with the reply, if any. No person is named."""

    day: RoughDay
    who: Text
    what: Words
    text: Both
    about: str
    place: str = ""
    donor: str = ""
    reply: Both | None = None
    outcome: Words | None = None
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project along a top-level pairing."""

    code: str
    title: Both
    pairing: str
    place: str
    category: str
    status: ProjectStatus
    since: RoughDay | None = None  # in this state
    begun: int | None = None  # the year in which the record first knows of it
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One value of an indicator for a place. Of households and persons none is kept here."""

    indicator: str
    name: Both
    uom: str
    place: str
    period: RoughDay
    value: Decimal
    claim_class: ClaimClass
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """A result that the two sides of a pairing agreed on beforehand."""

    code: str
    pairing: str
    text: Both
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What contracts with firms came to in a year. None: too few firms, or one of them too large, to tell it."""

    year: int
    contracts: int
    amount: str | None
    currency: str


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """Everything a release holds. `report` is stripped: see `for_everybody`."""

    report: ReportFacts
    people: tuple[Told, ...] = ()
    projects: tuple[ProjectRow, ...] = ()
    results: tuple[Result, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    voices: tuple[Voice, ...] = ()
    contracts: tuple[Spent, ...] = ()
    claim_places: Mapping[str, str] = field(default_factory=dict)  # of a claim about one place: the place
    professions: Mapping[str, Words] = field(default_factory=dict)
    licence: str = ""
    earlier: tuple[Earlier, ...] = ()
    number: int = 1  # which release of its day this is

    @property
    def version(self) -> str:
        """What the release is called: its day, and from the second of a day on its number, as in 2026-11-28.2."""
        day = self.report.programme.day.isoformat()
        return f"{day}.{self.number}" if self.number > 1 else day

    def told(self, name: str, key: Key = ()) -> int | None:
        """The published number of people of a cell, None where it is hidden; a cell that is not there is nobody."""
        table = next(table for table in self.people if table.name == name)
        return table.cells.get(key, 0)

    def voices_about(self, about: str) -> tuple[Voice, ...]:
        return tuple(voice for voice in self.voices if voice.about == about)


def for_everybody(facts: ReportFacts) -> ReportFacts:
    """Take out of a report's facts whatever tells of one post or person, of a journey, or counts people unprotected.

    Claims and counted tables are those of `in_public`.
    """
    facts = in_public(facts)
    return replace(
        facts,
        round=None,
        plans=(),
        pairings=tuple(replace(one, people=None, posts=None, rows=None, people_rows=None) for one in facts.pairings),
        rounds=tuple(replace(one, people=None, rows=None) for one in facts.rounds),
        handovers=(), followed=None, unmet=(), checks=None, itinerary=None, five_ways=(), burdens=(), waiting=(),
        signatures=(), totals=tuple(replace(one, rows=None) for one in facts.totals if not one.counts_people),
        checkpoint=None, tables=(),
    )  # fmt: skip
