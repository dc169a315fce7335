"""The method of equal shares: money is split among the places, and what many would pay for is bought first.

After Peters, Pierczyński and Skowron (2021, https://arxiv.org/abs/2008.13276): each voter gets an equal part of the
money; a project is bought when those who gain from it can pay its cost together, each in proportion to what it gains,
at the lowest price for a point of gain. What is left over goes to the portfolio worth most (utilitarian completion).
Here a voter is a place, and what it gains is the worth of a project that stands there, or what `gains` says.
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

    The money is the sum of all money lines (all lines where none is money). The cost of a way is what it takes of
    them. A purchase that some other requirement does not allow is passed over. Floors are asked of what was bought in
    the end: where the purchases alone would break one, the completion has to mend it, and where it cannot, the last
    purchases are given up. The plan claims no bound: it is not the one worth most.
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
    """A project in a way that its voters can pay: at so much for a point of gain."""

    price: float
    item: Funding
    cost: float


def _bought(problem: FundingProblem, gains: Gains) -> list[Funding]:
    """Buy in rounds of the rule: the project with the lowest price for a point, as long as any can be paid."""
    money = {line.id for line in problem.lines if line.is_money} or {line.id for line in problem.lines}
    total = math.fsum(line.capacity for line in problem.lines if line.id in money)
    purse = {voter: total / max(1, len(gains)) for voter in sorted(gains)}
    bought: list[Funding] = []
    passed: set[Funding] = set()
    while True:
        offers = [
            offer for project in problem.projects for way in project.ways
            if (item := Funding(project.id, way.id)) not in passed and project.id not in {row.project for row in bought}
            and (offer := _offer(item, math.fsum(v for k, v in way.loads.items() if k in money), gains, purse))
        ]  # fmt: skip
        if not offers:
            return bought
        best = min(offers, key=lambda offer: (offer.price, -problem.worth[problem.option_at[offer.item]], offer.item))
        if not _is_kept(problem, [*bought, best.item]):
            passed.add(best.item)
            continue
        bought.append(best.item)
        for voter, gained in gains.items():
            if gain := gained.get(best.item.project, 0.0):
                purse[voter] = max(0.0, purse[voter] - min(purse[voter], best.price * gain))


def _offer(item: Funding, cost: float, gains: Gains, purse: Mapping[str, float]) -> Offer | None:
    """Find the lowest price for a point at which the voters can pay the cost; None where they cannot."""
    sides = sorted(
        (purse[voter] / gained[item.project], gained[item.project], purse[voter])
        for voter, gained in gains.items() if gained.get(item.project, 0.0) > 0
    )  # fmt: skip
    left, gain = cost, math.fsum(side[1] for side in sides)
    if not sides or math.fsum(side[2] for side in sides) < cost - 1e-9:
        return None
    for most, own, held in sides:  # those whose purse is emptied first
        if left / gain <= most + 1e-12:
            return Offer(left / gain, item, cost)
        left, gain = left - held, gain - own
    return Offer(sides[-1][0], item, cost)


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
    lines = [Words("funding.shares-cost", {"points": number(-(difference.points or 0.0))})]
    for place in mine:
        if mine[place] != theirs[place]:
            facts = {"place": place, "before": number(mine[place]), "after": number(theirs[place])}
            lines.append(Words("funding.shares-place", facts))
    return (*lines, *moves_of(difference))
