"""Doubt with few places: starts shuffled among clusters, and wild signs on the stacked differences.

Shuffles (Fisher 1935; Rosenbaum 2002, section 2.6). Had the starts fallen on the clusters in another way, the same
estimator would have told theta_m. Estimates are linear in the outcome given the starts, so that with an effect tau on
every treated row taken out again, theta_m(Y - tau D) = theta_m(Y) - tau theta_m(D): the interval holds every tau that
the shuffles do not refuse. It takes all ways the starts could have fallen as equally likely, which only a lottery makes
sure of.

Wild signs (`few_clusters`): every ATT(g, t) without covariates is a coefficient of a regression of changes on having
been treated; their average is one combination of the coefficients of all these regressions stacked, in which a cluster
keeps one sign throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design
from pairup.evaluation.estimate import Effect
from pairup.evaluation.few_clusters import inverted, shuffled, wild_cluster
from pairup.evaluation.inference import Told, clusters_of
from pairup.evaluation.panel import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: values nearer than this part of what was found are ties
_TIE = 1e-9

#: from a panel, a vector of estimates in a fixed order, NaN where one cannot be told
Tell = Callable[[Panel], Floats]
#: from shuffled starts of clusters (M, G) and outcomes (units, T), estimates (M, K)
TellMany = Callable[[Ints, Floats], Floats]


def shuffled_told(
    panel: Panel, design: Design, tell: Tell, repetitions: int, seed: int, tell_many: TellMany | None = None
) -> Told:  # fmt: skip
    """Rank the estimates among those of shuffled starts; the first has an interval, the others a p alone.

    tell_many : all shuffles at once, where the estimator can.
    """
    at = clusters_of(panel, design)
    labels = np.zeros(int(at.max()) + 1, np.int64)
    labels[at] = panel.starts
    ways = shuffled(labels, repetitions=repetitions, seed=seed).labels
    treated = panel.is_on.astype(np.float64)
    if tell_many is not None:
        found, moved = tell_many(ways, panel.outcomes), tell_many(ways, panel.spread(treated))
    else:
        found = np.stack([tell(replace(panel, starts=way[at])) for way in ways])
        other = replace(panel, outcome=treated)
        moved = np.stack([tell(replace(other, starts=way[at])) for way in ways])
    return ranked(found, moved[:, 0], design.level)


def ranked(found: Floats, moved: Floats, level: float) -> Told:
    """Tell estimates by their ranks. found : (M, K), what was found first. moved : (M,), theta_m(D) of the first."""
    values = found[0]
    near = _TIE * np.maximum(1.0, np.abs(values))
    known = np.isfinite(found)
    extreme = known & (np.abs(np.where(known, found, 0.0)) >= np.abs(values) - near)
    shares = extreme.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    kept = known[:, 0] & np.isfinite(moved)
    bounds = _held(found[kept, 0], moved[kept], 1 - level)
    effects = [Effect(float(value), p=float(p)) for value, p in zip(values, shares, strict=True)]
    effects[0] = Effect(float(values[0]), interval=bounds, p=float(shares[0]))
    count = len(values)
    return Told(tuple(effects), (None,) * count, np.full((count, count), np.nan))


def _held(found: Floats, moved: Floats, alpha: float) -> tuple[float, float] | None:
    """Find the effects that the shuffles do not refuse; None where they refuse none, however large."""
    value = float(found[0])
    scale = float(np.std(found)) or max(abs(value), 1.0)

    def p(tried: float) -> float:
        apart = abs(value - tried)
        return float(np.mean(np.abs(found - tried * moved) >= apart * (1 - _TIE)))

    return inverted(p, value, scale, alpha, first=1.0, reach=1e6, halvings=50)


def wild_told(
    regressors: Floats, outcome: Floats, contrasts: Floats, cluster_at: Ints, values: Floats, design: Design,
    repetitions: int, seed: int,
) -> Told:  # fmt: skip
    """Test combinations of coefficients by wild signs. contrasts : (J, k), for the first J of the values."""
    effects = [Effect(float(value)) for value in values]
    for k, combination in enumerate(contrasts):
        done = wild_cluster(
            regressors, outcome, combination, cluster_at, level=design.level, repetitions=repetitions, seed=seed
        )
        if done is not None:
            effects[k] = Effect(float(values[k]), done.se, done.interval, done.p)
    count = len(values)
    return Told(tuple(effects), (None,) * count, np.full((count, count), np.nan))


def collapsed(panel: Panel, at: Ints, weight: Floats) -> tuple[Ints, Ints, Floats, Floats]:
    """Add units of one cluster and one start together: places of clusters, starts, weights, and mean paths."""
    key = at * (len(panel.periods) + 1) + panel.starts
    names, place = np.unique(key, return_inverse=True)
    mass = np.bincount(place, weight).astype(np.float64)
    paths = np.zeros((len(names), len(panel.periods)))
    np.add.at(paths, place, panel.outcomes * weight[:, None])
    return names // (len(panel.periods) + 1), names % (len(panel.periods) + 1), mass, paths / mass[:, None]


def stacked(
    cells: tuple[Ints, Ints, Floats, Floats], parts: Sequence[tuple[NDArray[np.bool_], NDArray[np.bool_], int, int]]
) -> tuple[Floats, Floats, Ints]:
    """Stack regressions of changes on having been treated: regressors (N, 2 K), changes (N,), clusters (N,).

    cells : of `collapsed`. parts : for each the cells that are treated, those compared, the period and the base; the
    coefficient of part k is column 2 k + 1.
    """
    clusters, _, mass, paths = cells
    blocks, changes, at = [], [], []
    for k, (treated, compared, period, base) in enumerate(parts):
        rows = np.flatnonzero(treated | compared)
        root = np.sqrt(mass[rows])
        block = np.zeros((len(rows), 2 * len(parts)))
        block[:, 2 * k], block[:, 2 * k + 1] = root, root * treated[rows]
        blocks.append(block)
        changes.append(root * (paths[rows, period] - paths[rows, base]))
        at.append(clusters[rows])
    return np.concatenate(blocks), np.concatenate(changes), np.concatenate(at)
