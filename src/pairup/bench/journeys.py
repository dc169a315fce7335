"""Seeded journeys of any size: a region that rises from the base, beds in part of the places, roads of hours.

`KINDS` names the structures a benchmark goes through: long and short stays, narrow hours, travel that changes over
the day, closed roads, and days that each end at the base.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

from pairup.planning.visits.problem import VisitProblem

#: how much slower the roads are at each hour and a half from 8:00
_SLOWER = (1.0, 1.3, 1.1, 1.0, 1.0, 1.2, 1.4, 1.1)
_RULE = {"above_m": 3000, "gain_m": 500, "rest_every_m": 1000, "first_night_m": 3000}


@dataclass(frozen=True, slots=True)
class Region:
    """What a journey goes through. Lengths in kilometres, stays in minutes."""

    wide: float = 500
    high: float = 400
    stays: tuple[int, ...] = (60, 90, 120)
    nights: str = "anywhere"
    has_hours: bool = False
    changes: bool = False
    closures: int = 0


KINDS: dict[str, Region] = {
    "plain": Region(),
    "long stays": Region(stays=(180, 240, 300, 360)),
    "hours": Region(has_hours=True),
    "by hour": Region(changes=True),
    "closed roads": Region(closures=20),
    "back each day": Region(wide=150, high=150, nights="return"),
}


def a_journey(size: int, days: int, seed: int = 0, region: Region | None = None) -> VisitProblem:
    """Make a journey of so many sites (the base is one of them) and days."""
    region = region or Region()
    chance = random.Random(f"{size}/{days}/{seed}")  # noqa: S311 - repeatable, not secret
    spots = [(0.0, 0.0)]
    spots += [(chance.uniform(0, region.wide), chance.uniform(0, region.high)) for _ in range(size - 1)]
    minutes = [[float(round(1.62 * math.dist(a, b))) for b in spots] for a in spots]
    names = [f"s{k:0{len(str(size))}d}" for k in range(size)]
    sites = []
    for k, (name, spot) in enumerate(zip(names, spots, strict=True)):
        opens = 480 + 60 * chance.randint(0, 4) if region.has_hours else 480
        sites.append(
            {
                "id": name, "worth": chance.randint(3, 40) if k else 0, "stay": chance.choice(region.stays) if k else 0,
                "opens": opens, "closes": opens + 60 * chance.randint(2, 5) if region.has_hours else 1020,
                "altitude_m": round(3300 + 1100 * sum(spot) / (region.wide + region.high)),
                "may_sleep": k == 0 or chance.random() < 0.6,
            }
        )  # fmt: skip
    travel: dict[str, Any] = {"order": names, "minutes": minutes}
    if region.changes:
        slots = [[[slower * m for m in row] for row in minutes] for slower in _SLOWER]
        travel = {"order": names, "by_slot": slots, "slot_minutes": 90, "first_slot_at": 480}
    closures = [
        {"from": chance.choice(names), "to": chance.choice(names), "day": chance.randint(1, days),
         "closed_from": 480, "closed_to": 900}
        for _ in range(region.closures)
    ]  # fmt: skip
    return VisitProblem.from_dict(
        {
            "kind": "visits", "version": 1, "days": days, "start": names[0], "finish": names[0], "day_opens": 480,
            "day_closes": 1140, "sites": sites, "travel": travel, "nights": region.nights,
            "altitude_rule": _RULE if region.nights == "anywhere" else None, "closures": closures,
        }
    )  # fmt: skip
