"""Survey estimates beside textbook examples worked out in print, and the formula written out."""

from __future__ import annotations

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.survey import LonelyRule, Sample, survey_mean, survey_ratio, survey_total

#: grade points of four people in each of five suites drawn from 100 (Lohr, Sampling, example 5.2)
GRADES = [
    3.08, 2.60, 3.44, 3.04, 2.36, 3.04, 3.28, 2.68, 2.00, 2.56, 2.52, 1.88, 3.00, 2.88, 3.44, 3.64, 2.68, 1.92, 3.28,
    3.20,
]  # fmt: skip


def two_points(count: int, mean: float, variance: float) -> np.ndarray:  # type: ignore[type-arg]
    """Make numbers with a mean and a variance."""
    odd = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
    return mean + (odd - odd.mean()) / (odd - odd.mean()).std(ddof=1) * np.sqrt(variance)


def test_suites_of_a_dormitory_have_their_published_error() -> None:
    sample = Sample.of([20.0] * 20, cluster=np.repeat(range(5), 4), population=[100])

    mean, total = survey_mean(sample, GRADES), survey_total(sample, GRADES)

    # the book goes on from a variance rounded to 2.256
    assert (total.value, total.error) == pytest.approx((1130.4, 65.4706), abs=5e-3)
    assert (mean.value, mean.error) == pytest.approx((2.826, 0.1637), abs=5e-5)
    assert (mean.degrees, mean.clusters, mean.households) == (4, 5, 20)


def test_farms_by_region_have_their_published_total_and_error() -> None:
    # the United States census of agriculture of 1992, 300 counties in four regions (Lohr, Sampling, example 3.2)
    counties, drawn = np.array([1054, 220, 1382, 422]), np.array([103, 21, 135, 41])
    means = [300_504.16, 97_629.81, 211_315.04, 662_295.51]
    variances = [29_618_183_543.0, 7_647_472_708.0, 53_587_487_856.0, 396_185_950_266.0]
    acres = np.concatenate([two_points(*one) for one in zip(drawn.tolist(), means, variances, strict=True)])
    stratum = np.repeat(range(4), drawn)
    sample = Sample.of((counties / drawn)[stratum], stratum=stratum, population=counties)

    total, mean = survey_total(sample, acres), survey_mean(sample, acres)

    assert (total.value, total.error) == pytest.approx((909_736_034, 50_417_248), rel=2e-6)
    assert (mean.value, mean.error) == pytest.approx((295_560.8, 16_379.9), rel=2e-6)


def test_a_simple_sample_has_the_error_of_every_textbook() -> None:
    y = np.random.default_rng(1).standard_normal(50)
    sample = Sample.of([10.0] * 50, population=[500])

    mean = survey_mean(sample, y)

    assert mean.error == pytest.approx(np.sqrt(0.9 * y.var(ddof=1) / 50))
    assert mean.design_effect == pytest.approx(1.0)


def test_a_ratio_is_linearised_as_cochran_has_it() -> None:
    random = np.random.default_rng(2)
    x = random.uniform(1, 3, 40)
    y = 2 * x + random.standard_normal(40)

    ratio = survey_ratio(Sample.of([5.0] * 40), y, x)

    rest = y - y.sum() / x.sum() * x
    assert ratio.value == pytest.approx(y.sum() / x.sum())
    assert ratio.error == pytest.approx(np.sqrt((rest**2).sum() / 39 / 40) / x.mean())


def test_a_part_of_the_population_keeps_the_whole_draw() -> None:
    y, inside = np.array([1.0, 2, 3, 4, 5, 6]), np.array([True, False, True, True, False, True])
    sample = Sample.of([2.0] * 6, cluster=[0, 0, 1, 1, 2, 2])

    part = survey_mean(sample, y, within=inside)

    rest = np.where(inside, (y - y[inside].mean()) / (2 * 4), 0.0) * 2
    sums = rest.reshape(3, 2).sum(axis=1)
    assert part.value == pytest.approx(3.5)
    assert part.error == pytest.approx(np.sqrt(3 / 2 * ((sums - sums.mean()) ** 2).sum()))


@pytest.mark.parametrize(
    ("rule", "error"),
    [(LonelyRule.REFUSE, None), (LonelyRule.CERTAINTY, 2.0), (LonelyRule.CENTRE, np.sqrt(4 + (7 - 4) ** 2))],
)
def test_a_stratum_with_one_cluster_follows_the_rule_that_was_named(rule: LonelyRule, error: float | None) -> None:
    sample = Sample.of([1.0] * 3, stratum=["a", "a", "b"], lonely=rule)

    total = survey_total(sample, [1.5, 3.5, 7.0])

    assert total.lonely_strata == 1
    assert total.error == (None if error is None else pytest.approx(error))
    assert (total.interval is None) == (error is None)


def test_a_stratum_taken_whole_is_never_lonely() -> None:
    sample = Sample.of([1.0] * 3, stratum=["a", "a", "b"], population=[4, 1])

    assert survey_total(sample, [1.0, 3.0, 7.0]).lonely_strata == 0


def test_intervals_hold_for_clusters_drawn_within_strata() -> None:
    random = np.random.default_rng(4)
    level = random.standard_normal((3, 60)) + np.array([[0.0], [2.0], [5.0]])
    households = level[:, :, None] + random.standard_normal((3, 60, 8))
    truth, held = float(households.mean()), 0
    for _ in range(300):
        drawn = np.array([random.permutation(60)[:6] for _ in range(3)])
        y = np.concatenate([households[h, drawn[h]].ravel() for h in range(3)])
        sample = Sample.of(
            [10.0] * 144, stratum=np.repeat(range(3), 48), cluster=np.repeat(range(18), 8), population=[60, 60, 60]
        )
        low, high = survey_mean(sample, y).interval or (0.0, 0.0)
        held += low <= truth <= high

    assert 274 <= held <= 295  # an exact 99 % interval around 95 % of 300


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"weight": [1.0, -1.0]}, "survey-weights"),
        ({"weight": [0.0, 0.0]}, "survey-weights"),
        ({"weight": [1.0, float("nan")]}, "survey-weights"),
        ({"weight": [1.0, 1.0], "stratum": ["a"]}, "survey-lengths"),
        ({"weight": [1.0, 1.0], "stratum": ["a", "b"], "cluster": [1, 1]}, "survey-nested"),
        ({"weight": [1.0, 1.0], "population": [1]}, "survey-population"),
    ],
)
def test_a_draw_that_cannot_be_is_refused(columns: dict[str, list[float]], code: str) -> None:
    with pytest.raises(InputError) as refusal:
        Sample.of(**columns)

    assert refusal.value.code == f"experiments.{code}"


def test_missing_answers_and_empty_parts_are_refused() -> None:
    sample = Sample.of([1.0, 1.0])

    with pytest.raises(InputError, match="missing"):
        survey_mean(sample, [1.0, float("nan")])
    with pytest.raises(InputError, match="divide by is 0"):
        survey_mean(sample, [1.0, 2.0], within=[False, False])
