"""What a public table may tell of people and of private money. Pure: counts are handed in, nothing is read.

One rule for every table: a count of 1 to 9 is hidden, any other is rounded to 5 (`writing.public_size`). Where a table
splits a group by what people are (its `attributes`), a part that is none or all of its group is hidden too, for it
would tell something of everybody in the group. Public money is never hidden. `disclosure_attack` decides what else has
to be hidden, so that nothing hidden can be worked out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from pairup.reports.writing import public_size

Key = tuple[str, ...]
#: the least count that is shown
LEAST = 10
#: shown counts are multiples of this, and so far at most from the true one
STEP, ROUNDED = 5, 2
#: a hidden count that can be pinned down to this many numbers above the least possible is known
KNOWN = 4


@dataclass(frozen=True, slots=True)
class Counts:
    """People counted by `dims`: true numbers, never published.

    Parameters
    ----------
    attributes : those of `dims` that say what people are; the others say where and when they were, which neighbours
        know anyway.
    cells : the number by key. A key that is absent is nobody, and everybody may know that.
    """

    name: str
    dims: tuple[str, ...]
    cells: Mapping[Key, int]
    attributes: tuple[str, ...] = ()

    def group_of(self, key: Key) -> Key:
        """The key without what people are."""
        return tuple(part for part, dim in zip(key, self.dims, strict=True) if dim not in self.attributes)

    def groups(self) -> dict[Key, int]:
        """How many people each group holds."""
        found: dict[Key, int] = {}
        for key, count in self.cells.items():
            found[self.group_of(key)] = found.get(self.group_of(key), 0) + count
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """A table as everybody reads it: a rounded count, or None where it is hidden."""

    name: str
    dims: tuple[str, ...]
    cells: Mapping[Key, int | None]
    attributes: tuple[str, ...] = ()

    def interval(self, key: Key) -> tuple[float, float]:
        """What a cell says of the true count. Numbers that are not all rounded are taken as they stand.

        >>> Told("people", ("round",), {("1",): 10, ("2",): None}).interval(("1",))
        (10, 12)
        """
        told = self.cells[key]
        if told is None:
            return (0 if self.attributes else 1), float("inf")
        is_rounded = all(number is None or number % STEP == 0 for number in self.cells.values())
        return (max(LEAST, told - ROUNDED), told + ROUNDED) if is_rounded and told else (told, told)


@dataclass(frozen=True, slots=True)
class Earlier:
    """Tables of an earlier release. `closed` are the values of a dimension whose counts no longer grow since then."""

    day: date
    tables: tuple[Told, ...]
    closed: Mapping[str, frozenset[str]] = field(default_factory=dict)


def is_closed(dims: Sequence[str], key: Key, earlier: Earlier) -> bool:
    """Whether a count no longer grows since an earlier release."""
    return any(part in earlier.closed.get(dim, ()) for dim, part in zip(dims, key, strict=True))


def every_part(counts: Counts, values: Sequence[str]) -> Counts:
    """Give a table with one attribute a cell for every part of every group, those that hold nobody too."""
    (attribute,) = counts.attributes
    at = counts.dims.index(attribute)
    wanted = [(*group[:at], value, *group[at:]) for group in counts.groups() for value in sorted(values)]
    return Counts(counts.name, counts.dims, {key: counts.cells.get(key, 0) for key in wanted}, counts.attributes)


def must_hide(counts: Counts) -> set[Key]:
    """Name the cells that are hidden whatever else is told: 1 to 9 people, and none or all of a group."""
    groups = counts.groups()
    hidden = {key for key, count in counts.cells.items() if 1 <= count < LEAST}
    if counts.attributes:
        hidden |= {key for key, count in counts.cells.items() if count in (0, groups[counts.group_of(key)])}
    return hidden


def tell(counts: Counts, hidden: set[Key]) -> Told:
    """Give a table as it is published: rounded, with `hidden` cells left out."""
    cells = {key: None if key in hidden else public_size(count) for key, count in sorted(counts.cells.items())}
    return Told(counts.name, counts.dims, cells, counts.attributes)


def percentage(part: int | None, whole: int | None) -> Decimal | None:
    """Give a share in whole per cent of two published counts. None where one is hidden, or it would be none or all.

    >>> percentage(10, 40), percentage(40, 40), percentage(None, 40)
    (Decimal('25'), None, None)
    """
    if part is None or not whole or not 0 < part < whole:
        return None
    return Decimal(Decimal(100 * part) / whole).quantize(Decimal(1), ROUND_HALF_EVEN)


#: an amount may not let the second largest contributor come closer to the largest than this share of it
CLOSEST = Decimal("0.10")


def may_tell_amount(contributions: Sequence[int | Decimal]) -> bool:
    """Whether a sum of what private firms gave may be told: three contributors, and the p % rule with p = 10.

    By that rule, whoever knows the second largest contribution must not be able to estimate the largest one to within
    10 %: what all others gave together has to be that much. Nothing of this holds for public money.

    >>> may_tell_amount([50, 40]), may_tell_amount([100, 50, 9]), may_tell_amount([100, 50, 10])
    (False, False, True)
    """
    given = sorted((abs(Decimal(amount)) for amount in contributions if amount), reverse=True)
    return len(given) >= 3 and sum(given[2:], Decimal(0)) >= CLOSEST * given[0]
