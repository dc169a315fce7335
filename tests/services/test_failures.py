"""A full disk, a damaged page, a server that went away: told as refusals, and nothing is half-written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pairup.errors import StorageError
from pairup.services.failures import refusal_of
from tests import postgresql
from tests.crash.ground import spoil
from tests.services.cast import LATER, a_programme, changed, held, load

in_a_file = pytest.mark.skipif(postgresql.ON_SERVER, reason="this looks into the record's file")
on_a_server = pytest.mark.skipif(not postgresql.ON_SERVER, reason="PAIRUP_TEST_DATABASE=postgresql runs these")


@contextmanager
def told() -> Iterator[list[StorageError]]:
    """Catch what a door would catch, and tell it as a door does."""
    said: list[StorageError] = []
    try:
        yield said
    except Exception as error:
        if (refusal := refusal_of(error)) is None:
            raise
        said.append(refusal)


@in_a_file
def test_a_full_disk_is_told_and_nothing_is_half_written(record: Path) -> None:
    from django.db import connection

    load(a_programme())
    before = held()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0]}")

    with told() as said:
        load(changed(a_programme(), "sources", "T-1", citation="x" * 500_000), at=LATER)

    assert [one.code for one in said] == ["record.disk-full"]
    assert held() == before


@in_a_file
def test_a_damaged_page_is_told(record: Path) -> None:
    load(a_programme())
    spoil(record, "record_needversion")

    with told() as said:
        load(changed(a_programme(), "needs", "N-1", priority="4"), at=LATER)

    assert [(one.code, one.facts["said"].startswith("SQLITE_CORRUPT")) for one in said] == [("record.damaged", True)]


@on_a_server
def test_a_server_that_goes_away_in_a_command_is_told_and_nothing_is_half_written(record: Path) -> None:
    from django.db import connection

    from pairup.record.models import Need, Programme
    from pairup.services import write

    load(a_programme())
    before = held()

    with told() as said, write.command("load", actor="programme_office", at=LATER, programme="twin") as doing:
        twin = Programme.objects.get(code="twin")
        doing.identities(Need, ["N-9"], programme=twin)
        postgresql.the_server().crash()
        doing.identities(Need, ["N-10"], programme=twin)

    postgresql.the_server().start()
    connection.close()
    assert [one.code for one in said] == ["record.server-gone"]
    assert held() == before


def test_what_is_no_failure_of_the_machine_stays_a_bug() -> None:
    from django.db import IntegrityError

    assert refusal_of(IntegrityError("UNIQUE constraint failed")) is None
    assert refusal_of(FileNotFoundError(2, "no")) is None
    assert refusal_of(None) is None
    assert getattr(refusal_of(OSError(28, "No space left on device")), "code", "") == "record.disk-full"
