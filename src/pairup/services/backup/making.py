"""Makes a backup while the record is in use, and calls it one only when it has been restored and found equal."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from gzip import GzipFile
from io import BufferedReader
from pathlib import Path
from tempfile import mkdtemp

import pairup
from pairup.errors import ConflictError, InputError
from pairup.services.backup.container import Frames, frames_of, read_head
from pairup.services.backup.copying import copy_record, faults_of, opened, snapshot, state, tidy
from pairup.services.backup.files import digest_of, files_beside, kept_in
from pairup.services.backup.manifest import Manifest, mark_latest, settle
from pairup.services.write import check_journal
from pairup.values.words import Words

RECORD = "record.sqlite3"
FILES = "files"
#: told what is being done
Progress = Callable[[Words, int, int], None]


def silent(label: Words, done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was restored and found equal."""

    path: Path
    manifest: Manifest

    @property
    def rows(self) -> int:
        return sum(count for count, _ in self.manifest.tables.values())


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """Give a folder for what is in the making, on the same disk, seen by this user only; it is gone afterwards."""
    folder = Path(mkdtemp(prefix=".pairup-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def backup(
    record: Path | str, into: Path, *, at: datetime, passphrase: str | None = None, progress: Progress = silent
) -> Made:
    """Back up the open record into a folder of backups, and verify it by restoring it beside.

    record : where the record is, for its attachments. Vault keys and the log's key are never in it: whoever holds a
    backup holds nothing that was erased. Refused: a backup that does not restore to the same data.
    """
    into.mkdir(parents=True, exist_ok=True)
    with scratch(into) as work:
        progress(Words("backups.step-copying"), 0, 4)
        copy = work / RECORD
        with snapshot():
            said = copy_record(copy)
            attached = dict(kept_in(files_beside(record)))
        tidy(copy)
        manifest = replace(
            said, taken=at.isoformat(), version=pairup.__version__, record_bytes=copy.stat().st_size,
            record_hash=digest_of(copy), files={name: path.stat().st_size for name, path in attached.items()},
        )  # fmt: skip
        target = into / manifest.name()
        if target.exists():
            raise ConflictError(
                f"{target} exists already.", hint="The record was backed up this second.",
                code="backups.exists", path=str(target),
            )  # fmt: skip
        progress(Words("backups.step-packing"), 1, 4)
        part = work / "packed"
        pack(part, manifest, {RECORD: copy, **{f"{FILES}/{name}": path for name, path in attached.items()}}, passphrase)
        copy.unlink()
        progress(Words("backups.step-verifying"), 2, 4)
        verify(part, passphrase, work)
        settle(part, target)
    mark_latest(into, target.name, manifest)
    progress(Words("backups.step-done"), 4, 4)
    return Made(target, manifest)


def pack(path: Path, manifest: Manifest, members: dict[str, Path], passphrase: str | None) -> None:
    """Write a backup's file: its manifest, then its members, compressed; brought to the disk."""
    with path.open("wb") as out:
        path.chmod(0o600)
        frames = Frames(out, manifest.to_dict(), passphrase)
        with (
            GzipFile("", "wb", 1, frames, 0) as packed,
            tarfile.open(fileobj=packed, mode="w|", bufsize=1 << 16) as tar,
        ):
            for name, member in members.items():
                info = tarfile.TarInfo(name)
                info.size = member.stat().st_size
                with member.open("rb") as file:
                    tar.addfile(info, file)
        frames.finish()


def unpack(path: Path, into: Path, passphrase: str | None) -> Manifest:
    """Read a backup to its last byte and put what it holds into a folder; every member is what the manifest says."""
    manifest = Manifest.of(read_head(path).about)
    hashes = {RECORD: manifest.record_hash, **{f"{FILES}/{name}": name for name in manifest.files}}
    (into / FILES).mkdir(parents=True, exist_ok=True)
    with frames_of(path, passphrase) as frames:
        seen = set()
        packed = GzipFile("", "rb", fileobj=BufferedReader(frames, 1 << 16))
        with packed, tarfile.open(fileobj=packed, mode="r|", bufsize=1 << 16) as tar:
            for info in tar:
                source = tar.extractfile(info) if info.isreg() and info.name in hashes else None
                if source is None:
                    raise _other(path, info.name)
                with (into / info.name).open("wb") as out:
                    (into / info.name).chmod(0o600)
                    shutil.copyfileobj(source, out, 1 << 20)
                if digest_of(into / info.name) != hashes[info.name]:
                    raise _other(path, info.name)
                seen.add(info.name)
    for name in sorted(set(hashes) - seen):
        raise _other(path, name)
    return manifest


def _other(path: Path, member: str) -> InputError:
    return InputError(
        f"{path} does not hold what it says: {member}.", hint="Take another backup.",
        code="backups.member", path=str(path), member=member,
    )  # fmt: skip


def verify(path: Path, passphrase: str | None, beside: Path) -> Manifest:
    """Restore a backup into a place of its own and compare all of it; gives its manifest.

    Compared: every table's rows and digest, the journal's size and head; and the journal verifies there.
    """
    with scratch(beside) as place:
        manifest = unpack(path, place, passphrase)
        require_whole(path, place / RECORD, manifest)
    return manifest


def require_whole(path: Path, copy: Path, manifest: Manifest) -> None:
    """Refuse a restored copy that is not the record the manifest tells of."""
    with opened(copy, "restored") as alias:
        faults = [f"{table} {said}".strip() for table, said in faults_of(alias)]
        if not faults:
            found = state(alias)
            faults += [name for name, said in manifest.tables.items() if found.tables.get(name) != said]
            faults += [name for name in found.tables if name not in manifest.tables]
            faults += ["journal"] if (found.size, found.head) != (manifest.size, manifest.head) else []
            faults += [str(finding) for finding in check_journal(using=alias)]
    if faults:
        raise InputError(
            f"{path} does not restore to the record it was made of: {'; '.join(faults[:5])}.",
            hint="The record itself may be damaged: `pairup health` says where.",
            code="backups.differs", path=str(path), faults="; ".join(faults[:5]), count=len(faults),
        )  # fmt: skip
