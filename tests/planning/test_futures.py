"""Rounds that nobody knows yet: as large as the known one, alike it, and said to be drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pairup.bench.rounds import real_round
from pairup.errors import InputError
from pairup.planning.futures import Ahead, Expected, ahead_words, drawn, own_plan, plan_ahead
from pairup.planning.plan import Stop
from pairup.planning.problems import PostingProblem
from pairup.planning.verify import check_plan
from tests.planning.rounds import a_round


def a_known_round() -> PostingProblem:
    return real_round(1, posts=60, people=160, donors=3)


def draw(problem: PostingProblem, ahead: int = 1, seed: int = 0, **shares: float) -> PostingProblem:
    return drawn(problem, ahead, np.random.default_rng(seed), Expected(**shares))  # type: ignore[arg-type]


def test_a_drawn_round_has_as_many_candidates_of_each_donor_and_posts_of_the_known_one() -> None:
    known = a_known_round()

    found = draw(known)

    assert sorted(found.donors) == sorted(known.donors)
    assert set(found.posts) < set(known.posts) and len(found.posts) > 40
    assert found.quotas == known.quotas and found.locks == () and not found.must_fill.any()
    assert 40 < len(set(found.people) & set(known.people)) < 120


def test_whoever_stays_has_their_own_options_and_nobody_else_their_name() -> None:
    known = a_known_round()

    found = draw(known, posts=1.0, people=1.0)

    assert found.people == known.people and found.couples == known.couples
    assert found.worth.tolist() == known.worth.tolist()
    assert draw(known, people=0.0).couples == () and not set(draw(known, people=0.0).people) & set(known.people)


def test_days_are_moved_by_as_many_rounds() -> None:
    known = a_round("Lin FJ clinic 10", post_days={"clinic": ("2028-07-01", "2031-06-30")})

    found = draw(known, ahead=2, posts=1.0)

    assert str(found.post_first[0]) == "2034-06-30" and str(found.post_last[0]) == "2037-06-28"


def test_a_team_stands_or_falls_as_one() -> None:
    known = a_known_round()
    sizes = {team: known.teams.count(team) for team in set(known.teams) - {None}}

    for seed in range(5):
        found = draw(known, seed=seed, posts=0.5)
        assert all(found.teams.count(team) in (0, size) for team, size in sizes.items())


def test_the_rounds_after_the_known_are_drawn_and_said_so() -> None:
    known = a_known_round()

    found = plan_ahead([known], 3, Expected(draws=2), stop=Stop(work=2_000))

    told = found.to_dict()
    assert [row["is_drawn"] for row in told["rounds"]] == [False, True, True]
    assert [words.code for words in ahead_words(told)] == [
        "horizon.known", "horizon.drawn", "horizon.drawn", "horizon.total", "horizon.held-back", "horizon.unknown",
    ]  # fmt: skip
    assert all(row["gap"] is not None for row in told["rounds"])
    assert not any("assignments" in row for row in told["rounds"])


def test_the_first_plan_answers_the_round_itself_and_its_gap_holds_what_is_held_back() -> None:
    known = a_known_round()
    found = plan_ahead([known], 2, Expected(draws=2, rest=400), stop=Stop(work=2_000))

    plan = own_plan(known, found.horizon)

    assert plan.problem is known and plan.objective == found.horizon.rounds[0].worth
    assert check_plan(known, plan) == []
    assert plan.bound is not None and plan.objective is not None
    assert plan.bound - plan.objective >= found.horizon.cost_now - 1e-6


def test_a_horizon_that_was_not_compared_gives_the_first_plan_no_bound() -> None:
    known = a_round("Lin FJ clinic 10")

    plan = own_plan(known, plan_ahead([known], 2, Expected(draws=2), compare=False).horizon)

    assert plan.has_plan and plan.bound is None


def test_the_same_seed_gives_the_same_rounds_whatever_the_order_of_the_input() -> None:
    def figures(ahead: Ahead) -> list[tuple[float, int]]:
        return [(one.worth, len(one.plan.chosen)) for one in ahead.horizon.rounds]

    known = a_known_round()
    said = known.to_dict()
    turned = PostingProblem.from_dict(said | {key: said[key][::-1] for key in ("people", "posts", "options")})
    ask = {"stop": Stop(work=2_000), "seed": 5, "expected": Expected(draws=2), "compare": False}

    one, two = (plan_ahead([problem], 2, **ask) for problem in (known, turned))  # type: ignore[arg-type]

    assert figures(one) == figures(two)
    assert figures(one) != figures(plan_ahead([known], 2, **ask | {"seed": 6}))  # type: ignore[arg-type]


def test_known_rounds_alone_draw_nothing() -> None:
    first = a_round("Lin FJ clinic 10", "Wu FJ clinic 9")
    later = a_round("Lin FJ school 20")

    found = plan_ahead([first, later], 2)

    assert [words.code for words in ahead_words(found.to_dict())][-1] == "horizon.held-back"
    assert found.horizon.held_back == 1 and found.horizon.cost_now == 1
    assert found.horizon.total - found.horizon.myopic_total == 19


def test_fewer_rounds_than_are_known_are_refused() -> None:
    known = replace(a_known_round())

    with pytest.raises(InputError, match="2 are given"):
        plan_ahead([known, known], 1)
