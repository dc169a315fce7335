"""The effects before and after the start, as the checks of trends need them: against one period, in even steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design, Method
from pairup.evaluation.estimate import Found
from pairup.evaluation.event_study import estimate_sun_abraham
from pairup.evaluation.panel import Panel
from pairup.evaluation.staggered import long_path

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EventPath:
    """Effects against the last period before the start (and before any anticipation), which is step 0.

    before : (K,), steps -K to -1. after : (P,), steps 1 to P. covariance : (K + P, K + P), in that order.
    weights : (P,), by which the effects after make up the effect asked for; their shares of the treated cells.
    """

    before: Floats
    after: Floats
    covariance: Floats
    weights: Floats

    @property
    def value(self) -> float:
        return float(self.weights @ self.after)

    @property
    def error(self) -> float:
        count = len(self.before)
        return float(np.sqrt(max(0.0, float(self.weights @ self.covariance[count:, count:] @ self.weights))))

    @property
    def steps(self) -> Floats:
        """Give the steps of the effects after, 1 to P."""
        return np.arange(1, len(self.after) + 1, dtype=np.float64)


def event_path(found: Found, panel: Panel, design: Design) -> EventPath | None:
    """Take the effects by event time that hang together around the start; None without any before, or their covariance.

    Sensitivity speaks of differences against the last period before the start, so Callaway and Sant'Anna's path is
    taken from that one base throughout, as HonestDiD takes it (`staggered.long_path`); what `by_event_time` shows
    before the start is from period to period (Roth 2024 on event-study plots).
    Imputation measures effects after against all periods before, and leads against the earliest of them: two bases, of
    which these checks cannot speak. The path of Sun and Abraham on the same panel stands for it.
    """
    if found.event_covariance is None:
        return None
    if design.method is Method.STAGGERED_DID:
        at, effects, spread = long_path(panel, design)
        times = at.tolist()
    else:
        if design.method is Method.IMPUTATION_DID:
            found = estimate_sun_abraham(panel, replace(design, method=Method.SUN_ABRAHAM, inference=None))
        times = [row.event_time for row in found.by_event_time]
        effects = np.array([row.effect.value for row in found.by_event_time])
        if found.event_covariance is None:
            return None
        spread = found.event_covariance
    return _around_start(times, effects, spread, panel, design)


def _around_start(times: list[int], effects: Floats, spread: Floats, panel: Panel, design: Design) -> EventPath | None:
    """Cut a path to what hangs together with the base, one step after another."""
    if len(times) < 2 or spread.shape != (len(times), len(times)):
        return None
    step = min(later - time for time, later in pairwise(times))
    reference = -(design.anticipation + 1) * step
    down, up = _run(times, reference, -step), _run(times, reference, step)
    shares = _shares(panel, [times[at] for at in up])
    if not down or not up or shares is None:
        return None
    kept = [*reversed(down), *up]
    covariance = spread[np.ix_(kept, kept)]
    if not np.isfinite(covariance).all():
        return None
    return EventPath(effects[kept[: len(down)]], effects[up], covariance, shares)


def _run(times: list[int], reference: int, step: int) -> list[int]:
    """Give the places of the event times next to the reference, one step after another, up to the first hole."""
    places, time = [], reference + step
    while time in times:
        places.append(times.index(time))
        time += step
    return places


def _shares(panel: Panel, times: list[int]) -> Floats | None:
    """Give for each event time its share of the treated cells; None where none of them is treated."""
    last = len(panel.periods)
    counts = dict.fromkeys(times, 0.0)
    for start in panel.cohorts:
        size = float((panel.starts == start).sum())
        for at in range(start, last):
            time = panel.periods.apart(start, at)
            if time in counts:
                counts[time] += size
    total = sum(counts.values())
    return np.array([counts[time] / total for time in times]) if total else None
