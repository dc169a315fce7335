"""Doubts about trends: sensitivity beside the published table, the solvers and many draws; tests before the start."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from pairup.evaluation.design_file import design_of
from pairup.evaluation.doubt.before import check_pre_trends, shuffled_changes, trend_power, wald
from pairup.evaluation.doubt.event_path import EventPath, event_path
from pairup.evaluation.doubt.few_path import few_path
from pairup.evaluation.doubt.relative import RelativeMagnitudes
from pairup.evaluation.doubt.sensitivity import bend_before
from pairup.evaluation.doubt.sides import Sides, sides_of
from pairup.evaluation.doubt.smooth import Smoothness, folded_quantile
from pairup.evaluation.estimate import DoubtCheck
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from tests.evaluation.panels import a_panel, drawn, published

LATER = design_of({"method": "staggered_did"})


@cache
def medicaid() -> tuple[np.ndarray, np.ndarray]:
    """Two-way event study of the Medicaid expansion: effects of 2008 to 2012, 2014, 2015, errors as R fixest's."""
    rows = [row for row in published("medicaid_ehec.csv") if int(row["year"]) < 2016 and row["yexp2"] != "2015.0"]
    state = np.unique([row["stfips"] for row in rows], return_inverse=True)[1]
    year = np.array([int(row["year"]) for row in rows])
    helped = np.array([row["yexp2"] == "2014.0" for row in rows])
    events = (year[:, None] == [2008, 2009, 2010, 2011, 2012, 2014, 2015]) & helped[:, None]
    whole = np.column_stack([np.eye(state.max() + 1)[state], year[:, None] == np.arange(2009, 2016), events])
    inverse = np.linalg.inv(whole.T @ whole)
    outcome = np.array([float(row["dins"]) for row in rows])
    effects = inverse @ whole.T @ outcome
    residual = outcome - whole @ effects
    states = state.max() + 1
    scores = np.array([whole[state == g].T @ residual[state == g] for g in range(states)])
    factor = states / (states - 1) * (len(rows) - 1) / (len(rows) - 15)
    covariance = factor * (inverse @ scores.T @ scores @ inverse)
    return effects[-7:], covariance[-7:, -7:]


def expansion(*weights: float) -> EventPath:
    effects, covariance = medicaid()
    return EventPath(effects[:5], effects[5:], covariance, np.array(weights))


def a_path(before: int, after: int, seed: int = 0) -> EventPath:
    random = np.random.default_rng(seed)
    root = random.standard_normal((before + after, before + after)) / 4 + np.eye(before + after)
    weights = random.dirichlet(np.ones(after))
    effects = random.standard_normal(before + after)
    return EventPath(effects[:before], effects[before:], root @ root.T, weights)


def test_the_event_study_of_medicaid_is_the_published_one() -> None:
    assert medicaid()[0] == pytest.approx(
        [-0.0052853545, -0.0112973246, -0.0026759918, -0.0014193123, 0.0003396635, 0.0464468542, 0.0692061755], abs=1e-8
    )


@pytest.mark.parametrize(
    ("ratio", "low", "high"),
    [(0.5, 0.0241, 0.0673), (1.0, 0.0171, 0.0720), (1.5, 0.00859, 0.0796), (2.0, -0.00107, 0.0883)],
)
def test_relative_magnitudes_give_the_published_table(ratio: float, low: float, high: float) -> None:
    assert RelativeMagnitudes(expansion(1, 0)).interval(ratio) == pytest.approx((low, high), abs=0.0012)


@pytest.mark.parametrize(
    ("bend", "low", "high"),
    [(0.0, 0.0259, 0.0607), (0.01, 0.0132, 0.0787), (0.02, 0.00286, 0.0907), (0.03, -0.00714, 0.101)],
)
def test_smoothness_gives_the_published_table(bend: float, low: float, high: float) -> None:
    assert Smoothness(expansion(1, 0)).interval(bend) == pytest.approx((low, high), abs=0.0005)


