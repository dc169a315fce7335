"""Keeps what was read of a large file, chunk by chunk, until it is accepted: a broken-off reading goes on where it was.

Nothing of it is journalled, and nobody but whoever sent it sees it. Files of tables about people are not kept here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction

from pairup.exchange.child import Flaw, Parsed
from pairup.exchange.sheets import Grid
from pairup.record.acting import whole
from pairup.record.staged import StagedChunk, StagedFile
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

CHUNK = 500
#: what nobody accepted by then is let go
KEPT = timedelta(days=30)


@whole()
def staged(digest: str, options: dict[str, Any], *, actor: str) -> Parsed | None:
    """Give a file as it was staged; None where it is not there, or not whole."""
    file = _file(digest, options, actor)
    if file is None or file.head is None:
        return None
    return _read(file)


@whole()
def stage(parsed: Parsed, digest: str, options: dict[str, Any], *, actor: str, at: datetime) -> int:
    """Keep a file that was read, each chunk by itself; chunks that are there already stay. Gives how many were new."""
    StagedFile.objects.filter(at__lt=at - KEPT).delete()
    file, _ = StagedFile.objects.get_or_create(
        digest=digest, read_as=_read_as(options), actor=actor, defaults={"at": at}
    )
    there = set(file.chunks.values_list("number", flat=True))
    new = 0
    for number, records in enumerate(_chunks(parsed)):
        if number not in there:
            keep_chunk(file, number, records)
            new += 1
    if file.head is None:
        file.head = _head(parsed)
        file.save(update_fields=["head"])
    return new


@whole()
def keep_chunk(file: StagedFile, number: int, records: list[Any]) -> None:
    """Keep one chunk, by itself."""
    with transaction.atomic():
        StagedChunk.objects.create(file=file, number=number, records=records)


@whole()
def compared_at(digest: str, *, actor: str) -> datetime | None:
    """When somebody was last shown what a staged file of theirs would change."""
    return StagedFile.objects.filter(digest=digest, actor=actor).values_list("at", flat=True).first()


@whole()
def shown(digest: str, *, actor: str, at: datetime) -> None:
    """Remember that somebody was shown what their file would change: from then on changes of others are news."""
    StagedFile.objects.filter(digest=digest, actor=actor).update(at=at)


@whole()
def let_go(digest: str, *, actor: str) -> None:
    """Let a staged file go: it was accepted."""
    StagedFile.objects.filter(digest=digest, actor=actor).delete()


def _file(digest: str, options: dict[str, Any], actor: str) -> StagedFile | None:
    return StagedFile.objects.filter(digest=digest, read_as=_read_as(options), actor=actor).first()


def _read_as(options: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()


def _chunks(parsed: Parsed) -> Iterator[list[Any]]:
    records = (
        [name, row, record]
        for name, grid in parsed.grids.items()
        for row, record in zip(grid.rows, grid.records, strict=True)
    )
    while chunk := list(islice(records, CHUNK)):
        yield chunk


def _head(parsed: Parsed) -> dict[str, Any]:
    return {
        "file": parsed.file, "kind": parsed.kind, "hidden": parsed.hidden, "comments": parsed.comments,
        "formulas": parsed.formulas, "unfenced": list(parsed.unfenced), "sheets": list(parsed.grids),
        "flaws": {name: [asdict(flaw) for flaw in flaws] for name, flaws in parsed.flaws.items()},
        "found": [
            {"words": one.words.to_dict(), "file": one.file, "row": one.row, "column": one.column,
             "hint": one.hint.to_dict() if one.hint else None, "severity": str(one.severity)}
            for one in parsed.found
        ],
    }  # fmt: skip


def _read(file: StagedFile) -> Parsed:
    head: Any = file.head
    parsed = Parsed(
        head["file"], head["kind"], hidden=head["hidden"], comments=head["comments"], formulas=head["formulas"],
        unfenced=tuple(head["unfenced"]),
    )  # fmt: skip
    for name in head["sheets"]:
        shown = f"{parsed.file} [{name}]" if name else parsed.file
        parsed.grids[name] = Grid(shown, [], [], is_tame=parsed.kind != "xlsx")
        parsed.flaws[name] = [Flaw(**flaw) for flaw in head["flaws"].get(name, ())]
    for one in head["found"]:
        hint = Words.read(one["hint"]) if one["hint"] else None
        severity = Severity(one["severity"])
        parsed.found.append(Finding(Words.read(one["words"]), one["file"], one["row"], one["column"], hint, severity))
    for records in file.chunks.order_by("number").values_list("records", flat=True).iterator(chunk_size=20):
        for name, row, record in records:
            parsed.grids[name].rows.append(row)
            parsed.grids[name].records.append(record)
    return parsed
