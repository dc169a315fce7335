"""The key file: one key a person and drawer, wrapped by a master key, gone for good once destroyed."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pairup.errors import ConflictError, InputError
from pairup.keys import Key, KeyRing, close_text, key_id_of, open_text

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
ONE, OTHER = ("twin/P-1", "health/2026"), ("twin/P-2", "health/2026")


def a_ring(folder: Path, **options: Path | None) -> KeyRing:
    return KeyRing.open(folder / "record.keys", create=True, **options)


def test_a_key_is_made_once_and_opens_what_it_closed_in_another_session(tmp_path: Path) -> None:
    with a_ring(tmp_path) as ring:
        closed = close_text(ring.keys_for([ONE], at=AT)[ONE], b"unfit", "fitness\n1")

    with a_ring(tmp_path) as ring:
        again = ring.keys_for([ONE, OTHER], at=AT)
        assert again[ONE].id == key_id_of(closed) != again[OTHER].id
        assert open_text(again[ONE], closed, "fitness\n1") == b"unfit"
        assert len(ring.held()) == 2


@pytest.mark.parametrize("context", ["fitness\n2", "people\n1", ""])
def test_a_closed_text_opens_only_where_it_belongs(tmp_path: Path, context: str) -> None:
    with a_ring(tmp_path) as ring:
        key = ring.keys_for([ONE], at=AT)[ONE]

    with pytest.raises(ConflictError, match="changed, or belongs to another row"):
        open_text(key, close_text(key, b"unfit", "fitness\n1"), context)


def test_the_key_of_another_person_does_not_open_it_whatever_id_it_claims(tmp_path: Path) -> None:
    with a_ring(tmp_path) as ring:
        keys = ring.keys_for([ONE, OTHER], at=AT)
    closed = close_text(keys[ONE], b"unfit", "fitness\n1")
    thief = Key(keys[ONE].id, *OTHER, keys[ONE].raw)

    with pytest.raises(ConflictError):
        open_text(thief, closed, "fitness\n1")


@pytest.mark.parametrize("torn", ["", "AAAA", "no base64", "Ag=="])
def test_a_torn_text_is_refused_by_name(torn: str) -> None:
    with pytest.raises(ConflictError):
        key_id_of(torn)


def test_a_destroyed_key_is_known_as_destroyed_and_its_bytes_are_nowhere(tmp_path: Path) -> None:
    with a_ring(tmp_path) as ring:
        key = ring.keys_for([ONE], at=AT)[ONE]
        wrapped = ring._file.execute("SELECT wrapped FROM keys").fetchone()[0]
        assert ring.destroy([key.id], at=AT) == 1
        assert ring.destroy([key.id], at=AT) == 0
        assert ring.known([key.id, b"x" * 16]) == {key.id: None}
        assert ring.keys_for([ONE], at=AT)[ONE].id != key.id

    for path in tmp_path.iterdir():
        assert wrapped not in path.read_bytes() and key.raw not in path.read_bytes()


def test_an_erased_person_is_remembered_without_a_key(tmp_path: Path) -> None:
    with a_ring(tmp_path) as ring:
        ring.keys_for([ONE, (ONE[0], "file/2026"), OTHER], at=AT)

        assert ring.erase(ONE[0], at=AT) == 2

        assert ring.erased([ONE[0], OTHER[0]]) == {ONE[0]: AT.isoformat()}
        assert [one.subject for one in ring.held() if one.destroyed is None] == [OTHER[0]]


@pytest.mark.parametrize("outside", [False, True])
def test_rotation_leaves_every_key_as_it_was_under_a_new_master(tmp_path: Path, outside: bool) -> None:
    master = tmp_path / "elsewhere.key" if outside else None
    with a_ring(tmp_path, master=master) as ring:
        before = ring.keys_for([ONE, OTHER], at=AT)
        ring.destroy([before[OTHER].id], at=AT)
    old = (tmp_path / "record.keys").read_bytes()
    was = master.read_text() if master else ""

    with a_ring(tmp_path, master=master) as ring:
        assert ring.rotate() == 1

    with a_ring(tmp_path, master=master) as ring:
        found = ring.known([before[ONE].id, before[OTHER].id])
    assert found[before[OTHER].id] is None
    assert (key := found[before[ONE].id]) is not None and key.raw == before[ONE].raw
    if master is not None:
        assert master.read_text() != was
        (tmp_path / "record.keys").write_bytes(old)  # a copy from before, under a master key that is no more
        with pytest.raises(InputError, match="master key"):
            a_ring(tmp_path, master=master)


def test_a_rotation_cut_off_before_its_last_step_is_finished_at_the_next_opening(tmp_path: Path) -> None:
    master = tmp_path / "elsewhere.key"
    with a_ring(tmp_path, master=master) as ring:
        key = ring.keys_for([ONE], at=AT)[ONE]
    was = master.read_bytes()
    with a_ring(tmp_path, master=master) as ring:
        ring.rotate()
    master.rename(tmp_path / "elsewhere.key.next")
    master.write_bytes(was)

    with a_ring(tmp_path, master=master) as ring:
        assert ring.known([key.id])[key.id] is not None
    assert not (tmp_path / "elsewhere.key.next").exists()


def test_only_its_owner_can_read_a_key_file(tmp_path: Path) -> None:
    master = tmp_path / "elsewhere.key"
    a_ring(tmp_path, master=master)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}

    (tmp_path / "record.keys").chmod(0o640)

    with pytest.raises(InputError, match="Others can read"):
        a_ring(tmp_path, master=master)


def test_a_missing_key_file_is_refused_and_not_made_by_the_way(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no key file"):
        KeyRing.open(tmp_path / "record.keys")

    assert not (tmp_path / "record.keys").exists()


def test_a_file_that_is_no_key_file_and_a_key_that_was_changed_are_refused(tmp_path: Path) -> None:
    (tmp_path / "record.keys").write_bytes(b"not a database at all" * 99)
    (tmp_path / "record.keys").chmod(0o600)
    with pytest.raises(ConflictError, match="not the key file"):
        a_ring(tmp_path)
    (tmp_path / "record.keys").unlink()
    with a_ring(tmp_path) as ring:
        key = ring.keys_for([ONE], at=AT)[ONE]
    with sqlite3.connect(tmp_path / "record.keys") as file:
        file.execute("UPDATE keys SET subject = 'twin/P-9'")

    with a_ring(tmp_path) as ring, pytest.raises(ConflictError, match="was changed"):
        ring.known([key.id])
