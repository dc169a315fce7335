"""People to posts, for what they are worth."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import best_by_trying_all, is_kept
from rounds import a_real_round, a_round

from pairup.errors import NoPlanError
from pairup.planning.greedy import greedy_postings
from pairup.planning.plan import Ended, Status, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Couple, Posting, PostingProblem, read_problem

DAYS = ("2028-07-01", "2028-12-31"), ("2029-01-01", "2029-06-30"), ("2028-10-01", "2029-03-31")


WHEN_FREE = DAYS[0], ("2028-01-01", "2030-01-01")


@st.composite
def small_rounds(draw: st.DrawFn) -> PostingProblem:
    """Rounds of at most 5 people, 4 posts and 9 options, with every feature of the format."""
    people = [f"p{k}" for k in range(draw(st.integers(1, 5)))]
    posts = [f"q{k}" for k in range(draw(st.integers(1, 4)))]
    donor = {person: draw(st.sampled_from(["FJ", "GD"])) for person in people}
    pairs = [(person, post) for person in people for post in posts]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1, max_size=9))
    rows = [
        f"{person} {donor[person]} {post} {draw(st.sampled_from([-3, 1, 2, 2.5, 4, 7.25]))}" for person, post in chosen
    ]
    people, posts = sorted({row[0] for row in chosen}), sorted({row[1] for row in chosen})
    couples = []
    if len(people) >= 2 and draw(st.booleans()):
        together = draw(st.none() | st.lists(st.tuples(st.sampled_from(posts), st.sampled_from(posts)), max_size=3))
        couples = [Couple((people[0], people[1]), None if together is None else tuple(together))]
    some = st.booleans() if draw(st.booleans()) else st.just(False)
    return a_round(
        *rows,
        quota=draw(st.dictionaries(st.sampled_from(["FJ", "GD"]), st.integers(0, 2), max_size=2)),
        must_fill=" ".join(post for post in posts if draw(some)),
        seats={post: draw(st.integers(1, 2)) for post in posts},
        places={post: draw(st.sampled_from(["nang", "tingri"])) for post in posts},
        teams={post: "t" for post in posts if draw(some)},
        couples=couples,
        most=draw(st.none() | st.integers(0, 2)),
        locks=[pair for pair in chosen if draw(st.integers(0, 9)) == 0],
        forbids=[pair for pair in chosen if draw(st.integers(0, 9)) == 0],
        post_days={post: draw(st.sampled_from(DAYS)) for post in posts if draw(some)},
        person_days={person: draw(st.sampled_from(WHEN_FREE)) for person in people if draw(some)},
    )


@settings(max_examples=300, deadline=None)
@given(small_rounds())
def test_nothing_beats_the_plan(problem):
    plan = plan_postings(problem)

    best = best_by_trying_all(problem)
    assert plan.objective == pytest.approx(best) if best is not None else plan.status is Status.INFEASIBLE


@settings(max_examples=150, deadline=None)
@given(small_rounds())
def test_a_plan_without_time_keeps_every_requirement_and_never_claims_too_much(problem):
    plan = plan_postings(problem, stop=Stop(seconds=0))

    best = best_by_trying_all(problem)
    if plan.has_plan:
        assert plan.bound is not None and plan.objective <= best + 1e-6 <= plan.bound + 2e-6
        assert is_kept(problem, plan.chosen)
    assert (best is not None) or plan.status in (Status.UNKNOWN, Status.INFEASIBLE)


@settings(max_examples=150, deadline=None)
@given(small_rounds())
def test_the_quick_first_plan_keeps_every_requirement(problem):
    found = greedy_postings(problem)

    assert found is None or is_kept(problem, tuple(problem.posting(k) for k in found))
