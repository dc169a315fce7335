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
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.panel import Panel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


#: products of a block of rows: it stays in the cache, and no second thread is woken for it
_AT_ONCE = 250_000


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
        counts = np.bincount(panel.starts)
        at = np.flatnonzero(counts)
        starts = panel.starts.astype(np.int16) if len(counts) < 2**15 else panel.starts  # short ones sort by counting
        cohorts = np.split(np.argsort(starts, kind="stable"), np.cumsum(counts[at])[:-1])
        means, scatters = zip(*(_moments(panel.outcomes, units) for units in cohorts), strict=True)
        return cls(at, counts[at].astype(np.float64), np.array(means), np.array(scatters))

    @property
    def total(self) -> float:
        return float(self.sizes.sum())

    @property
    def periods(self) -> int:
        return int(self.means.shape[1])


class Running:
    """Mean path and scatter of units that come one after the other, so that each row is read once.

    Blocks are put together as Chan, Golub and LeVeque do (American Statistician 37, 1983), which keeps the digits. They
    are of one size, so the same units in the same order give the same bytes, however they come.
    """

    def __init__(self, periods: int) -> None:
        self.block = max(16, _AT_ONCE // periods**2)
        self.size, self.mean, self.scatter = 0, np.zeros(periods), np.zeros((periods, periods))
        self._waiting: Floats = np.zeros((0, periods))

    def take(self, paths: Floats) -> None:
        """Take the paths (units, T) of further units; those that fill no block wait for more, or for `end`."""
        paths = np.concatenate([self._waiting, paths])
        whole = len(paths) // self.block * self.block
        for first in range(0, whole, self.block):
            self.add(paths[first : first + self.block])
        self._waiting = paths[whole:]

    def end(self) -> None:
        """Count those that wait, if any."""
        if len(self._waiting):
            self.add(self._waiting)
        self._waiting = self._waiting[:0]

    def add(self, paths: Floats) -> None:
        """Count a block of at most `block` units; writes into `paths`."""
        own = np.full(len(paths), 1 / len(paths)) @ paths
        paths -= own
        step, whole = own - self.mean, self.size + len(paths)
        self.scatter += paths.T @ paths + np.outer(step, step) * (self.size * len(paths) / whole)
        self.mean += step * (len(paths) / whole)
        self.size = whole


def _moments(wide: Floats, units: Ints) -> tuple[Floats, Floats]:
    """Give the mean path and the scatter of some units."""
    found = Running(wide.shape[1])
    for first in range(0, len(units), found.block):
        found.add(wide[units[first : first + found.block]])
    return found.mean, found.scatter


#: moments of panels that are still in use, so that an estimate and its checks take them once
_TAKEN: WeakKeyDictionary[Panel, Cells] = WeakKeyDictionary()


def cells_of(panel: Panel) -> Cells:
    """Take the moments of a balanced panel, once for each panel."""
    if panel not in _TAKEN:
        _TAKEN[panel] = Cells.of(panel)
    return _TAKEN[panel]


@dataclass(frozen=True, eq=False)
class Linear:
    """K estimates from moments, and how each unit enters them.

    values : (K,). slopes : (C, K, T), the weights w. levels : (C, K), the constants a.
    """

    cells: Cells
    values: Floats
    slopes: Floats
    levels: Floats

    def combined(self, weights: Floats, shifts: Floats | None = None) -> Linear:
        """Combine estimates: `weights` (J, K) sums them; `shifts` (C, J) is what estimating the weights adds."""
        slopes = np.einsum("jk,ckt->cjt", weights, self.slopes)
        levels = np.einsum("jk,ck->cj", weights, self.levels)
        return Linear(self.cells, weights @ self.values, slopes, levels if shifts is None else levels + shifts)

    def covariance(self) -> Floats:
        """Give the (K, K) covariance of the estimates where units are independent."""
        inside = sum(
            slope @ scatter @ slope.T for slope, scatter in zip(self.slopes, self.cells.scatters, strict=True)
        )  # fmt: skip
        between = (self.levels * self.cells.sizes[:, None]).T @ self.levels
        covariance: Floats = (inside + between) / self.cells.total**2
        return covariance

    def per_cluster(self, panel: Panel, at: Ints) -> Floats:
        """Give psi over n of each cluster, (clusters, K), its units' added up: S'S is the covariance by clusters.

        at : (units,), place of each unit's cluster.
        """
        cohort = np.searchsorted(self.cells.starts, panel.starts)
        sums = np.zeros((int(at.max()) + 1, len(self.values)))
        for c, mean in enumerate(self.cells.means):
            inside = cohort == c
            psi = (panel.outcomes[inside] - mean) @ self.slopes[c].T + self.levels[c]
            np.add.at(sums, at[inside], psi)
        sums /= self.cells.total
        return sums


@dataclass(frozen=True, eq=False)
class Influence:
    """K estimates and each unit's influence psi on them, where moments do not suffice: covariates, weights, holes.

    values : (K,). psi : (n, K), on the scale on which the covariance is psi'psi / n^2. cohort : (n,), the place of each
    unit's. weight : (n,), of the unit, with mean 1.
    """

    values: Floats
    psi: Floats
    cohort: Ints
    weight: Floats

    def combined(self, weights: Floats, shifts: Floats | None = None) -> Influence:
        """Combine estimates, as `Linear.combined`."""
        psi = self.psi @ weights.T
        if shifts is not None:
            psi += self.weight[:, None] * shifts[self.cohort]
        return Influence(weights @ self.values, psi, self.cohort, self.weight)

    def covariance(self) -> Floats:
        covariance: Floats = self.psi.T @ self.psi / len(self.psi) ** 2
        return covariance

    def per_cluster(self, panel: Panel, at: Ints) -> Floats:
        """Give psi over n of each cluster, as `Linear.per_cluster`."""
        sums = np.zeros((int(at.max()) + 1, len(self.values)))
        np.add.at(sums, at, self.psi)
        return sums / len(self.psi)


#: estimates that know how every unit enters them
Spread = Linear | Influence


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
    error = np.sqrt(np.maximum(np.diag(covariance), 0))
    used = error > 0
    if not used.any():
        return quantile(level)
    correlation = covariance[np.ix_(used, used)] / np.outer(error[used], error[used])
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.maximum(values, 0))).astype(np.float32)
    normal = np.random.default_rng(seed).standard_normal((draws, len(values)), dtype=np.float32)
    largest = np.empty(draws, dtype=np.float32)
    for first in range(0, draws, block := max(1, _AT_ONCE // len(values) ** 2)):
        deviations = normal[first : first + block] @ root.T
        np.abs(deviations, out=deviations).max(axis=1, out=largest[first : first + block])
    return float(np.quantile(largest, level))
