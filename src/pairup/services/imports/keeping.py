"""Keeps rows of a file that came too late as conflicts, with both sides, to be settled as edits are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pairup.record.models import TABLES, Conflict, ConflictVersion, Programme
from pairup.services import write
from pairup.services.imports.difference import Difference, State
from pairup.services.personal import open_rows
from pairup.services.schema import folder_layout
from pairup.values.codes import ConflictKind

#: rows that are looked up in one question
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Late:
    """A row of a file that was made on a version which has been replaced or withdrawn."""

    table: str
    cells: dict[str, str]  # what it would have changed, and its code
    seen: int
    won: int | None

    @property
    def code(self) -> str:
        return self.cells["code"]

    @property
    def about(self) -> str:
        return f"{self.table}/{self.code}"

    @property
    def proposed(self) -> dict[str, Any]:
        return {"rows": [self.cells]}


def keep_conflicts(difference: Difference, *, actor: str, at: datetime) -> tuple[str, ...]:
    """Keep every row that met a newer version as a conflict, all in one entry of the journal; give their codes.

    One that was kept before is not kept twice, also where it was settled since: the same file again changes nothing.
    """
    late = list(_late(difference))
    known = _known(late, actor)
    codes = {one.about: known[one.about] for one in late if one.about in known}
    if new := [one for one in late if one.about not in known]:
        of = difference.programme or None
        facts = {"file": f"sha256:{difference.digest}", "kind": ConflictKind.LOST_RACE.value, "rows": len(new)}
        with write.command("conflict.keep", actor=actor, at=at, programme=of, facts=facts) as doing:
            names = [f"conflict-{doing.entry.number}-{number}" for number in range(1, len(new) + 1)]
            ids = doing.identities(Conflict, names)
            winners = _winners(new, difference.programme)
            home = Programme.objects.filter(code=difference.programme).first()
            doing.add(ConflictVersion, [
                ConflictVersion(
                    identity_id=ids[name], day=doing.entry.at.date(), kind=ConflictKind.LOST_RACE, about=one.about,
                    of_programme=home if folder_layout()[one.table].scoped else None, edit="correct", seen=one.seen,
                    won=one.won, proposed=one.proposed, proposed_by=actor,
                    won_by=winners.get((one.table, one.code, one.won), ""),
                )
                for name, one in zip(names, new, strict=True)
            ])  # fmt: skip
        codes |= {one.about: name for one, name in zip(new, names, strict=True)}
    return tuple(codes[one.about] for one in late)


def _late(difference: Difference) -> Iterator[_Late]:
    for name, one in difference.tables.items():
        for at in one.places(State.CONFLICTING):
            clash, cells = one.clashes.get(at), one.proposed(at)
            if clash is not None and clash.then_number is not None and cells:
                yield _Late(name, cells, clash.then_number, clash.now_number)


def _known(late: list[_Late], actor: str) -> dict[str, str]:
    """Codes of conflicts that say the same already, by what they are about."""
    wanted = {one.about: one for one in late}
    found: dict[str, str] = {}
    abouts = sorted(wanted)
    for at in range(0, len(abouts), _AT_ONCE):
        rows = ConflictVersion.objects.known().filter(
            about__in=abouts[at : at + _AT_ONCE], kind=ConflictKind.LOST_RACE, edit="correct", proposed_by=actor
        )
        for row in open_rows(rows.select_related("identity")):
            one = wanted[row.about]
            if row.seen == one.seen and row.proposed == one.proposed:
                found[row.about] = row.identity.code
    return found


def _winners(late: list[_Late], programme: str) -> dict[tuple[str, str, int | None], str]:
    """Who wrote the versions that stand, by table, code and number; an office hears of nobody but itself."""
    found: dict[tuple[str, str, int | None], str] = {}
    for table in sorted({one.table for one in late}):
        codes = sorted({one.code for one in late if one.table == table})
        scope = {"identity__programme__code": programme} if folder_layout()[table].scoped else {}
        for at in range(0, len(codes), _AT_ONCE):
            rows = TABLES[table].objects.filter(
                identity__code__in=codes[at : at + _AT_ONCE], superseded_at=None, **scope
            )
            said = rows.values_list("identity__code", "number", "entry__actor")
            found |= {(table, code, number): by for code, number, by in said}
    return found
