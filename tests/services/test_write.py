"""The one write path: two clocks, a journal in the same transaction, personal columns sealed and closed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pairup.errors import AccessError, ConflictError
from pairup.services import is_safe
from tests import postgresql

FIRST = datetime(2024, 3, 1, 9, tzinfo=UTC)
LATER = datetime(2025, 3, 1, 9, tzinfo=UTC)


def a_place(code: str = "nyingchi", **columns: object) -> int:
    """Record a place by the write path; give the id of its version row."""
    from pairup.record.models import Place, PlaceVersion
    from pairup.services import write

    with write.command("load", actor="programme_office", at=FIRST) as doing:
        ids = doing.identities(Place, [code])
        row = PlaceVersion(identity_id=ids[code], level="prefecture", **({"name_en": "Nyingchi"} | columns))
        doing.add(PlaceVersion, [row])
    return PlaceVersion.objects.get(identity__code=code).pk


def correct(pk: int, **columns: object) -> None:
    from pairup.record.models import PlaceVersion
    from pairup.services import write
    from pairup.services.adoption import copy_of

    row = PlaceVersion.objects.get(pk=pk)
    with write.command("load", actor="programme_office", at=LATER) as doing:
        doing.supersede(PlaceVersion, [pk])
        doing.add(PlaceVersion, [copy_of(row, **columns)])


def test_a_correction_is_a_new_version_and_the_old_one_is_still_what_was_known_then(record: Path) -> None:
    from pairup.record.models import PlaceVersion

    pk = a_place(altitude_m=2900)

    correct(pk, altitude_m=2994)

    day = date(2026, 1, 1)
    assert PlaceVersion.objects.on(day).get().altitude_m == 2994
    assert PlaceVersion.objects.on(day, known_by=date(2024, 12, 31)).get().altitude_m == 2900
    assert not PlaceVersion.objects.on(day, known_by=date(2024, 2, 28)).exists()
    assert sorted(PlaceVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_a_place_that_was_recoded_answers_with_the_code_of_the_day(record: Path) -> None:
    from pairup.record.models import Place, PlaceVersion
    from pairup.services import write

    with write.command("load", actor="programme_office", at=FIRST) as doing:
        place = doing.identities(Place, ["nyingchi"])["nyingchi"]
        spans = [("542600", None, date(2015, 3, 16)), ("540400", date(2015, 3, 16), None)]
        doing.add(PlaceVersion, [
            PlaceVersion(
                identity_id=place, level="prefecture", name_en="Nyingchi", official_code=code, starts=a, ends_before=b
            )
            for code, a, b in spans
        ])  # fmt: skip

    found = [
        PlaceVersion.objects.on(day).get().official_code
        for day in (date(1995, 6, 1), date(2015, 3, 15), date(2015, 3, 16))
    ]

    assert found == ["542600", "542600", "540400"]


def test_a_row_that_lost_the_race_is_refused_and_nothing_of_the_command_stays(record: Path) -> None:
    from pairup.record.models import JournalEntry, PlaceVersion

    pk = a_place()
    correct(pk, name_en="first")

    with pytest.raises(ConflictError):
        correct(pk, name_en="second")

    assert JournalEntry.objects.count() == 2
    assert PlaceVersion.objects.known().get().name_en == "first"


def test_a_command_carried_out_twice_under_one_key_is_refused(record: Path) -> None:
    from pairup.services import write

    with write.command("load", actor="programme_office", at=FIRST, key="once"):
        pass

    with pytest.raises(ConflictError), write.command("load", actor="programme_office", at=LATER, key="once"):
        pass


@pytest.mark.parametrize("actor", ["public", "secondee:P-1", "nobody"])
def test_an_actor_without_the_right_changes_nothing(record: Path, actor: str) -> None:
    from pairup.record.models import JournalEntry
    from pairup.services import write

    with pytest.raises(AccessError), write.command("load", actor=actor, at=FIRST):
        pass

    assert not JournalEntry.objects.exists()


def test_a_command_without_a_row_in_the_policy_table_is_refused_to_everybody(record: Path) -> None:
    from pairup.services import write

    with pytest.raises(AccessError, match="policy"), write.command("unheard.of", actor="administrator", at=FIRST):
        pass


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ("UPDATE record_placeversion SET altitude_m = 1", "record.rows-changed"),
        ("DELETE FROM record_placeversion", "record.rows-changed"),
        ("UPDATE record_journalentry SET leaf = %s WHERE number = 1", "record.journal-broken"),
        ("UPDATE record_journalentry SET number = 9 WHERE number = 1", "record.journal-broken"),
    ],
)
def test_a_change_made_behind_the_write_path_shows_in_the_journal(record: Path, planted: str, named: str) -> None:
    from django.db import connection

    from pairup.services import write

    a_place(altitude_m=2994)
    assert write.check_journal() == []

    postgresql.own(record)
    with connection.cursor() as cursor:
        cursor.execute(planted, [b'{"rows":{}}'] if "%s" in planted else None)

    assert named in {finding.words.code for finding in write.check_journal()}


def test_a_journal_verifies_without_the_personal_columns_and_holds_nothing_of_them(record: Path) -> None:
    from django.db import connection

    from pairup.record.models import (
        JournalEntry,
        Organisation,
        OrganisationVersion,
        Person,
        PersonVersion,
        Programme,
        ProgrammeVersion,
    )
    from pairup.services import write

    with write.command("load", actor="programme_office", at=FIRST) as doing:
        ids = doing.identities(Programme, ["p"])
        doing.add(
            ProgrammeVersion, [ProgrammeVersion(identity_id=ids["p"], name_en="p", preset="offer_led", currency="EUR")]
        )
        donor = doing.identities(Organisation, ["D"])["D"]
        doing.add(OrganisationVersion, [OrganisationVersion(identity_id=donor, name_en="D", kind="hospital")])
        person = doing.identities(Person, ["P-1"], programme=Programme.objects.get(code="p"))["P-1"]
        doing.add(
            PersonVersion,
            [PersonVersion(identity_id=person, donor_id=donor, profession="nurse", prefers=["secret-place"])],
        )
    assert b"secret-place" not in b"".join(bytes(leaf) for leaf in JournalEntry.objects.values_list("leaf", flat=True))

    assert write.check_journal() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE record_personversion SET closed = ''")

    assert write.check_journal() == []


def test_a_clock_that_ran_backwards_does_not_reorder_the_journal(record: Path) -> None:
    from pairup.record.models import JournalEntry
    from pairup.services import write

    for at in (LATER, FIRST):
        with write.command("load", actor="programme_office", at=at):
            pass

    assert list(JournalEntry.objects.values_list("number", "at")) == [(1, LATER), (2, LATER)]


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 50, 6), False), ((3, 50, 7), True),
        ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), False), ((3, 53, 4), True),
    ],
)  # fmt: skip
def test_a_sqlite_with_the_wal_reset_fault_is_not_safe(version: tuple[int, int, int], safe: bool) -> None:
    assert is_safe(version) is safe


@pytest.mark.skipif(postgresql.ON_SERVER, reason="a server's settings are asked for in test_postgresql.py")
def test_the_record_keeps_acknowledged_commits_through_a_power_cut(record: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        pragmas = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert pragmas == ["wal", 2, 1]
