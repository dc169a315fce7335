"""The yearly archive: the record as of the end of a year, in files that need no pairup to be read.

It is a saved folder (docs/reference/folder.md) with what it takes to read it in thirty years: the tables described, the
closed lists, checksums, a page of words, and a reader in plain Python. `pairup load` takes it as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pairup
from pairup.errors import ConflictError, InputError
from pairup.exchange.layout import Column, Kind, Table
from pairup.services.archive.page import FORMAT_PAGE
from pairup.services.backup.files import digest_of, files_beside, kept_in
from pairup.services.backup.making import scratch
from pairup.services.backup.manifest import settle, sync_folder
from pairup.services.folder.saving import save_folder
from pairup.services.folder.shape import Progress, silent
from pairup.services.schema import folder_layout, saved_columns
from pairup.values import codes
from pairup.values.money import DIGITS

READER = "read_archive.py"
_KNOWN = frozenset({"code", "programme", "version", "recorded_at", "superseded_at", "entry", "salt", "closed"})


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive whose own reader found it whole."""

    path: Path
    counts: dict[str, int]
    said: str


def archive(record: Path | str, into: Path, *, year: int, at: datetime, progress: Progress = silent) -> Archived:
    """Write the open record as it stood at the end of a year into a new folder below `into`.

    What was recorded later is not in it, so that the same year gives the same files whenever it is archived, but for
    what was erased meanwhile. Refused: a year that is not over, a folder that exists.
    """
    until = datetime(year + 1, 1, 1, tzinfo=UTC)
    if at < until:
        raise InputError(
            f"The year {year} is not over.", hint="`pairup backup` keeps the record of today.",
            code="backups.year-not-over", year=year,
        )  # fmt: skip
    target = into / f"pairup-archive-{year}"
    if target.exists():
        raise ConflictError(
            f"{target} exists already.", hint="Name another folder.", code="backups.exists", path=str(target)
        )  # fmt: skip
    into.mkdir(parents=True, exist_ok=True)
    with scratch(into) as work:
        made = work / target.name
        counts = save_folder(made, until=until, progress=progress)
        for name, path in kept_in(files_beside(record)):
            shelf = made / "attachments" / name[:2]
            shelf.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, shelf / name)
        _describe(made, year)
        said = checked_alone(made)
        settle(made, target)
    return Archived(target, counts, said)


def _describe(folder: Path, year: int) -> None:
    """Add what it takes to read the folder: the tables, the closed lists, the page, the reader, the checksums."""
    about = {
        "pairup_archive": 1, "year": year, "version": pairup.__version__,
        "currency_digits": DIGITS, "tables": {name: _table(table) for name, table in folder_layout().items()},
    }  # fmt: skip
    _put(folder / "archive.json", json.dumps(about, ensure_ascii=False, indent=1) + "\n")
    _put(folder / "codes.json", json.dumps(dict(_lists()), ensure_ascii=False, indent=1) + "\n")
    _put(folder / "FORMAT.txt", FORMAT_PAGE.format(year=year, after=year + 1))
    shutil.copyfile(Path(__file__).with_name(READER), folder / READER)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = "".join(f"{digest_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths)
    _put(folder / "SHA256SUMS", sums)
    for path in sorted(path for path in folder.rglob("*") if path.is_dir()):
        sync_folder(path)
    sync_folder(folder)


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _table(table: Table) -> dict[str, Any]:
    from pairup.record.models import TABLES

    kept = [column for column in saved_columns(table) if column.name not in _KNOWN and not column.personal]
    return {
        "says": table.says,
        "columns": [_column(column) for column in kept],
        "later": list(TABLES[table.name].later),
        "has_numbers": any(column.field == "answer" for column in kept),
    }


def _column(column: Column) -> dict[str, Any]:
    default = column.default() if callable(column.default) else column.default
    said: dict[str, Any] = {"name": column.name, "field": column.field, "kind": column.kind, "default": default}
    if column.kind is Kind.DECIMAL:
        said["places"] = column.places
        said["default"] = f"{default:.{column.places}f}" if default else default
    if column.kind is Kind.AMOUNT:
        said["currency"] = column.currency
    if column.refers_to:
        said["refers_to"] = column.refers_to
    if column.says:
        said["says"] = column.says
    if column.choices:
        said["choices"] = list(column.choices)
    return said


def _lists() -> Iterator[tuple[str, Any]]:
    """Every closed list by its name: its words, and what it says of itself."""
    for name, one in sorted(vars(codes).items()):
        if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum:
            doc = one.__doc__ or ""
            yield name, {"says": "" if doc.startswith("An enum") else doc, "words": [item.value for item in one]}


def checked_alone(folder: Path) -> str:
    """Have the archive's own reader check it, with nothing but the standard library; give its last line."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", str(folder / READER)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[0]
        raise InputError(
            f"The archive's own reader finds that it is not as recorded: {said}",
            hint="`pairup verify` and `pairup health` say where the record is damaged.",
            code="backups.archive-differs", said=said,
        )  # fmt: skip
    return done.stdout.strip().splitlines()[-2]


def digest_of_folder(folder: Path) -> str:
    """SHA-256 over the checksums of an archive; one line to write on paper."""
    return hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
