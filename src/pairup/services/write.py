"""The one write path: permission, transaction, rows, journal entry and idempotency key, in one place.

A journal leaf is RFC 8785 JSON: number, time, command, actor, programme, key, facts, and for each table how many
rows were added and superseded with the SHA-256 over them. Rows enter by code, not by database id, so that a record
restored elsewhere verifies. Personal columns enter only as an HMAC (see `record.dated.Sealed`), and the database only
closed (`services.personal`).
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import rfc8785
from django.db import connection, models, transaction

from pairup import services
from pairup.errors import ConflictError
from pairup.journal.checkpoint import Checkpoint, SigningKey
from pairup.journal.tree import Frontier, leaf_hash
from pairup.record.acting import acting, actor_of, whole
from pairup.record.dated import Identity, Sealed
from pairup.record.journal import JournalCheckpoint, JournalEntry
from pairup.record.models import Programme
from pairup.record.remembered import look_again
from pairup.record.scopes import require_own
from pairup.services import personal
from pairup.services.access import require_may, require_oneself
from pairup.values.findings import Finding

#: columns of a version row that are no part of what was said
_BOOKKEEPING = frozenset({"id", "entry", "superseded_at", "recorded_at", "identity", "sealed", "closed"})
#: keys that are looked up in one question to the database
_AT_ONCE = 2000
#: the one lock that writers of a PostgreSQL record wait for
_LOCK = 0x70616972


class Codes:
    """Identity codes by model and id, read once a command."""

    def __init__(self, using: str = "default") -> None:
        self._using = using
        self._known: dict[type[models.Model], dict[int, str]] = {}
        self._missed: dict[type[models.Model], int] = {}

    def learn(self, model: type[models.Model], known: Mapping[str, int]) -> None:
        """Take codes whose ids are known already."""
        self._known.setdefault(model, {}).update({pk: code for code, pk in known.items()})

    def of(self, model: type[models.Model], pk: int | None) -> str | None:
        if pk is None:
            return None
        known = self._known.setdefault(model, {})
        if pk not in known:
            rows = model._default_manager.using(self._using).values_list("pk", "code")
            self._missed[model] = self._missed.get(model, 0) + 1
            known.update(rows.filter(pk=pk) if self._missed[model] <= 8 else rows)
            known.setdefault(pk, f"?{pk}")  # a reference to nothing, in a damaged record
        return known[pk]


@cache
def _fields(model: Any) -> tuple[Any, ...]:
    return tuple(field for field in model._meta.concrete_fields if field.name not in _BOOKKEEPING)


def _plain(field: Any, row: Any, codes: Codes) -> Any:
    """Give a column as JSON can hold it, the same before and after a trip through the database."""
    value = getattr(row, field.attname)
    if value is None:
        return None
    if field.is_relation:
        return codes.of(field.related_model, value)
    if isinstance(field, models.DecimalField):
        return f"{Decimal(value):.{field.decimal_places}f}"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return hashlib.sha256(bytes(value)).hexdigest()
    return value


def row_bytes(row: Any, codes: Codes) -> bytes:
    """Give the canonical JSON of what a version row says."""
    said = {field.name: _plain(field, row, codes) for field in _fields(row.__class__)}
    for name in row.later:
        if not said[name]:  # as a row of the older schema, which had no such column
            del said[name]
    identity = type(row)._meta.get_field("identity").related_model
    said["code"] = codes.of(identity, row.identity_id)
    if isinstance(row, Sealed):
        said["sealed"] = row.sealed
    if "answer" in said:  # the one column that may hold floats
        return rfc8785.dumps(said)
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


#: fields whose Python value is what the database takes
_AS_IT_IS = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)


def _insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert rows column by column; a load of 90,000 rows takes half the time of `bulk_create`. No ids are set."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = []
    for field in fields:
        values = [getattr(row, field.attname) for row in rows]
        as_it_is = isinstance(field, _AS_IT_IS)
        columns.append(values if as_it_is else [field.get_db_prep_save(value, connection) for value in values])
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})",  # noqa: S608
            list(zip(*columns, strict=True)),
        )


def _overrides() -> dict[str, str]:
    """What an operator overrode to open this record."""
    said = {"unsafe_sqlite": services.unsafe_sqlite, "unsafe_postgresql": services.unsafe_postgresql}
    return {name: fault for name, fault in said.items() if fault}


class Doing:
    """What a command may do to the record: add identities, add versions, supersede versions."""

    def __init__(self, entry: JournalEntry) -> None:
        self.entry = entry
        self.by = actor_of(entry.actor)
        self.facts: dict[str, Any] = {}  # what the entry says beside its rows; a command may add to it
        self.codes = Codes()
        self.added: dict[str, int] = defaultdict(int)
        self.superseded: dict[str, list[str]] = defaultdict(list)
        self._digests: dict[str, Any] = defaultdict(hashlib.sha256)

    @whole()
    def identities(
        self, model: type[Identity], codes: Iterable[str], *, programme: Programme | None = None
    ) -> dict[str, int]:
        """Give the ids of these codes, making the identities that are missing."""
        wanted = sorted(set(codes))
        scope = {"programme": programme} if programme is not None and _is_scoped(model) else {}
        rows = model._default_manager.filter(**scope)
        known = looked_up(rows.values_list("code", "pk"), "code", wanted)
        missing = [code for code in wanted if code not in known]
        _insert(model, [model(code=code, **scope) for code in missing])
        known |= looked_up(rows.values_list("code", "pk"), "code", missing)
        self.codes.learn(model, known)
        return {code: known[code] for code in wanted}

    @whole()
    def add(self, model: Any, rows: Sequence[Any]) -> None:
        """Add version rows: number, time and entry are set here, personal columns sealed, the digest fed."""
        versions = model._default_manager.values_list("identity").annotate(top=models.Max("number"))
        numbers = versions.values_list("identity", "top")
        top: dict[int, int] = looked_up(numbers, "identity", sorted({row.identity_id for row in rows}))
        for row in rows:
            row.number = top[row.identity_id] = top.get(row.identity_id, 0) + 1
            row.recorded_at, row.entry_id = self.entry.at, self.entry.pk
        if issubclass(model, Sealed):
            personal.close(model, rows, at=self.entry.at)
        for row in rows:
            self._digests[model.table].update(hashlib.sha256(row_bytes(row, self.codes)).digest())
        _insert(model, rows)
        written = sorted(top)
        for at in range(0, len(written), _AT_ONCE):
            part = written[at : at + _AT_ONCE]
            require_own(self.by, models.QuerySet(model).filter(identity__in=part, superseded_at=None))
        self.added[model.table] += len(rows)

    @whole()
    def supersede(self, model: Any, ids: Iterable[int]) -> None:
        """End the time in which rows were held true. Refuses rows that are superseded already."""
        wanted = sorted(ids)
        done = 0
        for at in range(0, len(wanted), 500):
            part = model._default_manager.filter(pk__in=wanted[at : at + 500], superseded_at=None)
            require_own(self.by, part)
            self.superseded[model.table] += [f"{code} {n}" for code, n in part.values_list("identity__code", "number")]
            done += part.update(superseded_at=self.entry.at)
        if done != len(wanted):
            raise ConflictError(
                "The record changed in between.",
                hint="Read it again, then repeat.",
                code="record.changed",
                table=model.table,
            )

    def empty(self, model: type[Sealed], ids: Iterable[int]) -> None:
        """Take what is closed out of rows whose keys are destroyed; their seals stay, and so do the digests."""
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA secure_delete=ON")
        wanted = sorted(ids)
        for at in range(0, len(wanted), 500):
            model._default_manager.filter(pk__in=wanted[at : at + 500]).update(closed="")

    def leaf(self) -> bytes:
        tables = sorted(set(self.added) | set(self.superseded))
        return rfc8785.dumps({
            "number": self.entry.number,
            "at": self.entry.at.isoformat(),
            "command": self.entry.command,
            "actor": self.entry.actor,
            "programme": self.entry.programme.code if self.entry.programme else None,
            "key": self.entry.key,
            "facts": self.facts | _overrides(),
            "rows": {
                table: {
                    "added": self.added[table],
                    "digest": self._digests[table].hexdigest(),
                    "superseded": sorted(self.superseded[table]),
                }
                for table in tables
            },
        })  # fmt: skip


def looked_up(pairs: Any, by: str, wanted: Sequence[Any]) -> dict[Any, Any]:
    """Ask for these keys and no others, so many at a time: a table of millions is not read for some thousand rows."""
    found: dict[Any, Any] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        found.update(pairs.filter(**{f"{by}__in": wanted[at : at + _AT_ONCE]}))
    return found


@cache
def _is_scoped(model: type[Identity]) -> bool:
    return any(field.name == "programme" for field in model._meta.concrete_fields)


def scrub() -> None:
    """Empty the write-ahead log of an SQLite record into it, so that pages from before are in neither."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def alone() -> Iterator[None]:
    """Be the record's one writer until this ends, so that what was read is still so when it is written.

    SQLite takes its write lock when a transaction begins; PostgreSQL is asked for a lock of the whole record. Taken
    twice by one writer it is one lock.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


@contextmanager
def command(
    name: str,
    *,
    actor: str,
    at: datetime,
    programme: str | None = None,
    key: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Iterator[Doing]:
    """Do one command: all of it with its journal entry, or nothing.

    Refuses an actor without the right and a `key` that was used before. Order comes from the journal's number: a
    clock that ran backwards is held at the last entry's time.
    """
    require_may(actor, name)
    require_oneself(actor)
    user = acting().at_the_door.user
    with alone():
        with whole():
            doing = Doing(_begin(name, actor, at, key))
            doing.facts.update(facts or {})
            if user:
                doing.facts["by"] = user
        yield doing
        with whole():
            _end(doing, programme)
        acting().holdings.clear()  # what was written may be one's own from now on
    look_again()


@whole()
def entry_under(key: str) -> JournalEntry | None:
    """The entry that a key was used for. Looked up whole: an office reads no keys of the journal, not even its own."""
    return JournalEntry.objects.filter(key=key).first()


@whole()
def last_hash() -> str:
    """The hash of the journal's last entry; nothing in an empty one."""
    return JournalEntry.objects.order_by("-number").values_list("hash", flat=True).first() or ""


