"""What every answer of trials, thresholds and series has in common: order does not matter, it is JSON, it has words."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pairup.evaluation.design import Design
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from tests.evaluation.test_discontinuity import by_score, panel_of, points
from tests.evaluation.test_interrupted_series import SERIES, months
from tests.evaluation.trials import arms, trial, wedge

CASES = [
    pytest.param(arms(12, 4, size=3), trial(clusters="cluster"), id="arms"),
    pytest.param(arms(12, 4), trial(inference={"kind": "randomisation"}), id="randomisation"),
    pytest.param(wedge(8, 4), trial("stepped_wedge"), id="wedge"),
    pytest.param(panel_of(*points(300)), by_score(covariates=["z"], clusters="cluster"), id="threshold"),
    pytest.param(months(controls=2), SERIES, id="series"),
]


def shuffled(panel: Panel) -> Panel:
    order = np.random.default_rng(1).permutation(len(panel.outcome))
    at = panel.unit_at[order]
    kind = "datetime64[D]" if panel.periods.are_days else "float64"
    missing = np.array("NaT" if panel.periods.are_days else np.nan, dtype=kind)
    ends = np.append(panel.periods.values.astype(kind), missing)
    periods = panel.periods.values[panel.period_at[order]]
    return Panel.from_columns(
        [panel.units[k] for k in at], periods.astype("datetime64[D]") if panel.periods.are_days else periods,
        panel.outcome[order], ends[panel.starts[at]], cluster=[panel.clusters[panel.cluster_at[k]] for k in at],
        columns={name: column[order] for name, column in panel.columns.items()},
    )  # fmt: skip


@pytest.mark.parametrize(("panel", "design"), CASES)
def test_the_order_of_rows_changes_nothing(panel: Panel, design: Design) -> None:
    one, other = evaluate(panel, design).to_dict(), evaluate(shuffled(panel), design).to_dict()

    assert {**one, "run": None} == {**other, "run": None}


@pytest.mark.parametrize(("panel", "design"), CASES)
def test_an_answer_is_json_without_a_hole_and_says_all_in_both_languages(panel: Panel, design: Design) -> None:
    estimate = evaluate(panel, design)

    assert json.dumps(estimate.to_dict(), allow_nan=False)
    assert "experiments." not in estimate.screen("en") + estimate.screen("zh_Hans")
