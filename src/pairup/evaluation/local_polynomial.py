"""Local polynomials at a cutoff: the jump, its bias taken off, and the bandwidth of least mean squared error.

From Calonico, Cattaneo and Titiunik (Econometrica 82, 2014), with covariates as Calonico, Cattaneo, Farrell and
Titiunik (Review of Economics and Statistics 101, 2019) have them. On each side of the cutoff, with distances x and
triangular weights of bandwidth h, the level at the cutoff is linear in the outcomes, sum of l_i y_i; its leading bias
is the second derivative times sum of l_i x_i^2, and that derivative is itself linear, from a quadratic with bandwidth
b. So the jump freed of bias is sum of m_i y_i, and its variance, which counts what estimating the bias adds, is

    V = sum of m_i^2 s_i^2,     s_i^2 = J / (J + 1) (y_i - mean of the J nearest on the same side)^2,  J = 3,

or with clusters the sum of squares of sums of m_i e_i, e_i from the quadratic, times G / (G - 1).

Bandwidths: a first one, 2.576 min(deviation, quartile range / 1.349) M^(-1/5) with M distinct distances, serves the
variances; global polynomials then give the bandwidth of the third derivative, that the one of the second, b, and that
h, each h = [(2 v + 1) V / (2 (p + 1 - v) (B^2 + R))]^(1 / (2 p + 3)) with R three times the variance of the bias, which
keeps h from growing where the bias cannot be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_NEIGHBOURS = 3


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the cutoff. x : (N,), distances from it, sorted, all of one sign. y : (N,). cluster : (N,) or
    None."""

    x: Floats
    y: Floats
    cluster: Ints | None = None

    @classmethod
    def of(cls, x: Floats, y: Floats, cluster: Ints | None) -> Side:
        order = np.lexsort((y, x))
        return cls(x[order], y[order], None if cluster is None else cluster[order])

    def within(self, width: float) -> Side:
        near = np.abs(self.x) < width
        return Side(self.x[near], self.y[near], None if self.cluster is None else self.cluster[near])


@dataclass(frozen=True, slots=True)
class Jump:
    """value : as fitted. freed : of its leading bias. error : of `freed`, what the bias adds included.

    near : points within the bandwidth on each side. below : the level just below the cutoff.
    """

    value: float
    freed: float
    error: float
    width: float
    bias_width: float
    near: tuple[int, int]
    below: float


def jump_at(left: Side, right: Side, width: float, bias_width: float) -> Jump | None:
    """Give the jump of the level, linear with `width`, its bias by a quadratic with `bias_width`.

    None where points are too few.
    """
    parts = [_level(side, width, bias_width) for side in (left, right)]
    if any(part is None for part in parts):
        return None
    (low, low_free, low_variance), (high, high_free, high_variance) = [part for part in parts if part]
    near = tuple(int((np.abs(side.x) < width).sum()) for side in (left, right))
    error = float(np.sqrt(low_variance + high_variance))
    return Jump(high - low, high_free - low_free, error, width, bias_width, (near[0], near[1]), low)


def _level(side: Side, width: float, bias_width: float) -> tuple[float, float, float] | None:
    """Give the level at the cutoff, the same freed of bias, and the variance of that."""
    used = side.within(max(width, bias_width))
    line, curve = _weights(used.x, 1, 0, width), _weights(used.x, 2, 2, bias_width)
    if line is None or curve is None:
        return None
    freed = line - float(line @ used.x**2) * curve
    return float(line @ used.y), float(freed @ used.y), _variance(used, freed, 2, bias_width)


def _weights(x: Floats, order: int, derivative: int, width: float) -> Floats | None:
    """Give the weights by which outcomes make one coefficient of a local polynomial; None where points are too few."""
    kernel = np.maximum(0.0, 1 - np.abs(x) / width)
    if len(np.unique(x[kernel > 0])) < order + 1:
        return None
    powers = (x[:, None] / width) ** np.arange(order + 1)
    root = np.sqrt(kernel)
    basis, upper = np.linalg.qr(root[:, None] * powers)
    if not (np.abs(np.diag(upper)) > 1e-10 * np.abs(upper).max()).all():
        return None
    row = np.linalg.solve(upper, basis.T)[derivative] * root / width**derivative
    weights: Floats = row
    return weights


def _variance(side: Side, weights: Floats, order: int, width: float) -> float:
    """Give the variance of a sum of weighted outcomes: by nearest neighbours, or by clusters of residuals."""
    if side.cluster is None:
        return float((weights**2) @ neighbour_variance(side))
    kernel = np.maximum(0.0, 1 - np.abs(side.x) / width)
    root = np.sqrt(kernel)[:, None]
    powers = (side.x[:, None] / width) ** np.arange(order + 1)
    told = np.linalg.lstsq(root * powers, root[:, 0] * side.y, rcond=None)[0]
    _, group = np.unique(side.cluster, return_inverse=True)
    sums = np.bincount(group, weights * (side.y - powers @ told))
    return float(sums @ sums) * len(sums) / max(len(sums) - 1, 1)


