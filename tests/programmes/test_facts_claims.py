"""The claims that come with the package: each a figure with a speaker, in the words of docs/reference/claims.md."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pairup.programmes.facts import Rows, read_facts

#: the keys of each kind of arithmetic besides `kind`
KINDS = {
    "growth": {"from", "to"},
    "ratio": {"part", "whole"},
    "sum": {"parts"},
    "difference": {"a", "b"},
    "per": {"amount", "count"},
    "convert": {"value", "from_uom", "to_uom"},
    "within": {"part_of"},
}
BOUNDS = {"", "exact", "about", "over", "under", "nearly"}
COMPARISONS = {"", "none", "before_after", "group", "design"}
COMPUTES = {"", "people_posted", "projects", "money_paid", "counties_paired", "donors"}


@pytest.fixture(scope="module", params=["xizang", "wenchuan"])
def claims(request: pytest.FixtureRequest) -> Rows:
    return read_facts(request.param)["claims"]


@pytest.fixture(scope="module")
def xizang() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in read_facts("xizang")["claims"]}


def arithmetic(row: dict[str, str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in row["arithmetic"].split(";") if pair)


def worked_out(terms: dict[str, str]) -> Decimal | None:
    """Work out sums, ratios, growth and differences."""
    numbers = {
        key: Decimal(text)
        for key, text in terms.items()
        if key in {"from", "to", "part", "whole", "a", "b", "amount", "count"}
    }
    match terms["kind"]:
        case "sum":
            return sum((Decimal(part) for part in terms["parts"].split("|")), Decimal())
        case "ratio":
            return numbers["part"] / numbers["whole"] * 100
        case "growth":
            return (numbers["to"] - numbers["from"]) / numbers["from"] * 100
        case "difference":
            return numbers["a"] - numbers["b"]
        case "per":
            return numbers["amount"] / numbers["count"]
    return None


def test_words_stand_in_both_languages(claims: Rows) -> None:
    for row in claims:
        assert row["text_en"].isascii() or "−" in row["text_en"] or "°" in row["text_en"], row["code"]
        assert any("\u4e00" <= character <= "\u9fff" for character in row["text_zh"]), row["code"]
        assert row["speaker"] and row["day"], row["code"]


def test_columns_keep_to_the_vocabulary(claims: Rows) -> None:
    for row in claims:
        assert row["bound"] in BOUNDS, row["code"]
        assert row["comparison"] in COMPARISONS, row["code"]
        assert row["computes"] in COMPUTES, row["code"]
        assert bool(row["figure"]) == bool(row["uom"]) == bool(row["bound"]), row["code"]
        if row["figure"]:
            Decimal(row["figure"])
        if row["says_effect"] == "yes":
            assert row["comparison"], f"{row['code']}: what an effect rests on is said, even if it is none"


def test_arithmetic_keeps_to_its_keys(claims: Rows) -> None:
    codes = {row["code"] for row in claims}
    for row in claims:
        terms = arithmetic(row)
        if terms:
            assert set(terms) - {"kind"} == KINDS[terms["kind"]], row["code"]
            assert terms.get("part_of", row["code"]) in codes, row["code"]


def test_all_arithmetic_agrees_but_the_growth_from_622_to_2117(claims: Rows) -> None:
    wrong = []
    for row in claims:
        terms = arithmetic(row)
        computed = worked_out(terms) if terms else None
        if computed is not None and computed.quantize(Decimal(row["figure"])) != Decimal(row["figure"]):
            wrong.append((row["code"], round(computed)))

    assert wrong in ([], [("people-growth", 240)])


def test_the_known_wrong_growth_is_among_the_claims(xizang: dict[str, dict[str, str]]) -> None:
    assert xizang["people-growth"]["figure"] == "341"
    assert round(worked_out(arithmetic(xizang["people-growth"])) or 0) == 240


def test_every_line_of_the_mission_is_said_by_the_news_story(xizang: dict[str, dict[str, str]]) -> None:
    said = {row["mission"]: row["speaker"] for row in xizang.values() if row["mission"]}

    assert said == {f"S{line}": "news story, 2024" for line in range(1, 11)}


def test_figures_that_contradict_each_other_all_stand(xizang: dict[str, dict[str, str]]) -> None:
    figures = {
        row["figure"] for row in xizang.values() if row["subject"] == "people_posted" and row["scope"] == "round 5"
    }
    assert figures == {"853", "850"}

    projects = {
        row["figure"] for row in xizang.values() if row["subject"] == "projects" and row["scope"] == "all channels"
    }
    assert projects == {"8204", "9500", "10000", "2806", "2712", "807"}

    areas = {(row["figure"], row["uom"]) for row in xizang.values() if row["subject"] == "area_planted"}
    assert areas == {("18000", "acre"), ("30000", "mu"), ("2000", "ha")}


def test_the_rows_of_the_shigatse_table_are_the_parts_of_its_totals(xizang: dict[str, dict[str, str]]) -> None:
    for what in ("projects", "money", "people"):
        parts = [row["figure"] for code, row in xizang.items() if code.startswith(f"shigatse-{what}-")]
        assert parts == arithmetic(xizang[f"shigatse-{what}"])["parts"].split("|")
