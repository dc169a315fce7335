"""The programmes that come with pairup: what the demo asks of each, and how to build one in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from pairup.errors import InputError
from pairup.programmes import partners, wenchuan, xizang
from pairup.programmes.facts import read_facts
from pairup.programmes.synthetic.rows import Tables, merged
from pairup.programmes.synthetic.trials import TRIALS, Trial


@dataclass(frozen=True, slots=True)
class Reference:
    """A programme of the catalogue. `on` is the day its demo plans as of, `round` the round that it plans.

    `visit` says the field visit that is asked for: `days`, `base` (a place), `nights` (see the page on planning
    files) and `altitude_rule` (a rule's name, None where none was published).
    """

    name: str
    on: date
    round: str
    horizon: tuple[int, int]
    visit: Mapping[str, int | str | None]
    has_facts: bool = True
    trials: tuple[Trial, ...] = ()  # claims about invented places that its demo evaluates


def _visit(days: int, base: str, altitude_rule: str | None) -> Mapping[str, int | str | None]:
    return MappingProxyType({"days": days, "base": base, "nights": "anywhere", "altitude_rule": altitude_rule})


PROGRAMMES: dict[str, Reference] = {
    "xizang": Reference(
        "xizang",
        xizang.ON,
        f"national-{xizang.PLANNED}",
        xizang.HORIZON,
        _visit(9, xizang.VISIT_BASE, "visit_altitude.xizang"),
        trials=TRIALS,
    ),
    "wenchuan": Reference(
        "wenchuan",
        wenchuan.ON,
        wenchuan.ROUND,
        wenchuan.HORIZON,
        _visit(5, wenchuan.VISIT_BASE, None),  # no guideline had been published by then
    ),
    "partners": Reference(
        "partners",
        partners.ON,
        partners.ROUND,
        partners.HORIZON,
        _visit(4, partners.VISIT_BASE, "visit_altitude.general"),
        has_facts=False,
        trials=(partners.TRIAL,),
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
