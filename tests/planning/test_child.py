"""Work in a process of its own: what it told stands, and nothing of it outlives the question."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pairup.planning.child import Tell, work_apart
from pairup.planning.plan import Stop


def for_ever(asked: str, tell: Tell) -> None:
    """Tell who works, then work until ended."""
    tell(os.getpid())
    while asked:
        time.sleep(0.01)


def through_another(asked: str, tell: Tell) -> None:
    """Have a child of one's own work for ever."""
    work_apart(for_ever, asked, Stop(seconds=600).watch(), tell)


def is_alive(process: int) -> bool:
    """Whether a process still runs; one that has ended and waits to be collected does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks for processes in /proc, which Linux has")
@pytest.mark.parametrize("work", [for_ever, through_another])
def test_no_process_outlives_the_question(work) -> None:  # type: ignore[no-untyped-def]
    told: list[int] = []

    is_done = work_apart(work, "something", Stop(seconds=4.0).watch(), told.append)

    assert not is_done and len(told) == 1
    deadline = time.monotonic() + 5.0
    while is_alive(told[0]) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(told[0])
