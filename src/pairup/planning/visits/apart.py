"""The search that is stopped by the clock, in a process of its own: it is ended when its time is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pairup.planning.child import Tell, work_apart
from pairup.planning.plan import Stop
from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.build import Nightly
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.days import Outcome, search_days, worth_of
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.improving import Improver, Paths, improve_until
from pairup.planning.visits.labels import search_labels
from pairup.planning.visits.problem import VisitProblem
from pairup.planning.visits.routes import MOST_BITS, timed

#: parts of what is left: listing days and joining them; then a first shaking, a proof by stops, and shaking again
_BY_DAYS, _FIRST, _PROOF = 0.9, 0.07, 0.15


@dataclass(frozen=True)
class Asked:
    """What the other process is asked."""

    problem: VisitProblem
    sites: list[int]
    nights: Nightly | None  # None: no choice of nights was found
    paths: Paths
    seed: int
    grain: float
    seconds: float


def search_apart(asked: Asked, effort: Effort, heard: Callable[[Paths | Outcome], None]) -> None:
    """Shake and look for a proof for as long as the effort has; what was told until then stands."""
    if asked.seconds > 0.1:
        work_apart(search, asked, effort.watch, heard)


def search(asked: Asked, tell: Tell) -> None:
    """Do what is asked. Tells paths and outcomes; a proof ends it."""
    watch = Stop(seconds=asked.seconds).watch()
    problem, clock, climb = asked.problem, Clock(asked.problem), Climb.of(asked.problem)
    known = _worth(problem, clock, asked.nights, asked.paths)

    def part(share: float) -> Effort:
        return Effort(Stop(seconds=share * (watch.left or 0.0)), 0)

    if len(asked.sites) <= MOST_BITS:
        listed = search_days(problem, clock, climb, asked.grain, known, part(_BY_DAYS), tell)
        if listed is not None:
            tell(listed)
            if listed.is_proved or asked.nights is None:
                return
            known = max(known, float("-inf") if listed.worth is None else listed.worth)
    if asked.nights is None:
        tell(search_labels(problem, clock, climb, asked.sites, asked.grain, known, part(_BY_DAYS)))
        return
    improver = Improver(problem, clock, asked.sites, asked.nights, asked.paths, asked.seed, asked.grain)
    improver.turn(0.0, 1)  # compiles, or loads what was compiled
    improve_until(improver, _FIRST * (watch.left or 0.0), tell)
    tell(improver.paths)  # a proof against a plan that was not told would be none
    known = max(known, _worth(problem, clock, asked.nights, improver.paths))
    outcome = search_labels(problem, clock, climb, asked.sites, asked.grain, known, part(_PROOF))
    tell(outcome)
    if not outcome.is_proved:
        improve_until(improver, watch.left or 0.0, tell)


def _worth(problem: VisitProblem, clock: Clock, nights: Nightly | None, paths: Paths) -> float:
    """Give the worth of these days, or minus infinity where they do not fit."""
    rows = [] if nights is None else list(zip(nights, paths, strict=True))
    days = [timed(problem, clock, d + 1, *ends, path) for d, (ends, path) in enumerate(rows)]
    journey = tuple(day for day in days if day is not None)
    return worth_of(problem, journey) if len(journey) == problem.days else float("-inf")
