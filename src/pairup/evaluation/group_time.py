"""ATT(g, t): the effect on each cohort in each period, from moments where they suffice, else unit by unit.

A balanced panel without covariates and weights is told by its moments (`cells`), however many units it has. Otherwise
each ATT(g, t) takes the units seen in both of its periods, so that a hole costs a unit the periods it is missing in and
no others. Covariates are those of the earlier of the two periods; a unit's weight is the mean of its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.cells import Cells, Influence, Linear, Spread, cells_of
from pairup.evaluation.contrasts import chances, contrast
from pairup.evaluation.design import Comparison, Control, Design
from pairup.evaluation.panel import Panel
from pairup.evaluation.two_way import cohorts_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pair:
    """One ATT(g, t) to be told: cohort g, period t, the base period, and until when those compared are untreated."""

    group: int
    period: int
    base: int
    until: int

    @property
    def before(self) -> int:
        """The earlier of the two periods, whose covariates count."""
        return min(self.period, self.base)


@dataclass(frozen=True, eq=False)
class GroupTime:
    """ATT(g, t) of every cohort and period: places of both, and the estimates.

    starts, sizes : (C,) of all cohorts, those never treated last; sizes are sums of weights. missed : pairs that the
    covariates do not tell apart.
    """

    groups: Ints  # (K,) places of cohorts in `starts`
    periods: Ints  # (K,)
    spread: Spread
    starts: Ints
    sizes: Floats
    missed: tuple[Pair, ...] = ()


def is_plain(panel: Panel, design: Design) -> bool:
    """Whether moments suffice."""
    return panel.is_balanced and not design.covariates and panel.weight is None


def group_time(panel: Panel, design: Design, *, is_universal: bool = False) -> GroupTime:
    """Estimate ATT(g, t) for every cohort g and period t that the design can compare.

    is_universal : before the start too the base is the last period before it (long differences, as sensitivity to
    other trends needs them); else the period before t.
    """
    if is_plain(panel, design):
        return from_moments(cells_of(panel), design, is_universal=is_universal)
    return _unit_by_unit(panel, design, is_universal)


def from_moments(cells: Cells, design: Design, *, is_universal: bool = False) -> GroupTime:
    """Estimate ATT(g, t) from moments alone."""
    count, last = len(cells.starts), cells.periods
    rows = []
    for pair in pairs(cells.starts, last, design, is_universal):
        compared = compared_with(cells.starts, pair, last, design)
        if compared.any():
            rows.append((pair.group, pair.period, *_difference(cells, pair, compared)))
    groups, periods = (np.array([row[k] for row in rows], dtype=np.int64) for k in (0, 1))
    values = np.array([row[2] for row in rows])
    slopes = np.array([row[3] for row in rows]).reshape(len(rows), count, last).transpose(1, 0, 2)
    levels = np.array([row[4] for row in rows]).reshape(len(rows), count).T
    return GroupTime(groups, periods, Linear(cells, values, slopes, levels), cells.starts, cells.sizes)


def pairs(starts: Ints, last: int, design: Design, is_universal: bool) -> list[Pair]:
    """List the cohorts and periods to be told, with their bases."""
    ahead, found = design.anticipation, []
    for g, start in enumerate(starts.tolist()):
        if start >= last:
            continue
        long = start - ahead - 1
        for t in range(last):
            base = long if is_universal or t > long else t - 1
            if base >= 0 and t != base:
                found.append(Pair(g, t, base, max(t, base) + ahead))
    return found


def compared_with(starts: Ints, pair: Pair, last: int, design: Design) -> Flags:
    """Choose the cohorts to compare with: never treated, or not treated until a period."""
    if design.comparison is Comparison.NEVER_TREATED:
        return starts >= last
    compared: Flags = starts > min(pair.until, last - 1)  # those never treated stand at `last`, and always compare
    compared[pair.group] = False
    return compared


def _difference(cells: Cells, pair: Pair, compared: Flags) -> tuple[float, Floats, Floats]:
    """Give one ATT(g, t), and the weights and constants by which each cohort's units enter it."""
    g, t, base = pair.group, pair.period, pair.base
    change = cells.means[:, t] - cells.means[:, base]
    size = cells.sizes[compared].sum()
    other = float(cells.sizes[compared] @ change[compared] / size)
    share = np.where(compared, -cells.total / size, 0.0)
    share[g] = cells.total / cells.sizes[g]
    slopes = np.zeros_like(cells.means)
    slopes[:, t] += share
    slopes[:, base] -= share
    levels = np.where(compared, share * (change - other), 0.0)
    return float(change[g]) - other, slopes, levels


