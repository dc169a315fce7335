"""Synthetic control matched on predictors (Abadie and Gardeazabal 2003; Abadie, Diamond and Hainmueller 2010).

With X_1 the predictors of the treated unit and X_0 those of the pool, each over its standard deviation, the weights w
on the simplex minimise (X_1 - X_0 w)' V (X_1 - X_0 w), V diagonal. Where the plan fixes V (`weight` of each predictor)
that is all. Else V is chosen by the fit of the outcome before, as the authors' program `Synth` does it: from equal
weights and from those of a regression, the best of two local searches each. That programme has many hollows, and V is
often not identified, so the answer also has the best of a search over all V (`search.wide`), the loss that no V can
undercut (that of weights free of any predictor), and the spread of the effect over all V found near the best.

Reproduced: the Basque Country (weights .8508 and .1492, loss .0088646, and the least loss of all, .0042861, of Becker
and Kloessner 2018), West Germany's cross-validated weights, Sweden's carbon tax.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.evaluation.design import Design, Predictor
from pairup.evaluation.hull import matched
from pairup.evaluation.panel import Panel
from pairup.evaluation.search import nelder_mead, quasi_newton, wide
from pairup.evaluation.weights import fit_points

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: a V is near the best where its loss is at most so many times the least
NEAR = 1.05
#: the smallest V of a search, over the largest
_LEAST = 1e-8
_SEEDS = 5


@dataclass(frozen=True, eq=False)
class Matching:
    """One unit beside a pool. distances : (K, J), predictors less the unit's, over their deviations.

    target : (M,) and pool : (J, M), outcomes by whose fit V is chosen. first : (2, K) or (1, K), where searches begin.
    """

    distances: Floats
    target: Floats
    pool: Floats
    first: Floats

    def fitted(self, scales: Floats) -> tuple[Floats, Floats, Floats]:
        """Fit once for each V (P, K): weights (P, J), losses (P,), gaps (P,)."""
        shares = np.abs(scales) / np.maximum(np.abs(scales).sum(axis=1, keepdims=True), 1e-300)
        weights, losses, gaps = matched(self.distances, shares, self.pool, self.target)
        return weights, losses, gaps

    def loss(self, scale: Floats) -> float:
        return float(self.fitted(scale[None])[1][0])

    def as_published(self) -> Floats:
        """Choose V (K,) as the authors' program does."""
        found = [search(self.loss, start) for start in self.first for search in (nelder_mead, quasi_newton)]
        best = np.abs(min(found, key=self.loss))
        scale: Floats = best / best.sum()
        return scale


@dataclass(frozen=True, eq=False)
class Spread:
    """What a search over all V found. losses : of the V used, the least of any V, and the least of any weights.

    weights : (N, J), of every V whose loss is near the least, the best first. scale : (K,), the best V.
    """

    losses: tuple[float, float, float]
    weights: Floats
    scale: Floats


def searched(matching: Matching, used: Floats) -> Spread:
    """Search over all V, from several populations that hold the V used and equal ones."""
    first = np.clip(np.log10(np.maximum([used / used.max(), np.ones(len(used))], _LEAST)), np.log10(_LEAST), 0)
    points, losses = wide(lambda some: matching.fitted(10.0**some)[1], np.log10(_LEAST), 0.0, first, seeds=_SEEDS)
    order = np.argsort(losses, kind="stable")
    near = points[order[losses[order] <= NEAR * losses[order[0]]]]
    weights = matching.fitted(10.0**near)[0]
    bound = 2 * fit_points(matching.pool, matching.target).objective / len(matching.target)
    best = 10.0 ** points[order[0]]
    return Spread((matching.loss(used), float(losses[order[0]]), bound), weights, best / best.sum())


