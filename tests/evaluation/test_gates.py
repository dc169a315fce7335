"""Gates on numbers typed by hand: what passes, what does not, and that the words say which of both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pairup.evaluation.design_file import design_of
from pairup.evaluation.families import Family
from pairup.evaluation.gates.asked import Asked
from pairup.evaluation.gates.before import g5_fits_before, g6_no_trend_before
from pairup.evaluation.gates.limits import DEFAULTS
from pairup.evaluation.looks import InTime, Looks
from tests.evaluation.panels import drawn

PANEL = drawn({6: 1, None: 4}, periods=8)
ONE = Looks(
    Family.WEIGHTED, 1, 2.0, (0.4, 3.6), (0.2, 3.8), 0.02, 50, 1, 49, 20, 9.0, True, fit=0.2, fit_p=0.5,
    held_out=0.3, held_out_p=0.5,
)  # fmt: skip


def asked(**more: Any) -> Asked:
    design = design_of({"method": "synthetic_did", "claim": {"direction": "rises", "low": 1.5, "uom": "outcome"}})
    return Asked(PANEL, design, replace(ONE, **more), {}, DEFAULTS, True, 1.5)


@pytest.mark.parametrize(("fit", "held", "p", "passes", "said"), [
    (0.25, 0.5, 0.01, True, "the pool reproduces the treated"),
    (0.26, 0.5, 0.04, False, "does not reproduce"),
    (0.6, 0.9, 0.3, True, "only roughly: 0.6"),
    (0.6, 0.9, 0.04, False, "does not reproduce"),
    (0.71, 0.5, 0.9, False, "does not reproduce"),  # the demonstration's clinics, which once passed
    (0.2, 1.8, 0.9, False, "does not reproduce"),  # off by more than the mean would be, where it was not fitted
])  # fmt: skip
def test_noisy_places_may_fit_worse_than_the_plain_limit_but_not_as_badly_as_saying_nothing(
    fit: float, held: float, p: float, passes: bool, said: str
) -> None:
    gate = g5_fits_before(asked(fit=fit, held_out=held, fit_p=p, held_out_p=p))

    assert gate.passed is passes and said in gate.words.say()
    assert gate.figure == fit and gate.words.say("zh_Hans") != gate.words.say()


def test_a_fit_that_nobody_of_the_pool_could_be_set_beside_passes_at_the_plain_limit_only() -> None:
    alone = {"fit_p": None, "held_out_p": None}

    assert g5_fits_before(asked(**alone)).passed
    assert g5_fits_before(asked(fit=0.4, **alone)).passed is False


def test_one_place_is_graded_by_ranks_alone_and_several_by_both() -> None:
    assert ONE.intervals == ((0.2, 3.8),)
    assert replace(ONE, treated=4).intervals == ((0.4, 3.6), (0.2, 3.8))
    assert replace(ONE, ranks=None).intervals == ((0.4, 3.6),)


def test_of_one_place_less_power_to_see_a_drift_is_asked_and_a_drift_that_is_seen_still_counts() -> None:
    quiet = InTime(0.1, 0.8, 5, 1.0, 1.0)  # a drift of half the claim is seen with 19 %, one of the effect with 64 %
    noisy, drifting = replace(quiet, spread=1.6), replace(quiet, p=0.05)

    assert g6_no_trend_before(asked(in_time=noisy)).passed  # with 34 %: enough for one place
    assert g6_no_trend_before(asked(in_time=noisy, treated=4)).passed is False
    assert g6_no_trend_before(asked(in_time=drifting)).passed is False
