"""Kernels of the table over time that bounds a journey: what one day can add, from its last moment to its first.

Times are numbers of a grid: number k is `hours[0] + k * width`. `nodes` are the sites by their order, then the places
of mornings; `sites` has a row for each place: opens, closes, stay.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled
from pairup.planning.visits.problem import Numbers
from pairup.planning.visits.ways import Ints, go

Firsts = NDArray[np.int32]


@compiled
def next_time(
    sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, hours: Numbers, kind: int, width: float, bins: int,
    a: int, b: int, k: int,
) -> int:  # fmt: skip
    """Give the grid time, rounded down, of leaving `b` for a team that leaves `a` at `k`, or one past the last."""
    t = width * k
    arrive = t + steady[a, b] if len(pieces) == 0 else go(steady, legs, pieces, kind, a, b, hours[0] + t) - hours[0]
    begin = max(arrive, sites[b, 0] - hours[0])
    leave = begin + sites[b, 2]
    if begin > sites[b, 1] - hours[0] or leave > hours[1] - hours[0]:
        return bins + 1
    return min(int(leave * (1.0 / width) + 1e-9), bins)


@compiled
def next_times(
    sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, hours: Numbers, kind: int, width: float, bins: int,
    nodes: Ints, count: int, node: int, k: int,
) -> Ints:  # fmt: skip
    """Give `next_time` from a node to each of the `count` sites; to itself it is too late."""
    found = np.full(count, bins + 1, np.int64)
    for j in range(count):
        if j != node:
            found[j] = next_time(
                sites, steady, legs, pieces, hours, kind, width, bins, nodes[node], nodes[j], k
            )  # fmt: skip
    return found


@compiled
def fill_day(  # noqa: C901 - as its docstring says
    sites: Numbers, steady: Numbers, legs: Ints, pieces: Numbers, hours: Numbers, kind: int, width: float, bins: int,
    nodes: Ints, count: int, gain: Numbers, bed: Numbers, best: Numbers, second: Numbers, first: Firsts,
) -> None:  # fmt: skip
    """Fill the tables of one day. `count` nodes are sites; `bed[node, k]` is what ending the day from there adds.

    Writes into `best` (the most that can still be added), `first` (the site it goes to; -1: to bed) and `second` (the
    most when the first step goes elsewhere), all by node and time. Long, since each part reads most of what the
    others do.
    """
    top, other, at = np.empty(len(nodes)), np.empty(len(nodes)), np.empty(len(nodes), np.int32)
    is_plain = len(pieces) == 0
    shut, scale = hours[1] - hours[0], 1.0 / width
    for k in range(bins, -1, -1):
        rows, t = len(nodes) if k == 0 else count, width * k
        for _ in range(count + 1):  # as often as visits can follow in no time at all
            is_stuck, is_new = False, False
            for i in range(rows):
                top[i], other[i], at[i] = bed[i, k], bed[i, k], -1
            for j in range(count):  # site by site, so that what is read lies close together
                site = nodes[j]
                opens, closes, stay = sites[site, 0] - hours[0], sites[site, 1] - hours[0], sites[site, 2]
                if t > closes:
                    continue
                for i in range(rows):
                    if i == j:
                        continue
                    if is_plain:
                        begin = max(t + steady[nodes[i], site], opens)
                    else:
                        begin = max(
                            go(steady, legs, pieces, kind, nodes[i], site, hours[0] + t) - hours[0], opens
                        )  # fmt: skip
                    leave = begin + stay
                    if begin > closes or leave > shut:
                        continue
                    to = min(int(leave * scale + 1e-9), bins)
                    is_stuck = is_stuck or to == k
                    value = gain[j] + (second[j, to] if first[j, to] == i else best[j, to])
                    if value > top[i]:
                        top[i], other[i], at[i] = value, top[i], j
                    elif value > other[i]:
                        other[i] = value
            for i in range(rows):
                is_new = is_new or top[i] != best[i, k] or other[i] != second[i, k]
                best[i, k], second[i, k], first[i, k] = top[i], other[i], at[i]
            if not is_stuck or not is_new:
                break
