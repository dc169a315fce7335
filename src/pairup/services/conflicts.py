"""Conflicts: edits that came too late, with both sides; listed, and settled by somebody who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from pairup.errors import ConflictError, InputError
from pairup.exchange.cells import holds_national_id
from pairup.record.models import TABLES, ConflictVersion
from pairup.services import write
from pairup.services.access import require_may
from pairup.services.adoption import copy_of
from pairup.services.cells import cells_of, table_for
from pairup.services.edits import Edit, prepared_correction, prepared_record, prepared_withdrawal
from pairup.services.personal import open_rows
from pairup.values.codes import ConflictKind, ConflictOutcome


@dataclass(frozen=True, slots=True)
class Sides:
    """One conflict: what was proposed on which version and by whom, and what stands there now."""

    code: str
    kind: ConflictKind
    about: str
    edit: str
    day: date
    seen: int | None
    proposed: Mapping[str, Any]
    proposed_by: str
    won: int | None
    won_by: str
    current: Mapping[str, str]  # the cells of the row as it stands; empty where it was withdrawn
    outcome: ConflictOutcome
    settled_by: str

    def cells(self) -> dict[str, tuple[str, str]]:
        """By column: what was proposed, and what stands; only where they differ."""
        return {name: (text, self.current.get(name, "")) for row in self.rows() for name, text in row.items()
                if name != "code" and text != self.current.get(name, "")}  # fmt: skip

    def rows(self) -> list[Mapping[str, str]]:
        return list(self.proposed.get("rows", ()))


def read_conflicts(
    *, on: date, known_by: date | None = None, programme: str | None = None, only_open: bool = True
) -> list[Sides]:
    """Conflicts kept by a day, oldest first, each with both sides."""
    rows = ConflictVersion.objects.on(on, known_by=known_by).select_related("identity", "of_programme")
    if programme is not None:
        rows = rows.filter(of_programme__code=programme)
    if only_open:
        rows = rows.filter(outcome=ConflictOutcome.OPEN)
    return [_sides(row) for row in open_rows(rows.order_by("pk"))]


def lines(*, on: date, known_by: date | None = None, programme: str, only_open: bool = True) -> Any:
    """Conflicts of a programme, and of rows that programmes share; a query, oldest first."""
    rows = ConflictVersion.objects.on(on, known_by=known_by).filter(
        Q(of_programme__code=programme) | Q(of_programme=None)
    )
    if only_open:
        rows = rows.filter(outcome=ConflictOutcome.OPEN)
    return rows.select_related("identity").order_by("pk")


def read_conflict(code: str, *, on: date, known_by: date | None = None, programme: str) -> Sides:
    """One conflict with both sides. Refuses one that is not there, or not one's own to read."""
    row = lines(on=on, known_by=known_by, programme=programme, only_open=False).filter(identity__code=code).first()
    if row is None:
        raise _no_conflict(code)
    return _sides(*open_rows([row]))


def _no_conflict(code: str) -> InputError:
    return InputError(
        f"There is no conflict {code!r}.", hint="`pairup conflicts` lists them.", code="lifecycle.no-conflict",
        conflict=code,
    )  # fmt: skip


def _sides(row: ConflictVersion) -> Sides:
    table, _, code = row.about.partition("/")
    current = _standing_row(row, table, code)
    return Sides(
        row.identity.code, ConflictKind(row.kind), row.about, row.edit, row.day, row.seen, _told(row, table),
        row.proposed_by, row.won, winner_of(row), cells_of(current, table_for(table)) if current else {},
        ConflictOutcome(row.outcome), row.settled_by,
    )  # fmt: skip


def winner_of(row: ConflictVersion) -> str:
    """Who wrote the version that won, as far as whoever reads may know: an office hears of nobody but itself.

    Whoever came too late may not have known, so that the conflict does not say it; the journal does.
    """
    if row.won_by or row.won is None:
        return row.won_by
    table, _, code = row.about.partition("/")
    won = TABLES[table].objects.filter(identity__code=code, number=row.won)
    if row.of_programme_id is not None:
        won = won.filter(identity__programme=row.of_programme_id)
    return won.values_list("entry__actor", flat=True).first() or ""


