"""A fresh record for each test, in a file or on a server; the empty one is made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pairup import services
from pairup.services.schema import load_django
from tests import postgresql

if postgresql.ON_SERVER:
    postgresql.take_over()
load_django()  # before the first test module that imports a model is collected


@pytest.fixture(scope="session", autouse=True)
def _database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where pytest-django happens to be installed, lift its block: every test has a record in a file of its own."""
    if request.config.pluginmanager.hasplugin("django"):
        with request.getfixturevalue("django_db_blocker").unblock():
            yield
    else:
        yield


@pytest.fixture(scope="session")
def empty_record(_database: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty record, migrated once a session. Copy it; never open it."""
    from django.db import connection

    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    services.open_record(path, create=True)
    if postgresql.ON_SERVER:
        return path
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def new_record(empty_record: Path, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Make and open one more empty record, by name."""

    made = []

    def make(name: str) -> Path:
        path = tmp_path / f"{name}.sqlite3"
        made.append(path)
        if postgresql.ON_SERVER:
            postgresql.make_record(path)
        else:
            shutil.copy(empty_record, path)
        services.open_record(path)
        return path

    yield make
    from django.db import connection

    connection.close()
    if postgresql.ON_SERVER:
        for path in made:
            postgresql.drop_record(path)


@pytest.fixture
def record(new_record: Callable[[str], Path]) -> Path:
    """An empty record in a file, open."""
    return new_record("record")
