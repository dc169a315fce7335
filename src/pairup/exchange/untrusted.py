"""Bytes that somebody sent, as records of cells. Runs in the limited child process only (`exchange.child`).

A workbook is scanned first, then read by calamine; cells become text as a person would type it: a date as
2024-03-05 by the workbook's own calendar, a number in at most 15 digits (what a spreadsheet keeps), yes and no as
TRUE and FALSE. Anything else is text that was said to be comma-separated.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pairup.exchange.encodings import decode
from pairup.exchange.sheets import read_records
from pairup.exchange.workbook_scan import COLUMNS, FLAWS, ROWS, Refused, Seen, scan

#: tells one thing: its kind, and what of it JSON can hold
Tell = Callable[..., None]
LONGEST = 32_767  # of a cell's text, in every spreadsheet program
#: kept although it is hidden: what `pairup workbook` seals its rows with
SEAL = "pairup"
_MARCH_1900 = date(1900, 3, 1)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK"
#: beginnings of files that people take for a sheet, and what they are
_OTHERS = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf", "7Z"), (b"Rar!", "RAR"), (b"SQLite format 3", "SQLite"), (b"<?xml", "XML"), (b"<html", "HTML"),
    (b"<!doctype", "HTML"), (b"{\\rtf", "RTF"), (b"\x7fELF", "ELF"), (b"MZ\x90", "EXE"),
)  # fmt: skip


def parse(raw: bytes, asked: Mapping[str, Any], tell: Tell) -> None:
    """Parse a file and tell its sheets, records and flaws. Raises `Refused`."""
    if not raw:
        raise Refused("empty-file")
    if raw.startswith(_ZIP) and raw[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08"):
        tell("kind", "xlsx")
        return _workbook(raw, tell)
    if raw.startswith(_OLE):
        raise Refused("old-workbook")
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:16]
    for mark, what in _OTHERS:
        if raw.startswith(mark) or (mark[:1] == b"<" and start.lower().startswith(mark)):
            raise Refused("other-kind", what=what)
    tell("kind", "csv")
    _text(raw, asked, tell)


def _text(raw: bytes, asked: Mapping[str, Any], tell: Tell) -> None:
    file = asked["file"]
    decoded = decode(raw, file=file, encoding=asked.get("encoding") or None)
    if decoded.text is None:
        if decoded.finding:
            tell("finding", decoded.finding)
        return
    tell("sheet", "")
    width = 0
    for number, record in read_records(
        decoded.text, file=file, delimiter=asked.get("delimiter", ","), comments=asked.get("comments", True),
        tell=lambda found: tell("finding", found), comment=lambda line: tell("comment", line),
    ):  # fmt: skip
        width = max(width, len(record))
        if width > COLUMNS:
            raise Refused("far-cell", row=number, column=width, rows=ROWS, columns=COLUMNS)
        tell("record", number, record)


def _workbook(raw: bytes, tell: Tell) -> None:
    seen = scan(raw)
    if seen.formulas:
        tell("formulas", seen.formulas)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        for about in book.sheets_metadata:
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            if about.visible is not SheetVisibleEnum.Visible and about.name != SEAL:
                tell("hidden", about.name)
                continue
            tell("sheet", about.name)
            _sheet(book.get_sheet_by_name(about.name), seen, tell)
    except CalamineError as error:
        raise Refused("broken-workbook", error=" ".join(str(error).split())[:120]) from None


def _sheet(sheet: Any, seen: Seen, tell: Tell) -> None:
    before = [""] * (sheet.start[1] if sheet.start else 0)
    flaws = 0
    for row, column in sorted(seen.errors.get(seen.sheets.get(sheet.name, ""), ())):
        tell("flaw", row, column, "error-cell", "")
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        record = before.copy()
        for cell in cells:
            try:
                record.append(cell if type(cell) is str else as_text(cell, seen.is_1904))
                if len(record[-1]) > LONGEST:
                    raise Refused("cell-too-long", found=len(record[-1]), most=LONGEST)
            except Refused as refusal:
                flaws += 1
                if flaws > FLAWS:
                    raise
                record.append("")
                tell("flaw", number, len(record), refusal.code, str(refusal.facts.get("found", "")))
        while record and not record[-1]:
            record.pop()
        if record:
            tell("record", number, record)


def as_text(cell: Any, is_1904: bool = False) -> str:
    """Write a cell as a person would type it. Refuses a date on which spreadsheet programs differ.

    >>> as_text(1234.5), as_text(0.1 + 0.2), as_text(1e15), as_text(True), as_text(date(2024, 3, 5))
    ('1234.5', '0.3', '1000000000000000', 'TRUE', '2024-03-05')
    """
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            return plain(cell)
        case datetime() | date():
            return _day(cell, is_1904)
        case time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)


def plain(number: float) -> str:
    """Write a number in the 15 digits that a spreadsheet shows, without an exponent."""
    text = f"{number:.15g}"
    if "e" not in text and "n" not in text:
        return text
    return f"{Decimal(text):f}" if number == number and abs(number) != float("inf") else text


def _day(cell: date, is_1904: bool) -> str:
    day = cell.date() if isinstance(cell, datetime) else cell
    if not is_1904 and day < _MARCH_1900:  # serial 60 is a day that never was, and the 59 before it move by one
        raise Refused("day-before-march-1900", found=day.isoformat())
    if isinstance(cell, datetime) and cell.time() != time():
        return cell.isoformat()
    return day.isoformat()
