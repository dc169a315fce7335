"""What changed since somebody was here: entries of the journal, told to each as far as the rows are theirs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from pairup.record.acting import Role, acting, whole
from pairup.record.journal import JournalEntry
from pairup.record.models import TABLES

#: entries that are looked at, and told, at most
_LOOKED_AT = 200
#: who reads the journal: all of it, or the entries of their programme
_KEEPERS = frozenset({Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR})
#: commands that bring a whole record; their rows are not counted for each reader
_OF_ALL = frozenset({"load", "restore"})


@dataclass(frozen=True, slots=True)
class Change:
    """One command: when, what and by whom as far as it is told, and how many of one's rows it wrote, by table."""

    number: int
    at: datetime
    command: str  # empty: another's, whose commands one does not read
    actor: str
    rows: Mapping[str, int] = field(default_factory=dict)


Entry = tuple[int, int, datetime, str, str, dict[str, int]]


def entries_since(programme: str, *, since: datetime) -> list[Entry]:
    """The last 200 entries of the journal after a moment; of who sees part of the record, every office's.

    They are not for showing: `told_of` keeps what is not the reader's.
    """
    if acting().actor.role in _KEEPERS:
        return _told(programme, since)
    with whole():
        return _told(programme, since)


def told_of(entries: Sequence[Entry], *, most: int) -> tuple[list[Change], int]:
    """The latest changes, the newest first, and how many there are.

    Who sees part of the record is told of commands that wrote rows of theirs; which command and whose it was is told
    of their own only.
    """
    now = acting().actor
    if now.role in _KEEPERS:
        found = [Change(number, at, command, actor, rows) for _, number, at, command, actor, rows in entries]
        return found[:most], len(found)
    own = _own_rows({pk: rows for pk, _, _, command, _, rows in entries if command not in _OF_ALL})
    found = [
        Change(number, at, *((command, actor) if actor == str(now) else ("", "")), own[pk])
        for pk, number, at, command, actor, _ in entries if own[pk] or actor == str(now)
    ]  # fmt: skip
    return found[:most], len(found)


def _told(programme: str, since: datetime) -> list[Entry]:
    entries = JournalEntry.objects.filter(at__gt=since).order_by("-number")
    entries = entries.filter(Q(programme__code=programme) | Q(programme=None))[:_LOOKED_AT]
    columns = entries.values_list("pk", "number", "at", "command", "actor", "leaf")
    return [(pk, number, at, command, actor, _rows_of(leaf)) for pk, number, at, command, actor, leaf in columns]


def _rows_of(leaf: Any) -> dict[str, int]:
    """How many rows an entry wrote or ended, by table."""
    rows = json.loads(bytes(leaf) or b"{}").get("rows", {})
    return {
        table: max(int(said["added"]), len(said["superseded"])) for table, said in rows.items() if table in TABLES
    }  # fmt: skip


def _own_rows(entries: Mapping[int, Mapping[str, int]]) -> defaultdict[int, dict[str, int]]:
    """By entry, the rows of whoever acts that it recorded; one question a table that was written."""
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    by_table: defaultdict[str, list[int]] = defaultdict(list)
    for pk, rows in entries.items():
        for table in rows:
            by_table[table].append(pk)
    for table, of in sorted(by_table.items()):
        rows = TABLES[table].objects.filter(entry__in=of).order_by().values_list("entry_id")
        for pk, count in rows.annotate(count=Count("pk")):
            found[pk][table] = count
    return found
