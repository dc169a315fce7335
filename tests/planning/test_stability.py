"""The parts of a stable round: rotations, chains, what stability costs, and the smallest change that gives it."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import is_kept
from test_stable import a_market, small_markets

from pairup.bench.markets import market, real_market
from pairup.planning.blocking import Market, blockers
from pairup.planning.plan import Status, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Couple, Posting, PostingProblem
from pairup.planning.stability.change import smallest_quota_change
from pairup.planning.stability.first import first_plan
from pairup.planning.stability.lists import lists_of
from pairup.planning.stability.parts import most_matched, parts_of
from pairup.planning.stability.plain import best_plain
from pairup.planning.stability.price import price_of_stability
from pairup.planning.stability.programme import best_ranked
from pairup.planning.stability.settling import Arena, settle_round


def a_strict_market(seed: int, people: int, posts: int, seats: int) -> PostingProblem:
    """Draw strict lists over everybody, shortened at random; worths are whole numbers."""
    chance = random.Random(seed)
    names, codes = [f"p{k}" for k in range(people)], [f"q{k}" for k in range(posts)]
    sides = [
        {own: " ".join(chance.sample(others, chance.randint(max(1, len(others) - 2), len(others)))) for own in owns}
        for owns, others in ((names, codes), (codes, names))
    ]
    sides[1]["q0"] = " ".join(chance.sample(names, people))
    worth = {f"{person} {post}": chance.randint(-5, 9) for person in names for post in codes}
    return a_market(*sides, worth, seats={post: chance.randint(1, seats) for post in codes})


def all_stable(problem: PostingProblem) -> list[tuple[int, float]]:
    """Placed and worth of every stable plan, by trying every choice."""
    open_ = Market(problem).pairs
    choices = [[None, *(post for post in problem.posts if (person, post) in open_)] for person in problem.people]
    found = []
    for held in product(*choices):
        seated = {post: [p for p, h in zip(problem.people, held, strict=True) if h == post] for post in problem.posts}
        if all(len(seated[post]) <= problem.seats[at] for at, post in enumerate(problem.posts)):
            chosen = [Posting(p, h) for p, h in zip(problem.people, held, strict=True) if h is not None]
            if not blockers(problem, chosen):
                found.append((len(chosen), sum(problem.worth[problem.option_at[item]] for item in chosen)))
    return found


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 2))
def test_with_strict_lists_no_stable_plan_is_worth_more(seed, seats):
    problem = a_strict_market(seed, 5, 4, seats)

    best = best_plain(Market(problem))

    assert (len(best.options), problem.worth[best.options].sum()) == max(all_stable(problem))
    assert best.is_proved


@pytest.mark.parametrize("seed, posts, seats", [(0, 30, 1), (1, 12, 3), (2, 30, 1), (3, 8, 6)])
def test_rotations_and_the_programme_find_plans_worth_the_same(seed, posts, seats):
    problem = market(30, posts, seats, 12, seed)
    open_market = Market(problem)

    best = best_plain(open_market)
    ranked = best_ranked(problem, open_market, best.options, True, Stop(), 0)

    assert ranked.answer.status is Status.OPTIMAL
    assert problem.worth[ranked.answer.taken].sum() == problem.worth[best.options].sum()


def test_rotations_are_made_in_their_order_so_that_the_plan_is_stable():
    problems = [market(25, 25, 1, 60, seed) for seed in range(40)]

    best = [best_plain(Market(problem)) for problem in problems]

    for problem, plan in zip(problems, best, strict=True):
        assert not blockers(problem, [problem.posting(k) for k in plan.options])


def test_a_large_strict_market_is_proved_stable_and_worth_more_than_what_people_offer():
    problem = market(2_000, 250, 8, 30, 5)

    plan = plan_postings(problem)

    assert plan.status is Status.OPTIMAL and plan.further["blocking_pairs"] == []
    assert plan.further["worth"] > best_for_people(problem)


def best_for_people(problem: PostingProblem) -> float:
    return float(problem.worth[first_plan(Market(problem))].sum())


def test_who_is_refused_by_all_comes_first_among_equals():
    # q likes both alike and A is worth more there; without a second chance B stays at home
    problem = a_market({"A": "q r", "B": "q"}, {"q": "(A B)", "r": "A"}, {"A q": 9})

    best = best_plain(Market(problem))

    assert len(best.options) == best.most_placed == 2


@settings(max_examples=40)
@given(small_markets(is_plain=True))
def test_a_plain_market_with_ties_is_stable_and_within_its_bound(problem):
    best = best_plain(Market(problem))

    placed = [count for count, _ in all_stable(problem)]
    assert not blockers(problem, [problem.posting(k) for k in best.options])
    assert len(best.options) <= max(placed) <= best.most_placed
    has_person_ties = any(len(group) > 1 for ranks in problem.person_ranks.values() for group in ranks)
    assert has_person_ties or 3 * len(best.options) >= 2 * max(placed)


@settings(max_examples=40)
@given(small_markets(is_plain=True))
def test_no_choice_places_more_than_the_most_matched(problem):
    lists = lists_of(Market(problem), np.flatnonzero(Market(problem).is_open))
    nobody = np.full(len(problem.people), -1)

    most = most_matched(lists.starts, lists.order, lists.post, lists.seats, nobody)

    posts = {person: [h for p, h in Market(problem).pairs if p == person] for person in problem.people}
    fits = []
    for held in product(*[[None, *posts[person]] for person in problem.people]):
        if all(held.count(post) <= seats for post, seats in zip(problem.posts, problem.seats, strict=True)):
            fits.append(sum(post is not None for post in held))
    assert most == max(fits)


@settings(max_examples=60)
@given(small_markets(is_plain=False), st.integers(0, 10**6))
def test_a_chain_counts_who_would_leave_as_they_are_named(problem, seed):
    open_market, chance = Market(problem), random.Random(seed)
    arena = Arena(open_market, 0)
    single = [k for k in np.flatnonzero(open_market.is_open) if not open_market.is_coupled[problem.option_person[k]]]
    chosen, room = {}, dict(enumerate(problem.seats.tolist()))
    for k in chance.sample(single, len(single)):
        if problem.option_person[k] not in chosen and room[problem.option_post[k]] and chance.random() < 0.7:
            chosen[problem.option_person[k]] = int(k)
            room[problem.option_post[k]] -= 1

    options = np.array(sorted(chosen.values()), dtype=np.int64)

    assert arena.leaving(options) == len(blockers(problem, [problem.posting(k) for k in options]))


@settings(max_examples=60)
@given(small_markets(is_plain=False))
def test_what_is_settled_keeps_every_requirement(problem):
    settled, _ = settle_round(Market(problem), 10, 0)

    assert settled is None or is_kept(problem, tuple(problem.posting(k) for k in settled.options))


@settings(max_examples=60)
@given(small_markets(is_plain=False))
def test_a_first_plan_keeps_every_requirement(problem):
    options = first_plan(Market(problem))

    assert options is None or is_kept(problem, tuple(problem.posting(k) for k in options))


@pytest.fixture(scope="module")
def tight_round() -> PostingProblem:
    return real_market(1, donors=4, posts=60, people=170, tightness=1.05, couples=0.06)


def test_a_round_with_quotas_teams_and_couples_is_the_same_for_the_same_work_and_seed(tight_round):
    first, second = (plan_postings(tight_round, stop=Stop(work=30)) for _ in range(2))

    assert first.chosen == second.chosen and first.further == second.further
    assert first.run.ended.value == "work"


def test_the_order_of_people_and_options_changes_no_stable_plan(tight_round):
    said = tight_round.to_dict()
    for part in ("people", "posts", "options"):
        random.Random(3).shuffle(said[part])

    shuffled = plan_postings(PostingProblem.from_dict(said), stop=Stop(work=20))

    assert shuffled.chosen == plan_postings(tight_round, stop=Stop(work=20)).chosen


def test_a_stable_round_is_not_changed_by_planning(tight_round):
    before = tight_round.to_dict()

    plan_postings(tight_round, stop=Stop(work=5))

    assert tight_round.to_dict() == before


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_round_with_quotas_stops_with_the_clock_and_has_a_plan(tight_round, seconds):
    plan = plan_postings(tight_round, stop=Stop(seconds=seconds))

    assert plan.status is Status.FEASIBLE and plan.run.ended.value == "clock"


def test_what_shares_nothing_is_planned_apart():
    sides = {"A": "q r", "B": "s", "E": "u"}, {"q": "A", "r": "A", "s": "B", "t": "C D", "u": "E"}
    both = a_market(*sides, teams={"s": "one", "u": "one"}, couples=[Couple(("C", "D"), (("t", "t"),))])

    parts = [(part.people, part.posts) for part in parts_of(Market(both))]

    assert parts == [(("A",), ("q", "r")), (("B", "E"), ("s", "u")), (("C", "D"), ("t",))]


def a_circle() -> PostingProblem:
    """The smallest market without a stable plan: a couple, one more person, two posts."""
    return a_market({"A": "q r"}, {"q": "C A", "r": "A D"}, couples=[Couple(("C", "D"), (("q", "r"),))])


def test_one_seat_more_breaks_the_circle_of_a_couple_and_nothing_smaller_does():
    plan = plan_postings(a_circle())

    change = smallest_quota_change(plan)

    assert change.total == 1 and change.seats == (("q", 1),) and change.is_smallest
    assert not blockers(change.problem, change.chosen)
    assert str(change.words[1]) == "q has 1 more (seats)."


def test_two_circles_need_two_seats():
    sides = {"A": "q r", "a": "s t"}, {"q": "C A", "r": "A D", "s": "c a", "t": "a d"}
    couples = [Couple(("C", "D"), (("q", "r"),)), Couple(("c", "d"), (("s", "t"),))]

    change = smallest_quota_change(plan_postings(a_market(*sides, couples=couples)))

    assert change.total == 2 and change.is_smallest and len(change.words) == 3


def test_a_quota_that_makes_people_leave_is_raised():
    market_ = a_market({"A": "q", "B": "r", "C": "s"}, {"q": "A", "r": "B", "s": "C"}, quota={"D": 1})

    change = smallest_quota_change(plan_postings(market_))

    assert change.quotas == (("D", 2),) and change.seats == () and len(change.chosen) == 3


def test_a_cap_that_makes_people_leave_is_raised():
    sides = {"A": "q", "B": "r"}, {"q": "A", "r": "B"}
    market_ = a_market(*sides, places={"q": "here", "r": "here"}, most=1)

    change = smallest_quota_change(plan_postings(market_))

    assert change.cap == 1 and change.total == 1 and str(change.words[-1]).startswith("Each donor may send 1 more")


def test_a_change_of_three_is_proved_where_every_smaller_one_was_ruled_out():
    # three times the smallest market that is never stable, and Z, whom each q likes least, ties them together
    people, posts, couples = {"Z": "q1 q2 q3"}, {}, []
    for k in "123":
        people |= {f"A{k}": f"q{k} r{k}"}
        posts |= {f"q{k}": f"C{k} A{k} Z", f"r{k}": f"A{k} D{k}"}
        couples.append(Couple((f"C{k}", f"D{k}"), ((f"q{k}", f"r{k}"),)))

    change = smallest_quota_change(plan_postings(a_market(people, posts, couples=couples)))

    assert change.total == 3 and change.is_smallest and not blockers(change.problem, change.chosen)


def test_where_nobody_would_leave_nothing_changes():
    change = smallest_quota_change(plan_postings(a_market({"A": "q"}, {"q": "A"})))

    assert change.total == 0 and change.is_smallest and str(change.words[0]).startswith("Nobody would leave")


def test_no_seat_keeps_a_locked_person_from_leaving():
    locked = a_market({"A": "q r"}, {"q": "A", "r": "A"}, locks=[("A", "r")])

    change = smallest_quota_change(plan_postings(locked))

    assert change.problem is None and change.words[0].code == "stable.no-change"


def test_the_price_of_stability_is_what_the_plan_worth_most_has_more():
    sides = {"A": "q r", "B": "q r"}, {"q": "A B", "r": "A B"}
    plan = plan_postings(a_market(*sides, {"A r": 100, "B q": 100}))

    price = price_of_stability(plan)

    assert (price.worth, price.least, price.most, price.is_exact) == (2, 198, 198, True)
    assert str(price.words) == "Stability costs 198 points: the stable plan is worth 2, the plan worth most 200."
    assert price.words.say("zh_Hans").startswith("稳定的代价为 198 分")


def test_only_a_stable_round_has_a_price_of_stability():
    plan = price_of_stability(plan_postings(a_market({"A": "q"}, {"q": "A"}))).welfare

    with pytest.raises(TypeError, match="stable round"):
        price_of_stability(plan)
    with pytest.raises(TypeError, match="stable round"):
        smallest_quota_change(plan)
