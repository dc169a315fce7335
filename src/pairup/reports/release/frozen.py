"""A release as it is frozen: every file named by its SHA-256 in a manifest, and the manifest by its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pairup.errors import ConflictError, InputError
from pairup.reports.disclosure import Earlier, Told

MANIFEST = "manifest.json"
#: the tables that protect people, as they were published: the next release is attacked together with them
PROTECTION = "data/protection.json"


def with_manifest(
    files: Mapping[str, bytes], *, programme: str, day: date, version: str, number: int = 1
) -> dict[str, bytes]:
    """Add the manifest to the files of a release. Equal files give equal bytes. `number`: which of its day it is."""
    told = {
        "programme": programme, "day": day.isoformat(), "made_by": f"pairup {version}",
        "files": {name: {"sha256": sha256(files[name]), "bytes": len(files[name])} for name in sorted(files)},
        **_numbered(number),
    }  # fmt: skip
    return {**files, MANIFEST: to_json(told)}


def _numbered(number: int) -> dict[str, int]:
    """The first of a day says no number, as the releases before there were any."""
    return {"number": number} if number > 1 else {}


def digest_of(files: Mapping[str, bytes]) -> str:
    """What names a release: the SHA-256 of its manifest."""
    return sha256(files[MANIFEST])


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def to_json(told: Any) -> bytes:
    """Write JSON for people to read too, the same each time."""
    return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a release. Refuses a folder that is none."""
    path = folder / MANIFEST
    try:
        told = json.loads(path.read_bytes())
        ok = isinstance(told, dict) and isinstance(told.get("files"), dict) and "programme" in told and "day" in told
    except (OSError, ValueError):
        ok = False
    if not ok:
        raise InputError(
            f"{folder} is no release: it has no manifest.", hint="Give a folder that `pairup release` wrote.",
            code="releases.no-manifest", folder=str(folder),
        )  # fmt: skip
    read: dict[str, Any] = told
    return read


def require_unchanged(folder: Path) -> tuple[str, int]:
    """Give the digest of a release and how many files it has. Refuses one that was changed, and says where."""
    listed: Mapping[str, Any] = read_manifest(folder)["files"]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    faults = [f"+ {name}" for name in sorted(there - set(listed))]
    for name in sorted(listed):
        if name not in there:
            faults.append(f"- {name}")
        elif sha256((folder / name).read_bytes()) != listed[name]["sha256"]:
            faults.append(f"≠ {name}")
    if faults:
        raise ConflictError(
            f"{folder} is not as it was released: {len(faults)} files differ, e.g. {faults[0]}.",
            hint="+ was added, - is missing, ≠ was changed. Take the folder from a copy, or release anew.",
            code="releases.changed", folder=str(folder), count=len(faults), first=faults[0],
        )  # fmt: skip
    return sha256((folder / MANIFEST).read_bytes()), len(listed) + 1


# --- what the next release has to know of this one ----------------------------------------------------------


def protection(day: date, told: tuple[Told, ...], closed: Mapping[str, frozenset[str]], earlier: tuple[Earlier, ...],
               digests: tuple[str, ...]) -> bytes:  # fmt: skip
    """Write the tables of people as this release and all before it published them. Nothing in it is secret."""
    releases = [*earlier, Earlier(day, told, closed)]
    return to_json({
        "digests_before": list(digests),
        "releases": [
            {
                "day": one.day.isoformat(),
                "closed": {dim: sorted(values) for dim, values in sorted(one.closed.items())},
                "tables": [
                    {
                        "name": table.name, "dims": list(table.dims), "attributes": list(table.attributes),
                        "cells": [[*key, number] for key, number in sorted(table.cells.items())],
                    }
                    for table in one.tables
                ],
            }
            for one in releases
        ],
    })  # fmt: skip


def read_protection(folder: Path) -> tuple[tuple[Earlier, ...], tuple[str, ...]]:
    """Give what a release and those before it told of people, and the digests of them all, its own last.

    Refuses a folder that was changed.
    """
    digest, _ = require_unchanged(folder)
    said = json.loads((folder / PROTECTION).read_bytes())
    releases = tuple(
        Earlier(
            date.fromisoformat(one["day"]),
            tuple(
                Told(
                    table["name"], tuple(table["dims"]), {tuple(row[:-1]): row[-1] for row in table["cells"]},
                    tuple(table["attributes"]),
                )
                for table in one["tables"]
            ),
            {dim: frozenset(values) for dim, values in one["closed"].items()},
        )
        for one in said["releases"]
    )  # fmt: skip
    return releases, (*said["digests_before"], digest)
