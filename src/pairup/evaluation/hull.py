"""Compiled: the point of a hull nearest to a target, for many fits that share their data.

Points a_j and a target y are known by their products G = A'A and c = A'y. Wolfe's method (Mathematical Programming 11,
1976) grows a set of affinely independent points by the one that promises most and cuts it where a weight would turn
negative: finite, exact, best where few points carry weight. All points are priced only when the promising ones are
spent. No sum is left to a library whose order of adding up hangs on the number of threads, so the same input gives
the same bytes on any number of workers. Kernels call none of another module: numba would not see it change.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@compiled
def products(rows: Floats) -> Floats:
    """Give the (J, J) products of J rows with each other. rows : (J, M)."""
    count, size = rows.shape
    across = np.ascontiguousarray(rows.T)
    gram = np.zeros((count, count))
    for i in range(count):
        for t in range(size):
            factor = rows[i, t]
            for j in range(i, count):
                gram[i, j] += factor * across[t, j]
    for i in range(count):
        for j in range(i):
            gram[i, j] = gram[j, i]
    return gram


@compiled
def weighed_rows(weights: Floats, rows: Floats) -> Floats:
    """Add up rows by their weights, in their order. weights : (K, J). rows : (J, T). Gives (K, T)."""
    summed = np.zeros((weights.shape[0], rows.shape[1]))
    for k in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            factor = weights[k, j]
            if factor != 0.0:
                for t in range(rows.shape[1]):
                    summed[k, t] += factor * rows[j, t]
    return summed


@compiled
def _factored(gram: Floats, cross: Floats, square: float, ridge: float, chosen: Ints, count: int, lift: float,
              root: Floats, first: int) -> None:  # fmt: skip
    """Write the Cholesky root of the chosen points' products about the target, plus `lift`, from row `first` on."""
    for a in range(first, count):
        i = chosen[a]
        for b in range(a + 1):
            j = chosen[b]
            left = gram[i, j] - cross[i] - cross[j] + square + lift
            for m in range(b):
                left -= root[a, m] * root[b, m]
            root[a, b] = left / root[b, b] if b < a else np.sqrt(max(left + ridge, 1e-14 * lift))


@compiled
def _affine(root: Floats, count: int, weights: Floats) -> None:
    """Write the weights, of any sign, of the point nearest to the target in the plane through the chosen points."""
    for a in range(count):
        left = 1.0
        for m in range(a):
            left -= root[a, m] * weights[m]
        weights[a] = left / root[a, a]
    for a in range(count - 1, -1, -1):
        left = weights[a]
        for m in range(a + 1, count):
            left -= root[m, a] * weights[m]
        weights[a] = left / root[a, a]
    weights[:count] /= weights[:count].sum()


@compiled
def _slope(gram: Floats, cross: Floats, ridge: float, chosen: Ints, now: Floats, count: int, j: int) -> float:
    """Give the gradient in one weight."""
    slope: float = -cross[j]
    for a in range(count):
        slope += now[a] * gram[chosen[a], j]
        if chosen[a] == j:
            slope += ridge * now[a]
    return slope


@compiled
def _priced(gram: Floats, cross: Floats, free: Flags, chosen: Ints, now: Floats, count: int,
            slopes: Floats) -> tuple[int, float]:  # fmt: skip
    """Write the gradient in each weight that is free and not chosen; give the place of the least, and it."""
    slopes[:] = -cross
    for a in range(count):
        factor, i = now[a], chosen[a]
        for j in range(len(cross)):
            slopes[j] += factor * gram[i, j]
    for a in range(count):
        slopes[chosen[a]] = np.inf
    least = -1
    for j in range(len(cross)):
        if free[j] and slopes[j] < np.inf and (least < 0 or slopes[j] < slopes[least]):
            least = j
    return least, slopes[least] if least >= 0 else np.inf


@compiled
def _hot(free: Flags, slopes: Floats, cut: float, hot: Ints) -> int:
    """Write the places whose gradient is below a cut; give how many."""
    hots = 0
    for j in range(len(slopes)):
        if free[j] and slopes[j] < cut:
            hot[hots] = j
            hots += 1
    return hots


@compiled
def _least_hot(gram: Floats, cross: Floats, ridge: float, chosen: Ints, now: Floats, count: int,
               hot: Ints) -> tuple[int, float]:  # fmt: skip
    """Give the place of the least gradient among some, and it."""
    entering, least = -1, np.inf
    for j in hot:
        slope = _slope(gram, cross, ridge, chosen, now, count, j)
        if slope < least:
            least, entering = slope, j
    return entering, least


@compiled
def _closest(gram: Floats, cross: Floats, free: Flags) -> tuple[int, float]:
    """Give the free point nearest to the target, and the largest square of any."""
    first, widest = -1, 0.0
    for j in range(len(cross)):
        widest = max(widest, gram[j, j])
        if free[j] and (first < 0 or gram[j, j] - 2 * cross[j] < gram[first, first] - 2 * cross[first]):
            first = j
    return first, widest


@compiled
def _settled(gram: Floats, cross: Floats, square: float, ridge: float, chosen: Ints, now: Floats, count: int,
             lift: float, root: Floats, then: Floats) -> int:  # fmt: skip
    """Move to the nearest point over the chosen, dropping those whose weight would turn negative; give how many stay.

    The last of the chosen has just come; of the others `root` is up to date.
    """
    changed = count - 1
    while True:
        _factored(gram, cross, square, ridge, chosen, count, lift, root, changed)
        _affine(root, count, then)
        step = 1.0
        for a in range(count):
            if then[a] <= 0 and now[a] - then[a] > 0:
                step = min(step, now[a] / (now[a] - then[a]))
        kept, changed = 0, count
        for a in range(count):
            value = now[a] + step * (then[a] - now[a])
            if value > 1e-14:
                chosen[kept], now[kept] = chosen[a], value
                kept += 1
            else:
                changed = min(changed, a)
        if kept == count:
            return count
        count = kept


