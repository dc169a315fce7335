"""Asks for a backup as a job."""

from __future__ import annotations

from datetime import datetime

from pairup.services import jobs
from pairup.services.backup.kept import require_folder


def ask_for_backup(programme: str, *, actor: str, at: datetime, key: str | None = None) -> str:
    """Ask for a backup now; gives the job. Where no folder is named the job would fail, so it is refused here."""
    require_folder()
    return jobs.ask("backup", {}, programme=programme, actor=actor, at=at, key=key)
