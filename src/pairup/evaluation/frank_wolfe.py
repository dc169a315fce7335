"""Synthetic differences in differences as R's synthdid stops, to compare with what is published; never for an estimate.

Both weights by steps towards one unit at a time (Frank and Wolfe 1956), with an exact length, until a step gains less
than (1e-5 sigma)^2; a hundred steps, then weights up to a quarter of the largest are dropped, then up to ten thousand
more. California: -15.6038, where the optimum gives -15.6054.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def did_as_published(group: Floats, pool: Floats, start: int) -> float:
    """Give the effect of one cohort by the rule of the authors' program. group : (N_1, T). pool : (N_0, T)."""
    before, after = pool[:, :start], pool[:, start:].mean(axis=1)
    sigma = float(np.diff(before, axis=1).std(ddof=1))
    zeta = (len(group) * (pool.shape[1] - start)) ** 0.25 * sigma
    periods = _stepped(before, after, 1e-6 * sigma, sigma)
    units = _stepped(before.T, group.mean(axis=0)[:start], zeta, sigma)
    apart = group.mean(axis=0) - units @ pool
    return float(apart[start:].mean() - periods @ apart[:start])


def _stepped(matrix: Floats, target: Floats, zeta: float, sigma: float) -> Floats:
    about, aim = matrix - matrix.mean(axis=0), target - target.mean()
    weights = _steps(about, aim, zeta, sigma, np.full(matrix.shape[1], 1 / matrix.shape[1]), 100)
    kept = np.where(weights <= weights.max() / 4, 0.0, weights)
    return _steps(about, aim, zeta, sigma, kept / kept.sum(), 10_000)


def _steps(about: Floats, aim: Floats, zeta: float, sigma: float, weights: Floats, most: int) -> Floats:
    rows, near, values = len(aim), (1e-5 * sigma) ** 2, [np.inf, np.inf]
    for _ in range(most):
        fitted = about @ weights
        slope = (fitted - aim) @ about + rows * zeta**2 * weights
        toward = -weights
        toward[int(slope.argmin())] += 1
        moved = about @ toward
        curve = float(moved @ moved + rows * zeta**2 * toward @ toward)
        if curve > 0:
            weights = weights + min(1.0, max(0.0, -float(slope @ toward) / curve)) * toward
        left = about @ weights - aim
        values.append(float(zeta**2 * weights @ weights + left @ left / rows))
        if len(values) > 4 and values[-2] - values[-1] <= near:
            break
    return weights
