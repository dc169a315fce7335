"""A programme written as arrays, for the compiled annealing: its sums, its kinds of ways, and where to begin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Flags, step_of
from pairup.planning.portfolio.annealing import Kinds, Table
from pairup.planning.portfolio.formulation import as_floats, floor_rows
from pairup.planning.problems.funding import FundingProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def table_of(problem: FundingProblem, allowed: Flags) -> tuple[Table, Ints, list[float]]:
    """Write a problem as arrays for the annealing; also which way each of its ways is, and its units.

    Units are those of the loads, then of each floor.

    Whole steps where there are some, so that sums are exact; otherwise limits are drawn in by a billionth.
    """
    ways = np.flatnonzero(allowed)
    inside = allowed[problem.load_way]
    place = np.cumsum(allowed) - 1
    capacity = np.array([line.capacity for line in problem.lines])
    floors = np.array([as_floats(row) for row in floor_rows(problem)]).reshape(len(problem.floors), len(problem.ways))
    unit = step_of(np.concatenate([problem.load, capacity]))
    load, room = problem.load, capacity * (1 - 1e-9)
    if unit is not None:
        load, room = np.round(load / unit), np.round(capacity / unit)
    floors, units = _exactly(floors[:, allowed])
    at = {project.id: k for k, project in enumerate(problem.projects)}
    needs: list[list[int]] = [[at[other] for other in project.needs] for project in problem.projects]
    needed: list[list[int]] = [[] for _ in needs]
    apart: list[list[int]] = [[] for _ in needs]
    for k, others in enumerate(needs):
        for other in others:
            needed[other].append(k)
    for one, other_code in problem.exclusions:
        apart[at[one]].append(at[other_code])
        apart[at[other_code]].append(at[one])
    count = len(problem.projects)
    load_starts = np.searchsorted(place[problem.load_way[inside]], np.arange(len(ways) + 1))
    owner = problem.way_project[ways]
    table = Table(
        owner, problem.worth[ways], np.searchsorted(owner, np.arange(count + 1)),
        load_starts, problem.load_line[inside], load[inside], room, floors, *_lists(needs), *_lists(needed),
        *_lists(apart),
    )  # fmt: skip
    return table, ways, [unit or 1.0, *units]


def _exactly(floors: Floats) -> tuple[Floats, list[float]]:
    """Rows of floors in whole steps, or a billionth lower, so that rounding can let nothing pass; and the steps."""
    rows, units = [], []
    for row in floors:
        step = step_of(row)
        rows.append(row - 1e-9 * np.abs(row) if step is None else np.round(row / step))
        units.append(step or 1.0)
    return np.array(rows).reshape(floors.shape), units


def _lists(lists: list[list[int]]) -> tuple[Ints, Ints]:
    starts = np.concatenate([[0], np.cumsum([len(part) for part in lists])]).astype(np.int64)
    return starts, np.array([at for part in lists for at in part], dtype=np.int64)


def kinds_of(table: Table, offered: Ints) -> Kinds:
    """Put the offered ways that take of the same lines together, smallest first; a way not offered has no place."""
    count, starts = len(table.project), table.load_starts
    size = np.bincount(np.repeat(np.arange(count), np.diff(starts)), weights=table.load, minlength=count)
    known: dict[bytes, int] = {}
    kind = np.array(
        [
            known.setdefault(table.load_line[starts[way] : starts[way + 1]].tobytes(), len(known))
            for way in range(count)
        ],
        dtype=np.int64,
    )
    ways = offered[np.lexsort((offered, size[offered], kind[offered]))]
    place = np.full(count, -len(table.project) - len(ways), dtype=np.int64)
    place[ways] = np.arange(len(ways))
    return Kinds(np.searchsorted(kind[ways], np.arange(len(known) + 1)), ways, kind, place)


def offered_of(table: Table, reduced: Floats, amount: Floats, each: int, least: int) -> Ints:
    """The ways worth looking at: `each` a project by reduced worth, `least` of all, what the relaxation takes."""
    count = len(table.project)
    ranked = np.lexsort((-reduced, table.project))
    rank = np.empty(count, dtype=np.int64)
    rank[ranked] = np.arange(count) - table.way_starts[table.project[ranked]]
    best = np.argsort(-reduced, kind="stable")[: each * (len(table.way_starts) - 1)]
    return np.union1d(np.union1d(best, np.flatnonzero(rank < least)), np.flatnonzero(amount > 1e-6))


def rounded_start(table: Table, amount: Floats) -> Ints:
    """Round the relaxation: of each project the way taken for more than half (-1: none), as needs and exclusions allow.

    Lines and floors may be broken.
    """
    start = np.full(len(table.way_starts) - 1, -1, dtype=np.int64)
    most = np.flatnonzero(amount > 0.5)
    start[table.project[most]] = most
    is_changed = True
    while is_changed:
        is_changed = False
        for project in np.flatnonzero(start >= 0).tolist():
            needs = table.need[table.need_starts[project] : table.need_starts[project + 1]]
            apart = table.apart[table.apart_starts[project] : table.apart_starts[project + 1]]
            if np.any(start[needs] < 0) or np.any(start[apart] >= 0):
                start[project], is_changed = -1, True
    return start
