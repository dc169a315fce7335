"""Comma-separated sheets in and out, held by columns.

Text that a spreadsheet would run as a formula is written with an apostrophe before it, and reading takes that off
again. Lines that begin with `#` are comments. Row numbers are those a spreadsheet shows.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from pairup.exchange.encodings import decode
from pairup.exchange.notes import finding
from pairup.values.findings import Finding, Severity

#: what makes a spreadsheet run a cell, with the full-width forms that some take for the plain ones
_RUNS = tuple("=+-@\t\r\n＝＋－＠")
_QUOTED = re.compile('[",\r\n]')
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


@dataclass(slots=True)
class Sheet:
    """Cells by column; `rows` are the row numbers, `heads` the headers of the user's own sheet by column."""

    file: str
    columns: dict[str, Sequence[str]]
    rows: Sequence[int]
    heads: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[tuple[int, Sheet]] = ()  # of a joined sheet: the sheets, each with the place of its first row
    origin: tuple[Sheet, Sequence[int]] | None = None  # of some rows of a sheet: the sheet, and their places in it
    order: Sequence[str] = ()  # the headers as they stand, column by column; one without a name is empty

    def __len__(self) -> int:
        return len(self.rows)

    def head(self, column: str) -> str:
        return self.heads.get(column, column)

    def place(self, at: int) -> tuple[str, int, Mapping[str, str]]:
        """Give the file, the row number and the headers of the row at a place."""
        if self.origin:
            whole, places = self.origin
            return whole.place(places[at])
        if not self.parts:
            return self.file, self.rows[at], self.heads
        start, part = self.parts[bisect_right(self.parts, at, key=lambda pair: pair[0]) - 1]
        return part.file, part.rows[at - start], part.heads

    def some(self, places: Sequence[int]) -> Sheet:
        """Give the rows at some places; each keeps its own place in the file."""
        columns: dict[str, Sequence[str]] = {name: [texts[at] for at in places] for name, texts in self.columns.items()}
        return Sheet(self.file, columns, [self.rows[at] for at in places], self.heads, origin=(self, places))

    def as_rows(self) -> list[dict[str, str]]:
        names = list(self.columns)
        return [dict(zip(names, cells, strict=True)) for cells in zip(*self.columns.values(), strict=True)]


@dataclass(frozen=True, slots=True)
class Grid:
    """A file as it stands: records of cells with their row numbers, before anybody says which is the header.

    In a comma-separated file an apostrophe may stand before text that would run (`is_tame`); a workbook needs none.
    """

    file: str
    records: list[list[str]]
    rows: list[int]
    is_tame: bool = True


def sheet_of(table: str, rows: Sequence[Mapping[str, str]]) -> Sheet:
    """Hold a table that is in memory as a sheet; its first row counts as row 2."""
    names: dict[str, None] = {}
    for row in rows:
        if row.keys() - names.keys():
            names.update(dict.fromkeys(row))
    columns: dict[str, Sequence[str]] = {name: [row.get(name, "") for row in rows] for name in names}
    return Sheet(f"{table}.csv", columns, range(2, len(rows) + 2))


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Hold several sheets of one table as one; each row keeps its own place."""
    if len(sheets) == 1:
        return sheets[0]
    starts = list(accumulate(map(len, sheets), initial=0))
    names = dict.fromkeys(name for sheet in sheets for name in sheet.columns)
    columns: dict[str, Sequence[str]] = {
        name: [text for sheet in sheets for text in sheet.columns.get(name, [""] * len(sheet))] for name in names
    }
    rows = [row for sheet in sheets for row in sheet.rows]
    return Sheet(sheets[0].file, columns, rows, parts=list(zip(starts, sheets, strict=False)))


def tame(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run.

    >>> tame("=1+1"), untame(tame("'-5"))
    ("'=1+1", "'-5")
    """
    return f"'{text}" if text.lstrip("'").startswith(_RUNS) else text


