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
    """One of G1 to G14, or a doubt that stands as one. `passed` None: does not apply to this design."""

    number: str
    passed: bool | None
    words: Words
    figure: float | None = None

    @property
    def name(self) -> Words:
        """Say what is asked for in plain words, its number after them; a doubt without a number by its own words."""
        if self.number[1:].isdigit():
            return Words(f"verdict.gate-{self.number.lower()}")
        return Words(f"verdict.doubt-{self.number.replace(',', '').replace(' ', '-')}")

    @property
    def told(self) -> Words:
        """Say what is asked for, and what was found."""
        return Words("verdict.gate-told", {"gate": self.name, "words": self.words})

    def to_dict(self) -> dict[str, Any]:
        return {"number": self.number, "passed": self.passed, "figure": self.figure, "words": self.told.say()}


def listed(words: Sequence[Words]) -> Words | str:
    """Put words behind each other, as each language does; an empty text for none."""
    if len(words) < 2:
        return words[0] if words else ""
    return Words("verdict.and", {"first": words[0], "rest": listed(words[1:])})


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
