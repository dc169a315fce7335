"""What is personal stands in the record encrypted, and is told at one door only."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from pairup.errors import ConflictError, InputError
from pairup.services import folder
from tests import postgresql
from tests.services.cast import LATER, OFFICE, ON, a_programme, changed, draft, load, with_rows

CANARY = "dale-of-the-canary"


def a_watched_programme() -> dict[str, Any]:
    """P-1 prefers a place whose code stands nowhere else, and wants a call."""
    tables = with_rows(a_programme(), "places", "code name_en level", f"{CANARY} Canary county")
    tables = changed(tables, "people", "P-1", prefers="east;" + CANARY)
    return with_rows(
        tables, "welfare_checks", "code day posting well wants_call is_synthetic", "W-1 2026-02 R-0 no yes yes"
    )


def every_byte(where: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(where.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()


def personal_texts() -> list[bytes]:
    """How the personal columns of P-1 would stand in a file: as JSON, as a cell, as the words of a choice."""
    return [f'["east", "{CANARY}"]'.encode(), f'["east","{CANARY}"]'.encode(), f"east;{CANARY}".encode(), b"unfit"]


@pytest.mark.skipif(postgresql.ON_SERVER, reason="looks into the record's file, and makes one")
def test_nothing_personal_stands_in_the_record_its_companions_or_a_saved_folder(record: Path, tmp_path: Path) -> None:
    load(changed(a_watched_programme(), "fitness", "F-1", outcome="unfit"))
    folder.save_folder(tmp_path / "saved")

    read = dict(every_byte(tmp_path))

    assert {"record.sqlite3", "record.sqlite3-wal", "record.sqlite3.keys", "people.csv", "fitness.csv"} <= set(read)
    assert [(name, text) for name, raw in read.items() for text in personal_texts() if text in raw] == []


def test_no_key_stands_in_the_record_or_in_a_saved_folder(record: Path, tmp_path: Path) -> None:
    from pairup.services.personal import open_ring

    load(a_watched_programme())
    folder.save_folder(tmp_path / "saved")
    with open_ring() as ring:
        raw = [key.raw for key in ring.known(one.id for one in ring.held()).values() if key is not None]
        wrapped = [bytes(row[0]) for row in ring._file.execute("SELECT wrapped FROM keys")]

    assert len(raw) == len(wrapped) > 5
    kept = {name: found for name, found in every_byte(tmp_path) if not name.endswith(".keys")}
    assert [name for name, found in kept.items() for key in raw + wrapped if key in found] == []


def test_a_folder_that_holds_the_key_file_is_not_saved_into(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "saved" / "keys"
    monkeypatch.setenv("PAIRUP_KEYS", str(inside))

    with pytest.raises(ConflictError, match="The key file"):
        folder.save_folder(tmp_path / "saved")

    assert not (tmp_path / "saved").exists()


def test_a_seal_cannot_be_guessed_from_what_a_backup_holds(record: Path) -> None:
    from pairup.record.models import FitnessCheckVersion

    load(a_watched_programme())
    row = FitnessCheckVersion.objects.get(identity__code="F-1")
    guesses = [[outcome, metres] for outcome in ("fit", "conditional", "unfit") for metres in range(0, 6001, 50)]
    salts = [b"", bytes.fromhex(row.sealed)[:16], row.closed.encode()[:16], b"F-1", b"P-1"]

    found = [
        guess for guess in guesses for salt in salts
        if hmac.new(salt, rfc8785.dumps(guess), hashlib.sha256).hexdigest() == row.sealed
    ]  # fmt: skip

    assert found == []


def test_a_row_is_closed_until_the_door_opens_it(record: Path) -> None:
    from pairup.record.closed import RowClosedError
    from pairup.record.models import FitnessCheckVersion
    from pairup.services.personal import open_rows

    load(a_watched_programme())
    row = FitnessCheckVersion.objects.get(identity__code="F-1")

    with pytest.raises(RowClosedError, match="outcome is closed"):
        _ = row.outcome

    assert (open_rows([row])[0].outcome, row.altitude_m) == ("fit", 4000)


def test_a_closed_part_moved_to_another_row_is_seen_and_not_opened(record: Path) -> None:
    from django.db import connection

    from pairup.record.models import FitnessCheckVersion
    from pairup.services.personal import open_rows
    from pairup.services.write import check_journal

    load(changed(a_watched_programme(), "fitness", "F-1", outcome="unfit"))
    assert check_journal() == []
    one, other = (FitnessCheckVersion.objects.get(identity__code=code) for code in ("F-1", "F-2"))
    with connection.cursor() as cursor:
        for row, closed in ((one, other.closed), (other, one.closed)):
            cursor.execute("UPDATE record_fitnesscheckversion SET closed = %s WHERE id = %s", [closed, row.pk])

    found = [finding.words for finding in check_journal()]

    assert [(words.code, words.facts["row"]) for words in found] == [
        ("record.seal-broken", one.pk), ("record.seal-broken", other.pk),
    ]  # fmt: skip
    with pytest.raises(ConflictError, match="changed, or belongs to another row"):
        open_rows(FitnessCheckVersion.objects.filter(identity__code="F-1"))


def test_without_its_key_file_a_record_verifies_and_plans_nobody(record: Path) -> None:
    from pairup.services.write import check_journal

    load(a_watched_programme())
    keys = record.with_name("record.sqlite3.keys")
    keys.rename(kept := record.with_name("elsewhere"))
    assert check_journal() == []

    with pytest.raises(InputError, match="There is no key file"):
        draft("postings")

    kept.rename(keys)
    assert draft("postings").plan.has_plan


def test_the_key_file_of_another_record_is_not_taken_for_an_erasure(
    new_record: Callable[[str], Path], tmp_path: Path
) -> None:
    for name in ("one", "other"):
        new_record(name)
        load(a_watched_programme())
    os.replace(tmp_path / "one.sqlite3.keys", tmp_path / "other.sqlite3.keys")

    with pytest.raises(InputError, match="lacks keys of this record"):
        draft("postings")


def test_who_was_erased_stays_in_the_count_and_out_of_every_plan(record: Path) -> None:
    from pairup.services.personal import open_ring
    from pairup.services.tables import read_candidates

    load(a_watched_programme())
    before = draft("postings").plan
    assert "P-1" in {item.person for item in before.assignments}
    with open_ring() as ring:
        assert ring.erase("twin/P-1", at=LATER) == 2

    people = {one.code: one for one in read_candidates("twin", "national-2", on=ON)}

    assert (people["P-1"].certificates, people["P-1"].prefers) == ((), ())
    assert "P-1" not in {item.person for item in draft("postings", at=LATER).plan.assignments}


def test_the_same_folder_again_brings_nothing_of_the_erased_back(record: Path) -> None:
    from pairup.services.personal import open_ring

    load(a_watched_programme())
    with open_ring() as ring:
        ring.erase("twin/P-1", at=LATER)

    assert load(a_watched_programme(), LATER).entry is None
    with pytest.raises(ConflictError, match="P-1 was erased on 2026-11-20"):
        load(changed(a_watched_programme(), "people", "P-1", profession="nurse"), LATER)


def test_a_copy_keeps_what_is_closed_and_a_change_needs_it_open(record: Path) -> None:
    from pairup.record.closed import RowClosedError
    from pairup.record.models import PersonVersion
    from pairup.services import write
    from pairup.services.adoption import copy_of
    from pairup.services.personal import open_rows

    load(a_watched_programme())
    row = PersonVersion.objects.get(identity__code="P-1")
    with pytest.raises(RowClosedError):
        copy_of(row, highest_altitude_m=3000)
    with write.command("load", actor=OFFICE, at=LATER) as doing:
        doing.supersede(PersonVersion, [row.pk])
        doing.add(PersonVersion, [copy_of(row, grade=3)])
    (second,) = open_rows(PersonVersion.objects.known().filter(identity__code="P-1"))
    with write.command("load", actor=OFFICE, at=LATER) as doing:
        doing.supersede(PersonVersion, [second.pk])
        doing.add(PersonVersion, [copy_of(second, highest_altitude_m=3000)])

    (third,) = open_rows(PersonVersion.objects.known().filter(identity__code="P-1"))

    assert (second.closed, second.grade, second.prefers) == (row.closed, 3, ["east", CANARY])
    assert (third.grade, third.prefers, third.highest_altitude_m) == (3, ["east", CANARY], 3000)
    assert write.check_journal() == []


def test_six_thousand_candidates_with_checks_open_at_once(record: Path) -> None:
    from pairup.keys import close_text
    from pairup.record.models import FitnessCheckVersion, PersonVersion
    from pairup.services.personal import open_ring, open_told

    kept: dict[Any, list[tuple[str, str]]] = {PersonVersion: [], FitnessCheckVersion: []}
    wanted = [(f"twin/P-{n}", drawer) for n in range(6000) for drawer in ("file/2026", "health/2026")]
    with open_ring(create=True) as ring:
        keys = ring.keys_for(wanted, at=datetime(2026, 11, 27, tzinfo=UTC))
    for subject, drawer in wanted:
        model = PersonVersion if drawer == "file/2026" else FitnessCheckVersion
        said = [4500, ["a", "b"], None] if model is PersonVersion else ["fit", 4500]
        content = json.dumps(["00" * 16, said]).encode()
        kept[model].append(("s" * 64, close_text(keys[subject, drawer], content, f"{model.table}\n{'s' * 64}")))

    told = {model: open_told(model, pairs) for model, pairs in kept.items()}

    assert [len(found) for found in told.values()] == [6000, 6000]
    assert told[FitnessCheckVersion][0] == {"outcome": "fit", "altitude_m": 4500}


@pytest.mark.parametrize(
    ("personal", "said"),
    [
        (("outcome",), "names columns without purpose, basis and time of keeping"),
        ({"outcome": None}, "outcome has no purpose"),
        ({"nothing": None}, "nothing is no column"),
    ],
)
@pytest.mark.skipif(postgresql.ON_SERVER, reason="looks into the record's file, and makes one")
def test_a_personal_column_without_a_declaration_makes_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, personal: Any, said: str
) -> None:
    from django.core.management.base import SystemCheckError

    from pairup import services
    from pairup.record.models import FitnessCheckVersion

    monkeypatch.setattr(FitnessCheckVersion, "personal", personal)

    with pytest.raises(SystemCheckError, match=said):
        services.open_record(tmp_path / "new.sqlite3", create=True)

    assert not (tmp_path / "new.sqlite3").exists()


def test_columns_kept_for_different_times_do_not_share_a_drawer(monkeypatch: pytest.MonkeyPatch) -> None:
    from pairup.record.closed import undeclared
    from pairup.record.models import FitnessCheckVersion
    from pairup.values.purposes import After, Basis, Keep, Personal, Purpose

    said = dict(FitnessCheckVersion.personal)
    longer = Personal(Purpose.FITNESS, Basis.AGREEMENT, Keep(After.TERM, 9))
    monkeypatch.setattr(FitnessCheckVersion, "personal", said | {"altitude_m": longer})

    assert undeclared(FitnessCheckVersion) == [
        "FitnessCheckVersion keeps its personal columns for different times: term + 1 year, term + 9 years"
    ]


def test_a_day_of_keeping_counts_from_the_last_day_of_what_it_follows() -> None:
    from pairup.values.purposes import After, Keep

    assert Keep(After.TERM, 5).until(date(2028, 6, 30)) == date(2033, 6, 30)
    assert Keep(After.TERM, 1).until(date(2028, 2, 29)) == date(2029, 2, 28)
