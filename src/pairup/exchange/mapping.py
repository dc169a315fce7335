"""A user's own sheet, unchanged, as a table of a programme folder: what `mapping.toml` says, and the sheet read by it.

The mapping changes only how things are written. What it cannot change with certainty it leaves as it stands, and the
check of the table then says what is wrong with it, under the user's own header.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from pairup.exchange.encodings import ENCODINGS, decode
from pairup.exchange.forbidden import forbidden
from pairup.exchange.layout import Column, Kind, Layout
from pairup.exchange.notes import finding, nearest
from pairup.exchange.sheets import Grid, Sheet, read_grid, sheet_from
from pairup.values.findings import Finding, Severity

UNITS = {
    "元": 1, "千元": 10**3, "万元": 10**4, "百万元": 10**6, "千万元": 10**7, "亿元": 10**8,
    "thousand": 10**3, "million": 10**6, "billion": 10**9,
}  # fmt: skip
DAY_ORDERS = ("day-first", "month-first")
_DAYS = (
    re.compile(r"(\d{4})\s*年\s*(?:(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号])?)?"),
    re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})"),
    re.compile(r"(\d{4})[/\-](\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{2}|[2-9])"),
    re.compile(r"((?:19|20)\d{2})([01]\d)([0-3]\d)"),
)
_SHORT_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_FIELD = re.compile(r"\{([^{}]+)\}")
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
    decoded = decode(path.read_bytes(), file=part.file, encoding=part.encoding or plan.encoding or None)
    if decoded.text is None:
        return None, [decoded.finding] if decoded.finding else []
    grid, found = read_grid(decoded.text, file=part.file, delimiter=part.delimiter, comments=False)
    if part.header_row not in grid.rows:
        return None, [*found, finding("no-header-row", file=part.file, row=part.header_row, number=part.header_row)]
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
    return Grid(grid.file, [record for record, _ in kept], [row for _, row in kept])


def _is_skipped(record: Sequence[str], part: Part) -> bool:
    first = next((text for cell in record if (text := _solid(cell))), "")
    return not first or any(first.startswith(_solid(word)) for word in part.skip_rows)


def _with_rows_squared(grid: Grid, part: Part) -> Grid:
    """Fill rows that end early: spreadsheets leave out empty cells at the end of a row."""
    at = grid.rows.index(part.header_row)
    width = len(grid.records[at])
    return Grid(grid.file, [record + [""] * (width - len(record)) for record in grid.records], grid.rows)


def _solid(text: str) -> str:
    """A header or word without its spaces and line ends, full-width signs as the plain ones."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _translated(sheet: Sheet, part: Part, layout: Layout, found: list[Finding]) -> tuple[Sheet, list[Finding]]:
    heads = {_solid(head): head for head in sheet.columns}
    filled = {_solid(head): _filled(sheet, heads, head) for head in part.fill_down if _solid(head) in heads}
    cells: Mapping[str, Sequence[str]] = {
        solid: filled.get(solid, sheet.columns[head]) for solid, head in heads.items()
    }
    sheet, cells, more = _only_filled(sheet, cells, part)
    found += more
    columns: dict[str, Sequence[str]] = {}
    shown: dict[str, str] = {}
    table = layout[part.table]
    for said, targets in part.columns.items():
        if (head := _solid(said)) not in heads:
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
    return Sheet(sheet.file, columns, sheet.rows, shown), found + _unused(sheet, part)


def _only_filled(
    sheet: Sheet, cells: Mapping[str, Sequence[str]], part: Part
) -> tuple[Sheet, Mapping[str, Sequence[str]], list[Finding]]:
    """Leave out rows in which one of the named columns is empty: a sheet that holds two tables side by side."""
    if not part.only_filled:
        return sheet, cells, []
    unknown = [head for head in part.only_filled if _solid(head) not in cells]
    nothing = {"", *map(_solid, part.empty)}
    tests = [cells[_solid(head)] for head in part.only_filled if head not in unknown]
    kept = [at for at in range(len(sheet)) if all(_solid(texts[at]) not in nothing for texts in tests)]
    found = [_no_such_head(sheet, head, head) for head in unknown]
    shorter = Sheet(sheet.file, {name: [texts[at] for at in kept] for name, texts in sheet.columns.items()},
                    [sheet.rows[at] for at in kept])  # fmt: skip
    return shorter, {name: [texts[at] for at in kept] for name, texts in cells.items()}, found


