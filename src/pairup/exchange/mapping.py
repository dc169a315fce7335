"""A user's own sheet, unchanged, as a table of a programme folder: what `mapping.toml` says, and the sheet read by it.

The mapping changes only how things are written. What it cannot change with certainty it leaves as it stands, and the
check of the table then says what is wrong with it, under the user's own header.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pairup.exchange.child import FileRefused, Flaw, Parsed, parse_apart
from pairup.exchange.encodings import ENCODINGS, decode
from pairup.exchange.forbidden import forbidden
from pairup.exchange.layout import Column, Kind, Layout, Table
from pairup.exchange.notes import address, file_finding, finding, nearest
from pairup.exchange.plain import DAY_ORDERS, UNITS, plain_day, plain_number, plain_year, plain_yes_no, solid
from pairup.exchange.sheets import Grid, Sheet, read_grid, sheet_from
from pairup.values.findings import Finding, Severity

_FIELD = re.compile(r"\{([^{}]+)\}")
#: files that hold sheets; parsed in the limited child only
WORKBOOKS = (".xlsx", ".xlsm")
_DATES = (Kind.FROM, Kind.TO, Kind.HAPPENED, Kind.DAY, Kind.ROUGH)
_NUMBERS = (Kind.WHOLE, Kind.DECIMAL, Kind.AMOUNT)


@dataclass(frozen=True, slots=True)
class Part:
    """How one sheet becomes one table."""

    file: str
    table: str
    encoding: str = ""
    delimiter: str = ","
    header_row: int = 1
    columns: Mapping[str, str | list[str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignore: Sequence[str] = ()
    skip_rows: Sequence[str] = ()
    empty: Sequence[str] = ()
    fill_down: Sequence[str] = ()
    only_filled: Sequence[str] = ()
    day_order: str = ""
    sheet: str = ""  # of a workbook; may be left out where only one holds anything


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole mapping; an empty one says that every file is a table as it stands."""

    file: str = ""
    programme: str = ""
    encoding: str = ""
    ignore_files: Sequence[str] = ()  # with the files of every part, so that a wrong part is told once
    parts: Sequence[Part] = ()


def read_mapping(path: Path, layout: Layout) -> tuple[Plan, list[Finding]]:
    """Read a mapping file. Unknown keys, tables, columns and units are findings; what is wrong is left out."""
    if not path.is_file():
        return Plan(), [finding("no-mapping", file=path.name)]
    decoded = decode(path.read_bytes(), file=path.name)
    if decoded.text is None:
        return Plan(), [decoded.finding] if decoded.finding else []
    try:
        said = tomllib.loads(decoded.text)
    except tomllib.TOMLDecodeError as error:
        return Plan(), [finding("bad-toml", file=path.name, error=str(error))]
    tables = said.pop("table", [])
    known, found = _typed(said, Plan, path.name, "")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return Plan(), [*found, finding("mapping-type", file=path.name, key="table", wanted="[[table]]")]
    if known.get("encoding", "utf-8").lower() not in ENCODINGS:
        found.append(_not_one_of(path.name, "encoding", known.pop("encoding"), ENCODINGS))
    parts = []
    for at, table in enumerate(tables):
        part, more = _read_part(table, path.name, f"table[{at + 1}].", layout)
        found += more
        parts += [part] if part else []
    ignored = [*known.pop("ignore_files", ()), *(str(table.get("file")) for table in tables)]
    return Plan(**known, file=path.name, parts=tuple(parts), ignore_files=ignored), found


def _typed(said: Mapping[str, Any], of: type, file: str, prefix: str) -> tuple[dict[str, Any], list[Finding]]:
    """Keep the keys a dataclass has, where their values have its types."""
    wanted = {
        one.name: str(one.type) for one in fields(of) if one.name not in ("parts", *(("file",) if of is Plan else ()))
    }
    kept, found = {}, []
    for key, value in said.items():
        if key not in wanted:
            found.append(finding("mapping-key", file=file, key=prefix + key, known=nearest(key, wanted)))
        elif not _fits(value, wanted[key]):
            found.append(finding("mapping-type", file=file, key=prefix + key, wanted=wanted[key]))
        else:
            kept[key] = value
    return kept, found


