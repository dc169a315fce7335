"""All that one day can see: every set of sites that fits between a place to start and a place to end.

Sets are bit masks over the candidates. For each start, set and last site only the earliest departure is kept: legs
are first in, first out, so nothing better can follow from a later one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.planning.visits.clock import SLACK, Clock
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.problem import Nights, Numbers, VisitProblem

Masks = NDArray[np.uint64]
#: the sets a day can see from one place to another, sorted
Families = dict[tuple[int, int], Masks]
MOST_BITS = 62
_MOST_SETS = 1_500_000  # of one layer; a day that sees more is searched stop by stop
_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class DayStop:
    """One visit: arrival, begin after waiting, and departure (after the stay, when the next road is open)."""

    site: str
    arrives: float
    begins: float
    leaves: float

    def to_dict(self) -> dict[str, str | float]:
        return {"site": self.site, "arrives": self.arrives, "begins": self.begins, "leaves": self.leaves}


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """One day of a journey: its visits in order, and where the team sleeps."""

    day: int
    stops: tuple[DayStop, ...]
    sleeps: str

    def to_dict(self) -> dict[str, object]:
        return {"day": self.day, "stops": [stop.to_dict() for stop in self.stops], "sleeps": self.sleeps}


def mornings(problem: VisitProblem) -> list[int]:
    """Give the places where a day can begin, in order of index."""
    beds = [] if problem.nights is Nights.RETURN else [int(k) for k in np.flatnonzero(problem.may_sleep)]
    return sorted({problem.start, *beds})


def evenings(problem: VisitProblem) -> list[int]:
    """Give the places where a day can end, in order of index."""
    return problem.night_places()


def candidates(problem: VisitProblem, clock: Clock) -> list[int]:
    """Give the sites that may stand among the stops. Worthless ones only where a detour can save time."""
    reached = problem.day_opens + clock.least[mornings(problem)].min(axis=0)
    ahead = clock.least[:, evenings(problem)].min(axis=1)
    begin = np.maximum(reached, problem.opens)
    can = (begin <= problem.closes + SLACK) & (begin + problem.stay + ahead <= problem.day_closes + SLACK)
    if clock.is_metric():
        can &= problem.worth > 0
    return [int(k) for k in np.flatnonzero(can) if k not in (problem.start, problem.finish)]


def day_routes(
    problem: VisitProblem, clock: Clock, kind: int, sites: list[int], starts: list[int], ends: list[int], effort: Effort
) -> Families | None:
    """Find every set a day of this kind can see, for each start and end. None where there are too many."""
    found: dict[tuple[int, int], list[Masks]] = {}
    ahead = clock.least[:, ends].min(axis=1)
    for a in starts:
        for b in ends:
            if clock.go(a, b, problem.day_opens, kind)[1] <= problem.day_closes + SLACK:
                found.setdefault((a, b), []).append(np.zeros(1, np.uint64))
        layer = {a: (np.zeros(1, np.uint64), np.array([problem.day_opens]))}
        while layer:
            more = _one_more(problem, clock, kind, sites, layer, ahead, effort)
            if more is None:
                return None
            layer = more
            _end_days(problem, clock, kind, layer, a, ends, found)
    return {pair: np.unique(np.concatenate(masks)) for pair, masks in sorted(found.items())}


def _one_more(
    problem: VisitProblem,
    clock: Clock,
    kind: int,
    sites: list[int],
    layer: dict[int, tuple[Masks, Numbers]],
    ahead: Numbers,
    effort: Effort,
) -> dict[int, tuple[Masks, Numbers]] | None:
    """Visit one more site: from sets by last site to sets by last site, each at its earliest departure.

    None where there are too many sets, or the effort is spent.
    """
    after: dict[int, tuple[Masks, Numbers]] = {}
    count = 0
    for bit, site in enumerate(sites):
        flag = _ONE << np.uint64(bit)
        all_masks, all_times = [], []
        for last, (masks, times) in layer.items():
            free = (masks & flag) == 0
            if not free.any():
                continue
            _, arrive = clock.leg(last, site, kind).go(times[free])
            begin = np.maximum(arrive, problem.opens[site])
            leave = begin + problem.stay[site]
            fits = (begin <= problem.closes[site] + SLACK) & (leave + ahead[site] <= problem.day_closes + SLACK)
            all_masks.append((masks[free] | flag)[fits])
            all_times.append(leave[fits])
        masks = np.concatenate(all_masks) if all_masks else np.zeros(0, np.uint64)
        if len(masks):
            times = np.concatenate(all_times)
            order = np.lexsort((times, masks))
            masks, times = masks[order], times[order]
            first = np.r_[True, masks[1:] != masks[:-1]]
            after[site] = (masks[first], times[first])
            count += len(after[site][0])
            effort.add(len(after[site][0]))
        if effort.is_over() or count > _MOST_SETS:
            return None
    return after


def _end_days(
    problem: VisitProblem,
    clock: Clock,
    kind: int,
    layer: dict[int, tuple[Masks, Numbers]],
    a: int,
    ends: list[int],
    found: dict[tuple[int, int], list[Masks]],
) -> None:
    for last, (masks, times) in layer.items():
        for b in ends:
            _, arrive = clock.leg(last, b, kind).go(times)
            fits = arrive <= problem.day_closes + SLACK
            if fits.any():
                found.setdefault((a, b), []).append(masks[fits])


def may_skip(families: Families, bits: int) -> bool:
    """Say whether every set can do without any of its sites: each family holds all its subsets."""
    for masks in families.values():
        for bit in range(bits):
            flag = _ONE << np.uint64(bit)
            fewer = masks[(masks & flag) != 0] ^ flag
            if not np.isin(fewer, masks).all():
                return False
    return True


def largest(masks: Masks, bits: int) -> Masks:
    """Keep the sets that no other set of the family holds. The family must hold all subsets."""
    keep = np.ones(len(masks), bool)
    for bit in range(bits):
        flag = _ONE << np.uint64(bit)
        keep &= ((masks & flag) != 0) | ~np.isin(masks | flag, masks)
    return masks[keep]


def quickest(
    problem: VisitProblem, clock: Clock, kind: int, a: int, b: int, visit: list[int]
) -> tuple[float, list[int]] | None:
    """Order the visits of one day so that `b` is reached first; None where they do not fit."""
    layer: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {(0, a): (problem.day_opens, ())}
    for _ in visit:
        after: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
        for (mask, last), (time, path) in layer.items():
            for bit, site in enumerate(visit):
                if mask >> bit & 1:
                    continue
                begin = max(clock.go(last, site, time, kind)[1], float(problem.opens[site]))
                leave = begin + float(problem.stay[site])
                key = (mask | 1 << bit, site)
                fits = begin <= problem.closes[site] + SLACK and leave <= problem.day_closes + SLACK
                if fits and (key not in after or (leave, (*path, site)) < after[key]):
                    after[key] = (leave, (*path, site))
        layer = after
    ends = [(clock.go(last, b, time, kind)[1], list(path)) for (_, last), (time, path) in layer.items()]
    best = min(ends, default=None)
    return best if best is not None and best[0] <= problem.day_closes + SLACK else None


def timed(problem: VisitProblem, clock: Clock, day: int, a: int, b: int, path: list[int]) -> Day | None:
    """Give one day with its times, or None where the path does not fit. Days count from 1."""
    kind, time, last = clock.kind_of_day[day - 1], problem.day_opens, a
    begun: list[tuple[int, float, float]] = []
    departures: list[float] = []
    for site in path:
        depart, arrive = clock.go(last, site, time, kind)
        begin = max(arrive, float(problem.opens[site]))
        if begin > problem.closes[site] + SLACK:
            return None
        departures.append(depart)
        begun.append((site, arrive, begin))
        time, last = begin + float(problem.stay[site]), site
    depart, arrive = clock.go(last, b, time, kind)
    if arrive > problem.day_closes + SLACK:
        return None
    departures.append(depart)
    stops = [DayStop(problem.ids[s], at, begin, departures[k + 1]) for k, (s, at, begin) in enumerate(begun)]
    return Day(day, tuple(stops), problem.ids[b])
