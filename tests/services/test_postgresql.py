"""A record on a server: what is refused there, and that the suite runs on the database it says it runs on."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread

import pytest

from pairup import services
from pairup.errors import ConflictError, InputError
from pairup.record.acting import acting_as
from pairup.record.address import address_of
from pairup.services import beside, open_record
from tests import postgresql
from tests.services.cast import ON, a_programme, load

#: what every address is opened with: statements are kept planned on the server
_KEPT = {"connect_timeout": 10, "server_side_binding": True, "prepare_threshold": 2}
on_server = pytest.mark.skipif(not postgresql.ON_SERVER, reason="runs with PAIRUP_TEST_DATABASE=postgresql")


def test_the_suite_runs_on_the_database_that_was_asked_for(record: Path) -> None:
    from django.db import connection

    assert connection.vendor == os.environ.get("PAIRUP_TEST_DATABASE", "sqlite")


@pytest.mark.parametrize(
    ("given", "database"),
    [
        ("postgresql://me:s%40cret@db.example:6432/twin?sslmode=require",
         ("twin", "me", "s@cret", "db.example", "6432", {**_KEPT, "sslmode": "require"})),
        ("postgres://me@/twin?host=/run/pg", ("twin", "me", "", "/run/pg", "", _KEPT)),
    ],
)  # fmt: skip
def test_an_address_is_read_as_libpq_reads_it(given: str, database: tuple[object, ...]) -> None:
    found = address_of(given).database()

    assert tuple(found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")) == database


def test_an_address_is_shown_without_its_password() -> None:
    assert str(address_of("postgresql://me:secret@db.example/twin")) == "postgresql://me@db.example/twin"


def test_a_file_that_holds_an_address_names_the_record_and_is_where_its_keys_lie(tmp_path: Path) -> None:
    (tmp_path / "office.record").write_text("postgresql://me@db.example/twin\n", encoding="utf-8")

    assert address_of(tmp_path / "office.record").url == "postgresql://me@db.example/twin"
    assert beside(tmp_path / "office.record", ".key") == tmp_path / "office.record.key"


def test_an_address_alone_has_no_folder_for_keys() -> None:
    with pytest.raises(InputError) as refused:
        beside("postgresql://me@db.example/twin", ".key")
    assert refused.value.code == "postgres.no-folder"


def test_a_server_that_does_not_answer_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        open_record(f"postgresql://me:secret@/twin?host={tmp_path}")
    assert refused.value.code == "postgres.unreachable" and "secret" not in str(refused.value)


@on_server
def test_a_server_that_forgets_is_refused_and_an_override_stands_in_the_journal(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pairup.record.models import JournalEntry

    load(a_programme())
    assert b"fsync=off, full_page_writes=off" in bytes(JournalEntry.objects.get().leaf)

    monkeypatch.delenv("PAIRUP_ALLOW_UNSAFE_POSTGRESQL")
    with pytest.raises(InputError) as refused:
        open_record(record)
    assert refused.value.code == "postgres.unsafe" and "fsync=off" in str(refused.value)


@on_server
def test_a_superuser_is_refused_because_no_policy_holds_it(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAIRUP_ALLOW_UNSAFE_POSTGRESQL")
    with pytest.raises(InputError, match="above row-level security"):
        postgresql.own(record)


@on_server
def test_an_office_that_reads_elsewhere_makes_nobody_the_owner_of_the_tables(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(a_programme())
    reads, asked = Event(), Event()

    def elsewhere() -> None:
        from django.db import connection

        with acting_as("recipient_office:eastmark"), connection.cursor() as cursor:
            cursor.execute("SELECT 1")  # its session has views now that hide columns
        reads.set()
        asked.wait(30)
        connection.close()

    monkeypatch.delenv("PAIRUP_ALLOW_UNSAFE_POSTGRESQL")
    office = Thread(target=elsewhere)
    office.start()
    try:
        assert reads.wait(30)
        with pytest.raises(InputError, match=r"fsync=off, full_page_writes=off\."):
            open_record(record)
    finally:
        asked.set()
        office.join()


@on_server
def test_a_database_that_sorts_otherwise_is_refused_with_the_line_that_makes_one() -> None:
    server = postgresql.the_server()
    server.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")

    with pytest.raises(InputError, match="sorts by C in LATIN1") as refused:
        open_record(server.address("latin"))
    assert "ENCODING 'UTF8'" in refused.value.hint


@on_server
def test_a_record_that_is_not_there_and_one_that_is(record: Path) -> None:
    server = postgresql.the_server()
    server.make_database("bare")

    with pytest.raises(InputError) as missing:
        open_record(server.address("bare"))
    with pytest.raises(ConflictError) as there:
        open_record(record.read_text(), create=True)

    assert (missing.value.code, there.value.code) == ("record.missing", "record.exists")


@on_server
def test_a_record_that_was_being_made_is_taken_away_again_and_the_database_stays(empty_record: Path) -> None:
    server = postgresql.the_server()
    server.make_database("begun")
    address = server.address("begun", postgresql.OWNER)
    postgresql.grant(server, "begun")
    open_record(address, create=True)

    services.server.drop_record()

    open_record(address, create=True)


@on_server
def test_the_application_cannot_delete_or_truncate(record: Path) -> None:
    from django.db import DatabaseError, connection

    load(a_programme())
    for statement in (
        "DELETE FROM record_placeversion",
        "TRUNCATE record_placeversion CASCADE",
        "DROP TABLE record_user",
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_empty_cell_sorts_first_on_both_databases(record: Path) -> None:
    from pairup.record.models import PairingVersion, PlaceVersion

    load(a_programme())

    known = PlaceVersion.objects.on(ON)
    assert [row.altitude_m for row in known.order_by("altitude_m", "identity__code")] == [None, None, 3650, 4500]
    assert [row.altitude_m for row in known.order_by("-altitude_m", "identity__code")] == [4500, 3650, None, None]
    assert [row.identity.code for row in PairingVersion.objects.known().order_by("ends_before", "identity__code")] == [
        "a-dale", "a-east", "b-west"
    ]  # fmt: skip


def test_names_in_several_scripts_sort_alike_on_both_databases(record: Path) -> None:
    from pairup.record.models import Place
    from pairup.services import write
    from tests.services.cast import FIRST

    codes = ["a", "B", "_", "é", "林芝", "ཉིང", "-", "Z", "z9"]
    with write.command("load", actor="programme_office", at=FIRST) as doing:
        doing.identities(Place, codes)

    assert list(Place.objects.order_by("code").values_list("code", flat=True)) == sorted(codes)
