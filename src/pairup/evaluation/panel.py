"""A panel: outcomes of units over periods, and from which period on each unit was helped. Checked once, then frozen.

It is long by some lines because the checks of rows and the order they are put in read one another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: where the day or number of `treated_from` stands for a unit that is never treated
NEVER = np.iinfo(np.int64).max
#: so many findings of one kind are told; the count has them all
_TOLD = 20


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a panel in order: whole numbers (years), or days since 1970-01-01 with `are_days`."""

    values: Ints
    are_days: bool = False

    def __len__(self) -> int:
        return len(self.values)

    def label(self, at: int) -> str:
        """Give a period as it is written: `1989` or `1989-01-01`."""
        return self.said(int(self.values[at]))

    def said(self, value: int) -> str:
        return str(np.datetime64(value, "D")) if self.are_days else str(value)

    def at_or_after(self, value: int) -> int:
        """Find the place of the first period at or after a value; the length where none is."""
        return int(np.searchsorted(self.values, value))

    def apart(self, first: int, second: int) -> int:
        """Count from one place to another: by the numbers of the periods, or in periods where they are days."""
        return second - first if self.are_days else int(self.values[second] - self.values[first])


@dataclass(frozen=True, eq=False)
class Panel:
    """One row for each unit and period that was observed; rows in the order of units, then periods.

    Build it with `from_columns` or `panel_file.read_panel`. The order of rows given cannot change an estimate.

    units : codes, sorted. periods : sorted. unit_at, period_at : of each row. outcome : of each row, all finite.
    starts : for each unit the place of its first treated period; `len(periods)` where it is never treated in the panel.
    cluster_at : for each unit the place of its cluster in `clusters`. weight : of each row, or None.
    columns : further numbers of each row, NaN where they are missing.
    labels : words of each unit, by column (`donor`, strata).
    findings : what was left out or looks odd; none of them stops an estimate by itself.
    is_planned : for each unit whether it will be treated after the last period; None where nobody will. Power reads it.
    """

    units: tuple[str, ...]
    periods: Periods
    unit_at: Ints
    period_at: Ints
    outcome: Floats
    starts: Ints
    clusters: tuple[str, ...]
    cluster_at: Ints
    weight: Floats | None = None
    columns: Mapping[str, Floats] = field(default_factory=dict)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    is_planned: Flags | None = None

    @classmethod
    def from_columns(
        cls,
        unit: Sequence[str] | NDArray[Any],
        period: Sequence[int | date] | NDArray[Any],
        outcome: Sequence[float] | Floats,
        treated_from: Sequence[int | date | None] | NDArray[Any],
        *,
        cluster: Sequence[str] | NDArray[Any] | None = None,
        weight: Sequence[float] | Floats | None = None,
        labels: Mapping[str, Sequence[str] | NDArray[Any]] | None = None,
        columns: Mapping[str, Sequence[float] | Floats] | None = None,
    ) -> Panel:
        """Build a panel from columns of one length. A missing outcome (NaN) is a hole: a finding, not a zero.

        Refused, with every finding: a unit twice in one period, a unit whose `treated_from`, cluster or label changes,
        infinities, weights below zero, no rows.
        """
        names, unit_at = _coded(unit)
        said, are_days = _numbers(period)
        starts, starts_are_days = _numbers(treated_from)
        if are_days != starts_are_days and not np.all(starts == NEVER):
            raise InputError(
                "Periods and treated_from are not of one kind.", hint="Give both as whole numbers, or both as days.",
                code="evaluation.kinds-differ",
            )  # fmt: skip
        values, period_at = _distinct(said)
        groups = _coded(cluster) if cluster is not None else None
        return assembled(
            Rows(
                names, unit_at, Periods(values, are_days), period_at.astype(np.int64),
                np.asarray(outcome, np.float64), starts, groups,
                {name: _coded(column) for name, column in (labels or {}).items()},
                None if weight is None else np.asarray(weight, np.float64),
                {name: np.asarray(column, np.float64) for name, column in (columns or {}).items()},
            )
        )  # fmt: skip

    @cached_property
    def is_balanced(self) -> bool:
        return len(self.outcome) == len(self.units) * len(self.periods)

    @cached_property
    def outcomes(self) -> Floats:
        """Give the outcome as units x periods; NaN where nothing was observed."""
        return self.spread(self.outcome)

    def spread(self, column: Floats) -> Floats:
        """Give a column of rows as units x periods, NaN where there is no row."""
        shape = len(self.units), len(self.periods)
        if self.is_balanced:
            return column.reshape(shape)
        wide = np.full(shape, np.nan)
        wide[self.unit_at, self.period_at] = column
        return wide

    @cached_property
    def is_treated(self) -> Flags:
        """For each unit: whether it is treated in some period of the panel."""
        return self.starts < len(self.periods)

    @cached_property
    def is_on(self) -> Flags:
        """For each row: whether the unit is treated then."""
        return self.period_at >= self.starts[self.unit_at]

    @cached_property
    def cohorts(self) -> tuple[int, ...]:
        """Places of the periods in which some units are first treated, in order."""
        return tuple(int(at) for at in np.flatnonzero(np.bincount(self.starts)) if at < len(self.periods))

    def keeping(self, kept: Flags, findings: Iterable[Finding] = ()) -> Panel:
        """The same panel with these units alone."""
        rows = kept[self.unit_at]
        place = np.cumsum(kept) - 1
        used = np.unique(self.cluster_at[kept])
        return replace(
            self, units=tuple(code for code, is_kept in zip(self.units, kept, strict=True) if is_kept),
            unit_at=place[self.unit_at[rows]], period_at=self.period_at[rows], outcome=self.outcome[rows],
            starts=self.starts[kept], clusters=tuple(self.clusters[k] for k in used),
            cluster_at=np.searchsorted(used, self.cluster_at[kept]),
            weight=None if self.weight is None else self.weight[rows],
            columns={name: column[rows] for name, column in self.columns.items()},
            labels={
                name: tuple(code for code, is_kept in zip(codes, kept, strict=True) if is_kept)
                for name, codes in self.labels.items()
            },
            findings=(*self.findings, *findings),
            is_planned=None if self.is_planned is None else self.is_planned[kept],
        )  # fmt: skip

    def between(self, first: int, last: int) -> Panel:
        """The same panel from one period to another (values of `periods`, both within it)."""
        low, high = self.periods.at_or_after(first), self.periods.at_or_after(last + 1)
        rows = (self.period_at >= low) & (self.period_at < high)
        seen = np.zeros(len(self.units), np.bool_)
        seen[self.unit_at[rows]] = True
        shorter = replace(
            self, periods=Periods(self.periods.values[low:high], self.periods.are_days), unit_at=self.unit_at[rows],
            period_at=self.period_at[rows] - low, outcome=self.outcome[rows],
            starts=np.clip(self.starts - low, 0, high - low),
            weight=None if self.weight is None else self.weight[rows],
            columns={name: column[rows] for name, column in self.columns.items()},
        )  # fmt: skip
        return shorter.keeping(seen)

    @cached_property
    def sha256(self) -> str:
        """Name the data by what they say; the order of rows given does not matter."""
        digest = hashlib.sha256()
        parts: list[Any] = [self.is_balanced, self.periods.are_days, sorted(self.labels.items()), sorted(self.columns)]
        units = _as_bytes(self.units)
        clusters = units if self.clusters is self.units else _as_bytes(self.clusters)
        for words in (repr(parts).encode(), units, clusters):
            digest.update(words)
        arrays: list[NDArray[Any]] = [self.periods.values, self.outcome, self.starts, self.cluster_at]
        arrays += [] if self.is_balanced else [self.unit_at, self.period_at]  # what balance does not say already
        arrays += [self.columns[name] for name in sorted(self.columns)]
        for array in [*arrays, *([] if self.weight is None else [self.weight])]:
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def _as_bytes(codes: tuple[str, ...]) -> bytes:
    return (f"{len(codes)}\n" + "\n".join(codes)).encode()


