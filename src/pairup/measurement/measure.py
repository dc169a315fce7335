"""Measure: every indicator asked, by one grain, in one pass over the table; coverage and states beside each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import ibis

from pairup.engines.tables import Tables
from pairup.errors import InputError
from pairup.measurement.coverage import expected_reports
from pairup.measurement.definition import Bound, Indicator, Kind, Part, Sums, bind, summed
from pairup.measurement.findings import DataFinding, seen
from pairup.measurement.grain import Grain, grain_of, keyed
from pairup.measurement.in_force import CONFLICT, RULE, in_force
from pairup.measurement.schema import Schema
from pairup.measurement.sources import Observations, check_cells, left_out
from pairup.values.findings import Severity
from pairup.values.words import Words

#: rows of which Spark still tells distinct units and quantiles exactly: a choice of ours; DuckDB has no such limit
EXACT_MOST = 10_000_000
_EXACT = (Kind.DISTINCT, Kind.QUANTILE)
_RATIOS = (Kind.MEAN, Kind.SHARE, Kind.RATE)
#: beside the sums of a group: its first and last day, its rows, and whether a number in it is not finite
_FROM, _TO, _ROWS, _ODD = "_from", "_to", "_rows", "_odd"


class State(StrEnum):
    """Whether there is a figure, and why not."""

    KNOWN = "known"
    NO_REPORT = "no_report"  # nobody answered
    NOTHING_COUNTS = "nothing_counts"  # answered, but no row is of the kind asked about, or the sum below is 0
    NOT_FINITE = "not_finite"  # the sums leave what a number can hold


@dataclass(frozen=True, slots=True)
class Figures:
    """One indicator by the grain: an Arrow table with the keys, `value`, `numerator`, `denominator`, `reported`,
    `expected`, `coverage` and `state`, in the order of the keys. `value` is missing unless the state is known.
    """

    indicator: Indicator
    table: Any

    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.table.to_pylist()
        return found

    @property
    def known(self) -> int:
        """How many groups have a figure."""
        return sum(state == State.KNOWN for state in self.table["state"].to_pylist())

    @property
    def coverage(self) -> float | None:
        """Reports over reports expected, over all groups of which that is known."""
        rows = [row for row in self.rows() if row["expected"]]
        if self.indicator.kind is Kind.RUNNING or not rows:
            return None
        reported, expected = (sum(int(row[name]) for row in rows) for name in ("reported", "expected"))
        return reported / expected


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured, from what, and what was seen on the way. Nothing in it protects small cells: see the docs."""

    schema: Schema
    grain: Grain
    engine: str
    on: date | None
    known_by: date | None
    rows: int
    figures: tuple[Figures, ...]
    findings: tuple[DataFinding, ...]
    rule: Words = RULE
    is_checked: bool = False

    def of(self, code: str) -> Figures:
        return next(each for each in self.figures if each.indicator.code == code)

    @property
    def known(self) -> int:
        return sum(each.known for each in self.figures)


def measure(
    observations: Observations, indicators: Sequence[Indicator], by: Sequence[str] = (), *, on: date | None = None,
    known_by: date | None = None, register: Any = None, leave_out: bool = False,
) -> Measurement:  # fmt: skip
    """Measure indicators by columns and a stretch of time; one definition, the same figures on every engine.

    Parameters
    ----------
    by : columns of the schema and one of day, month, quarter, year, winter.
    on, known_by : rows of days up to `on`, as recorded by the end of `known_by`.
    register : who was expected to report (`read_register`); without it coverage is not known.
    leave_out : take cells that cannot be read or cannot be as not reported. Without it they are refused, each named.

    Refused besides: bad definitions, and exact distinct counts and quantiles of more than `EXACT_MOST` rows on Spark.
    """
    schema, tables = observations.schema, observations.tables
    grain = grain_of(by, schema)
    for indicator in indicators:  # before any row is read
        bind(indicator, observations.table, schema)
    findings = list(observations.findings)
    if not observations.is_proven:
        findings += check_cells(observations)
    observations = _usable(observations, findings, leave_out)
    table = _in_force(observations, findings, on, known_by)
    wide, parts, rows = _pass(table, indicators, grain, observations)
    if observations.is_proven and any(wide[_ODD].to_pylist()):  # NaN, of which files say nothing
        findings += check_cells(observations)
        observations = _usable(replace(observations, is_proven=False), findings, leave_out)
        table = _in_force(observations, [], on, known_by)
        wide, parts, rows = _pass(table, indicators, grain, observations)
    days = _days(wide, on)
    due = expected_reports(register, schema, grain, days, tables) if register is not None and days else None
    joined = _joined(wide.drop_columns([_FROM, _TO, _ODD, _ROWS]), due, grain, tables.local())
    figures = tuple(Figures(part.indicator, tables.local().fetch(_finished(joined, part, grain))) for part in parts)
    return Measurement(schema, grain, tables.engine, on, known_by, rows, figures, tuple(findings))


def _usable(observations: Observations, findings: list[DataFinding], leave_out: bool) -> Observations:
    """Give the observations without the cells that cannot be, where they are left out; else refuse them."""
    if not leave_out:
        replace(observations, findings=tuple(findings)).require()
    return left_out(observations) if any(each.check == "range" for each in findings) else observations


