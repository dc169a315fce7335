"""Synthetic control of Abadie, Diamond and Hainmueller (JASA 105, 2010), fitted to the outcome before the start.

For each treated unit the weights w on the simplex minimise the squares of Y_1t - sum_i w_i Y_it over the periods
before; the effect is the mean of what is left after. Inference by placebo in space: each unit of the pool takes the
treated unit's part, and the p is the rank of the treated unit's ratio of root mean squares after and before among all.
With J units in the pool no p below 1 / (J + 1) exists. It rests on a pool that can reproduce the treated unit, and on
no effect on the pool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.design import Design, InferenceKind
from pairup.evaluation.estimate import AtEventTime, Certificate, Effect, Found, Path
from pairup.evaluation.panel import Panel
from pairup.evaluation.weights import Fit, fit_plain
from pairup.values.words import Words

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Control:
    """One fit: gaps (T,) between a unit and its synthetic control."""

    fit: Fit
    gaps: Floats
    start: int

    @property
    def value(self) -> float:
        return float(self.gaps[self.start :].mean())

    @property
    def ratio(self) -> float:
        """Root mean square after over before; a perfect fit before makes any gap infinitely surprising."""
        before = float(np.sqrt((self.gaps[: self.start] ** 2).mean()))
        after = float(np.sqrt((self.gaps[self.start :] ** 2).mean()))
        return after / before if before > 0 else np.inf


def estimate_synthetic_control(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the mean effect on the treated units after their start; no draws are made."""
    wide, pool = panel.outcomes, panel.outcomes[~panel.is_treated]
    if len(pool) < 2 or not panel.cohorts or min(panel.cohorts) < 2:
        return Found(None, missing=(Words("evaluation.missing-pool", {"pool": len(pool)}),))
    if design.inference is not None and design.inference.kind is not InferenceKind.PLACEBO:
        raise InputError(
            f"Synthetic control has no inference by {design.inference.kind}.", hint="Ask for placebo.",
            code="evaluation.no-inference", kind=design.inference.kind.value, method=design.method.value,
        )  # fmt: skip
    treated = np.flatnonzero(panel.is_treated)
    controls = [fit_control(wide[at], pool, int(panel.starts[at])) for at in treated]
    placebos = {start: placebo_controls(pool, start) for start in panel.cohorts}
    value = float(np.mean([control.value for control in controls]))
    p = _rank(controls[0], placebos[controls[0].start]) if len(controls) == 1 else None
    return _found(panel, controls, treated, Effect(value, p=p), placebos)


def fit_control(target: Floats, pool: Floats, start: int) -> Control:
    """Fit one unit's weights to the periods before. target : (T,). pool : (J, T)."""
    before = pool[:, :start]
    fit = fit_plain(before @ before.T, before @ target[:start], float(target[:start] @ target[:start]))
    return Control(fit, target - fit.weights @ pool, start)


def placebo_controls(pool: Floats, start: int) -> list[Control]:
    """Fit every unit of the pool to the others; one Gram matrix serves all."""
    before = pool[:, :start]
    gram = before @ before.T
    controls = []
    for j in range(len(pool)):
        others = np.arange(len(pool)) != j
        fit = fit_plain(gram[np.ix_(others, others)], gram[others, j], float(gram[j, j]))
        controls.append(Control(fit, pool[j] - fit.weights @ pool[others], start))
    return controls


def _rank(control: Control, placebos: list[Control]) -> float:
    """Give the share of all units, the treated one among them, whose ratio is at least as large."""
    return (1 + sum(one.ratio >= control.ratio for one in placebos)) / (1 + len(placebos))


def _found(
    panel: Panel, controls: list[Control], treated: NDArray[np.int64], effect: Effect,
    placebos: dict[int, list[Control]],
) -> Found:  # fmt: skip
    codes = [code for code, is_treated in zip(panel.units, panel.is_treated, strict=True) if not is_treated]
    weights = np.mean([control.fit.weights for control in controls], axis=0)
    worst = max(controls, key=lambda one: one.fit.gap)
    first, is_single = controls[0], len(controls) == 1
    observed = panel.outcomes[treated[0]]
    labels = tuple(panel.periods.label(at) for at in range(len(panel.periods)))
    without = [
        float((panel.outcomes[at] - one.gaps)[one.start :].mean()) for at, one in zip(treated, controls, strict=True)
    ]
    return Found(
        effect,
        by_event_time=tuple(
            AtEventTime(panel.periods.apart(first.start, at), Effect(float(gap))) for at, gap in enumerate(first.gaps)
        ) if is_single else (),
        unit_weights={code: float(weight) for code, weight in zip(codes, weights, strict=True) if weight > 0},
        path=Path(labels, tuple(observed.tolist()), tuple((observed - first.gaps).tolist())) if is_single else None,
        certificate=Certificate(worst.fit.objective, worst.fit.gap),
        placebos=tuple(one.value for one in placebos[first.start]),
        level_without=float(np.mean(without)),
    )  # fmt: skip
