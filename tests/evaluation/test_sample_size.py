"""Sample sizes beside printed tables, formulas written out, and simulated power of our own estimators."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from statsmodels.stats.power import TTestIndPower

from pairup.cli.main import cli
from pairup.errors import InputError
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.sample_size import (
    hussey_hughes,
    proportional,
    size_for_change,
    size_for_margin,
    trial_clusters,
    trial_power,
    wedge_lots,
    wedge_power,
    within_periods,
)
from tests.evaluation.trials import arms, trial


@pytest.mark.parametrize(
    ("population", "printed"),
    [(100, 80), (500, 217), (1000, 278), (10_000, 370), (1_000_000, 384)],
)
def test_the_table_of_krejcie_and_morgan_is_met(population: int, printed: int) -> None:
    found = size_for_margin(0.5, 0.05, population=population)

    assert found.answers - printed in (0, 1)  # they round to the nearest, we up


def test_clusters_and_silence_cost_what_the_formulas_say() -> None:
    plain = size_for_margin(0.5, 0.05)
    found = size_for_margin(0.5, 0.05, icc=0.05, cluster_size=20, response=0.8)

    assert plain.answers == 385
    assert found.design_effect == pytest.approx(1.95)
    assert 751 <= found.answers <= 805 and found.clusters == -(-found.answers // 20)
    assert found.households == -(-found.answers * 10 // 8)


def test_a_change_takes_the_printed_sample_of_two_shares() -> None:
    # 0.5 to 0.6 at 95 % and 80 %: (1.95996 + 0.84162)^2 (0.25 + 0.24) / 0.01 = 384.6 in each round
    found = size_for_change(0.5, 0.6)

    assert (found.answers, found.times) == (385, 2)
    assert size_for_change(0.5, 0.6, overlap=1.0, correlation=0.5).answers < 200


def test_strata_share_a_sample_out_to_the_last_household() -> None:
    assert proportional(100, np.array([500.0, 300, 200])).tolist() == [50, 30, 20]
    assert proportional(10, np.array([1e6, 1, 1])).tolist() == [6, 2, 2]
    assert proportional(101, np.array([1.0, 1, 1])).sum() == 101
    with pytest.raises(InputError, match="do not reach 2"):
        proportional(3, np.array([1.0, 1]))


def test_clusters_of_one_are_the_two_sample_t_of_statsmodels() -> None:
    assert trial_power(64, 1, 0.6, icc=0.0) == pytest.approx(TTestIndPower().power(0.6, 32, 0.05), abs=1e-9)
    assert trial_clusters(1, 0.5, icc=0.0) == 128  # the textbook's 64 in each arm


def test_the_power_of_a_trial_is_what_its_estimator_reaches() -> None:
    panel = [arms(16, 8, size=5, periods=1, effect=1.0, icc=0.3, seed=seed) for seed in range(200)]
    found = [evaluate(one, trial(clusters="cluster")).found.effect for one in panel]

    reached = np.mean([bool(effect and effect.p is not None and effect.p <= 0.05) for effect in found])

    assert reached == pytest.approx(trial_power(16, 5, 1.0, icc=0.3), abs=0.1)


def test_the_variance_of_hussey_and_hughes_is_that_of_generalised_least_squares() -> None:
    is_on = (np.arange(5)[None, :] >= np.array([1, 2, 3, 4, 4, 2])[:, None]).astype(float)
    between, within = 0.3, 0.7
    rows = [(i, t) for i in range(6) for t in range(5)]
    x = np.array([[is_on[i, t], *(np.arange(5) == t)] for i, t in rows])
    together = np.array([[between * (i == j) + within * (i == j and s == t) for j, t in rows] for i, s in rows])

    by_hand = np.linalg.inv(x.T @ np.linalg.inv(together) @ x)[0, 0]

    assert hussey_hughes(is_on, between, within) == pytest.approx(by_hand)
    assert within_periods(is_on, between, within) > by_hand


def test_the_variance_within_periods_is_that_of_drawn_wedges() -> None:
    random = np.random.default_rng(6)
    is_on = (np.arange(5)[None, :] >= np.repeat([1, 2, 3, 4], 3)[:, None]).astype(float)
    apart = is_on - is_on.mean(axis=0)
    y = np.sqrt(0.3) * random.standard_normal((20_000, 12, 1)) + np.sqrt(0.7) * random.standard_normal((20_000, 12, 5))

    drawn = (y * apart).sum(axis=(1, 2)) / (apart**2).sum()

    assert drawn.var() == pytest.approx(within_periods(is_on, 0.3, 0.7), rel=0.04)


def test_more_lots_never_hurt_and_both_kinds_of_information_need_fewer() -> None:
    powers = [wedge_power(lots, 4, 20, 0.3, icc=0.05) for lots in (8, 16, 32, 64)]

    assert powers == sorted(powers)
    assert wedge_lots(4, 20, 0.3, icc=0.05, both_kinds=True) < wedge_lots(4, 20, 0.3, icc=0.05)
    assert wedge_power(wedge_lots(4, 20, 0.3, icc=0.05), 4, 20, 0.3, icc=0.05) >= 0.8


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (lambda: size_for_margin(0.5, 0.0), "size-not-positive"),
        (lambda: size_for_margin(0.5, 0.05, response=0.0), "size-not-a-share"),
        (lambda: size_for_margin(0.5, 1e-6), "size-too-large"),
        (lambda: size_for_change(0.4, 0.4), "size-no-change"),
        (lambda: size_for_change(0.4, 1.2), "size-not-a-share"),
        (lambda: trial_clusters(5, 0.0, icc=0.1), "size-no-effect"),
        (lambda: trial_clusters(5, 1e-6, icc=0.1), "size-out-of-reach"),
        (lambda: trial_power(2, 5, 1.0, icc=0.1), "size-not-positive"),
    ],
)  # fmt: skip
def test_what_no_sample_can_reach_is_refused(asked, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as refusal:
        asked()

    assert refusal.value.code == f"experiments.{code}"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["survey", "--proportion", "0.5", "--margin", "0.05", "--strata", "300,100"], {"answers": 385}),
        (["change", "--before", "0.5", "--after", "0.6"], {"answers": 385}),
        (["trial", "--effect", "0.5", "--cluster-size", "1"], {"lots": 128}),
        (["wedge", "--effect", "0.5", "--steps", "4", "--icc", "0.05", "--cluster-size", "20"], {"steps": 4}),
    ],
)
def test_the_command_says_it_in_words_and_as_json(words: list[str], told: dict[str, int]) -> None:
    said = CliRunner().invoke(cli, ["sample-size", *words, "--json"], standalone_mode=False)
    in_words = CliRunner().invoke(cli, ["sample-size", *words], standalone_mode=False)

    assert said.exception is None and told.items() <= json.loads(said.stdout).items()
    assert str(next(iter(told.values()))) in in_words.stdout and "experiments." not in in_words.stdout


def test_a_survey_without_a_share_or_a_deviation_is_a_wrong_call() -> None:
    assert CliRunner().invoke(cli, ["sample-size", "survey", "--margin", "0.05"]).exit_code == 2
