"""Staggered difference-in-differences of Callaway and Sant'Anna (Journal of Econometrics 225, 2021).

For cohort g first treated in period g, and period t,

    ATT(g, t) = [mean_g(Y_t) - mean_g(Y_b)] - [mean_C(Y_t) - mean_C(Y_b)],

with base b the last period before g (before any anticipation), for t before g the period before t; C are the units
never treated, or those not yet treated at t. Covariates enter by regression, weighting or both (`contrasts`).
Aggregations and their weights are those of section 3 of the paper. It rests on trends that would have run parallel
(given the covariates), on no anticipation beyond what the design states, and on no effect on others.

Held to R's did: the minimum wages of the paper, -0.0400 (0.0120), and -0.0418 (0.0115) doubly robust given population.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from pairup.evaluation.cells import Cells, Linear, Spread, cells_of
from pairup.evaluation.design import Comparison, Design, InferenceKind
from pairup.evaluation.doubts_of_did import checked, without_effect
from pairup.evaluation.estimate import AtEventTime, Found
from pairup.evaluation.few_places import collapsed, shuffled_told, stacked, wild_told
from pairup.evaluation.group_time import GroupTime, compared_with, from_moments, group_time, pairs, unit_weights
from pairup.evaluation.inference import (
    FEW,
    Told,
    alone,
    by_formula,
    by_multipliers,
    clusters_of,
    covariance_of,
    kind_of,
)
from pairup.evaluation.panel import Panel, Periods
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def estimate_staggered(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the average effect on the treated over all cohorts and periods after the start.

    Inference: by formula (the default), by multipliers (`bootstrap`), by wild signs or shuffles of the starts. Below
    ten treated or ten other clusters the first two are refused, and shuffles are the default.

    Refuses a kind of inference it has not. Without units to compare with, or periods before the start, or where the
    outcome never changes, it says what is missing.
    """
    if (lost := without_effect(panel, design)) is not None:
        return lost
    table = group_time(panel, design)
    if not (table.periods >= table.starts[table.groups]).any():
        return Found(None, missing=(missing(table, design),))
    kind, few = kind_of(panel, design, _is_linear_in_paths(panel, design))
    sums = Aggregates.of(table, panel.periods)
    told = _told(sums, panel, design, kind, seed)
    effect, rows = told.effects[0], told.effects[1 : 1 + len(sums.times)]
    by_event_time = tuple(
        AtEventTime(int(time), one, band)
        for time, one, band in zip(sums.times, rows, told.bands[1 : 1 + len(sums.times)], strict=True)
    )
    inside = slice(1, 1 + len(sums.times))
    covariance = told.covariance[inside, inside]
    return Found(
        effect, by_event_time=by_event_time,
        event_covariance=covariance if np.isfinite(covariance).all() else None,
        checks=checked(design, len(table.missed), few), level_without=level_without(panel, effect.value),
        further=_further(sums, told, table, panel, design),
    )  # fmt: skip


def told_from_moments(cells: Cells, periods: Periods, design: Design, *, seed: int = 0) -> Found:
    """Estimate from moments alone, as `moments_file.read_moments` gives them, with errors by formula and bands.

    For designs without covariates, weights and clusters larger than a unit; what needs rows (shuffles, multipliers, the
    level without help) is not there. Below ten treated or ten other units no error is given. Units treated in the
    first period are left out.
    """
    kept = cells.starts > 0
    cells = Cells(cells.starts[kept], cells.sizes[kept], cells.means[kept], cells.scatters[kept])
    table = from_moments(cells, design)
    if not (table.periods >= table.starts[table.groups]).any():
        return Found(None, missing=(missing(table, design),))
    sums = Aggregates.of(table, periods)
    values, path = sums.spread.values, slice(1, 1 + len(sums.times))
    treated = float(cells.sizes[cells.starts < cells.periods].sum())
    is_few = min(treated, cells.total - treated or float(cells.sizes[-1])) < FEW
    covariance = sums.spread.covariance()
    told = alone(values) if is_few else by_formula(values, covariance, design.level, seed, path)
    by_event_time = tuple(
        AtEventTime(int(time), one, band)
        for time, one, band in zip(sums.times, told.effects[path], told.bands[path], strict=True)
    )
    return Found(
        told.effects[0], by_event_time=by_event_time, event_covariance=None if is_few else covariance[path, path]
    )


