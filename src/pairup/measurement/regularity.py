"""Readings that are too regular to have been read: digits preferred, and an enumerator whose answers hardly differ."""

from __future__ import annotations

from typing import Any

import ibis

from pairup.measurement.findings import TOLD, DataFinding, seen
from pairup.measurement.schema import Cells, Column
from pairup.measurement.sources import Observations
from pairup.values.findings import Severity

#: a column is judged by its digits where its readings span at least so many of its steps (ours: fewer have few digits)
_SPAN = 20
#: who is compared with whom: fewer enumerators say nothing about one of them
_ENUMERATORS = 3


def check_digits(observations: Observations, whipple: float, least_rows: int) -> list[DataFinding]:
    """Readings that end in 0 or 5 more often than a fifth of the time, by enumerator, source or place.

    The index is Whipple's: 100 where digits are even, 500 where all end so. Columns of numbers need a `step` in the
    schema, whole ones step by 1; zeros are left aside, for they are often true.
    """
    table, schema, tables = observations.table, observations.schema, observations.tables
    judged = [column for column in schema.numbers if column.step or column.cells is Cells.WHOLE]
    if not judged:
        return []
    by = next((name for name in (schema.enumerator, schema.source, schema.place) if name), "")
    parts: dict[str, Any] = {}
    for column in judged:
        steps = _steps(table, column)
        parts[f"n_{column.name}"] = steps.count()
        parts[f"r_{column.name}"] = (steps % 5 == 0).cast("int32").sum()
        parts[f"s_{column.name}"] = steps.max() - steps.min()
    groups = tables.fetch(table.aggregate(by=[by] if by else [], **parts)).to_pylist()
    found: list[DataFinding] = []
    for column in judged:
        for group in sorted(groups, key=lambda each: str(each.get(by))):
            count, round_ones = group[f"n_{column.name}"] or 0, group[f"r_{column.name}"] or 0
            index = 500 * round_ones / count if count else 0.0
            if count < least_rows or index <= whipple or (group[f"s_{column.name}"] or 0) < _SPAN or len(found) == TOLD:
                continue
            who = str(group[by]) if by else ""
            rows = table.filter(_steps(table, column) % 5 == 0)
            rows = rows.filter(rows[by].cast("string") == who) if by else rows
            facts = {"who": who, "index": f"{index:.0f}", "of": count}
            what = "digits-of" if by else "digits"
            found += seen(tables, "digits", rows, what, Severity.WARNING, column.name, **facts)
    return found


def _steps(table: Any, column: Column) -> Any:
    """Give a column in whole steps of its instrument; zeros as missing."""
    cell = table[column.name]
    return (cell / (column.step or 1.0)).round().cast("int64").nullif(0)


def check_enumerators(observations: Observations, spread: float, least_rows: int) -> list[DataFinding]:
    """Enumerators whose numbers vary far less than those of all enumerators together."""
    table, schema, tables = observations.table, observations.schema, observations.tables
    if not schema.enumerator or not schema.numbers:
        return []
    parts: dict[str, Any] = {}
    for column in schema.numbers:
        cell = table[column.name].cast("float64")
        parts |= {f"n_{column.name}": cell.count(), f"v_{column.name}": cell.var(how="pop")}
    groups = tables.fetch(table.aggregate(by=[schema.enumerator], **parts)).to_pylist()
    groups = [group for group in groups if group[schema.enumerator] is not None]
    found: list[DataFinding] = []
    for column in schema.numbers:
        own = [
            (str(group[schema.enumerator]), group[f"n_{column.name}"], group[f"v_{column.name}"]) for group in groups
        ]
        own = sorted(each for each in own if each[1] >= least_rows and each[2] is not None)
        whole = sum(count for _, count, _ in own)
        if len(own) < _ENUMERATORS:
            continue
        usual = sum(count * variance for _, count, variance in own) / whole
        for who, count, variance in own:
            if variance < spread * usual and len(found) < TOLD:
                facts = {"who": who, "spread": f"{variance**0.5:.3g}",
                         "usual": f"{usual**0.5:.3g}", "of": count, "uom": column.uom}  # fmt: skip
                rows = table.filter(table[schema.enumerator].cast("string") == ibis.literal(who))
                found += seen(tables, "enumerators", rows, "too-regular", Severity.WARNING, column.name, **facts)
    return found
