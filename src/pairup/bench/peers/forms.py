"""Solvers of a tied round written down as one integer programme: HiGHS and CP-SAT as they come.

Each takes the problem and a limit in seconds, and gives the worth it reached and its bound (None: none found).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from highspy._core import HighsModelStatus, SolutionStatus, _Highs
from ortools.sat.python import cp_model

from pairup.planning.problems.posting import PostingProblem
from pairup.planning.round_form import formulate
from pairup.planning.solvers import model_of

Figures = tuple[float | None, float | None]


def highs(problem: PostingProblem, seconds: float, **options: Any) -> Figures:
    """HiGHS MIP with its defaults."""
    solver: Any = _Highs()
    for key, value in {"output_flag": False, "time_limit": seconds, **options}.items():
        solver.setOptionValue(key, value)
    solver.passModel(model_of(formulate(problem, 0).form.whole()))
    solver.run()
    info = solver.getInfo()
    is_found = info.primal_solution_status == SolutionStatus.kSolutionStatusFeasible
    is_bound = solver.getModelStatus() != HighsModelStatus.kInfeasible and np.isfinite(info.mip_dual_bound)
    return (float(info.objective_function_value) if is_found else None), (info.mip_dual_bound if is_bound else None)


def highs_plain(problem: PostingProblem, seconds: float) -> Figures:
    """HiGHS MIP without presolve and symmetry detection, which keeps its limit better."""
    return highs(problem, seconds, presolve="off", mip_detect_symmetry=False)


def cp_sat(problem: PostingProblem, seconds: float) -> Figures:
    """CP-SAT with two workers."""
    block = formulate(problem, 0).form.whole()
    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in block.choices]
    for row in range(len(block.rows)):
        part = slice(block.starts[row], block.starts[row + 1])
        values = block.value[part].astype(int).tolist()
        total = cp_model.LinearExpr.weighted_sum([take[k] for k in block.index[part].tolist()], values)
        if np.isfinite(block.high[row]):
            model.add(total <= int(block.high[row]))
        if np.isfinite(block.low[row]):
            model.add(total >= int(block.low[row]))
    for k in np.flatnonzero((block.least > 0) | (block.most < 1)).tolist():
        model.add(take[k] == int(block.least[k]))
    model.maximize(cp_model.LinearExpr.weighted_sum(take, np.round(block.worth).astype(int).tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    status = solver.solve(model)
    is_found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return (solver.objective_value if is_found else None), solver.best_objective_bound
