"""A plan in the making that somebody asks to end: it keeps the best so far and claims no more than it knows."""

from __future__ import annotations

import random
import threading

import pytest

from pairup.bench.portfolios import programme
from pairup.planning.funding import plan_funding
from pairup.planning.plan import Ended, Status, Stop, halting, is_halted
from pairup.planning.problems import FundingProblem, Line, Project, Way
from pairup.planning.verify import check_plan


def a_hard_portfolio(projects: int = 100, lines: int = 10, seed: int = 3) -> FundingProblem:
    """Many projects on many lines, each line with room for a third of them: a proof takes minutes."""
    chance = random.Random(seed)
    names = [f"L-{line}" for line in range(lines)]
    loads = [{name: chance.randint(1, 1000) for name in names} for _ in range(projects)]
    made = [Project(f"J-{k}", (Way("now", chance.randint(200, 1200), load),), {}) for k, load in enumerate(loads)]
    return FundingProblem.from_rows(
        [Line(name, sum(load[name] for load in loads) // 3, False) for name in names], made
    )  # fmt: skip


def test_a_plan_that_is_asked_to_end_keeps_the_best_so_far():
    wanted = threading.Event()
    threading.Timer(2.0, wanted.set).start()

    with halting(wanted.is_set):
        plan = plan_funding(a_hard_portfolio(), stop=Stop(seconds=60))

    assert (plan.status, plan.run.ended) == (Status.FEASIBLE, Ended.CLOCK) and plan.run.seconds < 30
    assert plan.objective < plan.bound and not check_plan(plan.problem, plan)
    assert not is_halted()


@pytest.mark.parametrize("stop", [Stop(work=100_000), Stop(seconds=600)], ids=["in the first annealing", "by clock"])
def test_a_programme_asked_to_end_keeps_the_best_that_the_annealing_had_told_by_then(stop: Stop):
    told: list[float] = []

    def hear(words: object, done: int, total: int, objective: float | None = None, bound: float | None = None) -> None:
        if objective is not None and objective > max(told, default=0):
            told.append(objective)

    with halting(lambda: len(told) > 4):
        plan = plan_funding(programme(400, 5, 8, payers=4, seed=3), stop=stop, progress=hear)

    assert (plan.status, plan.run.ended) == (Status.FEASIBLE, Ended.CLOCK) and plan.run.seconds < 60
    assert plan.objective >= told[4] > told[0] and not check_plan(plan.problem, plan)


def test_whoever_may_ask_and_does_not_changes_no_plan():
    small = a_hard_portfolio(projects=14, lines=2)

    with halting(lambda: False):
        asked = plan_funding(small)

    assert (asked.status, asked.objective) == (Status.OPTIMAL, plan_funding(small).objective)
