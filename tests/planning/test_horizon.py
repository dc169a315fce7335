"""Several rounds ahead: who serves is not free, and a person whom a later round needs more is kept for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pairup.planning.horizon import plan_rounds, prices_of, without
from pairup.planning.problems import Posting, PostingProblem
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
