"""No file takes us down: a corpus of hostile ones, each refused by its own name, in the limited child process."""

from __future__ import annotations

import io
import os
import signal
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from pairup.exchange import child, untrusted, workbook_scan
from pairup.exchange.child import FileRefused, Limits, parse_apart
from pairup.values.words import say

SHEET = "xl/worksheets/sheet1.xml"


def a_workbook(**cells: object) -> bytes:
    """A plain workbook with one sheet, `needs`; cells by address."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("needs")
        for place, value in cells.items():
            sheet.write(place, value)
    return held.getvalue()


def repacked(raw: bytes, **changes: bytes) -> bytes:
    """The same workbook with parts replaced or added; `__` stands for `/` in their names."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as after:
        named = {name.replace("__", "/"): data for name, data in changes.items()}
        for name in before.namelist():
            after.writestr(name, named.pop(name) if name in named else before.read(name))
        for name, data in named.items():
            after.writestr(name, data)
    return held.getvalue()


def with_sheet(body: str, start: str = '<?xml version="1.0"?>') -> bytes:
    """A workbook whose sheet has this XML inside."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return repacked(a_workbook(A1="x"), **{
        "xl__worksheets__sheet1.xml": f'{start}<worksheet xmlns="{space}">{body}</worksheet>'.encode()
    })  # fmt: skip


def a_million_columns() -> str:
    return f"<row>{''.join(f'<c><v>{n}</v></c>' for n in range(10**6))}</row>"


def in_cells(body: str) -> bytes:
    return with_sheet(f"<sheetData>{body}</sheetData>")


def an_entity_bomb() -> bytes:
    steps = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 9))
    return with_sheet("<sheetData/>", f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">{steps}]>')


def a_quadratic_bomb() -> bytes:
    return with_sheet("<sheetData/>", f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>')


def an_outside_entity() -> bytes:
    return with_sheet("<sheetData/>", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')


def a_link() -> bytes:
    held = io.BytesIO(a_workbook(A1="x"))
    with zipfile.ZipFile(held, "a") as archive:
        info = zipfile.ZipInfo("xl/link.xml")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return held.getvalue()


def overlapping_parts() -> bytes:
    """Two names in the directory for one and the same packed part."""
    raw = bytearray(repacked(a_workbook(A1="x"), **{"xl__aaaa1.xml": b"<a/>", "xl__aaaa2.xml": b"<a/>"}))
    starts = {}
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        starts = {info.filename: info.header_offset for info in archive.infolist()}
    at = raw.find(b"xl/aaaa2.xml", raw.find(b"PK\x01\x02"))
    raw[at - 4 : at] = struct.pack("<I", starts["xl/aaaa1.xml"])
    return bytes(raw)


def twice() -> bytes:
    held = io.BytesIO(a_workbook(A1="x"))
    with pytest.warns(UserWarning), zipfile.ZipFile(held, "a") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return held.getvalue()


def encrypted() -> bytes:
    raw = bytearray(a_workbook(A1="x"))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(mark) + at] |= 1
    return bytes(raw)


CORPUS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "entities that grow": ("xml-entities", an_entity_bomb),
    "one large entity": ("xml-entities", a_quadratic_bomb),
    "an entity from outside": ("xml-entities", an_outside_entity),
    "100 MB of zeros": ("zip-ratio", lambda: repacked(a_workbook(A1="x"), xl__media__a=b"\0" * 100 * 2**20)),
    "blanks in a sheet": ("zip-ratio", lambda: in_cells(" " * 30 * 2**20)),
    "1,100 parts": ("zip-entries", lambda: repacked(a_workbook(), **{f"xl__p{n}.xml": b"<a/>" for n in range(1_100)})),
    "a zip within": ("zip-nested", lambda: repacked(a_workbook(), xl__media__a=a_workbook(A1="x"))),
    "a workbook within": ("zip-nested", lambda: repacked(a_workbook(), **{"xl__embeddings__a.xlsx": b"x"})),
    "a path upwards": ("zip-path", lambda: repacked(a_workbook(), **{"..__..__etc__cron.xml": b"<a/>"})),
    "a path from the root": ("zip-path", lambda: repacked(a_workbook(), __etc__passwd=b"x")),
    "a drive": ("zip-path", lambda: repacked(a_workbook(), **{"C:evil.xml": b"<a/>"})),
    "a link": ("zip-link", a_link),
    "parts that overlap": ("zip-overlap", overlapping_parts),
    "a part twice": ("zip-twice", twice),
    "a password": ("encrypted", encrypted),
    "bytes before": ("not-a-workbook", lambda: b"PK\x03\x04" + b"#!/bin/sh\n" * 9),
    "bytes after": ("zip-extra", lambda: a_workbook(A1="x") + b"<script>"),
    "a comment": ("zip-extra", lambda: a_workbook(A1="x")[:-2] + b"\x05\0hello"),
    "the far cell": ("far-cell", lambda: in_cells('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "a row too far": ("far-cell", lambda: in_cells('<row r="1048577"><c><v>1</v></c></row>')),
    "a dimension too far": ("far-cell", lambda: with_sheet('<dimension ref="A1:XFD1048576"/><sheetData/>')),
    "a million columns": ("far-cell", lambda: in_cells(a_million_columns())),
    "a wide and long sheet": (
        "too-many-cells", lambda: in_cells('<row r="9"><c r="ALL9"/></row><row r="999999"><c r="A999999"/></row>'),
    ),
    "no address": ("broken-cell", lambda: in_cells('<row r="1"><c r="1A"><v>1</v></c></row>')),
    "an empty address": ("broken-cell", lambda: in_cells('<row r="1"><c r=""><v>1</v></c></row>')),
    "a row of no number": ("broken-cell", lambda: in_cells('<row r="-1"><c><v>1</v></c></row>')),
    "macros": ("macros", lambda: repacked(a_workbook(), **{"xl__vbaProject.bin": b"x"})),
    "macros by their type": (
        "macros",
        lambda: repacked(a_workbook(), **{
            "[Content_Types].xml": b'<Types><Override ContentType="application/vnd.ms-excel.macroEnabled"/></Types>'
        }),
    ),
    "another workbook's cells": ("outside-links", lambda: repacked(a_workbook(), xl__externalLinks__a=b"x")),
    "a template from elsewhere": (
        "outside-links",
        lambda: repacked(a_workbook(), **{
            "xl__worksheets___rels__sheet1.xml.rels":
                b'<Relationships><Relationship Type="http://x/oleObject" TargetMode="External" Target="\\\\host\\x"/>'
                b"</Relationships>"
        }),
    ),
    "a database's": ("outside-links", lambda: repacked(a_workbook(), **{"xl__connections.xml": b"<a/>"})),
    "broken XML": ("broken-xml", lambda: with_sheet("<sheetData>")),
    "half of it": ("not-a-workbook", lambda: a_workbook(A1="x")[:900]),
    "a flipped byte": ("broken-zip", lambda: flipped(a_workbook(A1="x" * 999))),
    "an old workbook": ("old-workbook", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "a picture": ("other-kind", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 60),
    "a web page": ("other-kind", lambda: b"\n <HTML><table><tr><td>=1</td></tr></table>"),
    "PDF and zip at once": ("other-kind", lambda: b"%PDF-1.7\n" + a_workbook(A1="x")),
    "nothing": ("empty-file", lambda: b""),
    "a row of 2,000 cells": ("far-cell", lambda: b"," * 2_000 + b"1"),
}  # fmt: skip


def flipped(raw: bytes) -> bytes:
    at = raw.find(SHEET.encode()) + len(SHEET) + 40
    return raw[:at] + bytes([raw[at] ^ 0x40]) + raw[at + 1 :]


def parse_here(raw: bytes) -> list[tuple[object, ...]]:
    """What the child would say, in this process; only for files that calamine never sees."""
    said: list[tuple[object, ...]] = []
    untrusted.parse(raw, {"file": "sent"}, lambda *what: said.append(what))
    return said


@pytest.mark.parametrize("what", CORPUS)
def test_a_hostile_file_is_refused_by_name_before_anything_trusts_it(what: str) -> None:
    code, make = CORPUS[what]

    with pytest.raises(workbook_scan.Refused) as refused:
        parse_here(make())

    assert refused.value.code == code
    for language in ("en", "zh_Hans"):
        facts = {"file": "sent"} | refused.value.facts
        assert say(f"imports.{code}", language, **facts) != f"imports.{code}"
        assert say(f"imports.{code}.hint", language, **facts) != f"imports.{code}.hint"


def parsed(tmp_path: Path, raw: bytes, name: str = "sent.xlsx", **limits: int) -> child.Parsed:
    path = tmp_path / name
    path.write_bytes(raw)
    return parse_apart(path, limits=Limits(**limits))


@pytest.mark.parametrize("what", ["the far cell", "entities that grow", "PDF and zip at once"])
def test_the_child_hands_a_refusal_on(tmp_path: Path, what: str) -> None:
    code, make = CORPUS[what]

    with pytest.raises(FileRefused) as refused:
        parsed(tmp_path, make())

    assert refused.value.code == f"imports.{code}"
    assert "sent.xlsx" in str(refused.value)


def test_a_plain_workbook_comes_back_as_text_with_its_rows(tmp_path: Path) -> None:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("needs")
        sheet.write_row("B2", ["code", "priority", "day", "said"])
        sheet.write_string("B4", "=1+1")
        sheet.write_number("C4", 5)
        sheet.write_datetime("D4", date(2024, 3, 5), book.add_format({"num_format": "d mmm yyyy"}))
        sheet.write_boolean("E4", True)
        sheet.write_formula("C5", "=1/0", None, "#DIV/0!")
        book.add_worksheet("kept").hide()

    got = parsed(tmp_path, held.getvalue())

    grid = got.grids["needs"]
    assert list(zip(grid.rows, grid.records, strict=True)) == [
        (2, ["", "code", "priority", "day", "said"]), (4, ["", "=1+1", "5", "2024-03-05", "TRUE"]),
    ]  # fmt: skip
    assert [(flaw.row, flaw.column, flaw.code) for flaw in got.flaws["needs"]] == [(5, 3, "error-cell")]
    assert (got.hidden, got.formulas, list(got.grids)) == (["kept"], 1, ["needs"])


def test_a_text_file_comes_back_with_its_rows_and_what_is_wrong(tmp_path: Path) -> None:
    got = parsed(tmp_path, b'code,note\n# a comment\nN-1,"two\nlines"\nN-2,"open', "needs.csv")

    assert got.grids[""].records == [["code", "note"], ["N-1", "two\nlines"]]
    assert got.grids[""].rows == [1, 3]
    assert [one.words.code for one in got.found] == ["folder.broken-row"]
    assert got.comments == ["# a comment"]


def test_every_encoding_can_be_read_although_the_child_can_open_no_file(tmp_path: Path) -> None:
    from pairup.exchange.encodings import ENCODINGS

    for name in ("gb18030", "utf-16", "big5"):
        path = tmp_path / "a.csv"
        path.write_bytes("西藏\n林芝".encode(ENCODINGS[name]))
        assert parse_apart(path, encoding=name).grids[""].records == [["西藏"], ["林芝"]]


# ---------------------------------------------------------------------------------------------- a child that misbehaves


def misbehaving(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the child run this before it would parse; it has its fences up."""
    whole = (
        "import json, sys; from pairup.exchange import child, untrusted\n"
        f"def parse(raw, asked, tell):\n    {code}\n"
        "untrusted.parse = parse; child.serve()"
    )
    real = child.subprocess.Popen

    def popen(command: list[str], **options: object) -> object:
        return real([command[0], "-c", whole, *command[3:]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(child.subprocess, "Popen", popen)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("import os; os.abort()", "parser-crashed"),
        ("held = []\n    while True: held.append(bytearray(2**24))", "too-much-memory"),
        ("while True: pass", "too-slow"),
        ("import signal; signal.pause()", "too-slow"),
        ("sys.stdout.buffer.write(b'{nothing}\\n')", "parser-crashed"),
        ("sys.stdout.buffer.write(b'[' * 100000 + b'\\n')", "parser-crashed"),
        ("tell('record', 'one', 2)", "parser-crashed"),
        ("tell('sheet', 'a')\n    while True: tell('record', 1, ['x' * 1000])", "answer-too-large"),
        ("raise SystemExit(0)", "parser-crashed"),
        ("raise ValueError('a bug')", "parser-crashed"),
    ],
)
def test_whatever_happens_to_the_child_is_a_refusal_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, refusal: str
) -> None:
    limits = {"cpu_seconds": 1 if "pass" in code else 20, "seconds": 3 if "pause" in code else 40}
    misbehaving(monkeypatch, code)
    began = time.monotonic()

    with pytest.raises(FileRefused) as refused:
        parsed(tmp_path, b"code\n", "a.csv", **limits, answer_mb=2)

    assert refused.value.code == f"imports.{refusal}"
    assert time.monotonic() - began < 40


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits there")
def test_the_child_can_open_no_file_and_no_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tries = (
        "import socket\n    failed = []\n"
        "    for attempt in (lambda: open('/etc/passwd'), lambda: socket.socket(), lambda: open('/tmp/x', 'w')):\n"
        "        try: attempt()\n        except OSError as error: failed.append(error.errno)\n"
        "    tell('hidden', json.dumps(failed))"
    )
    misbehaving(monkeypatch, tries.replace("import socket\n", "socket = sys.modules['socket']\n"))
    monkeypatch.setattr(child, "_NAME", "x")
    real = child.subprocess.Popen

    def popen(command: list[str], **options: object) -> object:
        return real([command[0], "-c", "import socket\n" + command[2], *command[3:]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(child.subprocess, "Popen", popen)

    got = parsed(tmp_path, b"code\n", "a.csv")

    assert got.hidden == ["[24, 24, 24]"]


@pytest.mark.skipif(not hasattr(os, "nice"), reason="no such limits there")
def test_a_child_that_is_late_is_ended_with_what_it_began(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    misbehaving(monkeypatch, f"tell('hidden', str({signal.SIGKILL}))\n    sys.stdout.flush()\n    while True: pass")

    with pytest.raises(FileRefused, match="took more than"):
        parsed(tmp_path, b"code\n", "a.csv", cpu_seconds=30, seconds=1)