def test_relative_magnitudes_are_not_the_identified_set_widened_by_two_errors() -> None:
    path = expansion(1, 0)
    changes = np.diff(np.append(path.before, 0.0))
    reach = 2 * np.abs(changes).max() + 1.96 * path.error

    low, high = RelativeMagnitudes(path).interval(2.0)

    assert path.value - reach > 0  # so a peer says: above nothing
    assert low < 0 < high


def test_the_breakdown_is_where_the_interval_reaches_zero() -> None:
    path = expansion(0.5, 0.5)
    relative, smooth = RelativeMagnitudes(path), Smoothness(path)

    ratio, bend = relative.breakdown(), smooth.breakdown()

    assert ratio and bend
    assert relative.interval(ratio - 0.01)[0] > 0 >= relative.interval(ratio + 0.01)[0]
    assert smooth.interval(bend - 1e-4)[0] > 0 >= smooth.interval(bend + 1e-4)[0]


@pytest.mark.parametrize(("after", "seed"), [(1, 0), (2, 1), (4, 2), (6, 3)])
def test_the_corners_solve_the_linear_programme_of_the_test(after: int, seed: int) -> None:
    path = a_path(3, after, seed)
    magnitudes, ratio, value = RelativeMagnitudes(path), 0.7, 0.3
    corners = magnitudes._corners(np.array([ratio]))

    for case, largest in enumerate(magnitudes.before):
        rows = np.concatenate([sign * magnitudes.after - ratio * largest for sign in (1, -1)])
        errors = np.sqrt(np.einsum("ri,ij,rj->r", rows, path.covariance, rows))
        steps = np.diff(np.eye(after + 1, after, k=-1), axis=0)
        # free: eta, and effects tau with their weighted sum as asked
        solved = linprog(
            np.append(1.0, np.zeros(after)),
            np.column_stack([-errors, -np.concatenate([steps, -steps])]), -rows @ magnitudes.effects,
            np.append(0.0, path.weights)[None, :], [value], bounds=(None, None),
        )  # fmt: skip
        heights = corners.corners[case] @ [path.value - value, corners.largest[case]]
        assert solved.fun == pytest.approx(heights.max(), abs=1e-9)


@pytest.mark.parametrize(("before", "seed"), [(1, 0), (2, 1), (4, 2), (7, 3)])
def test_no_other_weights_make_a_shorter_interval(before: int, seed: int) -> None:
    smoothness = Smoothness(a_path(before, 3, seed))

    for bend in (0.0, 0.1, 1.0):
        low, high = smoothness.interval(bend)
        free = smoothness.turn.shape[1]
        for begin in (np.zeros(free), np.linalg.pinv(smoothness.turn) @ -smoothness.start):
            tried = minimize(
                lambda chosen, bend=bend: smoothness._length(chosen, bend), begin, method="Nelder-Mead",
                options={"maxiter": 4_000, "xatol": 1e-9, "fatol": 1e-12},
            ).fun if free else smoothness._length(begin, bend)  # fmt: skip
            assert (high - low) / 2 <= tried * (1 + 1e-6)


def test_intervals_hold_the_effect_where_trends_part_as_far_as_allowed() -> None:
    path, random = a_path(4, 2, 5), np.random.default_rng(1)
    covariance, effect = path.covariance * 0.04, np.array([1.0, 1.0])
    trend = np.array([0.5, -0.5, 0.5, -0.5])  # the largest change before is 1, to and fro
    after = np.array([1.0, 2.0])  # and 1 in each period after
    held = bent = 0
    for _ in range(300):
        noise = random.multivariate_normal(np.zeros(6), covariance)
        seen = EventPath(trend + noise[:4], effect + after + noise[4:], covariance, path.weights)
        low, high = RelativeMagnitudes(seen).interval(1.0)
        held += low <= 1.0 <= high
        straight = EventPath(np.arange(-4, 0) * 0.3 + noise[:4], effect + 0.3 * np.arange(1, 3) + noise[4:], covariance,
                             path.weights)  # fmt: skip
        low, high = Smoothness(straight).interval(0.0)
        bent += low <= 1.0 <= high

    assert held >= 275  # at least 95 %, an exact 99 % interval below
    assert 275 <= bent <= 294


