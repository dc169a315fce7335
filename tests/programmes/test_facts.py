"""The facts that come with the package: places, donors, pairings, rounds and their sources."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from pairup.errors import InputError
from pairup.programmes.facts import Rows, programmes_with_facts, read_facts
from pairup.values.days import RoughDay
from tests.programmes.record_contract import read_contract

CONTRACT = read_contract()
LAST_LISTED = date(2024, 12, 31)
PREFECTURES = {"lhasa", "shigatse", "shannan", "nyingchi", "chamdo", "nagqu", "ngari"}
#: smallest and largest latitude and longitude of points in Xizang
XIZANG_BOX = (Decimal("26.8"), Decimal("36.6"), Decimal("78.3"), Decimal("99.2"))
#: how a person tends to be named: titles, and authors in a citation
A_PERSON = re.compile(
    r"\bet al\b|\b(Dr|Mr|Mrs|Ms|Prof)\. |\b[A-Z][a-z]+ & [A-Z][a-z]+|同志|先生|女士|书记|主席|省长|市长"
)


@pytest.fixture(scope="module", params=["xizang", "wenchuan"])
def facts(request: pytest.FixtureRequest) -> dict[str, Rows]:
    return read_facts(request.param)


@pytest.fixture(scope="module")
def xizang() -> dict[str, Rows]:
    return read_facts("xizang")


def on(rows: Rows, day: date) -> Rows:
    """Rows in force on a day."""
    return [
        row
        for row in rows
        if (not row["from"] or RoughDay.read(row["from"]).first <= day)
        and (not row.get("to") or day < RoughDay.read(row["to"]).after)
    ]


def persons_in(facts: dict[str, Rows]) -> list[str]:
    return [cell for rows in facts.values() for row in rows for cell in row.values() if A_PERSON.search(cell)]


def test_programmes_with_facts_are_named_and_others_refused() -> None:
    assert programmes_with_facts() == ["wenchuan", "xizang"]
    with pytest.raises(InputError, match="wenchuan, xizang") as refusal:
        read_facts("atlantis")
    assert refusal.value.code == "programmes.no-facts"


def test_every_table_and_column_is_one_of_the_record(facts: dict[str, Rows]) -> None:
    for table, rows in facts.items():
        assert set(rows[0]) <= CONTRACT[table].allows(), table
        assert all(None not in row and None not in row.values() for row in rows), f"{table}: a row is too long or short"


def test_every_cell_fits_its_closed_list_and_length(facts: dict[str, Rows]) -> None:
    for table, rows in facts.items():
        for row in rows:
            for column, allowed in CONTRACT[table].lists.items():
                assert not row.get(column) or row[column] in allowed, (table, row["code"], column)
            for column, longest in CONTRACT[table].longest.items():
                assert len(row.get(column, "")) <= longest, (table, row["code"], column)


def test_every_reference_exists(facts: dict[str, Rows]) -> None:
    codes = {table: {row["code"] for row in rows} for table, rows in facts.items()}
    for table, rows in facts.items():
        for column, other in CONTRACT[table].refers.items():
            missing = {row.get(column) for row in rows} - {"", None} - codes.get(other, set())
            assert not missing, (table, column, missing)


def test_every_source_code_is_listed_and_every_listed_source_is_used(facts: dict[str, Rows]) -> None:
    listed = {row["code"] for row in facts["sources"]}
    used = {code for rows in facts.values() for row in rows for code in row.get("source", "").split(";")} - {""}

    assert used == listed


def test_every_fact_says_how_well_it_is_known_and_none_is_synthetic(facts: dict[str, Rows]) -> None:
    for table, rows in facts.items():
        for row in rows:
            assert row["is_synthetic"] == "no"
            assert row["standing"] in {"verified", "reported", "weak", "unconfirmed", "disputed"}, (table, row["code"])
            if row["standing"] == "verified" and table != "sources":
                assert row["source"], (table, row["code"])


def test_every_span_can_be_and_spans_of_one_code_do_not_overlap(facts: dict[str, Rows]) -> None:
    for table, rows in facts.items():
        by_code = defaultdict(list)
        for row in rows:
            for column in ("from", "to", "day", "covers_from", "covers_to"):
                if row.get(column):
                    RoughDay.read(row[column])
            if "from" in row:
                first = RoughDay.read(row["from"]).first if row["from"] else date.min
                after = RoughDay.read(row["to"]).after if row.get("to") else date.max
                assert first < after, (table, row["code"])
                by_code[row["code"]].append((first, after))
        for code, spans in by_code.items():
            spans.sort()
            assert all(before[1] <= later[0] for before, later in pairwise(spans)), (table, code)


def test_a_code_stands_once_in_a_table_without_history(facts: dict[str, Rows]) -> None:
    for table in ("pairings", "rounds", "claims", "sources", "organisations"):
        repeated = [code for code, times in Counter(row["code"] for row in facts[table]).items() if times > 1]
        assert not repeated, table


def test_no_person_is_named(facts: dict[str, Rows]) -> None:
    assert persons_in(facts) == []


def test_a_planted_name_would_be_seen() -> None:
    assert persons_in({"sources": [{"citation": "Lin & Wu 2018"}], "claims": [{"speaker": "王书记"}]})


def test_points_only_no_outlines(facts: dict[str, Rows]) -> None:
    columns = {column for rows in facts.values() for column in rows[0]}
    cells = [cell for rows in facts.values() for row in rows for cell in row.values()]

    assert not columns & {"geometry", "polygon", "boundary", "wkt", "geojson"}
    assert not [cell for cell in cells if re.search(r"POLYGON|LINESTRING|coordinates|\d+\.\d+,\d+\.\d+", cell)]


def test_what_two_programmes_share_they_say_alike(xizang: dict[str, Rows]) -> None:
    wenchuan = read_facts("wenchuan")
    for table in ("places", "organisations", "sources"):
        theirs = {(row["code"], row.get("from")): row for row in wenchuan[table]}
        for row in xizang[table]:
            other = theirs.get((row["code"], row.get("from")))
            columns = set(row) | set(other or ())
            assert other is None or all(row.get(c, "") == other.get(c, "") for c in columns), (table, row["code"])


def test_xizang_has_seven_prefectures_and_74_county_level_units_in_force(xizang: dict[str, Rows]) -> None:
    in_force = [row for row in on(xizang["places"], LAST_LISTED) if row["official_code"][:2] == "54"]
    counties = [row for row in in_force if row["level"] == "county"]

    assert {row["code"] for row in in_force if row["level"] == "prefecture"} == PREFECTURES
    assert len(counties) == 74
    assert {row["parent"] for row in counties} == PREFECTURES
    kinds = Counter(row["name_zh"][-1] for row in counties)
    assert kinds == {"县": 64, "区": 8, "市": 2}


def test_county_codes_follow_the_prefecture_code_of_the_same_day(xizang: dict[str, Rows]) -> None:
    for year in range(1980, 2025):
        in_force = on(xizang["places"], date(year, 12, 31))
        prefix = {row["code"]: row["official_code"][:4] for row in in_force if row["level"] == "prefecture"}
        for row in in_force:
            if row["level"] == "county" and row["official_code"].startswith("54"):
                assert row["official_code"][:4] == prefix[row["parent"]], (year, row["code"])


def test_no_two_places_hold_a_code_on_the_same_day(facts: dict[str, Rows]) -> None:
    for year in (1981, 1984, 1995, 2008, 2013, 2014, 2016, 2024):
        held = Counter(row["official_code"] for row in on(facts["places"], date(year, 12, 31)))
        assert max(held.values()) == 1, year


@pytest.mark.parametrize(
    ("place", "old", "new"),
    [
        ("shigatse", "542300", "540200"),
        ("chamdo", "542100", "540300"),
        ("nyingchi", "542600", "540400"),
        ("shannan", "542200", "540500"),
        ("nagqu", "542400", "540600"),
        ("ngari", "542500", "542500"),
        ("lhasa", "540100", "540100"),
    ],
)
def test_a_prefecture_keeps_its_place_while_its_code_changes(
    xizang: dict[str, Rows], place: str, old: str, new: str
) -> None:
    codes = {
        day: [row["official_code"] for row in on(xizang["places"], day) if row["code"] == place]
        for day in (date(1995, 7, 1), LAST_LISTED)
    }

    assert codes == {date(1995, 7, 1): [old], LAST_LISTED: [new]}


def test_a_pairing_of_1995_resolves_through_the_codes_of_its_place(xizang: dict[str, Rows]) -> None:
    (pairing,) = [row for row in xizang["pairings"] if row["code"] == "fj-nyingchi"]

    assert pairing in on(xizang["pairings"], date(1995, 1, 1))
    codes = [row["official_code"] for row in xizang["places"] if row["code"] == pairing["place"]]
    assert codes == ["542600", "540400"]


def test_fujian_is_paired_with_nyingchi_until_july_2016_and_then_with_chamdo(xizang: dict[str, Rows]) -> None:
    def places_of_fujian(day: date) -> set[str]:
        rows = on(xizang["pairings"], day)
        return {row["place"] for row in rows if row["donor"] == "CN-FJ" and row["level"] == "prefecture"}

    assert places_of_fujian(date(2016, 6, 30)) == {"nyingchi"}
    assert places_of_fujian(date(2016, 8, 1)) == {"chamdo"}


def test_seventeen_provinces_are_donors_now(xizang: dict[str, Rows]) -> None:
    rows = on(xizang["pairings"], LAST_LISTED)
    donors = {row["donor"] for row in rows if row["channel"] == "territorial" and row["level"] == "prefecture"}

    assert len(donors) == 17
    assert {row["place"] for row in rows if row["donor"] in donors} >= PREFECTURES


def test_points_lie_in_xizang_and_heights_only_where_there_is_a_point(xizang: dict[str, Rows]) -> None:
    south, north, west, east = XIZANG_BOX
    rows = [row for row in xizang["places"] if row["official_code"].startswith("54")]
    for row in rows:
        if row["latitude"]:
            assert south <= Decimal(row["latitude"]) <= north, row["code"]
            assert west <= Decimal(row["longitude"]) <= east, row["code"]
        else:
            assert not row["longitude"] and not row["altitude_m"], row["code"]
            assert row["note"], row["code"]
        if row["altitude_m"]:
            assert 900 <= int(row["altitude_m"]) <= 5000, row["code"]
        elif row["level"] == "county":
            assert row["note"], f"{row['code']}: a missing height has its reason"


def test_the_round_that_the_demo_plans_is_marked_as_planned(xizang: dict[str, Rows]) -> None:
    (planned,) = [row for row in xizang["rounds"] if row["code"] == "national-12"]

    assert (planned["from"], planned["to"]) == ("2028-07-01", "2031-06-30")
    assert planned["standing"] == "unconfirmed"
    national = sorted(int(row["ordinal"]) for row in xizang["rounds"] if row["scheme"] == "national")
    assert national == list(range(1, 13))


def test_wenchuan_has_twenty_lines_of_nineteen_donors() -> None:
    pairings = read_facts("wenchuan")["pairings"]

    assert len(pairings) == 20
    lines_of = Counter(row["donor"] for row in pairings)
    assert len(lines_of) == 19
    assert [donor for donor, lines in lines_of.items() if lines > 1] == ["CN-GD"]


def test_the_counties_of_wenchuan_lie_in_the_prefecture_that_their_code_says() -> None:
    for year in (1981, 1984, 1990, 2008, 2024):
        rows = on(read_facts("wenchuan")["places"], date(year, 12, 31))
        by_code = {row["code"]: row for row in rows}
        for row in rows:
            # 1988 to 1994 county-level cities carried codes 5190xx of the province
            if row["level"] == "county" and not row["official_code"].startswith("5190"):
                assert by_code[row["parent"]]["official_code"][:4] == row["official_code"][:4], (year, row["code"])
