"""Synthetic control of Abadie, Diamond and Hainmueller (JASA 105, 2010), fitted to the outcome before the start.

For each treated unit the weights w on the simplex minimise the squares of Y_1t - sum_i w_i Y_it over the periods
before, or the distance of predictors where the design names any (`predictors`); the effect is the mean of what is left
after. Several treated units are fitted each by itself, and their effects averaged (Cavallo, Galiani, Noy and Pantano
2013). Inference by placebo in space: units of the pool take the treated units' part, and the p is the rank of the ratio
of root mean squares after and before among all. With J units in the pool and one treated no p below 1 / (J + 1)
exists. It rests on a pool that can reproduce the treated units, and on no effect on the pool.

On outcomes alone it reproduces California (-19.51363), the Basque Country (-0.8945885), West Germany (-1297.477) and
Sweden (-0.283677), each also found by mlsynth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.design import Design, Inference, InferenceKind
from pairup.evaluation.estimate import AtEventTime, Certificate, DoubtCheck, Effect, Found, Path
from pairup.evaluation.hull import nearest, nearest_each, products, weighed_rows
from pairup.evaluation.panel import Panel
from pairup.evaluation.placebos import draws_of, interval_of, rank_of
from pairup.evaluation.predictor_doubt import doubt_of_weights, with_predictors
from pairup.evaluation.predictors import fit_window, matching_of, traits_of
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Controls:
    """K fits on one pool. weights : (K, J). gaps : (K, T), what is left of each target. proofs : (K,) duality gaps.

    objectives : (K,), what the weights make least: half the sum of squares before, or half the predictors' distance.
    """

    weights: Floats
    gaps: Floats
    proofs: Floats
    objectives: Floats
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


def fit_controls(targets: Floats, pool: Floats, start: int, out: Sequence[int] = (-1,)) -> Controls:
    """Fit each target's weights to the periods before, once without each unit `out` (-1: with all).

    targets : (K, T). pool : (J, T). Gives K fits for each of `out`, in that order.
    """
    middle = pool[:, :start].mean(axis=0)
    about, aims = pool[:, :start] - middle, targets[:, :start] - middle
    gram, cross = products(about), weighed_rows(aims, np.ascontiguousarray(about.T))
    weights, proofs, free = [], [], np.ones(len(pool), np.bool_)
    for left in out:
        free[left] = free[left] and left < 0
        for k, aim in enumerate(aims):
            found, proof = nearest(gram, cross[k], float((aim**2).sum()), 0.0, free)
            weights.append(found)
            proofs.append(proof)
        free[left] = True
    return _controls(np.array(weights), np.tile(targets, (len(out), 1)), pool, np.array(proofs), start)


def fit_each_other(pool: Floats, start: int) -> Controls:
    """Fit every unit of the pool to the others; one Gram matrix serves all. pool : (J, T)."""
    weights, proofs = nearest_each(products(pool[:, :start] - pool[:, :start].mean(axis=0)))
    return _controls(weights, pool, pool, proofs, start)


def _controls(weights: Floats, targets: Floats, pool: Floats, proofs: Floats, start: int) -> Controls:
    gaps = targets - weighed_rows(weights, np.ascontiguousarray(pool))
    return Controls(weights, gaps, proofs, 0.5 * (gaps[:, :start] ** 2).sum(axis=1), start)


def fit_matched(panel: Panel, design: Design, units: Ints, pool: Ints, start: int, last: int) -> Controls:
    """Fit units to a pool by the design's predictors, or by the outcome where it names none.

    units, pool : places in the panel. Nothing from the place `last` on is read, nothing from `start` on fitted. Without
    a V fixed in the design each unit's is chosen as the authors' program does.
    """
    wide = panel.outcomes[:, :last]
    if not design.predictors:
        return fit_controls(wide[units], wide[pool], start)
    traits, _, fixed = traits_of(panel, design, start)
    first, end = fit_window(panel, design, start)
    weights, proofs, objectives = np.empty((len(units), len(pool))), np.empty(len(units)), np.empty(len(units))
    for k, at in enumerate(units):
        matching = matching_of(traits, wide[:, first:end], int(at), pool)
        scale = matching.as_published() if fixed is None else fixed
        found, _, gaps = matching.fitted(scale[None])
        weights[k], proofs[k] = found[0], gaps[0]
        objectives[k] = 0.5 * float((scale / scale.sum()) @ (matching.distances @ found[0]) ** 2)
    gaps = wide[units] - weighed_rows(weights, np.ascontiguousarray(wide[pool]))
    return Controls(weights, gaps, proofs, objectives, start)


def fit_pool(panel: Panel, design: Design, pool: Ints, start: int, last: int) -> Controls:
    """Fit every unit of the pool to the others, as `fit_matched`."""
    if not design.predictors:
        return fit_each_other(panel.outcomes[pool, :last], start)
    each = [fit_matched(panel, design, pool[[j]], np.delete(pool, j), start, last) for j in range(len(pool))]
    weights = np.array([np.insert(one.weights[0], j, 0.0) for j, one in enumerate(each)])
    gaps, proofs = np.concatenate([one.gaps for one in each]), np.concatenate([one.proofs for one in each])
    return Controls(weights, gaps, proofs, np.concatenate([one.objectives for one in each]), start)


def estimate_synthetic_control(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the mean effect on the treated units after their start.

    `placebos` of the answer: with one treated unit the effect of each unit of the pool in its order, fitted to the
    others at the treated unit's start. With several, the mean effect of as many units of the pool, drawn without
    return and given the starts: of every choice where there are few enough, else of `repetitions` draws (999).
    """
    treated, pool = np.flatnonzero(panel.is_treated), np.flatnonzero(~panel.is_treated)
    if len(pool) < 2 or not panel.cohorts or min(panel.cohorts) < 2:
        return Found(None, missing=(Words("evaluation.missing-pool", {"pool": len(pool)}),))
    asked = design.inference or Inference(InferenceKind.PLACEBO)
    if asked.kind is not InferenceKind.PLACEBO:
        raise InputError(
            f"Synthetic control has no inference by {asked.kind}.", hint="Ask for placebo.",
            code="evaluation.no-inference", kind=asked.kind.value, method=design.method.value,
        )  # fmt: skip
    checks: tuple[DoubtCheck, ...] = ()
    if design.predictors:
        pool, checks, missing = with_predictors(panel, design, treated, pool)
        if missing:
            return Found(None, missing=missing, checks=checks)
    last, starts = len(panel.periods), panel.cohorts
    fits = [fit_matched(panel, design, np.flatnonzero(panel.starts == at), pool, at, last) for at in starts]
    others = [fit_pool(panel, design, pool, at, last) for at in starts]
    taken = draws_of(len(pool), [len(fit.gaps) for fit in fits], asked.repetitions, seed)
    squares = [fit.squares for fit in fits], [fit.squares for fit in others]
    p = rank_of(*squares, taken)
    each = np.concatenate([fit.values[at] for fit, at in zip(others, taken, strict=True)], axis=1)
    effect = Effect(float(np.concatenate([fit.values for fit in fits]).mean()), p=p)
    found = _found(panel, pool, fits, effect, each.mean(axis=1))
    ends = interval_of(
        [fit.squares for fit in fits], [fit.squares for fit in others], taken, effect.value, design.level
    )
    checks = (*checks, *_not_excluded(ends, design.level))
    if not design.predictors:
        return replace(found, checks=(*checks, *_pooled(panel, pool, fits)))
    further, doubts = doubt_of_weights(panel, design, int(treated[0]), pool) if len(treated) == 1 else ({}, ())
    return replace(found, checks=(*checks, *doubts), further=further)


