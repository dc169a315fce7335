"""Inference with few clusters: the restricted wild cluster bootstrap, and randomisation inference.

Wild bootstrap (Cameron, Gelbach and Miller, REStat 90, 2008). For a linear model y = W b + u and a combination
theta = r'b = a'y with a = W (W'W)^-1 r, the null r'b = theta_0 is imposed by least squares, so that the residuals are

    u~ = u^ + (theta^ - theta_0) a / a'a,

and each cluster's residuals are turned by one sign v_g. Every bootstrap t is then a function of v and of two things of
the size of the clusters (Roodman, Nielsen, MacKinnon and Webb, Stata Journal 19, 2019): with s_g = a_g'u~_g and
K_hg = a_h'W_h (W'W)^-1 W_g'u~_g,

    t*(v) = s'v / |(diag(s) - K) v|.

So nothing of the size of the data is drawn. With up to twelve clusters all 2^G signs are tried and nothing is left to
chance. With fewer than eight clusters the six values of Webb (Canadian Journal of Economics 56, 2023) are used, since
signs give too few different answers. With one or two treated clusters the test hardly ever rejects (MacKinnon and Webb,
Journal of Applied Econometrics 32, 2017): randomisation inference remains.

Randomisation inference (Fisher 1935): the labels of the clusters are shuffled among them, within strata where lots were
drawn within them; the p is the rank of what was found among all shuffles. All are tried where they are few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: up to so many clusters every vector of signs is tried
EXACT_CLUSTERS = 12
#: below so many clusters signs give too few different answers
_WEBB_BELOW = 8
#: up to so many vectors or shuffles all are tried
_ALL = 50_000
#: t-values nearer than this are ties
_TIE = 1e-9


class Wild(StrEnum):
    """By what the residuals of a cluster are multiplied."""

    RADEMACHER = "rademacher"  # 1 or -1
    WEBB = "webb"  # one of six values


_VALUES = {
    Wild.RADEMACHER: np.array([-1.0, 1.0]),
    Wild.WEBB: np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)]),
}


@dataclass(frozen=True, slots=True)
class WildTest:
    """An effect with the p and interval of the bootstrap. `interval` None: no null that was tried is refused.

    se : the clustered error of the unrestricted fit, with G / (G - 1). is_exact : every vector was tried.
    """

    value: float
    se: float
    p: float
    interval: tuple[float, float] | None
    clusters: int
    tried: int
    is_exact: bool
    wild: Wild


def wild_cluster(
    regressors: Floats, outcome: Floats, contrast: Floats, cluster_at: Ints, *, null: float = 0.0,
    level: float = 0.95, repetitions: int = 9_999, seed: int = 0, wild: Wild | None = None,
) -> WildTest | None:  # fmt: skip
    """Test and bound one combination of the coefficients of a linear model, with few clusters.

    Parameters
    ----------
    regressors : (N, k). Columns that lie within clusters (a mean for each unit) may be swept out of both sides first.
        Columns that others explain are no harm as long as the combination is identified.
    contrast : (k,), the combination r. cluster_at : (N,), places of clusters from 0.
    repetitions, seed : of the draws where not every vector is tried.
    wild : by default Webb's values below eight clusters, else signs.

    None where there are fewer than two clusters or nothing varies. A p counts vectors at least as extreme as what was
    found, itself among them, so it is never zero; programs that count only the more extreme say up to 2 / 2^G less.
    """
    parts = _Parts.of(regressors, outcome, contrast, cluster_at)
    if parts is None:
        return None
    signs, is_exact, kind = _vectors(parts.clusters, repetitions, seed, wild)
    p = parts.p(null, signs, is_exact)
    interval = inverted(lambda tried: parts.p(tried, signs, is_exact), parts.value, parts.se, 1 - level)
    return WildTest(parts.value, parts.se, p, interval, parts.clusters, len(signs), is_exact, kind)


@dataclass(frozen=True, eq=False)
class _Parts:
    """What the bootstrap needs, of the size of the clusters; `s` and `K` are linear in the null."""

    value: float
    se: float
    clusters: int
    scores: tuple[Floats, Floats]  # (G,): at the value found, and per unit of distance to the null
    pulls: tuple[Floats, Floats]  # (G, G)

    @classmethod
    def of(cls, regressors: Floats, outcome: Floats, contrast: Floats, cluster_at: Ints) -> _Parts | None:
        count = int(cluster_at.max()) + 1 if len(cluster_at) else 0
        inverse = np.linalg.pinv(regressors.T @ regressors, hermitian=True)
        across = regressors @ (inverse @ contrast)
        square = float(across @ across)
        if count < 2 or not square > 0:
            return None
        value = float(across @ outcome)
        residual = outcome - regressors @ (inverse @ (regressors.T @ outcome))
        if float(np.abs(residual).max()) <= 1e-12 * max(1.0, float(np.abs(outcome).max())):
            return None
        toward = across / square
        scores = [np.bincount(cluster_at, across * one, count).astype(np.float64) for one in (residual, toward)]
        left = _summed(regressors * across[:, None], cluster_at, count) @ inverse
        pulls = tuple(
            left @ _summed(regressors * one[:, None], cluster_at, count).T for one in (residual, toward)
        )  # fmt: skip
        error = float(np.sqrt(count / (count - 1) * (scores[0] @ scores[0])))
        return cls(value, error, count, (scores[0], scores[1]), (pulls[0], pulls[1])) if error > 0 else None

    def p(self, null: float, signs: Floats, is_exact: bool) -> float:
        """Give the share of vectors (M, G) whose t is at least as far from nothing as the one found."""
        apart = self.value - null
        scores = self.scores[0] + apart * self.scores[1]
        spread = np.diag(scores) - self.pulls[0] - apart * self.pulls[1]
        tops, bottoms = np.abs(signs @ scores), np.linalg.norm(signs @ spread.T, axis=1)
        # the factor G / (G - 1) stands on both sides and is left out
        found = abs(apart) / float(np.linalg.norm(self.scores[0]))
        extreme = tops >= (found - _TIE * (1 + found)) * bottoms
        count = int(extreme.sum())
        return count / len(signs) if is_exact else (1 + count) / (1 + len(signs))


def _summed(rows: Floats, at: Ints, count: int) -> Floats:
    """Add rows up within clusters."""
    sums = np.zeros((count, rows.shape[1]))
    np.add.at(sums, at, rows)
    return sums


def _vectors(clusters: int, repetitions: int, seed: int, wild: Wild | None) -> tuple[Floats, bool, Wild]:
    """Give the vectors to multiply by (M, G), whether they are all there are, and their kind."""
    kind = wild or (Wild.WEBB if clusters < _WEBB_BELOW else Wild.RADEMACHER)
    values = _VALUES[kind]
    is_exact = clusters <= EXACT_CLUSTERS if kind is Wild.RADEMACHER else len(values) ** clusters <= _ALL
    if is_exact:
        return np.array(list(product(values, repeat=clusters))), True, kind
    drawn = np.random.default_rng([seed, clusters]).integers(0, len(values), (repetitions, clusters))
    return values[drawn], False, kind


def inverted(
    p: Callable[[float], float], value: float, step: float, alpha: float, *, first: float = 2.0, reach: float = 1e4,
    halvings: int = 40,
) -> tuple[float, float] | None:  # fmt: skip
    """Find the nulls that are not refused around the value, by halving; None where a side has no end within reach.

    first, reach : in steps, how far off the first null tried lies and beyond which none is.
    """
    ends = []
    for side in (-1.0, 1.0):
        inside, outside = 0.0, first
        while p(value + side * outside * step) > alpha:
            inside, outside = outside, 2 * outside
            if outside > reach:
                return None
        for _ in range(halvings):
            middle = (inside + outside) / 2
            if p(value + side * middle * step) > alpha:
                inside = middle
            else:
                outside = middle
        ends.append(value + side * outside * step)
    return ends[0], ends[1]


@dataclass(frozen=True, eq=False)
class Shuffles:
    """Labels given to clusters in other ways: (M, G), what was found first. `is_exact`: all ways there are."""

    labels: Ints
    is_exact: bool


@dataclass(frozen=True, slots=True)
class RandomisationTest:
    """What was found, its p among the shuffles, and how many there were. No p below 1 / `tried` exists."""

    value: float
    p: float
    tried: int
    is_exact: bool


def shuffled(
    labels: Sequence[int] | Ints, strata: Sequence[int] | Ints | None = None, *, repetitions: int = 999, seed: int = 0,
    most: int = 5_000,
) -> Shuffles:  # fmt: skip
    """Give the ways in which the labels could have fallen on the clusters.

    labels : (G,), such as 1 for treated, or the place of the first treated period. strata : (G,), within which lots
    were drawn. All ways where there are at most `most`, else `repetitions` seeded draws behind what was found.
    """
    fallen = np.asarray(labels, np.int64)
    groups = np.zeros(len(fallen), np.int64) if strata is None else np.asarray(strata, np.int64)
    inside = [np.flatnonzero(groups == one) for one in np.unique(groups)]
    ways = prod(_ways(fallen[at]) for at in inside)
    if ways <= most:
        rows = [_joined(inside, chosen, len(fallen)) for chosen in product(*(_arranged(fallen[at]) for at in inside))]
        return Shuffles(np.array(sorted(rows, key=lambda row: tuple(row) != tuple(fallen))), True)
    drawn = np.empty((repetitions + 1, len(fallen)), np.int64)
    drawn[0] = fallen
    random = np.random.default_rng([seed, len(fallen)])
    for row in drawn[1:]:
        for at in inside:
            row[at] = random.permutation(fallen[at])
    return Shuffles(drawn, False)


def randomisation_test(statistic: Callable[[Ints], Floats], shuffles: Shuffles) -> RandomisationTest:
    """Rank what was found among the shuffles, from both sides.

    statistic : gives for labels (M, G) the M effects, (M,). Ties count against what was found.
    """
    values = np.asarray(statistic(shuffles.labels), np.float64)
    found = float(values[0])
    near = _TIE * max(1.0, abs(found))
    extreme = int((np.abs(values) >= abs(found) - near).sum())
    return RandomisationTest(found, extreme / len(values), len(values), shuffles.is_exact)


def mean_differences(outcome: Floats) -> Callable[[Ints], Floats]:
    """Give the statistic of `randomisation_test` that compares means: labels above 0 against those of 0.

    outcome : (G,), one figure for each cluster.
    """

    def statistic(labels: Ints) -> Floats:
        treated = (labels > 0).astype(np.float64)
        count = treated.sum(axis=1)
        inside = treated @ outcome
        differences: Floats = inside / count - (outcome.sum() - inside) / (len(outcome) - count)
        return differences

    return statistic


def _ways(labels: Ints) -> int:
    """Count the different orders of labels."""
    _, counts = np.unique(labels, return_counts=True)
    return factorial(len(labels)) // prod(factorial(int(count)) for count in counts)


def _arranged(labels: Ints) -> list[tuple[int, ...]]:
    """List the different orders of labels."""
    values, counts = np.unique(labels, return_counts=True)
    left = dict(zip(values.tolist(), counts.tolist(), strict=True))

    def orders(length: int) -> Iterator[tuple[int, ...]]:
        if not length:
            yield ()
            return
        for value in list(left):
            if left[value]:
                left[value] -= 1
                for rest in orders(length - 1):
                    yield (value, *rest)
                left[value] += 1

    return list(orders(len(labels)))


def _joined(inside: list[Ints], chosen: tuple[tuple[int, ...], ...], count: int) -> Ints:
    row = np.empty(count, np.int64)
    for at, labels in zip(inside, chosen, strict=True):
        row[at] = labels
    return row
