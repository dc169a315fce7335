"""The pairing question over years: who helps whom in which year, and by how much.

Amounts are whole multiples of one `unit`, so that every sum can be checked exactly. Without a unit it is the step in
which the amounts of the question are written: once the ties are settled the rest is a question of transport whose
best answers are multiples of that step, so nothing finer is worth more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from pairup.planning.problems.pairing import Tie
from pairup.values.reading import Reading, head
from pairup.values.words import Words

#: whose share counts: each recipient's in every year, or its share over all years
OF = ("years", "total")
#: digits behind the point that a default unit has at most
DIGITS = 6


class Given(NamedTuple):
    """What a donor gives a recipient in a year. A tie that gives nothing stands with amount 0."""

    donor: str
    recipient: str
    year: int
    amount: float

    def to_dict(self) -> dict[str, Any]:
        return self._asdict()

    @property
    def tie(self) -> Tie:
        return Tie(self.donor, self.recipient)


class YearDonor(NamedTuple):
    """`capacity`: what it can give in each year. `sectors`: what it is strong in."""

    id: str
    capacity: tuple[float, ...]
    most_partners: int | None = None
    sectors: tuple[str, ...] = ()


class YearRecipient(NamedTuple):
    """`need`: the amount in each year. `sectors`: points for a year in which a donor strong in the sector is there."""

    id: str
    need: tuple[float, ...]
    fewest_donors: int = 0
    most_donors: int | None = None
    sectors: tuple[tuple[str, float], ...] = ()


class YearOption(NamedTuple):
    """A pair that may be tied. `worth`: points for each year of the tie; `worth_per_unit`: for each 1 that is given.

    A tie gives between `least` and `most` in each of its years.
    """

    donor: str
    recipient: str
    worth: float = 0.0
    worth_per_unit: float = 0.0
    least: float = 0.0
    most: float | None = None

    @property
    def tie(self) -> Tie:
        return Tie(self.donor, self.recipient)


@dataclass(frozen=True, eq=False)
class YearsProblem:
    """Who may help whom over the years. Rows stand in the order of their identifiers; locks and forbids name a year."""

    kind = "pairings"
    years: tuple[int, ...]
    donors: tuple[YearDonor, ...]
    recipients: tuple[YearRecipient, ...]
    options: tuple[YearOption, ...]
    existing: tuple[Tie, ...] = ()
    change_cost: float = 0.0
    start_cost: float = 0.0
    unit: float | None = None
    share_of: str = "years"
    least_share: float = 0.0
    locks: tuple[tuple[str, str, int], ...] = ()
    forbids: tuple[tuple[str, str, int], ...] = ()
    refusal: Callable[[Tie], Words | None] | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, years: Iterable[int], donors: Iterable[YearDonor], recipients: Iterable[YearRecipient],
        options: Iterable[YearOption], *, existing: Iterable[tuple[str, ...]] = (), change_cost: float = 0.0,
        start_cost: float = 0.0, unit: float | None = None, share_of: str = "years", least_share: float = 0.0,
        locks: Iterable[tuple[Any, ...]] = (), forbids: Iterable[tuple[Any, ...]] = (),
        refusal: Callable[[Tie], Words | None] | None = None, reading: Reading | None = None,
    ) -> YearsProblem:  # fmt: skip
        """Build a problem; refuse what cannot be, with every finding.

        A lock or forbid without a year holds for every year. Long because each table is checked against the others.
        """
        reading = reading or Reading()
        days = tuple(sorted(years))
        if not days or len(set(days)) < len(days):
            reading.refuse("years", "years", found=str(list(days)))
        givers, takers = sorted(donors), sorted(recipients, key=lambda row: row.id)
        donor_at = reading.once((row.id for row in givers), "donors")
        taker_at = reading.once((row.id for row in takers), "recipients")
        rows = sorted(options, key=lambda row: row.tie)
        ties = {row.tie for row in rows}
        for row in rows:
            reading.known(row.donor, donor_at, "options", "donors")
            reading.known(row.recipient, taker_at, "options", "recipients")
            if row.most is not None and row.most < row.least:
                reading.refuse("out-of-range", "options", found=f"{row.most:g}", limits=f">= {row.least:g}")
        for k in range(1, len(rows)):
            if rows[k].tie == rows[k - 1].tie:
                reading.refuse("option-twice", "options", first=rows[k].donor, second=rows[k].recipient)
        held = tuple(sorted({Tie(*pair) for pair in existing}))
        settled = {}
        for where, said in (("locks", locks), ("forbids", forbids)):
            settled[where] = tuple(sorted({row for pair in said for row in _each_year(reading, where, pair, days)}))
        for tie in [*held, *(Tie(*row[:2]) for where in settled for row in settled[where])]:
            reading.known(tie.donor, donor_at, "existing, locks, forbids", "donors")
            reading.known(tie.recipient, taker_at, "existing, locks, forbids", "recipients")
        for lock in settled["locks"]:
            if Tie(*lock[:2]) not in ties:
                reading.refuse("lock-outside", "locks", "hint-lock", first=lock[0], second=lock[1])
        reading.require()
        return cls(
            days, tuple(row._replace(sectors=tuple(sorted(set(row.sectors)))) for row in givers),
            tuple(row._replace(sectors=tuple(sorted(row.sectors))) for row in takers), tuple(rows), held, change_cost,
            start_cost, unit, share_of, least_share, settled["locks"], settled["forbids"], refusal,
        )  # fmt: skip

    @classmethod
    def from_dict(cls, said: Any, file: str = "") -> YearsProblem:
        """Read a problem file of kind `pairings` that has `years`."""
        reading = Reading(file)
        optional = ("existing", "change_cost", "start_cost", "unit", "share_of", "least_share", "locks", "forbids")
        found = head(reading, said, "pairings", ("years", "donors", "recipients", "options"), optional)
        years = [
            reading.whole(year, f"years[{at}]") or 0 for at, year in enumerate(reading.rows(found["years"], "years"))
        ]
        unit = found.get("unit")
        if unit is not None and (unit := reading.number(unit, "unit", 0)) == 0:
            reading.refuse("out-of-range", "unit", found="0", limits="> 0")
        return cls.of(
            years, _read_donors(reading, found["donors"], sorted(years)),
            _read_recipients(reading, found["recipients"], sorted(years)), _read_options(reading, found["options"]),
            existing=reading.pairs(found.get("existing"), "existing"),
            change_cost=reading.number(found.get("change_cost") or 0, "change_cost", 0) or 0.0,
            start_cost=reading.number(found.get("start_cost") or 0, "start_cost", 0) or 0.0,
            unit=unit, share_of=reading.one_of(found.get("share_of") or "years", "share_of", OF) or "years",
            least_share=reading.number(found.get("least_share") or 0, "least_share", 0, 1) or 0.0,
            locks=_read_settled(reading, found.get("locks"), "locks"),
            forbids=_read_settled(reading, found.get("forbids"), "forbids"), reading=reading,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Give the problem file; `from_dict` of it is an equal problem."""
        return {
            "kind": "pairings", "version": 1, "years": list(self.years),
            "donors": [row._asdict() | {"capacity": self._by_year(row.capacity), "sectors": list(row.sectors)}
                       for row in self.donors],
            "recipients": [row._asdict() | {"need": self._by_year(row.need), "sectors": dict(row.sectors)}
                           for row in self.recipients],
            "options": [row._asdict() for row in self.options],
            "existing": [list(tie) for tie in self.existing], "change_cost": self.change_cost,
            "start_cost": self.start_cost, "unit": self.unit, "share_of": self.share_of,
            "least_share": self.least_share, "locks": [list(row) for row in self.locks],
            "forbids": [list(row) for row in self.forbids],
        }  # fmt: skip

    def _by_year(self, amounts: tuple[float, ...]) -> dict[str, float]:
        return {str(year): amount for year, amount in zip(self.years, amounts, strict=True)}

    @cached_property
    def option_at(self) -> dict[Tie, int]:
        """Where each pair that may be tied stands among the options."""
        return {row.tie: k for k, row in enumerate(self.options)}

    def option_rows(self) -> tuple[YearOption, ...]:
        """The pairs that may be tied, as rows that begin with donor and recipient."""
        return self.options

    @cached_property
    def step(self) -> Fraction:
        """The unit, exactly: as given, or the step in which the amounts are written, six digits at most."""
        if self.unit is not None:
            return exact(self.unit)
        amounts = [value for row in self.donors for value in row.capacity]
        amounts += [value for row in self.recipients for value in row.need]
        amounts += [value for row in self.options for value in (row.least, row.most or 0.0)]
        digits = max((-int(Decimal(repr(float(v))).normalize().as_tuple().exponent) for v in amounts), default=0)
        return Fraction(1, 10 ** min(max(digits, 0), DIGITS))

    def forcing(self, item: tuple[Any, ...]) -> YearsProblem:
        """The same question with a tie settled, in one year or in all."""
        rows = self._rows(item)
        forbids = tuple(row for row in self.forbids if row not in rows)
        return replace(self, locks=tuple(sorted({*self.locks, *rows})), forbids=forbids)

    def forbidding(self, item: tuple[Any, ...]) -> YearsProblem:
        """The same question without a tie, in one year or in all."""
        rows = self._rows(item)
        locks = tuple(row for row in self.locks if row not in rows)
        return replace(self, forbids=tuple(sorted({*self.forbids, *rows})), locks=locks)

    def _rows(self, item: tuple[Any, ...]) -> set[tuple[str, str, int]]:
        years = (int(item[2]),) if len(item) > 2 else self.years
        return {(str(item[0]), str(item[1]), year) for year in years}


