"""The two stories carry the truth that was planted, and a before-and-after that says more."""

from __future__ import annotations

from statistics import fmean

import pytest

from pairup.programmes.synthetic import stories
from pairup.programmes.synthetic.rows import Row, Tables


@pytest.fixture(scope="module", params=[7, 8, 2026])
def tables(request: pytest.FixtureRequest) -> Tables:
    return stories.demo_valley(request.param)


def series(tables: Tables, indicator: str, *, treated: bool, after: bool) -> list[float]:
    first = {"indoor_temperature": 2023, "sandstorm_days": 2010}[indicator]
    return [
        float(row["value"])
        for row in tables["observations"]
        if row["indicator"] == indicator
        and bool(row["treated_from"]) == treated
        and (int(row["from"][:4]) >= first) == after
    ]


def claim(tables: Tables, code: str) -> Row:
    return next(row for row in tables["claims"] if row["code"] == code)


def test_240_households_were_measured_in_seven_winters(tables: Tables) -> None:
    rows = [row for row in tables["observations"] if row["indicator"] == "indoor_temperature"]

    assert len({row["unit"] for row in rows}) == 240
    assert len(rows) == 7 * 240
    assert {row["claim_class"] for row in rows} == {"measured"}


def test_the_difference_in_means_finds_four_degrees(tables: Tables) -> None:
    def gain(treated: bool) -> float:
        return fmean(series(tables, "indoor_temperature", treated=treated, after=True)) - fmean(
            series(tables, "indoor_temperature", treated=treated, after=False)
        )

    assert gain(True) - gain(False) == pytest.approx(stories.HEATING_EFFECT, abs=0.2)
    assert gain(True) == pytest.approx(stories.HEATING_EFFECT + stories.WARMING, abs=0.5)
    assert float(claim(tables, "demo-solar-before-after")["figure"]) == pytest.approx(gain(True), abs=0.051)


def test_the_belt_took_a_seventh_while_before_and_after_shows_a_third(tables: Tables) -> None:
    def ratio(treated: bool) -> float:
        return fmean(series(tables, "sandstorm_days", treated=treated, after=True)) / fmean(
            series(tables, "sandstorm_days", treated=treated, after=False)
        )

    assert ratio(True) / ratio(False) - 1 == pytest.approx(stories.BELT_EFFECT, abs=0.04)
    assert ratio(True) - 1 == pytest.approx(-0.33, abs=0.05)
    assert float(claim(tables, "demo-shelterbelt-before-after")["figure"]) == pytest.approx(
        100 * (ratio(True) - 1), abs=0.51
    )


def test_the_claims_say_an_effect_and_rest_on_before_and_after(tables: Tables) -> None:
    for row in tables["claims"]:
        assert (row["says_effect"], row["comparison"], row["speaker"]) == ("yes", "before_after", "synthetic speaker")


def test_the_stories_happen_nowhere_real(tables: Tables) -> None:
    for row in tables["places"]:
        assert row["code"].startswith("demo-valley")
        assert "invented" in row["name_en"] and "虚构" in row["name_zh"]
        assert not row.get("official_code") and not row.get("latitude")
    assert {row["place"] for row in tables["observations"]} <= {row["code"] for row in tables["places"]}
