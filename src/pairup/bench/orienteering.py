"""Published orienteering instances as journeys: team orienteering with hours, tours by length, travel by the hour."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pairup.planning.visits.problem import VisitProblem

_MS = 60_000  # the time-dependent set counts in milliseconds from midnight
_OPENS, _SLOTS, _SLOT = 360, 56, 15  # its travel begins at 6:00 and has 56 quarters of an hour


def best_known(folder: Path) -> list[tuple[str, int, float]]:
    """Give instance, routes and best known value of each team orienteering row whose file is there."""
    with (folder / "best_known.csv").open(encoding="utf-8") as file:
        found = [(row["instance"], int(row["m"]), float(row["best_known"])) for row in csv.DictReader(file)]
    return [row for row in found if (folder / f"{row[0]}.txt").is_file()]


def team_orienteering(folder: Path, name: str, days: int) -> VisitProblem:
    """Read an instance with hours; distances are cut to one or two decimals, as its authors do."""
    lines = (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()[2:]
    nodes = [[float(part) for part in line.split()] for line in lines if line.strip()]
    digits = 100 if name.startswith("pr") else 10
    minutes = [[math.floor(math.dist(a[1:3], b[1:3]) * digits + 1e-9) / digits for b in nodes] for a in nodes]
    sites = [{"worth": row[4], "stay": row[3], "opens": row[-2], "closes": row[-1]} for row in nodes]
    return _journey(sites, {"minutes": minutes}, days, (0, nodes[0][-1]))


def tours(folder: Path) -> list[tuple[str, float]]:
    """Give name and best known score of each OPLib instance whose file is there.

    The score is that of the tour shipped with the set (the heuristic of its authors), a lower bound on the best.
    """
    with (folder / "oplib_best_included.csv").open(encoding="utf-8") as file:
        found = [(row["instance"], float(row["ea4op_score_lower_bound"])) for row in csv.DictReader(file)]
    return [row for row in found if (folder / "oplib" / f"{row[0]}.oplib").is_file()]


def tour(folder: Path, name: str) -> tuple[VisitProblem, float]:
    """Read an OPLib instance: one closed tour from the first node, no hours; also give what the first node scores.

    Distances are whole, by the rules of TSPLIB.
    """
    words: dict[str, list[list[str]]] = {"": []}
    part = ""
    for line in (folder / "oplib" / f"{name}.oplib").read_text(encoding="utf-8").splitlines():
        if line.strip().endswith("_SECTION"):
            part = line.strip()
            words[part] = []
        elif line.strip():
            words[part].append(line.replace(":", " ").split())
    head = {row[0]: row[-1] for row in words[""]}
    spots = [(float(row[1]), float(row[2])) for row in words["NODE_COORD_SECTION"]]
    scores = [float(row[1]) for row in words["NODE_SCORE_SECTION"]]
    limit = float(head["COST_LIMIT"])
    far = _pseudo_euclidean if head["EDGE_WEIGHT_TYPE"] == "ATT" else _rounded
    minutes = [[far(a, b) for b in spots] for a in spots]
    sites = [{"worth": worth if k else 0.0, "closes": limit} for k, worth in enumerate(scores)]
    return _journey(sites, {"minutes": minutes}, 1, (0, limit)), scores[0]


def _rounded(a: Sequence[float], b: Sequence[float]) -> float:
    return float(int(math.dist(a, b) + 0.5))


def _pseudo_euclidean(a: Sequence[float], b: Sequence[float]) -> float:
    exact = math.sqrt(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / 10)
    return float(round(exact) + (round(exact) < exact))


def by_quarter_hours(folder: Path, name: str) -> VisitProblem:
    """Read an instance of the time-dependent set: one path from the first node to the last, travel by quarters."""
    lines = (folder / f"{name}.TXT").read_text(encoding="utf-8").splitlines()[1:]
    head, *rows = [line.split(";") for line in lines if line.strip()]
    sites = [
        {"worth": float(worth), "stay": float(stay) / _MS, "opens": float(opens) / _MS, "closes": float(closes) / _MS}
        for _, worth, _, stay, opens, closes, *_ in rows
    ]
    text = (folder / f"tt{name.partition('.')[0]}.TXT").read_text(encoding="utf-8").replace("\n", ";")
    values = [float(part) / _MS for part in text.split(";") if part.strip()]
    each, size = range(len(rows)), len(rows)
    slots = [[[values[(a * size + b) * _SLOTS + slot] for b in each] for a in each] for slot in range(_SLOTS)]
    travel = {"by_slot": slots, "slot_minutes": _SLOT, "first_slot_at": _OPENS}
    return _journey(sites, travel, 1, (_OPENS, _OPENS + float(head[0]) / _MS), size - 1)


def _journey(
    sites: list[dict[str, float]], travel: dict[str, Any], days: int, hours: tuple[float, float], finish: int = 0
) -> VisitProblem:
    names = [f"n{k:03}" for k in range(len(sites))]
    return VisitProblem.from_dict(
        {
            "kind": "visits", "version": 1, "days": days, "start": names[0], "finish": names[finish],
            "day_opens": hours[0], "day_closes": hours[1], "nights": "return", "travel": {"order": names, **travel},
            "sites": [{"id": name, **site} for name, site in zip(names, sites, strict=True)],
        }
    )  # fmt: skip
