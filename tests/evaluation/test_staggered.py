"""Staggered difference-in-differences beside the published numbers, the formula written out, and known effects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pairup.errors import NotIdentifiedError
from pairup.evaluation.design import Comparison
from pairup.evaluation.design_file import design_of
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.group_time import group_time
from pairup.evaluation.panel import Panel
from pairup.evaluation.staggered import long_path, pre_test
from tests.evaluation.panels import a_panel, castle_laws, drawn, medicaid, minimum_wages, sized

NEVER = design_of({"method": "staggered_did", "comparison": "never_treated"})
LATER = design_of({"method": "staggered_did"})


def test_the_counties_of_callaway_and_santanna_give_their_published_effect() -> None:
    estimate = evaluate(minimum_wages(), NEVER)

    assert estimate.value == pytest.approx(-0.0399513, abs=1e-6)
    assert estimate.found.effect and estimate.found.effect.se == pytest.approx(0.012034, abs=1e-6)
    assert [row.event_time for row in estimate.found.by_event_time] == [-3, -2, -1, 0, 1, 2, 3]
    assert [row.effect.value for row in estimate.found.by_event_time] == pytest.approx(
        [0.0305066556, -0.0005630846, -0.024458745, -0.0199318168, -0.0509573671, -0.1372587389, -0.1008113631],
        abs=1e-8,
    )  # fmt: skip


def test_two_groups_and_two_periods_are_one_difference_of_differences() -> None:
    panel = a_panel("a 2 1 5", "b 2 2 4", "c - 1 2", "d - 3 3")

    assert evaluate(panel, NEVER).value == pytest.approx((4 + 2) / 2 - (1 + 0) / 2)


def test_errors_are_those_of_the_influence_functions_added_up_by_hand() -> None:
    panel = a_panel("a 2 1 5", "b 2 2 4", "c - 1 2", "d - 3 3")
    changes = np.array([4.0, 2, 1, 0])

    (variance,) = np.diag(group_time(panel, NEVER).spread.covariance())

    by_hand = sum(((changes[:2] - 3) / 2) ** 2) + sum(((changes[2:] - 0.5) / 2) ** 2)
    assert variance == pytest.approx(by_hand)


def test_clusters_of_one_unit_are_the_units() -> None:
    panel = drawn({4: 20, 6: 15, None: 30})
    grouped = design_of({"method": "staggered_did", "clusters": "cluster"})

    one, other = evaluate(panel, LATER), evaluate(panel, grouped)

    assert one.interval == pytest.approx(other.interval)


def test_units_that_move_together_make_the_interval_wider() -> None:
    alone = drawn({4: 20, None: 20})
    rows = {"unit": [], "period": [], "outcome": [], "start": [], "cluster": []}  # type: ignore[var-annotated]
    for copy in "xyz":
        for at in range(len(alone.outcome)):
            unit = alone.units[alone.unit_at[at]]
            rows["unit"].append(unit + copy)
            rows["cluster"].append(unit)
            rows["period"].append(int(alone.periods.values[alone.period_at[at]]))
            rows["outcome"].append(alone.outcome[at])
            rows["start"].append(4 if alone.starts[alone.unit_at[at]] == 3 else None)
    panel = Panel.from_columns(rows["unit"], rows["period"], rows["outcome"], rows["start"], cluster=rows["cluster"])
    grouped = evaluate(panel, design_of({"method": "staggered_did", "clusters": "cluster"}))

    assert grouped.interval == pytest.approx(evaluate(alone, LATER).interval)
    assert evaluate(panel, LATER).found.effect.se < grouped.found.effect.se  # type: ignore[union-attr,operator]


def test_an_interval_holds_the_effect_as_often_as_it_says() -> None:
    held = sum(
        low <= 1.0 <= high
        for seed in range(120)
        for low, high in [evaluate(drawn({4: 40, 6: 40, None: 60}, seed=seed), LATER).interval]  # type: ignore[misc]
    )

    assert 107 <= held <= 119  # an exact 99 % interval around 95 % of 120


def test_a_band_is_never_narrower_than_its_interval() -> None:
    for row in evaluate(drawn({4: 20, 6: 15, None: 30}), LATER).found.by_event_time:
        assert row.band and row.effect.interval
        assert row.band[0] <= row.effect.interval[0] and row.effect.interval[1] <= row.band[1]


def test_with_nobody_to_compare_with_nothing_is_identified() -> None:
    estimate = evaluate(a_panel("a 2 1 5", "b 2 2 4"), NEVER)

    assert estimate.identification is Identification.NOT_IDENTIFIED
    assert [words.code for words in estimate.found.missing] == ["evaluation.missing-never-treated"]
    assert estimate.to_dict()["value"] is None and "by_event_time" not in estimate.to_dict()
    with pytest.raises(NotIdentifiedError, match="No unit is never treated"):
        _ = estimate.value


def test_units_treated_from_the_first_period_are_left_out_and_named() -> None:
    with_early = evaluate(a_panel("a 2 1 5", "b 2 2 4", "c - 1 2", "d - 3 3", "e 1 9 9"), NEVER)

    assert with_early.value == pytest.approx(2.5) and with_early.units == 4
    assert [finding.words.code for finding in with_early.findings] == ["evaluation.left-out-always-treated"]


def test_with_anticipation_units_never_treated_compare_to_the_last_period() -> None:
    panel = drawn({6: 20, None: 30}, periods=8)
    never, later = ({"method": "staggered_did", "anticipation": 1, "comparison": one} for one in
                    ("never_treated", "not_yet_treated"))  # fmt: skip

    assert evaluate(panel, design_of(later)).value == pytest.approx(evaluate(panel, design_of(never)).value)


# --- published numbers --------------------------------------------------------------------------------------


def test_averages_over_cohorts_and_over_event_times_are_those_of_r() -> None:
    further = evaluate(minimum_wages(), NEVER).found.further["averages"]

    assert (further["group"]["value"], further["group"]["se"]) == pytest.approx((-0.0310183, 0.0124461), abs=1e-6)
    assert (further["dynamic"]["value"], further["dynamic"]["se"]) == pytest.approx((-0.0772398, 0.019965), abs=1e-6)


def test_given_population_doubly_robust_the_counties_give_the_numbers_of_r() -> None:
    design = design_of(NEVER.to_dict() | {"control": "doubly_robust", "covariates": ["lpop"]})

    found = evaluate(minimum_wages(), design).found

    assert found.effect and found.effect.value == pytest.approx(-0.0417518, abs=1e-6)
    assert found.effect.se == pytest.approx(0.0115028, abs=1e-6)
    assert found.further["pre_test"]["p"] == pytest.approx(0.23267, abs=1e-4)


def test_castle_laws_and_medicaid_give_the_numbers_of_r() -> None:
    castle, health = evaluate(castle_laws(), NEVER).found, evaluate(medicaid(), LATER).found

    assert castle.effect and (castle.effect.value, castle.effect.se) == pytest.approx(
        (0.01940282, 0.03838865), abs=1e-6
    )
    dynamic = castle.further["averages"]["dynamic"]
    assert (dynamic["value"], dynamic["se"]) == pytest.approx((0.05905418, 0.03432937), abs=1e-6)
    assert health.effect and (health.effect.value, health.effect.se) == pytest.approx(
        (0.06798326, 0.007831306), abs=1e-6
    )


# --- covariates, weights, holes -----------------------------------------------------------------------------


@pytest.mark.parametrize("control", ["regression", "weighting", "doubly_robust"])
def test_trends_that_hang_on_a_covariate_are_taken_out(control: str) -> None:
    panel = sized(900, effect=1.0)
    design = design_of({"method": "staggered_did", "control": control, "covariates": ["size"]})

    plain, given = evaluate(panel, LATER).found.effect, evaluate(panel, design).found.effect

    assert plain and given and given.se
    assert abs(plain.value - 1) > 5 * given.se and abs(given.value - 1) < 3 * given.se


def test_a_covariate_that_is_nothing_but_one_is_told_as_none() -> None:
    panel = drawn({4: 20, 6: 15, None: 30})
    weighted = replace(panel, weight=np.full(len(panel.outcome), 2.5))

    one, other = evaluate(panel, LATER).found, evaluate(weighted, LATER).found

    assert one.effect and other.effect and other.effect.value == pytest.approx(one.effect.value)
    assert other.effect.se == pytest.approx(one.effect.se)
    assert other.event_covariance == pytest.approx(one.event_covariance)


def test_a_unit_that_weighs_two_counts_as_two_alike() -> None:
    panel = a_panel("a 2 1 5", "b 2 2 4", "c - 1 2", "d - 3 3")
    double = a_panel("a 2 1 5", "a2 2 1 5", "b 2 2 4", "c - 1 2", "d - 3 3")
    heavy = replace(panel, weight=np.array([2.0, 2, 1, 1, 1, 1, 1, 1]))

    assert evaluate(heavy, LATER).value == pytest.approx(evaluate(double, LATER).value)


def test_a_hole_costs_a_unit_the_periods_it_is_missing_in_and_no_others() -> None:
    panel = a_panel("a 3 1 2 5", "b 3 2 . 4", "c - 1 2 2", "d - 3 3 4")

    estimate = evaluate(panel, LATER)

    # base is the second period, which b lacks: a alone stands for the treated; b is no more left out of the panel
    assert estimate.units == 4 and estimate.value == pytest.approx((5 - 2) - ((2 - 2) + (4 - 3)) / 2)


def test_holes_at_random_leave_the_effect_where_it_is() -> None:
    panel = drawn({4: 120, 6: 120, None: 150}, seed=3)
    kept = np.random.default_rng(1).random(len(panel.outcome)) > 0.1
    outcome = np.where(kept, panel.outcome, np.nan)
    starts = np.array([None if s == len(panel.periods) else int(s) + 1 for s in panel.starts], dtype=object)
    holed = Panel.from_columns(
        np.array(panel.units)[panel.unit_at], panel.period_at + 1, outcome, starts[panel.unit_at]
    )

    whole, found = evaluate(panel, LATER).found.effect, evaluate(holed, LATER).found.effect

    assert whole and found and found.se and whole.se
    assert abs(found.value - 1) < 3 * found.se and whole.se < found.se < 1.5 * whole.se


def test_covariates_that_separate_the_sides_are_said_and_nothing_is_told() -> None:
    panel = sized(60, effect=1.0)
    apart = replace(
        panel, columns={"size": np.where(panel.is_treated, 5.0, -5.0)[panel.unit_at] + panel.columns["size"] / 9}
    )
    design = design_of({"method": "staggered_did", "control": "weighting", "covariates": ["size"]})

    estimate = evaluate(apart, replace(design, comparison=Comparison.NEVER_TREATED))

    assert "overlap" in [check.name for check in evaluate(apart, design).checks], "two cohorts are alike, none else"
    assert estimate.identification is Identification.NOT_IDENTIFIED
    assert [words.code for words in estimate.found.missing] == ["did.missing-overlap"]


def test_covariates_that_say_the_same_twice_are_said_and_nothing_is_told() -> None:
    panel = sized(60, effect=1.0)
    twice = replace(panel, columns={"size": panel.columns["size"], "again": 2 * panel.columns["size"] + 1})
    design = design_of({"method": "staggered_did", "covariates": ["size", "again"]})

    assert [words.code for words in evaluate(twice, design).found.missing] == ["did.missing-overlap"]


# --- doubt --------------------------------------------------------------------------------------------------


def test_multipliers_give_the_errors_of_the_formula() -> None:
    design = design_of(LATER.to_dict() | {"inference": {"kind": "bootstrap", "repetitions": 4999}})
    panel = drawn({4: 60, 6: 50, None: 90})

    formula, drawn_ones = evaluate(panel, LATER).found, evaluate(panel, design).found

    for one, other in zip(formula.by_event_time, drawn_ones.by_event_time, strict=True):
        assert one.effect.se and other.effect.se and other.effect.se == pytest.approx(one.effect.se, rel=0.06)
        assert one.band and other.band and other.band == pytest.approx(one.band, abs=0.15 * one.effect.se * 3)


def test_long_differences_share_one_base_and_agree_from_the_start_on() -> None:
    panel = drawn({4: 60, 6: 50, None: 90})

    times, values, covariance = long_path(panel, LATER)

    path = {row.event_time: row.effect for row in evaluate(panel, LATER).found.by_event_time}
    assert -1 not in times and covariance.shape == (len(times), len(times))
    for time, value in zip(times.tolist(), values, strict=True):
        if time >= 0:
            assert path[time].value == pytest.approx(value)
    cut = design_of({"method": "staggered_did", "comparison": "never_treated"})
    early = dict(zip(*(part.tolist() for part in long_path(drawn({5: 30, None: 30}), cut)[:2]), strict=True))
    short = {row.event_time: row.effect.value for row in evaluate(drawn({5: 30, None: 30}), cut).found.by_event_time}
    assert early[-3] == pytest.approx(-(short[-2] + short[-1]))


def test_a_test_of_all_early_effects_refuses_as_often_as_it_says() -> None:
    refused = 0
    for seed in range(200):
        panel = drawn({5: 60, None: 60}, periods=6, seed=seed)
        test = pre_test(group_time(panel, LATER), panel, LATER)
        refused += test is not None and test[2] < 0.05

    assert 3 <= refused <= 20  # an exact 99 % interval around 5 % of 200
