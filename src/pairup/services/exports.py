"""Tables of the record out, as CSV or XLSX: every row, with its version, and the count of them said in the file.

What is read goes through the models' own managers, so that what a row-limited actor exports is what they see.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from pairup.errors import ConflictError, InputError
from pairup.exchange.cells import write_amount, write_cell, write_day
from pairup.exchange.layout import Column, Kind, Table
from pairup.exchange.writing import Book, Cells, Written, csv_lines
from pairup.record.models import TABLES
from pairup.record.places import Programme
from pairup.services.folder.shape import Progress, silent
from pairup.services.folder.versions import noun_of
from pairup.services.personal import unlogged
from pairup.services.schema import folder_layout
from pairup.values.words import Words

FORMATS = ("csv", "xlsx")
#: what `tables` may say for all that people write themselves
EVERY = "all"
_VERSION = Column("version", "number", Kind.WHOLE)
_PAIRS = {
    Kind.FROM: ("starts", "starts_precision"), Kind.TO: ("ends_before", "ends_precision"),
    Kind.HAPPENED: ("day", "day_precision"),
}  # fmt: skip


def export_tables(
    table: str,
    *,
    into: Path | str,
    form: str = "csv",
    on: date | None = None,
    known_by: date | None = None,
    programme: str | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Written:
    """Write a table, or `all` that people write, as of a day of the world and a day of the record.

    What is in the vault is no part of any export: it is read one person at a time, and each read is logged.

    Without `on`, every row in force is written, whenever it is true in the world. CSV of one table and XLSX are one
    file; CSV of all is a folder. Refuses a file that is there, unless `force`.
    """
    into = Path(into)
    tables = _chosen(table)
    scope = scope_of(tables, programme)
    require_free(into, force, is_folder=form == "csv" and table == EVERY)
    facts = {"programme": scope or "", "on": str(on or ""), "known_by": str(known_by or "")}

    def rows(one: Table) -> Iterator[Cells]:
        return read_cells(one, on=on, known_by=known_by, programme=scope)

    if form == "xlsx":
        return _write_book(into, tables, rows, facts, progress)
    written = Written()
    for at, one in enumerate(tables):
        progress(Words("imports.step-exporting", {"table": one.name}), at, len(tables))
        path = into / f"{one.name}.csv" if table == EVERY else into
        written.rows[one.name] = _write_csv(path, one, rows(one), {"table": one.name, **facts})
        written.files.append(path)
    return written


def _chosen(table: str) -> list[Table]:
    layout = folder_layout()
    if table == EVERY:
        return [one for one in layout.values() if one.by_hand and not one.in_vault]
    if table not in layout:
        raise InputError(
            f"There is no table {table!r}.", hint=f"Tables: {', '.join(layout)}, or all.",
            code="imports.no-such-table", table=table,
        )  # fmt: skip
    if layout[table].in_vault:
        raise unlogged(table)
    return [layout[table]]


def scope_of(tables: Sequence[Table], programme: str | None) -> str | None:
    """Name the programme whose rows are written: the one asked for, or the only one there is."""
    known = sorted(Programme.objects.values_list("code", flat=True))
    if programme is not None and programme not in known:
        raise InputError(
            f"There is no programme {programme!r} in this record.",
            hint=f"Programmes here: {', '.join(known) or 'none'}.", code="record.no-programme", programme=programme,
        )  # fmt: skip
    if programme is None and len(known) > 1 and any(one.scoped for one in tables):
        raise InputError(
            "The record holds several programmes, and a sheet has room for one.",
            hint=f"Say which with --programme: {', '.join(known)}.", code="imports.which-programme",
            known=", ".join(known),
        )  # fmt: skip
    return programme or (known[0] if len(known) == 1 else None)


def require_free(into: Path, force: bool, *, is_folder: bool) -> None:
    """Refuse to write over what is there; make the folder it goes into."""
    if not force and (into.is_file() or (into.is_dir() and (not is_folder or any(into.iterdir())))):
        raise ConflictError(
            f"{into} exists already.", hint="Name another, or use --force.", code="imports.exists", path=str(into)
        )
    (into if is_folder else into.parent).mkdir(parents=True, exist_ok=True)


def _write_csv(path: Path, table: Table, rows: Iterator[Cells], facts: Mapping[str, str]) -> int:
    """Write beside, then put the file in its place."""
    part, count = path.with_name(path.name + ".part"), 0

    def counted() -> Iterator[Cells]:
        nonlocal count
        for cells in rows:
            count += 1
            yield cells

    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            out.writelines(csv_lines(exported_columns(table), counted(), facts))
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _write_book(
    path: Path, tables: Sequence[Table], rows: Callable[[Table], Iterator[Cells]], facts: Mapping[str, str],
    progress: Progress,
) -> Written:  # fmt: skip
    with Book(path) as book:
        for at, one in enumerate(tables):
            progress(Words("imports.step-exporting", {"table": one.name}), at, len(tables))
            book.table(one.name, exported_columns(one), rows(one))
        lines = [(key, value) for key, value in facts.items() if value]
        sheets = [(f"rows of {name}", str(count)) for of in book.written.sheets.values() for name, count in of.items()]
        book.about([("pairup export", ""), *lines, *sheets])
    return book.written


def exported_columns(table: Table) -> tuple[Column, ...]:
    """The columns of an exported table: those of a folder but the personal ones, and the version of the row.

    What is kept of a person is read through the vault, which says who looked. A sheet without a column leaves it as it
    is when it comes back.
    """
    return (*(column for column in table.columns if not column.personal), _VERSION)


def read_cells(
    table: Table, *, on: date | None, known_by: date | None = None, programme: str | None = None, where: Any = None
) -> Iterator[Cells]:
    """Give the rows of a table as texts, in order of code and version; `where` (a `Q`) chooses among them."""
    model: Any = TABLES[table.name]
    rows = model.objects.known(known_by) if on is None else model.objects.on(on, known_by=known_by)
    if programme is not None and table.scoped:
        rows = rows.filter(identity__programme__code=programme)
    names = field_names(table)
    at = {name: place for place, name in enumerate(names)}
    cells = [_cell(column, at) for column in exported_columns(table)]
    if where is not None:
        rows = rows.filter(pk__in=rows.filter(where).values("pk"))
    ordered = rows.order_by("identity__code", "number").values_list(*names)
    for row in ordered.iterator(chunk_size=5000):
        yield [cell(row) for cell in cells]


def field_names(table: Table) -> list[str]:
    """The fields of version rows that an export reads, each once."""
    names = ["identity__code", "number"]
    for column in exported_columns(table)[1:]:
        names += _PAIRS.get(column.kind, (f"{column.field}_id" if column.refers_to else column.field,))
    return list(dict.fromkeys(names))


def _cell(column: Column, at: Mapping[str, int]) -> Callable[[Sequence[Any]], str]:
    """Give the function that writes one column of a row."""
    if column.kind is Kind.CODE:
        return lambda row: str(row[0])
    if column.refers_to:
        codes, place = _codes(column.refers_to), at[f"{column.field}_id"]
        return lambda row: codes.get(row[place], "")  # empty, too, where it names a row of another side
    if column.kind in _PAIRS:
        day, precision = (at[name] for name in _PAIRS[column.kind])
        is_end = column.kind is Kind.TO
        return lambda row: write_day(row[day], row[precision], is_end=is_end)
    place = at[column.field]
    if column.kind is Kind.AMOUNT:
        currency = at[column.currency]
        return lambda row: "" if row[place] is None else write_amount(row[place], row[currency])
    if column.kind is Kind.BYTES:
        return lambda row: f"sha256:{sha256(bytes(row[place])).hexdigest()}"
    if column.kind is Kind.DOCUMENT:
        return lambda row: json.dumps(row[place], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if column.kind is Kind.TEXT:
        return lambda row: row[place] or ""
    return lambda row: write_cell(column, row[place])


def _codes(table: str) -> dict[int, str]:
    return dict(noun_of(table)._default_manager.values_list("pk", "code"))
