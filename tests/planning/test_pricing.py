"""Prices bound every plan: what a plan takes or leaves free comes off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds import a_real_round, a_round
from test_posting import small_rounds
from test_repair import chained_rounds, every_plan

from pairup.planning.blocks import INF, Block
from pairup.planning.plan import Status
from pairup.planning.posting import plan_postings
from pairup.planning.pricing import loss_of_forcing, loss_of_leaving, prices_of, region_around
from pairup.planning.problems import Posting
from pairup.planning.relaxed import Relaxed, safe_bound

NEAR = 1e-6


@settings(max_examples=80)
@given(chained_rounds() | small_rounds())
def test_no_plan_is_worth_more_than_the_bound_less_what_it_takes_and_leaves_free(problem):
    plan = plan_postings(problem)
    if not plan.has_plan:
        return
    region = region_around(plan, *sorted(problem.option_at))
    part, prices = region.problem, prices_of(region)
    held = np.array([part.option_of(item) for item in region.chosen], dtype=np.int64)

    assert prices is not None and min(prices.loss) >= 0 and min(prices.first) >= 0 and min(prices.second) >= 0
    for chosen in every_plan(part):
        worth, options = sum(part.worth[part.option_at[x]] for x in chosen), [part.option_at[x] for x in chosen]
        assert worth <= prices.bound - sum(prices.loss[k] for k in options) + NEAR
        for at, person in enumerate(part.people):
            assert any(x.person == person for x in chosen) or worth <= prices.bound - prices.first[at] + NEAR
        for at, post in enumerate(part.posts):
            free = part.seats[at] - sum(x.post == post for x in chosen)
            assert worth <= prices.bound - free * prices.second[at] + NEAR
        for k in range(len(part.worth)):
            if k in options:
                assert worth <= prices.bound - loss_of_forcing(part, prices, k, held) + NEAR
            else:
                assert worth <= prices.bound - loss_of_leaving(part, prices, k) + NEAR


@settings(max_examples=60)
@given(chained_rounds(), st.data())
def test_any_prices_at_all_give_a_bound(problem, data):
    relaxed = Relaxed(problem, ())
    price = [data.draw(st.integers(-9, 9)) for _ in relaxed.block.rows]

    bound, reduced = safe_bound(relaxed.block, np.array(price, dtype=float))

    for chosen in every_plan(problem):
        options = [problem.option_at[item] for item in chosen]
        lost = sum(max(0.0, -reduced[k]) for k in options)
        assert sum(problem.worth[options]) <= bound - lost + NEAR


def test_a_price_of_the_wrong_sign_counts_as_nothing():
    one = np.ones(1)
    block = Block(
        np.arange(1), np.arange(1), np.array([0, 1]), np.array([0]), one, -INF * one, one, 5 * one, 0 * one, one
    )

    assert safe_bound(block, np.array([-3.0]))[0] == pytest.approx(5.0)
    assert safe_bound(block, np.array([2.0]))[0] == pytest.approx(5.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_relaxation_leaves_open_is_searched_to_the_same_end_as_planning_anew(seed):
    problem = a_real_round(seed, donors=2, posts=50, people=80, per_place=9)
    plan = plan_postings(problem)
    relaxed = Relaxed(problem, plan.chosen)
    floor = relaxed.best()

    assert floor.value == plan.objective and floor.is_proved
    for k in range(0, len(problem.worth), len(problem.worth) // 12):
        anew = plan_postings(problem.forcing(problem.posting(k)))
        found = relaxed.best({k: 1})
        assert (found.value if found.taken is not None else None) == anew.objective
        assert anew.status is Status.INFEASIBLE or found.is_proved


def test_of_the_plain_round_the_prices_are_what_the_next_in_line_gives_up():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", "Chen FJ school 2"))
    region = region_around(plan, Posting("Lin", "clinic"))

    prices = prices_of(region)

    assert prices is not None and prices.bound == pytest.approx(9)
    assert prices.first.sum() + prices.second.sum() == pytest.approx(9) and 7 <= prices.second[0] <= 9
    assert prices_of(region_around(plan, Posting("Wu", "clinic"))) is prices
