"""Money to projects over years: the portfolio worth most, within what each line holds and the floors on purposes."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np

from pairup.planning.blocks import Flags
from pairup.planning.explain import why_funding
from pairup.planning.form import Form
from pairup.planning.outcome import plan_of
from pairup.planning.plan import UNTIL_PROVED, Ended, Plan, Progress, Status, Stop, Watch
from pairup.planning.problems.funding import Floats, Funding, FundingProblem, Ints
from pairup.planning.solvers import Answer

#: prices tried for floors that the portfolio without them does not keep
PRICES = 8
#: with so many ways or fewer, the floors are solved with everything else at once
SMALL = 300


def plan_funding(
    problem: FundingProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None
) -> Plan[Funding]:
    """Choose the projects worth most, each in one way.

    Floors tie every project to every other, and are left out at first: what is left falls apart by donor, and if the
    best of it keeps the floors, it is the best with them. Where it does not, each floor gets a price (Lagrange;
    Geoffrion 1974), which keeps the blocks apart and gives a bound; a portfolio that keeps the floors is found at
    prices high enough. Then everything is solved at once from there, as far as the stop allows. Where no plan
    exists, `conflicts` names a smallest set of requirements that clash.
    """
    watch = stop.watch()
    is_apart = bool(problem.floors) and len(problem.ways) > SMALL
    answer = _solve(problem, problem.worth, Stop(watch.left, stop.work), seed, progress, floors=not is_apart)
    if is_apart and answer.status is not Status.INFEASIBLE:
        over = _over(problem)
        if answer.taken is None or _broken(over, answer.taken):
            answer = _priced(problem, answer, over, watch, seed, progress)
    options = [] if answer.taken is None else np.flatnonzero(answer.taken).tolist()
    return plan_of(
        problem, plan_funding, why_funding, answer, [problem.ways[k] for k in options], problem.worth[options].tolist(),
        watch, seed,
    )  # fmt: skip


def _solve(
    problem: FundingProblem, worth: Floats, stop: Stop, seed: int, progress: Progress | None, *, floors: bool = False,
    start: Flags | None = None,
) -> Answer:  # fmt: skip
    """Solve for some worth of the ways, with or without the floors. `taken` and `start` are by way."""
    form = Form(seed)
    take = form.choose(worth)
    ways = {project.id: take[problem.way_project == at] for at, project in enumerate(problem.projects)}
    for project in problem.projects:
        form.require(form.name("one-way", project=project.id), ways[project.id], high=1.0)
        for other in project.needs:
            signs = [1.0] * len(ways[project.id]) + [-1.0] * len(ways[other])
            choices = np.concatenate([ways[project.id], ways[other]])
            form.require(form.name("needs", project=project.id, other=other), choices, signs, high=0.0)
    for one, other in problem.exclusions:
        name = form.name("excludes", project=one, other=other)
        form.require(name, np.concatenate([ways[one], ways[other]]), high=1.0)
    for at, line in enumerate(problem.lines):
        own = problem.load_line == at
        name = form.name("line", line=line.id, capacity=line.capacity)
        form.require(name, take[problem.load_way[own]], problem.load[own], high=line.capacity)
    for (tag, share), row in zip(problem.floors, _over(problem), strict=True) if floors else ():
        form.require(form.name("floor", tag=tag, percent=f"{100 * share:g}"), take, _floats(row), low=0.0)
    _settled(problem, form, take, ways)
    known = None if problem.locks else form.completed([])  # carrying out nothing keeps every other requirement
    if start is not None:
        known = form.completed(take[start])
    answer = form.solve(stop, known, progress, "funding")
    return answer if answer.taken is None else replace(answer, taken=answer.taken[take])


def _floats(row: list[Decimal]) -> Floats:
    return np.array([float(part) for part in row])


def _over(problem: FundingProblem) -> list[list[Decimal]]:
    """Of each floor and way: spending toward the tag, less its share of all spending on money lines."""
    is_money = np.array([line.is_money for line in problem.lines], dtype=np.bool_)
    spent = [Decimal(0)] * len(problem.ways)
    for way, line, load in zip(
        problem.load_way.tolist(), problem.load_line.tolist(), problem.load.tolist(), strict=True
    ):
        if is_money[line]:
            spent[way] += Decimal(repr(load))
    rows = []
    for tag, share in problem.floors:
        parts = [
            amount * (Decimal(repr(float(problem.projects[at].tags.get(tag, 0.0)))) - Decimal(repr(share)))
            for at, amount in zip(problem.way_project.tolist(), spent, strict=True)
        ]
        rows.append(parts)
    return rows


def _broken(over: list[list[Decimal]], taken: Flags) -> list[int]:
    """Which floors a choice of ways does not keep, to the last digit."""
    chosen = np.flatnonzero(taken).tolist()
    return [at for at, row in enumerate(over) if sum((row[way] for way in chosen), Decimal(0)) < 0]


def _priced(
    problem: FundingProblem,
    first: Answer,
    over: list[list[Decimal]],
    watch: Watch,
    seed: int,
    progress: Progress | None,
) -> Answer:
    """Put a price on each broken floor until the portfolio keeps it; the best kept, and the lowest bound seen."""
    rows = [_floats(row) for row in over]
    spent = max(1.0, max(float(np.abs(row).sum()) for row in rows))
    begin = float(np.abs(problem.worth).sum()) / spent
    prices, low, high = [0.0] * len(over), [0.0] * len(over), [math.inf] * len(over)
    best, bound, nodes, found = None, first.bound, first.nodes, first
    for _ in range(PRICES):
        if watch.is_over or found.taken is None:
            break
        broken = _broken(over, found.taken)
        if not broken and (best is None or problem.worth[found.taken].sum() > problem.worth[best].sum()):
            best = found.taken
        if best is not None and bound is not None and bound - float(problem.worth[best].sum()) <= 1e-9:
            break
        for at in range(len(over)):
            if at in broken:
                low[at] = prices[at]
                prices[at] = (low[at] + high[at]) / 2 if math.isfinite(high[at]) else max(2 * prices[at], begin)
            elif prices[at] > 0:
                high[at] = prices[at]
                prices[at] = (low[at] + high[at]) / 2
        worth = problem.worth + sum(price * row for price, row in zip(prices, rows, strict=True))
        work = None if watch.stop.work is None else max(0, watch.stop.work - nodes)
        found = _solve(problem, worth, Stop(watch.left, work), seed, progress)
        nodes += found.nodes
        if found.bound is not None:
            bound = found.bound if bound is None else min(bound, found.bound)
    if best is not None and bound is not None and bound - float(problem.worth[best].sum()) <= 1e-9:
        return Answer(Status.OPTIMAL, Ended.PROOF, best, bound, nodes=nodes, blocks=first.blocks)
    if best is not None and watch.stop.work is not None:  # a node of the whole costs a hundred of a block's
        return Answer(Status.FEASIBLE, Ended.WORK, best, bound, nodes=nodes, blocks=first.blocks)
    work = None if watch.stop.work is None else max(0, watch.stop.work - nodes)
    whole = _solve(problem, problem.worth, Stop(watch.left, work), seed, progress, floors=True, start=best)
    if whole.bound is not None and bound is not None and whole.status is not Status.INFEASIBLE:
        whole = replace(whole, bound=min(bound, whole.bound))
    return replace(whole, nodes=whole.nodes + nodes)


def _settled(problem: FundingProblem, form: Form, take: Ints, ways: dict[str, Ints]) -> None:
    for row in problem.locks:
        name = form.name("project-lock", item=" – ".join(row))
        if len(row) == 1:
            form.require(name, ways[row[0]], low=1.0)
        else:
            form.settle(name, take[problem.option_at[Funding(*row)]], 1)
    for row in problem.forbids:
        name = form.name("project-forbid", item=" – ".join(row))
        for choice in ways[row[0]] if len(row) == 1 else [take[problem.option_at[Funding(*row)]]]:
            form.settle(name, choice, 0)
