"""A few cycles of work and SIGKILL on every run; `just crash` has 300. The planted defects show that it would tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash import ground
from tests.crash.cycles import crash, failures
from tests.services.conftest import _database, empty_record  # noqa: F401

#: enough for each kind of work to be killed twice
CYCLES = 6


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def test_what_was_acknowledged_is_there_after_a_kill_and_nothing_is_half_written(home: Path) -> None:
    record = ground.prepared(home)

    cycles = list(crash(record, home, cycles=CYCLES, seed=20261127))

    assert failures(home) == []
    assert cycles[-1].judged.wrong == []
    assert cycles[-1].judged.acknowledged > CYCLES
    assert ground.verified(record) == []
    assert ground.backups_hold(home) == []


@pytest.mark.parametrize(
    ("defect", "kind", "said"), [("ack-first", "edit", "lost: "), ("two-commits", "money", "half: ")]
)
def test_a_planted_defect_is_told(home: Path, defect: str, kind: str, said: str) -> None:
    record = ground.prepared(home)

    wrong: list[str] = []
    for cycle in crash(record, home, cycles=60, seed=3, defect=defect, kinds=(kind, kind)):
        wrong = cycle.judged.wrong
        if wrong:
            break

    assert [one for one in wrong if one.startswith(said)]
