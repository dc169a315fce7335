"""The record's own observations of an indicator, as a panel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pairup.errors import InputError
from pairup.evaluation.design import Design
from pairup.evaluation.panel import Panel
from pairup.record.models import ClaimVersion, ObservationVersion, PlaceVersion

#: whole numbers that are taken for years
_YEARS = range(1800, 2201)


@dataclass(frozen=True, slots=True)
class _Row:
    """One observation: a unit is a place, or something smaller in it."""

    place: str
    unit: str
    starts: date
    ends: date  # the last day
    value: float
    treated_from: date | None

    @property
    def name(self) -> str:
        return f"{self.place}/{self.unit}" if self.unit else self.place


def read_observed(claim: ClaimVersion, design: Design, *, on: date, known_by: date | None = None) -> Panel:
    """Give what the record observed of the indicator that a claim is about, unit by period.

    A period is a year where every one of them is a whole year, else its first day. A unit counts as helped from the
    period in which help came. Clusters are places. Columns that the design names are other indicators of the record,
    of the same unit (or its place) and the same first day. Refuses an indicator that the record does not observe.
    """
    programme = claim.identity.programme.code
    rows = _rows(programme, claim.subject, on=on, known_by=known_by)
    if not rows:
        raise InputError(
            f"The record observes nothing of {claim.subject or 'what ' + claim.identity.code + ' is about'}.",
            hint="Give --panel FILE, or add observations.csv with that indicator.",
            code="evaluations.no-observations", claim=claim.identity.code, indicator=claim.subject,
        )  # fmt: skip
    are_years = all((row.starts.month, row.starts.day) == (1, 1) and row.ends.month == 12 for row in rows)
    spans = sorted({(row.ends, row.starts) for row in rows})
    columns = {name: _column(programme, name, rows, on=on, known_by=known_by) for name in design.columns}
    where = _positions(on=on, known_by=known_by)
    for at, name in enumerate(("latitude", "longitude")):
        if all(row.place in where for row in rows) and name not in columns:
            columns[name] = [where[row.place][at] for row in rows]
    return Panel.from_columns(
        [row.name for row in rows],
        [row.starts.year if are_years else row.starts for row in rows],
        [row.value for row in rows],
        [_said(_helped_from(row.treated_from, spans), are_years) for row in rows],
        cluster=[row.place for row in rows],
        columns=columns,
    )


def first_help(panel: Panel) -> date | None:
    """Give the day from which a panel has somebody helped; None where nobody is.

    Whole numbers that can be years are years; of other numbers nobody knows when they were, so all days come after.
    """
    start = min(panel.cohorts, default=None)
    if start is None:
        return None
    value = int(panel.periods.values[start])
    if panel.periods.are_days:
        return date(1970, 1, 1) + timedelta(days=value)
    return date(value, 1, 1) if value in _YEARS else date.min


def _said(day: date | None, are_years: bool) -> int | date | None:
    return day.year if day and are_years else day


def _helped_from(day: date | None, spans: list[tuple[date, date]]) -> date | None:
    """The first day of the first period that ends on the day of help or later; a later day where none does."""
    if day is None:
        return None
    return next((starts for ends, starts in spans if ends >= day), day)


def _rows(programme: str, indicator: str, *, on: date, known_by: date | None) -> list[_Row]:
    rows = ObservationVersion.objects.known(known_by).filter(
        identity__programme__code=programme, indicator__code=indicator, starts__lte=on
    )  # fmt: skip
    said: Iterable[Any] = rows.order_by("identity__code", "starts").values_list(
        "place__code", "unit", "starts", "ends_before", "value", "treated_from"
    )
    return [
        _Row(place, unit, starts, after - timedelta(days=1) if after else starts, float(value), treated)
        for place, unit, starts, after, value, treated in said
    ]


def _column(programme: str, name: str, rows: list[_Row], *, on: date, known_by: date | None) -> list[float]:
    """Another indicator of each row's unit, else of its place; a hole where it was not observed."""
    found = {(row.name, row.starts): row.value for row in _rows(programme, name, on=on, known_by=known_by)}
    missing = float("nan")
    return [found.get((row.name, row.starts), found.get((row.place, row.starts), missing)) for row in rows]


def _positions(*, on: date, known_by: date | None) -> dict[str, tuple[float, float]]:
    rows = PlaceVersion.objects.on(on, known_by=known_by).exclude(latitude=None).exclude(longitude=None)
    found: Iterable[Any] = rows.values_list("identity__code", "latitude", "longitude")
    return {code: (float(north), float(east)) for code, north, east in found}
