"""One file that somebody sent, as sheets of tables. It is parsed in the limited child process only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.exchange.child import Flaw, Parsed, parse_apart, refuse_file
from pairup.exchange.layout import Layout, Table
from pairup.exchange.mapping import Part, chosen_sheet, flaw_finding, mapped_sheet, plainly, read_mapping
from pairup.exchange.notes import file_finding, nearest
from pairup.exchange.sheets import Sheet, sheet_from
from pairup.services import staging
from pairup.services.folder.checking import sorted_findings
from pairup.services.folder.shape import FolderRefused
from pairup.services.schema import folder_layout
from pairup.services.workbooks import PREFILLED, SEAL, Seal, read_seal
from pairup.values.findings import Finding, Severity

_NUMBERED = re.compile(r"(.+?) \d+")
_SAID_COUNT = re.compile(r"#\s*rows: (\d+)\b.*")


@dataclass(slots=True)
class Source:
    """Sheets with their tables, the version that each row was exported as, and what was found on the way."""

    file: str
    digest: str
    programme: str = ""
    sheets: list[tuple[str, Sheet]] = field(default_factory=list)
    seen: dict[str, list[int | None]] = field(default_factory=dict)
    flaws: list[tuple[str, Finding]] = field(default_factory=list)  # table, and what is wrong with one of its cells
    found: list[Finding] = field(default_factory=list)
    seal: Seal | None = None  # of a workbook for an office
    unfilled: int = 0  # rows that were offered to be filled, and were not
    compared: datetime | None = None  # when whoever sent it was last shown what it would change
    as_of: int | None = None  # or the entry of the journal as of which they were


def read_source(
    path: Path | str, *, table: str | None = None, sheet: str = "", mapping: Path | str | None = None,
    keep_for: str = "", at: datetime | None = None,
) -> Source:  # fmt: skip
    """Read a file by a mapping, or as the tables that its name or its sheets' names say.

    With `keep_for` (an actor) and `at`, what was read is kept until it is accepted, and is not read a second time.
    Raises `FileRefused` where it cannot be read at all, `FolderRefused` where the mapping is wrong.
    """
    path = Path(path)
    layout = folder_layout()
    parts, programme, options = _parts(path, mapping, layout)
    digest = _digest(path)
    kept = staging.staged(digest, options, actor=keep_for) if keep_for else None
    parsed = kept or parse_apart(path, **options)
    source = _source(parsed, digest, parts, programme, table, sheet, layout)
    source.compared = staging.compared_at(digest, actor=keep_for) if kept else None
    if keep_for and at is not None and kept is None:
        if personal := sorted({of for of, _ in source.sheets if layout[of].sealed}):
            raise refuse_file(path.name, "not-kept", tables=", ".join(personal))
        staging.stage(parsed, digest, options, actor=keep_for, at=at)
    return source


def _source(
    parsed: Parsed, digest: str, parts: list[Part], programme: str, table: str | None, sheet: str, layout: Layout
) -> Source:
    source = Source(parsed.file, digest, programme, found=list(parsed.found))
    _tell_of_the_file(source, parsed)
    if SEAL in parsed.grids:
        source.seal = read_seal(parsed.grids[SEAL].records)
    if source.seal is not None:
        source.programme = source.seal.programme
    if parts:
        _mapped(source, parsed, parts, layout)
    else:
        for name, of in _tables(parsed, table, sheet, layout):
            _plain(source, parsed, name, layout[of])
    return source


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refuse_file(path.name, "no-such-file", error=error.strerror or "") from None


def _parts(path: Path, mapping: Path | str | None, layout: Layout) -> tuple[list[Part], str, dict[str, Any]]:
    """Give the parts of a mapping that speak of this file, its programme, and how a text file is to be read."""
    if mapping is None:
        return [], "", {}
    plan, found = read_mapping(Path(mapping), layout)
    if found:
        raise FolderRefused(sorted_findings(found))
    parts = [part for part in plan.parts if fnmatchcase(path.name, part.file)]
    if not parts and len({part.file for part in plan.parts}) == 1:
        parts = list(plan.parts)  # made from one sheet, and now for another of its kind
    if not parts:
        files = ", ".join(sorted({part.file for part in plan.parts})) or "-"
        raise refuse_file(path.name, "mapping-other-file", mapping=Path(mapping).name, files=files)
    first = parts[0]
    encoding = first.encoding or plan.encoding
    return parts, plan.programme, {"encoding": encoding, "delimiter": first.delimiter, "comments": False}


def _tell_of_the_file(source: Source, parsed: Parsed) -> None:
    def warn(code: str, **facts: Any) -> None:
        source.found.append(file_finding(code, file=parsed.file, severity=Severity.WARNING, **facts))

    if parsed.unfenced:
        warn("unfenced", missing=", ".join(parsed.unfenced))
    if parsed.formulas:
        warn("formulas", count=parsed.formulas)
    if hidden := [name for name in parsed.hidden if name != "lists"]:  # the lists of our own drop-downs
        warn("hidden-sheets", known=", ".join(hidden))


def _mapped(source: Source, parsed: Parsed, parts: Sequence[Part], layout: Layout) -> None:
    for part in parts:
        name, found = ("", []) if parsed.kind == "csv" else chosen_sheet(parsed, part.sheet)
        source.found += found
        if name is None or name not in parsed.grids:
            continue
        sheet, found = mapped_sheet(parsed.grids[name], part, layout, [])
        source.found += found
        if sheet is not None:
            source.sheets.append((part.table, sheet))
            heads = {head: head for head in sheet.heads.values()}
            _add_flaws(source, parsed, name, part.table, sheet, heads)


def _tables(parsed: Parsed, table: str | None, sheet: str, layout: Layout) -> list[tuple[str, str]]:
    """Say which sheet of a file is which table."""
    tables = [one.name for one in layout.values() if one.by_hand]
    if table is not None and table not in tables:
        raise InputError(
            f"There is no table {table!r} to import into.", hint=f"Tables: {', '.join(tables)}.",
            code="imports.no-such-table", table=table,
        )  # fmt: skip
    by_name = {name: _table_of(name) for name in parsed.grids}
    if sheet or (table is not None and table not in by_name.values()):
        name, found = ("", []) if parsed.kind == "csv" else chosen_sheet(parsed, sheet)
        if name is None:
            facts = {key: value for key, value in found[0].words.facts.items() if key != "file"}
            raise refuse_file(parsed.file, found[0].words.code.removeprefix("imports."), **facts)
        return [(name, table or _by_file(parsed, tables))]
    named = [(name, of) for name, of in by_name.items() if of in tables and (table is None or of == table)]
    return named or [(name, _by_file(parsed, tables)) for name in list(parsed.grids)[:1]]


def _table_of(sheet: str) -> str:
    """Give the table a sheet is called after; `money 2` is more of `money`."""
    plain = sheet.strip()
    found = _NUMBERED.fullmatch(plain)
    return found[1] if found else plain


def _by_file(parsed: Parsed, tables: Sequence[str]) -> str:
    stem = Path(parsed.file).stem
    if stem in tables:
        return stem
    raise refuse_file(parsed.file, "which-table", known=nearest(stem, tables, otherwise=60))


def _plain(source: Source, parsed: Parsed, name: str, table: Table) -> None:
    """Take a sheet whose headers are the table's own."""
    grid = parsed.grids[name]
    sheet, found = sheet_from(grid)
    source.found += found
    if source.seal is not None:
        sheet = _filled(source, source.seal, sheet, table)
    columns = dict(sheet.columns)
    versions = columns.pop("version", None)
    sheet.columns = columns
    seen = source.seen.setdefault(table.name, [])
    earlier = sum(len(other) for of, other in source.sheets if of == table.name)
    seen += [None] * (earlier - len(seen))
    if versions is not None:
        seen += [int(text) if text.isascii() and text.isdigit() else None for text in map(str.strip, versions)]
    source.sheets.append((table.name, plainly(sheet, table)))
    _add_flaws(source, parsed, name, table.name, sheet, dict.fromkeys(sheet.columns, ""))
    for line in parsed.comments:
        if (said := _SAID_COUNT.fullmatch(line)) and int(said[1]) != len(sheet):
            facts: dict[str, Any] = {"said": int(said[1]), "found": len(sheet)}
            source.found.append(file_finding("other-count", file=grid.file, severity=Severity.WARNING, **facts))


def _filled(source: Source, seal: Seal, sheet: Sheet, table: Table) -> Sheet:
    """Leave out rows that were offered to be filled and were not: only what stood there already stands there."""
    given = {"code", "version", *(column.name for column in table.columns if column.name in PREFILLED)}
    asked = [texts for name, texts in sheet.columns.items() if name not in given]
    codes = sheet.columns.get("code", [""] * len(sheet))
    places = [
        at for at, code in enumerate(codes)
        if not seal.offered(table.name, code) or any(texts[at].strip() for texts in asked)
    ]  # fmt: skip
    if len(places) == len(sheet):
        return sheet
    source.unfilled += len(sheet) - len(places)
    return sheet.some(places)


def _add_flaws(source: Source, parsed: Parsed, name: str, table: str, sheet: Sheet, heads: Mapping[str, str]) -> None:
    rows = set(sheet.rows)
    for flaw in parsed.flaws[name]:
        head = _head(sheet, flaw)
        if flaw.row in rows and head in heads:
            source.flaws.append((table, flaw_finding(parsed, name, flaw, head)))


def _head(sheet: Sheet, flaw: Flaw) -> str:
    return sheet.order[flaw.column - 1] if flaw.column <= len(sheet.order) else ""
