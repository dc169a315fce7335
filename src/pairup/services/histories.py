"""All versions of one row: what changed, who changed it, when, why, by both clocks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from pairup.errors import InputError
from pairup.record.acting import acting
from pairup.record.dated import as_known_by
from pairup.record.journal import JournalEntry
from pairup.record.models import TABLES
from pairup.record.scopes import narrowed
from pairup.services.cells import cells_of, differences, table_for
from pairup.services.edits import only_programme


@dataclass(frozen=True, slots=True)
class Act:
    """A command of the journal, as far as a history tells it."""

    entry: int
    at: datetime
    command: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One version: when it is true in the world, what is new in it, by what it came and by what it ended."""

    number: int
    holds: str  # the day, or the span, in the world
    changed: Mapping[str, tuple[str, str]]  # by column: before and after; of a first version all it says
    replaces: int | None
    by: Act
    ended: Act | None  # None: held true now
    cells: Mapping[str, str]


def history(
    table: str, code: str, *, known_by: date | None = None, programme: str | None = None, personal: bool = False
) -> list[Step]:
    """Every version of a row, in the order they were recorded; up to a day with `known_by`.

    Personal columns are left out unless `personal` asks for them. Refuses a row that is not there.
    """
    layout = table_for(table, by_hand=False)
    rows = TABLES[table]._default_manager.filter(identity__code=code).select_related("identity", "entry")
    if layout.scoped:
        rows = rows.filter(identity__programme__code=programme or only_programme())
    if known_by is not None:
        rows = rows.filter(recorded_at__lt=as_known_by(known_by))
    found = list(rows.order_by("number"))
    if not found:
        raise InputError(
            f"{table} has no row {code!r}.", hint="Codes stand in the first column of an export or a saved folder.",
            code="lifecycle.no-row", table=table, row=code,
        )  # fmt: skip
    cells = {row.pk: cells_of(row, layout, personal=personal) for row in found}
    endings = _endings(table, code, found, known_by)
    return [_step(row, found, cells, endings) for row in found]


def _step(row: Any, rows: Iterable[Any], cells: Mapping[int, dict[str, str]], endings: Mapping[int, Act]) -> Step:
    """Tell a version against the one it replaced: of those that ended as it began, the one that is most like it."""
    ended_then = [other for other in rows if other.superseded_at == row.recorded_at and other.number < row.number]
    before = min(ended_then, key=lambda other: len(differences(cells[other.pk], cells[row.pk])), default=None)
    said = differences(cells[before.pk] if before else {}, cells[row.pk])
    if before is None:
        said = {name: pair for name, pair in said.items() if name != "code"}
    return Step(
        row.number, _holds(cells[row.pk]), said, before.number if before else None, _act(row.entry),
        endings.get(row.pk), cells[row.pk],
    )  # fmt: skip


def _holds(cells: Mapping[str, str]) -> str:
    return cells["day"] if "day" in cells else f"{cells['from'] or '…'} – {cells['to'] or '…'}"


def _act(entry: JournalEntry) -> Act:
    facts = _said(entry).get("facts", {})
    return Act(entry.number, entry.at, entry.command, entry.actor, str(facts.get("reason", "")))


def _said(entry: JournalEntry) -> dict[str, Any]:
    """What a leaf says; a role that sees part of the record is not shown any."""
    said: dict[str, Any] = json.loads(bytes(entry.leaf) or b"{}")
    return said


def _endings(table: str, code: str, rows: Iterable[Any], known_by: date | None) -> dict[int, Act]:
    """By version row: the command that ended it. Times are shared by commands of one second, so leaves are asked."""
    found: dict[int, Act] = {}
    for row in rows:
        if row.superseded_at is None or (known_by is not None and row.superseded_at >= as_known_by(known_by)):
            continue
        for entry in JournalEntry.objects.filter(at=row.superseded_at).order_by("number"):
            said = _said(entry).get("rows", {}).get(table, {})
            if f"{code} {row.number}" in said.get("superseded", ()):
                found[row.pk] = _act(entry)
    return found


def is_own_to_write(table: str, code: str, *, programme: str) -> bool:
    """Whether whoever acts may put another version in the place of one that stands: it is of their side.

    What is sealed has pages of its own, where the person concerned is told.
    """
    layout, model = table_for(table, by_hand=False), TABLES[table]
    if not layout.by_hand or layout.sealed:
        return False
    rows: Any = models.QuerySet(model).filter(identity__code=code, superseded_at=None)
    if layout.scoped:
        rows = rows.filter(identity__programme__code=programme)
    now = acting()
    return bool((rows if now.actor.sees_all else narrowed(rows, now, writing=True)).exists())
