"""Discontinuities beside rdrobust's numbers, drawn jumps, and running variables that were sorted."""

from __future__ import annotations

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.local_polynomial import Side, bandwidths, jump_at, neighbour_variance
from pairup.evaluation.manipulation import binomial_near, density_step
from pairup.evaluation.panel import Panel

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def by_score(**keys: object) -> Design:
    return design_of({"method": "discontinuity", "running": "score", "cutoff": 50} | keys)


def points(count: int = 500, jump: float = 1.0, seed: int = 0, noise: float = 0.5) -> tuple[Floats, Floats, Floats]:
    """Scores, outcomes with a curve and a jump at 50, and a covariate that the outcome follows."""
    random = np.random.default_rng([seed, 3])
    score = 100 * random.beta(2, 2, count)
    z = random.standard_normal(count)
    x = (score - 50) / 50
    outcome = x + 2 * x**2 - x**3 + jump * (x >= 0) + 0.8 * z + noise * random.standard_normal(count)
    return score, outcome, z


def panel_of(score: Floats, outcome: Floats, z: Floats, before: Floats | None = None) -> Panel:
    n = len(score)
    starts = [2 if one >= 50 else None for one in score]
    earlier = z if before is None else before
    return Panel.from_columns(
        [f"u{k:04d}" for k in range(n)] * 2, [1] * n + [2] * n, np.concatenate([earlier, outcome]), starts * 2,
        columns={"score": np.tile(score, 2), "z": np.tile(z, 2)},
        cluster=[f"c{k // 5:03d}" for k in range(n)] * 2,
    )  # fmt: skip


def test_the_numbers_of_rdrobust_are_met() -> None:
    # rdrobust 2.1.1 (Python), rdrobust(outcome, score, c=50), all else at its defaults
    score, outcome, _z = points()
    x = score - 50
    sides = Side.of(x[x < 0], outcome[x < 0], None), Side.of(x[x >= 0], outcome[x >= 0], None)

    widths = bandwidths(*sides)
    assert widths
    jump = jump_at(*sides, *widths)

    assert jump
    assert widths == pytest.approx((11.05660212, 18.05417023), rel=1e-6)
    assert (jump.value, jump.freed, jump.error) == pytest.approx((1.21658686, 1.29185088, 0.32499476), rel=1e-6)


def test_covariates_make_the_interval_shorter_and_meet_rdrobust() -> None:
    # rdrobust 2.1.1, covs=z, at the bandwidths 20 and 35
    from pairup.evaluation.local_polynomial import adjusted

    score, outcome, z = points()
    x = score - 50
    y = adjusted(x, outcome, z[:, None], 20.0)
    jump = jump_at(Side.of(x[x < 0], y[x < 0], None), Side.of(x[x >= 0], y[x >= 0], None), 20.0, 35.0)

    assert jump and (jump.value, jump.freed) == pytest.approx((0.94491729, 0.90368376), rel=1e-7)
    assert jump.error == pytest.approx(0.13413794, rel=1e-6)
    plain, sharper = (
        evaluate(panel_of(score, outcome, z), by_score()),
        evaluate(panel_of(score, outcome, z), by_score(covariates=["z"])),
    )
    assert plain.found.effect and sharper.found.effect and plain.found.effect.se and sharper.found.effect.se
    assert sharper.found.effect.se < 0.8 * plain.found.effect.se


def test_a_straight_line_with_a_step_has_no_doubt_about_its_jump() -> None:
    x = np.linspace(-1, 1, 41) + 0.001
    y = 3 * x + 2 * (x >= 0)

    jump = jump_at(Side.of(x[x < 0], y[x < 0], None), Side.of(x[x >= 0], y[x >= 0], None), 0.5, 0.8)

    assert jump and (jump.value, jump.freed) == pytest.approx((2.0, 2.0))


def test_neighbours_are_those_of_a_look_at_every_point() -> None:
    random = np.random.default_rng(5)
    side = Side.of(np.round(random.uniform(0, 1, 40), 1), random.standard_normal(40), None)

    found = neighbour_variance(side)

    for i in range(40):
        away = np.abs(side.x - side.x[i])
        reach = np.sort(np.delete(away, i))[2]
        near = (away <= reach + 1e-12) & (np.arange(40) != i)
        count = near.sum()
        assert found[i] == pytest.approx(count / (count + 1) * (side.y[i] - side.y[near].mean()) ** 2)


@pytest.mark.parametrize("clusters", ["unit", "cluster"])
def test_an_interval_holds_the_jump_as_often_as_it_says(clusters: str) -> None:
    intervals = [
        evaluate(panel_of(*points(400, seed=seed)), by_score(clusters=clusters)).interval for seed in range(100)
    ]

    assert 88 <= sum(low <= 1.0 <= high for low, high in intervals) <= 100  # type: ignore[misc]


