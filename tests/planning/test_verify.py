"""The checker sees every breach. Each case plants one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rounds import a_round
from test_funding import a_portfolio, a_project
from test_pairing import some_pairings
from test_stable import a_market

from pairup.planning.funding import plan_funding
from pairup.planning.pairing import plan_pairings
from pairup.planning.plan import Status
from pairup.planning.posting import plan_postings
from pairup.planning.problems import Donor, Funding, Posting, Project, Recipient, Tie, Way
from pairup.planning.verify import check_chosen, check_plan

DAYS = {"q": ("2028-01-01", "2028-06-30"), "r": ("2028-06-30", "2028-12-31")}
TWO = "A FJ q 5", "B FJ r 5"
A_Q, B_R = Posting("A", "q"), Posting("B", "r")

POSTINGS = {
    "broken-no-option": (a_round(*TWO), [Posting("A", "r")]),
    "broken-forbid": (a_round(*TWO, forbids=[("A", "q")]), [A_Q]),
    "broken-lock": (a_round(*TWO, locks=[("A", "q")]), [B_R]),
    "broken-seats": (a_round("A FJ q 5", "B FJ q 5"), [A_Q, Posting("B", "q")]),
    "broken-must-fill": (a_round(*TWO, must_fill="q"), [B_R]),
    "broken-two-posts": (a_round("A FJ q 5", "A FJ r 5", post_days=DAYS), [A_Q, Posting("A", "r")]),
    "broken-away": (a_round(*TWO, post_days=DAYS, person_days={"A": ("2028-01-02", "")}), [A_Q]),
    "broken-quota": (a_round(*TWO, quota={"FJ": 1}), [A_Q, B_R]),
    "broken-cap": (a_round(*TWO, most=1, places={"q": "x", "r": "x"}), [A_Q, B_R]),
    "broken-team": (a_round(*TWO, teams={"q": "t", "r": "t"}), [A_Q]),
    "broken-team-donors": (
        a_round("A FJ q 5", "B GD r 5", teams={"q": "t", "r": "t"}, one_donor_teams=["t"]),
        [A_Q, B_R],
    ),
    "broken-couple": (a_round(*TWO, couples=[("A", "B")]), [A_Q, B_R]),
    "broken-not-accepted": (a_market({"A": "q"}, {"q": "A", "r": "A"}), [Posting("A", "r")]),
}
PAIRINGS = {
    "broken-no-option": (some_pairings("FJ nang 1 1"), [Tie("FJ", "zayu")]),
    "broken-forbid": (some_pairings("FJ nang 1 1", forbids=[("FJ", "nang")]), [Tie("FJ", "nang")]),
    "broken-lock": (some_pairings("FJ nang 1 1", locks=[("FJ", "nang")]), []),
    "broken-capacity": (some_pairings("FJ nang 1 10.01"), [Tie("FJ", "nang")]),
    "broken-most-partners": (some_pairings("FJ nang 1 1", donors=[Donor("FJ", 9, 0)]), [Tie("FJ", "nang")]),
    "broken-donors": (some_pairings("FJ nang 1 1", recipients=[Recipient("nang", 1)]), []),
}
TWO_WAYS = Project("heat", (Way("a", 1, {}), Way("b", 1, {})), {})
HEAT = Funding("heat", "now")
FUNDINGS = {
    "broken-no-option": (a_portfolio(a_project("heat", 1, 1)), [Funding("heat", "later")]),
    "broken-forbid": (a_portfolio(a_project("heat", 1, 1), forbids=[("heat",)]), [HEAT]),
    "broken-lock": (a_portfolio(a_project("heat", 1, 1), locks=[("heat", "now")]), []),
    "broken-two-ways": (a_portfolio(TWO_WAYS), [Funding("heat", "a"), Funding("heat", "b")]),
    "broken-needs": (a_portfolio(a_project("heat", 1, 1, needs=("road",)), a_project("road", 1, 1)), [HEAT]),
    "broken-excludes": (
        a_portfolio(a_project("heat", 1, 1), a_project("road", 1, 1, excludes=("heat",))),
        [HEAT, Funding("road", "now")],
    ),
    "broken-capacity": (a_portfolio(a_project("heat", 1, 100.01)), [HEAT]),
    "broken-floor": (a_portfolio(a_project("heat", 1, 1, live=0.79), floors=[("livelihood", 0.8)]), [HEAT]),
}
CASES = [(kind, code, *case) for kind in (POSTINGS, PAIRINGS, FUNDINGS) for code, case in kind.items()]


@pytest.mark.parametrize("kind, code, problem, chosen", CASES, ids=[f"{case[2].kind}-{case[1]}" for case in CASES])
def test_a_planted_breach_is_seen(kind, code, problem, chosen):
    seen: list[str] = []

    check_chosen(problem, chosen, lambda what, **facts: seen.append(what))

    assert seen == [code]


def test_a_row_chosen_twice_is_seen():
    seen: list[str] = []

    check_chosen(
        some_pairings("FJ nang 1 1", recipients=[Recipient("nang")]),
        [Tie("FJ", "nang")] * 2,
        lambda what, **facts: seen.append(what),
    )

    assert "broken-twice" in seen


@pytest.mark.parametrize(
    "plan",
    [
        plan_postings(a_round(*TWO)),
        plan_pairings(some_pairings("FJ nang 1 1")),
        plan_funding(a_portfolio(a_project("heat", 1, 1))),
    ],
    ids=["postings", "pairings", "funding"],
)
def test_a_plan_that_lies_about_its_worth_or_bound_is_seen(plan):
    assert check_plan(plan.problem, plan) == []

    higher = replace(plan, status=Status.FEASIBLE, objective=plan.objective + 1, bound=plan.bound + 2)
    lower = replace(plan, status=Status.FEASIBLE, bound=plan.bound - 1)

    assert [finding.words.code for finding in check_plan(plan.problem, higher)] == ["planning.broken-objective"]
    assert [finding.words.code for finding in check_plan(plan.problem, lower)] == ["planning.broken-bound"]


def test_a_plan_that_hides_who_would_leave_is_seen():
    market = a_market({"A": "q", "B": "r"}, {"q": "A", "r": "B"}, quota={"D": 1})
    plan = plan_postings(market)

    hidden = replace(plan, further=plan.further | {"blocking_pairs": [], "blocking_bound": 0})

    assert check_plan(market, plan) == [] and {f.words.code for f in check_plan(market, hidden)} == {
        "planning.broken-blockers"
    }


def test_sums_are_taken_as_written_not_as_the_machine_holds_them():
    fits = some_pairings("FJ nang 1 0.1", "FJ tingri 1 0.2", capacity=0.3)
    seen: list[str] = []

    check_chosen(fits, [Tie("FJ", "nang"), Tie("FJ", "tingri")], lambda what, **facts: seen.append(what))

    assert seen == []


def test_a_refusal_without_a_reason_is_seen():
    plan = plan_postings(a_round(*TWO, must_fill="s"))

    assert check_plan(plan.problem, plan) == []
    assert [f.words.code for f in check_plan(plan.problem, replace(plan, conflicts=()))] == [
        "planning.broken-no-conflict"
    ]
