"""Event studies on two-way fixed effects: one coefficient for each period from the start, or one for each cohort too.

`event_study` has one coefficient for each event time, all cohorts together; with several cohorts whose effects differ,
each coefficient mixes those of other event times (Sun and Abraham, Journal of Econometrics 225, 2021), which is said.
`sun_abraham` has one for each cohort and event time, and averages them by the treated rows; its comparison are the
units never treated, or, where there are none, the last cohort in the periods before it starts. The reference is the
last period before the start (before any anticipation). Both rest on parallel trends (with covariates: of what these
leave) and on no anticipation beyond what the design states.

Held to R's fixest: -0.03995 (0.01180) on the minimum wages, -1.1337 on its own staggered example with x1, the event
study of the Medicaid expansion to 1e-8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Comparison, Design, InferenceKind
from pairup.evaluation.doubts_of_did import checked, without_effect
from pairup.evaluation.estimate import AtEventTime, DoubtCheck, Found
from pairup.evaluation.few_places import shuffled_told, wild_told
from pairup.evaluation.inference import Told, alone, by_formula, by_multipliers, clusters_of, kind_of
from pairup.evaluation.panel import Panel
from pairup.evaluation.two_way import TwoWay, blocks, clustered, cohorts_of, masses, two_way
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: wild signs look at so many numbers at most
_MOST = 50_000_000


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fit with its averages: all treated rows (0), then by event time.

    weights : (1 + E, K), over the kept dummies. lost : event times that the data do not tell.
    """

    panel: Panel
    fit: TwoWay
    dummies: Floats
    times: Ints
    weights: Floats
    lost: Ints

    @property
    def values(self) -> Floats:
        values: Floats = self.weights @ self.fit.spread.values
        return values


