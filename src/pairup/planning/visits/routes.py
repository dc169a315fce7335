"""All that one day can see: every set of sites that fits between a place to start and a place to end.

Sets are bit masks over the candidates. For each start, set and last site only the earliest departure is kept: legs
are first in, first out, so nothing better can follow from a later one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pairup.planning.visits.clock import SLACK, Clock
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.listing import Masks, go_to_bed, one_more
from pairup.planning.visits.problem import Nights, VisitProblem
from pairup.planning.visits.ways import Ways

#: the sets a day can see from one place to another, sorted
Families = dict[tuple[int, int], Masks]
MOST_BITS = 62
_MOST_SETS = 1_500_000  # of one layer; a day that sees more is searched stop by stop


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
    problem: VisitProblem, clock: Clock, ways: Ways, kind: int, sites: list[int], starts: list[int], ends: list[int],
    effort: Effort,
) -> Families | None:  # fmt: skip
    """Find every set a day of this kind can see, for each start and end. None where there are too many."""
    found: dict[tuple[int, int], list[Masks]] = {}
    places = np.array(sites, np.int64)
    ahead = clock.least[:, ends].min(axis=1)[places]
    table = np.stack([problem.opens, problem.closes + SLACK, problem.stay], axis=1)
    closes = problem.day_closes + SLACK
    for a in starts:
        for b in ends:
            if clock.go(a, b, problem.day_opens, kind)[1] <= closes:
                found.setdefault((a, b), []).append(np.zeros(1, np.uint64))
        layer = np.zeros(1, np.uint64), np.array([-1]), np.array([float(problem.day_opens)])
        while sites:
            layer = one_more(places, table, *ways, kind, a, ahead, closes, *layer, _MOST_SETS)
            effort.add(len(layer[0]))
            if effort.is_over() or len(layer[0]) > _MOST_SETS:
                return None
            if not len(layer[0]):
                break
            for b in ends:
                masks = go_to_bed(places, *ways, kind, b, closes, *layer)
                if len(masks):
                    found.setdefault((a, b), []).append(masks)
    return {pair: np.unique(np.concatenate(masks)) for pair, masks in sorted(found.items())}


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