def test_turning_the_effects_over_turns_the_intervals_over() -> None:
    path = a_path(4, 3, 7)
    mirror = EventPath(-path.before, -path.after, path.covariance, path.weights)

    for kind in (RelativeMagnitudes, Smoothness):
        low, high = kind(path).interval(0.5)
        assert kind(mirror).interval(0.5) == pytest.approx((-high, -low), abs=1e-6)


def test_a_folded_quantile_is_that_of_many_draws() -> None:
    normal = np.random.default_rng(0).standard_normal(400_000)

    for bias in (0.0, 0.4, 1.5):
        assert folded_quantile(bias, 0.9) == pytest.approx(np.quantile(np.abs(normal + bias), 0.9), abs=0.01)


def test_effects_against_the_period_before_are_added_up_to_one_base() -> None:
    panel = drawn({6: 20, None: 30}, periods=8)
    found = evaluate(panel, LATER).found

    path = event_path(found, panel, LATER)

    means = panel.outcomes[panel.is_treated].mean(axis=0) - panel.outcomes[~panel.is_treated].mean(axis=0)
    assert path and list(path.before) == pytest.approx([means[t] - means[4] for t in range(4)])
    assert list(path.after) == pytest.approx([means[t] - means[4] for t in range(5, 8)])
    assert path.value == pytest.approx(found.effect.value) and path.error == pytest.approx(found.effect.se)  # type: ignore[union-attr]


def test_anticipation_moves_the_base() -> None:
    panel = drawn({6: 20, None: 30}, periods=8)
    design = design_of({"method": "staggered_did", "anticipation": 1, "comparison": "never_treated"})

    path = event_path(evaluate(panel, design).found, panel, design)

    assert path and len(path.before) == 3 and list(path.weights) == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])


def test_trends_that_part_before_the_start_are_seen_and_flat_ones_are_not() -> None:
    flat = drawn({6: 40, None: 40}, periods=8, noise=0.5)
    wide = flat.outcomes + 0.4 * np.arange(8) * flat.is_treated[:, None]
    steep = Panel.from_columns(
        [flat.units[k] for k in flat.unit_at], flat.period_at + 1, wide.ravel(),
        [6 if flat.is_treated[k] else None for k in flat.unit_at],
    )  # fmt: skip

    for panel, passed in ((flat, True), (steep, False)):
        check = check_pre_trends(event_path(evaluate(panel, LATER).found, panel, LATER), panel, LATER)
        assert check.passed is passed and check.is_essential


def test_with_few_clusters_the_changes_before_are_ranked() -> None:
    panel = a_panel("a 4 1 5 9 9", "b 4 2 6 9 9", "c - 1 1 1 1", "d - 2 2 2 2", "e - 3 3 4 4", "f - 1 2 1 2")

    ranked = shuffled_changes(panel, LATER)
    estimate = evaluate(panel, LATER)

    assert ranked and ranked.tried == 15 and ranked.p == pytest.approx(1 / 15)
    check = next(check for check in estimate.checks if check.name == "pre-trends")
    assert check.figure == pytest.approx(1 / 15) and check.passed is False


def test_the_power_to_see_a_trend_is_that_of_many_draws() -> None:
    path, random = a_path(3, 2, 4), np.random.default_rng(2)
    power = trend_power(path, 0.10)
    assert power and power.half < power.most
    for slope, chance in ((power.half, 0.5), (power.most, 0.8)):
        drawn_before = random.multivariate_normal(slope * np.arange(-3, 0), path.covariance[:3, :3], 4_000)
        seen = np.mean([wald(effects, path.covariance[:3, :3]).p <= 0.10 for effects in drawn_before])  # type: ignore[union-attr]
        assert seen == pytest.approx(chance, abs=0.03)


