"""A difference as a workbook to work off, and a first mapping of a sheet to look over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pairup.exchange.child import parse_apart, refuse_file
from pairup.exchange.guessing import as_mapping, guess
from pairup.exchange.layout import Column, Kind
from pairup.exchange.mapping import chosen_sheet
from pairup.exchange.notes import address
from pairup.exchange.writing import Book, Cells
from pairup.services.exports import require_free
from pairup.services.imports.difference import Difference, State, TableDiff
from pairup.services.schema import folder_layout

_HEADS = (
    "state", "table", "code", "file", "cell", "column", "in_the_record", "in_the_sheet", "as_exported", "why",
)  # fmt: skip
_COLUMNS = tuple(Column(name, name, Kind.TEXT) for name in _HEADS)


def write_difference(difference: Difference, *, into: Path | str, language: str = "en", force: bool = False) -> int:
    """Write every row that is not the same as a line for each cell or reason; give the lines."""
    into = Path(into)
    require_free(into, force, is_folder=False)
    with Book(into) as book:
        count = book.table("difference", _COLUMNS, _lines(difference, language))
        totals = [(f"{state}", str(number)) for state, number in difference.counts.items()]
        book.about([("pairup import", difference.file), *totals])
    return count


def _lines(difference: Difference, language: str) -> Iterator[Cells]:
    for one in difference.critical:
        yield ["critical", "", "", one.file, difference.where(one), one.column, "", "", "", one.say(language)]
    for name, table in difference.tables.items():
        for at, state in enumerate(table.states):
            if state is not State.SAME:
                yield from _row(difference, name, table, at, language)
    for one in difference.warnings:
        yield ["warning", "", "", one.file, difference.where(one), one.column, "", "", "", one.say(language)]


def _row(difference: Difference, name: str, table: TableDiff, at: int, language: str) -> Iterator[Cells]:
    file, row, heads = table.rows.sheet.place(at)
    start = [str(table.states[at]), name, str(table.rows.codes[at] or ""), file]
    order = list(table.rows.sheet.order)
    told = False
    if table.states[at] is not State.REFUSED:
        for cell in table.cells(at) if table.states[at] is not State.NEW else ():
            head = heads.get(cell.column, cell.column)
            place = address(row, order.index(head) + 1) if head in order else ""
            yield [*start, place, head, cell.old, cell.new, cell.then or "", ""]
            told = True
    for reason in table.reasons.get(at, ()):
        place = difference.where(reason) or address(row, 1)
        yield [*start, place, reason.column, "", "", "", reason.say(language)]
        told = True
    if not told:
        yield [*start, address(row, 1), "", "", "", "", ""]


def propose_mapping(path: Path | str, *, table: str | None = None, sheet: str = "", encoding: str = "") -> str:
    """Propose how a sheet becomes a table, as the text of a mapping file. Nothing is read into the record."""
    path = Path(path)
    parsed = parse_apart(path, encoding=encoding, comments=False)
    name, found = ("", list(parsed.found)) if parsed.kind == "csv" else chosen_sheet(parsed, sheet)
    if found or name is None or name not in parsed.grids:
        words = found[0].words
        if words.code.startswith("imports."):
            facts = {key: value for key, value in words.facts.items() if key != "file"}
            raise refuse_file(path.name, words.code.removeprefix("imports."), **facts)
        raise refuse_file(path.name, "not-read", why=found[0].say())
    grid = parsed.grids[name]
    proposed = guess(grid, folder_layout(), table)
    if proposed is None:
        raise refuse_file(path.name, "no-guess")
    return as_mapping(proposed, path.name, name if len(parsed.grids) > 1 else "", encoding)
