"""Rows of a folder as unsaved version rows of the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pairup.exchange.reading import Rows
from pairup.record.closed import closed_fields
from pairup.record.models import TABLES


def noun_of(table: str) -> Any:
    """Give the identity model of a table."""
    model: Any = TABLES[table]
    return model._meta.get_field("identity").related_model


def versions(rows: Rows, places: Sequence[int], given: Mapping[str, Sequence[Any]]) -> Iterator[Any]:
    """Make version instances of the rows at `places`. `given` holds, per row at a place, what is no text: ids, bytes.

    By position, not by keyword: keywords take twice the time.
    """
    model: Any = TABLES[rows.table.name]
    columns: list[Sequence[Any]] = []
    for field in model._meta.concrete_fields:
        if field.name in given:
            columns.append(given[field.name])
        elif field.name in rows.fields:
            values = rows.fields[field.name]
            columns.append(values if len(places) == len(values) else [values[at] for at in places])
        else:
            default = None if field.name in ("recorded_at", "entry") else field.get_default()
            columns.append([default] * len(places))
    closed = {name: rows.fields[name] for name in closed_fields(model) if name in rows.fields}
    for at, values in zip(places, zip(*columns, strict=True), strict=True):
        row = model(*values)
        row.__dict__.update({name: told[at] for name, told in closed.items()})
        yield row
