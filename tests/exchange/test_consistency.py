"""Checks over rows: what contradicts itself is refused, what real programmes do is not."""

from __future__ import annotations

from datetime import date

import pytest

from pairup.exchange.consistency import (
    Held,
    check_doubles,
    check_money,
    check_pairings,
    check_postings,
    check_references,
    check_spans,
)
from tests.exchange.layouts import codes, read


def spans(text: str) -> list[str]:
    rows, found = read("places", "code,from,to,name_en\n" + text)
    assert found == []
    return codes(check_spans(rows))


def postings(text: str, standing: tuple[Held, ...] = ()) -> list[str]:
    rows, found = read("postings", "code,person,post,from,to,full_time\n" + text)
    assert found == []
    return codes(check_postings(rows, standing))


def pairings(text: str, standing: tuple[Held, ...] = ()) -> list[str]:
    rows, found = read("pairings", "code,donor,recipient,place,channel,from,to\n" + text)
    assert found == []
    return codes(check_pairings(rows, standing))


def test_an_unknown_code_is_told_with_the_nearest_known_ones() -> None:
    rows, _ = read("postings", "code,person,post\nr1,p1,q1\nr2,p7,q1\nr3,p7,q1")

    found = check_references(rows, {"people": {"p1", "p2"}, "posts": {"q1"}})

    assert codes(found) == ["unknown-code 3 person", "unknown-code 4 person"]
    assert "p1, p2" in found[0].say() and "people" in found[0].say()


def test_the_same_row_twice_and_two_rows_of_one_day_are_told_apart() -> None:
    rows, _ = read("places", "code,from,name_en\na,1994,A\na,1994,A\na,1994,B\na,1995,B")

    assert codes(check_doubles(rows)) == ["same-row-twice 3 code", "two-rows-one-day 4 code"]


def test_a_money_line_has_one_row() -> None:
    text = "code,day,pairing,kind,amount,currency\nm,2023,p,payment,1,CNY\nm,2024,p,payment,1,CNY"
    rows, _ = read("money", text)

    assert codes(check_doubles(rows)) == ["one-row-a-code 3 code"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,1994,2015,A\na,2016,,A", []),
        ("a,1994,2016-06-30,A\na,2016-07-01,,A", []),
        ("a,1994,2016,A\na,2016,,A", ["spans-overlap 3 from"]),
        ("a,2016,,A\na,,2016-01-01,A", ["spans-overlap 2 from"]),
        ("a,,,A\nb,,,B", []),
        ("a,2016,2015,A", ["span-backwards 2 to"]),
        ("a,2016-07-15,2016-07-15,A", []),
    ],
)
def test_rows_of_one_code_follow_each_other(rows: str, told: list[str]) -> None:
    assert spans(rows) == told


def test_a_row_overlaps_with_one_that_stays_in_the_record() -> None:
    rows, _ = read("places", "code,from,name_en\na,2016,A")
    standing = Held("a", date(1994, 1, 1), "year", None, "day")

    found = check_spans(rows, [standing])

    assert codes(found) == ["spans-overlap 2 from"]
    assert "a row in the record" in found[0].say() and "记录中的一行" in found[0].say("zh_Hans")


@pytest.mark.parametrize(
    ("kind", "amount", "told"),
    [
        ("payment", "-1", ["below-zero 2 amount"]),
        ("pledge", "-0.01", ["below-zero 2 amount"]),
        ("return", "-1", []),
        ("correction", "-1", []),
        ("payment", "0", []),
    ],
)
def test_only_returns_and_corrections_are_below_zero(kind: str, amount: str, told: list[str]) -> None:
    rows, found = read("money", f"code,day,pairing,kind,amount,currency\nm,2023,p,{kind},{amount},CNY")

    assert found == [] and codes(check_money(rows)) == told


def test_a_cost_is_never_below_zero() -> None:
    rows, _ = read("projects", "code,title_en,category,cost,currency\nj,J,health,-1,CNY")

    assert codes(check_money(rows)) == ["amount-below-zero 2 cost"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("r1,p,q1,2022-07-01,2025-07-31,\nr2,p,q2,2025-07-01,2028-06-30,", []),  # 31 days of handover
        ("r1,p,q1,2022-07-01,2025-08-01,\nr2,p,q2,2025-07-01,2028-06-30,", ["two-posts 3 person"]),
        ("r1,p,q1,2022-07-01,,\nr2,p,q2,2025-07-01,,", ["two-posts 3 person"]),
        ("r1,p,q1,2022-07-01,,\nr2,p,q2,2025-07-01,,no", []),
        ("r1,p,q1,2022-07-01,,\nr2,o,q2,2025-07-01,,", []),
        ("r1,p,q1,2022,2025,\nr2,p,q2,2025,2028,", []),  # may have been a day apart
        ("r1,p,q1,2022,2026,\nr2,p,q2,2025,2028,", []),  # surely the first day of 2026 back to the last of 2025: 2 days
        ("r1,p,q1,2022,2027,\nr2,p,q2,2025,2028,", ["two-posts 3 person"]),
        ("r1,p,q1,2022-07-01,2025-06-30,\nr1,p,q1,2025-07-01,2025-12-31,", []),
    ],
)
def test_a_person_has_one_full_time_post_but_for_the_handover(rows: str, told: list[str]) -> None:
    assert postings(rows) == told


def test_a_posting_in_the_record_counts_too() -> None:
    standing = Held("r0", date(2022, 7, 1), "day", date(2029, 1, 1), "day", about="p", detail="q0")

    assert postings("r1,p,q1,2025-07-01,2028-06-30,", (standing,)) == ["two-posts 2 person"]
    assert postings("r1,o,q1,2025-07-01,2028-06-30,", (standing,)) == []


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,FJ,,nyingchi,territorial,1994,\nb,FJ,,nyingchi,territorial,2010,", ["two-pairings 3 code"]),
        ("a,FJ,,nyingchi,territorial,1994,\nb,FJ,,nyingchi,system,2010,", []),  # two schemes at once
        ("a,FJ,,nyingchi,territorial,1994,2016,\nb,FJ,,nyingchi,territorial,2016,", []),
        ("a,FJ,h1,lhasa,hospital,2015,\nb,FJ,h2,lhasa,hospital,2015,", []),
        ("a,FJ,,nyingchi,territorial,1994,\nb,GD,,nyingchi,territorial,1994,", []),
    ],
)
def test_the_same_parties_are_paired_once_a_channel(rows: str, told: list[str]) -> None:
    assert pairings(rows) == told


def test_a_pairing_in_the_record_counts_too() -> None:
    about = ("FJ", None, "nyingchi", "territorial")
    standing = Held("a", date(1994, 1, 1), "year", None, "day", about=about)

    assert pairings("b,FJ,,nyingchi,territorial,2010,", (standing,)) == ["two-pairings 2 code"]
