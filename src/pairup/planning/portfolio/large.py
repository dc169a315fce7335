"""A programme of thousands of ways: the linear relaxation bounds it, an annealing fills it.

The annealing tells its best on the way, so whoever asks for the end at any time has what it held by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Flags, rounded, step_of
from pairup.planning.child import work_apart
from pairup.planning.plan import Ended, Status, Watch, is_halted
from pairup.planning.portfolio.formulation import broken_floors, floor_rows, form_of
from pairup.planning.portfolio.relaxation import Relaxation, relaxation
from pairup.planning.problems.funding import FundingProblem
from pairup.planning.solvers import Answer
from pairup.planning.trace import Trace
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: with so many ways or fewer, HiGHS is asked
LARGE = 3_000
#: moves of one unit of work, and the work done where no stop is given
MOVES, WORK = 1_000, 20_000
#: ways offered for each project: so many on average, those of the best reduced worth, and so many of every project
OFFERED, LEAST = 6, 2
#: losses borne at first, at first where a plan is annealed again, and at last, as shares of the mean worth of a way
HOT, WARM, COLD = 0.06, 0.02, 0.0025
#: penalties are the prices times 1 and so much, at first and at last: a unit over is as good as free in the beginning
RISE, RISE_AGAIN = np.array([0.03, 30.0]), np.array([2.0, 30.0])
#: how much more a floor counts than its price says: all ways share its sum, so a unit of it is small
STRICT = 10.0
#: places that a replacement may stand away in its kind, and the share of moves that change one project only
REACH, SINGLE = 40, 0.3
#: moves of the first, short annealing, and the share of the time that the long one takes
FIRST, LONG = 1_000_000, 0.7
#: moves after which the best so far is told
TOLD = 100_000

Heard = Callable[[tuple[Flags | None, float | None]], None]


def is_large(problem: FundingProblem) -> bool:
    """Whether a problem is answered here: large, and without locks, so that carrying out nothing is a plan."""
    return len(problem.ways) > LARGE and not problem.locks and not problem.least


def solve_programme(problem: FundingProblem, watch: Watch, seed: int, trace: Trace) -> Answer:
    """Answer with the best plan and the lowest bound found in the time, or by counted work."""
    allowed = _allowed(problem)
    best, bound, step = _greedy(problem, allowed, watch), _ceiling(problem, allowed), step_of(problem.worth)
    kept: list[tuple[Flags, float]] = [(best, bound)]
    over = floor_rows(problem)

    def heard(said: tuple[Flags | None, float | None]) -> None:
        plan, lower = said
        before, held = kept[0]
        if plan is not None and problem.worth[plan].sum() > problem.worth[before].sum() and not (
            broken_floors(over, plan)
        ):  # fmt: skip
            before = plan
        kept[0] = (before, held if lower is None else min(held, rounded(lower, step) or 0.0))
        trace.saw(float(problem.worth[kept[0][0]].sum()), kept[0][1])
        trace.tell(Words("funding.doing-programme", {"projects": len(problem.projects)}))

    heard((best, bound))
    ended = Ended.WORK
    if watch.stop.seconds is not None:
        ended = Ended.CLOCK
        if not watch.is_over:
            asked = (replace(problem, refusal=None), allowed, best, seed, watch.left)
            work_apart(by_clock, asked, watch, heard)
    else:
        by_work(problem, allowed, best, seed, WORK if watch.stop.work is None else watch.stop.work, heard)
        ended = Ended.CLOCK if is_halted() else Ended.WORK
    best, bound = kept[0]
    value = float(problem.worth[best].sum())
    is_proved = bound - value <= 1e-6 * max(1.0, abs(value))
    return Answer(
        Status.OPTIMAL if is_proved else Status.FEASIBLE, Ended.PROOF if is_proved else ended, best, max(bound, value)
    )


def by_work(problem: FundingProblem, allowed: Flags, best: Flags, seed: int, work: int, heard: Heard) -> None:
    """One annealing of `work` thousand moves, or until somebody asks for the end."""
    if work > 0:
        Annealing(problem, allowed, best, seed, heard).go_on(work * MOVES)


def by_clock(asked: tuple[FundingProblem, Flags, Flags, int, float], tell: Callable[[Any], None]) -> None:
    """Anneal until killed: shortly, to have a plan and the pace, then as long as the time allows, and again."""
    problem, allowed, best, seed, seconds = asked
    began = perf_counter()
    annealing = Annealing(problem, allowed, best, seed, tell)
    if not len(annealing.offered):
        return
    annealing.go_on(MOVES)  # compiles, where that is still to do
    at = perf_counter()
    annealing.round = 0
    annealing.go_on(FIRST)
    each = (perf_counter() - at) / FIRST
    annealing.round = 0
    left = LONG * (seconds - (perf_counter() - began))
    while True:
        annealing.go_on(max(FIRST, int(left / each)))
        left = 0.5 * (seconds - (perf_counter() - began))


class Annealing:
    """The annealing of one problem, and the best plan so far."""

    def __init__(self, problem: FundingProblem, allowed: Flags, best: Flags, seed: int, heard: Heard) -> None:
        from pairup.planning.portfolio.table import kinds_of, offered_of, rounded_start, table_of  # loads numba

        self.problem, self.best, self.heard = problem, best, heard
        form, take = form_of(problem, problem.worth, seed, floors=True)
        base = relaxation(form.whole(), seed)
        assert len(take) == len(problem.ways)
        if base is not None:
            heard((None, base.bound))
        self.seed, self.round = seed, 0
        self.table, self.ways, units = table_of(problem, allowed)
        reduced = self.table.worth if base is None else base.reduced[self.ways]
        amount = np.zeros(len(self.ways)) if base is None else base.amount[self.ways]
        self.offered = offered_of(self.table, reduced, amount, OFFERED, LEAST)
        self.offered_starts = np.searchsorted(self.table.project[self.offered], np.arange(len(problem.projects) + 1))
        self.kinds = kinds_of(self.table, self.offered)
        self.first = rounded_start(self.table, amount)
        self.penalty, self.floor_penalty = self._penalties(base, units)

    def _penalties(self, base: Relaxation | None, units: list[float]) -> tuple[Floats, Floats]:
        """What a unit over a line or short of a floor costs at first: its price, or a share of a unit's worth."""
        usual = float(np.abs(self.table.worth).sum()) / max(1e-9, float(self.table.load.sum()))
        price, floor_price = prices_of(self.problem, base)
        price, floor_price = price * units[0], floor_price * np.array(units[1:])
        least = max(0.3 * float(price.mean()) if len(price) else 0.0, 0.1 * usual)
        shares = usual / units[0] * np.array(units[1:])
        return np.maximum(price, least), np.maximum(STRICT * floor_price, shares)

    def go_on(self, moves: int) -> None:
        """Anneal once more: from the relaxation at first, then from the best plan, less hot."""
        from pairup.planning.portfolio.annealing import Course, anneal, begun, so_far  # loads numba

        if not len(self.offered):
            return
        is_first = self.round == 0
        self.round += 1
        usual = max(1e-9, float(np.abs(self.problem.worth).mean()))
        course = Course(
            moves, usual * np.array([HOT if is_first else WARM, COLD]), self.penalty, self.floor_penalty,
            RISE if is_first else RISE_AGAIN, REACH, SINGLE,
        )  # fmt: skip
        run = begun(self.table, self.first if is_first else self._start(), self.seed + self.round)
        for first in range(0, moves, TOLD):
            anneal(self.table, self.kinds, self.offered, self.offered_starts, run, course, first, first + TOLD)
            self._saw(so_far(self.table, run, course))
            if is_halted():
                return

    def _saw(self, found: Ints) -> None:
        """Keep a plan and tell it, where it is worth more than the best so far."""
        plan = np.zeros(len(self.problem.ways), dtype=np.bool_)
        plan[self.ways[found[found >= 0]]] = True
        if self.problem.worth[plan].sum() > self.problem.worth[self.best].sum():
            self.best = plan
            self.heard((plan, None))

    def _start(self) -> Ints:
        """The best plan as the annealing takes it."""
        place = np.full(len(self.problem.ways), -1, dtype=np.int64)
        place[self.ways] = np.arange(len(self.ways))
        start = np.full(len(self.problem.projects), -1, dtype=np.int64)
        chosen = np.flatnonzero(self.best)
        start[self.problem.way_project[chosen]] = place[chosen]
        return start


