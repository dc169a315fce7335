"""Other explanations of an effect: what is left once one is taken out, and whether more help did more (gate G14).

Hill's gradient (Proceedings of the Royal Society of Medicine 58, 1965): where the help is the cause, those who got more
of it, or stand down-wind of it, changed more. A drift that all the treated share shows no gradient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Design
from pairup.evaluation.families import changes, value_of
from pairup.evaluation.panel import Panel

Floats = NDArray[np.float64]

_SHUFFLES = 499
#: treated units from which on shuffles have ways enough: 4! = 24
_FEWEST = 4


@dataclass(frozen=True, slots=True)
class Dose:
    """Slope of the change on the dose among the treated, in units of the outcome for one of the dose.

    p : share of shuffles of the doses among the treated with at least that slope in the same direction.
    """

    slope: float
    p: float


def dose_response(panel: Panel, column: str, seed: int) -> Dose | None:
    """Look whether treated units with more of `column` changed more, beside the units never treated.

    The dose of a unit is the mean of its column over its treated cells; its change, that of as many periods before the
    start. None with fewer than four treated units, with doses all alike or not known, or nobody to compare with.
    """
    wide, last, pool = panel.outcomes, len(panel.periods), ~panel.is_treated
    treated = np.flatnonzero(panel.is_treated & (panel.starts > 0))
    if len(treated) < _FEWEST or not pool.any():
        return None
    spread = panel.spread(panel.columns[column])
    dose = np.array([spread[unit, panel.starts[unit] :].mean() for unit in treated])
    if not np.isfinite(dose).all() or np.ptp(dose) <= 0:
        return None
    change = np.empty(len(treated))
    for start in np.unique(panel.starts[treated]):
        own = panel.starts[treated] == start
        moved = changes(wide, int(start))
        change[own] = moved[treated[own]] - moved[pool].mean()
    apart = dose - dose.mean()
    slope = float(apart @ change / (apart @ apart))
    random = np.random.default_rng([seed, 14, last])
    shuffled = np.array([random.permutation(apart) @ change for _ in range(_SHUFFLES)]) / (apart @ apart)
    larger = np.sign(slope) * shuffled >= abs(slope) - 1e-12 * abs(slope)
    return Dose(slope, float((1 + larger.sum()) / (1 + _SHUFFLES)))


def without_causes(panel: Panel, design: Design) -> dict[str, float | None]:
    """Estimate again with what each other explanation explains taken out of the outcome.

    The slope on the column is taken within units and periods, over cells that were not helped.
    """
    told: dict[str, float | None] = {}
    for name in design.plan.alternatives:
        column = panel.spread(panel.columns[name])
        wide = panel.outcomes
        is_off = np.arange(wide.shape[1])[None, :] < panel.starts[:, None]
        pool = ~panel.is_treated
        if np.isnan(column).any() or pool.sum() < 2:
            told[name] = None
            continue
        slope = _slope(wide[pool], column[pool]) if is_off[pool].all() else None
        told[name] = None if slope is None else value_of(design.method, wide - slope * column, panel.starts)
    return told


def _slope(outcome: Floats, column: Floats) -> float | None:
    y, x = (
        one - one.mean(axis=0) - one.mean(axis=1, keepdims=True) + one.mean() for one in (outcome, column)
    )  # fmt: skip
    square = float((x * x).sum())
    return float((x * y).sum()) / square if square > 1e-12 * max(1.0, float((column**2).sum())) else None