Coded = tuple[tuple[str, ...], Ints]  # codes, and the place of each row's among them


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file or columns say, cell by cell already read: codes as places, periods as numbers. Nothing is checked.

    `starts` holds `NEVER` where treated_from is empty. `row` numbers the lines as a spreadsheet shows them.
    """

    units: tuple[str, ...]
    unit_at: Ints
    periods: Periods
    period_at: Ints
    outcome: Floats
    starts: Ints
    cluster: Coded | None = None
    labels: Mapping[str, Coded] = field(default_factory=dict)
    weight: Floats | None = None
    columns: Mapping[str, Floats] = field(default_factory=dict)
    row: Ints | None = None
    file: str = ""


def assembled(rows: Rows, before: Sequence[Finding] = ()) -> Panel:
    """Check rows against each other and put them in order. Refuses with every finding, those of `before` too."""
    order = _in_order(rows)
    look = _Look(rows, order, list(before))
    look.check()
    look.require()
    seen = order[~np.isnan(rows.outcome[order])]
    units, unit_at = _used(rows.unit_at[seen], len(rows.units))
    periods, period_at = _used(rows.period_at[seen], len(rows.periods))
    there = rows.unit_at[order]
    first = np.searchsorted(there, units)
    values = rows.periods.values[periods]
    said = rows.starts[order][first]
    starts = np.searchsorted(values, said)
    is_planned = (said != NEVER) & (starts == len(values))
    names, of_row = rows.cluster or (rows.units, rows.unit_at)
    groups, cluster_at = _used(of_row[order][first], len(names))
    return Panel(
        _chosen(rows.units, units), Periods(values, rows.periods.are_days), unit_at.astype(np.int64),
        period_at.astype(np.int64), rows.outcome[seen], starts.astype(np.int64), _chosen(names, groups),
        cluster_at.astype(np.int64), None if rows.weight is None else rows.weight[seen],
        {name: column[seen] for name, column in rows.columns.items()},
        {name: tuple(codes[k] for k in at[order][first]) for name, (codes, at) in rows.labels.items()},
        tuple(look.findings), is_planned if is_planned.any() else None,
    )  # fmt: skip


def _in_order(rows: Rows) -> Ints:
    """Put rows in the order of units, then periods: by counting where no two share a place, else by sorting."""
    size = len(rows.units) * len(rows.periods)
    if size <= 8 * len(rows.unit_at):
        key = rows.unit_at * len(rows.periods) + rows.period_at
        there = np.full(size, -1, np.int64)
        there[key] = np.arange(len(key))
        order = there if size == len(key) else there[there >= 0]
        if len(order) == len(key) and (size != len(key) or (there >= 0).all()):
            return order
    return np.lexsort((rows.period_at, rows.unit_at))


def _chosen(names: tuple[str, ...], places: Ints) -> tuple[str, ...]:
    """Give the names at places in order; all of them as they are, so that units that are their own clusters share."""
    return names if len(places) == len(names) else tuple(names[k] for k in places.tolist())


def _used(at: Ints, count: int) -> tuple[Ints, Ints]:
    """Give the places that are used, in order, and for each row which of them it has."""
    is_used = np.bincount(at, minlength=count) > 0
    place = np.cumsum(is_used) - 1
    return np.flatnonzero(is_used), place[at]


class _Look:
    """The checks of a panel, over rows in order."""

    def __init__(self, rows: Rows, order: Ints, findings: list[Finding]) -> None:
        self.rows, self.order, self.findings = rows, order, findings
        self.unit, self.period = rows.unit_at[order], rows.period_at[order]
        self.same = np.diff(self.unit) == 0

    def check(self) -> None:
        rows, order = self.rows, self.order
        if not len(order):
            self.note("no-rows", [])
            return
        twice = np.flatnonzero(self.same & (np.diff(self.period) == 0)) + 1
        self.note("unit-twice", twice)
        self.changes("treated-changes", rows.starts)
        if rows.cluster is not None:
            self.changes("cluster-changes", rows.cluster[1])
        for name, (_, at) in rows.labels.items():
            self.changes("label-changes", at, name=name)
        self.note("outcome-infinite", np.flatnonzero(np.isinf(rows.outcome[order])))
        for name, column in rows.columns.items():
            self.note("column-infinite", np.flatnonzero(np.isinf(column[order])), name=name)
        if rows.weight is not None:
            self.note("weight-bad", np.flatnonzero(~(rows.weight[order] >= 0) | np.isinf(rows.weight[order])))
        self.note("outcome-missing", np.flatnonzero(np.isnan(rows.outcome[order])), Severity.WARNING)
        self.holes(len(twice))

    def changes(self, what: str, column: Ints, **facts: Any) -> None:
        """Note where a column that holds for a unit changes within it."""
        self.note(what, np.flatnonzero(self.same & (np.diff(column[self.order]) != 0)) + 1, **facts)

    def holes(self, twice: int) -> None:
        """Note the units that are not observed in every period."""
        periods = len(self.rows.periods)
        count = np.bincount(self.unit, minlength=len(self.rows.units))
        short = np.flatnonzero((count > 0) & (count < periods))
        if len(short) and not twice:
            facts = {
                "units": len(short),
                "rows": int((periods - count[short]).sum()),
                "unit": self.rows.units[short[0]],
            }
            words = Words("evaluation.holes", facts)
            self.findings.append(Finding(words, self.rows.file, severity=Severity.WARNING))

    def note(self, what: str, at: Ints | list[int], severity: Severity = Severity.REFUSED, **facts: Any) -> None:
        """Note places (in order) where something is wrong; the first ones by row, and how many more."""
        if what == "no-rows":
            self.findings.append(Finding(Words("evaluation.no-rows"), self.rows.file))
        for k in at[:_TOLD]:
            unit, period = self.rows.units[self.unit[k]], self.rows.periods.label(int(self.period[k]))
            words = Words(f"evaluation.{what}", {"unit": unit, "period": period} | facts)
            row = None if self.rows.row is None else int(self.rows.row[self.order[k]])
            hint = Words(f"evaluation.hint-{what}") if severity is Severity.REFUSED else None
            self.findings.append(Finding(words, self.rows.file, row, hint=hint, severity=severity))
        if len(at) > _TOLD:
            words = Words(
                "evaluation.more-like-it", {"count": len(at) - _TOLD, "what": Words(f"evaluation.kind-{what}")}
            )
            self.findings.append(Finding(words, self.rows.file, severity=severity))

    def require(self) -> None:
        require_none(self.findings, self.rows.file)


def require_none(findings: Sequence[Finding], file: str = "") -> None:
    """Refuse where a finding stands against the panel."""
    against = [one for one in findings if one.severity is Severity.REFUSED]
    if against:
        facts = {"count": len(against), "file": file}
        raise InputError(
            f"{Words('evaluation.panel-refused', facts)} {against[0].say()}", hint="Correct each and try again.",
            code="evaluation.panel-refused", findings=tuple(against), **facts,
        )  # fmt: skip


def _coded(said: Sequence[str] | NDArray[Any]) -> Coded:
    """Give the codes as text, sorted as text (2 after 10), and where each row's stands."""
    names, at = _distinct(np.asarray(said))
    codes = names.astype(str)
    order = _as_text(names, codes)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return tuple(codes[order].tolist()), place[at]


