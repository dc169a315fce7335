"""Read the seasons of a visits problem file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pairup.planning.visits.seasons import DayOfYear, Season, day_of_year
from pairup.values.findings import Finding
from pairup.values.reading import Reading
from pairup.values.words import Words


def read_seasons(reading: Reading, said: Any, at: Mapping[str, int]) -> tuple[Season, ...]:
    """Read all seasons; `at` numbers the sites. Findings are kept in `reading`."""
    seasons = []
    for k, row in enumerate(reading.rows(said, "seasons")):
        where = f"seasons[{k}]"
        season = reading.keys(row, where, ("from", "to"), ("name", "slower", "closed", "roads"))
        if season is None:
            continue
        first, last = (_day(reading, season[key], f"{where}.{key}") for key in ("from", "to"))
        is_closed = reading.flag(season.get("closed"), f"{where}.closed")
        factor = season.get("slower")
        if is_closed == (factor is not None):
            _found(reading, "season-one-of-two", where)
        slower = None if is_closed or factor is None else reading.number(factor, f"{where}.slower", 1.0)
        name = None if season.get("name") is None else reading.text(season["name"], f"{where}.name")
        span = "{:02}-{:02} – {:02}-{:02}".format(*first, *last)
        seasons.append(Season(name or span, first, last, slower, _roads(reading, season.get("roads"), where, at)))
    return tuple(sorted(seasons, key=lambda s: (s.first, s.last, s.name, s.slower or 0.0, s.roads or ())))


def _day(reading: Reading, said: Any, where: str) -> DayOfYear:
    text = reading.text(said, where)
    day = None if text is None else day_of_year(text)
    if text is not None and day is None:
        _found(reading, "not-a-day-of-year", where, found=text)
    return day or (1, 1)


def _roads(reading: Reading, said: Any, where: str, at: Mapping[str, int]) -> tuple[tuple[int, int], ...] | None:
    if said is None:
        return None
    roads = set()
    for a, b in reading.pairs(said, f"{where}.roads"):
        if reading.known(a, at, f"{where}.roads", "sites") and reading.known(b, at, f"{where}.roads", "sites"):
            roads.add((at[a], at[b]))
    return tuple(sorted(roads))


def _found(reading: Reading, code: str, where: str, **facts: Any) -> None:
    reading.findings.append(Finding(Words(f"visits.{code}", {"where": where, **facts}), reading.file))
