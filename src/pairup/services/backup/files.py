"""Attachments: files beside the record, each called by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}")


def files_beside(record: Path | str) -> Path:
    """The folder of a record's attachments: PAIRUP_FILES, or beside the record."""
    given = os.environ.get("PAIRUP_FILES")
    if given:
        return Path(given)
    path = Path(record)
    return path.with_name(f"{path.name}.files")


def kept_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every attachment under a folder, by its name, in order; half-written ones (`.part`) are none yet."""
    found = {path.name: path for path in folder.rglob("*") if path.is_file() and _NAME.fullmatch(path.name)}
    yield from sorted(found.items())


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
