"""The record that is crashed, and what is asked of it at the end with pairup's own code."""

from __future__ import annotations

from pathlib import Path

from tests import postgresql
from tests.crash.oracle import Query, server_query, sqlite_query
from tests.services.cast import a_programme, load


def prepared(home: Path) -> Path:
    """A record of the small programme; everything that children import is loaded, and nothing is open."""
    from pairup.services import open_record

    record = home / "record.sqlite3"
    open_record(record, create=True)

    from pairup.planning import posting  # noqa: F401
    from pairup.services import backup, folder, plans  # noqa: F401

    load(a_programme())
    closed()
    return record


def asking(record: Path) -> Query:
    """How the oracle asks a record: by a connection of its own, to the file or to the server as whoever sees all."""
    if not postgresql.ON_SERVER:
        return sqlite_query(record)
    return server_query(postgresql.address_for_all(record))


def closed() -> None:
    """Close this process's connection: a child must not inherit it."""
    from django.db import connection

    connection.close()


def spoil(record: Path, table: str) -> None:
    """Overwrite the first page of a table in the open record's file, as a bad block would."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("SELECT rootpage FROM sqlite_schema WHERE name = %s", [table])
        ((page,),) = cursor.fetchall()
        cursor.execute("PRAGMA page_size")
        ((size,),) = cursor.fetchall()
    closed()
    with record.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def verified(record: Path) -> list[str]:
    """What the record says of its own journal."""
    from pairup.services import open_record, write

    open_record(record)
    try:
        return [str(finding) for finding in write.check_journal()]
    finally:
        closed()


def backups_hold(home: Path) -> list[str]:
    """Whatever has the name of a backup restores; the latest is one of them."""
    from pairup.errors import PairupError
    from pairup.services import backup as backups
    from pairup.services.backup.manifest import latest_in

    folder = home / "backups"
    found = sorted(folder.glob("*.pairup-backup")) if folder.is_dir() else []
    wrong = []
    for path in found[-5:]:
        try:
            backups.verify(path, None, home)
        except PairupError as refused:
            wrong.append(str(refused))
    latest = latest_in(folder)
    if latest is not None and not (folder / latest["name"]).is_file():
        wrong.append(f"{latest['name']} is called the latest and is not there")
    return wrong
