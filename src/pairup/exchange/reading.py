"""A sheet and its table in; columns of values and findings out. Each distinct cell text is read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pairup.exchange.cells import CellRefused, Reader, holds_national_id, read_amount, reader
from pairup.exchange.forbidden import forbidden, forbidden_in
from pairup.exchange.layout import SAVED, Column, Kind, Table
from pairup.exchange.notes import finding, nearest
from pairup.exchange.sheets import Sheet, joined
from pairup.values.days import Precision
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words


@dataclass(slots=True)
class Rows:
    """The rows of one table by field of the record; references hold codes. None stands where a cell was refused."""

    table: Table
    sheet: Sheet
    fields: dict[str, Sequence[Any]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)  # places (from 0) of rows with a refused cell

    def __len__(self) -> int:
        return len(self.sheet)

    @property
    def codes(self) -> Sequence[str]:
        return self.fields["code"]

    def some(self, places: Sequence[int]) -> Rows:
        """Give the rows at some places, none of which may be refused."""
        fields: dict[str, Sequence[Any]] = {name: [said[at] for at in places] for name, said in self.fields.items()}
        return Rows(self.table, self.sheet.some(places), fields)

    def where(self, at: int, column: str = "") -> dict[str, Any]:
        """Say where a row stands, as `finding` takes it."""
        file, row, heads = self.sheet.place(at)
        return {"file": file, "row": row, "column": heads.get(column, column)}


def read_rows(
    table: Table, sheets: Sequence[Sheet], *, saved: bool = False, partial: bool = False
) -> tuple[Rows, list[Finding]]:
    """Read every cell of a table, which may stand in several sheets; all findings are collected.

    A `partial` table may lack columns, for whoever reads it to fill; its code it may not.
    """
    rows = Rows(table, joined(sheets))
    asked = replace(table, columns=tuple(_asked(column, rows.sheet) for column in table.columns)) if partial else table
    found = [one for sheet in sheets for one in _check_columns(asked, sheet, saved)]
    for column in asked.columns:
        if column.kind is Kind.AMOUNT:
            found += _read_amounts(rows, column, saved)
        else:
            found += _read_column(rows, column)
    return rows, found


def _asked(column: Column, sheet: Sheet) -> Column:
    """A column as it is asked for: not required where the sheet does not have it."""
    is_free = column.required and column.kind is not Kind.CODE and column.name not in sheet.columns
    return replace(column, required=False) if is_free else column


def _check_columns(table: Table, sheet: Sheet, saved: bool) -> list[Finding]:
    found, names = [], [column.name for column in table.columns]
    for name in sheet.columns:
        head = sheet.head(name)
        if attribute := forbidden(name) or forbidden(head):
            found.append(finding("forbidden-column", file=sheet.file, column=head, name=head, attribute=attribute))
        elif name and name not in names:
            code = "saved-column" if name in SAVED and not saved else "unknown-column"
            facts: dict[str, Any] = {"name": name, "table": table.name, "known": nearest(name, names)}
            found.append(finding(code, file=sheet.file, column=head, **facts))
    if len(sheet):
        for column in table.columns:
            if column.required and column.name not in sheet.columns:
                found.append(
                    finding("missing-column", file=sheet.file, column=column.name, name=column.name, table=table.name)
                )
    return found


def _read_column(rows: Rows, column: Column) -> list[Finding]:
    texts = rows.sheet.columns.get(column.name)
    if texts is None:
        empty = _empty(column)
        for name, value in _spread(column, empty):
            rows.fields[name] = [value] * len(rows)
        if column.required:
            rows.refused.update(range(len(rows)))
        return []
    values, refusals = _read_each(set(texts), column)
    found = _tell(rows, column, texts, refusals) if refusals else []
    if column.kind is Kind.TEXT:
        found += _warn_of_numbers(rows, column, texts)
        found += _warn_of_words(rows, column, texts)
    for place, name in enumerate(_names(column)):
        part = {text: value[place] for text, value in values.items()} if column.kind in _TWO_FIELDS else values
        rows.fields[name] = list(map(part.__getitem__, texts))
    return found


_TWO_FIELDS = {Kind.FROM: "starts_precision", Kind.TO: "ends_precision", Kind.HAPPENED: "day_precision"}


def _names(column: Column) -> tuple[str, ...]:
    return (column.field, _TWO_FIELDS[column.kind]) if column.kind in _TWO_FIELDS else (column.field,)


def _spread(column: Column, value: Any) -> Iterator[tuple[str, Any]]:
    names = _names(column)
    return zip(names, value if len(names) == 2 else (value,), strict=True)


def _empty(column: Column) -> Any:
    if column.kind in _TWO_FIELDS:
        return None, str(Precision.DAY)
    return column.default() if callable(column.default) else column.default


def _read_each(texts: set[str], column: Column) -> tuple[dict[str, Any], dict[str, CellRefused]]:
    read, values, refusals = _with_precision(column), {}, {}
    for text in texts:
        if text and not text.isspace():
            try:
                values[text] = read(text)
                continue
            except CellRefused as refusal:
                refusals[text] = refusal
        elif column.required:
            refusals[text] = CellRefused("empty-cell", name=column.name)
        values[text] = _empty(column)
    return values, refusals


def _with_precision(column: Column) -> Reader:
    read = reader(column)
    if column.kind not in _TWO_FIELDS:
        return read

    def spread(text: str) -> tuple[Any, str]:
        rough, precision = read(text)
        first = None if rough is None else rough.after if column.kind is Kind.TO else rough.first
        return first, str(precision)

    return spread


def _tell(rows: Rows, column: Column, cells: Sequence[Any], refusals: Mapping[Any, CellRefused]) -> list[Finding]:
    found = []
    for at, cell in enumerate(cells):
        if refusal := refusals.get(cell):
            rows.refused.add(at)
            found.append(finding(refusal.code, **rows.where(at, column.name), **refusal.facts))
    return found


def _warn_of_numbers(rows: Rows, column: Column, texts: Sequence[str]) -> list[Finding]:
    suspects = {text for text in set(texts) if len(text) >= 18 and holds_national_id(text)}
    if not suspects:
        return []
    places = [at for at, text in enumerate(texts) if text in suspects]
    return [finding("national-id-in-text", severity=Severity.WARNING, **rows.where(at, column.name)) for at in places]


def _warn_of_words(rows: Rows, column: Column, texts: Sequence[str]) -> list[Finding]:
    """Warn where free text about a person names what no column may hold: faith, party, origin and the like."""
    is_about = rows.table.of_people
    if not is_about or column.kind is not Kind.TEXT:
        return []
    named = {text: attribute for text in set(texts) if text and (attribute := forbidden_in(text))}
    return [_named(rows, at, column, named[text]) for at, text in enumerate(texts) if text in named]


def _named(rows: Rows, at: int, column: Column, attribute: str) -> Finding:
    where, facts = rows.where(at, column.name), {"attribute": attribute}
    said, hint = Words("vault.words-in-text", facts), Words("vault.words-in-text.hint", facts)
    return Finding(said, where["file"], where["row"], where["column"], hint, Severity.WARNING)


def _read_amounts(rows: Rows, column: Column, saved: bool) -> list[Finding]:
    nothing = [""] * len(rows)
    if column.required and column.name not in rows.sheet.columns:
        rows.fields[column.field] = [None] * len(rows)
        rows.refused.update(range(len(rows)))
        return []
    texts = rows.sheet.columns.get(column.name, nothing)
    currencies = rows.sheet.columns.get(column.currency, nothing)
    pairs = list(zip(texts, (text.strip() for text in currencies), strict=True))
    values: dict[tuple[str, str], int | None] = {}
    refusals: dict[tuple[str, str], CellRefused] = {}
    for pair in set(pairs):
        values[pair] = None
        try:
            values[pair] = _amount(pair, column, saved)
        except CellRefused as error:
            refusals[pair] = error
    found: list[Finding] = []
    if refusals:
        found = _tell(rows, column, pairs, refusals)
    rows.fields[column.field] = list(map(values.__getitem__, pairs))
    return found


def _amount(pair: tuple[str, str], column: Column, saved: bool) -> int | None:
    text, currency = pair
    if not text or text.isspace():
        if column.required:
            raise CellRefused("empty-cell", name=column.name)
        return None
    if not saved and not (len(currency) == 3 and currency.isascii() and currency.isupper() and currency.isalpha()):
        raise CellRefused("no-currency", found=currency)
    return read_amount(text, currency)
