"""Compiled: least squares on the simplex with a ridge, for many fits that share their data.

With rho |w|^2 added most points carry weight; a semismooth Newton method in the dual (Qi and Sun 1993; Li, Sun and Toh
2018) solves one equation in the residual, whose size is the number of rows. Its matrix changes by the points that
enter or leave from step to step, and so is seldom summed anew. Nothing is left to a library whose order of adding up
hangs on the number of threads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NEWTON_STEPS = 25


@compiled
def _threshold(values: Floats, free: Flags) -> float:
    """Give tau with sum max(v - tau, 0) = 1 over the free (Michelot 1986)."""
    count, total = 0, 0.0
    for j in range(len(values)):
        if free[j]:
            count += 1
            total += values[j]
    tau = (total - 1) / count
    while True:
        inside, total = 0, 0.0
        for j in range(len(values)):
            if free[j] and values[j] > tau:
                inside += 1
                total += values[j]
        if inside == count or inside == 0:
            return tau
        count, tau = inside, (total - 1) / inside


@compiled
def _weigh(rows: Floats, columns: Floats, target: Floats, ridge: float, free: Flags, residual: Floats,
           weights: Floats, miss: Floats) -> float:  # fmt: skip
    """Write the weights of a residual and by how much it misses A w - y; give the dual value there."""
    size, count = rows.shape
    slopes = np.zeros(count)
    for t in range(size):
        factor = residual[t] / ridge
        for j in range(count):
            slopes[j] -= factor * rows[t, j]
    tau = _threshold(slopes, free)
    inner = 0.0
    miss[:] = residual + target
    for j in range(count):
        weights[j] = max(slopes[j] - tau, 0.0) if free[j] else 0.0
        if weights[j] > 0:
            inner += weights[j] * (0.5 * weights[j] - slopes[j])
            factor = weights[j]
            for t in range(size):
                miss[t] -= factor * columns[j, t]
    dual = ridge * inner
    for t in range(size):
        dual -= residual[t] * (0.5 * residual[t] + target[t])
    return dual


@compiled
def ridge_gap(rows: Floats, columns: Floats, target: Floats, ridge: float, free: Flags, weights: Floats) -> float:
    """Give the duality gap g'w - min g of weights."""
    residual = -target
    for j in range(len(weights)):
        if weights[j] != 0:
            for t in range(len(target)):
                residual[t] += weights[j] * columns[j, t]
    slopes = ridge * weights
    for t in range(len(target)):
        factor = residual[t]
        for j in range(len(weights)):
            slopes[j] += factor * rows[t, j]
    least, level = np.inf, 0.0
    for j in range(len(weights)):
        if free[j]:
            least = min(least, slopes[j])
            level += weights[j] * slopes[j]
    return max(0.0, level - least)


@compiled
def _solved(matrix: Floats, right: Floats) -> None:
    """Solve in place for a symmetric matrix of which the upper triangle is given; it is overwritten."""
    size = len(right)
    for k in range(size):
        root = np.sqrt(max(matrix[k, k], 1e-300))
        for i in range(k, size):
            matrix[k, i] /= root
        right[k] /= root
        for i in range(k + 1, size):
            factor = matrix[k, i]
            for m in range(i, size):
                matrix[i, m] -= factor * matrix[k, m]
            right[i] -= factor * right[k]
    for k in range(size - 1, -1, -1):
        left = right[k]
        for i in range(k + 1, size):
            left -= matrix[k, i] * right[i]
        right[k] = left / matrix[k, k]


@compiled
def _entered(columns: Floats, weights: Floats, inside: Flags, summed: Floats, within: Floats) -> int:
    """Bring the sums over the points inside up to date with the weights; give how many came or went."""
    size, changed, many = columns.shape[1], 0, 0
    for j in range(len(weights)):
        changed += (weights[j] > 0) != inside[j]
        many += weights[j] > 0
    if changed > many:
        inside[:], summed[:], within[:] = False, 0.0, 0.0
    for j in range(len(weights)):
        if (weights[j] > 0) != inside[j]:
            inside[j] = weights[j] > 0
            sign = 1.0 if inside[j] else -1.0
            for t in range(size):
                factor = sign * columns[j, t]
                summed[t] += factor
                for s in range(t, size):
                    within[t, s] += factor * columns[j, s]
    return changed


@compiled
def spread(rows: Floats, columns: Floats, target: Floats, ridge: float, free: Flags, moment: Floats) -> Floats:
    """Give the weights (J,) that minimise |A w - y|^2 + ridge |w|^2 over the free ones. Long: one loop.

    rows : (M, J), A. columns : (J, M), the same, so that both products run along memory. moment : (M, M), of which the
    upper triangle holds the sum of a_j a_j' over all j. Begins where all weigh alike: with a large ridge that is near.
    With a small one it may not arrive, which `ridge_gap` shows.
    """
    size, count = rows.shape
    weights, tried = np.zeros(count), np.zeros(count)
    miss, missed, residual = np.empty(size), np.empty(size), np.zeros(size)
    inside, summed, within = np.ones(count, np.bool_), np.zeros(size), moment.copy()
    length, near = 1.0, 1e-12 * max((target**2).sum(), 1e-300)
    for t in range(size):
        summed[t] = rows[t].sum()
    dual = _weigh(rows, columns, target, ridge, free, residual, weights, miss)
    for iteration in range(_NEWTON_STEPS):
        changed = _entered(columns, weights, inside, summed, within)
        # the equation is linear while no weight comes or goes: a whole step on the same set has solved it
        if iteration > 0 and changed == 0 and length == 1.0:
            break
        many = inside.sum()
        matrix, step, rise = np.empty((size, size)), np.empty(size), 0.0
        for t in range(size):
            step[t] = -miss[t]
            for s in range(t, size):
                matrix[t, s] = (within[t, s] - summed[t] * summed[s] / many) / ridge
            matrix[t, t] += 1.0
        _solved(matrix, step)
        for t in range(size):
            rise += miss[t] * step[t]
        length = 1.0
        while True:
            there = _weigh(rows, columns, target, ridge, free, residual + length * step, tried, missed)
            if there >= dual - 1e-4 * length * rise or length < 1e-10:
                break
            length /= 2
        residual = residual + length * step
        dual = there
        weights, tried = tried, weights
        miss, missed = missed, miss
        if length < 1e-10 or ridge_gap(rows, columns, target, ridge, free, weights) <= near:
            break
    return weights


@compiled
def spread_each(rows: Floats, columns: Floats, targets: Floats, ridges: Floats, out: Ints,
                moment: Floats) -> tuple[Floats, Floats]:  # fmt: skip
    """Fit K targets (K, M), each with its ridge and without the points `out` (K, L; -1 for none).

    Gives the weights (K, J) and the gaps (K,), which tell where `spread` did not arrive.
    """
    weights, gaps = np.zeros((len(targets), rows.shape[1])), np.zeros(len(targets))
    for k in range(len(targets)):
        free, target, ridge = np.ones(rows.shape[1], np.bool_), targets[k], ridges[k]
        for j in out[k]:
            if j >= 0:
                free[j] = False
        weights[k] = spread(rows, columns, target, ridge, free, moment)
        gaps[k] = ridge_gap(rows, columns, target, ridge, free, weights[k])
    return weights, gaps
