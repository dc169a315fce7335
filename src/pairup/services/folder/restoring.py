"""Restores a saved folder into an empty record: every version with its own times, and the journal as it was."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pairup.errors import ConflictError
from pairup.exchange.layout import Kind
from pairup.exchange.notes import finding
from pairup.exchange.reading import Rows, read_rows
from pairup.exchange.sheets import read_sheet
from pairup.services.folder.shape import CHECKPOINTS, FORMAT, JOURNAL, PACKAGE, Counts, FolderRefused, Loaded, Progress
from pairup.services.schema import folder_layout, saved_columns
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

#: a row's identity: its programme, where it has one, and its code
Key = tuple[str, str]


@dataclass(slots=True)
class Saved:
    """A saved folder as it was read."""

    folder: Path
    rows: dict[str, Rows] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)


def read_saved(folder: Path, progress: Progress) -> Saved:
    """Read a saved folder. Every file must be the one that was saved, to the byte."""
    saved = Saved(folder)
    listed = _check_package(saved)
    if saved.found:
        return saved
    for at, (name, table) in enumerate(folder_layout().items()):
        if f"{name}.csv" not in listed:
            continue
        progress(Words("folder.step-reading", {"table": name}), at, len(folder_layout()))
        sheet, found = read_sheet(folder / f"{name}.csv")
        whole = dataclasses.replace(table, columns=saved_columns(table))
        saved.rows[name], more = read_rows(whole, [sheet], saved=True)
        saved.found += [one for one in found + more if one.severity is Severity.REFUSED]
    saved.entries, saved.checkpoints = (
        [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
        for name in (JOURNAL, CHECKPOINTS)
    )
    return saved


def _check_package(saved: Saved) -> set[str]:
    folder = saved.folder
    try:
        package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
        listed = {str(one["path"]): str(one["hash"]) for one in package["resources"]}
        found_format = package["pairup"]["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        saved.found.append(finding("package-unreadable", file=PACKAGE, error=str(error)))
        return set()
    if found_format != FORMAT:
        saved.found.append(finding("package-format", file=PACKAGE, found=str(found_format), known=str(FORMAT)))
    for name, digest in sorted(listed.items()):
        path = folder / name
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            saved.found.append(finding("package-missing", file=name))
        elif f"sha256:{_digest(path)}" != digest:
            saved.found.append(finding("package-changed", file=name))
    extra = {path.name for path in folder.glob("*.csv")} - set(listed)
    saved.found += [finding("package-extra", file=name) for name in sorted(extra)]
    saved.found += [finding("package-extra", file=name) for name in (JOURNAL, CHECKPOINTS) if name not in listed]
    return set(listed)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(folder: Path, *, actor: str, progress: Progress) -> Loaded:
    """Restore a saved folder into the open record, which must be empty. The restored journal must verify.

    Its entries are those of the saved record; a restore adds none, so that the two records stay equal.
    """
    from pairup.record.journal import JournalEntry
    from pairup.record.models import TABLES
    from pairup.services.access import require_may
    from pairup.services.write import alone, check_journal

    require_may(actor, "restore")
    saved = read_saved(folder, progress)
    if saved.found:
        raise FolderRefused(saved.found)
    with alone():
        if JournalEntry.objects.exists() or any(model._default_manager.exists() for model in TABLES.values()):
            raise ConflictError(
                Words("folder.record-not-empty").say(),
                hint=Words("folder.record-not-empty.hint").say(),
                code="folder.record-not-empty",
            )
        _write(saved, progress)
        progress(Words("folder.step-verifying"), 0, 1)
        if found := check_journal():
            raise FolderRefused(found)
    counts = {name: Counts(new=len(rows)) for name, rows in saved.rows.items() if len(rows)}
    programmes = saved.rows["programme"].codes if "programme" in saved.rows else []
    return Loaded(", ".join(sorted(set(map(str, programmes)))), counts)


def _write(saved: Saved, progress: Progress) -> None:
    from pairup.record.models import TABLES
    from pairup.services.folder.versions import versions

    ids = _identities(saved)
    entries = _journal(saved, ids["programme"])
    total, done = sum(map(len, saved.rows.values())), 0
    for name, rows in saved.rows.items():
        progress(Words("folder.step-writing", {"table": name}), done, total)
        given: dict[str, Sequence[Any]] = {
            "identity": [ids[name][key] for key in _keys(rows)],
            "entry": [entries[number] for number in rows.fields["entry"]],
        }
        for column in rows.table.columns:
            if column.refers_to:
                given[column.field] = _referred(
                    rows, column.name, column.field, ids[column.refers_to], column.refers_to
                )
            elif reader := _FILES.get(column.kind):
                given[column.field] = [reader(saved.folder / path) for path in rows.fields[column.field]]
        made = versions(rows, range(len(rows)), given)
        TABLES[name]._default_manager.bulk_create(list(made), batch_size=1000)
        done += len(rows)


_FILES: Mapping[Kind, Callable[[Path], Any]] = {
    Kind.BYTES: Path.read_bytes,
    Kind.DOCUMENT: lambda path: json.loads(path.read_text(encoding="utf-8")),
}


def _keys(rows: Rows) -> list[Key]:
    scopes = rows.fields["programme"] if rows.table.scoped else [""] * len(rows)
    return list(zip(scopes, rows.codes, strict=True))


def _identities(saved: Saved) -> dict[str, dict[Key, int]]:
    """Make every identity; programmes come first, because others belong to them."""
    from pairup.services.folder.versions import noun_of

    ids: dict[str, dict[Key, int]] = {}
    for name in sorted(saved.rows, key=lambda name: name != "programme"):
        rows, noun = saved.rows[name], noun_of(name)
        keys = list(dict.fromkeys(_keys(rows)))
        if rows.table.scoped:
            made = [noun(code=code, programme_id=ids["programme"][("", scope)]) for scope, code in keys]
        else:
            made = [noun(code=code) for _, code in keys]
        noun._default_manager.bulk_create(made, batch_size=2000)
        ids[name] = {key: one.pk for key, one in zip(keys, made, strict=True)}
    return ids


def _journal(saved: Saved, programmes: Mapping[Key, int]) -> dict[int, int]:
    """Write the journal's entries as they were; give their ids by number."""
    from pairup.record.journal import JournalCheckpoint, JournalEntry

    made = [
        JournalEntry(
            number=entry["number"], at=datetime.fromisoformat(entry["at"]), command=entry["command"],
            actor=entry["actor"], programme_id=programmes[("", entry["programme"])] if entry["programme"] else None,
            key=entry["key"], leaf=entry["leaf"].encode(), hash=entry["hash"],
        )
        for entry in saved.entries
    ]  # fmt: skip
    JournalEntry.objects.bulk_create(made, batch_size=500)
    JournalCheckpoint.objects.bulk_create(
        [
            JournalCheckpoint(
                size=mark["size"], at=datetime.fromisoformat(mark["at"]), note=mark["note"], parts=mark["parts"]
            )
            for mark in saved.checkpoints
        ]
    )
    return {entry.number: entry.pk for entry in made}


def _referred(rows: Rows, column: str, name: str, ids: Mapping[Key, int], target: str) -> list[int | None]:
    is_scoped = folder_layout()[target].scoped
    scopes = rows.fields["programme"] if is_scoped and rows.table.scoped else [""] * len(rows)
    keys = list(zip(scopes, rows.fields[name], strict=True))
    found = [
        finding("unknown-code", **rows.where(at, column), found=code, table=target, known="-")
        for at, (scope, code) in enumerate(keys)
        if code and (scope, code) not in ids
    ]
    if found:
        raise FolderRefused(found)
    return [ids[key] if key[1] else None for key in keys]
