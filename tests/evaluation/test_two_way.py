"""Event studies, Sun and Abraham, and imputation beside the published numbers, plain least squares, and each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pairup.evaluation.design_file import design_of
from pairup.evaluation.doubt.event_path import event_path
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from pairup.evaluation.two_way import post_coefficient
from tests.evaluation.panels import (
    a_panel,
    castle_laws,
    drawn,
    medicaid,
    minimum_wages,
    staggered_example,
)

EVENTS = design_of({"method": "event_study"})
SUN = design_of({"method": "sun_abraham"})
IMPUTE = design_of({"method": "imputation_did"})
ALL = [EVENTS, SUN, IMPUTE]
GIVEN = {"covariates": ["x1"]}


# --- published numbers --------------------------------------------------------------------------------------


def test_sun_and_abraham_on_the_counties_are_those_of_fixest() -> None:
    effect = evaluate(minimum_wages(), SUN).found.effect

    assert effect and effect.value == pytest.approx(-0.03995128, abs=1e-7)
    assert effect.se == pytest.approx(0.01179628, abs=1e-7)


def test_imputation_on_the_counties_is_that_of_diff_diff() -> None:
    effect = evaluate(minimum_wages(), IMPUTE).found.effect

    assert effect and (effect.value, effect.se) == pytest.approx((-0.04770992, 0.01322249), abs=1e-7)


def test_the_staggered_example_of_fixest_with_its_covariate() -> None:
    effect = evaluate(staggered_example(), replace(SUN, covariates=("x1",))).found.effect

    assert effect and effect.interval and effect.value == pytest.approx(-1.1337494, abs=1e-6)
    assert effect.interval[0] <= -1 <= effect.interval[1], "the true average"


def test_the_event_study_of_medicaid_is_that_of_fixest() -> None:
    rows = evaluate(medicaid(before=2016), EVENTS).found.by_event_time

    assert [row.event_time for row in rows] == [-6, -5, -4, -3, -2, 0, 1]
    assert [row.effect.value for row in rows] == pytest.approx(
        [-0.0052853545, -0.0112973246, -0.0026759918, -0.0014193123, 0.0003396635, 0.0464468542, 0.0692061755],
        abs=1e-8,
    )  # fmt: skip


def test_one_coefficient_is_that_of_fixest_and_is_never_told() -> None:
    panel = replace(staggered_example())
    given = replace(EVENTS, covariates=("x1",))

    coefficient, _ = post_coefficient(panel, given)

    assert coefficient == pytest.approx(-3.683101, abs=1e-5)
    for design in ALL:
        estimate = evaluate(panel, replace(design, covariates=("x1",)))
        assert "-3.68" not in str(estimate.to_dict()) and "-3.68" not in str(estimate)
        assert abs(estimate.value - coefficient) > 2
        assert "two-way-weights" in [check.name for check in estimate.checks]


def test_one_coefficient_of_the_castle_laws_is_that_of_fixest_weighted_and_not() -> None:
    plain, weighted = post_coefficient(castle_laws(), EVENTS), post_coefficient(castle_laws(is_weighted=True), EVENTS)

    assert plain == pytest.approx((0.06939843, 0.05585964), abs=1e-6)
    assert weighted == pytest.approx((0.07553324, 0.03319361), abs=1e-6)


# --- the same by another way --------------------------------------------------------------------------------


def by_dummies(panel: Panel, columns: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> tuple[float, ...]:
    """Fit columns with a dummy of each unit and period by plain least squares, errors clustered by unit."""
    dummies = [np.eye(len(panel.units))[panel.unit_at], np.eye(len(panel.periods))[panel.period_at][:, 1:]]
    whole = np.column_stack([columns, *dummies])
    fitted = np.linalg.lstsq(whole, panel.outcome, rcond=None)[0]
    residual = panel.outcome - whole @ fitted
    inverse = np.linalg.pinv(whole.T @ whole)
    scores = np.zeros((len(panel.units), whole.shape[1]))
    np.add.at(scores, panel.unit_at, whole * residual[:, None])
    groups, rows = len(panel.units), len(panel.outcome)
    held = columns.shape[1] + len(panel.periods)
    factor = groups / (groups - 1) * (rows - 1) / (rows - held)
    covariance = factor * inverse @ scores.T @ scores @ inverse
    return float(fitted[0]), float(np.sqrt(covariance[0, 0]))


@pytest.mark.parametrize("is_whole", [True, False])
def test_moments_and_rows_give_what_plain_least_squares_give(is_whole: bool) -> None:
    panel = drawn({4: 20, 6: 15, None: 25})
    if not is_whole:
        kept = np.random.default_rng(4).random(len(panel.outcome)) > 0.15
        panel = replace(
            panel, unit_at=panel.unit_at[kept], period_at=panel.period_at[kept], outcome=panel.outcome[kept]
        )

    told = post_coefficient(panel, EVENTS)

    assert told == pytest.approx(by_dummies(panel, panel.is_on.astype(float)[:, None]))


@pytest.mark.parametrize("design", ALL, ids=lambda design: design.method.value)
def test_weights_of_one_give_row_by_row_what_moments_give(design) -> None:  # type: ignore[no-untyped-def]
    panel = drawn({4: 20, 6: 15, None: 25})
    weighted = replace(panel, weight=np.ones(len(panel.outcome)))

    one, other = evaluate(panel, design).found, evaluate(weighted, design).found

    assert other.effect and one.effect and other.effect.value == pytest.approx(one.effect.value)
    assert other.effect.se == pytest.approx(one.effect.se)
    assert other.event_covariance == pytest.approx(one.event_covariance)
    assert other.level_without == pytest.approx(one.level_without)


def test_with_one_cohort_sun_and_abraham_is_the_event_study() -> None:
    panel = drawn({5: 25, None: 30})

    one, other = evaluate(panel, EVENTS).found, evaluate(panel, SUN).found

    assert one.effect == other.effect and one.by_event_time == other.by_event_time


def test_with_two_periods_all_methods_are_one_difference() -> None:
    panel = a_panel("a 2 1 5", "b 2 2 4", "c - 1 2", "d - 3 3")

    assert [evaluate(panel, design).value for design in ALL] == pytest.approx([2.5] * 3)


@pytest.mark.parametrize("design", ALL, ids=lambda design: design.method.value)
def test_an_interval_holds_the_effect_as_often_as_it_says(design) -> None:  # type: ignore[no-untyped-def]
    held = 0
    for seed in range(120):
        interval = evaluate(drawn({4: 40, 6: 40, None: 60}, seed=seed), design).interval
        assert interval
        held += interval[0] <= 1.0 <= interval[1]

    assert 106 <= held <= 120  # imputation errs to the wide side


def test_effects_that_differ_by_cohort_mix_in_the_event_study_alone_and_this_is_said() -> None:
    panel = drawn({3: 60, 6: 60, None: 40}, effect=0.0, noise=0.1, seed=1)
    early = (panel.starts == 2)[panel.unit_at] & panel.is_on
    grown = replace(panel, outcome=panel.outcome + 4.0 * early * (panel.period_at - 1))

    lead = {
        design.method.value: next(row for row in evaluate(grown, design).found.by_event_time if row.event_time == -2)
        for design in (EVENTS, SUN)
    }

    assert abs(lead["event_study"].effect.value) > 0.5 > 10 * abs(lead["sun_abraham"].effect.value) / 2
    assert "event-study-mixes" in [check.name for check in evaluate(grown, EVENTS).checks]


# --- what cannot be told ------------------------------------------------------------------------------------


def test_without_untreated_units_the_last_cohort_is_compared_with_before_it_starts() -> None:
    panel = drawn({3: 30, 7: 30}, noise=0.2, seed=2)

    estimate = evaluate(panel, SUN)

    assert estimate.periods == 8 and max(row.event_time for row in estimate.found.by_event_time) == 3
    assert estimate.value == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize("design", [SUN, IMPUTE], ids=lambda design: design.method.value)
def test_with_all_treated_at_once_nothing_is_identified(design) -> None:  # type: ignore[no-untyped-def]
    estimate = evaluate(drawn({4: 30}), design)

    assert estimate.identification is Identification.NOT_IDENTIFIED and estimate.found.missing


def test_without_untreated_units_an_event_study_says_which_times_are_lost() -> None:
    estimate = evaluate(drawn({3: 30, 6: 30}), EVENTS)

    assert "times-lost" in [check.name for check in estimate.checks]
    assert -5 not in [row.event_time for row in estimate.found.by_event_time]


@pytest.mark.parametrize("design", ALL, ids=lambda design: design.method.value)
def test_a_covariate_that_never_changes_alters_nothing_and_is_said(design) -> None:  # type: ignore[no-untyped-def]
    panel = drawn({4: 20, 6: 15, None: 25})
    still = replace(panel, columns={"height": np.linspace(1, 2, len(panel.units))[panel.unit_at]})

    plain, given = evaluate(panel, design), evaluate(still, replace(design, covariates=("height",)))

    assert given.value == pytest.approx(plain.value)
    assert "collinear" in [check.name for check in given.checks]


@pytest.mark.parametrize("design", ALL, ids=lambda design: design.method.value)
def test_an_outcome_that_never_changes_is_said(design) -> None:  # type: ignore[no-untyped-def]
    panel = drawn({4: 20, None: 25})

    estimate = evaluate(replace(panel, outcome=np.ones(len(panel.outcome))), design)

    assert [words.code for words in estimate.found.missing] == ["did.missing-change"]


def test_treated_rows_that_nobody_can_stand_for_are_counted() -> None:
    estimate = evaluate(drawn({3: 30, 6: 30}), IMPUTE)

    (check,) = [check for check in estimate.checks if check.name == "rows-not-imputed"]
    assert check.figure == 30 * 3 + 30 * 3 and max(row.event_time for row in estimate.found.by_event_time) == 2


def test_sensitivity_of_imputation_speaks_of_the_path_from_one_base() -> None:
    panel = drawn({4: 30, 6: 30, None: 40})

    one, other = (event_path(evaluate(panel, design).found, panel, design) for design in (IMPUTE, SUN))

    assert one and other and one.before == pytest.approx(other.before) and one.after == pytest.approx(other.after)
    assert one.covariance == pytest.approx(other.covariance)
