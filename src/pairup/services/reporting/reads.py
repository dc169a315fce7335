"""How often the personal data of many people was read at once: by which offices, and never of whom."""

from __future__ import annotations

from datetime import date

from pairup.record.acting import actor_of
from pairup.reports.facts import Both, BulkReadFacts
from pairup.services.bulk_reads import read_taken
from pairup.services.reporting.places import Atlas
from pairup.values.words import say


def read_bulk_reads(
    programme: str, atlas: Atlas, *, on: date, known_by: date | None = None
) -> tuple[BulkReadFacts, ...]:  # fmt: skip
    """By the office that asked and the one that agreed, in the order of their codes."""
    taken = read_taken(programme, on=on, known_by=known_by)
    return tuple(
        BulkReadFacts(_office(asked, atlas), _office(agreed, atlas), len(people), sum(people))
        for (asked, agreed), people in sorted(taken.items())
    )


def _office(actor: str, atlas: Atlas) -> Both:
    """An office by its role and the name of its side."""
    who = actor_of(actor)
    side = atlas.organisations.get(who.code) or atlas.places.get(who.code)
    name = side.name if side else Both(who.code)
    return Both(*(f"{say(who.called, tongue)} {name.say(tongue)}".strip() for tongue in ("en", "zh_Hans")))
