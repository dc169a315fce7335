"""After a drop-out: the fewest moves, agreed people last, and what each further move gains."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import best_by_trying_all, is_kept
from rounds import a_real_round, a_round
from test_posting import small_rounds

import pairup.planning.repair as repairing
from pairup.bench.rounds import real_round
from pairup.errors import InputError, NoPlanError
from pairup.planning.limits import block_around
from pairup.planning.plan import Audience, Plan, Status, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Couple, Posting, PostingProblem
from pairup.planning.repair import repair
from pairup.planning.repaired import Repair

CHAIN = ("Lin FJ clinic 9", "Wu FJ clinic 7", "Wu FJ school 6", "Chen FJ school 2")


def every_plan(problem: PostingProblem) -> list[tuple[Posting, ...]]:
    items = sorted(problem.option_at)
    return [c for n in range(len(items) + 1) for c in combinations(items, n) if is_kept(problem, c)]


def held(chosen, person):
    return {item.post for item in chosen if item.person == person}


def movers(before, after, gone):
    return {x.person for x in before if x.person not in gone and held(before, x.person) != held(after, x.person)}


def ranked(found: Repair, plan: Plan, agreed: set[str], gone: set[str]):
    """Every plan of the changed question that leaves the other blocks alone: seats, moves and worth."""
    inside = {item.person for item in found.plan.problem.option_at} - {item.person for item in found.rest}
    touched = [item for item in plan.chosen if item not in found.rest]
    inside = set(block_around(plan.problem, *touched).people) if touched else inside
    rest = {item for item in plan.chosen if item.person not in inside}
    problem = found.plan.problem
    for chosen in every_plan(problem):
        if {item for item in chosen if item.person not in inside} == rest:
            moved = movers(plan.chosen, chosen, gone)
            worth = sum(problem.worth[problem.option_at[item]] for item in chosen)
            yield min(len(plan.chosen), len(chosen)), len(moved & agreed), len(moved), worth


@st.composite
def chained_rounds(draw: st.DrawFn) -> PostingProblem:
    """Rounds of at most 9 options in which a vacancy is often filled through others."""
    people, posts = [f"p{k}" for k in range(draw(st.integers(3, 5)))], [f"q{k}" for k in range(draw(st.integers(2, 4)))]
    pairs = [(person, post) for person in people for post in posts]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=6, max_size=9))
    posts = sorted({post for _, post in chosen})
    couples = [(chosen[0][0], chosen[1][0])] if draw(st.integers(0, 3)) == 0 and chosen[0][0] != chosen[1][0] else []
    return a_round(
        *[f"{person} FJ {post} {draw(st.integers(1, 9))}" for person, post in chosen],
        must_fill=draw(st.sampled_from(["", *posts])),
        seats={post: draw(st.sampled_from([1, 1, 1, 2])) for post in posts},
        places={post: draw(st.sampled_from(["nang", "tingri"])) for post in posts},
        teams=dict.fromkeys(posts[:2], "t") if draw(st.integers(0, 3)) == 0 else {},
        couples=couples, most=draw(st.sampled_from([None, None, 1, 2])),
    )  # fmt: skip


@pytest.mark.parametrize("priced", [repairing.PRICED, 0], ids=["asked whole", "narrowed by prices"])
@settings(max_examples=150)
@given(problem=chained_rounds() | small_rounds(), data=st.data())
def test_no_plan_that_fills_as_much_moves_fewer_and_the_curve_is_the_best_there_is(priced, problem, data):
    plan = plan_postings(problem)
    if not plan.has_plan or not plan.chosen:
        return
    people, posts = sorted({x.person for x in plan.chosen}), sorted({x.post for x in plan.chosen})
    gone = data.draw(st.sets(st.sampled_from(people), min_size=1, max_size=2))
    shut = st.sets(st.sampled_from(posts), max_size=1) if priced else st.just(set())  # prices know of no closed post
    closed, agreed = data.draw(shut | st.just(set())), data.draw(st.sets(st.sampled_from(people)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repairing, "PRICED", priced)
        found = repair(plan, without=gone, closed=closed, agreed=agreed)

    best = best_by_trying_all(found.plan.problem)
    if best is None:
        assert found.plan.status is Status.INFEASIBLE and found.plan.conflicts and not found.curve
        return
    known = list(ranked(found, plan, agreed, gone))
    seats, by_agreed, moves, worth = min(known, key=lambda row: (-row[0], row[1], row[2], -row[3]))
    assert (min(len(plan.chosen), len(found.plan.chosen)), len(found.moved_agreed), len(found.moved)) == (
        seats, by_agreed, moves,
    )  # fmt: skip
    assert found.plan.objective == pytest.approx(worth) and found.is_fewest
    assert found.bound >= best - 1e-6 and (not found.is_reached or found.bound == pytest.approx(best))
    for step in found.curve:
        within = [row[3] for row in known if row[1] <= by_agreed and row[2] <= step.moves]
        assert step.worth == pytest.approx(max(within)) and step.is_proved
        assert found.at(step.moves).objective == step.worth and is_kept(found.plan.problem, found.at(step.moves).chosen)
    assert found.curve[-1].worth == pytest.approx(max(row[3] for row in known if row[1] <= by_agreed))


def test_a_vacancy_is_filled_from_the_reserve_and_nobody_moves():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ school 8", "Chen FJ clinic 5", "Wu FJ clinic 8"))

    found = repair(plan, without=["Lin"])

    assert found.plan.chosen == (Posting("Chen", "clinic"), Posting("Wu", "school"))
    assert found.moved == () and found.is_fewest and found.loss == 0


def test_a_chain_moves_where_the_reserve_does_not_fit():
    plan = plan_postings(a_round(*CHAIN))

    found = repair(plan, without=["Lin"])

    assert found.plan.chosen == (Posting("Chen", "school"), Posting("Wu", "clinic")) and found.moved == ("Wu",)
    assert [(step.moves, step.worth) for step in found.curve] == [(0, 6.0), (1, 9.0)]
    assert found.at(0).chosen == (Posting("Wu", "school"),)


def test_what_prices_leave_open_has_the_chain_that_gains(monkeypatch):
    monkeypatch.setattr(repairing, "PRICED", 0)
    plan = plan_postings(
        a_round(*CHAIN[:1], "Wu FJ clinic 8", "Wu FJ school 7", "Chen FJ school 6", "Zheng FJ clinic 1")
    )

    found = repair(plan, without=["Lin"])

    assert [(step.moves, step.worth, step.is_proved) for step in found.curve] == [(0, 8.0, True), (1, 14.0, True)]
    assert found.moved == () and found.is_fewest and found.loss == 6


def test_who_agreed_moves_last():
    rows = ["A FJ p 9", "B FJ q 9", "B FJ p 8", "C FJ r 9", "C FJ p 3", "R FJ q 1", "R FJ r 1", "D FJ s 9"]
    plan = plan_postings(a_round(*rows))

    free, bound = repair(plan, without=["A"]), repair(plan, without=["A"], agreed=["B"])
    both = repair(plan, without=["A"], agreed=["B", "C"])

    assert (free.moved, bound.moved) == (("B",), ("C",))
    assert both.moved == both.moved_agreed == ("B",)  # rather than a seat that stays empty


def test_a_team_is_refilled_or_goes_home_as_a_whole():
    rows, teams = ["A FJ p 9", "B FJ q 9", "C FJ r 9"], {"p": "t", "q": "t"}

    home = repair(plan_postings(a_round(*rows, teams=teams)), without=["A"])
    refilled = repair(plan_postings(a_round(*rows, "D FJ p 1", teams=teams)), without=["A"])

    assert home.plan.chosen == (Posting("C", "r"),) and home.moved == ("B",)
    assert Posting("D", "p") in refilled.plan.chosen and refilled.moved == ()


def test_a_partner_who_stays_at_home_is_a_move_and_is_told_without_the_family():
    places = {"p": "x", "q": "x"}
    plan = plan_postings(a_round("A FJ p 9", "B FJ q 9", "C FJ q 1", places=places, couples=[("A", "B")]))

    found = repair(plan, without=["A"])

    assert found.moved == ("B",) and found.plan.chosen == (Posting("C", "q"),)
    assert "couple" not in found.say() and "place" not in found.say()


def test_a_closed_post_leaves_its_team_and_need_not_be_filled():
    plan = plan_postings(a_round("A FJ p 9", "B FJ q 9", teams={"p": "t", "q": "t"}, must_fill="p"))

    found = repair(plan, closed=["p"])

    assert found.plan.chosen == (Posting("B", "q"),) and found.moved == ("A",)


def test_a_lock_of_who_drops_out_goes_and_what_it_filled_is_filled_again():
    plan = plan_postings(a_round("A FJ p 1", "B FJ p 9", "B FJ q 5", must_fill="p", locks=[("A", "p")]))

    found = repair(plan, without=["A"])

    assert found.plan.chosen == (Posting("B", "p"),) and found.moved == ("B",)


def test_what_cannot_be_repaired_is_named_and_family_only_to_the_person():
    round_ = a_round("A FJ p 9", "B FJ q 9", must_fill="q", places={"p": "x", "q": "x"}, couples=[Couple(("A", "B"))])

    found = repair(plan_postings(round_), without=["A"])

    assert found.plan.status is Status.INFEASIBLE and found.curve == ()
    codes = {words.code for words in found.plan.conflicts}
    assert {"planning.post-filled", "planning.couple-place"} <= codes
    assert "q is filled" in found.say() and "same place" not in found.say() and "personal condition" in found.say()
    assert "same place" in found.say(for_=Audience.PERSON, person="B")


def test_moves_of_others_are_told_to_the_office_only():
    found = repair(plan_postings(a_round(*CHAIN)), without=["Lin"])

    office, person, public = (
        found.say(for_=audience, person=name)
        for audience, name in ((Audience.OFFICE, ""), (Audience.PERSON, "Wu"), (Audience.PUBLIC, ""))
    )

    assert "Chen" in office and "Wu moves from school to clinic" in office
    assert "Wu moves from school to clinic" in person and "Chen" not in person
    assert not any(name in public for name in ("Wu", "Chen", "Lin"))


def test_who_holds_no_post_can_drop_out_and_nothing_changes():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7"))

    found = repair(plan, without=["Wu"])

    assert found.plan.chosen == plan.chosen and found.loss == 0
    assert Posting("Wu", "clinic") in found.plan.problem.forbids


def test_a_repair_is_the_same_each_time_and_of_the_same_plan_after_others():
    plan = plan_postings(a_real_round(3, donors=2, posts=60, people=120, per_place=14))
    people = [item.person for item in plan.chosen][:4]

    first = [repair(plan, without=[person]).to_dict()["repair"] for person in people]
    again = [repair(plan, without=[person]).to_dict()["repair"] for person in reversed(people)]

    assert first == again[::-1]


def test_a_quick_repair_of_a_loose_round_moves_as_few_and_its_bounds_hold():
    plan = plan_postings(real_round(1, 1.0, posts=140, people=392, donors=4))

    for item in plan.chosen[::24]:
        quick = repair(plan, without=[item.person])
        whole = repair(plan, without=[item.person], stop=Stop(work=100_000))

        assert len(quick.moved) == len(whole.moved) and quick.is_fewest
        assert quick.loss >= whole.loss - 1e-9 and quick.plan.objective <= whole.plan.objective + 1e-9
        best = {step.moves: step for step in whole.curve}
        for step in quick.curve:
            exact = best.get(step.moves, whole.curve[-1])
            assert exact.worth <= step.bound + 1e-6 and step.worth <= exact.bound + 1e-6
            assert is_kept(quick.plan.problem, quick.at(step.moves).chosen)


def test_without_time_a_repair_still_says_no_more_than_it_knows():
    plan = plan_postings(a_real_round(3, donors=2, posts=60, people=120, per_place=14))

    found = repair(plan, without=[plan.chosen[0].person], stop=Stop(seconds=0))

    assert found.plan.status in (Status.UNKNOWN, Status.FEASIBLE, Status.OPTIMAL)
    assert not found.plan.has_plan or is_kept(found.plan.problem, found.plan.chosen)


@pytest.mark.parametrize("asked", [{"without": ["Nobody"]}, {"closed": ["nowhere"]}, {"agreed": ["Nobody"]}])
def test_an_unknown_name_is_refused(asked):
    with pytest.raises(InputError, match="is no"):
        repair(plan_postings(a_round(*CHAIN)), **asked)


def test_a_plan_that_is_none_is_not_repaired():
    plan = plan_postings(a_round("Lin FJ clinic 9", must_fill="school"))

    with pytest.raises(NoPlanError):
        repair(plan, without=["Lin"])
