"""Draws, cells and county ties, by themselves."""

from __future__ import annotations

from datetime import date
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.errors import InputError
from pairup.programmes.catalogue import build
from pairup.programmes.synthetic import ties
from pairup.programmes.synthetic.ground import Ground
from pairup.programmes.synthetic.money import revenue
from pairup.programmes.synthetic.rows import Draw, Row, dated, happened, merged, split, text
from pairup.values.codes import Channel
from pairup.values.distance import kilometres
from tests.programmes.built import built


def test_a_stream_depends_on_its_seed_and_its_name_alone() -> None:
    def first(seed: int, name: str) -> list[float]:
        draw = Draw(seed, name)
        return [draw.unit() for _ in range(5)]

    assert first(1, "posts") == first(1, "posts")
    assert first(1, "posts") != first(2, "posts")
    assert first(1, "posts") != first(1, "people")


def test_the_bits_are_the_ones_that_numpy_has_always_given() -> None:
    draw = Draw(7, "posts")

    assert [f"{draw.unit():.12f}" for _ in range(3)] == KNOWN


KNOWN = ["0.405267308750", "0.128234491084", "0.672699599450"]


@given(st.integers(0, 9), st.lists(st.floats(0.01, 100), min_size=1, max_size=30), st.integers(0, 10_000))
def test_a_split_sums_to_the_whole_and_leaves_no_part_empty(seed: int, weights: list[float], more: int) -> None:
    total = 40 * len(weights) + more

    parts = split(total, weights)

    assert sum(parts) == total
    assert min(parts) >= 1


@given(st.integers(0, 1000), st.integers(-5, 5), st.integers(0, 20))
def test_whole_numbers_stay_between_their_ends(seed: int, least: int, width: int) -> None:
    draw = Draw(seed, "whole")

    assert all(least <= draw.whole(least, least + width) <= least + width for _ in range(50))


def test_counts_have_the_mean_asked_for() -> None:
    draw = Draw(3, "counts")

    assert fmean(draw.count(40.0) for _ in range(4000)) == pytest.approx(40.0, abs=0.4)


def test_some_items_come_without_repetition() -> None:
    draw = Draw(3, "some")

    assert sorted(draw.some("abcdef", 9)) == list("abcdef")
    assert len(set(draw.some("abcdef", 4))) == 4


def test_cells_are_written_as_a_folder_holds_them() -> None:
    assert text(["a", "b"]) == "a;b"
    assert (text(True), text(False), text(None)) == ("yes", "no", "")
    assert text(date(2026, 11, 23)) == "2026-11-23"
    assert type(text(Channel.SYSTEM)) is str


def test_merged_rows_of_a_table_have_the_same_columns_and_facts_stand_first() -> None:
    fact: Row = {"code": "a", "name_en": "A", "standing": "verified", "source": "S1", "is_synthetic": "no", "note": ""}

    rows = merged({"places": [fact]}, {"places": [dated("b", None, None, level="county")]})["places"]

    assert [row["code"] for row in rows] == ["a", "b"]
    assert list(rows[0]) == list(rows[1])
    assert rows[0]["level"] == "" and rows[1]["name_en"] == ""


def test_every_row_made_here_says_that_it_is_synthetic() -> None:
    assert dated("x", None, None)["is_synthetic"] == "yes"
    assert happened("x", date(2026, 1, 1))["is_synthetic"] == "yes"


def test_a_degree_of_latitude_is_some_111_kilometres() -> None:
    assert kilometres((29.0, 91.0), (30.0, 91.0)) == pytest.approx(111.2, abs=0.1)


def test_the_invented_revenue_of_a_donor_is_one_in_all_programmes() -> None:
    xizang = {(row["donor"], row["year"]): row["amount"] for row in built("xizang")["revenue_bases"]}
    wenchuan = {(row["donor"], row["year"]): row["amount"] for row in built("wenchuan")["revenue_bases"]}

    assert set(xizang) & set(wenchuan)
    assert all(xizang[key] == wenchuan[key] for key in set(xizang) & set(wenchuan))
    assert revenue("CN-FJ", 2010, 5) > revenue("CN-FJ", 2009, 5) > 0


def test_a_programme_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="There is no programme 'atlantis' here"):
        build("atlantis", 1)


def a_prefecture(*pairings: str) -> Ground:
    """A prefecture P with counties a, b, c; pairings as "code donor place from to parent"."""
    places = [{"code": "P", "from": "", "to": "", "name_en": "P", "level": "prefecture", "parent": "R"}]
    places += [{"code": c, "from": "", "to": "", "name_en": c, "level": "county", "parent": "P"} for c in "abc"]
    rows = []
    for line in pairings:
        code, donor, place, first, last, parent = (cell.strip("-") for cell in line.split())
        rows.append(
            {
                "code": code,
                "donor": donor,
                "place": place,
                "from": first,
                "to": last,
                "parent": parent,
                "channel": "territorial",
            }
        )
    return Ground.of({"places": places, "pairings": rows})


def drawn(ground: Ground) -> list[tuple[str, str, str, str]]:
    return [(row["code"], row["parent"], row["from"], row["to"]) for row in ties.county_ties(ground, date(2020, 1, 1))]


def test_counties_are_shared_out_evenly_among_the_donors_of_their_prefecture() -> None:
    ground = a_prefecture("x-P X P 1995 - -", "y-P Y P 1995 - -")

    assert drawn(ground) == [
        ("x-a", "x-P", "1995-01-01", ""), ("y-b", "y-P", "1995-01-01", ""), ("x-c", "x-P", "1995-01-01", ""),
    ]  # fmt: skip


def test_a_county_tie_of_the_facts_is_never_drawn_again() -> None:
    ground = a_prefecture("x-P X P 1995 - -", "y-P Y P 1995 - -", "x-a X a 2002 - x-P")

    assert [row for row in drawn(ground) if row[0].endswith("a") or "a-" in row[0]] == [
        ("x-a-drawn", "x-P", "1995-01-01", "2001-12-31")
    ]


def test_when_a_donor_leaves_its_counties_go_on_and_the_others_stay() -> None:
    ground = a_prefecture("x-P X P 1995 2015 -", "y-P Y P 1995 - -")

    assert drawn(ground) == [
        ("x-a", "x-P", "1995-01-01", "2015-12-31"), ("y-a", "y-P", "2016-01-01", ""), ("y-b", "y-P", "1995-01-01", ""),
        ("x-c", "x-P", "1995-01-01", "2015-12-31"), ("y-c", "y-P", "2016-01-01", ""),
    ]  # fmt: skip
