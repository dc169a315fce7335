"""What looks wrong in observations: duplicates, copied rows, holes, jumps, late rows. Every look runs in the engine.

Checks collect findings and never raise; a finding is a reason to ask, not a proof. Thresholds stand in `Limits`, each
with its source, or "ours" where the choice is our own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis

from pairup.measurement.findings import DataFinding, seen
from pairup.measurement.regularity import check_digits, check_enumerators
from pairup.measurement.schema import Every
from pairup.measurement.sources import Observations, check_cells
from pairup.values.findings import Severity

#: days that a period may last, by how often a unit reports
_LASTS = {Every.DAY: 1, Every.MONTH: 31, Every.QUARTER: 92, Every.YEAR: 366, Every.ONCE: 1}


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is told.

    copies : units with the same answers to everything at one place and time (ours: three).
    least_answers : columns of numbers that must agree before rows count as copied (ours: three).
    deviations : a jump, in standard deviations of all steps between reports, where a column declares none (ours).
    whipple : digits 0 and 5 against a fifth of all, in percent. 175 is where the United Nations' scale of Whipple's
        index for ages says "very rough" (Demographic Yearbook, notes on age heaping); ours for other readings.
    least_rows : rows of a group before its digits or its spread are judged (ours: 50).
    spread : an enumerator's variance over that of all, below which they are too regular (ours: a tenth).
    """

    copies: int = 3
    least_answers: int = 3
    deviations: float = 8.0
    whipple: float = 175.0
    least_rows: int = 50
    spread: float = 0.1


def check_quality(observations: Observations, limits: Limits | None = None) -> list[DataFinding]:
    """Look at everything; give findings, the refused ones first."""
    asked = limits or Limits()
    looks: tuple[Callable[[Observations, Limits], list[DataFinding]], ...] = (
        check_keys, check_duplicates, check_copies, check_holes, check_jumps, check_late,
    )  # fmt: skip
    found = [*observations.findings, *check_cells(observations)]
    for look in looks:
        found += look(observations, asked)
    found += check_digits(observations, asked.whipple, asked.least_rows)
    found += check_enumerators(observations, asked.spread, asked.least_rows)
    return sorted(found, key=lambda each: each.severity is not Severity.REFUSED)


def check_keys(observations: Observations, limits: Limits) -> list[DataFinding]:
    """Rows that do not say which observation they are."""
    table, schema = observations.table, observations.schema
    lacking: Any = ibis.literal(False)
    for name in schema.identifies:
        lacking |= table[name].isnull()
    return seen(observations.tables, "keys", table.filter(lacking), "no-key", Severity.WARNING,
                columns=", ".join(schema.identifies))  # fmt: skip


def check_duplicates(observations: Observations, limits: Limits) -> list[DataFinding]:
    """Rows of one observation by one source, recorded at one moment, that stand more than once.

    Refused where the schema says that each observation stands once; else the rule of the value in force decides.
    """
    table, schema = observations.table, observations.schema
    told = () if schema.is_once else (schema.source, schema.recorded_at)
    key = [name for name in dict.fromkeys((*schema.identifies, *told)) if name]
    marked = table.mutate(**{f"_k_{name}": table[name].cast("string").fill_null("") for name in key})
    marks = [f"_k_{name}" for name in key]
    repeated = marked.group_by(marks).aggregate(_times=marked.count())
    repeated = repeated.filter(repeated._times > 1)
    what = "twice-though-once" if schema.is_once else "duplicate"
    severity = Severity.REFUSED if schema.is_once else Severity.WARNING
    rows = marked.semi_join(repeated, marks)
    return seen(observations.tables, "duplicates", rows, what, severity, columns=", ".join(key))


