"""How long an answer takes, beside a full solve of the same round: why from prices, and repair after one drop-out."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

from pairup.bench.measure import Row
from pairup.bench.rounds import own_places_round, real_round
from pairup.planning.plan import Plan
from pairup.planning.posting import plan_postings
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.repair import repair
from pairup.planning.repaired import Repair

#: donors, posts and people of a small and of a national round
QUICK, FULL = (6, 300, 800), (30, 2150, 6000)
#: the same of a small round that is one block
TIED = (6, 420, 1_176)


def rows(is_quick: bool, seed: int = 0) -> Iterator[Row]:
    """Time the answers to two rounds, in CPU seconds; each note says how many were asked, and the share of a solve.

    In the first every donor is a block of its own. The second is one block: posts open to several donors, caps, half
    terms and teams tie it together.
    """
    donors, posts, people = QUICK if is_quick else FULL
    yield from _answers(
        f"{posts} posts, {people} people, {donors} donors", own_places_round(donors, posts, people, seed), seed
    )
    donors, posts, people = TIED if is_quick else FULL
    tied = real_round(seed, posts=posts, people=people, donors=donors)
    yield from _answers(f"{posts} posts, {people} people, one block", tied, seed)


def _answers(instance: str, problem: PostingProblem, seed: int) -> Iterator[Row]:
    """Solve a round, then ask it."""
    began = time.process_time()
    plan = plan_postings(problem, seed=seed)
    solve = time.process_time() - began
    pick = random.Random(seed)  # noqa: S311
    asked = pick.sample(range(len(problem.worth)), 40)
    first = [_why(plan, problem.posting(k)) for k in asked]
    later = [_why(plan, problem.posting(k)) for k in asked]
    gone = [item.person for item in pick.sample(plan.chosen, 30)]
    fresh = replace(plan, problem=replace(problem))  # with nothing kept ready
    seconds, found = zip(*(_repair(fresh, person) for person in gone), strict=True)
    fewest = sum(repaired.is_fewest for repaired in found)
    proved = sum(all(step.is_proved for step in repaired.curve) for repaired in found)
    moves = max(repaired.curve[-1].moves if repaired.curve else 0 for repaired in found)
    told = f"; fewest moves proved {fewest}, whole curve {proved}; {moves} moves on a curve at most"
    yield Row("postings", instance, "full solve", plan.objective, plan.objective, plan.bound, cpu=solve)
    yield _row(instance, "why, first of its block", first, solve)
    yield _row(instance, "why, later", later, solve)
    yield _row(instance, "repair of one drop-out", list(seconds), solve, told)


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


def _repair(plan: Plan[Posting], person: str) -> tuple[float, Repair]:
    began = time.process_time()
    found = repair(plan, without=[person])
    return time.process_time() - began, found
