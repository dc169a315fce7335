"""What a backup says of itself, and which backup of a place is the latest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

LATEST = "latest.json"
ENDING = ".pairup-backup"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A record at one moment: how much of it there was, and digests of all of it.

    tables : rows and SHA-256 of each table of the database. files : size in bytes of each attachment, by SHA-256.
    head : of the journal's tree over `size` entries, hexadecimal. checkpoint : the last note signed, empty for none.
    """

    taken: str
    version: str
    database: str
    size: int
    head: str
    checkpoint: str
    tables: Mapping[str, tuple[int, str]]
    record_bytes: int = 0
    record_hash: str = ""
    files: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Manifest:
        """Read what `to_dict` gave, after a trip through JSON."""
        tables = {name: (int(count), str(digest)) for name, (count, digest) in said["tables"].items()}
        return cls(**{**said, "tables": tables})

    def name(self) -> str:
        """Name the backup's file, so that names sort by time: `20261127T051200Z-42.pairup-backup`."""
        moment = datetime.fromisoformat(self.taken)
        return f"{moment:%Y%m%dT%H%M%SZ}-{self.size}{ENDING}"


def put(path: Path, text: str) -> None:
    """Write a small file so that a crash leaves the old one or the new one whole."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.chmod(0o600)
    settle(part, path)


def settle(part: Path, path: Path) -> None:
    """Give a finished file its name, and bring the name to the disk."""
    os.replace(part, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def latest_in(folder: Path) -> dict[str, Any] | None:
    """Say which backup of a place is the latest that was verified; None where there is none."""
    try:
        said = json.loads((folder / LATEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return {
        "name": str(said["name"]),
        "size": int(said["size"]),
        "head": str(said["head"]),
        "taken": str(said["taken"]),
    }


def mark_latest(folder: Path, name: str, manifest: Manifest) -> None:
    """Keep which backup is the latest beside the backups."""
    said = {"name": name, "size": manifest.size, "head": manifest.head, "taken": manifest.taken}
    put(folder / LATEST, json.dumps(said, indent=1, sort_keys=True) + "\n")