def estimate_event_study(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate one coefficient for each event time; the effect is their average after the start, by treated rows."""
    return _estimated(panel, design, seed, is_by_cohort=False)


def estimate_sun_abraham(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate one coefficient for each cohort and event time, averaged by treated rows."""
    return _estimated(panel, design, seed, is_by_cohort=True)


def _estimated(panel: Panel, design: Design, seed: int, is_by_cohort: bool) -> Found:
    if (lost := without_effect(panel, design)) is not None:
        return lost
    used = _comparable(panel, design) if is_by_cohort else _with_base(panel, design)
    if used is None:
        never = design.comparison is Comparison.NEVER_TREATED
        return Found(None, missing=(Words("evaluation.missing-never-treated" if never else "did.missing-later"),))
    fitted = fit_events(used, design, is_by_cohort)
    if fitted is None:
        return Found(None, missing=(Words("did.missing-collinear"),))
    kind, few = kind_of(used, design, _has_room(fitted))
    told = _told(fitted, design, kind, seed, is_by_cohort)
    by_event_time = tuple(
        AtEventTime(int(time), one, band)
        for time, one, band in zip(fitted.times, told.effects[1:], told.bands[1:], strict=True)
    )
    covariance = told.covariance[1:, 1:]
    value = told.effects[0].value
    on = used.is_on
    level = np.average(used.outcome[on], weights=None if used.weight is None else used.weight[on])
    return Found(
        told.effects[0], by_event_time=by_event_time,
        event_covariance=covariance if np.isfinite(covariance).all() else None,
        checks=(*checked(design, 0, few), *_own_checks(fitted, is_by_cohort)), level_without=float(level) - value,
    )  # fmt: skip


def _with_base(panel: Panel, design: Design) -> Panel | None:
    """Leave out units treated before their reference period could be seen."""
    kept = panel.starts > design.anticipation
    if not (kept & panel.is_treated).any():
        return None
    return panel if kept.all() else panel.keeping(kept)


def _comparable(panel: Panel, design: Design) -> Panel | None:
    """Choose whom to compare with: units never treated, else the last cohort before it starts."""
    used = _with_base(panel, design)
    if used is None or not used.is_treated.all():
        return used
    last = int(used.starts.max()) - design.anticipation
    if design.comparison is Comparison.NEVER_TREATED or len(used.cohorts) < 2 or last < 2:
        return None
    return _with_base(used.between(int(used.periods.values[0]), int(used.periods.values[last - 1])), design)


def fit_events(panel: Panel, design: Design, is_by_cohort: bool) -> Fitted | None:
    """Fit the dummies of event times; None where none after the start can be told."""
    starts, _ = cohorts_of(panel)
    columns, events, mass = _dummies(panel, design, starts, is_by_cohort)
    if not columns:
        return None
    dummies = np.stack(columns, axis=-1)
    fit = two_way(panel, dummies, design, design.covariates)
    told = [(event, own) for event, own, is_kept in zip(events, mass, fit.kept, strict=True) if is_kept]
    of = np.array([event for event, _ in told])
    size = np.array([own for _, own in told])
    whole = set(of.tolist()) - {event for event, is_kept in zip(events, fit.kept, strict=True) if not is_kept}
    times = np.array(sorted(whole), dtype=np.int64)
    after = (of >= 0) & np.isin(of, times)
    if not after.any():
        return None
    chosen = np.concatenate([after[None, :], of[None, :] == times[:, None]])
    weights = np.where(chosen, size, 0.0)
    lost = np.array(sorted(set(events) - whole), dtype=np.int64)
    return Fitted(panel, fit, dummies, times, weights / weights.sum(axis=1, keepdims=True), lost)


def _dummies(
    panel: Panel, design: Design, starts: Ints, is_by_cohort: bool
) -> tuple[list[Floats], list[int], list[float]]:
    """Make the dummies (C, T) with their event times and treated rows: after the start first, then back from it.

    In this order what cannot be told apart is the farthest before the start.
    """
    rows, periods = masses(panel), len(panel.periods)
    cells: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for c, start in enumerate(starts.tolist()):
        for t in range(periods if start < periods else 0):
            event = panel.periods.apart(start, t)
            if t != start - 1 - design.anticipation and rows[c, t] > 0:
                cells.setdefault((event, c if is_by_cohort else -1), []).append((c, t))
    order = sorted(cells, key=lambda key: (key[0] < 0, abs(key[0]), key[1]))
    columns, mass = [], []
    for key in order:
        column = np.zeros((len(starts), periods))
        at = tuple(np.array(cells[key]).T)
        column[at] = 1.0
        columns.append(column)
        mass.append(float(rows[at].sum()))
    return columns, [event for event, _ in order], mass


def _told(fitted: Fitted, design: Design, kind: InferenceKind | None, seed: int, is_by_cohort: bool) -> Told:
    values, panel = fitted.values, fitted.panel
    repetitions = design.inference.repetitions if design.inference else 999
    path = slice(1, None)
    if kind is None:
        return alone(values)
    if kind is InferenceKind.RANDOMISATION:

        def tell(other: Panel) -> Floats:
            again = fit_events(other, design, is_by_cohort)
            found = np.full(1 + len(fitted.times), np.nan)
            if again is not None:
                found[0] = again.values[0]
                known = np.isin(again.times, fitted.times)
                found[1 + np.searchsorted(fitted.times, again.times[known])] = again.values[1:][known]
            return found

        return shuffled_told(panel, design, tell, repetitions, seed)
    if kind is InferenceKind.WILD_CLUSTER:
        return _wild(fitted, design, values, repetitions, seed)
    combined = fitted.fit.spread.combined(fitted.weights)
    if kind is InferenceKind.BOOTSTRAP:
        at_clusters = combined.per_cluster(panel, clusters_of(panel, design))
        return by_multipliers(values, at_clusters, design.level, repetitions, seed, path)
    return by_formula(values, clustered(fitted.fit, panel, design, combined), design.level, seed, path)


def _has_room(fitted: Fitted) -> bool:
    width = len(fitted.panel.periods) + fitted.dummies.shape[2]
    return int(width) * len(fitted.panel.outcome) <= _MOST


def _wild(fitted: Fitted, design: Design, values: Floats, repetitions: int, seed: int) -> Told:
    panel = fitted.panel
    width = len(panel.periods) - 1 + len(design.covariates) + fitted.dummies.shape[2]
    columns, outcomes = [], []
    for block in blocks(panel, fitted.dummies, design.covariates):
        root = np.sqrt(block.weight)
        columns.append(block.columns * root[:, None])
        outcomes.append(block.outcome * root)
    contrasts = np.zeros((len(values), width))
    kept = width - fitted.dummies.shape[2] + np.flatnonzero(fitted.fit.kept)
    contrasts[:, kept] = fitted.weights
    keeping = np.ones(width, np.bool_)
    keeping[width - fitted.dummies.shape[2] :] = fitted.fit.kept
    at = clusters_of(panel, design)[panel.unit_at]
    whole = np.concatenate(columns)[:, keeping]
    return wild_told(
        whole, np.concatenate(outcomes), contrasts[:, keeping], at, values, design, repetitions, seed
    )  # fmt: skip


def _own_checks(fitted: Fitted, is_by_cohort: bool) -> tuple[DoubtCheck, ...]:
    checks = []
    if not is_by_cohort and len(fitted.panel.cohorts) > 1:
        checks.append(DoubtCheck("event-study-mixes", None, Words("did.event-study-mixes")))
    if fitted.fit.swept:
        words = Words("did.covariates-swept", {"covariates": ", ".join(fitted.fit.swept)})
        checks.append(DoubtCheck("collinear", None, words))
    if len(fitted.lost):
        words = Words("did.times-lost", {"times": ", ".join(str(time) for time in fitted.lost)})
        checks.append(DoubtCheck("times-lost", None, words))
    return tuple(checks)
