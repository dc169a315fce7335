"""Sheets in and out, with the row numbers that a spreadsheet shows."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.exchange.notes import nearest, visible
from pairup.exchange.sheets import joined, read_grid, sheet_from, sheet_of, tame, untame, write_sheet
from tests.exchange.layouts import codes

#: what a cell can hold once a file is text: no zero bytes, no lone surrogates
CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


def sheet(text: str):
    grid, found = read_grid(text, file="a.csv")
    read, more = sheet_from(grid)
    return read, found + more


def test_comments_and_blank_lines_are_left_out_and_counted() -> None:
    read, found = sheet('# first\ncode,note\n# a "quote\n\na,"two\nlines # no comment"\n#x,y\n"#b",z\n')

    assert read.columns == {"code": ["a", "#b"], "note": ["two\nlines # no comment", "z"]}
    assert read.rows == [5, 7]
    assert found == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code,note\na\n", ["row-length 2"]),
        ("code,note\na,b,c\n", ["row-length 2"]),
        ("code,note\na,b,\n", []),
        ("code,,note\na,b,c\n", ["empty-header 1"]),
        ("code,,note\na,,c\n", []),
        ("code,note,,\na,c,,\n", []),
        ("code,code\na,c\n", ["double-header 1 code"]),
        ('code,note\na,"b\n', ["broken-row 2"]),
        ('code,note\na,"b"c\n', ["broken-row 2"]),
        ("", ["no-header"]),
    ],
)
def test_rows_and_headers_that_do_not_fit_are_findings(text: str, told: list[str]) -> None:
    assert codes(sheet(text)[1]) == told


def test_what_a_spreadsheet_would_run_gets_an_apostrophe_and_loses_it_again() -> None:
    for text in ("=1+1", "+7", "-x", "@a", "\tb", "\rc", "＝1", "＋1", "－1", "＠1", "'=1"):
        assert tame(text) == f"'{text}"
        assert untame(tame(text)) == text
    for text in ("plain", "1-2", "'quoted'", "", "a=b"):
        assert tame(text) == text == untame(text)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    coded = [[f"#{at}" if at % 2 else f"c{at}", *row] for at, row in enumerate(rows)]

    text = "".join(write_sheet(["code", "a", "b"], [[code, tame(a), tame(b)] for code, a, b in coded]))

    read, found = sheet(text)
    assert found == []
    assert [list(row.values()) for row in read.as_rows()] == coded
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == [[code, tame(a), tame(b)] for code, a, b in coded]


def test_sheets_of_one_table_are_joined_and_every_row_keeps_its_place() -> None:
    one, other = sheet_of("one", [{"a": "1"}, {"a": "2"}]), sheet_of("other", [{"b": "3"}])

    both = joined([one, other])

    assert both.columns == {"a": ["1", "2", ""], "b": ["", "", "3"]}
    assert [both.place(at)[:2] for at in range(3)] == [("one.csv", 2), ("one.csv", 3), ("other.csv", 2)]


def test_signs_that_are_not_seen_are_shown() -> None:
    assert visible("a\u200b\u202eb") == "a<U+200B><U+202E>b"
    assert visible("x" * 100) == "x" * 60 + "…"


def test_the_nearest_known_names_are_offered() -> None:
    assert nearest("nyinchi", ["lhasa", "nyingchi", "ngari"]) == "nyingchi"
    assert nearest("zzz", ["b", "a", "d", "c"], otherwise=3) == "a, b, c, …"
    assert nearest("zzz", ["b", "a"]) == "a, b"
    assert nearest("zzz", []) == "-"
