"""Plan a changed question again, moving as little as its worth allows, and give a reason from the difference."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np

from pairup.planning.explain.telling import moves_of, said, shown_to, told_to
from pairup.planning.plan import Audience, Difference, Item, Plan, Reason, Status, Stop, number
from pairup.planning.problems.funding import FundingProblem
from pairup.planning.problems.pairing import PairingProblem
from pairup.planning.problems.pairing_years import YearsProblem
from pairup.planning.problems.posting import Posting
from pairup.values.words import Words

A = TypeVar("A", bound=Item)

#: an explanation plans again for so many search nodes at most; beyond, its cost is "at most"
WHY = Stop(work=2000)


@dataclass(frozen=True, slots=True)
class WhatIf(Generic[A]):
    """The plan of a changed question, and how it differs from the plan before."""

    plan: Plan[A]
    difference: Difference[A]
    moves: tuple[Words, ...]

    @property
    def changed(self) -> int:
        """How many people (of a round), or items, are not as before."""
        items = (*self.difference.lost, *self.difference.gained)
        return len({item.person if isinstance(item, Posting) else item for item in items})

    def verdict(self) -> Words:
        """Say in one sentence what the change does to the plan."""
        points = self.difference.points
        if points is None:
            is_known = self.plan.status is Status.INFEASIBLE
            return Words("answers.what-if-none" if is_known else "answers.what-if-unknown")
        tail = "same" if abs(points) < 1e-9 else "gains" if points > 0 else "loses"
        return Words(f"answers.what-if-{tail}", {"count": self.changed, "points": number(abs(points))})

    def say(self, language: str = "en", for_: Audience = Audience.OFFICE, person: str = "") -> str:
        """Tell the change on one screen. Only the office is told of all people; `person` is who asks, if it is one."""
        item = Posting(person, "") if self.plan.kind == "postings" else None
        lines = [*shown_to(self.moves, for_, item), *(told_to(words, for_) for words in self.plan.conflicts)]
        return "\n".join([self.verdict().say(language), *(f"  {words.say(language)}" for words in lines)])

    def __str__(self) -> str:
        return self.say()


def reason_by_replanning(plan: Plan[A], item: A, for_: Audience, part: Any, inside: Iterable[A]) -> Reason[A]:
    """Plan the part again with the item turned round; the difference is the reason."""
    mine = within(plan, part, tuple(inside))
    is_chosen = item in mine.chosen
    found = replanned(mine, part.forbidding(item) if is_chosen else part.forcing(item), WHY)
    side, facts = "chosen" if is_chosen else "left", {"item": said(item)}
    if found.plan.status is Status.INFEASIBLE:
        details = shown_to(found.plan.conflicts, for_, item)
        return Reason(item, Words(f"planning.why-{side}-must", facts), details=details)
    if found.difference.points is None:
        return Reason(item, Words("planning.why-unknown", facts), None, False)
    cost = round(-found.difference.points, 9) + 0.0
    is_exact = found.plan.status is Status.OPTIMAL and plan.status is Status.OPTIMAL
    tail = "tie" if cost == 0 else "better" if cost < 0 else "costs" if is_exact else "costs-most"
    words = Words(f"planning.why-{side}-{tail}", facts | {"cost": number(abs(cost)), "count": len(found.moves)})
    difference = found.difference if for_ is Audience.OFFICE else None
    return Reason(item, words, cost, is_exact, shown_to(found.moves, for_, item), difference)


def within(plan: Plan[A], part: Any, inside: tuple[A, ...]) -> Plan[A]:
    """The plan as far as it lies in a part of its problem."""
    points = points_of(part, inside)
    bound = points if plan.status is Status.OPTIMAL else None
    return replace(plan, problem=part, chosen=inside, objective=points, bound=bound)


def replanned(plan: Plan[A], changed: Any, stop: Stop) -> WhatIf[A]:
    """Plan a changed question, moving as little as its worth allows; count points by the worth that was asked."""
    if isinstance(changed, YearsProblem):  # coverage comes before worth there, so its points are not scaled
        other = plan.planner(changed, stop=stop, seed=plan.run.seed)
        change = plan.compare(other) if other.has_plan else Difference[A]((), (), None)
        return WhatIf(other, change, moves_of(change))
    found = plan.planner(preferring(changed, plan.chosen), stop=stop, seed=plan.run.seed)
    if not found.has_plan:
        return WhatIf(replace(found, problem=changed), Difference((), (), None), ())
    points = points_of(changed, found.chosen)
    bound = points if found.status is Status.OPTIMAL else None
    plain = replace(found, problem=changed, objective=points, bound=bound)
    difference = plan.compare(plain)
    return WhatIf(plain, difference, moves_of(difference))


def points_of(problem: Any, chosen: Iterable[Any]) -> float:
    """What some items are worth in a problem, whatever else it holds."""
    points = [float(problem.worth[problem.option_at[item]]) for item in chosen]
    if isinstance(problem, PairingProblem):
        lost = sum(1 for tie in problem.existing if tie not in set(chosen))
        points.append(-problem.change_cost * lost)
    return round(math.fsum(points), 9)


def preferring(problem: Any, chosen: tuple[Any, ...]) -> Any:
    """The same question, where of plans worth the same the one that keeps most of `chosen` is worth most.

    Where every worth is a multiple of 0.0001 or more, worths are scaled to whole numbers in which one point outweighs
    all that could be kept; otherwise there are no ties to speak of, and the question stays.
    """
    change = [problem.change_cost] if isinstance(problem, PairingProblem) else []
    worth = np.concatenate([problem.worth, change])
    for digits in range(5):
        scaled = np.round(worth * 10.0**digits)
        if np.all(np.abs(worth * 10.0**digits - scaled) <= 1e-9 * np.maximum(1.0, np.abs(scaled))):
            break
    else:
        return problem
    times = 10.0 ** math.ceil(math.log10(len(chosen) + 2))
    kept = np.zeros(len(problem.worth))
    kept[[problem.option_at[item] for item in chosen if item in problem.option_at]] = 1.0
    worth = scaled[: len(kept)] * times + kept
    if isinstance(problem, FundingProblem):
        return _reworth(problem, worth)
    if isinstance(problem, PairingProblem):
        return replace(problem, worth=worth, change_cost=float(scaled[-1] * times))
    return replace(problem, worth=worth)


def _reworth(problem: FundingProblem, worth: Any) -> FundingProblem:
    """The same question with other worths, in its columns and in its rows."""
    left = iter(worth.tolist())
    projects = tuple(
        project._replace(ways=tuple(way._replace(worth=next(left)) for way in project.ways))
        for project in problem.projects
    )
    return replace(problem, projects=projects, worth=worth)
