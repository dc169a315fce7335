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


def sized(units: int, effect: float = 1.0, seed: int = 0) -> Panel:
    """Draw a panel in which larger units are treated more often and have steeper trends: starts 4, 6 or never."""
    random = np.random.default_rng(seed)
    size = random.standard_normal(units)
    chance = 1 / (1 + np.exp(-size))
    starts = np.where(random.random(units) < chance, random.choice([4, 6], units), 0)
    periods = np.arange(1, 8)
    wide = random.standard_normal((units, 1)) + size[:, None] * periods + 0.5 * random.standard_normal((units, 7))
    wide += effect * ((starts > 0)[:, None] & (periods >= starts[:, None]))
    treated = np.where(starts > 0, starts.astype(float), np.nan)
    return Panel.from_columns(
        np.repeat([f"u{k:05d}" for k in range(units)], 7), np.tile(periods, units), wide.ravel(),
        np.repeat(treated, 7), columns={"size": np.repeat(size, 7)},
    )  # fmt: skip


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


def castle_laws(is_weighted: bool = False) -> Panel:
    """Give the 50 states of Cheng and Hoekstra 2013: log homicide, 2000 to 2010, from the first year with the law."""
    rows = published("castle.csv")
    first: dict[str, int] = {}
    for row in rows:
        if float(row["post"]) > 0:
            first.setdefault(row["sid"], int(row["year"]))
    return Panel.from_columns(
        [row["sid"] for row in rows], [int(row["year"]) for row in rows], [float(row["l_homicide"]) for row in rows],
        [first.get(row["sid"]) for row in rows], weight=[float(row["popwt"]) for row in rows] if is_weighted else None,
    )  # fmt: skip


def medicaid(before: int | None = None) -> Panel:
    """Give the 46 states of the Medicaid expansion, share insured; `before` cuts years and drops the cohort of 2015."""
    rows = published("medicaid_ehec.csv")
    if before is not None:
        rows = [row for row in rows if int(row["year"]) < before and row["yexp2"][:4] != "2015"]
    starts = [int(float(row["yexp2"])) if row["yexp2"] else None for row in rows]
    return Panel.from_columns(
        [row["stfips"] for row in rows],
        [int(row["year"]) for row in rows],
        [float(row["dins"]) for row in rows],
        starts,
    )


def staggered_example() -> Panel:
    """Give the simulated panel of R's fixest with a true average effect of -1 and a covariate x1."""
    rows = published("base_stagg.csv")
    starts = [int(row["year_treated"]) for row in rows]
    return Panel.from_columns(
        [row["id"] for row in rows], [int(row["year"]) for row in rows], [float(row["y"]) for row in rows],
        [start if start < 1000 else None for start in starts], columns={"x1": [float(row["x1"]) for row in rows]},
    )  # fmt: skip
