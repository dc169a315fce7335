"""Units and number words: exact factors, and words that look alike between languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.evaluation.units import NUMBER_WORDS, convert, read_uom, taken_for


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("18000", "acre", "ha", "7284.3415603"),
        ("18000", "mu", "ha", "1200"),
        ("30000", "mu", "ha", "2000"),
        ("1", "km2", "ha", "100"),
        ("15", "亩", "公顷", "1"),
        ("128", "亿 CNY", "CNY", "12800000000"),
        ("12.8", "Billionen CNY", "CNY", "12800000000000"),
        ("12.8", "billion CNY", "CNY", "12800000000"),
        ("12.8", "Milliarden CNY", "CNY", "12800000000"),
        ("451", "million 元", "CNY", "451000000"),
        ("2", "里", "km", "1"),
    ],
)
def test_a_value_is_turned_into_another_unit(value: str, source: str, target: str, expected: str) -> None:
    assert convert(Decimal(value), source, target) == Decimal(expected)


@pytest.mark.parametrize(("source", "target"), [("mu", "km"), ("CNY", "EUR"), ("people", "projects"), ("%", "people")])
def test_what_measures_something_else_is_not_turned(source: str, target: str) -> None:
    assert convert(Decimal(1), source, target) is None


def test_the_long_scale_word_is_taken_for_the_short_one() -> None:
    assert "billion CNY" in [other.told for other in taken_for(read_uom("Billionen CNY"))]
    assert "billion CNY" in [other.told for other in taken_for(read_uom("亿 CNY"))]
    assert [other.told for other in taken_for(read_uom("million CNY"))] == []


def test_a_mu_is_taken_for_an_acre_and_a_hectare() -> None:
    assert sorted(other.told for other in taken_for(read_uom("mu"))) == ["acre", "ha"]


@pytest.mark.parametrize("uom", ["%", "days/year", "m/s per decade", "°C", ""])
def test_shares_rates_and_degrees_do_not_add_up(uom: str) -> None:
    assert not read_uom(uom).adds_up


@pytest.mark.parametrize(("uom", "is_count"), [("people", True), ("trees", True), ("CNY", False), ("ha", False)])
def test_only_things_counted_one_by_one_are_counts(uom: str, is_count: bool) -> None:
    assert read_uom(uom).adds_up
    assert read_uom(uom).is_count is is_count


@given(st.integers(0, 10**9), st.sampled_from(("mu", "ha", "acre", "km2", "m2")), st.sampled_from(("mu", "ha", "m2")))
def test_turning_back_gives_the_value_again(value: int, source: str, target: str) -> None:
    there = convert(Decimal(value), source, target)

    assert there is not None
    back = convert(there, target, source)
    assert back is not None
    assert abs(back - value) < Decimal("0.001")


def test_number_words_are_powers_of_ten() -> None:
    assert all(str(number).strip("0") == "1" for number in NUMBER_WORDS.values())
