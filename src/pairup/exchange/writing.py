"""Tables out, as CSV or as a workbook: row by row, so that a table of any size needs little memory.

A workbook's texts are text cells, never formulas; a text that a spreadsheet cannot hold is refused, never cut. Rows
over a sheet's limit go on in a second sheet of the same name with a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.exchange.layout import Column, Kind
from pairup.exchange.notes import visible
from pairup.exchange.sheets import tame, write_sheet

#: rows of a sheet under its header
ROOM = 1_048_575
LONGEST = 32_767
_NUMBERS = (Kind.WHOLE, Kind.DECIMAL, Kind.AMOUNT)
_EXACT = 15
#: no workbook can hold them: characters that are none, and halves of characters
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Written:
    """What was written: rows by table, the sheets of each, and the rows that each sheet has."""

    rows: dict[str, int] = field(default_factory=dict)
    sheets: dict[str, dict[str, int]] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)


Cells = Sequence[str]


def count_line(rows: int, facts: Mapping[str, str]) -> str:
    """The last line of a CSV file: how many rows it has, and of what. Readers of ours know it as a comment."""
    return "# " + " ".join([f"rows: {rows}", *(f"{key}: {value}" for key, value in facts.items() if value)]) + "\r\n"


def csv_lines(columns: Sequence[Column], rows: Iterable[Cells], facts: Mapping[str, str]) -> Iterator[str]:
    """Give the lines of a CSV file, with the count of its rows at the end. Numbers stay numbers."""
    is_text = [column.kind not in _NUMBERS for column in columns]
    count = 0

    def tamed() -> Iterator[Cells]:
        nonlocal count
        for cells in rows:
            count += 1
            yield [tame(cell) if text else cell for cell, text in zip(cells, is_text, strict=True)]

    yield from write_sheet([column.name for column in columns], tamed())
    yield count_line(count, facts)


class Book:
    """A workbook that is written once, from top to bottom. Use as a context; it is whole when the context ends well."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        self.path = path
        self.part = path.with_name(path.name + ".part")
        options = {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False,
            "strings_to_urls": False, "nan_inf_to_errors": False,
        }  # fmt: skip
        self.book = xlsxwriter.Workbook(str(self.part), options)
        self.written = Written(files=[path])
        self._formats: dict[str, Any] = {}

    def __enter__(self) -> Book:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        if kind is None:
            self.book.close()
            self.part.replace(self.path)
        else:
            self.book.fileclosed = 1  # so that it does not write itself when it is thrown away
            self.part.unlink(missing_ok=True)

    def table(self, name: str, columns: Sequence[Column], rows: Iterable[Cells]) -> int:
        """Write a table into a sheet of its name, and into more where it has more rows than a sheet; give the rows."""
        heads = [column.name for column in columns]
        writers = [_writer(column) for column in columns]
        count, sheets = 0, dict[str, int]()
        sheet: Any = None
        for cells in rows:
            at = count % ROOM
            if at == 0:
                sheet = self._sheet(name, len(sheets), heads)
            for place, (cell, write) in enumerate(zip(cells, writers, strict=True)):
                if cell:
                    write(sheet, at + 1, place, cell)
            count += 1
            sheets[sheet.name] = at + 1
        if sheet is None:
            sheets[self._sheet(name, 0, heads).name] = 0
        self.written.rows[name] = count
        self.written.sheets[name] = sheets
        return count

    def _sheet(self, name: str, before: int, heads: Sequence[str]) -> Any:
        sheet = self.book.add_worksheet(f"{name} {before + 1}" if before else name)
        sheet.freeze_panes(1, 1)
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, self.format("head", {"bold": True, "bg_color": "#E8EEF4"}))
        return sheet

    def format(self, name: str, said: dict[str, Any]) -> Any:
        """Give a format, made once."""
        if name not in self._formats:
            self._formats[name] = self.book.add_format(said)
        return self._formats[name]

    def about(self, lines: Iterable[Sequence[str]]) -> None:
        """Write the sheet that says what the workbook is; importing it is not looked at."""
        sheet = self.book.add_worksheet("about")
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        for row, line in enumerate(lines):
            for place, text in enumerate(line):
                sheet.write_string(row, place, text)


def _writer(column: Column) -> Callable[[Any, int, int, str], None]:
    def text(sheet: Any, row: int, place: int, cell: str) -> None:
        require_holdable(cell, column.name)
        sheet.write_string(row, place, cell)

    def number(sheet: Any, row: int, place: int, cell: str) -> None:
        if len(Decimal(cell).normalize().as_tuple().digits) > _EXACT:
            sheet.write_string(row, place, cell)
        else:
            sheet.write_number(row, place, float(cell))

    return number if column.kind in _NUMBERS else text


def require_holdable(cell: str, column: str) -> None:
    """Refuse a text that a workbook would cut or change."""
    if len(cell) > LONGEST:
        raise InputError(
            f"A text of {len(cell):,} signs in column {column} does not fit a cell of a workbook (32,767 at most).",
            hint="Export this table as CSV, which holds texts of any length.",
            code="imports.text-too-long", column=column, length=len(cell),
        )  # fmt: skip
    if found := _UNWRITABLE.search(cell):
        raise InputError(
            f"The text “{visible(cell)}” in column {column} holds U+{ord(found[0]):04X}, which no workbook can hold.",
            hint="Export this table as CSV.", code="imports.text-not-for-workbooks", column=column,
            found=visible(cell), sign=f"U+{ord(found[0]):04X}",
        )  # fmt: skip