def neighbour_variance(side: Side) -> Floats:
    """Give each point's variance from its nearest neighbours (those as far as the third one are all counted)."""
    x, y = side.x, side.y
    count = len(x)
    wanted = min(_NEIGHBOURS, count - 1)
    if wanted < 1:
        return np.zeros(count)
    total = np.concatenate([[0.0], np.cumsum(y)])
    low = np.maximum(np.arange(count) - wanted, 0)
    # the third nearest lies in a window of seven; its distance is the fourth smallest there, the point itself the first
    window = np.clip(low[:, None] + np.arange(2 * wanted + 1), 0, count - 1)
    far = np.abs(x[window] - x[:, None])
    far[low[:, None] + np.arange(2 * wanted + 1) > count - 1] = np.inf
    reach = np.sort(far, axis=1)[:, wanted]
    slack = 1e-12 * np.maximum(np.abs(x), 1e-300)
    first = np.searchsorted(x, x - reach - slack)
    last = np.searchsorted(x, x + reach + slack, side="right")
    others = last - first - 1
    mean = (total[last] - total[first] - y) / others
    variance: Floats = others / (others + 1) * (y - mean) ** 2
    return variance


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one side brings to a bandwidth: variance, bias and the variance of the bias, scaled; NaN where unknown."""

    variance: float
    bias: float
    doubt: float


def bandwidths(left: Side, right: Side) -> tuple[float, float] | None:
    """Give the bandwidths of the level and of its bias, one for both sides. None where points are too few."""
    sides = (left, right)
    x = np.concatenate([left.x, right.x])
    if min(len(np.unique(side.x)) for side in sides) < 5:
        return None
    quartiles = np.quantile(x, [0.25, 0.75])
    spread = min(float(x.std(ddof=1)), float(quartiles[1] - quartiles[0]) / 1.349)
    reach = max(float(np.abs(side.x).max()) for side in sides)
    first = 2.576 * spread * len(np.unique(x)) ** -0.2
    # at least ten distinct points on each side, and no further than the data
    least = max(float(np.sort(np.unique(np.abs(side.x)))[:10][-1]) for side in sides) * (1 + 1e-9)
    first = min(max(first, least), reach)
    whole = [float(np.abs(side.x).max()) * (1 + 1e-9) for side in sides]
    third = _best(sides, (3, 3, 4), first, whole, scale=0.0)
    second = third and _best(sides, (2, 2, 3), first, [third, third], scale=1.0, floor=least, reach=reach)
    level = second and _best(sides, (1, 0, 2), first, [second, second], scale=1.0, floor=least, reach=reach)
    return (level, second) if level and second else None


def _best(
    sides: tuple[Side, Side], orders: tuple[int, int, int], first: float, bias_width: list[float], *,
    scale: float, floor: float = 0.0, reach: float = np.inf,
) -> float | None:  # fmt: skip
    """Balance squared bias and variance of one derivative of a polynomial; None where they cannot be seen."""
    order, derivative, _ = orders
    found = [_parts(side, orders, first, width) for side, width in zip(sides, bias_width, strict=True)]
    if any(part is None for part in found):
        return None
    low, high = [part for part in found if part]
    below = (high.bias - low.bias) ** 2 + scale * (high.doubt + low.doubt)
    above = (2 * derivative + 1) * (low.variance + high.variance)
    if not (above > 0 and below > 0):
        return None
    best = (above / (2 * (order + 1 - derivative) * below)) ** (1 / (2 * order + 3))
    return float(min(max(best, floor), reach))


def _parts(side: Side, orders: tuple[int, int, int], width: float, bias_width: float) -> _Parts | None:
    order, derivative, above = orders
    near, wide = side.within(width), side.within(bias_width)
    weights = _weights(near.x, order, derivative, width)
    next_one = _weights(wide.x, above, order + 1, bias_width)
    if weights is None or next_one is None:
        return None
    variance = width ** (2 * derivative + 1) * _variance(near, weights, order, width)
    constant = float(weights @ near.x ** (order + 1)) / width ** (order + 1 - derivative)
    doubt = 3 * constant**2 * _variance(wide, next_one, above, bias_width)
    return _Parts(variance, constant * float(next_one @ wide.y), doubt)


def adjusted(x: Floats, y: Floats, covariates: Floats, width: float) -> Floats:
    """Take covariates (N, K) off an outcome, by slopes that are common to both sides, within a bandwidth."""
    kernel = np.maximum(0.0, 1 - np.abs(x) / width)
    root = np.sqrt(kernel)[:, None]
    right = (x >= 0).astype(np.float64)
    known = np.column_stack([np.ones(len(x)), x, right, right * x])
    basis, _ = np.linalg.qr(root * known)
    both = root * np.column_stack([covariates, y])
    rest = both - basis @ (basis.T @ both)
    slopes = np.linalg.lstsq(rest[:, :-1], rest[:, -1], rcond=None)[0]
    without: Floats = y - covariates @ slopes
    return without