@whole()
def last_number() -> int:
    """The number of the journal's last entry; 0 of an empty one."""
    return JournalEntry.objects.order_by("-number").values_list("number", flat=True).first() or 0


def _begin(name: str, actor: str, at: datetime, key: str | None) -> JournalEntry:
    if key is not None and JournalEntry.objects.filter(key=key).exists():
        raise ConflictError("This command was carried out before.", code="record.done-before", key=key)
    last = JournalEntry.objects.order_by("-number").first()
    entry = JournalEntry(
        number=last.number + 1 if last else 1, at=max(at, last.at) if last else at, command=name, actor=actor,
        key=key, leaf=b"", hash="",
    )  # fmt: skip
    entry.save()
    return entry


def _end(doing: Doing, programme: str | None) -> None:
    entry = doing.entry
    if programme is not None:
        entry.programme = Programme.objects.get(code=programme)
    entry.leaf = doing.leaf()
    entry.hash = leaf_hash(entry.leaf).hex()
    entry.save()


def sign_checkpoint(key: SigningKey, *, at: datetime) -> str:
    """Sign how long the journal is and what its head is; keep the note and give it.

    A journal that has not grown since the last checkpoint is signed anew: a day's silence is a fact too.
    """
    with alone():
        last = JournalCheckpoint.objects.order_by("-pk").first()
        frontier = Frontier(last.size, [bytes.fromhex(part) for part in last.parts]) if last else Frontier()
        added = JournalEntry.objects.filter(number__gt=frontier.size).order_by("number").values_list("leaf", flat=True)
        for leaf in added.iterator(chunk_size=2000):
            frontier.append(bytes(leaf))
        note = key.sign(Checkpoint(key.name, frontier.size, frontier.head(), max(at, last.at) if last else at))
        parts = [part.hex() for part in frontier.parts]
        JournalCheckpoint.objects.create(size=frontier.size, at=at, note=note, parts=parts)
    return note


def check_journal(*, using: str = "default") -> list[Finding]:
    """Recompute the log and every row's digest; findings name the entry and the table that differ."""
    from pairup.services.journal_check import check

    return check(using)
