"""Why a journey sees what it sees: the journey is planned again without a day's visits, or with a site it left out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pairup.errors import NoPlanError
from pairup.planning.plan import Audience, Plan, Reason, Status, Stop, number
from pairup.planning.visits.problem import VisitProblem
from pairup.planning.visits.routes import Day
from pairup.values.words import Words

#: an explanation plans again for so much work at most; beyond, its cost is what was found
WHY = Stop(work=1_000_000)


@dataclass(frozen=True, slots=True)
class Site:
    """A site somebody asks about."""

    site: str

    def to_dict(self) -> dict[str, str]:
        return {"site": self.site}


def why_day(plan: Plan[Day], item: Day, for_: Audience, confirm: bool = False) -> Reason[Day]:
    """Say what a day's visits are worth to the journey: the best journey that makes none of them is planned."""
    names = [stop.site for stop in item.stops]
    if not names:
        return Reason(item, Words("visits.why-idle", {"day": item.day, "bed": item.sleeps}), 0.0)
    other = plan.planner(plan.problem.without(*names), stop=WHY, seed=plan.run.seed)
    cost = _lost(plan, other, 0.0)
    facts = {"day": item.day, "sites": ", ".join(names), "cost": number(cost or 0.0)}
    is_exact = other.status is Status.OPTIMAL and plan.status is Status.OPTIMAL
    return Reason(item, Words("visits.why-day", facts), cost, is_exact, _moves(plan, other))


def why_site(plan: Plan[Day], site: str, for_: Audience = Audience.OFFICE) -> Reason[Site]:
    """Say why a site is seen, or why it is not: the journey is planned again without it, or with it forced in."""
    problem: VisitProblem = plan.problem
    problem.at(site)
    seen = {stop.site: day.day for day in plan.assignments for stop in day.stops}
    if site in (problem.ids[problem.start], problem.ids[problem.finish]):
        return Reason(Site(site), Words("visits.why-end", {"site": site}))
    bonus = 0.0 if site in seen else math.fsum(abs(float(w)) for w in problem.worth) + 1.0
    asked = (
        problem.without(site)
        if site in seen
        else problem.with_worth(site, float(problem.worth[problem.at(site)]) + bonus)
    )
    other = plan.planner(asked, stop=WHY, seed=plan.run.seed)
    now_seen = {stop.site for day in other.chosen for stop in day.stops}
    if site not in seen and site not in now_seen:
        code = "visits.why-never" if other.status in (Status.OPTIMAL, Status.INFEASIBLE) else "visits.why-unknown"
        return Reason(Site(site), Words(code, {"site": site}), None, code == "visits.why-never")
    cost = _lost(plan, other, bonus)
    facts = {"site": site, "day": seen.get(site, 0), "cost": number(cost or 0.0)}
    is_exact = other.status is Status.OPTIMAL and plan.status is Status.OPTIMAL
    code = "visits.why-seen" if site in seen else "visits.why-left-out"
    return Reason(Site(site), Words(code, facts), cost, is_exact, _moves(plan, other))


def _lost(plan: Plan[Day], other: Plan[Day], bonus: float) -> float | None:
    """Give the points the other journey loses, or None where there is no other journey."""
    if plan.objective is None:
        raise NoPlanError("There is no journey to explain.", hint="Relax one of the requirements that clash.")
    return None if other.objective is None else round(max(0.0, plan.objective - (other.objective - bonus)), 9)


def _moves(plan: Plan[Day], other: Plan[Day]) -> tuple[Words, ...]:
    """Say which sites the other journey sees in place of which."""
    mine = {stop.site: day.day for day in plan.chosen for stop in day.stops}
    theirs = {stop.site: day.day for day in other.chosen for stop in day.stops}
    lost = [Words("visits.no-longer", {"site": s, "day": mine[s]}) for s in sorted(mine.keys() - theirs.keys())]
    won = [Words("visits.instead", {"site": s, "day": theirs[s]}) for s in sorted(theirs.keys() - mine.keys())]
    return (*lost, *won)
