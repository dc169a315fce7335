"""Join day routes to journeys, and prove the best one.

A morning label is a place, what the nights so far allow, and the set of sites seen. All labels of a morning are
kept together as bit masks. A label is dropped where its completion bound does not beat the best plan known, or
where another label of the same place has seen all it has (if every day can leave visits out). The bound is
Lagrangian: a site may be seen again at the price `price[j]`, and the prices are fitted so that this pays little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pairup.planning.plan import Stop
from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.covering import MOST_SETS, choose_sets
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.joining import fit, join, value_days
from pairup.planning.visits.listing import Masks, not_held, outermost
from pairup.planning.visits.problem import Nights, Numbers, VisitProblem
from pairup.planning.visits.routes import (
    Day,
    Families,
    candidates,
    day_routes,
    evenings,
    mornings,
    quickest,
    timed,
)
from pairup.planning.visits.ways import ways_of

_ROUNDS = 400  # of fitting prices
_COMPARED = 48  # labels are held against so many of the worthiest of their place
_JOINS_PER_LABEL, _LABELS_PER_WORK = 16, 32
_BEAMS = (200, 1500)  # labels of a morning that go on in the first, quick walks

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
        self.skips = all(outermost(masks, len(sites))[0] for families in routes for masks in families.values())
        self.routes = routes
        if self.skips:  # where visits can be left out, those worth nothing are, and what another set holds is
            wanted = np.uint64(sum(1 << bit for bit, site in enumerate(sites) if problem.worth[site] > 0))
            fewer = [{pair: np.unique(masks & wanted) for pair, masks in row.items()} for row in routes]
            self.routes = [
                {pair: masks[outermost(masks, len(sites))[1]] for pair, masks in row.items()} for row in fewer
            ]
        self.worth = Sets(problem.worth[sites])
        self.pairs = [(k, a, b) for k, families in enumerate(self.routes) for a, b in families]
        parts = [self.routes[k][a, b] for k, a, b in self.pairs]
        every = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
        self.starts = np.cumsum([0, *map(len, parts)])[:-1]
        flags = np.uint64(1) << np.arange(len(sites), dtype=np.uint64)
        self.every = every
        rows, self.members = np.nonzero((every[:, None] & flags[None, :]) != 0)
        self.begins = np.searchsorted(rows, np.arange(len(every) + 1))
        self.first = np.append(self.starts, len(every)).astype(np.int64)
        is_return = problem.nights is Nights.RETURN
        #: where the team wakes after an evening: labels carry the evening's place
        self.wake = [problem.start if is_return else place for place in range(len(problem.ids))]
        self.beds = {problem.finish} if is_return else {int(k) for k in np.flatnonzero(problem.may_sleep)}
        self.beds_of = [self.beds] * (problem.days - 1) + [{problem.finish}]
        self.moves_of = [self._moves(day) for day in range(problem.days)]
        self.from_place: list[dict[int, list[tuple[int, int, int]]]] = [{} for _ in range(problem.days)]
        for day, moves in enumerate(self.moves_of):
            for move in moves:
                self.from_place[day].setdefault(move[0], []).append(move)
        self.moves = np.array([move for moves in self.moves_of for move in moves], np.int64).reshape(-1, 3)
        self.days_at = np.cumsum([0, *map(len, self.moves_of)])
        self.wakes = np.array(self.wake, np.int64)
        self.set_prices(np.zeros(len(sites)))

    # -- bound -------------------------------------------------------------------------------------------------

    def set_prices(self, price: Numbers) -> None:
        """Value every morning under these prices: `value[day][place, past]` bounds what the days ahead can add."""
        problem, size = self.problem, len(self.problem.ids)
        self.price = price
        gain = problem.worth[self.sites] - price
        self.gain = gain
        self.gained = Sets(gain)
        pairs = len(self.pairs)
        self.sums, self.best, top = np.empty(len(self.every)), np.empty(pairs), np.empty(pairs, np.int64)
        self.value = np.empty((problem.days + 1, size, len(self.climb.step)))
        value_days(
            np.maximum(gain, 0.0) if self.skips else gain, self.first, self.begins, self.members, self.moves,
            self.days_at, self.climb.step, self.wakes, problem.finish, self.sums, self.best, top, self.value,
        )  # fmt: skip
        self.order = [
            np.argsort(-self.sums[low:high], kind="stable")
            for low, high in zip(self.first[:-1], self.first[1:], strict=True)
        ]

    def _moves(self, day: int) -> list[tuple[int, int, int]]:
        """Give the pairs of places one day (from 0) can join, each with its number among all pairs."""
        kind = self.clock.kind_of_day[day]
        return [
            (a, b, number) for number, (k, a, b) in enumerate(self.pairs)
            if k == kind and b in self.beds_of[day] and (day > 0 or a == self.problem.start)
        ]  # fmt: skip

    def moves_from(self, day: int, place: int) -> list[tuple[int, int, int]]:
        """Give the moves of one day from the place the team woke at."""
        return self.from_place[day].get(place, [])

    def root(self) -> float:
        return float(self.price.sum() + self.value[0, self.problem.start, 0])

    def fit_prices(self, known: float, effort: Effort, rounds: int = _ROUNDS) -> None:
        """Lower the bound by fitting the prices; the best prices met are kept."""
        if not self.sites or not np.isfinite(self.root()):
            return
        problem = self.problem
        while rounds > 0 and not effort.is_over():  # in parts, so that the clock is looked at
            price, low = fit(
                problem.worth[self.sites], self.price, known, min(rounds, _ROUNDS), problem.start, problem.finish,
                self.skips, self.first, self.begins, self.members, self.moves, self.days_at, self.climb.step,
                self.wakes, len(problem.ids),
            )  # fmt: skip
            rounds -= _ROUNDS
            if low < self.root():
                self.set_prices(price)

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
            least = known + self.grain * (1 - 1e-6)
            for (place, past), masks in sorted(mornings_[-1].items()):
                gained = self.gained.sums(masks)
                top = float(gained.max()) + float(self.price.sum())
                for _, b, pair in self.moves_from(day, self.wake[place]):
                    to = int(self.climb.step[past, b])
                    if to < 0 or top + self.best[pair] + self.value[day + 1, self.wake[b], to] < least:
                        continue
                    new, tried = self._expand(masks, gained, pair, day + 1, b, to, least)
                    if len(new):
                        ahead.setdefault((b, to), []).append(new)
                    effort.add((len(new) + tried // _JOINS_PER_LABEL) // _LABELS_PER_WORK + 1)
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

    def _expand(
        self, masks: Masks, gained: Numbers, pair: int, day: int, place: int, past: int, least: float
    ) -> tuple[Masks, int]:
        """Join labels with the routes of a pair; those are left out whose bound does not reach `least`."""
        ahead = float(self.price.sum()) + float(self.value[day, self.wake[place], past])
        return join(
            masks, gained, self.every, int(self.first[pair]), self.begins, self.members, self.order[pair], self.sums,
            self.gain, ahead, least, self.skips,
        )  # fmt: skip

    def _merge(self, morning: Morning) -> Morning:
        """Drop labels that another label of the place makes needless."""
        if not self.skips:
            return {key: masks for key, masks in morning.items() if len(masks)}
        merged: Morning = {}
        top = {
            key: masks[np.argsort(-self.worth.sums(masks), kind="stable")[:_COMPARED]] for key, masks in morning.items()
        }
        at: dict[int, list[int]] = {}
        for place, past in sorted(morning):
            at.setdefault(place, []).append(past)
        for (place, past), masks in sorted(morning.items()):
            left = masks
            for other in at[place]:
                if not len(left) or not self.climb.can_all[other, past]:
                    continue
                # of two equal labels one stays
                is_strict = other == past or (bool(self.climb.can_all[past, other]) and other > past)
                left = left[not_held(left, top[place, other], is_strict)]
            if len(left):
                merged[place, past] = left
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
    problem: VisitProblem, clock: Clock, climb: Climb, grain: float, known: float, effort: Effort,
    heard: Callable[[Outcome], None] | None = None,
) -> Outcome | None:  # fmt: skip
    """Prove the best journey day by day; what is known half way is `heard`.

    None where one day alone can see too many sets for the effort.
    """
    sites = candidates(problem, clock)
    starts, ends = mornings(problem), evenings(problem)
    ways = ways_of(clock)
    routes: list[Families] = []
    part = effort.share(0.5)
    if effort.watch.left is not None:  # a day that sees too many sets is better left to a search without them
        day_routes(problem, clock, ways, 0, sites[:1], starts[:1], ends[:1], Effort(Stop(), 10))  # loads the kernels
        part = effort.share(0.3)
    for kind in range(len(clock.closed)):
        families = day_routes(problem, clock, ways, kind, sites, starts, ends, part)
        if families is None:
            return None
        routes.append(families)
    return _solve(DaySearch(problem, clock, climb, sites, routes, grain), known, effort, heard)


def _solve(search: DaySearch, known: float, effort: Effort, heard: Callable[[Outcome], None] | None) -> Outcome:
    if not np.isfinite(search.root()):
        return Outcome(None, None, None, is_proved=True)
    search.fit_prices(max(known, 0.0), effort)
    if search.problem.nights is Nights.RETURN and search.skips and len(search.every) <= MOST_SETS:
        return _covered(search, known, effort)
    best: tuple[Day, ...] | None = None
    worth = known
    left_out: float | None = None
    for width in (*_BEAMS, None):
        labels, left_out = search.search(worth, effort, width)
        found = search.journey(labels)
        # the bound of a last label holds prices of unseen sites, so what is read back may be worth less than is known
        if found is not None and worth_of(search.problem, found) > worth:
            best, worth = found, worth_of(search.problem, found)
            search.fit_prices(worth, effort)
        if left_out is None or effort.ended is not None:
            break
        if heard is not None:
            bound = min(max(worth, left_out), search.root())
            heard(Outcome(best, worth if best else None, bound, is_proved=False))
        if left_out < worth + search.grain - 1e-6 * search.grain:
            left_out = None
            break
    last: float | None = min(max(worth, left_out), search.root()) if left_out is not None else worth
    if last == -np.inf:
        last = None
    return Outcome(best, worth if best else None, last, is_proved=left_out is None)


def _covered(search: DaySearch, known: float, effort: Effort) -> Outcome:
    """Choose among the sets of days that each begin and end at the base."""
    problem, clock = search.problem, search.clock
    pair = (problem.start, problem.finish)
    kinds = range(len(search.routes))
    sets = [search.routes[kind].get(pair, np.zeros(0, np.uint64)) for kind in kinds]
    count = [clock.kind_of_day.count(kind) for kind in kinds]
    worth = np.maximum(problem.worth[search.sites], 0.0)
    chosen, bound, is_proved = choose_sets(sets, count, worth, known, search.grain, effort)
    bound = search.root() if bound is None else min(bound, search.root())
    if chosen is None:
        return Outcome(None, None, bound, is_proved)
    days: list[Day] = []
    seen = 0
    for day, kind in enumerate(clock.kind_of_day):
        mask = chosen[kind].pop(0) if chosen[kind] else 0
        visit = [site for bit, site in enumerate(search.sites) if (mask & ~seen) >> bit & 1]
        seen |= mask
        done = quickest(problem, clock, kind, *pair, visit)
        came = None if done is None else timed(problem, clock, day + 1, *pair, done[1])
        assert came is not None, "a set that a day can see has an order"
        days.append(came)
    journey = tuple(days)
    return Outcome(journey, worth_of(problem, journey), bound, is_proved)


def worth_of(problem: VisitProblem, journey: tuple[Day, ...]) -> float:
    """Sum the worth of all visits."""
    at = {name: k for k, name in enumerate(problem.ids)}
    return float(sum(float(problem.worth[at[stop.site]]) for day in journey for stop in day.stops))
