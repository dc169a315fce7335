from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.reports.writing import MoneyScale, add_up, clock, count, day, days, long_money, people_in_public, share
from pairup.values.days import RoughDay
from pairup.values.money import Money
from pairup.values.words import Words


@given(st.integers(1, 100_000))
def test_people_in_public_are_never_off_by_more_than_two_and_never_exact_under_ten(number: int) -> None:
    shown = people_in_public(number)

    if number < 10:
        assert shown == Words("reports.under-10")
    else:
        rounded = int(str(shown).replace(",", ""))
        assert rounded % 5 == 0 and abs(rounded - number) <= 2


def test_nobody_is_shown_as_nobody() -> None:
    assert people_in_public(0) == "0"


@pytest.mark.parametrize(
    ("minor", "en", "zh"),
    [
        (451_800_000_000, "CNY 4.52 billion", "45.2亿元"),
        (5_000_000_000, "CNY 50.0 million", "5,000万元"),
        (123_456, "CNY 1,235", "1,235元"),
        (-300_000_000, "CNY -3.00 million", "-300.0万元"),
    ],
)
def test_money_in_a_sentence_follows_each_language(minor: int, en: str, zh: str) -> None:
    said = long_money(Money(minor, "CNY"))

    assert (said.en, said.zh) == (en, zh)


def test_a_table_has_one_unit_and_never_writes_a_small_amount_as_zero() -> None:
    amounts = [Money.of(90_000_000, "CNY"), Money.of(1_000, "CNY")]
    scale = MoneyScale.fit(amounts, "CNY")

    assert (scale.name.en, scale.name.zh) == ("CNY million", "百万元")
    assert [scale.write(amount) for amount in amounts] == ["90.0", "< 0.1"]
    assert scale.write(Money.of("2.50", "EUR")) == "EUR 2.50"


def test_nothing_to_add_is_not_zero_and_other_currencies_are_left_out() -> None:
    assert add_up([None, Money(5, "EUR")], "CNY") is None
    assert add_up([Money(1, "CNY"), None, Money(5, "EUR"), Money(2, "CNY")], "CNY") == Money(3, "CNY")


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("1994", "1994", "1994年"),
        ("2016-07", "July 2016", "2016年7月"),
        ("2016-07-15", "15 July 2016", "2016年7月15日"),
    ],
)
def test_a_day_is_written_as_precisely_as_it_is_known(text: str, en: str, zh: str) -> None:
    assert (day(RoughDay.read(text)).en, day(RoughDay.read(text)).zh) == (en, zh)


def test_an_open_span_stays_open() -> None:
    assert days(date(2028, 7, 1), date(2031, 6, 30)).en == "1 July 2028 – 30 June 2031"
    assert days(RoughDay.read("1994"), None).zh == "1994年起"


def test_figures_are_written_plainly() -> None:
    assert (count(2117), count(Decimal("10.50")), share(Decimal("0.8636")), clock(1505)) == (
        "2,117",
        "10.5",
        "86.4 %",
        "25:05",
    )
