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
from pairup.planning.visits.filling import fill_day, next_times
from pairup.planning.visits.problem import Nights, Numbers, VisitProblem
from pairup.planning.visits.ways import ways_of

_CELLS = 30_000_000
_MOST_BINS = 1_500
_NEVER = -np.inf


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
        self.ways, self.at = ways_of(clock), np.array(self.nodes, np.int64)
        self.table_of_sites: Numbers = np.stack([problem.opens, problem.closes + SLACK, problem.stay], axis=1)
        self.hours = np.array([problem.day_opens, problem.day_closes + SLACK])
        self.ends = [self._ends(kind, times) for kind in range(len(clock.closed))]
        self.evenings = sorted({problem.finish, *beds})
        self.worth = problem.worth[sites]
        self.work = len(self.nodes) * self.bins // (16 if self.ways.is_plain else 2)  # of filling it once
        self.set_prices(np.zeros(len(sites)))

    def bin_of(self, time: float) -> int:
        """Give the grid time at or before `time`."""
        return min(self.bins, int((time - self.problem.day_opens) / self.width + 1e-9))

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
        by_node = np.ascontiguousarray(bed.T)
        best, second, first = by_node.copy(), by_node.copy(), np.full(by_node.shape, -1, np.int32)
        fill_day(
            self.table_of_sites, *self.ways, self.hours, kind, self.width, self.bins, self.at, len(self.sites), gain,
            by_node, best, second, first,
        )  # fmt: skip
        return np.ascontiguousarray(best.T)

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
                to = next_times(
                    self.table_of_sites, *self.ways, self.hours, kind, self.width, self.bins, self.at,
                    len(self.sites), node, k,
                )  # fmt: skip
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
