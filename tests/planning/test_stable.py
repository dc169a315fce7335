"""Rounds that nobody would leave."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import is_kept
from rounds import a_round

from pairup.errors import InputError
from pairup.planning.blocking import blockers
from pairup.planning.plan import Audience, Status, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Couple, Posting, PostingProblem, read_problem


def a_market(
    people: dict[str, str], posts: dict[str, str], worth: dict[str, float] | None = None, **more
) -> PostingProblem:
    """Type a stable round: preferences as text, best first, ties in brackets: `{"p1": "q1 (q2 q3)"}`."""
    ranks = [{key: _groups(text) for key, text in side.items()} for side in (people, posts)]
    rows = [
        f"{person} D {post} {(worth or {}).get(f'{person} {post}', 1)}"
        for post, groups in ranks[1].items() for group in groups for person in group
    ]  # fmt: skip
    known = {word for row in rows for word in row.split()}
    own = {
        person: tuple(tuple(post for post in group if post in known) for group in groups)
        for person, groups in ranks[0].items() if person in known
    }  # fmt: skip
    return a_round(*rows, mode="stable", person_ranks=own, post_ranks=ranks[1], **more)


def _groups(text: str) -> tuple[tuple[str, ...], ...]:
    groups, inside = [], None
    for word in text.replace("(", " ( ").replace(")", " ) ").split():
        if word == "(":
            inside = []
        elif word == ")":
            groups.append(tuple(inside))
            inside = None
        elif inside is None:
            groups.append((word,))
        else:
            inside.append(word)
    return tuple(groups)


def best_by_trying_all(problem: PostingProblem) -> tuple[int, int, float] | None:
    """Fewest who would leave (below zero), most placed, most worth."""
    items = sorted(problem.option_at)
    best = None
    for size in range(min(len(items), len(problem.people)) + 1):
        for chosen in combinations(items, size):
            if len({item.person for item in chosen}) == size and is_kept(problem, chosen):
                worth = sum(problem.worth[problem.option_at[item]] for item in chosen)
                found = (-len(blockers(problem, chosen)), size, round(worth, 6))
                best = found if best is None else max(best, found)
    return best


def found_by(problem: PostingProblem) -> tuple[int, int, float] | None:
    plan = plan_postings(problem)
    if plan.status is Status.INFEASIBLE:
        return None
    assert plan.status is Status.OPTIMAL and plan.further["blocking_bound"] == len(plan.further["blocking_pairs"])
    return -len(plan.further["blocking_pairs"]), round(plan.objective), round(plan.further["worth"], 6)


@st.composite
def small_markets(draw: st.DrawFn, is_plain: bool) -> PostingProblem:
    """At most 4 people and 3 posts; with ties; unless plain with couples, teams and limits."""
    people, posts = [f"p{k}" for k in range(draw(st.integers(2, 4)))], [f"q{k}" for k in range(draw(st.integers(1, 3)))]
    chance = random.Random(draw(st.integers(0, 10**6)))

    def ranking(others: list[str]) -> str:
        shuffled = chance.sample(others, chance.randint(1, len(others)))
        if len(shuffled) > 1 and chance.random() < 0.4:
            return " ".join([f"({shuffled[0]} {shuffled[1]})", *shuffled[2:]])
        return " ".join(shuffled)

    worth = {f"{person} {post}": chance.choice([-1, 1, 2, 3.5]) for person in people for post in posts}
    more = {"seats": {post: chance.randint(1, 2) for post in posts}}
    if not is_plain:
        pairs = tuple((chance.choice(posts), chance.choice(posts)) for _ in range(chance.randint(1, 4)))
        more["couples"] = [Couple((people[0], people[1]), pairs)] * chance.randint(0, 1)
        more["teams"] = dict.fromkeys(posts[:2], "t") if chance.random() < 0.3 else {}
        more["quota"] = {"D": chance.randint(0, 4)} if chance.random() < 0.2 else {}
        more["must_fill"] = posts[0] if chance.random() < 0.15 else ""
    liked = {post: ranking(people) for post in posts}
    liked[posts[0]] = " ".join(chance.sample(people, len(people)))  # so that every person stands somewhere
    return a_market({person: ranking(posts) for person in people}, liked, worth, **more)


@settings(max_examples=60)
@given(small_markets(is_plain=True))
def test_nothing_beats_the_plan_of_a_plain_round(problem):
    assert found_by(problem) == best_by_trying_all(problem)


@settings(max_examples=100)
@given(small_markets(is_plain=False))
def test_nothing_beats_the_plan_of_a_round_with_couples_teams_and_limits(problem):
    assert found_by(problem) == best_by_trying_all(problem)
