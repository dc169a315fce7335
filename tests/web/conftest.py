"""Pages as people open them: a small programme in a record, and a client for each role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pairup import services
from pairup.record.acting import require_somebody
from tests import postgresql
from tests.services.cast import a_programme, load
from tests.services.conftest import _database, empty_record, new_record, record  # noqa: F401
from tests.web.accounts import client_of

Browse = Callable[[str], Any]


@pytest.fixture(scope="session")
def loaded_record(empty_record: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """A record with the small programme, made once a session. Copy it; never open it."""
    from django.db import connection

    place = tmp_path_factory.mktemp("loaded")
    path = place / "loaded.sqlite3"
    shutil.copy(empty_record, path)
    services.open_record(path)
    load(a_programme())
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A record with the small programme, open, as a site serves it."""
    from django.db import connection

    path = tmp_path / "record.sqlite3"
    if postgresql.ON_SERVER:
        path = request.getfixturevalue("record")
        load(a_programme())
    else:
        original = request.getfixturevalue("loaded_record")
        for companion in original.parent.glob(original.name + "*"):
            shutil.copy(companion, path.with_name(path.name + companion.name.removeprefix(original.name)))
        services.open_record(path)
    require_somebody()  # as the server runs: nothing is read outside of somebody's name
    yield path
    require_somebody(False)
    connection.close()


@pytest.fixture
def browse(site: Path) -> Browse:
    """A client that has signed in as `role` or `role:code`; `public` has not."""
    return client_of
