"""The moments of a panel straight from Parquet files: the engine sums, and no row comes into this process.

Cohort sizes, mean paths and scatters (`cells.Cells`) are sums over units of outcomes and of their products. The query
is written once, in Ibis, and runs in DuckDB or on Spark; it gives G x T (T + 3) / 2 numbers, from which
`staggered.told_from_moments` tells Callaway and Sant'Anna's effects with their bands. Units are laid out in columns of
periods first, so that products of two periods are products of two columns.

Most files have their rows in order of unit and period. On this machine that is tried first: rows stream past a batch at
a time (`moments_in_order`), at less than half the cost of finding each unit's rows among all. Where a file is in no
such order, or anything is wrong with it, the query decides.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import numpy as np

from pairup.engines.tables import DUCKDB, files_of, tables_on
from pairup.errors import InputError
from pairup.evaluation.cells import Cells
from pairup.evaluation.moments_in_order import summed
from pairup.evaluation.panel import NEVER, Periods

#: periods reach no farther than that: each is a bit, and two are a product
_MOST_PERIODS = 60
#: rows of a batch
_AT_ONCE = 250_000


def read_moments(path: Path, engine: str = DUCKDB) -> tuple[Cells, Periods]:
    """Read the moments of a balanced panel: columns unit, period, outcome and treated_from of whole numbers.

    Parameters
    ----------
    path : a Parquet file, a folder of them, or a pattern of files.
    engine : `duckdb`, or Spark as `local[2]` or `spark://HOST:PORT`; floats are equal to 1e-9 of their size. Rows in
        order of unit and period give on DuckDB the bytes that their panel gives.

    Refused: cells without a finite outcome, a unit twice or not at all in a period, a `treated_from` that changes. Read
    such panels with `panel_file.read_panel`, which says where.
    """
    files = sorted(path.parent.glob(path.name)) if "*" in path.name else files_of([path])
    with tables_on(engine) as tables:
        rows = tables.read(files)
        if not tables.is_spark and (found := summed(tables.stream(_ordered(rows), _AT_ONCE))) is not None:
            return found
        periods, centres = _periods(tables.fetch(_centred(rows)))
        if not periods or max(periods) - min(periods) >= _MOST_PERIODS:
            raise _unsuited(path, f"{len(periods)} periods over {max(periods, default=0) - min(periods, default=0)}")
        if not np.isfinite(centres).all():
            raise _unsuited(path, "outcomes that are not finite")
        told = tables.fetch(_asked(rows, periods, centres)).to_pydict()
    if broken := sum(int(one or 0) for one in told["broken"]):
        raise _unsuited(path, f"{broken} units with holes or starts that change")
    return _moments(told, periods, centres), Periods(np.array(periods, dtype=np.int64))


def _ordered(rows: Any) -> Any:
    """The rows as the files have them, a unit that is never treated starting after all time."""
    start = ibis.coalesce(rows.treated_from.cast("int64"), NEVER)
    return rows.select("unit", "period", outcome=rows.outcome.cast("float64"), start=start)


def _centred(rows: Any) -> Any:
    return rows.group_by("period").agg(centre=rows.outcome.mean()).order_by("period")


def _periods(found: Any) -> tuple[list[int], list[float]]:
    """Give the periods in order, and the mean outcome of each, about which sums of squares keep their digits."""
    told = found.to_pydict()
    return [int(one) for one in told["period"]], [np.nan if one is None else float(one) for one in told["centre"]]


def _asked(rows: Any, periods: list[int], centres: list[float]) -> Any:
    """Ask for the size of each start, its units that are broken, and sums and products of all periods."""
    count, first, last = len(periods), min(periods), max(periods)
    at = [f"y{k}" for k in range(count)]
    outcomes = {
        name: ibis.cases((rows.period == period, rows.outcome - centre), else_=0.0).sum()
        for name, period, centre in zip(at, periods, centres, strict=True)
    }
    start = ibis.coalesce(rows.treated_from.cast("int64"), last + 1)
    one = ibis.literal(1, "int64")
    # as many rows as periods, and a power of two for each: fewer than n cannot add up to n of them, nor n other ones
    units = rows.group_by("unit").agg(
        start=start.min(), latest=start.max(), told=rows.outcome.count(),
        bits=(one << (rows.period.cast("int64") - first)).sum(), rows=rows.count(), **outcomes,
    )  # fmt: skip
    every = sum(1 << (period - first) for period in periods)
    is_whole = (units.bits == every) & (units.rows == count) & (units.told == count) & (units.start == units.latest)
    pairs = [(k, m) for k in range(count) for m in range(k, count)]
    sums = {f"s{k}": units[at[k]].sum() for k in range(count)}
    products = {f"p{k}_{m}": (units[at[k]] * units[at[m]]).sum() for k, m in pairs}
    asked = units.group_by("start").agg(size=units.count(), broken=(~is_whole).sum(), **sums, **products)
    return asked.order_by("start")


def _moments(told: dict[str, list[Any]], periods: list[int], centres: list[float]) -> Cells:
    """Turn sums about the centres into sizes, means and scatters, those treated after the last period among never."""
    count = len(periods)
    starts = np.searchsorted(periods, np.array(told["start"], dtype=np.int64))
    kinds = np.unique(starts)
    sizes, sums = np.zeros(len(kinds)), np.zeros((len(kinds), count))
    squares = np.zeros((len(kinds), count, count))
    for row, kind in enumerate(np.searchsorted(kinds, starts)):
        sizes[kind] += told["size"][row]
        for k in range(count):
            sums[kind, k] += told[f"s{k}"][row]
            for m in range(k, count):
                squares[kind, k, m] += told[f"p{k}_{m}"][row]
    upper = np.triu(squares)
    squares = upper + upper.transpose(0, 2, 1) - np.einsum("ckk->ck", upper)[:, :, None] * np.eye(count)
    means = sums / sizes[:, None]
    scatters = squares - sizes[:, None, None] * means[:, :, None] * means[:, None, :]
    return Cells(kinds.astype(np.int64), sizes, means + np.array(centres), scatters)


def _unsuited(path: Path, found: str) -> InputError:
    return InputError(
        f"{path.name} has {found}: its moments alone do not suffice.",
        hint="Read it as a panel, which says where, and evaluate that.", code="did.moments-unsuited",
        file=path.name, found=found,
    )  # fmt: skip
