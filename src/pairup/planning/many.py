"""Many plans at once: scenarios, changed weights, one what-if per place. Where they run is `engines.many`'s to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pairup.engines.many import run_many
from pairup.planning.plan import UNTIL_PROVED, Item, Plan, Stop

A = TypeVar("A", bound=Item)


def plan_many(
    planner: Callable[..., Plan[A]], problems: Iterable[Any], *, stop: Stop = UNTIL_PROVED, seed: int = 0,
    jobs: int | None = None,
) -> list[Plan[A]]:  # fmt: skip
    """Plan each problem by itself; give the plans in the order of the problems.

    `stop` holds for each plan. `jobs` None: as many as the backend around the call says, else every core.
    """
    return run_many(_planned, [(planner, problem, stop, seed) for problem in problems], jobs)


def _planned(planner: Callable[..., Plan[A]], problem: Any, stop: Stop, seed: int) -> Plan[A]:
    return planner(problem, stop=stop, seed=seed)
