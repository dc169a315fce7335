"""Trials compared as they were drawn: formulas by hand, every way gone through, coverage with few clusters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.lots import Lots, declared_lots
from pairup.evaluation.panel import Panel
from pairup.evaluation.randomisation import Trial, redrawn
from tests.evaluation.panels import a_panel
from tests.evaluation.trials import arms, trial, wedge

DRAWN = {"inference": {"kind": "randomisation"}}


def held(low_high: tuple[float, float] | None, truth: float = 1.0) -> bool:
    assert low_high is not None
    return low_high[0] <= truth <= low_high[1]


def test_without_anything_known_before_it_is_the_difference_in_means() -> None:
    panel = a_panel("a 1 5", "b 1 7", "c 1 6", "d - 1", "e - 3")

    effect = evaluate(panel, trial()).found.effect

    assert effect and effect.value == pytest.approx(4)
    assert effect.se == pytest.approx(np.sqrt(1 / 3 + 2 / 2))


def test_covariates_enter_crossed_and_centred_as_lin_has_them() -> None:
    random = np.random.default_rng(3)
    x, helped = random.standard_normal(40), np.arange(40) % 2
    y = 2 + x + helped * (1 + x) + random.standard_normal(40)
    panel = Panel.from_columns(
        [f"u{k}" for k in range(40)], [1] * 40, y, [1 if z else None for z in helped], columns={"x": x}
    )

    value = evaluate(panel, trial(covariates=["x"])).value

    means = []
    for arm in (1, 0):
        slope, level = np.polyfit(x[helped == arm], y[helped == arm], 1)
        means.append(level + slope * x.mean())
    assert value == pytest.approx(means[0] - means[1])


def test_a_baseline_makes_the_interval_shorter() -> None:
    panel = arms(40, 20, icc=0.6)
    last = panel.between(2, 2)

    with_before, without = evaluate(panel, trial()).found.effect, evaluate(last, trial()).found.effect

    assert with_before and without and with_before.se and without.se
    assert with_before.se < 0.9 * without.se


def test_errors_by_cluster_hold_for_four_drawn_of_twelve() -> None:
    intervals = [evaluate(arms(12, 4, size=5, seed=seed), trial(clusters="cluster")).interval for seed in range(150)]

    assert 134 <= sum(map(held, intervals)) <= 149  # an exact 99 % interval around 95 % of 150


def test_whole_clusters_said_to_be_units_are_not_identified() -> None:
    estimate = evaluate(arms(12, 4, size=5), trial())

    assert [words.code for words in estimate.found.missing] == ["experiments.missing-clusters"]


@pytest.mark.parametrize("clusters", ["unit", "cluster"])
def test_the_order_of_rows_never_changes_the_answer(clusters: str) -> None:
    panel = arms(12, 4, size=1 if clusters == "unit" else 3)
    order = np.random.default_rng(1).permutation(len(panel.outcome))
    starts = [2 if start < 2 else None for start in panel.starts]
    shuffled = Panel.from_columns(
        [panel.units[k] for k in panel.unit_at[order]], panel.periods.values[panel.period_at[order]],
        panel.outcome[order], [starts[k] for k in panel.unit_at[order]],
        cluster=[panel.clusters[panel.cluster_at[k]] for k in panel.unit_at[order]],
        columns={"x": panel.columns["x"][order]},
    )  # fmt: skip
    design = trial(clusters=clusters, **DRAWN)

    assert evaluate(shuffled, design).found == evaluate(panel, design).found


def by_trying_all(y: np.ndarray, helped: np.ndarray, groups: np.ndarray, effect: float) -> float:  # type: ignore[type-arg]
    """p of a constant effect: every way within groups, estimated by least squares with a constant a group."""
    dummies = groups[:, None] == np.unique(groups)

    def estimate(z: np.ndarray) -> float:  # type: ignore[type-arg]
        return float(np.linalg.lstsq(np.column_stack([z, dummies]), y - effect * helped, rcond=None)[0][0])

    came, extreme, ways = abs(estimate(helped)), 0, 0
    choices = [
        itertools.combinations(np.flatnonzero(groups == g), int(helped[groups == g].sum())) for g in np.unique(groups)
    ]
    for chosen in itertools.product(*choices):
        z = np.zeros(len(y))
        z[[k for part in chosen for k in part]] = 1
        ways, extreme = ways + 1, extreme + (abs(estimate(z)) >= came - 1e-9)
    return extreme / ways


def test_going_through_all_ways_equals_brute_force_and_its_interval_inverts_the_test() -> None:
    random = np.random.default_rng(5)
    helped = np.array([1.0, 1, 0, 0, 0, 1, 1, 1, 0, 0])
    groups = np.repeat([0, 1], 5)
    y = random.standard_normal(10) + helped + groups
    panel = Panel.from_columns(
        [f"u{k}" for k in range(10)], [1] * 10, y, [1 if z else None for z in helped],
        labels={"county": [f"g{g}" for g in groups]},
    )  # fmt: skip

    effect = evaluate(panel, trial(strata="county", **DRAWN)).found.effect

    assert effect and effect.p == pytest.approx(by_trying_all(y, helped, groups, 0.0)) and effect.interval
    low, high = effect.interval
    for inside, outside in ((low + 1e-6, low - 1e-6), (high - 1e-6, high + 1e-6)):
        assert by_trying_all(y, helped, groups, inside) > 0.05 >= by_trying_all(y, helped, groups, outside)


def test_every_way_is_given_once() -> None:
    lots = Lots(tuple("abcdef"), np.arange(6), np.array([1, 2, 3, 1, 3, 3]), np.array([0, 0, 0, 1, 1, 1]), ("p", "q"))

    ways = lots.every()

    assert len(ways) == lots.count() == 6 * 3 and len({tuple(way) for way in ways.tolist()}) == 18
    for way in [*ways, *lots.draws(100, seed=1)]:
        assert sorted(way[:3]) == [1, 2, 3] and sorted(way[3:]) == [1, 3, 3]


def test_the_order_of_steps_is_permuted_as_drawn() -> None:
    panel = wedge(6, 3, effect=2.0)
    lots = declared_lots(panel, trial("stepped_wedge"))
    assert isinstance(lots, Lots)
    mixed = (panel.period_at >= 1) & (panel.period_at <= 2)
    y, period, unit = panel.outcome[mixed], panel.period_at[mixed], panel.unit_at[mixed]
    dummies = (period[:, None] == np.unique(period)).astype(float)

    again = redrawn(Trial(y, dummies, unit, period, np.ones(len(y))), lots, 0.9, 999, 0)

    estimates = []
    for starts in sorted(set(itertools.permutations(lots.starts.tolist()))):
        z = (period >= np.array(starts)[unit]).astype(float)
        estimates.append(float(np.linalg.lstsq(np.column_stack([z, dummies]), y, rcond=None)[0][0]))
    assert again and again.is_exact and again.ways == 90
    assert sorted(again.effects.tolist()) == pytest.approx(sorted(estimates))
    assert again.p == pytest.approx(np.mean(np.abs(estimates) >= abs(again.value) - 1e-9))


def test_a_fair_draw_without_effect_is_called_one_as_often_as_the_level_says() -> None:
    design = trial(inference={"kind": "randomisation", "repetitions": 99})

    p = [evaluate(arms(9, 4, effect=0.0, seed=seed), design).found.effect.p for seed in range(150)]  # type: ignore[union-attr]

    assert 2 <= sum(one <= 0.1 for one in p if one is not None) <= 24


def test_matched_pairs_are_compared_pair_by_pair() -> None:
    pairs = [(5.0, 3.0), (8.0, 7.0), (2.0, 2.5), (9.0, 5.0)]
    panel = Panel.from_columns(
        [f"{at}{which}" for at in range(4) for which in "hn"], [1] * 8, [y for pair in pairs for y in pair],
        [1, None] * 4, labels={"pair": [str(at) for at in range(4) for _ in "hn"]},
    )  # fmt: skip

    estimate = evaluate(panel, trial("lottery", strata="pair"))

    differences = np.array([one - other for one, other in pairs])
    assert estimate.found.effect and estimate.value == pytest.approx(differences.mean())
    assert estimate.found.effect.se == pytest.approx(differences.std(ddof=1) / 2)
    assert estimate.found.further["trial"]["degrees_of_freedom"] == pytest.approx(3)
    assert len(estimate.found.placebos) == 16


def test_steps_hold_their_effect_in_the_interval() -> None:
    intervals = [evaluate(wedge(12, 4, seed=seed), trial("stepped_wedge")).interval for seed in range(120)]

    assert 107 <= sum(map(held, intervals)) <= 120


def test_an_effect_that_grows_turns_the_two_way_estimate_and_not_the_one_within_periods() -> None:
    panel = wedge(300, 5, effect=0.2, growth=1.0, noise=0.3)

    estimate = evaluate(panel, trial("stepped_wedge"))

    shown = [row.effect.value for row in estimate.found.by_event_time]
    assert shown == pytest.approx([0.2, 1.2, 2.2, 3.2], abs=0.3)
    # after k of 5 steps k (5 - k) weighs the period, in which k lots' effects average 0.2 + (k - 1) / 2
    assert estimate.value == pytest.approx(np.average([0.2, 0.7, 1.2, 1.7], weights=[4, 6, 6, 4]), abs=0.1)
    assert estimate.found.further["trial"]["with_lots_and_periods"]["value"] < 0.6
    assert [check.passed for check in estimate.checks if check.name == "two kinds of information"] == [False]


def test_a_hole_after_the_start_is_no_reason_to_leave_a_unit_out() -> None:
    whole = a_panel("a 2 1 5 6", "b 2 2 4 4", "c - 1 2 2", "d - 3 3 3", "e 2 1 3 3", "f - 1 1 1")
    holed = a_panel("a 2 1 5 6", "b 2 2 4 .", "c - 1 2 2", "d - 3 3 3", "e 2 1 3 3", "f - 1 1 1")

    one, other = evaluate(whole, trial()), evaluate(holed, trial())

    assert other.units == 6 and other.value == pytest.approx(one.value, abs=0.5)


def test_other_households_in_each_round_take_the_baseline_of_their_village() -> None:
    random = np.random.default_rng(9)
    rows = [(v, t, k) for v in range(16) for t in (1, 2) for k in range(10)]
    level = 3 * random.standard_normal(16)
    panel = Panel.from_columns(
        [f"v{v:02d}-{t}-{k}" for v, t, k in rows], [t for _, t, _ in rows],
        [level[v] + random.standard_normal() + (v % 2) * (t == 2) for v, t, _ in rows],
        [2 if v % 2 else None for v, _, _ in rows], cluster=[f"v{v:02d}" for v, _, _ in rows],
    )  # fmt: skip

    effect = evaluate(panel, trial(clusters="cluster")).found.effect

    assert effect and effect.se and effect.se < 0.4 and held(effect.interval)


def test_units_lost_in_one_arm_fail_an_essential_check() -> None:
    rows = [f"h{k} 2 {k % 3} {'.' if k % 3 == 0 else k % 5}" for k in range(12)]
    estimate = evaluate(a_panel(*rows, *(f"n{k} - {k % 3} {k % 4}" for k in range(12))), trial())

    assert [c.passed for c in estimate.checks if c.name == "attrition by arm" and c.is_essential] == [False]


@pytest.mark.parametrize(
    ("panel", "design", "code"),
    [
        (a_panel("a 2 1 5", "b - 2 4"), trial("not_random"), "experiments.missing-assignment"),
        (a_panel("a 2 1 5", "b 2 2 4"), trial(), "experiments.missing-arm"),
        (a_panel("a - 1 5", "b - 2 4"), trial(), "experiments.missing-arm"),
        (a_panel("a 2 1 5", "b - 2 4", "c - 3 3"), trial(), "experiments.missing-lots"),
        (a_panel("a 2 1 5", "b 3 2 4", "c 3 3 3"), trial("stepped_wedge"), "experiments.missing-lots"),
        (a_panel("a 2 1 5 6", "b 3 2 4 4"), trial("stepped_wedge"), "experiments.missing-steps"),
    ],
)  # fmt: skip
def test_what_no_draw_can_tell_is_not_identified(panel: Panel, design, code: str) -> None:  # type: ignore[no-untyped-def]
    estimate = evaluate(panel, design)

    assert estimate.identification is Identification.NOT_IDENTIFIED
    assert [words.code for words in estimate.found.missing] == [code]


def test_an_outcome_that_never_changes_has_no_error_and_no_interval() -> None:
    effect = evaluate(a_panel("a 1 5", "b 1 5", "c - 5", "d - 5"), trial()).found.effect

    assert effect and effect.value == pytest.approx(0) and effect.interval is None


def test_a_covariate_that_the_help_could_have_changed_is_refused() -> None:
    panel = Panel.from_columns(
        [*"aabbccdd"], [1, 2] * 4, [1.0, 2, 3, 4] * 2, [1, 1, None, None] * 2, columns={"x": [1.0, 2, 3, 3] * 2}
    )

    with pytest.raises(InputError, match="a is not seen before the start, and after it changes in x"):
        evaluate(panel, trial(covariates=["x"]))


def test_an_inference_that_a_trial_has_not_is_refused() -> None:
    with pytest.raises(InputError, match="no inference by placebo"):
        evaluate(arms(12, 6), trial(inference={"kind": "placebo"}))
