"""Augmented synthetic control: the formula written out, known effects, intervals that hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.augmented import augment, choose_strength
from pairup.evaluation.design import Design, Inference, InferenceKind, Method, Predictor
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate
from tests.evaluation.panels import a_panel
from tests.evaluation.test_predictors import with_column
from tests.evaluation.test_synthetic import drawn, smoking

AUGMENTED = Design(Method.AUGMENTED_SYNTHETIC_CONTROL)


def by(kind: str) -> Design:
    return Design(Method.AUGMENTED_SYNTHETIC_CONTROL, inference=Inference(InferenceKind(kind), 99))


def points(seed: int, pool: int = 12, periods: int = 6) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    random = np.random.default_rng(seed)
    return random.standard_normal((pool, periods)), 2 * random.standard_normal(periods)


def test_the_weights_are_those_of_the_ridge_regression_written_out() -> None:
    pool, target = points(0)
    about, aim = pool - pool.mean(axis=0), target - pool.mean(axis=0)

    fit = augment(pool, target, 3.0)

    worth = np.linalg.inv(about.T @ about + 3.0 * np.eye(6)) @ (aim - about.T @ fit.plain.weights)
    assert fit.weights == pytest.approx(fit.plain.weights + about @ worth)
    assert fit.weights.sum() == pytest.approx(1) and fit.weights.min() < 0


def test_a_large_lambda_is_the_synthetic_control_and_a_small_one_fits_all_before() -> None:
    pool, target = points(1)

    assert augment(pool, target, 1e12).weights == pytest.approx(augment(pool, target).plain.weights, abs=1e-6)
    assert augment(pool, target, 1e-9).weights @ pool == pytest.approx(target, abs=1e-5)


def test_lambda_is_chosen_by_leaving_out_columns_as_written_out() -> None:
    pool, target = points(2)
    about, aim = pool - pool.mean(axis=0), target - pool.mean(axis=0)
    strengths = np.linalg.svd(about)[1][0] ** 2 * 1e-8 ** (np.arange(21) / 20)
    errors = np.array([
        [
            (target[k] - augment(np.delete(pool, k, 1), np.delete(target, k), one).weights @ pool[:, k]) ** 2
            for one in strengths
        ]
        for k in range(5)
    ])  # fmt: skip

    mean = errors.mean(axis=0)
    limit = mean.min() + errors[:, mean.argmin()].std(ddof=1) / np.sqrt(5)

    assert choose_strength(about, aim) == pytest.approx(strengths[mean <= limit].max())


def test_california_is_nearer_its_path_before_with_the_ridge_than_without() -> None:
    estimate = evaluate(smoking(), AUGMENTED)

    assert estimate.found.path
    left = np.array(estimate.found.path.observed) - np.array(estimate.found.path.counterfactual)
    assert (left[:19] ** 2).mean() < 1.6564**2  # of the synthetic control
    assert [check.figure for check in estimate.checks if check.name == "without the ridge"] == pytest.approx(
        [-19.51363]
    )


@pytest.mark.parametrize("kind", ["conformal", "jackknife"])
def test_an_interval_of_a_period_holds_the_effect_as_often_as_it_says(kind: str) -> None:
    held = 0
    for seed in range(60):
        estimate = evaluate(drawn(1, 12, 1.0, seed=seed), Design(
            Method.AUGMENTED_SYNTHETIC_CONTROL, level=0.8, inference=Inference(InferenceKind(kind)),
        ))  # fmt: skip
        low, high = estimate.found.by_event_time[10].effect.interval or (-np.inf, np.inf)
        held += low <= 1.0 <= high

    assert held >= 38  # the lower end of an exact 99 % interval around 80 % of 60; both are wide by design


def test_a_placebo_ranks_among_the_pool_and_has_one_effect_for_each() -> None:
    estimate = evaluate(drawn(1, 19, 30.0), by("placebo"))

    assert len(estimate.found.placebos) == 19
    assert estimate.found.effect and estimate.found.effect.p == pytest.approx(1 / 20)


def test_several_starts_are_answered_by_placebo() -> None:
    estimate = evaluate(drawn(4, 20, 1.0, starts=(9, 12)), AUGMENTED)

    assert estimate.value == pytest.approx(1.0, abs=0.3)
    assert estimate.found.effect and estimate.found.effect.p == pytest.approx(1 / 1000)


def test_covariates_and_predictors_enter_alike() -> None:
    panel = with_column(drawn(1, 8, 1.0), np.repeat(np.random.default_rng(0).standard_normal(9), 16))
    named = Design(Method.AUGMENTED_SYNTHETIC_CONTROL, covariates=("x",), inference=Inference(InferenceKind.JACKKNIFE))
    matched = Design(
        Method.AUGMENTED_SYNTHETIC_CONTROL, predictors=(Predictor("x"),), inference=Inference(InferenceKind.JACKKNIFE)
    )

    assert evaluate(panel, named).value == evaluate(panel, matched).value
    assert evaluate(panel, named).value != evaluate(panel, by("jackknife")).value


def test_too_few_periods_for_a_level_are_said_and_give_no_interval() -> None:
    estimate = evaluate(drawn(1, 12, 1.0), AUGMENTED)

    assert "periods" in {check.name for check in estimate.checks}
    assert all(row.effect.interval is None for row in estimate.found.by_event_time)


def test_a_constant_outcome_has_no_effect_and_no_fault() -> None:
    panel = a_panel("a 4 1 1 1 1 1", "b - 1 1 1 1 1", "c - 1 1 1 1 1", "d - 1 1 1 1 1")

    assert evaluate(panel, by("jackknife")).value == pytest.approx(0)


def test_one_unit_is_no_pool_and_other_inference_is_refused() -> None:
    estimate = evaluate(a_panel("a 3 1 2 5 6", "b - 1 2 3 4"), AUGMENTED)

    assert estimate.identification is Identification.NOT_IDENTIFIED
    with pytest.raises(InputError, match="no inference by wild_cluster"):
        evaluate(drawn(1, 9, 0.0), by("wild_cluster"))
