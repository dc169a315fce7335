"""Solve and prove one block with HiGHS: the only place that speaks its language.

A solver works within tolerances; a plan may not. A block's answer is rounded to 0 and 1 and every row is summed
again, in decimals as they were written. A row that is broken by less than the solver could see is answered by a cut
that forbids just that combination (a cover), and the block is solved again: nothing is lost and nothing is let pass.

HiGHS does not always keep its time limit. A large block that has one is solved in a process of its own, which is
ended when its time is over; the plan at hand then stands.
"""

from __future__ import annotations

import importlib.metadata
import math
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs

from pairup.planning.blocks import Block, Flags, ceiling, covers, rounded, step_of, value_of, with_cuts
from pairup.planning.child import Tell, work_apart
from pairup.planning.plan import Ended, Status, Stop, is_halted, may_halt
from pairup.values.words import Words

SOLVER = "HiGHS"
VERSIONS = {"highspy": importlib.metadata.version("highspy"), "numpy": np.__version__}
#: a block with more choices than this, and a limit by the clock, is solved in a process of its own
OWN_PROCESS = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What solving a form, or one block of it, gave. `taken` is None where there is no plan."""

    status: Status
    ended: Ended
    taken: Flags | None = None
    bound: float | None = None
    clash: tuple[Words, ...] = ()
    nodes: int = 0
    blocks: int = 1


def solve_block(block: Block, stop: Stop, seed: int, start: Flags | None) -> Answer:
    """Solve one block to proof, or until told to stop, and make its answer exact by cuts."""
    if not len(block.rows):
        free = (block.worth > 0) & (block.most > 0) | (block.least > 0)
        return Answer(Status.OPTIMAL, Ended.PROOF, free, value_of(block, free))
    watch = stop.watch()
    step = step_of(block.worth)
    nodes = 0
    best = start
    while True:
        left = None if stop.work is None else max(0, stop.work - nodes)
        found = _solved(block, Stop(watch.left, left), seed, step, start)
        if _is_start_taken_for_proof(block, found, step):
            found = _solved(block, Stop(watch.left, left), seed, step, None)
        nodes += found.nodes
        if found.taken is None:
            break
        cuts = covers(block, found.taken)
        if not cuts:
            best = found.taken
            break
        block, start = with_cuts(block, cuts), best
        if found.ended is not Ended.PROOF:
            break
    if found.status is Status.INFEASIBLE:
        return Answer(Status.INFEASIBLE, Ended.PROOF, nodes=nodes)
    if (
        found.ended is not Ended.PROOF
        and start is not None
        and best is not None
        and value_of(block, start) > value_of(block, best)
    ):
        best = start
    bound = rounded(found.bound, step)
    if best is None:
        return Answer(Status.UNKNOWN, found.ended, bound=bound, nodes=nodes)
    value = value_of(block, best)
    if found.ended is not Ended.PROOF and bound is not None and bound <= value + 1e-9 * max(1.0, abs(value)):
        return Answer(Status.OPTIMAL, Ended.PROOF, best, value, nodes=nodes)
    if found.ended is Ended.PROOF:
        return Answer(Status.OPTIMAL, Ended.PROOF, best, max(value, bound if bound is not None else value), nodes=nodes)
    return Answer(Status.FEASIBLE, found.ended, best, bound, nodes=nodes)


def _is_start_taken_for_proof(block: Block, found: Answer, step: float | None) -> bool:
    """Say whether HiGHS called a start optimal that its own bound exceeds.

    HiGHS 1.16 does so where presolve alone solves a block: it gives the start back, beside the better bound.
    """
    if found.ended is not Ended.PROOF or found.taken is None or found.bound is None:
        return False
    value = value_of(block, found.taken)
    # a proof ends within `mip_abs_gap`, which is a little less than a step
    return found.bound - value > (step * (1 - 5e-5) if step is not None else 1e-6 * max(1.0, abs(value)))


ENDED = {
    highspy.HighsModelStatus.kOptimal: Ended.PROOF,
    highspy.HighsModelStatus.kModelEmpty: Ended.PROOF,
    highspy.HighsModelStatus.kTimeLimit: Ended.CLOCK,
    highspy.HighsModelStatus.kInterrupt: Ended.CLOCK,
    highspy.HighsModelStatus.kSolutionLimit: Ended.WORK,
}


def _solved(block: Block, stop: Stop, seed: int, step: float | None, start: Flags | None) -> Answer:
    """Ask HiGHS, here or in a process of its own."""
    if stop.seconds is not None and stop.seconds <= 0:
        return Answer(Status.UNKNOWN, Ended.CLOCK, start, ceiling(block))
    if stop.seconds is None or len(block.choices) <= OWN_PROCESS:
        return _highs(block, stop, seed, step, start)
    return _elsewhere(block, stop, seed, step, start)


def _elsewhere(block: Block, stop: Stop, seed: int, step: float | None, start: Flags | None) -> Answer:
    """Ask HiGHS in a process that is ended when its time is over."""
    assert stop.seconds is not None
    found: list[Answer] = []
    own = Stop(0.9 * stop.seconds, stop.work)  # so that it can still tell what it has
    work_apart(_highs_apart, (block, own, seed, step, start), Stop(stop.seconds).watch(), found.append)
    return found[-1] if found else Answer(Status.UNKNOWN, Ended.CLOCK, start, ceiling(block))


def _highs_apart(asked: tuple[Block, Stop, int, float | None, Flags | None], tell: Tell) -> None:
    """Solve a block in a process of its own."""
    tell(_highs(*asked))


def _highs(block: Block, stop: Stop, seed: int, step: float | None, start: Flags | None) -> Answer:
    """Hand a block to HiGHS."""
    solver: Any = _Highs()  # the class around it prints a banner on standard output, where `--json` allows nothing
    options: dict[str, Any] = {
        "output_flag": False, "threads": 1, "random_seed": seed, "mip_rel_gap": 0.0,
        "mip_abs_gap": 1e-7 if step is None else step * (1 - 1e-4),
        "mip_feasibility_tolerance": 1e-7, "primal_feasibility_tolerance": 1e-8,
    }  # fmt: skip
    if stop.seconds is not None:
        options["time_limit"] = stop.seconds
    if stop.work is not None:
        options["mip_max_nodes"] = stop.work
    for key, value in options.items():
        solver.setOptionValue(key, value)
    solver.passModel(model_of(block))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.astype(np.float64).tolist()
        solver.setSolution(solution)
    if may_halt():
        solver.setCallback(_interrupt, None)
        solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    nodes = max(0, int(info.mip_node_count))
    if status == highspy.HighsModelStatus.kInfeasible:
        return Answer(Status.INFEASIBLE, Ended.PROOF, nodes=nodes)
    if status not in ENDED:
        raise RuntimeError(f"HiGHS ended with {status}")
    ended = ENDED[status]
    taken: Flags | None = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        taken = np.asarray(solver.getSolution().col_value) > 0.5
    bound = float(info.mip_dual_bound)
    most = ceiling(block)
    found = Status.UNKNOWN if taken is None else Status.FEASIBLE
    return Answer(found, ended, taken, min(bound, most) if math.isfinite(bound) else most, nodes=nodes)


def _interrupt(kind: Any, message: str, out: Any, into: Any, own: Any) -> None:
    """HiGHS asks from time to time whether to go on."""
    into.user_interrupt = is_halted()


def model_of(block: Block, is_whole: Flags | None = None) -> highspy.HighsLp:
    """Give a block as HiGHS takes it, for this package alone; without `is_whole` every choice is whole.

    Each row is divided by its largest coefficient, so that tolerances are shares.
    """
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    scale = np.zeros(len(block.rows))
    np.maximum.at(scale, row_of, np.abs(block.value))
    scale[scale == 0] = 1.0
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(block.choices), len(block.rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = block.worth, block.least, block.most
    model.row_lower_, model.row_upper_ = block.low / scale, block.high / scale
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = block.starts.astype(np.int32)
    model.a_matrix_.index_ = block.index.astype(np.int32)
    model.a_matrix_.value_ = block.value / scale[row_of]
    kinds, whole = highspy.HighsVarType, np.ones(len(block.choices), dtype=np.bool_) if is_whole is None else is_whole
    model.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in whole.tolist()]
    return model