def prices_of(problem: FundingProblem, base: Relaxation | None) -> tuple[Floats, Floats]:
    """Prices of the lines and of the floors, from a form's last rows; zeros where there are none."""
    lines, floors = len(problem.lines), len(problem.floors)
    if base is None:
        return np.zeros(lines), np.zeros(floors)
    settled = len(problem.locks) + sum(
        1 if len(row) == 2 else len(problem.projects[_at(problem, row[0])].ways) for row in problem.forbids
    )
    rows = base.price[: len(base.price) - settled]
    return np.maximum(rows[len(rows) - floors - lines : len(rows) - floors], 0.0), np.maximum(
        -rows[len(rows) - floors :], 0.0
    )


def _at(problem: FundingProblem, project: str) -> int:
    return next(at for at, row in enumerate(problem.projects) if row.id == project)


def _allowed(problem: FundingProblem) -> Flags:
    """Ways that are not forbidden and that their lines could hold."""
    forbidden = set(problem.forbids)
    allowed = np.array([way not in forbidden and (way.project,) not in forbidden for way in problem.ways])
    capacity = np.array([line.capacity for line in problem.lines])
    allowed[problem.load_way[problem.load > capacity[problem.load_line]]] = False
    return allowed


def _ceiling(problem: FundingProblem, allowed: Flags) -> float:
    """A bound at once: of each project the way worth most."""
    best = np.zeros(len(problem.projects))
    np.maximum.at(best, problem.way_project[allowed], problem.worth[allowed])
    return float(best.sum())


