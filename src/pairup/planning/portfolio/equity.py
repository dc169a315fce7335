"""Welfare against equity: how the worth of a portfolio spreads over places, and what a fairer spread costs."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace

from pairup.planning.funding import plan_funding
from pairup.planning.many import plan_many
from pairup.planning.plan import UNTIL_PROVED, Plan, Stop
from pairup.planning.problems.funding import Funding, FundingProblem


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A plan on the frontier: its worth, what the place with least reaches, and the Gini coefficient over places."""

    worth: float
    smallest: float
    gini: float
    plan: Plan[Funding]


def worth_by_place(problem: FundingProblem, chosen: tuple[Funding, ...]) -> dict[str, float]:
    """The worth of the chosen projects of each place; places whose projects were all left out have 0."""
    places: dict[str, float] = {project.place: 0.0 for project in problem.projects if project.place is not None}
    place_of = {project.id: project.place for project in problem.projects}
    parts: dict[str, list[float]] = defaultdict(list)
    for item in chosen:
        place = place_of[item.project]
        if place is not None:
            parts[place].append(float(problem.worth[problem.option_at[item]]))
    return {place: math.fsum(parts[place]) for place in sorted(places)}


def gini(amounts: list[float]) -> float:
    """Give the Gini coefficient: 0 where all have the same, near 1 where one has everything."""
    total, count = math.fsum(amounts), len(amounts)
    if count == 0 or total <= 0:
        return 0.0
    ranked = sorted(amounts)
    return (
        2.0 * math.fsum((at + 1) * amount for at, amount in enumerate(ranked)) / (count * total) - (count + 1) / count
    )


def fairest(problem: FundingProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, exact: float = 0.5) -> float:
    """Find how much the place with least can reach (max-min), by halving: within `exact`, from below.

    Every step asks for a plan in which each place reaches a level. `stop` is for each step; a step that is stopped
    without a plan counts as out of reach, so what is given is always reached by a plan.
    """
    places = list(worth_by_place(problem, ()))
    if not places:
        return 0.0
    low, high = 0.0, min(_most(problem, place) for place in places)
    while high - low > exact:
        level = (low + high) / 2
        if plan_funding(_with_least(problem, level), stop=stop, seed=seed).has_plan:
            low = level
        else:
            high = level
    return low


def _most(problem: FundingProblem, place: str) -> float:
    return math.fsum(
        max((way.worth for way in project.ways), default=0.0) for project in problem.projects if project.place == place
    )


def _with_least(problem: FundingProblem, level: float) -> FundingProblem:
    places = worth_by_place(problem, ())
    least = dict(problem.least)
    return replace(problem, least=tuple((place, max(level, least.get(place, 0.0))) for place in places))


def frontier(
    problem: FundingProblem, *, steps: int = 6, stop: Stop = UNTIL_PROVED, seed: int = 0, jobs: int | None = None
) -> list[FrontierPoint]:  # fmt: skip
    """Give plans from the one worth most to the fairest, each the best for its level (epsilon constraint).

    Levels rise in equal steps from what the plan worth most leaves the place with least to what max-min can reach
    (Haimes, Lasdon, Wismer 1971, https://doi.org/10.1109/TSMC.1971.4308298). Points that another beats in both are
    left out. `stop` is for each plan; each carries its own gap. The plans between the ends are made side by side, by
    `jobs` workers (None: every core).
    """
    first = plan_funding(problem, stop=stop, seed=seed)
    if not first.has_plan:
        return []
    points = [_point(problem, first)]
    low, high = points[0].smallest, fairest(problem, stop=stop, seed=seed)
    levels = [low + (high - low) * step / max(1, steps - 1) for step in range(1, steps)] if high > low else []
    asked = [_with_least(problem, math.floor(level * 1e6) / 1e6) for level in levels]
    points += [_point(problem, plan) for plan in plan_many(plan_funding, asked, stop=stop, seed=seed, jobs=jobs)
               if plan.has_plan]  # fmt: skip
    points = list({(point.worth, point.smallest): point for point in reversed(points)}.values())
    points.sort(key=lambda point: (point.smallest, -point.worth))
    return [
        point for point in points
        if not any(
            other.worth >= point.worth and other.smallest >= point.smallest
            and (other.worth, other.smallest) != (point.worth, point.smallest) for other in points
        )
    ]  # fmt: skip


def _point(problem: FundingProblem, plan: Plan[Funding]) -> FrontierPoint:
    amounts = list(worth_by_place(problem, plan.chosen).values())
    assert plan.objective is not None
    return FrontierPoint(plan.objective, min(amounts, default=0.0), gini(amounts), plan)
