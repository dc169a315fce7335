"""Doubt of a synthetic comparison without a new estimate: a start that was not, units left out, the fit before.

Each takes the panel that `evaluate.prepared` gives and the design, and costs a few fits. They serve synthetic control,
plain and augmented, and synthetic difference-in-differences, whose estimates are all the mean after the start of a
path: what the treated units' mean has left when its counterfactual is taken off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.adjusted import adjusted
from pairup.evaluation.augmented import fit_augmented, fit_augmented_pool, matched_by
from pairup.evaluation.design import Design, Method
from pairup.evaluation.estimate import Effect
from pairup.evaluation.panel import Panel
from pairup.evaluation.placebos import draws_of, rank_of, rank_of_size
from pairup.evaluation.predictor_doubt import with_predictors
from pairup.evaluation.synthetic_control import Controls, fit_controls, fit_matched, fit_pool
from pairup.evaluation.synthetic_did import fit_did, placebo_effects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: the methods that these doubts are about
SYNTHETIC = (Method.SYNTHETIC_CONTROL, Method.AUGMENTED_SYNTHETIC_CONTROL, Method.SYNTHETIC_DID)
_DRAWS = 199


@dataclass(frozen=True, slots=True)
class InTime:
    """A placebo in time: the help pretended `earlier` periods before it came, on what was seen before it came.

    effect : its `p` is a rank among the pool; None where fewer than two periods or units would be left to fit.
    placebos : effects of pool units that take the treated units' part, at the pretended start.
    """

    earlier: int
    effect: Effect | None
    placebos: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FitBefore:
    """How well the counterfactual follows the treated units before their start, in units of the outcome.

    rmspe : root mean square of what is left before the start (about its mean, where the method lets levels differ).
    sd : standard deviation of the treated units' outcome before the start; 0 where it never moved.
    held_out : root mean square of what is left over the last periods before, which the fit has not seen; None with
    fewer than two periods before those.
    periods : so many were held out.
    """

    rmspe: float
    sd: float
    held_out: float | None
    periods: int


def in_time(
    panel: Panel, design: Design, earlier: int | None = None, *, repetitions: int = _DRAWS, seed: int = 0
) -> InTime:
    """Estimate what the help would have done before it came, which is nothing where the design is sound.

    earlier : periods; without it as many as there are after the start, at most a third of those before (at least one).
    The p ranks the ratio of mean squares (synthetic control) or the size of the effect (synthetic differences) among
    the units of the pool, or among `repetitions` draws where several are treated. Nothing after the start is read.
    """
    panel = adjusted(panel, design)[0]
    cohorts, first = panel.cohorts, min(panel.cohorts, default=0)
    pool = pool_of(panel, design)
    if earlier is None:
        earlier = max(1, min(len(panel.periods) - first, first // 3))
    if not cohorts or first - earlier < 2 or len(pool) < 2:
        return InTime(earlier, None)
    wide, parts = panel.outcomes, [(np.flatnonzero(panel.starts == start), start) for start in cohorts]
    sizes = [len(units) for units, _ in parts]
    if design.method is Method.SYNTHETIC_DID:
        paths = [_did(wide[units, :start], wide[pool, :start], start - earlier) for units, start in parts]
        value = float(np.average([path[-earlier:].mean() for path in paths], weights=sizes))
        drawn = [
            placebo_effects(wide[pool, :start], (start - earlier,), [len(units)], repetitions, seed)
            for units, start in parts
        ]
        placebos = np.average(drawn, axis=0, weights=sizes) if len({len(one) for one in drawn}) == 1 else np.zeros(0)
        return InTime(earlier, Effect(value, p=rank_of_size(value, placebos)), tuple(placebos.tolist()))
    fit_units, fit_others = _fits_of(design)
    fits = [fit_units(panel, design, units, pool, start - earlier, start) for units, start in parts]
    others = [fit_others(panel, design, pool, start - earlier, start) for _, start in parts]
    taken = draws_of(len(pool), sizes, repetitions, seed)
    p = rank_of([fit.squares for fit in fits], [fit.squares for fit in others], taken)
    each = np.concatenate([fit.values[at] for fit, at in zip(others, taken, strict=True)], axis=1)
    value = float(np.average([fit.values.mean() for fit in fits], weights=sizes))
    return InTime(earlier, Effect(value, p=p), tuple(each.mean(axis=1).tolist()))


def without_each_donor(panel: Panel, design: Design) -> Mapping[str, float]:
    """Estimate anew without each unit of the pool: its code and the effect without it. Empty with a pool below three.

    In synthetic control a unit without weight changes nothing when it goes, so only those with weight are refitted.
    """
    panel = adjusted(panel, design)[0]
    wide, pool = panel.outcomes, pool_of(panel, design)
    if len(pool) < 3 or not panel.cohorts or min(panel.cohorts) < 2:
        return {}
    shares, effects = [], []
    for start in panel.cohorts:
        units = np.flatnonzero(panel.starts == start)
        if design.method is Method.SYNTHETIC_DID:
            shares.append(len(units) * (len(panel.periods) - start))
            effects.append(_did_values(wide[units], wide[pool], start))
        else:
            shares.append(len(units))
            effects.append(_control_values(panel, design, units, pool, start))
    values = np.average(effects, axis=0, weights=np.array(shares, np.float64))
    return dict(zip([panel.units[at] for at in pool], values.tolist(), strict=True))


def without_each_treated(panel: Panel, design: Design) -> Mapping[str, float]:
    """Estimate anew without each treated unit: its code and the effect without it. Empty where one is treated."""
    panel = adjusted(panel, design)[0]
    treated = np.flatnonzero(panel.is_treated)
    if len(treated) < 2 or len(panel.units) - len(treated) < 2 or min(panel.cohorts) < 2:
        return {}
    pool, last = pool_of(panel, design), len(panel.periods)
    is_did = design.method is Method.SYNTHETIC_DID
    rows = {start: np.flatnonzero(panel.starts == start) for start in panel.cohorts}
    whole = {start: _value(panel, design, at, pool, start) for start, at in rows.items()}
    effects = {}
    for at in treated:
        values, shares = [], []
        for start, members in rows.items():
            stay = members[members != at]
            if len(stay):
                is_changed = len(stay) < len(members)
                values.append(_value(panel, design, stay, pool, start) if is_changed else whole[start])
                shares.append(len(stay) * (last - start if is_did else 1))
        effects[panel.units[at]] = float(np.average(values, weights=np.array(shares, np.float64)))
    return effects


def fit_before(panel: Panel, design: Design, share: float = 0.75) -> FitBefore | None:
    """Say how well the counterfactual follows the treated units before, and beyond the first `share` of the periods.

    Where several units are treated the paths are of each start's mean, their squares weighed by its units. None with
    fewer than two periods before, or a pool below two.
    """
    panel = adjusted(panel, design)[0]
    wide, pool, is_did = panel.outcomes, pool_of(panel, design), design.method is Method.SYNTHETIC_DID
    if len(pool) < 2 or not panel.cohorts or min(panel.cohorts) < 2:
        return None
    sizes, left, moved, unseen, many = [], [], [], [], []
    for start in panel.cohorts:
        units = np.flatnonzero(panel.starts == start)
        before = _path(panel, design, units, pool, start, len(panel.periods))[:start]
        sizes.append(len(units))
        left.append(float(((before - is_did * before.mean()) ** 2).mean()))
        moved.append(float(wide[units, :start].mean(axis=0).var(ddof=1)))
        cut = int(share * start)
        if cut >= 2 and cut < start:
            unseen.append(float((_path(panel, design, units, pool, cut, start)[cut:] ** 2).mean()))
            many.append(start - cut)
    held = float(np.sqrt(np.average(unseen, weights=sizes))) if len(unseen) == len(sizes) else None
    rmspe, sd = (float(np.sqrt(np.average(part, weights=sizes))) for part in (left, moved))
    return FitBefore(rmspe, sd, held, min(many, default=0) if held is not None else 0)


def pool_of(panel: Panel, design: Design) -> Ints:
    """Give the places of the units that can be compared with: never treated, and with every predictor asked for."""
    pool = np.flatnonzero(~panel.is_treated)
    if design.method is Method.AUGMENTED_SYNTHETIC_CONTROL:
        design = matched_by(design)
    if not design.predictors or not panel.cohorts:
        return pool
    return with_predictors(panel, design, np.zeros(0, np.int64), pool)[0]


def _fits_of(design: Design) -> tuple[Callable[..., Controls], Callable[..., Controls]]:
    """Give how the method fits treated units, and how it fits each unit of the pool to the others."""
    if design.method is Method.AUGMENTED_SYNTHETIC_CONTROL:
        return fit_augmented, fit_augmented_pool
    return fit_matched, fit_pool


def _path(panel: Panel, design: Design, units: Ints, pool: Ints, start: int, last: int) -> Floats:
    """Give what the units' mean has left, period by period up to `last`."""
    if design.method is Method.SYNTHETIC_DID:
        return _did(panel.outcomes[units, :last], panel.outcomes[pool, :last], start)
    path: Floats = _fits_of(design)[0](panel, design, units, pool, start, last).gaps.mean(axis=0)
    return path


