"""One measurement: a function in a fresh process, its seconds, CPU seconds and peak memory, and a row of the table.

Memory is the peak of the process less what stood there before the function was called, so imports do not count where
the module imports at its top; a process that the function starts imports them again, so they are taken off its peak
too. Times are from columns in memory. A process that outlives its limit is killed, and the
row says so.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from pairup.planning.plan import gap_of


@dataclass(frozen=True, slots=True)
class Row:
    """What one solver did with one instance. Objectives are maximised; `best` is the best value known, or None.

    The name of a solver of ours begins with `pairup`, so that tables know whom to set beside whom.
    """

    planner: str  # postings, stable, pairings, funding, visits
    instance: str
    solver: str
    objective: float | None = None
    best: float | None = None
    bound: float | None = None
    seconds: float | None = None
    cpu: float | None = None
    peak_mb: float | None = None
    note: str = ""  # "killed at 180 s", "not installed", what was switched off

    @property
    def gap(self) -> float | None:
        """Certified gap: distance of the plan to the bound of the same row."""
        return gap_of(self.objective, self.bound)

    @property
    def behind(self) -> float | None:
        """Distance of the plan to the best value known, over that value."""
        if self.objective is None or self.best is None:
            return None
        return (self.best - self.objective) / max(1.0, abs(self.best))


@dataclass(frozen=True, slots=True)
class Measured:
    """What a function gave, and what it took; `answer` is None where it was killed or failed, and `note` says why."""

    answer: Any
    seconds: float | None
    cpu: float | None = None
    peak_mb: float | None = None
    note: str = ""
    held_mb: float | None = None  # what the arguments took before the call

    def row(self, row: Row) -> Row:
        """The row with what was measured."""
        note = "; ".join(part for part in (row.note, self.note) if part)
        return replace(row, seconds=self.seconds, cpu=self.cpu, peak_mb=self.peak_mb, note=note)


def measured(function: Callable[..., Any] | str, *asked: Any, limit: float = 600.0) -> Measured:
    """Call `function(*asked)` in a fresh process, killed after `limit` seconds; arguments and answer must pickle.

    `asked` is unpickled, and the function's module imported, before clock and memory are read. A function named
    `module:function` is imported in that process only, so that a peer that is not installed costs a note, no more.
    """
    if isinstance(function, str):
        module, _, name = function.partition(":")
    else:
        module, name = function.__module__, function.__qualname__
    command = [sys.executable, "-c", "from pairup.bench.measure import serve; serve()"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    began = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)  # noqa: S603
    question = pickle.dumps((module, name)) + pickle.dumps(asked)
    try:
        said, _ = child.communicate(question, timeout=limit)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return Measured(None, time.perf_counter() - began, note=f"killed at {limit:.0f} s")
    if child.returncode:  # how long a failure took says nothing of the speed
        return Measured(None, None, note=f"failed with {child.returncode}")
    return Measured(*pickle.loads(said))  # noqa: S301  what our own process wrote


def serve() -> None:
    """Measure what is asked on standard input; the other end of `measured`."""

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a solver prints must not stand in the answer
    module, name = pickle.load(sys.stdin.buffer)  # noqa: S301  what our own process wrote
    try:
        _answer(module, name, answers)
    except ModuleNotFoundError as missing:  # of a peer, also where it is imported by the call itself
        pickle.dump((None, None, None, None, f"{missing.name} is not installed"), answers)
    answers.flush()


def _answer(module: str, name: str, answers: IO[bytes]) -> None:
    import resource

    function = getattr(importlib.import_module(module), name)
    imports = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asked = pickle.load(sys.stdin.buffer)  # noqa: S301  what our own process wrote
    _forget_peak()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, cpu = time.perf_counter(), _cpu()
    answer = function(*asked)
    seconds, used = time.perf_counter() - began, _cpu() - cpu
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    peak, held = max(own, children - imports, 0) / 1024, max(before - imports, 0) / 1024
    pickle.dump((answer, seconds, used, peak, "", held), answers)


def _forget_peak() -> None:
    """Let the peak of memory be what stands now, so that making the arguments hides nothing; where Linux allows it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _cpu() -> float:
    """CPU seconds of this process, of its children that have ended, and of all below it that still live (Linux)."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system + cpu_below(os.getpid())


def cpu_below(process: int) -> float:
    """CPU seconds of the processes that live below one, with those that they have waited for: workers outlive a call.

    0 where there is no `/proc`.
    """
    spent: dict[int, tuple[int, int]] = {}  # of each process its parent and its ticks
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # one that has just ended
            parts = stat.read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
            spent[int(stat.parent.name)] = int(parts[1]), sum(map(int, parts[11:15]))
    below, found = {process}, 0
    while more := {one for one, (parent, _) in spent.items() if parent in below} - below:
        below |= more
        found += sum(spent[one][1] for one in more)
    return float(found / os.sysconf("SC_CLK_TCK")) if found else 0.0


def second_call(function: Callable[..., float], *asked: Any) -> tuple[float, float]:
    """Call twice; give the value, and the CPU seconds of the second call, in which nothing is compiled or cold."""
    function(*asked)
    began = time.process_time()
    return float(function(*asked)), time.process_time() - began


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The installed versions of packages; those that are not installed are left out."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
