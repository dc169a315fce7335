"""Staggered difference-in-differences of Callaway and Sant'Anna (Journal of Econometrics 225, 2021).

For cohort g first treated in period g, and period t,

    ATT(g, t) = [mean_g(Y_t) - mean_g(Y_b)] - [mean_C(Y_t) - mean_C(Y_b)],

with base b the last period before g (before any anticipation), for t before g the period before t; C are the units
never treated, or those not yet treated at t. Aggregations and their weights are those of section 3 of the paper. It
rests on trends that would have run parallel, on no anticipation beyond what the design states, and on no effect on
others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.cells import Cells, Linear, band_quantile, quantile, two_sided
from pairup.evaluation.design import Comparison, Design
from pairup.evaluation.estimate import AtEventTime, Effect, Found
from pairup.evaluation.panel import Panel
from pairup.values.words import Words

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GroupTime:
    """ATT(g, t) of every cohort and period: places of both, and the estimates."""

    groups: NDArray[np.int64]  # (K,) places of cohorts in the cells
    periods: NDArray[np.int64]  # (K,)
    linear: Linear


def estimate_staggered(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the average effect on the treated over all cohorts and periods after the start.

    Refuses nothing: without units to compare with, or periods before the start, it says what is missing.
    """
    cells = Cells.of(panel)
    table = group_time(cells, panel, design)
    after = table.periods >= cells.starts[table.groups]
    if not after.any():
        return Found(None, missing=(_missing(cells, design),))
    simple = aggregated(cells, table, after[None, :])
    events = np.array([
        panel.periods.apart(int(cells.starts[g]), int(t)) for g, t in zip(table.groups, table.periods, strict=True)
    ])  # fmt: skip
    times = np.unique(events)
    path = aggregated(cells, table, events[None, :] == times[:, None])
    spread = _covariance(path, panel, cells, design)
    wide = band_quantile(spread, design.level, seed)
    rows = tuple(
        AtEventTime(int(time), _effect(value, variance, design.level), _interval(value, variance, wide))
        for time, value, variance in zip(times, path.values, np.diag(spread), strict=True)
    )
    variance = float(_covariance(simple, panel, cells, design)[0, 0])
    value = float(simple.values[0])
    treated = panel.outcomes[panel.is_on.reshape(panel.outcomes.shape)].mean()
    return Found(
        _effect(value, variance, design.level), by_event_time=rows, event_covariance=spread,
        level_without=float(treated) - value,
    )  # fmt: skip


def group_time(cells: Cells, panel: Panel, design: Design) -> GroupTime:
    """Estimate ATT(g, t) for every cohort g and period t that the design can compare."""
    count, last = len(cells.starts), len(panel.periods)
    ahead = design.anticipation
    rows: list[tuple[int, int, float, Floats, Floats]] = []
    for g in range(count):
        start = int(cells.starts[g])
        if start >= last:
            continue
        for t in range(1, last):
            base = start - ahead - 1 if t >= start - ahead else t - 1
            compared = _compared(cells, g, max(t, base) + ahead, last, design)
            if base < 0 or not compared.any():
                continue
            rows.append((g, t, *_contrast(cells, g, compared, t, base)))
    groups, periods = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    values = np.array([row[2] for row in rows])
    slopes = np.array([row[3] for row in rows]).reshape(len(rows), count, last).transpose(1, 0, 2)
    levels = np.array([row[4] for row in rows]).reshape(len(rows), count).T
    return GroupTime(groups, periods, Linear(values, slopes, levels))


def _compared(cells: Cells, g: int, until: int, last: int, design: Design) -> NDArray[np.bool_]:
    """Choose the cohorts to compare with: never treated, or not treated until a period."""
    if design.comparison is Comparison.NEVER_TREATED:
        return cells.starts >= last
    compared = cells.starts > min(until, last - 1)  # those never treated stand at `last`, and always compare
    compared[g] = False
    return compared


def _contrast(cells: Cells, g: int, compared: NDArray[np.bool_], t: int, base: int) -> tuple[float, Floats, Floats]:
    """Give one ATT(g, t), and the weights and constants by which each cohort's units enter it."""
    change = cells.means[:, t] - cells.means[:, base]
    size = cells.sizes[compared].sum()
    other = float(cells.sizes[compared] @ change[compared] / size)
    share = np.where(compared, -cells.total / size, 0.0)
    share[g] = cells.total / cells.sizes[g]
    slopes = np.zeros_like(cells.means)
    slopes[:, t] += share
    slopes[:, base] -= share
    levels = np.where(compared, share * (change - other), 0.0)
    return float(change[g]) - other, slopes, levels


def aggregated(cells: Cells, table: GroupTime, chosen: NDArray[np.bool_]) -> Linear:
    """Average ATT(g, t) over the chosen cells (J, K) by the size of cohorts; the doubt of the sizes counts too."""
    share = cells.sizes / cells.total
    mass = np.where(chosen, share[table.groups][None, :], 0.0)
    total = mass.sum(axis=1, keepdims=True)
    weights = mass / total
    values = weights @ table.linear.values
    # a cohort's share is a mean of ones and zeros: the derivative of the weighted mean by it, times (1 or 0) - share
    slope = np.zeros((len(chosen), len(cells.sizes)))
    for k, g in enumerate(table.groups):
        slope[:, g] += np.where(chosen[:, k], (table.linear.values[k] - values) / total[:, 0], 0.0)
    shifts = slope - (slope @ share)[:, None]
    return table.linear.combined(weights, shifts.T)


def _covariance(linear: Linear, panel: Panel, cells: Cells, design: Design) -> Floats:
    return linear.clustered(panel, cells) if design.clusters == "cluster" else linear.covariance(cells)


def _effect(value: float, variance: float, level: float) -> Effect:
    error = float(np.sqrt(variance))
    if error == 0:
        return Effect(float(value))
    return Effect(float(value), error, _interval(value, variance, quantile(level)), two_sided(value / error))


def _interval(value: float, variance: float, factor: float) -> tuple[float, float] | None:
    error = float(np.sqrt(variance))
    return (float(value) - factor * error, float(value) + factor * error) if error > 0 else None


def _missing(cells: Cells, design: Design) -> Words:
    if design.comparison is Comparison.NEVER_TREATED:
        return Words("evaluation.missing-never-treated")
    return Words("evaluation.missing-comparison")
