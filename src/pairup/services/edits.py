"""Record, correct and withdraw a row of any table, by the one write path, with the version that was seen.

A correction is a new version; the old one stays and says until when it was held true. An edit made on a version that
somebody has replaced meanwhile is not made, not lost and not merged: both sides are kept as a conflict, shown, and
settled by a command of its own (`services.conflicts`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pairup.errors import ConflictError, InputError
from pairup.exchange.cells import holds_national_id
from pairup.exchange.layout import Table
from pairup.exchange.reading import Rows, read_rows
from pairup.exchange.sheets import sheet_of
from pairup.record.journal import JournalEntry
from pairup.record.models import TABLES, Conflict, ConflictVersion, Programme
from pairup.services import write
from pairup.services.access import require_may
from pairup.services.adoption import copy_of
from pairup.services.cells import cells_of, differences, fields_of, require_columns, table_for
from pairup.services.consents import require_consent
from pairup.services.folder.checking import Reading, check_reading
from pairup.services.folder.loading import write_rows
from pairup.services.folder.near import NearStanding
from pairup.services.folder.shape import FolderRefused
from pairup.services.folder.versions import noun_of
from pairup.services.moves import require_move
from pairup.services.own_words import require_own_words
from pairup.services.personal import open_rows
from pairup.services.schema import folder_layout
from pairup.values.codes import ConflictKind, ConflictOutcome
from pairup.values.findings import Severity


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an edit did: the rows, each as code and version number, and the journal's entry.

    `is_repeat` says that it was done before under the same key, and that nothing was written now.
    """

    table: str
    rows: tuple[tuple[str, int], ...]
    entry: int
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit as it was asked for; texts by column, as a folder holds them."""

    verb: str
    table: Table
    rows: tuple[Mapping[str, str], ...]  # whole rows, or of a correction the changed cells and the code
    actor: str
    at: datetime
    programme: str = ""
    seen: int | None = None
    key: str | None = None
    reason: str = ""

    @property
    def code(self) -> str:
        return self.rows[0]["code"]

    @property
    def model(self) -> Any:
        return TABLES[self.table.name]

    def facts(self) -> dict[str, Any]:
        """What the journal keeps of it beside the rows. Personal cells are named, never told, not even as a hash."""
        return (
            {"table": self.table.name}
            | ({"reason": self.reason} if self.reason else {})
            | ({"content": self.content()} if self.key else {})
        )

    def content(self) -> str:
        """The digest that tells two uses of one key apart, personal cells apart."""
        personal = self.personal()
        said = [{name: (None if name in personal else text) for name, text in sorted(row.items())} for row in self.rows]
        text = json.dumps([self.verb, self.table.name, self.seen, self.reason, said], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def personal(self) -> set[str]:
        return {column.name for column in self.table.columns if column.personal}


@dataclass
class Lost(Exception):
    """An edit that came too late: what stands there instead. Its own transaction ends before it is kept."""

    kind: ConflictKind
    won: int | None = None
    won_by: str = ""
    current: Mapping[str, str] = field(default_factory=dict)


#: writes what was checked, within a command
Writing = Callable[[write.Doing], None]


def record(
    table: str, rows: Sequence[Mapping[str, str]], *, actor: str, at: datetime, programme: str | None = None,
    key: str | None = None, reason: str = "",
) -> Receipt:  # fmt: skip
    """Record new rows of a table: all of them in one entry of the journal, or none.

    A row is its cells by column, as in a programme folder. Refuses with every finding, and a row whose code and
    first day the record has: that is a correction, and says the version it saw. A `key` used before gives the same
    receipt for the same rows; other rows under it are kept as a conflict.
    """
    require_may(actor, "record")
    edit = _edit("record", table, rows, actor=actor, at=at, programme=programme, key=key, reason=reason)

    def act() -> Receipt:
        writing = prepared_record(edit)
        with write.command(
            "record", actor=actor, at=at, programme=_home(edit), key=key, facts=edit.facts()
        ) as doing:  # fmt: skip
            return _written(edit, doing, writing)

    return carried_out(edit, act)


def correct(
    table: str, code: str, changes: Mapping[str, str], *, seen: int, actor: str, at: datetime,
    programme: str | None = None, key: str | None = None, reason: str = "",
) -> Receipt:  # fmt: skip
    """Put a new version in the place of the version `seen` of a row; cells that are not named stay.

    Raises ConflictError where that version has been replaced: its facts carry both sides and the conflict's code.
    """
    require_may(actor, "correct")
    rows = [{**changes, "code": code}]
    edit = _edit("correct", table, rows, actor=actor, at=at, programme=programme, key=key, reason=reason, seen=seen)

    def act() -> Receipt:
        writing = prepared_correction(edit)
        with write.command(
            "correct", actor=actor, at=at, programme=_home(edit), key=key, facts=edit.facts()
        ) as doing:  # fmt: skip
            return _written(edit, doing, writing)

    return carried_out(edit, act)


def withdraw(
    table: str, code: str, *, seen: int, actor: str, at: datetime, reason: str, programme: str | None = None,
    key: str | None = None,
) -> Receipt:  # fmt: skip
    """Say that the version `seen` of a row should never have stood there; it stays readable as of before.

    Refuses the last version of a row that others refer to.
    """
    require_may(actor, "withdraw")
    rows = [{"code": code}]
    edit = _edit("withdraw", table, rows, actor=actor, at=at, programme=programme, key=key, reason=reason, seen=seen)

    def act() -> Receipt:
        writing = prepared_withdrawal(edit)
        with write.command(
            "withdraw", actor=actor, at=at, programme=_home(edit), key=key, facts=edit.facts()
        ) as doing:  # fmt: skip
            return _written(edit, doing, writing)

    return carried_out(edit, act)


def _edit(verb: str, table: str, rows: Sequence[Mapping[str, str]], **said: Any) -> Edit:
    layout = table_for(table)
    require_columns(layout, [name for row in rows for name in row])
    if not rows or not all(row.get("code") for row in rows):
        raise InputError("A row has a code.", hint="Give code=…", code="lifecycle.no-code", table=table)
    if holds_national_id(said.get("reason") or ""):
        raise InputError(
            "A reason stays in the journal for good, and this one holds a person's number.",
            code="lifecycle.reason-personal",
        )
    said["programme"] = said["programme"] or only_programme()
    return Edit(verb, layout, tuple(dict(row) for row in rows), **said)


def only_programme() -> str:
    """The record's one programme, or nothing where it holds several or none."""
    codes = list(Programme.objects.values_list("code", flat=True)[:2])
    return codes[0] if len(codes) == 1 else ""


