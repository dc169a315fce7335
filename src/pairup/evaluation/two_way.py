"""Least squares with an effect of each unit and each period, from moments where they suffice, else row by row.

y_it = a_i + l_t + d_ct' b + x_it' c + e_it, where the dummies d hang on the cohort c and the period t alone. In a
balanced panel without covariates and weights, sweeping out both effects leaves d~_ct, again of cohort and period alone,
so that b and its clustered covariance come from the moments of `cells`, however many rows there are. Otherwise unit
means are swept out row by row and periods enter as dummies.

Errors are clustered (CRV1) as R's fixest has them by default: G / (G - 1) x (N - 1) / (N - K), where K counts the
coefficients and the effects of periods, and no effects of units, since each unit lies within one cluster. Nothing else
decides what counts as nested; in particular no order of names or hashes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.cells import Influence, Linear, Spread, cells_of
from pairup.evaluation.design import Design
from pairup.evaluation.inference import clusters_of, covariance_of
from pairup.evaluation.panel import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: a column whose square left by those before it is this part of it or less is told by them
_TOLD_BY_OTHERS = 1e-9
#: rows are swept in blocks of so many numbers
_BLOCK = 20_000_000


@dataclass(frozen=True, eq=False)
class TwoWay:
    """Coefficients of the dummies, as far as the data tell them apart.

    spread : of the kept dummies, in order. kept : (K,), for each dummy. swept : covariates that the effects of units
    and periods already hold. factor : of the clustered covariance.
    """

    spread: Spread
    kept: Flags
    swept: tuple[str, ...]
    factor: float


def cohorts_of(panel: Panel) -> tuple[Ints, Ints]:
    """Give the starts of the cohorts in order, and the place of each unit's."""
    is_start = np.bincount(panel.starts, minlength=len(panel.periods) + 1) > 0
    return np.flatnonzero(is_start), (np.cumsum(is_start) - 1)[panel.starts]


def two_way(panel: Panel, dummies: Floats, design: Design, covariates: Sequence[str] = ()) -> TwoWay:
    """Fit the coefficients of dummies (C, T, K), of cohorts in the order of their starts and periods.

    A dummy that those before it, units, periods and covariates tell already is left out (`kept`).
    """
    if panel.is_balanced and panel.weight is None and not covariates:
        return _from_moments(panel, dummies, design)
    return _by_rows(panel, dummies, design, tuple(covariates))


def clustered(fit: TwoWay, panel: Panel, design: Design, combined: Spread | None = None) -> Floats:
    """Give the clustered covariance of the coefficients, or of combinations of them."""
    covariance: Floats = fit.factor * covariance_of(combined or fit.spread, panel, design)
    return covariance


def _from_moments(panel: Panel, dummies: Floats, design: Design) -> TwoWay:
    cells = cells_of(panel)
    share = cells.sizes / cells.total
    swept = dummies - dummies.mean(axis=1, keepdims=True)
    swept = swept - np.einsum("c,ctk->tk", share, swept)
    gram = np.einsum("c,ctk,ctl->kl", cells.sizes, swept, swept)
    kept = independent(gram)
    swept = swept[:, :, kept]
    inverse = np.linalg.inv(gram[np.ix_(kept, kept)])
    means = cells.means - cells.means.mean(axis=1, keepdims=True)
    means = means - share @ means
    values = inverse @ np.einsum("c,ctk,ct->k", cells.sizes, swept, means)
    residual = means - swept @ values
    slopes = cells.total * np.einsum("kl,ctl->ckt", inverse, swept)
    levels = np.einsum("ckt,ct->ck", slopes, residual)
    spread = Linear(cells, values, slopes, levels)
    return TwoWay(spread, kept, (), _factor(panel, design, int(kept.sum())))


def _factor(panel: Panel, design: Design, coefficients: int) -> float:
    groups = int(clusters_of(panel, design).max()) + 1
    rows, held = len(panel.outcome), coefficients + len(panel.periods)
    return groups / max(groups - 1, 1) * (rows - 1) / max(rows - held, 1)


def independent(gram: Floats) -> Flags:
    """For each column in order whether those before it do not tell it already; from the moments (K, K) of columns."""
    size = np.sqrt(np.diag(gram))
    kept = np.zeros(len(gram), np.bool_)
    even = gram / np.outer(np.where(size > 0, size, 1.0), np.where(size > 0, size, 1.0))
    basis = np.zeros((0, len(gram)))  # rows of a Cholesky factor of the kept columns
    biggest = float(size.max()) if len(size) else 0.0
    for k in range(len(gram)):
        left = even[k] - basis[:, k] @ basis
        if size[k] > 1e-10 * biggest and left[k] > _TOLD_BY_OTHERS:
            kept[k] = True
            basis = np.vstack([basis, left / np.sqrt(left[k])])
    return kept