def _in_force(observations: Observations, findings: list[DataFinding], on: date | None, known_by: date | None) -> Any:
    """Give the rows in force, and add the observations in conflict to the findings."""
    schema, tables = observations.schema, observations.tables
    table = in_force(observations.table, schema, tables, on=on, known_by=known_by)
    if not schema.is_once:
        conflicts = table.filter(table[CONFLICT])
        findings += seen(tables, "conflict", conflicts, "conflict", Severity.WARNING)
    return table


def _pass(
    table: Any, indicators: Sequence[Indicator], grain: Grain, observations: Observations
) -> tuple[Any, list[Part], int]:
    """Compute all sums of all indicators in one pass; give them by group, where each one's stand, and the rows."""
    schema, tables = observations.schema, observations.tables
    table, keys = keyed(table, schema, grain)
    exact = [each.code for each in indicators if each.kind in _EXACT]
    if exact and tables.is_spark:
        count = int(tables.fetch(table.aggregate(n=table.count()))["n"][0].as_py())
        if count > EXACT_MOST:
            raise InputError(
                f"{', '.join(exact)} cannot be told exactly from {count:,} rows on Spark.",
                hint="Use DuckDB, ask for fewer days, or for a share or a mean instead.",
                code="measurement.not-exact", indicators=", ".join(exact), count=count, most=EXACT_MOST,
            )  # fmt: skip
    sums = Sums.none()
    unit = table[schema.unit] if schema.unit else None
    bounds = [bind(each, table, schema) for each in indicators]
    parts = [summed(bound, sums, unit) for bound in bounds]
    own = {
        _FROM: table[schema.period].min(), _TO: table[schema.period].max(), _ROWS: table.count(),
        _ODD: _odd(bounds, table) if observations.is_proven else ibis.literal(False),
    }  # fmt: skip
    wide = tables.fetch(table.aggregate(by=[each.name(name) for name, each in keys.items()], **sums.expressions, **own))
    return wide, parts, sum(wide[_ROWS].to_pylist())


def _odd(bounds: Sequence[Bound], table: Any) -> Any:
    """Whether the sum of a column that an indicator uses is not finite: the same sums that most indicators take."""
    used = {name for bound in bounds for name in bound.columns if table[name].type().is_floating()}
    found: Any = ibis.literal(False)
    for name in sorted(used):
        total = table[name].sum()
        found |= ibis.coalesce(total.isnan() | total.isinf(), False)
    return found


def _days(wide: Any, on: date | None) -> tuple[date, date] | None:
    """The first day with a row, and the last day that reports may be expected of."""
    import pyarrow.compute as pc

    first, last = pc.min(wide[_FROM]).as_py(), pc.max(wide[_TO]).as_py()
    return None if first is None else (first, on or last)


def _joined(wide: Any, due: Any, grain: Grain, here: Tables) -> Any:
    """Give the sums with the reports expected; groups of which none came are there too."""
    table = here.take(wide)
    if due is None:
        return table.mutate(expected=ibis.null("int64"))
    if not grain.keys:
        return table.cross_join(due)
    due = due.rename({f"_{key}": key for key in grain.keys})
    both = table.outer_join(due, [table[key].cast(due[f"_{key}"].type()) == due[f"_{key}"] for key in grain.keys])
    keys = {key: ibis.coalesce(both[key].cast(due[f"_{key}"].type()), both[f"_{key}"]) for key in grain.keys}
    return both.mutate(**keys).drop(*[f"_{key}" for key in grain.keys])


def _finished(joined: Any, part: Part, grain: Grain) -> Any:
    """Give one indicator's table from the sums: the figure, what it is made of, its coverage and its state."""
    kind = part.indicator.kind
    reported = ibis.coalesce(joined[part.reported], 0).cast("int64")
    numerator = joined[part.numerator].cast("float64")
    denominator = joined[part.denominator].cast("float64") if part.denominator else ibis.null("float64")
    expected = joined["expected"]
    if kind in (Kind.TOTAL, Kind.RUNNING, Kind.SHARE, Kind.RATE, Kind.DISTINCT):
        numerator = (reported > 0).ifelse(ibis.coalesce(numerator, 0.0), None)
    figure = numerator
    reports: Any = reported
    if kind is Kind.RUNNING:
        others = list(grain.columns)
        order = [grain.stretch] if grain.stretch else []
        so_far = ibis.window(group_by=others, order_by=order, preceding=None, following=0)
        figure, reports, expected = (each.sum().over(so_far) for each in (numerator, reported, expected))
    if kind in _RATIOS:
        figure = numerator / denominator.nullif(0.0)
    figure = figure * part.indicator.times
    state = ibis.cases(
        (reported == 0, State.NO_REPORT.value),
        (figure.isnull(), State.NOTHING_COUNTS.value),
        (figure.isnan() | figure.isinf(), State.NOT_FINITE.value),
        else_=State.KNOWN.value,
    )
    keys = {key: joined[key] for key in grain.keys}
    table = joined.select(
        **keys, value=(state == State.KNOWN.value).ifelse(figure, None), numerator=numerator, denominator=denominator,
        reported=reports, expected=expected.cast("int64"),
        coverage=(reports / expected.nullif(0)).cast("float64"), state=state,
    )  # fmt: skip
    return table.order_by([ibis.asc(key, nulls_first=True) for key in grain.keys]) if grain.keys else table
