"""How fair a plan is, and plans that are fairer: held against trying everything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from pairup.planning.fair_plans import plan_fair, price_of_filling
from pairup.planning.fairness import Spread, fairness_of, in_order
from pairup.planning.plan import Audience
from pairup.planning.posting import plan_postings
from pairup.planning.problems import PostingProblem
from pairup.planning.verify import check_plan
from tests.planning.rounds import a_round
from tests.planning.test_firmness import every_plan, small_rounds


def shares(problem: PostingProblem, options: tuple[int, ...]) -> list[float]:
    """Fill shares of places, lowest first."""
    seats = dict.fromkeys(problem.places, 0)
    filled = dict(seats)
    for post, place in enumerate(problem.places):
        seats[place] += int(problem.seats[post])
    for option in options:
        filled[problem.places[problem.option_post[option]]] += 1
    return sorted(filled[place] / seats[place] for place in seats)


def test_a_spread_of_equal_shares_has_no_gini_and_of_one_holder_nearly_all() -> None:
    assert Spread.of([0.5, 0.5]) == Spread(2, 0.5, 0.5, 0.5, 0.0)
    assert Spread.of([0, 0, 0, 1]) == Spread(4, 0, 1, 0.25, 0.75)
    assert Spread.of([]) is None


@pytest.mark.parametrize(
    ("round_", "code"),
    [
        (a_round("Lin FJ clinic 9", seats={"clinic": 1}, must_fill=""), None),
        (a_round("Lin FJ clinic 9", "Lin FJ school 5"), "fairness.elsewhere"),
        (a_round("Lin FJ clinic 9", "Wu FJ school 5", quota={"FJ": 1}), "fairness.quota"),
        (a_round("Lin FJ clinic 9", "Wu FJ school 5", most=1, places={"clinic": "nang", "school": "nang"}),
         "fairness.cap"),
        (a_round("Lin FJ clinic 9", "Wu FJ school 5", couples=[("Lin", "Wu")]), "fairness.personal"),
        (a_round("Lin FJ clinic 9", "Lin FJ school 8", teams={"clinic": "T", "school": "T"}), "fairness.team"),
        (a_round("Lin FJ clinic 9", "Wu FJ school 5", post_days={"school": ("2028-07-01", "2029-06-30")},
                 person_days={"Wu": ("2029-01-01", "2030-01-01")}), "fairness.away"),
        (a_round("Lin FJ clinic 9", "Wu FJ school -5"), "fairness.dearer"),
    ],
)  # fmt: skip
def test_an_empty_seat_has_its_reason(round_: PostingProblem, code: str | None) -> None:
    found = fairness_of(plan_postings(round_))

    assert {row.reason.code for row in found.unmet} == ({code} if code else set())


def test_a_post_that_nobody_can_take_says_so() -> None:
    problem = PostingProblem.from_columns(
        [("Lin", "FJ", None, None)], [("clinic", "nang", 1, False, None, None, None)], [], [], []
    )

    assert [row.reason.code for row in fairness_of(plan_postings(problem)).unmet] == ["fairness.nobody"]


def test_a_place_envies_one_whose_people_would_be_worth_more_to_it() -> None:
    problem = a_round("Lin FJ clinic 9", "Lin FJ school 8", "Wu FJ school 5", "Wu FJ clinic 1")

    found = fairness_of(plan_postings(problem))

    assert [(row.place, row.other, row.own, row.there) for row in found.envies] == [("at-school", "at-clinic", 5, 8)]
    assert found.envious == 1


def test_a_place_does_not_envy_more_people_than_it_has_seats_for() -> None:
    rows = ["Lin FJ clinic 9", "Wu FJ clinic 9", "Li HB school 9", "Lin FJ school 6", "Wu FJ school 6"]

    found = fairness_of(plan_postings(a_round(*rows, seats={"clinic": 2})))

    assert found.envies == ()


def test_the_public_reads_spreads_and_no_row_of_a_place_or_donor() -> None:
    problem = a_round("Lin FJ clinic 9", "Lin FJ school 8", "Wu FJ school 5", quota={"FJ": 2})
    found = fairness_of(plan_postings(problem))

    public, office = found.to_dict(Audience.PUBLIC), found.to_dict(Audience.OFFICE)

    assert "places" in office and "burdens" in office
    assert not any(word in json.dumps(public) for word in ("at-clinic", "at-school", "FJ", "Lin"))
    assert public["burden"]["highest"] == 1.0


def test_leximin_shares_out_and_tells_its_price() -> None:
    problem = a_round("Lin FJ clinic 90", "Wu FJ clinic 95", "Wu FJ school 70", seats={"clinic": 2})
    plan = plan_postings(problem)

    fair = plan_fair(plan)

    assert plan.objective == 185
    assert fair.plan.objective == 160
    assert fair.price == 25
    assert fair.is_proved


@settings(max_examples=60, deadline=None)
@given(small_rounds())
def test_no_plan_is_before_a_proved_leximin_plan(problem: PostingProblem) -> None:
    plan = plan_postings(problem)

    fair = plan_fair(plan)

    assert check_plan(problem, fair.plan) == []
    best = max(shares(problem, options) for options in every_plan(problem))
    got = in_order(fairness_of(fair.plan).places)
    assert got <= best
    if fair.is_proved:
        assert got == pytest.approx(best)
    assert fair.price == pytest.approx((plan.objective or 0) - (fair.plan.objective or 0))


@settings(max_examples=40, deadline=None)
@given(small_rounds())
def test_no_plan_scores_over_the_bound_of_the_weighted_order(problem: PostingProblem) -> None:
    plan = plan_postings(problem)

    fair = plan_fair(plan, "weighted", points=10)

    def score(options: tuple[int, ...]) -> float:
        total = float(problem.worth[list(options)].sum())
        for place in set(problem.places):
            seats = sum(int(n) for n, p in zip(problem.seats, problem.places, strict=True) if p == place)
            filled = sum(1 for k in options if problem.places[problem.option_post[k]] == place)
            total += sum(10 * (1 - step / seats) for step in range(filled))
        return total

    most = max(score(options) for options in every_plan(problem))
    assert fair.score is not None and fair.bound is not None
    assert fair.score - 1e-6 <= most <= fair.bound + 1e-6
    own = tuple(problem.option_at[item] for item in fair.plan.chosen)
    assert score(own) == pytest.approx(fair.score)


def test_filling_an_empty_post_has_its_price() -> None:
    problem = a_round("Lin FJ clinic 9", "Lin FJ school 5", "Wu FJ clinic 1")

    assert price_of_filling(plan_postings(problem), ["school"]) == {"school": (3.0, True)}
