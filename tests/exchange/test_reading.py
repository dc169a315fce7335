"""A sheet becomes columns of values; every finding is collected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pairup.exchange.reading import read_rows
from pairup.exchange.sheets import sheet_of
from pairup.values.findings import Severity
from tests.exchange.layouts import LAYOUT, codes, read
from tests.exchange.test_cells import national_id


def test_a_table_is_read_by_columns_and_empty_cells_take_the_default() -> None:
    rows, found = read(
        "places",
        """
        code,from,to,name_en,altitude_m,latitude,other_names
        nang,1994,2016-07,Nang,3100,29.05,Nangxian;Lang
        lhasa,,,Lhasa,,,
    """,
    )

    assert found == []
    assert rows.fields == {
        "code": ["nang", "lhasa"],
        "starts": [date(1994, 1, 1), None],
        "starts_precision": ["year", "day"],
        "ends_before": [date(2016, 8, 1), None],
        "ends_precision": ["month", "day"],
        "name_en": ["Nang", "Lhasa"],
        "altitude_m": [3100, None],
        "latitude": [Decimal("29.05"), None],
        "other_names": [["Nangxian", "Lang"], []],
        "note": ["", ""],
    }


def test_all_findings_of_a_table_are_collected_with_row_and_column() -> None:
    rows, found = read(
        "money",
        """
        code,day,pairing,kind,amount,currency,colour
        m1,2023-02-29,p,payment,10,CNY,red
        m2,2023,p,gift,ten,CNY,red
        m3,2023,,payment,0.001,CNY,red
        m4,2023,p,payment,5,yuan,red
    """,
    )

    assert sorted(codes(found)) == sorted([
        "unknown-column  colour",
        "not-a-day 2 day",
        "not-in-list 3 kind",
        "not-a-number 3 amount",
        "empty-cell 4 pairing",
        "finer-than-currency 4 amount",
        "no-currency 5 amount",
        "too-long 5 currency",
    ])  # fmt: skip
    assert rows.refused == {0, 1, 2, 3}


def test_a_missing_column_is_told_once_and_only_where_there_are_rows() -> None:
    _, found = read("money", "code,day,pairing,kind,currency\nm1,2023,p,payment,CNY\nm2,2023,p,payment,CNY")
    _, none = read("money", "code")

    assert codes(found) == ["missing-column  amount"]
    assert none == []


def test_columns_of_a_saved_folder_are_no_part_of_one_made_by_hand() -> None:
    _, found = read("places", "code,name_en,version\na,A,1")

    assert codes(found) == ["saved-column  version"]


def test_a_national_number_in_a_text_is_warned_of_and_as_a_code_refused() -> None:
    number = national_id(date(1990, 5, 5))

    _, found = read("places", f"code,name_en,note\na,A,see {number}\n{number},B,")

    assert sorted(codes(found)) == ["national-id 3 code", "national-id-in-text 2 note"]
    assert {one.words.code: one.severity for one in found}["folder.national-id-in-text"] is Severity.WARNING
    assert all(number not in one.say(tongue) for one in found for tongue in ("en", "zh_Hans"))


def test_hidden_signs_in_what_was_found_are_shown() -> None:
    _, found = read("places", "code,name_en\na\u202eb,A")

    assert "a<U+202E>b" in found[0].say()


def test_a_table_in_memory_reads_as_its_file_would() -> None:
    rows, found = read_rows(LAYOUT["places"], [sheet_of("places", [{"code": "a", "name_en": "A"}, {"code": "b"}])])

    assert codes(found) == ["empty-cell 3 name_en"]
    assert rows.codes == ["a", "b"]
