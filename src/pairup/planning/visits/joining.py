"""Kernels of the search over days: prices that bound it, and joining what was seen with what a day can see.

Routes (the sets one day can see) stand by pair of places: pair p holds the routes `first[p]` up to `first[p + 1]`, and
route r the sites `members[begins[r] : begins[r + 1]]`. Moves are what one day can do: row m of `moves` holds the
morning's place, the evening's place and the pair; day d has the rows `moves_of[d]` up to `moves_of[d + 1]`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled
from pairup.planning.visits.problem import Numbers
from pairup.planning.visits.ways import Ints

Sums = NDArray[np.float64]


@compiled
def value_days(
    gain: Numbers, first: Ints, begins: Ints, members: Ints, moves: Ints, moves_of: Ints, step: Ints, wake: Ints,
    finish: int, sums: Numbers, best: Numbers, top: Ints, value: Numbers,
) -> None:  # fmt: skip
    """Value every morning under these gains. Writes into `sums` (of each route), `best` and `top` (of each pair: the
    worth and number of its best route) and `value[day, place, past]`, what the days from there on can add.
    """
    for p in range(len(first) - 1):
        best[p], top[p] = -np.inf, -1
        for r in range(first[p], first[p + 1]):
            total = 0.0
            for k in range(begins[r], begins[r + 1]):
                total += gain[members[k]]
            sums[r] = total
            if total > best[p]:
                best[p], top[p] = total, r
    days = len(moves_of) - 1
    value[:] = -np.inf
    value[days, wake[finish], :] = 0.0
    for day in range(days - 1, -1, -1):
        for m in range(moves_of[day], moves_of[day + 1]):
            a, b, p = moves[m, 0], moves[m, 1], moves[m, 2]
            for past in range(len(step)):
                to = step[past, b]
                if to >= 0:
                    total = best[p] + value[day + 1, wake[b], to]
                    value[day, a, past] = max(value[day, a, past], total)


@compiled
def seen_by_best(
    start: int, gain: Numbers, begins: Ints, members: Ints, moves: Ints, moves_of: Ints, step: Ints, wake: Ints,
    best: Numbers, top: Ints, value: Numbers, may_skip: bool, seen: Numbers,
) -> None:  # fmt: skip
    """Count into `seen` how often the best relaxed journey sees each site; where it may skip, only for a gain."""
    seen[:] = 0.0
    place, past = start, 0
    for day in range(len(moves_of) - 1):
        most, chosen = -np.inf, -1
        for m in range(moves_of[day], moves_of[day + 1]):
            to = step[past, moves[m, 1]]
            if moves[m, 0] == wake[place] and to >= 0:
                total = best[moves[m, 2]] + value[day + 1, wake[moves[m, 1]], to]
                if total > most:
                    most, chosen = total, m
        if chosen < 0:
            return
        r = top[moves[chosen, 2]]
        for k in range(begins[r], begins[r + 1]):
            if not may_skip or gain[members[k]] > 0.0:
                seen[members[k]] += 1.0
        place, past = moves[chosen, 1], step[past, moves[chosen, 1]]


@compiled
def fit(
    worth: Numbers, price: Numbers, known: float, rounds: int, start: int, finish: int, may_skip: bool, first: Ints,
    begins: Ints, members: Ints, moves: Ints, moves_of: Ints, step: Ints, wake: Ints, size: int,
) -> tuple[Numbers, float]:  # fmt: skip
    """Lower the bound by subgradient steps towards a level a little below it; gives the best prices and their bound.

    The level rule follows Polyak, with the reach halved where nothing was gained (Fisher, Management Science 27, 1981).
    Long, since each part reads most of what the others do.
    """
    count, pairs = len(worth), len(first) - 1
    sums, best, top = np.empty(first[pairs]), np.empty(pairs), np.empty(pairs, np.int64)
    value, seen = np.empty((len(moves_of), size, len(step))), np.empty(count)
    kept, price, low, stale, reach = price.copy(), price.copy(), np.inf, 0, 0.0
    for _ in range(rounds):
        gain = worth - price
        if may_skip:
            gain = np.maximum(gain, 0.0)
        value_days(gain, first, begins, members, moves, moves_of, step, wake, finish, sums, best, top, value)
        root = price.sum() + value[0, start, 0]
        if not np.isfinite(root):
            return kept, root
        if reach == 0.0:
            reach = 0.1 * abs(root)
        if root < low - 1e-9:
            low, stale = root, 0
            kept[:] = price
        else:
            stale += 1
        if low <= known:
            break
        if stale >= 8:
            reach, stale = reach / 2, 0
            price = kept.copy()
            if reach < 1e-4 * max(1.0, abs(low)):
                break
            continue
        seen_by_best(
            start, worth - price, begins, members, moves, moves_of, step, wake, best, top, value, may_skip, seen
        )
        norm = 0.0
        for j in range(count):
            seen[j] -= 1.0
            if seen[j] < 0.0 and price[j] <= 0.0:
                seen[j] = 0.0
            norm += seen[j] * seen[j]
        if norm == 0.0:
            break
        length = (root - max(known, low - reach)) / norm
        price = np.minimum(np.maximum(price + length * seen, 0.0), np.maximum(worth, 0.0))
    return kept, low


@compiled
def join(
    masks: NDArray[np.uint64], gained: Numbers, routes: NDArray[np.uint64], low: int, begins: Ints, members: Ints,
    order: Ints, sums: Numbers, gain: Numbers, ahead: float, least: float, may_skip: bool,
) -> tuple[NDArray[np.uint64], int]:  # fmt: skip
    """Join each set seen with each route of a pair whose bound reaches `least`; also say how many joins were tried.

    `order` lists the pair's routes from the highest sum on, so that the rest can be left as soon as one is too low.
    `routes`, `low`: all routes, and the number of the pair's first.
    """
    found = np.empty(1024, np.uint64)
    count, tried = 0, 0
    one = np.uint64(1)
    for i in range(len(masks)):
        mask, base = masks[i], gained[i] + ahead
        for k in range(len(order)):
            r = low + order[k]
            if base + sums[r] < least:
                break
            tried += 1
            if may_skip:
                total = base
                for j in range(begins[r], begins[r + 1]):
                    if (mask >> np.uint64(members[j])) & one == np.uint64(0):
                        total += gain[members[j]]
            else:
                if mask & routes[r] != np.uint64(0):
                    continue
                total = base + sums[r]
            if total < least:
                continue
            if count == len(found):
                more = np.empty(2 * count, np.uint64)
                more[:count] = found
                found = more
            found[count] = mask | routes[r]
            count += 1
    return found[:count].copy(), tried
