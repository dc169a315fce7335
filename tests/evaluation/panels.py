"""Panels for the tests: typed by hand, drawn with a known effect, and the published ones where `../shared` is there."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from pairup.evaluation.panel import Panel

_PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "evaluate"


def a_panel(*rows: str) -> Panel:
    """Read rows of `unit treated_from first second third …`; `-` is never treated, `.` a hole. Periods count from 1."""
    unit, period, outcome, treated = [], [], [], []
    for row in rows:
        code, start, *values = row.split()
        for at, value in enumerate(values, 1):
            unit.append(code)
            period.append(at)
            outcome.append(float("nan") if value == "." else float(value))
            treated.append(None if start == "-" else int(start))
    return Panel.from_columns(unit, period, outcome, treated)


def drawn(
    cohorts: dict[int | None, int], periods: int = 8, effect: float = 1.0, noise: float = 1.0, seed: int = 0
) -> Panel:
    """Draw a panel with parallel trends: `cohorts` says how many units start in each period (None: never)."""
    random = np.random.default_rng(seed)
    starts = [start for start, count in cohorts.items() for _ in range(count)]
    trend = np.cumsum(random.standard_normal(periods))
    unit, period, outcome, treated = [], [], [], []
    for at, start in enumerate(starts):
        level = random.standard_normal()
        for k in range(periods):
            is_on = start is not None and k + 1 >= start
            unit.append(f"u{at:04d}")
            period.append(k + 1)
            outcome.append(level + trend[k] + noise * random.standard_normal() + effect * is_on)
            treated.append(start)
    return Panel.from_columns(unit, period, outcome, treated)


def published(name: str) -> list[dict[str, str]]:
    """Read the rows of a published panel; skips where the data are not at hand."""
    path = _PUBLISHED / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand: the published panels stand beside the repository, in ../shared")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def minimum_wages() -> Panel:
    """Give the 500 counties of Callaway and Sant'Anna 2021: log teen employment, 2003 to 2007."""
    rows = published("mpdta.csv")
    starts = [int(float(row["first.treat"])) for row in rows]
    return Panel.from_columns(
        [row["countyreal"] for row in rows], [int(row["year"]) for row in rows],
        [float(row["lemp"]) for row in rows], [start or None for start in starts],
        columns={"lpop": [float(row["lpop"]) for row in rows]},
    )  # fmt: skip
