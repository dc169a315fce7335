"""Annealing for programmes, compiled: lines may be over full for a while, at a price that rises.

The energy of a choice is its worth, less a penalty for every unit that a line is over or a floor is short. It begins
at the linear relaxation, rounded. There the penalty of a line is about its price, so that a unit over is neither gain
nor loss, and rises until nothing is over (strategic oscillation, Glover and Laguna 1997, ch. 3).
One move changes a project's way, or lets a project take the place of another whose way takes about as much of the
same lines; what gave way goes out, to another of its ways, or to the place the first one left. A move stands if the
energy does not fall, or by chance (Kirkpatrick, Gelatt, Vecchi 1983, https://doi.org/10.1126/science.220.4598.671).
Needs and exclusions are never broken. In the second half of the moves nothing may be over: what is goes
out, and it cools once more from a little warmer. Only plans with nothing over are kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


#: the share of the moves in which lines may be over, and how much warmer than at last the rest begins
SOFT, WARM = 0.5, 20.0


class Table(NamedTuple):
    """A programme as arrays; lists of lists are held by starts and entries."""

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


class Kinds(NamedTuple):
    """Ways that take of the same lines, smallest first: where each begins, the ways, the kind and place of each way."""

    starts: Ints
    ways: Ints
    kind: Ints
    place: Ints


class State(NamedTuple):
    """A choice and its sums; `over` holds how many lines and floors are broken, `held` how many projects are in."""

    taken: Ints
    room: Floats
    lift: Floats
    over: Ints
    chosen: Ints
    place: Ints
    held: Ints


class Run(NamedTuple):
    """An annealing on its way: its choice, the best plan so far as the way of each project, what it goes on with."""

    state: State
    kept: Ints
    worths: Floats  # of the choice, and of the best plan
    draw: Ints


class Course(NamedTuple):
    """How an annealing goes: so many moves, what a unit over costs, and how heat and penalties change on the way.

    `heat` is the loss borne with a chance of 1 in e, at first and at last; `rise` how far penalties lie above
    `penalty` and `floor_penalty`, in multiples of them, at first and at last. A project is replaced by one at most
    `reach` places away in the order of its kind; `single` is the share of moves that change one project only.
    """

    moves: int
    heat: Floats
    penalty: Floats
    floor_penalty: Floats
    rise: Floats
    reach: int
    single: float


@compiled
def _set(project: int, way: int, table: Table, state: State, penalty: Floats, floor_penalty: Floats) -> float:
    """Put a project into a way (-1: out), in all sums; give what the energy gains."""
    gain = 0.0
    old = state.taken[project]
    for turn in range(2):
        here = old if turn == 0 else way
        if here < 0:
            continue
        sign = 1.0 if turn == 0 else -1.0
        gain -= sign * table.worth[here]
        for k in range(table.load_starts[here], table.load_starts[here + 1]):
            line = table.load_line[k]
            before = state.room[line]
            after = before + sign * table.load[k]
            state.room[line] = after
            if before < 0.0:
                gain -= penalty[line] * before
                state.over[0] -= 1
            if after < 0.0:
                gain += penalty[line] * after
                state.over[0] += 1
        for f in range(len(state.lift)):
            before = state.lift[f]
            after = before - sign * table.floors[f, here]
            state.lift[f] = after
            if before < 0.0:
                gain -= floor_penalty[f] * before
                state.over[0] -= 1
            if after < 0.0:
                gain += floor_penalty[f] * after
                state.over[0] += 1
    state.taken[project] = way
    if old < 0 and way >= 0:
        state.place[project] = state.held[0]
        state.chosen[state.held[0]] = project
        state.held[0] += 1
    elif old >= 0 and way < 0:
        state.held[0] -= 1
        last = state.chosen[state.held[0]]
        state.chosen[state.place[project]] = last
        state.place[last] = state.place[project]
    return gain


@compiled
def _may_go(project: int, table: Table, taken: Ints) -> bool:
    for k in range(table.needed_starts[project], table.needed_starts[project + 1]):
        if taken[table.needed[k]] >= 0:
            return False
    return True


@compiled
def _may_come(project: int, table: Table, taken: Ints) -> bool:
    for k in range(table.need_starts[project], table.need_starts[project + 1]):
        if taken[table.need[k]] < 0:
            return False
    for k in range(table.apart_starts[project], table.apart_starts[project + 1]):  # noqa: SIM110  compiled
        if taken[table.apart[k]] >= 0:
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
def _drop(project: int, table: Table, state: State, penalty: Floats, floor_penalty: Floats) -> None:
    """Put a project out, and before it what needs it, and what needs that."""
    stack = np.empty(len(state.taken) + 1, np.int64)
    stack[0], depth = project, 1
    while depth > 0:
        here = stack[depth - 1]
        found = -1
        for k in range(table.needed_starts[here], table.needed_starts[here + 1]):
            if state.taken[table.needed[k]] >= 0:
                found = table.needed[k]
                break
        if found >= 0 and depth < len(stack):
            stack[depth] = found
            depth += 1
        else:
            _set(here, -1, table, state, penalty, floor_penalty)
            depth -= 1


@compiled
def _mended(table: Table, state: State, penalty: Floats, floor_penalty: Floats) -> None:
    """Put projects out until nothing is over: each time what is worth least for the penalty it takes away."""
    while state.over[0] > 0 and state.held[0] > 0:
        out, least = -1, np.inf
        for at in range(state.held[0]):
            project = state.chosen[at]
            way = state.taken[project]
            relief = 0.0
            for k in range(table.load_starts[way], table.load_starts[way + 1]):
                line = table.load_line[k]
                relief += penalty[line] * min(max(0.0, -state.room[line]), table.load[k])
            for f in range(len(state.lift)):
                short = max(0.0, -state.lift[f])
                relief += floor_penalty[f] * min(short, max(0.0, -table.floors[f, way]))
            if relief > 0.0 and table.worth[way] / relief < least:
                out, least = project, table.worth[way] / relief
        if out < 0:
            out = state.chosen[state.held[0] - 1]
        _drop(out, table, state, penalty, floor_penalty)


@compiled
def _worth(table: Table, taken: Ints) -> float:
    worth = 0.0
    for p in range(len(taken)):
        if taken[p] >= 0:
            worth += table.worth[taken[p]]
    return worth


@compiled
def begun(table: Table, start: Ints, seed: int) -> Run:
    """Begin an annealing at a choice that keeps needs and exclusions; lines may be over full."""
    projects = len(start)
    state = State(
        np.full(projects, -1, np.int64), table.room.copy(), np.zeros(len(table.floors)), np.zeros(1, np.int64),
        np.empty(projects, np.int64), np.zeros(projects, np.int64), np.zeros(1, np.int64),
    )  # fmt: skip
    free, floors_free = np.zeros(len(table.room)), np.zeros(len(table.floors))
    for p in range(projects):
        if start[p] >= 0:
            _set(p, start[p], table, state, free, floors_free)
    worth, kept = _worth(table, state.taken), np.full(projects, -1, np.int64)
    best = -np.inf
    if state.over[0] == 0:
        kept[:] = state.taken
        best = worth
    draw = np.array([seed * 2654435761 % 2147483647 + 88172645463325], np.int64)
    return Run(state, kept, np.array([worth, best]), draw)


@compiled
def so_far(table: Table, run: Run, course: Course) -> Ints:
    """Give the best plan that an annealing on its way holds: the one kept, or its choice with what is over put out."""
    old = run.state
    state = State(
        old.taken.copy(), old.room.copy(), old.lift.copy(), old.over.copy(), old.chosen.copy(), old.place.copy(),
        old.held.copy(),
    )  # fmt: skip
    _mended(table, state, course.penalty, course.floor_penalty)
    if state.over[0] == 0 and _worth(table, state.taken) > run.worths[1]:
        return state.taken
    return run.kept.copy()


@compiled
def anneal(  # noqa: C901
    table: Table, kinds: Kinds, offered: Ints, offered_starts: Ints, run: Run, course: Course, first: int, last: int
) -> None:
    """Carry out moves `first` to `last` of an annealing; writes into `run`, where the best plan found stands.

    Only `offered` ways come in (those of project p from `offered_starts[p]`). In how many parts the moves are
    carried out changes nothing.

    Long because a move is one piece.
    """
    state, draw, kept, moves = run.state, run.draw, run.kept, course.moves
    heat, penalty, floor_penalty, rise = course.heat, course.penalty, course.floor_penalty, course.rise
    reach, single = course.reach, course.single
    line_price, floor_price = penalty, floor_penalty
    worth, best = run.worths
    step = max(1, moves // 1000)
    mended = max(1, int(moves * SOFT))  # from here on nothing may be over
    hot, hard = heat[0], 1.0 if first > mended else 0.0
    for move in range(first, min(last, moves)):
        if move == first or move % step == 0:
            turn = move - move % step
            part = min(1.0, turn / mended)
            hot = heat[0] * (heat[1] / heat[0]) ** part
            if turn >= mended:  # what went out comes back: warm again, and nothing may be over
                hot = heat[1] * (1.0 + WARM * (moves - turn) / (moves - mended))
            line_price = penalty * (1.0 + rise[0] * (rise[1] / rise[0]) ** part)
            floor_price = floor_penalty * (1.0 + rise[0] * (rise[1] / rise[0]) ** part)
        if move == mended:
            _mended(table, state, line_price, floor_price)
            worth, hard = _worth(table, state.taken), 1.0
        if state.held[0] == 0 or _random(draw) < single:
            way = offered[int(_random(draw) * len(offered))]
            project = table.project[way]
            old = state.taken[project]
            if old == way:
                if not _may_go(project, table, state.taken):
                    continue
                way = -1
            elif old < 0 and not _may_come(project, table, state.taken):
                continue
            gain = _set(project, way, table, state, line_price, floor_price)
            if (hard > 0.0 and state.over[0] > 0) or (gain < 0.0 and _random(draw) >= np.exp(gain / hot)):
                _set(project, old, table, state, line_price, floor_price)
                continue
            worth += (table.worth[way] if way >= 0 else 0.0) - (table.worth[old] if old >= 0 else 0.0)
        else:
            one = state.chosen[int(_random(draw) * state.held[0])]
            place = state.taken[one]
            kind = kinds.kind[place]
            low, high = kinds.starts[kind], kinds.starts[kind + 1]
            if high - low < 2:
                continue
            far = 1 + int(reach * _random(draw) * _random(draw))
            if _random(draw) < 0.5:
                far = -far
            at = kinds.place[place] + far
            if at < low or at >= high:
                continue
            way = kinds.ways[at]
            other = table.project[way]
            old = state.taken[other]
            if other == one or old == way:
                continue
            into = -1
            if old >= 0 and _random(draw) < 0.5:  # to the place that the other leaves
                wanted = kinds.kind[old]
                for k in range(offered_starts[one], offered_starts[one + 1]):
                    if kinds.kind[offered[k]] == wanted:
                        into = offered[k]
                        break
            elif _random(draw) < 0.5:
                count = offered_starts[one + 1] - offered_starts[one]
                if count > 0:
                    into = offered[offered_starts[one] + int(_random(draw) * count)]
                    if into == place:
                        into = -1
            if into < 0 and not _may_go(one, table, state.taken):
                continue
            gain = _set(one, into, table, state, line_price, floor_price)
            if old < 0 and not _may_come(other, table, state.taken):
                _set(one, place, table, state, line_price, floor_price)
                continue
            gain += _set(other, way, table, state, line_price, floor_price)
            if (hard > 0.0 and state.over[0] > 0) or (gain < 0.0 and _random(draw) >= np.exp(gain / hot)):
                _set(other, old, table, state, line_price, floor_price)
                _set(one, place, table, state, line_price, floor_price)
                continue
            worth += table.worth[way] - table.worth[place]
            if old >= 0:
                worth -= table.worth[old]
            if into >= 0:
                worth += table.worth[into]
        if state.over[0] == 0 and worth > best + 1e-9:
            best = worth
            kept[:] = state.taken
    run.worths[0], run.worths[1] = worth, best
