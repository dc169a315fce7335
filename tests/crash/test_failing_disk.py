"""A disk that fails now and then costs nothing that was acknowledged: EIO on writes and syncs of the record's files.

strace answers every so-many-th call with EIO in the kernel's place: a command makes some 30 writes and one sync, so
the place that fails wanders through it. A child works on and tells each failure as a door would. A server's disk is
the server's own matter: PostgreSQL stops at a failed sync and recovers, which the kills of `just crash` cover.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests import postgresql
from tests.crash import ground
from tests.crash.oracle import books, judge

pytestmark = [
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: no call can be made to fail"),
    pytest.mark.skipif(postgresql.ON_SERVER, reason="these let calls on the record's own files fail"),
]
#: commands of one run
COMMANDS = int(os.environ.get("PAIRUP_FAILING_COMMANDS", "40"))
_WORK = """
import random, sys, json
from collections import Counter
from pathlib import Path
sys.path[:0] = {paths}
from pairup.services import open_record
from pairup.services.failures import refusal_of
from tests.crash.work import Ledger, Work
home = Path({home!r})
open_record(home / "record.sqlite3")
work = Work(str(home / "record.sqlite3"), home, Ledger(home / "one.ledger"), "w", random.Random(1))
told = Counter()
for at in range({commands}):
    try:
        work.edit() if at % 3 else work.money()
        told["done"] += 1
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        told[refusal.facts["said"]] += 1
        {then}
print(json.dumps(told))
"""


def failing(home: Path, calls: str, when: str, then: str = "pass") -> Counter[str]:
    """Work while calls on the record's files fail; how often what was told."""
    root, record = Path(__file__).resolve().parents[2], ground.prepared(home)
    code = _WORK.format(paths=[str(root / "src"), str(root)], home=str(home), commands=COMMANDS, then=then)
    files = [word for ending in ("", "-wal") for word in ("-P", f"{record}{ending}")]
    words = ["strace", "-f", "-qq", "-o", str(home / "trace"), *files, "-e", f"trace={calls}",
             "-e", f"inject={calls}:error=EIO:when={when}", sys.executable, "-c", code]  # fmt: skip
    child = subprocess.run(words, capture_output=True, text=True, check=False, timeout=600)
    assert child.returncode == 0, child.stderr[-3000:]
    return Counter(json.loads(child.stdout))


@pytest.mark.parametrize(("calls", "when"), [("pwrite64", "20+97"), ("fsync,fdatasync", "5+3")])
def test_a_disk_that_fails_now_and_then_costs_nothing_that_was_acknowledged(
    tmp_path: Path, calls: str, when: str
) -> None:
    told = failing(tmp_path, calls, when)

    record = tmp_path / "record.sqlite3"
    judged = judge(ground.asking(record), books(tmp_path))
    assert judged.wrong == [] and judged.acknowledged >= told["done"] > 0
    assert told["SQLITE_IOERR"] > COMMANDS // 8
    assert ground.verified(record) == []


def test_a_write_error_that_is_swallowed_would_be_seen(tmp_path: Path) -> None:
    failing(tmp_path, "fsync,fdatasync", "5+3", then="work.ledger.write(done='w-9', number=10**6, hash='')")

    assert [one for one in judge(ground.asking(tmp_path / "record.sqlite3"), books(tmp_path)).wrong if "lost: " in one]
