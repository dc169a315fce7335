"""The effects before and after the start, as the checks of trends need them: against one period, in even steps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design
from pairup.evaluation.estimate import Found
from pairup.evaluation.panel import Panel

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

    Where the effects before are each against the period before (as in Callaway and Sant'Anna), they are added up to
    differences against the last period before, the base that sensitivity needs (Roth 2024 on event-study plots).
    """
    rows, spread = found.by_event_time, found.event_covariance
    if spread is None or len(rows) < 2 or spread.shape != (len(rows), len(rows)):
        return None
    times = [row.event_time for row in rows]
    step = min(later - time for time, later in pairwise(times))
    reference = -(design.anticipation + 1) * step
    down, up = _run(times, reference, -step), _run(times, reference, step)
    is_short = reference in times and spread[times.index(reference), times.index(reference)] > 0
    if is_short:
        down = [times.index(reference), *down]
    shares = _shares(panel, [times[at] for at in up])
    if not down or not up or shares is None:
        return None
    turned = np.zeros((len(down) + len(up), len(rows)))
    for at in range(len(down)):
        if is_short:
            turned[len(down) - 1 - at, down[: at + 1]] = -1.0
        else:
            turned[len(down) - 1 - at, down[at]] = 1.0
    turned[np.arange(len(down), len(turned)), up] = 1.0
    effects = turned @ np.array([row.effect.value for row in rows])
    covariance = turned @ spread @ turned.T
    if not np.isfinite(covariance).all():
        return None
    return EventPath(effects[: len(down)], effects[len(down) :], covariance, shares)


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
