"""What an estimate makes of a claim: one grade by the ordered rule, never stronger than the weakest gate.

The rule and its reasons are in docs/explanation/evaluation.md. Its source is the ladder of the Maryland scientific
methods scale as What Works centres use it, with intervals in place of p-values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pairup.values.words import Words


class Grade(StrEnum):
    SUPPORTED = "supported"
    SUPPORTED_IN_DIRECTION = "supported_in_direction"
    NOT_SUPPORTED_IN_SIZE = "not_supported_in_size"
    NOT_SUPPORTED = "not_supported"
    CONTRADICTED = "contradicted"
    CANNOT_TELL = "cannot_tell"


class Strength(StrEnum):
    A = "A"  # randomised
    B = "B"  # by lot in its phasing, or a sharp threshold
    C = "C"  # a comparison over time with every gate passed
    D = "D"  # a single series with controls, or matching
    E = "E"  # before and after


@dataclass(frozen=True, slots=True)
class Gate:
    """One of G1 to G14. `passed` None: does not apply to this design."""

    number: str
    passed: bool | None
    words: Words
    figure: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"number": self.number, "passed": self.passed, "figure": self.figure, "words": self.words.say()}


@dataclass(frozen=True, slots=True)
class Grading:
    """A grade with all that has to be said beside it; `words` is the one sentence in which it may be quoted."""

    grade: Grade
    strength: Strength
    is_registered: bool
    words: Words
    gates: tuple[Gate, ...] = ()
    smallest_detectable: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "grade": self.grade.value, "strength": self.strength.value, "registered": self.is_registered,
            "gates": [gate.to_dict() for gate in self.gates], "smallest_detectable": self.smallest_detectable,
            "words": {"en": self.words.say("en"), "zh": self.words.say("zh_Hans")},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Band:
    """What the claim says, signed so that its direction is positive; and the smallest effect worth having."""

    low: float
    high: float
    smallest: float


def grade_of(
    interval: tuple[float, float] | None, band: Band, *, is_registered: bool, gates: Sequence[Gate] = ()
) -> tuple[Grade, str]:
    """Apply the ordered rule to an interval signed as the claim; give the grade and the name of the row that decided.

    The first row that holds wins, so the rows are exhaustive and exclude each other. An unregistered answer (G1 not
    passed) is retrospective: it keeps its estimate, and `supported` is lowered to `supported_in_direction`.
    """
    if any(gate.passed is False for gate in gates if gate.number != "G1"):
        return Grade.CANNOT_TELL, "gate-failed"
    if interval is None:
        return Grade.CANNOT_TELL, "no-interval"
    low, high = interval
    if high < 0:
        return Grade.CONTRADICTED, "opposite"
    if -band.smallest < low and high < band.smallest:
        return Grade.CONTRADICTED, "nothing"
    if low > 0 and high >= band.low:
        if low < band.smallest or high - low > 2 * band.high:
            return Grade.SUPPORTED_IN_DIRECTION, "direction-only"
        if not is_registered:
            return Grade.SUPPORTED_IN_DIRECTION, "retrospective"
        return Grade.SUPPORTED, "larger" if low > band.high else "within"
    if low > 0:
        return Grade.NOT_SUPPORTED_IN_SIZE, "smaller"
    if high < band.low:
        return Grade.NOT_SUPPORTED, "excluded"
    return Grade.CANNOT_TELL, "imprecise"