def missing(table: GroupTime, design: Design) -> Words:
    """Say what would be needed where no ATT(g, t) after the start can be told."""
    if table.missed:
        return Words("did.missing-overlap", {"covariates": ", ".join(design.covariates)})
    if design.comparison is Comparison.NEVER_TREATED:
        return Words("evaluation.missing-never-treated")
    return Words("evaluation.missing-comparison")


def level_without(panel: Panel, value: float) -> float:
    """Give what the treated rows would have had on average without the help."""
    if panel.is_balanced and panel.weight is None:
        cells = cells_of(panel)
        after = np.arange(cells.periods) >= cells.starts[:, None]
        rows = cells.sizes[:, None] * after
        return float((cells.means * rows).sum() / rows.sum()) - value
    on = panel.is_on
    weight = None if panel.weight is None else panel.weight[on]
    return float(np.average(panel.outcome[on], weights=weight)) - value


@dataclass(frozen=True, eq=False)
class Aggregates:
    """The averages of ATT(g, t), in one order: all of them (0), by event time, by cohort, over cohorts, over times.

    times : of the event times. cohorts : places of those that have an effect of their own.
    """

    spread: Spread
    times: Ints
    cohorts: Ints

    @classmethod
    def of(cls, table: GroupTime, periods: Periods) -> Aggregates:
        events = event_times(table, periods)
        after = table.periods >= table.starts[table.groups]
        times, cohorts = np.unique(events), np.unique(table.groups[after])
        chosen = [after[None, :], events[None, :] == times[:, None]]
        by_time = by_size(table, np.concatenate(chosen))
        own = (table.groups[None, :] == cohorts[:, None]) & after[None, :]
        by_cohort = table.spread.combined(own / own.sum(axis=1, keepdims=True))
        groups = GroupTime(cohorts, cohorts, by_cohort, table.starts, table.sizes)
        overall = by_size(groups, np.ones((1, len(cohorts)), np.bool_))
        late = np.concatenate([[False], times >= 0])
        dynamic = by_time.combined(late[None, :] / late.sum())
        return cls(joined([by_time, by_cohort, overall, dynamic]), times, cohorts)


def event_times(table: GroupTime, periods: Periods) -> Ints:
    """Count the periods from the start of each ATT(g, t)."""
    starts = table.starts[table.groups].tolist()
    return np.array([periods.apart(g, t) for g, t in zip(starts, table.periods.tolist(), strict=True)], dtype=np.int64)


def by_size(table: GroupTime, chosen: NDArray[np.bool_]) -> Spread:
    """Average estimates over the chosen ones (J, K) by the size of cohorts; the doubt of the sizes counts too."""
    share = table.sizes / table.sizes.sum()
    mass = np.where(chosen, share[table.groups][None, :], 0.0)
    total = mass.sum(axis=1, keepdims=True)
    weights = mass / total
    values = weights @ table.spread.values
    # a cohort's share is a mean of ones and zeros: the derivative of the weighted mean by it, times (1 or 0) - share
    slope = np.zeros((len(chosen), len(table.sizes)))
    for k, g in enumerate(table.groups):
        slope[:, g] += np.where(chosen[:, k], (table.spread.values[k] - values) / total[:, 0], 0.0)
    shifts = slope - (slope @ share)[:, None]
    return table.spread.combined(weights, shifts.T)


