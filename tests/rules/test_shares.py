"""Two purpose tests on the same money, each on its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.errors import InputError
from pairup.rules.register import NoRuleError, find_rule
from pairup.rules.shares import ShareTest, TaggedMoney, check_shares
from pairup.values.money import Money

RULE, DAY = find_rule("purpose_shares.xizang"), date(2024, 6, 30)


def money(*lines: str, currency: str = "CNY") -> list[TaggedMoney]:
    """Make money of lines `AMOUNT GRASSROOTS LIVELIHOOD`; `-` is no tag."""
    made = []
    for line in lines:
        amount, *tags = line.split()
        shares = {
            tag: None if cell == "-" else Decimal(cell)
            for tag, cell in zip(("grassroots", "livelihood"), tags, strict=True)
        }
        made.append(TaggedMoney(Money.of(amount, currency), shares))
    return made


def the_tests(*lines: str) -> dict[str, ShareTest]:
    return {test.tag: test for test in check_shares(money(*lines), RULE, DAY)}


def test_one_test_passes_while_the_other_fails_on_the_same_money() -> None:
    tests = the_tests("83 1 0.5", "17 0 1")

    assert (tests["grassroots"].passes, tests["grassroots"].reached) == (True, Decimal("0.83"))
    assert (tests["livelihood"].passes, tests["livelihood"].reached) == (False, Decimal("0.585"))


def test_the_limit_itself_passes() -> None:
    assert the_tests("100 0.8 0.799")["grassroots"].passes is True
    assert the_tests("100 0.8 0.799")["livelihood"].passes is False


def test_a_share_just_short_is_not_written_as_the_limit() -> None:
    test = the_tests("100 0.79999 1")["grassroots"]

    assert "79.99 %" in str(test.words)


@pytest.mark.parametrize(("line", "passes"), [("10 - 1", True), ("30 - 1", None), ("400 - 1", None)])
def test_untagged_money_leaves_the_test_open_only_where_it_decides(line: str, passes: bool | None) -> None:
    test = the_tests("90 1 1", line)["grassroots"]

    assert test.passes is passes
    assert test.reached is None
    assert test.untagged == Money.of(line.split()[0], "CNY")


def test_untagged_money_that_cannot_help_any_more_fails() -> None:
    test = the_tests("50 0 1", "50 - 1")["grassroots"]

    assert test.passes is False
    assert (test.least, test.most) == (Decimal(0), Decimal("0.5"))
    assert "not tagged" in str(test.words)


def test_a_return_counts_with_its_sign() -> None:
    assert the_tests("100 1 1", "50 0 1", "-50 0 1")["grassroots"].reached == 1


def test_money_that_adds_up_to_nothing_is_not_tested() -> None:
    test = the_tests("100 1 1", "-100 1 1")["grassroots"]

    assert (test.passes, test.reached) == (None, None)


def test_currencies_are_tested_apart() -> None:
    lines = money("100 1 1") + money("100 0 0", currency="EUR")

    results = {(test.total.currency, test.tag): test.passes for test in check_shares(lines, RULE, DAY)}

    assert results == {
        ("CNY", "grassroots"): True, ("CNY", "livelihood"): True,
        ("EUR", "grassroots"): False, ("EUR", "livelihood"): False,
    }  # fmt: skip


def test_before_2014_there_is_no_test() -> None:
    with pytest.raises(NoRuleError, match="the first starts 2014"):
        check_shares(money("1 1 1"), RULE, date(2013, 12, 31))


def test_no_money_gives_no_test() -> None:
    assert check_shares([], RULE, DAY) == []


def test_a_share_above_the_whole_is_refused() -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        the_tests("1 1.2 1")


shares = st.one_of(st.none(), st.decimals("0", "1", places=2))


@given(st.lists(st.tuples(st.integers(-50, 200), shares), min_size=1, max_size=8), st.data())
def test_no_way_of_tagging_the_rest_gainsays_a_test(
    lines: list[tuple[int, Decimal | None]], data: st.DataObject
) -> None:
    told = [
        TaggedMoney(Money(amount, "CNY"), {"grassroots": share, "livelihood": Decimal(1)}) for amount, share in lines
    ]
    test = next(test for test in check_shares(told, RULE, DAY) if test.tag == "grassroots")
    filled = [share if share is not None else data.draw(st.decimals("0", "1", places=2)) for _, share in lines]
    total = sum(amount for amount, _ in lines)

    if total <= 0:
        assert test.passes is None
        return
    reached = sum((amount * share for (amount, _), share in zip(lines, filled, strict=True)), Decimal(0)) / total

    if test.passes is True:
        assert reached >= test.required
    if test.passes is False:
        assert reached < test.required
