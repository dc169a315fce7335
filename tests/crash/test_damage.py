"""Damage and a full disk: what is wrong is refused or named, and what was acknowledged is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgresql
from tests.crash import damage, ground

pytestmark = pytest.mark.skipif(postgresql.ON_SERVER, reason="these look into the record's file")
#: each writes until the file may grow no more, telling its own book what it was told is done
_FILLING = """
import random, resource, sys
from pathlib import Path
sys.path[:0] = {paths}
from pairup.services import open_record
from tests.crash.work import Ledger, Work
home = Path({home!r})
open_record(home / "record.sqlite3")
from django.db import DatabaseError, connection
from pairup.record.models import NeedVersion
work = Work(str(home / "record.sqlite3"), home, Ledger(Path({ledger!r})), "w", random.Random(1))
work.edit()
most = max((home / name).stat().st_size for name in ("record.sqlite3", "record.sqlite3-wal")) + {room}
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    for _ in range(400):
        work.edit()
        {then}
except (DatabaseError, OSError) as full:
    connection.close()
    print("full:", full, "; read:", NeedVersion.objects.filter(superseded_at=None).count())
"""


def test_one_bit_wrong_is_refused_or_named_or_changes_nothing_that_is_read(tmp_path: Path) -> None:
    found = list(damage.swept(tmp_path / "home", flips=40, seed=20261128))

    assert [wrong for one in found for wrong in one.wrong] == []
    assert [one.kind for one in found] == [
        "record", "document", "backup", "saved folder", "exported journal", "checkpoint",
    ]  # fmt: skip
    assert all(one.became[damage.NAMED] + one.became[damage.REFUSED] for one in found)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("recorded_at = '2020-01-01 00:00:00' WHERE superseded_at IS NULL", "rows-changed"),
        ("superseded_at = '2026-11-21 00:00:00' WHERE superseded_at IS NULL", "row-ended"),
        ("superseded_at = NULL WHERE superseded_at IS NOT NULL", "rows-changed"),
        ("superseded_at = '2026-11-30 00:00:00' WHERE superseded_at IS NOT NULL", "rows-changed"),
    ],
)
def test_the_times_of_a_row_are_held_against_the_journal(record: Path, change: str, named: str) -> None:
    from django.db import connection

    from pairup.services import write
    from tests.services.cast import ADOPTED, a_programme, changed, load

    load(a_programme())
    load(changed(a_programme(), "needs", "N-1", priority="4"), at=ADOPTED)
    assert write.check_journal() == []

    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE record_needversion SET {change}")

    found = {one.words.code for one in write.check_journal()}
    assert f"record.{named}" in found


@pytest.mark.parametrize("room", [0, 20_000, 150_000])
def test_a_disk_that_is_full_costs_nothing_that_was_acknowledged(tmp_path: Path, room: int) -> None:
    said, done = filling(tmp_path, room, then="pass")

    assert said.startswith("full:") and said.endswith("read: 2")
    assert done
    assert kept(tmp_path, done) == []
    assert ground.verified(tmp_path / "record.sqlite3") == []


def test_an_acknowledgement_of_what_was_not_written_would_be_seen(tmp_path: Path) -> None:
    _, done = filling(tmp_path, 20_000, then='work.done("made-up", type("Entry", (), {"number": 0, "hash": ""}))')

    assert kept(tmp_path, done) == ["made-up"]


def filling(home: Path, room: int, *, then: str) -> tuple[str, list[str]]:
    """Let a child write a record until its file may grow no more; what it said last, and what it was told is done."""
    ground.prepared(home)
    root = Path(__file__).resolve().parents[2]
    ledger = home / "one.ledger"
    code = _FILLING.format(
        paths=[str(root / "src"), str(root)], home=str(home), ledger=str(ledger), room=room, then=then
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert child.returncode == 0, child.stderr
    lines = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    return child.stdout.strip(), [line["done"] for line in lines if "done" in line]


def kept(home: Path, done: list[str]) -> list[str]:
    """Which of what was acknowledged the journal does not have."""
    from pairup.record.models import JournalEntry
    from pairup.services import open_record

    open_record(home / "record.sqlite3")
    keys = set(JournalEntry.objects.exclude(key=None).values_list("key", flat=True))
    ground.closed()
    return sorted(set(done) - keys)
