"""Effects as the Python packages diff-diff and pyfixest tell them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyfixest
from diff_diff import CallawaySantAnna, SyntheticDiD

from pairup.bench.factors import factor_columns
from pairup.bench.panels import staggered_columns


def frame(units: int, seed: int) -> pd.DataFrame:
    """The columns of a panel as both libraries take them."""
    return pd.DataFrame(staggered_columns(units, seed))


def callaway(data: pd.DataFrame, draws: int = 0, covariates: list[str] | None = None, method: str = "reg") -> float:
    """The average effect on the treated, with errors by formula or by so many draws of multipliers."""
    estimator = CallawaySantAnna(
        control_group="never_treated", estimation_method=method, n_bootstrap=draws, seed=1 if draws else None
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = estimator.fit(
            data, outcome="outcome", unit="unit", time="period", first_treat="treated_from", aggregate="all",
            covariates=covariates,
        )  # fmt: skip
    return float(done.overall_att)


def event_frame(units: int, seed: int) -> pd.DataFrame:
    """A panel with its event time, 0 the period before the start; pyfixest's loops are compiled before it is given."""
    data = _with_event(frame(units, seed))
    event_study(_with_event(frame(700, seed)))
    return data


def _with_event(data: pd.DataFrame) -> pd.DataFrame:
    event = np.where(data["treated_from"] > 0, data["period"] - data["treated_from"], -1)
    return data.assign(event=event)


def event_study(data: pd.DataFrame) -> float:
    """The effect in the first treated period, two-way fixed effects, errors clustered by unit."""
    fit: Any = pyfixest.feols("outcome ~ i(event, ref=-1) | unit + period", data, vcov={"CRV1": "unit"})
    fit.se()
    named = fit.coef()
    return float(named[next(name for name in named.index if name.endswith(("[0]", "[T.0]", "::0")))])


def factor_frame(units: int, periods: int, treated: int, start: int, seed: int) -> pd.DataFrame:
    """The columns of a panel of factors."""
    return pd.DataFrame(factor_columns(units, periods, treated, start, seed))


def synthetic_did(data: pd.DataFrame, start: int, draws: int) -> float:
    """The effect by synthetic differences, with an error from so many placebos."""
    estimator = SyntheticDiD(variance_method="placebo", n_bootstrap=draws, seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = estimator.fit(
            data, outcome="outcome", treatment="is_treated", unit="unit", time="period",
            post_periods=[period for period in sorted(data["period"].unique()) if period >= start],
        )  # fmt: skip
    return float(done.att)
