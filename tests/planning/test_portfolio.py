"""What can be asked of a portfolio beside the plan worth most, and the searches for large ones."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import best_by_trying_all, is_kept

from pairup.bench.portfolios import knapsack, programme
from pairup.errors import InputError
from pairup.planning.funding import plan_funding
from pairup.planning.plan import Ended, Status, Stop
from pairup.planning.portfolio.annealing import Course, Table, anneal, begun, so_far
from pairup.planning.portfolio.equity import fairest, frontier, gini, worth_by_place
from pairup.planning.portfolio.floors import floor_costs
from pairup.planning.portfolio.lottery import lottery, smallest_effect, trade_off
from pairup.planning.portfolio.prices import line_words
from pairup.planning.portfolio.pure import as_knapsack
from pairup.planning.portfolio.shares import line_purses, place_gains, plan_equal_shares, told_apart
from pairup.planning.portfolio.table import kinds_of, rounded_start, table_of
from pairup.planning.portfolio.tree import search
from pairup.planning.portfolio.uncertain import (
    RunningCost,
    cost_scenarios,
    overruns,
    plan_under_risk,
    with_running_costs,
)
from pairup.planning.problems import Funding, FundingProblem, Line, Project, Way, read_problem
from pairup.planning.verify import check_plan

NONE = np.empty(0, dtype=np.int64)


def a_project(code: str, worth: float, cost: float, place: str | None = None, live: float = 1.0, **more) -> Project:
    return Project(code, (Way("now", worth, {"FJ-2026": cost}),), {"livelihood": live}, place, **more)


def a_portfolio(*projects: Project, capacity: float = 100, **more) -> FundingProblem:
    return FundingProblem.from_rows([Line("FJ-2026", capacity, True)], projects, **more)


# --- the knapsack ---------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.integers(1, 9), st.integers(1, 3), st.integers(0, 10_000), st.booleans())
def test_the_tree_finds_and_proves_what_trying_all_finds(items, rows, seed, is_counted):
    random = np.random.default_rng(seed)
    worth = random.integers(1, 20, items).astype(float)
    table = random.integers(0, 10, (rows, items)).astype(float)
    room = np.floor(table.sum(axis=1) * random.random(rows))
    equal = -1
    if is_counted:
        table, room, equal = np.vstack([table, np.ones(items)]), np.append(room, items // 2), rows
    choices = np.array(np.meshgrid(*[[0, 1]] * items)).reshape(items, -1)
    used = table @ choices
    fits = (used <= room[:, None]).all(axis=0)
    if is_counted:
        fits &= used[equal] == room[equal]
    best = float((worth @ choices)[fits].max()) if fits.any() else -1.0

    ended, _, value, found, _ = search(
        worth, table, room, equal, np.full(items, -1), -1.0, 1.0, 10**6, NONE
    )  # fmt: skip
    at_best = search(worth, table, room, equal, np.full(items, -1), best, 1.0, 10**6, NONE)

    assert (ended, value) == (1, best)
    assert not fits.any() or worth @ found == best
    assert at_best[0] == 1 and not len(at_best[3])


def test_a_knapsack_is_proved_and_agrees_with_the_general_solver():
    question = knapsack(50, 3, 0.5, 4)
    general = replace(question, floors=(("nothing", 0.0),))

    plan, other = plan_funding(question), plan_funding(general)

    assert plan.status is other.status is Status.OPTIMAL and plan.objective == other.objective
    assert plan.run.solver != other.run.solver and plan.run.ended is Ended.PROOF


def test_a_knapsack_by_counted_work_is_repeatable_and_claims_a_true_bound():
    question = knapsack(60, 5, 0.5, 1)
    best = plan_funding(question).objective

    first, second = (plan_funding(question, stop=Stop(work=300)) for _ in range(2))

    assert first.chosen == second.chosen and first.bound == second.bound
    assert first.objective <= best <= first.bound and first.run.ended is Ended.WORK


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_knapsack_by_the_clock_has_a_plan_and_a_bound(seconds):
    question = knapsack(80, 10, 0.25, 1)

    plan = plan_funding(question, stop=Stop(seconds=seconds))

    assert plan.has_plan and plan.objective <= plan.bound and plan.run.seconds <= seconds + 1.5


def test_locks_and_forbids_of_a_knapsack_are_kept():
    question = knapsack(60, 3, 0.5, 1)
    free = plan_funding(question)
    taken, left = free.chosen[0], next(way for way in question.ways if way not in free.chosen)

    held = plan_funding(replace(question, locks=((left.project,),), forbids=((taken.project,),)))

    assert as_knapsack(held.problem) is not None
    assert left in held.chosen and taken not in held.chosen and held.objective <= free.objective


@pytest.mark.parametrize("what", ["floors", "exclusions", "fractions"])
def test_what_is_more_than_a_knapsack_is_not_taken_for_one(what):
    question = knapsack(60, 3, 0.5, 1)
    projects = list(question.projects)
    if what == "exclusions":
        projects[0] = projects[0]._replace(excludes=(projects[1].id,))
    if what == "fractions":
        projects[0] = projects[0]._replace(ways=(Way("take", 1 / 3, projects[0].ways[0].loads),))
    floors = [("none", 0.5)] if what == "floors" else []

    assert as_knapsack(question) is not None
    assert as_knapsack(FundingProblem.from_rows(question.lines, projects, floors=floors)) is None


# --- programmes -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large() -> FundingProblem:
    return programme(250, 5, 4, payers=3, seed=3)


def test_a_programme_keeps_everything_within_a_proved_gap(large):
    plan = plan_funding(large, stop=Stop(work=300))

    assert check_plan(large, plan) == [] and plan.run.ended is Ended.WORK
    assert plan.gap is not None and plan.gap < 0.1


def test_a_programme_by_counted_work_is_repeatable(large):
    first, second = (plan_funding(large, stop=Stop(work=50), seed=5) for _ in range(2))

    assert first.chosen == second.chosen and first.bound == second.bound


def test_a_programme_without_time_has_a_plan(large):
    plan = plan_funding(large, stop=Stop(seconds=0))

    assert plan.has_plan and check_plan(large, plan) == []


def test_a_programme_keeps_what_is_forbidden_out(large):
    taken = plan_funding(large, stop=Stop(work=50)).chosen[0]

    plan = plan_funding(replace(large, forbids=((taken.project,),)), stop=Stop(work=50))

    assert taken.project not in {item.project for item in plan.chosen}


@pytest.mark.parametrize("stop", [Stop(work=50), Stop(seconds=3)])
def test_a_programme_without_money_carries_out_nothing(large, stop):
    question = replace(large, lines=tuple(line._replace(capacity=0) for line in large.lines))

    plan = plan_funding(question, stop=stop)

    assert plan.status is Status.OPTIMAL and plan.chosen == () and plan.bound == 0


@pytest.fixture(scope="module")
def arrays(large) -> tuple[Table, np.ndarray]:
    table, ways, _ = table_of(large, np.ones(len(large.ways), dtype=np.bool_))
    assert len(ways) == len(large.ways)
    return table, np.arange(len(ways))


def annealed(table: Table, offered: np.ndarray, start: np.ndarray, moves: int, parts: int = 1) -> np.ndarray:
    starts = np.searchsorted(table.project[offered], np.arange(len(start) + 1))
    ones, floors = np.ones(len(table.room)), np.ones(len(table.floors))
    course = Course(moves, np.array([20.0, 1.0]), ones, floors, np.array([0.1, 30.0]), 20, 0.3)
    kinds, run = kinds_of(table, offered), begun(table, start, 1)
    bounds = np.linspace(0, moves, parts + 1).astype(int).tolist()
    for first, last in pairwise(bounds):
        anneal(table, kinds, offered, starts, run, course, first, last)
        assert is_within(table, so_far(table, run, course))
    return run.kept


def is_within(table: Table, found: np.ndarray) -> bool:
    """Whether a choice keeps every line and floor, summed anew."""
    taken = np.zeros(len(table.worth), dtype=np.bool_)
    taken[found[found >= 0]] = True
    used = np.bincount(
        table.load_line, weights=table.load * np.repeat(taken, np.diff(table.load_starts)), minlength=len(table.room)
    )
    return bool(taken.any() and (used <= table.room).all() and (table.floors @ taken >= 0).all())


def test_annealing_from_a_choice_that_breaks_lines_ends_in_a_plan_that_keeps_them(large, arrays):
    table, offered = arrays
    start = rounded_start(table, np.ones(len(large.ways)))  # every project, as needs and exclusions let it

    found = annealed(table, offered, start, 20_000)

    assert is_within(table, found) and is_together(large, found)


@pytest.mark.parametrize("parts", [2, 7, 400])
def test_annealing_in_parts_is_the_same_annealing_and_has_a_plan_after_each(large, arrays, parts):
    table, offered = arrays
    start = rounded_start(table, np.ones(len(large.ways)))

    whole, pieces = (annealed(table, offered, start, 20_000, parts=count) for count in (1, parts))

    assert (whole == pieces).all()


def is_together(large: FundingProblem, chosen: np.ndarray) -> bool:
    codes = {large.projects[at].id for at in np.flatnonzero(chosen >= 0)}
    inside = [project for project in large.projects if project.id in codes]
    return all(set(project.needs) <= codes and not set(project.excludes) & codes for project in inside)


def test_rounding_keeps_needs_and_exclusions(large, arrays):
    table, _ = arrays
    share = np.random.default_rng(1).random(len(large.ways))

    for amount in (np.ones(len(large.ways)), share):
        start = rounded_start(table, amount)
        assert (start >= 0).any() and (amount[start[start >= 0]] > 0.5).all() and is_together(large, start)


def test_ways_of_a_kind_take_of_the_same_lines_and_rise_in_what_they_take(arrays):
    table, offered = arrays

    kinds = kinds_of(table, offered)

    def lines_and_load(way: int) -> tuple[list[int], float]:
        part = slice(table.load_starts[way], table.load_starts[way + 1])
        return table.load_line[part].tolist(), float(table.load[part].sum())

    for low, high in zip(kinds.starts[:20], kinds.starts[1:21], strict=True):
        told = [lines_and_load(way) for way in kinds.ways[low:high].tolist()]
        assert all(lines == told[0][0] for lines, _ in told) and [load for _, load in told] == sorted(
            load for _, load in told
        )


# --- floors and prices ----------------------------------------------------------------------------------------------


def test_a_floor_costs_what_the_plan_without_it_is_worth_more():
    question = a_portfolio(
        a_project("hall", 30, 50, live=0.0), a_project("heat", 16, 50), a_project("road", 10, 50),
        floors=[("livelihood", 0.8)],
    )  # fmt: skip
    plan = plan_funding(question)

    (cost,) = floor_costs(plan)

    assert (cost.least, cost.most) == (20, 20) and cost.is_proved  # 26 with the floor, 46 without
    assert cost.marginal is not None and cost.marginal > 0
    assert str(cost).startswith("The floor on livelihood costs 20 points; one more point of share would cost about ")


def test_two_floors_are_told_alone_and_together():
    question = a_portfolio(
        a_project("hall", 30, 50, live=0.0), a_project("heat", 16, 50), floors=[("livelihood", 0.8), ("roads", 0.1)]
    )

    costs = floor_costs(plan_funding(question))

    assert [cost.tags for cost in costs] == [("livelihood",), ("roads",), ("livelihood", "roads")]
    assert costs[-1].most == 46 and costs[-1].marginal is None


def test_the_price_of_a_line_bounds_what_more_of_it_gains():
    projects = [a_project(f"p{at}", 10 + at, 30) for at in range(6)]
    plan = plan_funding(a_portfolio(*projects))
    more = plan_funding(a_portfolio(*projects, capacity=130))

    assert more.objective <= plan.prices.bound + 30 * plan.prices.limits["FJ-2026"] + 1e-6
    assert all(plan.objective >= 0 and plan.prices.bound - loss >= -1e-6 for loss in plan.prices.loss)
    assert "FJ-2026" in line_words(plan.prices, "FJ-2026").say()


# --- equity ---------------------------------------------------------------------------------------------------------


def two_places(**more) -> FundingProblem:
    rich = [a_project(f"rich{at}", 20, 25, "nang") for at in range(4)]
    poor = [a_project(f"poor{at}", 10, 25, "milin") for at in range(4)]
    return a_portfolio(*rich, *poor, **more)


def test_each_place_reaches_what_it_is_promised():
    plan = plan_funding(two_places(least=[("milin", 15)]))

    assert worth_by_place(plan.problem, plan.chosen) == {"milin": 20, "nang": 40}
    assert read_problem(plan.problem.to_dict()).to_dict() == plan.problem.to_dict()


def test_a_promise_that_cannot_be_kept_is_named():
    plan = plan_funding(two_places(least=[("milin", 41)]))

    assert plan.status is Status.INFEASIBLE and "milin reaches at least 41 points" in str(plan.conflicts[0])


def test_a_plan_that_leaves_a_place_short_is_found_out():
    plan = plan_funding(two_places())

    broken = check_plan(replace(plan.problem, least=(("milin", 15.0),)), plan)

    assert [str(finding.words) for finding in broken] == ["milin reaches 0 points, not 15.0"]


def test_the_frontier_falls_in_worth_and_rises_in_equity():
    points = frontier(two_places(), steps=4)

    assert [(point.worth, point.smallest) for point in points] == [(80, 0), (70, 10), (60, 20)]
    assert [round(point.gini, 3) for point in points] == [0.5, 0.357, 0.167]
    assert fairest(two_places()) == pytest.approx(20, abs=0.5)


def test_the_frontier_is_the_same_however_many_work_at_it():
    alone, both = (frontier(two_places(), steps=4, jobs=jobs) for jobs in (1, 2))

    assert [(point.worth, point.smallest) for point in alone] == [(point.worth, point.smallest) for point in both]


def test_gini_is_nothing_where_all_have_the_same():
    assert gini([3.0, 3.0, 3.0]) == pytest.approx(0) and gini([]) == 0 and gini([0.0, 8.0]) == 0.5


# --- uncertain costs ------------------------------------------------------------------------------------------------


def test_worst_cases_stay_within_what_the_line_holds():
    question = a_portfolio(*(a_project(f"p{at}", 10 + at, 20) for at in range(8)))
    factors = cost_scenarios(question, spread=0.3, count=200, seed=1)

    bold, careful = plan_funding(question), plan_under_risk(question, factors, worst=0.1)

    (risk,) = overruns(question, bold.chosen, factors, 0.1)
    assert risk.worst > 0 and careful.is_within and careful.plan.objective < bold.objective
    over = _tail_cost(question, careful.plan.chosen, factors)
    assert over <= 100 + 1e-6 and check_plan(question, replace(careful.plan, problem=question)) == []


def test_no_careful_plan_is_worth_more_than_the_one_found():
    question = a_portfolio(*(a_project(f"p{at}", 10 + 3 * at, 15 + 5 * at) for at in range(6)))
    factors = cost_scenarios(question, spread=0.3, count=60, seed=1)

    found = plan_under_risk(question, factors, worst=0.2)

    every = [tuple(Funding(f"p{at}", "now") for at in range(6) if mask >> at & 1) for mask in range(64)]
    best = max(
        sum(10 + 3 * int(item.project[1:]) for item in chosen) for chosen in every
        if is_kept(question, chosen) and _tail_cost(question, chosen, factors, 12) <= 100
    )  # fmt: skip
    assert found.plan.objective == best


def _tail_cost(question, chosen, factors, tail=20) -> float:
    cost = sum((20 if len(question.projects) == 8 else 15 + 5 * at) * factors[:, at]
               for at, project in enumerate(question.projects) if Funding(project.id, "now") in chosen)  # fmt: skip
    return float(np.sort(np.broadcast_to(cost, (len(factors),)))[::-1][:tail].mean())


def test_running_costs_fall_on_the_payer_after_completion():
    lines = [Line("FJ-2026", 100, True), Line("NANG-2026", 9), Line("NANG-2027", 9), Line("NANG-2028", 9)]
    question = FundingProblem.from_rows(lines, [a_project("clinic", 9, 50), a_project("school", 8, 40)])
    running = {"clinic": RunningCost(5, "NANG"), "school": RunningCost(6, "NANG")}

    kept = with_running_costs(question, running)

    assert kept.projects[0].ways[0].loads == {"FJ-2026": 50, "NANG-2027": 5, "NANG-2028": 5}
    assert plan_funding(question).objective == 17 and plan_funding(kept).objective == 9


@pytest.mark.parametrize("payer", [None, "GONE"])
def test_a_project_whose_running_costs_nobody_pays_is_refused(payer):
    with pytest.raises(InputError, match="Nobody pays to keep these running: clinic"):
        with_running_costs(a_portfolio(a_project("clinic", 9, 50)), {"clinic": RunningCost(5, payer)})


# --- equal shares ---------------------------------------------------------------------------------------------------


def test_equal_shares_buy_for_each_place_what_its_part_can_pay():
    plan, best = plan_equal_shares(two_places()), plan_funding(two_places())

    assert worth_by_place(plan.problem, plan.chosen) == {"milin": 20, "nang": 40}
    assert plan.status is Status.FEASIBLE and plan.bound is None
    told = [str(words) for words in told_apart(plan, best)]
    assert told[0] == "Equal shares cost 20 points against the portfolio worth most."
    assert "milin goes from 0 to 20 points." in told


def test_what_is_left_over_goes_to_the_portfolio_worth_most():
    question = a_portfolio(a_project("heat", 20, 60, "nang"), a_project("road", 9, 40, "nang"),
                           a_project("hall", 1, 60, "milin"))  # fmt: skip

    assert {item.project for item in plan_equal_shares(question).chosen} == {"heat", "road"}


def two_lines() -> FundingProblem:
    def project(code: str, place: str, worth: float, line: str, cost: float) -> Project:
        return Project(code, (Way("now", worth, {line: cost}),), {}, place)

    return FundingProblem.from_rows(
        [Line("FJ-2026", 100, True), Line("HB-2026", 100, True)],
        [project("hall", "nang", 10, "FJ-2026", 100), project("well", "milin", 4, "FJ-2026", 50),
         project("road", "nang", 9, "HB-2026", 100)],
    )  # fmt: skip


def test_what_one_line_holds_pays_for_nothing_of_another():
    question = two_lines()

    # pooled, nang's 100 of 200 would buy the hall with money of another donor, and leave milin nothing
    assert line_purses(question, place_gains(question)) == {
        "FJ-2026": {"milin": 50, "nang": 50}, "HB-2026": {"nang": 100},
    }  # fmt: skip
    assert {item.project for item in plan_equal_shares(question).chosen} == {"road", "well"}


# --- lotteries ------------------------------------------------------------------------------------------------------


def near_ties() -> FundingProblem:
    return a_portfolio(*(a_project(f"p{at}", 20 - at % 2, 25) for at in range(8)))


def test_a_lottery_swaps_near_ties_and_keeps_everything():
    plan = plan_funding(near_ties())

    drawn = [lottery(plan, within=0.05, seed=seed) for seed in range(8)]

    assert all(is_kept(plan.problem, found.drawn) for found in drawn)
    assert len(drawn[0].groups) == 4 and len({found.drawn for found in drawn}) > 1
    assert lottery(plan, within=0.05, seed=3) == drawn[3]
    worth = plan.problem.worth
    for found in drawn:
        points = sum(float(worth[plan.problem.option_at[item]]) for item in found.drawn)
        assert points == plan.objective - found.lost and found.lost <= found.most <= 0.05 * plan.objective


def test_a_lottery_never_draws_what_the_line_cannot_hold():
    question = a_portfolio(a_project("heat", 20, 60), a_project("road", 20, 40), a_project("hall", 20, 61))
    plan = plan_funding(question)

    assert lottery(plan, within=0.5, seed=1).groups == ()


def test_the_smallest_effect_falls_with_the_number_compared():
    assert smallest_effect(50, 50, 2.0) == pytest.approx(2.8 * 2 * (1 / 50 + 1 / 50) ** 0.5)
    assert smallest_effect(0, 9) is None
    table = trade_off(plan_funding(near_ties()), [0.0, 0.05], seed=1)
    assert [row[1] for row in table] == [0, 4] and table[0][4] is None and table[1][4] is not None


def test_a_lottery_says_what_it_loses_and_shows():
    found = lottery(plan_funding(near_ties()), within=0.05, seed=1)

    assert "4 draws lose" in str(found.words()) and found.facts()["seed"] == 1


def test_best_by_trying_all_agrees_on_a_place_that_is_promised():
    question = two_places(least=[("milin", 5)])

    assert plan_funding(question).objective == best_by_trying_all(question)
