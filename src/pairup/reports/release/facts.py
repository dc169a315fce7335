"""What a release is made of. People stand in it as they are told, never as they were counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from pairup.reports.claim_sections import PEOPLE_UOMS
from pairup.reports.disclosure import LEAST, Earlier, Key, Told
from pairup.reports.facts import Both, ClaimFacts, ReportFacts, Text
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

    def told(self, name: str, key: Key = ()) -> int | None:
        """The published number of people of a cell, None where it is hidden; a cell that is not there is nobody."""
        table = next(table for table in self.people if table.name == name)
        return table.cells.get(key, 0)

    def voices_about(self, about: str) -> tuple[Voice, ...]:
        return tuple(voice for voice in self.voices if voice.about == about)


#: units of totals of the record that stand beside a claim: things, never people. Money is known by its currency
_OF_THINGS = frozenset({"projects", "pairings", "donors", "counties", "places", "needs"})
#: notes of a claim that say what the record's own rows add up to
_OF_RECORD = frozenset({
    "claims.record-agrees", "claims.record-beside", "claims.record-differs", "claims.record-incomplete",
    "claims.record-synthetic",
})  # fmt: skip
#: tables whose number of rows is told; of others it would count people, posts or journeys
_COUNTED = frozenset({
    "programme", "places", "organisations", "pairings", "rounds", "money", "works", "projects", "contracts", "assets",
    "revenue_bases", "commitments", "envelopes", "indicators", "observations", "claims", "evaluations", "documents",
    "sources", "agreed_results", "exchange_rates",
})  # fmt: skip


def for_everybody(facts: ReportFacts) -> ReportFacts:
    """Take out of a report's facts whatever tells of one post or person, of a journey, or counts people unprotected.

    A claim that counts 1 to 9 people is left out; of the others the record's own number of people, and notes with it.
    """
    claims = [one for one in facts.claims if not _is_small(one)]
    codes = {one.code for one in claims}
    return replace(
        facts,
        round=None,
        plans=(),
        pairings=tuple(replace(one, people=None, posts=None, rows=None, people_rows=None) for one in facts.pairings),
        rounds=tuple(replace(one, people=None, rows=None) for one in facts.rounds),
        handovers=(), followed=None, unmet=(), checks=None, itinerary=None, five_ways=(), burdens=(), waiting=(),
        signatures=(), claims=tuple(_claim(one, codes) for one in claims),
        totals=tuple(replace(one, rows=None) for one in facts.totals if not one.counts_people),
        origins=tuple(replace(one, link=None) for one in facts.origins if one.table in _COUNTED),
        checkpoint=None, tables=(),
    )  # fmt: skip


def _is_small(one: ClaimFacts) -> bool:
    return one.uom in PEOPLE_UOMS and one.figure is not None and 0 < abs(one.figure) < LEAST


def _claim(one: ClaimFacts, codes: set[str]) -> ClaimFacts:
    """A claim with the record's own total beside it where that counts things or money."""
    return replace(
        one, computed=one.computed if _counts_things(one.uom) else None, computed_rows=None, rows=None,
        conflicts=tuple(code for code in one.conflicts if code in codes),
        notes=tuple(note for note in one.notes if not _tells_people(note)),
    )  # fmt: skip


def _tells_people(note: Text) -> bool:
    return isinstance(note, Words) and note.code in _OF_RECORD and not _counts_things(str(note.facts.get("uom", "")))


def _counts_things(uom: str) -> bool:
    return uom in _OF_THINGS or (len(uom) == 3 and uom.isupper())
