"""Weights that are not negative and add up to one, fitted by least squares, each with a proof of how good it is.

With columns a_j (units of the pool, or periods) and a target y, the weights w minimise

    f(w) = 1/2 |A w - y|^2 + rho/2 |w|^2   over   w >= 0, sum w = 1.

Two solvers, since neither does both well. With a ridge, a semismooth Newton method in the dual, whose size is the
number of rows (Qi and Sun 1993; Li, Sun and Toh 2018 for the idea): the weights are the projection of -A'r/rho on the
simplex, r = A w - y, which makes one equation in r. Without, an active set on the Gram matrix (Lawson and Hanson 1974,
with the sum held).

The proof is the duality gap g'w - min g with g the gradient of f at w: f(w) less the least value is at most that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STEPS = 200


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
    size = len(target)
    residual = matrix.mean(axis=1) - target
    best = _weighed(matrix, target, ridge, residual)
    for _ in range(_STEPS):
        weights, dual, miss = best
        if _gap(matrix, target, ridge, weights) <= _near(target):
            break
        inside = matrix[:, weights > 0]
        inside = inside - inside.mean(axis=1, keepdims=True)
        step = np.linalg.solve(np.eye(size) + inside @ inside.T / ridge, -miss)
        length, rise = 1.0, float(miss @ step)  # the dual falls along the step by -rise
        while True:
            there = _weighed(matrix, target, ridge, residual + length * step)
            if there[1] >= dual - 1e-4 * length * rise or length < 1e-10:
                break
            length /= 2
        residual, best = residual + length * step, there
        if length < 1e-10:
            break
    return _fit(matrix, target, ridge, best[0])


def _weighed(matrix: Floats, target: Floats, ridge: float, residual: Floats) -> tuple[Floats, float, Floats]:
    """Give the weights of a residual, the dual value there, and by how much the residual misses A w - y."""
    slope = residual @ matrix
    weights = on_simplex(-slope / ridge)
    inner = float(slope @ weights + 0.5 * ridge * weights @ weights)
    dual = float(-0.5 * residual @ residual - residual @ target) + inner
    return weights, dual, residual + target - matrix @ weights


def fit_plain(gram: Floats, cross: Floats, square: float) -> Fit:
    """Fit from the Gram matrix G = A'A + rho I (J, J), c = A'y (J,) and y'y; rho may be zero.

    Where several weights are best, one of them. The Gram matrix can be shared by many targets.
    """
    # in units in which the sum to one and the squares weigh alike
    scale = max(float(np.abs(np.diag(gram)).max()), float(np.abs(cross).max()), 1e-300)
    even, toward = gram / scale, cross / scale
    active = [int(np.argmin(0.5 * np.diag(even) - toward))]
    weights = np.zeros(len(cross))
    weights[active] = 1.0
    for _ in range(_STEPS + 10 * len(cross)):
        gradient = even @ weights - toward
        entering = int(np.argmin(gradient))
        if float(gradient @ weights - gradient[entering]) <= 1e-13 or entering in active:
            break
        active.append(entering)
        weights = _settled(even, toward, weights, active)
    gradient = gram @ weights - cross
    objective = float(0.5 * weights @ (gradient - cross)) + 0.5 * square
    return Fit(weights, objective, max(0.0, float(gradient @ weights - gradient.min())))


def _settled(gram: Floats, cross: Floats, weights: Floats, active: list[int]) -> Floats:
    """Move to the best weights over the active columns, dropping those that would turn negative on the way."""
    while True:
        count = len(active)
        system = np.zeros((count + 1, count + 1))
        system[:count, :count] = gram[np.ix_(active, active)]
        system[:count, count] = system[count, :count] = 1.0
        wanted = np.linalg.lstsq(system, np.append(cross[active], 1.0), rcond=None)[0][:count]
        now = weights[active]
        if (wanted > 0).all():
            moved = np.zeros_like(weights)
            moved[active] = wanted / wanted.sum()
            return moved
        falling = wanted <= 0
        share = now[falling] / np.maximum(now[falling] - wanted[falling], 1e-300)
        step = min(1.0, float(share.min()))
        moved = np.zeros_like(weights)
        moved[active] = np.maximum(now + step * (wanted - now), 0.0)
        gone = [column for column in active if moved[column] <= 1e-14]
        if len(gone) == count or not gone:
            return weights
        for column in gone:
            active.remove(column)
            moved[column] = 0.0
        weights = moved / moved.sum()


def _gap(matrix: Floats, target: Floats, ridge: float, weights: Floats) -> float:
    gradient = (matrix @ weights - target) @ matrix + ridge * weights
    return max(0.0, float(gradient @ weights - gradient.min()))


def _near(target: Floats) -> float:
    return 1e-12 * max(float(target @ target), 1e-300)


def _fit(matrix: Floats, target: Floats, ridge: float, weights: Floats) -> Fit:
    miss = matrix @ weights - target
    objective = 0.5 * float(miss @ miss) + 0.5 * ridge * float(weights @ weights)
    return Fit(weights, objective, _gap(matrix, target, ridge, weights))
