"""Several rounds ahead: who serves is not free, and a person whom a later round needs more is kept for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pairup.bench.rounds import tied_round
from pairup.errors import InputError
from pairup.planning.horizon import plan_rounds, without
from pairup.planning.later import Later, prices_of
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Posting, PostingProblem
from pairup.values.words import Words
from tests.planning.rounds import a_round

NOW = {"clinic": ("2028-07-01", "2031-06-30")}
THEN = {"school": ("2030-07-01", "2033-06-30")}


def two_rounds() -> list[PostingProblem]:
    return [
        a_round("Lin FJ clinic 10", "Wu FJ clinic 9", post_days=NOW),
        a_round("Lin FJ school 20", post_days=THEN),
    ]


def test_a_person_needed_more_later_is_kept_for_it() -> None:
    found = plan_rounds(two_rounds())

    assert [one.plan.chosen for one in found.rounds] == [(Posting("Wu", "clinic"),), (Posting("Lin", "school"),)]
    assert (found.total, found.myopic_total, found.bound) == (29, 10, 30)
    assert all(one.gap == 0 for one in found.rounds)


def test_a_post_that_begins_after_the_other_ends_may_follow() -> None:
    first, _ = two_rounds()
    later = a_round("Lin FJ school 20", post_days={"school": ("2031-07-01", "2034-06-30")})

    free = without(later, [(first, (Posting("Lin", "clinic"),))])

    assert free.forbids == ()
    assert without(two_rounds()[1], [(first, (Posting("Lin", "clinic"),))]).forbids == (Posting("Lin", "school"),)


def test_posts_without_days_are_taken_to_overlap() -> None:
    rounds = [a_round("Lin FJ clinic 10"), a_round("Lin FJ school 9")]

    found = plan_rounds(rounds)

    assert found.total == 10
    assert found.rounds[1].plan.chosen == ()


def test_a_price_is_what_a_person_adds_to_the_later_round() -> None:
    first, second = two_rounds()
    another = a_round("Lin FJ school 20", "Li HB school 15", post_days=THEN)

    assert prices_of(first, [second]).tolist() == [20, 0]
    assert prices_of(first, [another]).tolist() == [5, 0]


def test_futures_that_are_only_sampled_are_averaged_and_repeatable() -> None:
    def sample(at: int, random: np.random.Generator) -> Sequence[PostingProblem]:
        return [a_round(f"Lin FJ school {20 * int(random.integers(0, 2))}", post_days=THEN)] if at == 0 else []

    one, two = (plan_rounds(two_rounds(), samples=8, sample=sample, seed=3) for _ in range(2))

    assert one.total == two.total == 29
    assert one.rounds[0].priced == 1


def test_days_at_home_after_a_posting_keep_a_person_from_the_next() -> None:
    first, _ = two_rounds()
    later = a_round("Lin FJ school 20", post_days={"school": ("2031-07-01", "2034-06-30")})
    taken = [(first, (Posting("Lin", "clinic"),))]

    assert without(later, taken, rest=0) is later
    assert without(later, taken, rest=365).forbids == (Posting("Lin", "school"),)
    assert prices_of(first, [later], rest=0).tolist() == [0, 0]
    assert prices_of(first, [later], rest=365).tolist() == [20, 0]


def test_what_is_locked_stays_open_to_a_person_who_serves() -> None:
    first, later = two_rounds()
    locked = replace(later, locks=(Posting("Lin", "school"),))

    assert without(locked, [(first, (Posting("Lin", "clinic"),))]).forbids == ()


@pytest.mark.parametrize("seed", range(6))
def test_a_price_is_exactly_what_the_round_loses_without_the_person(seed: int) -> None:
    round_ = loose(tied_round(25, seed, tightness=3.0))
    whole = plan_postings(round_).objective

    lost = [whole - plan_postings(round_.leaving_out(person)).objective for person in round_.people]

    assert np.allclose(Later.of(round_).price, lost)


@pytest.mark.parametrize("seed", range(4))
def test_known_rounds_without_ties_are_never_worth_less_than_each_planned_for_itself(seed: int) -> None:
    rounds = [loose(tied_round(20, 10 * seed + at, tightness=3.0)) for at in range(3)]

    found = plan_rounds(rounds)

    assert found.total >= found.myopic_total
    assert found.bound is not None and found.total <= found.bound


def test_prices_that_together_hold_too_many_back_are_not_followed() -> None:
    # each of Chen, Su and Wu would be missed later, and each could stand in for another: their prices say so twice
    round_ = a_round(
        "Lin FJ clinic 90", "Wu FJ clinic 80", "Wu FJ ward 85", "Chen FJ ward 70", "Chen FJ school 75",
        "Su FJ school 60", "Huang FJ station 50", "Su FJ station 20", "Zheng FJ clinic 40",
    )  # fmt: skip

    found = plan_rounds([round_, round_])

    assert found.total == found.myopic_total == 400
    assert found.rounds[0].priced == 0


def test_progress_names_the_round_and_carries_plan_and_bound() -> None:
    told: list[tuple[str, float | None]] = []

    def tell(words: Words, done: int, total: int, /, *, objective: float | None = None, **more: object) -> None:
        told.append((words.say(), objective))

    plan_rounds(two_rounds(), progress=tell)

    assert {words for words, _ in told} >= {"round 1 of 2", "round 2 of 2"}
    assert any(objective is not None for _, objective in told)


def test_no_round_and_a_stable_round_are_refused() -> None:
    with pytest.raises(InputError, match="no round"):
        plan_rounds([])
    with pytest.raises(InputError, match="stable"):
        plan_rounds([replace(two_rounds()[0], mode="stable")])


def loose(problem: PostingProblem) -> PostingProblem:
    return replace(problem, teams=(None,) * len(problem.posts), couples=(), most_per_donor_and_place=None)
