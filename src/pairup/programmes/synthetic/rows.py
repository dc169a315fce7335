"""Rows, tables and random draws that all generators share."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from math import exp
from statistics import NormalDist
from typing import TypeVar

import numpy as np

Row = dict[str, str]
Tables = dict[str, list[Row]]
T = TypeVar("T")

_BLOCK = 4096
_NORMAL = NormalDist()


class Draw:
    """Draws of one table from a seed. Each name has a stream of its own, so a change in one table moves no other.

    Only uniform doubles of PCG64 are taken from numpy; all else is worked out here, so that a later numpy with other
    algorithms for its distributions gives the same rows.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._bits = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))
        self._block: list[float] = []

    def unit(self) -> float:
        """Draw from 0 up to, not including, 1."""
        if not self._block:
            self._block = self._bits.random(_BLOCK).tolist()[::-1]
        return self._block.pop()

    def chance(self, share: float) -> bool:
        return self.unit() < share

    def whole(self, least: int, most: int) -> int:
        """Draw a whole number, both ends in."""
        return least + int(self.unit() * (most - least + 1))

    def between(self, least: float, most: float) -> float:
        return least + self.unit() * (most - least)

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.unit() * len(items))]

    def weighted(self, items: Sequence[T], weights: Iterable[float]) -> T:
        sums = list(accumulate(weights))
        at = self.unit() * sums[-1]
        return next(item for item, upto in zip(items, sums, strict=True) if at < upto)

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """Draw some items without repetition, in the order drawn."""
        left = list(items)
        return [left.pop(int(self.unit() * len(left))) for _ in range(min(count, len(left)))]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        given = list(items)
        return self.some(given, len(given))

    def normal(self, mean: float, deviation: float) -> float:
        return mean + deviation * _NORMAL.inv_cdf(min(max(self.unit(), 1e-12), 1 - 1e-12))

    def around(self, median: float, spread: float) -> float:
        """Draw a log-normal value with the given median."""
        return median * exp(self.normal(0.0, spread))

    def count(self, mean: float) -> int:
        """Draw a Poisson count by turning its distribution over."""
        at, k = self.unit(), 0
        term = upto = exp(-mean)
        while at > upto and k < 1000:
            k += 1
            term *= mean / k
            upto += term
        return k

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.whole(0, (last - first).days))


def text(value: object) -> str:
    """Write a value as a folder's cell holds it."""
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str(value)  # a member of a closed list becomes plain text
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ";".join(text(item) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def dated(code: str, first: date | str | None, last: date | str | None, note: str = "", **columns: object) -> Row:
    """Make a synthetic row that holds over a span; `last` is its last day, None an open end."""
    return {"code": code, "from": text(first), "to": text(last)} | _rest(columns, note)


def happened(code: str, day: date, note: str = "", **columns: object) -> Row:
    """Make a synthetic row of something that happened on a day."""
    return {"code": code, "day": text(day)} | _rest(columns, note)


def _rest(columns: dict[str, object], note: str) -> Row:
    cells = {name: cell if type(cell) is str else text(cell) for name, cell in columns.items()}
    return cells | {"standing": "", "source": "", "is_synthetic": "yes", "note": note}


def merged(*parts: Tables) -> Tables:
    """Put tables together in the order given; every row of a table gets the same columns."""
    tables: Tables = {}
    for part in parts:
        for name, rows in part.items():
            tables.setdefault(name, []).extend(rows)
    return {name: _even(rows) for name, rows in tables.items() if rows}


_LAST = ("standing", "source", "is_synthetic", "note")


def _even(rows: list[Row]) -> list[Row]:
    columns: dict[str, str] = {}
    for shape in dict.fromkeys(tuple(row) for row in rows):
        columns |= dict.fromkeys(shape, "")
    order = [name for name in columns if name not in _LAST] + list(_LAST)
    blank = dict.fromkeys(order, "")
    return [blank | row for row in rows]


def split(total: int, weights: Sequence[float]) -> list[int]:
    """Split a whole number by weights; the parts are whole, at least 1 where it can be, and sum to it."""
    whole = sum(weights)
    parts = [max(1, int(total * weight / whole)) for weight in weights]
    largest = max(range(len(parts)), key=lambda at: (parts[at], -at))
    parts[largest] += total - sum(parts)
    return parts
