"""Observations read through their schema: typed columns under their declared names, and every cell that is none."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis

from pairup.engines.tables import Tables, files_of
from pairup.errors import InputError
from pairup.measurement.findings import FILE, ROW, DataFinding, seen
from pairup.measurement.schema import Cells, Column, Schema
from pairup.values.findings import Severity

TRUE, FALSE = ("true", "t", "yes", "y", "1", "是"), ("false", "f", "no", "n", "0", "否")
_TYPES = {Cells.NUMBER: "float64", Cells.WHOLE: "int64", Cells.DAY: "date", Cells.MOMENT: "timestamp(6)"}


@dataclass(frozen=True, slots=True)
class Observations:
    """Rows of one table with its schema; `table` is an Ibis expression with `_file` and `_row`.

    `findings` are cells that could not be read; in `table` they are missing. `is_proven`: the files themselves say
    that no number in them is outside the range declared, so that only NaN and infinities are left to look for.
    """

    schema: Schema
    table: Any
    tables: Tables
    findings: tuple[DataFinding, ...] = ()
    is_proven: bool = False

    def require(self) -> None:
        """Refuse while a refused finding stands."""
        refused = [each for each in self.findings if each.severity is Severity.REFUSED]
        if refused:
            raise InputError(
                f"{sum(each.count for each in refused)} cells cannot be measured.",
                hint="Correct them, or leave them out with --leave-out: they then count as not reported.",
                code="measurement.cells-refused", count=sum(each.count for each in refused), findings=tuple(refused),
            )  # fmt: skip


def read_observations(paths: Sequence[Path], schema: Schema, tables: Tables) -> Observations:
    """Read CSV or Parquet files, or folders of Parquet, through a schema.

    Columns that the schema does not name are left alone; one that it names and the files lack is refused. A cell that
    is not what its column says is a finding with its file and row.
    """
    files = files_of(paths)
    return replace(
        observations_of(tables.read(files), schema, tables), is_proven=_within(tables.extremes(files), schema)
    )


def _within(extremes: Mapping[str, tuple[float, float]], schema: Schema) -> bool:
    """Whether what files say of themselves lies within every range declared."""
    for column in schema.numbers:
        least, most = extremes.get(column.in_file, (float("-inf"), float("inf")))
        is_bounded = column.least is not None or column.most is not None or column.cells is Cells.NUMBER
        if is_bounded and not (
            least >= (column.least if column.least is not None else -1e308)
            and most <= (column.most if column.most is not None else 1e308)
        ):
            return False
    return bool(extremes)


def observations_of(raw: Any, schema: Schema, tables: Tables) -> Observations:
    """Give the rows of a table of the engine as observations; it has the columns `_file` and `_row`."""
    said = raw.columns
    lacking = [column.in_file for column in schema.columns if column.in_file not in said]
    if lacking:
        raise InputError(
            f"There is no column {', '.join(lacking)}; there are {', '.join(n for n in said if n not in (FILE, ROW))}.",
            hint="Name the file's own heading with `from` in the schema.",
            code="measurement.no-column", lacking=", ".join(lacking), known=", ".join(said),
        )  # fmt: skip
    read: dict[str, Any] = {}
    doubted: dict[str, Any] = {}
    for column in schema.columns:
        typed, is_bad = _typed(raw[column.in_file], column)
        read[column.name] = typed
        if is_bad is not None:
            doubted[column.name] = is_bad
    table = raw.select(**read, **{FILE: raw[FILE], ROW: raw[ROW].cast("int64")})
    return Observations(schema, table, tables, tuple(_bad_cells(raw, doubted, schema, tables)))


def rows_as_table(rows: Mapping[str, Sequence[Any]], tables: Tables, file: str = "rows") -> Any:
    """Give columns held in memory as a table of the engine, numbered from 1 in the order given."""
    import pyarrow as pa

    table = pa.table(dict(rows))
    table = table.append_column(FILE, pa.array([file] * table.num_rows, pa.string()))
    return tables.take(table.append_column(ROW, pa.array(range(1, table.num_rows + 1), pa.int64())))


def _typed(cell: Any, column: Column) -> tuple[Any, Any]:
    """Give a column as its schema says, and (or None where every cell will do) which cells are not that."""
    kind = cell.type()
    if kind.is_string():
        return _read(cell, column)
    fits = {
        Cells.CODE: kind.is_integer(), Cells.NUMBER: kind.is_numeric(), Cells.WHOLE: kind.is_integer(),
        Cells.FLAG: kind.is_boolean(), Cells.DAY: kind.is_date() or kind.is_timestamp(),
        Cells.MOMENT: kind.is_timestamp() or kind.is_date(),
    }[column.cells]  # fmt: skip
    if not fits:
        raise InputError(
            f"Column {column.in_file} holds {kind}, not what {column.cells} says.",
            hint="Say in the schema what its cells are.",
            code="measurement.other-cells", column=column.in_file, found=str(kind), cells=str(column.cells),
        )  # fmt: skip
    wanted = _TYPES.get(column.cells)
    typed = cell.cast(wanted) if wanted and str(kind) != wanted else cell
    for code in column.missing:
        typed = typed.nullif(ibis.literal(float(code), type=typed.type())) if typed.type().is_numeric() else typed
    if column.cells is Cells.NUMBER:  # NaN is no answer that anybody gave
        return typed, typed.isnan() | typed.isinf()
    return typed, None


def _read(cell: Any, column: Column) -> tuple[Any, Any]:
    """Read a column of text. An empty cell and a code of `missing` are no answer."""
    said = cell.strip()
    said = said.nullif("")
    for code in column.missing:
        said = said.nullif(code)
    if column.cells is Cells.CODE:
        return said, said.notin(column.choices) if column.choices else None
    if column.cells is Cells.FLAG:
        lower = said.lower()
        typed: Any = ibis.cases((lower.isin(TRUE), True), (lower.isin(FALSE), False), else_=ibis.null("boolean"))
    elif column.cells is Cells.DAY:
        whole = ibis.cases(
            (said.re_search(r"^\d{4}$"), said.concat("-01-01")),
            (said.re_search(r"^\d{4}-\d{1,2}$"), said.concat("-01")),
            (said.re_search(r"^\d{4}-\d{1,2}-\d{1,2}"), said),
            else_=ibis.null("string"),
        )
        typed = whole.try_cast("date")
    elif column.cells is Cells.MOMENT:
        typed = said.try_cast("timestamp")
    elif column.cells is Cells.WHOLE:
        number = said.try_cast("float64")
        typed = ((number == number.floor()) & (number.abs() < 9e15)).ifelse(number, None).try_cast("int64")
    else:
        number = said.try_cast("float64")
        typed = (number.isnan() | number.isinf()).ifelse(None, number)
    return typed, said.notnull() & typed.isnull()


def _bad_cells(raw: Any, doubted: Mapping[str, Any], schema: Schema, tables: Tables) -> list[DataFinding]:
    """Count the bad cells of every column in one pass, then look for the rows of those that have any.

    NaN and infinities of Parquet columns are looked for with the ranges, by `check_cells`.
    """
    texts = {name: bad for name, bad in doubted.items() if raw[schema.column(name).in_file].type().is_string()}
    if not texts:
        return []
    counts = tables.fetch(raw.aggregate(**{name: bad.sum() for name, bad in texts.items()})).to_pylist()[0]
    found = []
    for name, bad in texts.items():
        if counts[name]:
            cells, rows = schema.column(name).cells.value, raw.filter(bad)
            found += seen(tables, "cells", rows, "bad-cell", Severity.REFUSED, name, cells=cells)
    return found


def check_cells(observations: Observations) -> list[DataFinding]:
    """Look in one pass for numbers that are out of the range declared or not finite; each a refused finding."""
    table, schema, tables = observations.table, observations.schema, observations.tables
    outside = {column.name: wrong for column in schema.numbers if (wrong := _outside(table, column)) is not None}
    if not outside:
        return []
    extremes: dict[str, Any] = {}
    for column in schema.numbers:
        cell = table[column.name]
        parts = [cell.max() > column.most] if column.most is not None else []
        parts += [cell.min() < column.least] if column.least is not None else []
        if column.cells is Cells.NUMBER:  # NaN has to be asked for: an engine may take least and most from the file
            parts += [(cell.isnan() | cell.isinf()).any()]
        if parts:
            extremes[column.name] = ibis.coalesce(functools.reduce(operator.or_, parts), False)
    found = tables.fetch(table.aggregate(**extremes)).to_pylist()[0]
    told = []
    for name, wrong in outside.items():
        if found[name]:
            column = schema.column(name)
            facts = {"least": _limit(column.least), "most": _limit(column.most), "uom": column.uom}
            told += seen(tables, "range", table.filter(wrong), "out-of-range", Severity.REFUSED, name, **facts)
    return told


def left_out(observations: Observations) -> Observations:
    """Give the observations with every cell that is out of range or not finite as missing."""
    table = observations.table
    clean = {}
    for column in observations.schema.numbers:
        if (wrong := _outside(table, column)) is not None:
            clean[column.name] = wrong.ifelse(None, table[column.name])
    return replace(observations, table=table.mutate(**clean) if clean else table)


def _outside(table: Any, column: Column) -> Any:
    cell = table[column.name]
    parts = [cell.isnan() | cell.isinf()] if column.cells is Cells.NUMBER else []
    parts += [cell < column.least] if column.least is not None else []
    parts += [cell > column.most] if column.most is not None else []
    return functools.reduce(operator.or_, parts) if parts else None


def _limit(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"
