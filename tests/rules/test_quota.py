"""Money owed: exact, and never zero where something is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.errors import InputError, RuleError
from pairup.rules.quota import Due, DueState, check_quota, due
from pairup.rules.register import Rule, find_rule
from pairup.values.money import Money

SOURCE = {"source": "a test", "standing": "verified"}


def yuan(amount: str) -> Money:
    return Money.of(amount, "CNY")


def a_rule(formula: str, **terms: object) -> Rule:
    return Rule.read("money_quota.test", [{"from": "2010", "published": "2010", "formula": formula, **SOURCE, **terms}])


def test_one_per_cent_of_the_year_before_is_owed_in_each_of_three_years() -> None:
    rule = find_rule("money_quota.wenchuan")
    revenue = {year: yuan("1000000000") for year in range(2005, 2012)}

    states = {year: due(rule, year, revenue) for year in range(2007, 2012)}

    assert [states[year].amount for year in (2008, 2009, 2010)] == [yuan("10000000")] * 3
    assert [states[year].state for year in (2007, 2011)] == [DueState.NO_RULE] * 2
    assert states[2011].amount is None


def test_a_due_says_how_it_was_reached() -> None:
    owed = due(find_rule("money_quota.xizang"), 2026, {2025: yuan("363400000000"), 2026: yuan("1")})

    assert owed.amount == yuan("363400000")
    assert (owed.base_year, owed.base, owed.factor) == (2025, yuan("363400000000"), Decimal("0.001"))
    assert str(owed.words) == (
        "CNY 363,400,000.00 due for 2026: 0.1 % of the 2025 revenue of CNY 363,400,000,000.00, "
        "by “Money owed: Xizang” of 2010 (unconfirmed)."
    )
    assert "未证实" in owed.words.say("zh_Hans")


def test_a_missing_revenue_is_no_base_and_never_zero() -> None:
    owed = due(find_rule("money_quota.xizang"), 2026, {2024: yuan("1")})

    assert (owed.state, owed.amount, owed.base) == (DueState.NO_BASE, None, None)
    assert str(owed.words).startswith("No base: the revenue of 2025 is not recorded")


def test_a_revenue_of_nothing_is_a_base() -> None:
    assert due(find_rule("money_quota.xizang"), 2026, {2025: yuan("0")}).amount == yuan("0")


def test_a_donor_whose_rate_is_not_told_owes_no_amount() -> None:
    owed = due(find_rule("money_quota.xinjiang"), 2012, {2011: yuan("1000")}, donor="CN-JS")

    assert (owed.state, owed.amount) == (DueState.NO_RATE, None)
    assert "0.3 to 0.6 %" in str(owed.words)
    assert "disputed" in str(owed.words)


def test_a_donors_own_rate_can_be_asked_as_what_if() -> None:
    told = dict(find_rule("money_quota.xinjiang").versions[0].terms)
    rule = a_rule("share_by_donor", **told | {"rates": {"CN-JS": Decimal("0.004")}})

    assert due(rule, 2012, {2011: yuan("1000")}, donor="CN-JS").amount == yuan("4")
    assert due(rule, 2012, {2011: yuan("1000")}, donor="CN-BJ").state is DueState.NO_RATE


def test_growth_starts_in_the_base_year() -> None:
    rule = a_rule("share_then_growth", share=Decimal("0.001"), base_year=2010, growth=Decimal("0.08"))
    revenue = {2009: yuan("1000000"), 2010: yuan("5")}

    assert [due(rule, year, revenue).amount for year in (2010, 2011, 2012)] == [
        yuan("1000"), yuan("1080"), yuan("1166.40"),
    ]  # fmt: skip


def test_the_version_of_the_first_day_of_the_year_counts() -> None:
    blocks = [
        {"from": day, "published": day, "formula": "share_of_previous_year", "share": Decimal(share), **SOURCE}
        for day, share in (("2010-01-01", "0.01"), ("2012-01-02", "0.02"))
    ]
    rule, revenue = Rule.read("r", blocks), {2011: yuan("100"), 2012: yuan("100")}

    assert due(rule, 2012, revenue).amount == yuan("1")
    assert due(rule, 2013, revenue).amount == yuan("2")


def test_an_old_year_is_worked_out_as_people_knew_the_rule() -> None:
    rule = find_rule("money_quota.xizang")

    assert due(rule, 2012, {2011: yuan("1000")}, known_by=date(2009, 12, 31)).state is DueState.NO_RULE


@given(st.integers(0, 10**16), st.decimals("0.0001", "0.02", places=4))
def test_an_amount_is_the_exact_share_rounded_to_the_minor_unit(minor: int, share: Decimal) -> None:
    owed = due(a_rule("share_of_previous_year", share=share), 2020, {2019: Money(minor, "CNY")})

    assert owed.amount is not None
    assert abs(owed.amount.minor - minor * Fraction(share)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (a_rule("share_of_luck", share=Decimal(1)), "rules.no-formula"),
        (a_rule("share_of_previous_year", part=Decimal(1)), "rules.terms"),
        (a_rule("share_then_growth", share=Decimal(1), base_year=2030, growth=Decimal(1)), "rules.before-base-year"),
        (
            a_rule("share_by_donor", lag=1, least=Decimal("0.1"), most=Decimal("0.2"), rates={"FJ": Decimal("0.3")}),
            "rules.rate-outside",
        ),
    ],
)
def test_terms_that_do_not_fit_are_refused(rule: Rule, code: str) -> None:
    with pytest.raises(RuleError) as refusal:
        due(rule, 2020, {}, donor="FJ")

    assert refusal.value.code == code


def owed_a_hundred() -> Due:
    return due(a_rule("share_of_previous_year", share=Decimal("0.1")), 2020, {2019: yuan("1000")})


@pytest.mark.parametrize(
    ("paid", "passes", "short"), [("100", True, None), ("99.99", False, "0.01"), ("0", False, "100")]
)
def test_what_is_paid_is_set_beside_what_is_due(paid: str, passes: bool, short: str | None) -> None:
    test = check_quota(owed_a_hundred(), yuan(paid))

    assert test.passes is passes
    assert test.short == (yuan(short) if short else None)
    assert "100.00" in str(test.words)


def test_nothing_is_said_where_payment_or_due_is_not_known() -> None:
    no_base = due(find_rule("money_quota.xizang"), 2026, {})

    assert check_quota(owed_a_hundred(), None).passes is None
    assert check_quota(no_base, yuan("5")).passes is None
    assert check_quota(no_base, yuan("5")).words.code == "rules.quota-no-due"


def test_two_currencies_are_not_compared() -> None:
    with pytest.raises(InputError, match="EUR and CNY"):
        check_quota(owed_a_hundred(), Money.of(5, "EUR"))


def test_a_sentence_of_what_is_due_is_written_as_each_language_writes_it() -> None:
    owed = due(find_rule("money_quota.xizang"), 2026, {2025: yuan("363400000000"), 2026: yuan("1")})

    english, chinese = owed.words.say(), owed.words.say("zh_Hans")

    assert "CNY 363,400,000.00 due for 2026" in english and "“Money owed: Xizang” of 2010" in english
    assert "应拨3.634亿元" in chinese and "“应拨资金：西藏”（2010年起" in chinese and "收入3,634亿元" in chinese
    assert "CNY" not in chinese and "money_quota" not in chinese
    assert owed.words.to_dict()["facts"]["amount"] == "CNY 363,400,000.00"  # as programs have it
