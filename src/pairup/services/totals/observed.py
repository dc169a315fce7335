"""Observations of one indicator as parts of a total, by the rule the indicator says of itself.

Two rows that say different things of the same place, unit and period are both kept: the total is then a range.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pairup.errors import InputError
from pairup.record.models import IndicatorVersion, ObservationVersion
from pairup.reports.totals import Part
from pairup.services.totals.asked import Asked
from pairup.services.totals.ground import Ground
from pairup.values.codes import AddsUp
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Said:
    """What rows say of one subject in one period: the lowest and the highest, and the rows, lowest first."""

    first: date
    last: date
    rows: tuple[Any, ...]

    @property
    def low(self) -> Decimal:
        return Decimal(self.rows[0].value)

    @property
    def high(self) -> Decimal:
        return Decimal(self.rows[-1].value)

    @property
    def codes(self) -> str:
        return ", ".join(f"{row.identity.code}: {row.value.normalize():f}" for row in self.rows)


def indicator_of(asked: Asked) -> IndicatorVersion:
    """The indicator asked for, as it is on the day. Refuses one that is not there, and one that is not to be added."""
    code = asked.where["indicator"]
    rows = IndicatorVersion.objects.known(asked.known_by).filter(identity__code=code)
    if asked.programme is not None:
        rows = rows.filter(identity__programme__code=asked.programme)
    found = rows.on(asked.on, known_by=asked.known_by).first() or rows.order_by("-starts").first()
    if found is None:
        raise InputError(f"There is no indicator {code!r}.", code="totals.no-indicator", indicator=code)
    if found.adds_up in ("", AddsUp.NEVER):
        raise InputError(
            f"Values of {code} are not added up: the indicator does not say how, or says never.",
            hint="Say flow, stock or running in the column adds_up of indicators.csv, if that is what it is.",
            code="totals.not-to-be-added", indicator=code,
        )  # fmt: skip
    return found


def observed_parts(asked: Asked, ground: Ground) -> Iterator[Part]:
    """Every part of a total of one indicator: flows of their periods, stocks and running totals at the end of one."""
    indicator = indicator_of(asked)
    rows = ObservationVersion.objects.known(asked.known_by).filter(indicator=indicator.identity, starts__lte=asked.on)
    subjects: dict[tuple[int, str, str], list[Any]] = defaultdict(list)
    for row in rows.select_related("identity").order_by("identity__code", "number"):
        if _last(row) <= asked.on:
            subjects[row.place_id, row.unit, row.claim_class].append(row)
    parts = _flows if indicator.adds_up == AddsUp.FLOW else _levels
    uom = indicator.uom
    for (place, _, claim_class), some in subjects.items():
        for day, part in parts(_periods(some), asked, is_running=indicator.adds_up == AddsUp.RUNNING):
            spot = ground.spot(place, day)
            keys = spot.keys | {
                "indicator": indicator.identity.code, "class": claim_class,
                "year": str(day.year) if asked.names("year") else "",
                "programme": ground.programme_codes[indicator.identity.programme_id],
            }  # fmt: skip
            if asked.fits(keys, spot.inside):
                yield replace(part, keys=keys, uom=uom)


def _last(row: Any) -> date:
    last: date = row.ends_before - timedelta(days=1) if row.ends_before else row.starts
    return last


def _periods(rows: Iterable[Any]) -> list[Said]:
    """Rows by period, in order of its end; those that say the same period stand together, lowest value first."""
    periods: dict[tuple[date, date], list[Any]] = defaultdict(list)
    for row in rows:
        periods[_last(row), row.starts].append(row)
    return [
        Said(first, last, tuple(sorted(some, key=lambda row: (row.value, row.identity.code))))
        for (last, first), some in sorted(periods.items())
    ]


def _flows(said: list[Said], asked: Asked, *, is_running: bool) -> Iterator[tuple[date, Part]]:
    """What happened in each period; one that lies within another is in that one already."""
    for one in said:
        if not asked.holds(one.last):
            continue
        around = [o for o in said if o is not one and o.first <= one.first and one.last <= o.last]
        if around:
            words = Words("totals.part-of", {"row": around[0].rows[0].identity.code})
            yield from ((one.last, _part(row, Decimal(0), Decimal(0), words)) for row in one.rows)
        else:
            yield from _of(one, one.low, one.high, one.last)


def _levels(said: list[Said], asked: Asked, *, is_running: bool) -> Iterator[tuple[date, Part]]:
    """The level at the end of each year asked for, or on the day: the last one told, of a running total the highest."""
    for day in _days(said, asked):
        told = [one for one in said if one.last <= day]
        if not told:
            continue
        if not is_running:
            last = told[-1]
            yield from _of(last, last.low, last.high, day)
            continue
        top = max(told, key=lambda one: one.low)
        high = max(one.high for one in told)
        fell = told[-1].high < top.low
        facts = {"row": top.rows[0].identity.code, "later": told[-1].codes}
        yield from _of(top, top.low, high, day, Words("totals.running-fell", facts) if fell else None)


def _days(said: list[Said], asked: Asked) -> list[date]:
    until = min(asked.on, asked.after - timedelta(days=1)) if asked.after else asked.on
    if not asked.names("year"):
        return [until]
    years = range(said[0].last.year, until.year + 1)
    return [min(date(year, 12, 31), until) for year in years]


def _of(one: Said, low: Decimal, high: Decimal, day: date, why: Words | None = None) -> Iterator[tuple[date, Part]]:
    """The rows of one period: the lowest counts, with the highest as the other end; the others say otherwise."""
    if len(one.rows) > 1 and one.low != one.high:
        why = Words("totals.disagree", {"rows": one.codes})
    yield day, _part(one.rows[0], low, high, why)
    for row in one.rows[1:]:
        yield (
            day,
            _part(row, Decimal(0), Decimal(0), Words("totals.counted-already", {"row": one.rows[0].identity.code})),
        )


def _part(row: Any, low: Decimal, high: Decimal, why: Words | None) -> Part:
    shown = {
        "from": str(row.starts), "to": str(_last(row)), "says": f"{row.value.normalize():f}", "unit": row.unit,
        "version": str(row.number), "standing": row.standing, "source": row.source,
    }  # fmt: skip
    return Part(
        low, "", {}, row.identity.code, "observations", is_synthetic=row.is_synthetic, high=high, why=why, shown=shown
    )