# --- unit by unit ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Units:
    """A panel by units: outcomes (n, T), regressors (T, n, q) or (1, n, q) where none changes, weights with mean 1."""

    outcomes: Floats
    regressors: Floats
    weight: Floats
    cohort: Ints
    starts: Ints
    is_whole: bool  # every unit is seen in every period, its covariates too

    @classmethod
    def of(cls, panel: Panel, design: Design) -> _Units:
        shape = len(panel.units), len(panel.periods)
        wide = np.stack([np.ones(shape), *(panel.spread(panel.columns[name]) for name in design.covariates)], axis=-1)
        is_still = bool(np.all(wide == wide[:, :1]))
        regressors = wide[:, :1].transpose(1, 0, 2) if is_still else wide.transpose(1, 0, 2)
        weight = unit_weights(panel)
        starts, cohort = cohorts_of(panel)
        is_whole = panel.is_balanced and bool(np.isfinite(regressors).all()) and bool((weight > 0).all())
        return cls(panel.outcomes, regressors, weight, cohort, starts, is_whole)

    def regressors_at(self, period: int) -> Floats:
        at: Floats = self.regressors[0 if len(self.regressors) == 1 else period]
        return at

    def block_of(self, pair: Pair, compared: Flags) -> tuple[object, ...]:
        """What pairs must share to be told together."""
        at = 0 if len(self.regressors) == 1 else pair.before
        return pair.group, compared.tobytes(), at


def unit_weights(panel: Panel) -> Floats:
    """Give each unit's weight, the mean of its rows, with mean 1 over units."""
    count = len(panel.units)
    if panel.weight is None:
        return np.ones(count)
    total = np.bincount(panel.unit_at, panel.weight, count) / np.bincount(panel.unit_at, minlength=count)
    scaled: Floats = total / total.mean()
    return scaled


def _unit_by_unit(panel: Panel, design: Design, is_universal: bool) -> GroupTime:
    units, last = _Units.of(panel, design), len(panel.periods)
    blocks: dict[tuple[object, ...], list[Pair]] = defaultdict(list)
    masks: dict[Pair, Flags] = {}
    for pair in pairs(units.starts, last, design, is_universal):
        masks[pair] = compared_with(units.starts, pair, last, design)
        if masks[pair].any():
            blocks[units.block_of(pair, masks[pair])].append(pair)
    order = sorted((pair for block in blocks.values() for pair in block), key=lambda pair: (pair.group, pair.period))
    place = {pair: k for k, pair in enumerate(order)}
    values = np.full(len(order), np.nan)
    psi = np.zeros((len(units.weight), len(order)), order="F")
    for block in blocks.values():
        for same in _seen_alike(units, block, masks[block[0]]):
            _tell_block(units, same, masks[block[0]], design.control, values, psi, place)
    known = np.isfinite(values)
    psi = psi if known.all() else psi[:, known]
    kept = [pair for pair, is_known in zip(order, known, strict=True) if is_known]
    sizes = np.bincount(units.cohort, units.weight, len(units.starts)).astype(np.float64)
    groups = np.array([pair.group for pair in kept], dtype=np.int64)
    periods = np.array([pair.period for pair in kept], dtype=np.int64)
    missed = tuple(pair for pair, is_known in zip(order, known, strict=True) if not is_known)
    spread = Influence(values[known], psi, units.cohort, units.weight)
    return GroupTime(groups, periods, spread, units.starts, sizes, missed)


def _seen_alike(units: _Units, block: Sequence[Pair], compared: Flags) -> list[list[Pair]]:
    """Split pairs by the units that are seen in both periods, their covariates too."""
    if units.is_whole:
        return [list(block)]
    alike: dict[bytes, list[Pair]] = defaultdict(list)
    for pair in block:
        alike[_seen(units, pair, compared).tobytes()].append(pair)
    return list(alike.values())


def _seen(units: _Units, pair: Pair, compared: Flags) -> Flags:
    chosen = compared.copy()
    chosen[pair.group] = True
    inside: Flags = chosen[units.cohort]
    if units.is_whole:
        return inside
    change = units.outcomes[:, pair.period] - units.outcomes[:, pair.base]
    known = np.isfinite(change) & np.isfinite(units.regressors_at(pair.before)).all(axis=1)
    seen: Flags = inside & known & (units.weight > 0)
    return seen


def _tell_block(
    units: _Units, block: Sequence[Pair], compared: Flags, control: Control, values: Floats, psi: Floats,
    place: dict[Pair, int],
) -> None:  # fmt: skip
    """Estimate pairs of one cohort, comparison and set of units at once, into their `place` in `values` and `psi`."""
    first = block[0]
    seen = np.flatnonzero(_seen(units, first, compared))
    treated = units.cohort[seen] == first.group
    regressors, weight = units.regressors_at(first.before)[seen], units.weight[seen]
    if not treated.any() or (~treated).sum() < regressors.shape[1]:
        return
    ends, bases = (np.array([getattr(pair, end) for pair in block]) for end in ("period", "base"))
    change: Floats = units.outcomes[np.ix_(seen, ends)] - units.outcomes[np.ix_(seen, bases)]
    is_needed = control is not Control.REGRESSION and regressors.shape[1] > 1
    fitted = chances(treated, regressors, weight) if is_needed else None
    found = contrast(change, treated, regressors, weight, control, fitted)
    if found is None:
        return
    scale = len(units.weight) / len(seen)
    for k, pair in enumerate(block):
        values[place[pair]] = found.values[k]
        psi[seen, place[pair]] = scale * found.psi[:, k]
