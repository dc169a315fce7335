"""A fresh record in a file for each test; the empty one is made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pairup import services


@pytest.fixture(scope="session")
def empty_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty record, migrated once a session. Copy it; never open it."""
    from django.db import connection

    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    services.open_record(path, create=True)
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session", autouse=True)
def _django() -> None:
    """Load Django before the first test that imports a model."""
    from pairup.services.schema import load_django

    load_django()


@pytest.fixture
def new_record(empty_record: Path, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Make and open one more empty record, by name."""

    def make(name: str) -> Path:
        path = tmp_path / f"{name}.sqlite3"
        shutil.copy(empty_record, path)
        services.open_record(path)
        return path

    yield make
    from django.db import connection

    connection.close()


@pytest.fixture
def record(new_record: Callable[[str], Path]) -> Path:
    """An empty record in a file, open."""
    return new_record("record")
