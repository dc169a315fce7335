"""PyVRP on the journeys it can express: back at `finish` each day, travel that does not change, no closed road.

A site's worth is its prize times
10,000 beside distance at cost 1: with distance free of cost the same solver loses 4 to 35 % of the prize.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyvrp
import pyvrp.stop

from pairup.planning.visits.clock import Clock
from pairup.planning.visits.problem import Nights, VisitProblem
from pairup.planning.visits.routes import candidates

_PRIZE = 10_000


def can_express(problem: VisitProblem) -> bool:
    """Say whether PyVRP can express the problem. In `return` the altitude rule is settled before."""
    clock = Clock(problem)
    return problem.nights is Nights.RETURN and clock.is_static and not any(map(clock.changes, range(len(clock.closed))))


def pyvrp_worth(problem: VisitProblem, seconds: float, seed: int) -> float | None:
    """Plan for so many seconds; give the worth of what it sees, or None where it found no plan that fits."""
    wanted = [s for s in candidates(problem, Clock(problem)) if problem.worth[s] > 0]
    rule = pyvrp.stop.MaxRuntime(seconds)
    found = pyvrp.solve(_data(problem, wanted), rule, seed=seed, collect_stats=False, display=False).best
    if not found.is_feasible():
        return None
    seen = [wanted[visit.idx] for route in found.routes() for visit in route if visit.is_client()]
    return float(problem.worth[seen].sum())


def _data(problem: VisitProblem, wanted: list[int]) -> Any:
    """Write the problem in whole numbers: durations rounded up, windows inwards, so that what fits there fits here."""
    scale = _scale(problem)

    def up(value: float) -> int:
        return math.ceil(round(value * scale, 6))

    def down(value: float) -> int:
        return math.floor(round(value * scale, 6))

    shift = float(min(problem.day_opens, problem.opens[wanted].min()))
    day = (up(problem.day_opens - shift), down(problem.day_closes - shift))
    nodes = [problem.start, problem.finish, *wanted]
    travel = np.ceil(np.round(problem.travel[0][np.ix_(nodes, nodes)] * scale, 6)).astype(np.int64)
    clients = [
        pyvrp.Client(
            location=k + 2, service_duration=up(problem.stay[s]), tw_early=up(problem.opens[s] - shift),
            tw_late=max(down(problem.closes[s] - shift), up(problem.opens[s] - shift)),
            prize=round(float(problem.worth[s]) * _PRIZE), required=False,
        )
        for k, s in enumerate(wanted)
    ]  # fmt: skip
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in nodes],
        clients=clients,
        depots=[pyvrp.Depot(location=k, tw_early=day[0], tw_late=day[1]) for k in (0, 1)],
        vehicle_types=[
            pyvrp.VehicleType(num_available=problem.days, start_depot=0, end_depot=1, tw_early=day[0], tw_late=day[1])
        ],
        distance_matrices=[travel],
        duration_matrices=[travel],
    )


def _scale(problem: VisitProblem) -> int:
    """Give the smallest power of ten that makes all times whole, 1,000 at most."""
    times = np.concatenate([problem.travel.ravel(), problem.stay, problem.opens, problem.closes])
    for scale in (1, 10, 100):
        if (np.abs(times * scale - np.round(times * scale)) < 1e-6).all():
            return scale
    return 1000
