"""Whatever bytes come, reading them ends in cells or in a refusal that has a name; nothing else gets out.

`just fuzz-imports` looks for longer, with other seeds.
"""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.exchange import untrusted
from pairup.exchange.child import FileRefused, parse_apart
from pairup.exchange.mapping import plainly
from pairup.exchange.reading import read_rows
from pairup.exchange.sheets import read_grid, sheet_from
from pairup.exchange.workbook_scan import Refused, scan
from pairup.values.words import say
from tests.exchange.layouts import LAYOUT

#: workbooks mutated for the child, and the seed of the mutations
CHILDREN = int(os.environ.get("PAIRUP_FUZZ_CHILDREN", "6"))
SEED = int(os.environ.get("PAIRUP_FUZZ_SEED", "2026"))


def a_workbook() -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("places")
        sheet.write_row(0, 0, ["code", "from", "name_en", "altitude_m", "note"])
        for row in range(1, 9):
            sheet.write_row(row, 0, [f"p-{row}", "2016-07", "Nang", 3100 + row, "县"])
    return held.getvalue()


WORKBOOK = a_workbook()
SHEET = "code,from,to,name_en,altitude_m,latitude,other_names,note\r\nnang,2016-07,,Nang,3100,29.05,a;b,县\r\n".encode()
edits = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(["flip", "cut", "put", "drop"]),
                           st.binary(min_size=1, max_size=6)), min_size=1, max_size=6)  # fmt: skip


def mutated(raw: bytes, edits: list[tuple[float, str, bytes]]) -> bytes:
    for where, how, what in edits:
        at = int(where * len(raw))
        if how == "flip":
            raw = raw[:at] + what + raw[at + len(what) :]
        elif how == "cut":
            raw = raw[:at]
        elif how == "put":
            raw = raw[:at] + what + raw[at:]
        else:
            raw = raw[:at] + raw[at + 40 * len(what) :]
    return raw


def named(refusal: Refused | FileRefused) -> bool:
    code = refusal.code if refusal.code.startswith("imports.") else f"imports.{refusal.code}"
    return say(code, "zh_Hans", **{"file": "x"} | refusal.facts) != code


@given(edits)
@settings(max_examples=150)
def test_a_workbook_with_wrong_bytes_is_scanned_or_refused_by_name(edits: list[tuple[float, str, bytes]]) -> None:
    try:
        scan(mutated(WORKBOOK, edits))
    except Refused as refusal:
        assert named(refusal)


@given(edits | st.binary(max_size=200).map(lambda raw: [(0.0, "cut", b"x"), (0.0, "put", raw)]))
@settings(max_examples=200)
def test_a_text_with_wrong_bytes_becomes_cells_or_findings(edits: list[tuple[float, str, bytes]]) -> None:
    said: list[tuple[object, ...]] = []
    try:
        untrusted.parse(mutated(SHEET, edits), {"file": "places.csv"}, lambda *what: said.append(what))
    except Refused as refusal:
        assert named(refusal)


@given(st.lists(st.lists(st.text(max_size=12) | st.sampled_from(["9999-12-31", "2016", "-", "1e9", "٣", "json:{", "'"]),
                         min_size=8, max_size=8), min_size=1, max_size=4))  # fmt: skip
@settings(max_examples=200)
def test_any_cells_become_rows_or_findings(records: list[list[str]]) -> None:
    heads = "code,from,to,name_en,altitude_m,latitude,other_names,note"
    body = "\r\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in record) for record in records)
    grid, _ = read_grid(f"{heads}\r\n{body}\r\n".replace("\0", ""), file="places.csv")
    sheet, _ = sheet_from(grid)

    rows, found = read_rows(LAYOUT["places"], [plainly(sheet, LAYOUT["places"])])

    assert len(rows) == len(sheet)
    assert all(one.words.say("zh_Hans") != one.words.code for one in found)


@pytest.mark.parametrize("number", range(CHILDREN))
def test_a_workbook_with_wrong_bytes_leaves_the_parent_whole(tmp_path: Path, number: int) -> None:
    """What the scan lets through goes on to calamine, in the child."""
    draw = random.Random(SEED + number)
    path = tmp_path / "sent.xlsx"
    changes = [(draw.random(), "flip", draw.randbytes(1 + draw.randrange(3))) for _ in range(1 + number % 3)]
    path.write_bytes(mutated(WORKBOOK, changes))

    try:
        parsed = parse_apart(path)
    except FileRefused as refusal:
        assert named(refusal)
    else:
        assert list(parsed.grids) == ["places"]
