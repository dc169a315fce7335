"""A start that was not, units left out, the fit before: each beside the estimate it could have been asked as."""

from __future__ import annotations

import numpy as np
import pytest

from pairup.evaluation.design import Design, Inference, InferenceKind, Method
from pairup.evaluation.evaluate import evaluate
from pairup.evaluation.panel import Panel
from pairup.evaluation.synthetic_doubt import fit_before, in_time, without_each_donor, without_each_treated
from tests.evaluation.panels import a_panel
from tests.evaluation.test_synthetic import drawn, smoking

CONTROL, SDID = Design(Method.SYNTHETIC_CONTROL), Design(Method.SYNTHETIC_DID)
RIDGE = Design(Method.AUGMENTED_SYNTHETIC_CONTROL, inference=Inference(InferenceKind.PLACEBO))
BOTH = pytest.mark.parametrize("design", [CONTROL, SDID, RIDGE], ids=["control", "difference", "augmented"])


def keeping(panel: Panel, *left: str) -> Panel:
    return panel.keeping(np.array([code not in left for code in panel.units]))


@BOTH
def test_a_pretended_start_gives_the_estimate_of_the_panel_that_ends_before_the_help(design: Design) -> None:
    panel = smoking()
    rows = panel.period_at < 19
    years, states = panel.periods.values[panel.period_at], np.array(panel.units)[panel.unit_at]
    earlier = Panel.from_columns(
        states[rows], years[rows], panel.outcome[rows], [1983 if one == "California" else None for one in states[rows]]
    )

    pretended = in_time(panel, design, 6)

    assert pretended.effect and pretended.effect.value == pytest.approx(evaluate(earlier, design).value, abs=1e-9)
    assert len(pretended.placebos) == 38


@BOTH
def test_nothing_after_the_start_is_read(design: Design) -> None:
    quiet, loud = drawn(2, 20, 0.0), drawn(2, 20, 50.0)

    assert in_time(quiet, design).effect == in_time(loud, design).effect
    assert fit_before(quiet, design) == fit_before(loud, design)


@BOTH
def test_a_unit_of_the_pool_left_out_is_the_estimate_without_it(design: Design) -> None:
    panel = drawn(3, 12, 1.0, starts=(9, 12))

    effects = without_each_donor(panel, design)

    assert list(effects) == [f"u{at:03d}" for at in range(3, 15)]
    for code, effect in effects.items():
        assert effect == pytest.approx(evaluate(keeping(panel, code), design).value, abs=1e-8)


@BOTH
def test_a_treated_unit_left_out_is_the_estimate_without_it(design: Design) -> None:
    panel = drawn(4, 12, 1.0, starts=(9, 12))

    effects = without_each_treated(panel, design)

    assert list(effects) == ["u000", "u001", "u002", "u003"]
    for code, effect in effects.items():
        assert effect == pytest.approx(evaluate(keeping(panel, code), design).value, abs=1e-8)
    assert without_each_treated(drawn(1, 12, 1.0), design) == {}


@BOTH
def test_a_break_before_the_start_is_seen_in_time(design: Design) -> None:
    calm = drawn(1, 30, 0.0)
    broken = calm.outcome + np.where((calm.unit_at == 0) & (calm.period_at >= 7), 5.0, 0.0)
    panel = Panel.from_columns(
        np.array(calm.units)[calm.unit_at], calm.period_at + 1, broken,
        [11 if at == 0 else None for at in calm.unit_at],
    )  # fmt: skip

    assert in_time(panel, design, 4).effect.p <= 2 / 31  # type: ignore[union-attr,operator]
    assert in_time(calm, design, 4).effect.p > 0.1  # type: ignore[union-attr,operator]


def test_the_fit_before_is_what_is_left_and_what_is_left_unseen() -> None:
    panel = a_panel("a 9 1 2 3 4 5 6 8 8 9", "b - 0 1 2 3 4 5 6 7 8", "c - 2 3 4 5 6 7 8 9 10")

    fit = fit_before(panel, CONTROL)

    assert fit and fit.periods == 2
    assert fit.held_out == pytest.approx(np.sqrt(1 / 2))  # the middle of b and c, which is 7 and 8 where a is 8 and 8
    assert fit.sd == pytest.approx(np.std([1, 2, 3, 4, 5, 6, 8, 8], ddof=1))


def test_too_little_before_is_no_number() -> None:
    panel = a_panel("a 3 1 2 9", "b - 1 2 3", "c - 2 3 4")

    assert in_time(panel, CONTROL).effect is None
    assert fit_before(panel, CONTROL).held_out is None  # type: ignore[union-attr]
    assert without_each_donor(panel, CONTROL) == {}
