"""Why, what if, and how two plans differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from oracle import best_by_trying_all
from rounds import a_real_round, a_round
from test_posting import small_rounds

from pairup.bench.rounds import tied_round
from pairup.errors import InputError, NoPlanError
from pairup.planning.explain import relaxations, what_if, what_if_without
from pairup.planning.limits import block_around
from pairup.planning.plan import Audience, Status, Stop
from pairup.planning.posting import plan_postings
from pairup.planning.prices import Prices
from pairup.planning.problems import Posting
from pairup.values.words import Words


def test_a_chosen_posting_tells_what_leaving_it_out_costs_and_who_moves():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", "Wu FJ school 6"))

    reason = plan.why(("Lin", "clinic"))

    assert reason.cost == 8 and reason.is_exact
    assert str(reason) == (
        "Lin – clinic is chosen: without it the plan loses 8 points.\n"
        "  Lin no longer takes clinic\n  Wu moves from school to clinic"
    )
    assert reason.difference.gained == (Posting("Wu", "clinic"),)


def test_a_refused_posting_tells_what_forcing_it_costs():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", "Wu FJ school 6"))

    reason = plan.why(("Wu", "clinic"))

    assert reason.cost == 8 and reason.words.code == "planning.why-left-costs"


def test_a_posting_that_cannot_be_had_names_what_stands_in_the_way():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ school 8", quota={"FJ": 1}, must_fill="school"))

    reason = plan.why(("Lin", "clinic"))

    assert reason.cost is None and [str(words) for words in reason.details] == [
        "school is filled", "FJ sends 1 at most", "Lin is settled in clinic",
    ]  # fmt: skip


def test_of_plans_worth_the_same_the_one_that_moves_least_is_told():
    rows = [f"p{k} FJ q{j} 5" for k in range(5) for j in range(4)]
    plan = plan_postings(a_round(*rows))
    idle = next(f"p{k}" for k in range(5) if all(item.person != f"p{k}" for item in plan.chosen))

    reason = plan.why((idle, "q2"))

    assert reason.cost == 0 and len(reason.details) == 2 and reason.words.code == "planning.why-left-tie"


def test_a_pair_that_is_no_option_is_told_by_the_requirement_that_fails():
    def refusal(item: Posting) -> Words:
        return Words("worth.own-altitude-limit", item._asdict())

    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ school 8", refusal=refusal))

    assert plan.why(("Lin", "school"), Audience.PERSON).words.code == "worth.own-altitude-limit"
    for audience in (Audience.OFFICE, Audience.PUBLIC):
        assert plan.why(("Lin", "school"), audience).words.code == "worth.personal-condition"


def test_family_is_told_to_nobody_but_the_person():
    places = {"clinic": "x", "school": "x"}
    round_ = a_round("Lin FJ clinic 9", "Wu FJ school -9", couples=[("Lin", "Wu")], places=places, must_fill="clinic")

    told = plan_postings(round_).why(("Wu", "school"))

    assert "Lin" not in str(told) and "A personal condition." in str(told)


def test_the_public_and_the_person_are_told_of_nobody_else():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", "Wu FJ school 6"))

    person, public = plan.why(("Lin", "clinic"), Audience.PERSON), plan.why(("Lin", "clinic"), Audience.PUBLIC)

    assert [str(words) for words in person.details] == [
        "Lin no longer takes clinic", "1 other change(s), shown to the office only",
    ]  # fmt: skip
    assert [str(words) for words in public.details] == ["2 other change(s), shown to the office only"]
    assert person.difference is None and public.difference is None


def test_an_unknown_name_is_refused():
    plan = plan_postings(a_round("Lin FJ clinic 9"))

    with pytest.raises(InputError, match="'Chen' is no person"):
        plan.why(("Chen", "clinic"))


def test_a_question_without_a_plan_has_no_reasons():
    plan = plan_postings(a_round("Lin FJ clinic 9", must_fill="school"))

    with pytest.raises(NoPlanError, match="school is filled"):
        plan.why(("Lin", "clinic"))


def test_when_somebody_drops_out_only_the_block_around_them_changes():
    round_ = a_real_round(9, donors=4, posts=60, people=120)
    plan = plan_postings(round_)
    person = plan.chosen[0].person

    found = what_if_without(plan, person)

    donor = person.split("-")[0]
    assert {item.person for item in found.difference.lost} >= {person}
    assert all(item.person.startswith(donor) for item in (*found.difference.lost, *found.difference.gained))
    assert found.difference.points <= 0 and len(found.moves) <= 6


@settings(max_examples=40)
@given(small_rounds())
def test_what_a_reason_says_is_what_planning_anew_finds(problem):
    plan = plan_postings(problem)
    if not plan.has_plan:
        return

    for item in sorted(problem.option_at)[:3]:
        if item in problem.forbids or not problem.is_free[problem.option_at[item]]:
            continue
        turned = problem.forbidding(item) if item in plan.chosen else problem.forcing(item)
        anew, reason = plan_postings(turned), plan.why(item)
        if anew.status is Status.INFEASIBLE:
            assert reason.cost is None
        else:
            assert reason.cost == pytest.approx(plan.objective - anew.objective)


def test_a_block_holds_all_that_a_posting_can_change():
    round_ = a_round(
        "A FJ q 1", "B FJ r 1", "C GD s 1", "D GD t 1", "E ZJ u 1", quota={"FJ": 1}, teams={"r": "x", "s": "x"}
    )

    part = block_around(round_, Posting("A", "q"))

    assert part.people == ("A", "B", "C") and part.posts == ("q", "r", "s") and dict(part.quotas) == {"FJ": 1}


def test_what_if_settles_and_rules_out():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", "Wu FJ school 6"))

    found = what_if(plan, force=[Posting("Wu", "clinic")], forbid=[Posting("Lin", "clinic")])

    assert found.difference.points == -8 and found.plan.chosen == (Posting("Wu", "clinic"),)


def test_two_plans_compare_by_what_each_chooses():
    one = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7"))
    other = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", forbids=[("Lin", "clinic")]))

    difference = one.compare(other)

    assert difference.lost == (Posting("Lin", "clinic"),) and difference.gained == (Posting("Wu", "clinic"),)
    assert difference.points == -2


def test_a_swap_that_costs_nothing_is_said_to_lose_nothing():
    plan = plan_postings(a_round("A FJ p 5", "A FJ q 5", "B FJ p 5", "B FJ q 5"))
    swapped = next(Posting(a, b) for a in "AB" for b in "pq" if Posting(a, b) not in plan.chosen)

    reason = plan.why(swapped)

    assert (reason.cost, reason.at_least, reason.is_exact) == (0, 0, True)


@pytest.mark.parametrize("seed", [4, 5])
def test_prices_say_no_more_than_planning_again_confirms(seed):
    round_ = a_real_round(seed, donors=2, posts=50, people=80, per_place=9)
    plan = plan_postings(round_)

    for k in range(0, len(round_.worth), len(round_.worth) // 10):
        quick, sure = plan.why(round_.posting(k)), plan.why(round_.posting(k), confirm=True)
        if sure.cost is None:
            assert quick.cost is None and quick.words == sure.words
            continue
        assert quick.at_least <= sure.cost + 1e-6 and (quick.cost is None or quick.cost >= sure.cost - 1e-6)
        assert not quick.is_exact or quick.cost == sure.cost


def test_a_refused_pair_tells_the_office_alone_what_it_would_use():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", "Wu FJ school 6"))

    told = {audience: plan.why(("Wu", "clinic"), audience) for audience in Audience}

    assert "a seat in clinic is scarce" in str(told[Audience.OFFICE])
    assert told[Audience.PERSON].scarce == told[Audience.PUBLIC].scarce == ()
    assert "Lin" not in str(told[Audience.PERSON]) and "Lin" not in str(told[Audience.PUBLIC])
    assert told[Audience.OFFICE].to_dict()["at_least"] == 8


def test_a_block_too_large_to_relax_is_told_from_the_prices_its_planner_left():
    round_ = tied_round(700)
    plan = plan_postings(round_, stop=Stop(seconds=0))
    most = np.zeros(len(round_.people))
    np.maximum.at(most, round_.option_person, round_.worth)
    prices = Prices(float(most.sum()), most[round_.option_person] - round_.worth, most, np.zeros(len(round_.posts)))
    left = next(item for k in range(100) if (item := round_.posting(k)) not in plan.chosen)

    reason = replace(plan, prices=prices).why(left)

    assert reason.words.code == "answers.why-left-least" and reason.cost is None and not reason.is_exact
    assert reason.at_least == pytest.approx(plan.objective - prices.bound + prices.loss[round_.option_of(left)], abs=40)


def test_what_if_takes_several_changes_and_tells_people_and_points():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", "Wu FJ school 6", "Chen FJ school 2"))

    found = what_if(plan, force=[Posting("Chen", "school")], without=["Lin"])

    assert found.plan.chosen == (Posting("Chen", "school"), Posting("Wu", "clinic")) and found.changed == 3
    assert str(found).splitlines()[0] == "The plan loses 6 points; 3 people or items change."
    assert "Chen" not in found.say(for_=Audience.PUBLIC) and "3 other change" in found.say(for_=Audience.PUBLIC)
    assert "Wu moves" in found.say(for_=Audience.PERSON, person="Wu")


def test_what_if_with_another_worth_counts_both_plans_by_it():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ clinic 7", "A GD ward 5"))

    found = what_if(plan, worth=np.where(plan.problem.option_post == 0, [9.0, 12.0, 5.0], plan.problem.worth) * 1.0)
    by_name = dict(zip(plan.problem.option_at, found.plan.problem.worth, strict=True))

    best = max(by_name[Posting("Lin", "clinic")], by_name[Posting("Wu", "clinic")])
    assert found.plan.objective == best + by_name[Posting("A", "ward")]
    assert found.difference.points == best - by_name[Posting("Lin", "clinic")]


def test_what_if_leaves_other_blocks_alone():
    plan = plan_postings(a_real_round(9, donors=4, posts=60, people=120))
    item = plan.chosen[0]

    found = what_if(plan, forbid=[item])

    anew = plan_postings(plan.problem.forbidding(item))
    donor = item.person.split("-")[0]
    assert found.plan.objective == anew.objective and found.plan.status is Status.OPTIMAL
    assert all(one.person.startswith(donor) for one in (*found.difference.lost, *found.difference.gained))


def test_what_if_that_cannot_be_is_told_with_its_clash_and_no_family():
    places = {"clinic": "x", "school": "y"}
    round_ = a_round("Lin FJ clinic 9", "Wu FJ clinic 8", "Wu FJ school 8", couples=[("Lin", "Wu")], places=places)

    found = what_if(plan_postings(round_), force=[Posting("Lin", "clinic")])

    assert found.difference.points is None and "There is no such plan" in str(found)
    assert "same place" not in str(found) and "personal condition" in str(found)


def test_what_is_no_option_cannot_be_settled():
    plan = plan_postings(a_round("Lin FJ clinic 9", "Wu FJ school 8"))

    with pytest.raises(InputError, match="no option"):
        what_if(plan, force=[Posting("Lin", "school")])


@settings(max_examples=150)
@given(small_rounds())
def test_relaxing_one_requirement_of_a_clash_is_said_to_be_enough_exactly_if_it_is(problem):
    plan = plan_postings(problem)

    for relaxation in relaxations(plan):
        facts, code = relaxation.requirement.facts, relaxation.requirement.code.partition(".")[2]
        if code in ("post-filled", "post-nobody"):
            at = problem.posts.index(facts["post"])
            changed = replace(problem, must_fill=problem.must_fill & (np.arange(len(problem.posts)) != at))
        elif code == "quota":
            changed = replace(problem, quotas=tuple(row for row in problem.quotas if row[0] != facts["donor"]))
        elif code in ("lock", "forbid"):
            pair, rows = Posting(facts["person"], facts["post"]), f"{code}s"
            changed = replace(problem, **{rows: tuple(row for row in getattr(problem, rows) if row != pair)})
        elif code == "team":
            changed = replace(problem, teams=(None,) * len(problem.teams))
        else:
            continue
        assert relaxation.is_enough is (best_by_trying_all(changed) is not None)
    assert bool(relaxations(plan)) is (plan.status is Status.INFEASIBLE)


def test_what_would_resolve_a_clash_is_told_without_family():
    round_ = a_round(
        "Lin FJ clinic 9", "Wu FJ school 8", must_fill="clinic", places={"clinic": "x", "school": "y"},
        couples=[("Lin", "Wu")],
    )  # fmt: skip

    told = [relaxation.words().say("en") for relaxation in relaxations(plan_postings(round_))]

    assert len(told) == 2 and all(line.startswith("Relaxing this alone makes a plan possible") for line in told)
    assert "same place" not in " ".join(told) and "personal condition" in " ".join(told).lower()
