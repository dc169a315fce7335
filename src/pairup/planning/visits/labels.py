"""Search stop by stop, for journeys whose days see too many sets of sites to list.

A label is a partial journey: where it is, when it is ready to leave, which sites it has seen, what its nights allow.
Labels are expanded in the order of their bound, so that what is left open always bounds the best journey. A label
is dropped where another at the same place, no later, can do whatever it can and is worth no less for it.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.clock import SLACK, Clock
from pairup.planning.visits.days import Outcome
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.grid import GridBound
from pairup.planning.visits.problem import Nights, VisitProblem
from pairup.planning.visits.routes import Day, mornings, timed

_ROUNDS, _FEWER = 400, 60  # of fitting prices; fewer where travel changes, as each costs more
#: beyond so many sites a table over time is too coarse to bound anything
MOST_SITES = 320


@dataclass(slots=True, eq=False)
class Label:
    """A partial journey. `node` is a site or the place of a morning; `seen` has a bit for each candidate."""

    worth: float
    bound: float
    time: float
    node: int
    day: int
    past: int
    seen: int
    is_morning: bool
    before: Label | None
    is_dropped: bool = False


class LabelSearch:
    """The search for one problem."""

    def __init__(
        self, problem: VisitProblem, clock: Clock, climb: Climb, sites: list[int], grain: float, known: float
    ) -> None:
        self.problem, self.clock, self.climb, self.sites, self.grain = problem, clock, climb, sites, grain
        self.is_return = problem.nights is Nights.RETURN
        self.beds = [problem.finish] if self.is_return else [int(k) for k in np.flatnonzero(problem.may_sleep)]
        self.grid = GridBound(problem, clock, sites, mornings(problem), self.beds)
        self.known, self.may_skip = known, clock.is_metric()
        self.bit = {site: k for k, site in enumerate(sites)}
        self.kept: dict[tuple[int, int, int, bool], list[Label]] = {}
        self.heap: list[tuple[float, int, Label]] = []
        self.count = 0
        self.best: Label | None = None

    def run(self, effort: Effort) -> Outcome:
        """Fit the bound, then search until the proof or the end of the effort."""
        rounds = _ROUNDS if self.grid.ways.is_plain else _FEWER
        self.grid.fit_prices(max(self.known, 0.0), effort.share(0.5), rounds)
        price = self.grid.price
        self.price_sum, self.price = float(price.sum()), price.tolist()
        root = self.grid.root()
        if not np.isfinite(root):
            return Outcome(None, None, None, is_proved=True)
        self._push(Label(0.0, root, self.problem.day_opens, self.problem.start, 0, 0, 0, True, None))
        left: float | None = None
        while self.heap:
            minus, _, label = heapq.heappop(self.heap)
            if not self._is_hopeful(-minus):
                break
            if label.is_dropped:
                continue
            if effort.is_over():
                left = -minus
                break
            before = self.count
            self._expand(label)
            effort.add(1 + self.count - before)
        found = self._journey(self.best) if self.best is not None else None
        worth = self.known if self.known > -np.inf else None
        bound = min(root, left) if left is not None else worth
        return Outcome(found, worth if found else None, bound, is_proved=left is None)

    def _is_hopeful(self, bound: float) -> bool:
        return bound >= self.known + self.grain * (1 - 1e-6)

    def _push(self, label: Label) -> None:
        """Keep a label unless its bound or another label makes it needless."""
        self.count += 1
        if not self._is_hopeful(label.bound):
            return
        rivals = self.kept.setdefault((label.node, label.day, label.past, label.is_morning), [])
        self.count += len(rivals) // 16
        if any(self._beats(rival, label) for rival in rivals):
            return
        still = []
        for rival in rivals:
            if self._beats(label, rival):
                rival.is_dropped = True
            else:
                still.append(rival)
        still.append(label)
        self.kept[label.node, label.day, label.past, label.is_morning] = still
        heapq.heappush(self.heap, (-label.bound, -self.count, label))

    def _beats(self, one: Label, other: Label) -> bool:
        """Say whether whatever may follow `other` may follow `one`, at no less worth in the end.

        Where visits can be left out, `one` follows the other's way without what it has seen itself.
        """
        if one.time > other.time + 1e-12 or one.worth < other.worth - 1e-12:
            return False
        ahead = one.seen & ~other.seen
        if not ahead:
            return True
        lost = self._reachable_worth(ahead, other) if self.may_skip else self._is_reachable(ahead, other)
        return one.worth - lost >= other.worth - 1e-12

    def _reachable(self, mask: int, label: Label) -> list[int]:
        """Give the sites of a mask that the label could still see; on all days but the last, all of them."""
        found = []
        while mask:
            low = mask & -mask
            site = self.sites[low.bit_length() - 1]
            mask ^= low
            begin = max(label.time + self.clock.least[label.node, site], self.problem.opens[site])
            if label.day < self.problem.days - 1 or begin <= self.problem.closes[site] + SLACK:
                found.append(site)
        return found

    def _reachable_worth(self, mask: int, label: Label) -> float:
        return float(sum(max(0.0, self.problem.worth[site]) for site in self._reachable(mask, label)))

    def _is_reachable(self, mask: int, label: Label) -> float:
        return float("inf") if self._reachable(mask, label) else 0.0

    def _expand(self, label: Label) -> None:
        """Visit each site that can be next, or end the day."""
        p, kind = self.problem, self.clock.kind_of_day[label.day]
        table = self.grid.table[label.day]
        rest = self._unseen_price(label.seen)
        for k, site in enumerate(self.sites):
            if label.seen >> k & 1 or (site == label.node and not label.is_morning):
                continue
            _, arrive = self.clock.go(label.node, site, label.time, kind)
            begin = max(arrive, float(p.opens[site]))
            time = begin + float(p.stay[site])
            if begin > p.closes[site] + SLACK or time > p.day_closes + SLACK:
                continue
            worth = label.worth + float(p.worth[site])
            bound = worth + rest - self.price[k] + float(table[self.grid.bin_of(time), k])
            self._push(Label(worth, bound, time, site, label.day, label.past, label.seen | 1 << k, False, label))
        is_last = label.day == p.days - 1
        for bed in [p.finish] if is_last else self.beds:
            past = int(self.climb.step[label.past, bed])
            if past < 0 or self.clock.go(label.node, bed, label.time, kind)[1] > p.day_closes + SLACK:
                continue
            end = Label(label.worth, label.worth, p.day_opens, bed, label.day + 1, past, label.seen, True, label)
            if is_last:
                if self._is_hopeful(end.worth):
                    self.known, self.best = end.worth, end
                continue
            end.node = p.start if self.is_return else bed
            end.bound = label.worth + rest + float(self.grid.morning[label.day + 1, end.node])
            self._push(end)

    def _unseen_price(self, seen: int) -> float:
        total = self.price_sum
        while seen:
            low = seen & -seen
            total -= self.price[low.bit_length() - 1]
            seen ^= low
        return total

    def _journey(self, end: Label) -> tuple[Day, ...]:
        """Read the days back from the last label."""
        p, chain, back = self.problem, [end], end.before
        while back is not None:
            chain.append(back)
            back = back.before
        days: list[Day] = []
        path: list[int] = []
        place = p.start
        for label in reversed(chain[:-1]):
            if not label.is_morning:
                path.append(label.node)
                continue
            bed = p.finish if self.is_return or label.day == p.days else label.node
            day = timed(p, self.clock, label.day, place, bed, path)
            assert day is not None, "what the search reached fits"
            days.append(day)
            place, path = p.start if self.is_return else bed, []
        return tuple(days)


def search_labels(
    problem: VisitProblem, clock: Clock, climb: Climb, sites: list[int], grain: float, known: float, effort: Effort
) -> Outcome:
    """Search stop by stop for a journey worth more than `known`. Without a proof the outcome carries a bound.

    Beyond `MOST_SITES` nothing is searched and nothing bounded.
    """
    if len(sites) > MOST_SITES:
        return Outcome(None, None, None, is_proved=False)
    return LabelSearch(problem, clock, climb, sites, grain, known).run(effort)