def _value(panel: Panel, design: Design, units: Ints, pool: Ints, start: int) -> float:
    return float(_path(panel, design, units, pool, start, len(panel.periods))[start:].mean())


def _did(group: Floats, pool: Floats, start: int) -> Floats:
    path: Floats = fit_did(pool, start, group.mean(axis=0)[None], np.full((1, 1), -1), len(group)).paths[0]
    return path


def _did_values(group: Floats, pool: Floats, start: int) -> Floats:
    targets = np.repeat(group.mean(axis=0)[None], len(pool), axis=0)
    return fit_did(pool, start, targets, np.arange(len(pool))[:, None], len(group)).values


def _control_values(panel: Panel, design: Design, units: Ints, pool: Ints, start: int) -> Floats:
    last = len(panel.periods)
    if design.method is Method.AUGMENTED_SYNTHETIC_CONTROL:
        return np.array([
            fit_augmented(panel, design, units, np.delete(pool, j), start, last).values[0] for j in range(len(pool))
        ])  # fmt: skip
    fit = fit_matched(panel, design, units, pool, start, last)
    values = np.full(len(pool), fit.values.mean())
    used = np.flatnonzero((fit.weights > 0).any(axis=0))
    if not design.predictors:
        wide = panel.outcomes
        values[used] = (
            fit_controls(wide[units], wide[pool], start, used.tolist()).values.reshape(-1, len(units)).mean(1)
        )
        return values
    for j in used:
        carried = fit.weights[:, j] > 0
        rest = fit_matched(panel, design, units[carried], np.delete(pool, j), start, last).values
        values[j] = (fit.values[~carried].sum() + rest.sum()) / len(units)
    return values
