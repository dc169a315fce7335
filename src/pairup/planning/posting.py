"""People to posts for one round: the choice worth most, within every requirement.

A round without teams, couples, limits that bind and people who serve twice is an assignment: one compiled solve plans
it and proves it by prices (`market.plain`). Any other is written down as choices and requirements and falls apart
into blocks; a small block goes to HiGHS whole, a large one is searched by prices (`market.search`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pairup.engines.kernels import VERSIONS as KERNELS
from pairup.planning.explain import why_posting
from pairup.planning.greedy import greedy_postings
from pairup.planning.market.plain import PlainPlan, is_plain, plain_plan
from pairup.planning.market.pricing import BlockPricer
from pairup.planning.outcome import plan_of
from pairup.planning.plan import UNTIL_PROVED, Ended, Plan, Progress, Status, Stop, Watch
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.round_form import formulate, may_serve_twice
from pairup.planning.solvers import SOLVER, Answer
from pairup.planning.stable import plan_stable
from pairup.planning.trace import Trace
from pairup.values.words import Words

#: seconds that an option takes, about, until the round it stands in is written down
WRITING = 4e-6


def plan_postings(
    problem: PostingProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None
) -> Plan[Posting]:
    """Choose the postings worth most, within every requirement; in mode `stable`, those that nobody would leave.

    Where no plan exists, `conflicts` names a smallest set of requirements that clash.
    """
    if problem.mode == "stable":
        return plan_stable(problem, planner=plan_postings, stop=stop, seed=seed, progress=progress)
    watch = stop.watch()
    if is_plain(problem) and (found := plain_plan(problem)) is not None:
        return _plain(problem, found, watch, seed, progress)
    return _tied(problem, watch, seed, progress)


def _plain(
    problem: PostingProblem, found: PlainPlan, watch: Watch, seed: int, progress: Progress | None
) -> Plan[Posting]:
    """The plan of one assignment."""
    trace = Trace(watch, progress)
    trace.saw(objective=found.worth, bound=found.worth)
    trace.tell(Words("planning.doing-blocks", {"what": "postings", "done": 1, "total": 1}), 1, 1)
    answer = Answer(Status.OPTIMAL, Ended.PROOF, np.ones(1, dtype=np.bool_), found.worth)
    plan = _plan(problem, answer, found.options.tolist(), watch, seed, "shortest augmenting paths")
    run = replace(plan.run, versions=KERNELS, trace=tuple(trace.points))
    return replace(plan, prices=found.prices, run=run)


def _tied(problem: PostingProblem, watch: Watch, seed: int, progress: Progress | None) -> Plan[Posting]:
    """The plan of a round that teams, couples, limits or dates tie together."""
    trace, stop = Trace(watch, progress), watch.stop
    chosen = None if stop == UNTIL_PROVED else greedy_postings(problem, watch)
    left = watch.left
    if chosen is not None and left is not None and left <= WRITING * len(problem.worth):  # too short to write it down
        trace.saw(objective=float(problem.worth[chosen].sum()), bound=_rough_bound(problem))
        answer = Answer(Status.FEASIBLE, Ended.CLOCK, np.ones(1, dtype=np.bool_), _rough_bound(problem))
        plan = _plan(problem, answer, chosen, watch, seed)
        return replace(plan, run=replace(plan.run, trace=tuple(trace.points)))
    writing = formulate(problem, seed)
    start = None if chosen is None else writing.form.completed(writing.take[chosen])
    pricer = BlockPricer(writing, trace)
    # checking the plan takes about a third of what it took to write it down
    left = None if watch.left is None else max(0.0, watch.left - 0.35 * watch.seconds)
    answer = writing.form.solve(Stop(left, stop.work), start, progress, "postings", solver=pricer)
    options = [] if answer.taken is None else np.flatnonzero(answer.taken[writing.take]).tolist()
    plan = _plan(problem, answer, options, watch, seed)
    trace.saw(objective=plan.objective, bound=plan.bound)
    prices = pricer.prices(problem) if plan.has_plan else None
    return replace(plan, prices=prices, run=replace(plan.run, trace=tuple(trace.points)))


def _rough_bound(problem: PostingProblem) -> float:
    """The best of each person and the best of each seat, whichever is less; who may serve twice counts with all."""
    gain = np.where(problem.is_free, np.maximum(problem.worth, 0.0), 0.0)
    person, post = np.zeros(len(problem.people)), np.zeros(len(problem.posts))
    np.maximum.at(person, problem.option_person, gain)
    np.maximum.at(post, problem.option_post, gain)
    total = np.bincount(problem.option_person, weights=gain, minlength=len(person))
    return float(min(np.where(may_serve_twice(problem), total, person).sum(), post @ problem.seats)) * (1 + 1e-12)


def _plan(
    problem: PostingProblem, answer: Answer, options: list[int], watch: Watch, seed: int, solver: str = SOLVER
) -> Plan[Posting]:
    items, worth = [problem.posting(k) for k in options], problem.worth[options].tolist()
    return plan_of(problem, plan_postings, why_posting, answer, items, worth, watch, seed, solver=solver)
