"""When a leg arrives: travel that changes over the day, and roads that are closed for a while.

Waiting is free, so the arrival is the earliest over every departure from now on. That makes the legs first in,
first out whatever the travel times are: leaving earlier never arrives later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.planning.visits.problem import Numbers, VisitProblem
from pairup.planning.visits.seasons import seasons_of

#: what two sums of decimals may differ by (times are compared with it)
SLACK = 1e-7
#: a road closed for a season is closed from long before a day to long after it
_LONG = 1e9


@dataclass(frozen=True, slots=True)
class Leg:
    """One road on one kind of day. `at` are the moments at which leaving can pay more than leaving now."""

    travel: Numbers  # minutes at each slot's start; a single value where travel does not change
    first_slot: float
    slot: float
    closed: tuple[tuple[float, float], ...]
    at: Numbers
    best: Numbers  # earliest arrival when leaving at `at[k]` or at a later one of them
    best_at: Numbers

    @classmethod
    def of(cls, travel: Numbers, first_slot: float, slot: float, closed: tuple[tuple[float, float], ...]) -> Leg:
        moments = {to for _, to in closed} | {float(np.nextafter(begin, -np.inf)) for begin, _ in closed}
        if len(travel) > 1:
            moments |= {first_slot + slot * k for k in range(len(travel))}
        at = np.array(sorted(moments), float)
        leg = cls(travel, first_slot, slot, closed, at, at, at)
        arrive = np.where(leg._is_closed(at), np.inf, at + leg._minutes(at))
        best, best_at = arrive.copy(), at.copy()
        for k in range(len(at) - 2, -1, -1):
            if best[k + 1] < best[k]:
                best[k], best_at[k] = best[k + 1], best_at[k + 1]
        return cls(travel, first_slot, slot, closed, at, best, best_at)

    def _minutes(self, t: Numbers) -> Numbers:
        if len(self.travel) == 1:
            return np.full(t.shape, self.travel[0])
        return np.interp((t - self.first_slot) / self.slot, np.arange(len(self.travel)), self.travel)

    def _is_closed(self, t: Numbers) -> NDArray[np.bool_]:
        shut = np.zeros(t.shape, bool)
        for begin, end in self.closed:
            shut |= (begin <= t) & (t < end)
        return shut

    def go(self, t: Numbers) -> tuple[Numbers, Numbers]:
        """Give departures and arrivals for teams that are ready to leave at `t`."""
        if not len(self.at):
            return t, t + self.travel[0]
        arrive = np.where(self._is_closed(t), np.inf, t + self._minutes(t))
        later = np.searchsorted(self.at, t)
        can_wait = later < len(self.at)
        later = np.minimum(later, len(self.at) - 1)
        waits = can_wait & (self.best[later] < arrive - SLACK)
        return np.where(waits, self.best_at[later], t), np.where(waits, self.best[later], arrive)


class Clock:
    """All legs of a problem. Days that close the same roads at the same times, in the same seasons, are one kind."""

    def __init__(self, problem: VisitProblem) -> None:
        self.problem = problem
        closed: list[dict[tuple[int, int], list[tuple[float, float]]]] = [{} for _ in range(problem.days)]
        for c in problem.closures:
            if c.day <= problem.days and c.closed_to > c.closed_from and c.start != c.finish:
                closed[c.day - 1].setdefault((c.start, c.finish), []).append((c.closed_from, c.closed_to))
        slower = [self._season(day, closed[day]) for day in range(problem.days)]
        kinds: dict[tuple[object, ...], int] = {}
        self.kind_of_day = [
            kinds.setdefault((tuple(sorted((k, tuple(v)) for k, v in day.items())), factors.tobytes()), len(kinds))
            for day, factors in zip(closed, slower, strict=True)
        ]
        self.closed = [closed[self.kind_of_day.index(k)] for k in range(len(kinds))]
        #: by kind of day, what the minutes of each road are multiplied by
        self.slower = [slower[self.kind_of_day.index(k)] for k in range(len(kinds))]
        self._legs: dict[tuple[int, int, int], Leg] = {}
        self.is_static = problem.slot_minutes is None
        self.least = self._least()

    def leg(self, a: int, b: int, kind: int) -> Leg:
        key = (a, b, kind)
        if key not in self._legs:
            p = self.problem
            shut = tuple(self.closed[kind].get((a, b), ()))
            travel = np.zeros(1) if a == b else p.travel[:, a, b] * self.slower[kind][a, b]
            self._legs[key] = Leg.of(travel, p.first_slot_at or 0.0, p.slot_minutes or 1.0, shut)
        return self._legs[key]

    def go(self, a: int, b: int, t: float, kind: int) -> tuple[float, float]:
        """Give the departure and the arrival of one team."""
        if a == b:
            return t, t
        if self.is_static and (a, b) not in self.closed[kind]:
            return t, t + float(self.problem.travel[0, a, b] * self.slower[kind][a, b])
        depart, arrive = self.leg(a, b, kind).go(np.array([t]))
        return float(depart[0]), float(arrive[0])

    def _season(self, day: int, closed: dict[tuple[int, int], list[tuple[float, float]]]) -> Numbers:
        """Give what the seasons of a day (from 0) multiply minutes by; roads that they close are written down."""
        p, factors = self.problem, np.ones(self.problem.travel.shape[1:])
        for season in seasons_of(p.seasons, p.first_day, day + 1):
            every = [(a, b) for a in range(len(p.ids)) for b in range(len(p.ids))]
            for a, b in every if season.roads is None else season.roads:
                if a == b:
                    continue
                if season.slower is None:
                    closed[a, b] = [(-_LONG, _LONG)]
                else:
                    factors[a, b] *= season.slower
        return factors

    def changes(self, kind: int) -> list[tuple[int, int]]:
        """Give the roads that on this kind of day are no single number of minutes, or not the usual one."""
        slow = {(int(a), int(b)) for a, b in np.argwhere(self.slower[kind] != 1.0)}
        return sorted({*self.closed[kind], *slow})

    def _least(self) -> Numbers:
        """Give a time that no journey between two sites beats, over any sites and at any hour."""
        least: Numbers = self.problem.travel.min(axis=0).copy()
        np.fill_diagonal(least, 0.0)
        for mid in range(len(least)):
            np.minimum(least, least[:, mid : mid + 1] + least[mid : mid + 1, :], out=least)
        return least

    def is_metric(self) -> bool:
        """Say whether leaving a visit out never makes a day longer (travel does not change, nothing is closed)."""
        if not self.is_static or any(self.changes(kind) for kind in range(len(self.closed))):
            return False
        t, stay = self.problem.travel[0], self.problem.stay
        return all(bool((t <= t[:, j : j + 1] + stay[j] + t[j : j + 1, :] + SLACK).all()) for j in range(len(t)))
