"""Restores a backup into an empty place and leaves a mark in the journal, so that going back in time shows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from pairup.errors import ConflictError, InputError
from pairup.journal.checkpoint import PublicKey, open_note
from pairup.journal.tree import Frontier
from pairup.record.journal import JournalEntry
from pairup.services import open_record
from pairup.services.backup.container import read_head
from pairup.services.backup.files import files_beside, kept_in
from pairup.services.backup.making import FILES, RECORD, Progress, require_whole, scratch, silent, unpack
from pairup.services.backup.manifest import LATEST, Manifest, latest_in, settle, sync_folder
from pairup.services.write import command
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: from which backup, and the number of the journal's entry that says so."""

    backup: str
    manifest: Manifest
    entry: int


def restore(
    backup: Path,
    record: Path,
    *,
    at: datetime,
    actor: str = "administrator",
    passphrase: str | None = None,
    older: bool = False,
    notes: Sequence[str] = (),
    keys: Sequence[PublicKey] = (),
    progress: Progress = silent,
) -> Restored:
    """Restore a backup, or the latest one of a folder, as a new record, and open that.

    notes : checkpoints kept elsewhere, signed with one of `keys`; a backup that ends before one, or differs from it, is
    refused. Refused too: a place that is taken, a file that is not whole, a backup older than the latest of its folder
    unless `older` says that this is meant.
    """
    path = _chosen(backup, older=older)
    beside = files_beside(record)
    for taken in (record, beside):
        if taken.exists() and not (taken.is_dir() and not any(taken.iterdir())):
            raise ConflictError(
                f"{taken} exists already.", hint="A backup is restored into an empty place only; name another.",
                code="backups.not-empty", path=str(taken),
            )  # fmt: skip
    if not record.parent.is_dir():
        raise InputError(f"There is no folder {record.parent}.", code="record.no-folder", path=str(record.parent))
    with scratch(record.parent) as work:
        progress(Words("backups.step-unpacking"), 0, 3)
        manifest = unpack(path, work, passphrase)
        progress(Words("backups.step-verifying"), 1, 3)
        require_whole(path, work / RECORD, manifest)
        entry = _mark(work / RECORD, path.name, manifest, actor=actor, at=at, notes=notes, keys=keys)
        _place(work, record, beside)
    open_record(record)
    progress(Words("backups.step-done"), 3, 3)
    return Restored(path.name, manifest, entry)


def _chosen(backup: Path, *, older: bool) -> Path:
    """The backup's file; of a folder its latest. A file that is behind the latest beside it has to be meant."""
    latest = latest_in(backup if backup.is_dir() else backup.parent)
    if backup.is_dir():
        if latest is None:
            raise InputError(
                f"{backup} names no latest backup.", hint="Name a file.", code="backups.no-latest", path=str(backup)
            )  # fmt: skip
        backup = backup / latest["name"]
    manifest = Manifest.of(read_head(backup).about)
    is_behind = latest is not None and (
        manifest.size < latest["size"] or (manifest.size == latest["size"] and manifest.head != latest["head"])
    )
    if is_behind and not older:
        assert latest is not None
        raise InputError(
            f"{backup.name} ends at journal entry {manifest.size}; {LATEST} knows one of {latest['size']}.",
            hint=f"The latest is {latest['name']}; --older restores this one all the same.",
            code="backups.older", name=backup.name, found=manifest.size, known=latest["size"],
        )  # fmt: skip
    return backup


def _mark(
    copy: Path, name: str, manifest: Manifest, *, actor: str, at: datetime, notes: Sequence[str],
    keys: Sequence[PublicKey],
) -> int:  # fmt: skip
    """Write the mark while the copy has no name yet, so that no restored record is without it."""
    open_record(copy)
    try:
        _require_beginning(notes, keys)
        facts = {"backup": name, "taken": manifest.taken, "size": manifest.size, "head": manifest.head}
        with command("restore", actor=actor, at=at, facts=facts) as doing:
            pass
        number: int = doing.entry.number
    finally:
        connection.close()  # the last connection brings the log into the file and takes it away
    return number


def _require_beginning(notes: Sequence[str], keys: Sequence[PublicKey]) -> None:
    """Refuse a record that does not begin with the log of every checkpoint kept elsewhere."""
    wanted = {mark.size: mark for mark in (open_note(note, keys) for note in notes)}
    heads, frontier = {0: Frontier().head()}, Frontier()
    if wanted:
        for leaf in JournalEntry.objects.order_by("number").values_list("leaf", flat=True).iterator(chunk_size=5000):
            frontier.append(bytes(leaf))
            if frontier.size in wanted:
                heads[frontier.size] = frontier.head()
    for size, mark in sorted(wanted.items()):
        if heads.get(size) != mark.head:
            raise InputError(
                f"The checkpoint of {mark.at.date()} saw {size} entries; this backup has {frontier.size}, "
                "or others.", hint="It is older than the checkpoint, or the record was rewritten: take a later one.",
                code="backups.behind-checkpoint", size=size, found=frontier.size, day=mark.at.date().isoformat(),
            )  # fmt: skip


def _place(work: Path, record: Path, beside: Path) -> None:
    """Give everything its name, attachments first; the record last, for it is what makes a record."""
    attached = list(kept_in(work / FILES))
    for name, path in attached:
        folder = beside / name[:2]
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        settle(path, folder / name)
    if attached:
        sync_folder(beside)
    with (work / RECORD).open("rb") as file:
        os.fsync(file.fileno())
    settle(work / RECORD, record)
