"""Many plans at once: scenarios, changed weights, one what-if per place. Every core by default, a cluster by choice.

The work goes through joblib [1]. Where the caller has chosen a backend around the call (`joblib.parallel_config`), as
"spark" after `joblibspark.register_spark()` [2], the same call runs there; nothing here knows of it. Answers come in
the order asked. Each task is pure and seeded and knows nothing of the others, so the number of jobs changes no answer.

[1] https://joblib.readthedocs.io  [2] https://github.com/joblib/joblib-spark
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pairup.planning.plan import UNTIL_PROVED, Item, Plan, Stop

A = TypeVar("A", bound=Item)
T = TypeVar("T")


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


def run_many(function: Callable[..., T], asked: Iterable[tuple[Any, ...]], jobs: int | None = None) -> list[T]:
    """Call `function(*task)` for each task; give the answers in order. One task, or one job, stays in this process."""
    tasks = list(asked)
    if jobs == 1 or len(tasks) <= 1:
        return [function(*task) for task in tasks]
    from joblib import Parallel, delayed
    from joblib.parallel import get_active_backend

    _, chosen = get_active_backend()
    count = jobs if jobs is not None else chosen if chosen is not None else -1
    return list(Parallel(n_jobs=count)(delayed(function)(*task) for task in tasks))
