"""Interrupted series: one place, or places that begin together, before and after, and what would have gone on without.

Segmented regression (Wagner and others, Journal of Clinical Pharmacy and Therapeutics 27, 2002; Bernal and others,
International Journal of Epidemiology 46, 2017) of the mean of the treated units on time, the calendar, covariates such
as a column for moving holidays, the mean of the control units, and from the start on a change of level and of slope.
`value` is the change on average over the periods after. Errors follow each other (`autoregression`); where that order
is not enough, ARMA errors take over if they make the interval wider (`moving_errors`, by AICc), and the answer says so.

It rests on a trend that would have gone on, and on nothing else having begun at the start. So its strength is D at
most. The answer hangs on how the controls enter: as a regressor, taken off, or not at all; all three are reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.autoregression import Series, fit_series, ljung_box
from pairup.evaluation.calendar_effects import calendar_of, times_of
from pairup.evaluation.design import Design, Inference, InferenceKind
from pairup.evaluation.estimate import AtEventTime, DoubtCheck, Effect, Found, Path
from pairup.evaluation.panel import Panel
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: fewer points before the start show no trend
_LEAST_BEFORE = 8
#: so many points after the start before its slope may change too
_LEAST_SLOPE = 4
#: between ways in which controls enter, as between two methods (gate G8)
_FACTOR = 2.0
#: twice the log likelihood by which the best of all breaks may fit better (Andrews 2003: 95 %, two parameters)
_BREAK = 11.7


@dataclass(frozen=True, eq=False)
class Points:
    """The series: treated mean, control mean (None without any), covariates, calendar; times are whole numbers."""

    at: Ints
    times: Ints
    outcome: Floats
    control: Floats | None
    covariates: Floats
    calendar: Floats
    start: int

    def until(self, last: int, start: int) -> Points:
        """The series before a place, as if help had begun at an earlier one."""
        control = None if self.control is None else self.control[:last]
        return Points(
            self.at[:last], self.times[:last], self.outcome[:last], control, self.covariates[:last],
            self.calendar[:last], start,
        )  # fmt: skip

    def beginning(self, start: int) -> Points:
        return Points(
            self.at, self.times, self.outcome, self.control, self.covariates, self.calendar, start
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Change:
    """A fit: the average change after the start, by period, and the outcome without it."""

    effect: Effect
    slope: float | None
    later: tuple[Effect, ...]
    without: Floats
    series: Series
    errors: str


def estimate_interrupted(panel: Panel, design: Design, *, seed: int = 0) -> Found:
    """Estimate the change of level, on average after the start, with the change of slope where points allow.

    Control units (those of the pool) enter by their mean as a regressor. Not identified: treated units that begin
    apart, fewer than eight points before the start, too few points for the regressors. Refused: inference other than
    analytic. Truth known by simulation only: intervals of 95 % cover 93 to 98 % where neighbours correlate by 0.8 at
    most, from 24 points on, and 91 % in series of 24 points whose neighbours correlate by 0.9.
    """
    asked = design.inference or Inference(InferenceKind.ANALYTIC)
    if asked.kind is not InferenceKind.ANALYTIC:
        raise InputError(
            f"The method {design.method} has no inference by {asked.kind}.", hint="Ask for analytic.",
            code="experiments.no-inference", kind=asked.kind.value, method=design.method.value,
        )  # fmt: skip
    if len(panel.cohorts) != 1:
        return Found(None, missing=(Words("experiments.missing-one-break", {"starts": len(panel.cohorts)}),))
    points = _points(panel, design)
    if points.start < _LEAST_BEFORE or len(points.at) == points.start:
        facts = {"before": points.start, "after": len(points.at) - points.start, "least": _LEAST_BEFORE}
        return Found(None, missing=(Words("experiments.missing-points", facts),))
    entering = "regressor" if points.control is not None else "none"
    change = changed(points, entering, design.level)
    if change is None:
        return Found(None, missing=(Words("experiments.missing-freedom", {"points": len(points.at)}),))
    ways = {way: change if way == entering else changed(points, way, design.level) for way in _ways(points)}
    spread = {way: one.effect for way, one in ways.items() if one is not None}
    labels = tuple(panel.periods.label(int(at)) for at in points.at)
    after = points.start
    return Found(
        change.effect, path=Path(labels, tuple(points.outcome.tolist()), tuple(change.without.tolist())),
        by_event_time=tuple(
            AtEventTime(panel.periods.apart(int(points.at[after]), int(at)), effect)
            for at, effect in zip(points.at[after:], change.later, strict=True)
        ),
        checks=tuple(_checks(panel, points, change, entering, spread, design.level)),
        level_without=float(change.without[after:].mean()),
        further={"series": {
            "points": len(points.at), "before": after, "controls_enter": entering, "errors": change.errors,
            "correlation": change.series.rho, "slope_change": change.slope, "calendar": points.calendar.shape[1],
            "by_controls": {way: effect.to_dict() for way, effect in spread.items()},
        }},
    )  # fmt: skip


def _ways(points: Points) -> tuple[str, ...]:
    return ("none",) if points.control is None else ("regressor", "difference", "none")


def _points(panel: Panel, design: Design) -> Points:
    """Take the means of treated and of control units, in the periods in which all treated ones are seen.

    Controls with holes in these periods are left out.
    """
    wide = panel.outcomes
    treated = wide[panel.is_treated]
    seen = ~np.isnan(treated).any(axis=0)
    others = wide[~panel.is_treated][:, seen]
    others = others[~np.isnan(others).any(axis=1)]
    at = np.flatnonzero(seen)
    columns = []
    for name in design.covariates:
        column = panel.spread(panel.columns[name])[panel.is_treated][:, seen].mean(axis=0)
        if np.isnan(column).any():
            period = panel.periods.label(int(at[np.flatnonzero(np.isnan(column))[0]]))
            raise InputError(
                f"{name} is missing in {period}.", hint="Give it for every period of the series.",
                code="experiments.covariate-hole", name=name, period=period,
            )  # fmt: skip
        columns.append(column)
    start = int(np.searchsorted(at, panel.cohorts[0]))
    values = panel.periods.values[at]
    times = times_of(values) if panel.periods.are_days else values - values[0]
    calendar = calendar_of(values, start) if panel.periods.are_days else np.zeros((len(at), 0))
    return Points(
        at, times.astype(np.int64), treated[:, seen].mean(axis=0), others.mean(axis=0) if len(others) else None,
        np.column_stack(columns) if columns else np.zeros((len(at), 0)), calendar, start,
    )  # fmt: skip


def changed(points: Points, controls: str, level: float) -> Change | None:
    """Fit with controls entering in one way. None where points are too few, or the change hangs on other regressors."""
    times = points.times.astype(np.float64)
    outcome = points.outcome
    others = [np.ones(len(times)), times - times.mean(), *points.covariates.T, *points.calendar.T]
    if controls == "regressor" and points.control is not None:
        others.append(points.control - points.control.mean())
    if controls == "difference" and points.control is not None:
        outcome = outcome - points.control
    is_on = np.arange(len(times)) >= points.start
    since = np.where(is_on, times - times[is_on].mean(), 0.0)
    terms = [is_on.astype(np.float64)] + ([since] if is_on.sum() >= _LEAST_SLOPE else [])
    regressors = np.column_stack([*terms, *others])
    fit = fit_series(outcome, regressors, points.times)
    if fit is None:
        return None
    fit, errors = better(fit, outcome, regressors, points.times)

    def effect_of(*contrast: float) -> Effect:
        value, error, interval, p = fit.told(np.array([*contrast, *np.zeros(len(others))]), level)
        return Effect(value, error, interval, p)

    later = [effect_of(1.0, *([float(gap)] if len(terms) == 2 else [])) for gap in since[is_on]]
    added = np.zeros(len(times))
    added[is_on] = [one.value for one in later]
    predicted = regressors @ fit.values + (points.outcome - outcome)
    without = predicted - added
    without[is_on] = points.outcome[is_on] - added[is_on]
    average = effect_of(1.0, *([0.0] if len(terms) == 2 else []))
    return Change(average, float(fit.values[1]) if len(terms) == 2 else None, tuple(later), without, fit, errors)


def better(fit: Series, outcome: Floats, regressors: Floats, times: Ints) -> tuple[Series, str]:
    """Keep errors of order one where nothing is left over (Ljung-Box p >= 0.05).

    Else try ARMA errors, and keep them where they make the interval of the change wider: choosing an order by the data
    makes errors too small, never too large.
    """
    from pairup.evaluation.moving_errors import fit_arma

    if ljung_box(fit.shocks) >= 0.05 or not (np.diff(times) == 1).all():
        return fit, "AR(1)"
    found = fit_arma(outcome, regressors)
    first = np.eye(regressors.shape[1])[0]
    if found is None or found[0].told(first, 0.95)[1] <= fit.told(first, 0.95)[1]:
        return fit, "AR(1)"
    return found


def _checks(
    panel: Panel, points: Points, change: Change, entering: str, spread: dict[str, Effect], level: float
) -> list[DoubtCheck]:
    checks = []
    p = ljung_box(change.series.shocks, change.series.spent)
    facts: dict[str, Any] = {"errors": change.errors, "p": f"{p:.2g}"}
    checks.append(
        DoubtCheck("correlation left over", p >= 0.01, Words("experiments.check-correlation", facts), p, True)
    )
    checks += _placebo(panel, points, entering, level)
    checks += _break(panel, points, change)
    if len(spread) > 1 and change.effect.interval:
        low, high = change.effect.interval
        values = [one.value for one in spread.values()]
        is_kept = min(values) * max(values) > 0 and all(low <= value <= high for value in values)
        sizes = [abs(value) for value in values]
        if low * high > 0:  # a wide interval excuses nothing: an effect that stands is of one size, whichever way
            is_kept = is_kept and max(sizes) <= _FACTOR * min(sizes)
        told = {"least": said(min(values)), "most": said(max(values))}
        words = Words("experiments.check-controls", told)
        checks.append(DoubtCheck("how controls enter", is_kept, words, max(values) - min(values), True))
    return checks


def _placebo(panel: Panel, points: Points, entering: str, level: float) -> list[DoubtCheck]:
    """Pretend that help began after two thirds of the periods before it did."""
    early = 2 * points.start // 3
    if early < _LEAST_BEFORE or points.start - early < 2:
        return [DoubtCheck("placebo in time", None, Words("experiments.check-no-placebo"))]
    found = changed(points.until(points.start, early), entering, level)
    if found is None or found.effect.p is None:
        return [DoubtCheck("placebo in time", None, Words("experiments.check-no-placebo"))]
    facts = {
        "period": panel.periods.label(int(points.at[early])), "value": said(found.effect.value),
        "p": f"{found.effect.p:.2g}",
    }  # fmt: skip
    words = Words("experiments.check-placebo-time", facts)
    return [DoubtCheck("placebo in time", found.effect.p > 0.1, words, found.effect.p, True)]


def _break(panel: Panel, points: Points, change: Change) -> list[DoubtCheck]:
    """Look where a break fits best, by the likelihood of errors of order one, without controls."""
    count = len(points.at)
    fits = {place: _likelihood(points.beginning(place)) for place in range(_LEAST_BEFORE, count - 2)}
    told = {place: value for place, value in fits.items() if value is not None}
    if len(told) < 3 or points.start not in told:
        return []
    best = max(told, key=lambda place: (told[place], -place))
    apart = 2 * (told[best] - told[points.start])
    facts = {
        "best": panel.periods.label(int(points.at[best])),
        "start": panel.periods.label(int(points.at[points.start])),
    }
    words = Words("experiments.check-break", facts | {"apart": f"{apart:.1f}"})
    return [DoubtCheck("break where declared", apart <= _BREAK, words, apart)]


def _likelihood(points: Points) -> float | None:
    times = points.times.astype(np.float64)
    is_on = np.arange(len(times)) >= points.start
    since = np.where(is_on, times - times[is_on].mean(), 0.0)
    if is_on.sum() < _LEAST_SLOPE:
        since = np.zeros((0, len(times)))
    regressors = np.column_stack([is_on, *np.atleast_2d(since), np.ones(len(times)), times, *points.calendar.T])
    fit = fit_series(points.outcome, regressors.astype(np.float64), points.times)
    return None if fit is None else fit.likelihood
