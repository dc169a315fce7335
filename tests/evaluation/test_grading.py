"""The ordered rule: which grade an interval gives a claim, whatever the numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.evaluation.grading import Band, Gate, Grade, grade_of
from pairup.values.words import Words

number = st.floats(-3, 3, allow_nan=False)
positive = st.floats(0.01, 2)


def rows(low: float, high: float, band: Band) -> dict[str, bool]:
    """Write every row of the rule out, each with what excludes those before it."""
    opposite = high < 0
    nothing = not opposite and -band.smallest < low and high < band.smallest
    left = not opposite and not nothing
    return {
        "opposite": opposite,
        "nothing": nothing,
        "supported": left and low > 0 and high >= band.low,
        "smaller": left and low > 0 and high < band.low,
        "excluded": left and low <= 0 and high < band.low,
        "imprecise": left and low <= 0 and high >= band.low,
    }


@given(number, number, positive, positive, st.floats(0, 1))
def test_exactly_one_row_holds_and_it_is_the_one_given(
    one: float, other: float, claimed: float, wider: float, smallest: float
) -> None:
    low, high = sorted((one, other))
    band = Band(claimed, claimed + wider, smallest * claimed)

    grade, row = grade_of((low, high), band, is_registered=True)

    held = [name for name, holds in rows(low, high, band).items() if holds]
    assert held == ["supported" if row in ("within", "larger", "direction-only") else row]
    assert (grade is Grade.NOT_SUPPORTED) == (held == ["excluded"])


@given(number, number, positive, positive, st.floats(0, 1))
def test_without_registration_nothing_is_supported_beyond_its_direction(
    one: float, other: float, claimed: float, wider: float, smallest: float
) -> None:
    low, high = sorted((one, other))
    band = Band(claimed, claimed + wider, smallest * claimed)

    registered, _ = grade_of((low, high), band, is_registered=True)
    retrospective, _ = grade_of((low, high), band, is_registered=False)

    assert retrospective is not Grade.SUPPORTED
    assert retrospective is (Grade.SUPPORTED_IN_DIRECTION if registered is Grade.SUPPORTED else registered)


@given(number, number)
def test_a_wide_interval_never_says_not_supported(one: float, other: float) -> None:
    low, high = sorted((one, other))

    grade, _ = grade_of((low, high), Band(0.1, 0.2, 0.05), is_registered=True)

    assert grade is not Grade.NOT_SUPPORTED or high < 0.1


@pytest.mark.parametrize(
    ("interval", "grade", "row"),
    [
        ((0.2, 0.5), Grade.SUPPORTED, "within"),
        ((0.5, 0.7), Grade.SUPPORTED, "larger"),
        ((0.01, 0.4), Grade.SUPPORTED_IN_DIRECTION, "direction-only"),
        ((0.1, 1.2), Grade.SUPPORTED_IN_DIRECTION, "direction-only"),
        ((0.06, 0.2), Grade.NOT_SUPPORTED_IN_SIZE, "smaller"),
        ((-0.1, 0.2), Grade.NOT_SUPPORTED, "excluded"),
        ((-0.1, 0.3), Grade.CANNOT_TELL, "imprecise"),
        ((-0.3, -0.1), Grade.CONTRADICTED, "opposite"),
        ((-0.04, 0.04), Grade.CONTRADICTED, "nothing"),
        (None, Grade.CANNOT_TELL, "no-interval"),
    ],
)
def test_a_third_less_is_graded_by_where_the_interval_lies(
    interval: tuple[float, float] | None, grade: Grade, row: str
) -> None:
    assert grade_of(interval, Band(0.25, 0.42, 0.05), is_registered=True) == (grade, row)


def test_one_failed_gate_is_enough_to_tell_nothing_and_a_missing_registration_is_no_gate() -> None:
    def gate(number: str) -> Gate:
        return Gate(number, False, Words("verdict.g1-failed"))

    band = Band(0.25, 0.42, 0.05)

    assert grade_of((0.2, 0.5), band, is_registered=True, gates=[gate("G8")]) == (Grade.CANNOT_TELL, "gate-failed")
    assert grade_of((0.2, 0.5), band, is_registered=False, gates=[gate("G1")])[0] is Grade.SUPPORTED_IN_DIRECTION
