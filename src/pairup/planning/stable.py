"""A round nobody would leave: stable postings, with the fewest blockers where couples, teams or limits make some.

In order: fewest who would leave, most people placed, most worth. Without couples, teams or limits deferred
acceptance (Gale and Shapley, Amer. Math. Monthly 69, 1962) gives a stable plan, and with strict preferences rotations
lead from it to the stable plan worth most (`stability.plain`). Else chains of offers give a plan of each part
(`stability.settling`), and an integer programme the best and its proof (`stability.programme`). Each person takes
one post at most here, whatever the dates.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from pairup.engines.kernels import VERSIONS as KERNEL_VERSIONS
from pairup.planning.blocking import Market, blockers, within_limits
from pairup.planning.child import work_apart
from pairup.planning.explain import why_stable
from pairup.planning.outcome import plan_of
from pairup.planning.plan import Ended, Plan, Planner, Progress, Status, Stop, Watch
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.solvers import SOLVER, Answer
from pairup.planning.stability.first import first_plan
from pairup.planning.stability.plain import warm_up
from pairup.planning.stability.search import Found, is_plain, search, search_apart
from pairup.planning.trace import Trace
from pairup.values.words import Words

#: kernels that do not answer within this, in seconds, are still being compiled
LOADING = 0.5


def plan_stable(
    problem: PostingProblem, *, planner: Planner[Posting], stop: Stop, seed: int, progress: Progress | None
) -> Plan[Posting]:
    """Choose postings that the fewest would leave, then that place the most, then that are worth most."""
    watch = stop.watch()
    trace = Trace(watch, progress)
    market = Market(problem)
    for lock, at in zip(problem.locks, problem.options_of(problem.locks).tolist(), strict=True):
        if at < 0 or not market.is_open[at]:
            clash = (Words("planning.lock", lock._asdict()), Words("planning.not-accepted", lock._asdict()))
            answer = Answer(Status.INFEASIBLE, Ended.PROOF, clash=clash)
            return plan_of(problem, planner, why_stable, answer, [], [], watch, seed)
    doing = Words("planning.doing-stable", {"pairs": int(market.is_open.sum())})
    trace.tell(doing, 0, 1)
    found = _searched(problem, market, watch, seed, trace)
    trace.tell(doing, 1, 1)
    return _plan(problem, market, planner, found, watch, seed, trace)


def _searched(problem: PostingProblem, market: Market, watch: Watch, seed: int, trace: Trace) -> Found:
    """Search here until proved or the work is done; by the clock, in a process that is ended with the time."""
    best = _Best(problem, market, trace)
    if watch.left is None or (is_plain(problem) and _is_ready(watch)):
        best.hear(search(problem, market, Stop(None, watch.stop.work), seed, best.hear))
        return best.found
    best.hear(Found(first_plan(market), 0, _room(problem), False, Ended.CLOCK))
    if not watch.is_over:
        asked = (replace(problem, refusal=None), Stop(watch.left, watch.stop.work), seed)
        if not work_apart(search_apart, asked, watch, best.hear):
            return replace(best.found, ended=Ended.CLOCK)
    return best.found


class _Best:
    """The best that a search has told: the plan that the fewest would leave, then the one that places the most."""

    def __init__(self, problem: PostingProblem, market: Market, trace: Trace) -> None:
        self.problem, self.market, self.trace = problem, market, trace
        self.found = Found(None, 0, _room(problem), False, Ended.CLOCK)

    def hear(self, found: Found) -> None:
        before = self.found
        if (found.options is None and not found.is_infeasible) or not self._is_better(found):
            found = replace(found, options=before.options)
        self.found = replace(found, fewest=max(found.fewest, before.fewest), most=min(found.most, before.most))
        if self.found.options is not None:
            self.trace.saw(float(len(self.found.options)), float(self.found.most))

    def _is_better(self, found: Found) -> bool:
        if self.found.options is None or found.is_proved or found.is_infeasible:
            return True
        return self._key(found) <= self._key(self.found)

    def _key(self, found: Found) -> tuple[int, int, float]:
        assert found.options is not None
        leaving = len(blockers(self.problem, [self.problem.posting(k) for k in found.options.tolist()], self.market))
        return leaving, -len(found.options), -float(self.problem.worth[found.options].sum())


def _room(problem: PostingProblem) -> int:
    return min(len(problem.people), int(problem.seats.sum()))


def _is_ready(watch: Watch) -> bool:
    """Whether the kernels are loaded, so that a plain round is planned here; their compilation is not waited for."""
    loading = threading.Thread(target=warm_up, daemon=True)
    loading.start()
    loading.join(min(LOADING, watch.left or 0.0))
    return not loading.is_alive()


def _plan(
    problem: PostingProblem, market: Market, planner: Planner[Posting], found: Found, watch: Watch, seed: int,
    trace: Trace,
) -> Plan[Posting]:  # fmt: skip
    """Make the plan; what was not proved is said to be unknown."""
    if found.is_infeasible:
        answer = Answer(Status.INFEASIBLE, Ended.PROOF, clash=found.clash, blocks=found.parts)
        return plan_of(problem, planner, why_stable, answer, [], [], watch, seed)
    if found.options is None:
        answer = Answer(Status.UNKNOWN, found.ended, blocks=found.parts)
        return plan_of(problem, planner, why_stable, answer, [], [], watch, seed)
    options = found.options.tolist()
    items = [problem.posting(k) for k in options]
    leaving = blockers(problem, items, market)
    fewest = found.fewest or (0 if not leaving or found.is_proved else None)
    bound: float | None = float(found.most)
    if not found.is_proved and found.most <= len(items):
        bound = None  # none places more, yet one that places as many may be worth more
    further = {
        "blocking_pairs": [list(group[0]) for group in leaving],
        "blocking_groups": [[list(item) for item in group] for group in leaving],
        "blocking_bound": fewest,
        "blocking_within_limits": len(within_limits(problem, items, leaving)),
        "worth": round(float(problem.worth[options].sum()), 9),
    }
    taken = np.zeros(len(problem.worth), dtype=np.bool_)
    taken[options] = True
    status = Status.OPTIMAL if found.is_proved else Status.FEASIBLE
    answer = Answer(status, found.ended, taken, bound, blocks=found.parts)
    plan = plan_of(problem, planner, why_stable, answer, items, [1.0] * len(items), watch, seed, further, SOLVER)
    versions = dict(plan.run.versions) | KERNEL_VERSIONS
    return replace(plan, run=replace(plan.run, versions=versions, trace=tuple(trace.points)))