def _told(row: ConflictVersion, table: str) -> Mapping[str, Any]:
    """What was proposed, as far as it is told: nothing of the vault, and nothing that was erased."""
    if not getattr(TABLES[table], "in_vault", False):
        return row.proposed or {}
    hidden = {column.name for column in table_for(table).columns if column.personal}
    rows = (row.proposed or {}).get("rows", ())
    return {"rows": [{name: text for name, text in one.items() if name not in hidden} for one in rows]}


def _standing_row(row: ConflictVersion, table: str, code: str) -> Any:
    """The version in force that the proposal would change: the one that won, else the latest of the noun."""
    rows = TABLES[table].objects.filter(identity__code=code, superseded_at=None)
    if row.of_programme_id is not None:
        rows = rows.filter(identity__programme=row.of_programme_id)
    return rows.filter(number=row.won).first() or rows.order_by("-number").first()


def settle(code: str, outcome: ConflictOutcome, *, actor: str, at: datetime, reason: str) -> Sides:
    """Decide a conflict: what stands stays, or what was proposed is made now, on the version that stands.

    Whoever decides gives a reason, which the journal keeps beside their role. Refuses a conflict that is settled.
    """
    require_may(actor, "conflict.settle")
    if not reason or holds_national_id(reason):
        raise InputError("Say why, without a person's number: the journal keeps it.", code="lifecycle.no-reason")
    with write.alone():
        row = ConflictVersion.objects.known().filter(identity__code=code).select_related("identity").first()
        if row is None:
            raise _no_conflict(code)
        if row.outcome != ConflictOutcome.OPEN:
            raise ConflictError(
                f"{code} was settled by {row.settled_by}: {row.outcome}.",
                code="lifecycle.settled-before", conflict=code, by=row.settled_by, outcome=row.outcome,
            )  # fmt: skip
        writing = _taken(row, actor, at) if outcome is ConflictOutcome.TAKEN else None
        with write.command(
            "conflict.settle", actor=actor, at=at,
            programme=row.of_programme.code if row.of_programme else None,
            facts={"conflict": code, "outcome": outcome.value, "reason": reason},
        ) as doing:  # fmt: skip
            if writing is not None:
                writing(doing)
            doing.supersede(ConflictVersion, [row.pk])
            settled = copy_of(row, outcome=outcome, settled_by=actor)
            doing.add(ConflictVersion, [settled])
    settled = ConflictVersion.objects.known().select_related("identity").filter(identity=row.identity_id)
    return _sides(*open_rows(settled))


def _taken(row: ConflictVersion, actor: str, at: datetime) -> Any:
    """What writes a proposal onto the version that stands now, checked as any edit is."""
    table, _, code = row.about.partition("/")
    current = _standing_row(row, table, code)
    programme = row.of_programme.code if row.of_programme else ""
    (row,) = open_rows([row])
    if row.proposed is None:
        raise ConflictError(
            f"What {row.identity.code} proposed was erased.", hint="Settle it as it stands.",
            code="vault.proposal-erased", conflict=row.identity.code,
        )  # fmt: skip
    edit = Edit(row.edit, table_for(table), tuple(row.proposed["rows"]), actor, at, programme)
    if row.edit == "record":
        return prepared_record(edit)
    if current is None:
        raise ConflictError(
            f"{table} {code} was withdrawn; there is nothing to change.",
            hint=f"`pairup settle {row.identity.code} --outcome stands`, or record it anew.",
            code="lifecycle.withdrawn-since", table=table, row=code,
        )  # fmt: skip
    edit = replace(edit, seen=current.number)
    return prepared_correction(edit) if row.edit == "correct" else prepared_withdrawal(edit)
