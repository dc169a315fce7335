"""A row of the record as the cells of a folder, and back: what people type, read and see in a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from pairup.errors import InputError
from pairup.exchange.cells import write_amount, write_cell, write_day
from pairup.exchange.layout import Column, Kind, Table
from pairup.exchange.notes import nearest
from pairup.services.personal import open_rows, vault_open
from pairup.services.schema import folder_layout

#: stands for a row that is there and is not shown to whoever acts
HIDDEN = "•••"
_PRECISIONS = {Kind.FROM: "starts_precision", Kind.TO: "ends_precision", Kind.HAPPENED: "day_precision"}


def table_for(name: str, *, by_hand: bool = True) -> Table:
    """Give a table by its name. Refuses one that is not there, and one that only commands fill."""
    layout = folder_layout()
    if name not in layout:
        raise InputError(
            f"There is no table {name!r}.",
            hint=f"Tables: {nearest(name, layout, otherwise=60)}.",
            code="lifecycle.no-table",
            table=name,
        )
    if by_hand and not layout[name].by_hand:
        raise InputError(
            f"Rows of {name} come from commands alone.",
            hint="`pairup --help` lists the commands.",
            code="lifecycle.not-by-hand",
            table=name,
        )
    return layout[name]


def require_columns(table: Table, names: Sequence[str]) -> None:
    """Refuse a column that the table does not have."""
    known = [column.name for column in table.columns]
    for name in names:
        if name not in known:
            raise InputError(
                f"{table.name} has no column {name!r}.",
                hint=f"Columns: {nearest(name, known, otherwise=40)}.",
                code="lifecycle.no-column", table=table.name, column=name,
            )  # fmt: skip


def fields_of(table: Table, names: Sequence[str]) -> set[str]:
    """Name the fields of the record that these columns fill."""
    found: set[str] = set()
    for name in names:
        column = table.column(name)
        assert column is not None
        found.add(column.field)
        if column.kind in _PRECISIONS:
            found.add(_PRECISIONS[column.kind])
    return found


def cells_of(row: Any, table: Table, *, personal: bool = True, to_compare: bool = False) -> dict[str, str]:
    """Give a version row as cells by column; without its personal columns where `personal` is not asked for.

    What is in the vault is told by a logged read alone; here only `to_compare` it with what comes in.
    """
    is_told = personal and (to_compare or not getattr(row, "in_vault", False))
    columns = [column for column in table.columns if is_told or not column.personal]
    if any(column.personal for column in columns):
        with vault_open():
            open_rows([row])
    return {column.name: HIDDEN if is_hidden(row, column) and not to_compare else _cell(row, column)
            for column in columns}  # fmt: skip


def is_hidden(row: Any, column: Column) -> bool:
    """Whether a cell names a row that whoever acts does not see: an evaluator reads postings, and nobody's person."""
    if column.kind is not Kind.REFERENCE:
        return False
    try:
        getattr(row, column.field)
    except ObjectDoesNotExist:
        return True
    return False


def _cell(row: Any, column: Column) -> str:
    match column.kind:
        case Kind.CODE:
            return str(row.identity.code)
        case Kind.FROM:
            return write_day(row.starts, row.starts_precision, is_end=False)
        case Kind.TO:
            return write_day(row.ends_before, row.ends_precision, is_end=True)
        case Kind.HAPPENED:
            return write_day(row.day, row.day_precision, is_end=False)
        case Kind.AMOUNT:
            minor = getattr(row, column.field)
            return "" if minor is None else write_amount(minor, row.currency)
        case Kind.REFERENCE:
            other = getattr(row, column.field)
            return "" if other is None else str(getattr(other, "code", other))
        case Kind.BYTES | Kind.DOCUMENT:
            return ""
    return write_cell(column, getattr(row, column.field))


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Give the columns in which two rows differ, each with both cells."""
    return {name: (before.get(name, ""), text) for name, text in after.items() if before.get(name, "") != text}
