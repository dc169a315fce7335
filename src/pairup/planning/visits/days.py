"""Join day routes to journeys, and prove the best one.

A morning label is a place, what the nights so far allow, and the set of sites seen. All labels of a morning are
kept together as bit masks. A label is dropped where its completion bound does not beat the best plan known, or
where another label of the same place has seen all it has (if every day can leave visits out). The bound is
Lagrangian: a site may be seen again at the price `price[j]`, and the prices are fitted so that this pays little.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.problem import Nights, Numbers, VisitProblem
from pairup.planning.visits.routes import (
    Day,
    Families,
    Masks,
    candidates,
    day_routes,
    evenings,
    largest,
    may_skip,
    mornings,
    quickest,
    timed,
)

_CHUNK = 1 << 20  # sets joined at once
_COMPARED = 48  # labels are held against so many of the worthiest of their place
_JOINS_PER_WORK = 256
_BEAM = 1500  # labels of a morning that go on in the first, quick walk

#: labels of one morning: by place and past, the sets seen
Morning = dict[tuple[int, int], Masks]


@dataclass
class Sets:
    """Sums over bit masks by table look-up."""

    values: Numbers
    tables: list[Numbers] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = []
        for low in range(0, len(self.values), 16):
            table = np.zeros(1)
            for value in self.values[low : low + 16]:
                table = np.concatenate([table, table + value])
            self.tables.append(np.concatenate([table, np.zeros((1 << 16) - len(table))]))

    def sums(self, masks: Masks) -> Numbers:
        total = np.zeros(len(masks))
        for k, table in enumerate(self.tables):
            total += table[((masks >> np.uint64(16 * k)) & np.uint64(0xFFFF)).astype(np.int64)]
        return total


@dataclass(frozen=True)
class Outcome:
    """What a search found: the best journey (None: none found), a bound (None: none), and whether it is proved.

    A proved outcome without a journey says that no journey exists.
    """

    journey: tuple[Day, ...] | None
    worth: float | None
    bound: float | None
    is_proved: bool


class DaySearch:
    """The search over days. `routes` holds one set of families for each kind of day."""

    def __init__(
        self, problem: VisitProblem, clock: Clock, climb: Climb, sites: list[int], routes: list[Families], grain: float
    ) -> None:
        self.problem, self.clock, self.climb, self.sites, self.grain = problem, clock, climb, sites, grain
        self.skips = all(may_skip(families, len(sites)) for families in routes)
        #: where visits can be left out, those worth nothing are
        wanted = np.uint64(sum(1 << bit for bit, site in enumerate(sites) if problem.worth[site] > 0))
        self.routes = [
            {
                pair: largest(np.unique(masks & wanted), len(sites)) if self.skips else masks
                for pair, masks in families.items()
            }
            for families in routes
        ]
        self.worth = Sets(problem.worth[sites])
        self.pairs = [(k, a, b) for k, families in enumerate(self.routes) for a, b in families]
        parts = [self.routes[k][a, b] for k, a, b in self.pairs]
        every = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
        self.starts = np.cumsum([0, *map(len, parts)])[:-1]
        flags = np.uint64(1) << np.arange(len(sites), dtype=np.uint64)
        self.every = every
        self.bits = ((every[:, None] & flags[None, :]) != 0).astype(np.float64)
        is_return = problem.nights is Nights.RETURN
        #: where the team wakes after an evening: labels carry the evening's place
        self.wake = [problem.start if is_return else place for place in range(len(problem.ids))]
        self.beds = {problem.finish} if is_return else {int(k) for k in np.flatnonzero(problem.may_sleep)}
        self.beds_of = [self.beds] * (problem.days - 1) + [{problem.finish}]
        self.moves_of = [self._moves(day) for day in range(problem.days)]
        self.set_prices(np.zeros(len(sites)))

    # -- bound -------------------------------------------------------------------------------------------------

    def set_prices(self, price: Numbers) -> None:
        """Value every morning under these prices: `value[day][place, past]` bounds what the days ahead can add."""
        problem, size = self.problem, len(self.problem.ids)
        self.price = price
        gain = problem.worth[self.sites] - price
        self.gained = Sets(gain)
        if self.skips:
            gain = np.maximum(gain, 0.0)
        sums = self.bits @ gain
        best = np.maximum.reduceat(sums, self.starts) if len(self.starts) else np.zeros(0)
        self.sums, self.best = sums, best
        value = np.full((problem.days + 1, size, len(self.climb.step)), -np.inf)
        value[problem.days, self.wake[problem.finish]] = 0.0
        self.value = value
        for day in range(problem.days - 1, -1, -1):
            ahead = {
                b: np.append(value[day + 1, self.wake[b]], -np.inf)[self.climb.step[:, b]] for b in self.beds_of[day]
            }
            for a, b, k in self.moves_of[day]:
                np.maximum(value[day, a], best[k] + ahead[b], out=value[day, a])

    def _moves(self, day: int) -> list[tuple[int, int, int]]:
        """Give the pairs of places one day (from 0) can join, each with its number among all pairs."""
        kind = self.clock.kind_of_day[day]
        return [
            (a, b, number) for number, (k, a, b) in enumerate(self.pairs)
            if k == kind and b in self.beds_of[day] and (day > 0 or a == self.problem.start)
        ]  # fmt: skip

    def root(self) -> float:
        return float(self.price.sum() + self.value[0, self.problem.start, 0])

    def fit_prices(self, known: float, effort: Effort, rounds: int = 150) -> None:
        """Lower the bound by subgradient steps towards a level a little below it; the best prices met are kept."""
        if not self.sites or not np.isfinite(self.root()):
            return
        worth = np.maximum(self.problem.worth[self.sites], 0.0)
        best, kept, price, stale = self.root(), self.price, self.price, 0
        reach = 0.1 * abs(best)
        for _ in range(rounds):
            excess = self._seen() - 1.0
            excess[(excess < 0) & (price <= 0)] = 0.0
            norm = float((excess * excess).sum())
            if norm == 0 or best <= known or effort.is_over():
                break
            step = self.root() - max(known, best - reach)
            price = np.clip(price + step / norm * excess, 0.0, worth)
            self.set_prices(price)
            if self.root() < best - 1e-9:
                best, kept, stale = self.root(), price, 0
            elif (stale := stale + 1) >= 6:
                reach, stale, price = reach / 2, 0, kept
                self.set_prices(price)
        self.set_prices(kept)

    def _seen(self) -> Numbers:
        """Count how often the best relaxed journey sees each site."""
        problem, seen = self.problem, np.zeros(len(self.sites))
        place, past = problem.start, 0
        gain = problem.worth[self.sites] - self.price
        for day in range(problem.days):
            options = []
            for a, b, k in self.moves_of[day]:
                to = int(self.climb.step[past, b])
                if a == self.wake[place] and to >= 0:
                    options.append((float(self.best[k] + self.value[day + 1, self.wake[b], to]), -b, to, k))
            _, minus, to, pair = max(options)
            low = self.starts[pair]
            high = self.starts[pair + 1] if pair + 1 < len(self.starts) else len(self.every)
            row = self.bits[low + int(np.argmax(self.sums[low:high]))]
            seen += row * (gain > 0) if self.skips else row
            place, past = -minus, to
        return seen

    # -- search ------------------------------------------------------------------------------------------------

    def search(self, known: float, effort: Effort, width: int | None) -> tuple[list[Morning], float | None]:
        """Walk the mornings. Give the labels of each, and a bound on what was left out (None: nothing was).

        `known` is the worth a journey must beat. With `width` only so many labels of a morning go on.
        """
        mornings_: list[Morning] = [{(self.problem.start, 0): np.zeros(1, np.uint64)}]
        left_out: float | None = None
        for day in range(self.problem.days):
            ahead: dict[tuple[int, int], list[Masks]] = {}
            open_bound = self._highest(mornings_[-1], day)
            for (place, past), masks in sorted(mornings_[-1].items()):
                for a, b, _ in self.moves_of[day]:
                    to = int(self.climb.step[past, b])
                    if a == self.wake[place] and to >= 0:
                        routes = self.routes[self.clock.kind_of_day[day]][a, b]
                        new = self._expand(masks, routes, day + 1, b, to, known)
                        ahead.setdefault((b, to), []).append(new)
                        effort.add(len(new) + len(masks) * len(routes) // _JOINS_PER_WORK)
                    if effort.is_over():
                        return mornings_, max(open_bound, left_out or -np.inf)
            morning = self._merge({key: np.unique(np.concatenate(parts)) for key, parts in ahead.items()})
            if width is not None:
                morning, cut = self._cut(morning, day + 1, width)
                left_out = max((x for x in (left_out, cut) if x is not None), default=None)
            mornings_.append(morning)
        return mornings_, left_out

    def bounds(self, masks: Masks, day: int, place: int, past: int) -> Numbers:
        """Bound the journeys that go on from these labels."""
        ahead = float(self.price.sum()) + float(self.value[day, self.wake[place], past])
        return self.gained.sums(masks) + ahead

    def _highest(self, morning: Morning, day: int) -> float:
        return max((float(self.bounds(m, day, *key).max()) for key, m in morning.items() if len(m)), default=-np.inf)

    def _expand(self, masks: Masks, routes: Masks, day: int, place: int, past: int, known: float) -> Masks:
        kept, rows = [np.zeros(0, np.uint64)], max(1, _CHUNK // max(1, len(routes)))
        for low in range(0, len(masks), rows):
            part = masks[low : low + rows, None]
            new = (part | routes[None, :]).ravel()
            if not self.skips:
                new = new[((part & routes[None, :]) == 0).ravel()]
            kept.append(np.unique(new[self.bounds(new, day, place, past) >= known + self.grain * (1 - 1e-6)]))
        return np.unique(np.concatenate(kept))

    def _merge(self, morning: Morning) -> Morning:
        """Drop labels that another label of the place makes needless."""
        if not self.skips:
            return {key: masks for key, masks in morning.items() if len(masks)}
        merged: Morning = {}
        for (place, past), masks in sorted(morning.items()):
            keep = np.ones(len(masks), bool)
            for (where, other), rivals in sorted(morning.items()):
                if where != place or not self.climb.can_all[other, past] or not len(masks):
                    continue
                top = rivals[np.argsort(-self.worth.sums(rivals), kind="stable")[:_COMPARED]]
                is_same = self.climb.can_all[past, other]
                for rival in top:
                    held = (masks & ~rival) == 0
                    if other == past or (is_same and other > past):  # of two equal labels one stays
                        held &= masks != rival
                    keep &= ~held
            if keep.any():
                merged[place, past] = masks[keep]
        return merged

    def _cut(self, morning: Morning, day: int, width: int) -> tuple[Morning, float | None]:
        total = sum(map(len, morning.values()))
        if total <= width:
            return morning, None
        keys = sorted(morning)
        bounds = np.concatenate([self.bounds(morning[key], day, *key) for key in keys])
        order = np.argsort(-bounds, kind="stable")
        keep = np.zeros(total, bool)
        keep[order[:width]] = True
        cut, low = {}, 0
        for key in keys:
            cut[key] = morning[key][keep[low : low + len(morning[key])]]
            low += len(morning[key])
        return {key: masks for key, masks in cut.items() if len(masks)}, float(bounds[order[width]])

    # -- back to days ------------------------------------------------------------------------------------------

    def journey(self, mornings_: list[Morning]) -> tuple[Day, ...] | None:
        """Read the best journey back from the labels, or None where the last morning has none."""
        ends = []
        for key, masks in sorted(mornings_[-1].items()):
            worths = self.worth.sums(masks)
            if len(masks):
                ends.append((-float(worths.max()), key, int(masks[np.argmax(worths)])))
        if len(mornings_) <= self.problem.days or not ends:
            return None
        _, (place, past), mask = min(ends)
        days: list[Day] = []
        for day in range(self.problem.days - 1, -1, -1):
            place, past, mask, came = self._before(mornings_[day], day, place, past, mask)
            days.append(came)
        return tuple(reversed(days))

    def _before(self, morning: Morning, day: int, b: int, past: int, mask: int) -> tuple[int, int, int, Day]:
        """Find a label of the morning before and the day that led from it; the nearest place first."""
        kind = self.clock.kind_of_day[day]
        goal = np.uint64(mask)
        near = [float(self.clock.least[self.wake[place], b]) for place in range(len(self.wake))]
        for (evening, before), masks in sorted(morning.items(), key=lambda row: (near[row[0][0]], row[0])):
            a = self.wake[evening]
            if int(self.climb.step[before, b]) != past or (a, b) not in self.routes[kind]:
                continue
            routes = self.routes[kind][a, b]
            for earlier in masks[(masks & ~goal) == 0]:
                joined = (earlier | routes) == goal
                if not self.skips:
                    joined &= (earlier & routes) == 0
                if joined.any():
                    fresh = int(routes[np.argmax(joined)]) & ~int(earlier)
                    visit = [site for bit, site in enumerate(self.sites) if fresh >> bit & 1]
                    done = quickest(self.problem, self.clock, kind, a, b, visit)
                    assert done is not None, "a set that a day can see has an order"
                    came = timed(self.problem, self.clock, day + 1, a, b, done[1])
                    assert came is not None, "a day that fits has its times"
                    return evening, before, int(earlier), came
        raise AssertionError("every label has one before it")


def search_days(
    problem: VisitProblem, clock: Clock, climb: Climb, grain: float, known: float, effort: Effort
) -> Outcome | None:
    """Prove the best journey day by day. None where one day alone can see too many sets for the effort."""
    sites = candidates(problem, clock)
    starts, ends = mornings(problem), evenings(problem)
    routes: list[Families] = []
    part = effort.share(0.5)
    for kind in range(len(clock.closed)):
        families = day_routes(problem, clock, kind, sites, starts, ends, part)
        if families is None:
            return None
        routes.append(families)
    return _solve(DaySearch(problem, clock, climb, sites, routes, grain), known, effort)


def _solve(search: DaySearch, known: float, effort: Effort) -> Outcome:
    if not np.isfinite(search.root()):
        return Outcome(None, None, None, is_proved=True)
    search.fit_prices(max(known, 0.0), effort)
    best: tuple[Day, ...] | None = None
    worth = known
    left_out: float | None = None
    for width in (_BEAM, None):
        labels, left_out = search.search(worth, effort, width)
        found = search.journey(labels)
        # the bound of a last label holds prices of unseen sites, so what is read back may be worth less than is known
        if found is not None and worth_of(search.problem, found) > worth:
            best, worth = found, worth_of(search.problem, found)
            search.fit_prices(worth, effort)
        if left_out is None or effort.ended is not None:
            break
        if left_out < worth + search.grain - 1e-6 * search.grain:
            left_out = None
            break
    bound: float | None = min(max(worth, left_out), search.root()) if left_out is not None else worth
    if bound == -np.inf:
        bound = None
    return Outcome(best, worth if best else None, bound, is_proved=left_out is None)


def worth_of(problem: VisitProblem, journey: tuple[Day, ...]) -> float:
    """Sum the worth of all visits."""
    at = {name: k for k, name in enumerate(problem.ids)}
    return float(sum(float(problem.worth[at[stop.site]]) for day in journey for stop in day.stops))
