"""Journeys measured: proofs of real size, and the published team orienteering values beside PyVRP, from one run."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

from pairup.bench.journeys import KINDS, a_journey
from pairup.bench.measure import Row, measured
from pairup.bench.published import ABSENT, published
from pairup.planning.plan import UNTIL_PROVED, Stop
from pairup.planning.visits import VisitProblem, plan_visits

#: seconds of each team orienteering instance
SECONDS = 10.0
_QUICK = (("c101", 1), ("rc203", 1), ("rc107", 3), ("pr05", 2))
Found = tuple[float | None, float | None]


def rows(is_quick: bool = False, seed: int = 0) -> Iterator[Row]:
    """Give the rows one by one; published values are skipped, with a note, where their folder is not there."""
    yield from _real_size(is_quick, seed)
    yield from _published(is_quick, seed)


def _real_size(is_quick: bool, seed: int) -> Iterator[Row]:
    measured(_proved, a_journey(12, 3))  # compiles the kernels, so that no row pays for it
    for name, region in KINDS.items():
        for days in (6,) if is_quick else (3, 6, 8, 10, 12, 15):
            found = measured(_proved, a_journey(40, days, seed, region), limit=300.0)
            row = _row(f"40 sites, {days} days, {name}", "pairup", found.answer)
            yield found.row(row)


def _published(is_quick: bool, seed: int) -> Iterator[Row]:
    if (folder := published("toptw")) is None:
        yield Row("visits", "team orienteering", "pairup", note=ABSENT)
        return
    for name, days, best in best_known(folder):
        if is_quick and (name, days) not in _QUICK:
            continue
        problem = team_orienteering(folder, name, days)
        found = measured(_by_clock, problem, SECONDS, seed, limit=SECONDS + 30)
        yield found.row(_row(f"{name}, {days} routes", "pairup", found.answer, best))
        theirs = measured("pairup.bench.peers.routes:pyvrp_worth", problem, SECONDS, seed, limit=SECONDS + 30)
        yield theirs.row(_row(f"{name}, {days} routes", "PyVRP", (theirs.answer, None), best))


def _row(instance: str, solver: str, answer: Found | None, best: float | None = None) -> Row:
    objective, bound = answer or (None, None)
    return Row("visits", instance, solver, objective, best, bound)


def _proved(problem: VisitProblem) -> Found:
    plan = plan_visits(problem, stop=UNTIL_PROVED)
    return plan.objective, plan.bound


def _by_clock(problem: VisitProblem, seconds: float, seed: int) -> Found:
    plan = plan_visits(problem, stop=Stop(seconds=seconds), seed=seed)
    return plan.objective, plan.bound


def best_known(folder: Path) -> list[tuple[str, int, float]]:
    """Give instance, routes and best known value of each published row whose file is there."""
    with (folder / "best_known.csv").open(encoding="utf-8") as file:
        found = [(row["instance"], int(row["m"]), float(row["best_known"])) for row in csv.DictReader(file)]
    return [row for row in found if (folder / f"{row[0]}.txt").is_file()]


def team_orienteering(folder: Path, name: str, days: int) -> VisitProblem:
    """Read an instance with hours; distances are cut to one or two decimals, as its authors do."""
    lines = (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()[2:]
    nodes = [[float(part) for part in line.split()] for line in lines if line.strip()]
    digits = 100 if name.startswith("pr") else 10
    minutes = [[math.floor(math.dist(a[1:3], b[1:3]) * digits + 1e-9) / digits for b in nodes] for a in nodes]
    names = [f"n{k:03}" for k in range(len(nodes))]
    return VisitProblem.from_dict(
        {
            "kind": "visits", "version": 1, "days": days, "start": names[0], "finish": names[0],
            "day_closes": nodes[0][-1], "nights": "return", "travel": {"order": names, "minutes": minutes},
            "sites": [
                {"id": name, "worth": row[4], "stay": row[3], "opens": row[-2], "closes": row[-1]}
                for name, row in zip(names, nodes, strict=True)
            ],
        }
    )  # fmt: skip
