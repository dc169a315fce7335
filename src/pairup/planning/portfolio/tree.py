"""Branch and bound over a dense packing programme, compiled: every node is a few dual simplex steps.

`maximise worth x, table x <= room, x in {0, 1}`, where the last row may be an equation (so many items). A pass asks
one thing: is there a plan worth more than `floor`? Nodes whose bound is no more are left, and items whose reduced
worth says that turning them round would fall to the floor are settled. So a pass that ends proves the bound `floor`,
also where that lies above the best plan; passes with lower and lower floors lower the bound (iterative deepening,
Korf 1985, https://doi.org/10.1016/0004-3702(85)90084-0). Settling by reduced worth and splitting by the number of
items after Vimont, Boussier, Vasquez 2008 (https://doi.org/10.1007/s10878-007-9074-4).

Bounds are safe: a node is left only where `price x room + sum of what each free item is worth above its price`,
summed anew from the prices, is at most the floor. That bounds for any prices at all (weak duality), so no rounding
inside the simplex can hide a plan.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.planning.kernels import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FREE = -1
#: a basis is inverted anew after so many steps
FRESH = 60
#: fractional items looked at before one is branched on
LOOKED_AT = 8
#: how a node ends
SOLVED, LEFT, LOST = 0, 1, 2


@compiled
def _invert(matrix: Floats, inverse: Floats) -> bool:  # noqa: C901
    """Write the inverse of a small matrix, which is used up; say whether there is one."""
    size = matrix.shape[0]
    for i in range(size):
        for j in range(size):
            inverse[i, j] = 1.0 if i == j else 0.0
    for column in range(size):
        best = column
        for i in range(column + 1, size):
            if abs(matrix[i, column]) > abs(matrix[best, column]):
                best = i
        if abs(matrix[best, column]) < 1e-11:
            return False
        if best != column:
            for j in range(size):
                matrix[column, j], matrix[best, j] = matrix[best, j], matrix[column, j]
                inverse[column, j], inverse[best, j] = inverse[best, j], inverse[column, j]
        pivot = matrix[column, column]
        for j in range(size):
            matrix[column, j] /= pivot
            inverse[column, j] /= pivot
        for i in range(size):
            if i != column and matrix[i, column] != 0.0:
                factor = matrix[i, column]
                for j in range(size):
                    matrix[i, j] -= factor * matrix[column, j]
                    inverse[i, j] -= factor * inverse[column, j]
    return True


@compiled
def _place(  # noqa: C901
    worth: Floats, table: Floats, room: Floats, mark: Ints, basis: Ints, row_of: Ints, inverse: Floats,
    reduced: Floats, is_up: Ints, amount: Floats,
) -> float:  # fmt: skip
    """Write inverse, reduced worths, sides and amounts of a basis; give its objective, or NaN where it is none."""
    rows, items = table.shape
    square = np.empty((rows, rows))
    for r in range(rows):
        if basis[r] < items:
            for i in range(rows):
                square[i, r] = table[i, basis[r]]
        else:
            for i in range(rows):
                square[i, r] = 1.0 if i == basis[r] - items else 0.0
    if not _invert(square, inverse):
        return np.nan
    price = np.zeros(rows)
    for r in range(rows):
        if basis[r] < items:
            for i in range(rows):
                price[i] += worth[basis[r]] * inverse[r, i]
    reduced[:items] = worth
    for i in range(rows):
        for j in range(items):
            reduced[j] -= price[i] * table[i, j]
        reduced[items + i] = -price[i]
    left = room.copy()
    objective = 0.0
    for j in range(items):
        if row_of[j] < 0:
            is_up[j] = mark[j] if mark[j] != FREE else (1 if reduced[j] > 0 else 0)
            if is_up[j] == 1:
                objective += worth[j]
                for i in range(rows):
                    left[i] -= table[i, j]
    for r in range(rows):
        reduced[basis[r]] = 0.0
        total = 0.0
        for i in range(rows):
            total += inverse[r, i] * left[i]
        amount[r] = total
        if basis[r] < items:
            objective += worth[basis[r]] * total
    return objective


@compiled
def bound_at(price: Floats, worth: Floats, table: Floats, room: Floats, mark: Ints, equal: int) -> float:
    """Bound every plan that keeps the marks by any prices; those of rows that are no equation count from 0."""
    rows, items = table.shape
    total = 0.0
    left = worth.copy()
    for i in range(rows):
        p = price[i]
        if i != equal and p < 0.0:
            p = 0.0
        if p != 0.0:
            total += p * room[i]
            for j in range(items):
                left[j] -= p * table[i, j]
    for j in range(items):
        if mark[j] == 1 or (mark[j] == FREE and left[j] > 0.0):
            total += left[j]
    return total


@compiled
def _row(inverse: Floats, r: int, table: Floats, alpha: Floats) -> None:
    """Write row r of the tableau."""
    rows, items = table.shape
    alpha[:items] = 0.0
    for i in range(rows):
        factor = inverse[r, i]
        alpha[items + i] = factor
        if factor != 0.0:
            for j in range(items):
                alpha[j] += factor * table[i, j]


@compiled
def _entering(
    alpha: Floats, sign: float, over: float, reduced: Floats, mark: Ints, is_up: Ints, row_of: Ints, items: int,
    equal: int, listed: Ints, ratio: Floats, flips: Ints,
) -> tuple[int, int, float, float]:  # fmt: skip
    """Find what enters for a row that is `over` its limit; long steps turn boxed items round on the way.

    Gives the column (-1: none), how many are turned, how far the objective falls, and by how much the row is over
    after the turns (Maros 2003, the bound flipping ratio test).
    """
    count = 0
    size = len(alpha)
    for j in range(size):
        if row_of[j] >= 0:
            continue
        a = sign * alpha[j]
        if j < items:
            if mark[j] != FREE:
                continue
            if (is_up[j] == 0 and a > 1e-9) or (is_up[j] == 1 and a < -1e-9):
                listed[count] = j
                ratio[count] = abs(reduced[j]) / abs(a)
                count += 1
        elif j - items != equal and a > 1e-9:
            listed[count] = j
            ratio[count] = abs(reduced[j]) / a
            count += 1
    slope, turned, fallen, before = over, 0, 0.0, 0.0
    while count > 0:
        best = 0
        for k in range(1, count):
            if ratio[k] < ratio[best] or (ratio[k] == ratio[best] and abs(alpha[listed[k]]) > abs(alpha[listed[best]])):
                best = k
        j = listed[best]
        fallen += slope * (ratio[best] - before)
        before = ratio[best]
        if j >= items or slope - abs(alpha[j]) <= 0.0:
            return j, turned, fallen, slope
        slope -= abs(alpha[j])
        flips[turned] = j
        turned += 1
        count -= 1
        listed[best] = listed[count]
        ratio[best] = ratio[count]
    return -1, turned, fallen, slope


@compiled
def _step(  # noqa: C901
    r: int, q: int, turned: int, flips: Ints, alpha: Floats, limit: float, table: Floats, mark: Ints, basis: Ints,
    row_of: Ints, inverse: Floats, reduced: Floats, is_up: Ints, amount: Floats,
) -> None:  # fmt: skip
    """Turn the listed items round, then let column q take row r; all of the tableau is written."""
    rows, items = table.shape
    if turned > 0:
        change = np.zeros(rows)
        for k in range(turned):
            j = flips[k]
            step = -1.0 if is_up[j] == 1 else 1.0
            is_up[j] = 1 - is_up[j]
            for i in range(rows):
                change[i] += step * table[i, j]
        for i in range(rows):
            total = 0.0
            for k in range(rows):
                total += inverse[i, k] * change[k]
            amount[i] -= total
    column = np.zeros(rows)
    for i in range(rows):
        if q < items:
            total = 0.0
            for k in range(rows):
                total += inverse[i, k] * table[k, q]
            column[i] = total
        else:
            column[i] = inverse[i, q - items]
    fall = reduced[q] / alpha[q]
    if fall != 0.0:
        for j in range(len(alpha)):
            reduced[j] -= fall * alpha[j]
    out = basis[r]
    reduced[out] = -fall
    reduced[q] = 0.0
    far = (amount[r] - limit) / column[r]
    for i in range(rows):
        amount[i] -= far * column[i]
    amount[r] = far + (1.0 if q < items and is_up[q] == 1 else 0.0)
    if out < items:
        is_up[out] = 1 if limit > 0.5 else 0
    row_of[out], row_of[q], basis[r] = -1, r, q
    pivot = column[r]
    for k in range(rows):
        inverse[r, k] /= pivot
    for i in range(rows):
        if i != r and column[i] != 0.0:
            factor = column[i]
            for k in range(rows):
                inverse[i, k] -= factor * inverse[r, k]


@compiled
def _solve(  # noqa: C901
    floor: float, worth: Floats, table: Floats, room: Floats, mark: Ints, equal: int, basis: Ints, row_of: Ints,
    inverse: Floats, reduced: Floats, is_up: Ints, amount: Floats, alpha: Floats, listed: Ints, ratio: Floats,
    flips: Ints, figures: Floats, slack: float,
) -> int:  # fmt: skip
    """Go on with the dual simplex until solved, or no better than the floor. `figures`: objective, steps since fresh.

    Long because the cases of one step share its arrays.
    """
    rows, items = table.shape
    price = np.empty(rows)
    doubted = 0
    while True:
        if figures[1] >= FRESH:
            figures[1] = 0.0
            figures[0] = _place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
            if np.isnan(figures[0]):
                return LOST
        is_left = figures[0] < floor
        r, sign, over, limit = -1, 0.0, 1e-7, 0.0
        if not is_left:
            for i in range(rows):
                j = basis[i]
                if j < items:
                    low = 1.0 if mark[j] == 1 else 0.0
                    high = 0.0 if mark[j] == 0 else 1.0
                    if low - amount[i] > over:
                        r, sign, over, limit = i, -1.0, low - amount[i], low
                    elif amount[i] - high > over:
                        r, sign, over, limit = i, 1.0, amount[i] - high, high
                elif -amount[i] > slack and -amount[i] > over:
                    r, sign, over, limit = i, -1.0, -amount[i], 0.0
                elif j - items == equal and amount[i] > over:
                    r, sign, over, limit = i, 1.0, amount[i], 0.0
            if r < 0:
                return SOLVED
            _row(inverse, r, table, alpha)
            q, turned, fallen, left = _entering(
                alpha, sign, over, reduced, mark, is_up, row_of, items, equal, listed, ratio, flips
            )
        if is_left or q < 0:
            for i in range(rows):
                price[i] = -reduced[items + i]
            if not is_left:  # nothing can enter: along this row prices fall without end
                for i in range(rows):
                    price[i] += sign * inverse[r, i] * 10.0 * (1.0 + abs(figures[0] - floor)) / max(left, 1e-6)
            if bound_at(price, worth, table, room, mark, equal) < floor:
                return LEFT
            doubted += 1
            if doubted > 2:
                return LOST
            figures[1] = FRESH
            continue
        _step(r, q, turned, flips, alpha, limit, table, mark, basis, row_of, inverse, reduced, is_up, amount)
        figures[0] -= fallen
        figures[1] += 1.0


@compiled
def _branching(
    worth: Floats, table: Floats, mark: Ints, equal: int, basis: Ints, row_of: Ints, inverse: Floats, reduced: Floats,
    is_up: Ints, amount: Floats, alpha: Floats, listed: Ints, ratio: Floats, flips: Ints,
) -> int:  # fmt: skip
    """Choose the row to branch on: the two first steps of the dual simplex let the objective fall farthest."""
    rows, items = table.shape
    best, best_score = -1, -1.0
    looked = 0
    part = np.full(rows, -1.0)
    for r in range(rows):
        if basis[r] < items:
            share = min(amount[r], 1.0 - amount[r])
            if share > 1e-6:
                part[r] = share
    while looked < LOOKED_AT:
        r = 0
        for i in range(1, rows):
            if part[i] > part[r]:
                r = i
        if part[r] < 0.0:
            break
        part[r] = -1.0
        looked += 1
        _row(inverse, r, table, alpha)
        down, _, fall_down, _ = _entering(
            alpha, 1.0, amount[r], reduced, mark, is_up, row_of, items, equal, listed, ratio, flips
        )
        up, _, fall_up, _ = _entering(
            alpha, -1.0, 1.0 - amount[r], reduced, mark, is_up, row_of, items, equal, listed, ratio, flips
        )
        if down < 0:
            fall_down = 1e12
        if up < 0:
            fall_up = 1e12
        score = max(fall_down, 1e-6) * max(fall_up, 1e-6)
        if score > best_score:
            best, best_score = r, score
    return best


@compiled
def _value(whole: Ints, worth: Floats, table: Floats, room: Floats, equal: int) -> float:
    """Give the worth of a plan, or NaN where it breaks a row."""
    rows, items = table.shape
    value = 0.0
    for j in range(items):
        if whole[j] == 1:
            value += worth[j]
    for i in range(rows):
        total = 0.0
        for j in range(items):
            if whole[j] == 1:
                total += table[i, j]
        if total > room[i] or (i == equal and total != room[i]):
            return np.nan
    return value


@compiled
def search(  # noqa: C901
    worth: Floats, table: Floats, room: Floats, equal: int, settled: Ints, floor: float, step: float, nodes: int,
    start: Ints,
) -> tuple[int, int, float, Ints, Ints]:  # fmt: skip
    """Look for plans worth more than `floor`: every item settled to 0 or 1, or free (-1).

    Worths are multiples of `step`; the last basis `start` (empty: the slacks) warms the first node. Gives whether the
    search ended (1), nodes used, the best worth found (the floor where none), the plan found (empty where none), and
    the basis of the first node. Numbers must be whole, so that sums are exact.

    Long because it is one loop over one stack.
    """
    rows, items = table.shape
    mark = settled.copy()
    basis, row_of = np.empty(rows, np.int64), np.full(items + rows, -1, np.int64)
    inverse, reduced = np.empty((rows, rows)), np.empty(items + rows)
    is_up, amount, alpha = np.zeros(items, np.int64), np.empty(rows), np.empty(items + rows)
    listed, ratio, flips = np.empty(items + rows, np.int64), np.empty(items + rows), np.empty(items + rows, np.int64)
    figures = np.zeros(2)
    for r in range(rows):
        basis[r] = start[r] if len(start) else items + r
        row_of[basis[r]] = r
    figures[0] = _place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
    slack = 1e-9 * max(1.0, np.max(np.abs(room)))
    found = np.empty(0, np.int64)
    first = np.empty(0, np.int64)
    depth, used, end = 0, 0, 0
    trail = np.empty(items + 1, np.int64)
    at = np.zeros(items + 1, np.int64)  # of each depth: where its trail begins
    item, is_second = np.empty(items + 1, np.int64), np.zeros(items + 1, np.int64)
    kept_basis, kept_inverse = np.empty((items + 1, rows), np.int64), np.empty((items + 1, rows, rows))
    kept_reduced, kept_up = np.empty((items + 1, items + rows)), np.empty((items + 1, items), np.int64)
    kept_amount, kept_figures = np.empty((items + 1, rows)), np.empty((items + 1, 2))
    while True:
        cut = floor + step * (1.0 - 1e-4)  # a bound below this is no better than the floor
        used += 1
        state = _solve(
            cut, worth, table, room, mark, equal, basis, row_of, inverse, reduced, is_up, amount, alpha, listed,
            ratio, flips, figures, slack,
        )  # fmt: skip
        if used == 1:
            first = basis.copy()
        branch = -1
        if state == SOLVED:
            spare = figures[0] - cut
            for j in range(items):
                if row_of[j] < 0 and mark[j] == FREE and abs(reduced[j]) > spare + 1e-6:
                    mark[j] = is_up[j]
                    trail[end] = j
                    end += 1
            branch = _branching(
                worth, table, mark, equal, basis, row_of, inverse, reduced, is_up, amount, alpha, listed, ratio, flips
            )
            if branch < 0:
                whole = is_up.copy()
                for r in range(rows):
                    if basis[r] < items:
                        whole[basis[r]] = 1 if amount[r] > 0.5 else 0
                value = _value(whole, worth, table, room, equal)
                if np.isnan(value):
                    state = LOST
                elif value > floor:
                    floor, found = value, whole
        if state == LOST:  # arithmetic failed us: branch on any free item instead, from the slacks
            free = -1
            for j in range(items):
                if mark[j] == FREE:
                    free = j
                    break
            row_of[:] = -1
            for r in range(rows):
                basis[r] = items + r
                row_of[items + r] = r
            figures[0] = _place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
            figures[1] = 0.0
            if free >= 0:
                item[depth] = free
                branch = rows
            else:
                value = _value(mark, worth, table, room, equal)
                if not np.isnan(value) and value > floor:
                    floor, found = value, mark.copy()
        if branch >= 0 and used < nodes:
            if branch < rows:
                item[depth] = basis[branch]
            side = 1 if branch == rows or amount[branch] > 0.5 else 0
            is_second[depth] = side  # what the first child takes; 2 once both were tried
            at[depth] = end
            kept_basis[depth] = basis
            kept_inverse[depth] = inverse
            kept_reduced[depth] = reduced
            kept_up[depth] = is_up
            kept_amount[depth] = amount
            kept_figures[depth] = figures
            mark[item[depth]] = side
            if row_of[item[depth]] < 0:
                figures[0] = _place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
            depth += 1
            continue
        if used >= nodes and (branch >= 0 or depth > 0):
            return 0, used, floor, found, first
        while depth > 0:
            depth -= 1
            while end > at[depth]:
                end -= 1
                mark[trail[end]] = FREE
            if is_second[depth] < 2:
                break
            mark[item[depth]] = FREE
            if depth == 0:
                return 1, used, floor, found, first
        else:
            return 1, used, floor, found, first
        for r in range(rows):
            row_of[basis[r]] = -1
        basis[:] = kept_basis[depth]
        for r in range(rows):
            row_of[basis[r]] = r
        inverse[:] = kept_inverse[depth]
        reduced[:] = kept_reduced[depth]
        is_up[:] = kept_up[depth]
        amount[:] = kept_amount[depth]
        figures[:] = kept_figures[depth]
        mark[item[depth]] = 1 - is_second[depth]
        is_second[depth] = 2
        if row_of[item[depth]] < 0:
            figures[0] = _place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
        depth += 1
