"""What a figure can mean, given how it is said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.evaluation.bounds import BOUNDS, Band, band
from pairup.evaluation.units import read_uom
from pairup.values.figures import said_exactly


@pytest.mark.parametrize(
    ("figure", "bound", "uom", "low", "high"),
    [
        ("12000", "nearly", "people", "11400", "12000"),
        ("12000", "about", "people", "10800", "13200"),
        ("12000", "exact", "people", "12000", "12000"),
        ("850", "exact", "people", "850", "850"),
        ("2000", "over", "ha", "2000", None),
        ("60", "under", "donors", "0", "60"),
        ("95", "under", "%", None, "95"),
        ("95.6", "exact", "%", "95.55", "95.65"),
        ("341", "exact", "%", "340.5", "341.5"),
        ("20631000000", "exact", "CNY", "20630500000", "20631500000"),
        ("20000000000", "exact", "CNY", "19500000000", "20500000000"),
        ("-33.3333", "about", "%", "-36.66663", "-29.99997"),
        ("-33", "over", "%", None, "-33"),
        ("-33", "nearly", "%", "-33", "-31.35"),
        ("0", "exact", "%", "-0.5", "0.5"),
        ("7", "", "people", "7", "7"),
    ],
)
def test_a_bound_gives_its_band(figure: str, bound: str, uom: str, low: str | None, high: str | None) -> None:
    expected = Band(Decimal(low) if low else None, Decimal(high) if high else None)

    assert band(Decimal(figure), bound, read_uom(uom)) == expected


figures = st.decimals("-1000000000", "1000000000", places=2)
uoms = st.sampled_from(("people", "CNY", "%", "ha")).map(read_uom)


@given(figures, st.sampled_from(BOUNDS), uoms)
def test_a_figure_lies_in_its_own_band(figure: Decimal, bound: str, uom: object) -> None:
    assert figure in band(figure, bound, uom)  # type: ignore[arg-type]


@given(figures, st.sampled_from(BOUNDS), uoms)
def test_zeros_after_the_point_change_nothing(figure: Decimal, bound: str, uom: object) -> None:
    padded = figure.quantize(Decimal("0.0001"))

    assert band(padded, bound, uom) == band(figure, bound, uom)  # type: ignore[arg-type]


@given(figures, figures, figures, figures)
def test_two_bands_meet_or_one_is_above(a: Decimal, b: Decimal, c: Decimal, d: Decimal) -> None:
    one, other = Band(min(a, b), max(a, b)), Band(min(c, d), max(c, d))

    assert one.meets(other) == other.meets(one)
    assert one.meets(other) == (max(min(a, b), min(c, d)) <= min(max(a, b), max(c, d)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("100", "100"),
        ("1200000", "1,200,000"),
        ("240.3536", "240.35"),
        ("0.0152", "0.0152"),
        ("-33.3333", "-33.33"),
    ],
)
def test_figures_are_written_for_people(value: str, text: str) -> None:
    assert said_exactly(Decimal(value)) == text
