"""Annealed exchange for programmes, compiled: a project comes in, what no longer fits goes out or moves to other years.

One move takes a way of a project (its old way goes), puts out projects on the lines that are now over full, those
that lose least for the room they free, and puts what went out back in another way where one fits. The move stands if
the plan is worth no less, or by chance that falls with the loss and with time (Kirkpatrick, Gelatt, Vecchi 1983,
https://doi.org/10.1126/science.220.4598.671). Every plan on the way keeps every limit, need, exclusion and floor;
limits are drawn in by as much as rounding could hide, so that a sum taken in decimals keeps them too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.planning.kernels import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Table(NamedTuple):
    """A programme as arrays. Lists of lists are held by starts and entries; `tied` holds needs of each project."""

    project: Ints  # of each way
    worth: Floats  # of each way
    way_starts: Ints  # ways of each project stand together
    load_starts: Ints  # loads of each way
    load_line: Ints
    load: Floats
    room: Floats
    floors: Floats  # floor x way: how far a way lifts the floor; sums stay at least 0
    need_starts: Ints
    need: Ints
    needed_starts: Ints
    needed: Ints
    apart_starts: Ints
    apart: Ints
    is_open: Ints  # 1: may change; 0: stays as it is


@compiled
def _put(
    way: int, sign: float, table: Table, taken: Ints, room: Floats, lift: Floats, member: Ints, count: Ints
) -> None:
    """Take a way in (1) or out (-1), in all sums and lists."""
    project = table.project[way]
    taken[project] = way if sign > 0 else -1
    for k in range(table.load_starts[way], table.load_starts[way + 1]):
        line = table.load_line[k]
        room[line] -= sign * table.load[k]
        if sign > 0:
            member[line, count[line]] = project
            count[line] += 1
        else:
            for at in range(count[line]):
                if member[line, at] == project:
                    member[line, at] = member[line, count[line] - 1]
                    break
            count[line] -= 1
    for f in range(len(lift)):
        lift[f] += sign * table.floors[f, way]


@compiled
def _may_go(project: int, table: Table, taken: Ints) -> bool:
    if table.is_open[project] == 0:
        return False
    for k in range(table.needed_starts[project], table.needed_starts[project + 1]):
        if taken[table.needed[k]] >= 0:
            return False
    return True


@compiled
def _may_come(project: int, table: Table, taken: Ints) -> bool:
    if table.is_open[project] == 0:
        return False
    for k in range(table.need_starts[project], table.need_starts[project + 1]):
        if taken[table.need[k]] < 0:
            return False
    for k in range(table.apart_starts[project], table.apart_starts[project + 1]):  # noqa: SIM110  compiled
        if taken[table.apart[k]] >= 0:
            return False
    return True


@compiled
def _fits(way: int, table: Table, room: Floats) -> bool:
    for k in range(table.load_starts[way], table.load_starts[way + 1]):
        if table.load[k] > room[table.load_line[k]]:
            return False
    return True


@compiled
def _random(state: Ints) -> float:
    """Give the next of a row of numbers in 0..1 (xorshift, Marsaglia 2003); writes its state."""
    x = state[0]
    x ^= (x << 13) & 0x7FFFFFFFFFFFFFFF
    x ^= x >> 7
    x ^= (x << 17) & 0x7FFFFFFFFFFFFFFF
    state[0] = x
    return float((x >> 10) / 9007199254740992.0)


@compiled
def exchange(  # noqa: C901
    table: Table, start: Ints, moves: int, hot: float, cold: float, seed: int, price: Floats, floor_price: Floats,
    offered: Ints,
) -> tuple[Floats, Ints]:  # fmt: skip
    """Anneal from a plan that keeps everything; give the best worth (first of the array) and its way by project.

    `hot` and `cold` are the losses borne at first and at last with a chance of 1 in e. `price` of the lines says which
    of two projects that free the same room is missed less; only `offered` ways come in.

    Long because a move is one piece.
    """
    lines, projects = len(table.room), len(start)
    taken = np.full(projects, -1, np.int64)
    room, lift = table.room.copy(), np.zeros(len(table.floors))
    member, count = np.empty((lines, projects), np.int64), np.zeros(lines, np.int64)
    value = 0.0
    for p in range(projects):
        if start[p] >= 0:
            _put(start[p], 1.0, table, taken, room, lift, member, count)
            value += table.worth[start[p]]
    best, kept = value, taken.copy()
    state = np.array([seed * 2654435761 % 2147483647 + 88172645463325], np.int64)
    log_project, log_way = np.empty(400, np.int64), np.empty(400, np.int64)
    for move in range(moves):
        heat = hot * (cold / hot) ** (move / moves)
        way = offered[int(_random(state) * len(offered))]
        project = table.project[way]
        old = taken[project]
        if old == way or (old < 0 and not _may_come(project, table, taken)) or table.is_open[project] == 0:
            continue
        logged, gain, is_kept = 0, 0.0, True
        before = 0.0
        for f in range(len(lift)):
            before += floor_price[f] * lift[f]
        log_project[0], log_way[0] = project, old
        logged = 1
        if old >= 0:
            _put(old, -1.0, table, taken, room, lift, member, count)
            gain -= table.worth[old]
        _put(way, 1.0, table, taken, room, lift, member, count)
        gain += table.worth[way]
        for k in range(table.load_starts[way], table.load_starts[way + 1]):
            line = table.load_line[k]
            while room[line] < 0.0 and is_kept:
                out, least = -1, 1e300
                for at in range(count[line]):
                    other = member[line, at]
                    if other == project or not _may_go(other, table, taken):
                        continue
                    has = taken[other]
                    surplus, own = table.worth[has], 0.0
                    for e in range(table.load_starts[has], table.load_starts[has + 1]):
                        surplus -= price[table.load_line[e]] * table.load[e]
                        if table.load_line[e] == line:
                            own = table.load[e]
                    for f in range(len(lift)):
                        surplus += floor_price[f] * table.floors[f, has]
                    # what more is freed than is needed is worth its price; chance keeps moves from repeating
                    short = max(0.0, -room[line] - own)
                    score = surplus + heat * 3.0 * _random(state) + price[line] * short
                    if score < least:
                        out, least = other, score
                if out < 0 or logged > 100:
                    is_kept = False
                    break
                log_project[logged], log_way[logged] = out, taken[out]
                logged += 1
                gain -= table.worth[taken[out]]
                _put(taken[out], -1.0, table, taken, room, lift, member, count)
        if is_kept:
            went = logged
            for back in range(went - 1, 0, -1):
                other = log_project[back]
                if taken[other] >= 0 or not _may_come(other, table, taken):
                    continue
                into, most = -1, -1e300
                for w in range(table.way_starts[other], table.way_starts[other + 1]):
                    if table.worth[w] > most and _fits(w, table, room):
                        into, most = w, table.worth[w]
                if into >= 0:
                    log_project[logged], log_way[logged] = other, -1
                    logged += 1
                    _put(into, 1.0, table, taken, room, lift, member, count)
                    gain += most
            after = 0.0
            for f in range(len(lift)):
                after += floor_price[f] * lift[f]
                if lift[f] < 0.0:
                    is_kept = False
            counted = gain + after - before
            is_kept = is_kept and (counted >= 0.0 or _random(state) < np.exp(counted / heat))
        if not is_kept:
            for at in range(logged - 1, -1, -1):
                p = log_project[at]
                if taken[p] >= 0:
                    _put(taken[p], -1.0, table, taken, room, lift, member, count)
                if log_way[at] >= 0:
                    _put(log_way[at], 1.0, table, taken, room, lift, member, count)
            continue
        value += gain
        if value > best + 1e-9:
            best = value
            kept[:] = taken
    return np.array([best]), kept
