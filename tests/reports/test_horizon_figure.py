"""Pictures of rounds ahead and of the price of fairness: what is drawn, and what is said to who does not see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pairup.reports.horizon_figure import price_of_fairness, rounds_with_gaps, write_price, write_rounds

ROUNDS = [
    {"objective": 90.0, "bound": 100.0, "gap": 1 / 9, "is_drawn": False},
    {"objective": 80.0, "bound": None, "gap": None, "is_drawn": True},
]


def beside(price: float, score: float) -> dict[str, Any]:
    return {"price": price, "worth": 100.0 - price, "score": score}


#: the last plan costs more and fills no more fairly
CURVE = [(1.0, beside(0, 105)), (2.0, beside(0, 110)), (10.0, beside(8, 162)), (20.0, beside(9, 211))]


def drawn(chart: Any) -> list[dict[str, Any]]:
    return [row for values in chart.to_dict(validate=False)["datasets"].values() for row in values]


def test_each_round_has_its_worth_its_bound_and_its_gap_and_a_drawn_one_is_told_apart() -> None:
    rows = [row for row in drawn(rounds_with_gaps(ROUNDS)) if "worth" in row]

    assert {(row["round"], row["worth"], row["bound"], row["gap"], row["name"]) for row in rows} == {
        ("1", 90.0, 100.0, "11.11 %", "known round"), ("2", 80.0, 80.0, "–", "drawn round"),
    }  # fmt: skip


def test_the_price_is_drawn_once_for_each_plan_with_the_points_that_give_it() -> None:
    rows = [row for row in drawn(price_of_fairness(CURVE)) if "price" in row]

    assert {(row["price"], row["fair"], row["name"]) for row in rows} == {(0, 5.0, "1 – 2"), (8, 7.0, "10")}


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_both_are_written_with_words_for_who_does_not_see_them(tmp_path: Path, language: str) -> None:
    write_rounds({"rounds": ROUNDS, "known": 1}, tmp_path / "rounds.svg", language)
    write_price(CURVE, tmp_path / "price.html", language)

    assert "11.11" in (tmp_path / "rounds.svg").read_text(encoding="utf-8")
    page = (tmp_path / "price.html").read_text(encoding="utf-8")
    assert "<figcaption>" in page and "7" in page and "8" in page
