"""The picture of a journey: its points, and that the page's own lines draw the picture that stands on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pairup.planning.plan import Plan
from pairup.planning.visits import Day, VisitProblem, plan_visits
from pairup.reports.journey_figure import steps_of, told
from pairup.reports.profile_figure import Step
from tests.planning.visit_cases import a_journey, a_site

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "visits.md"


def a_plan() -> Plan[Day]:
    sites = [a_site("base", altitude_m=3000), a_site("hut", may_sleep=True, altitude_m=3400, stay=10, worth=3)]
    said = a_journey(*sites, minutes=60, days=2, nights="anywhere")
    return plan_visits(VisitProblem.from_dict(said))


def test_a_journey_is_drawn_from_where_it_begins_to_where_it_ends() -> None:
    plan = a_plan()

    assert steps_of(plan) == [
        Step(0, 3000), Step(1, 3400), Step(7 / 6, 3400), Step(7 / 6, 3400), Step(24, 3400, "hut"),
        Step(24, 3400), Step(25, 3000, "base"),
    ]  # fmt: skip
    assert told(plan) == "A journey of 2 days that sees 1 sites. Nights at 3,400 m, 3,000 m."
    assert "3,400" in told(plan, "zh_Hans")


def test_a_place_of_unknown_altitude_has_no_point() -> None:
    sites = [a_site("base"), a_site("hut", may_sleep=True, altitude_m=3400)]
    plan = plan_visits(VisitProblem.from_dict(a_journey(*sites, minutes=60, days=2, nights="anywhere")))

    assert {step.altitude_m for step in steps_of(plan)} <= {3400}


def test_the_lines_of_the_page_draw_the_picture_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    (lines,) = (block for block in blocks if "write_journey" in block)
    monkeypatch.chdir(tmp_path)

    exec(compile(lines, str(PAGE), "exec"), {})

    drawn = (tmp_path / "journey.svg").read_text("utf-8")
    assert drawn == (PAGE.parent / "pictures" / "journey.svg").read_text("utf-8")
