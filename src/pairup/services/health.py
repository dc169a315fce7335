"""Looks at everything a record rests on: file, references, journal and rows, attachments, backups and the disk.

Damage is a finding that names the table and the row, or the file. What only wants care is a warning.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pairup.services.backup.copying import faults_of
from pairup.services.backup.files import digest_of, files_beside
from pairup.services.backup.manifest import latest_in
from pairup.services.documents import check_documents
from pairup.services.write import check_journal
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

#: a last backup older than this is told
BACKUP_DAYS = 2
#: less of the disk than this being free is told
FREE_SHARE = 0.1
_NAME = re.compile(r"[0-9a-f]{64}")


def check_health(record: Path | str, *, at: datetime, backups: Path | None = None) -> list[Finding]:
    """Collect everything that is wrong, or wants care, with the open record.

    backups : the folder of its backups; without one a warning says that none is known. Reads all of the record.
    """
    found = list(_file(record))
    found += check_journal()
    found += [*_attachments(files_beside(record)), *check_documents()]
    found += _backups(backups, at)
    found += _disk(Path(record))
    return found


def _damage(what: str, file: str, **facts: object) -> Finding:
    return Finding(Words(f"backups.health-{what}", facts), file=file)


def _care(what: str, file: str, **facts: object) -> Finding:
    return Finding(Words(f"backups.health-{what}", facts), file=file, severity=Severity.WARNING)


def _file(record: Path | str) -> Iterator[Finding]:
    name = Path(record).name
    for table, said in faults_of("default"):
        yield _damage("reference", table, said=said) if table else _damage("file", name, said=said)


def _attachments(folder: Path | None) -> Iterator[Finding]:
    """Every attachment is what its name says; others are strangers there."""
    if folder is None:
        return
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = str(path.relative_to(folder))
        if not _NAME.fullmatch(path.name):
            yield _care("stranger", name)
        elif digest_of(path) != path.name:
            yield _damage("attachment", name)


def _backups(folder: Path | None, at: datetime) -> Iterator[Finding]:
    latest = latest_in(folder) if folder is not None else None
    if folder is None or latest is None:
        yield _care("no-backup", "" if folder is None else folder.name)
        return
    if not (folder / latest["name"]).is_file():
        yield _damage("backup-gone", latest["name"])
        return
    age = at - datetime.fromisoformat(latest["taken"])
    if age > timedelta(days=BACKUP_DAYS):
        yield _care("backup-old", latest["name"], days=age.days)


def _disk(record: Path) -> Iterator[Finding]:
    if record.parent.is_dir():
        used = shutil.disk_usage(record.parent)
        if used.free < FREE_SHARE * used.total or (record.is_file() and used.free < 3 * record.stat().st_size):
            yield _care("disk", "", free=f"{used.free / 2**30:.1f}")
