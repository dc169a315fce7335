"""Who is compared with: how many, how that changes over periods, and how like the treated they were before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.cells import Cells, cells_of, quantile
from pairup.evaluation.design import Comparison, Design, Method
from pairup.evaluation.estimate import DoubtCheck
from pairup.evaluation.panel import Panel
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ALIKE = 0.25  # standard deviations, as Imbens and Rubin (2015, section 14.2) have it
_LATER_POOLS = (Method.STAGGERED_DID, Method.IMPUTATION_DID, Method.EVENT_STUDY)


@dataclass(frozen=True, slots=True)
class Pool:
    """sizes : how many units are compared with in each period from the first start on.

    level, trend : mean before the first start and mean change a period, treated less pool, in standard deviations of
    units; None where nothing varies or one period was seen. doubt : how far chance alone moves either (95 %).
    """

    sizes: tuple[int, ...]
    level: float | None
    trend: float | None
    doubt: float


def pool_of(panel: Panel, design: Design) -> Pool | None:
    """Describe the units compared with; None where there are none, or nothing is treated."""
    if not panel.cohorts or (panel.is_treated.all() and len(panel.cohorts) < 2):
        return None
    first = panel.cohorts[0]
    uses_later = design.method in _LATER_POOLS and design.comparison is Comparison.NOT_YET_TREATED
    sizes = tuple(
        int((panel.starts > min(at + design.anticipation, len(panel.periods) - 1)).sum())
        if uses_later
        else int((~panel.is_treated).sum())
        for at in range(first, len(panel.periods))
    )
    group = panel.starts == first if panel.is_treated.all() else panel.is_treated
    doubt = quantile(0.95) * float(np.sqrt(1 / group.sum() + 1 / (~group).sum()))
    level, trend = np.zeros((2, len(panel.periods)))
    level[:first] = 1 / first
    trend[[0, first - 1]] = -1.0, 1.0
    return Pool(
        sizes, _apart(panel, level, group), _apart(panel, trend, group) if first > 1 else None, doubt
    )  # fmt: skip


def _apart(panel: Panel, weights: Floats, group: NDArray[np.bool_]) -> float | None:
    """Give the difference of means of a weighted sum of each unit's periods, in standard deviations within both groups.

    group : of each unit, the same for all units with one start.
    """
    if panel.is_balanced and (found := _apart_by_moments(cells_of(panel), weights, group, panel.starts)) is not None:
        return found
    used = np.flatnonzero(weights)
    figure = panel.outcomes[:, used] @ weights[used]
    inside = np.concatenate([figure[group] - figure[group].mean(), figure[~group] - figure[~group].mean()])
    freedom = len(inside) - 2
    spread = float(np.sqrt(inside @ inside / freedom)) if freedom > 0 else 0.0
    if not spread > 1e-12 * max(1.0, float(np.abs(figure).max())):
        return None
    return float(figure[group].mean() - figure[~group].mean()) / spread


def _apart_by_moments(cells: Cells, weights: Floats, group: NDArray[np.bool_], starts: Ints) -> float | None:
    """Tell the same from moments; None where their products cancel, so that only the units can tell."""
    first = np.zeros(cells.periods + 1, np.bool_)
    first[starts] = group
    inside = first[cells.starts]
    figure = cells.means @ weights
    products = np.einsum("t,ctu,u->c", weights, cells.scatters, weights)
    mean, squares = [], 0.0
    for side in (inside, ~inside):
        mean.append(float(np.average(figure[side], weights=cells.sizes[side])))
        squares += float(products[side].sum() + cells.sizes[side] @ (figure[side] - mean[-1]) ** 2)
    size = np.einsum("t,ctu,u->", np.abs(weights), np.abs(cells.scatters), np.abs(weights))
    if not squares > 1e-6 * size or cells.total <= 2:
        return None
    return (mean[0] - mean[1]) / float(np.sqrt(squares / (cells.total - 2)))


def check_pool(panel: Panel, design: Design) -> DoubtCheck:
    """Look at the pool: it fails where it runs empty, or trends before differ by more than 0.25 deviations and chance.

    A difference of levels is told and decides nothing: differences over time take it out.
    """
    pool = pool_of(panel, design)
    if pool is None:
        return DoubtCheck("pool", False, Words("doubt.pool-none"))
    facts = {
        "first": pool.sizes[0], "last": pool.sizes[-1], "alike": said(_ALIKE),
        "level": "–" if pool.level is None else f"{pool.level:+.2f}",
        "trend": "–" if pool.trend is None else f"{pool.trend:+.2f}",
    }  # fmt: skip
    if min(pool.sizes) < 2:
        empties = panel.cohorts[0] + int(np.argmax(np.array(pool.sizes) < 2))
        words = Words("doubt.pool-empties", facts | {"period": panel.periods.label(empties)})
        return DoubtCheck("pool", False, words, float(min(pool.sizes)))
    is_alike = pool.trend is None or abs(pool.trend) <= _ALIKE + pool.doubt
    words = Words("doubt.pool-alike", facts) if is_alike else Words("doubt.pool-apart", facts)
    return DoubtCheck("pool", is_alike, words, pool.trend)
