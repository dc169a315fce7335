"""How many reports were expected: from a register of the units that should report, and how often they should."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import ibis

from pairup.engines.tables import Tables, files_of
from pairup.errors import InputError
from pairup.measurement.grain import Grain, begin_of, stretches
from pairup.measurement.schema import Every, Schema

FROM, UNTIL = "from", "until"


def read_register(paths: Sequence[Path], schema: Schema, tables: Tables) -> Any:
    """Read who is expected to report: the columns of unit and place as the schema names them, `from` and `until`.

    `from` and `until` are first and last day, and may be empty or not there: always. It is read on this machine,
    whatever the engine. Refuses a register without the unit, and a unit with two rows that begin on one day.
    """
    here = tables.local()
    raw = here.read(files_of(paths))
    if not schema.unit or schema.unit not in raw.columns:
        raise InputError(
            f"The register has no column {schema.unit or 'of the unit'}.",
            hint="Name the unit in the schema, and give the register a column of the same name.",
            code="measurement.register-unit", unit=schema.unit,
        )  # fmt: skip
    days = {name: _days(raw, name, end) for name, end in ((FROM, date(1, 1, 1)), (UNTIL, date(9999, 12, 31)))}
    register = raw.select(*[name for name in raw.columns if name in schema.names], **days)
    twice = register.group_by([schema.unit, FROM]).aggregate(times=register.count()).filter(lambda t: t.times > 1)
    if first := here.fetch(twice.limit(1)).to_pylist():
        raise InputError(
            f"{first[0][schema.unit]} stands twice in the register.", hint="A unit has one row for each span of days.",
            code="measurement.register-twice", unit=str(first[0][schema.unit]),
        )  # fmt: skip
    return register


def _days(raw: Any, name: str, open_end: date) -> Any:
    if name not in raw.columns:
        return ibis.literal(open_end)
    return raw[name].cast("string").try_cast("date").fill_null(ibis.literal(open_end))


def expected_reports(register: Any, schema: Schema, grain: Grain, days: tuple[date, date], tables: Tables) -> Any:
    """Give the reports expected from `days[0]` to `days[1]` for each group, as a table here; None where nobody knows.

    Nobody knows where a key is no column of the register, and of a survey held once, by stretches of time.
    """
    if any(name not in register.columns for name in grain.columns):
        return None
    if schema.every is Every.ONCE:
        return None if grain.stretch else register.aggregate(by=list(grain.columns), expected=register.count())
    calendar = list(_calendar(schema.every, grain.stretch, days))
    if not calendar:
        return None
    at = tables.local().take(_arrow(calendar))
    due = register.join(at, [register[FROM] <= at["closes"], register[UNTIL] >= at["opens"]])
    days_due = ibis.least(due[UNTIL], due["closes"]).delta(ibis.greatest(due[FROM], due["opens"]), unit="day") + 1
    due = due.mutate(_due=days_due if schema.every is Every.DAY else ibis.literal(1))
    keys = [due[name] for name in grain.columns] + ([due["begins"].name(grain.stretch)] if grain.stretch else [])
    return due.aggregate(by=keys, expected=due["_due"].sum().cast("int64"))


def _calendar(every: Every, stretch: str, days: tuple[date, date]) -> Iterator[tuple[date, date, date]]:
    """Give (first day of the stretch, first day due, last day due): a row for each report due, or for each stretch
    where reports are due daily.
    """
    if every is Every.DAY:
        for begins, ends in stretches(*days, stretch) if stretch else [days]:
            yield begins, max(begins, days[0]), min(ends, days[1])
        return
    for begins, ends in stretches(*days, every):
        if stretch != "winter" or begins.month in (11, 12, 1, 2, 3):
            yield begin_of(begins, stretch) if stretch else begins, begins, ends


def _arrow(calendar: list[tuple[date, date, date]]) -> Any:
    import pyarrow as pa

    names = ("begins", "opens", "closes")
    return pa.table(
        {name: pa.array(list(column)) for name, column in zip(names, zip(*calendar, strict=True), strict=True)}
    )
