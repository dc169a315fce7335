"""The event path of a design with few clusters, with errors as if all clusters were equally noisy.

Normal errors by cluster are not given below ten treated or ten other clusters, since the spread of a few treated ones
cannot be read off themselves. It can be read off all clusters together where noise is alike on both sides, which is
what shuffles of the starts suppose too (Conley and Taber, REStat 93, 2011). With S the covariance of paths within
cohorts, pooled, and the path linear in the cohorts' mean paths, beta_k = sum_c w_kc' m_c, its covariance is

    sum_c w_kc' S w_lc / n_c,   n_c = (sum of sizes)^2 / sum of squares.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Comparison, Design
from pairup.evaluation.doubt.event_path import EventPath
from pairup.evaluation.doubt.sides import Sides
from pairup.evaluation.panel import Panel

Floats = NDArray[np.float64]

#: clusters beyond one for each cohort that the pooled spread needs
_FREE = 8


def few_path(panel: Panel, design: Design, sides: Sides) -> EventPath | None:
    """Give the path of ATT by event time against the last period before, as Callaway and Sant'Anna average it.

    None with holes or covariates, where one cluster holds several starts, or with too few clusters to read noise off.
    """
    count, last = len(sides.treated), len(panel.periods)
    first = np.full(count, -1)
    first[sides.at] = panel.starts
    if design.covariates or not panel.is_balanced or (first[sides.at] != panel.starts).any():
        return None
    starts, cohort = np.unique(first, return_inverse=True)
    if count - len(starts) < _FREE or not (starts < last).any():
        return None
    sizes = np.bincount(sides.at, minlength=count).astype(np.float64)
    means = sides.means(panel.outcomes)
    total = np.bincount(cohort, sizes).astype(np.float64)
    paths = np.zeros((len(starts), last))
    np.add.at(paths, cohort, means * sizes[:, None])
    paths /= total[:, None]
    apart = means - paths[cohort]
    spread = apart.T @ apart / (count - len(starts))
    effective = total**2 / np.bincount(cohort, sizes**2)
    steps, weights, shares = _weights(starts, total, last, design)
    before = steps < 0
    if not before.any() or not shares.any():
        return None
    effects = np.einsum("kct,ct->k", weights, paths)
    covariance = np.einsum("kct,ts,lcs,c->kl", weights, spread, weights, 1 / effective)
    return EventPath(effects[before], effects[~before], covariance, shares[~before] / shares.sum())


def _weights(
    starts: NDArray[np.int64], total: Floats, last: int, design: Design
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Give the steps around the base in one run, how cohorts' paths enter each (K, C, T), and treated cells (K,)."""
    ahead = design.anticipation
    found: dict[int, tuple[Floats, float, float]] = {}
    for g in np.flatnonzero(starts < last):
        start, base = int(starts[g]), int(starts[g]) - ahead - 1
        for t in range(last if base >= 0 else 0):
            until = last - 1 if design.comparison is Comparison.NEVER_TREATED else min(max(t, base) + ahead, last - 1)
            compared = starts > until
            compared[g] = False
            if t == base or not compared.any():
                continue
            contrast = np.zeros((len(starts), last))
            contrast[g, t] += 1.0
            contrast[g, base] -= 1.0
            pool = np.where(compared, total, 0.0) / total[compared].sum()
            contrast[:, t] -= pool
            contrast[:, base] += pool
            sums, mass, cells = found.get(t - base, (np.zeros_like(contrast), 0.0, 0.0))
            cells += float(total[g]) if t >= start else 0.0
            found[t - base] = sums + total[g] * contrast, mass + float(total[g]), cells
    low = high = 0
    while low - 1 in found:
        low -= 1
    while high + 1 in found:
        high += 1
    run = [step for step in range(low, high + 1) if step]
    tensor = np.array([found[step][0] / found[step][1] for step in run]).reshape(len(run), len(starts), last)
    return np.array(run, dtype=np.int64), tensor, np.array([found[step][2] for step in run])
