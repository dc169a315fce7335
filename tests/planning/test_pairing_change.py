"""What changes if a donor leaves or somebody joins, and coverage before worth."""

from __future__ import annotations

import pytest
from test_pairing import some_pairings

from pairup.errors import InputError
from pairup.planning.pairing import plan_coverage_first, plan_pairings, what_if_donor_leaves, what_if_joins
from pairup.planning.plan import Status
from pairup.planning.problems import Donor, Recipient, Tie

ONE_EACH = [Recipient("nang", 1, 1), Recipient("tingri", 1, 1)]
ROWS = ("FJ nang 10 1", "GD nang 8 1", "ZJ nang 8 1", "FJ tingri 5 1", "GD tingri 9 1", "ZJ tingri 9 1")


def test_a_donor_that_leaves_is_replaced_and_nobody_else_moves_without_gain():
    plan = plan_pairings(some_pairings(*ROWS, recipients=ONE_EACH))
    helper = next(tie.donor for tie in plan.assignments if tie.recipient == "tingri")

    change = what_if_donor_leaves(plan, "FJ")

    assert Tie(helper, "tingri") in change.plan.assignments  # GD and ZJ are worth the same: no needless change
    assert [tie.donor for tie in change.difference.lost] == ["FJ"] and change.plan.objective == 17
    assert str(change.words[0]) == "FJ leaves: 1 pairings end, 1 begin, 0 of them between others"


def test_leaving_may_be_impossible_and_says_why():
    plan = plan_pairings(some_pairings("FJ nang 10 1", "GD tingri 3 1", recipients=ONE_EACH))

    change = what_if_donor_leaves(plan, "FJ")

    assert change.plan.status is Status.INFEASIBLE
    assert [str(words) for words in change.words] == [
        "as it is, there is no plan; what stands in the way:",
        "nang is helped by 1 at least",
    ]


def test_a_donor_that_is_not_there_cannot_leave():
    with pytest.raises(InputError, match="no donor"):
        what_if_donor_leaves(plan_pairings(some_pairings(*ROWS)), "HB")


def test_a_region_that_joins_is_helped_with_as_few_changes_as_can_be():
    plan = plan_pairings(some_pairings(*ROWS, recipients=ONE_EACH, capacity=1))
    options = [("FJ", "zayu", 1, 1), ("GD", "zayu", 1, 1), ("ZJ", "zayu", 1, 1)]

    change = what_if_joins(plan, recipients=[Recipient("zayu", 1, 1)], options=options)

    assert change.difference.lost == () and len(change.difference.gained) == 1
    assert change.plan.objective == plan.objective + 1
    assert str(change.words[0]) == "zayu joins: 0 pairings end, 1 begin"


def test_a_donor_that_joins_takes_over_only_what_gains():
    plan = plan_pairings(some_pairings(*ROWS, recipients=ONE_EACH))

    change = what_if_joins(plan, donors=[Donor("HB", 5)], options=[("HB", "nang", 10, 1), ("HB", "tingri", 12, 1)])

    assert Tie("FJ", "nang") in change.plan.assignments and Tie("HB", "tingri") in change.plan.assignments


def test_coverage_comes_before_worth_and_has_a_price():
    question = some_pairings("FJ nang 10 2", "FJ tingri 1 2", "GD nang 9 2", "GD tingri -3 2", capacity=2)

    covered = plan_coverage_first(question)

    assert plan_pairings(question).objective == 19
    assert covered.least == 1 and covered.plan.objective == 10 and covered.price == 9 and covered.is_exact


def test_the_least_helped_is_raised_as_far_as_can_be():
    rows = [f"{d} {r} 1 1" for d in ("FJ", "GD", "ZJ") for r in ("nang", "tingri")]

    covered = plan_coverage_first(
        some_pairings(*rows, capacity=1, recipients=[Recipient("nang", 0, 1), Recipient("tingri")])
    )

    assert covered.least == 2
    assert sum(tie.recipient == "tingri" for tie in covered.plan.assignments) == 2


def test_coverage_without_any_plan_is_no_plan():
    covered = plan_coverage_first(some_pairings("FJ nang 5 9", capacity=1, recipients=[Recipient("nang", 1)]))

    assert covered.plan.status is Status.INFEASIBLE and covered.price is None


def test_where_nobody_has_room_it_is_told_who_would_take_over_with_more():
    rows = "FJ nang 10 1", "GD nang 8 1", "FJ tingri 5 1", "GD tingri 9 1"
    plan = plan_pairings(some_pairings(*rows, recipients=ONE_EACH, capacity=1))

    change = what_if_donor_leaves(plan, "FJ")

    assert change.plan.status is Status.INFEASIBLE
    assert [str(words) for words in change.words[:3]] == [
        "If each donor that stays could carry 1 more:", "GD – nang comes in",
        "as it is, there is no plan; what stands in the way:",
    ]  # fmt: skip