def joined(parts: list[Spread]) -> Spread:
    """Put estimates of one panel behind each other."""
    values = np.concatenate([one.values for one in parts])
    first = parts[0]
    if isinstance(first, Linear):
        linear = [one for one in parts if isinstance(one, Linear)]
        slopes = np.concatenate([one.slopes for one in linear], axis=1)
        return Linear(first.cells, values, slopes, np.concatenate([one.levels for one in linear], axis=1))
    psi = np.concatenate([one.psi for one in parts if not isinstance(one, Linear)], axis=1)
    return type(first)(values, psi, first.cohort, first.weight)


def _told(sums: Aggregates, panel: Panel, design: Design, kind: InferenceKind | None, seed: int) -> Told:
    """Tell all averages with the doubt that the design asks for; by none where the kind is None."""
    values, repetitions = sums.spread.values, design.inference.repetitions if design.inference else 999
    path = slice(1, 1 + len(sums.times))
    if kind is None:
        return alone(values)
    if kind is InferenceKind.RANDOMISATION:
        tell_many = _shuffles(panel, design, sums.times) if _is_linear_in_paths(panel, design) else None
        return shuffled_told(panel, design, _teller(design, sums.times), repetitions, seed, tell_many).padded(values)
    if kind is InferenceKind.WILD_CLUSTER:
        return wild_told(*_stacked(panel, design, sums), values, design, repetitions, seed)
    if kind is InferenceKind.BOOTSTRAP:
        at_clusters = sums.spread.per_cluster(panel, clusters_of(panel, design))
        return by_multipliers(values, at_clusters, design.level, repetitions, seed, path)
    return by_formula(values, covariance_of(sums.spread, panel, design), design.level, seed, path)


def _is_linear_in_paths(panel: Panel, design: Design) -> bool:
    """Whether mean paths of clusters and starts tell everything."""
    return panel.is_balanced and not design.covariates


def _teller(design: Design, times: Ints) -> Callable[[Panel], Floats]:
    """Tell the average and the path of a panel with other starts, in the order of `times`."""

    def tell(panel: Panel) -> Floats:
        table = group_time(panel, design)
        values = np.full(1 + len(times), np.nan)
        if (table.periods >= table.starts[table.groups]).any():
            sums = Aggregates.of(table, panel.periods)
            values[0] = sums.spread.values[0]
            known = np.isin(sums.times, times)
            values[1 + np.searchsorted(times, sums.times[known])] = sums.spread.values[1 : 1 + len(sums.times)][known]
        return values

    return tell


def _shuffles(panel: Panel, design: Design, times: Ints) -> Callable[[Ints, Floats], Floats]:
    """Tell the average and the path for many ways in which starts could have fallen on clusters, at once."""
    at, weight, last = clusters_of(panel, design), unit_weights(panel), len(panel.periods)
    mass = np.bincount(at, weight)
    starts = np.unique(panel.starts)
    plan = [(one, compared_with(starts, one, last, design)) for one in pairs(starts, last, design, False)]
    plan = [(one, compared) for one, compared in plan if compared.any()]
    events = np.array([panel.periods.apart(int(starts[one.group]), one.period) for one, _ in plan])
    after = np.array([one.period >= starts[one.group] for one, _ in plan])
    chosen = np.concatenate([after[None, :], events[None, :] == times[:, None]])

    def tell(labels: Ints, outcomes: Floats) -> Floats:
        total = np.zeros((len(mass), last))
        np.add.at(total, at, outcomes * weight[:, None])
        inside = [(labels == start).astype(np.float64) for start in starts]
        sizes = np.stack([one @ mass for one in inside])  # (C, M)
        sums = np.stack([one @ total for one in inside])  # (C, M, T)
        effects = np.empty((len(labels), len(plan)))
        for k, (one, compared) in enumerate(plan):
            change = sums[:, :, one.period] - sums[:, :, one.base]
            other = change[compared].sum(axis=0) / sizes[compared].sum(axis=0)
            effects[:, k] = change[one.group] / sizes[one.group] - other
        shares = sizes[[one.group for one, _ in plan]].T
        return np.stack([(effects * shares)[:, row].sum(axis=1) / shares[:, row].sum(axis=1) for row in chosen], axis=1)

    return tell


