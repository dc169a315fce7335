"""The picture of a solve: what is drawn, what lies outside it, and what is said to who does not see it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pairup.planning.pairing import plan_pairings
from pairup.planning.plan import Ended, Plan, Point, Run, Status
from pairup.planning.problems import Donor, PairingProblem, Recipient
from pairup.reports.palette import DARK
from pairup.reports.solve_figure import course_of, draw_solve, told, write_solve

COURSE = (
    Point(0.1, None, 900.0), Point(0.4, 80.0, 120.0), Point(1.0, 95.0, 120.0), Point(2.0, 95.0, 104.0),
    Point(5.0, 100.0, 104.0),
)  # fmt: skip


def a_plan(*course: Point, objective: float | None = 100.0, bound: float | None = 102.0) -> Plan[Any]:
    problem = PairingProblem.from_columns([Donor("FJ", 1)], [Recipient("nang")], [("FJ", "nang", 1.0, 1.0)])
    status = Status.UNKNOWN if objective is None else Status.OPTIMAL if objective == bound else Status.FEASIBLE
    run = Run("pairup", {}, 0, 10.0, Ended.CLOCK, trace=course)
    return Plan(problem, plan_pairings, status, run, objective=objective, bound=bound)


def drawn(plan: Plan[Any]) -> list[dict[str, Any]]:
    """Every row of every layer."""
    return [row for values in draw_solve(plan).to_dict(validate=False)["datasets"].values() for row in values]


def test_the_course_ends_where_the_plan_ended() -> None:
    assert course_of(a_plan(*COURSE))[-1] == Point(10.0, 100.0, 102.0)
    assert course_of(a_plan()) == (Point(10.0, 100.0, 102.0),)


def test_what_is_drawn_are_the_values_of_the_course() -> None:
    rows = [row for row in drawn(a_plan(*COURSE)) if "name" in row and "said" not in row]

    bound = [(row["seconds"], row["value"]) for row in rows if row["name"].startswith("lowest bound")]
    best = [(row["seconds"], row["value"]) for row in rows if row["name"].startswith("best plan")]
    assert best[1:] == [(1.0, 95.0), (2.0, 95.0), (5.0, 100.0), (10.0, 100.0)]
    assert bound[-2:] == [(5.0, 104.0), (10.0, 102.0)]


def test_a_first_bound_far_away_does_not_press_the_end_into_a_line() -> None:
    values = [row["value"] for row in drawn(a_plan(*COURSE)) if "value" in row]

    assert max(values) < 125


def test_the_gap_is_shaded_from_the_first_plan_on() -> None:
    band = [row for row in drawn(a_plan(*COURSE)) if "low" in row]

    assert [row["seconds"] for row in band] == [0.4, 1.0, 2.0, 5.0, 10.0]
    assert all(row["low"] <= row["high"] for row in band)


@pytest.mark.parametrize("objective, bound", [(100.0, None), (None, 102.0), (None, None), (-5.0, -5.0), (0.0, 0.0)])
def test_a_solve_without_plan_or_bound_is_drawn_too(
    objective: float | None, bound: float | None, tmp_path: Path
) -> None:
    write_solve(a_plan(objective=objective, bound=bound), tmp_path / "solve.svg")

    assert (tmp_path / "solve.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_words_tell_what_the_picture_shows() -> None:
    assert told(a_plan(*COURSE)).startswith(
        "The first plan came after 0.4 s and was worth 80; it was bettered 2 times in 10 s. At most 2 % below"
    )
    assert told(a_plan()).startswith("The search ended after 10 s. At most 2 % below")
    assert re.search(r"[一-鿿]", told(a_plan(*COURSE), "zh_Hans"))


def test_each_ending_gives_its_kind_of_file(tmp_path: Path) -> None:
    plan = a_plan(*COURSE)

    for ending in ("svg", "html", "png"):
        write_solve(plan, tmp_path / f"solve.{ending}")

    svg = (tmp_path / "solve.svg").read_text(encoding="utf-8")
    page = (tmp_path / "solve.html").read_text(encoding="utf-8")
    assert 'aria-label="The first plan came' in svg and set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', svg)) <= set(
        DARK
    )
    assert page.startswith("<!doctype html>") and "<script" not in page and told(plan) in page
    assert (tmp_path / "solve.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_plan_gives_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        write_solve(a_plan(*COURSE), tmp_path / name)

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
