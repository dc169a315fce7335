"""An empty sheet of a table to fill: drop-downs of its lists and of the record's codes, and a note at each column."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.exchange.form_sheets import Form, Lists, write_form
from pairup.exchange.layout import Column, Kind, Table
from pairup.exchange.writing import Book
from pairup.services.exports import require_free
from pairup.services.folder.starting import example
from pairup.services.schema import folder_layout
from pairup.values.words import Words

#: codes of one drop-down; longer lists are not scrolled through by anybody
MOST_CODES = 5_000


def write_template(
    table: str, *, into: Path | str, on: date | None, language: str = "en", programme: str | None = None,
    currency: str = "CNY", force: bool = False,
) -> None:  # fmt: skip
    """Write an empty workbook for a table. With `on`, the codes in force on that day in the open record are offered.

    Personal columns are not in it: they are no matter of sheets.
    """
    layout, into = folder_layout(), Path(into)
    if table not in layout or not layout[table].by_hand:
        tables = ", ".join(one.name for one in layout.values() if one.by_hand)
        raise InputError(
            f"There is no table {table!r} to fill.", hint=f"Tables: {tables}.", code="imports.no-such-table",
            table=table,
        )  # fmt: skip
    require_free(into, force, is_folder=False)
    of = layout[table]
    columns = filled_columns(of)
    codes = {} if on is None else {
        target: read_codes(target, on=on, programme=programme) for target in {c.refers_to for c in columns} - {""}
    }  # fmt: skip
    examples = {column.name: _example(column, codes, currency) for column in columns}
    lists = Lists()
    with Book(into) as book:
        write_form(book, Form(table, columns, codes), [], lists, language=language, examples=examples)
        row = [examples[column.name] for column in columns]
        write_form(book, Form("example", columns, codes, free=0), [row], lists, language=language, examples=examples)
        book.about(_about(of, columns, language))
        lists.write(book)


def filled_columns(table: Table) -> list[Column]:
    """The columns of a table that stand in sheets to fill."""
    return [column for column in table.columns if not column.personal]


def read_codes(table: str, *, on: date, known_by: date | None = None, programme: str | None = None) -> list[str]:
    """Codes of a table's rows on a day, in order; none where there are too many for a drop-down."""
    from pairup.record.models import TABLES

    model: Any = TABLES[table]
    rows = model.objects.on(on, known_by=known_by)
    if programme is not None and folder_layout()[table].scoped:
        rows = rows.filter(identity__programme__code=programme)
    codes = list(rows.order_by("identity__code").values_list("identity__code", flat=True).distinct()[: MOST_CODES + 1])
    return codes if len(codes) <= MOST_CODES else []


def _example(column: Column, codes: dict[str, list[str]], currency: str) -> str:
    if column.refers_to and codes.get(column.refers_to):
        return codes[column.refers_to][0] if column.required else ""
    if column.kind is Kind.TEXT and column.required and column.name != "currency":
        return "text"[: column.longest]
    return example(column, currency)


def _about(table: Table, columns: list[Column], language: str) -> list[tuple[str, str]]:
    lines = [
        ("pairup template", table.name),
        ("", Words("imports.about-template", {"table": table.name}).say(language)),
    ]
    if len(columns) < len(table.columns):
        lines.append(("", Words("imports.about-personal").say(language)))
    return lines
