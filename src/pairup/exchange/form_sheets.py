"""Sheets that people fill: a header with notes, drop-downs for closed lists and codes, locked cells where asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from pairup.exchange.layout import Column, Kind
from pairup.exchange.notes import address
from pairup.exchange.writing import Book, Cells, require_holdable
from pairup.values.words import Words, say

#: rows below the last one that are ready to be filled
FREE = 500
_INLINE = 255  # signs of a list that stands in the rule of a drop-down itself
_NUMBERS = (Kind.WHOLE, Kind.DECIMAL, Kind.AMOUNT)
_SIGNS = {"whole number": "whole", "number": "decimal", "yes or no": "yesno", "first day": "from", "last day": "to",
          "day or month or year": "happened", "day, month or year as text": "rough", "code of another row": "reference",
          "key=value items": "pairs"}  # fmt: skip


@dataclass(slots=True)
class Lists:
    """Lists for drop-downs, kept once each on a hidden sheet: by name (a table, or a table's column)."""

    known: dict[str, Sequence[str]] = field(default_factory=dict)

    def source(self, name: str) -> str:
        """Give the range of a list."""
        at, count = list(self.known).index(name) + 1, len(self.known[name])
        first, last = address(2, at), address(count + 1, at)
        return f"=lists!${_letters(first)}$2:${_letters(last)}${count + 1}"

    def write(self, book: Book) -> None:
        if not self.known:
            return
        sheet = book.book.add_worksheet("lists")
        sheet.hide()
        for place, name in enumerate(self.known):
            sheet.write_string(0, place, name)
        for row, cells in enumerate(zip_longest(*self.known.values(), fillvalue=""), start=1):
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, place, cell)


def _letters(place: str) -> str:
    return place.rstrip("0123456789")


@dataclass(frozen=True, slots=True)
class Form:
    """One sheet to fill. `locked` columns cannot be changed in rows that are there; `codes` are known ones by table."""

    name: str
    columns: Sequence[Column]
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    locked: Collection[str] = ()
    hidden: Collection[str] = ()
    free: int = FREE


def label(column: Column, language: str) -> str:
    """Name a column in a language; its own name where there are no words for it."""
    code = f"imports.column-{column.name}"
    said = say(code, language)
    return column.name.replace("_", " ") if said == code else said


def note(column: Column, language: str, example: str = "") -> str:
    """Tell what a column takes, for the note at its head."""
    kind = Words(f"imports.kind-{_SIGNS.get(column.kind, str(column.kind))}", {"table": column.refers_to})
    must = Words("imports.note-required" if column.required else "imports.note-optional")
    lines = [label(column, language), f"{kind.say(language)}; {must.say(language)}"]
    if column.choices:
        lines.append(", ".join(column.choices))
    if example and not column.choices:
        lines.append(Words("imports.note-example", {"example": example}).say(language))
    if language == "en" and column.says:
        lines.append(column.says)
    return "\n".join(lines)


def write_form(
    book: Book, form: Form, rows: Iterable[Cells], lists: Lists, *, language: str, examples: Mapping[str, str]
) -> int:
    """Write one sheet to fill with the rows that are there; give how many they are."""
    sheet = book.book.add_worksheet(form.name)
    sheet.freeze_panes(1, 1)
    is_locked = bool(form.locked)
    open_cell = book.format("open", {"locked": False, "num_format": "@"})
    open_number = book.format("open number", {"locked": False})
    shut = book.format("shut", {"locked": True, "font_color": "#666666", "bg_color": "#F2F2F2", "num_format": "@"})
    for place, column in enumerate(form.columns):
        look = {"bold": True, "bg_color": "#FFE2A8" if column.required else "#E8EEF4", "text_wrap": True}
        sheet.write_string(0, place, column.name, book.format(f"head {column.required}", look))
        sheet.write_comment(
            0, place, note(column, language, examples.get(column.name, "")), {"x_scale": 2, "y_scale": 2}
        )
        options = {"hidden": True} if column.name in form.hidden else {}
        shape = open_number if column.kind in _NUMBERS else open_cell
        sheet.set_column(place, place, _width(column), shape if is_locked else None, options)
    count = 0
    for cells in rows:
        count += 1
        for place, (cell, column) in enumerate(zip(cells, form.columns, strict=True)):
            is_number = column.kind in _NUMBERS
            of = shut if column.name in form.locked else (open_number if is_number else open_cell)
            _write(sheet, count, place, cell, is_number, of if is_locked else None)
    for place, column in enumerate(form.columns):
        if rule := _rule(column, form, lists):
            sheet.data_validation(1, place, count + form.free, place, rule)
    if is_locked:
        sheet.protect("", {"insert_rows": True, "format_columns": True, "format_rows": True, "sort": True,
                           "autofilter": True})  # fmt: skip
    return count


def _write(sheet: Any, row: int, place: int, cell: str, is_number: bool, of: Any) -> None:
    require_holdable(cell, str(place + 1))
    if not cell:
        sheet.write_blank(row, place, None, of)
    elif is_number and len(cell) <= 15:
        sheet.write_number(row, place, float(cell), of)
    else:
        sheet.write_string(row, place, cell, of)


def _width(column: Column) -> int:
    if column.name in ("note",) or (column.kind is Kind.TEXT and (column.longest or 999) > 150):
        return 40
    return 22 if column.kind in (Kind.CODE, Kind.REFERENCE, Kind.ITEMS) else 14


def _rule(column: Column, form: Form, lists: Lists) -> dict[str, Any] | None:
    """Give the rule of a column's cells: what a spreadsheet program lets be typed there."""
    values: Sequence[str] = ("yes", "no") if column.kind is Kind.YESNO else column.choices
    if column.refers_to and column.kind is Kind.REFERENCE:
        values = form.codes.get(column.refers_to, ())
    if values:
        if len(",".join(values)) <= _INLINE and not any("," in value for value in values) and not column.refers_to:
            return {"validate": "list", "source": list(values)}
        name = column.refers_to or f"{form.name}.{column.name}"
        lists.known.setdefault(name, values)
        return {"validate": "list", "source": lists.source(name), "error_type": "warning"}
    if column.kind is Kind.WHOLE:
        low = -(2**31) if column.lowest is None else column.lowest
        high = 2**31 - 1 if column.highest is None else min(column.highest, 2**53)
        return {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high}
    if column.kind is Kind.DECIMAL and column.lowest is not None and column.highest is not None:
        return {"validate": "decimal", "criteria": "between", "minimum": column.lowest, "maximum": column.highest}
    if column.kind is Kind.TEXT and column.longest:
        return {"validate": "length", "criteria": "<=", "value": column.longest}
    return None
