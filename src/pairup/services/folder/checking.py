"""Reads a programme folder, or tables in memory, and collects every finding. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pairup.errors import InputError
from pairup.exchange import consistency
from pairup.exchange.layout import Table
from pairup.exchange.mapping import Plan, read_mapped, read_mapping
from pairup.exchange.notes import finding, nearest
from pairup.exchange.reading import Rows, read_rows
from pairup.exchange.sheets import Sheet, read_sheet, sheet_of
from pairup.services.folder.shape import JOURNAL, MAPPING, Progress, Standing, silent
from pairup.services.schema import folder_layout
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words


@dataclass(slots=True)
class Reading:
    """A folder as it was read: rows by table, what was found, and the programme the rows belong to."""

    rows: dict[str, Rows] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)
    programme: str = ""


def check_folder(
    folder: Path | str,
    *,
    mapping: Path | str | None = None,
    record: Path | str | None = None,
    progress: Progress = silent,
) -> list[Finding]:
    """Collect every finding about a folder, by itself or against a record. Writes nothing.

    `mapping` names a mapping file; without it the folder's own `mapping.toml` is used where there is one. A folder
    that `save_folder` wrote is checked against its own counts and digests.
    """
    folder = Path(folder)
    if (folder / JOURNAL).is_file():
        from pairup.services.folder.restoring import read_saved

        return sorted_findings(read_saved(folder, progress).found)
    reading = read_folder(folder, mapping, progress)
    return sorted_findings(check_reading(reading, _standing(record), progress))


def check_tables(
    tables: Mapping[str, Sequence[Mapping[str, str]]], *, record: Path | str | None = None, progress: Progress = silent
) -> list[Finding]:
    """Collect every finding about a programme in memory: texts by column, by table."""
    return sorted_findings(check_reading(read_tables(tables, progress), _standing(record), progress))


def _standing(record: Path | str | None) -> Standing:
    if record is None:
        return Standing()
    from pairup.services import open_record

    open_record(record)
    from pairup.services.folder.standing import RecordStanding

    return RecordStanding()


def sorted_findings(found: Iterable[Finding]) -> list[Finding]:
    """Order findings as a reader goes through the files."""
    return sorted(found, key=lambda one: (one.file, one.row or 0, one.column, one.words.code, str(one.words.facts)))


def read_folder(folder: Path, mapping: Path | str | None, progress: Progress = silent) -> Reading:
    """Read every table of a folder, through its mapping where it has one."""
    if not folder.is_dir():
        raise InputError(
            f"There is no folder {folder}.", hint="`pairup init` makes one.", code="folder.missing", folder=str(folder)
        )
    layout = folder_layout()
    chosen = Path(mapping) if mapping is not None else folder / MAPPING
    if mapping is None and not chosen.is_file():
        plan, found = Plan(), list[Finding]()
    else:
        plan, found = read_mapping(chosen, layout)
    reading = Reading(found=found, programme=plan.programme)
    sheets: list[tuple[str, Sheet]] = []
    for part in plan.parts:
        mapped, more = read_mapped(folder, part, plan, layout)
        reading.found += more
        sheets += [(part.table, mapped)] if mapped is not None else []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name not in plan.ignore_files:
            sheets += _plain_sheet(path, layout, plan.encoding, reading)
    read_sheets(reading, sheets, progress)
    if not reading.rows and not reading.found:
        reading.found.append(finding("no-tables", file=folder.name))
    return reading


def _plain_sheet(path: Path, layout: Mapping[str, Table], encoding: str, reading: Reading) -> list[tuple[str, Sheet]]:
    if path.suffix.lower() in (".xlsx", ".xls", ".ods", ".et"):
        reading.found.append(finding("not-csv", file=path.name, severity=Severity.WARNING))
    if path.suffix.lower() != ".csv":
        return []
    table = layout.get(path.stem)
    if table is None:
        reading.found.append(finding("unknown-table", file=path.name, name=path.stem, known=_loadable(path.stem)))
        return []
    if not table.by_hand:
        reading.found.append(finding("table-not-by-hand", file=path.name, table=table.name))
        return []
    sheet, found = read_sheet(path, encoding=encoding or None)
    reading.found += found
    return [(path.stem, sheet)] if sheet.columns else []


def _loadable(name: str) -> str:
    return nearest(name, (table.name for table in folder_layout().values() if table.by_hand), otherwise=40)


def read_tables(tables: Mapping[str, Sequence[Mapping[str, str]]], progress: Progress = silent) -> Reading:
    """Read a programme in memory."""
    layout, reading = folder_layout(), Reading()
    sheets = []
    for name, rows in tables.items():
        if name not in layout:
            reading.found.append(finding("unknown-table", file=name, name=name, known=_loadable(name)))
        elif not layout[name].by_hand:
            reading.found.append(finding("table-not-by-hand", file=name, table=name))
        else:
            sheets.append((name, sheet_of(name, rows)))
    read_sheets(reading, sheets, progress)
    return reading


def read_sheets(
    reading: Reading, sheets: list[tuple[str, Sheet]], progress: Progress, *, partial: bool = False
) -> None:
    """Read sheets, each with the name of its table, into a reading."""
    layout = folder_layout()
    total, done = sum(len(sheet) for _, sheet in sheets), 0
    for name, table in layout.items():
        if parts := [sheet for of, sheet in sheets if of == name]:
            progress(Words("folder.step-reading", {"table": name}), done, total)
            reading.rows[name], found = read_rows(table, parts, partial=partial)
            reading.found += found
            done += sum(map(len, parts))
    codes = set(reading.rows["programme"].codes) if "programme" in reading.rows else set()
    if len(codes) > 1:
        reading.found.append(finding("two-programmes", file="programme.csv", known=", ".join(sorted(map(str, codes)))))
    reading.programme = min(codes, key=str, default=reading.programme) or ""


def check_reading(reading: Reading, standing: Standing, progress: Progress = silent) -> list[Finding]:
    """Check rows against each other and against what stands in the record."""
    found, programme = list(reading.found), reading.programme
    if not programme and any(rows.table.scoped and len(rows) for rows in reading.rows.values()):
        if len(standing.programmes) == 1:
            programme = reading.programme = standing.programmes[0]
        else:
            found.append(finding("no-programme", known=", ".join(standing.programmes) or "-"))
    elif programme and "programme" not in reading.rows and standing.programmes and programme not in standing.programmes:
        found.append(finding("programme-not-there", name=programme, known=", ".join(standing.programmes)))
    known: dict[str, set[str]] = {}
    for rows in reading.rows.values():
        for name, codes in consistency.references(rows).items():
            known[name] = known.get(name, set()) | codes
    for name, codes in known.items():
        own = set(map(str, reading.rows[name].codes)) if name in reading.rows else set()
        known[name] = own | standing.codes(name, programme, codes - own)
    for at, rows in enumerate(reading.rows.values()):
        progress(Words("folder.step-checking", {"table": rows.table.name}), at, len(reading.rows))
        found += consistency.check_references(rows, known)
        found += consistency.check_doubles(rows)
        found += consistency.check_spans(rows, standing.spans(rows, programme))
        found += consistency.check_money(rows)
        if rows.table.name == "attestations":
            found += consistency.check_attestations(rows)
        if rows.table.name == "postings":
            in_post = standing.about(rows, programme, ("person",), detail="post", where="full_time")
            found += consistency.check_postings(rows, in_post)
            found += standing.unconsented(rows, programme, reading.rows)
        if rows.table.name == "pairings":
            parties = ("donor", "recipient", "place", "channel")
            found += consistency.check_pairings(rows, standing.about(rows, programme, parties))
    return found
