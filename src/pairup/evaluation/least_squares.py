"""Least squares whose errors hang together in clusters, with intervals that hold for few of them.

The covariance is CR2 of Bell and McCaffrey (Survey Methodology 28, 2002), and the degrees of freedom of each
coefficient are Satterthwaite's, as Imbens and Kolesar (Review of Economics and Statistics 98, 2016) and Pustejovsky and
Tipton (Journal of Business and Economic Statistics 36, 2018) give them; both take equal independent errors as working
model. With M = (X'X)^-1 and A_g = (I - X_g M X_g')^(-1/2), the symmetric root of the pseudo-inverse,

    V = M (sum over g of X_g' A_g e_g e_g' A_g X_g) M.

With X = Q R' R^-1 scaled so that Q'Q = I, all of it is a function of each cluster's Q_g'Q_g (K, K), so that a cluster
may be as large as it likes. A row with a weight w counts as one whose error has variance 1 / w.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Fitted:
    """One regressor's coefficient in each of O outcomes.

    values, errors : (O,). covariance : (O, O) between outcomes. degrees : of freedom, the same for all, as the rows
    weigh the same in each. by_cluster : (G, O), what each cluster adds, already freed of its leverage.
    """

    values: Floats
    covariance: Floats
    degrees: float
    by_cluster: Floats

    @property
    def errors(self) -> Floats:
        errors: Floats = np.sqrt(np.diag(self.covariance))
        return errors


def fitted(regressors: Floats, outcomes: Floats, cluster: Ints, at: int, weight: Floats | None = None) -> Fitted | None:
    """Fit by least squares and tell the coefficient of one regressor.

    Parameters
    ----------
    regressors : (N, K), with a column of ones where one is wanted; columns that are sums of others are left out.
    outcomes : (N, O). cluster : (N,), places 0 to G - 1. at : the column asked about.
    weight : (N,), or None.

    None where the column asked about hangs on the others, so that the rows cannot tell it.
    """
    root = np.ones(len(regressors)) if weight is None else np.sqrt(weight)
    scaled, wanted = root[:, None] * regressors, root[:, None] * outcomes
    kept = independent(scaled, at)
    if at not in kept:
        return None
    basis, upper = np.linalg.qr(scaled[:, kept])
    fit = basis.T @ wanted
    contrast = np.linalg.solve(upper.T, np.eye(len(kept))[kept.index(at)])  # R^-T c: the coefficient is contrast' Q'y
    rest = wanted - basis @ fit
    rest[np.abs(rest) <= 1e-12 * np.abs(wanted).max(axis=0)] = 0.0  # rounding is no spread
    count = int(cluster.max()) + 1
    grams = summed_by(basis[:, :, None] * basis[:, None, :], cluster, count)
    spread, turned = np.linalg.eigh(grams)
    left = 1 - spread
    factor = np.where(left > _NOTHING, 1 / np.sqrt(np.maximum(left, _NOTHING)), 0.0)
    turn = np.einsum("gkj,gj,glj,l->gk", turned, factor, turned, contrast)  # v_g = Q_g turn_g
    by_cluster = np.einsum("gk,gko->go", turn, summed_by(basis[:, :, None] * rest[:, None, :], cluster, count))
    return Fitted(contrast @ fit, by_cluster.T @ by_cluster, _degrees(grams, turn), by_cluster)


def _degrees(grams: Floats, turn: Floats) -> float:
    """Give Satterthwaite's degrees of freedom: (trace P)^2 / trace(P^2), P_gh = [g = h] v_g'v_g - u_g'u_h, u = Q'v."""
    along = np.einsum("gkl,gl->gk", grams, turn)
    own = np.einsum("gk,gk->g", turn, along)
    inner = along.T @ along
    diagonal = own - np.einsum("gk,gk->g", along, along)
    square = float((own**2).sum() - 2 * (own * (own - diagonal)).sum() + (inner * inner).sum())
    return float(diagonal.sum()) ** 2 / square if square > 0 else 0.0


def independent(columns: Floats, last: int) -> list[int]:
    """Choose columns none of which is a sum of others, the column `last` being looked at after all the others."""
    norm = np.sqrt((columns**2).sum(axis=0))
    order = [k for k in range(columns.shape[1]) if k != last] + [last]
    kept: list[int] = []
    basis = np.zeros((len(columns), 0))
    for k in order:
        rest = columns[:, k] - basis @ (basis.T @ columns[:, k])
        rest -= basis @ (basis.T @ rest)
        length = float(np.sqrt(rest @ rest))
        if norm[k] > 0 and length > 1e-7 * norm[k] and len(kept) < len(columns):
            kept.append(k)
            basis = np.column_stack([basis, rest / length])
    return sorted(kept)


def summed_by(rows: Floats, group: Ints, count: int) -> Floats:
    """Add up rows (N, …) by group, (count, …)."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group, minlength=count)
    sums = np.zeros((count, *rows.shape[1:]))
    filled = sizes > 0
    if filled.any():
        starts = (np.cumsum(sizes) - sizes)[filled]
        sums[filled] = np.add.reduceat(rows[order], starts, axis=0)
    return sums
