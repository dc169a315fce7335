"""Imputation: what the treated would have had, told from all rows without treatment (Borusyak, Jaravel and Spiess,
Review of Economic Studies 91, 2024).

y_it = a_i + l_t + x_it' c + e_it is fitted by least squares over the rows not treated (not within the anticipation that
the design states); the effect in a treated row is what that misses, and an estimate is their average by weight. Its
error is that of their theorem 3, with effects taken as alike within a cohort and period, which errs to the wide side.
Before the start, leads are fitted over the untreated rows (their section 4.4), against all periods before them. It
rests on parallel trends in every period and cohort, a stronger demand than that of Callaway and Sant'Anna.

Held to diff-diff, which is the only source at hand: -0.04771 (0.01322) on the minimum wages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.cells import Influence
from pairup.evaluation.design import Design, InferenceKind
from pairup.evaluation.doubts_of_did import checked, without_effect
from pairup.evaluation.estimate import AtEventTime, DoubtCheck, Found
from pairup.evaluation.few_places import shuffled_told
from pairup.evaluation.inference import Told, alone, by_formula, by_multipliers, clusters_of, covariance_of, kind_of
from pairup.evaluation.panel import Panel
from pairup.evaluation.two_way import cohorts_of, masses, two_way, with_rows
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: as many leads are looked at, where there are as many periods before the start
_LEADS = 5


def estimate_imputation(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the average effect over treated rows, and by event time; leads before the start are near nothing.

    Rows are left out, and said, where nobody is untreated in the period, or the unit never is. Refuses kinds of
    inference that it has not (wild signs among them).
    """
    if (lost := without_effect(panel, design)) is not None:
        return lost
    used = imputable(panel, design)
    found = None if used is None else imputed(used, design)
    if used is None or found is None:
        return Found(None, missing=(Words("did.missing-untreated"),))
    kind, few = kind_of(used, design, has_wild=False)
    told = _told(found, used, design, kind, seed)
    by_event_time = tuple(
        AtEventTime(int(time), one, band)
        for time, one, band in zip(found.times, told.effects[1:], told.bands[1:], strict=True)
    )
    covariance = told.covariance[1:, 1:]
    on = used.is_on
    value = told.effects[0].value
    level = np.average(used.outcome[on], weights=None if used.weight is None else used.weight[on])
    return Found(
        told.effects[0], by_event_time=by_event_time,
        event_covariance=covariance if np.isfinite(covariance).all() else None,
        checks=(*checked(design, 0, few), *_own_checks(panel, used, found)), level_without=float(level) - value,
    )  # fmt: skip


def imputable(panel: Panel, design: Design) -> Panel | None:
    """Keep the units that are seen untreated and the periods in which somebody is; None where nothing is left."""
    known = np.ones(len(panel.outcome), np.bool_)
    for name in design.covariates:
        known &= np.isfinite(panel.columns[name])
    while True:
        early = known & (panel.period_at < panel.starts[panel.unit_at] - design.anticipation)
        seen = np.bincount(panel.unit_at[early], minlength=len(panel.units)) > 0
        when = np.bincount(panel.period_at[early], minlength=len(panel.periods)) > 0
        kept = known & seen[panel.unit_at] & when[panel.period_at]
        if kept.sum() == known.sum():
            break
        known = kept
    if not known.any() or not (known & panel.is_on).any():
        return None
    if known.all():
        return panel
    there = np.bincount(panel.unit_at[known], minlength=len(panel.units)) > 0
    rows = known[there[panel.unit_at]]
    return with_rows(panel.keeping(there), rows)


@dataclass(frozen=True, eq=False)
class Imputed:
    """Averages of the effects in treated rows (0), and by event time: leads, then from the start on."""

    spread: Influence
    times: Ints
    swept: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Base:
    """The fit over untreated rows: columns (periods, covariates) of all rows less their unit's untreated mean."""

    columns: Floats  # (N, P)
    missed: Floats  # (N,), what the fit leaves of each row
    inverse: Floats  # (P, P), of the moments over untreated rows
    early: Flags  # (N,)
    weight: Floats  # (N,)
    swept: tuple[str, ...]


def imputed(panel: Panel, design: Design) -> Imputed | None:
    """Estimate the averages; None where no treated row can be told."""
    base = _base(panel, design)
    on = panel.is_on
    starts, cohort = cohorts_of(panel)
    events = _events(panel)
    times = np.unique(events[on])
    chosen = np.concatenate([on[None, :], (events[None, :] == times[:, None]) & on])
    mass = chosen * base.weight
    mass /= mass.sum(axis=1, keepdims=True)
    values = mass @ base.missed
    # how an average leans on the untreated fit
    bend = base.inverse @ (mass @ base.columns).T
    scores = base.columns * (base.weight * base.missed * base.early)[:, None]
    units = len(panel.units)
    summed = _by_unit(scores, panel)
    # effects alike within a cohort and period: what a row misses of its cell's mean
    cell = cohort[panel.unit_at] * len(panel.periods) + panel.period_at
    square = np.where(on, base.weight**2, 0.0)
    size = len(starts) * len(panel.periods)
    mean = np.bincount(cell, square * base.missed, size) / np.maximum(np.bincount(cell, square, size), 1e-300)
    apart = np.where(on, base.missed - mean[cell], 0.0)
    psi = _by_unit((mass * apart).T, panel) - summed @ bend
    leads = _leads(panel, design)
    if leads is not None:
        early_times, lead = leads
        values = np.concatenate([values[:1], lead.values, values[1:]])
        psi = np.concatenate([psi[:, :1], lead.psi / units, psi[:, 1:]], axis=1)
        times = np.concatenate([early_times, times])
    spread = Influence(values, units * psi, cohort, np.ones(units))
    return Imputed(spread, times, base.swept)


