"""Seasons of the roads: spans of the year on which roads are slower, or closed, read for each day of a journey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

#: a month and a day of it
DayOfYear = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Season:
    """Every year from `first` to `last`, both days in it; one that ends before it begins runs over the new year.

    `slower` is what travel times are multiplied by, 1 or more; None: closed. `roads` go one way; None: all roads.
    """

    name: str
    first: DayOfYear
    last: DayOfYear
    slower: float | None
    roads: tuple[tuple[int, int], ...] | None

    def holds(self, day: date) -> bool:
        """Say whether a day lies in it."""
        now = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= now <= self.last
        return now >= self.first or now <= self.last

    def takes(self, a: int, b: int) -> bool:
        """Say whether a road from one place to another is in it."""
        return a != b and (self.roads is None or (a, b) in self.roads)


def seasons_of(seasons: tuple[Season, ...], first_day: date | None, day: int) -> tuple[Season, ...]:
    """Give the seasons of one day of a journey (days count from 1)."""
    if first_day is None:
        return ()
    return tuple(season for season in seasons if season.holds(first_day + timedelta(days=day - 1)))


def day_of_year(said: str) -> DayOfYear | None:
    """Read `MM-DD`; None where that is no day. The 29th of February is one."""
    month, dash, day = said.partition("-")
    if not dash or len(said) != 5 or not (month + day).isascii() or not (month + day).isdigit():
        return None
    try:
        date(2000, int(month), int(day))
    except ValueError:
        return None
    return int(month), int(day)
