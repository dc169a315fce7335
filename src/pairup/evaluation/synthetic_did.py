"""Synthetic difference-in-differences of Arkhangelsky, Athey, Hirshberg, Imbens and Wager (AER 111, 2021).

For a cohort of treated units first treated in one period, with pool units i and periods t before,

    tau = [mean_tr(Y_post) - sum_t l_t mean_tr(Y_t)] - sum_i w_i [mean(Y_i,post) - sum_t l_t Y_it],

w and l on the simplex: w makes the pool's path run beside the treated one's before (an intercept is free, a ridge of
zeta^2 T_0 spreads the weights), l makes the periods before resemble those after. Both are fitted to their optimum,
with a certificate; the R package of the authors stops earlier and drops small weights, so it differs in the fifth
digit (`frank_wolfe` has its rule): California -15.6054 and -15.6038. Several cohorts are averaged by their treated
cells. It rests on a pool whose weighted path would have gone on beside that of the treated, on no anticipation, and on
no effect on the pool.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.adjusted import adjusted
from pairup.evaluation.cells import quantile, two_sided
from pairup.evaluation.design import Design, Inference, InferenceKind
from pairup.evaluation.estimate import AtEventTime, Certificate, DoubtCheck, Effect, Found, Path
from pairup.evaluation.hull import nearest_without, products, weighed_rows
from pairup.evaluation.panel import Panel
from pairup.evaluation.placebos import draws_of, rank_of_size
from pairup.evaluation.weights import Fit, fits_with_ridge
from pairup.values.words import Words

Floats = NDArray[np.float64]
_PLACEBOS = 200


@dataclass(frozen=True, eq=False)
class Part:
    """The estimate of one cohort. `path` (T,): the treated mean less the weighted pool, both as they were before."""

    value: float
    treated: int
    start: int
    units: Fit
    periods: Floats
    path: Floats
    counterfactual: Floats


def estimate_synthetic_did(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the average effect on the treated cells.

    Inference by placebo (default): `repetitions` draws (200) of as many pool units as are treated, whose effects are
    `placebos` of the answer; with one treated unit and no more units than that, each of the pool takes its part once,
    in its order. Beside the error stands the rank of the effect among them. By jackknife: units left out one by one
    with the weights held. By bootstrap: units drawn with return, weights fitted anew. Both need two treated units.
    Covariates are taken off before (`adjusted`). Without two periods before, or a pool of two, it says what is missing.
    """
    panel, checks, missing = adjusted(panel, design)
    if missing:
        return Found(None, missing=missing)
    wide = panel.outcomes
    pool = wide[~panel.is_treated]
    last = len(panel.periods)
    if len(pool) < 2 or any(start < 2 for start in panel.cohorts) or not panel.cohorts:
        return Found(None, missing=(Words("evaluation.missing-pool", {"pool": len(pool)}),))
    groups = [(start, wide[panel.starts == start]) for start in panel.cohorts]
    parts = [fit_part(group, pool, start) for start, group in groups]
    cells = np.array([part.treated * (last - part.start) for part in parts], dtype=np.float64)
    value = float(np.average([part.value for part in parts], weights=cells))
    asked = design.inference or Inference(InferenceKind.PLACEBO, _PLACEBOS)
    placebos = np.zeros(0)
    if asked.kind is InferenceKind.PLACEBO:
        placebos = placebo_effects(pool, panel.cohorts, [len(group) for _, group in groups], asked.repetitions, seed)
        error = float(placebos.std()) if len(placebos) else None
        checks = (*checks, _ranked(value, placebos))
    elif asked.kind is InferenceKind.JACKKNIFE:
        error = _jackknife(groups, pool, parts, cells)
    elif asked.kind is InferenceKind.BOOTSTRAP:
        error = _bootstrap(wide, panel.starts, asked.repetitions, seed)
    else:
        raise InputError(
            f"Synthetic difference-in-differences has no inference by {asked.kind}.",
            hint="Ask for placebo, jackknife or bootstrap.",
            code="evaluation.no-inference", kind=asked.kind.value, method=design.method.value,
        )  # fmt: skip
    if error is None and asked.kind is not InferenceKind.PLACEBO:
        checks = (*checks, DoubtCheck("error", None, Words("synthetic.no-error", {"kind": asked.kind.value})))
    return replace(_found(panel, design, parts, cells, value, error, placebos), checks=checks)


