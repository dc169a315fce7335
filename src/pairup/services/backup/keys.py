"""Backups of the key file: apart from those of the record, always encrypted, and soon gone.

What a person's key closed is erased when the last copy of the key is; so copies are kept for some weeks and no longer.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pairup
from pairup import services
from pairup.errors import ConflictError, InputError
from pairup.services.backup.container import read_head
from pairup.services.backup.copying import copy_file, tidy
from pairup.services.backup.files import digest_of
from pairup.services.backup.making import RECORD, pack, scratch, unpack
from pairup.services.backup.manifest import LATEST, Manifest, settle

ENDING = ".pairup-keys"
#: days that a copy of the keys is kept, and so the days until an erasure is complete
KEEP_DAYS = 35


def keys_beside(record: Path | str) -> Path:
    """The key file of a record: PAIRUP_KEYS, or beside the record."""
    named = os.environ.get("PAIRUP_KEYS")
    return Path(named) if named else services.beside(record, ".keys")


def backup_keys(
    record: Path | str, into: Path, *, at: datetime, passphrase: str, keep_days: int = KEEP_DAYS
) -> tuple[Path, int]:
    """Copy the key file, encrypted, into a folder; take away copies older than `keep_days`; say how many went.

    Refuses a folder that holds backups of the record: who has both can open what is personal.
    """
    keys = keys_beside(record)
    if not keys.is_file():
        raise InputError(f"There is no key file at {keys}.", code="backups.no-keys", path=str(keys))
    if (into / LATEST).exists():
        raise ConflictError(
            f"{into} holds backups of a record.", hint="Keep keys in another place, under another hand.",
            code="backups.keys-together", path=str(into),
        )  # fmt: skip
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"{at:%Y%m%dT%H%M%SZ}{ENDING}"
    with scratch(into) as work:
        copy = work / RECORD
        copy_file(keys, copy)
        tidy(copy)
        manifest = Manifest(at.isoformat(), pairup.__version__, "keys", 0, "", "", {}, 0, digest_of(copy))
        pack(work / "packed", manifest, {RECORD: copy}, passphrase)
        unpack(work / "packed", work / "again", passphrase)
        settle(work / "packed", target)
    gone = 0
    for path in sorted(into.glob(f"*{ENDING}")):
        if datetime.fromisoformat(read_head(path).about["taken"]) < at - timedelta(days=keep_days):
            path.unlink()
            gone += 1
    return target, gone


def restore_keys(backup: Path, record: Path | str, *, passphrase: str) -> Path:
    """Put a copy of the key file in its place, which must be empty.

    Persons erased since the copy was made have to be erased again: the record's journal names the commands.
    """
    keys = keys_beside(record)
    if keys.exists():
        raise ConflictError(
            f"{keys} exists already.", hint="Keys that were destroyed since would come back with an old copy.",
            code="backups.not-empty", path=str(keys),
        )  # fmt: skip
    with scratch(keys.parent) as work:
        unpack(backup, work, passphrase)
        settle(work / RECORD, keys)
    return keys
