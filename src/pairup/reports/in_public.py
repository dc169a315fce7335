"""What of claims and of counted tables everybody may read: one rule, for the report of everyone and for releases."""

from __future__ import annotations

from dataclasses import replace

from pairup.reports.disclosure import LEAST
from pairup.reports.facts import ClaimFacts, ReportFacts, Text
from pairup.values.words import Words

#: units of measure that count people or households
PEOPLE_UOMS = ("people", "person", "persons", "households", "household")
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


def in_public(facts: ReportFacts) -> ReportFacts:
    """Take out of claims whatever counts people unprotected, and of the listed tables those whose rows are people.

    A claim that counts 1 to 9 people is left out; of the others the record's own number of people, and notes with it.
    """
    claims = [one for one in facts.claims if not _is_small(one)]
    codes = {one.code for one in claims}
    return replace(
        facts, claims=tuple(_claim(one, codes) for one in claims),
        origins=tuple(replace(one, link=None) for one in facts.origins if one.table in _COUNTED),
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
