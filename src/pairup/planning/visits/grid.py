"""A bound on what the rest of a journey can add: the journey relaxed so far that a table over time can hold it.

Three things are relaxed. Times are rounded down to a grid. A site may be seen again, at the price `price[j]` (a
Lagrangian relaxation; the prices are fitted so that this pays little), but not by turning straight back to it.
The altitude rule is left out. Each of them only adds journeys, so the table bounds the true ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pairup.planning.visits.clock import SLACK, Clock
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.problem import Nights, Numbers, VisitProblem

_CELLS = 30_000_000
_MOST_BINS = 1_500
_NEVER = -np.inf
Ints = NDArray[np.int32]


class GridBound:
    """Values of being ready to leave a node at a time of a day. Nodes are the sites, then the morning places."""

    def __init__(
        self, problem: VisitProblem, clock: Clock, sites: list[int], mornings: list[int], beds: list[int]
    ) -> None:
        self.problem, self.clock, self.sites, self.mornings, self.beds = problem, clock, sites, mornings, beds
        self.nodes = [*sites, *mornings]
        span = problem.day_closes - problem.day_opens
        whole = all(float(x).is_integer() for x in (*problem.stay, *problem.opens)) and span < _MOST_BINS
        self.bins = int(
            min(span if whole and span >= 1 else _MOST_BINS, max(50, _CELLS // max(1, len(self.nodes) ** 2)))
        )
        self.width = span / self.bins if span > 0 else 1.0
        times: Numbers = problem.day_opens + self.width * np.arange(self.bins + 1, dtype=np.float64)
        self.next = [self._next(kind, times) for kind in range(len(clock.closed))]
        self.ends = [self._ends(kind, times) for kind in range(len(clock.closed))]
        self.evenings = sorted({problem.finish, *beds})
        self.worth = problem.worth[sites]
        self.work = len(self.nodes) * self.bins // 4
        self.set_prices(np.zeros(len(sites)))

    def bin_of(self, time: float) -> int:
        """Give the grid time at or before `time`."""
        return min(self.bins, int((time - self.problem.day_opens) / self.width + 1e-9))

    def _next(self, kind: int, times: Numbers) -> Ints:
        """For each time, node and next site: the grid time of leaving it, or one past the last if it fails."""
        p, found = self.problem, np.full((self.bins + 1, len(self.nodes), len(self.sites)), self.bins + 1, np.int32)
        for i, a in enumerate(self.nodes):
            upto = len(times) if i < len(self.sites) else 1
            for j, b in enumerate(self.sites):
                if i == j:
                    continue
                _, arrive = self.clock.leg(a, b, kind).go(times[:upto])
                begin = np.maximum(arrive, p.opens[b])
                leave = begin + p.stay[b]
                fits = (begin <= p.closes[b] + SLACK) & (leave <= p.day_closes + SLACK)
                at = np.minimum((leave - p.day_opens) / self.width + 1e-9, self.bins).astype(np.int32)
                found[:upto, i, j] = np.where(fits, at, self.bins + 1)
        return found

    def _ends(self, kind: int, times: Numbers) -> dict[int, NDArray[np.bool_]]:
        """For each evening place: from which nodes and times it is reached before the day closes."""
        return {
            b: np.stack(
                [self.clock.leg(a, b, kind).go(times)[1] <= self.problem.day_closes + SLACK for a in self.nodes], axis=1
            )
            for b in sorted({self.problem.finish, *self.beds})
        }

    def set_prices(self, price: Numbers) -> None:
        """Fill the tables from the last day to the first."""
        p, size = self.problem, len(self.problem.ids)
        self.price, gain = price, self.worth - price
        self.morning = np.full((p.days + 1, size), _NEVER)
        wakes_at_start = p.nights is Nights.RETURN
        self.table: list[Numbers] = [np.zeros(0)] * p.days
        made: dict[tuple[object, ...], tuple[float, Numbers]] = {}
        for day in range(p.days - 1, -1, -1):
            kind, is_last = self.clock.kind_of_day[day], day == p.days - 1
            ends = [p.finish] if is_last or wakes_at_start else self.beds
            ahead = {
                b: 0.0 if is_last else float(self.morning[day + 1, p.start if wakes_at_start else b]) for b in ends
            }
            top = max(ahead.values(), default=_NEVER)
            if top == _NEVER:
                self.table[day] = np.full((self.bins + 2, len(self.nodes)), _NEVER)
                continue
            # days that differ by a constant share one table
            key = (kind, *((b, round(value - top, 9)) for b, value in ahead.items()))
            if key not in made:
                made[key] = (top, self._day(kind, ahead, gain))
            base, table = made[key]
            self.table[day] = table + (top - base)
            for k, place in enumerate(self.mornings):
                self.morning[day, place] = self.table[day][0, len(self.sites) + k]

    def _day(self, kind: int, ahead: dict[int, float], gain: Numbers) -> Numbers:
        """Fill one day from its last moment to its first. `ahead` values the evenings."""
        bed = np.full((self.bins + 2, len(self.nodes)), _NEVER)
        for b, value in ahead.items():
            bed[:-1] = np.maximum(bed[:-1], np.where(self.ends[kind][b], value, _NEVER))
        best, second = bed.copy(), bed.copy()  # the best value, and the best of those that go elsewhere first
        first = np.full(bed.shape, -1, np.int32)  # the site the best value goes to; -1: to bed
        column = np.arange(len(self.sites))[None, :]
        for k in range(self.bins, -1, -1):
            rows = slice(0, len(self.nodes) if k == 0 else len(self.sites))
            to = self.next[kind][k, rows]
            if not (to <= self.bins).any():
                continue
            every = np.arange(rows.stop)[:, None]
            for _ in range(len(self.sites) + 1):  # as often as visits can follow in no time at all
                turned = first[to, column] == every
                values: Numbers = gain[None, :] + np.where(turned, second[to, column], best[to, column])
                before = best[k].copy(), second[k].copy()
                first[k, rows], best[k, rows], second[k, rows] = _two_best(values, bed[k, rows])
                if not (to == k).any() or ((before[0] == best[k]).all() and (before[1] == second[k]).all()):
                    break
        return best

    def root(self) -> float:
        return float(self.price.sum() + self.morning[0, self.problem.start])

    def fit_prices(self, known: float, effort: Effort, rounds: int) -> None:
        """Lower the bound by subgradient steps while the effort lasts; the best prices met are kept."""
        worth = np.maximum(self.worth, 0.0)
        best, kept, price, stale = self.root(), self.price, self.price, 0
        reach = 0.1 * abs(best)
        for _ in range(rounds):
            effort.add(self.work)
            if effort.is_over() or not np.isfinite(best) or best <= known:
                break
            excess = self._seen() - 1.0
            excess[(excess < 0) & (price <= 0)] = 0.0
            norm = float((excess * excess).sum())
            if norm == 0:
                break
            step = self.root() - max(known, best - reach)
            price = np.clip(price + step / norm * excess, 0.0, worth)
            self.set_prices(price)
            if self.root() < best - 1e-9:
                best, kept, stale = self.root(), price, 0
            elif (stale := stale + 1) >= 4:
                reach, stale, price = reach / 2, 0, kept
                self.set_prices(price)
        if kept is not self.price:
            self.set_prices(kept)

    def _seen(self) -> Numbers:
        """Count how often the best relaxed journey sees each site, by walking the tables."""
        p, seen, gain = self.problem, np.zeros(len(self.sites)), self.worth - self.price
        place = p.start
        for day in range(p.days):
            kind, table = self.clock.kind_of_day[day], self.table[day]
            node, k, came = len(self.sites) + self.mornings.index(place), 0, -1
            for _ in range(4 * len(self.sites) + 4):  # more steps than any day has; a walk that long is a loop
                to = self.next[kind][k, node]
                value = gain + table[to, np.arange(len(self.sites))]
                if came >= 0:
                    value[came] = _NEVER
                bed, asleep = self._bed(day, kind, node, k)
                step = int(np.argmax(value)) if len(value) else -1
                if step < 0 or value[step] <= asleep + 1e-12:
                    place = p.start if p.nights is Nights.RETURN else bed
                    break
                seen[step] += 1
                node, k, came = step, int(to[step]), node if node < len(self.sites) else -1
        return seen

    def _bed(self, day: int, kind: int, node: int, k: int) -> tuple[int, float]:
        """Give the best place to end the day from here, and its value."""
        p, is_last = self.problem, day == self.problem.days - 1
        is_return = p.nights is Nights.RETURN
        best, value = p.finish, _NEVER
        for b in [p.finish] if is_last or is_return else self.beds:
            ahead = 0.0 if is_last else float(self.morning[day + 1, p.start if is_return else b])
            if self.ends[kind][b][k, node] and ahead > value:
                best, value = b, ahead
        return best, value


def _two_best(value: Numbers, bed: Numbers) -> tuple[Ints, Numbers, Numbers]:
    """Give where each row's best value goes (-1: to bed), that value, and the best of going elsewhere."""
    line, at = np.arange(len(value)), np.argmax(value, axis=1)
    top = value[line, at]
    value[line, at] = _NEVER
    goes = top > bed
    other = np.where(goes, np.maximum(value.max(axis=1), bed), bed)
    return np.where(goes, at, -1).astype(np.int32), np.where(goes, top, bed), other
