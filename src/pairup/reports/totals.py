"""Totals: one definition each, and the adding up. Pure: rows are handed in, nothing is stored.

A total is the sum of what its rows count, so the rows under a figure add up to it by construction: `counted` says of
every row what it counts where, `add_up` adds exactly that. A row may count less than it says (a person met before, a
project that is part of another) and then says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pairup.errors import InputError
from pairup.values.codes import ClaimClass
from pairup.values.money import Money, digits
from pairup.values.words import Words


class Measure(StrEnum):
    """What is added up."""

    MONEY = "money"  # minor units, one sum a currency
    THINGS = "things"  # whole numbers
    VALUES = "values"  # decimals of an indicator, one sum a unit of measure


class Hierarchy(StrEnum):
    """How a total keeps from counting twice what stands both in a whole and in its parts."""

    ONWARD = "onward"  # money handed on leaves where it was and arrives where it went
    TOPS = "tops"  # pairings without a parent only
    PARTS = "parts"  # a whole counts for what its parts leave of it
    PEOPLE = "people"  # each person once in each figure
    ONCE = "once"  # each thing once in each figure
    LAST = "last"  # of a running total the last value of each place, of a stock the one at the time
    DONOR = "donor"  # a donor with several pairings owes once


#: what a total can be split by or limited to
WHERE = ("programme", "donor", "place")
MONEY = (*WHERE, "county", "prefecture", "province", "pairing", "top", "channel", "year", "project", "kind")
PEOPLE = (*WHERE, "county", "prefecture", "province", "pairing", "round", "scheme", "year", "post")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a total is: the table its rows stand in, how they are kept from counting twice, who stands behind them.

    `by` are the keys its rows carry. `claim_class` is None where each row says its own.
    """

    name: str
    table: str
    measure: Measure
    hierarchy: Hierarchy
    by: tuple[str, ...]
    uom: str = ""
    claim_class: ClaimClass | None = ClaimClass.REPORTED
    owner: str = ""  # of the five steps of money: who answers for it
    counts_people: bool = False

    @property
    def title(self) -> Words:
        return Words(f"totals.name-{self.name.replace('_', '-')}")

    @property
    def says(self) -> Words:
        """The definition in prose."""
        return Words(f"totals.says-{self.name.replace('_', '-')}")

    @property
    def hierarchy_words(self) -> Words:
        return Words(f"totals.hierarchy-{self.hierarchy}")

    @property
    def currency_words(self) -> Words:
        return Words("totals.currency-apart" if self.measure is Measure.MONEY else "totals.currency-none")

    @property
    def owner_words(self) -> Words | None:
        return Words(f"totals.owner-{self.owner}") if self.owner else None


def _money(name: str, table: str, owner: str, claim_class: ClaimClass = ClaimClass.REPORTED) -> Definition:
    return Definition(name, table, Measure.MONEY, Hierarchy.ONWARD, MONEY, owner=owner, claim_class=claim_class)


_HELD = (*WHERE, "county", "prefecture", "province", "channel", "pairing")
_WORKS = (*WHERE, "county", "prefecture", "province", "pairing", "top", "channel", "year", "project")
DEFINITIONS: dict[str, Definition] = {
    one.name: one
    for one in (
        Definition(
            "money_due", "revenue_bases", Measure.MONEY, Hierarchy.DONOR,
            (*WHERE, "prefecture", "province", "pairing", "top", "channel", "year"), owner="programme",
        ),
        _money("money_pledged", "money", "donor"),
        _money("money_paid", "money", "donor"),
        Definition("money_executed", "works", Measure.MONEY, Hierarchy.ONCE, _WORKS, owner="recipient"),
        _money("money_audited", "money", "auditor", claim_class=ClaimClass.MEASURED),
        Definition("money_planned", "envelopes", Measure.MONEY, Hierarchy.ONCE, tuple(k for k in MONEY if k not in
                   ("project", "kind"))),
        Definition("project_cost", "projects", Measure.MONEY, Hierarchy.PARTS,
                   (*_WORKS, "category", "status")),
        Definition("projects", "projects", Measure.THINGS, Hierarchy.PARTS, (*_WORKS, "category"), "projects"),
        Definition("people_posted", "postings", Measure.THINGS, Hierarchy.PEOPLE, PEOPLE, "people",
                   counts_people=True),
        Definition("postings", "postings", Measure.THINGS, Hierarchy.ONCE, PEOPLE, "postings", counts_people=True),
        Definition("seats_asked", "posts", Measure.THINGS, Hierarchy.ONCE,
                   tuple(k for k in PEOPLE if k != "donor"), "seats"),
        Definition("needs", "needs", Measure.THINGS, Hierarchy.ONCE,
                   ("programme", "place", "county", "prefecture", "province", "category", "status"), "needs"),
        Definition("pairings", "pairings", Measure.THINGS, Hierarchy.TOPS, _HELD, "pairings"),
        Definition("donors", "pairings", Measure.THINGS, Hierarchy.TOPS, _HELD, "donors"),
        Definition("counties_paired", "pairings", Measure.THINGS, Hierarchy.ONCE, _HELD, "counties"),
        Definition("observed", "observations", Measure.VALUES, Hierarchy.LAST,
                   ("programme", "indicator", "place", "county", "prefecture", "province", "year", "class"),
                   claim_class=None),
    )
}  # fmt: skip


