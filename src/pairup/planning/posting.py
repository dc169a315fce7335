"""People to posts for one round: the choice worth most, within every requirement."""

from __future__ import annotations

import numpy as np

from pairup.planning.explain import why_posting
from pairup.planning.greedy import greedy_postings
from pairup.planning.outcome import plan_of
from pairup.planning.plan import UNTIL_PROVED, Plan, Progress, Stop
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.round_form import formulate
from pairup.planning.stable import plan_stable


def plan_postings(
    problem: PostingProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None
) -> Plan[Posting]:
    """Choose the postings worth most, within every requirement; in mode `stable`, those that nobody would leave.

    Where no plan exists, `conflicts` names a smallest set of requirements that clash.
    """
    if problem.mode == "stable":
        return plan_stable(problem, planner=plan_postings, stop=stop, seed=seed, progress=progress)
    watch = stop.watch()
    writing = formulate(problem, seed)
    start = None
    if stop.seconds is not None or stop.work is not None:
        chosen = greedy_postings(problem)
        start = None if chosen is None else writing.form.completed(writing.take[chosen])
    answer = writing.form.solve(Stop(watch.left, stop.work), start, progress, "postings")
    options = [] if answer.taken is None else np.flatnonzero(answer.taken[writing.take]).tolist()
    return plan_of(
        problem, plan_postings, why_posting, answer, [problem.posting(k) for k in options],
        problem.worth[options].tolist(), watch, seed,
    )  # fmt: skip
