"""Money to projects."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import best_by_trying_all

from pairup.planning.funding import plan_funding
from pairup.planning.plan import Status, Stop
from pairup.planning.problems import Funding, FundingProblem, Line, Project, Way, read_problem
from pairup.planning.verify import check_plan


def a_project(code: str, worth: float, cost: float, live: float = 1.0, **more) -> Project:
    return Project(code, (Way("now", worth, {"FJ": cost}),), {"livelihood": live}, **more)


def a_portfolio(*projects: Project, capacity: float = 100, **more) -> FundingProblem:
    return FundingProblem.from_rows([Line("FJ", capacity, True)], projects, **more)


@st.composite
def small_portfolios(draw: st.DrawFn) -> FundingProblem:
    """At most 4 projects in at most 2 ways over 2 lines, with every feature of the format."""
    codes = [f"heat{k}" for k in range(draw(st.integers(1, 4)))]
    others = st.lists(st.sampled_from(codes), max_size=1)
    projects = []
    for code in codes:
        ways = tuple(
            Way(way, draw(st.sampled_from([-1, 1, 2, 3.5])), {"FJ": draw(loads), "hours": draw(loads)})
            for way in ["early", "late"][: draw(st.integers(1, 2))]
            for loads in [st.sampled_from([0, 0.1, 0.2, 1, 7])]
        )
        tags = {
            "livelihood": draw(st.sampled_from([0, 0.3, 0.5, 1.0])),
            "grassroots": draw(st.sampled_from([0, 0.7, 1.0])),
        }
        needs, excludes = ([other for other in draw(others) if other != code] for _ in range(2))
        projects.append(Project(code, ways, tags, needs=tuple(needs), excludes=tuple(excludes)))
    rows = [(code,) for code in codes] + [(project.id, way.id) for project in projects for way in project.ways]
    return FundingProblem.from_rows(
        [Line("FJ", draw(st.sampled_from([0.3, 1.1, 8])), True), Line("hours", draw(st.sampled_from([0.3, 8, 20])))],
        projects,
        floors=[
            (tag, draw(st.sampled_from([0.3, 0.5, 0.8]))) for tag in ("grassroots", "livelihood") if draw(st.booleans())
        ],
        locks=[row for row in rows if draw(st.integers(0, 11)) == 0],
        forbids=[row for row in rows if draw(st.integers(0, 11)) == 0],
    )


@settings(max_examples=150)
@given(small_portfolios())
def test_nothing_beats_the_plan(problem):
    plan = plan_funding(problem)

    best = best_by_trying_all(problem)
    assert plan.objective == pytest.approx(best) if best is not None else plan.status is Status.INFEASIBLE


@settings(max_examples=50)
@given(small_portfolios())
def test_a_plan_without_time_claims_no_more_than_it_knows(problem):
    plan = plan_funding(problem, stop=Stop(seconds=0))

    best = best_by_trying_all(problem)
    if plan.has_plan:
        assert plan.objective <= best + 1e-9 and best <= plan.bound + 1e-9
    assert check_plan(problem, plan) == []


def test_a_floor_holds_over_all_spending_on_money_lines():
    wanted = a_project("hall", 10, 20, live=0.0)
    question = a_portfolio(wanted, a_project("heat", 1, 80), floors=[("livelihood", 0.8)])
    alone = a_portfolio(wanted, floors=[("livelihood", 0.8)])

    assert plan_funding(question).objective == 11  # exactly 80 of 100
    assert plan_funding(alone).objective == 0


def test_a_floor_missed_by_a_cent_of_a_large_sum_is_missed():
    question = a_portfolio(
        a_project("hall", 10, 20_000_000.01, live=0.0), a_project("heat", 1, 80_000_000), capacity=1e9,
        floors=[("livelihood", 0.8)],
    )  # fmt: skip

    assert plan_funding(question).chosen == (Funding("heat", "now"),)


def test_a_way_has_its_own_worth_and_loads():
    ways = (Way("early", 9, {"FJ": 120}), Way("late", 5, {"FJ": 80}))
    question = a_portfolio(Project("heat", ways, {}))

    assert plan_funding(question).chosen == (Funding("heat", "late"),)


REQUIREMENTS = {
    "capacity": ({"capacity": 100}, {"capacity": 150}, {}),
    "floors": ({"floors": [("livelihood", 0.9)]}, {}, {"live": 0.5}),
    "needs": ({}, {}, {"needs": ("school",)}),
    "excludes": ({}, {}, {"excludes": ("road",)}),
    "forbids": ({"forbids": [("heat",)]}, {}, {}),
    "forbids of a way": ({"forbids": [("heat", "now")]}, {}, {}),
}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_requirement_is_needed(name):
    kept, without, own = REQUIREMENTS[name]
    school, road = a_project("school", -3, 60), a_project("road", 4, 0)
    cost = 120 if name == "capacity" else 50

    held = plan_funding(a_portfolio(a_project("heat", 9, cost, **own), school, road, **kept))
    free = plan_funding(a_portfolio(a_project("heat", 9, cost), school, road, **without))

    assert held.objective < free.objective == 13


def test_a_project_is_carried_out_in_one_way_only():
    ways = (Way("early", 9, {"FJ": 10}), Way("late", 5, {"FJ": 10}))

    assert plan_funding(a_portfolio(Project("heat", ways, {}))).objective == 9


@pytest.mark.parametrize("lock", [("heat",), ("heat", "now")])
def test_a_lock_is_taken_though_it_costs(lock):
    assert plan_funding(a_portfolio(a_project("heat", -9, 10), locks=[lock])).objective == -9
    assert plan_funding(a_portfolio(a_project("heat", -9, 10))).objective == 0


def test_a_clash_names_a_smallest_set_of_requirements():
    question = a_portfolio(
        a_project("heat", 9, 60), a_project("school", 9, 60), a_project("road", 1, 1), locks=[("heat",), ("school",)]
    )

    assert [str(words) for words in plan_funding(question).conflicts] == [
        "FJ holds 100 at most", "heat is carried out", "school is carried out",
    ]  # fmt: skip


def test_a_question_survives_json():
    heat = a_project("heat", 9, 60.5, needs=("road",), excludes=("hall",), place="nyainrong")
    hall, road = a_project("hall", 1, 2), a_project("road", 1, 1)
    question = a_portfolio(heat, hall, road, floors=[("livelihood", 0.8)], locks=[("heat", "now")], forbids=[("hall",)])

    assert read_problem(question.to_dict()).to_dict() == question.to_dict()


def test_the_worth_of_a_project_stands_for_ways_that_have_none():
    said = a_portfolio(a_project("heat", 9, 60)).to_dict()
    said["projects"][0]["worth"] = 7
    del said["projects"][0]["ways"][0]["worth"]

    assert plan_funding(read_problem(said)).objective == 7


def test_why_tells_what_would_come_in():
    plan = plan_funding(a_portfolio(a_project("heat", 9, 60), a_project("school", 7, 60)))

    reason = plan.why(("heat", "now"))

    assert reason.cost == 2 and "school – now comes in" in str(reason)


def a_large_portfolio(share: float):
    """Forty donors with eight projects each, more than are solved at once; the worthier ones serve the floor less."""
    projects, lines = [], []
    for donor in range(40):
        lines.append({"id": f"D{donor}", "capacity": 20, "is_money": True})
        for at in range(8):
            load = 3 + (7 * donor + 5 * at) % 8
            projects.append({
                "id": f"P{donor}-{at}", "worth": 10 + (donor + 3 * at) % 17,
                "tags": {"livelihood": 1 - ((donor + 3 * at) % 17) / 20},
                "ways": [{"id": "now", "loads": {f"D{donor}": load}}],
            })  # fmt: skip
    floors = [{"tag": "livelihood", "share": share}]
    return FundingProblem.from_dict(
        {"kind": "funding", "version": 1, "lines": lines, "projects": projects, "floors": floors}
    )


def test_floors_that_the_best_portfolio_keeps_cost_nothing_to_prove():
    without, kept = plan_funding(a_large_portfolio(0.0)), plan_funding(a_large_portfolio(0.4))

    assert (kept.status, kept.objective) == (Status.OPTIMAL, without.objective)
    assert kept.further["floors_cost"] == [0.0, 0.0]


def test_a_floor_that_binds_is_kept_and_its_plan_is_within_a_proved_gap():
    question = a_large_portfolio(0.7)

    plan = plan_funding(question, stop=Stop(work=2000))

    assert not check_plan(question, plan)
    assert plan.objective < plan_funding(a_large_portfolio(0.0)).objective
    assert plan.gap is not None and plan.gap < 0.01
    least, most = plan.further["floors_cost"]
    without = plan_funding(a_large_portfolio(0.0))
    assert least <= without.objective - plan.objective <= most and least > 0