def _not_excluded(ends: tuple[float, float] | None, level: float) -> tuple[DoubtCheck, ...]:
    """Tell the effects that the placebos do not exclude; nothing where the pool is too small to exclude any."""
    if ends is None:
        return ()
    facts = {"low": said(ends[0]), "high": said(ends[1]), "level": f"{100 * level:g}"}
    return (DoubtCheck("interval by rank", None, Words("synthetic.not-excluded", facts)),)


def _pooled(panel: Panel, pool: Ints, fits: list[Controls]) -> tuple[DoubtCheck, ...]:
    """Fit the mean path of the units that start together, beside the mean of the units' own fits."""
    if all(len(fit.gaps) == 1 for fit in fits):
        return ()
    wide = panel.outcomes
    means = [wide[panel.starts == fit.start].mean(axis=0)[None] for fit in fits]
    values = [fit_controls(mean, wide[pool], fit.start).values[0] for mean, fit in zip(means, fits, strict=True)]
    value = float(np.average(values, weights=[len(fit.gaps) for fit in fits]))
    return (DoubtCheck("pooled fit", None, Words("synthetic.pooled", {"value": said(value)}), value),)


def _found(panel: Panel, pool: Ints, fits: list[Controls], effect: Effect, placebos: Floats) -> Found:
    codes = [panel.units[at] for at in pool]
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
