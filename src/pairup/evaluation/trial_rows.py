"""Rows of a trial: outcomes after the start, and what was known before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.lots import Lots
from pairup.evaluation.panel import Flags, Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Followed:
    """Outcomes after the start. One row a unit, its mean, where all units are seen in all periods; else a row a period.

    outcome, weight : (N,). outcomes : (N, O), the outcome and, with means, that of each period of `each`.
    unit, lot, period : (N,), places; `period` is the start for means.
    """

    outcomes: Floats
    unit: Ints
    lot: Ints
    period: Ints
    weight: Floats
    each: tuple[int, ...]

    @property
    def outcome(self) -> Floats:
        outcome: Floats = self.outcomes[:, 0]
        return outcome


def followed(panel: Panel, lots: Lots, start: int) -> Followed:
    """Take the rows at and after a start. A unit whose weight is 0 is left out."""
    after = panel.period_at >= start
    if panel.weight is not None:
        after &= panel.weight > 0
    periods = len(panel.periods) - start
    mean, count = means_by_unit(panel, after)
    units = np.flatnonzero(count)
    if len(units) and (count[units] == periods).all():
        wide = panel.outcomes[units][:, start:]
        weight = np.ones(len(units))
        if panel.weight is not None:
            weight = np.bincount(panel.unit_at[after], panel.weight[after], minlength=len(panel.units))[units] / periods
        several = periods > 1
        outcomes = np.column_stack([mean[units], wide]) if several else mean[units][:, None]
        each = tuple(range(start, len(panel.periods))) if several else ()
        return Followed(outcomes, units, lots.at[units], np.full(len(units), start), weight, each)
    unit = panel.unit_at[after]
    weight = np.ones(len(unit)) if panel.weight is None else panel.weight[after]
    return Followed(panel.outcome[after][:, None], unit, lots.at[unit], panel.period_at[after], weight, ())


def means_by_unit(panel: Panel, rows: Flags, column: Floats | None = None) -> tuple[Floats, Ints]:
    """Give each unit's mean over some rows (NaN without any), and how many it has."""
    values = panel.outcome if column is None else column
    count = np.bincount(panel.unit_at[rows], minlength=len(panel.units))
    total = np.bincount(panel.unit_at[rows], values[rows], minlength=len(panel.units))
    with np.errstate(invalid="ignore"):
        return total / count, count


def baseline_of(panel: Panel, lots: Lots, start: int, unit: Ints) -> Floats | None:
    """Give the outcome before the start for rows of units: the unit's own mean where all have one, else its lot's.

    None where some lot was not seen before, or there is no period before.
    """
    own, count = means_by_unit(panel, panel.period_at < start)
    if (count[unit] > 0).all() and len(unit):
        return own[unit]
    seen = panel.period_at < start
    of_lot = lots.at[panel.unit_at[seen]]
    rows = np.bincount(of_lot, minlength=len(lots.codes))
    if not (rows > 0).all() or len(lots.codes) == len(panel.units):
        return None
    means: Floats = (np.bincount(of_lot, panel.outcome[seen], minlength=len(lots.codes)) / rows)[lots.at[unit]]
    return means


def pre_treatment(panel: Panel, names: Sequence[str], start: int, unit: Ints) -> Floats:
    """Give the covariates of rows of these units, (N, P): their means before the start.

    Where a unit is not seen before, its covariates may not change after the start, for the help could have changed
    them: refused. A missing covariate is refused too.
    """
    columns = []
    for name in names:
        column = panel.columns[name]
        seen = ~np.isnan(column)
        before, count = means_by_unit(panel, seen & (panel.period_at < start), np.where(seen, column, 0.0))
        whole, ever = means_by_unit(panel, seen, np.where(seen, column, 0.0))
        far = np.abs(np.where(seen, column - whole[panel.unit_at], 0.0)) > 1e-9 * np.maximum(np.abs(column), 1e-9)
        needs = np.zeros(len(panel.units), np.bool_)
        needs[unit] = True
        missing, changing = needs & (ever == 0), np.zeros(len(panel.units), np.bool_)
        np.logical_or.at(changing, panel.unit_at, far & seen)
        changing &= needs & (count == 0)
        for wrong, code, text in (
            (missing, "experiments.covariate-missing", "has no value of"),
            (changing, "experiments.covariate-changes", "is not seen before the start, and after it changes in"),
        ):
            if wrong.any():
                first = panel.units[int(np.flatnonzero(wrong)[0])]
                raise InputError(
                    f"{first} {text} {name} ({int(wrong.sum())} units in all).",
                    hint="Give each unit the value it had before the help, or leave the covariate out.",
                    code=code, unit=first, name=name, count=int(wrong.sum()),
                )  # fmt: skip
        columns.append(np.where(count > 0, before, whole)[unit])
    return np.column_stack(columns) if columns else np.zeros((len(unit), 0))
