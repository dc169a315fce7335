"""A new record takes its tables from the models at once; migrating from nothing gives the same schema."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pairup import services
from tests import postgresql


def described(path: Path) -> set[tuple[str, str, str]]:
    with sqlite3.connect(path) as file:
        rows: list[Any] = file.execute("select type, name, coalesce(sql, '') from sqlite_master").fetchall()
    return {(kind, name, " ".join(sorted(re.split(r"[\s(),]+", sql)))) for kind, name, sql in rows}


@pytest.mark.skipif(postgresql.ON_SERVER, reason="compares two files")
def test_a_new_record_has_the_tables_that_the_migrations_make(tmp_path: Path) -> None:
    services.open_record(tmp_path / "new.sqlite3", create=True)
    from django.core.management import call_command
    from django.db import connections

    like = connections.databases["default"]
    connections.databases["migrated"] = {**like, "NAME": str(tmp_path / "migrated.sqlite3")}
    try:
        call_command("migrate", database="migrated", verbosity=0, interactive=False)
    finally:
        connections["migrated"].close()
        del connections["migrated"], connections.databases["migrated"]

    assert described(tmp_path / "new.sqlite3") == described(tmp_path / "migrated.sqlite3")


@pytest.mark.skipif(postgresql.ON_SERVER, reason="compares two files")
def test_a_new_record_is_behind_no_migration(tmp_path: Path) -> None:
    services.open_record(tmp_path / "new.sqlite3", create=True)

    services.open_record(tmp_path / "new.sqlite3")
