"""What each floor costs: the points lost against the plan without it, and what one more point of share would cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pairup.planning.funding import plan_funding
from pairup.planning.plan import UNTIL_PROVED, Plan, Stop, number
from pairup.planning.portfolio.large import prices_of
from pairup.planning.portfolio.prices import relaxed
from pairup.planning.portfolio.relaxation import Relaxation
from pairup.planning.problems.funding import Funding, FundingProblem
from pairup.values.words import Words

#: the code of a cost that is proved, and of one that lies between two figures
PROVED, BETWEEN = "funding.floor-costs", "funding.floor-costs-between"


@dataclass(frozen=True, slots=True)
class FloorCost:
    """The cost of some floors: points lost, at least and at most, and by one more point of share at the margin.

    `marginal` is the price of the relaxation: None for several floors, and where the relaxation has none.
    """

    tags: tuple[str, ...]
    least: float
    most: float
    marginal: float | None
    without: Plan[Funding]

    @property
    def is_proved(self) -> bool:
        return self.most - self.least <= 1e-6 * max(1.0, abs(self.most))

    def words(self) -> Words:
        """Say it in a sentence."""
        facts = {"tags": ", ".join(self.tags), "least": number(self.least), "most": number(self.most)}
        if self.marginal is None:
            return Words(PROVED if self.is_proved else BETWEEN, facts)
        code = "funding.floor-costs-and-more" if self.is_proved else "funding.floor-costs-between-and-more"
        return Words(code, facts | {"marginal": number(self.marginal)})

    def __str__(self) -> str:
        return self.words().say()


def floor_costs(plan: Plan[Funding], *, stop: Stop = UNTIL_PROVED) -> tuple[FloorCost, ...]:
    """Give the cost of each floor of a plan, and of all together where there are several. `stop` is for each."""
    problem: FundingProblem = plan.problem
    base = relaxed(problem, plan.run.seed)
    prices = [0.0] * len(problem.floors) if base is None else prices_of(problem, base)[1].tolist()
    spent = _spent(problem, base)
    sets: list[tuple[int, ...]] = [(at,) for at in range(len(problem.floors))]
    if len(sets) > 1:
        sets.append(tuple(range(len(problem.floors))))
    costs = []
    for left_out in sets:
        kept = tuple(floor for at, floor in enumerate(problem.floors) if at not in left_out)
        without = plan_funding(replace(problem, floors=kept), stop=stop, seed=plan.run.seed)
        least, most = _lost(plan, without)
        marginal = prices[left_out[0]] * spent / 100.0 if len(left_out) == 1 and base is not None else None
        costs.append(FloorCost(tuple(problem.floors[at][0] for at in left_out), least, most, marginal, without))
    return tuple(costs)


def margin_words(problem: FundingProblem, seed: int = 0) -> tuple[Words, ...]:
    """Say what one more point of share of each floor would cost about, by the prices of the relaxation."""
    base = relaxed(problem, seed)
    if base is None:
        return ()
    spent = _spent(problem, base)
    prices = prices_of(problem, base)[1].tolist()
    return tuple(
        Words("funding.floor-margin", {"tag": tag, "marginal": number(price * spent / 100.0)})
        for (tag, _), price in zip(problem.floors, prices, strict=True)
    )


def cost_words(problem: FundingProblem, cost: tuple[float, float | None]) -> Words | None:
    """Say what all floors together cost, between two figures; None where the upper one is not known."""
    least, most = cost
    if most is None:
        return None
    facts = {"tags": ", ".join(tag for tag, _ in problem.floors), "least": number(least), "most": number(most)}
    return Words(PROVED if most - least <= 1e-6 * max(1.0, most) else BETWEEN, facts)


def _lost(plan: Plan[Funding], without: Plan[Funding]) -> tuple[float, float]:
    """The points lost at least (best without, found; bound with) and at most (the other way round)."""
    assert plan.objective is not None and without.objective is not None, "a plan with floors has one without"
    bound = plan.bound if plan.bound is not None else float("inf")
    top = without.bound if without.bound is not None else float("inf")
    least = round(max(0.0, without.objective - bound), 9)
    return least, round(max(least, top - plan.objective), 9)


def _spent(problem: FundingProblem, base: Relaxation | None) -> float:
    """What the relaxed plan spends on money lines."""
    if base is None:
        return 0.0
    is_money = np.array([line.is_money for line in problem.lines], dtype=np.bool_)
    amount = base.amount[: len(problem.ways)]
    inside = is_money[problem.load_line]
    return float((problem.load[inside] * amount[problem.load_way[inside]]).sum())
