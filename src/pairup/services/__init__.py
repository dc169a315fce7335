"""Everything that can be asked of the system. `open_record` loads Django once, for the command line and scripts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pairup.errors import ConflictError, InputError

#: set when an operator runs on an unsafe SQLite by override; every journal entry then says so
unsafe_sqlite: str | None = None


def is_safe(version: tuple[int, int, int]) -> bool:
    """Say whether a SQLite is free of the WAL-reset fault (3.7.0 to 3.51.2; mended in 3.50.7 and 3.44.6).

    3.52.0 was withdrawn by its makers.
    """
    if version == (3, 52, 0):
        return False
    if version[:2] in ((3, 44), (3, 50)):
        return version[2] >= {44: 6, 50: 7}[version[1]]
    return version < (3, 7, 0) or version >= (3, 51, 3)


def require_safe_sqlite() -> None:
    """Take the packaged SQLite where there is one, then refuse a linked version that can lose data."""
    global unsafe_sqlite
    if "django.db" not in sys.modules:
        try:
            import pysqlite3
        except ImportError:
            pass
        else:
            sys.modules["sqlite3"] = pysqlite3
            sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
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


def open_record(path: str | Path, *, create: bool = False) -> None:
    """Load Django on the record in the file `path`; called again, move to another file.

    `create` makes a new record and refuses one that exists; otherwise a missing one is refused.
    """
    path = Path(path)
    if create and path.exists():
        raise ConflictError(
            f"{path} exists already.", hint="Name another file, or use --force.", code="record.exists", path=str(path)
        )
    if not create and not path.is_file():
        raise InputError(
            f"There is no record at {path}.",
            hint="`pairup load FOLDER --record FILE` makes one; `pairup demo` makes one with sample data.",
            code="record.missing",
            path=str(path),
        )
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}.", code="record.no-folder", path=str(path.parent))
    require_safe_sqlite()
    os.environ["PAIRUP_RECORD"] = str(path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairup.record.settings")
    import django
    from django.conf import settings

    first = not settings.configured
    django.setup()
    from django.db import connection

    if not first or connection.settings_dict["NAME"] != str(path):
        connection.close()
        connection.settings_dict["NAME"] = str(path)
    if create:
        _create(path)
    _require_current(path)


def _create(path: Path) -> None:
    from django.core.management import call_command

    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        call_command("migrate", verbosity=0, interactive=False, skip_checks=False)
    except BaseException:
        remove_record(path)
        raise


def _require_current(path: Path) -> None:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise InputError(
            f"{path} is not a pairup record: {error}.", code="record.not-a-record", path=str(path)
        ) from error
    if behind:
        raise InputError(
            f"{path} is not a record of this version of pairup.",
            hint="Open it with the version that made it, `pairup save` it, and `pairup load` the folder here.",
            code="record.other-version",
            path=str(path),
        )


def remove_record(path: Path) -> None:
    """Remove a record's file and its two companions; for a record that was being made."""
    if "django.db" in sys.modules:
        from django.db import connection

        connection.close()
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
