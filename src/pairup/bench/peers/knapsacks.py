"""HiGHS and CP-SAT on a funding problem as it stands: one 0/1 variable a way, every requirement a row."""

from __future__ import annotations

import math
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs
from ortools.sat.python import cp_model

from pairup.planning.blocks import Block, step_of
from pairup.planning.portfolio.formulation import form_of
from pairup.planning.problems.funding import FundingProblem

Found = tuple[float | None, float | None]


def _block(problem: FundingProblem) -> Block:
    form, _ = form_of(problem, problem.worth, 0, floors=True)
    return form.whole()


def highs(problem: FundingProblem, seconds: float, seed: int) -> Found:
    """HiGHS MIP as it comes, one thread and a gap of 0."""
    block = _block(problem)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(block.choices), len(block.rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = block.worth, block.least, block.most
    model.row_lower_, model.row_upper_ = block.low, block.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = block.starts.astype(np.int32), block.index.astype(np.int32)
    model.a_matrix_.value_ = block.value
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(block.choices)
    solver: Any = _Highs()  # prints no banner
    for key, value in {"output_flag": False, "time_limit": seconds, "random_seed": seed, "mip_rel_gap": 0.0}.items():
        solver.setOptionValue(key, value)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    bound = float(info.mip_dual_bound)
    return float(info.objective_function_value) if has_plan else None, bound if math.isfinite(bound) else None


def cp_sat(problem: FundingProblem, seconds: float, seed: int) -> Found:
    """CP-SAT with two workers; only where every number is a multiple of a step."""
    block = _block(problem)
    model = cp_model.CpModel()
    take = [model.new_bool_var(f"x{at}") for at in range(len(block.choices))]
    for row in range(len(block.rows)):
        part = slice(block.starts[row], block.starts[row + 1])
        ends = np.array([end for end in (block.low[row], block.high[row]) if math.isfinite(end)])
        step = step_of(np.concatenate([block.value[part], ends]))
        if step is None:
            raise ValueError("a row without a step")
        total = sum(
            round(value / step) * take[at]
            for at, value in zip(block.index[part].tolist(), block.value[part].tolist(), strict=True)
        )
        if math.isfinite(block.high[row]):
            model.add(total <= round(block.high[row] / step))
        if math.isfinite(block.low[row]):
            model.add(total >= round(block.low[row] / step))
    worth_step = step_of(block.worth)
    if worth_step is None:
        raise ValueError("worths without a step")
    model.maximize(sum(round(worth / worth_step) * x for worth, x in zip(block.worth.tolist(), take, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    solver.parameters.random_seed = seed
    status = solver.solve(model)
    has_plan = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return (solver.objective_value * worth_step if has_plan else None), solver.best_objective_bound * worth_step
