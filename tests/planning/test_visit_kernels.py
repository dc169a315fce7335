"""The compiled parts of the journey planner, each against a slow way of saying the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pairup.planning.plan import Status, Stop
from pairup.planning.verify_visits import check_visits
from pairup.planning.visits import VisitProblem, plan_visits
from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.build import Builder, journey_of
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.days import Outcome, search_days, worth_of
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.improving import Improver, improve_here, improve_until
from pairup.planning.visits.listing import not_held, outermost
from pairup.planning.visits.planner import _Search
from pairup.planning.visits.routes import candidates
from pairup.planning.visits.ways import back, go, ways_of
from tests.planning.test_visits import a_real_visit, a_town
from tests.planning.visit_cases import best_by_trying_all, journeys

few = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
sets = st.lists(st.integers(0, 31), min_size=1, max_size=12, unique=True).map(sorted)


@few
@given(journeys(), st.integers(0, 79))
def test_a_leg_arrives_when_the_clock_says_and_no_later_start_would_do(said, t):
    problem = VisitProblem.from_dict(said)
    clock = Clock(problem)
    ways = ways_of(clock)
    t = min(float(t), problem.day_closes)

    for kind in range(len(clock.closed)):
        for a in range(len(problem.ids)):
            for b in range(len(problem.ids)):
                if a == b:
                    continue
                arrives = clock.go(a, b, t, kind)[1]
                assert abs(go(*ways, kind, a, b, t) - arrives) < 1e-6
                latest = back(*ways, kind, a, b, arrives)
                assert latest >= t - 1e-6
                if latest <= problem.day_closes:
                    assert clock.go(a, b, latest, kind)[1] <= arrives + 1e-6


@given(sets)
@settings(deadline=None, derandomize=True)
def test_the_outermost_sets_are_those_no_other_holds(found):
    every = sorted({sub for mask in found for sub in range(32) if sub & ~mask == 0})
    masks = np.array(every, np.uint64)

    is_closed, keep = outermost(masks, 5)

    assert is_closed
    assert [m for m, k in zip(every, keep, strict=True) if k] == [
        m for m in every if not any(m != o and m & ~o == 0 for o in every)
    ]
    assert outermost(np.array(found, np.uint64), 5)[0] == (every == found)


@given(sets, sets)
@settings(deadline=None, derandomize=True)
def test_a_set_that_a_rival_holds_is_dropped(found, rivals):
    masks, others = np.array(found, np.uint64), np.array(rivals, np.uint64)

    assert not_held(masks, others, False).tolist() == [all(m & ~r for r in rivals) for m in found]
    assert not_held(masks, others, True).tolist() == [all(m & ~r or m == r for r in rivals) for m in found]


@few
@given(journeys())
def test_shaken_days_keep_the_problem_and_are_never_worse(said):
    problem = VisitProblem.from_dict(said)
    clock, climb = Clock(problem), Climb.of(problem)
    sites = candidates(problem, clock)
    builder = Builder(problem, clock, climb, sites, 0)
    built = builder.improve(Effort(Stop(work=10**6), 0), 0)
    if built is None:
        return
    nights, paths = built
    before, told = worth_of(problem, journey_of(problem, clock, nights, paths)), []

    improve_here(problem, clock, sites, nights, paths, 0, Effort(Stop(work=2_000), 0), told.append)

    for found in told:
        if all(builder.fits(nights, found)):
            journey = journey_of(problem, clock, nights, found)
            assert check_visits(problem, journey, worth_of(problem, journey)) == []
            assert before - 1e-9 <= worth_of(problem, journey) <= best_by_trying_all(said)


def test_shaking_is_repeatable_and_finds_the_best_of_a_town():
    problem = VisitProblem.from_dict(a_town(3, size=12, days=2))
    clock, climb = Clock(problem), Climb.of(problem)
    sites = candidates(problem, clock)
    best = search_days(problem, clock, climb, 1.0, 0.0, Effort(Stop(work=10**6), 0)).worth
    nights = [(problem.start, problem.finish)] * 2

    def shaken(seed: int) -> list[Any]:
        told: list[Any] = []
        improve_here(problem, clock, sites, nights, [[], []], seed, Effort(Stop(work=500_000), 0), told.append)
        return told

    assert shaken(1) == shaken(1)
    assert sum(problem.worth[s] for path in shaken(1)[-1] for s in path) == best


def test_what_a_later_walk_reads_back_does_not_replace_a_better_journey():
    problem = VisitProblem.from_dict(a_real_visit(20, 8, seed=2))
    clock, climb = Clock(problem), Climb.of(problem)
    told: list[Outcome] = []

    found = search_days(problem, clock, climb, 1.0, 0.0, Effort(Stop(work=10**7), 0), told.append)

    assert found.is_proved
    assert all(half.worth is None or half.worth <= found.worth for half in told)


def test_the_clock_ends_the_search_and_keeps_what_was_told():
    plan = plan_visits(VisitProblem.from_dict(a_real_visit(40, 12, seed=3)), stop=Stop(seconds=1))

    assert plan.bound >= plan.objective > 0
    assert [point.bound for point in plan.run.trace][-1] == min(point.bound for point in plan.run.trace)


def test_a_proof_against_a_better_plan_than_the_one_at_hand_is_none():
    problem = VisitProblem.from_dict(a_town(3, size=12, days=2))
    search = _Search(problem, 0, Effort(Stop(), 0), None)
    nights = [(problem.start, problem.finish)] * 2
    search.keep(journey_of(problem, search.clock, nights, [[], []]))

    is_settled = search.take(Outcome(None, None, 52.0, is_proved=True))

    assert not is_settled
    assert (search.plan().status, search.plan().bound) == (Status.FEASIBLE, 52.0)


def test_shaking_by_the_clock_tells_what_stood_before_it():
    problem = VisitProblem.from_dict(a_town(3, size=12, days=2))
    clock = Clock(problem)
    nights, told = [(problem.start, problem.finish)] * 2, []
    improver = Improver(problem, clock, candidates(problem, clock), nights, [[], []], 0)
    improver.turn(0.0, 1)

    improve_until(improver, 0.2, told.append)

    assert told[-1] == improver.paths
