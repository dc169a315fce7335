"""Staggered difference-in-differences beside the published numbers, the formula written out, and known effects."""

from __future__ import annotations

import numpy as np
import pytest

from pairup.errors import NotIdentifiedError
from pairup.evaluation.design_file import design_of
from pairup.evaluation.estimate import Identification
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from tests.evaluation.panels import a_panel, drawn, minimum_wages

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

    effect = evaluate(panel, NEVER).found.effect

    by_hand = np.sqrt(sum(((changes[:2] - 3) / 2) ** 2) + sum(((changes[2:] - 0.5) / 2) ** 2))
    assert effect and effect.se == pytest.approx(by_hand)


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
