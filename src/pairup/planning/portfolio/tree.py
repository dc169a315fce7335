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

from pairup.engines.kernels import compiled
from pairup.planning.portfolio.simplex import FREE, LOST, SOLVED, entering, place, row, solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: fractional items looked at before one is branched on
LOOKED_AT = 8


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
        row(inverse, r, table, alpha)
        down, _, fall_down, _ = entering(
            alpha, 1.0, amount[r], reduced, mark, is_up, row_of, items, equal, listed, ratio, flips
        )
        up, _, fall_up, _ = entering(
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
    figures[0] = place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
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
        state = solve(
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
            figures[0] = place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
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
                figures[0] = place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
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
            figures[0] = place(worth, table, room, mark, basis, row_of, inverse, reduced, is_up, amount)
        depth += 1
