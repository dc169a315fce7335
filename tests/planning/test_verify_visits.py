from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pairup.planning.verify_visits import check_visits
from pairup.planning.visits import Day, DayStop, VisitProblem
from tests.planning.visit_cases import RULE, a_journey, a_site

SITES = [
    a_site("base", altitude_m=3000),
    a_site("near", 5, 10, (20, 40), altitude_m=3200),
    a_site("inn", may_sleep=True, altitude_m=3400),
    a_site("hut", may_sleep=True, altitude_m=4000),
]
CLOSED = {"from": "near", "to": "inn", "day": 1, "closed_from": 30, "closed_to": 35}
GOOD = (Day(1, (DayStop("near", 10, 20, 35),), "inn"), Day(2, (), "base"))


def the_problem(**more: Any) -> VisitProblem:
    said = a_journey(*SITES, days=2, nights="anywhere", altitude_rule=RULE, closures=[CLOSED])
    return VisitProblem.from_dict(said | more)


def codes(journey: tuple[Day, ...], objective: float | None = None, **more: Any) -> list[str]:
    found = check_visits(the_problem(**more), journey, objective)
    assert all("{" not in finding.say(language) for finding in found for language in ("en", "zh_Hans"))
    return [finding.words.code.removeprefix("visits.check-") for finding in found]


def with_stop(**change: Any) -> tuple[Day, ...]:
    return (dataclasses.replace(GOOD[0], stops=(dataclasses.replace(GOOD[0].stops[0], **change),)), GOOD[1])


def with_bed(bed: str) -> tuple[Day, ...]:
    return (dataclasses.replace(GOOD[0], sleeps=bed), GOOD[1])


def test_a_journey_that_keeps_everything_has_no_finding():
    assert codes(GOOD, 5) == []


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (GOOD[:1], "days"),
        (GOOD[::-1], "days"),
        (with_stop(site="nowhere"), "unknown"),
        (with_bed("nowhere"), "unknown"),
        (with_stop(site="base"), "end-visited"),
        (with_stop(arrives=9.0), "too-fast"),
        (with_stop(begins=19.0), "window"),
        (with_stop(begins=41.0, leaves=51.0), "window"),
        (with_stop(arrives=25.0), "window"),
        (with_stop(leaves=29.0), "stay"),
        (with_stop(leaves=91.0), "late"),
        (with_bed("near"), "no-bed"),
        (with_bed("base"), "no-bed"),
        (with_bed("hut"), "climb"),
        ((GOOD[0], Day(2, (), "inn")), "finish"),
        ((GOOD[0], Day(2, (DayStop("near", 10, 20, 30),), "base")), "twice"),
    ],
)
def test_each_breach_is_found(days, code):
    assert codes(days) == [code]


def test_a_closed_road_is_found_between_two_stops():
    days = (Day(1, (DayStop("near", 10, 20, 32), DayStop("inn", 42, 42, 42)), "inn"), GOOD[1])

    assert codes(days) == ["closed"]


def test_a_worth_that_does_not_add_up_is_found():
    assert codes(GOOD, 6) == ["worth"]


def test_a_missing_rest_is_found():
    heights = {"base": 2900, "near": 3500, "inn": 4000, "hut": 4500}
    sites = [site | {"altitude_m": heights[site["id"]], "may_sleep": True} for site in SITES]
    up = tuple(Day(k + 1, (), bed) for k, bed in enumerate(("near", "inn", "hut", "base")))
    rested = tuple(Day(k + 1, (), bed) for k, bed in enumerate(("near", "inn", "inn", "hut", "base")))

    assert codes(up, days=4, sites=sites) == ["rest"]
    assert codes(rested, days=5, sites=sites) == []
