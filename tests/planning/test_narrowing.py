"""What prices leave open: the bound without who is gone holds for every plan, and no better plan is left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds import a_round
from test_posting import small_rounds
from test_repair import chained_rounds, every_plan

from pairup.planning.limits import inside_of
from pairup.planning.narrowing import Open, opened
from pairup.planning.posting import plan_postings
from pairup.planning.problems import PostingProblem

NEAR = 1e-6


def open_without(problem: PostingProblem, *gone: str) -> Open | None:
    """The block of who is gone, as a repair asks its prices; None where there is no plan."""
    plan = plan_postings(problem)
    touched = [item for item in plan.chosen if item.person in gone] if plan.has_plan else []
    if not touched:
        return None
    people, posts = inside_of(problem, *touched)
    part = problem.after(sorted(gone), []).part(people, posts)
    return opened(plan, part, people, posts, touched, frozenset(gone))


def worths(left: Open, gone: set[str]) -> list[tuple[float, list[int]]]:
    """Every plan of the block in which nobody who is gone serves: its worth, and its options."""
    part = left.part
    known = [chosen for chosen in every_plan(part) if not gone & {item.person for item in chosen}]
    options = [[part.option_at[item] for item in chosen] for chosen in known]
    return [(float(part.worth[own].sum()), own) for own in options]


@settings(max_examples=120)
@given(problem=chained_rounds() | small_rounds(), data=st.data())
def test_without_who_is_gone_no_plan_is_worth_more_than_the_bound_less_what_its_options_lose(problem, data):
    people = sorted(problem.person_at)
    gone = data.draw(st.sets(st.sampled_from(people), min_size=1, max_size=2))
    left = open_without(problem, *gone)
    if left is None:
        return

    for worth, options in worths(left, gone):
        assert worth <= left.bound - sum(left.loss[k] for k in options) + NEAR


@settings(max_examples=120)
@given(problem=chained_rounds() | small_rounds(), data=st.data())
def test_no_plan_worth_more_than_what_is_known_has_an_option_that_was_left_out(problem, data):
    gone = {data.draw(st.sampled_from(sorted(problem.person_at)))}
    left = open_without(problem, *gone)
    if left is None:
        return
    plans = worths(left, gone)
    for known in sorted({worth for worth, _ in plans}):
        kept, ceiling = left.better_than(known)

        for worth, options in plans:
            assert worth <= max(known, ceiling) + NEAR or all(kept[options])


#: Lin goes; the seat is worth 9 with Lin, 8 with Wu, whose own is then worth 6 instead of 7
CHAIN = ("Lin FJ clinic 9", "Wu FJ clinic 8", "Wu FJ school 7", "Chen FJ school 6", "Zheng FJ clinic 1")


def test_the_whole_distance_to_what_is_known_is_open():
    left = open_without(a_round(*CHAIN), "Lin")
    assert left is not None and left.bound >= 14 - NEAR  # Wu to the clinic, Chen to the school

    kept, ceiling = left.better_than(8.0)

    part = left.part
    names = {str(part.posting(k).person) + " " + str(part.posting(k).post) for k in range(len(kept)) if kept[k]}
    assert {"Wu clinic", "Chen school"} <= names and ceiling == pytest.approx(8.0)
