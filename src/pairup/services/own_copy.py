"""A copy of all that is kept of one person, for that person: every row about them, opened, as one file."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pairup.errors import AccessError
from pairup.record.models import TABLES, Person, PostingVersion, VaultReadVersion
from pairup.record.vault import PRIVATE
from pairup.services import vault
from pairup.services.cells import cells_of
from pairup.services.schema import folder_layout
from pairup.services.secondee_words import own_person


def copy_of_all(*, actor: str, at: datetime, programme: str) -> bytes:
    """Every row about whoever acts, as JSON: what is in force and what was, each with the days of recording.

    What the vault holds is read as everybody reads it: for each purpose, with a row that says so. While it is shut,
    the copy says that, and leaves it out.
    """
    person = own_person(actor, programme)
    layout, tables = folder_layout(), {}
    for table, model in TABLES.items():
        if table not in layout or getattr(model, "in_vault", False):
            continue
        if rows := _rows(model, person):
            tables[table] = [_told(row, layout[table]) for row in rows]
    said = {
        "person": person.code, "programme": programme, "made": at.isoformat(), "tables": tables,
        "vault": _vault(person, actor, at, programme),
        "who_looked": [
            {"day": str(row.day), "by": row.by, "purpose": row.purpose, "fields": row.fields}
            for row in VaultReadVersion.objects.known().filter(person=person).order_by("day", "pk")
        ],
    }  # fmt: skip
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def _rows(model: Any, person: Person) -> list[Any]:
    names = {field.name: field.related_model for field in model._meta.concrete_fields if field.is_relation}
    if names.get("identity") is Person:
        found = model.objects.filter(identity=person)
    elif names.get("person") is Person:
        found = model.objects.filter(person=person)
    elif "posting" in names:
        found = model.objects.filter(posting__in=PostingVersion.objects.filter(person=person).values("identity"))
    else:
        return []
    return list(found.select_related("identity").order_by("pk"))


def _told(row: Any, table: Any) -> dict[str, Any]:
    cells = {name: text for name, text in cells_of(row, table).items() if text}
    ended = {"held_true_until": row.superseded_at.isoformat()} if row.superseded_at else {}
    return cells | {"recorded": row.recorded_at.isoformat()} | ended


def _vault(person: Person, actor: str, at: datetime, programme: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for purpose in dict.fromkeys(said.purpose for said in PRIVATE.values()):
        try:
            told |= vault.look(person.code, purpose, actor=actor, at=at, programme=programme)
        except AccessError as error:
            if error.code != "vault.shut":
                raise
            told[f"shut for {purpose}"] = error.message
    return told