def _fits(value: Any, wanted: str) -> bool:
    if wanted == "str":
        return isinstance(value, str)
    if wanted == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted.startswith("Sequence"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if not isinstance(value, dict):
        return False
    if "Mapping[str, Mapping" in wanted:
        return all(
            isinstance(item, dict) and all(isinstance(text, str) for text in item.values()) for item in value.values()
        )
    lists = "list" in wanted
    return all(isinstance(item, str) or (lists and _fits(item, "Sequence")) for item in value.values())


def _not_one_of(file: str, key: str, found: str, known: Iterable[str]) -> Finding:
    return finding("mapping-value", file=file, key=key, found=found, known=", ".join(known))


def _read_part(said: Mapping[str, Any], file: str, prefix: str, layout: Layout) -> tuple[Part | None, list[Finding]]:
    known, found = _typed(said, Part, file, prefix)
    missing = [key for key in ("file", "table") if key not in known]
    found += [finding("mapping-missing", file=file, key=prefix + key) for key in missing]
    if missing:
        return None, found
    part = Part(**known)
    tables = [table.name for table in layout.values() if table.by_hand]
    if part.table not in tables:
        near = nearest(part.table, tables, otherwise=40)
        found.append(finding("mapping-table", file=file, key=prefix + "table", found=part.table, known=near))
    if part.encoding and part.encoding.lower() not in ENCODINGS:
        found.append(_not_one_of(file, prefix + "encoding", part.encoding, ENCODINGS))
    if len(part.delimiter) != 1 or part.delimiter in '"\r\n':
        found.append(_not_one_of(file, prefix + "delimiter", part.delimiter, (",", ";", "\\t", "|")))
    if part.header_row < 1:
        found.append(_not_one_of(file, prefix + "header_row", str(part.header_row), ("1", "2", "3")))
    if part.day_order and part.day_order not in DAY_ORDERS:
        found.append(_not_one_of(file, prefix + "day_order", part.day_order, DAY_ORDERS))
    for column, unit in part.units.items():
        if unit not in UNITS:
            found.append(_not_one_of(file, f"{prefix}units.{column}", unit, UNITS))
    if found:
        return None, found
    return part, _check_targets(part, file, prefix, [column.name for column in layout[part.table].columns])


def _check_targets(part: Part, file: str, prefix: str, names: Sequence[str]) -> list[Finding]:
    """Name what is mapped to a column that the table does not have."""
    targets = [("columns", name) for said in part.columns.values() for name in _listed(said)]
    targets += [(key, name) for key in ("constants", "templates", "units", "values") for name in getattr(part, key)]
    return [
        finding("mapping-column", file=file, key=prefix + key, found=name, table=part.table, known=nearest(name, names))
        for key, name in targets
        if name not in names
    ]


def _listed(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said


# ------------------------------------------------------------------------------------------------ a sheet, read by it


def read_mapped(folder: Path, part: Part, plan: Plan, layout: Layout) -> tuple[Sheet | None, list[Finding]]:
    """Read one sheet of the user's as one table; None where it cannot be read at all."""
    path = folder / part.file
    if not path.is_file():
        return None, [finding("mapping-no-file", file=plan.file, found=part.file)]
    if path.resolve().parent != folder.resolve():
        return None, [finding("mapping-outside", file=plan.file, found=part.file)]
    if path.suffix.lower() in WORKBOOKS:
        return _from_workbook(path, part, layout)
    decoded = decode(path.read_bytes(), file=part.file, encoding=part.encoding or plan.encoding or None)
    if decoded.text is None:
        return None, [decoded.finding] if decoded.finding else []
    grid, found = read_grid(decoded.text, file=part.file, delimiter=part.delimiter, comments=False)
    return mapped_sheet(grid, part, layout, found)


def _from_workbook(path: Path, part: Part, layout: Layout) -> tuple[Sheet | None, list[Finding]]:
    try:
        parsed = parse_apart(path)
    except FileRefused as refusal:
        return None, [file_finding(refusal.code.removeprefix("imports."), **refusal.facts)]
    name, found = chosen_sheet(parsed, part.sheet)
    if name is None:
        return None, found
    sheet, more = mapped_sheet(parsed.grids[name], part, layout, found)
    return sheet, more + [flaw_finding(parsed, name, flaw, "") for flaw in parsed.flaws[name]]


def chosen_sheet(parsed: Parsed, wanted: str) -> tuple[str | None, list[Finding]]:
    """Name the sheet of a workbook that is meant: the one asked for, or the only one that holds anything."""
    filled = [name for name, grid in parsed.grids.items() if grid.records]
    if wanted in parsed.grids or (not wanted and len(filled) == 1):
        return (wanted or filled[0]), []
    known = ", ".join(filled) or "-"
    if wanted:
        return None, [file_finding("no-such-sheet", file=parsed.file, found=wanted, known=known)]
    return None, [file_finding("which-sheet", file=parsed.file, known=known)]


def flaw_finding(parsed: Parsed, sheet: str, flaw: Flaw, column: str) -> Finding:
    """Tell a cell that cannot be taken."""
    facts: dict[str, Any] = {"found": flaw.found, "cell": address(flaw.row, flaw.column)}
    return file_finding(flaw.code, file=parsed.grids[sheet].file, row=flaw.row, column=column, **facts)


def mapped_sheet(grid: Grid, part: Part, layout: Layout, found: list[Finding]) -> tuple[Sheet | None, list[Finding]]:
    """Read a grid by a mapping, as one table; what was found so far comes before what is found here."""
    if part.header_row not in grid.rows:
        return None, [*found, finding("no-header-row", file=grid.file, row=part.header_row, number=part.header_row)]
    grid = _with_rows_squared(_without(grid, part), part)
    sheet, more = sheet_from(grid, grid.rows.index(part.header_row))
    return _translated(sheet, part, layout, found + more)


def _without(grid: Grid, part: Part) -> Grid:
    """Leave out title rows, totals and rows without a filled cell."""
    kept = [
        (record, row)
        for record, row in zip(grid.records, grid.rows, strict=True)
        if row == part.header_row or (row > part.header_row and not _is_skipped(record, part))
    ]
    return replace(grid, records=[record for record, _ in kept], rows=[row for _, row in kept])


def _is_skipped(record: Sequence[str], part: Part) -> bool:
    first = next((text for cell in record if (text := solid(cell))), "")
    return not first or any(first.startswith(solid(word)) for word in part.skip_rows)


def _with_rows_squared(grid: Grid, part: Part) -> Grid:
    """Fill rows that end early: spreadsheets leave out empty cells at the end of a row."""
    at = grid.rows.index(part.header_row)
    width = len(grid.records[at])
    return replace(grid, records=[record + [""] * (width - len(record)) for record in grid.records])


def _translated(sheet: Sheet, part: Part, layout: Layout, found: list[Finding]) -> tuple[Sheet, list[Finding]]:
    heads = {solid(head): head for head in sheet.columns}
    filled = {solid(head): _filled(sheet, heads, head) for head in part.fill_down if solid(head) in heads}
    cells: Mapping[str, Sequence[str]] = {
        short: filled.get(short, sheet.columns[head]) for short, head in heads.items()
    }
    sheet, cells, more = _only_filled(sheet, cells, part)
    found += more
    columns: dict[str, Sequence[str]] = {}
    shown: dict[str, str] = {}
    table = layout[part.table]
    for said, targets in part.columns.items():
        if (head := solid(said)) not in heads:
            found.append(_no_such_head(sheet, said, said))
            continue
        for target in _listed(targets):
            if column := table.column(target):
                columns[target] = _changed(cells[head], column, part)
                shown[target] = heads[head]
    for target, text in part.constants.items():
        columns[target] = [text] * len(sheet)
    for target, template in part.templates.items():
        texts, more = _by_template(template, cells, sheet, target)
        columns[target] = texts
        found += more
    whole = Sheet(sheet.file, columns, sheet.rows, shown, order=sheet.order)
    return whole, found + _unused(sheet, part)


def _only_filled(
    sheet: Sheet, cells: Mapping[str, Sequence[str]], part: Part
) -> tuple[Sheet, Mapping[str, Sequence[str]], list[Finding]]:
    """Leave out rows in which one of the named columns is empty: a sheet that holds two tables side by side."""
    if not part.only_filled:
        return sheet, cells, []
    unknown = [head for head in part.only_filled if solid(head) not in cells]
    nothing = {"", *map(solid, part.empty)}
    tests = [cells[solid(head)] for head in part.only_filled if head not in unknown]
    kept = [at for at in range(len(sheet)) if all(solid(texts[at]) not in nothing for texts in tests)]
    found = [_no_such_head(sheet, head, head) for head in unknown]
    shorter = Sheet(sheet.file, {name: [texts[at] for at in kept] for name, texts in sheet.columns.items()},
                    [sheet.rows[at] for at in kept], order=sheet.order)  # fmt: skip
    return shorter, {name: [texts[at] for at in kept] for name, texts in cells.items()}, found


def _no_such_head(sheet: Sheet, column: str, name: str) -> Finding:
    return finding("no-such-head", file=sheet.file, column=column, name=name, known=nearest(name, sheet.columns))


def _filled(sheet: Sheet, heads: Mapping[str, str], head: str) -> list[str]:
    """Fill the cells under a merged one with its text."""
    texts, last = [], ""
    for text in sheet.columns[heads[solid(head)]]:
        last = text if text.strip() else last
        texts.append(last)
    return texts


def _unused(sheet: Sheet, part: Part) -> list[Finding]:
    """Name the columns that the mapping says nothing about, and the forbidden ones, which only `ignore` keeps out."""
    mapped = {solid(head) for head in part.columns}
    used = mapped | {solid(head) for head in part.fill_down}
    used |= {solid(head) for head in part.only_filled}
    used |= {solid(name) for template in part.templates.values() for name in _FIELD.findall(template)}
    ignored = {solid(head) for head in part.ignore} - used
    found = []
    for head in sheet.columns:
        attribute, is_ignored = forbidden(head), solid(head) in ignored
        if attribute and solid(head) not in mapped:
            code = "forbidden-ignored" if is_ignored else "forbidden-column"
            severity = Severity.WARNING if is_ignored else Severity.REFUSED
            found.append(finding(code, file=sheet.file, column=head, severity=severity, name=head, attribute=attribute))
        elif not attribute and head and solid(head) not in used and not is_ignored:
            found.append(finding("unmapped-column", file=sheet.file, column=head, name=head))
    return found


def _by_template(
    template: str, cells: Mapping[str, Sequence[str]], sheet: Sheet, target: str
) -> tuple[list[str], list[Finding]]:
    names = _FIELD.findall(template)
    unknown = [name for name in names if name != "row" and solid(name) not in cells]
    if unknown:
        return [""] * len(sheet), [_no_such_head(sheet, target, unknown[0])]
    texts = []
    for at, row in enumerate(sheet.rows):
        parts = {name: str(row) if name == "row" else cells[solid(name)][at].strip() for name in names}
        texts.append(_FIELD.sub(lambda found, parts=parts: parts[found[1]], template))  # type: ignore[misc]
    return texts, []


def _changed(texts: Sequence[str], column: Column, part: Part) -> list[str]:
    """Write every cell of a column as the folder's format has it, where that is certain."""
    change = _changer(column, part)
    memo = {text: change(text) for text in set(texts)}
    return [memo[text] for text in texts]


def _changer(column: Column, part: Part) -> Callable[[str], str]:
    empty = {solid(text) for text in part.empty}
    said = {solid(text): value for text, value in part.values.get(column.name, {}).items()}
    factor = UNITS.get(part.units.get(column.name, "元"), 1)

    def change(text: str) -> str:
        short = solid(text)
        if short in said:
            return said[short]
        if short in empty:
            return ""
        if column.kind in _DATES:
            return plain_day(short, part.day_order) or text
        if column.kind in _NUMBERS:
            is_year = column.kind is Kind.WHOLE and column.name.endswith("year")
            return plain_number(short, factor) or (plain_year(short) if is_year else "") or text
        if column.kind is Kind.YESNO:
            return plain_yes_no(short) or text.strip()
        return text if column.kind is Kind.TEXT else text.strip()

    return change


def plainly(sheet: Sheet, table: Table) -> Sheet:
    """Give a sheet whose headers are the table's own, days and numbers written plainly where that is certain."""
    part = Part(sheet.file, table.name)
    rewritten = (*_DATES, *_NUMBERS, Kind.YESNO)
    columns = {
        name: _changed(texts, column, part) if (column := table.column(name)) and column.kind in rewritten else texts
        for name, texts in sheet.columns.items()
    }
    return replace(sheet, columns=columns)