def check_copies(observations: Observations, limits: Limits) -> list[DataFinding]:
    """Rows of several units at one place and time with the same answers to everything, not all of them 0."""
    table, schema = observations.table, observations.schema
    numbers = [column.name for column in schema.numbers]
    if len(numbers) < limits.least_answers or not schema.unit:
        return []
    is_whole: Any = ibis.literal(False)
    answered: Any = ibis.literal(True)
    for name in numbers:
        answered &= table[name].notnull()
        is_whole |= table[name] != 0
    key = [name for name in (schema.place, schema.period) if name] + numbers
    rows = table.filter(answered & is_whole)
    same = rows.group_by(key).aggregate(
        _times=rows.count(), _one=rows[schema.unit].min(), _other=rows[schema.unit].max()
    )
    same = same.filter((same._times >= limits.copies) & (same._one != same._other))
    facts: dict[str, Any] = {"copies": limits.copies, "columns": ", ".join(numbers)}
    return seen(observations.tables, "copies", rows.semi_join(same, key), "copied", Severity.WARNING, **facts)


def check_holes(observations: Observations, limits: Limits) -> list[DataFinding]:
    """Reports that are missing between two reports of a unit; the row named is the one after the hole."""
    schema = observations.schema
    if not schema.unit or schema.every is Every.ONCE:
        return []
    table = _after(observations, [])
    missing = _steps(table._before, table[schema.period], schema.every) - 1
    rows = table.filter(missing > 0)
    total = observations.tables.fetch(table.aggregate(n=(missing > 0).ifelse(missing, 0).sum()))["n"][0].as_py()
    facts: dict[str, Any] = {"missing": int(total or 0), "every": schema.every.value}
    return seen(observations.tables, "holes", rows, "hole", Severity.WARNING, **facts)


def check_jumps(observations: Observations, limits: Limits) -> list[DataFinding]:
    """Steps between two reports of a unit that follow each other which are larger than can be expected."""
    schema, tables = observations.schema, observations.tables
    if not schema.unit or schema.every is Every.ONCE or not schema.numbers:
        return []
    table = _after(observations, [column.name for column in schema.numbers])
    table = table.filter(_steps(table._before, table[schema.period], schema.every) == 1)
    steps = {column.name: (table[column.name] - table[f"_{column.name}"]).abs() for column in schema.numbers}
    # a mean of squares: the same on both engines, and finite where a column never moves
    squares = {name: (step.cast("float64") * step.cast("float64")).mean() for name, step in steps.items()}
    usual = tables.fetch(table.aggregate(**squares)).to_pylist()[0]
    found = []
    for column in schema.numbers:
        said, mean = column.jump, usual[column.name]
        most = said if said is not None else limits.deviations * float(mean or 0.0) ** 0.5
        if said is None and not mean:
            continue
        rows, facts = table.filter(steps[column.name] > most), {"most": f"{most:.3g}", "uom": column.uom}
        found += seen(tables, "jumps", rows, "jump", Severity.WARNING, column.name, **facts)
    return found


def check_late(observations: Observations, limits: Limits) -> list[DataFinding]:
    """Rows recorded long after their period, and rows recorded before it began."""
    table, schema, tables = observations.table, observations.schema, observations.tables
    if not schema.recorded_at:
        return []
    after = table[schema.recorded_at].cast("date").delta(table[schema.period], unit="day")
    late = table.filter(after > schema.late_days + _LASTS[schema.every])
    early = table.filter(after < 0)
    return [
        *seen(tables, "late", late, "late", Severity.WARNING, days=schema.late_days),
        *seen(tables, "late", early, "early", Severity.WARNING),
    ]


def _after(observations: Observations, names: list[str]) -> Any:
    """Give each row with the period (`_before`) and numbers (`_NAME`) of the report of the same unit before it."""
    table, schema = observations.table, observations.schema
    window = ibis.window(group_by=[schema.unit], order_by=[schema.period, table["_file"], table["_row"]])
    before = {f"_{name}": table[name].lag().over(window) for name in names}
    return table.mutate(_before=table[schema.period].lag().over(window), **before)


def _steps(before: Any, day: Any, every: Every) -> Any:
    """How many reports after the one before a report stands."""
    if every is Every.DAY:
        return day.delta(before, unit="day")
    months = (day.year() - before.year()) * 12 + day.month() - before.month()
    return (months / {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}[every]).floor().cast("int64")
