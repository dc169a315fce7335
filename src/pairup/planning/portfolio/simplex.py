"""A dense dual simplex over items between 0 and 1, compiled: the steps of one node of the tree search.

Every function writes into the arrays of the tableau that it is given. Any basis is dual feasible once each item that
is not in it stands on the side its reduced worth asks for, so a search may jump from node to node. A change here
is not seen by the compiled code kept for `tree`; touch that file too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FREE = -1
#: a basis is inverted anew after so many steps
FRESH = 60
#: how a node ends
SOLVED, LEFT, LOST = 0, 1, 2


@compiled
def invert(matrix: Floats, inverse: Floats) -> bool:  # noqa: C901
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
def place(  # noqa: C901
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
    if not invert(square, inverse):
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
def row(inverse: Floats, r: int, table: Floats, alpha: Floats) -> None:
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
def entering(
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
def step(  # noqa: C901
    r: int, q: int, turned: int, flips: Ints, alpha: Floats, limit: float, table: Floats, mark: Ints, basis: Ints,
    row_of: Ints, inverse: Floats, reduced: Floats, is_up: Ints, amount: Floats,
) -> None:  # fmt: skip
    """Turn the listed items round, then let column q take row r; writes all of the tableau. Long: it is one step."""
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
def solve(  # noqa: C901
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
            figures[0] = place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
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
            row(inverse, r, table, alpha)
            q, turned, fallen, left = entering(
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
        step(r, q, turned, flips, alpha, limit, table, mark, basis, row_of, inverse, reduced, is_up, amount)
        figures[0] -= fallen
        figures[1] += 1.0
