"""A linear programme that grows: columns and rows come in, prices go out. HiGHS is inside, and stays inside.

The programme is `maximise worth x` with `low <= rows x <= high` and `least <= x <= most`. Between two solves the basis
is kept, so adding columns (column generation) or rows (cuts) starts from where the last solve ended.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solved:
    """An optimal solution: `value`, the amount of each column, the price of each row, the reduced worth of each column.

    With `price` p, a column's `reduced` is `worth - p x column`; at the optimum it is at most 0 where the column is at
    its least and at least 0 where it is at its most.
    """

    value: float
    amount: Floats
    price: Floats
    reduced: Floats
    iterations: int


class LinearProgramme:
    """Rows are fixed in number by `add_rows`; columns come in by `add_columns`. Both can be repeated."""

    def __init__(self, seed: int = 0, method: str = "simplex", threads: int = 1) -> None:
        """`method`: "simplex" (warm starts), "ipm" or "hipo" (then crossover), "pdlp"."""
        self._solver: Any = _Highs()  # prints no banner
        options: dict[str, Any] = {"output_flag": False, "threads": threads, "random_seed": seed, "solver": method}
        for key, value in options.items():
            self._solver.setOptionValue(key, value)
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.rows = self.columns = 0
        self.is_infeasible = False  # whether the last solve proved that nothing keeps the rows

    def option(self, name: str, value: Any) -> None:
        """Set an option of HiGHS by its own name."""
        self._solver.setOptionValue(name, value)

    def add_rows(
        self, low: Floats, high: Floats, starts: Ints | None = None, index: Ints | None = None,
        value: Floats | None = None,
    ) -> None:  # fmt: skip
        """Add rows, with entries over columns that are there (rowwise; `starts` has one entry more than rows)."""
        count = len(low)
        starts = np.zeros(count + 1, dtype=np.int32) if starts is None else starts.astype(np.int32)
        index = np.zeros(0, dtype=np.int32) if index is None else index.astype(np.int32)
        value = np.zeros(0) if value is None else value
        self._solver.addRows(
            count, np.asarray(low, float), np.asarray(high, float), len(index), starts[:count], index, value
        )
        self.rows += count

    def add_columns(
        self, worth: Floats, starts: Ints, index: Ints, value: Floats, least: Floats | float = 0.0,
        most: Floats | float = math.inf,
    ) -> None:  # fmt: skip
        """Add columns over rows that are there (columnwise; `starts` has one entry more than columns)."""
        count = len(worth)
        self._solver.addCols(
            count, np.asarray(worth, float), np.broadcast_to(np.asarray(least, float), (count,)).copy(),
            np.broadcast_to(np.asarray(most, float), (count,)).copy(), len(index), starts[:count].astype(np.int32),
            index.astype(np.int32), np.asarray(value, float),
        )  # fmt: skip
        self.columns += count

    def set_bounds(self, columns: Ints, least: Floats, most: Floats) -> None:
        """Change the limits of columns; the basis stays."""
        self._solver.changeColsBounds(len(columns), columns.astype(np.int32), least, most)

    def set_worth(self, columns: Ints, worth: Floats) -> None:
        """Change the worth of columns; the basis stays."""
        self._solver.changeColsCost(len(columns), columns.astype(np.int32), worth)

    def set_limits(self, rows: Ints, low: Floats, high: Floats) -> None:
        """Change the limits of rows; the basis stays."""
        self._solver.changeRowsBounds(len(rows), rows.astype(np.int32), low, high)

    def drop_columns(self, columns: Ints) -> None:
        """Take columns out; those after them move up."""
        self._solver.deleteCols(len(columns), columns.astype(np.int32))
        self.columns -= len(columns)

    def solve(self, seconds: float | None = None) -> Solved | None:
        """Solve to optimality; None where the time ran out, or nothing keeps the rows."""
        # `time_limit` counts from the first run of this solver object
        limit = math.inf if seconds is None else self._solver.getRunTime() + seconds
        self._solver.setOptionValue("time_limit", limit)
        self._solver.run()
        status = self._solver.getModelStatus()
        self.is_infeasible = status == highspy.HighsModelStatus.kInfeasible
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        found, info = self._solver.getSolution(), self._solver.getInfo()
        return Solved(
            float(info.objective_function_value), np.asarray(found.col_value), np.asarray(found.row_dual),
            np.asarray(found.col_dual), int(info.simplex_iteration_count),
        )  # fmt: skip
