"""Rows that change from a day on, in one command: the machinery under the life-cycle commands of each noun."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pairup.errors import ConflictError, InputError
from pairup.exchange.cells import write_day
from pairup.exchange.reading import read_rows
from pairup.exchange.sheets import sheet_of
from pairup.record.acting import whole
from pairup.record.models import TABLES, Programme
from pairup.services import write
from pairup.services.adoption import copy_of
from pairup.services.cells import cells_of, differences, require_columns, table_for
from pairup.services.edits import Receipt, only_programme, record, require_clean, values_of
from pairup.services.folder.checking import Reading
from pairup.services.folder.loading import write_rows
from pairup.services.folder.near import NearStanding
from pairup.services.moves import require_move
from pairup.values.days import Precision

#: writes what was checked, within a command
Writing = Callable[[write.Doing], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What a life-cycle command did: the row, its state, and what it is told by."""

    table: str
    code: str
    state: str
    entry: int


def programme_of(given: str | None) -> str:
    """The programme asked for, or the record's only one. Refuses where there are several."""
    if code := given or only_programme():
        return code
    codes = sorted(Programme.objects.values_list("code", flat=True))
    raise InputError(
        f"This record holds {len(codes)} programmes.",
        hint=f"Say which with --programme: {', '.join(codes) or 'none yet'}.",
        code="record.which-programme", programmes=codes,
    )  # fmt: skip


def row_on(table: str, code: str, day: date, *, programme: str) -> Any:
    """The version of a row in force, true on a day. Refuses a code that is not there and a day it says nothing of."""
    rows = TABLES[table].objects.known().filter(identity__code=code, identity__programme__code=programme)
    rows = rows.select_related("identity")
    found = rows.on(day).first()
    if found is None:
        spans = "; ".join(f"{row.starts or '…'} – {row.span.last or '…'}" for row in rows.order_by("starts"))
        raise InputError(
            f"{table} says nothing of {code!r} on {day}.",
            hint=f"It has: {spans}." if spans else "The code is not there.",
            code="lifecycle.not-on-that-day", table=table, row=code, day=day,
        )  # fmt: skip
    return found


def changed_from(table: str, row: Any, day: date, cells: Mapping[str, str], *, programme: str) -> Writing:
    """Check that a row may say these cells from a day on; give what writes it. Before that day it stays as it was.

    A row that later rows follow is refused: the later ones are corrected first.
    """
    layout = table_for(table)
    require_columns(layout, list(cells))
    later = type(row).objects.known().filter(identity=row.identity_id, starts__gt=day)
    if later.exists():
        first = later.order_by("starts").first()
        raise ConflictError(
            f"{table} {row.identity.code} changes again on {first.starts}.",
            hint="Correct that row, or name a later day.",
            code="lifecycle.changes-later", table=table, row=row.identity.code, day=first.starts,
        )  # fmt: skip
    before = cells_of(row, layout)
    after = before | dict(cells) | {"from": write_day(day, Precision.DAY, is_end=False)}
    if "status" in after:
        require_move(table, row.identity.code, before, after)
    rows, found = read_rows(layout, [sheet_of(table, [after])])
    require_clean(Reading({table: rows}, found, programme), NearStanding(rows, replacing=row.pk))
    changed = [*differences(before, after), "from"]

    def writing(doing: write.Doing) -> None:
        doing.supersede(type(row), [row.pk])
        past = [copy_of(row, ends_before=day, ends_precision=Precision.DAY)] if _began_before(row, day) else []
        doing.add(type(row), [*past, copy_of(row, **values_of(rows, changed, programme, doing))])

    return writing


def _began_before(row: Any, day: date) -> bool:
    return row.starts is None or row.starts < day


def corrected(row: Any, **changes: Any) -> Writing:
    """What puts a row with other values in the place of this one."""

    def writing(doing: write.Doing) -> None:
        doing.supersede(type(row), [row.pk])
        doing.add(type(row), [copy_of(row, **changes)])

    return writing


def added(table: str, rows: Iterable[Mapping[str, str]], *, programme: str) -> Writing:
    """Check new rows as a folder is; give what writes them."""
    sheet = sheet_of(table, list(rows))
    read, found = read_rows(table_for(table), [sheet])
    reading = Reading({table: read}, found, programme)
    standing = NearStanding(read)
    require_clean(reading, standing)
    match = standing.match(read, programme)
    return lambda doing: write_rows(doing, reading, {table: match})


def free_code(table: str, stem: str, *, programme: str, key: str | None = None) -> str:
    """The next code `STEM-1`, `STEM-2` … that no row of a table has; under a key used before, the code given then.

    So a form that is sent twice says the same twice, and counts once.
    """
    if key and (entry := write.entry_under(key)) is not None:
        facts = json.loads(bytes(entry.leaf))["facts"]
        if facts.get("table") == table and facts.get("versions"):
            return str(facts["versions"][0][0])
    model: Any = TABLES[table]._meta.get_field("identity").related_model
    with whole():  # what whoever acts does not see is taken too
        rows = model.objects.filter(programme__code=programme, code__startswith=f"{stem}-")
        taken = set(rows.values_list("code", flat=True))
    return next(code for number in range(1, len(taken) + 2) if (code := f"{stem}-{number}") not in taken)


def record_next(
    table: str, cells: Mapping[str, str], *, actor: str, at: datetime, programme: str, key: str | None = None
) -> Receipt:  # fmt: skip
    """Record one new row whose `code` is only its stem, under the next free code `STEM-1`, `STEM-2` …

    Whoever else records meanwhile waits, so that no two rows are given one code.
    """
    lost: ConflictError
    with write.alone():
        code = free_code(table, cells["code"], programme=programme, key=key)
        try:
            return record(table, [{**cells, "code": code}], actor=actor, at=at, programme=programme, key=key)
        except ConflictError as error:  # what was lost is kept, so this writer's work is not taken back
            lost = error
    raise lost


def last_day(row: Any) -> date | None:
    """The last day of a row, that one in."""
    return row.ends_before - timedelta(days=1) if row.ends_before else None


def day_of(at: datetime) -> date:
    return at.date()