def _ranked(value: float, placebos: Floats) -> DoubtCheck:
    """Give the rank of the effect among those of the placebos: it needs no normal distribution."""
    rank = rank_of_size(value, placebos)
    if rank is None:
        return DoubtCheck("placebo rank", None, Words("synthetic.no-placebo"))
    return DoubtCheck("placebo rank", None, Words("synthetic.rank", {"p": f"{rank:.3f}", "count": len(placebos)}), rank)


def _bootstrap(wide: Floats, starts: NDArray[np.int64], repetitions: int, seed: int) -> float | None:
    """Draw units with return and fit anew; None where a start has one unit alone, or where no draw can be fitted."""
    last, values = wide.shape[1], []
    treated = np.unique(starts[starts < last], return_counts=True)
    if treated[1].min() < 2:
        return None
    for draw in range(repetitions):
        taken = np.random.default_rng([seed, 2, draw]).integers(0, len(wide), len(wide))
        rows, begun = wide[taken], starts[taken]
        pool = rows[begun == last]
        if len(np.unique(taken[begun == last])) < 2 or not (begun < last).any():
            continue
        parts = [fit_part(rows[begun == start], pool, int(start)) for start in np.unique(begun[begun < last])]
        values.append(
            np.average([one.value for one in parts], weights=[one.treated * (last - one.start) for one in parts])
        )
    return float(np.std(values)) if len(values) >= 2 else None


