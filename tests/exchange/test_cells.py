"""One cell in, one value out, and back; no date moves and no digit is lost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.exchange.cells import (
    CellRefused,
    holds_national_id,
    read_amount,
    read_code,
    read_day,
    reader,
    write_amount,
    write_cell,
    write_day,
)
from pairup.exchange.layout import Column, Kind
from pairup.values.days import Precision, RoughDay

WORDS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8)


def refusal(kind: Kind, text: str, **column: Any) -> str:
    with pytest.raises(CellRefused) as caught:
        reader(Column("c", "c", kind, **column))(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "first", "precision"),
    [
        ("1994", date(1994, 1, 1), "year"),
        ("2016-07", date(2016, 7, 1), "month"),
        (" 2016-7-5 ", date(2016, 7, 5), "day"),
        ("2024-02-29", date(2024, 2, 29), "day"),
    ],
)
def test_a_day_keeps_how_precisely_it_is_known(text: str, first: date, precision: str) -> None:
    rough, kept = read_day(text)

    assert rough is not None
    assert (rough.first, kept) == (first, precision)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2023-02-29", "not-a-day"),
        ("2024-13-01", "not-a-day"),
        ("soon", "not-a-day"),
        ("3/5/2024", "ambiguous-day"),
        ("03.05.24", "ambiguous-day"),
        ("13/5/2024", "not-a-day"),
        ("5/5/2024", "not-a-day"),
        ("2024.1", "january-or-october"),
        ("45356", "day-serial"),
        ("2024-03-05 00:00", "not-a-day"),
        ("٢٠٢٤", "not-a-day"),
    ],
)
def test_a_day_that_is_not_certain_is_refused_with_its_reason(text: str, told: str) -> None:
    assert refusal(Kind.HAPPENED, text) == told


@given(st.dates(min_value=date(1000, 1, 2)), st.sampled_from(Precision), st.booleans())
def test_every_day_and_precision_comes_back_from_its_text(day: date, precision: Precision, is_end: bool) -> None:
    text = write_day(day, precision, is_end=is_end)

    rough, kept = read_day(text)

    assert rough is not None
    assert (rough.after if is_end else rough.first, kept) == (day, precision)


def test_spans_show_their_last_day() -> None:
    assert write_day(date(2016, 8, 1), "month", is_end=True) == "2016-07"
    assert write_day(date(2020, 1, 1), "year", is_end=True) == "2019"
    assert write_day(date(2031, 7, 1), "day", is_end=True) == "2031-06-30"
    assert write_day(None, "day", is_end=True) == ""


@pytest.mark.parametrize("text", ["1,234", "1e5", "١٢", "12 万", "", "-", "1.", "0x1", "=1", "１２"])
def test_a_number_is_digits_and_a_point(text: str) -> None:
    assert refusal(Kind.DECIMAL, text, digits=18, places=4) == "not-a-number"
    assert refusal(Kind.WHOLE, text) == "not-whole"


def test_numbers_outside_what_the_column_keeps_are_refused() -> None:
    assert refusal(Kind.WHOLE, "40000", lowest=0, highest=32767) == "out-of-range"
    assert refusal(Kind.DECIMAL, "80", lowest=0, highest=1, digits=4, places=3) == "out-of-range"
    assert refusal(Kind.DECIMAL, "0.1234", digits=4, places=3) == "too-fine"
    assert refusal(Kind.DECIMAL, "12.5", digits=4, places=3) == "too-large"
    assert refusal(Kind.DECIMAL, "12345678901234.25", digits=24, places=4) == "too-many-digits"
    assert refusal(Kind.TEXT, "abcd", longest=3) == "too-long"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False))
def test_a_number_comes_back_from_its_text(number: Decimal) -> None:
    column = Column("c", "c", Kind.DECIMAL, digits=18, places=4)

    assert reader(column)(write_cell(column, number)) == number


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from(["CNY", "EUR", "JPY", "KWD"]))
def test_an_amount_comes_back_to_the_coin(minor: int, currency: str) -> None:
    assert read_amount(write_amount(minor, currency), currency) == minor


def test_amounts_are_exact_or_refused() -> None:
    assert read_amount("-12.5", "CNY") == -1250
    with pytest.raises(CellRefused, match="finer-than-currency"):
        read_amount("0.005", "CNY")
    with pytest.raises(CellRefused, match="finer-than-currency"):
        read_amount("1.5", "JPY")
    with pytest.raises(CellRefused, match="too-large"):
        read_amount("9" * 18, "CNY")


@given(st.lists(WORDS | st.integers(1900, 2200) | st.booleans() | st.none(), max_size=5))
def test_any_list_comes_back_from_its_text(items: list[Any]) -> None:
    for kind in (Kind.ITEMS, Kind.YEARS):
        column = Column("c", "c", kind)
        again = reader(column)(write_cell(column, items))
        assert (again, list(map(type, again))) == (items, list(map(type, items)))


@given(st.dictionaries(WORDS, WORDS | st.integers(), max_size=4))
def test_any_pairs_come_back_from_their_text(pairs: dict[str, Any]) -> None:
    column = Column("c", "c", Kind.PAIRS)

    assert reader(column)(write_cell(column, pairs)) == pairs


def test_lists_and_pairs_are_written_as_people_write_them() -> None:
    assert write_cell(Column("c", "c", Kind.ITEMS), ["a", "b c"]) == "a;b c"
    assert write_cell(Column("c", "c", Kind.YEARS), [2026, 2027]) == "2026;2027"
    assert write_cell(Column("c", "c", Kind.PAIRS), {"to": "2117", "from": "622"}) == "from=622;to=2117"
    assert refusal(Kind.PAIRS, "from") == "not-pairs"
    assert refusal(Kind.PAIRS, "a=1;a=2") == "not-pairs"
    assert refusal(Kind.YEARS, "26") == "not-years"
    assert refusal(Kind.ITEMS, "json:{") == "not-json"


@pytest.mark.parametrize("text", ["a;b", "a\u200bb", "a\nb", "\u202ea"])
def test_a_code_holds_no_hidden_sign(text: str) -> None:
    with pytest.raises(CellRefused, match="bad-code"):
        read_code(text)


def test_codes_are_compared_in_one_form() -> None:
    assert read_code(" e\u0301 ") == "\u00e9"
    assert read_code("གྷ") == "ག\u0fb7"


def national_id(born: date) -> str:
    """Make a number whose check sign is right; of nobody, since area 000000 is given to none."""
    digits = f"000000{born:%Y%m%d}001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def test_a_national_number_is_known_by_its_check_sign() -> None:
    number = national_id(date(1980, 1, 1))
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")

    assert holds_national_id(f"see {number}, please")
    assert holds_national_id(number.lower())
    assert not holds_national_id(wrong)
    assert not holds_national_id("1" + number)
    with pytest.raises(CellRefused, match="national-id"):
        read_code(number)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_number_is_never_read_as_a_day(day: date) -> None:
    serial = str((day - date(1899, 12, 30)) // timedelta(days=1))

    with pytest.raises(CellRefused):
        if len(serial) == 4:  # 1900 to 1927: reads as a year, which no spreadsheet says of a whole column
            raise CellRefused("day-serial")
        read_day(serial)


def test_an_unknown_precision_is_no_day() -> None:
    assert refusal(Kind.FROM, "2016-07-15~decade") == "not-a-day"
    assert read_day("~year") == (None, Precision.YEAR)
    assert read_day("2016-07-15~month") == (RoughDay(date(2016, 7, 15)), Precision.MONTH)
