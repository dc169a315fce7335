"""A claim and an estimate in, one grade and one sentence out: the rule of docs/explanation/evaluation.md.

The interval that is graded is the smallest that holds every interval that must hold: the method's own, that of ranks
where there are few clusters, and that of the estimate from before the places were chosen where they were chosen on the
outcome. It is signed so that the claimed direction is positive and told in the claim's unit. A share is of the level
without the help: with m the mean of what was observed under help, an effect x is the share x / (m - x), which grows
with x, so the ends of the interval are turned one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from pairup.evaluation.cells import quantile
from pairup.evaluation.design import AssignedBy, ClaimedEffect, Design, Method
from pairup.evaluation.estimate import DoubtCheck
from pairup.evaluation.gates.agreement import has_gradient
from pairup.evaluation.gates.asked import Asked
from pairup.evaluation.gates.before import runs_against
from pairup.evaluation.gates.every import gates_of
from pairup.evaluation.gates.limits import Limits
from pairup.evaluation.grading import Band, Gate, Grade, Grading, Strength, grade_of, listed
from pairup.evaluation.looks import Looks, Pair
from pairup.evaluation.panel import Panel
from pairup.evaluation.registration import Registration
from pairup.values.days import RoughDay
from pairup.values.figures import per_cent, said
from pairup.values.words import Words

#: chance with which the smallest detectable effect is detected
POWER = 0.8
#: doubts that a gate reads, or looks at in its own way
_OF_GATES = (
    "pre-trends", "pre-trend-power", "placebo-in-time", "sensitivity", "spillover", "attrition", "few-clusters",
)  # fmt: skip
_INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the plan was fixed before the outcome was opened, and what was changed since."""

    registration: Registration | None
    deviations: tuple[Words, ...] = ()

    @property
    def is_registered(self) -> bool:
        return self.registration is not None and not self.deviations

    @property
    def words(self) -> Words:
        if self.registration is None:
            return Words("verdict.retrospective")
        day = RoughDay(self.registration.day)
        return Words("verdict.changed" if self.deviations else "verdict.registered", {"day": day})


def as_claimed(looks: Looks, claim: ClaimedEffect, effect: float) -> float | None:
    """Tell an effect in the claim's direction and unit; None where a share has no level to be of."""
    if not claim.is_share:
        return looks.sign * effect
    if looks.observed is None or not looks.observed > 0:
        return None
    without = looks.observed - effect
    return looks.sign * effect / without if without > 0 else looks.sign * _INFINITE


def graded_interval(looks: Looks, claim: ClaimedEffect) -> Pair | None:
    """Give the smallest interval that holds all that must hold, as the claim counts."""
    ends = [as_claimed(looks, claim, end) for pair in looks.intervals for end in pair]
    known = [end for end in ends if end is not None]
    return (min(known), max(known)) if known and len(known) == len(ends) else None


def graded(
    panel: Panel, design: Design, looks: Looks | None, checks: Sequence[DoubtCheck], limits: Limits, standing: Standing
) -> Grading | None:
    """Grade the design's claim. None without a claim; without an estimate the answer is that nobody can tell."""
    claim = design.claim
    if claim is None:
        return None
    letter = design_letter(design, panel)
    if looks is None:
        return _told(panel, design, None, "not-identified", Grade.CANNOT_TELL, letter, standing, ())
    by_name = {check.name: check for check in checks}
    interval = graded_interval(looks, claim)
    asked = Asked(
        panel,
        design,
        looks,
        by_name,
        limits,
        standing.is_registered,
        in_outcome(looks, claim, (claim.low + claim.high) / 2),
    )
    gates, doubts = gates_of(asked), _other_doubts(checks)
    grade, row = grade_of(
        interval, Band(claim.low, claim.high, design.plan.smallest_effect or 0.0),
        is_registered=standing.is_registered, gates=(*gates, *doubts),
    )  # fmt: skip
    if letter in (Strength.D, Strength.E) and grade is not Grade.CANNOT_TELL:
        grade, row = Grade.CANNOT_TELL, "before-after" if letter is Strength.E else "single-series"
    elif row == "no-interval" and looks.intervals:
        row = "no-level"
    moved = _moved(letter, interval, claim, asked)
    detectable = smallest_detectable(looks, claim, design.level)
    return _told(panel, design, interval, row, grade, moved, standing, gates, detectable, doubts)


def in_outcome(looks: Looks, claim: ClaimedEffect, size: float) -> float | None:
    """Turn a size in the claim's unit into one in the outcome's, both without sign."""
    if not claim.is_share:
        return size
    if looks.observed is None or looks.observed - looks.value <= 0:
        return None
    return size * (looks.observed - looks.value)


