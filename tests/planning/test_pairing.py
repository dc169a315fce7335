"""Donors to recipients."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import best_by_trying_all

from pairup.planning.pairing import plan_pairings
from pairup.planning.plan import Status, Stop
from pairup.planning.problems import Donor, PairingProblem, Recipient, Tie, read_problem
from pairup.planning.verify import check_plan


def some_pairings(*rows: str, capacity: float = 10, **more):
    """Type a question: each row is `DONOR RECIPIENT WORTH LOAD`."""
    parts = [row.split() for row in rows]
    donors = more.pop("donors", [Donor(d, capacity) for d in dict.fromkeys(row[0] for row in parts)])
    recipients = more.pop("recipients", [Recipient(r) for r in dict.fromkeys(row[1] for row in parts)])
    options = [(d, r, float(worth), float(load)) for d, r, worth, load in parts]
    return PairingProblem.from_columns(donors, recipients, options, **more)


@st.composite
def small_questions(draw: st.DrawFn) -> PairingProblem:
    """At most 3 donors, 3 recipients and 9 options, with every feature of the format."""
    donors, recipients = (
        ["FJ", "GD", "ZJ"][: draw(st.integers(1, 3))],
        ["nang", "tingri", "zayu"][: draw(st.integers(1, 3))],
    )
    pairs = [(d, r) for d in donors for r in recipients]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1))
    loads = st.sampled_from([0, 0.1, 0.2, 0.3, 1, 2.5])
    return PairingProblem.from_columns(
        [Donor(d, draw(st.sampled_from([0.3, 0.6, 1, 3, 6])), draw(st.none() | st.integers(0, 2))) for d in donors],
        [Recipient(r, draw(st.integers(0, 1)), draw(st.none() | st.integers(0, 3))) for r in recipients],
        [(d, r, draw(st.sampled_from([-4, -1, 1, 2, 3.5])), draw(loads)) for d, r in chosen],
        existing=draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3)),
        change_cost=draw(st.sampled_from([0, 1, 2.5])),
        locks=[pair for pair in chosen if draw(st.integers(0, 7)) == 0],
        forbids=[pair for pair in pairs if draw(st.integers(0, 7)) == 0],
    )


@settings(max_examples=150)
@given(small_questions())
def test_nothing_beats_the_plan(problem):
    plan = plan_pairings(problem)

    best = best_by_trying_all(problem)
    assert plan.status is (Status.INFEASIBLE if best is None else Status.OPTIMAL)
    assert best is None or plan.objective == pytest.approx(best)


@settings(max_examples=50)
@given(small_questions())
def test_a_plan_without_time_claims_no_more_than_it_knows(problem):
    plan = plan_pairings(problem, stop=Stop(seconds=0))

    best = best_by_trying_all(problem)
    if plan.has_plan:
        assert plan.objective <= best + 1e-9 and best <= plan.bound + 1e-9
    assert check_plan(problem, plan) == []


def test_loads_that_fill_a_capacity_to_the_last_decimal_fit():
    question = some_pairings("FJ nang 1 0.1", "FJ tingri 1 0.2", capacity=0.3)  # 0.1 + 0.2 > 0.3 in binary

    assert plan_pairings(question).objective == 2


def test_loads_that_only_the_machine_adds_up_to_fit_do_not():
    question = some_pairings("FJ nang 1 0.7", "FJ tingri 1 0.1", capacity=0.7999999999999999)  # 0.7 + 0.1 in binary

    assert plan_pairings(question).objective == 1


def test_a_load_over_capacity_by_less_than_a_solver_sees_is_refused():
    question = some_pairings("FJ nang 5 500000000", "FJ tingri 5 500000000.01", capacity=1_000_000_000)

    plan = plan_pairings(question)

    assert plan.status is Status.OPTIMAL and plan.objective == 5


def test_giving_up_an_existing_pair_costs_points():
    rows = "FJ nang 10 1", "GD nang 12 1"
    free = some_pairings(*rows, recipients=[Recipient("nang", 1, 1)], existing=[("FJ", "nang")])
    dear = some_pairings(*rows, recipients=[Recipient("nang", 1, 1)], existing=[("FJ", "nang")], change_cost=3)

    assert plan_pairings(free).chosen == (Tie("GD", "nang"),)
    assert plan_pairings(dear).chosen == (Tie("FJ", "nang"),)


def test_an_existing_pair_that_is_no_option_is_lost_whatever_is_chosen():
    rows = ("FJ nang 10 1",)
    recipients = [Recipient("nang"), Recipient("zayu")]
    question = some_pairings(*rows, recipients=recipients, existing=[("FJ", "zayu")], change_cost=3)

    assert plan_pairings(question).objective == 7


def test_a_clash_names_a_smallest_set_of_requirements():
    donors = [Donor("FJ", 1), Donor("GD", 100)]
    recipients = [Recipient("nang", 1, 1), Recipient("tingri", 1, 1), Recipient("zayu", 1, 1)]
    question = some_pairings("FJ nang 5 1", "FJ tingri 5 1", "GD zayu 1 1", donors=donors, recipients=recipients)

    plan = plan_pairings(question)

    assert [str(words) for words in plan.conflicts] == [
        "FJ carries 1 at most", "nang is helped by 1 at least", "tingri is helped by 1 at least",
    ]  # fmt: skip


REQUIREMENTS = {
    "capacity": ({"capacity": 1}, {"capacity": 2}),
    "most_partners": ({"donors": [Donor("FJ", 10, 1)]}, {"donors": [Donor("FJ", 10)]}),
    "most_donors": (
        {"recipients": [Recipient("nang", 0, 0), Recipient("tingri")]},
        {"recipients": [Recipient("nang"), Recipient("tingri")]},
    ),
    "forbids": ({"forbids": [("FJ", "nang")]}, {}),
}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_requirement_is_needed(name):
    kept, without = REQUIREMENTS[name]

    held = plan_pairings(some_pairings("FJ nang 5 1", "FJ tingri 6 1", **kept))
    free = plan_pairings(some_pairings("FJ nang 5 1", "FJ tingri 6 1", **without))

    assert held.objective < free.objective


@pytest.mark.parametrize(
    "name, change", [("fewest_donors", {"recipients": [Recipient("nang", 1)]}), ("locks", {"locks": [("FJ", "nang")]})]
)
def test_what_must_be_is_taken_though_it_costs(name, change):
    assert plan_pairings(some_pairings("FJ nang -5 1", **change)).objective == -5
    assert plan_pairings(some_pairings("FJ nang -5 1")).objective == 0


def test_a_question_survives_json():
    question = some_pairings("FJ nang 5 1.5", existing=[("FJ", "nang")], change_cost=2, locks=[("FJ", "nang")])

    assert read_problem(question.to_dict()).to_dict() == question.to_dict()


def test_why_names_the_cost_of_the_other_choice():
    limits = [Recipient("nang", 1, 1)]
    plan = plan_pairings(some_pairings("FJ nang 10 1", "GD nang 12 1", recipients=limits))

    assert plan.why(("GD", "nang")).cost == plan.why(("FJ", "nang")).cost == 2
    assert str(plan.why(("FJ", "nang"))) == (
        "FJ – nang is not chosen: with it the plan loses 2 points.\n  GD – nang goes out\n  FJ – nang comes in"
    )
