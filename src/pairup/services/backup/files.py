"""Attachments: files beside the record, each called by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from pairup.record.address import address_of

_NAME = re.compile(r"[0-9a-f]{64}")


def files_beside(place: Path | str) -> Path | None:
    """The folder of a record's attachments: PAIRUP_FILES, or beside the record; None of a record that has no folder."""
    given = os.environ.get("PAIRUP_FILES")
    if given:
        return Path(given)
    path = address_of(place).path
    return None if path is None else path.with_name(f"{path.name}.files")


def kept_in(folder: Path | None) -> Iterator[tuple[str, Path]]:
    """Every attachment under a folder, by its name, in order; half-written ones (`.part`) are none yet."""
    paths = folder.rglob("*") if folder is not None else ()
    yield from sorted((path.name, path) for path in paths if path.is_file() and _NAME.fullmatch(path.name))


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
