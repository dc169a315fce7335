"""Saves the open record as a folder: every version of every row, the journal, and what it all adds up to.

The same record gives the same bytes. What is personal stands in it as in the record: closed, with the keys elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pairup.errors import ConflictError
from pairup.exchange.cells import write_amount, write_cell, write_day
from pairup.exchange.layout import Column, Kind, Table
from pairup.exchange.sheets import tame, write_sheet
from pairup.services.folder.shape import CHECKPOINTS, FORMAT, JOURNAL, PACKAGE, Progress, silent
from pairup.services.schema import folder_layout, saved_columns
from pairup.values.words import Words

_TYPES = {
    Kind.WHOLE: "integer",
    Kind.DECIMAL: "number",
    Kind.AMOUNT: "number",
    Kind.YESNO: "boolean",
    Kind.DAY: "date",
    Kind.MOMENT: "datetime",
}


def save_folder(folder: Path | str, *, force: bool = False, progress: Progress = silent) -> dict[str, int]:
    """Write the open record as CSV files, `journal.jsonl` and `datapackage.json`; give the rows by table.

    Refuses a folder that holds anything, but with `force` writes over what an earlier save wrote there. Accounts are
    no part of a saved folder.
    """
    from pairup.services.personal import require_keys_outside

    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise ConflictError(f"{folder} is a file.", code="folder.not-empty", folder=str(folder))
    if not force and folder.is_dir() and any(folder.iterdir()):
        raise ConflictError(
            f"{folder} is not empty.",
            hint="Name another folder, or use --force.",
            code="folder.not-empty",
            folder=str(folder),
        )
    require_keys_outside(folder)
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Writer(folder)
    try:
        counts = writer.record(progress)
    except BaseException:
        writer.abandon()
        raise
    writer.finish()
    return counts


class _Writer:
    """Writes beside, then puts every file in its place; what is in the folder stays whole until then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: list[tuple[Path, str]] = []
        self.resources: list[dict[str, Any]] = []
        self.codes: dict[str, dict[int, str]] = {}

    def record(self, progress: Progress) -> dict[str, int]:
        """Write every table and the journal as they stand at one moment."""
        from django.db import transaction

        from pairup.record.models import TABLES

        with transaction.atomic():
            counts = {name: model._default_manager.count() for name, model in TABLES.items()}
            total, done = sum(counts.values()), 0
            for name, table in folder_layout().items():
                progress(Words("folder.step-saving", {"table": name}), done, total)
                self.table(table, counts[name])
                done += counts[name]
            self.journal()
        return counts

    def abandon(self) -> None:
        """Take away what was written so far."""
        for part in self.folder.rglob("*.part"):
            part.unlink()

    def table(self, table: Table, count: int) -> None:
        from pairup.record.models import TABLES

        model: Any = TABLES[table.name]
        columns = saved_columns(table)
        rows = model._default_manager.order_by("pk").iterator(chunk_size=5000)
        cells = [self._cell(column, table) for column in columns]
        lines = write_sheet([column.name for column in columns], ([cell(row) for cell in cells] for row in rows))
        size, digest = self._put(f"{table.name}.csv", (line.encode() for line in lines))
        resource = {
            "name": table.name.replace("_", "-"),
            "path": f"{table.name}.csv",
            "format": "csv",
            "encoding": "utf-8",
            "bytes": size,
            "hash": f"sha256:{digest}",
            "rows": count,
            "schema": {
                "fields": [_described(column) for column in columns],
                "primaryKey": [*(["programme"] if table.scoped else []), "code", "version"],
            },
        }
        self.resources.append(resource)

    def journal(self) -> None:
        from pairup.record.journal import JournalCheckpoint, JournalEntry

        entries = JournalEntry.objects.order_by("number").select_related("programme")
        lines = (
            _json({
                "number": entry.number,
                "at": entry.at.isoformat(),
                "command": entry.command,
                "actor": entry.actor,
                "programme": entry.programme.code if entry.programme else None,
                "key": entry.key,
                "leaf": bytes(entry.leaf).decode(),
                "hash": entry.hash,
            })
            for entry in entries.iterator(chunk_size=2000)
        )  # fmt: skip
        size, digest = self._put(JOURNAL, lines)
        self.resources.append({"name": "journal", "path": JOURNAL, "bytes": size, "hash": f"sha256:{digest}"})
        marks = JournalCheckpoint.objects.order_by("pk")
        notes = (_json({"size": m.size, "at": m.at.isoformat(), "note": m.note, "parts": m.parts}) for m in marks)
        size, digest = self._put(CHECKPOINTS, notes)
        self.resources.append({"name": "checkpoints", "path": CHECKPOINTS, "bytes": size, "hash": f"sha256:{digest}"})

    def finish(self) -> None:
        """Describe the whole, then put every file in its place; the description last."""
        package = {
            "name": "pairup-record",
            "profile": "data-package",
            "pairup": {"format": FORMAT},
            "resources": self.resources,
        }
        text = json.dumps(package, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        stale = _listed_before(self.folder)
        self._put(PACKAGE, [text.encode()])
        (self.folder / PACKAGE).unlink(missing_ok=True)
        for part, name in self.written:
            os.replace(part, self.folder / name)
        for name in stale - {name for _, name in self.written}:
            (self.folder / name).unlink(missing_ok=True)

    def _cell(self, column: Column, table: Table) -> Callable[[Any], str]:
        """Give the function that writes one column of a row."""
        match column.name:
            case "code":
                own = self._codes(table.name)
                return lambda row: tame(own[row.identity_id])
            case "programme":
                programmes = self._programmes(table.name)
                return lambda row: tame(programmes[row.identity_id])
            case "entry":
                entries = self._entries()
                return lambda row: entries[row.entry_id]
        match column.kind:
            case Kind.FROM:
                return lambda row: write_day(row.starts, row.starts_precision, is_end=False)
            case Kind.TO:
                return lambda row: write_day(row.ends_before, row.ends_precision, is_end=True)
            case Kind.HAPPENED:
                return lambda row: write_day(row.day, row.day_precision, is_end=False)
            case Kind.AMOUNT:
                return lambda row: _amount(getattr(row, column.field), row.currency)
            case Kind.REFERENCE:
                codes, attribute = self._codes(column.refers_to), f"{column.field}_id"
                return lambda row: "" if (pk := getattr(row, attribute)) is None else tame(codes[pk])
            case Kind.BYTES:
                return lambda row: self._file(bytes(getattr(row, column.field)))
            case Kind.DOCUMENT:
                return lambda row: self._file(_json(getattr(row, column.field)))
            case Kind.WHOLE | Kind.DECIMAL:
                return lambda row: write_cell(column, getattr(row, column.field))
        return lambda row: tame(write_cell(column, getattr(row, column.field)))

    def _codes(self, table: str) -> dict[int, str]:
        from pairup.services.folder.versions import noun_of

        if table not in self.codes:
            self.codes[table] = dict(noun_of(table)._default_manager.values_list("pk", "code"))
        return self.codes[table]

    @staticmethod
    def _programmes(table: str) -> dict[int, str]:
        from pairup.services.folder.versions import noun_of

        return dict(noun_of(table)._default_manager.values_list("pk", "programme__code"))

    @staticmethod
    def _entries() -> dict[int, str]:
        from pairup.record.journal import JournalEntry

        return {pk: str(number) for pk, number in JournalEntry.objects.values_list("pk", "number")}

    def _file(self, raw: bytes) -> str:
        """Keep bytes as a file called by their digest; a cell holds no megabytes."""
        name = f"files/{hashlib.sha256(raw).hexdigest()}"
        if all(name != other for _, other in self.written):
            (self.folder / "files").mkdir(exist_ok=True)
            size, digest = self._put(name, [raw])
            self.resources.append({"name": digest, "path": name, "bytes": size, "hash": f"sha256:{digest}"})
        return name

    def _put(self, name: str, parts: Any) -> tuple[int, str]:
        path, digest, size = self.folder / f"{name}.part", hashlib.sha256(), 0
        with path.open("wb") as out:
            for part in parts:
                out.write(part)
                digest.update(part)
                size += len(part)
            out.flush()
            os.fsync(out.fileno())
        path.chmod(0o600)
        self.written.append((path, name))
        return size, digest.hexdigest()


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else write_amount(minor, currency)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _described(column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {"name": column.name, "type": _TYPES.get(column.kind, "string")}
    if column.kind is Kind.YESNO:
        said |= {"trueValues": ["yes"], "falseValues": ["no"]}
    if column.required:
        said["constraints"] = {"required": True}
    if column.refers_to:
        said["refersTo"] = column.refers_to
    if column.personal:
        said["personal"] = True
    return said


def _listed_before(folder: Path) -> set[str]:
    """Name the files that an earlier save wrote here: the only ones that another save may take away."""
    try:
        said = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
        return {one["path"] for one in said["resources"] if (folder / one["path"]).parent in (folder, folder / "files")}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