def _greedy(problem: FundingProblem, allowed: Flags, watch: Watch) -> Flags:
    """Take ways in order of worth by the share of the lines they use, while everything is kept."""
    capacity = np.array([line.capacity for line in problem.lines])
    share = np.bincount(
        problem.load_way, weights=problem.load / np.maximum(capacity[problem.load_line], 1e-9),
        minlength=len(problem.ways),
    )  # fmt: skip
    order = np.lexsort((-problem.worth / np.maximum(share, 1e-9),))
    starts = np.searchsorted(problem.load_way, np.arange(len(problem.ways) + 1))
    from pairup.planning.portfolio.table import table_of  # loads numba

    table, _, _ = table_of(problem, np.ones(len(problem.ways), dtype=np.bool_))
    room, lift = table.room.copy(), np.zeros(len(problem.floors))
    apart: dict[int, list[int]] = {}
    held = np.zeros(len(problem.projects), dtype=np.bool_)
    for at in range(len(problem.projects)):
        apart[at] = table.apart[table.apart_starts[at] : table.apart_starts[at + 1]].tolist()
    taken = np.zeros(len(problem.ways), dtype=np.bool_)
    for way in order[allowed[order] & (problem.worth[order] > 0)].tolist():
        project = int(problem.way_project[way])
        if held[project] or (apart[project] and held[apart[project]].any()):
            continue
        needs = table.need[table.need_starts[project] : table.need_starts[project + 1]]
        part = slice(starts[way], starts[way + 1])
        lines, loads = problem.load_line[part], table.load[part]
        if not held[needs].all() or np.any(loads > room[lines]) or np.any(lift + table.floors[:, way] < 0):
            continue
        room[lines] -= loads
        lift += table.floors[:, way]
        held[project] = taken[way] = True
        if watch.left is not None and watch.seconds > watch.stop.seconds + 0.5:  # type: ignore[operator]
            break
    return taken
