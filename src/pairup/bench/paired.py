"""The same question put to ours and to peers in turn, in one run: medians of several goes, and how many times faster.

Each go is a fresh process (`measure.measured`). Goes alternate between solvers, so that what else the machine does
meets all of them alike. What both need beforehand (columns in memory, a warm compiler) is made in that process before
the clock starts, by `Made`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from pairup.bench.measure import Measured, measured

#: ours, as the name of a solver begins
OURS = "pairup"


@dataclass(frozen=True, slots=True)
class Timing:
    """What one solver answered to one question, and what it took: medians over `runs` goes.

    figure : what it answered, so that all can be seen to have answered the same question. cpu_most : of the goes.
    peak_mb : of the process less its imports, the columns handed over among it (`held_mb`).
    must : how many times our CPU seconds a peer is to take at least. most_seconds, most_cpu, most_mb : what ours may
    take, of the clock, of all processors, of memory.
    """

    part: str
    instance: str
    solver: str
    figure: float | None = None
    seconds: float | None = None
    cpu: float | None = None
    cpu_most: float | None = None
    peak_mb: float | None = None
    held_mb: float | None = None
    runs: int = 0
    must: float | None = None
    most_seconds: float | None = None
    most_mb: float | None = None
    note: str = ""
    most_cpu: float | None = None

    @property
    def is_ours(self) -> bool:
        return self.solver.startswith(OURS)


class Made:
    """An argument that the measuring process makes for itself before the clock starts: `Made("module:function", 3)`."""

    def __init__(self, function: str, *asked: Any) -> None:
        self.function, self.asked = function, asked

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _make, (self.function, *self.asked)


def _make(function: str, *asked: Any) -> Any:
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)(*asked)


@dataclass(frozen=True, slots=True)
class Call:
    """One solver's way to the answer. `function` gives one number; `module:function` where a peer may be missing.

    runs : goes of this solver where fewer than of the others are enough (a slow peer); None for as many as the others.
    """

    solver: str
    function: Callable[..., float] | str
    asked: tuple[Any, ...] = ()
    must: float | None = None
    most_seconds: float | None = None
    most_mb: float | None = None
    limit: float = 600.0
    runs: int | None = None
    note: str = ""
    most_cpu: float | None = None


def alternately(part: str, instance: str, calls: Sequence[Call], runs: int = 3) -> Iterator[Timing]:
    """Put a question to each solver in turn, `runs` times over; give a row for each. What failed is not asked again."""
    goes: list[list[Measured]] = [[] for _ in calls]
    for go in range(runs):
        for call, own in zip(calls, goes, strict=True):
            is_done = go >= (call.runs or runs) or any(one.answer is None for one in own)
            if not is_done:
                own.append(measured(call.function, *call.asked, limit=call.limit))
    for call, own in zip(calls, goes, strict=True):
        yield _timing(part, instance, call, own)


def _timing(part: str, instance: str, call: Call, goes: Sequence[Measured]) -> Timing:
    last = goes[-1]
    is_whole = last.answer is not None
    cpus = [one.cpu for one in goes if one.cpu is not None]
    note = "; ".join(said for said in (call.note, last.note) if said)
    return Timing(
        part, instance, call.solver, float(last.answer) if is_whole else None, _median(one.seconds for one in goes),
        _median(cpus), max(cpus, default=None), _median(_whole(one) for one in goes),
        _median(one.held_mb for one in goes), len(goes), call.must, call.most_seconds, call.most_mb, note,
        call.most_cpu,
    )  # fmt: skip


def _whole(one: Measured) -> float | None:
    return None if one.peak_mb is None else one.peak_mb + (one.held_mb or 0.0)


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


@dataclass(frozen=True, slots=True)
class Versus:
    """Ours beside one peer on one instance. `times` is its CPU seconds over ours: above 1, ours is faster.

    apart : how far the two answers lie from each other. is_kept : whether `must` is reached; None where none is set.
    A peer that was killed has no CPU seconds; `times` is then its wall seconds over ours, and `is_least` says that it
    is at least that.
    """

    ours: Timing
    peer: Timing
    times: float | None
    wall_times: float | None
    apart: float | None
    is_least: bool

    @property
    def is_kept(self) -> bool | None:
        if self.peer.must is None or self.times is None:
            return None
        return self.times >= self.peer.must or (None if self.is_least else False)


def versus(rows: Iterable[Timing]) -> list[Versus]:
    """Put ours beside each peer of the same instance; of several settings of ours the first counts."""
    by_instance: dict[tuple[str, str], list[Timing]] = {}
    for row in rows:
        by_instance.setdefault((row.part, row.instance), []).append(row)
    found = []
    for own in by_instance.values():
        ours = next((row for row in own if row.is_ours and row.figure is not None), None)
        if ours is not None:
            found += [_versus(ours, row) for row in own if not row.is_ours and row.seconds is not None]
    return found


def _versus(ours: Timing, peer: Timing) -> Versus:
    wall = _over(peer.seconds, ours.seconds)
    is_least = peer.figure is None
    apart = None if ours.figure is None or peer.figure is None else abs(ours.figure - peer.figure)
    return Versus(ours, peer, wall if is_least else _over(peer.cpu, ours.cpu), wall, apart, is_least)


def _over(one: float | None, other: float | None) -> float | None:
    return None if one is None or not other else one / other
