"""A programme of thousands of ways: the linear relaxation bounds it, an annealed exchange fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Flags, rounded, step_of
from pairup.planning.child import work_apart
from pairup.planning.plan import Ended, Status, Watch
from pairup.planning.portfolio.formulation import as_floats, broken_floors, floor_rows, form_of
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
MOVES, WORK = 1_000, 4_000
#: ways offered to the exchange for each project: those of the best reduced worth
OFFERED = 2
#: losses borne at first, as a share of the mean worth of a project; at last a fiftieth of it
HOT = 0.1
#: moves of the first, short exchange
FIRST = 200_000

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
    best, bound = kept[0]
    value = float(problem.worth[best].sum())
    is_proved = bound - value <= 1e-6 * max(1.0, abs(value))
    return Answer(
        Status.OPTIMAL if is_proved else Status.FEASIBLE, Ended.PROOF if is_proved else ended, best, max(bound, value)
    )


def by_work(problem: FundingProblem, allowed: Flags, best: Flags, seed: int, work: int, heard: Heard) -> None:
    """One exchange of `work` thousand moves at the prices of the relaxation."""
    if work <= 0:
        return
    exchange = Exchange(problem, allowed, best, seed, heard)
    exchange.go_on(work * MOVES)


def by_clock(asked: tuple[FundingProblem, Flags, Flags, int, float], tell: Callable[[Any], None]) -> None:
    """Exchange until killed: a short one, one as long as the time allows, and short ones again."""
    problem, allowed, best, seed, seconds = asked
    began = perf_counter()
    exchange = Exchange(problem, allowed, best, seed, tell)
    exchange.go_on(FIRST)  # compiles, where that is still to do
    at = perf_counter()
    exchange.go_on(FIRST)
    each = (perf_counter() - at) / FIRST
    while True:
        left = seconds - (perf_counter() - began)
        exchange.go_on(max(FIRST, int(0.5 * left / each)))


class Exchange:
    """The exchange over one problem, and the best plan so far."""

    def __init__(self, problem: FundingProblem, allowed: Flags, best: Flags, seed: int, heard: Heard) -> None:
        self.problem, self.best, self.heard = problem, best, heard
        form, take = form_of(problem, problem.worth, seed, floors=True)
        self.base = relaxation(form.whole(), seed)
        assert len(take) == len(problem.ways)
        if self.base is not None:
            heard((None, self.base.bound))
        self.allowed, self.seed, self.round = allowed, seed, 0
        self.table, self.ways, self.units = table_of(problem, allowed)

    def go_on(self, moves: int) -> None:
        """Anneal once more from the best plan."""
        from pairup.planning.portfolio.exchange import exchange  # loads numba

        problem, self.round = self.problem, self.round + 1
        price, floor_price = prices_of(problem, self.base)
        price, floor_price = price * self.units[0], floor_price * np.array(self.units[1:])
        start = np.full(len(problem.projects), -1, dtype=np.int64)
        place = np.full(len(problem.ways), -1, dtype=np.int64)
        place[self.ways] = np.arange(len(self.ways))
        chosen = np.flatnonzero(self.best)
        start[problem.way_project[chosen]] = place[chosen]
        hot = max(1e-9, HOT * float(np.abs(problem.worth).mean()))
        _, found = exchange(
            self.table, start, moves, hot, hot / 50.0, self.seed + self.round, price, floor_price, self._offered()
        )
        plan = np.zeros(len(problem.ways), dtype=np.bool_)
        plan[self.ways[found[found >= 0]]] = True
        if problem.worth[plan].sum() > problem.worth[self.best].sum():
            self.best = plan
            self.heard((plan, None))

    def _offered(self) -> Ints:
        """The ways that may come in: a few for each project, by reduced worth; all where there are no prices."""
        if self.base is None:
            return np.arange(len(self.ways))
        reduced = self.base.reduced[self.ways]
        return np.sort(np.argsort(-reduced, kind="stable")[: OFFERED * len(self.problem.projects)])


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


def table_of(problem: FundingProblem, allowed: Flags) -> tuple[Any, Ints, list[float]]:
    """Write a problem as arrays for the exchange; also which way each of its ways is, and its units.

    Units are those of the loads, then of each floor.

    Whole steps where there are some, so that sums are exact; otherwise limits are drawn in by a billionth.
    """
    from pairup.planning.portfolio.exchange import Table

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
        *_lists(apart), np.ones(count, dtype=np.int64),
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