def untame(text: str) -> str:
    """Take off the apostrophe that `tame` put on."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_RUNS) else text


class _Lines:
    """Lines of a file without its comments; a `#` inside a quoted cell is none."""

    def __init__(self, text: str, has_comments: bool, comment: Callable[[str], None] | None = None) -> None:
        self.mark = "#" if has_comments else "\0"  # no text that is read has a NUL
        self.lines = io.StringIO(text, newline="")
        self.at_start = True
        self.comments = 0
        self.comment = comment

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            if self.at_start and line.startswith(self.mark):
                self.comments += 1
                if self.comment:
                    self.comment(line.strip())
                continue
            self.at_start = False
            yield line


def read_records(
    text: str, *, file: str, tell: Callable[[Finding], None], delimiter: str = ",", comments: bool = True,
    comment: Callable[[str], None] | None = None,
) -> Iterator[tuple[int, list[str]]]:  # fmt: skip
    """Give the records of a file with their row numbers. Blank ones are left out but counted.

    A quote that never closes is told as a finding, and ends the reading.
    """
    lines = _Lines(text, comments, comment)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    seen = 0
    try:
        for record in reader:
            lines.at_start = True
            seen += 1
            if any(record):
                yield seen + lines.comments, record
    except csv.Error as error:
        row = seen + lines.comments + 1
        tell(finding("broken-row", file=file, row=row, error=str(error)))


def read_grid(text: str, *, file: str, delimiter: str = ",", comments: bool = True) -> tuple[Grid, list[Finding]]:
    """Read the records of a file. Blank ones are left out but counted; a quote that never closes is a finding."""
    records: list[list[str]] = []
    rows: list[int] = []
    found: list[Finding] = []
    for row, record in read_records(text, file=file, tell=found.append, delimiter=delimiter, comments=comments):
        records.append(record)
        rows.append(row)
    return Grid(file, records, rows), found


def sheet_from(grid: Grid, header_at: int = 0) -> tuple[Sheet, list[Finding]]:
    """Take one record as the header and the rest as rows. Rows longer or shorter than the header are findings."""
    if len(grid.records) <= header_at:
        return Sheet(grid.file, {}, []), [finding("no-header", file=grid.file)]
    header = [name.strip() for name in grid.records[header_at]]
    while header and not header[-1]:
        header.pop()
    found = _check_header(header, grid, header_at)
    width, kept, rows = len(header), [], []
    for record, row in zip(grid.records[header_at + 1 :], grid.rows[header_at + 1 :], strict=True):
        if len(record) != width:
            if len(record) < width or any(record[width:]):
                found.append(finding("row-length", file=grid.file, row=row, cells=len(record), width=width))
            record = (record + [""] * width)[:width]
        kept.append(record)
        rows.append(row)
    cells: Iterable[Sequence[str]] = zip(*kept, strict=True) if kept else [[] for _ in header]
    columns: dict[str, Sequence[str]] = {
        name: [untame(text) if text[:1] == "'" else text for text in column] if grid.is_tame else column
        for name, column in zip(header, cells, strict=True)
        if name
    }
    return Sheet(grid.file, columns, rows, order=header), found


def _check_header(header: list[str], grid: Grid, header_at: int) -> list[Finding]:
    """Name columns that are called the same, and columns without a name that hold anything."""
    found, row = [], grid.rows[header_at]
    for at, name in enumerate(header):
        if not name and any(at < len(record) and record[at].strip() for record in grid.records[header_at + 1 :]):
            found.append(finding("empty-header", file=grid.file, row=row, place=at + 1))
        elif name and name in header[:at]:
            found.append(finding("double-header", file=grid.file, row=row, column=name, name=name))
    return found


def read_sheet(path: Path, *, encoding: str | None = None) -> tuple[Sheet, list[Finding]]:
    """Read a CSV file whose first record is its header."""
    decoded = decode(path.read_bytes(), file=path.name, encoding=encoding)
    if decoded.text is None:
        return Sheet(path.name, {}, []), [decoded.finding] if decoded.finding else []
    grid, found = read_grid(decoded.text, file=path.name)
    sheet, more = sheet_from(grid)
    if not grid.records:
        more = [finding("empty-file", file=path.name, severity=Severity.WARNING)]
    return sheet, found + more


def write_sheet(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Give the lines of a CSV file: quoted only where needed, rows ended by CR LF (RFC 4180). Cells come tamed."""
    yield ",".join(map(_quoted, header)) + "\r\n"
    for row in rows:
        yield ",".join(map(_quoted, row)) + "\r\n"


def _quoted(text: str) -> str:
    if text[:1] == "#" or _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
