"""Better the routes of a journey whose nights stand, by shaking and refilling.

The heat falls over the whole effort, as in simulated annealing (Kirkpatrick, Gelatt & Vecchi, Science 220, 1983).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pairup.planning.plan import Stop
from pairup.planning.visits import shaking
from pairup.planning.visits.clock import SLACK, Clock
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.packing import Path, Pool
from pairup.planning.visits.problem import Numbers, VisitProblem
from pairup.planning.visits.ways import Ints, ways_of

Paths = list[list[int]]
#: how many rounds of shaking one unit of counted work is worth: a round costs as much as so many labels
WORK_PER_ROUND = 50
_ROUNDS = 100  # at one heat
_HOT, _COLD = 0.6, 0.05  # in mean worths of a site
#: journeys begun from nothing, and the share of the effort that goes to them where visits have no hours; with hours,
#: which order the visits, it found less than going on with one
_STARTS, _STARTING = 6, 0.3
_ROAD = 0.02  # mean worths of a site that a usual leg counts
_STRENGTH = 8.0
_MOST = 40_000  # rounds where neither seconds nor work are given
_GOOD = 0.97  # routes of journeys worth so much of the best are kept
_PACKED = (0.4, 0.6, 0.8, 0.94)  # parts of the effort after which routes are put together anew
_PACKING = 0.06  # of the seconds, at most, for each of them
_NODES = 200  # of the tree of a packing that is not stopped by the clock


class Improver:
    """The arrays of one problem with its nights, and the state of the search."""

    def __init__(
        self,
        problem: VisitProblem,
        clock: Clock,
        sites: list[int],
        ends: list[tuple[int, int]],
        paths: Paths,
        seed: int,
        grain: float = 1e-6,
    ) -> None:
        self.grain, self.seed = grain, seed
        self.ways, wanted = ways_of(clock), [s for s in sites if problem.worth[s] > 0]
        self.wanted: Ints = np.array(wanted, np.int64)
        self.sites: Numbers = np.stack([problem.opens, problem.closes + SLACK, problem.stay, problem.worth], axis=1)
        self.hours = np.array([problem.day_opens, problem.day_closes + SLACK])
        self.kinds: Ints = np.array(clock.kind_of_day, np.int64)
        road = self.ways.steady
        far = (road[:, self.wanted] + road[self.wanted, :].T)[self.wanted]
        self.near: Ints = np.ascontiguousarray(self.wanted[np.argsort(far, axis=1, kind="stable")])
        known = set(wanted)
        stops = [[site for site in path if site in known] for path in paths]
        self.path: Ints = np.zeros((len(ends), len(wanted) + 3), np.int64)
        self.size: Ints = np.array([len(path) for path in stops], np.int64)
        for r, (row, path) in enumerate(zip(ends, stops, strict=True)):
            self.path[r, : len(path) + 2] = [row[0], *path, row[1]]
        self.best, self.best_size = self.path.copy(), self.size.copy()
        self.dice = np.array([(seed * 2_654_435_761 + 88_172_645_463_325_252) % 2**64], np.uint64)
        self.mean = float(problem.worth[self.wanted].mean()) if wanted else 1.0
        legs = np.sort(road[np.ix_(self.wanted, self.wanted)], axis=1)
        usual = float(np.median(legs[:, min(3, legs.shape[1] - 1)])) if wanted else 1.0
        self.road = _ROAD * self.mean / max(usual, 1e-9)
        alike: dict[tuple[int, tuple[int, int]], int] = {}
        keys = zip(clock.kind_of_day, ends, strict=True)
        self.pool = Pool([alike.setdefault(key, len(alike)) for key in keys], problem.worth)
        self.met: Ints = np.zeros((400, self.path.shape[1]), np.int64)
        self.packed = self.begun = 0
        is_free = (problem.opens[wanted] <= problem.day_opens) & (problem.closes[wanted] >= problem.day_closes)
        self.starting = _STARTING if bool(is_free.all()) else 0.0

    def turn(self, part: float, rounds: int) -> None:
        """Go on for so many rounds; `part` says how much of the effort is spent."""
        heat = self.mean * _HOT * (_COLD / _HOT) ** self.cooled(min(1.0, part))
        is_alone = len(self.size) == 1  # one route cannot be put together with others
        count = shaking.anneal(
            self.sites, self.ways.steady, self.ways.legs, self.ways.pieces, self.hours, self.kinds, self.wanted,
            self.near, self.path, self.size, self.best, self.best_size, self.dice, rounds, heat, self.road, _STRENGTH,
            self.met[:0] if is_alone else self.met, _GOOD * self.worth,
        )  # fmt: skip
        for row in self.met[:count].tolist():
            self.pool.add(row[0], tuple(row[2 : 2 + row[1]]))

    def cooled(self, part: float) -> float:
        """Say how far the heat has fallen, from 0 to 1, after a part of the effort; begin anew where it is time to.

        Where no hours bind, a first share of the effort goes to journeys begun from nothing, the rest to the best.
        """
        starting = self.starting
        share = (part - starting) / (1.0 - starting)
        if share >= 0.0:
            if self.begun < _STARTS:
                self.begun = _STARTS
                self.path[:], self.size[:] = self.best, self.best_size
            return share
        begun = part / starting * _STARTS
        if int(begun) > self.begun:
            self.begun = int(begun)
            for r, n in enumerate(self.size):
                self.path[r, 1], self.size[r] = self.path[r, n + 1], 0
        return begun % 1.0

    def pack(self, part: float, stop: Stop) -> None:
        """Put the routes met together anew, where it is time for that; what is worth more than the best replaces it."""
        if self.packed == len(_PACKED) or part < _PACKED[self.packed]:
            return
        self.packed += 1
        for r, path in enumerate(self.paths):
            self.pool.add(r, tuple(path))
        found = self.pool.best(self.worth, self.grain, stop, self.seed)
        if found is not None:
            self.take(found)

    def take(self, paths: list[Path]) -> None:
        """Go on from these paths, and hold them for the best."""
        for r, path in enumerate(paths):
            self.path[r, 1 : len(path) + 2] = [*path, self.path[r, self.size[r] + 1]]
            self.size[r] = len(path)
        self.best[:], self.best_size[:] = self.path, self.size

    @property
    def paths(self) -> Paths:
        return [self.best[r, 1 : n + 1].tolist() for r, n in enumerate(self.best_size)]

    @property
    def worth(self) -> float:
        return math.fsum(float(self.sites[site, 3]) for path in self.paths for site in path)


def improve_here(
    problem: VisitProblem, clock: Clock, sites: list[int], ends: list[tuple[int, int]], paths: Paths, seed: int,
    effort: Effort, heard: Callable[[Paths], None],
) -> None:  # fmt: skip
    """Shake for as much counted work as the effort has; the same seed gives the same paths."""
    improver = Improver(problem, clock, sites, ends, paths, seed)
    rounds = _MOST if math.isinf(effort.limit) else min(_MOST, int(effort.limit - effort.done) // WORK_PER_ROUND)
    done = 0
    while len(improver.wanted) and done < rounds and not effort.is_over():
        step = min(_ROUNDS, rounds - done)
        improver.turn(done / rounds, step)
        done += step
        effort.add(step * WORK_PER_ROUND)
        improver.pack(done / rounds, Stop(work=_NODES))
        heard(improver.paths)


def improve_until(improver: Improver, seconds: float, heard: Callable[[Paths], None]) -> None:
    """Shake for so many seconds; not repeatable. What was found is heard each time it is better."""
    watch = Stop(seconds=seconds).watch()
    improver.packed = improver.begun = 0
    if not len(improver.wanted):
        return
    told, rounds = -math.inf, 10  # what was found before it began is told as well
    while not watch.is_over:
        before = watch.seconds
        improver.turn(before / seconds, rounds)
        spent = watch.seconds - before
        improver.pack(watch.seconds / seconds, Stop(seconds=_PACKING * seconds))
        rounds = max(1, min(1000, int(rounds * 0.05 / max(1e-4, spent))))
        if improver.worth > told:
            told = improver.worth
            heard(improver.paths)
