"""A bound on the worth of a journey from its hours alone: what the days can hold, however the visits are ordered.

A visit takes its stay, half the shortest way to it and half the shortest way from it; a day also half the shortest
way from a morning's place and half the shortest way to an evening's. Choosing by worth per minute, the last choice
cut, bounds every journey (the bound of Dantzig for the knapsack, Operations Research 5, 1957).
"""

from __future__ import annotations

import numpy as np

from pairup.planning.visits.clock import Clock
from pairup.planning.visits.problem import VisitProblem
from pairup.planning.visits.routes import evenings, mornings


def bound_by_hours(problem: VisitProblem, clock: Clock, sites: list[int]) -> float:
    """Bound the worth of all journeys over these candidates; 0 where there are none."""
    good = np.array([site for site in sites if problem.worth[site] > 0], np.int64)
    if not len(good):
        return 0.0
    ways = clock.least.copy()
    np.fill_diagonal(ways, np.inf)
    starts, ends = mornings(problem), evenings(problem)
    to = ways[np.ix_(np.array([*sites, *starts]), good)].min(axis=0)
    away = ways[np.ix_(good, np.array([*sites, *ends]))].min(axis=1)
    to[np.isin(good, starts)] = 0.0  # one can be seen where one wakes, or sleeps
    away[np.isin(good, ends)] = 0.0
    begin = 0.0 if np.isin(starts, good).any() else float(ways[np.ix_(np.array(starts), good)].min())
    end = 0.0 if np.isin(ends, good).any() else float(ways[np.ix_(good, np.array(ends))].min())
    room = problem.days * max(0.0, problem.day_closes - problem.day_opens - (begin + end) / 2)
    takes = problem.stay[good] + (to + away) / 2
    worth = problem.worth[good]
    order = np.argsort(-worth / np.maximum(takes, 1e-12), kind="stable")
    total = 0.0
    for worth_, takes_ in zip(worth[order], takes[order], strict=True):
        if takes_ > room:
            return total + float(worth_) * room / float(takes_)
        total, room = total + float(worth_), room - float(takes_)
    return total
