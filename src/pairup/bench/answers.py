"""How long an answer takes, beside a full solve of the same round: why from prices, and repair after one drop-out."""

from __future__ import annotations

import random
import statistics
import time

from pairup.bench.measure import Row
from pairup.bench.rounds import own_places_round
from pairup.planning.plan import Plan
from pairup.planning.posting import plan_postings
from pairup.planning.problems.posting import Posting
from pairup.planning.repair import repair

#: donors, posts and people of a small and of a national round
QUICK, FULL = (6, 300, 800), (30, 2150, 6000)


def rows(is_quick: bool, seed: int = 0) -> list[Row]:
    """Time the answers to one round, in CPU seconds; each note says how many were asked, and the share of a solve."""
    donors, posts, people = QUICK if is_quick else FULL
    problem = own_places_round(donors, posts, people, seed)
    began = time.process_time()
    plan = plan_postings(problem, seed=seed)
    solve = time.process_time() - began
    instance, pick = f"{posts} posts, {people} people, {donors} donors", random.Random(seed)  # noqa: S311
    asked = pick.sample(range(len(problem.worth)), 40)
    first = [_why(plan, problem.posting(k)) for k in asked]
    later = [_why(plan, problem.posting(k)) for k in asked]
    gone = [item.person for item in pick.sample(plan.chosen, 30)]
    fresh = plan_postings(problem.forbidding(problem.posting(asked[0])), seed=seed)  # with nothing kept ready
    mended, moves = zip(*(_repair(fresh, person) for person in gone), strict=True)
    return [
        Row("postings", instance, "full solve", plan.objective, plan.objective, plan.bound, cpu=solve),
        _row(instance, "why, first of its block", first, solve),
        _row(instance, "why, later", later, solve),
        _row(instance, "repair of one drop-out", list(mended), solve, f"; {max(moves)} moves on a curve at most"),
    ]


def _row(instance: str, what: str, seconds: list[float], solve: float, more: str = "") -> Row:
    middle, worst = statistics.median(seconds), max(seconds)
    note = (
        f"median of {len(seconds)}: {1000 * middle:.1f} ms, 1/{solve / middle:.0f} of a solve; "
        f"worst {1000 * worst:.1f} ms, 1/{solve / worst:.0f}{more}"
    )
    return Row("postings", instance, what, cpu=middle, note=note)


def _why(plan: Plan[Posting], item: Posting) -> float:
    began = time.process_time()
    plan.why(item)
    return time.process_time() - began


def _repair(plan: Plan[Posting], person: str) -> tuple[float, int]:
    began = time.process_time()
    found = repair(plan, without=[person])
    return time.process_time() - began, found.curve[-1].moves if found.curve else 0
