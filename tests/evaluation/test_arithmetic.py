"""The arithmetic a claim carries, worked out again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.evaluation.claim import CheckName, Verdict, read_pairs
from tests.evaluation.cast import a_claim, checked


def verdict(line: str, arithmetic: str) -> Verdict:
    claim = a_claim(line, arithmetic=read_pairs(arithmetic))
    return checked(claim)[claim.code].verdict


@pytest.mark.parametrize(
    ("line", "arithmetic", "expected"),
    [
        ("a 341 %", "kind=growth;from=622;to=2117", Verdict.ARITHMETIC_WRONG),
        ("a 240 %", "kind=growth;from=622;to=2117", Verdict.HOLDS),
        ("a 240.35 %", "kind=growth;from=622;to=2117", Verdict.HOLDS),
        ("a 240.4 %", "kind=growth;from=622;to=2117", Verdict.HOLDS),
        ("a 240.3 %", "kind=growth;from=622;to=2117", Verdict.ARITHMETIC_WRONG),
        ("a 200 % over", "kind=growth;from=622;to=2117", Verdict.HOLDS_ROUNDED),
        ("a 250 % nearly", "kind=growth;from=622;to=2117", Verdict.HOLDS_ROUNDED),
        ("a 230 % nearly", "kind=growth;from=622;to=2117", Verdict.ARITHMETIC_WRONG),
        ("a 95.6 %", "kind=ratio;part=399200000;whole=417590000", Verdict.HOLDS),
        ("a 96.5 %", "kind=ratio;part=399200000;whole=417590000", Verdict.ARITHMETIC_WRONG),
        ("a 3842 projects", "kind=sum;parts=1582|1355|356|297|133|119", Verdict.HOLDS),
        ("a 3843 projects", "kind=sum;parts=1582|1355|356|297|133|119", Verdict.ARITHMETIC_WRONG),
        ("a 1700000 CNY", "kind=difference;a=2600000;b=900000", Verdict.HOLDS),
        ("a 1800000 CNY", "kind=difference;a=2600000;b=900000", Verdict.ARITHMETIC_WRONG),
        ("a 23 people about", "kind=per;amount=137;count=6", Verdict.HOLDS_ROUNDED),
        ("a 26 people about", "kind=per;amount=137;count=6", Verdict.ARITHMETIC_WRONG),
        ("a 12800000000 CNY", "kind=convert;value=128;from_uom=亿 CNY;to_uom=CNY", Verdict.HOLDS),
        ("a 7284 ha", "kind=convert;value=18000;from_uom=acre;to_uom=ha", Verdict.HOLDS),
        ("a 1200 ha", "kind=convert;value=18000;from_uom=acre;to_uom=ha", Verdict.UNIT_DOUBTFUL),
        ("a 12800000000 CNY", "kind=convert;value=12.8;from_uom=Billionen CNY;to_uom=CNY", Verdict.UNIT_DOUBTFUL),
        ("a 500 ha", "kind=convert;value=18000;from_uom=acre;to_uom=ha", Verdict.ARITHMETIC_WRONG),
        ("a 500 ha", "kind=convert;value=18000;from_uom=km;to_uom=ha", Verdict.CANNOT_BE_TOLD),
        ("a 500 ha", "kind=convert;value=many;from_uom=mu;to_uom=ha", Verdict.CANNOT_BE_TOLD),
        ("a 5 %", "kind=growth;from=0;to=2117", Verdict.CANNOT_BE_TOLD),
        ("a 5 %", "kind=growth;from=622", Verdict.CANNOT_BE_TOLD),
        ("a 5 %", "kind=ratio;part=NaN;whole=5", Verdict.CANNOT_BE_TOLD),
        ("a 5 %", "kind=luck;part=1", Verdict.CANNOT_BE_TOLD),
    ],
)
def test_a_figure_is_worked_out_again(line: str, arithmetic: str, expected: Verdict) -> None:
    assert verdict(line, arithmetic) is expected


def test_a_ratio_told_as_a_growth_is_named() -> None:
    claim = a_claim("a 341 %", arithmetic=read_pairs("kind=growth;from=622;to=2117"))

    check = checked(claim)["a"].check(CheckName.ARITHMETIC)

    assert check is not None
    assert check.figure is not None
    assert round(check.figure, 2) == Decimal("240.35")
    assert str(check.words) == (
        "From 622 to 2,117 is 240.35 %, not 341 %. The ratio of the two is 340.35 %: a ratio is not a growth."
    )


def test_the_unit_that_was_meant_is_named() -> None:
    numbers = read_pairs("kind=convert;value=12.8;from_uom=Billionen CNY;to_uom=CNY")

    check = checked(a_claim("a 12800000000 CNY", arithmetic=numbers))["a"].check(CheckName.UNIT)

    assert check is not None
    assert "if billion CNY was meant" in str(check.words)


parts = st.lists(st.integers(1, 10**6), min_size=1, max_size=6)


@given(parts, st.integers(-5, 5))
def test_a_sum_holds_exactly_when_it_is_the_sum(numbers: list[int], off: int) -> None:
    told = sum(numbers) + off

    found = verdict(f"a {told} people", f"kind=sum;parts={'|'.join(map(str, numbers))}")

    assert (found is Verdict.HOLDS) is (off == 0)


@given(st.integers(1, 10**4), st.integers(1, 10**4))
def test_a_growth_holds_when_rounded_to_the_digits_it_is_told_in(first: int, last: int) -> None:
    growth = (Decimal(last) - first) / first * 100

    for places in ("1", "0.1", "0.01"):
        told = growth.quantize(Decimal(places))
        assert verdict(f"a {told:f} %", f"kind=growth;from={first};to={last}") is Verdict.HOLDS
        assert verdict(f"a {told + 2:f} %", f"kind=growth;from={first};to={last}") is Verdict.ARITHMETIC_WRONG
