"""The picture of an indicator: what stands below it."""

from __future__ import annotations

from datetime import date

import pytest

from pairup.reports.figures import Frame
from pairup.reports.series_figure import SeriesPoint, series


def years_below(first: int, last: int) -> list[int]:
    points = [SeriesPoint("east/", date(year, 1, 1), 1.0, "helped") for year in range(first, last + 1)]
    axis = series(points, ["helped"], Frame("days")).to_dict(validate=False)["layer"][0]["encoding"]["x"]["axis"]
    return [one["year"] for one in axis.get("values", [])]


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [(2024, 2025, [2024, 2025]), (1990, 2026, [*range(1990, 2027, 5)]), (2025, 2025, [])],
)
def test_each_year_is_named_once_and_of_many_only_some(first: int, last: int, named: list[int]) -> None:
    assert years_below(first, last) == named
