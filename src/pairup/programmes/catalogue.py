"""The programmes that come with pairup: what the demo asks of each, and how to build one in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pairup.errors import InputError
from pairup.programmes import partners, wenchuan, xizang
from pairup.programmes.facts import read_facts
from pairup.programmes.synthetic.rows import Tables, merged


@dataclass(frozen=True, slots=True)
class Journey:
    """The field visit of a demo: how many days, from which place, under which altitude rule (None: none)."""

    days: int
    base: str
    altitude_rule: str | None


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme of the catalogue. `on` is the day its demo plans as of, `round` the round that it plans."""

    name: str
    on: date
    round: str
    horizon: tuple[int, int]
    visit: Journey
    has_facts: bool = True


PROGRAMMES: dict[str, Programme] = {
    "xizang": Programme(
        "xizang",
        xizang.ON,
        f"national-{xizang.PLANNED}",
        xizang.HORIZON,
        Journey(9, xizang.VISIT_BASE, "visit_altitude.xizang"),
    ),
    "wenchuan": Programme(
        "wenchuan",
        wenchuan.ON,
        wenchuan.ROUND,
        wenchuan.HORIZON,
        Journey(6, wenchuan.VISIT_BASE, "visit_altitude.general"),
    ),
    "partners": Programme(
        "partners",
        partners.ON,
        partners.ROUND,
        partners.HORIZON,
        Journey(5, partners.VISIT_BASE, "visit_altitude.general"),
        has_facts=False,
    ),
}

_GENERATORS: dict[str, Callable[[Tables, int], Tables]] = {
    "xizang": xizang.generate,
    "wenchuan": wenchuan.generate,
    "partners": partners.generate,
}


def build(programme: str, seed: int) -> Tables:
    """Give a programme's tables, facts first, then what the seed draws. Refuses a name not in `PROGRAMMES`."""
    if programme not in PROGRAMMES:
        raise InputError(
            f"There is no programme {programme!r} here.",
            hint=f"Programmes: {', '.join(sorted(PROGRAMMES))}.",
            code="record.no-programme",
            programme=programme,
        )
    facts: Tables = read_facts(programme) if PROGRAMMES[programme].has_facts else {}
    return merged(facts, _GENERATORS[programme](facts, seed))
