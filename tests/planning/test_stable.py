"""Rounds that nobody would leave."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import is_kept
from rounds import a_round

from pairup.bench.markets import couples_market
from pairup.errors import InputError
from pairup.planning.blocking import blockers, within_limits
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


def test_a_stable_round_prefers_what_nobody_would_leave_to_what_is_worth_most():
    market = a_market({"A": "q r", "B": "q r"}, {"q": "A B", "r": "A B"}, {"A r": 100, "B q": 100})

    plan = plan_postings(market)

    assert plan.chosen == (Posting("A", "q"), Posting("B", "r")) and plan.further["blocking_pairs"] == []
    assert plan.objective == 2 and plan.further["worth"] == 2


def test_of_stable_rounds_the_one_worth_most_is_taken():
    sides = {"A": "q r", "B": "r q"}, {"q": "B A", "r": "A B"}

    first = plan_postings(a_market(*sides, {"A q": 2, "B r": 2}))
    second = plan_postings(a_market(*sides, {"A r": 2, "B q": 2}))

    assert first.chosen == (Posting("A", "q"), Posting("B", "r"))
    assert second.chosen == (Posting("A", "r"), Posting("B", "q"))


def test_ties_are_broken_so_that_most_are_placed():
    market = a_market({"A": "(q r)", "B": "q"}, {"q": "(A B)", "r": "A"})

    assert plan_postings(market).chosen == (Posting("A", "r"), Posting("B", "q"))


@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("seed", range(4))
def test_of_drawn_markets_with_couples_nothing_tried_has_fewer_who_would_leave(share, seed):
    market = couples_market(7, share, seed, listed=2)

    assert found_by(market) == best_by_trying_all(market)


def test_a_couple_may_leave_no_stable_round_and_the_fewest_blockers_are_named():
    # the smallest known: the couple wants (q, r); A would rather q, and q and r prefer in turn
    market = a_market(
        {"A": "q r"}, {"q": "C A", "r": "A D"}, couples=[Couple(("C", "D"), (("q", "r"),))],
    )  # fmt: skip

    plan = plan_postings(market)

    assert plan.status is Status.OPTIMAL
    assert plan.further["blocking_bound"] == len(plan.further["blocking_pairs"]) == 1


def test_a_couple_blocks_where_one_stays_and_the_other_finds_room():
    market = a_market(
        {"A": "q"}, {"q": "C A", "r": "D", "s": "C"}, couples=[Couple(("C", "D"), (("q", "r"), ("s", "r")))]
    )

    chosen = (Posting("A", "q"), Posting("C", "s"), Posting("D", "r"))

    assert blockers(market, chosen) == [(Posting("C", "q"), Posting("D", "r"))]


@pytest.mark.parametrize(
    "seats, inside, leaves",
    [
        (2, "", True),  # two free seats
        (2, "E", True),  # one free, and E is liked less than C
        (2, "A", False),  # one free, and A is liked best: only one of the two finds room
        (2, "E F", True),  # both are liked less than C and D
        (2, "A E", False),  # C may follow E, nobody makes room for D
        (3, "A B", False),
        (3, "A E", True),
    ],
)
def test_a_couple_blocks_for_one_post_where_there_is_room_for_both(seats, inside, leaves):
    people = dict.fromkeys("ABEF", "q")
    market = a_market(people, {"q": "A B C D E F"}, couples=[Couple(("C", "D"), (("q", "q"),))], seats={"q": seats})

    found = blockers(market, [Posting(person, "q") for person in inside.split()])

    assert ((Posting("C", "q"), Posting("D", "q")) in found) is leaves


def test_a_team_blocks_as_a_whole_and_nobody_of_it_alone():
    sides = {"A": "q", "B": "r", "C": "s r"}, {"q": "A", "r": "B C", "s": "C"}
    market = a_market(*sides, teams={"q": "t", "r": "t"})
    half = a_market({"A": "q", "C": "s"}, {"q": "A", "r": "B", "s": "C"}, teams={"q": "t", "r": "t"})

    assert blockers(market, [Posting("C", "s")]) == [(Posting("A", "q"), Posting("B", "r"))]
    assert blockers(half, [Posting("C", "s")]) == []
    assert plan_postings(market).objective == 3


def test_a_quota_in_a_stable_round_leaves_blockers_that_are_counted():
    plan = plan_postings(a_market({"A": "q", "B": "r"}, {"q": "A", "r": "B"}, quota={"D": 1}))

    assert plan.objective == 1 and len(plan.further["blocking_pairs"]) == plan.further["blocking_bound"] == 1


def test_who_would_leave_but_is_held_back_by_a_quota_is_told_apart():
    market = a_market({"A": "r q", "B": "s r"}, {"q": "A", "r": "A B", "s": "B"}, quota={"D": 1})
    chosen = [Posting("A", "q")]

    leaving = blockers(market, chosen)

    # A moves from q to r and as many are sent; B has none to take the place of
    assert leaving == [(Posting("A", "r"),), (Posting("B", "r"),), (Posting("B", "s"),)]
    assert within_limits(market, chosen, leaving) == [(Posting("A", "r"),)]
    assert plan_postings(market).further["blocking_within_limits"] == 0


def test_who_takes_the_place_of_a_colleague_breaks_no_quota():
    market = a_market({"A": "q", "B": "q"}, {"q": "B A"}, quota={"D": 1})

    assert within_limits(market, [Posting("A", "q")], [(Posting("B", "q"),)]) == [(Posting("B", "q"),)]


def test_a_round_too_large_for_a_proof_is_stable_and_says_what_is_not_known(monkeypatch):
    monkeypatch.setattr("pairup.planning.stability.search.PAIRS", 3)
    market = a_market({"A": "(q r)", "B": "(q r)"}, {"q": "(A B)", "r": "(A B)"})

    plan = plan_postings(market)

    assert plan.status is Status.FEASIBLE and plan.further["blocking_pairs"] == []
    assert plan.further["blocking_bound"] == 0 and plan.bound is None


def test_a_stable_round_without_time_still_has_a_plan():
    plan = plan_postings(a_market({"A": "q r", "B": "q r"}, {"q": "A B", "r": "A B"}), stop=Stop(seconds=0))

    assert plan.chosen == (Posting("A", "q"), Posting("B", "r")) and plan.further["blocking_pairs"] == []


def test_a_couple_that_lists_no_pairs_is_refused_in_a_stable_round():
    with pytest.raises(InputError, match="list no post pairs"):
        a_market({"A": "q"}, {"q": "A B"}, couples=[("A", "B")])


def test_a_stable_round_without_preferences_is_refused():
    with pytest.raises(InputError, match="mode stable needs it"):
        a_round("A FJ q 1", mode="stable")


def test_preference_is_told_to_the_person_only():
    plan = plan_postings(a_market({"A": "q r", "B": "r"}, {"q": "A", "r": "A B"}))

    own, office = plan.why(("A", "r"), Audience.PERSON), plan.why(("A", "r"), Audience.OFFICE)

    assert str(own) == "A prefers what the plan gives to r."
    assert office.words.code == "worth.personal-condition" and "prefers" not in str(office)


def test_a_stable_question_survives_json():
    couples = [Couple(("B", "C"), (("q", "q"),))]
    market = a_market({"A": "(q r)"}, {"q": "A B C", "r": "A B"}, couples=couples)

    assert read_problem(market.to_dict()).to_dict() == market.to_dict()
