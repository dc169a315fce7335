"""Build a journey quickly: choose the nights, insert visits where they cost least time, then shake and refill.

Insertion and shaking follow the iterated local search known for the team orienteering problem with time windows
(Computers & Operations Research 36, 2009); choosing the nights first, by dynamic programming, is ours.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.clock import SLACK, Clock
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.problem import Nights, VisitProblem
from pairup.planning.visits.routes import Day, timed

#: so many tries at a place for a visit are made even where no time is left: a plan comes before a stop
_FIRST = 15_000
Nightly = list[tuple[int, int]]


@dataclass(slots=True)
class _Try:
    """The best place for one site: gain per time, day, position."""

    score: float
    day: int
    position: int


class Builder:
    """Builds journeys for one problem. All chance comes from the seed."""

    def __init__(self, problem: VisitProblem, clock: Clock, climb: Climb, sites: list[int], seed: int) -> None:
        self.problem, self.clock, self.climb = problem, clock, climb
        self.sites = [s for s in sites if problem.worth[s] > 0]
        self.chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.tries = 0
        self.beds = [int(k) for k in np.flatnonzero(problem.may_sleep)]

    def nights(self, noise: float = 0.0) -> Nightly | None:
        """Choose where each day begins and ends so that the legs fit and the nights keep the rule; None: none fit.

        A place is liked for the worth around it; `noise` blurs that.
        """
        problem, last = self.problem, self.problem.days - 1
        is_return = problem.nights is Nights.RETURN
        liked = self._liked(noise)
        reached: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {(problem.start, 0): (0.0, (problem.start,))}
        for day in range(problem.days):
            ahead: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
            ends = [problem.finish] if is_return or day == last else self.beds
            for (place, past), (score, path) in sorted(reached.items()):
                a = problem.start if is_return else place
                for b in ends:
                    to = int(self.climb.step[past, b])
                    if to < 0 or not self._fits(day, a, b):
                        continue
                    total = score + (0.0 if b in path else liked[b])
                    if (b, to) not in ahead or total > ahead[b, to][0]:
                        ahead[b, to] = (total, (*path, b))
            reached = ahead
        if not reached:
            return None
        path = max(reached.values(), key=lambda row: (row[0], row[1]))[1]
        return [(problem.start if is_return else path[d], path[d + 1]) for d in range(problem.days)]

    def _fits(self, day: int, a: int, b: int) -> bool:
        _, arrive = self.clock.go(a, b, self.problem.day_opens, self.clock.kind_of_day[day])
        return arrive <= self.problem.day_closes + SLACK

    def _liked(self, noise: float) -> list[float]:
        near = np.exp(-self.clock.least / max(1e-9, 0.25 * (self.problem.day_closes - self.problem.day_opens)))
        liked = near[:, self.sites] @ self.problem.worth[self.sites] if self.sites else np.zeros(len(near))
        return [float(value) * (1 + noise * self.chance.uniform(-1, 1)) for value in liked]

    def fill(self, nights: Nightly, paths: list[list[int]], effort: Effort) -> list[list[int]]:
        """Insert sites, the best gain per time first, until none fits."""
        free = sorted(set(self.sites) - {s for path in paths for s in path})
        leaves = [self._leaves(d, nights[d], path) for d, path in enumerate(paths)]
        best: dict[tuple[int, int], _Try | None] = {
            (s, d): self._place(s, d, nights[d], paths[d], leaves[d]) for s in free for d in range(len(paths))
        }
        while free:
            found = [(t.score, -s, t) for s in free for d in range(len(paths)) if (t := best[s, d]) is not None]
            if not found or (self.tries > _FIRST and effort.is_over()):
                break
            _, minus, chosen = max(found, key=lambda row: (row[0], row[1], -row[2].day))
            free.remove(-minus)
            paths[chosen.day].insert(chosen.position, -minus)
            leaves[chosen.day] = self._leaves(chosen.day, nights[chosen.day], paths[chosen.day])
            for s in free:
                best[s, chosen.day] = self._place(
                    s, chosen.day, nights[chosen.day], paths[chosen.day], leaves[chosen.day]
                )
        return paths

    def _leaves(self, day: int, ends: tuple[int, int], path: list[int]) -> list[tuple[float, float]]:
        """Arrivals and times ready to leave: the morning first, then each stop, then the evening."""
        rows, last, time = [(self.problem.day_opens, self.problem.day_opens)], ends[0], self.problem.day_opens
        for site in path:
            _, arrive = self.clock.go(last, site, time, self.clock.kind_of_day[day])
            time, last = max(arrive, float(self.problem.opens[site])) + float(self.problem.stay[site]), site
            rows.append((arrive, time))
        _, arrive = self.clock.go(last, ends[1], time, self.clock.kind_of_day[day])
        return [*rows, (arrive, arrive)]

    def _place(
        self, site: int, day: int, ends: tuple[int, int], path: list[int], rows: list[tuple[float, float]]
    ) -> _Try | None:
        """Find where a site costs least time in one day, or None where it fits nowhere."""
        problem, kind, best = self.problem, self.clock.kind_of_day[day], None
        stops = [ends[0], *path, ends[1]]
        for position in range(len(path) + 1):
            self.tries += 1
            _, arrive = self.clock.go(stops[position], site, rows[position][1], kind)
            begin = max(arrive, float(problem.opens[site]))
            if begin > problem.closes[site] + SLACK:
                continue
            time, last, cost = begin + float(problem.stay[site]), site, None
            for k in range(position + 1, len(stops)):
                _, arrive = self.clock.go(last, stops[k], time, kind)
                if cost is None:
                    cost = arrive - rows[k][0]
                if k == len(stops) - 1:
                    if arrive > problem.day_closes + SLACK:
                        cost = None
                    break
                begin = max(arrive, float(problem.opens[stops[k]]))
                if begin > problem.closes[stops[k]] + SLACK:
                    cost = None
                    break
                time, last = begin + float(problem.stay[stops[k]]), stops[k]
                if time <= rows[k][1] + SLACK:
                    break
            if cost is not None:
                score = float(problem.worth[site]) ** 2 / max(1e-6, cost + 1e-3)
                if best is None or score > best.score:
                    best = _Try(score, day, position)
        return best

    def improve(self, effort: Effort, rounds: int) -> tuple[Nightly, list[list[int]]] | None:
        """Build one journey and shake it for so many rounds. None where no choice of nights was found."""
        nights = self.nights()
        if nights is None:
            return None
        best = now = (nights, self.fill(nights, [[] for _ in nights], effort))
        for round_ in range(rounds):
            if effort.is_over():
                break
            before = self.tries
            other = self._shaken(now, round_)
            tried = (other[0], self.fill(other[0], other[1], effort))
            effort.add((self.tries - before) // 8 + 1)
            if self._worth(tried) >= self._worth(now):
                now = tried
            if self._worth(now) > self._worth(best):
                best = now
            elif round_ % 25 == 24:
                now = best
        return best

    def _worth(self, built: tuple[Nightly, list[list[int]]]) -> float:
        return float(sum(self.problem.worth[s] for path in built[1] for s in path))

    def _shaken(self, built: tuple[Nightly, list[list[int]]], round_: int) -> tuple[Nightly, list[list[int]]]:
        """Take a run of stops out of each day, or draw other nights and keep what still fits."""
        nights, paths = built[0], [list(path) for path in built[1]]
        if round_ % 4 == 3 and self.problem.nights is Nights.ANYWHERE and self.problem.days > 1:
            nights = self.nights(noise=1.0) or nights
            for d, ends in enumerate(nights):
                while timed(self.problem, self.clock, d + 1, *ends, paths[d]) is None:
                    paths[d].pop(self.chance.randrange(len(paths[d])))
            return nights, paths
        for path in paths:
            if path:
                low = self.chance.randrange(len(path))
                del path[low : low + self.chance.randint(1, max(1, len(path) // 2))]
        return nights, self._fitting(nights, paths)

    def _fitting(self, nights: Nightly, paths: list[list[int]]) -> list[list[int]]:
        """Empty the days that no longer fit (leaving a stop out can be slower where roads close)."""
        return [path if fits else [] for path, fits in zip(paths, self.fits(nights, paths), strict=True)]

    def fits(self, nights: Nightly, paths: list[list[int]]) -> list[bool]:
        """Say of each day whether its path fits."""
        return [timed(self.problem, self.clock, d + 1, *nights[d], path) is not None for d, path in enumerate(paths)]


def journey_of(problem: VisitProblem, clock: Clock, nights: Nightly, paths: list[list[int]]) -> tuple[Day, ...]:
    """Give the days with their times."""
    days = [timed(problem, clock, d + 1, *nights[d], path) for d, path in enumerate(paths)]
    assert all(day is not None for day in days), "what was built fits"
    return tuple(day for day in days if day is not None)
