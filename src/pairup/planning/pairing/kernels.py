"""Loops over arrays for one donor each: a bound by prices, a donor's best share, and what is left tried out.

`cost` and `load` are whole numbers by recipient and donor; `FAR` marks a pair that is no option. A price is what one
unit of a donor's capacity is worth. At prices u every plan costs at least
`sum over recipients of min (cost + u x load) - sum over donors of u x room`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: the cost of a pair that is no option
FAR = 1 << 50


@compiled
def lower_bound(  # noqa: C901  one compiled loop
    cost: Ints, load: Ints, room: Ints, price: Floats, jobs: Ints, donors: Ints, target: float, rounds: int
) -> float:
    """Raise the bound of a part by subgradient steps; `price` becomes the best found (it is written into).

    Stops where the bound reaches `target`: no plan of this part is below it. Long because compiled code keeps its
    loops whole.
    """
    size = len(donors)
    best, best_price = -1e300, price.copy()
    over = np.empty(size)
    step, idle = 1.0, 0
    for _ in range(rounds):
        bound = 0.0
        for x in range(size):
            bound -= price[donors[x]] * room[donors[x]]
            over[x] = -room[donors[x]]
        for k in range(len(jobs)):
            j = jobs[k]
            least, at = 1e300, 0
            for x in range(size):
                value = cost[j, donors[x]] + price[donors[x]] * load[j, donors[x]]
                if value < least:
                    least, at = value, x
            bound += least
            over[at] += load[j, donors[at]]
        if bound > best + 1e-9:
            best, idle = bound, 0
            best_price[:] = price
            if best >= target:
                break
        else:
            idle += 1
            if idle >= 3:
                step, idle = step / 2, 0
                price[:] = best_price
                if step < 1e-3:
                    break
                continue
        norm = 0.0
        for x in range(size):
            norm += over[x] * over[x]
        if norm == 0.0:
            break
        length = step * max(0.5, min(target - bound, 0.01 * abs(bound) + 1.0)) / norm
        for x in range(size):
            price[donors[x]] = max(0.0, price[donors[x]] + length * over[x])
    price[:] = best_price
    return best


@compiled
def best_share(gain: Floats, weight: Ints, room: int, grain: int) -> NDArray[np.bool_]:
    """Take the items worth most within a donor's room (0/1 knapsack by dynamic programming).

    Loads are counted in units of `grain`, rounded up, so that what is taken always fits.
    """
    size = room // grain
    value = np.zeros(size + 1)
    kept = np.zeros((len(gain), size + 1), dtype=np.bool_)
    taken = np.zeros(len(gain), dtype=np.bool_)
    top = 0
    for k in range(len(gain)):
        need = (weight[k] + grain - 1) // grain
        if gain[k] <= 0 or need > size:
            continue
        old = top
        top = min(size, top + need)
        for at in range(old + 1, top + 1):
            value[at] = value[old]
        for at in range(top, need - 1, -1):
            with_it = value[at - need] + gain[k]
            if with_it > value[at]:
                value[at] = with_it
                kept[k, at] = True
    at = top
    for k in range(len(gain) - 1, -1, -1):
        if kept[k, at]:
            taken[k] = True
            at -= (weight[k] + grain - 1) // grain
    return taken


@compiled
def tried_out(  # noqa: C901  one compiled loop
    cost: Ints, load: Ints, room: Ints, price: Floats, jobs: Ints, donors: Ints, budget: float, limit: int
) -> tuple[float, Ints, int]:
    """Look through what could cost less than `budget` in a part, depth first; give cost, owners and nodes used.

    Only pairs whose loss against the bound at these prices is within the budget are tried; donors are closed one
    after the other, so that room left over is priced early. No owners: none was found within `limit` nodes.
    Long because a depth-first search keeps its own stack.
    """
    size, count = len(donors), len(jobs)
    loss, option, options = np.empty((count, size)), np.empty((count, size), dtype=np.int64), np.zeros(count, np.int64)
    bound = 0.0
    for x in range(size):
        bound -= price[donors[x]] * room[donors[x]]
    for k in range(count):
        for x in range(size):
            loss[k, x] = cost[jobs[k], donors[x]] + price[donors[x]] * load[jobs[k], donors[x]]
        bound += loss[k].min()
    spare = budget - 1 + 1e-6 - bound
    nothing = np.empty(0, dtype=np.int64)
    if spare < 0:
        return 0.0, nothing, 0
    left, rank = np.empty(size, dtype=np.int64), np.random.permutation(size)
    for x in range(size):
        left[x] = room[donors[x]]
    key, owner, free = np.empty(count), np.empty(count, dtype=np.int64), 0
    for k in range(count):
        order, mine = np.argsort(loss[k]), loss[k].copy()
        first, largest = size, 0
        for x in order:
            if mine[x] - mine[order[0]] <= spare and cost[jobs[k], donors[x]] < FAR:
                loss[k, options[k]], option[k, options[k]] = mine[x] - mine[order[0]], x
                options[k] += 1
                first, largest = min(first, rank[x]), max(largest, load[jobs[k], donors[x]])
        if options[k] == 0:
            return 0.0, nothing, 0
        key[k] = first * 1e12 - largest * (0.7 + 0.6 * np.random.random())
        if options[k] == 1:
            owner[k], key[k] = option[k, 0], -1e300
            left[owner[k]] -= load[jobs[k], donors[owner[k]]]
        else:
            free += 1
    if left.min() < 0:
        return 0.0, nothing, 0
    turn = np.argsort(key)[count - free :]
    most = np.zeros((free + 1, size), dtype=np.int64)
    for d in range(free - 1, -1, -1):
        most[d] = most[d + 1]
        for t in range(options[turn[d]]):
            most[d, option[turn[d], t]] += load[jobs[turn[d]], donors[option[turn[d], t]]]
    tried = np.full(free + 1, -1, dtype=np.int64)
    spent, depth, nodes, found, best = 0.0, 0, 0, nothing, 0.0
    while depth >= 0:
        is_back = depth == free
        if is_back:
            total = 0
            for k in range(count):
                total += cost[jobs[k], donors[owner[k]]]
            if total < budget:
                budget, best, found = total, total, owner.copy()
                spare = budget - 1 + 1e-6 - bound
        else:
            k = turn[depth]
            tried[depth] += 1
            t = tried[depth]
            if t >= options[k] or spent + loss[k, t] > spare:
                tried[depth] = -1
                is_back = True
        if is_back:
            depth -= 1
            if depth >= 0:
                k, t = turn[depth], tried[depth]
                left[option[k, t]] += load[jobs[k], donors[option[k, t]]]
                spent -= loss[k, t]
            continue
        nodes += 1
        if nodes > limit:
            break
        x = option[k, t]
        need = load[jobs[k], donors[x]]
        if left[x] < need:
            continue
        left[x] -= need
        least = spent + loss[k, t]
        for y in range(size):
            if left[y] > most[depth + 1, y]:
                least += price[donors[y]] * (left[y] - most[depth + 1, y])
        if least > spare:
            left[x] += need
            continue
        spent += loss[k, t]
        owner[k] = x
        depth += 1
    return best, found, nodes
