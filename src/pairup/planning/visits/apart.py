"""The search of a journey too large to list its days, in a process of its own: it is ended when its time is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pairup.planning.child import Tell, work_apart
from pairup.planning.plan import Stop
from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.days import Outcome, worth_of
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.improving import Improver, Paths, improve_until
from pairup.planning.visits.labels import search_labels
from pairup.planning.visits.problem import VisitProblem
from pairup.planning.visits.routes import timed

#: parts of the time: a first shaking, looking for a proof, and shaking again
_FIRST, _PROOF = 0.1, 0.25


@dataclass(frozen=True)
class Asked:
    """What the other process is asked."""

    problem: VisitProblem
    sites: list[int]
    nights: list[tuple[int, int]]
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
    problem, clock = asked.problem, Clock(asked.problem)
    improver = Improver(problem, clock, asked.sites, asked.nights, asked.paths, asked.seed)
    improver.turn(0.0, 1)  # compiles, or loads what was compiled

    def left() -> float:
        return watch.left or 0.0

    improve_until(improver, _FIRST * left(), tell)
    fits = [timed(problem, clock, d + 1, *ends, path) for d, (ends, path) in _days(asked.nights, improver.paths)]
    journey = tuple(day for day in fits if day is not None)
    known = worth_of(problem, journey) if len(journey) == problem.days else float("-inf")
    effort = Effort(Stop(seconds=_PROOF * left()), 0)
    outcome = search_labels(problem, clock, Climb.of(problem), asked.sites, asked.grain, known, effort)
    tell(outcome)
    if not outcome.is_proved:
        improve_until(improver, left(), tell)


def _days(nights: list[tuple[int, int]], paths: Paths) -> list[tuple[int, tuple[tuple[int, int], list[int]]]]:
    return list(enumerate(zip(nights, paths, strict=True)))