def test_the_panel_gives_the_jump_with_its_checks() -> None:
    estimate = evaluate(panel_of(*points()), by_score())

    assert estimate.value == pytest.approx(1.0, abs=0.7)
    names = [check.name for check in estimate.checks]
    assert {"sorting, binomial", "sorting, density", "balance, outcome before", "placebo cutoff", "donut"} <= {*names}
    assert [check.name for check in estimate.checks if check.is_essential and not check.passed] == []
    assert estimate.found.further["cutoff"]["followed"] == 1


def test_units_sorted_across_the_cutoff_are_seen() -> None:
    score, outcome, z = points(1500)
    random = np.random.default_rng(1)
    moved = (score < 50) & (score > 46) & (random.random(1500) < 0.6)
    score = np.where(moved, 100 - score, score)

    found = {check.name: check.passed for check in evaluate(panel_of(score, outcome, z), by_score()).checks}

    assert found["sorting, binomial"] is False and found["sorting, density"] is False


def test_what_jumps_before_the_start_is_told() -> None:
    score, outcome, z = points()
    before = z * 0.3 + 2.0 * (score >= 50)

    checks = evaluate(panel_of(score, outcome, z, before), by_score()).checks

    assert [check.passed for check in checks if check.name == "balance, outcome before"] == [False]


def test_the_density_test_is_wrong_as_often_as_it_says() -> None:
    drawn = [np.random.default_rng([seed, 4]).normal(0.3, 1, 800) for seed in range(150)]

    steps = [density_step(x) for x in drawn]

    assert sum(step.p <= 0.05 for step in steps if step) <= 16
    assert sum(binomial_near(x).p <= 0.05 for x in drawn) <= 16


def few(distinct: int) -> Panel:
    score, outcome, z = points(300)
    return panel_of(np.round(score / 100 * distinct) * 100 / distinct, outcome, z)


@pytest.mark.parametrize(
    ("panel", "design", "code"),
    [
        (panel_of(*points(12)), by_score(), "experiments.missing-near"),
        (few(12), by_score(), "experiments.missing-near"),
        (panel_of(*points()), by_score(cutoff=500), "experiments.missing-near"),
        (
            Panel.from_columns(["a", "b"], [1, 1], [1.0, 2.0], [None, None], columns={"score": [1.0, 60.0]}),
            by_score(), "experiments.missing-treated",
        ),
    ],
)  # fmt: skip
def test_a_cutoff_that_cannot_tell_is_not_identified(panel: Panel, design: Design, code: str) -> None:
    estimate = evaluate(panel, design)

    assert estimate.identification is Identification.NOT_IDENTIFIED
    assert [words.code for words in estimate.found.missing] == [code]


def test_help_to_low_scores_is_not_read_as_help_to_high_ones() -> None:
    score, outcome, _z = points()
    panel = Panel.from_columns(
        [f"u{k}" for k in range(500)], [1] * 500, outcome, [1 if one < 50 else None for one in score],
        columns={"score": score},
    )  # fmt: skip

    assert [words.code for words in evaluate(panel, by_score()).found.missing] == ["experiments.missing-side"]


def test_some_who_do_not_follow_the_rule_leave_the_effect_of_the_rule() -> None:
    score, outcome, z = points()
    panel = panel_of(score, outcome, z)
    units = np.arange(500) % 10 == 0
    starts = [2 if (one >= 50) != odd else None for one, odd in zip(score, units, strict=True)]
    loose = Panel.from_columns(
        [panel.units[k] for k in range(500)], [2] * 500, outcome, starts, columns={"score": score}
    )  # fmt: skip

    estimate = evaluate(loose, by_score())

    assert estimate.value == pytest.approx(evaluate(panel, by_score()).value)
    assert [check.passed for check in estimate.checks if check.name == "rule followed"] == [None]


def test_a_score_that_changes_after_the_start_is_refused_where_none_was_before() -> None:
    score, outcome, _ = points(50)
    panel = Panel.from_columns(
        [f"u{k}" for k in range(50)] * 2, [1] * 50 + [2] * 50, np.tile(outcome, 2),
        [1 if one >= 50 else None for one in score] * 2, columns={"score": np.concatenate([score, score + 1])},
    )  # fmt: skip

    with pytest.raises(InputError, match="after it changes in score"):
        evaluate(panel, by_score())


def test_an_outcome_that_never_changes_is_not_identified() -> None:
    score, outcome, z = points()

    assert evaluate(panel_of(score, outcome * 0, z), by_score()).identification is Identification.NOT_IDENTIFIED