def _home(edit: Edit) -> str | None:
    """The programme whose entry this is: of a row that programmes share, none."""
    return (edit.programme or None) if edit.table.scoped or edit.table.name == "programme" else None


def carried_out(edit: Edit, act: Callable[[], Receipt]) -> Receipt:
    """Carry out an edit as the record's one writer, or keep it as a conflict and raise."""
    try:
        with write.alone():
            if edit.key and (entry := write.entry_under(edit.key)) is not None:
                return _repeated(edit, entry)
            return act()
    except Lost as lost:
        raise _keep(edit, lost) from None


def _keep(edit: Edit, lost: Lost) -> ConflictError:
    """Keep an edit that came too late; give the refusal that shows both sides. The same one again is kept once."""
    about, proposed = f"{edit.table.name}/{edit.code}", {"rows": [dict(row) for row in edit.rows]}
    with write.alone():
        open_ones = ConflictVersion.objects.known().filter(
            about=about, kind=lost.kind, edit=edit.verb, seen=edit.seen, proposed_by=edit.actor, key=edit.key or "",
            outcome=ConflictOutcome.OPEN,
        )  # fmt: skip
        kept = open_rows(open_ones.select_related("identity"))
        same = [row.identity.code for row in kept if row.proposed == proposed]
        code = same[0] if same else _kept(edit, lost, about, proposed)
    facts: dict[str, Any] = {"table": edit.table.name, "row": edit.code, "conflict": code}
    facts |= {"proposed": proposed["rows"], "current": dict(lost.current)}
    if lost.kind is ConflictKind.OTHER_CONTENT:
        return ConflictError(
            f"The key {edit.key} was used before for something else; this is kept as {code}.",
            hint=f"`pairup conflicts` shows both sides; `pairup settle {code}` decides.",
            code="lifecycle.key-other-content", key=edit.key, **facts,
        )  # fmt: skip
    return ConflictError(
        f"{edit.table.name} {edit.code} was changed by {lost.won_by or 'somebody'} after you read version {edit.seen}; "
        f"yours is kept as {code}.",
        hint=f"`pairup conflicts` shows both sides; `pairup settle {code}` decides.",
        code="lifecycle.changed-since", seen=edit.seen, won=lost.won, by=lost.won_by or "-", **facts,
    )  # fmt: skip


