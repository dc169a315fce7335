"""What was acknowledged survives a power cut: disks built at many moments from a trace of the system calls."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import postgresql
from tests.crash import ground, power

pytestmark = [
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: no power cuts can be built"),
    pytest.mark.skipif(postgresql.ON_SERVER, reason="images of a server's disk are too heavy; its kills are tested"),
]
EDITS, IMAGES = 8, 60
_WORK = """
import random, sys
from pathlib import Path
sys.path[:0] = {paths}
from pairup.services import open_record
from tests.crash.work import Ledger, Work
home = Path({home!r})
open_record(home / "record.sqlite3")
from django.db import connection
cursor = connection.cursor()
cursor.execute({pragma!r})
work = Work(str(home / "record.sqlite3"), home, Ledger(home / "one.ledger"), "w", random.Random(1))
for at in range({edits}):
    work.edit()
    if at == {edits} // 2:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
"""


def worked(home: Path, pragma: str) -> tuple[list[power.Step], dict[str, bytes]]:
    """Prepare a record, then trace some edits on it."""
    root = Path(__file__).resolve().parents[2]
    record = ground.prepared(home)
    before = {record.name: record.read_bytes()}
    paths = [str(root / "src"), str(root)]
    steps = power.traced(home, _WORK.format(paths=paths, home=str(home), pragma=pragma, edits=EDITS))
    assert sum(step.kind == "done" for step in steps) == EDITS
    assert sum(step.kind == "sync" for step in steps) >= EDITS or "NORMAL" in pragma
    return steps, before


def test_nothing_acknowledged_is_lost_by_a_power_cut(tmp_path: Path) -> None:
    steps, before = worked(tmp_path, "PRAGMA synchronous=FULL")

    assert power.lost(steps, before, tmp_path / "disk", seed=5, images=IMAGES) == []


def test_a_record_that_syncs_too_little_would_be_told(tmp_path: Path) -> None:
    steps, before = worked(tmp_path, "PRAGMA synchronous=NORMAL")  # the planted defect

    assert any("is lost" in said for said in power.lost(steps, before, tmp_path / "disk", seed=5, images=IMAGES))
