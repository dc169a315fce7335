"""Interrupted series with known changes: coverage, calendar, holes, and how much hangs on the controls."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.diagnostic import acorr_ljungbox

from pairup.errors import InputError
from pairup.evaluation.autoregression import fit_series, ljung_box
from pairup.evaluation.calendar_effects import calendar_of, times_of
from pairup.evaluation.design_file import design_of
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from tests.evaluation.panels import a_panel, published

SERIES = design_of({"method": "interrupted_series"})


def correlated(count: int, rho: float, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    random = np.random.default_rng([seed, 5])
    shock = random.standard_normal(count + 40)
    for at in range(1, count + 40):
        shock[at] += rho * shock[at - 1]
    return shock[40:]


def months(
    count: int = 60, start: int = 40, effect: float = 2.0, controls: int = 0, rho: float = 0.4, seed: int = 0,
    season: float = 2.0, shared: float = 1.0, holiday: float = 0.0,
) -> Panel:  # fmt: skip
    """Draw a place with a season and a change, and control places that share its shocks."""
    dates = (np.datetime64("2000-01", "M") + np.arange(count)).astype("datetime64[D]")
    common = shared * correlated(count, rho, 1000 + seed)
    festival = (np.random.default_rng(11).random(count) < 0.2).astype(float)
    unit, outcome = [], []
    for place in range(controls + 1):
        y = 10 + 0.05 * np.arange(count) + season * np.sin(np.pi * np.arange(count) / 6) + holiday * festival
        y = y + (common if controls else 0.0) + correlated(count, rho, 10_000 * (place + 1) + seed)
        outcome.append(y + effect * (np.arange(count) >= start) * (place == 0))
        unit += [f"p{place}"] * count
    starts = np.array([dates[start]] * count + [np.datetime64("NaT")] * (count * controls))
    return Panel.from_columns(
        unit, np.tile(dates, controls + 1), np.concatenate(outcome), starts,
        columns={"festival": np.tile(festival, controls + 1)},
    )  # fmt: skip


def test_with_independent_points_and_a_wide_view_it_is_least_squares() -> None:
    random = np.random.default_rng(1)
    x = np.column_stack([np.arange(400) >= 200, np.ones(400), np.arange(400) / 400]).astype(float)
    y = x @ np.array([1.0, 2, 3]) + random.standard_normal(400)

    fit = fit_series(y, x, np.arange(400))

    assert fit
    plain = np.linalg.lstsq(x, y, rcond=None)[0]
    assert fit.values == pytest.approx(plain, abs=0.02)
    assert fit.rho == pytest.approx(0.0, abs=0.15)


@pytest.mark.parametrize(("count", "rho"), [(24, 0.8), (30, 0.0), (60, 0.5), (120, 0.8)])
def test_an_interval_holds_the_change_however_points_follow_each_other(count: int, rho: float) -> None:
    held = 0
    times = np.arange(count)
    is_on = (times >= 2 * count // 3).astype(float)
    x = np.column_stack([is_on, is_on * (times - times[is_on > 0].mean()), np.ones(count), times - times.mean()])
    for seed in range(120):
        fit = fit_series(x @ np.array([2.0, 0, 1, 0.1]) + correlated(count, rho, seed), x, times)
        assert fit
        _, _, (low, high), _ = fit.told(np.array([1.0, 0, 0, 0]), 0.95)
        held += low <= 2.0 <= high

    assert 107 <= held <= 120


def test_least_squares_would_have_been_sure_too_often() -> None:
    times, missed = np.arange(60), 0
    is_on = (times >= 40).astype(float)
    x = np.column_stack([is_on, np.ones(60), times - times.mean()])
    for seed in range(100):
        y = correlated(60, 0.7, seed)
        told, rest, *_ = np.linalg.lstsq(x, y, rcond=None)
        error = np.sqrt(rest[0] / 57 * np.linalg.inv(x.T @ x)[0, 0])
        missed += abs(told[0]) > 2 * error

    assert missed > 25


def test_the_test_of_what_is_left_over_is_statsmodels() -> None:
    shocks = correlated(80, 0.3, 2)

    theirs = acorr_ljungbox(shocks, lags=[10], model_df=1)["lb_pvalue"].iloc[0]

    assert ljung_box(shocks) == pytest.approx(float(theirs))


def test_a_season_is_no_change() -> None:
    with_season, without = evaluate(months(season=6.0), SERIES), evaluate(months(season=0.0), SERIES)

    assert with_season.value == pytest.approx(without.value)
    assert with_season.found.further["series"]["calendar"] == 11


def test_a_column_of_moving_holidays_is_taken_off() -> None:
    with_column = design_of({"method": "interrupted_series", "covariates": ["festival"]})
    panel = months(holiday=5.0)

    one, other = evaluate(panel, SERIES).found.effect, evaluate(panel, with_column).found.effect

    assert one and other and one.se and other.se and other.se < one.se
    assert other.value == pytest.approx(2.0, abs=2.0)


def test_controls_take_the_shared_shocks_away_and_their_spread_is_told() -> None:
    estimate = evaluate(months(controls=4, shared=3.0), SERIES)

    by_controls = estimate.found.further["series"]["by_controls"]
    assert set(by_controls) == {"regressor", "difference", "none"}
    assert by_controls["regressor"]["se"] < 0.6 * by_controls["none"]["se"]
    assert estimate.value == by_controls["regressor"]["value"]
    assert any(check.name == "how controls enter" for check in estimate.checks)


def test_the_path_without_help_is_what_was_seen_less_the_change() -> None:
    estimate = evaluate(months(), SERIES)

    path = estimate.found.path
    assert path and len(path.periods) == 60 and path.periods[0] == "2000-01-01"
    gap = np.array(path.observed[40:]) - np.array(path.counterfactual[40:])
    assert gap.mean() == pytest.approx(estimate.value)
    assert gap == pytest.approx([row.effect.value for row in estimate.found.by_event_time])


def test_a_hole_in_the_series_is_left_out_and_counted_as_time() -> None:
    panel = months()
    kept = panel.period_at != 20
    holed = Panel.from_columns(
        ["p0"] * 59, panel.periods.values[panel.period_at[kept]].astype("datetime64[D]"), panel.outcome[kept],
        np.array([panel.periods.values[40]] * 59).astype("datetime64[D]"),
    )  # fmt: skip

    estimate = evaluate(holed, SERIES)

    assert estimate.found.further["series"]["points"] == 59
    assert estimate.value == pytest.approx(evaluate(panel, SERIES).value, abs=0.5)


def test_errors_that_swing_ask_for_more_than_order_one() -> None:
    count = 120
    shock = np.random.default_rng(3).standard_normal(count + 2)
    y = shock[2:] + 0.9 * shock[:-2] + 1.0 * (np.arange(count) >= 80)
    panel = Panel.from_columns(["p"] * count, np.arange(count), y, [80] * count)

    estimate = evaluate(panel, SERIES)

    assert estimate.found.further["series"]["errors"] == "ARMA(2,0)"
    assert estimate.interval and estimate.interval[0] <= 1.0 <= estimate.interval[1]


def test_an_earlier_change_fails_the_placebo() -> None:
    y = np.random.default_rng(4).standard_normal(60) * 0.3 + 4.0 * (np.arange(60) >= 27)
    panel = Panel.from_columns(["p"] * 60, np.arange(60), y, [40] * 60)

    checks = {check.name: check.passed for check in evaluate(panel, SERIES).checks}

    assert checks["placebo in time"] is False and checks["break where declared"] is False


@pytest.mark.parametrize(("gap", "columns"), [("M", 11), ("Y", 0)])
def test_the_calendar_has_a_column_for_each_month_but_one(gap: str, columns: int) -> None:
    days = np.arange("2000", "2006", dtype=f"datetime64[{gap}]").astype("datetime64[D]").astype(np.int64)

    assert calendar_of(days, len(days) // 2 + 1).shape == (len(days), columns)


@pytest.mark.parametrize(
    ("days", "times"),
    [
        (["2000-01-31", "2000-02-29", "2000-04-30", "2000-05-31"], [0, 1, 3, 4]),
        (["2000-01-01", "2000-04-01", "2000-07-01", "2001-01-01"], [0, 1, 2, 4]),
        (["2000-01-01", "2001-01-01", "2003-01-01", "2004-01-01"], [0, 1, 3, 4]),
        (["2000-01-03", "2000-01-10", "2000-01-24", "2000-01-31"], [0, 1, 3, 4]),
        (["2000-01-01", "2000-01-02", "2000-01-05", "2000-01-06"], [0, 1, 4, 5]),
        (["2000-01-01"], [0]),
    ],
)
def test_days_are_counted_in_steps_of_their_own_length(days: list[str], times: list[int]) -> None:
    counted = times_of(np.array(days, dtype="datetime64[D]").astype(np.int64))

    assert counted.tolist() == times


def test_quarters_have_three_columns_and_less_than_two_years_none() -> None:
    days = np.arange("2000-01", "2006-01", 3, dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)

    assert calendar_of(days, 12).shape[1] == 3
    assert calendar_of(days, 6).shape[1] == 0


@pytest.mark.parametrize(
    ("panel", "code"),
    [
        (a_panel("a 3 1 2 3 4", "b - 1 2 3 4"), "experiments.missing-points"),
        (a_panel("a 9 1 2 3 4 5 6 7 8 1 1", "b 10 1 2 3 4 5 6 7 8 1 1"), "experiments.missing-one-break"),
        (a_panel("a - 1 2 3 4 5 6 7 8 1 1"), "experiments.missing-one-break"),
        (a_panel("a 9 1 1 1 1 1 1 1 1 1 1"), "experiments.missing-freedom"),
        (a_panel("a 9 1 2 3 4 5 6 7 8 9 10"), "experiments.missing-freedom"),
    ],
)
def test_a_series_that_cannot_tell_is_not_identified(panel: Panel, code: str) -> None:
    estimate = evaluate(panel, SERIES)

    assert estimate.identification is Identification.NOT_IDENTIFIED
    assert [words.code for words in estimate.found.missing] == [code]


def test_a_covariate_with_a_hole_is_refused() -> None:
    panel = months()
    column = panel.columns["festival"].copy()
    column[7] = np.nan
    holed = Panel.from_columns(
        ["p0"] * 60, panel.periods.values.astype("datetime64[D]"), panel.outcome,
        np.array([panel.periods.values[40]] * 60).astype("datetime64[D]"), columns={"festival": column},
    )  # fmt: skip

    with pytest.raises(InputError, match="festival is missing in 2000-08-01"):
        evaluate(holed, design_of({"method": "interrupted_series", "covariates": ["festival"]}))


def test_californias_cigarettes_hang_on_how_the_other_states_enter() -> None:
    # statsmodels' state space and CausalPy give -10.3 and -10.4 with control states as regressors
    rows = published("prop99.csv")
    panel = Panel.from_columns(
        [row["state"] for row in rows], [int(row["year"]) for row in rows],
        [float(row["packs_per_capita"]) for row in rows],
        [1989 if row["state"] == "California" else None for row in rows],
    )  # fmt: skip

    estimate = evaluate(panel, SERIES)

    found = {way: told["value"] for way, told in estimate.found.further["series"]["by_controls"].items()}
    assert found == pytest.approx({"regressor": -9.5, "difference": -5.3, "none": -16.8}, abs=0.05)
    assert [check.passed for check in estimate.checks if check.name == "how controls enter"] == [False]
