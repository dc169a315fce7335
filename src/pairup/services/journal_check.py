"""The record looks at itself: every journal entry and every row it recorded are what they were.

Whoever owns the database could have rewritten all of it. An export and a checkpoint kept elsewhere tell more
(`journal.verify`).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from pairup.journal.tree import Frontier
from pairup.record.acting import whole
from pairup.record.journal import JournalCheckpoint, JournalEntry
from pairup.record.models import TABLES
from pairup.services import personal
from pairup.services.write import Codes, row_bytes
from pairup.values.findings import Finding
from pairup.values.words import Words

_NOTHING = hashlib.sha256().hexdigest()


@whole()
def last_number() -> int:
    """How long the journal is, whoever asks: what was read before it grew may differ now."""
    last = JournalEntry.objects.order_by("-number").values_list("number", flat=True).first()
    return int(last or 0)


class _Parcels:
    """The rows of one table, entry by entry, in one pass; count and digest of what each entry recorded.

    `ended` has the rows that are held true no more, by code and number, until the entry that ended them is met;
    programmes may have the same codes.
    """

    def __init__(self, model: Any, codes: Codes, using: str, in_order: bool) -> None:
        order = ("entry_id", "pk") if in_order else ("entry__number", "pk")
        rows = model._base_manager.using(using).order_by(*order)
        self._rows: Iterator[Any] = iter(rows.iterator(chunk_size=2000))
        self._codes = codes
        self._next = next(self._rows, None)
        self._noun = model._meta.get_field("identity").related_model
        self.ended: dict[str, list[datetime]] = {}

    def of(self, entry: int, at: datetime) -> tuple[int, str]:
        """Take the rows of an entry, which come in the entries' order and were recorded when it was written."""
        if self._next is None or self._next.entry_id != entry:
            return 0, _NOTHING
        digest, count = hashlib.sha256(), 0
        while self._next is not None and self._next.entry_id == entry:
            row = self._next
            digest.update(hashlib.sha256(row_bytes(row, self._codes)).digest())
            count += 1 if row.recorded_at == at else 0  # its time is in no digest: it is the entry's
            if row.superseded_at is not None:
                named = f"{self._codes.of(self._noun, row.identity_id)} {row.number}"
                self.ended.setdefault(named, []).append(row.superseded_at)
            self._next = next(self._rows, None)
        return count, digest.hexdigest()

    def end(self, named: Iterable[str], at: datetime) -> bool:
        """Say whether the rows that an entry ended were ended when it was written."""
        whole = True
        for one in named:
            times = self.ended.get(one, [])
            if at in times:
                times.remove(at)
            else:
                whole = False
            if not times:
                self.ended.pop(one, None)
        return whole


def check(using: str = "default") -> list[Finding]:
    """Recompute the log and every row's digest in one pass; findings name the entry and the table that differ.

    A record that cannot be read to its end is a finding too, after those of what was read.
    """
    findings: list[Finding] = []
    try:
        _look_through(using, findings)
    except (DatabaseError, ValueError, TypeError, KeyError, ArithmeticError) as error:
        said = str(error) or type(error).__name__
        findings.append(Finding(Words("record.unreadable", {"said": said}), file="record"))
    return findings


def _look_through(using: str, findings: list[Finding]) -> None:
    frontier = Frontier()
    marks = JournalCheckpoint.objects.using(using).order_by("pk")
    heads = {mark.size: mark.note.splitlines()[2] for mark in marks}
    columns = ("pk", "number", "leaf", "hash", "at", "command", "actor", "key", "programme__code")
    entries = JournalEntry.objects.using(using).order_by("number").values_list(*columns)
    parcels = _parcels(using)
    for expected, (pk, number, raw, kept, *beside) in enumerate(entries.iterator(chunk_size=2000), start=1):
        leaf = bytes(raw)
        if (number, kept) != (expected, frontier.append(leaf).hex()) or not _repeats(leaf, beside):
            findings.append(Finding(Words("record.journal-broken", {"number": number}), file="journal"))
        if frontier.size in heads and heads[frontier.size] != base64.b64encode(frontier.head()).decode():
            findings.append(Finding(Words("record.checkpoint-broken", {"number": number}), file="journal"))
        said = _rows_of(leaf)
        for table in sorted(set(said) - set(parcels)):
            findings.append(Finding(Words("record.rows-changed", {"table": table, "number": number}), file="journal"))
        for table, parcel in parcels.items():
            found = parcel.of(pk, beside[0])
            one = said.get(table)
            ended = parcel.end(one["superseded"] if one else (), beside[0])
            if not ended or found != ((one["added"], one["digest"]) if one else (0, _NOTHING)):
                findings.append(
                    Finding(Words("record.rows-changed", {"table": table, "number": number}), file="journal")
                )
    for table, parcel in parcels.items():
        for named in sorted(parcel.ended):  # ended by no entry
            findings.append(Finding(Words("record.row-ended", {"table": table, "row": named}), file="journal"))
    for table, row in personal.broken_seals(using):
        findings.append(Finding(Words("record.seal-broken", {"table": table, "row": row})))
    if heads and max(heads) > frontier.size:
        findings.append(Finding(Words("record.checkpoint-broken", {"number": max(heads)}), file="journal"))


def _repeats(leaf: bytes, beside: list[Any]) -> bool:
    """Say whether the columns beside a leaf say what it says: they are what is read, and it is what is hashed."""
    at, *rest = beside
    try:
        said = json.loads(leaf)
        return [at.isoformat(), *rest] == [said[name] for name in ("at", "command", "actor", "key", "programme")]
    except (ValueError, KeyError, TypeError):
        return False


def _rows_of(leaf: bytes) -> dict[str, Any]:
    """What an entry says of rows; of a leaf that cannot be read, nothing (its hash tells)."""
    try:
        said: dict[str, Any] = json.loads(leaf)["rows"]
    except (ValueError, KeyError, TypeError):
        return {}
    return said


def _parcels(using: str) -> dict[str, _Parcels]:
    """Start a pass over every table. Ids of entries rise with their numbers, or rows are sorted by number."""
    pks = JournalEntry.objects.using(using).order_by("number").values_list("pk", flat=True)
    last, in_order = -1, True
    for pk in pks.iterator(chunk_size=5000):
        last, in_order = pk, in_order and pk > last
    codes = Codes(using)
    return {table: _Parcels(model, codes, using, in_order) for table, model in TABLES.items()}
