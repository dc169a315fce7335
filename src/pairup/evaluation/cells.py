"""Sufficient statistics of a balanced panel: for each cohort its size, mean path and scatter.

Every estimate that is linear in the units' outcomes, with weights that hang on the cohort alone, is a function of
these, and so is its covariance with every other: one pass over the data, however many estimates. Unit i of cohort c,
with outcomes Y_i over T periods, enters estimate k by

    psi_k(i) = w_kc' (Y_i - m_c) + a_kc,

with m_c the cohort's mean path; then with S_c the cohort's scatter, the covariance of estimates k and l, times n
squared, is

    sum over c of  w_kc' S_c w_lc + n_c a_kc a_lc.

Where errors hang together in clusters of units, the same sums run over the sums of psi within each cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.panel import Panel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cells:
    """Of a balanced panel, in order of cohorts, those never treated last.

    starts : (C,) place of the first treated period, T for never. sizes : (C,). means : (C, T).
    scatters : (C, T, T), sums of squares and products about the mean.
    """

    starts: Ints
    sizes: Floats
    means: Floats
    scatters: Floats

    @classmethod
    def of(cls, panel: Panel) -> Cells:
        """Take the moments of a balanced panel in one pass."""
        wide, at = panel.outcomes, np.unique(panel.starts)
        sizes, means, scatters = [], [], []
        for start in at:
            paths = wide[panel.starts == start]
            mean = paths.mean(axis=0)
            apart = paths - mean
            sizes.append(float(len(paths)))
            means.append(mean)
            scatters.append(apart.T @ apart)
        return cls(at, np.array(sizes), np.array(means), np.array(scatters))

    @property
    def total(self) -> float:
        return float(self.sizes.sum())


@dataclass(frozen=True, eq=False)
class Linear:
    """K estimates, and how each unit enters them.

    values : (K,). slopes : (C, K, T), the weights w. levels : (C, K), the constants a.
    """

    values: Floats
    slopes: Floats
    levels: Floats

    def combined(self, weights: Floats, shifts: Floats) -> Linear:
        """Combine estimates: `weights` (J, K) sums them; `shifts` (C, J) is what estimating the weights adds."""
        slopes = np.einsum("jk,ckt->cjt", weights, self.slopes)
        levels = np.einsum("jk,ck->cj", weights, self.levels) + shifts
        return Linear(weights @ self.values, slopes, levels)

    def covariance(self, cells: Cells) -> Floats:
        """Give the (K, K) covariance of the estimates where units are independent."""
        inside = np.einsum("ckt,cts,cls->kl", self.slopes, cells.scatters, self.slopes)
        between = np.einsum("c,ck,cl->kl", cells.sizes, self.levels, self.levels)
        covariance: Floats = (inside + between) / cells.total**2
        return covariance

    def influence(self, panel: Panel, cells: Cells) -> Floats:
        """Give psi of each cluster, (clusters, K): its units' influence added up."""
        cohort = np.searchsorted(cells.starts, panel.starts)
        sums = np.zeros((len(panel.clusters), len(self.values)))
        for c in range(len(cells.starts)):
            inside = cohort == c
            psi = (panel.outcomes[inside] - cells.means[c]) @ self.slopes[c].T + self.levels[c]
            np.add.at(sums, panel.cluster_at[inside], psi)
        return sums

    def clustered(self, panel: Panel, cells: Cells) -> Floats:
        """Give the (K, K) covariance where units of one cluster hang together."""
        sums = self.influence(panel, cells)
        covariance: Floats = sums.T @ sums / cells.total**2
        return covariance


def quantile(level: float) -> float:
    """Give the normal quantile of a two-sided interval."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def two_sided(z: float) -> float:
    """Give the two-sided p of a standard normal."""
    return 2 * (1 - NormalDist().cdf(abs(z)))


def band_quantile(covariance: Floats, level: float, seed: int, draws: int = 100_000) -> float:
    """Give the factor on the errors with which intervals hold for all estimates at once.

    The quantile of the largest of K Gaussian deviations with this correlation, by seeded draws (sup-t; Montiel Olea and
    Plagborg-Moller 2019).
    """
    error = np.sqrt(np.diag(covariance))
    used = error > 0
    if not used.any():
        return quantile(level)
    correlation = covariance[np.ix_(used, used)] / np.outer(error[used], error[used])
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0))
    normal = np.random.default_rng(seed).standard_normal((draws, len(values)))
    return float(np.quantile(np.abs(normal @ root.T).max(axis=1), level))