def _kept(edit: Edit, lost: Lost, about: str, proposed: Mapping[str, Any]) -> str:
    with write.command(
        "conflict.keep", actor=edit.actor, at=edit.at, programme=edit.programme or None,
        facts={"about": about, "kind": lost.kind.value},
    ) as doing:  # fmt: skip
        code = f"conflict-{doing.entry.number}"
        programme = Programme.objects.filter(code=edit.programme).first() if edit.table.scoped else None
        row = ConflictVersion(
            identity_id=doing.identities(Conflict, [code])[code], day=doing.entry.at.date(), kind=lost.kind,
            of_programme=programme, about=about, edit=edit.verb, seen=edit.seen, won=lost.won, proposed=proposed,
            proposed_by=edit.actor, won_by=lost.won_by, key=edit.key or "",
        )  # fmt: skip
        doing.add(ConflictVersion, [row])
    return code


def _written(edit: Edit, doing: write.Doing, writing: Writing) -> Receipt:
    writing(doing)
    rows = edit.model._default_manager.filter(entry=doing.entry).order_by("pk")
    numbers = tuple(rows.values_list("identity__code", "number"))
    if edit.verb == "withdraw":
        assert edit.seen is not None
        numbers = ((edit.code, edit.seen),)
    if edit.key:
        doing.facts["versions"] = [list(pair) for pair in numbers]
    return Receipt(edit.table.name, numbers, doing.entry.number)


def prepared_record(edit: Edit) -> Writing:
    """Check new rows against each other and the record; give what writes them."""
    rows, found = read_rows(edit.table, [sheet_of(edit.table.name, edit.rows)])
    reading = Reading({edit.table.name: rows}, found, edit.programme)
    standing = NearStanding(rows)
    require_clean(reading, standing)
    match = standing.match(rows, reading.programme)
    if known := sorted([*match.same, *match.corrected]):
        raise ConflictError(
            f"{edit.table.name} {rows.codes[known[0]]} is recorded from that day on.",
            hint="`pairup history` shows its versions; `pairup correct … --seen N` changes one.",
            code="lifecycle.recorded-before", table=edit.table.name, row=rows.codes[known[0]],
        )  # fmt: skip
    return lambda doing: write_rows(doing, reading, {edit.table.name: match})


def prepared_correction(edit: Edit) -> Writing:
    """Check a row with its changed cells; give what puts it in the place of the version seen."""
    row = row_seen(edit)
    before = cells_of(row, edit.table, to_compare=True)
    changed = differences(before, edit.rows[0])
    if not changed:
        raise InputError(
            f"{edit.table.name} {edit.code} says that already.", code="lifecycle.nothing-changes",
            table=edit.table.name, row=edit.code,
        )  # fmt: skip
    after = before | {name: text for name, (_, text) in changed.items()}
    require_move(edit.table.name, edit.code, before, after)
    if edit.table.name == "postings":
        require_consent(edit.code, before, after, programme=edit.programme)
    require_own_words(edit.table.name, row, changed, actor=edit.actor)
    rows, found = read_rows(edit.table, [sheet_of(edit.table.name, [after])])
    reading = Reading({edit.table.name: rows}, found, edit.programme)
    require_clean(reading, NearStanding(rows, replacing=row.pk))

    def writing(doing: write.Doing) -> None:
        doing.supersede(edit.model, [row.pk])
        doing.add(edit.model, [copy_of(row, **values_of(rows, list(changed), edit.programme, doing))])

    return writing


