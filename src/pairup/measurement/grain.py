"""What figures are told by: columns of the table, and a stretch of time that its period falls into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis

from pairup.errors import InputError
from pairup.measurement.schema import Every, Schema

#: stretches of time, by how Ibis calls them; a winter is November to March and is named by its first day
STRETCHES = {"day": "D", "month": "M", "quarter": "Q", "year": "Y", "winter": ""}


@dataclass(frozen=True, slots=True)
class Grain:
    """The keys of a result, in the order asked; `stretch` is the one that is a stretch of time, "" where none is."""

    keys: tuple[str, ...]
    stretch: str

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(key for key in self.keys if key != self.stretch)


def grain_of(by: Sequence[str], schema: Schema) -> Grain:
    """Check what figures are asked by. Refuses a column that is not there and two stretches of time."""
    keys = tuple(dict.fromkeys(by))
    stretches = [key for key in keys if key in STRETCHES]
    unknown = [key for key in keys if key not in STRETCHES and key not in schema.names]
    if unknown or len(stretches) > 1:
        known = ", ".join([*schema.names, *STRETCHES])
        what = ", ".join(unknown or stretches)
        raise InputError(
            f"Figures cannot be told by {what}.", hint=f"Choose of {known}; of the last five one at most.",
            code="measurement.no-grain", what=what, known=known,
        )  # fmt: skip
    return Grain(keys, stretches[0] if stretches else "")


def keyed(table: Any, schema: Schema, grain: Grain) -> tuple[Any, dict[str, Any]]:
    """Give the table and the expressions of its keys; rows outside every winter go where winters are asked."""
    keys = {name: table[name] for name in grain.columns}
    if grain.stretch:
        begins = beginning(table[schema.period], grain.stretch)
        if grain.stretch == "winter":
            table = table.filter(begins.notnull())
            begins = beginning(table[schema.period], grain.stretch)
            keys = {name: table[name] for name in grain.columns}
        keys[grain.stretch] = begins
    return table, {name: keys[name] for name in grain.keys}


def beginning(day: Any, stretch: str) -> Any:
    """Give the first day of the stretch that a day falls into; of no winter, nothing."""
    if stretch == "day":
        return day
    if stretch != "winter":
        return day.truncate(STRETCHES[stretch])
    return ibis.cases(
        (day.month() >= 11, ibis.date(day.year(), 11, 1)),
        (day.month() <= 3, ibis.date(day.year() - 1, 11, 1)),
        else_=ibis.null("date"),
    )


def stretches(first: date, last: date, stretch: str) -> Iterator[tuple[date, date]]:
    """Give the first and last day of every stretch from that of `first` to that of `last`."""
    begins = begin_of(first, stretch)
    while begins is not None and begins <= last:
        after = _after(begins, stretch)
        ends = date(begins.year + 1, 3, 31) if stretch == "winter" else after - timedelta(days=1)
        yield begins, ends
        begins = after


def begin_of(day: date, stretch: str) -> date:
    """Give the first day of the stretch that a day falls into; of a day of summer, of the winter after."""
    if stretch in ("day", Every.ONCE):
        return day
    if stretch == "month":
        return day.replace(day=1)
    if stretch == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    if stretch == "winter":
        return date(day.year - 1 if day.month <= 3 else day.year, 11, 1)
    return date(day.year, 1, 1)


def _after(begins: date, stretch: str) -> date:
    if stretch == "day":
        return begins + timedelta(days=1)
    months = {"month": 1, "quarter": 3, "year": 12, "winter": 12}[stretch]
    year, month = divmod(begins.month - 1 + months, 12)
    return date(begins.year + year, month + 1, 1)
