"""Costs that are not certain: plans whose worst cases a line can still bear, and who pays to keep things running.

Scenarios are factors on the cost of each project. The mean of a line's worst cases (conditional value at risk) is
kept under a limit without any further variable: for a plan, the worst scenarios of a line are known, and their mean
cost is a sum over its ways; a row that limits that sum is one more line. Rows come in where a plan breaks them, until
none does (Künzi-Bay, Mayer 2006, https://doi.org/10.1007/s10287-005-0042-0; the measure: Rockafellar, Uryasev 2000,
https://doi.org/10.21314/JOR.2000.038).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.planning.funding import plan_funding
from pairup.planning.plan import UNTIL_PROVED, Plan, Stop, number
from pairup.planning.problems.funding import Funding, FundingProblem, Line, Project, Way
from pairup.values.words import Words

Floats = NDArray[np.float64]

#: rows are added so many times at most
ROUNDS_OF_ROWS = 40


@dataclass(frozen=True, slots=True)
class Overrun:
    """What a line may be short of: expected overrun, mean of the worst cases' overrun, and how often it is over."""

    line: str
    expected: float
    worst: float
    how_often: float

    def words(self) -> Words:
        return Words("funding.overrun", {
            "line": self.line, "expected": number(self.expected), "worst": number(self.worst),
            "percent": number(100 * self.how_often),
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class RiskPlan:
    """A plan of the question with rows for worst cases (`plan.problem`), and what each line risks.

    `is_within` says whether every line's worst cases are within its limit; only a search cut short leaves it False.
    """

    plan: Plan[Funding]
    overruns: tuple[Overrun, ...]
    is_within: bool


def cost_scenarios(problem: FundingProblem, *, spread: float, count: int, seed: int, drift: float = 0.0) -> Floats:
    """Draw factors, scenario x project: log-normal with mean `1 + drift` and this spread of the logarithm."""
    random = np.random.default_rng(seed)
    drawn = random.normal(-(spread**2) / 2, spread, (count, len(problem.projects)))
    return np.asarray((1.0 + drift) * np.exp(drawn))


def overruns(
    problem: FundingProblem, chosen: tuple[Funding, ...], factors: Floats, worst: float
) -> tuple[Overrun, ...]:
    """Tell of each money line what it risks under a choice; `worst` is the share of cases that count as worst."""
    cost = _cost(problem, chosen, factors)
    found = []
    for at, line in enumerate(problem.lines):
        if line.is_money:
            over = np.maximum(0.0, cost[:, at] - line.capacity)
            tail = np.sort(over)[::-1][: _tail(len(over), worst)]
            found.append(Overrun(line.id, float(over.mean()), float(tail.mean()), float((over > 1e-9).mean())))
    return tuple(found)


def _tail(count: int, worst: float) -> int:
    if not 0 < worst <= 1:
        raise InputError(
            f"{worst:g} is no share of worst cases.", hint="Give one over 0 and at most 1, as 0.1.",
            code="funding.worst-share", worst=worst,
        )  # fmt: skip
    return max(1, math.ceil(worst * count - 1e-9))


def _cost(problem: FundingProblem, chosen: tuple[Funding, ...], factors: Floats) -> Floats:
    """Cost of each line in each scenario."""
    taken = np.zeros(len(problem.ways), dtype=np.bool_)
    taken[[problem.option_at[item] for item in chosen]] = True
    cost = np.zeros((len(factors), len(problem.lines)))
    for at in np.flatnonzero(taken[problem.load_way]).tolist():
        way = problem.load_way[at]
        cost[:, problem.load_line[at]] += problem.load[at] * factors[:, problem.way_project[way]]
    return cost


def plan_under_risk(
    problem: FundingProblem, factors: Floats, *, worst: float = 0.1, over: float = 0.0, stop: Stop = UNTIL_PROVED,
    seed: int = 0,
) -> RiskPlan:  # fmt: skip
    """Plan so that of each money line the mean cost of its worst cases is at most `1 + over` of what it holds.

    `factors` are scenario x project. `stop` is for each of the plans made on the way.
    """
    tail = _tail(len(factors), worst)
    asked, is_within = problem, False
    for turn in range(ROUNDS_OF_ROWS):
        plan = plan_funding(asked, stop=stop, seed=seed)
        if not plan.has_plan:
            return RiskPlan(plan, (), False)
        cost = _cost(problem, plan.chosen, factors)
        rows: list[tuple[Line, Floats, int]] = []
        for at, line in enumerate(problem.lines):
            cases = np.argsort(-cost[:, at], kind="stable")[:tail]
            limit = line.capacity * (1.0 + over)
            if line.is_money and cost[cases, at].mean() > limit * (1 + 1e-9) + 1e-9:
                rows.append((Line(f"{line.id} worst {turn + 1}", limit), factors[cases].mean(axis=0), at))
        if not rows:
            is_within = True
            break
        asked = _with_rows(asked, problem, rows)
    return RiskPlan(plan, overruns(problem, plan.chosen, factors, worst), is_within)


def _with_rows(asked: FundingProblem, problem: FundingProblem, rows: list[tuple[Line, Floats, int]]) -> FundingProblem:
    """The question with a further line for each row: its load is the mean load of the worst cases, rounded up."""
    projects = []
    for at, project in enumerate(asked.projects):
        ways = []
        for way in project.ways:
            loads = dict(way.loads)
            for line, mean, of in rows:
                if load := way.loads.get(problem.lines[of].id, 0.0):
                    loads[line.id] = math.ceil(load * float(mean[at]) * 1e4 - 1e-6) / 1e4
            ways.append(way._replace(loads=loads))
        projects.append(project._replace(ways=tuple(ways)))
    return _again(asked, [*asked.lines, *(row[0] for row in rows)], projects)


def _again(asked: FundingProblem, lines: list[Line], projects: list[Project]) -> FundingProblem:
    return FundingProblem.from_rows(
        lines, projects, floors=asked.floors, locks=asked.locks, forbids=asked.forbids, refusal=asked.refusal,
        least=asked.least,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunningCost:
    """What a project costs each year once it is done, and whose lines (`PAYER-YEAR`) bear it; None: nobody said."""

    yearly: float
    payer: str | None


def with_running_costs(problem: FundingProblem, running: Mapping[str, RunningCost]) -> FundingProblem:
    """Put the running costs of each way on its payer's lines, for every year after the last that the way pays for.

    Lines are named `PAYER-YEAR`. Refuses a project whose running costs nobody pays, or whose payer has no line at
    all: what is built and not kept running is not help. A project that `running` does not name costs nothing to run.
    """
    unpaid = sorted(code for code, cost in running.items() if cost.yearly and cost.payer is None)
    years: dict[str, dict[int, str]] = {}
    for line in problem.lines:
        payer, _, year = line.id.rpartition("-")
        if year.isdigit():
            years.setdefault(payer, {})[int(year)] = line.id
    unpaid += sorted(
        code for code, cost in running.items() if cost.yearly and cost.payer is not None and cost.payer not in years
    )
    if unpaid:
        raise InputError(
            f"Nobody pays to keep these running: {', '.join(unpaid)}.",
            hint="Name a payer that has lines for the years after completion.", code="funding.no-running-payer",
            projects=unpaid,
        )  # fmt: skip
    projects = [
        project._replace(ways=tuple(_running(way, running[project.id], years) for way in project.ways))
        if project.id in running else project
        for project in problem.projects
    ]  # fmt: skip
    return _again(problem, list(problem.lines), projects)


def _running(way: Way, cost: RunningCost, years: Mapping[str, Mapping[int, str]]) -> Way:
    last = max((int(line.rpartition("-")[2]) for line in way.loads if line.rpartition("-")[2].isdigit()), default=None)
    if last is None or cost.payer is None or not cost.yearly:
        return way
    loads: dict[str, Any] = dict(way.loads)
    for year, line in years[cost.payer].items():
        if year > last:
            loads[line] = loads.get(line, 0.0) + cost.yearly
    return way._replace(loads=loads)
