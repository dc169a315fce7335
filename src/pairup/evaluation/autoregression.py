"""Regression on a short series whose errors follow each other, with intervals that own to not knowing how closely.

y = X b + e, e stationary with correlation rho^g between points g periods apart. Least squares takes the errors for
independent, and plugging in an estimate of rho, or Newey and West's sums, is little better where a series has some
dozen points (Turner and others, BMC Medical Research Methodology 21, 2021, find restricted likelihood best). Here rho
is not plugged in but averaged over by its restricted likelihood, which with flat priors on b and log sigma is the exact
posterior of Zellner and Tiao (Journal of the American Statistical Association 59, 1964); the prior of rho is the
reference prior of Berger and Yang (Econometric Theory 10, 1994), since a flat one takes a short series that follows
itself closely for one that does not:

    p(rho | y)  ~  (1 - rho^2)^(-1/2) |R|^(-1/2) |X' R^-1 X|^(-1/2) RSS(rho)^(-(n - k) / 2),

and given rho a coefficient has a t distribution with n - k degrees of freedom about its generalised least squares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: numbers held at once
_BLOCK = 4_000_000
_GRID = np.concatenate([np.linspace(-0.9, 0.9, 73), np.linspace(0.905, 0.995, 19)])


@dataclass(frozen=True, eq=False)
class Series:
    """A fit of K coefficients to n points. Each is told by a mixture over rho.

    weights : (J,), of the grid of rho. coefficients, errors : (J, K) given rho. degrees : n - k.
    rho : the mean, None where errors are of other orders. likelihood : the log likelihood at its height.
    shocks : (n,), what is left once each point is predicted from the one before, at the likeliest rho.
    spent : parameters of the correlation.
    """

    weights: Floats
    coefficients: Floats
    errors: Floats
    covariances: Floats
    degrees: int
    rho: float | None
    shocks: Floats
    likelihood: float
    spent: int = 1

    @property
    def values(self) -> Floats:
        values: Floats = self.weights @ self.coefficients
        return values

    def told(self, contrast: Floats, level: float) -> tuple[float, float, tuple[float, float], float]:
        """Give value, error, interval and two-sided p of a sum of coefficients. contrast : (K,)."""
        centre = self.coefficients @ contrast
        scale = np.sqrt(np.einsum("k,jkl,l->j", contrast, self.covariances, contrast))
        value = float(self.weights @ centre)
        inflate = self.degrees / (self.degrees - 2)
        error = float(np.sqrt(self.weights @ (inflate * scale**2 + (centre - value) ** 2)))

        def below(x: float) -> float:
            return float(self.weights @ stats.t.cdf((x - centre) / scale, self.degrees))

        tail = (1 - level) / 2
        wide = 1000 * error
        low = float(optimize.brentq(lambda x: below(x) - tail, value - wide, value + wide))
        high = float(optimize.brentq(lambda x: below(x) - 1 + tail, value - wide, value + wide))
        under = below(0.0)
        return value, error, (low, high), 2 * min(under, 1 - under)


def fit_series(outcome: Floats, regressors: Floats, times: Ints) -> Series | None:
    """Fit a series. times : (n,), whole numbers that grow, so that holes count for what they are.

    None where fewer than three points are left beyond the regressors, one is a sum of others, or nothing is left over.
    """
    count, many = regressors.shape
    degrees = count - many
    if degrees < 3 or np.linalg.matrix_rank(regressors) < many:
        return None
    plain = outcome - regressors @ np.linalg.lstsq(regressors, outcome, rcond=None)[0]
    if not float(plain @ plain) > 1e-20 * max(float(outcome @ outcome), 1e-300):
        return None
    block = max(1, _BLOCK // regressors.size)
    parts = [_given(_GRID[k : k + block], outcome, regressors, np.diff(times)) for k in range(0, len(_GRID), block)]
    restricted, likelihood, coefficients, covariances, shocks = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    weights = np.gradient(_GRID) / np.sqrt(1 - _GRID**2) * np.exp(restricted - restricted.max())
    weights /= weights.sum()
    errors = np.sqrt(np.einsum("jkk->jk", covariances))
    return Series(
        weights, coefficients, errors, covariances, degrees, float(weights @ _GRID), shocks[restricted.argmax()],
        float(likelihood.max()),
    )  # fmt: skip


def _given(rhos: Floats, outcome: Floats, regressors: Floats, gaps: Ints) -> tuple[Floats, ...]:
    """Fit with each of J values of rho known.

    Gives log restricted likelihood and log likelihood (J,), coefficients (J, K), their covariances (J, K, K), and
    shocks (J, n).
    """
    kept = np.power(rhos[:, None], gaps)
    scale = np.sqrt(1 - kept**2)
    y, x = _whitened(outcome[:, None], kept, scale), _whitened(regressors, kept, scale)
    basis, upper = np.linalg.qr(x)
    coefficients = np.linalg.solve(upper, np.swapaxes(basis, 1, 2) @ y)
    shocks = (y - x @ coefficients)[:, :, 0]
    count, degrees = len(outcome), len(outcome) - regressors.shape[1]
    left = np.einsum("jn,jn->j", shocks, shocks)
    inverse = np.linalg.inv(upper)
    spread = inverse @ np.swapaxes(inverse, 1, 2) * (left / degrees)[:, None, None]
    fixed = np.log(scale).sum(axis=1)
    lost = np.log(np.abs(np.einsum("jkk->jk", upper))).sum(axis=1)
    restricted = -(fixed + lost + degrees / 2 * np.log(left))
    return restricted, -(fixed + count / 2 * np.log(left)), coefficients[:, :, 0], spread, shocks


def _whitened(columns: Floats, kept: Floats, scale: Floats) -> Floats:
    """Take from each point what the one before says of it, and scale what is left to one variance: (J, n, K)."""
    rest = (columns[None, 1:] - kept[:, :, None] * columns[None, :-1]) / scale[:, :, None]
    first = np.broadcast_to(columns[None, :1], (len(kept), 1, columns.shape[1]))
    whole: Floats = np.concatenate([first, rest], axis=1)
    return whole


def ljung_box(shocks: Floats, taken: int = 1) -> float:
    """Give the p of no correlation left over (Ljung and Box 1978), by lags up to a fifth of the series, ten at most.

    taken : the parameters that the fit has already spent on correlation.
    """
    count = len(shocks)
    lags = max(taken + 1, min(10, count // 5))
    apart = shocks - shocks.mean()
    total = float(apart @ apart)
    rest = [float(apart[lag:] @ apart[:-lag]) / total for lag in range(1, lags + 1)]
    figure = count * (count + 2) * sum(r**2 / (count - lag) for lag, r in enumerate(rest, 1))
    return float(stats.chi2.sf(figure, lags - taken))
