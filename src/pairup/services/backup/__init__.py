"""Backups: made while the record is in use, verified by restoring them, restored into an empty place with a mark."""

from __future__ import annotations

from pairup.services.backup.asking import ask_for_backup
from pairup.services.backup.kept import (
    Kept,
    LastGood,
    folder_of_backups,
    kept_backups,
    last_good,
    made_at,
    passphrase_of_backups,
    require_folder,
)
from pairup.services.backup.keys import KEEP_DAYS, backup_keys, restore_keys
from pairup.services.backup.making import Made, backup, verify
from pairup.services.backup.restoring import Restored, restore

__all__ = [
    "KEEP_DAYS",
    "Kept",
    "LastGood",
    "Made",
    "Restored",
    "ask_for_backup",
    "backup",
    "backup_keys",
    "folder_of_backups",
    "kept_backups",
    "last_good",
    "made_at",
    "passphrase_of_backups",
    "require_folder",
    "restore",
    "restore_keys",
    "verify",
]