def test_with_few_clusters_the_spread_is_read_off_all_of_them() -> None:
    panel = drawn({6: 3, None: 27}, periods=8)
    sides = sides_of(panel, LATER)
    assert sides is not None

    path, estimate = few_path(panel, LATER, sides), evaluate(panel, LATER)

    moved = panel.outcomes[:, 5:].mean(axis=1) - panel.outcomes[:, 4]
    inside = np.concatenate([moved[side] - moved[side].mean() for side in (panel.is_treated, ~panel.is_treated)])
    assert path and path.value == pytest.approx(estimate.value)
    assert path.error == pytest.approx(np.sqrt(inside @ inside / 28 * (1 / 3 + 1 / 27)))
    assert [curve.restriction for curve in estimate.sensitivity] == ["relative_magnitudes", "smoothness"]


def test_several_starts_and_later_pools_are_averaged_as_the_estimator_does() -> None:
    for design in (LATER, design_of({"method": "staggered_did", "comparison": "never_treated", "anticipation": 1})):
        panel = drawn({5: 12, 7: 15, None: 20}, periods=9)
        sides = sides_of(panel, design)
        found = evaluate(panel, design).found
        assert sides is not None

        one, other = few_path(panel, design, sides), event_path(found, panel, design)

        assert one and other and list(one.after) == pytest.approx(list(other.after))
        assert list(one.weights) == pytest.approx(list(other.weights))
        assert one.error == pytest.approx(other.error, rel=0.35)


def test_a_path_needs_clusters_to_read_noise_off_and_whole_paths() -> None:
    few, mixed = drawn({6: 2, None: 4}), drawn({6: 12, None: 12})
    holes = a_panel(*(f"u{k} 3 1 2 {k} ." for k in range(9)), *(f"n{k} - 1 2 {k} 4" for k in range(9)))

    for panel in (few, holes):
        sides = sides_of(panel, LATER)
        assert sides is not None and few_path(panel, LATER, sides) is None
    one = Sides(np.zeros(24, np.int64), np.array([True]))
    assert few_path(mixed, LATER, one) is None


def test_bends_before_are_told_without_their_noise() -> None:
    noise = np.eye(6) * 1e-12
    assert bend_before(EventPath(np.arange(-4.0, 0), np.ones(2), noise, np.ones(2) / 2)) == pytest.approx(0, abs=1e-5)
    assert bend_before(EventPath(np.array([0.0, 1, 0, 1]), np.ones(2), noise, np.ones(2) / 2)) == pytest.approx(2)
    assert bend_before(a_path(2, 1, 1)) >= 0 and bend_before(a_path(1, 1, 1)) == 0


def test_a_panel_without_noise_gives_no_error_and_no_warning() -> None:
    panel = a_panel("a 3 1 1 2 2", "b 3 1 1 2 2", "c - 1 1 1 1", "d - 1 1 1 1")

    estimate = evaluate(panel, LATER)

    named = {check.name: check.passed for check in estimate.checks}
    assert named["sensitivity"] is False and named["pre-trends"] is False


def in_many_periods(effect: float, drift: float = 0.0) -> Panel:
    """Twenty of 80 places helped from the 13th of 18 periods on; those helped drift away by so much a period."""
    panel = drawn({13: 20, None: 60}, periods=18, effect=effect, seed=3)
    return replace(panel, outcome=panel.outcome + drift * panel.period_at * panel.is_treated[panel.unit_at])


def sensitivity_of(panel: Panel) -> DoubtCheck:
    return next(check for check in evaluate(panel, LATER).checks if check.name == "sensitivity")


def test_the_first_period_decides_where_a_parting_adds_up_over_many() -> None:
    check = sensitivity_of(in_many_periods(effect=2.5))

    assert check.passed is True and check.words.code == "doubt.parting-first"
    assert float(check.words.facts["ratio"]) < 1 <= float(check.words.facts["first"])


def test_a_drift_that_went_on_before_is_no_effect_in_the_first_period_either() -> None:
    check = sensitivity_of(in_many_periods(effect=0.0, drift=0.7))

    assert check.passed is False and check.words.code in ("doubt.parting-breaks", "doubt.parting-nothing")