def exact(value: float) -> Fraction:
    """A number as it was written, not as the machine holds it."""
    return Fraction(Decimal(repr(float(value))))


def _each_year(
    reading: Reading, where: str, said: tuple[Any, ...], years: tuple[int, ...]
) -> list[tuple[str, str, int]]:
    """A lock or forbid of one year, or of every year; refuses a year that the question does not have."""
    if len(said) == 2:
        return [(str(said[0]), str(said[1]), year) for year in years]
    if int(said[2]) not in years:
        reading.refuse("no-year", where, found=str(said[2]), years=", ".join(map(str, years)))
        return []
    return [(str(said[0]), str(said[1]), int(said[2]))]


def _read_settled(reading: Reading, said: Any, where: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for at, row in enumerate(reading.rows(said, where)):
        names = row[:2] if isinstance(row, (list, tuple)) else row
        pair = reading.pair(names, f"{where}[{at}]")
        year = None if pair is None or len(row) < 3 else reading.whole(row[2], f"{where}[{at}]")
        if pair is not None and (len(row) == 2 or (len(row) == 3 and year is not None)):
            rows.append(pair if year is None else (*pair, year))
        elif pair is not None and len(row) > 3:
            reading.refuse("not-a-pair", f"{where}[{at}]", found=str(row), size="2 or 3")
    return rows


def _amounts(reading: Reading, said: Any, where: str, years: list[int]) -> tuple[float, ...]:
    """Read one number for every year, or an object that names each year: what is left out is not known, and not 0."""
    if not isinstance(said, Mapping):
        value = reading.number(said, where, 0)
        return (value or 0.0,) * len(years)
    found = reading.keys(said, where, [str(year) for year in years])
    return tuple((reading.number(found[str(year)], f"{where}.{year}", 0) if found else 0.0) or 0.0 for year in years)


def _read_donors(reading: Reading, said: Any, years: list[int]) -> list[YearDonor]:
    rows = []
    for at, row in enumerate(reading.rows(said, "donors")):
        where = f"donors[{at}]"
        if (found := reading.keys(row, where, ("id", "capacity"), ("most_partners", "sectors"))) is not None:
            most = found.get("most_partners")
            names = [reading.text(name, f"{where}.sectors") for name in reading.rows(found.get("sectors"), where)]
            rows.append(YearDonor(
                reading.text(found["id"], f"{where}.id") or "",
                _amounts(reading, found["capacity"], f"{where}.capacity", years),
                None if most is None else reading.whole(most, f"{where}.most_partners"),
                tuple(name for name in names if name),
            ))  # fmt: skip
    return rows


def _read_recipients(reading: Reading, said: Any, years: list[int]) -> list[YearRecipient]:
    rows = []
    for at, row in enumerate(reading.rows(said, "recipients")):
        where, optional = f"recipients[{at}]", ("fewest_donors", "most_donors", "sectors")
        if (found := reading.keys(row, where, ("id", "need"), optional)) is not None:
            most = found.get("most_donors")
            sectors = reading.table(found.get("sectors"), f"{where}.sectors")
            rows.append(YearRecipient(
                reading.text(found["id"], f"{where}.id") or "",
                _amounts(reading, found["need"], f"{where}.need", years),
                reading.whole(found.get("fewest_donors") or 0, f"{where}.fewest_donors") or 0,
                None if most is None else reading.whole(most, f"{where}.most_donors"),
                tuple((name, reading.number(points, f"{where}.sectors.{name}", 0) or 0.0)
                      for name, points in sectors.items()),
            ))  # fmt: skip
    return rows


def _read_options(reading: Reading, said: Any) -> list[YearOption]:
    rows = []
    for at, row in enumerate(reading.rows(said, "options")):
        where, optional = f"options[{at}]", ("worth", "worth_per_unit", "least", "most")
        if (found := reading.keys(row, where, ("donor", "recipient"), optional)) is not None:
            most = found.get("most")
            rows.append(YearOption(
                str(found["donor"]), str(found["recipient"]),
                reading.number(found.get("worth") or 0, f"{where}.worth") or 0.0,
                reading.number(found.get("worth_per_unit") or 0, f"{where}.worth_per_unit") or 0.0,
                reading.number(found.get("least") or 0, f"{where}.least", 0) or 0.0,
                None if most is None else reading.number(most, f"{where}.most", 0),
            ))  # fmt: skip
    return rows
