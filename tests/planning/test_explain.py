"""Why, what if, and how two plans differ."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from rounds import a_real_round, a_round
from test_posting import small_rounds

from pairup.errors import InputError, NoPlanError
from pairup.planning.explain import what_if, what_if_without
from pairup.planning.limits import block_around
from pairup.planning.plan import Audience, Status
from pairup.planning.posting import plan_postings
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
