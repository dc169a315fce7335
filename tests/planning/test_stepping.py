"""Chains of people who step up: each keeps every requirement, and no more step than may."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import is_kept
from rounds import a_round
from test_repair import chained_rounds

from pairup.planning.posting import plan_postings
from pairup.planning.problems import Posting, PostingProblem
from pairup.planning.stepping import Steps, alone


def steps_of(problem: PostingProblem, gone: str) -> Steps:
    is_here = np.array([person != gone for person in problem.people])
    return Steps(
        problem, np.ones(len(problem.worth), dtype=np.bool_), is_here & alone(problem), is_here & alone(problem)
    )


def left_by(problem: PostingProblem, chosen: tuple[Posting, ...], gone: str) -> np.ndarray:
    return problem.options_of([item for item in chosen if item.person != gone])


ROWS = ("Lin FJ clinic 9", "Wu FJ clinic 8", "Wu FJ school 7", "Chen FJ school 6", "Zheng FJ clinic 1")


def test_with_no_step_a_seat_goes_to_who_is_free_and_with_one_to_who_steps_up():
    problem = a_round(*ROWS)
    left = left_by(problem, plan_postings(problem).chosen, "Lin")
    steps, clinic = steps_of(problem, "Lin"), problem.post_at["clinic"]

    none, one = steps.best(left, clinic, 0), steps.best(left, clinic, 1)

    assert [problem.posting(int(k)) for k in none] == [Posting("Wu", "school"), Posting("Zheng", "clinic")]
    assert [problem.posting(int(k)) for k in one] == [Posting("Chen", "school"), Posting("Wu", "clinic")]


def test_what_a_chain_would_break_is_not_taken():
    problem = a_round(*ROWS, "Chen FJ ward 1", must_fill="ward", quota={"FJ": 3})
    chosen = plan_postings(problem).chosen
    steps = steps_of(problem, "Lin")

    found = steps.best(left_by(problem, chosen, "Lin"), problem.post_at["clinic"], 2)

    assert [problem.posting(int(k)) for k in found] == [
        Posting("Chen", "ward"), Posting("Wu", "school"), Posting("Zheng", "clinic"),
    ]  # fmt: skip


@settings(max_examples=60)
@given(chained_rounds(), st.integers(0, 3), st.data())
def test_a_chain_keeps_every_requirement_and_steps_no_more_than_it_may(problem, most, data):
    plan = plan_postings(problem)
    if not plan.has_plan or not plan.chosen:
        return
    gone = data.draw(st.sampled_from(plan.chosen))
    left = left_by(problem, plan.chosen, gone.person)

    found = steps_of(problem, gone.person).best(left, problem.post_at[gone.post], most)

    if found is not None:
        chosen = tuple(problem.posting(int(k)) for k in found)
        assert is_kept(problem, chosen) and gone.person not in {item.person for item in chosen}
        before = {item.person: item.post for item in plan.chosen}
        assert sum(before.get(item.person, item.post) != item.post for item in chosen) <= most
