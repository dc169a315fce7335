"""Published orienteering instances, where the data lies beside the repository."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from pairup.planning.plan import Status, Stop
from pairup.planning.visits import VisitProblem, plan_visits

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "planning"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published instances are not on this machine")


def a_problem(sites: list[dict[str, Any]], minutes: Any, days: int, closes: float, finish: str = "n00") -> VisitProblem:
    travel = minutes if isinstance(minutes, dict) else {"minutes": minutes}
    return VisitProblem.from_dict(
        {
            "kind": "visits", "version": 1, "days": days, "start": "n00", "finish": finish, "day_closes": closes,
            "sites": sites, "travel": {"order": [site["id"] for site in sites], **travel}, "nights": "return",
        }
    )  # fmt: skip


def team_orienteering(name: str, days: int) -> VisitProblem:
    """Read an instance with hours; distances are cut to one or two decimals, as its authors do."""
    lines = (DATA / "toptw" / f"{name}.txt").read_text().splitlines()[2:]
    rows = [[float(part) for part in line.split()] for line in lines if line.strip()]
    digits = 100 if name.startswith("pr") else 10
    minutes = [[math.floor(math.dist(a[1:3], b[1:3]) * digits + 1e-9) / digits for b in rows] for a in rows]
    sites = [
        {"id": f"n{k:02}", "worth": row[4], "stay": row[3], "opens": row[-2], "closes": row[-1]}
        for k, row in enumerate(rows)
    ]
    return a_problem(sites, minutes, days, rows[0][-1])


def orienteering(name: str) -> VisitProblem:
    """Read an instance without hours: one day, from the first point to the second."""
    limit, _, *values = (DATA / "op" / name).read_text().split()
    rows = [tuple(map(float, values[k : k + 3])) for k in range(0, len(values), 3)]
    minutes = [[math.dist(a[:2], b[:2]) for b in rows] for a in rows]
    sites = [{"id": f"n{k:02}", "worth": row[2], "closes": float(limit)} for k, row in enumerate(rows)]
    return a_problem(sites, minutes, 1, float(limit), "n01")


def by_quarter_hours(name: str, *, changing: bool) -> VisitProblem:
    """Read an instance of the time-dependent set, with travel by quarter of an hour or without."""
    head, *rows = [
        line.split(";") for line in (DATA / "tdoptw" / f"{name}.TXT").read_text().splitlines()[1:] if line.strip()
    ]
    sites = [
        {
            "id": f"n{k:02}",
            "worth": float(r[1]),
            "stay": float(r[3]) / 6e4,
            "opens": float(r[4]) / 6e4,
            "closes": float(r[5]) / 6e4,
        }
        for k, r in enumerate(rows)
    ]
    text = (DATA / "tdoptw" / ("tt20.TXT" if changing else "titt20.TXT")).read_text()
    values = [float(part) / 6e4 for part in text.replace("\n", ";").split(";") if part.strip()]
    each, size = range(len(rows)), len(rows)
    travel: dict[str, Any] = {"minutes": [[values[a * size + b] for b in each] for a in each]}
    if changing:
        slots = [[[values[(a * size + b) * 56 + slot] for b in each] for a in each] for slot in range(56)]
        travel = {"by_slot": slots, "slot_minutes": 15, "first_slot_at": 360}
    said = a_problem(sites, travel, 1, 360 + float(head[0]) / 6e4, "n19").to_dict()
    return VisitProblem.from_dict(said | {"day_opens": 360})


def test_c101_is_proved():
    plan = plan_visits(team_orienteering("c101", 1), stop=Stop(work=400_000))

    assert (plan.status, plan.objective) == (Status.OPTIMAL, 320)


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("Tsiligirides_1/tsiligirides_problem_1_budget_25.txt", 90),
        ("Tsiligirides_2/tsiligirides_problem_2_budget_23.txt", 210),
        ("Tsiligirides_2/tsiligirides_problem_2_budget_35.txt", 320),
        ("Tsiligirides_3/tsiligirides_problem_3_budget_020.txt", 200),
    ],
)
def test_one_day_from_start_to_finish_is_proved(name, best):
    plan = plan_visits(orienteering(name))

    assert (plan.status, plan.objective) == (Status.OPTIMAL, best)


@pytest.mark.parametrize(("name", "best"), [("20.1.1", 177), ("20.2.1", 213), ("20.3.3", 286)])
def test_travel_that_changes_over_the_day_never_sees_more_than_its_fastest(name, best):
    steady = plan_visits(by_quarter_hours(name, changing=False))
    changing = plan_visits(by_quarter_hours(name, changing=True))

    assert (steady.status, steady.objective) == (Status.OPTIMAL, best)
    assert changing.status is Status.OPTIMAL
    assert changing.objective < best


@pytest.mark.parametrize(("name", "days", "best"), [("rc101", 2, 427), ("r101", 2, 349)])
def test_wide_problems_come_near_the_best_known(name, days, best):
    plan = plan_visits(team_orienteering(name, days), stop=Stop(work=200_000))

    assert best >= plan.objective >= 0.97 * best
    assert plan.bound >= best
    assert "pyvrp" not in plan.run.versions