def _stacked(panel: Panel, design: Design, sums: Aggregates) -> tuple[Floats, Floats, Floats, Ints]:
    """Write the average and the path as combinations of stacked regressions."""
    cells = collapsed(panel, clusters_of(panel, design), unit_weights(panel))
    starts, last = np.unique(panel.starts), len(panel.periods)
    plan = [(one, compared_with(starts, one, last, design)) for one in pairs(starts, last, design, False)]
    plan = [(one, compared) for one, compared in plan if compared.any()]
    cohort = np.searchsorted(starts, cells[1])
    parts = [(cohort == one.group, compared[cohort], one.period, one.base) for one, compared in plan]
    regressors, changes, at = stacked(cells, parts)
    size = np.bincount(cohort, cells[2], len(starts))
    shares = size[[one.group for one, _ in plan]]
    events = np.array([panel.periods.apart(int(starts[one.group]), one.period) for one, _ in plan])
    chosen = np.concatenate([(events >= 0)[None, :], events[None, :] == sums.times[:, None]])
    weights = np.where(chosen, shares, 0.0)
    contrasts = np.zeros((len(chosen), 2 * len(plan)))
    contrasts[:, 1::2] = weights / weights.sum(axis=1, keepdims=True)
    return regressors, changes, contrasts, at


def _further(sums: Aggregates, told: Told, table: GroupTime, panel: Panel, design: Design) -> Mapping[str, Any]:
    """Give the averages by cohort and over event times, and the test of all ATT(g, t) before the start together."""
    count, labels = len(sums.times), panel.periods.label
    groups = told.effects[1 + count : 1 + count + len(sums.cohorts)]
    average, dynamic = told.effects[-2:]
    named = [
        {"treated_from": labels(int(table.starts[g])), **one.to_dict()}
        for g, one in zip(sums.cohorts, groups, strict=True)
    ]  # fmt: skip
    over = {"simple": told.effects[0].to_dict(), "group": average.to_dict(), "dynamic": dynamic.to_dict()}
    further: dict[str, Any] = {"averages": over, "by_cohort": named}
    if (test := pre_test(table, panel, design)) is not None:
        further["pre_test"] = {"statistic": test[0], "periods": test[1], "p": test[2]}
    return further


def pre_test(table: GroupTime, panel: Panel, design: Design) -> tuple[float, int, float] | None:
    """Test that all ATT(g, t) before the start are nothing (Wald): statistic, how many, p. None where it cannot be."""
    early = np.flatnonzero(table.periods < table.starts[table.groups] - design.anticipation)
    if not len(early):
        return None
    chosen = np.zeros((len(early), len(table.groups)))
    chosen[np.arange(len(early)), early] = 1.0
    before = table.spread.combined(chosen)
    covariance = covariance_of(before, panel, design)
    if not np.linalg.cond(covariance) < 1e12:
        return None
    statistic = float(before.values @ np.linalg.solve(covariance, before.values))
    return statistic, len(early), float(chdtrc(len(early), statistic))


def long_path(panel: Panel, design: Design) -> tuple[Ints, Floats, Floats]:
    """Give the path by event time from one base, the last period before the start, for sensitivity to other trends.

    Event times without the base (K,), effects (K,), covariance (K, K). Differences from period to period, as
    `by_event_time` has them before the start, are not what the restrictions of Rambachan and Roth (2023) speak of.
    """
    table = group_time(panel, design, is_universal=True)
    sums = Aggregates.of(table, panel.periods)
    inside = slice(1, 1 + len(sums.times))
    return sums.times, sums.spread.values[inside], covariance_of(sums.spread, panel, design)[inside, inside]
