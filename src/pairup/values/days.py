"""Days, spans of days, and how precisely a day is known. Spans show their last day and store an exclusive end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pairup.errors import InputError


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


_SHAPES = (
    (Precision.DAY, re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")),
    (Precision.MONTH, re.compile(r"(\d{4})-(\d{1,2})")),
    (Precision.YEAR, re.compile(r"(\d{4})")),
)


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoughDay:
    """A day as a source gives it: `1994`, `2016-07` or `2016-07-15`.

    >>> RoughDay.read("2016-07").first, RoughDay.read("2016-07").after
    (datetime.date(2016, 7, 1), datetime.date(2016, 8, 1))
    """

    first: date
    precision: Precision = Precision.DAY

    @classmethod
    def read(cls, text: str) -> RoughDay:
        """Read ISO text. Refuses anything else, and days that cannot be."""
        for precision, shape in _SHAPES:
            if found := shape.fullmatch(text.strip()):
                parts = [int(part) for part in found.groups()] + [1, 1]
                try:
                    return cls(date(*parts[:3]), precision)
                except ValueError:
                    break
        raise InputError(
            f"{text!r} is not a day that can be.",
            hint="Write 2016-07-15, or 2016-07 or 2016 where the source says no more.",
            code="days.not-a-day",
            found=text,
        )

    @property
    def after(self) -> date:
        """The first day after the whole day, month or year."""
        if self.precision is Precision.DAY:
            return self.first + timedelta(days=1)
        if self.precision is Precision.YEAR:
            return date(self.first.year + 1, 1, 1)
        return date(self.first.year + self.first.month // 12, self.first.month % 12 + 1, 1)

    def say(self, language: str = "en") -> str:
        """Write the day as precisely as it is known, no more.

        >>> RoughDay.read("2016-07").say(), RoughDay.read("2016-07").say("zh_Hans")
        ('July 2016', '2016年7月')
        """
        year, month, day = self.first.year, self.first.month, self.first.day
        if language.startswith("zh"):
            said = (f"{year}年", f"{month}月", f"{day}日")
            return "".join(said[: {Precision.YEAR: 1, Precision.MONTH: 2, Precision.DAY: 3}[self.precision]])
        if self.precision is Precision.YEAR:
            return f"{year}"
        return f"{day} " * (self.precision is Precision.DAY) + f"{_MONTHS[month - 1]} {year}"

    def __str__(self) -> str:
        return self.first.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month.

    >>> months_after(date(2024, 8, 31), 18)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)
    return after.replace(day=min(day.day, after.day))


@dataclass(frozen=True, slots=True)
class Span:
    """From a first day to a last day, both in; either may be open (None).

    >>> date(2019, 12, 31) in Span(date(2019, 1, 1), date(2019, 12, 31))
    True
    """

    first: date | None
    last: date | None

    def __post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise InputError(
                f"A span cannot end on {self.last}, before its first day {self.first}.",
                code="days.span-backwards",
                first=str(self.first),
                last=str(self.last),
            )

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def overlap(self, other: Span) -> Span | None:
        """Give the days both spans hold, or None."""
        firsts = [day for day in (self.first, other.first) if day]
        lasts = [day for day in (self.last, other.last) if day]
        first, last = max(firsts, default=None), min(lasts, default=None)
        return None if first and last and last < first else Span(first, last)

    @property
    def days(self) -> int | None:
        """How many days, or None where an end is open."""
        return (self.last - self.first).days + 1 if self.first and self.last else None
