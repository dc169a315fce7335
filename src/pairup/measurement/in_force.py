"""Which row of an observation counts. None is overwritten: late, revised and conflicting ones stay in the table.

The rule, in words (`RULE`, said with every result): of the rows of one observation that were recorded by `known_by`,
each source stands with the row it recorded last; a measured row goes before a reported one; where the rows that then
stand say different things, the observation is in conflict, and its values count as not reported until a source
revises or withdraws.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from pairup.engines.tables import Tables
from pairup.measurement.findings import FILE, ROW
from pairup.measurement.schema import Schema
from pairup.values.codes import ClaimClass
from pairup.values.words import Words

RULE = Words("measurement.rule-in-force")
CONFLICT = "_conflict"
#: rows without a day of recording count as known from the first
_FIRST = "1900-01-01"


def known(table: Any, schema: Schema, on: date | None = None, known_by: date | None = None) -> Any:
    """Give the rows of days up to `on` that were recorded by the end of `known_by` (UTC)."""
    if on is not None:
        table = table.filter(table[schema.period] <= ibis.literal(on))
    if known_by is not None and schema.recorded_at:
        recorded = table[schema.recorded_at].cast("date")
        table = table.filter(recorded.isnull() | (recorded < ibis.literal(known_by + timedelta(days=1))))
    return table


def in_force(
    table: Any, schema: Schema, tables: Tables, *, on: date | None = None, known_by: date | None = None
) -> Any:
    """Give one row for each observation, by `RULE`, with `_conflict`: its sources contradict each other.

    Where the schema says that each observation stands once, the rows are taken as they are.
    """
    rows = known(table, schema, on, known_by)
    if schema.is_once:
        return rows.mutate(**{CONFLICT: ibis.literal(False)})
    # an empty cell joins with nothing, so that codes stand as text in the key
    texts = {f"_k_{name}": rows[name].fill_null("") for name in schema.identifies if rows[name].type().is_string()}
    rows = rows.mutate(**texts)
    key = [f"_k_{name}" if f"_k_{name}" in texts else name for name in schema.identifies]
    repeated = tables.keep(rows.group_by(key).aggregate(_times=rows.count()).filter(lambda t: t._times > 1))
    if not tables.fetch(repeated.limit(1)).num_rows:
        return rows.mutate(**{CONFLICT: ibis.literal(False)})
    single = rows.anti_join(repeated, key).drop(*texts).mutate(**{CONFLICT: ibis.literal(False)})
    chosen = _chosen(rows.semi_join(repeated, key), schema)
    return single.union(chosen.select(*single.columns))


def standing(rows: Any, schema: Schema) -> Any:
    """Give the rows that stand: the last of each source, and of these the measured ones where there are any.

    The column `_conflict` says whether those of one observation say different things.
    """
    key = list(schema.identifies)
    recorded = rows[schema.recorded_at].cast("timestamp") if schema.recorded_at else ibis.literal(_FIRST)
    first = ibis.literal(_FIRST).cast("timestamp")
    rows = rows.mutate(_recorded=ibis.coalesce(recorded.cast("timestamp"), first))
    by_source = ibis.window(group_by=[*key, *([schema.source] if schema.source else [])])
    rows = rows.mutate(_last=rows._recorded.max().over(by_source))
    rows = rows.filter(rows._recorded == rows._last)
    if schema.class_column:
        rank = (rows[schema.class_column] == ClaimClass.MEASURED.value).ifelse(1, 0)
        rows = rows.mutate(_rank=ibis.coalesce(rank, 0))
        rows = rows.mutate(_top=rows._rank.max().over(ibis.window(group_by=key)))
        rows = rows.filter(rows._rank == rows._top)
    by_key = ibis.window(group_by=key)
    differs: Any = ibis.literal(False)
    for column in schema.values:
        cell = rows[column.name]
        said = cell.count().over(by_key)
        differs |= (said > 0) & (
            (cell.min().over(by_key) != cell.max().over(by_key)) | (said < ibis._.count().over(by_key))
        )
    return rows.mutate(**{CONFLICT: differs})


def _chosen(rows: Any, schema: Schema) -> Any:
    """Give one row for each observation that stands several times; where its rows conflict its values are missing."""
    rows = standing(rows, schema)
    order = [rows._recorded.desc(), *([rows[schema.source]] if schema.source else []), rows[FILE], rows[ROW]]
    window = ibis.window(group_by=list(schema.identifies), order_by=order)
    rows = rows.mutate(_at=ibis.row_number().over(window))
    rows = rows.filter(rows._at == 0)
    return rows.mutate(**{column.name: rows[CONFLICT].ifelse(None, rows[column.name]) for column in schema.values})
