"""The stamp in the address of static files: another for every version, so that no page meets an old style sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path


def stamp_of(folder: Path, packages: Iterable[str]) -> str:
    """Name what a folder holds together with the versions of packages that bring files of their own."""
    read = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        read.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    for name in packages:
        read.update(f"{name} {version(name)}\n".encode())
    return read.hexdigest()[:12]
