"""One donor for each recipient: the search, its bound, and what it must keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import best_by_trying_all

from pairup.bench.pairings import a_hard_assignment
from pairup.planning.pairing import planner
from pairup.planning.pairing.engine import Found, searched
from pairup.planning.pairing.relax import prices_of
from pairup.planning.pairing.single import greedy, single_of
from pairup.planning.plan import Status, Stop
from pairup.planning.problems import Donor, PairingProblem, Recipient, Tie
from pairup.planning.trace import Trace
from pairup.planning.verify import check_plan


@st.composite
def small_assignments(draw: st.DrawFn) -> PairingProblem:
    """At most 3 donors and 4 recipients, each with one donor, or one at most; fractions, locks, forbids, ties."""
    donors, recipients = ["FJ", "GD", "ZJ"][: draw(st.integers(1, 3))], ["a", "b", "c", "d"][: draw(st.integers(1, 4))]
    pairs = [(d, r) for d in donors for r in recipients]
    return PairingProblem.from_columns(
        [Donor(d, draw(st.sampled_from([0.6, 1, 2.5, 6]))) for d in donors],
        [Recipient(r, draw(st.integers(0, 1)), 1) for r in recipients],
        [(d, r, draw(st.sampled_from([-7, -2, 1, 3.5])), draw(st.sampled_from([0, 0.1, 0.3, 1, 2]))) for d, r in pairs],
        existing=draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3)),
        change_cost=draw(st.sampled_from([0, 1, 2.5])),
        locks=[pair for pair in pairs if draw(st.integers(0, 9)) == 0],
        forbids=[pair for pair in pairs if draw(st.integers(0, 9)) == 0],
    )


def found_by_search(problem: PairingProblem, turns: int = 1) -> tuple[object, Found] | None:
    single = single_of(problem)
    if single is None:
        return None
    watch = Stop(work=turns).watch()
    return single, searched(single, watch, None, turns, 0, Trace(watch))


@settings(max_examples=80, deadline=None)
@given(small_assignments())
def test_the_search_and_its_bound_hold_against_trying_everything(problem):
    answer = found_by_search(problem)

    best = best_by_trying_all(problem)
    if answer is None:
        return
    single, found = answer
    assert best is None or best <= single.worth_of(found.bound) + 1e-9
    if found.owner is not None:
        assert best is not None and single.worth_of(single.cost_of(found.owner)) <= best + 1e-9


@settings(max_examples=60, deadline=None)
@given(small_assignments(), st.lists(st.floats(0, 50), min_size=4, max_size=4))
def test_any_prices_bound(problem, prices):
    single = single_of(problem)
    best = best_by_trying_all(problem)
    if single is None or best is None:
        return

    bound = single.bound_at(np.array(prices)[: len(single.room)])

    assert best <= single.worth_of(bound) + 1e-9


@settings(max_examples=60, deadline=None)
@given(small_assignments())
def test_nothing_beats_the_plan_of_the_search(problem):
    whole, planner.SMALL = planner.SMALL, 0
    try:
        plan = planner.plan_pairings(problem, stop=Stop(work=500))
    finally:
        planner.SMALL = whole

    best = best_by_trying_all(problem)
    assert plan.status is (Status.INFEASIBLE if best is None else Status.OPTIMAL)
    assert best is None or plan.objective == pytest.approx(best)


@pytest.mark.parametrize("kind, size", [("d", (5, 100)), ("e", (20, 100))])
def test_a_hard_assignment_is_near_its_bound_and_repeats(kind, size):
    question = a_hard_assignment(kind, *size, seed=3)

    one, other = (found_by_search(question, 2) for _ in range(2))

    single, found = one
    assert np.array_equal(found.owner, other[1].owner) and found.bound == other[1].bound
    assert single.is_kept(found.owner) and single.cost_of(found.owner) <= 1.02 * found.bound


def test_a_plan_stopped_by_counted_work_keeps_locks_and_forbids():
    free = a_hard_assignment("e", 10, 60, seed=1)
    lock, forbid = free.tie(7), Tie("d00", free.recipients[5].id)
    question = free.forcing(lock).forbidding(forbid)

    plan = planner.plan_pairings(question, stop=Stop(work=20))

    assert lock in plan.assignments and forbid not in plan.assignments
    assert check_plan(question, plan) == [] and plan.bound >= plan.objective


def test_no_time_at_all_is_no_error():
    question = a_hard_assignment("d", 5, 100, seed=1)

    plan = planner.plan_pairings(question, stop=Stop(seconds=0))

    assert plan.status in (Status.FEASIBLE, Status.UNKNOWN)


def test_prices_say_what_an_option_loses_at_least():
    question = a_hard_assignment("e", 5, 100, seed=1)
    plan = planner.plan_pairings(question, stop=Stop(work=3))

    unused = next(k for k in np.argsort(plan.prices.loss)[::-1] if question.tie(int(k)) not in plan.assignments)
    forced = planner.plan_pairings(question.forcing(question.tie(int(unused))), stop=Stop(work=3))

    assert plan.run.trace[-1].objective == plan.objective
    assert forced.objective <= plan.prices.bound - plan.prices.loss[unused] + 1e-6


def test_greedy_gives_up_where_nothing_fits():
    question = PairingProblem.from_columns(
        [Donor("FJ", 5)], [Recipient("a", 1, 1), Recipient("b", 1, 1)], [("FJ", "a", 1, 3), ("FJ", "b", 1, 3)]
    )

    assert greedy(single_of(question)) is None


@pytest.mark.parametrize(
    "donor, recipient, worth, load",
    [
        (Donor("FJ", 5, 1), Recipient("a", 1, 1), 1, 1),
        (Donor("FJ", 5), Recipient("a", 0, 2), 1, 1),
        (Donor("FJ", 5), Recipient("a", 1, 1), 0.123456789, 1),
        (Donor("FJ", 5), Recipient("a", 1, 1), 1, 0.123456789),
        (Donor("FJ", 5), Recipient("a", 1, 1), 1, 6),
    ],
)
def test_what_is_no_plain_assignment_is_left_to_the_solver(donor, recipient, worth, load):
    assert single_of(PairingProblem.from_columns([donor], [recipient], [("FJ", "a", worth, load)])) is None


def test_the_relaxation_is_met_where_capacities_do_not_bind():
    question = PairingProblem.from_columns(
        [Donor("FJ", 100), Donor("GD", 100)], [Recipient(f"r{k}", 1, 1) for k in range(9)],
        [(d, f"r{k}", -(k % 4) - (d == "GD") * (k % 3), 1) for d in ("FJ", "GD") for k in range(9)],
    )  # fmt: skip
    single = single_of(question)

    assert single.worth_of(single.bound_at(prices_of(single))) == best_of(question)


def best_of(question: PairingProblem) -> float:
    return sum(max(question.worth[question.option_recipient == r]) for r in range(len(question.recipients)))
