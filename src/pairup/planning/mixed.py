"""Solve a block whose columns are partly whole and partly any number between their limits. HiGHS is inside.

A search that is stopped by the clock runs in a process of its own: each better choice it finds is told as it comes
and kept on this side, so that what is left when the process is ended is the best one found, beside the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs

from pairup.planning.blocks import Block, Flags, Floats
from pairup.planning.child import Tell, work_apart
from pairup.planning.plan import Ended, Status, Stop
from pairup.planning.solvers import ENDED, model_of

#: told of a better choice or a lower bound: the amounts of all columns, and the bound (None: not known)
Heard = Callable[[Floats | None, float | None], None]
#: a search ends when choice and bound are this near, as a part of the bound
NEAR = 1e-7


@dataclass(frozen=True, slots=True)
class Mixed:
    """The answer: `amount` of each column, None where there is no choice; the bound on the worth, None: not known."""

    status: Status
    ended: Ended
    amount: Floats | None = None
    bound: float | None = None
    nodes: int = 0


def solve_mixed(
    block: Block, is_whole: Flags, stop: Stop, seed: int, start: Floats | None = None, heard: Heard | None = None
) -> Mixed:
    """Choose the amounts worth most that keep all rows. `start` keeps them; it stands where the search stops early."""
    first = Status.UNKNOWN if start is None else Status.FEASIBLE
    if stop.seconds is not None and stop.seconds <= 0:
        return Mixed(first, Ended.CLOCK, start)
    if stop.seconds is None:
        found = _highs(block, is_whole, stop, seed, start, heard)
    else:
        kept = _Kept(Mixed(first, Ended.CLOCK, start), heard)
        own = Stop(0.85 * stop.seconds, stop.work)  # so that it can still tell what it has
        work_apart(_apart, (block, is_whole, own, seed, start), stop.watch(), kept.hear)
        found = kept.found
    if found.amount is None and start is not None and found.status is not Status.INFEASIBLE:
        return Mixed(Status.FEASIBLE, found.ended, start, found.bound, found.nodes)
    return found


class _Kept:
    """What a process has told so far."""

    def __init__(self, found: Mixed, heard: Heard | None) -> None:
        self.found, self.heard = found, heard

    def hear(self, told: Mixed | tuple[Floats, float | None]) -> None:
        if isinstance(told, Mixed):
            self.found = told
            return
        amount, bound = told
        self.found = Mixed(Status.FEASIBLE, Ended.CLOCK, amount, bound)
        if self.heard is not None:
            self.heard(amount, bound)


def _apart(asked: tuple[Block, Flags, Stop, int, Floats | None], tell: Tell) -> None:
    """Solve in a process of its own."""
    block, is_whole, stop, seed, start = asked
    tell(_highs(block, is_whole, stop, seed, start, lambda amount, bound: tell((amount, bound))))


def _highs(block: Block, is_whole: Flags, stop: Stop, seed: int, start: Floats | None, heard: Heard | None) -> Mixed:
    """Hand a block to HiGHS."""
    solver: Any = _Highs()  # prints no banner
    options: dict[str, Any] = {
        "output_flag": False, "threads": 1, "random_seed": seed, "mip_rel_gap": NEAR, "mip_abs_gap": 1e-9,
        "mip_feasibility_tolerance": 1e-7, "primal_feasibility_tolerance": 1e-8, "solver": "simplex",
    }  # fmt: skip
    if stop.seconds is not None:
        options["time_limit"] = stop.seconds
    if stop.work is not None:
        options["mip_max_nodes"] = stop.work
    for key, value in options.items():
        solver.setOptionValue(key, value)
    solver.passModel(model_of(block, is_whole))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        solver.setSolution(solution)
    if heard is not None:
        _listen(solver, heard)
    solver.run()  # every column lies between two limits, so nothing is unbounded
    status, info = solver.getModelStatus(), solver.getInfo()
    nodes = max(0, int(info.mip_node_count))
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Mixed(Status.INFEASIBLE, Ended.PROOF, nodes=nodes)
    if status not in ENDED:
        raise RuntimeError(f"HiGHS ended with {status}")
    amount: Floats | None = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        amount = np.asarray(solver.getSolution().col_value, dtype=np.float64)
    is_mixed = bool(is_whole.any())
    bound = float(info.mip_dual_bound if is_mixed else info.objective_function_value)
    known = bound if math.isfinite(bound) and (is_mixed or amount is not None) else None
    found = Status.UNKNOWN if amount is None else Status.OPTIMAL if ENDED[status] is Ended.PROOF else Status.FEASIBLE
    return Mixed(found, ENDED[status], amount, known, nodes)


def _listen(solver: Any, heard: Heard) -> None:
    """Hear of each better choice while HiGHS searches."""

    def better(kind: Any, message: str, out: Any, into: Any, data: Any) -> None:
        bound = float(out.mip_dual_bound)
        heard(np.array(out.mip_solution, dtype=np.float64), bound if math.isfinite(bound) else None)

    solver.setCallback(better, None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution)