def definition(name: str) -> Definition:
    """Give a total by its name. Refuses a name that is not registered."""
    if name not in DEFINITIONS:
        raise InputError(
            f"There is no total {name!r}.", hint=f"Totals: {', '.join(DEFINITIONS)}.", code="totals.unknown", name=name
        )
    return DEFINITIONS[name]


@dataclass(frozen=True, slots=True)
class Part:
    """What one row (or several that are alike) brings to a total.

    Parameters
    ----------
    amount : minor units of money, a whole number of things, or a decimal value.
    uom : the currency, the unit of measure, or what is counted.
    keys : the row's place in every dimension of the total.
    once : what may count once only in a figure (a person, a donor); empty: the row counts whatever else there is.
    code : of the row; empty where `rows` rows stand together.
    high : where two rows say different things of one subject, the higher of them, `amount` being the lower.
    why : in words, why the row counts otherwise than it says.
    day : when it happened, for the rate of the day.
    shown : what else a reader of the row wants to see, by name.
    """

    amount: int | Decimal
    uom: str
    keys: Mapping[str, str]
    code: str = ""
    table: str = ""
    once: str = ""
    rows: int = 1
    is_synthetic: bool = False
    high: int | Decimal | None = None
    why: Words | None = None
    day: date | None = None
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a part counts in the figure named by `key` and `uom`."""

    key: tuple[str, ...]
    uom: str
    counts: int | Decimal
    high: int | Decimal
    part: Part
    why: Words | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a total: the sum of what its rows count. `high` differs from `value` where rows disagree."""

    definition: Definition
    key: tuple[str, ...]
    uom: str
    value: int | Decimal
    high: int | Decimal
    rows: int
    is_synthetic: bool = False

    @property
    def is_range(self) -> bool:
        return self.high != self.value

    @property
    def amount(self) -> Decimal:
        """The value in whole units: of money in major units."""
        return in_units(self.definition, self.value, self.uom)

    @property
    def money(self) -> Money:
        """The value as money; for totals of money only."""
        return Money(int(self.value), self.uom)


def in_units(of: Definition, value: int | Decimal, uom: str) -> Decimal:
    """Give a value of a total in whole units: money in major units, all else as it is."""
    return Decimal(value).scaleb(-digits(uom)) if of.measure is Measure.MONEY else Decimal(value)


def counted(parts: Iterable[Part], by: Sequence[str]) -> list[Counted]:
    """Say of every part what it counts in the figure it falls into. A part named `once` counts the first time only."""
    met: dict[tuple[tuple[str, ...], str, str], str] = {}
    out = []
    for part in parts:
        key = tuple(part.keys.get(name, "") for name in by)
        here = (key, part.uom, part.once)
        if part.once and here in met:
            out.append(Counted(key, part.uom, 0, 0, part, Words("totals.counted-already", {"row": met[here]})))
        else:
            if part.once and part.amount:
                met[here] = part.code
            high = part.amount if part.high is None else part.high
            out.append(Counted(key, part.uom, part.amount, high, part, part.why))
    return out


def add_up(of: Definition, rows: Iterable[Counted]) -> list[Figure]:
    """Add what rows count, one figure a key and unit, in order of key. No rows, no figure: that is not zero."""
    sums: dict[tuple[tuple[str, ...], str], list[Counted]] = {}
    for row in rows:
        sums.setdefault((row.key, row.uom), []).append(row)
    return [
        Figure(
            of, key, uom, sum(row.counts for row in some), sum(row.high for row in some),
            sum(row.part.rows for row in some), any(row.part.is_synthetic for row in some),
        )
        for (key, uom), some in sorted(sums.items())
    ]  # fmt: skip
