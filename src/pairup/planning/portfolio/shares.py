"""The method of equal shares: each line is split among the places, and what many would pay for is bought first.

After Peters, Pierczyński and Skowron (2021, https://arxiv.org/abs/2008.13276): each voter gets an equal part of the
money; a project is bought when those who gain from it can pay its cost together, each in proportion to what it gains,
at the lowest price for a point of gain. What is left over goes to the portfolio worth most (utilitarian completion).
Here a voter is a place, and what it gains is the worth of a project that stands there, or what `gains` says. The
money of one donor and year is no other's: every line is split by itself, among the voters for whom a project could
take of it, and pays for its own part of a project only. With one line this is the rule as published.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pairup.planning.blocks import Flags
from pairup.planning.explain import moves_of, why_funding
from pairup.planning.funding import plan_funding
from pairup.planning.outcome import plan_of
from pairup.planning.plan import UNTIL_PROVED, Difference, Ended, Plan, Status, Stop, number
from pairup.planning.portfolio.equity import worth_by_place
from pairup.planning.problems.funding import Funding, FundingProblem
from pairup.planning.solvers import Answer
from pairup.planning.verify import check_chosen
from pairup.values.words import Words

#: voter -> project -> gain
Gains = Mapping[str, Mapping[str, float]]


def plan_equal_shares(
    problem: FundingProblem, *, gains: Gains | None = None, stop: Stop = UNTIL_PROVED, seed: int = 0
) -> Plan[Funding]:
    """Choose projects by equal shares, then complete; lines, needs, exclusions and floors are kept throughout.

    Each money line (each line where none is money) is shared by itself; the price of a way is the sum of its prices
    for a point over the lines it takes of. A purchase that some other requirement does not allow is passed over.
    Floors are asked of what was bought in the end: where the purchases alone would break one, the completion has to
    mend it, and where it cannot, the last purchases are given up. The plan claims no bound: it is not the one worth
    most.
    """
    watch = stop.watch()
    bought = _bought(problem, gains or place_gains(problem))
    free = replace(problem, locks=problem.locks)
    plan: Plan[Funding] | None = None
    while True:
        settled = {row[0] for row in bought}
        locks = tuple(sorted({*(row for row in free.locks if row[0] not in settled), *(tuple(row) for row in bought)}))
        plan = plan_funding(replace(free, locks=locks), stop=Stop(watch.left, stop.work), seed=seed)
        if plan.has_plan or not bought:
            break
        bought = bought[:-1]
    if not plan.has_plan:
        return replace(plan, problem=problem, planner=plan_equal_shares)
    taken: Flags = _flags(problem, plan.chosen)
    worth = [float(problem.worth[problem.option_at[item]]) for item in plan.chosen]
    ended = Ended.CLOCK if plan.run.ended is Ended.CLOCK else Ended.WORK
    return plan_of(
        problem, plan_equal_shares, why_funding, Answer(Status.FEASIBLE, ended, taken), plan.chosen, worth, watch, seed,
        solver="equal shares",
    )  # fmt: skip


def place_gains(problem: FundingProblem) -> dict[str, dict[str, float]]:
    """A place gains from its own projects, as much as each is worth at best."""
    gains: dict[str, dict[str, float]] = {}
    for project in problem.projects:
        best = max((way.worth for way in project.ways), default=0.0)
        if project.place is not None and best > 0:
            gains.setdefault(project.place, {})[project.id] = best
    return gains


@dataclass(frozen=True, slots=True)
class Offer:
    """A project in a way that its voters can pay: of each line at so much for a point of gain, and of all together."""

    price: float
    item: Funding
    prices: Mapping[str, float]


#: line -> voter -> what is left of its part
Purses = dict[str, dict[str, float]]


def line_purses(problem: FundingProblem, gains: Gains) -> Purses:
    """Split each money line (each line where none is money) among the voters for whom a project could take of it."""
    shared = {line.id for line in problem.lines if line.is_money} or {line.id for line in problem.lines}
    voters: dict[str, set[str]] = {}
    for project in problem.projects:
        supporters = {voter for voter, gained in gains.items() if gained.get(project.id, 0.0) > 0}
        for line in {line for way in project.ways for line, load in way.loads.items() if load and line in shared}:
            voters.setdefault(line, set()).update(supporters)
    return {
        line.id: {voter: line.capacity / len(voters[line.id]) for voter in sorted(voters[line.id])}
        for line in problem.lines if voters.get(line.id)
    }  # fmt: skip


def _bought(problem: FundingProblem, gains: Gains) -> list[Funding]:
    """Buy in rounds of the rule: the project with the lowest price for a point, as long as any can be paid."""
    purses = line_purses(problem, gains)
    bought: list[Funding] = []
    passed: set[Funding] = set()
    while True:
        held = {row.project for row in bought}
        offers = [
            offer for project in problem.projects if project.id not in held for way in project.ways
            if (item := Funding(project.id, way.id)) not in passed
            and (offer := _offer(item, way.loads, gains, purses)) is not None
        ]  # fmt: skip
        if not offers:
            return bought
        best = min(offers, key=lambda offer: (offer.price, -problem.worth[problem.option_at[offer.item]], offer.item))
        if not _is_kept(problem, [*bought, best.item]):
            passed.add(best.item)
            continue
        bought.append(best.item)
        for line, price in best.prices.items():
            for voter, left in purses[line].items():
                if gain := gains[voter].get(best.item.project, 0.0):
                    purses[line][voter] = left - min(left, price * gain)


def _offer(item: Funding, loads: Mapping[str, float], gains: Gains, purses: Purses) -> Offer | None:
    """Price a way line by line: what one line holds pays for nothing of another. None where a line cannot be paid."""
    prices: dict[str, float] = {}
    if not any(gained.get(item.project, 0.0) > 0 for gained in gains.values()):
        return None
    for line, load in loads.items():
        if load and line in purses:
            sides = [
                (held, gain)
                for voter, held in purses[line].items()
                if (gain := gains[voter].get(item.project, 0.0)) > 0
            ]
            price = _price(load, sides)
            if price is None:
                return None
            prices[line] = price
    return Offer(math.fsum(prices.values()), item, prices)


def _price(cost: float, sides: list[tuple[float, float]]) -> float | None:
    """Find the lowest price for a point at which these (purse, gain) can pay the cost; None where they cannot."""
    left, gain = cost, math.fsum(side[1] for side in sides)
    if math.fsum(side[0] for side in sides) < cost - 1e-9:
        return None
    ranked = sorted(sides, key=lambda side: (side[0] / side[1], side))
    for held, own in ranked:  # those whose purse is emptied first
        if left / gain <= held / own + 1e-12:
            return left / gain
        left, gain = left - held, gain - own
    return ranked[-1][0] / ranked[-1][1]


def _is_kept(problem: FundingProblem, bought: list[Funding]) -> bool:
    """Whether lines, exclusions and forbids allow a purchase; needs and floors are left to the completion."""
    broken: list[str] = []
    check_chosen(replace(problem, floors=(), least=(), locks=()), bought, lambda code, **facts: broken.append(code))
    return not set(broken) - {"broken-needs"}


def _flags(problem: FundingProblem, chosen: tuple[Funding, ...]) -> Flags:
    import numpy as np

    taken = np.zeros(len(problem.ways), dtype=np.bool_)
    taken[[problem.option_at[item] for item in chosen]] = True
    return taken


def told_apart(shares: Plan[Funding], best: Plan[Funding]) -> tuple[Words, ...]:
    """Say where a plan by equal shares differs from the plan worth most: points, places, and which projects."""
    difference: Difference[Funding] = best.compare(shares)
    problem: FundingProblem = best.problem
    mine, theirs = (worth_by_place(problem, plan.chosen) for plan in (best, shares))
    lines = [Words("funding.shares-cost", {"points": number(0.0 - (difference.points or 0.0))})]
    for place in mine:
        if mine[place] != theirs[place]:
            facts = {"place": place, "before": number(mine[place]), "after": number(theirs[place])}
            lines.append(Words("funding.shares-place", facts))
    return (*lines, *moves_of(difference))
