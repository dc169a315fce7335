"""Bounds of journeys against trying everything, and routes put together anew against every choice of them."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pairup.planning.plan import Stop
from pairup.planning.visits import VisitProblem, plan_visits
from pairup.planning.visits.capacity import bound_by_hours
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.covering import choose_sets
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.grid import GridBound
from pairup.planning.visits.labels import MOST_SITES
from pairup.planning.visits.packing import Pool
from pairup.planning.visits.problem import Nights
from pairup.planning.visits.routes import candidates, mornings
from tests.planning.visit_cases import a_journey, a_site, best_by_trying_all, journeys

few = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@few
@given(journeys())
def test_no_journey_is_worth_more_than_its_hours_hold(said):
    problem = VisitProblem.from_dict(said)
    clock = Clock(problem)

    best = best_by_trying_all(said)

    assert best is None or bound_by_hours(problem, clock, candidates(problem, clock)) >= best - 1e-6


def test_hours_hold_what_fits_and_part_of_the_next():
    problem = VisitProblem.from_dict(a_journey(a_site("base"), a_site("a", 6, 20), a_site("b", 3, 40)))
    clock = Clock(problem)

    # 100 less half of 10 there and half of 10 back is 90; a takes 20 + 10, b 40 + 10, so both fit
    assert bound_by_hours(problem, clock, candidates(problem, clock)) == 9
    short = VisitProblem.from_dict(problem.to_dict() | {"day_closes": 65})
    assert bound_by_hours(short, Clock(short), [0, 1]) == 6 + 3 * 25 / 50


@few
@given(journeys(), st.lists(st.integers(0, 9), min_size=5, max_size=5))
def test_the_table_over_time_bounds_every_journey_at_any_prices(said, prices):
    problem = VisitProblem.from_dict(said)
    clock = Clock(problem)
    sites = candidates(problem, clock)
    is_return = problem.nights is Nights.RETURN
    beds = [problem.finish] if is_return else [int(k) for k in np.flatnonzero(problem.may_sleep)]
    grid = GridBound(problem, clock, sites, mornings(problem), beds)
    grid.set_prices(np.array(prices[: len(sites)], float))

    best = best_by_trying_all(said)

    assert best is None or grid.root() >= best - 1e-6


def test_a_journey_too_large_to_search_still_has_a_bound():
    size = MOST_SITES + 2
    sites = [a_site("base"), *(a_site(f"s{k}", 1, 8) for k in range(size))]
    problem = VisitProblem.from_dict(a_journey(*sites, minutes=2))

    plan = plan_visits(problem, stop=Stop(work=1000))

    assert plan.bound is not None and plan.objective is not None
    assert plan.objective <= plan.bound <= 10  # a visit and the way to it take 10 of 98


masks = st.lists(st.integers(0, 63), min_size=1, max_size=5, unique=True)


@few
@given(masks, masks, st.lists(st.integers(0, 9), min_size=6, max_size=6), st.integers(0, 2))
def test_the_sets_chosen_hold_most(first, second, worths, days):
    worth = np.array(worths, float)
    sets = [np.array(sorted(found), np.uint64) for found in (first, second)]

    chosen, bound, is_settled = choose_sets(sets, [days, 1], worth, -1.0, 1.0, Effort(Stop(work=10**6), 0))

    def held(*taken: int) -> float:
        return float(sum(w for bit, w in enumerate(worths) if any(mask >> bit & 1 for mask in taken)))

    best = max(held(*some, one) for some in combinations([0] * days + first, days) for one in [0, *second])
    assert chosen is not None and is_settled and bound == best
    assert held(*chosen[0], *chosen[1]) == best
    assert len(chosen[0]) <= days and len(chosen[1]) <= 1


def test_sets_worth_no_more_than_is_known_settle_the_question():
    chosen, bound, is_settled = choose_sets(
        [np.array([1, 2], np.uint64)], [1], np.array([3.0, 4.0]), 4.0, 1.0, Effort(Stop(work=10**6), 0)
    )

    assert (chosen, bound, is_settled) == (None, 4.0, True)


paths = st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(tuple)


@few
@given(st.lists(st.tuples(st.integers(0, 2), paths), max_size=8), st.lists(st.integers(1, 9), min_size=7, max_size=7))
def test_routes_put_together_anew_are_the_best_that_share_no_site(met, worths):
    worth = np.array(worths, float)
    groups = [0, 0, 1]  # the first two days can swap their routes
    pool = Pool(groups, worth)
    for day, path in met:
        pool.add(day, path)

    found = pool.best(0.0, 1.0, Stop(work=1000), 0)

    options = [[(), *(path for day, path in met if groups[day] == group)] for group in groups]
    sums = [
        sum(worth[site] for path in chosen for site in path)
        for chosen in product(*options)
        if len({site for path in chosen for site in path}) == sum(map(len, chosen))
    ]
    if found is None:
        assert max(sums) == 0
        return
    seen = [site for path in found for site in path]
    assert len(seen) == len(set(seen)) and worth[seen].sum() == max(sums)
    for group, path in zip(groups, found, strict=True):
        assert not path or (group, frozenset(path)) in pool.routes


def test_nothing_is_put_together_that_is_worth_no_more_than_is_known():
    pool = Pool([0, 0], np.ones(4))
    for path in [(0, 1), (1, 2), (2, 3)]:
        pool.add(0, path)

    assert pool.best(4.0, 1.0, Stop(work=100), 0) is None
    assert pool.best(3.0, 1.0, Stop(work=100), 0) == [(0, 1), (2, 3)]
