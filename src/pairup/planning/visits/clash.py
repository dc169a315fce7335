"""Why no journey exists: a smallest set of requirements that clash, named in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pairup.planning.plan import Stop, number
from pairup.planning.visits.altitude import Climb
from pairup.planning.visits.build import Builder
from pairup.planning.visits.clock import Clock
from pairup.planning.visits.days import search_days
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.problem import Nights, VisitProblem
from pairup.planning.visits.seasons import Season
from pairup.values.words import Words

_WORK = 300_000


@dataclass(frozen=True, slots=True)
class _Requirement:
    words: Words
    relax: Callable[[VisitProblem], VisitProblem]


def clash(problem: VisitProblem) -> tuple[Words, ...]:
    """Name requirements that no journey keeps together; without any one of them there would be a journey.

    Each requirement is taken away in turn; it stays away where there is still no journey.
    """
    now, kept = problem, []
    for requirement in _requirements(problem):
        relaxed = requirement.relax(now)
        if exists(relaxed):
            kept.append(requirement.words)
        else:
            now = relaxed
    return tuple(kept)


def exists(problem: VisitProblem) -> bool:
    """Say whether any journey keeps the problem; what the search cannot tell within its work counts as none."""
    clock, climb = Clock(problem), Climb.of(problem)
    if Builder(problem, clock, climb, [], 0).nights() is not None:
        return True
    if clock.is_metric():
        return False
    idle = replace(problem, worth=np.zeros(len(problem.ids)))
    found = search_days(idle, clock, climb, 1.0, -math.inf, Effort(Stop(work=_WORK), _WORK))
    return found is not None and found.journey is not None


def _requirements(problem: VisitProblem) -> list[_Requirement]:
    """List what can be taken away, the roads first and the hours last."""
    ids, rows = problem.ids, []
    for closure in problem.closures:
        facts = {
            "site": ids[closure.start], "to": ids[closure.finish], "day": closure.day,
            "closed_from": number(closure.closed_from), "closed_to": number(closure.closed_to),
        }  # fmt: skip
        rows.append(_Requirement(Words("visits.road-closed", facts), lambda p, c=closure: _open(p, c)))  # type: ignore[misc]
    for season in problem.seasons:
        facts = {"season": season.name}
        code = "visits.season-closed" if season.slower is None else "visits.season-slower"
        rows.append(_Requirement(Words(code, facts), lambda p, s=season: _out_of_season(p, s)))  # type: ignore[misc]
    if problem.nights is Nights.ANYWHERE and problem.days > 1:
        beds = ", ".join(name for k, name in enumerate(ids) if problem.may_sleep[k])
        words = Words("visits.beds", {"sites": beds}) if beds else Words("visits.no-beds")
        rows.append(_Requirement(words, _sleep_anywhere))
    if rule := problem.altitude_rule:
        heights = {"gain_m": rule.gain_m, "above_m": rule.above_m, "first_night_m": rule.first_night_m}
        climb = {key: number(height) for key, height in heights.items()}
        if rule.rest_every_m is not None:
            rows.append(_Requirement(Words("visits.rest", {"rest_every_m": number(rule.rest_every_m)}), _no_rest))
        rows.append(_Requirement(Words("visits.climb", climb), _any_climb))
    hours = {
        "opens": number(problem.day_opens), "closes": number(problem.day_closes), "days": problem.days,
        "start": ids[problem.start], "finish": ids[problem.finish],
    }  # fmt: skip
    rows.append(_Requirement(Words("visits.hours", hours), _long_days))
    return rows


def _open(problem: VisitProblem, closure: object) -> VisitProblem:
    return replace(problem, closures=tuple(c for c in problem.closures if c != closure))


def _out_of_season(problem: VisitProblem, season: Season) -> VisitProblem:
    return replace(problem, seasons=tuple(s for s in problem.seasons if s != season))


def _sleep_anywhere(problem: VisitProblem) -> VisitProblem:
    """Let every site be slept at whose altitude is known, or every site where no rule asks for it."""
    known = np.ones(len(problem.ids), bool) if problem.altitude_rule is None else ~np.isnan(problem.altitude)
    return replace(problem, may_sleep=problem.may_sleep | known)


def _no_rest(problem: VisitProblem) -> VisitProblem:
    assert problem.altitude_rule is not None
    return replace(problem, altitude_rule=replace(problem.altitude_rule, rest_every_m=None))


def _any_climb(problem: VisitProblem) -> VisitProblem:
    assert problem.altitude_rule is not None
    return replace(problem, altitude_rule=replace(problem.altitude_rule, gain_m=math.inf))


def _long_days(problem: VisitProblem) -> VisitProblem:
    """Make each day long enough for any road, however long it stays closed."""
    last = max([problem.day_closes, *(closure.closed_to for closure in problem.closures)])
    roads = float(problem.travel.max()) + float(problem.travel.sum(axis=0).max())
    slowest = math.prod(season.slower or 1.0 for season in problem.seasons)
    return replace(problem, day_closes=last + slowest * roads)
