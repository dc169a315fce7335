"""From what a solver found to a plan that has been checked without it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pairup.planning.plan import PROVED, Explainer, Item, Plan, Run, Status, Watch, gap_of
from pairup.planning.solvers import SOLVER, VERSIONS, Answer
from pairup.planning.verify import check_plan

A = TypeVar("A", bound=Item)


def plan_of(
    problem: Any,
    planner: Callable[..., Plan[A]],
    explainer: Explainer[A],
    answer: Answer,
    items: Sequence[A],
    worth: Sequence[float],
    watch: Watch,
    seed: int,
    further: Mapping[str, Any] | None = None,
    solver: str = SOLVER,
) -> Plan[A]:
    """Give the plan of an answer. `worth` is summed without loss; its bound is the answer's.

    The plan is checked by `verify`, which knows no solver. A finding there is a bug of ours, and shows as one.
    """
    has_plan = answer.taken is not None
    objective = round(math.fsum(worth), 9) if has_plan else None
    bound = answer.bound if answer.status is not Status.INFEASIBLE else None
    status = answer.status
    if objective is not None and bound is not None:
        bound = max(bound, objective)
        gap = gap_of(objective, bound)
        status = Status.OPTIMAL if gap is not None and gap <= PROVED else Status.FEASIBLE
    run = Run(solver, VERSIONS, seed, watch.seconds, answer.ended, answer.blocks)
    chosen = tuple(sorted(items)) if has_plan else ()  # type: ignore[type-var]
    plan = Plan(problem, planner, status, run, chosen, objective, bound, answer.clash, further or {}, explainer)
    findings = check_plan(problem, plan)
    if findings:
        raise AssertionError(f"{problem.kind}: a plan of ours breaks its problem: " + "; ".join(map(str, findings)))
    return plan
