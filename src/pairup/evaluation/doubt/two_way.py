"""What plain two-way fixed effects would make of the panel, taken apart: a warning about them, never an answer.

With starts at several times their coefficient is a weighted sum of every comparison of two groups and two spans
(Goodman-Bacon, Journal of Econometrics 225, 2021), among them those in which units helped earlier stand in for what
would have been without help. Seen cell by cell, the effects are weighted by D~_gt, what units and periods leave of the
treatment, and some of these weights may be negative (de Chaisemartin and D'Haultfoeuille, AER 110, 2020): every effect
can be good and the sum bad. On R's `base_stagg` the coefficient is -3.683 where the mean effect is -1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.cells import Cells, cells_of, quantile
from pairup.evaluation.design import Comparison, Design, Method
from pairup.evaluation.doubt.sides import sides_of
from pairup.evaluation.estimate import DoubtCheck, Effect
from pairup.evaluation.panel import Panel
from pairup.values.figures import said
from pairup.values.words import Words

Floats = NDArray[np.float64]

_FORBIDDEN = 0.10  # share of the weight on comparisons with units already helped


class Kind(StrEnum):
    NEVER = "never"  # with units never treated
    LATER = "later"  # with units not treated yet
    EARLIER = "earlier"  # with units treated already: not a comparison with what would have been


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """One comparison: places of the starts of both groups, its weight in the coefficient, and what it finds."""

    kind: Kind
    treated: int
    compared: int
    weight: float
    value: float


@dataclass(frozen=True, slots=True)
class TwoWay:
    """The coefficient, its parts, and the weights of effects: `negative` is the sum of those below zero."""

    value: float
    parts: tuple[TwoByTwo, ...]
    negative: float

    @property
    def forbidden(self) -> float:
        """Give the share of weight on comparisons with units already treated."""
        return sum(part.weight for part in self.parts if part.kind is Kind.EARLIER)


def two_way(panel: Panel) -> TwoWay | None:
    """Take the two-way coefficient of a balanced panel apart; None where nothing is treated or nothing compares.

    The weights are positive and add up to one; weights times comparisons add up to the coefficient.
    """
    cells = cells_of(panel)
    last = cells.means.shape[1]
    is_on = np.arange(last)[None, :] >= cells.starts[:, None]
    share = cells.sizes / cells.total
    left = is_on - is_on.mean(axis=1, keepdims=True) - share @ is_on + share @ is_on.mean(axis=1)
    square = float((share[:, None] * left**2).sum())
    if square <= 1e-14:
        return None
    value = float((share[:, None] * left * cells.means).sum() / square)
    effects = (share[:, None] * left)[is_on] / square
    parts = [part for k in range(len(share)) for j in range(len(share)) for part in _pair(cells, share, k, j)]
    total = sum(part.weight for part in parts)
    if not total > 0:
        return None
    scaled = tuple(TwoByTwo(one.kind, one.treated, one.compared, one.weight / total, one.value) for one in parts)
    return TwoWay(value, scaled, float(effects[effects < 0].sum()))


def _pair(cells: Cells, share: Floats, k: int, j: int) -> list[TwoByTwo]:
    """Compare group k, treated first, with group j, treated later or never: formulas (10) of the paper."""
    last = cells.means.shape[1]
    first, second = int(cells.starts[k]), int(cells.starts[j])
    if not 0 < first < min(second, last):
        return []
    both = share[k] + share[j]
    inside = share[k] * share[j] / both**2
    on_k, on_j = (last - first) / last, (last - min(second, last)) / last
    apart = cells.means[k] - cells.means[j]
    if second >= last:
        weight = both**2 * inside * on_k * (1 - on_k)
        return [TwoByTwo(Kind.NEVER, first, second, weight, float(apart[first:].mean() - apart[:first].mean()))]
    early = both**2 * inside * (on_k - on_j) * (1 - on_k)
    late = both**2 * inside * on_j * (on_k - on_j)
    between = float(apart[first:second].mean())
    return [
        TwoByTwo(Kind.LATER, first, second, early, between - float(apart[:first].mean())),
        TwoByTwo(Kind.EARLIER, second, first, late, between - float(apart[second:].mean())),
    ]


def check_two_way(panel: Panel, design: Design) -> DoubtCheck | None:
    """Warn of plain two-way fixed effects; decides only where the design uses their relatives. None: does not apply.

    The coefficient itself is never told: a figure that is printed is a figure that is quoted.
    """
    taken = two_way(panel) if panel.is_balanced else None
    if taken is None or len(panel.cohorts) < 2:
        return None
    facts = {
        "forbidden": round(100 * taken.forbidden), "negative": said(taken.negative),
        "limit": round(100 * _FORBIDDEN),
    }  # fmt: skip
    if design.method is not Method.EVENT_STUDY:
        return DoubtCheck("two-way-weights", None, Words("doubt.two-way-told", facts), taken.forbidden)
    passed = taken.negative > -1e-12 and taken.forbidden <= _FORBIDDEN
    words = Words("doubt.two-way-harmless", facts) if passed else Words("doubt.two-way-wrong", facts)
    return DoubtCheck("two-way-weights", passed, words, taken.forbidden)


def two_way_effect(panel: Panel, weight: Floats | None, level: float = 0.95) -> Effect:
    """Give the two-way coefficient with weights for rows, and its error clustered as the panel's clusters.

    Reproduces R fixest on the castle-doctrine panel: 0.06939843 (0.05585964), weighted 0.07553324 (0.03319361). The
    error counts periods, not the units that lie within clusters (fixest's "nonnested").
    """
    rows = np.ones(len(panel.outcome)) if weight is None else weight
    periods = (panel.period_at[:, None] == np.arange(1, len(panel.periods))).astype(np.float64)
    table = np.column_stack([panel.is_on.astype(np.float64), panel.outcome, periods])
    sums = np.zeros((len(panel.units), table.shape[1]))
    np.add.at(sums, panel.unit_at, table * rows[:, None])
    totals = np.bincount(panel.unit_at, rows, len(panel.units))
    table -= (sums / np.maximum(totals, 1e-300)[:, None])[panel.unit_at]
    root = np.sqrt(rows)[:, None]
    rest = root * table[:, 2:]
    both = root * table[:, :2]
    both = both - rest @ np.linalg.lstsq(rest, both, rcond=None)[0]
    square = float(both[:, 0] @ both[:, 0])
    value = float(both[:, 0] @ both[:, 1]) / square
    scores = np.bincount(panel.cluster_at[panel.unit_at], both[:, 0] * (both[:, 1] - value * both[:, 0]))
    count, many = len(scores), len(panel.outcome)
    factor = count / (count - 1) * (many - 1) / (many - len(panel.periods) - 1)
    error = float(np.sqrt(factor * (scores @ scores))) / square
    wide = quantile(level) * error
    return Effect(value, error, (value - wide, value + wide))


def group_time_effect(panel: Panel, design: Design, weight: Floats | None) -> Effect | None:
    """Give the average of ATT(g, t) as in Callaway and Sant'Anna with weights for units; None where nothing compares.

    weight : (N,), or None for units that count alike. The error takes the weights of cohorts as given.
    """
    units = np.ones(len(panel.units)) if weight is None else weight
    wide, last, ahead = panel.outcomes, len(panel.periods), design.anticipation
    value, mass, psi = 0.0, 0.0, np.zeros(len(units))
    for start in panel.cohorts:
        inside, base = panel.starts == start, start - ahead - 1
        for t in range(start, last if base >= 0 else start):
            is_never = design.comparison is Comparison.NEVER_TREATED
            until = last - 1 if is_never else min(t + ahead, last - 1)
            compared = panel.starts > until
            own, other = units[inside].sum(), units[compared].sum()
            if not (own > 0 and other > 0):
                continue
            change = wide[:, t] - wide[:, base]
            near, far = units[inside] @ change[inside] / own, units[compared] @ change[compared] / other
            value, mass = value + own * (near - far), mass + own
            psi[inside] += units[inside] * (change[inside] - near)
            psi[compared] -= own * units[compared] / other * (change[compared] - far)
    if not (mass > 0 and np.isfinite(value)):
        return None
    at = panel.cluster_at if design.clusters == "cluster" else np.arange(len(units))
    error = float(np.linalg.norm(np.bincount(at, psi / mass)))
    wide_by = quantile(design.level) * error
    value = float(value / mass)
    return Effect(value, error, (value - wide_by, value + wide_by))


def check_weights_agree(panel: Panel, design: Design) -> DoubtCheck | None:
    """Look whether units counted alike and units counted by weight say the same: sign, and whether it differs from 0.

    Essential. None where the panel has no weights, or they are all alike.
    """
    if panel.weight is None or sides_of(panel, design) is None or np.ptp(panel.weight) == 0:
        return None
    total = np.bincount(panel.unit_at, panel.weight, len(panel.units)).astype(np.float64)
    if not (total[panel.is_treated].sum() > 0 and total[~panel.is_treated].sum() > 0):
        return DoubtCheck("weights-agree", None, Words("doubt.weights-none"))
    pairs: list[tuple[Effect, Effect]] = []
    alike, weighed = group_time_effect(panel, design, None), group_time_effect(panel, design, total)
    if alike is not None and weighed is not None:
        pairs.append((alike, weighed))
    pairs.append((two_way_effect(panel, None, design.level), two_way_effect(panel, panel.weight, design.level)))
    wrong = [pair for pair in pairs if not _agree(*pair)]
    shown = (wrong or pairs)[0]
    facts = {
        "alike": said(shown[0].value), "weighed": said(shown[1].value),
        "error_alike": said(shown[0].se or 0.0), "error_weighed": said(shown[1].se or 0.0),
    }  # fmt: skip
    words = Words("doubt.weights-disagree", facts) if wrong else Words("doubt.weights-agree", facts)
    return DoubtCheck("weights-agree", not wrong, words, shown[1].value - shown[0].value, is_essential=True)


def _agree(one: Effect, other: Effect) -> bool:
    """Whether both differ from nothing to the same side, or neither does."""

    def side(effect: Effect) -> int:
        assert effect.interval is not None
        return int(effect.interval[0] > 0) - int(effect.interval[1] < 0)

    return side(one) == side(other)
