"""Damage is noticed and named: by table and row, or by file."""

from __future__ import annotations

import contextlib
import hashlib
import random
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from pairup.errors import PairupError
from pairup.services import backup as backups
from pairup.services import documents, open_record
from pairup.services.backup.files import files_beside
from pairup.services.health import check_health
from pairup.values.findings import Severity
from tests import postgresql
from tests.services.cast import ADOPTED, OFFICE, a_programme, draft, load

pytestmark = pytest.mark.skipif(postgresql.ON_SERVER, reason="damage is done to the record's file")


def codes(record: Path, **options: object) -> list[str]:
    return [finding.words.code for finding in check_health(record, at=ADOPTED, **options)]  # type: ignore[arg-type]


@pytest.fixture
def kept(record: Path, tmp_path: Path) -> Path:
    """A record with an attachment and a backup of the day."""
    load(a_programme())
    raw = b"minutes"
    name = hashlib.sha256(raw).hexdigest()
    path = files_beside(record) / name[:2] / name
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    backups.backup(record, tmp_path / "backups", at=ADOPTED)
    return record


def test_a_whole_record_has_nothing_to_say(kept: Path, tmp_path: Path) -> None:
    assert codes(kept, backups=tmp_path / "backups") == []


def test_damage_of_an_attachment_and_a_stranger_beside_it_are_named(kept: Path, tmp_path: Path) -> None:
    path = next(path for path in files_beside(kept).rglob("*") if path.is_file())
    path.write_bytes(b"minutez")
    (files_beside(kept) / "notes.txt").write_text("mine")

    found = check_health(kept, at=ADOPTED, backups=tmp_path / "backups")

    assert {finding.words.code: finding.file for finding in found} == {
        "backups.health-attachment": f"{path.name[:2]}/{path.name}",
        "backups.health-stranger": "notes.txt",
    }


@pytest.mark.parametrize(
    ("table", "column"),
    [("record_moneylineversion", "day"), ("record_roundversion", "starts"), ("record_documentversion", "sha256")],
)
def test_text_that_became_bytes_is_named_though_it_reads_the_same(
    kept: Path, tmp_path: Path, table: str, column: str
) -> None:
    from django.db import connection

    (tmp_path / "scan.txt").write_text("minutes of a meeting")
    documents.add("D-1", tmp_path / "scan.txt", kind="minutes", title="Minutes", actor=OFFICE, at=ADOPTED)
    connection.close()
    with contextlib.closing(sqlite3.connect(kept)) as file:
        file.execute(f"update {table} set {column} = cast({column} as blob) where id = 1")
        file.commit()
    open_record(kept)

    found = [(one.file, one.say()) for one in check_health(kept, at=ADOPTED) if one.severity is Severity.REFUSED]

    assert [said for file, said in found if file == table and f"row 1 holds bytes in {column}" in said]


def test_a_changed_row_and_a_broken_reference_are_named_by_table(kept: Path, tmp_path: Path) -> None:
    from django.db import connection

    connection.close()
    file = sqlite3.connect(kept)
    file.execute("update record_needversion set priority = priority + 1 where id = 1")
    file.execute("update record_projectversion set need_id = 99999 where need_id is not null")
    file.commit()
    file.close()
    open_record(kept)

    found = check_health(kept, at=ADOPTED, backups=tmp_path / "backups")

    said = " ".join(map(str, found))
    assert "needs" in said and "record_projectversion" in said


def test_old_missing_and_lost_backups_are_told(kept: Path, tmp_path: Path) -> None:
    later = ADOPTED + timedelta(days=9)

    old = check_health(kept, at=later, backups=tmp_path / "backups")
    none = codes(kept)
    next((tmp_path / "backups").glob("*.pairup-backup")).unlink()
    gone = codes(kept, backups=tmp_path / "backups")

    assert [(one.words.code, one.words.facts["days"]) for one in old] == [("backups.health-backup-old", 9)]
    assert (none, gone) == (["backups.health-no-backup"], ["backups.health-backup-gone"])


def test_a_flipped_bit_of_what_was_recorded_is_noticed_wherever_it_is(record: Path, tmp_path: Path) -> None:
    """Bits of version rows and journal leaves, one at a time: the record's own checks name each."""
    from django.db import connection

    load(a_programme())
    draft("postings")
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole, chance = record.read_bytes(), random.Random(4)
    marks = [b"A teacher.", b"A surgeon for the clinic.", b"programme_office", b'"command":"load"', b"Aland"]
    places = [whole.index(mark) + chance.randrange(len(mark)) for mark in marks]
    unseen = []

    for at in places:
        copy = tmp_path / "copy.sqlite3"
        raw = bytearray(whole)
        raw[at] ^= 1 << chance.randrange(5)
        copy.write_bytes(raw)
        try:
            open_record(copy)
            noticed = [code for code in codes(copy) if code != "backups.health-no-backup"]
        except PairupError:
            noticed = ["not opened"]
        connection.close()
        if not noticed:
            unseen.append((at, whole[at - 20 : at + 20]))
        for path in tmp_path.glob("copy.sqlite3*"):
            path.unlink()

    assert unseen == []


def test_a_full_disk_costs_no_saved_record(record: Path) -> None:
    from django.db import DatabaseError, connection

    from pairup.services import write

    load(a_programme())
    before = write.JournalEntry.objects.count()
    cursor = connection.cursor()
    cursor.execute("PRAGMA page_count")
    cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 2}")

    rows = [{"code": f"N-{at}", "place": "west", "category": "health", "text_en": "x" * 2000, "priority": "1",
             "stated_by": "office", "is_synthetic": "yes"} for at in range(50)]  # fmt: skip
    with pytest.raises(DatabaseError, match="full"):
        load({"programme": a_programme()["programme"], "needs": rows})

    connection.close()
    open_record(record)
    assert write.JournalEntry.objects.count() == before
    assert codes(record) == ["backups.health-no-backup"]


def test_a_disk_that_fills_while_a_backup_is_made_leaves_no_backup(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pairup.services.backup import container

    load(a_programme())
    into = tmp_path / "backups"
    backups.backup(record, into, at=ADOPTED)
    latest = (into / "latest.json").read_text()

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(container.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        backups.backup(record, into, at=ADOPTED + timedelta(seconds=5))
    monkeypatch.undo()

    assert (into / "latest.json").read_text() == latest
    assert len(list(into.iterdir())) == 2
    shutil.rmtree(into)
