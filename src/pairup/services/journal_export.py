"""Writes the journal as files that `pairup.journal.verify` reads: without a database, by somebody else."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from pairup.errors import ConflictError, InputError
from pairup.journal.checkpoint import SigningKey
from pairup.journal.verify import ENTRIES, HEAD, ROWS
from pairup.record.journal import JournalCheckpoint, JournalEntry
from pairup.record.models import TABLES
from pairup.services.write import Codes, row_bytes, sign_checkpoint


def signing_key(path: Path, name: str) -> tuple[SigningKey, bool]:
    """Read the key that signs the log, or make one that only this user can read; say whether it is new."""
    if path.exists():
        return SigningKey.read(path.read_text(encoding="utf-8")), False
    key = SigningKey.new(name)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(f"{key.text()}\n", encoding="utf-8")
    return key, True


def export_journal(into: Path, *, key: SigningKey | None, at: datetime) -> int:
    """Write entries, rows and a checkpoint of all of them into a new folder; give how many entries.

    Refused: a folder with something in it; without a key, a journal whose last checkpoint does not cover it.
    Personal columns are not in it: a row's personal part is there as a seal that nothing can be read from.
    """
    if into.exists() and any(into.iterdir()):
        raise ConflictError(
            f"{into} is not empty.", hint="Name a new folder.", code="record.exists", path=str(into)
        )  # fmt: skip
    into.mkdir(parents=True, exist_ok=True)
    with transaction.atomic():
        count = JournalEntry.objects.count()
        (into / HEAD).write_text(_note(count, key, at), encoding="utf-8")
        leaves = JournalEntry.objects.order_by("number").values_list("leaf", flat=True)
        with (into / ENTRIES).open("wb") as out:
            out.writelines(bytes(leaf) + b"\n" for leaf in leaves.iterator(chunk_size=2000))
        with (into / ROWS).open("wb") as out:
            out.writelines(_rows())
    return count


def _note(count: int, key: SigningKey | None, at: datetime) -> str:
    if key is not None:
        return sign_checkpoint(key, at=at)
    last = JournalCheckpoint.objects.order_by("-pk").first()
    if last is None or last.size != count:
        raise InputError(
            f"There is no checkpoint of all {count} entries, and no key to sign one with.",
            hint="`pairup checkpoint` signs one.", code="record.no-log-key", number=count,
        )  # fmt: skip
    return last.note


def _rows() -> Iterator[bytes]:
    """Every version row in the order of the entries that added them, as it was hashed."""
    numbers, codes = dict(JournalEntry.objects.values_list("pk", "number")), Codes()
    programmes: dict[int | None, str] = {None: ""}
    programmes |= dict(JournalEntry.objects.exclude(programme=None).values_list("programme_id", "programme__code"))

    def of(place: int, table: str, model: Any) -> Iterator[tuple[int, int, bytes]]:
        rows = model._default_manager.select_related("identity").order_by("entry_id", "pk")
        for row in rows.iterator(chunk_size=2000):
            number = numbers[row.entry_id]
            whose = getattr(row.identity, "programme_id", None)
            said = {
                "entry": number, "table": table, "programme": programmes.get(whose, ""),
                "in_force": row.superseded_at is None, "row": row_bytes(row, codes).decode(),
            }  # fmt: skip
            yield number, place, json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    tables = [of(place, table, model) for place, (table, model) in enumerate(TABLES.items())]
    for _, _, line in heapq.merge(*tables, key=lambda found: found[:2]):
        yield line
