"""ATT(g, t) of one cohort against its comparison with covariates, and the influence of each unit on it.

Outcome regression, inverse probability weighting and their doubly robust union for panels: Sant'Anna and Zhao
(Journal of Econometrics 219, 2020), sections 2 and 3; influence as in their theorem A.1. Numbers are those of R's DRDID
behind R's did. One logit, fitted by Newton's method, serves all periods in which a cohort has the same comparison and
the same covariates; the regressions of all those periods are one solve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.design import Control

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: comparison units as sure to be treated as that are left out, as DRDID does
_SURE = 0.995
_STEPS = 60
#: a direction of the covariates in which the comparison varies less than that, of what all vary, decides nothing
_FLAT = 1e-9


@dataclass(frozen=True, eq=False)
class Contrast:
    """Estimates of B periods, and the influence of each of m units, with mean 0: the variance is mean(psi^2) / m."""

    values: Floats  # (B,)
    psi: Floats  # (m, B)


@dataclass(frozen=True, eq=False)
class Fitted:
    """What the chances to be treated give: odds weights of the comparison, and how the logit leans on each unit."""

    odds: Floats  # (m,), zero for treated units and those left out
    leans: Floats  # (m, q), influence on the coefficients


def contrast(
    change: Floats, treated: Flags, regressors: Floats, weight: Floats, control: Control, fitted: Fitted | None = None
) -> Contrast | None:
    """Estimate the effect on the treated of changes in the outcome.

    Parameters
    ----------
    change : (m, B), of each unit over each of B spans. treated : (m,). weight : (m,).
    regressors : (m, q), the first of them 1. fitted : from `chances`, where `control` needs it.

    None where the comparison does not tell the covariates apart, or chances to be treated are not known.
    """
    weight = weight / weight.mean()
    needs_chances = control is not Control.REGRESSION and regressors.shape[1] > 1
    if needs_chances and fitted is None:
        return None
    if needs_chances and control is Control.WEIGHTING:
        assert fitted is not None
        return _weighted(change, treated, regressors, weight, fitted)
    regressed = _Regressed.of(change, treated, regressors, weight)
    if regressed is None:
        return None
    return _doubly(regressed, regressors, fitted) if needs_chances and fitted else _outcome(regressed, regressors)


@dataclass(frozen=True, eq=False)
class _Regressed:
    """Changes less what the comparison's covariates predict."""

    apart: Floats  # (m, B)
    inverse: Floats  # (q, q), of the mean of w x x' over the comparison
    treated: Floats  # (m,), the weight of treated units
    other: Floats  # (m,)

    @classmethod
    def of(cls, change: Floats, treated: Flags, regressors: Floats, weight: Floats) -> _Regressed | None:
        other = np.where(treated, 0.0, weight)
        moment = (regressors * other[:, None]).T @ regressors / len(weight)
        if not _is_whole(moment, regressors, weight):
            return None
        inverse = np.linalg.inv(moment).astype(np.float64)
        coefficients = inverse @ ((regressors * other[:, None]).T @ change / len(weight))
        apart = change - regressors @ coefficients
        return cls(apart, inverse, np.where(treated, weight, 0.0), other)

    def pulled(self, regressors: Floats, along: Floats) -> Floats:
        """Give the influence of the regression on its prediction at `along` (q,) or (q, B): (m, B)."""
        direction = self.inverse @ along
        toward = regressors @ direction
        toward = toward[:, None] if toward.ndim == 1 else toward
        pulled: Floats = self.other[:, None] * toward * self.apart
        return pulled


def _outcome(fit: _Regressed, regressors: Floats) -> Contrast:
    share = fit.treated.mean()
    values = fit.treated @ fit.apart / len(fit.treated) / share
    along = (fit.treated @ regressors) / len(fit.treated)
    psi = (fit.treated[:, None] * (fit.apart - values) - fit.pulled(regressors, along)) / share
    return Contrast(values, psi)


def _doubly(fit: _Regressed, regressors: Floats, fitted: Fitted) -> Contrast:
    count = len(fit.treated)
    share, odds = fit.treated.mean(), fitted.odds
    inside = fit.treated @ fit.apart / count / share
    size = odds.mean()
    outside = odds @ fit.apart / count / size
    level = (fit.treated @ regressors) / count
    treated = fit.treated[:, None] * (fit.apart - inside) - fit.pulled(regressors, level)
    bent = (odds[:, None] * regressors).T @ (fit.apart - outside) / count
    other = odds[:, None] * (fit.apart - outside) + fitted.leans @ bent
    other -= fit.pulled(regressors, (odds @ regressors) / count)
    return Contrast(inside - outside, treated / share - other / size)


def _weighted(change: Floats, treated: Flags, regressors: Floats, weight: Floats, fitted: Fitted) -> Contrast:
    inside = np.where(treated, weight, 0.0)
    odds, count = fitted.odds, len(weight)
    first, second = inside @ change / inside.sum(), odds @ change / odds.sum()
    bent = (odds[:, None] * regressors).T @ (change - second) / count
    other = (odds[:, None] * (change - second) + fitted.leans @ bent) / odds.mean()
    return Contrast(first - second, inside[:, None] * (change - first) / inside.mean() - other)


def chances(treated: Flags, regressors: Floats, weight: Floats) -> Fitted | None:
    """Fit the chance to be treated (logit) by Newton's method. None where covariates separate the two sides."""
    weight = weight / weight.mean()
    count = len(weight)
    scale = np.sqrt(np.mean(regressors**2, axis=0))
    even = regressors / np.where(scale > 0, scale, 1.0)
    wanted = treated.astype(np.float64)
    moment = (even * weight[:, None]).T @ even / count
    if not _is_whole(moment, even, weight):
        return None
    coefficients = np.zeros(even.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(even @ coefficients, -500, 500)))
        score = even.T @ (weight * (wanted - chance)) / count
        bend = (even * (weight * chance * (1 - chance))[:, None]).T @ even / count
        if not np.linalg.cond(bend) < 1e14:
            return None
        step = np.linalg.solve(bend, score)
        coefficients = coefficients + step
        if not np.abs(coefficients).max() < 500:
            return None
        if np.abs(step).max() < 1e-12 * max(1.0, float(np.abs(coefficients).max())):
            break
    chance = np.minimum(1 / (1 + np.exp(-np.clip(even @ coefficients, -500, 500))), 1 - 1e-6)
    if float(chance[treated].min()) > 0.999:
        return None
    kept = ~treated & (chance < _SURE)
    if not kept.any():
        return None
    odds = np.where(kept, weight * chance / (1 - chance), 0.0)
    bend = (even * (weight * chance * (1 - chance))[:, None]).T @ even / count
    leans = (even * (weight * (wanted - chance))[:, None]) @ np.linalg.inv(bend)
    return Fitted(odds, leans / np.where(scale > 0, scale, 1.0))


def _is_whole(moment: Floats, regressors: Floats, weight: Floats) -> bool:
    """Whether the moments of the comparison tell every direction apart that the regressors have."""
    spread = np.sqrt((weight @ regressors**2) / weight.sum())
    if not np.all(spread > 0):
        return False
    even = moment / np.outer(spread, spread)
    least: float = np.linalg.eigvalsh(even)[0]
    return bool(least > _FLAT * max(1e-300, float(np.trace(even))))
