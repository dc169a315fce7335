"""Money to projects over years: the portfolio worth most, within what each line holds and the floors on purposes."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np

from pairup.planning.blocks import Flags
from pairup.planning.explain import why_funding
from pairup.planning.outcome import plan_of
from pairup.planning.plan import UNTIL_PROVED, Ended, Plan, Progress, Status, Stop, Watch
from pairup.planning.portfolio.formulation import as_floats, broken_floors, floor_rows, form_of
from pairup.planning.portfolio.large import LARGE, is_large, solve_programme
from pairup.planning.portfolio.prices import funding_prices
from pairup.planning.portfolio.pure import as_knapsack, solve_knapsack
from pairup.planning.problems.funding import Floats, Funding, FundingProblem
from pairup.planning.solvers import SOLVER, Answer
from pairup.planning.trace import Trace

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

    A portfolio under the limits of lines alone goes to a tree search of our own (`portfolio.tree`), and one of
    thousands of ways to the linear relaxation and an annealing (`portfolio.large`), which ends by counted
    work where no stop is given.
    """
    watch = stop.watch()
    trace = Trace(watch, progress)
    answer, solver, without = _answer(problem, watch, seed, trace)
    options = [] if answer.taken is None else np.flatnonzero(answer.taken).tolist()
    plan = plan_of(
        problem, plan_funding, why_funding, answer, [problem.ways[k] for k in options], problem.worth[options].tolist(),
        watch, seed, solver=solver,
    )  # fmt: skip
    trace.saw(plan.objective, plan.bound)
    is_priced = plan.has_plan and len(problem.ways) <= LARGE and not watch.is_over
    prices = funding_prices(problem, seed) if is_priced else None
    further = {} if without is None or not plan.has_plan else {"floors_cost": _floors_cost(problem, plan, without)}
    return replace(plan, run=replace(plan.run, trace=tuple(trace.points)), prices=prices, further=further)


def _floors_cost(problem: FundingProblem, plan: Plan[Funding], without: Answer) -> list[float | None]:
    """What all floors together cost, at least and at most, from the answer that left them out."""
    assert plan.objective is not None
    found = plan.objective if without.taken is None else float(problem.worth[without.taken].sum())
    least = round(max(0.0, found - (math.inf if plan.bound is None else plan.bound)), 6)
    most = None if without.bound is None else round(max(least, without.bound - plan.objective), 6)
    return [least, most]


def _answer(problem: FundingProblem, watch: Watch, seed: int, trace: Trace) -> tuple[Answer, str, Answer | None]:
    """Choose the way to solve by what ties the question together; give the solver's name beside the answer.

    Last comes the answer that left the floors out, where there was one.
    """
    if (found := as_knapsack(problem)) is not None:
        return solve_knapsack(found, len(problem.ways), watch, seed, trace), f"tree search, {SOLVER}", None
    if is_large(problem):
        return solve_programme(problem, watch, seed, trace), f"annealing, {SOLVER}", None
    is_apart = bool(problem.floors) and len(problem.ways) > SMALL
    left = Stop(watch.left, watch.stop.work)
    answer = _solve(problem, problem.worth, left, seed, trace.progress, floors=not is_apart)
    without = answer if is_apart and answer.status is not Status.INFEASIBLE else None
    if without is not None:
        over = floor_rows(problem)
        if answer.taken is None or broken_floors(over, answer.taken):
            answer = _priced(problem, answer, over, watch, seed, trace.progress)
    return answer, SOLVER, without


def _solve(
    problem: FundingProblem, worth: Floats, stop: Stop, seed: int, progress: Progress | None, *, floors: bool = False,
    start: Flags | None = None,
) -> Answer:  # fmt: skip
    """Solve for some worth of the ways, with or without the floors. `taken` and `start` are by way."""
    form, take = form_of(problem, worth, seed, floors=floors)
    # carrying out nothing keeps every requirement but locks and what places are to reach
    known = None if problem.locks or problem.least else form.completed([])
    if start is not None:
        known = form.completed(take[start])
    answer = form.solve(stop, known, progress, "funding")
    return answer if answer.taken is None else replace(answer, taken=answer.taken[take])


def _priced(
    problem: FundingProblem,
    first: Answer,
    over: list[list[Decimal]],
    watch: Watch,
    seed: int,
    progress: Progress | None,
) -> Answer:
    """Put a price on each broken floor until the portfolio keeps it; the best kept, and the lowest bound seen."""
    rows = [as_floats(row) for row in over]
    spent = max(1.0, max(float(np.abs(row).sum()) for row in rows))
    begin = float(np.abs(problem.worth).sum()) / spent
    prices, low, high = [0.0] * len(over), [0.0] * len(over), [math.inf] * len(over)
    best, bound, nodes, found = None, first.bound, first.nodes, first
    for _ in range(PRICES):
        if watch.is_over or found.taken is None:
            break
        missed = broken_floors(over, found.taken)
        if not missed and (best is None or problem.worth[found.taken].sum() > problem.worth[best].sum()):
            best = found.taken
        if best is not None and bound is not None and bound - float(problem.worth[best].sum()) <= 1e-9:
            break
        for at in range(len(over)):
            if at in missed:
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
