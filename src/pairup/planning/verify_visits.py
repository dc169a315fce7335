"""Does this journey keep this problem? Read from the problem file's own words, without the search's clock."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pairup.values.findings import Finding
from pairup.values.words import Words

_TOLERANCE = 1e-6


class _Check:
    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said
        self.sites = {site["id"]: site for site in said["sites"]}
        self.at = {name: k for k, name in enumerate(said["travel"]["order"])}
        self.findings: list[Finding] = []

    def found(self, code: str, **facts: Any) -> None:
        self.findings.append(Finding(Words(f"visits.{code}", facts)))

    def minutes(self, a: str, b: str, day: int, t: float) -> float:
        """Travel when leaving at `t`, in the seasons of that day."""
        slower: float = math.prod(season["slower"] for season in self.seasons(a, b, day) if not season["closed"])
        return slower * self.usual(a, b, t)

    def usual(self, a: str, b: str, t: float) -> float:
        """Travel when leaving at `t`, out of season."""
        if a == b:
            return 0.0
        travel, i, j = self.said["travel"], self.at[a], self.at[b]
        if "minutes" in travel:
            return float(travel["minutes"][i][j])
        starts = [travel["first_slot_at"] + k * travel["slot_minutes"] for k in range(len(travel["by_slot"]))]
        values = [float(slot[i][j]) for slot in travel["by_slot"]]
        k = bisect.bisect_right(starts, t)
        if k == 0 or k == len(starts):
            return values[0] if k == 0 else values[-1]
        part = (t - starts[k - 1]) / (starts[k] - starts[k - 1])
        return float(values[k - 1] + part * (values[k] - values[k - 1]))

    def seasons(self, a: str, b: str, day: int) -> list[Mapping[str, Any]]:
        """Give the seasons that a road is in on a day of the journey."""
        first = self.said.get("first_day")
        if first is None or a == b:
            return []
        now = (date.fromisoformat(first) + timedelta(days=day - 1)).strftime("%m-%d")
        return [
            season
            for season in self.said.get("seasons", ())
            if (season["roads"] is None or [a, b] in season["roads"])
            and (
                season["from"] <= now <= season["to"]
                if season["from"] <= season["to"]
                else now >= season["from"] or now <= season["to"]
            )
        ]

    def closures(self, a: str, b: str, day: int) -> list[tuple[float, float]]:
        return [
            (c["closed_from"], c["closed_to"])
            for c in self.said["closures"]
            if a != b and (c["from"], c["to"], c["day"]) == (a, b, day)
        ]

    def is_closed(self, a: str, b: str, day: int, t: float) -> bool:
        if any(season["closed"] for season in self.seasons(a, b, day)):
            return True
        return any(begin <= t < end for begin, end in self.closures(a, b, day))

    def earliest(self, a: str, b: str, day: int, t: float) -> float:
        """Arrive as early as leaving at `t` or later allows."""
        moments = {t}
        for begin, end in self.closures(a, b, day):
            moments |= {end, begin - 1e-9}
        travel = self.said["travel"]
        if "by_slot" in travel:
            moments |= {travel["first_slot_at"] + k * travel["slot_minutes"] for k in range(len(travel["by_slot"]))}
        can = [m + self.minutes(a, b, day, m) for m in moments if m >= t and not self.is_closed(a, b, day, m)]
        return min(can, default=float("inf"))

    def at_once(self, a: str, b: str, day: int, t: float) -> float:
        """Arrive by leaving at `t`, whether the road is open or not."""
        return t + self.minutes(a, b, day, t)

    def day(self, row: Mapping[str, Any], begins_at: str, is_last: bool) -> None:
        """Check the times of one day, from the morning's place to the bed."""
        said, day, place, ready = self.said, row["day"], begins_at, float(self.said["day_opens"])
        is_morning = True
        for stop in row["stops"]:
            name = stop["site"]
            if name not in self.sites:
                self.found("check-unknown", day=day, site=name)
                return
            site = self.sites[name]
            if name in (said["start"], said["finish"]):
                self.found("check-end-visited", day=day, site=name)
            travels = self.earliest if is_morning else self.at_once
            soonest = travels(place, name, day, ready)
            if not is_morning and self.is_closed(place, name, day, ready):
                self.found("check-closed", day=day, site=place, to=name, time=ready)
            if stop["arrives"] < soonest - _TOLERANCE:
                self.found("check-too-fast", day=day, site=name, time=stop["arrives"], soonest=soonest)
            if (
                stop["begins"] < max(stop["arrives"], site["opens"]) - _TOLERANCE
                or stop["begins"] > site["closes"] + _TOLERANCE
            ):
                self.found("check-window", day=day, site=name, time=stop["begins"])
            if stop["leaves"] < stop["begins"] + site["stay"] - _TOLERANCE:
                self.found("check-stay", day=day, site=name, time=stop["leaves"])
            place, ready, is_morning = name, stop["leaves"], False
        bed = row["sleeps"]
        home = self.earliest(place, bed, day, ready)
        if home > said["day_closes"] + _TOLERANCE:
            self.found("check-late", day=day, site=bed, time=home)
        if is_last or said["nights"] == "return":
            if bed != said["finish"]:
                self.found("check-finish", day=day, site=bed)
        elif not self.sites[bed]["may_sleep"]:
            self.found("check-no-bed", day=day, site=bed)

    def nights(self, beds: Sequence[str]) -> None:
        """Check the altitude rule over all nights."""
        rule = self.said["altitude_rule"]
        if rule is None:
            return
        heights = [self.sites[bed]["altitude_m"] for bed in beds]
        count_from = rule["first_night_m"]
        for k, height in enumerate(heights):
            known = max(heights[:k]) if k else rule["first_night_m"]
            if height > rule["above_m"] and height > known + rule["gain_m"] + _TOLERANCE:
                self.found("check-climb", day=k + 1, site=beds[k], height=height, known=known)
            is_highest = k == 0 or height > known
            gained = height - count_from
            if (
                rule["rest_every_m"]
                and is_highest
                and height > rule["above_m"]
                and gained >= rule["rest_every_m"] - 1e-9
            ):
                count_from = height
                if k + 1 < len(heights) and heights[k + 1] > height + _TOLERANCE:
                    self.found("check-rest", day=k + 2, site=beds[k + 1], height=heights[k + 1], least=height)


def check_visits(problem: Any, chosen: Iterable[Any], objective: float | None = None) -> list[Finding]:
    """Find every requirement of the problem that these days break; an empty list where they keep all."""
    said = problem.to_dict()
    check, rows = _Check(said), [day.to_dict() for day in chosen]
    if [row["day"] for row in rows] != list(range(1, said["days"] + 1)):
        check.found("check-days", days=said["days"])
        return check.findings
    unknown = [row["sleeps"] for row in rows if row["sleeps"] not in check.sites]
    if unknown:
        check.found("check-unknown", day=0, site=", ".join(unknown))
        return check.findings
    seen: list[str] = []
    place = said["start"]
    for k, row in enumerate(rows):
        check.day(row, place, is_last=k == len(rows) - 1)
        seen += [stop["site"] for stop in row["stops"]]
        place = said["start"] if said["nights"] == "return" else row["sleeps"]
    for name in sorted({name for name in seen if seen.count(name) > 1}):
        check.found("check-twice", site=name)
    check.nights([row["sleeps"] for row in rows])
    total = sum(check.sites[name]["worth"] for name in seen if name in check.sites)
    if objective is not None and abs(total - objective) > _TOLERANCE * max(1.0, abs(total)):
        check.found("check-worth", worth=total, claimed=objective)
    return check.findings
