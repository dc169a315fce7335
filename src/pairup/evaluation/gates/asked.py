"""What every gate reads, and the three ways in which a gate is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pairup.evaluation.design import Design
from pairup.evaluation.estimate import DoubtCheck
from pairup.evaluation.families import Family, is_by_lot
from pairup.evaluation.gates.limits import Limits
from pairup.evaluation.grading import Gate
from pairup.evaluation.looks import Looks
from pairup.evaluation.panel import Panel
from pairup.values.figures import said
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Asked:
    """An estimate as the gates see it. `claimed`: the middle of the claim's band as the outcome counts."""

    panel: Panel
    design: Design
    looks: Looks
    checks: Mapping[str, DoubtCheck]
    limits: Limits
    is_registered: bool
    claimed: float | None

    @property
    def is_by_lot(self) -> bool:
        return is_by_lot(self.design)

    @property
    def leans_on_trends(self) -> bool:
        return self.looks.family in (Family.TRENDS, Family.WEIGHTED) and not self.is_by_lot


def told(number: str, passed: bool, figure: float | None = None, **facts: Any) -> Gate:
    """Tell a gate that was looked at; the words say what would pass."""
    facts = {name: said(value) if isinstance(value, float) else value for name, value in facts.items()}
    if figure is not None:
        facts |= {"figure": said(figure)}
    return Gate(number, passed, Words(f"verdict.{number.lower()}-{'passed' if passed else 'failed'}", facts), figure)


def not_asked(number: str, why: str) -> Gate:
    """Tell a gate that does not apply. `why`: by-lot, method, none-named, no-place."""
    return Gate(number, None, Words(f"verdict.not-asked-{why}"))


def not_looked_at(number: str, what: str) -> Gate:
    """Tell a gate that had to be looked at and was not: it is never passed."""
    return Gate(number, False, Words("verdict.not-looked-at", {"what": what}))


def by_check(asked: Asked, number: str, name: str) -> Gate:
    """Take a gate from a doubt that was looked at elsewhere; one that decides nothing for these data says why."""
    check = asked.checks.get(name)
    if check is None:
        return not_looked_at(number, name)
    return Gate(number, check.passed, check.words, check.figure)
