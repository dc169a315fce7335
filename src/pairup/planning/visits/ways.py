"""Roads as arrays that kernels read: when a leg arrives, and when it must be left at the latest.

A leg whose travel does not change and that is never closed is a number. Any other is a list of pieces: from `x` on,
until the next piece begins, leaving at t arrives at `y + slope * (t - x)`. Waiting is in it, so arrivals
never fall.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.engines.kernels import compiled
from pairup.planning.visits.clock import Clock, Leg
from pairup.planning.visits.problem import Numbers

Ints = NDArray[np.int64]


class Ways(NamedTuple):
    """All legs of a problem. `steady[a, b]` are the minutes of a steady leg; `legs[kind, a, b]` says how many pieces
    another one has (0: it is steady) and where they begin among the `pieces`, each with its x, y and slope.
    """

    steady: Numbers
    legs: Ints
    pieces: Numbers

    @property
    def is_plain(self) -> bool:
        """Say whether every leg is steady."""
        return not len(self.pieces)


def ways_of(clock: Clock) -> Ways:
    """Write down every leg of every kind of day."""
    p, kinds, size = clock.problem, len(clock.closed), len(clock.problem.ids)
    steady = p.travel.mean(axis=0)
    np.fill_diagonal(steady, 0.0)
    legs = np.zeros((kinds, size, size, 2), np.int64)
    parts, total = [np.zeros((0, 3))], 0
    for kind in range(kinds):
        pairs = clock.changes(kind) if clock.is_static else [(a, b) for a in range(size) for b in range(size)]
        for a, b in pairs:
            if a == b:
                continue
            pieces = _pieces(clock.leg(a, b, kind), p.day_opens, p.day_closes)
            legs[kind, a, b] = len(pieces), total
            total += len(pieces)
            parts.append(pieces)
    return Ways(steady, legs, np.concatenate(parts))


def _pieces(leg: Leg, opens: float, closes: float) -> Numbers:
    """Cut the arrival of one leg into straight pieces over the day."""
    at = leg.at
    moments = [opens, *at, *np.nextafter(at, np.inf)]
    if len(at) > 1 and len(leg.travel) > 1:
        slots = (at - leg.first_slot) / leg.slot
        arrive = at + np.interp(slots, np.arange(len(leg.travel)), leg.travel)
        low, high, later = arrive[:-1], arrive[1:], leg.best[1:]
        crosses = (low < later) & (later < high)  # from here on waiting pays, or no longer
        moments += list((at[:-1] + (later - low) / np.where(crosses, high - low, 1.0) * np.diff(at))[crosses])
    x = np.array(sorted({float(m) for m in moments if opens <= m <= closes}), np.float64)
    ends = np.append(x[1:], closes + 1.0)
    middle = (x + ends) / 2
    y, at_middle = leg.go(x)[1], leg.go(middle)[1]
    wide = (ends - x > 1e-6) & np.isfinite(y) & np.isfinite(at_middle)
    slope = np.where(
        wide, (np.where(wide, at_middle, 0.0) - np.where(wide, y, 0.0)) / np.where(wide, middle - x, 1.0), 0.0
    )
    return np.stack([x, np.maximum.accumulate(y), np.maximum(slope, 0.0)], axis=1)


@compiled
def go(steady: Numbers, legs: Ints, pieces: Numbers, kind: int, a: int, b: int, t: float) -> float:
    """Give the arrival at `b` of a team ready to leave `a` at `t`."""
    count = legs[kind, a, b, 0]
    if count == 0:
        return float(t + steady[a, b])
    low = legs[kind, a, b, 1]
    high = low + count - 1
    while low < high:
        mid = (low + high + 1) // 2
        if pieces[mid, 0] <= t:
            low = mid
        else:
            high = mid - 1
    return float(pieces[low, 1] + pieces[low, 2] * (t - pieces[low, 0]))


@compiled
def back(steady: Numbers, legs: Ints, pieces: Numbers, kind: int, a: int, b: int, t: float) -> float:
    """Give the latest moment to be ready at `a` so as to reach `b` by `t`; minus infinity where there is none."""
    count = legs[kind, a, b, 0]
    if count == 0:
        return float(t - steady[a, b])
    low = legs[kind, a, b, 1]
    high = low + count - 1
    if pieces[low, 1] > t:
        return -np.inf
    end = high
    while low < high:
        mid = (low + high + 1) // 2
        if pieces[mid, 1] <= t:
            low = mid
        else:
            high = mid - 1
    until = np.inf
    if pieces[low, 2] > 0.0:
        until = pieces[low, 0] + (t - pieces[low, 1]) / pieces[low, 2]
    if low < end:
        until = min(until, pieces[low + 1, 0] - 1e-9)
    return until
