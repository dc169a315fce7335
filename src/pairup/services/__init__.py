"""Everything that can be asked of the system. `open_record` loads Django once, for the command line and scripts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pairup.errors import ConflictError, InputError
from pairup.record.address import Address, address_of
from pairup.services import server

#: the applications whose tables are the record; what else Django keeps is the pages' own (`services.serving`)
OF_THE_RECORD = ("contenttypes", "auth", "record")
#: set when an operator runs on an unsafe SQLite by override; every journal entry then says so
unsafe_sqlite: str | None = None
#: what makes a server unsafe where an operator overrides it; every journal entry then says so too
unsafe_postgresql: str | None = None


def is_safe(version: tuple[int, int, int]) -> bool:
    """Say whether a SQLite is free of the WAL-reset fault (3.7.0 to 3.51.2; mended in 3.50.7 and 3.44.6).

    3.52.0 was withdrawn by its makers.
    """
    if version == (3, 52, 0):
        return False
    if version[:2] in ((3, 44), (3, 50)):
        return version[2] >= {44: 6, 50: 7}[version[1]]
    return version < (3, 7, 0) or version >= (3, 51, 3)


def _take_packaged_sqlite() -> None:
    if "django.db" not in sys.modules:
        try:
            import pysqlite3
        except ImportError:
            pass
        else:
            sys.modules["sqlite3"] = pysqlite3
            sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def require_safe_sqlite() -> None:
    """Take the packaged SQLite where there is one, then refuse a linked version that can lose data."""
    global unsafe_sqlite
    _take_packaged_sqlite()
    import sqlite3

    if is_safe(sqlite3.sqlite_version_info):
        return
    if os.environ.get("PAIRUP_ALLOW_UNSAFE_SQLITE") != "yes":
        raise InputError(
            f"SQLite {sqlite3.sqlite_version} can corrupt a record that two programs have open.",
            hint="Install pysqlite3 0.6.1 or SQLite 3.51.3; PAIRUP_ALLOW_UNSAFE_SQLITE=yes overrides, "
            "and the journal says so.",
            code="record.unsafe-sqlite",
            version=sqlite3.sqlite_version,
        )
    unsafe_sqlite = sqlite3.sqlite_version


def open_record(place: str | Path, *, create: bool = False, by_owner: bool = False) -> None:
    """Load Django on the record at `place`, a file or a server's database; called again, move to another.

    `create` makes a new record and refuses one that exists; otherwise a missing one is refused. On a server, the owner
    of the tables is refused unless this is `by_owner`, to make more of them.
    """
    global unsafe_postgresql
    address, unsafe_postgresql = address_of(place), None
    if address.on_server:
        _take_packaged_sqlite()
        server.require_driver()
    else:
        _require_file(Path(place), create)
        require_safe_sqlite()
    os.environ["PAIRUP_RECORD"] = address.url or str(address.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairup.record.settings")
    import django

    django.setup()
    _move_to(address)
    if address.on_server:
        unsafe_postgresql = server.require_sound(address, by_owner=by_owner)
        _require_there(address, create)
    if create:
        _create(address)
    _require_current(address)


def _require_file(path: Path, create: bool) -> None:
    if create and path.exists():
        raise ConflictError(
            f"{path} exists already.", hint="Name another file, or use --force.", code="record.exists", path=str(path)
        )
    if not create and not path.is_file():
        raise _missing(str(path))
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}.", code="record.no-folder", path=str(path.parent))


def _require_there(address: Address, create: bool) -> None:
    there = server.holds_record()
    if create and there:
        raise ConflictError(
            f"{address} exists already.", hint="Name another database.", code="record.exists", path=str(address)
        )
    if not create and not there:
        raise _missing(str(address))


def _missing(place: str) -> InputError:
    return InputError(
        f"There is no record at {place}.",
        hint="`pairup load FOLDER --record FILE` makes one; `pairup demo` makes one with sample data.",
        code="record.missing",
        path=place,
    )


def beside(place: str | Path, ending: str) -> Path:
    """Name the file that lies beside a record and belongs to it, as the key of its journal: `RECORD.key`."""
    path = address_of(place).path
    if path is None:
        raise InputError(
            f"A record on a server has no folder in which its {ending} file could lie.",
            hint="Name that file, or write the address into a file and give that file as the record.",
            code="postgres.no-folder", ending=ending,
        )  # fmt: skip
    return path.with_name(f"{path.name}{ending}")


def record_exists(place: str | Path) -> bool:
    """Say whether there is a record at a place; a server is asked."""
    address = address_of(place)
    if not address.on_server:
        return address.path is not None and address.path.exists()
    try:
        open_record(place)
    except InputError as refused:
        if refused.code == "record.missing":
            return False
        raise
    return True


def _move_to(address: Address) -> None:
    """Point Django's one connection at a record."""
    from django.db import connections

    wanted = connections.configure_settings({"default": address.database()})["default"]
    if connections.settings["default"] != wanted:
        connections["default"].close()
        connections.settings["default"] = wanted
        del connections["default"]


def _create(address: Address) -> None:
    from pairup.services.new_record import make_tables

    if address.path is not None and not address.on_server:
        os.close(os.open(address.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        make_tables()
        if address.on_server:
            server.put_up_fence()
    except BaseException:
        remove_record(str(address.path or address.url))
        raise


def _require_current(address: Address) -> None:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        leaves = [leaf for app in OF_THE_RECORD for leaf in executor.loader.graph.leaf_nodes(app)]
        behind = executor.migration_plan(leaves)
    except (DatabaseError, UnicodeError) as error:  # a damaged schema may be no text at all
        raise InputError(
            f"{address} is not a pairup record: {error}.", code="record.not-a-record", path=str(address)
        ) from error
    if behind:
        raise InputError(
            f"{address} is not a record of this version of pairup.",
            hint="Open it with the version that made it, `pairup save` it, and `pairup load` the folder here.",
            code="record.other-version",
            path=str(address),
        )
    if address.on_server:
        server.require_fence(address)


def remove_record(place: str | Path) -> None:
    """Remove a record that was being made: a file and its two companions, or the tables in a server's database."""
    address = address_of(place)
    if address.on_server:
        _move_to(address)
        server.drop_record()
        return
    if "django.db" in sys.modules:
        from django.db import connection

        connection.close()
    path = Path(place)
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