def values_of(rows: Rows, changed: Sequence[str], programme_code: str, doing: write.Doing) -> dict[str, Any]:
    """Give the changed fields of the one row read as its model takes them; references by id."""
    values = {name: rows.fields[name][0] for name in fields_of(rows.table, changed)}
    programme = Programme.objects.filter(code=programme_code).first()
    for column in rows.table.columns:
        if column.refers_to and not column.personal and column.field in values:
            code = values.pop(column.field)
            scope = programme if folder_layout()[column.refers_to].scoped else None
            ids = doing.identities(noun_of(column.refers_to), [code], programme=scope) if code else {}
            values[f"{column.field}_id"] = ids.get(code)
    return values


def prepared_withdrawal(edit: Edit) -> Writing:
    """Check that nothing rests on a row; give what withdraws the version seen."""
    row = row_seen(edit)
    if edit.model.objects.filter(identity=row.identity_id, superseded_at=None).count() == 1:
        _require_unused(edit, row.identity_id)
    require_own_words(edit.table.name, row, ["text_en"], actor=edit.actor)
    return lambda doing: doing.supersede(edit.model, [row.pk])


def _require_unused(edit: Edit, identity: int) -> None:
    for name, table in folder_layout().items():
        for column in table.columns:
            if column.refers_to != edit.table.name or column.personal:
                continue
            rows = TABLES[name].objects.filter(superseded_at=None, **{column.field: identity})
            if found := list(rows.exclude(identity=identity).values_list("identity__code", flat=True)[:5]):
                raise ConflictError(
                    f"{name} {', '.join(found)} refer to {edit.table.name} {edit.code}.",
                    hint="Withdraw or correct those first.",
                    code="lifecycle.referred-to", table=edit.table.name, row=edit.code, others=name,
                    rows=", ".join(found),
                )  # fmt: skip


def row_seen(edit: Edit) -> Any:
    """Give the version that was seen, if it stands. Raises Lost where it was replaced or withdrawn."""
    rows = edit.model._default_manager.filter(identity__code=edit.code).select_related("identity", "entry")
    if edit.table.scoped:
        rows = rows.filter(identity__programme__code=edit.programme)
    row = rows.filter(number=edit.seen).first()
    if row is None:
        standing = sorted(rows.filter(superseded_at=None).values_list("number", flat=True))
        raise InputError(
            f"{edit.table.name} has no version {edit.seen} of {edit.code!r}.",
            hint=f"In force: {', '.join(map(str, standing)) or 'none'}. `pairup history` shows all.",
            code="lifecycle.no-version", table=edit.table.name, row=edit.code, seen=edit.seen,
        )  # fmt: skip
    if row.superseded_at is None:
        return row
    after = rows.filter(recorded_at__gte=row.superseded_at, number__gt=row.number).order_by("number").first()
    last = rows.filter(number__gt=row.number, superseded_at=None).order_by("-number").first() or after
    if last is None:
        raise Lost(ConflictKind.LOST_RACE)
    raise Lost(ConflictKind.LOST_RACE, last.number, last.entry.actor, cells_of(last, edit.table))


def require_clean(reading: Reading, standing: NearStanding) -> None:
    """Refuse rows with a finding that a folder would be refused for."""
    found = check_reading(reading, standing)
    if any(finding.severity is Severity.REFUSED for finding in found):
        raise FolderRefused(found)


def _repeated(edit: Edit, entry: JournalEntry) -> Receipt:
    """Give the receipt of an edit that was made under this key, or keep what is asked now as a conflict."""
    facts = json.loads(bytes(entry.leaf))["facts"]
    if facts.get("content") != edit.content() or not _same_personal(edit, entry):
        raise Lost(ConflictKind.OTHER_CONTENT, None, entry.actor)
    rows = tuple((str(code), int(number)) for code, number in facts["versions"])
    return Receipt(edit.table.name, rows, entry.number, is_repeat=True)


def _same_personal(edit: Edit, entry: JournalEntry) -> bool:
    """Say whether personal cells are those of the rows that were written."""
    personal = edit.personal()
    for said in edit.rows:
        if not (given := [name for name in said if name in personal]):
            continue
        row = edit.model._default_manager.filter(entry=entry, identity__code=said["code"]).first()
        if row is None:
            return False
        rows, _ = read_rows(
            edit.table, [sheet_of(edit.table.name, [cells_of(row, edit.table, to_compare=True) | dict(said)])]
        )
        if any(rows.fields[name][0] != getattr(row, name) for name in fields_of(edit.table, given)):
            return False
    return True