def _distinct(array: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """Give the values there are, in order, and where each row's stands; without sorting where they lie close."""
    if array.dtype.kind == "i" and len(array):
        low, high = int(array.min()), int(array.max())
        if high - low <= 4 * len(array):
            used, at = _used(array.astype(np.int64) - low, high - low + 1)
            return used + low, at
    names, at = np.unique(array, return_inverse=True)
    return names, at.astype(np.int64)


def _as_text(names: NDArray[Any], codes: NDArray[Any]) -> Ints:
    """Order codes as text; whole numbers by their digits, which is the same and quicker."""
    if names.dtype.kind in "iu" and len(names) and names[0] >= 0 and names[-1] < 10**17:
        powers = 10 ** np.arange(19, dtype=np.int64)
        digits = np.maximum(np.searchsorted(powers, names.astype(np.int64), side="right"), 1)
        return np.lexsort((digits, names.astype(np.int64) * powers[digits.max() - digits]))
    return np.argsort(codes, kind="stable")


def _numbers(said: Sequence[int | date | None] | NDArray[Any]) -> tuple[Ints, bool]:
    """Read whole numbers or days; None, NaN and NaT are `NEVER`. Gives the numbers and whether they are days."""
    array = np.asarray(said)
    if array.dtype.kind == "M":
        days = array.astype("datetime64[D]")
        return np.where(np.isnat(days), NEVER, days.astype(np.int64)), True
    if array.dtype.kind == "f":
        whole = np.where(np.isnan(array), 0, array)
        if np.any(whole != np.floor(whole)) or np.any(np.isinf(array)):
            raise InputError(
                "A period is not a whole number.",
                hint="Give whole numbers or days.",
                code="evaluation.period-not-whole",
            )
        return np.where(np.isnan(array), NEVER, whole.astype(np.int64)), False
    if array.dtype.kind in "iu":
        return array.astype(np.int64), False
    are_days = any(isinstance(one, date) for one in array.tolist())
    if are_days:
        return np.array([NEVER if one is None else np.datetime64(one, "D").astype(int) for one in array.tolist()]), True
    return np.array([NEVER if one is None else int(one) for one in array.tolist()], dtype=np.int64), False
