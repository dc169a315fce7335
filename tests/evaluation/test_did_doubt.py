"""Few clusters, shuffles, wild signs, and what may not change an answer, for every difference-in-differences method."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.design_file import design_of
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from tests.evaluation.panels import drawn, sized

METHODS = ("staggered_did", "sun_abraham", "imputation_did", "event_study")
KINDS = ("analytic", "bootstrap", "wild_cluster", "randomisation")


def a_design(method: str, kind: str | None = None, repetitions: int = 199, **more: object) -> Design:
    asked = {} if kind is None else {"inference": {"kind": kind, "repetitions": repetitions}}
    return design_of({"method": method} | asked | more)


# --- few clusters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["analytic", "bootstrap"])
def test_normal_errors_are_refused_below_ten_on_a_side_and_it_is_said(method: str, kind: str) -> None:
    estimate = evaluate(drawn({4: 9, None: 30}), a_design(method, kind))

    assert estimate.found.effect and estimate.found.effect.se is None and estimate.interval is None
    assert all(row.effect.interval is None and row.band is None for row in estimate.found.by_event_time)
    assert estimate.found.event_covariance is None
    (check,) = [check for check in estimate.checks if check.name == "few-clusters"]
    assert check.passed is False and check.is_essential and check.words.code == "did.few-refused"


@pytest.mark.parametrize("method", METHODS)
def test_ten_on_each_side_are_enough(method: str) -> None:
    assert evaluate(drawn({4: 10, None: 10}), a_design(method, "analytic")).interval


@pytest.mark.parametrize("method", METHODS)
def test_with_few_clusters_shuffles_answer_where_nothing_is_asked(method: str) -> None:
    panel = drawn({4: 2, None: 7}, effect=6.0, noise=0.3)

    found = evaluate(panel, a_design(method)).found

    assert found.effect and found.effect.se is None and found.effect.p == pytest.approx(1 / 36)
    assert found.effect.interval is None or found.effect.interval[0] <= found.effect.value
    assert [check.words.code for check in found.checks] == ["did.few-shuffled"]


def test_one_treated_unit_has_the_rank_for_its_p() -> None:
    found = evaluate(drawn({4: 1, None: 39}, effect=20.0), a_design("staggered_did")).found

    assert found.effect and found.effect.p == pytest.approx(1 / 40)
    assert found.effect.interval and found.effect.interval[0] <= 20 <= found.effect.interval[1]


def test_shuffles_hold_the_effect_as_often_as_they_say() -> None:
    held = 0
    for seed in range(100):
        low, high = evaluate(drawn({4: 4, 6: 4, None: 12}, seed=seed), a_design("staggered_did")).interval or (-9, 9)
        held += low <= 1.0 <= high

    assert 88 <= held <= 100


@pytest.mark.parametrize("method", ["staggered_did", "event_study", "sun_abraham"])
def test_wild_signs_have_their_interval_around_the_value(method: str) -> None:
    panel = drawn({4: 5, None: 7}, effect=2.0, noise=0.5)

    effect = evaluate(panel, a_design(method, "wild_cluster")).found.effect

    assert effect and effect.interval and effect.p is not None
    assert effect.interval[0] < effect.value < effect.interval[1] and effect.p <= 0.05
    assert effect.p * 2**12 == pytest.approx(round(effect.p * 2**12)), "every vector of signs was tried"


def test_the_stacked_regressions_of_wild_signs_have_the_value_of_the_moments() -> None:
    panel = drawn({4: 6, 6: 5, None: 9})

    plain, wild = evaluate(panel, a_design("staggered_did")), evaluate(panel, a_design("staggered_did", "wild_cluster"))

    by_hand = evaluate(panel, a_design("staggered_did", "analytic")).value
    assert plain.value == pytest.approx(wild.value) == pytest.approx(by_hand)
    se = wild.found.effect.se if wild.found.effect else None
    assert se is not None and wild.interval and wild.interval[1] - wild.interval[0] > 2 * se


@pytest.mark.parametrize("more", [{"method": "imputation_did"}, {"method": "staggered_did", "covariates": ["size"]}])
def test_where_wild_signs_are_not_there_no_error_is_given_and_it_is_said(more: dict[str, object]) -> None:
    design = design_of({"inference": {"kind": "wild_cluster", "repetitions": 99}} | more)

    estimate = evaluate(sized(60), design)

    assert estimate.interval is None and "did.no-wild" in [check.words.code for check in estimate.checks]


def test_shuffles_need_clusters_that_start_together() -> None:
    panel = drawn({4: 6, 6: 6, None: 12})
    mixed = replace(panel, clusters=("a", "b", "c"), cluster_at=np.arange(len(panel.units)) % 3)

    estimate = evaluate(mixed, a_design("staggered_did", clusters="cluster"))

    assert estimate.interval is None and estimate.checks[0].words.code == "did.shuffles-mixed"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["placebo", "jackknife", "conformal"])
def test_a_kind_of_inference_that_is_not_there_is_refused(method: str, kind: str) -> None:
    with pytest.raises(InputError, match=f"{method} has no inference {kind}"):
        evaluate(drawn({4: 20, None: 20}), a_design(method, kind))


# --- what may not change an answer --------------------------------------------------------------------------


def rows_of(panel: Panel) -> dict[str, np.ndarray[tuple[int], np.dtype[object]]]:
    starts = np.array([None if s == len(panel.periods) else int(panel.periods.values[s]) for s in panel.starts])
    return {
        "unit": np.array(panel.units, dtype=object)[panel.unit_at],
        "period": panel.periods.values[panel.period_at],
        "outcome": panel.outcome,
        "treated_from": starts[panel.unit_at],
    }  # type: ignore[dict-item]


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000), is_holed=st.booleans())
@settings(max_examples=12, deadline=None)
def test_the_order_of_rows_does_not_matter(method: str, seed: int, is_holed: bool) -> None:
    random = np.random.default_rng(seed)
    rows = rows_of(drawn({4: 14, 6: 13, None: 15}, seed=seed))
    kept = random.random(len(rows["outcome"])) > (0.1 if is_holed else -1)
    rows = {name: column[kept] for name, column in rows.items()}
    order = random.permutation(len(rows["outcome"]))
    design = a_design(method)

    one = evaluate(Panel.from_columns(**rows), design)  # type: ignore[arg-type]
    other = evaluate(Panel.from_columns(**{name: column[order] for name, column in rows.items()}), design)  # type: ignore[arg-type]

    assert one.found.effect == other.found.effect and one.found.by_event_time == other.found.by_event_time


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.1, 50))
@settings(max_examples=12, deadline=None)
def test_constants_of_units_and_periods_change_nothing(method: str, seed: int, scale: float) -> None:
    panel = drawn({4: 14, 6: 13, None: 15}, seed=seed)
    random = np.random.default_rng(seed + 1)
    levels, trend = scale * random.standard_normal(len(panel.units)), scale * random.standard_normal(len(panel.periods))
    shifted = replace(panel, outcome=panel.outcome + levels[panel.unit_at] + trend[panel.period_at])

    one, other = evaluate(panel, a_design(method)).found, evaluate(shifted, a_design(method)).found

    assert one.effect and other.effect and other.effect.value == pytest.approx(one.effect.value, abs=1e-8)
    assert other.effect.se == pytest.approx(one.effect.se, rel=1e-6)
    for first, second in zip(one.by_event_time, other.by_event_time, strict=True):
        assert second.effect.value == pytest.approx(first.effect.value, abs=1e-8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_answer_and_leaves_the_panel_alone(method: str, kind: str) -> None:
    panel = drawn({4: 6, None: 8})
    before = panel.sha256

    one, other = (evaluate(panel, a_design(method, kind, 99), seed=3).to_dict() for _ in range(2))

    assert {**one, "run": None} == {**other, "run": None} and panel.sha256 == before


HASHED = """
from pairup.evaluation.evaluate import evaluate
from tests.evaluation.test_did_doubt import METHODS, a_design
from tests.evaluation.panels import drawn
from dataclasses import replace
import numpy as np
panel = drawn({8: 7, 12: 7, None: 10}, periods=30)
panel = replace(panel, clusters=tuple(f"c{k:02d}" for k in range(12)), cluster_at=np.arange(24) // 2)
for method in METHODS:
    for clusters in ("unit", "cluster"):
        design = a_design(method, "wild_cluster" if clusters == "cluster" else None, clusters=clusters)
        found = evaluate(panel, design).found
        print(method, found.effect, [row.effect for row in found.by_event_time])
"""


def test_errors_do_not_hang_on_the_hash_seed_of_python() -> None:
    """A peer's clustered errors do: the order of its fixed effects, kept in a set, decides which counts as nested."""
    said = {
        subprocess.run(
            [sys.executable, "-c", HASHED], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        ).stdout
        for seed in ("0", "1", "2", "42")
    }  # fmt: skip

    assert len(said) == 1 and "staggered_did Effect(value=" in said.pop()
