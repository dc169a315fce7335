"""Seasons of roads: which days are in one, what they do to a journey, and what is said where they leave none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pairup.errors import InputError
from pairup.planning.plan import Status
from pairup.planning.verify_visits import check_visits
from pairup.planning.visits import Day, DayStop, VisitProblem, plan_visits
from pairup.planning.visits.seasons import Season, day_of_year
from tests.planning.visit_cases import a_journey, a_site

SITES = [a_site("base"), a_site("near", 5, 10)]
WINTER: dict[str, Any] = {"name": "winter", "from": "11-15", "to": "04-15", "roads": [["base", "near"]]}


def a_winter(first_day: str | None = "2026-12-01", **season: Any) -> VisitProblem:
    return VisitProblem.from_dict(
        a_journey(*SITES, minutes=40, first_day=first_day, seasons=[WINTER | season] if season else [])
    )


@pytest.mark.parametrize(
    ("day", "is_in"),
    [("2026-11-14", False), ("2026-11-15", True), ("2026-12-31", True), ("2027-01-01", True), ("2027-04-15", True),
     ("2027-04-16", False)],
)  # fmt: skip
def test_a_season_over_the_new_year_holds_both_its_ends(day, is_in):
    assert Season("winter", (11, 15), (4, 15), 1.5, None).holds(date.fromisoformat(day)) is is_in


def test_a_season_within_one_year_holds_what_lies_between():
    summer = Season("summer", (6, 1), (8, 31), None, None)

    assert [summer.holds(date(2026, month, 15)) for month in (5, 6, 8, 9)] == [False, True, True, False]


@pytest.mark.parametrize("said", ["11-15", "02-29"])
def test_a_day_of_the_year_is_read(said):
    assert day_of_year(said) == tuple(map(int, said.split("-")))


@pytest.mark.parametrize("said", ["15-11", "02-30", "1-1", "0101", "aa-bb", "2026-01-01", "¹1-15"])
def test_what_is_no_day_of_the_year_is_not_read(said):
    assert day_of_year(said) is None


def test_a_slower_road_can_be_too_slow():
    assert plan_visits(a_winter(slower=1.25)).objective == 5  # 40 * 1.25 + 10 + 40 = 100
    assert plan_visits(a_winter(slower=1.3)).objective == 0
    assert plan_visits(a_winter("2026-05-01", slower=1.3)).objective == 5


def test_a_road_closed_for_the_season_takes_the_site_away():
    assert plan_visits(a_winter(closed=True)).objective == 0
    assert plan_visits(a_winter("2026-05-01", closed=True)).objective == 5


def test_a_season_that_ends_on_the_way_opens_the_road_on_the_next_day():
    said = a_winter("2027-04-15", closed=True).to_dict() | {"days": 2}

    plan = plan_visits(VisitProblem.from_dict(said))

    assert [len(day.stops) for day in sorted(plan.assignments)] == [0, 1]


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize(
    ("season", "code"), [({"closed": True}, "season-closed"), ({"slower": 3.0}, "season-slower")]
)  # fmt: skip
def test_a_season_that_leaves_no_journey_is_named(season, code, language):
    said = a_journey(*SITES, minutes=40, finish="near", first_day="2026-12-01", seasons=[WINTER | season])

    plan = plan_visits(VisitProblem.from_dict(said))

    assert plan.status is Status.INFEASIBLE
    assert f"visits.{code}" in [words.code for words in plan.conflicts]
    assert all("{" not in words.say(language) and "winter" in words.say(language) for words in plan.conflicts[:1])


def test_the_check_knows_the_seasons():
    journey = (Day(1, (DayStop("near", 40, 40, 50),), "base"),)

    def codes(problem: VisitProblem) -> list[str]:
        return [finding.words.code.removeprefix("visits.check-") for finding in check_visits(problem, journey)]

    assert codes(a_winter()) == codes(a_winter("2026-05-01", closed=True)) == []
    assert codes(a_winter(closed=True)) == ["too-fast"]
    assert codes(a_winter(slower=1.2)) == ["too-fast"]
    assert codes(a_winter(slower=1.3, roads=[["near", "base"]])) == ["late"]


def test_a_problem_with_seasons_survives_its_file():
    problem = a_winter(slower=1.25)

    assert VisitProblem.from_dict(problem.to_dict()) == problem
    assert problem.to_dict()["seasons"] == [WINTER | {"slower": 1.25, "closed": False}]
    assert "seasons" not in a_winter(None).to_dict()


@pytest.mark.parametrize(
    ("season", "first_day", "code"),
    [
        ({"slower": 1.5}, None, "visits.no-first-day"),
        ({"slower": 1.5, "closed": True}, "2026-12-01", "visits.season-one-of-two"),
        ({"closed": False}, "2026-12-01", "visits.season-one-of-two"),
        ({"slower": 1.5, "from": "15-11"}, "2026-12-01", "visits.not-a-day-of-year"),
        ({"slower": 0.5}, "2026-12-01", "reading.out-of-range"),
        ({"closed": True, "roads": [["base", "nowhere"]]}, "2026-12-01", "reading.unknown-id"),
        ({"closed": True}, "1 December", "reading.not-a-day"),
    ],
)
def test_a_season_that_cannot_be_read_is_refused(season, first_day, code):
    with pytest.raises(InputError) as refused:
        a_winter(first_day, **season)

    found = refused.value.facts["findings"]
    assert code in [finding.words.code for finding in found]
    assert all("{" not in finding.say(language) for finding in found for language in ("en", "zh_Hans"))
