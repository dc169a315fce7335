"""Large rounds: assignments and tied blocks by prices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import best_by_trying_all
from rounds import a_real_round, a_round
from test_posting import small_rounds

from pairup.bench.rounds import plain_columns, real_round, tied_round
from pairup.planning.market import pricing
from pairup.planning.market.assignment import Assignment
from pairup.planning.plan import Ended, Status, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems import read_problem
from pairup.planning.round_form import formulate
from pairup.planning.solvers import solve_block


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Whose pairs exist, the seats of each post, and worths, some of them negative."""
    people, posts = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    pairs = draw(st.lists(st.booleans(), min_size=people * posts, max_size=people * posts))
    seats = draw(st.lists(st.integers(1, 3), min_size=posts, max_size=posts))
    worth = draw(
        st.lists(st.sampled_from([-3.0, 0.0, 1.0, 2.0, 2.5, 4.0, 7.25]), min_size=sum(pairs), max_size=sum(pairs))
    )
    return np.array(pairs).reshape(people, posts), np.array(seats), worth


def best_of_table(table: np.ndarray, seats: list[int]) -> float:
    """Try everything: each person in turn stays at home or takes a seat that is left."""
    if not len(table):
        return 0.0
    best = best_of_table(table[1:], seats)
    for post, worth in enumerate(table[0]):
        if seats[post] and np.isfinite(worth):
            left = [n - (at == post) for at, n in enumerate(seats)]
            best = max(best, worth + best_of_table(table[1:], left))
    return best


@settings(max_examples=150)
@given(tables(), st.integers(0, 5))
def test_an_assignment_and_its_prices_meet_at_the_best_worth(drawn, seed):
    pairs, seats, worth = drawn
    person, post = np.nonzero(pairs)
    values = np.array(worth)
    state = Assignment.of(len(pairs), person, post, seats)
    change = np.random.default_rng(seed)

    for _ in range(3):  # the second and third from the prices of the one before
        bound = state.solve(values)

        table = np.full(pairs.shape, -np.inf)
        table[person, post] = values
        taken = state.taken()
        assert bound == pytest.approx(best_of_table(table, seats.tolist()))
        assert values[taken].sum() == pytest.approx(bound)
        assert np.all(np.bincount(post[taken], minlength=len(seats)) <= seats)
        assert len(np.unique(person[taken])) == len(taken)
        assert np.all(state.profit >= 0) and np.all(state.price >= 0)
        assert np.all(state.profit[person] + state.price[post] >= values - 1e-9)
        values = values + change.integers(-2, 3, len(values))


@pytest.mark.parametrize("is_structured", [True, False])
def test_an_assignment_of_many_is_worth_what_highs_proves(is_structured):
    person, post, worth = plain_columns(150, 4, is_structured)
    rows = [f"p{i} FJ q{j} {w}" for i, j, w in zip(person, post, worth, strict=True)]
    (block,) = [formulate(a_round(*rows), 0).form.whole()]

    value = Assignment.of(150, person, post, np.ones(150, dtype=np.int64)).solve(worth.astype(np.float64))

    assert value == pytest.approx(solve_block(block, Stop(), 0, None).bound)


def test_a_plain_round_carries_prices_that_prove_it():
    plan = plan_postings(a_round("A FJ q 5", "A FJ r 4", "B GD q 3", "C GD q 1"))

    assert plan.objective == plan.bound == plan.prices.bound == 7
    assert plan.run.ended is Ended.PROOF and plan.run.trace
    taken = {item: plan.prices.loss[at] for item, at in plan.problem.option_at.items() if item in plan.chosen}
    assert set(taken.values()) == {0.0}


@settings(max_examples=60)
@given(small_rounds())
def test_no_price_says_more_than_is_true(problem):
    plan = plan_postings(problem)

    if plan.prices is None or not plan.has_plan:
        return
    assert plan.prices.bound >= plan.objective - 1e-6
    for item, at in problem.option_at.items():
        forced = None if item in problem.forbids else best_by_trying_all(problem.forcing(item))
        assert forced is None or forced <= plan.prices.bound - plan.prices.loss[at] + 1e-6
    for at, person in enumerate(problem.people):
        without = best_by_trying_all(problem.leaving_out(person))
        price = plan.prices.first[at]
        assert without is None or np.isnan(price) or without <= plan.prices.bound - price + 1e-6


@settings(max_examples=60)
@given(small_rounds())
def test_the_search_by_prices_ends_at_the_best_plan(problem):
    small, pricing.SMALL = pricing.SMALL, 0  # also blocks of a few choices
    try:
        plan, worked = plan_postings(problem), plan_postings(problem, stop=Stop(work=2))
    finally:
        pricing.SMALL = small

    best = best_by_trying_all(problem)
    assert plan.status is (Status.INFEASIBLE if best is None else Status.OPTIMAL)
    assert best is None or plan.objective == pytest.approx(best)
    assert best is None or worked.bound is None or worked.bound >= best - 1e-6


def test_a_tied_round_comes_within_two_per_cent_by_counted_work_and_repeats_it():
    round_ = tied_round(200, 3, tightness=1.1)

    one, other = (plan_postings(round_, stop=Stop(work=40)) for _ in range(2))

    assert one.chosen == other.chosen and one.bound == other.bound
    assert one.gap < 0.02 and one.prices.bound >= one.objective


def test_the_order_of_a_tied_round_does_not_matter():
    said = tied_round(120, 5, tightness=1.1).to_dict()
    turned = {key: value[::-1] if isinstance(value, list) else value for key, value in said.items()}

    one, other = (plan_postings(read_problem(each), stop=Stop(work=10)) for each in (said, turned))

    assert one.chosen == other.chosen and one.objective == other.objective


def test_a_bound_by_prices_is_never_below_what_highs_proves():
    round_ = a_real_round(4, donors=1, posts=60, people=140, per_place=12)
    block = formulate(round_, 0).form.whole()

    bound = plan_postings(round_, stop=Stop(work=1)).bound

    assert bound >= solve_block(block, Stop(), 0, None).bound - 1e-6


def test_a_clock_of_no_seconds_leaves_the_first_plan_and_a_bound():
    plan = plan_postings(tied_round(1_000, 0, cap=6), stop=Stop(seconds=0))

    assert plan.status is Status.FEASIBLE and plan.run.ended is Ended.CLOCK
    assert plan.objective <= plan.bound


def test_a_search_in_a_process_of_its_own_tells_its_plan(monkeypatch):
    round_ = tied_round(200, 3, tightness=1.1)
    monkeypatch.setattr(pricing, "APART", 0)

    plan = plan_postings(round_, stop=Stop(seconds=6))

    assert plan.has_plan and plan.objective <= plan.bound
    assert [point.seconds for point in plan.run.trace] == sorted(point.seconds for point in plan.run.trace)


def test_a_real_round_has_what_rounds_have():
    round_ = real_round(1, posts=200, people=500, donors=5)

    assert round_.couples and round_.quotas and any(round_.teams)
    assert formulate(round_, 0).several.any()


def test_the_course_of_a_round_in_several_blocks_tells_of_the_whole(monkeypatch):
    monkeypatch.setattr(pricing, "SMALL", 10)
    round_ = real_round(0, 1.1, posts=90, people=250, donors=3, shared=0.0)

    plan = plan_postings(round_, stop=Stop(work=30))

    assert plan.run.blocks > 1
    assert all(point.objective is None or point.objective <= plan.objective for point in plan.run.trace)
    assert all(point.bound is None or point.bound >= plan.objective for point in plan.run.trace)