def smallest_detectable(looks: Looks, claim: ClaimedEffect, level: float) -> float | None:
    """Give the effect that an interval this wide leaves nothing with a chance of 80 %, as the claim counts."""
    if not looks.intervals:
        return None
    half = (max(high for _, high in looks.intervals) - min(low for low, _ in looks.intervals)) / 2
    size = half * (1 + NormalDist().inv_cdf(POWER) / quantile(level))
    if not claim.is_share:
        return size
    without = None if looks.observed is None else looks.observed - looks.value
    return size / without if without is not None and without > 0 else None


def design_letter(design: Design, panel: Panel) -> Strength:
    """Give the letter of the design alone, after the Maryland scale: what chance decided stands first."""
    assignment, method = design.plan.assignment, design.method
    if assignment is AssignedBy.RANDOMISED or (
        method is Method.RANDOMISED and assignment in (AssignedBy.NOT_RANDOM, AssignedBy.STEPPED_WEDGE)
    ):
        return Strength.A
    if assignment in (AssignedBy.LOTTERY, AssignedBy.STEPPED_WEDGE, AssignedBy.THRESHOLD):
        return Strength.B
    if method is Method.DISCONTINUITY:
        return Strength.B
    if method is Method.INTERRUPTED_SERIES:
        return Strength.D if not panel.is_treated.all() or design.covariates else Strength.E
    return Strength.C


def _moved(letter: Strength, interval: Pair | None, claim: ClaimedEffect, asked: Asked) -> Strength:
    """Move the letter by one step at most, for GRADE's reasons that no gate has counted already.

    Down for imprecision and for inconsistency between looks. Up, and once only, where the effect stands: for one more
    than twice the claim's least, for a dose-response that the plan foretold, for a bias known to run against the claim.
    D and E stay: no reason makes them causal.
    """
    if interval is None or letter in (Strength.D, Strength.E):
        return letter
    low, high = interval
    looks = asked.looks
    spread = None if looks.without is None else looks.without[1] - looks.without[0]
    is_imprecise = high - low > 2 * claim.high
    is_uneven = spread is not None and spread > abs(looks.value)
    order = list(Strength)
    if is_imprecise or is_uneven:
        return order[min(order.index(letter) + 1, order.index(Strength.D))]
    is_raised = low > 0 and (low > 2 * claim.low or has_gradient(asked) or runs_against(asked))
    return Strength.B if is_raised and letter is Strength.C else letter


def _other_doubts(checks: Sequence[DoubtCheck]) -> tuple[Gate, ...]:
    """Let a doubt that no gate reads count as one: no grade is stronger than the weakest necessary one."""
    return tuple(
        Gate(check.name, check.passed, check.words, check.figure)
        for check in checks
        if check.passed is False and check.is_essential and check.name not in _OF_GATES
    )


def _told(
    panel: Panel, design: Design, interval: Pair | None, row: str, grade: Grade, letter: Strength, standing: Standing,
    gates: tuple[Gate, ...], detectable: float | None = None, doubts: tuple[Gate, ...] = (),
) -> Grading:  # fmt: skip
    assert design.claim is not None
    failed = [gate.name for gate in (*gates, *doubts) if gate.passed is False and gate.number != "G1"]
    facts: dict[str, Any] = {
        "claim": claim_words(design.claim), "class": class_words(letter), "method": method_words(design.method),
        "units": len(panel.units), "periods": len(panel.periods), "chosen": chosen_words(design),
        "registered": standing.words, "interval": interval_words(interval, design),
        "gates": listed(failed),
    }  # fmt: skip
    opening = Words(f"verdict.row-{row}", facts)
    words = Words("verdict.sentence", {**facts, "opening": opening})
    return Grading(grade, letter, standing.is_registered, words, gates, detectable)


def claim_words(claim: ClaimedEffect) -> Words:
    facts: Mapping[str, Any] = {"low": size(claim.low, claim), "high": size(claim.high, claim)}
    way = "rises" if claim.rises else "falls"
    return Words(f"verdict.claim-{way}{'-by' if claim.low == claim.high else '-between'}", facts)


def class_words(letter: Strength) -> Words:
    return Words("verdict.class-measured" if letter is Strength.E else "verdict.class-evaluated")


def method_words(method: Method) -> Words:
    return Words(f"verdict.method-{method.value.replace('_', '-')}")


def chosen_words(design: Design) -> Words:
    """Say how places came to be helped: by whom or what."""
    if design.plan.assignment is AssignedBy.NOT_RANDOM and design.plan.chosen_on_outcome:
        return Words("verdict.chosen-on-outcome")
    return Words(f"verdict.chosen-{design.plan.assignment.value.replace('_', '-')}")


def interval_words(interval: Pair | None, design: Design) -> Words:
    assert design.claim is not None
    if interval is None:
        return Words("verdict.no-interval")
    low, high = (size(end, design.claim) for end in interval)
    return Words("verdict.interval", {"level": f"{100 * design.level:g}", "low": low, "high": high})


def size(value: float, claim: ClaimedEffect) -> str | Words:
    """Write a size as the claim counts: a share in per cent."""
    return per_cent(value) if claim.is_share else said(value)
