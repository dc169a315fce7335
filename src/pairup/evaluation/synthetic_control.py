"""Synthetic control of Abadie, Diamond and Hainmueller (JASA 105, 2010), fitted to the outcome before the start.

For each treated unit the weights w on the simplex minimise the squares of Y_1t - sum_i w_i Y_it over the periods
before; the effect is the mean of what is left after. Several treated units are fitted each by itself, and their
effects averaged (Cavallo, Galiani, Noy and Pantano 2013). Inference by placebo in space: units of the pool take the
treated units' part, and the p is the rank of the ratio of root mean squares after and before among all. With J units
in the pool and one treated no p below 1 / (J + 1) exists. It rests on a pool that can reproduce the treated units, and
on no effect on the pool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.design import Design, Inference, InferenceKind
from pairup.evaluation.estimate import AtEventTime, Certificate, Effect, Found, Path
from pairup.evaluation.hull import nearest, nearest_each, products, weighed_rows
from pairup.evaluation.panel import Panel
from pairup.evaluation.placebos import draws_of, rank_of
from pairup.values.words import Words

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Controls:
    """K fits on one pool. weights : (K, J). gaps : (K, T), what is left of each target. proofs : (K,) duality gaps."""

    weights: Floats
    gaps: Floats
    proofs: Floats
    start: int

    @property
    def values(self) -> Floats:
        """Give the K effects, each the mean gap after."""
        values: Floats = self.gaps[:, self.start :].mean(axis=1)
        return values

    @property
    def squares(self) -> tuple[Floats, Floats]:
        """Give the K mean squares before and after."""
        squares = self.gaps**2
        return squares[:, : self.start].mean(axis=1), squares[:, self.start :].mean(axis=1)

    @property
    def objectives(self) -> Floats:
        """Give half the K sums of squares before, which the weights make least."""
        halves: Floats = 0.5 * (self.gaps[:, : self.start] ** 2).sum(axis=1)
        return halves


def fit_controls(targets: Floats, pool: Floats, start: int) -> Controls:
    """Fit each target's weights to the periods before. targets : (K, T). pool : (J, T)."""
    middle = pool[:, :start].mean(axis=0)
    about, aims = pool[:, :start] - middle, targets[:, :start] - middle
    gram, cross = products(about), weighed_rows(aims, np.ascontiguousarray(about.T))
    weights, proofs = np.empty((len(targets), len(pool))), np.empty(len(targets))
    everyone = np.ones(len(pool), np.bool_)
    for k, aim in enumerate(aims):
        weights[k], proofs[k] = nearest(gram, cross[k], float((aim**2).sum()), 0.0, everyone)
    return Controls(weights, targets - weighed_rows(weights, np.ascontiguousarray(pool)), proofs, start)


def fit_each_other(pool: Floats, start: int) -> Controls:
    """Fit every unit of the pool to the others; one Gram matrix serves all. pool : (J, T)."""
    weights, proofs = nearest_each(products(pool[:, :start] - pool[:, :start].mean(axis=0)))
    return Controls(weights, pool - weighed_rows(weights, np.ascontiguousarray(pool)), proofs, start)


def estimate_synthetic_control(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the mean effect on the treated units after their start.

    `placebos` of the answer: with one treated unit the effect of each unit of the pool in its order, fitted to the
    others at the treated unit's start. With several, the mean effect of as many units of the pool, drawn without
    return and given the starts: of every choice where there are few enough, else of `repetitions` draws (999).
    """
    wide, pool = panel.outcomes, panel.outcomes[~panel.is_treated]
    if len(pool) < 2 or not panel.cohorts or min(panel.cohorts) < 2:
        return Found(None, missing=(Words("evaluation.missing-pool", {"pool": len(pool)}),))
    asked = design.inference or Inference(InferenceKind.PLACEBO)
    if asked.kind is not InferenceKind.PLACEBO:
        raise InputError(
            f"Synthetic control has no inference by {asked.kind}.", hint="Ask for placebo.",
            code="evaluation.no-inference", kind=asked.kind.value, method=design.method.value,
        )  # fmt: skip
    fits = [(fit_controls(wide[panel.starts == at], pool, at), fit_each_other(pool, at)) for at in panel.cohorts]
    taken = draws_of(len(pool), [len(treated.gaps) for treated, _ in fits], asked.repetitions, seed)
    p = rank_of([treated.squares for treated, _ in fits], [placebo.squares for _, placebo in fits], taken)
    placebos = np.mean(
        np.concatenate([placebo.values[taken[k]] for k, (_, placebo) in enumerate(fits)], axis=1), axis=1
    )
    value = float(np.concatenate([treated.values for treated, _ in fits]).mean())
    return _found(panel, [treated for treated, _ in fits], Effect(value, p=p), placebos)


def _found(panel: Panel, fits: list[Controls], effect: Effect, placebos: Floats) -> Found:
    codes = [code for code, is_treated in zip(panel.units, panel.is_treated, strict=True) if not is_treated]
    weights = np.concatenate([fit.weights for fit in fits]).mean(axis=0)
    observed = [panel.outcomes[panel.starts == fit.start] for fit in fits]
    worst = max((fit for fit in fits), key=lambda fit: float(fit.proofs.max()))
    at = int(worst.proofs.argmax())
    without = np.concatenate([
        (seen - fit.gaps)[:, fit.start :].mean(axis=1) for seen, fit in zip(observed, fits, strict=True)
    ])  # fmt: skip
    is_single, first = len(fits) == 1, fits[0]
    gaps, seen = first.gaps.mean(axis=0), observed[0].mean(axis=0)
    labels = tuple(panel.periods.label(at) for at in range(len(panel.periods)))
    return Found(
        effect,
        by_event_time=tuple(
            AtEventTime(panel.periods.apart(first.start, at), Effect(float(gap))) for at, gap in enumerate(gaps)
        ) if is_single else (),
        unit_weights={code: float(weight) for code, weight in zip(codes, weights, strict=True) if weight > 0},
        path=Path(labels, tuple(seen.tolist()), tuple((seen - gaps).tolist())) if is_single else None,
        certificate=Certificate(float(worst.objectives[at]), float(worst.proofs[at])),
        placebos=tuple(placebos.tolist()),
        level_without=float(without.mean()),
    )  # fmt: skip
