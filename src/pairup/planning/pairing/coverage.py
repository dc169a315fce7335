"""Coverage first, worth second: the recipient helped least is helped as much as can be, then the points decide."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pairup.planning.pairing.planner import plan_pairings
from pairup.planning.plan import UNTIL_PROVED, Plan, Status, Stop
from pairup.planning.problems.pairing import PairingProblem, Recipient, Tie


@dataclass(frozen=True, slots=True)
class Covered:
    """The plan worth most among those that help everybody by `least` donors at least.

    A recipient that takes fewer at most counts as covered with those. `price` is what that costs in points against
    the plan worth most without it (None: one of the two is missing); `is_exact` says that both are proved, and that
    more cannot be had.
    """

    plan: Plan[Tie]
    least: int
    price: float | None
    is_exact: bool


def plan_coverage_first(problem: PairingProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0) -> Covered:
    """Raise the fewest donors of all recipients step by step while a plan exists; then take the plan worth most.

    The plan's own problem is the raised one, so its bound is the bound among plans that cover as much.
    """
    watch = stop.watch()

    def asked(question: PairingProblem) -> Plan[Tie]:
        return plan_pairings(question, stop=Stop(watch.left, stop.work), seed=seed)

    free = asked(problem)
    best, least = free, 0
    while best.has_plan and least < len(problem.donors):
        rows = best.problem.recipients
        if all(row.most_donors is not None and row.fewest_donors >= row.most_donors for row in rows):
            break  # everybody has all the donors they may have
        raised = tuple(_raised(row, least + 1) for row in rows)
        found = best if raised == rows else asked(replace(problem, recipients=raised))
        if found.status is Status.UNKNOWN:
            return Covered(best, least, _price(free, best), False)
        if not found.has_plan:
            break
        best, least = found, least + 1
    proved = free.status is Status.OPTIMAL and best.status is Status.OPTIMAL
    return Covered(best, least, _price(free, best), proved)


def _raised(row: Recipient, least: int) -> Recipient:
    most = least if row.most_donors is None else min(least, row.most_donors)
    return row._replace(fewest_donors=max(row.fewest_donors, most))


def _price(free: Plan[Tie], best: Plan[Tie]) -> float | None:
    if free.objective is None or best.objective is None:
        return None
    return round(free.objective - best.objective, 9)
