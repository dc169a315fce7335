"""What stability costs: the worth of the best plan of any kind, less the worth of the stable plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pairup.planning.plan import UNTIL_PROVED, Plan, Status, Stop, number
from pairup.planning.problems.posting import Posting
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Price:
    """The price of stability in points. `least` and `most` are the same where both plans are proved.

    `worth` is what the stable plan is worth, `welfare` the plan worth most of the same round. `most` is None where
    no bound is known.
    """

    worth: float
    welfare: Plan[Posting]
    least: float
    most: float | None
    words: Words

    @property
    def is_exact(self) -> bool:
        return self.most is not None and self.most - self.least <= 1e-6


def price_of_stability(plan: Plan[Posting], *, stop: Stop = UNTIL_PROVED) -> Price:
    """Plan the same round for worth alone, and say how many points stability gives up.

    The price is of the plan at hand: where it is not proved, another stable plan may cost less. A plan for worth may
    use pairs that one side does not accept, and may give a person two posts one after the other.
    """
    if plan.problem.kind != "postings" or plan.problem.mode != "stable":
        raise TypeError("only the plan of a stable round has a price of stability")
    worth = float(plan.further["worth"]) if plan.assignments is not None else 0.0
    welfare = plan.planner(replace(plan.problem, mode="welfare"), stop=stop, seed=plan.run.seed)
    found = worth if welfare.objective is None else max(worth, welfare.objective)
    least = round(found - worth, 9)
    most = None if welfare.bound is None else round(max(least, welfare.bound - worth), 9)
    facts = {"worth": number(worth), "welfare": number(found), "points": number(least)}
    if welfare.status is Status.OPTIMAL:
        words = Words("stable.price", facts)
    elif most is None:
        words = Words("stable.price-at-least", facts)
    else:
        words = Words("stable.price-between", facts | {"most": number(most)})
    return Price(worth, welfare, least, most, words)
