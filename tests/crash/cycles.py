"""Cycles of work and SIGKILL: children work on one record, the whole group is killed, the oracle judges, again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import postgresql
from tests.crash.ground import asking
from tests.crash.oracle import Judged, books, judge
from tests.crash.work import Ledger, Work, run

#: what the four children of a cycle do; one of the last column in turn
ALWAYS = ("edit", "money", "chunk")
IN_TURN = ("checkpoint", "backup", "plan")
#: milliseconds from the moment all are at work
SHORTEST, LONGEST = 20, 400
#: so many times longer where a child makes a backup or a plan, or none would ever be done
PATIENCE = 3
#: and on a server, where a backup copies rows instead of pages and makes the tables first
PATIENCE_ON_SERVER = {"backup": 30, "plan": 9}


@dataclass
class Cycle:
    number: int
    waited_ms: int
    judged: Judged


def kinds_of(number: int) -> tuple[str, ...]:
    return (*ALWAYS, IN_TURN[number % len(IN_TURN)])


def crash(
    record: Path, home: Path, *, cycles: int, seed: int, defect: str = "", kinds: tuple[str, ...] = ()
) -> Iterator[Cycle]:
    """Run cycles; the record grows from one to the next. No connection may be open in this process.

    On a server every second cycle kills the server too, in the midst of what it was asked; it then recovers by itself.
    """
    chance = random.Random(seed)
    on_server = postgresql.ON_SERVER
    for number in range(cycles):
        doing = kinds or kinds_of(number)
        waited = chance.randrange(SHORTEST, LONGEST + 1) * _patience(doing, on_server=on_server)
        group = _begin(record, home, number, doing, chance, defect)
        time.sleep(waited / 1000)
        if on_server and number % 2:
            _crash_server(group)
        else:
            _kill(group)
        yield Cycle(number, waited, judge(asking(record), books(home), is_sqlite=not on_server))


def _patience(doing: tuple[str, ...], *, on_server: bool) -> int:
    if on_server:
        return max(PATIENCE_ON_SERVER.get(kind, 3) for kind in doing)
    return PATIENCE if {"backup", "plan"} & set(doing) else 1


def _begin(
    record: Path, home: Path, number: int, kinds: tuple[str, ...], chance: random.Random, defect: str
) -> list[int]:
    """Start the children in a group of their own and wait until each has opened the record."""
    group: list[int] = []
    hears, tells = os.pipe()
    for kind in kinds:
        seed = chance.randrange(2**32)
        child = os.fork()
        if child == 0:
            _live(kind, record, home, f"c{number}-{kind}", seed, defect, group[0] if group else 0, tells)
        os.setpgid(child, group[0] if group else child)
        group.append(child)
    os.close(tells)
    for _ in kinds:
        if not os.read(hears, 1):
            break
    os.close(hears)
    return group


def _live(
    kind: str, record: Path, home: Path, name: str, seed: int, defect: str, leader: int, tells: int
) -> None:  # fmt: skip
    """The life of a child: it ends by being killed, or it has gone wrong and says how."""
    try:
        os.setpgid(0, leader)
        work = Work(str(record), home, Ledger(home / f"{name}.ledger"), name, random.Random(seed), defect)
        run(kind, work, lambda: os.write(tells, b"."))
    except BaseException:
        (home / f"{name}.failed").write_text(traceback.format_exc(), encoding="utf-8")
    os._exit(1)


def _crash_server(group: list[int]) -> None:
    """Kill the server while the children stand still, so that none of them lives to be told of it, then them."""
    os.killpg(group[0], signal.SIGSTOP)
    postgresql.the_server().crash()
    _kill(group)
    postgresql.the_server().start()


def _kill(group: list[int]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group[0], signal.SIGKILL)
    for child in group:
        os.waitpid(child, 0)


def failures(home: Path) -> list[str]:
    """What children said that went wrong before they were killed."""
    return [path.read_text(encoding="utf-8") for path in sorted(home.glob("*.failed"))]
