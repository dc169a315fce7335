"""Weights that are not negative and add up to one, fitted by least squares, each with a proof of how good it is.

With columns a_j (units of the pool, or periods) and a target y, the weights w minimise

    f(w) = 1/2 |A w - y|^2 + rho/2 |w|^2   over   w >= 0, sum w = 1.

Two solvers (`ridge`, `hull`), since neither does both well: a semismooth Newton method in the dual where there is a
ridge, the nearest point of a hull where there is none.

The proof is the duality gap g'w - min g with g the gradient of f at w: f(w) less the least value is at most that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.hull import nearest, products
from pairup.evaluation.ridge import ridge_gap, spread_each

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """Weights (J,), the objective f, and a bound on how far f is above its least value."""

    weights: Floats
    objective: float
    gap: float


def on_simplex(values: Floats) -> Floats:
    """Project onto the weights that are not negative and add up to one (Held, Wolfe and Crowder 1974)."""
    down = np.sort(values)[::-1]
    excess = np.cumsum(down) - 1
    last = np.flatnonzero(down - excess / np.arange(1, len(down) + 1) > 0)[-1]
    projected: Floats = np.maximum(values - excess[last] / (last + 1), 0.0)
    return projected


def fit_with_ridge(matrix: Floats, target: Floats, ridge: float) -> Fit:
    """Fit with rho = `ridge` above zero. matrix : (M, J). target : (M,). Refuses a ridge of zero or less.

    Takes some ten solves of M equations, whatever J is; a ridge many orders below |A|^2 belongs to `fit_plain`.
    """
    if not ridge > 0:
        raise ValueError(f"a ridge above zero is expected, not {ridge}")
    out = np.full((1, 1), -1)
    weights, gaps = fits_with_ridge(np.ascontiguousarray(matrix), np.asarray(target)[None], np.array([ridge]), out)
    miss = matrix @ weights[0] - target
    objective = 0.5 * float(miss @ miss) + 0.5 * ridge * float(weights[0] @ weights[0])
    return Fit(weights[0], objective, float(gaps[0]))


def fits_with_ridge(rows: Floats, targets: Floats, ridges: Floats, out: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Fit K targets (K, M) with their ridges (K,), without the points `out` (K, L; -1 for none). rows : (M, J), A.

    Newton's method first; where the ridge is too small for it, the nearest point of the hull in M + J dimensions.
    Gives the weights (K, J) and the gaps (K,).
    """
    columns, gram = np.ascontiguousarray(rows.T), None
    weights, gaps = spread_each(rows, columns, np.asarray(targets, np.float64), ridges, out, products(rows))
    for k in np.flatnonzero(gaps > 1e-10 * ((targets**2).sum(axis=1) + ridges)):
        gram = products(columns) if gram is None else gram
        free = np.ones(len(columns), np.bool_)
        free[out[k][out[k] >= 0]] = False
        target, ridge = targets[k], float(ridges[k])
        other, _ = nearest(gram, (columns * target).sum(axis=1), float(target @ target), ridge, free)
        gap = ridge_gap(rows, columns, target, ridge, free, other)
        if gap < gaps[k]:
            weights[k], gaps[k] = other, gap
    return weights, gaps


def fit_plain(gram: Floats, cross: Floats, square: float) -> Fit:
    """Fit from the Gram matrix G = A'A + rho I (J, J), c = A'y (J,) and y'y; rho may be zero.

    Where several weights are best, one of them. The Gram matrix can be shared by many targets.
    """
    weights, _ = nearest(
        np.ascontiguousarray(gram), np.ascontiguousarray(cross), float(square), 0.0, np.ones(len(cross), np.bool_)
    )
    gradient = gram @ weights - cross
    objective = float(0.5 * weights @ (gradient - cross)) + 0.5 * square
    return Fit(weights, objective, max(0.0, float(gradient @ weights - gradient.min())))


def fit_points(points: Floats, target: Floats) -> Fit:
    """Fit the weights of points without a ridge. points : (J, M), a row each. target : (M,).

    The points are taken about their mean, which changes no answer and keeps digits where levels are large.
    """
    middle = points.mean(axis=0)
    about, aim = points - middle, target - middle
    everyone = np.ones(len(points), np.bool_)
    weights, _ = nearest(products(about), about @ aim, float(aim @ aim), 0.0, everyone)
    miss = weights @ about - aim
    gradient = about @ miss
    return Fit(weights, 0.5 * float(miss @ miss), max(0.0, float(gradient @ weights - gradient.min())))
