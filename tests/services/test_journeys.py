"""Roads of the record as a journey meets them: each day has the roads that are in force on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pairup.planning.visits import VisitProblem
from pairup.services import plans
from tests.services.cast import ON, Tables, a_programme, load, rows


def a_visit(*roads: str, days: int = 3) -> VisitProblem:
    """The question of a journey from the day of the cast (23 November), with these roads."""
    programme: Tables = a_programme() | {"roads": rows("code start finish minutes from to", *roads)}
    load(programme)
    problem = plans.read_problem_of(plans.ask("visits", programme=None, round_code=None, on=ON, days=days))
    assert isinstance(problem, VisitProblem)
    return problem


def test_roads_that_do_not_change_have_no_season(record: Path) -> None:
    problem = a_visit("way east dale 90 - -")

    assert (problem.first_day, problem.seasons) == (None, ())


def test_a_road_that_is_slower_from_a_day_on_is_slower_on_that_day(record: Path) -> None:
    problem = a_visit("way east dale 90 - 2026-11-24", "winter-way east dale 120 2026-11-25 -")

    base, clinic = problem.at("base"), problem.at("dale-clinic")
    assert problem.first_day == ON
    assert problem.travel[0, base, clinic] == 90
    (season,) = problem.seasons
    assert [season.holds(date(2026, 11, day)) for day in (23, 24, 25)] == [False, False, True]
    assert season.slower == 120 / 90 and season.roads == ((base, clinic), (clinic, base))


def test_a_road_that_ends_on_the_way_is_closed_from_then_on(record: Path) -> None:
    problem = a_visit("way east dale 90 - 2026-11-23", days=2)

    (season,) = problem.seasons
    assert (season.first, season.slower) == ((11, 24), None)


def test_the_quicker_of_two_roads_counts(record: Path) -> None:
    problem = a_visit("way east dale 90 - -", "old-way east dale 150 - -")

    assert problem.travel[0, problem.at("base"), problem.at("dale-clinic")] == 90
