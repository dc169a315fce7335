"""Corrections for several outcomes: beside statsmodels, beside a stepdown written out, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from statsmodels.stats.multitest import multipletests

from pairup.errors import InputError
from pairup.evaluation.multiplicity import (
    Correction,
    benjamini_hochberg,
    benjamini_yekutieli,
    by_family,
    holm,
    romano_wolf,
)

SEVERAL = some.lists(some.floats(0, 1), min_size=1, max_size=12)


@settings(max_examples=25)  # statsmodels collects garbage at each call of Holm's, which is slow in a large process
@given(SEVERAL)
def test_corrections_are_those_of_statsmodels(p: list[float]) -> None:
    for ours, theirs in ((holm, "holm"), (benjamini_hochberg, "fdr_bh"), (benjamini_yekutieli, "fdr_by")):
        assert ours(p) == pytest.approx(multipletests(p, method=theirs)[1], abs=1e-12)


def stepdown(found: list[float], draws: np.ndarray) -> list[float]:
    """Romano and Wolf, algorithm 4.1 with p-values, outcome by outcome."""
    adjusted, left, before = [0.0] * len(found), list(range(len(found))), 0.0
    while left:
        top = max(left, key=lambda k: abs(found[k]))
        above = sum(max(abs(row[k]) for k in left) >= abs(found[top]) for row in draws)
        before = max(before, (1 + above) / (1 + len(draws)))
        adjusted[top] = before
        left.remove(top)
    return adjusted


@pytest.mark.parametrize("seed", range(5))
def test_romano_and_wolf_step_by_step(seed: int) -> None:
    random = np.random.default_rng(seed)
    draws = random.standard_normal((200, 6)) @ random.standard_normal((6, 6))
    found = list(random.standard_normal(6) * 3)

    assert romano_wolf(found, draws) == pytest.approx(stepdown(found, draws))


def test_outcomes_that_are_one_cost_nothing() -> None:
    draws = np.random.default_rng(0).standard_normal((999, 1))

    alone = romano_wolf([2.2], draws)
    twins = romano_wolf([2.2, 2.2, 2.2], np.repeat(draws, 3, axis=1))

    assert twins == pytest.approx(np.repeat(alone, 3))


def test_no_effect_anywhere_is_a_false_success_as_often_as_said() -> None:
    random = np.random.default_rng(5)
    false = 0
    for _ in range(400):
        mixed = random.standard_normal((500, 5)) + random.standard_normal((500, 1))
        false += romano_wolf(mixed[0], mixed[1:]).min() <= 0.05

    assert 9 <= false <= 33  # an exact 99 % interval around 5 % of 400


def test_claims_are_corrected_within_programme_and_year() -> None:
    families = [("a", 2019), ("a", 2019), ("a", 2020), ("b", 2019), ("a", 2019)]

    adjusted = by_family([0.01, 0.04, 0.04, 0.04, None], families)

    assert adjusted == pytest.approx([0.03, 0.06, 0.04, 0.04, None])
    assert by_family([0.01, 0.04], [0, 0], Correction.HOLM) == pytest.approx((0.02, 0.04))


def test_what_is_no_p_or_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="no p-value"):
        holm([0.2, float("nan")])
    with pytest.raises(InputError, match="families"):
        by_family([0.1], [1, 2])
    for draws in (np.zeros((0, 2)), np.zeros((5, 3)), np.full((5, 2), np.nan)):
        with pytest.raises(InputError, match="do not fit"):
            romano_wolf([1.0, 2.0], draws)


def test_nothing_to_correct_is_nothing() -> None:
    assert by_family([], []) == () and len(holm([])) == 0
