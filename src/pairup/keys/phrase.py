"""A passphrase that lies in a file: its first line, so that none is typed where others see it."""

from __future__ import annotations

from pathlib import Path

from pairup.errors import InputError


def passphrase_in(path: Path | None) -> str | None:
    """Read a passphrase: the first line of a file, without blanks around it. Refuses an empty one."""
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", code="backups.unreadable", path=str(path),
            error=error.strerror or "",
        ) from error  # fmt: skip
    if not lines or not lines[0].strip():
        raise InputError(f"{path} holds no passphrase.", code="backups.passphrase-empty", path=str(path))
    return lines[0].strip()
