"""Recognise a portfolio that is a knapsack and nothing else, and answer it by the tree search."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Flags, step_of
from pairup.planning.child import work_apart
from pairup.planning.plan import Ended, Status, Watch
from pairup.planning.problems.funding import FundingProblem
from pairup.planning.solvers import Answer
from pairup.planning.trace import Trace
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: with fewer projects HiGHS answers before the kernels are loaded
FEWEST = 50
#: a table that is filled less falls apart into blocks, or is better held sparse
FILLED = 0.5
#: entries of the largest table
LARGEST = 100_000
#: sums up to here are exact
EXACT = 2.0**50


@dataclass(frozen=True, slots=True)
class Found:
    """A knapsack in whole numbers: which way each item is, what was locked, and the step of worths."""

    worth: Floats
    table: Floats
    room: Floats
    ways: Ints
    locked: Ints
    step: float
    base: float  # worth of what is locked, in steps


def as_knapsack(problem: FundingProblem) -> Found | None:
    """Give the knapsack a problem is; None where it is more, too small or too thin, or not in whole steps."""
    ways = len(problem.ways)
    if problem.floors or problem.least or problem.exclusions or ways != len(problem.projects) or ways < FEWEST:
        return None
    lines, size = len(problem.lines), len(problem.load)
    if ways * lines > LARGEST or size < FILLED * ways * lines:
        return None
    if any(project.needs or len(project.ways) != 1 for project in problem.projects):
        return None
    capacity = np.array([line.capacity for line in problem.lines])
    step, unit = step_of(problem.worth), step_of(np.concatenate([problem.load, capacity]))
    if step is None or unit is None:
        return None
    table = np.zeros((lines, ways))
    table[problem.load_line, problem.load_way] = np.round(problem.load / unit)
    room, worth = np.round(capacity / unit), np.round(problem.worth / step)
    locked = _named(problem, problem.locks)
    room = room - table[:, locked].sum(axis=1)
    if np.any(room < 0) or table.sum() > EXACT or np.abs(worth).sum() > EXACT or np.any(locked & _named(
        problem, problem.forbids
    )):  # fmt: skip
        return None
    keep = (worth > 0) & ~locked & ~_named(problem, problem.forbids) & np.all(table <= room[:, None], axis=0)
    kept = np.flatnonzero(keep)
    if len(kept) < FEWEST:
        return None
    return Found(
        worth[kept], np.ascontiguousarray(table[:, kept]), room, kept, np.flatnonzero(locked), step,
        float(worth[locked].sum()),
    )  # fmt: skip


def _named(problem: FundingProblem, rows: tuple[tuple[str, ...], ...]) -> Flags:
    codes = {row[0] for row in rows}
    return np.array([way.project in codes for way in problem.ways], dtype=np.bool_)


def solve_knapsack(found: Found, ways: int, watch: Watch, seed: int, trace: Trace) -> Answer:
    """Answer by the tree search: in a child where the clock counts, here where work is counted."""
    from pairup.planning.portfolio import knapsack as search  # loads numba

    asked = search.Knapsack(found.worth, found.table, found.room)
    whole = search.relaxed(asked, seed=seed)
    assert whole is not None, "taking nothing always fits"
    best = search.greedy(asked, whole.amount, whole.reduced)
    bound = float(math.floor(whole.bound + 1e-6))
    kept: list[tuple[Flags, float]] = [(best, bound)]

    def heard(said: tuple[Flags | None, float | None]) -> None:
        plan, lower = said
        before, held = kept[0]
        if plan is not None and found.worth[plan].sum() > found.worth[before].sum():
            before = plan
        kept[0] = (before, held if lower is None else min(held, lower))
        trace.saw((found.worth[before].sum() + found.base) * found.step, (kept[0][1] + found.base) * found.step)
        trace.tell(Words("funding.doing-knapsack", {"projects": len(found.ways)}))

    heard((best, bound))
    nodes = 0
    if watch.stop.seconds is not None:
        ended = Ended.CLOCK
        if not watch.is_over:
            work_apart(search.by_clock, (asked, seed), watch, heard)
    else:
        ended = Ended.WORK
        nodes = search.by_work(asked, watch.stop.work, seed, lambda plan, lower: heard((plan, lower))).nodes
    best, bound = kept[0]
    value = float(found.worth[best].sum())
    taken = np.zeros(ways, dtype=np.bool_)
    taken[found.ways[best]] = True
    taken[found.locked] = True
    is_proved = bound < value + 1.0
    bound = (value if is_proved else bound) + found.base
    return Answer(
        Status.OPTIMAL if is_proved else Status.FEASIBLE, Ended.PROOF if is_proved else ended, taken,
        round(bound * found.step, 9), nodes=nodes,
    )  # fmt: skip