# --- row by row -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Block:
    """Some units' rows with unit means swept out: places of the units, columns (N, P), outcome, weights."""

    units: slice
    first: Ints  # of each unit's rows within the block
    columns: Floats
    outcome: Floats
    weight: Floats


def blocks(panel: Panel, dummies: Floats | None, covariates: Sequence[str]) -> Iterator[Block]:
    """Give periods (all but the first), covariates and dummies of the rows, unit means swept out, block by block."""
    ends = np.searchsorted(panel.unit_at, np.arange(len(panel.units) + 1))
    _, cohort = cohorts_of(panel)
    width = len(panel.periods) + len(covariates) + (0 if dummies is None else dummies.shape[2])
    step = max(1, _BLOCK * len(panel.units) // max(1, len(panel.outcome) * width))
    periods = np.eye(len(panel.periods))[:, 1:]
    for low in range(0, len(panel.units), step):
        high = min(low + step, len(panel.units))
        rows = slice(int(ends[low]), int(ends[high]))
        at, unit = panel.period_at[rows], panel.unit_at[rows]
        parts = [periods[at], *(panel.columns[name][rows, None] for name in covariates)]
        if dummies is not None:
            parts.append(dummies[cohort[unit], at])
        both = np.column_stack([*parts, panel.outcome[rows]])
        weight = np.ones(len(at)) if panel.weight is None else panel.weight[rows]
        first = ends[low:high] - ends[low]
        total = np.maximum(np.add.reduceat(weight, first), 1e-300)
        means = np.add.reduceat(both * weight[:, None], first, axis=0) / total[:, None]
        both -= means[unit - low]
        yield Block(slice(low, high), first, both[:, :-1], both[:, -1], weight)


def _by_rows(panel: Panel, dummies: Floats, design: Design, covariates: tuple[str, ...]) -> TwoWay:
    count = len(panel.periods) - 1 + len(covariates) + dummies.shape[2]
    gram, cross = np.zeros((count, count)), np.zeros(count)
    for block in blocks(panel, dummies, covariates):
        heavy = block.columns * block.weight[:, None]
        gram += heavy.T @ block.columns
        cross += heavy.T @ block.outcome
    kept = independent(gram)
    inverse = np.linalg.inv(gram[np.ix_(kept, kept)])
    values = inverse @ cross[kept]
    before = len(panel.periods) - 1 + len(covariates)
    own = np.flatnonzero(np.flatnonzero(kept) >= before)
    psi = np.empty((len(panel.units), len(own)))
    for block in blocks(panel, dummies, covariates):
        columns = block.columns[:, kept]
        scores = columns * (block.weight * (block.outcome - columns @ values))[:, None]
        psi[block.units] = np.add.reduceat(scores, block.first, axis=0) @ inverse[:, own]
    _, cohort = cohorts_of(panel)
    spread = Influence(values[own], len(panel.units) * psi, cohort, np.ones(len(panel.units)))
    at = range(len(panel.periods) - 1, before)
    swept = tuple(name for name, k in zip(covariates, at, strict=True) if not kept[k])
    coefficients = int(kept[len(panel.periods) - 1 :].sum())
    return TwoWay(spread, kept[before:], swept, _factor(panel, design, coefficients))


def masses(panel: Panel) -> Floats:
    """Give the weight of the rows of each cohort in each period, (C, T)."""
    starts, cohort = cohorts_of(panel)
    periods = len(panel.periods)
    if panel.is_balanced and panel.weight is None:
        return np.repeat(np.bincount(cohort).astype(np.float64)[:, None], periods, axis=1)
    cell = cohort[panel.unit_at] * periods + panel.period_at
    mass: Floats = np.bincount(cell, panel.weight, len(starts) * periods).astype(np.float64)
    return mass.reshape(len(starts), periods)


def with_rows(panel: Panel, kept: Flags) -> Panel:
    """The same panel with these rows alone; every unit must keep one."""
    return replace(
        panel, unit_at=panel.unit_at[kept], period_at=panel.period_at[kept], outcome=panel.outcome[kept],
        weight=None if panel.weight is None else panel.weight[kept],
        columns={name: column[kept] for name, column in panel.columns.items()},
    )  # fmt: skip


def post_coefficient(panel: Panel, design: Design) -> tuple[float, float]:
    """Fit one coefficient of having been treated: value and clustered error. Never an answer, only a warning.

    With effects that grow, or cohorts that differ, it may have the wrong sign (Goodman-Bacon 2021): where the true
    effect is -1, fixest's own example gives -3.68.
    """
    starts, _ = cohorts_of(panel)
    on = (np.arange(len(panel.periods))[None, :] >= starts[:, None]).astype(np.float64)
    fit = two_way(panel, on[:, :, None], design, design.covariates)
    if not fit.kept.all():
        return float("nan"), float("nan")
    return float(fit.spread.values[0]), float(np.sqrt(clustered(fit, panel, design)[0, 0]))