def _events(panel: Panel) -> Ints:
    """Count the periods from the start for each row; for units never treated, before every start."""
    values = np.append(panel.periods.values, panel.periods.values[-1] + len(panel.periods))
    starts = panel.starts[panel.unit_at]
    if panel.periods.are_days:
        return panel.period_at - starts
    events: Ints = values[panel.period_at] - values[starts]
    return events


def _base(panel: Panel, design: Design) -> _Base:
    early = panel.period_at < panel.starts[panel.unit_at] - design.anticipation
    weight = np.ones(len(early)) if panel.weight is None else panel.weight
    both = np.column_stack([
        np.eye(len(panel.periods))[panel.period_at][:, 1:],
        *(panel.columns[name] for name in design.covariates), panel.outcome,
    ])  # fmt: skip
    own = np.where(early, weight, 0.0)
    total = np.bincount(panel.unit_at, own, len(panel.units))
    means = _by_unit(both * own[:, None], panel) / np.maximum(total, 1e-300)[:, None]
    both -= means[panel.unit_at]
    columns, outcome = both[:, :-1], both[:, -1]
    gram = (columns * own[:, None]).T @ columns
    inverse = np.linalg.pinv(gram, rcond=1e-11, hermitian=True)
    values = inverse @ (columns.T @ (own * outcome))
    at = range(len(panel.periods) - 1, columns.shape[1])
    top = float(np.diag(gram).max()) if len(gram) else 0.0
    swept = tuple(name for name, k in zip(design.covariates, at, strict=True) if gram[k, k] <= 1e-12 * top)
    return _Base(columns, outcome - columns @ values, inverse, early, weight, swept)


def _by_unit(rows: Floats, panel: Panel) -> Floats:
    """Add rows up by unit; they stand in the order of units, each with one at least."""
    sums: Floats = np.add.reduceat(rows, np.searchsorted(panel.unit_at, np.arange(len(panel.units))), axis=0)
    return sums


def _leads(panel: Panel, design: Design) -> tuple[Ints, Influence] | None:
    """Fit leads over the untreated rows: as many as leave each a period before them, five at most."""
    early = panel.period_at < panel.starts[panel.unit_at] - design.anticipation
    starts, _ = cohorts_of(panel)
    longest = max((int(s) for s in starts if s < len(panel.periods)), default=0) - design.anticipation
    count = min(_LEADS, longest - 1)
    if count < 1:
        return None
    before = with_rows(panel, early)
    rows = masses(before)
    dummies = np.zeros((len(starts), len(panel.periods), count))
    for c, start in enumerate(starts.tolist()):
        for k in range(count):
            t = start - design.anticipation - 1 - k
            if start < len(panel.periods) and t >= 0 and rows[c, t] > 0:
                dummies[c, t, k] = 1.0
    fit = two_way(before, dummies, design, design.covariates)
    if not fit.kept.any():
        return None
    at = -np.flatnonzero(fit.kept) - 1 - design.anticipation
    order = np.argsort(at)
    spread = fit.spread
    if isinstance(spread, Influence):
        psi = spread.psi
    else:
        psi = len(before.units) * spread.per_cluster(before, np.arange(len(before.units)))
    _, cohort = cohorts_of(panel)
    return at[order], Influence(spread.values[order], psi[:, order], cohort, np.ones(len(panel.units)))


def _told(found: Imputed, panel: Panel, design: Design, kind: InferenceKind | None, seed: int) -> Told:
    values, path = found.spread.values, slice(1, None)
    repetitions = design.inference.repetitions if design.inference else 999
    if kind is None:
        return alone(values)
    if kind is InferenceKind.RANDOMISATION:

        def tell(other: Panel) -> Floats:
            again = imputed(other, design)
            told = np.full(len(values), np.nan)
            if again is not None:
                known = np.isin(again.times, found.times)
                told[0] = again.spread.values[0]
                told[1 + np.searchsorted(found.times, again.times[known])] = again.spread.values[1:][known]
            return told

        return shuffled_told(panel, design, tell, repetitions, seed)
    if kind is InferenceKind.BOOTSTRAP:
        at_clusters = found.spread.per_cluster(panel, clusters_of(panel, design))
        return by_multipliers(values, at_clusters, design.level, repetitions, seed, path)
    return by_formula(values, covariance_of(found.spread, panel, design), design.level, seed, path)


def _own_checks(panel: Panel, used: Panel, found: Imputed) -> tuple[DoubtCheck, ...]:
    checks = []
    lost = int(panel.is_on.sum() - used.is_on.sum())
    if lost:
        words = Words("did.rows-not-imputed", {"count": lost, "rows": int(panel.is_on.sum())})
        checks.append(DoubtCheck("rows-not-imputed", None, words, float(lost)))
    if found.swept:
        words = Words("did.covariates-swept", {"covariates": ", ".join(found.swept)})
        checks.append(DoubtCheck("collinear", None, words))
    return tuple(checks)