def fit_part(group: Floats, pool: Floats, start: int) -> Part:
    """Fit the weights of one cohort and give its effect. group : (N_1, T). pool : (N_0, T)."""
    fits = fit_did(pool, start, group.mean(axis=0)[None], np.full((1, 1), -1), len(group))
    return Part(
        float(fits.values[0]), len(group), start,
        Fit(fits.units[0], float(fits.objectives[0]), float(fits.gaps[0, 0])), fits.periods[0], fits.paths[0],
        group.mean(axis=0) - fits.paths[0],
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class DidFits:
    """K fits on one pool. units : (K, J). periods : (K, start). paths : (K, T), what is left of the treated mean.

    objectives : (K,) and gaps : (K, 2), of the unit weights and of the period weights.
    """

    units: Floats
    periods: Floats
    paths: Floats
    objectives: Floats
    gaps: Floats
    start: int

    @property
    def values(self) -> Floats:
        """Give the K effects."""
        values: Floats = self.paths[:, self.start :].mean(axis=1)
        return values


def fit_did(pool: Floats, start: int, targets: Floats, out: NDArray[np.int64], size: int) -> DidFits:
    """Fit K times on one pool, each with a target and with units left out.

    pool : (J, T). targets : (K, T), the mean paths of `size` treated units. out : (K, M) places of the pool, -1: none.
    """
    pool, before = np.ascontiguousarray(pool), pool[:, :start]
    ridges, tiny = _ridges(before, size * (pool.shape[1] - start), out)
    columns = before - before.mean(axis=1, keepdims=True)
    rows, aims = np.ascontiguousarray(columns.T), targets[:, :start] - targets[:, :start].mean(axis=1, keepdims=True)
    units, gaps = fits_with_ridge(rows, aims, ridges, out)
    about, after = before - before.mean(axis=0), pool[:, start:].mean(axis=1)
    after = after - after.mean()
    gram, cross = products(np.ascontiguousarray(about.T)), (about * after[:, None]).sum(axis=0)
    periods, others = nearest_without(gram, cross, about, after, out, tiny)
    apart = targets - weighed_rows(units, pool)
    level = (periods * apart[:, :start]).sum(axis=1)
    fitted = apart[:, :start] - apart[:, :start].mean(axis=1, keepdims=True)
    objectives = 0.5 * (fitted**2).sum(axis=1) + 0.5 * ridges * (units**2).sum(axis=1)
    return DidFits(units, periods, apart - level[:, None], objectives, np.stack([gaps, others], axis=1), start)


def _ridges(before: Floats, cells: int, out: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give zeta^2 T_0 for the units and the small ridge of the periods, from the noise of the units that stay, (K,)."""
    steps = np.diff(before, axis=1)
    steps = steps - steps.mean() if steps.size else steps
    used = (out >= 0).astype(np.float64)
    sums, squares = steps.sum(axis=1), (steps**2).sum(axis=1)
    stay = len(before) - used.sum(axis=1)
    many = stay * steps.shape[1]
    total = sums.sum() - (sums[out] * used).sum(axis=1)
    square = squares.sum() - (squares[out] * used).sum(axis=1)
    noise = np.sqrt(np.maximum(square - total**2 / np.maximum(many, 1), 0) / np.maximum(many - 1, 1))
    widest = float(np.abs(before).max())
    noise = np.where(noise > 1e-12 * widest, noise, 1e-9 * max(1.0, widest))
    return np.sqrt(cells) * noise**2 * before.shape[1], (1e-6 * noise) ** 2 * stay


def placebo_effects(pool: Floats, starts: tuple[int, ...], sizes: list[int], repetitions: int, seed: int) -> Floats:
    """Estimate where nothing happened: as many pool units as are treated take their part, the others are their pool.

    `draws_of` says who: with one treated unit and no more units than repetitions each takes its part once, in the order
    of the pool. Empty where fewer than two units would be left.
    """
    if len(pool) - sum(sizes) < 2:
        return np.zeros(0)
    chosen = draws_of(len(pool), sizes, repetitions, seed)
    out = np.concatenate(chosen, axis=1)
    values = [
        fit_did(pool, start, pool[taken].mean(axis=1), out, taken.shape[1]).values
        for start, taken in zip(starts, chosen, strict=True)
    ]
    cells = [size * (pool.shape[1] - start) for size, start in zip(sizes, starts, strict=True)]
    effects: Floats = np.average(values, axis=0, weights=np.array(cells, np.float64))
    return effects


def _jackknife(groups: list[tuple[int, Floats]], pool: Floats, parts: list[Part], cells: Floats) -> float | None:
    """Leave out each unit with the weights held; None where a cohort has one unit, which cannot be left out."""
    if any(part.treated < 2 for part in parts):
        return None
    share = cells / cells.sum()
    changes = np.zeros(sum(part.treated for part in parts) + len(pool))
    place = len(pool)
    for part, (start, group), weight in zip(parts, groups, share, strict=True):
        contrast = np.concatenate([-part.periods, np.full(pool.shape[1] - start, 1 / (pool.shape[1] - start))])
        treated, others = group @ contrast, pool @ contrast
        left = 1 - part.units.weights
        pooled = float(part.units.weights @ others)
        without = np.where(left > 1e-12, (pooled - part.units.weights * others) / np.maximum(left, 1e-12), np.nan)
        changes[: len(pool)] += weight * (pooled - without)
        mean = treated.mean()
        changes[place : place + len(group)] = weight * ((treated.sum() - treated) / (len(group) - 1) - mean)
        place += len(group)
    if np.isnan(changes).any():
        return None
    count = len(changes)
    return float(np.sqrt((count - 1) / count * ((changes - changes.mean()) ** 2).sum()))


def _found(
    panel: Panel, design: Design, parts: list[Part], cells: Floats, value: float, error: float | None, placebos: Floats
) -> Found:
    share = cells / cells.sum()
    codes = [code for code, is_treated in zip(panel.units, panel.is_treated, strict=True) if not is_treated]
    weights = sum(part.units.weights * weight for part, weight in zip(parts, share, strict=True))
    first = parts[0]
    labels = [panel.periods.label(at) for at in range(len(panel.periods))]
    is_single = len(parts) == 1
    treated = first.path + first.counterfactual
    return Found(
        _effect(value, error, design.level),
        by_event_time=_by_event_time(panel, parts) if is_single else (),
        unit_weights={code: float(w) for code, w in zip(codes, np.asarray(weights), strict=True) if w > 0},
        period_weights={
            label: float(w) for label, w in zip(labels[: first.start], first.periods, strict=True) if w > 0
        } if is_single else {},
        path=Path(tuple(labels), tuple(treated.tolist()), tuple(first.counterfactual.tolist())) if is_single else None,
        certificate=max((_certificate(part.units) for part in parts), key=lambda one: one.gap),
        placebos=tuple(placebos.tolist()),
        level_without=float(treated[first.start :].mean()) - value if is_single else None,
    )  # fmt: skip


def _by_event_time(panel: Panel, parts: list[Part]) -> tuple[AtEventTime, ...]:
    part = parts[0]
    return tuple(
        AtEventTime(panel.periods.apart(part.start, at), Effect(float(part.path[at])))
        for at in range(part.start, len(part.path))
    )


def _certificate(fit: Fit) -> Certificate:
    return Certificate(fit.objective, fit.gap)


def _effect(value: float, error: float | None, level: float) -> Effect:
    if not error:
        return Effect(value)
    wide = quantile(level) * error
    return Effect(value, error, (value - wide, value + wide), two_sided(value / error))
