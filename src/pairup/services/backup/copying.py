"""Copies a whole record at one moment while others write, from either database, and digests what it holds.

The copy is a SQLite file whatever the record is kept in. Everything Django knows of is copied by table, with its ids,
so that a table that is added later cannot be forgotten here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, models, transaction

from pairup.journal.tree import Frontier
from pairup.record.journal import JournalCheckpoint, JournalEntry
from pairup.services.backup.manifest import Manifest
from pairup.services.new_record import make_tables

CHUNK = 5000


def models_kept() -> list[Any]:
    """Every table of a record, in a steady order."""
    kept = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return sorted(kept, key=lambda model: model._meta.db_table)


@contextmanager
def opened(path: Path, alias: str) -> Iterator[str]:
    """Open a SQLite file beside the record, under a name of its own."""
    like = connections.databases["default"]
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": {"timeout": 10}}
    connections.databases[alias] = {**like, **sqlite}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


def copy_record(into: Path) -> Manifest:
    """Copy the open record into a new SQLite file and say what was copied. Runs inside a `snapshot`."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        import sqlite3

        target = sqlite3.connect(into)
        try:
            connection.connection.backup(target)  # the pages of this transaction's moment
        finally:
            target.close()
    else:
        with opened(into, "copied") as alias:
            make_tables(alias)
            copy_rows("default", alias)
    return state()


def copy_file(source: Path, into: Path) -> None:
    """Copy a SQLite file that others may be writing to."""
    import sqlite3

    file, target = sqlite3.connect(source), sqlite3.connect(into)
    try:
        file.backup(target)
    finally:
        file.close()
        target.close()


def tidy(path: Path) -> None:
    """Rewrite a copy without the pages that were freed: what was erased in the record is in no backup of it.

    Then bring it to the disk as one file.
    """
    import sqlite3

    file = sqlite3.connect(path, isolation_level=None)
    try:
        file.execute("PRAGMA journal_mode=DELETE")
        file.execute("PRAGMA secure_delete=ON")
        file.execute("VACUUM")
    finally:
        file.close()
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def state(using: str = "default", *, taken: str = "", version: str = "") -> Manifest:
    """Say what a database holds: rows and digest by table, the journal's size and head, the last checkpoint."""
    frontier = Frontier()
    leaves = JournalEntry.objects.using(using).order_by("number").values_list("leaf", flat=True)
    for leaf in leaves.iterator(chunk_size=CHUNK):
        frontier.append(bytes(leaf))
    mark = JournalCheckpoint.objects.using(using).order_by("-pk").first()
    tables = {model._meta.db_table: digest_of(model, using) for model in models_kept()}
    head, note = frontier.head().hex(), mark.note if mark else ""
    return Manifest(taken, version, connections[using].vendor, frontier.size, head, note, tables)


def digest_of(model: Any, using: str) -> tuple[int, str]:
    """Count a table's rows and digest them in the order of their ids, the same on both databases."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(using).order_by("pk").values_list(*names)
    digest, count = hashlib.sha256(), 0
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_said).encode
    for row in rows.iterator(chunk_size=CHUNK):
        digest.update(dumps(row).encode())
        digest.update(b"\n")
        count += 1
    return count, digest.hexdigest()


def _said(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return hashlib.sha256(bytes(value)).hexdigest()


def copy_rows(source: str, target: str) -> None:
    """Copy every row with its id into a database that was just made; references are checked at the end."""
    connection = connections[target]
    with connection.constraint_checks_disabled(), transaction.atomic(using=target):
        for model in reversed(models_kept()):
            model._base_manager.using(target).all()._raw_delete(target)  # what making a database put there
        for model in models_kept():
            _copy_table(model, source, target)
        if connection.vendor != "sqlite":
            with connection.cursor() as cursor:
                for sql in connection.ops.sequence_reset_sql(no_style(), models_kept()):
                    cursor.execute(sql)
        connection.check_constraints()


def _copy_table(model: Any, source: str, target: str) -> None:
    connection = connections[target]
    fields = model._meta.concrete_fields
    rows = model._base_manager.using(source).order_by("pk").values_list(*(field.attname for field in fields))
    quote = connection.ops.quote_name
    names, marks = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        waiting: list[Any] = []
        for row in rows.iterator(chunk_size=CHUNK):
            waiting.append([_prepared(f, value, connection) for f, value in zip(fields, row, strict=True)])
            if len(waiting) == CHUNK:
                cursor.executemany(statement, waiting)
                waiting.clear()
        if waiting:
            cursor.executemany(statement, waiting)


_AS_IT_IS = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)


def _prepared(field: Any, value: Any, connection: Any) -> Any:
    return value if isinstance(field, _AS_IT_IS) else field.get_db_prep_save(value, connection)


def _bytes_for_text(cursor: Any) -> Iterator[tuple[str, str]]:
    """Rows whose text or day became bytes: one bit of a row's head does that. They read as before, and are found by
    no comparison; SQLite's own check lets them pass."""
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in cursor.fetchall():
        cursor.execute(f'PRAGMA table_info("{table}")')
        columns = [name for _, name, kind, *_ in cursor.fetchall() if kind.upper() != "BLOB"]
        for at in range(0, len(columns), 50):
            some = columns[at : at + 50]
            are = [f"typeof(\"{name}\") = 'blob'" for name in some]
            cursor.execute(f'SELECT rowid, {", ".join(are)} FROM "{table}" WHERE {" OR ".join(are)} LIMIT 100')  # noqa: S608
            for row, *found in cursor.fetchall():
                named = ", ".join(name for name, is_so in zip(some, found, strict=True) if is_so)
                yield str(table), f"row {row} holds bytes in {named}"


def faults_of(using: str) -> list[tuple[str, str]]:
    """Ask the database itself for damage: what it says, with the table where that is known."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return []
    from django.db import DatabaseError

    found: list[tuple[str, str]] = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(100)")
            found += [("", str(said)) for (said,) in cursor.fetchall() if said != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            found += [(str(table), f"row {row} refers to nothing in {to}") for table, row, to, _ in cursor.fetchall()]
            found += _bytes_for_text(cursor)
    except DatabaseError as error:
        found.append(("", str(error)))
    return found