def matching_of(traits: Floats, outcomes: Floats, at: int, pool: Ints) -> Matching:
    """Put a unit beside a pool. traits : (N, K). outcomes : (N, M), of the periods by which V is chosen."""
    both = np.concatenate([[at], pool])
    moved = traits[both].std(axis=0, ddof=1)
    scaled = traits[both] / np.where(moved > 0, moved, 1.0)
    size = scaled.shape[1]
    first = [np.full(size, 1 / size)]
    columns = np.column_stack([np.ones(len(both)), scaled])
    if np.linalg.matrix_rank(columns) == size + 1:
        slopes = np.linalg.lstsq(columns, outcomes[both], rcond=None)[0][1:]
        squares = (slopes**2).sum(axis=1)
        if np.isfinite(squares.sum()) and squares.sum() > 0:
            first.append(squares / squares.sum())
    distances = np.ascontiguousarray((scaled[1:] - scaled[0]).T)
    return Matching(
        distances, np.ascontiguousarray(outcomes[at]), np.ascontiguousarray(outcomes[pool]), np.array(first)
    )


def traits_of(panel: Panel, design: Design, until: int) -> tuple[Floats, tuple[str, ...], Floats | None]:
    """Give the predictors of each unit (N, K) from periods before the place `until`, their names, and their fixed V.

    A mean is of the periods that have a value; NaN where none has, or where a predictor by periods lacks one. A
    predictor whose whole window lies at or after `until` is left out; one that reaches over the first start is refused.
    """
    columns, names, fixed = [], [], []
    for one in design.predictors:
        values = panel.outcomes if one.column == "outcome" else panel.spread(_column(panel, one.column))
        first, last = _window(panel, one)
        values = values[:, first : min(last, until)]
        if not values.shape[1]:
            continue
        if one.is_average:
            seen = ~np.isnan(values)
            count = seen.sum(axis=1)
            mean = np.where(seen, values, 0.0).sum(axis=1) / np.maximum(count, 1)
            columns.append(np.where(count > 0, mean, np.nan)[:, None])
            ends = (panel.periods.label(first), panel.periods.label(min(last, until) - 1))
            shown = "" if one.window is None else f" {ends[0]}" if ends[0] == ends[1] else f" {ends[0]}–{ends[1]}"
            names.append(one.column + shown)
        else:
            columns.append(values)
            names += [f"{one.column} {panel.periods.label(first + k)}" for k in range(values.shape[1])]
        fixed += [one.weight or 0.0] * columns[-1].shape[1]
    is_fixed = any(one.weight is not None for one in design.predictors)
    traits = np.concatenate(columns, axis=1) if columns else np.zeros((len(panel.units), 0))
    return traits, tuple(names), np.array(fixed) if is_fixed else None


def fit_window(panel: Panel, design: Design, until: int) -> tuple[int, int]:
    """Give the places from and to which (not with it) the outcome's fit chooses V."""
    if design.fitted is None:
        return 0, until
    first, last = design.fitted.numbers()
    return panel.periods.at_or_after(first), min(panel.periods.at_or_after(last + 1), until)


def _column(panel: Panel, name: str) -> Floats:
    if name not in panel.columns:
        raise InputError(
            f"The panel has no column {name}.", hint="Name a column of numbers that it has.",
            code="synthetic.no-column", column=name,
        )  # fmt: skip
    return panel.columns[name]


def _window(panel: Panel, one: Predictor) -> tuple[int, int]:
    """Give the places of a predictor's window, from and to (not with it)."""
    start = min(panel.cohorts)
    if one.window is None:
        return 0, start
    low, high = one.window.numbers()
    first, last = panel.periods.at_or_after(low), panel.periods.at_or_after(high + 1)
    if last > start or first == last:
        text = f"{one.window.to_dict()['from']} – {one.window.to_dict()['to']}"
        raise InputError(
            f"The window {text} of {one.column} does not lie before the first start, {panel.periods.label(start)}.",
            hint="Give periods that the panel has before anybody was helped.",
            code="synthetic.predictor-window", window=text, column=one.column, start=panel.periods.label(start),
        )  # fmt: skip
    return first, last
