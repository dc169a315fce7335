"""The moments of a panel whose rows come in order of unit and period: a batch at a time, each row read once.

The first unit says which periods there are. Every other must have the same ones in the same order, one start, and
outcomes that are finite; and no unit may come twice, which their order shows. Whatever is otherwise ends the pass: to
name it is for somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.evaluation.cells import Cells, Running
from pairup.evaluation.panel import Periods

Ints = NDArray[np.int64]
#: of rows in their order: whether a unit begins there, the period, the outcome, the start
Columns = tuple[NDArray[Any], ...]


class _NotInOrder(Exception):
    """Rows are not in order, or one of them is not as it should be."""


def summed(batches: Iterable[Any]) -> tuple[Cells, Periods] | None:
    """Sum Arrow batches of unit, period, outcome and start; None where they are not as said above.

    The same units give the bytes of `Cells.of`, whatever the size of the batches.
    """
    columns = _columns(batches)
    try:
        first = next(columns, None)
        return None if first is None else _summed(_periods(first), chain((first,), columns))
    except _NotInOrder:
        return None


def _require(is_so: bool | np.bool_) -> None:
    if not is_so:
        raise _NotInOrder


def _columns(batches: Iterable[Any]) -> Iterator[Columns]:
    """Give what is looked at of each batch; where units neither stay nor rise, rows are in no order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    before = None
    for batch in batches:
        unit, period, outcome, start = batch.columns
        if not len(unit):
            continue
        _require(pa.types.is_integer(period.type) and not any(one.null_count for one in batch.columns))
        others = pa.concat_arrays([unit.slice(0, 1) if before is None else before, unit.slice(0, len(unit) - 1)])
        try:
            begins, stays = (ask(others, unit).to_numpy(zero_copy_only=False) for ask in (pc.less, pc.equal))
        except pa.ArrowNotImplementedError:  # names of a type that has no order
            raise _NotInOrder from None
        _require((begins | stays).all())
        if before is None:
            begins = np.concatenate([[True], begins[1:]])
        before = unit.slice(len(unit) - 1)
        yield begins, period.to_numpy().astype(np.int64, copy=False), outcome.to_numpy(), start.to_numpy()


def _periods(columns: Columns) -> Ints:
    """Give the periods of the first unit, which must rise; the first batch has more than that unit, or nothing does."""
    begins = np.flatnonzero(columns[0])
    _require(len(begins) > 1)
    periods = columns[1][: begins[1]].copy()
    _require((np.diff(periods) > 0).all())
    return periods


def _summed(periods: Ints, columns: Iterable[Columns]) -> tuple[Cells, Periods]:
    """Add up whole units by the place of their start among the periods."""
    count = len(periods)
    is_first = np.arange(count) == 0
    running: dict[int, Running] = {}
    for begins, period, outcome, start in _of_whole_units(columns, count):
        _require(len(begins) % count == 0 and np.isfinite(outcome).all())
        starts, paths = start.reshape(-1, count), outcome.reshape(-1, count)
        _require((begins.reshape(-1, count) == is_first).all() and (period.reshape(-1, count) == periods).all())
        _require((starts == starts[:, :1]).all())
        places = np.searchsorted(periods, starts[:, 0])
        for place in np.unique(places).tolist():
            running.setdefault(place, Running(count)).take(paths[places == place])
    for one in running.values():
        one.end()
    told = [running[place] for place in sorted(running)]
    sizes = np.array([one.size for one in told], dtype=np.float64)
    means, scatters = np.array([one.mean for one in told]), np.array([one.scatter for one in told])
    return Cells(np.array(sorted(running), dtype=np.int64), sizes, means, scatters), Periods(periods)


def _of_whole_units(columns: Iterable[Columns], count: int) -> Iterator[Columns]:
    """Cut columns where units end, `count` rows each; the rows of a unit that two batches share come by themselves."""
    rest: Columns = ()
    for one in columns:
        lacking = -len(rest[0]) % count if rest else 0
        if lacking:
            yield tuple(np.concatenate([tail, head[:lacking]]) for tail, head in zip(rest, one, strict=True))
        end = lacking + (len(one[0]) - lacking) // count * count
        yield tuple(column[lacking:end] for column in one)
        rest = tuple(column[end:] for column in one)
    if rest:
        yield rest
