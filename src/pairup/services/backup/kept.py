"""The folder in which this server keeps its backups: what lies there, and how long ago the last good one was made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pairup.errors import InputError
from pairup.keys.phrase import passphrase_in
from pairup.services.backup.container import read_head
from pairup.services.backup.manifest import ENDING, Manifest, latest_in, mark_latest

#: backups of a folder that are told, the latest first
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup as it lies in its folder.

    taken, size, rows : None where its head cannot be read. size : entries of the journal in it. length : in bytes.
    """

    name: str
    length: int
    taken: datetime | None = None
    size: int | None = None
    rows: int | None = None
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class LastGood:
    """The backup that was last restored beside and found equal; `is_there`: whether its file still is."""

    name: str
    taken: datetime
    is_there: bool


def folder_of_backups() -> Path | None:
    """Where this server puts its backups, PAIRUP_BACKUPS; None where nobody has named a folder."""
    named = os.environ.get("PAIRUP_BACKUPS")
    return Path(named) if named else None


def require_folder() -> Path:
    """The folder of backups. Refuses where nobody has named one."""
    folder = folder_of_backups()
    if folder is None:
        raise InputError(
            "No folder of backups is named.", hint="Set PAIRUP_BACKUPS where the site is served, and start it again.",
            code="keeping.no-folder",
        )  # fmt: skip
    return folder


def passphrase_of_backups() -> str | None:
    """What encrypts them: the first line of PAIRUP_BACKUPS_PASSPHRASE, a file; None where they stay readable."""
    named = os.environ.get("PAIRUP_BACKUPS_PASSPHRASE")
    return passphrase_in(Path(named) if named else None)


def kept_backups(folder: Path) -> list[Kept]:
    """The backups of a folder, the latest first. A file that cannot be read is in the list, and says no more."""
    names = sorted((path for path in folder.glob(f"*{ENDING}") if path.is_file()), reverse=True)
    return [_kept(path) for path in names[:SHOWN]]


def _kept(path: Path) -> Kept:
    length = path.stat().st_size
    try:
        head = read_head(path)
        said = Manifest.of(head.about)
    except (InputError, KeyError, TypeError, ValueError):
        return Kept(path.name, length)
    rows = sum(count for count, _ in said.tables.values())
    return Kept(path.name, length, datetime.fromisoformat(said.taken), said.size, rows, head.cipher is not None)


def made_at(folder: Path, taken: datetime) -> Kept | None:
    """Find the backup of a second, whoever brought it to its name; it is the last good one where none is later."""
    for one in kept_backups(folder):
        if one.taken == taken:
            before = latest_in(folder)
            if before is None or before["taken"] < taken.isoformat():
                mark_latest(folder, one.name, Manifest.of(read_head(folder / one.name).about))
            return one
    return None


def last_good(folder: Path | None) -> LastGood | None:
    """The last backup that was verified; None where there was none, or no folder is named."""
    said = latest_in(folder) if folder is not None else None
    if folder is None or said is None:
        return None
    return LastGood(said["name"], datetime.fromisoformat(said["taken"]), (folder / said["name"]).is_file())
