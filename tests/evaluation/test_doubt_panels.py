"""Doubts about the panel: two-way weights, weights of units, holes, the pool, spillovers, clusters, and which apply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pairup.evaluation.design_file import design_of
from pairup.evaluation.doubt.clusters import check_few_clusters
from pairup.evaluation.doubt.missing import check_attrition, lee_bounds
from pairup.evaluation.doubt.pool import check_pool, pool_of
from pairup.evaluation.doubt.spillover import neighbours_of, rings
from pairup.evaluation.doubt.two_way import Kind, group_time_effect, two_way, two_way_effect
from pairup.evaluation.estimate import DoubtCheck, Estimate, Identification
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from tests.evaluation.panels import a_panel, drawn, minimum_wages, published

LATER = design_of({"method": "staggered_did"})


def check_of(estimate: Estimate, name: str) -> DoubtCheck:
    return next(check for check in estimate.checks if check.name == name)


def base_stagg(outcome: str = "y") -> Panel:
    rows = published("base_stagg.csv")
    starts = [int(row["year_treated"]) for row in rows]
    return Panel.from_columns(
        [row["id"] for row in rows], [int(row["year"]) for row in rows], [float(row[outcome]) for row in rows],
        [start if start < 10_000 else None for start in starts],
    )  # fmt: skip


def castle() -> Panel:
    rows = published("castle.csv")
    first: dict[str, int] = {}
    for row in rows:
        if float(row["post"]) > 0:
            first[row["sid"]] = min(first.get(row["sid"], 9_999), int(row["year"]))
    return Panel.from_columns(
        [row["sid"] for row in rows], [int(row["year"]) for row in rows], [float(row["l_homicide"]) for row in rows],
        [first.get(row["sid"]) for row in rows], weight=[float(row["popwt"]) for row in rows],
    )  # fmt: skip


def test_the_parts_of_base_stagg_add_up_to_the_wrong_answer_of_two_way_fixed_effects() -> None:
    panel, other = base_stagg(), base_stagg("x1")
    units, periods = np.eye(len(panel.units))[panel.unit_at], np.eye(len(panel.periods))[panel.period_at]
    whole = np.column_stack([panel.is_on, other.outcome, units, periods])
    coefficient, slope = np.linalg.lstsq(whole, panel.outcome, rcond=None)[0][:2]
    without_x1 = Panel.from_columns(
        [panel.units[k] for k in panel.unit_at], panel.periods.values[panel.period_at],
        panel.outcome - slope * other.outcome,
        [None if panel.starts[k] == 10 else int(panel.periods.values[panel.starts[k]]) for k in panel.unit_at],
    )  # fmt: skip

    taken = two_way(without_x1)

    assert taken and taken.value == pytest.approx(coefficient) == pytest.approx(-3.683101, abs=1e-5)
    assert sum(part.weight * part.value for part in taken.parts) == pytest.approx(taken.value, abs=1e-12)
    assert sum(part.weight for part in taken.parts) == pytest.approx(1) and taken.negative < 0 < taken.forbidden


@pytest.mark.parametrize("cohorts", [{3: 4, None: 5}, {3: 4, 6: 2, None: 5}, {2: 3, 5: 1, 8: 2}])
def test_parts_add_up_to_the_coefficient_of_the_regression(cohorts: dict[int | None, int]) -> None:
    panel = drawn(cohorts)

    taken = two_way(panel)

    assert taken and sum(part.weight * part.value for part in taken.parts) == pytest.approx(taken.value, abs=1e-12)
    assert taken.value == pytest.approx(two_way_effect(panel, None).value, abs=1e-10)
    assert all(part.weight > 0 for part in taken.parts)
    assert {part.kind for part in taken.parts} >= ({Kind.NEVER} if None in cohorts else {Kind.LATER, Kind.EARLIER})


def test_counties_and_states_give_the_published_coefficients() -> None:
    alike, weighed = two_way_effect(castle(), None), two_way_effect(castle(), castle().weight)

    assert (alike.value, alike.se) == pytest.approx((0.06939843, 0.05585964), abs=1e-6)
    assert (weighed.value, weighed.se) == pytest.approx((0.07553324, 0.03319361), abs=1e-6)


def test_units_that_count_alike_give_the_effect_of_the_estimator() -> None:
    panel = minimum_wages()

    effect = group_time_effect(panel, LATER, None)

    assert effect and effect.value == pytest.approx(evaluate(panel, LATER).value, abs=1e-12)


def test_in_castle_doctrine_weights_decide_and_the_answer_is_fragile() -> None:
    estimate = evaluate(castle(), LATER)

    assert check_of(estimate, "weights-agree").passed is False
    assert estimate.identification is Identification.FRAGILE


def test_weights_that_only_repeat_the_units_agree() -> None:
    panel = drawn({4: 20, None: 20}, effect=5.0)
    weights = 1 + 0.1 * np.random.default_rng(1).random(len(panel.units))
    weighed = with_columns(panel, weight=weights[panel.unit_at])

    assert check_of(evaluate(weighed, LATER), "weights-agree").passed is True
    assert not [check for check in evaluate(panel, LATER).checks if check.name == "weights-agree"]


def with_columns(panel: Panel, weight=None, labels=None, columns=None) -> Panel:  # type: ignore[no-untyped-def]
    return Panel.from_columns(
        [panel.units[k] for k in panel.unit_at], panel.periods.values[panel.period_at], panel.outcome,
        [None if panel.starts[k] == len(panel.periods) else int(panel.periods.values[panel.starts[k]])
         for k in panel.unit_at],
        weight=weight, labels=labels, columns=columns,
    )  # fmt: skip


def test_bounds_of_lee_by_hand() -> None:
    treated, others = np.array([1.0, 2, 3, 4]), np.array([2.0, 2])

    bounds = lee_bounds(treated, others, 4, 4)  # all seen, and half: half of the treated are cut off

    assert bounds and (bounds.low, bounds.high, bounds.trimmed) == pytest.approx((1.5 - 2, 3.5 - 2, 0.5))
    turned = lee_bounds(others, treated, 4, 4)
    assert turned and (turned.low, turned.high) == pytest.approx((-1.5, 0.5))
    parts = lee_bounds(np.array([1.0, 2, 3]), np.array([0.0, 0]), 4, 4)  # a third of three is one
    assert parts and (parts.low, parts.high) == pytest.approx((1.5, 2.5))
    assert lee_bounds(np.array([]), others, 3, 4) is None


def test_holes_on_one_side_fail_and_bounds_are_told_where_lots_were_drawn() -> None:
    panel = a_panel("a 3 1 1 . .", "b 3 1 1 4 4", "c - 1 1 1 1", "d - 1 1 2 2", "e - 1 1 2 1", "f - 1 1 1 2")
    by_lot = design_of({"method": "staggered_did", "plan": {"assignment": "lottery"}})

    plain, lots = check_attrition(panel, LATER), check_attrition(panel, by_lot)

    assert plain.passed is False and plain.figure == pytest.approx(2 / 24)
    assert plain.words.facts["treated"] == "25" and plain.words.facts["others"] == "0"
    assert lots.words.code == "doubt.attrition-bounded" and lots.passed is False
    assert check_of(evaluate(panel, LATER), "attrition").figure == pytest.approx(2 / 24)


def test_a_pool_that_runs_empty_is_named_by_its_period() -> None:
    check = check_pool(a_panel("a 2 1 5 5 5", "b 3 2 4 4 4", "c 4 2 4 4 4", "d 4 1 2 3 4"), LATER)

    assert check.passed is False and check.words.facts["period"] == "4"
    assert check_pool(a_panel("a 2 1 5", "b 2 2 4"), LATER).words.code == "doubt.pool-none"


def test_a_pool_with_other_trends_fails_and_with_other_levels_does_not() -> None:
    panel = drawn({6: 50, None: 50}, periods=8, noise=0.3)
    steep = panel.outcome + 0.5 * panel.period_at * panel.is_treated[panel.unit_at]
    high = panel.outcome + 9.0 * panel.is_treated[panel.unit_at]

    assert check_pool(replace(panel, outcome=high), LATER).passed is True
    assert check_pool(replace(panel, outcome=steep), LATER).passed is False


def test_the_pool_is_told_from_moments_as_unit_by_unit() -> None:
    panel = drawn({4: 30, 6: 50, None: 50}, periods=8, noise=0.3)
    told = pool_of(panel, LATER)

    before, treated = panel.outcomes[:, :3], panel.is_treated
    for figure, found in (
        (before.mean(axis=1), told and told.level),
        (before[:, 2] - before[:, 0], told and told.trend),
    ):
        inside = [figure[side] - figure[side].mean() for side in (treated, ~treated)]
        spread = np.sqrt(sum(part @ part for part in inside) / (len(figure) - 2))
        assert found == pytest.approx((figure[treated].mean() - figure[~treated].mean()) / spread, rel=1e-10)


def test_units_whose_trends_are_all_one_have_no_deviations_to_tell_trends_in() -> None:
    panel = drawn({6: 50, None: 50}, periods=8, noise=0.3)
    level = np.random.default_rng(1).standard_normal(100)[panel.unit_at]
    told = pool_of(replace(panel, outcome=level + 0.1 * panel.period_at), LATER)

    assert told is not None and told.level is not None and told.trend is None


def a_valley(reaches: float, seed: int = 0) -> Panel:
    """Treated places in the west, the pool from 0 to 300 km east of them; neighbours within 50 km get a part of it."""
    random = np.random.default_rng(seed)
    east = np.concatenate([np.zeros(20), np.linspace(5, 300, 60)])
    start = [4] * 20 + [None] * 60
    unit, period, outcome, treated, longitude = [], [], [], [], []
    for at, (away, first) in enumerate(zip(east, start, strict=True)):
        level = random.standard_normal()
        for k in range(1, 7):
            effect = 1.0 if first else reaches * (away <= 50)
            unit.append(f"u{at:02d}")
            period.append(k)
            outcome.append(level + 0.2 * k + 0.2 * random.standard_normal() + effect * (k >= 4))
            treated.append(first)
            longitude.append(90 + away / 111.19)
    return Panel.from_columns(
        unit, period, outcome, treated, columns={"latitude": np.zeros(len(unit)), "longitude": longitude}
    )


def test_a_planted_spillover_is_found_in_its_ring_and_by_leaving_neighbours_out() -> None:
    panel = a_valley(reaches=0.6)
    near = neighbours_of(panel)
    assert near is not None and near.distance[20:].min() == pytest.approx(5, abs=0.01)

    found = rings(panel, near, 50)
    check = check_of(evaluate(panel, LATER), "spillover")

    assert [ring.effect.value for ring in found if ring.effect] == pytest.approx([0.6, 0.6, 0.0], abs=0.2)
    assert check.passed is False and check.words.code == "doubt.spillover-ring"
    assert float(check.words.facts["again"]) == pytest.approx(1.0, abs=0.1)


def test_without_spillover_neighbours_change_nothing() -> None:
    estimate = evaluate(a_valley(reaches=0.0), LATER)

    assert check_of(estimate, "spillover").passed is True
    assert check_of(estimate, "spillover").words.code == "doubt.spillover-stands"


def test_places_with_the_same_donor_are_left_out_and_may_leave_nobody() -> None:
    panel = drawn({4: 12, None: 24}, noise=0.3)
    helped = np.where(panel.is_treated, "FJ", np.where(np.arange(36) % 2 == 0, "FJ", "HB"))
    shared = panel.outcome + 0.8 * ((helped[panel.unit_at] == "FJ") & ~panel.is_treated[panel.unit_at]) * (
        panel.period_at >= 3
    )
    reached = with_columns(replace(panel, outcome=shared), labels={"donor": helped[panel.unit_at]})
    all_one = with_columns(panel, labels={"donor": ["FJ"] * len(panel.outcome)})

    moves = check_of(evaluate(reached, LATER), "spillover")
    assert moves.passed is False and moves.words.code == "doubt.spillover-moves" and moves.words.facts["donor"] == 12
    assert check_of(evaluate(all_one, LATER), "spillover").words.code == "doubt.spillover-all"


def test_without_places_and_donors_spillovers_are_not_looked_at() -> None:
    check = check_of(evaluate(drawn({4: 12, None: 24}), LATER), "spillover")

    assert check.passed is None and "latitude" in check.words.say("en") and "latitude" in check.words.say("zh_Hans")


@pytest.mark.parametrize(
    ("cohorts", "inference", "passed"),
    [
        ({4: 10, None: 10}, None, True),
        ({4: 9, None: 40}, None, False),
        ({4: 40, None: 9}, None, False),
        ({4: 3, None: 3}, "wild_cluster", True),
        ({4: 2, None: 30}, "wild_cluster", False),
        ({4: 1, None: 19}, "randomisation", True),
        ({4: 1, None: 18}, "randomisation", False),
    ],
)
def test_the_error_given_needs_its_clusters(
    cohorts: dict[int | None, int], inference: str | None, passed: bool
) -> None:
    design = design_of({"method": "staggered_did"} | ({"inference": {"kind": inference}} if inference else {}))

    check = check_few_clusters(drawn(cohorts), design)

    assert check.passed is passed and check.is_essential and check.words.say("zh_Hans") != check.words.code


def test_clusters_with_treated_and_other_units_count_for_both_sides() -> None:
    panel = drawn({4: 20, None: 20})
    mixed = Panel.from_columns(
        [panel.units[k] for k in panel.unit_at], panel.period_at + 1, panel.outcome,
        [4 if panel.is_treated[k] else None for k in panel.unit_at], cluster=[f"c{k % 8}" for k in panel.unit_at],
    )  # fmt: skip
    design = design_of({"method": "staggered_did", "clusters": "cluster"})

    check = check_few_clusters(mixed, design)

    assert check.passed is False and check.figure == 8


def test_an_essential_check_that_fails_makes_the_answer_fragile() -> None:
    solid = evaluate(drawn({5: 60, None: 80}, effect=8.0, noise=0.3, seed=1), LATER)
    asked = design_of({"method": "staggered_did", "inference": {"kind": "analytic"}})
    few = evaluate(drawn({5: 4, None: 80}, effect=8.0, noise=0.3, seed=1), asked)

    assert solid.identification is Identification.IDENTIFIED
    assert few.identification is Identification.FRAGILE and few.value == pytest.approx(8, abs=0.5)
    assert few.checks
    assert solid.to_dict()["sensitivity"][0]["restriction"] == "relative_magnitudes"


def test_the_order_of_rows_changes_no_check() -> None:
    panel = a_valley(reaches=0.6)
    order = np.random.default_rng(0).permutation(len(panel.outcome))
    turned = Panel.from_columns(
        np.array(panel.units)[panel.unit_at][order], (panel.period_at + 1)[order], panel.outcome[order],
        [4 if panel.is_treated[panel.unit_at[k]] else None for k in order],
        columns={name: column[order] for name, column in panel.columns.items()},
    )  # fmt: skip

    one, other = evaluate(panel, LATER, seed=3), evaluate(turned, LATER, seed=3)

    assert [check.to_dict() for check in one.checks] == [check.to_dict() for check in other.checks]


@pytest.mark.parametrize(
    "rows",
    [
        ("a 2 1 5", "b - 1 2"),
        ("a 3 1 1 1", "b 3 1 1 1", "c - 1 1 1", "d - 1 1 1"),
        ("a 3 1 2 1", "b 4 1 2 1"),
        ("a 3 1 2 1 4", "b - 1 2 1 1", "c - 1 2 1 2"),
        ("a - 1 2 1 4", "b - 1 2 1 1"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_panels_that_tell_little_give_checks_and_no_warning(rows: tuple[str, ...]) -> None:
    estimate = evaluate(a_panel(*rows), LATER)

    assert estimate.checks and estimate.screen("zh_Hans")
