"""Backups: made while the record is in use, verified by restoring them, restored into an empty place with a mark."""

from __future__ import annotations

from pairup.services.backup.keys import KEEP_DAYS, backup_keys, restore_keys
from pairup.services.backup.making import Made, backup, verify
from pairup.services.backup.restoring import Restored, restore

__all__ = ["KEEP_DAYS", "Made", "Restored", "backup", "backup_keys", "restore", "restore_keys", "verify"]
