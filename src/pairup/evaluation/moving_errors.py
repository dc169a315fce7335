"""ARMA errors, fitted by statsmodels, for series whose errors order one does not describe."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular, toeplitz

from pairup.evaluation.autoregression import Series

Floats = NDArray[np.float64]
_ORDERS = ((1, 0), (0, 1), (2, 0), (1, 1), (3, 0), (2, 1))


def fit_arma(outcome: Floats, regressors: Floats) -> tuple[Series, str] | None:
    """Fit ARMA errors of orders up to three and keep the least AICc; None where none is fitted, or order one stands.

    The order's parameters are fitted to what regression leaves, the regression is fitted again by generalised least
    squares with them, twice over. Errors have n - k - p - q degrees of freedom. Points must follow without holes.
    """
    best: tuple[float, Series, str] | None = None
    for p, q in _ORDERS:
        found = _fitted(outcome, regressors, p, q)
        if found is not None and (best is None or found[0] < best[0]):
            best = *found, f"ARMA({p},{q})"
    return None if best is None or best[2] == "ARMA(1,0)" else best[1:]


def _fitted(outcome: Floats, regressors: Floats, p: int, q: int) -> tuple[float, Series] | None:
    """Fit one order; give its AICc with the fit."""
    count, many = regressors.shape
    degrees, spent = count - many - p - q, many + p + q + 1
    if degrees < 3 or count - spent - 1 < 1:
        return None
    values = np.asarray(np.linalg.lstsq(regressors, outcome, rcond=None)[0], dtype=np.float64)
    lower = _root(outcome - regressors @ values, p, q)
    for is_last in (False, True):
        if lower is None:
            return None
        y = solve_triangular(lower, outcome, lower=True)
        x = solve_triangular(lower, regressors, lower=True)
        values = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=np.float64)
        if not is_last:
            lower = _root(outcome - regressors @ values, p, q)
    assert lower is not None
    shocks: Floats = y - x @ values
    left = float(shocks @ shocks)
    likelihood = -float(np.log(np.diag(lower)).sum() + count / 2 * np.log(left))
    spread: Floats = np.linalg.inv(x.T @ x) * left / degrees
    error = np.sqrt(np.diag(spread))
    series = Series(
        np.ones(1), values[None, :], error[None, :], spread[None, :, :], degrees, None, shocks, likelihood, p + q
    )
    return -2 * likelihood + 2 * spent * count / (count - spent - 1), series


def _root(rest: Floats, p: int, q: int) -> Floats | None:
    """Give the lower root of the correlations of an ARMA process fitted to a series; None where no fit was reached."""
    from statsmodels.tsa.arima_process import arma_acovf
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    with warnings.catch_warnings():  # a fit that is not reached is left out, so its warnings say nothing more
        warnings.simplefilter("ignore")
        fit = SARIMAX(rest / rest.std(), order=(p, 0, q)).fit(disp=0, maxiter=100)
    params = np.asarray(fit.params)
    if not fit.mle_retvals["converged"] or not np.isfinite(params).all():
        return None
    ar, ma = np.concatenate([[1.0], -params[:p]]), np.concatenate([[1.0], params[p : p + q]])
    correlation = np.asarray(arma_acovf(ar, ma, nobs=len(rest)), dtype=np.float64)
    try:
        lower: Floats = np.linalg.cholesky(toeplitz(correlation / correlation[0]))
    except np.linalg.LinAlgError:
        return None
    return lower
