"""A backup restores to the same data, or is refused; a restore leaves a mark."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pairup.errors import ConflictError, InputError, PairupError
from pairup.journal import verify as outside
from pairup.journal.checkpoint import SigningKey
from pairup.services import backup as backups
from pairup.services import journal_export, open_record, write
from pairup.services.backup import copying, making
from pairup.services.backup.container import FRAME, Frames, frames_of, read_head
from pairup.services.backup.files import files_beside
from pairup.services.backup.manifest import LATEST
from tests.services.cast import ADOPTED, FIRST, LATER, a_programme, changed, held, load

SECRET = "four words of one's own"


@pytest.fixture
def made(record: Path, tmp_path: Path) -> backups.Made:
    """A record of a small programme, backed up."""
    load(a_programme())
    return backups.backup(record, tmp_path / "backups", at=ADOPTED)


def restored(backup: Path, tmp_path: Path, **options: object) -> Path:
    record = tmp_path / "again.sqlite3"
    backups.restore(backup, record, at=LATER, **options)  # type: ignore[arg-type]
    open_record(record)
    return record


def test_a_backup_restores_to_the_same_data_and_a_mark(made: backups.Made, tmp_path: Path) -> None:
    before = held()

    restored(made.path, tmp_path)

    after = held()
    first, mark = after.pop("journal")
    assert before.pop("journal") == [first]
    assert after == before
    assert mark[0] == 2
    assert write.check_journal() == []


def test_the_mark_says_from_which_backup_and_how_far_it_went(made: backups.Made, tmp_path: Path) -> None:
    from pairup.record.journal import JournalEntry

    restored(made.path, tmp_path)

    last = JournalEntry.objects.order_by("-number").first()
    assert last is not None and last.command == "restore"
    facts = json.loads(bytes(last.leaf))["facts"]
    assert facts == {
        "backup": made.path.name, "taken": ADOPTED.isoformat(), "size": 1, "head": made.manifest.head
    }  # fmt: skip


def test_going_back_shows_to_whoever_holds_a_later_checkpoint(made: backups.Made, tmp_path: Path) -> None:
    key = SigningKey.new("twin/journal")
    load(changed(a_programme(), "needs", "N-2", priority="4"), at=ADOPTED)
    later = write.sign_checkpoint(key, at=ADOPTED)

    restored(made.path, tmp_path)
    journal_export.export_journal(tmp_path / "export", key=key, at=LATER)

    found = outside.verify(tmp_path / "export", [key.public], [later])
    assert [finding.words.code for finding in found] == ["log.history-rewritten"]


def test_a_backup_that_ends_before_a_checkpoint_kept_elsewhere_is_refused(made: backups.Made, tmp_path: Path) -> None:
    key = SigningKey.new("twin/journal")
    load(changed(a_programme(), "needs", "N-2", priority="4"), at=ADOPTED)
    later = write.sign_checkpoint(key, at=ADOPTED)

    with pytest.raises(InputError) as refused:
        restored(made.path, tmp_path, notes=[later], keys=[key.public])

    assert refused.value.code == "backups.behind-checkpoint"
    assert not (tmp_path / "again.sqlite3").exists()


def test_a_backup_that_begins_with_a_checkpoint_restores(made: backups.Made, tmp_path: Path) -> None:
    key = SigningKey.new("twin/journal")
    note = write.sign_checkpoint(key, at=ADOPTED)

    assert restored(made.path, tmp_path, notes=[note], keys=[key.public]).is_file()


def test_an_older_backup_offered_as_the_latest_is_refused(made: backups.Made, record: Path, tmp_path: Path) -> None:
    load(changed(a_programme(), "needs", "N-2", priority="4"), at=ADOPTED)
    newer = backups.backup(record, tmp_path / "backups", at=LATER)

    with pytest.raises(InputError) as refused:
        restored(made.path, tmp_path)
    shutil.copy(made.path, newer.path)  # under the later one's name too
    with pytest.raises(InputError) as swapped:
        restored(tmp_path / "backups", tmp_path)

    assert (refused.value.code, swapped.value.code) == ("backups.older", "backups.older")
    assert restored(made.path, tmp_path, older=True).is_file()


def test_of_a_folder_the_latest_is_restored(made: backups.Made, record: Path, tmp_path: Path) -> None:
    load(changed(a_programme(), "needs", "N-2", priority="4"), at=ADOPTED)
    backups.backup(record, tmp_path / "backups", at=LATER)

    restored(tmp_path / "backups", tmp_path)

    assert len(held()["journal"]) == 3


def test_writing_goes_on_while_a_backup_reads_one_moment(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.models import Group

    load(a_programme())

    def first_another_writes(done: Callable[..., object], name: str) -> Callable[..., object]:
        def do(*given: object) -> object:
            other = sqlite3.connect(record, timeout=0)
            other.execute("insert into auth_group (name) values (?)", (name,))
            other.commit()  # not barred by the reader
            other.close()
            return done(*given)

        return do

    monkeypatch.setattr(making, "copy_record", first_another_writes(making.copy_record, "before the pages"))
    monkeypatch.setattr(
        copying, "digest_of", once(first_another_writes(copying.digest_of, "after them"), copying.digest_of)
    )
    made = backups.backup(record, tmp_path / "backups", at=ADOPTED)

    assert made.manifest.tables["auth_group"][0] == 0
    assert Group.objects.count() == 2


def once(first: Callable[..., object], then: Callable[..., object]) -> Callable[..., object]:
    """Call one the first time, and the other from then on."""
    calls = iter([first])
    return lambda *given: next(calls, then)(*given)


@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_a_backup_cut_by_a_kibibyte_is_refused(record: Path, tmp_path: Path, passphrase: str | None) -> None:
    load(a_programme())
    path = backups.backup(record, tmp_path / "backups", at=ADOPTED, passphrase=passphrase).path
    whole = path.read_bytes()
    path.write_bytes(whole[:-1024])

    with pytest.raises(InputError) as refused:
        restored(path, tmp_path, passphrase=passphrase)

    assert refused.value.code == "backups.cut"
    assert list(tmp_path.glob("again*")) == []


def test_with_a_passphrase_only_it_opens_the_backup(record: Path, tmp_path: Path) -> None:
    load(a_programme())
    path = backups.backup(record, tmp_path / "backups", at=ADOPTED, passphrase=SECRET).path

    codes = []
    for given in (None, SECRET[:-1]):
        with pytest.raises(InputError) as refused:
            restored(path, tmp_path, passphrase=given)
        codes.append(refused.value.code)

    assert codes == ["backups.passphrase-needed", "backups.passphrase-wrong"]
    assert b"surgeon for the clinic" not in path.read_bytes()
    assert restored(path, tmp_path, passphrase=SECRET).is_file()


@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_one_flipped_bit_anywhere_is_noticed(tmp_path: Path, passphrase: str | None) -> None:
    chance, path = random.Random(7), tmp_path / "small"
    with path.open("wb") as out:
        frames = Frames(out, {"of": "a test"}, passphrase)
        frames.write(chance.randbytes(FRAME + 3000))
        frames.finish()
    whole = path.read_bytes()
    ends = [*range(8), len(whole) - 1, len(whole) - 3040, whole.index(b"\n") + 3, whole.index(b"\n") + 70]

    unseen = []
    for at in ends + [chance.randrange(len(whole)) for _ in range(20 if passphrase is None else 5)]:
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        try:
            with frames_of(path, passphrase) as found:
                found.drain()
        except PairupError:
            continue
        unseen.append(at)

    assert unseen == []


def test_a_place_that_is_taken_is_left_alone(made: backups.Made, record: Path, tmp_path: Path) -> None:
    before = record.read_bytes()

    with pytest.raises(ConflictError) as refused:
        backups.restore(made.path, record, at=LATER)

    assert refused.value.code == "backups.not-empty"
    assert record.read_bytes() == before


def test_attachments_travel_by_their_digest(record: Path, tmp_path: Path) -> None:
    load(a_programme())
    raw = b"minutes of a meeting"
    name = hashlib.sha256(raw).hexdigest()
    kept = files_beside(record) / name[:2] / name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(raw)

    made = backups.backup(record, tmp_path / "backups", at=ADOPTED)
    again = restored(made.path, tmp_path)

    assert (files_beside(again) / name[:2] / name).read_bytes() == raw


def test_an_attachment_that_is_not_what_its_name_says_makes_no_backup(record: Path, tmp_path: Path) -> None:
    load(a_programme())
    kept = files_beside(record) / ("ab" * 32)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"something else")

    with pytest.raises(InputError) as refused:
        backups.backup(record, tmp_path / "backups", at=ADOPTED)

    assert refused.value.code == "backups.member"
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize(
    ("defect", "said"),
    [
        ("delete from record_postversion", "record_postversion"),
        ("delete from record_moneylineversion", "record_moneylineversion"),
        ("update record_needversion set priority = 1", "record_needversion"),
        ("update record_journalentry set actor = 'public'", "record_journalentry"),
        ("insert into auth_group (name) values ('more')", "auth_group"),
    ],
)
def test_a_copy_that_lost_or_changed_anything_is_called_no_backup(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, defect: str, said: str
) -> None:
    load(a_programme())
    tidy = making.tidy

    def tidy_and_lose(path: Path) -> None:  # the planted defect
        copy = sqlite3.connect(path)
        assert copy.execute(defect).rowcount > 0
        copy.commit()
        copy.close()
        tidy(path)

    monkeypatch.setattr(making, "tidy", tidy_and_lose)
    with pytest.raises(InputError) as refused:
        backups.backup(record, tmp_path / "backups", at=ADOPTED)

    assert refused.value.code == "backups.differs" and said in str(refused.value)
    assert list((tmp_path / "backups").iterdir()) == []


def test_what_was_deleted_in_the_record_is_in_no_backup(record: Path, tmp_path: Path) -> None:
    from django.db import connection

    load(changed(a_programme(), "needs", "N-1", text_en="a planted sentence that nobody else says"))
    connection.close()
    with sqlite3.connect(record) as file:
        file.execute("pragma secure_delete = off")
        file.execute("update record_needversion set text_en = 'x'")
    open_record(record)
    assert b"a planted sentence" in record.read_bytes()
    copy = tmp_path / "copy.sqlite3"

    with making.snapshot():
        making.copy_record(copy)
    making.tidy(copy)

    assert b"a planted sentence" not in copy.read_bytes()


def test_keys_are_in_no_backup_and_travel_apart(made: backups.Made, record: Path, tmp_path: Path) -> None:
    keys = record.with_name(f"{record.name}.keys")
    with sqlite3.connect(keys) as file:
        file.execute("create table planted (wrapped)")
        file.execute("insert into planted values ('a planted key')")
    log_key = record.with_name(f"{record.name}.key")
    log_key.write_text("PRIVATE+KEY+planted")

    again = backups.backup(record, tmp_path / "backups", at=LATER)
    with making.scratch(tmp_path) as place:
        making.unpack(again.path, place, None)
        inside = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    path, gone = backups.backup_keys(record, tmp_path / "keys", at=FIRST, passphrase=SECRET)
    keys.unlink()
    backups.restore_keys(path, record, passphrase=SECRET)

    assert b"planted key" not in inside and b"PRIVATE+KEY" not in inside
    assert (gone, keys.stat().st_mode & 0o077) == (0, 0)
    with sqlite3.connect(keys) as file:
        assert file.execute("select wrapped from planted").fetchall() == [("a planted key",)]


def test_copies_of_keys_go_after_their_days(record: Path, tmp_path: Path) -> None:
    with sqlite3.connect(record.with_name(f"{record.name}.keys")) as file:
        file.execute("create table planted (wrapped)")
    first, _ = backups.backup_keys(record, tmp_path / "keys", at=FIRST, passphrase=SECRET)

    second, gone = backups.backup_keys(record, tmp_path / "keys", at=LATER, passphrase=SECRET, keep_days=10)

    assert gone == 1 and not first.exists() and second.exists()


def test_keys_and_backups_do_not_share_a_folder(made: backups.Made, record: Path) -> None:
    with sqlite3.connect(record.with_name(f"{record.name}.keys")) as file:
        file.execute("create table planted (wrapped)")

    with pytest.raises(ConflictError) as refused:
        backups.backup_keys(record, made.path.parent, at=LATER, passphrase=SECRET)

    assert refused.value.code == "backups.keys-together"


def test_a_crash_in_the_making_leaves_the_latest_as_it_was(
    made: backups.Made, record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (made.path.parent / LATEST).read_text()

    def crash(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "verify", crash)
    with pytest.raises(KeyboardInterrupt):
        backups.backup(record, made.path.parent, at=LATER)

    assert sorted(path.name for path in made.path.parent.iterdir()) == [made.path.name, LATEST]
    assert (made.path.parent / LATEST).read_text() == before


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, new_record: Callable[[str], Path]) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("some words\n" * 20)

    with pytest.raises(InputError) as refused:
        read_head(path)

    assert refused.value.code == "backups.no-backup"
