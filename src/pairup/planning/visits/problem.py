"""The visits problem: sites to days, as the problem file says it. Reading refuses with all findings at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.errors import InputError
from pairup.planning.visits.seasons import Season

Numbers = NDArray[np.float64]


class Nights(StrEnum):
    RETURN = "return"  # each day from `start` to `finish`
    ANYWHERE = "anywhere"  # a day ends where one may sleep; the next begins there


@dataclass(frozen=True, slots=True)
class AltitudeRule:
    """How fast nights may climb; `visits.altitude` says how it is read."""

    above_m: float
    gain_m: float
    rest_every_m: float | None
    first_night_m: float


@dataclass(frozen=True, slots=True)
class Closure:
    """One way, on one day, no departure from `closed_from` until `closed_to` (then open again)."""

    start: int
    finish: int
    day: int
    closed_from: float
    closed_to: float


@dataclass(frozen=True, slots=True, eq=False)
class VisitProblem:
    """What a journey of some days can see. Sites are sorted by id, so the order in the file changes nothing.

    Times are in one unit throughout. `travel` holds one matrix per slot (a single one where travel does not
    change); `altitude` is NaN where it is not known. Arrays cannot be written to.
    """

    days: int
    start: int
    finish: int
    day_opens: float
    day_closes: float
    ids: tuple[str, ...]
    worth: Numbers
    stay: Numbers
    opens: Numbers
    closes: Numbers
    altitude: Numbers
    may_sleep: NDArray[np.bool_]
    travel: Numbers
    slot_minutes: float | None = None
    first_slot_at: float | None = None
    nights: Nights = Nights.RETURN
    altitude_rule: AltitudeRule | None = None
    closures: tuple[Closure, ...] = ()
    first_day: date | None = None  # of the calendar; needed where there are seasons
    seasons: tuple[Season, ...] = ()

    kind = "visits"

    def __post_init__(self) -> None:
        for column in (self.worth, self.stay, self.opens, self.closes, self.altitude, self.may_sleep, self.travel):
            column.setflags(write=False)

    @classmethod
    def from_dict(cls, said: Mapping[str, Any], file: str = "") -> VisitProblem:
        """Read a problem file's object. Refuses with every finding in `facts["findings"]`."""
        from pairup.planning.visits.reading import read

        return read(said, file)

    def to_dict(self) -> dict[str, Any]:
        """Give the object of the problem file; `from_dict` of it gives an equal problem."""
        travel: dict[str, Any] = {"order": list(self.ids)}
        if self.slot_minutes is None:
            travel["minutes"] = self.travel[0].tolist()
        else:
            travel |= {"by_slot": self.travel.tolist(), "slot_minutes": self.slot_minutes}
            travel["first_slot_at"] = self.first_slot_at
        rule = self.altitude_rule
        said: dict[str, Any] = {
            "kind": "visits", "version": 1, "days": self.days,
            "start": self.ids[self.start], "finish": self.ids[self.finish],
            "day_opens": self.day_opens, "day_closes": self.day_closes,
            "sites": [
                {
                    "id": name, "worth": float(self.worth[k]), "stay": float(self.stay[k]),
                    "opens": float(self.opens[k]), "closes": float(self.closes[k]),
                    "altitude_m": None if math.isnan(self.altitude[k]) else float(self.altitude[k]),
                    "may_sleep": bool(self.may_sleep[k]),
                }
                for k, name in enumerate(self.ids)
            ],
            "travel": travel, "nights": self.nights.value,
            "altitude_rule": None if rule is None else {
                "above_m": rule.above_m, "gain_m": rule.gain_m,
                "rest_every_m": rule.rest_every_m, "first_night_m": rule.first_night_m,
            },
            "closures": [
                {
                    "from": self.ids[c.start], "to": self.ids[c.finish], "day": c.day,
                    "closed_from": c.closed_from, "closed_to": c.closed_to,
                }
                for c in self.closures
            ],
        }  # fmt: skip
        if self.first_day is not None:
            said["first_day"] = self.first_day.isoformat()
        if self.seasons:
            said["seasons"] = [self._season(season) for season in self.seasons]
        return said

    def _season(self, season: Season) -> dict[str, Any]:
        roads = None if season.roads is None else [[self.ids[a], self.ids[b]] for a, b in season.roads]
        span = {"from": "{:02}-{:02}".format(*season.first), "to": "{:02}-{:02}".format(*season.last)}
        return {"name": season.name, **span, "slower": season.slower, "closed": season.slower is None, "roads": roads}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VisitProblem) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.ids, self.days, self.worth.tobytes(), self.travel.tobytes()))

    def without(self, *sites: str) -> VisitProblem:
        """Give the same problem in which no visit of these sites can begin. Sleeping there stays possible."""
        opens, closes = self.opens.copy(), self.closes.copy()
        for site in sites:
            opens[self.at(site)] = closes[self.at(site)] = self.day_opens - 1.0
        return replace(self, opens=opens, closes=closes)

    def with_worth(self, site: str, worth: float) -> VisitProblem:
        """Give the same problem with another worth of one site."""
        column = self.worth.copy()
        column[self.at(site)] = worth
        return replace(self, worth=column)

    def at(self, site: str) -> int:
        """Give the index of a site. Refuses a site that is not in the problem."""
        if site not in self.ids:
            raise InputError(
                f"{site!r} is not a site of this problem.", hint="Name one of its sites.",
                code="visits.unknown-site", where="site", site=site,
            )  # fmt: skip
        return self.ids.index(site)

    def night_places(self) -> list[int]:
        """Where a night can be spent, the last one included; in order of index."""
        if self.nights is Nights.RETURN:
            return [self.finish]
        return sorted({self.finish} | {int(k) for k in np.flatnonzero(self.may_sleep)})