@compiled
def nearest(gram: Floats, cross: Floats, square: float, ridge: float, free: Flags) -> tuple[Floats, float]:
    """Give the weights (J,) of the point of the hull nearest to the target, and the duality gap.

    gram : (J, J) products of the points; `ridge` is added to its diagonal. cross : (J,) with the target. square : of
    the target. free : (J,), the others take no part.
    """
    total, room = len(cross), min(len(cross), 512)
    weights, slopes = np.zeros(total), np.empty(total)
    first, widest = _closest(gram, cross, free)
    lift = max(gram[first, first] - 2 * cross[first] + square + ridge, 1e-12 * max(widest, square), 1e-300)
    near = 1e-13 * lift + 1e-15 * widest
    chosen, hot = np.empty(room, np.int64), np.empty(total, np.int64)
    now, then, root = np.zeros(room), np.zeros(room), np.zeros((room, room))
    chosen[0], now[0], count = first, 1.0, 1
    _factored(gram, cross, square, ridge, chosen, count, lift, root, 0)
    hots, is_whole, gap = 0, True, np.inf
    for _ in range(50 * (room + 10)):
        level = 0.0
        for a in range(count):
            level += now[a] * _slope(gram, cross, ridge, chosen, now, count, chosen[a])
        if is_whole:
            entering, least = _priced(gram, cross, free, chosen, now, count, slopes)
            hots = _hot(free, slopes, level - 0.4 * (level - least), hot)
        else:
            entering, least = _least_hot(gram, cross, ridge, chosen, now, count, hot[:hots])
        if level - least <= near or count == room or (chosen[:count] == entering).any():
            if is_whole:
                gap = level - least
                break
            is_whole = True
            continue
        is_whole = False
        chosen[count], now[count] = entering, 0.0
        count = _settled(gram, cross, square, ridge, chosen, now, count + 1, lift, root, then)
    for a in range(count):
        weights[chosen[a]] = now[a] / now[:count].sum()
        gap = max(gap, level - _slope(gram, cross, ridge, chosen, now, count, chosen[a]))
    return weights, max(gap, 0.0)


@compiled
def nearest_each(gram: Floats) -> tuple[Floats, Floats]:
    """Give for each point the weights of the others nearest to it, (J, J), its own zero; and the gaps (J,)."""
    weights, gaps = np.empty_like(gram), np.empty(len(gram))
    free = np.ones(len(gram), np.bool_)
    for j in range(len(gram)):
        free[j] = False
        weights[j], gaps[j] = nearest(gram, gram[j], gram[j, j], 0.0, free)
        free[j] = True
    return weights, gaps


@compiled
def matched(distances: Floats, scales: Floats, pool: Floats, target: Floats) -> tuple[Floats, Floats, Floats]:
    """Fit units by their predictors, once for each way to weigh the predictors.

    distances : (K, J), each unit's predictors less the target's. scales : (P, K), what each predictor counts.
    pool : (J, M) and target : (M,), outcomes. Gives weights (P, J), the mean squares of the outcomes' misfit (P,) and
    the gaps (P,) of the fits to the predictors.
    """
    many, count = len(scales), distances.shape[1]
    weights, losses, gaps = np.empty((many, count)), np.zeros(many), np.empty(many)
    nothing, free = np.zeros(count), np.ones(count, np.bool_)
    for p in range(many):
        gram = np.zeros((count, count))
        for k in range(len(distances)):
            scale = scales[p, k]
            if scale > 0:
                for i in range(count):
                    factor = scale * distances[k, i]
                    for j in range(count):
                        gram[i, j] += factor * distances[k, j]
        weights[p], gaps[p] = nearest(gram, nothing, 0.0, 0.0, free)
        left = target.copy()
        for j in range(count):
            if weights[p, j] > 0:
                for t in range(len(target)):
                    left[t] -= weights[p, j] * pool[j, t]
        losses[p] = (left**2).mean()
    return weights, losses, gaps


@compiled
def nearest_without(gram: Floats, cross: Floats, rows: Floats, after: Floats, out: Ints,
                    ridges: Floats) -> tuple[Floats, Floats]:  # fmt: skip
    """Fit the columns of `rows` to `after`, about their means, K times: each without the rows `out` (K, L; -1: none).

    rows : (J, M) and after : (J,), less the mean of all rows, so that they add up to nothing. gram : (M, M) rows'rows.
    cross : (M,) rows'after. ridges : (K,). Gives the weights (K, M) of the columns and the gaps (K,).
    """
    size, whole = len(cross), (after**2).sum()
    weights, gaps, free = np.empty((len(out), size)), np.zeros(len(out)), np.ones(size, np.bool_)
    for k in range(len(out)):
        left, aim, middle = gram.copy(), cross.copy(), np.zeros(size)
        count, total, square = len(after), 0.0, whole
        for j in out[k]:
            if j >= 0:
                count -= 1
                total -= after[j]
                square -= after[j] * after[j]
                for t in range(size):
                    factor = rows[j, t]
                    middle[t] -= factor
                    aim[t] -= factor * after[j]
                    for s in range(size):
                        left[t, s] -= factor * rows[j, s]
        for t in range(size):
            factor = middle[t] / count
            aim[t] -= factor * total
            for s in range(size):
                left[t, s] -= factor * middle[s]
            left[t, t] += ridges[k]
        weights[k], gaps[k] = nearest(left, aim, max(square - total * total / count, 0.0), 0.0, free)
    return weights, gaps
