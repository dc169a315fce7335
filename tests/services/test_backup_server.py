"""A backup of a record on a server, and restores across: server to file and file to server."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.services import backup as backups
from pairup.services import open_record, write
from tests import postgresql
from tests.services.cast import ADOPTED, LATER, a_programme, changed, held, load

pytestmark = pytest.mark.skipif(not postgresql.ON_SERVER, reason="PAIRUP_TEST_DATABASE=postgresql runs these")


def test_a_record_on_a_server_goes_into_a_file_and_back_into_a_server(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    monkeypatch.setenv("PAIRUP_KEYS", str(tmp_path / "keys"))
    load(a_programme())
    before = held()
    journal = before.pop("journal")

    made = backups.backup(record, tmp_path / "backups", at=ADOPTED)
    backups.restore(tmp_path / "backups", tmp_path / "again.sqlite3", at=LATER)
    in_file = held()
    vendors = [made.manifest.database, connection.vendor]
    backups.backup(tmp_path / "again.sqlite3", tmp_path / "more", at=LATER)
    server = postgresql.the_server()
    server.make_database("poured")
    postgresql.grant(server, "poured")
    place = server.address("poured", postgresql.OWNER)
    backups.restore(tmp_path / "more", place, at=LATER)
    poured = held()

    assert vendors == ["postgresql", "sqlite"] and connection.vendor == "postgresql"
    assert in_file.pop("journal")[:1] == poured.pop("journal")[:1] == journal
    assert in_file == poured == before
    assert write.check_journal() == []
    load(changed(a_programme(), "needs", "N-2", priority="4"), at=LATER)  # ids go on after the poured ones
    assert write.check_journal() == []
    connection.close()
    server.execute('DROP DATABASE "poured" WITH (FORCE)')
    open_record(record)
