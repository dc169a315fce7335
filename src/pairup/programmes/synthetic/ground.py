"""The ground that generators stand on: places, donors and pairings of a programme's facts, asked as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from pairup.programmes.synthetic.rows import Row, Tables
from pairup.values.codes import Channel, Level
from pairup.values.days import RoughDay


@cache
def _read(text: str) -> tuple[date, date]:
    """First day of a rough day, and the first day after it."""
    day = RoughDay.read(text)
    return day.first, day.after


def first_day(row: Row) -> date:
    return _read(row["from"])[0] if row.get("from") else date.min


def day_after(row: Row) -> date:
    return _read(row["to"])[1] if row.get("to") else date.max


def holds(row: Row, day: date) -> bool:
    return first_day(row) <= day < day_after(row)


@dataclass(frozen=True, slots=True, order=True)
class Tie:
    """A pairing over one span; `ends` is the first day after it."""

    code: str
    donor: str
    place: str
    channel: str
    parent: str
    starts: date
    ends: date

    def holds(self, day: date) -> bool:
        return self.starts <= day < self.ends

    @property
    def last(self) -> date | None:
        return None if self.ends == date.max else self.ends - timedelta(days=1)


def ties_of(rows: Iterable[Row]) -> list[Tie]:
    return sorted(
        Tie(
            row["code"],
            row["donor"],
            row["place"],
            row.get("channel", ""),
            row.get("parent", ""),
            first_day(row),
            day_after(row),
        )
        for row in rows
    )


@dataclass(slots=True)
class Ground:
    """Places and pairings by code. Reading never changes it; `add_ties` does."""

    places: dict[str, list[Row]]
    ties: list[Tie]
    organisations: frozenset[str]
    rounds: dict[str, Row]
    _at: dict[str, list[Tie]] = field(default_factory=dict)
    _by_code: dict[str, Tie] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Tables) -> Ground:
        places: dict[str, list[Row]] = defaultdict(list)
        for row in facts.get("places", []):
            places[row["code"]].append(row)
        for rows in places.values():
            rows.sort(key=first_day)
        ground = cls(
            dict(places),
            [],
            frozenset(row["code"] for row in facts.get("organisations", [])),
            {row["code"]: row for row in facts.get("rounds", [])},
        )
        ground.add_ties(facts.get("pairings", []))
        return ground

    def add_ties(self, rows: Iterable[Row]) -> None:
        self.ties = sorted(self.ties + ties_of(rows))
        self._at = defaultdict(list)
        self._by_code = {tie.code: tie for tie in self.ties}
        for tie in self.ties:
            self._at[tie.place].append(tie)

    def place_on(self, place: str, day: date) -> Row | None:
        return next((row for row in self.places.get(place, []) if holds(row, day)), None)

    def latest(self, place: str) -> Row:
        return self.places[place][-1]

    def at_level(self, level: Level, day: date) -> list[str]:
        """Places of a level in force on a day that lie in another place, by code."""
        rows = ((code, self.place_on(code, day)) for code in sorted(self.places))
        return [code for code, row in rows if row is not None and row.get("level") == level and row.get("parent")]

    def parent(self, place: str, day: date) -> str:
        row = self.place_on(place, day) or self.latest(place)
        return row.get("parent", "")

    def names(self, place: str, day: date) -> tuple[str, str]:
        """English and Chinese name of a place as of a day; else its latest."""
        row = self.place_on(place, day) or self.latest(place)
        return row["name_en"], row.get("name_zh") or row["name_en"]

    def altitude(self, place: str) -> int | None:
        found = next((row["altitude_m"] for row in reversed(self.places[place]) if row.get("altitude_m")), "")
        return int(found) if found else None

    def position(self, place: str) -> tuple[float, float] | None:
        for row in reversed(self.places[place]):
            if row.get("latitude") and row.get("longitude"):
                return float(row["latitude"]), float(row["longitude"])
        return None

    def tops(self, place: str, day: date) -> list[Tie]:
        """Territorial pairings of a place that have no parent, in force on a day."""
        return [
            tie for tie in self.at(place) if not tie.parent and tie.channel == Channel.TERRITORIAL and tie.holds(day)
        ]

    def at(self, place: str) -> list[Tie]:
        """All pairings that a place has ever had, by code."""
        return self._at.get(place, [])

    def of_channel(self, channel: str, day: date) -> list[Tie]:
        return [tie for tie in self.ties if tie.channel == channel and tie.holds(day)]

    def local(self, place: str, day: date) -> list[Tie]:
        """Territorial pairings of a place under another pairing, in force on a day."""
        return [tie for tie in self.at(place) if tie.parent and tie.channel == Channel.TERRITORIAL and tie.holds(day)]

    def root(self, tie: Tie) -> Tie:
        """The pairing at the top of a tie's parents; its donor counts people and money."""
        while tie.parent in self._by_code:
            tie = self._by_code[tie.parent]
        return tie
