"""Plan a journey: build one quickly, prove or better it by search, check it, and say how good it provably is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from pairup.planning.plan import PROVED, UNTIL_PROVED, Ended, Plan, Progress, Run, Status, Stop, gap_of
from pairup.planning.trace import Trace
from pairup.planning.verify_visits import check_visits
from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.apart import Asked, search_apart
from pairup.planning.visits.build import Builder, Nightly, journey_of
from pairup.planning.visits.capacity import bound_by_hours
from pairup.planning.visits.clash import clash
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.days import Outcome, search_days, worth_of
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.explain import why_day
from pairup.planning.visits.improving import Paths, improve_here
from pairup.planning.visits.labels import search_labels
from pairup.planning.visits.problem import VisitProblem
from pairup.planning.visits.routes import MOST_BITS, Day, candidates
from pairup.values.words import Words

#: labels counted where the caller gives neither seconds nor work
DEFAULT_WORK = 3_000_000
_STEPS = 3


def plan_visits(
    problem: VisitProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None
) -> Plan[Day]:
    """Choose the visits worth most, day by day, within hours, windows, roads and the altitude rule.

    A journey of up to some 40 sites is mostly proved optimal within seconds. Beyond what the search can prove, the
    plan carries the best bound known. Without seconds and work the search stops after `DEFAULT_WORK` labels, so that
    it is repeatable. Where no journey exists, `conflicts` names the requirements that clash.
    """
    effort = Effort(stop, DEFAULT_WORK)
    search = _Search(problem, seed, effort, progress)
    search.carry_out()
    return search.plan()


class _Search:
    """One planning: the best journey so far, the best bound, and whether it is proved."""

    def __init__(self, problem: VisitProblem, seed: int, effort: Effort, progress: Progress | None) -> None:
        self.problem, self.seed, self.effort = problem, seed, effort
        self.clock, self.climb = Clock(problem), Climb.of(problem)
        self.sites = candidates(problem, self.clock)
        self.grain = grain_of([float(problem.worth[s]) for s in self.sites])
        self.journey: tuple[Day, ...] | None = None
        self.worth = -math.inf
        everything = math.fsum(max(0.0, float(problem.worth[s])) for s in self.sites)
        self.bound = min(everything, bound_by_hours(problem, self.clock, self.sites) + 1e-9 * everything)
        self.is_proved = False
        self.used = {"numpy"}
        self.trace = Trace(effort.watch, progress)
        self.trace.saw(bound=self.bound)

    def carry_out(self) -> None:
        """Build, then search; the days of a larger problem are shaken between the two."""
        self.tell("building", 0)
        builder = Builder(self.problem, self.clock, self.climb, self.sites, self.seed)
        small = len(self.sites) <= MOST_BITS
        # by the clock, compiled code fills what is large faster than this does
        soon = small or self.effort.watch.left is None
        built = builder.improve(self.effort.share(0.2 if soon else 0.0), 15 if small else 0)
        if built is not None:
            self.keep(journey_of(self.problem, self.clock, *built))
        if self.is_done() or self.effort.is_over():
            return
        self.used |= {"numba"}
        self.tell("by-days" if small else "by-labels", 1)
        nights, paths = (None, []) if built is None else built

        def heard(found: Paths | Outcome) -> None:
            if isinstance(found, Outcome):
                self.take(found)
            elif nights is not None and all(builder.fits(nights, found)):
                self.keep(journey_of(self.problem, self.clock, nights, found))

        left = self.effort.watch.left
        if left is None:
            self.search_here(nights, paths, heard)
            return
        asked = Asked(self.problem, self.sites, nights, paths, self.seed, self.grain, left)
        search_apart(asked, self.effort, heard)
        self.effort.is_over()

    def search_here(self, nights: Nightly | None, paths: Paths, heard: Callable[[Paths], None]) -> None:
        """Search for so much counted work."""
        search = self.problem, self.clock, self.climb
        if len(self.sites) <= MOST_BITS:
            part = self.effort.share(0.9)
            if self.take(search_days(*search, self.grain, self.worth, part)) or self.effort.is_over():
                return
        self.tell("by-labels", 2)
        if nights is not None:
            part = self.effort.share(0.6)
            improve_here(self.problem, self.clock, self.sites, nights, paths, self.seed, part, heard)
        if not self.is_done():
            self.take(search_labels(*search, self.sites, self.grain, self.worth, self.effort))

    def tell(self, code: str, step: int) -> None:
        self.trace.tell(Words(f"visits.{code}", {"sites": len(self.sites), "days": self.problem.days}), step, _STEPS)

    def keep(self, journey: tuple[Day, ...]) -> None:
        """Keep a journey if it is worth more than the one before."""
        worth = worth_of(self.problem, journey)
        if worth > self.worth:
            self.journey, self.worth = journey, worth
            self.trace.saw(objective=worth)

    def take(self, outcome: Outcome | None) -> bool:
        """Take what a search found; say whether the question is settled."""
        if outcome is None:
            return False
        if outcome.journey is not None:
            self.keep(outcome.journey)
        if outcome.bound is not None:
            self.bound = min(self.bound, outcome.bound)
            self.trace.saw(bound=max(self.bound, self.worth))
        # a proof holds for the plan it was made against: what is at hand must reach its bound
        reaches = outcome.bound is None or self.worth >= outcome.bound - PROVED * max(1.0, abs(outcome.bound))
        self.is_proved = self.is_proved or (outcome.is_proved and reaches)
        return self.is_done()

    def is_done(self) -> bool:
        return self.is_proved or (
            self.journey is not None and self.floored() <= self.worth + PROVED * max(1.0, abs(self.worth))
        )

    def floored(self) -> float:
        """Lower the bound to the next sum that worths can add up to."""
        return max(self.worth, math.floor(self.bound / self.grain + 1e-6) * self.grain)

    def plan(self) -> Plan[Day]:
        """Give the plan. A plan of ours that breaks its problem is a bug and shows as one."""
        self.tell("done", _STEPS)
        is_settled = self.is_done()
        ended = Ended.PROOF if is_settled else self.effort.ended or self.reason()
        run = Run(
            "pairup visits", versions(self.used), self.seed, self.effort.watch.seconds, ended,
            trace=tuple(self.trace.points),
        )  # fmt: skip
        if self.journey is None:
            if is_settled:
                conflicts = clash(self.problem)
                return Plan(self.problem, plan_visits, Status.INFEASIBLE, run, conflicts=conflicts, explainer=why_day)
            return Plan(self.problem, plan_visits, Status.UNKNOWN, run, bound=self.bound, explainer=why_day)
        worth = round(self.worth, 9)
        bound = worth if is_settled else round(self.floored(), 9)
        gap = gap_of(worth, bound)
        status = Status.OPTIMAL if gap is not None and gap <= PROVED else Status.FEASIBLE
        findings = check_visits(self.problem, self.journey, worth)
        if findings:
            raise AssertionError("visits: a plan of ours breaks its problem: " + "; ".join(map(str, findings)))
        return Plan(self.problem, plan_visits, status, run, self.journey, worth, bound, explainer=why_day)

    def reason(self) -> Ended:
        """Say what a search that was given only a part of the effort ended by."""
        return Ended.CLOCK if self.effort.watch.stop.seconds is not None else Ended.WORK


def grain_of(worths: list[float]) -> float:
    """Give the largest step that all sums of these worths are multiples of, or a millionth part of their sum."""
    exact = [Fraction(str(worth)) for worth in worths if worth]
    if not exact:
        return 1.0
    scale = math.lcm(*(part.denominator for part in exact))
    if scale > 10_000:
        return max(1e-9, 1e-8 * math.fsum(map(abs, worths)))
    return float(Fraction(math.gcd(*(int(part * scale) for part in exact)), scale))


def versions(used: set[str]) -> Mapping[str, str]:
    """Give the versions of the packages that took part."""
    found = {"pairup": version("pairup"), "numpy": np.__version__}
    for name in sorted(used - {"numpy"}):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