def _no_such_head(sheet: Sheet, column: str, name: str) -> Finding:
    return finding("no-such-head", file=sheet.file, column=column, name=name, known=nearest(name, sheet.columns))


def _filled(sheet: Sheet, heads: Mapping[str, str], head: str) -> list[str]:
    """Fill the cells under a merged one with its text."""
    texts, last = [], ""
    for text in sheet.columns[heads[_solid(head)]]:
        last = text if text.strip() else last
        texts.append(last)
    return texts


def _unused(sheet: Sheet, part: Part) -> list[Finding]:
    """Name the columns that the mapping says nothing about, and the forbidden ones, which only `ignore` keeps out."""
    mapped = {_solid(head) for head in part.columns}
    used = mapped | {_solid(head) for head in part.fill_down}
    used |= {_solid(head) for head in part.only_filled}
    used |= {_solid(name) for template in part.templates.values() for name in _FIELD.findall(template)}
    ignored = {_solid(head) for head in part.ignore} - used
    found = []
    for head in sheet.columns:
        attribute, is_ignored = forbidden(head), _solid(head) in ignored
        if attribute and _solid(head) not in mapped:
            code = "forbidden-ignored" if is_ignored else "forbidden-column"
            severity = Severity.WARNING if is_ignored else Severity.REFUSED
            found.append(finding(code, file=sheet.file, column=head, severity=severity, name=head, attribute=attribute))
        elif not attribute and head and _solid(head) not in used and not is_ignored:
            found.append(finding("unmapped-column", file=sheet.file, column=head, name=head))
    return found


def _by_template(
    template: str, cells: Mapping[str, Sequence[str]], sheet: Sheet, target: str
) -> tuple[list[str], list[Finding]]:
    names = _FIELD.findall(template)
    unknown = [name for name in names if name != "row" and _solid(name) not in cells]
    if unknown:
        return [""] * len(sheet), [_no_such_head(sheet, target, unknown[0])]
    texts = []
    for at, row in enumerate(sheet.rows):
        parts = {name: str(row) if name == "row" else cells[_solid(name)][at].strip() for name in names}
        texts.append(_FIELD.sub(lambda found, parts=parts: parts[found[1]], template))  # type: ignore[misc]
    return texts, []


def _changed(texts: Sequence[str], column: Column, part: Part) -> list[str]:
    """Write every cell of a column as the folder's format has it, where that is certain."""
    change = _changer(column, part)
    memo = {text: change(text) for text in set(texts)}
    return [memo[text] for text in texts]


def _changer(column: Column, part: Part) -> Callable[[str], str]:
    empty = {_solid(text) for text in part.empty}
    said = {_solid(text): value for text, value in part.values.get(column.name, {}).items()}
    factor = UNITS.get(part.units.get(column.name, "元"), 1)

    def change(text: str) -> str:
        solid = _solid(text)
        if solid in said:
            return said[solid]
        if solid in empty:
            return ""
        if column.kind in _DATES:
            return plain_day(solid, part.day_order) or text
        if column.kind in _NUMBERS:
            return plain_number(solid, factor) or text
        return text if column.kind is Kind.TEXT else text.strip()

    return change


def plain_day(text: str, day_order: str = "") -> str:
    """Write a day as `2024-03-05`, `2024-03` or `2024`, or give nothing where it is not certain.

    >>> plain_day("2024年3月5日"), plain_day("2024.3"), plain_day("2024.1"), plain_day("3/5/2024")
    ('2024-03-05', '2024-03', '', '')
    """
    for shape in _DAYS:
        if found := shape.fullmatch(text):
            return "-".join(part.zfill(2) for part in found.groups() if part)
    if day_order and (found := _SHORT_DAY.fullmatch(text)):
        one, two, year = found.groups()
        day, month = (one, two) if day_order == "day-first" else (two, one)
        return f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    return ""


def plain_number(text: str, factor: int = 1) -> str:
    """Write a number without grouping, times a factor, exactly; give nothing where it is not one.

    >>> plain_number("1,234.5", 10_000), plain_number("1.234,5")
    ('12345000', '')
    """
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text):
        return ""
    number = Decimal(text) * factor
    return f"{number.normalize():f}" if number else "0"
