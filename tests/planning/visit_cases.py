"""Small journeys to test with, and a search that tries every journey."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st


def a_site(
    name: str, worth: float = 0, stay: float = 0, hours: tuple[float, float] = (0, 100), **more: Any
) -> dict[str, Any]:
    return {"id": name, "worth": worth, "stay": stay, "opens": hours[0], "closes": hours[1], **more}


def a_journey(*sites: dict[str, Any], minutes: Any = 10, days: int = 1, **more: Any) -> dict[str, Any]:
    """A problem of these sites, the first of them the base. `minutes` is one time for all roads, or a matrix."""
    size = len(sites)
    matrix = (
        minutes if isinstance(minutes, list) else [[0 if a == b else minutes for b in range(size)] for a in range(size)]
    )
    return {
        "kind": "visits", "version": 1, "days": days, "start": sites[0]["id"], "finish": sites[0]["id"], "day_opens": 0,
        "day_closes": 100, "sites": list(sites), "travel": {"order": [s["id"] for s in sites], "minutes": matrix},
        "nights": "return", "altitude_rule": None, "closures": [], **more,
    }  # fmt: skip


RULE = {"above_m": 3000, "gain_m": 500, "rest_every_m": 1000, "first_night_m": 3000}


@st.composite
def journeys(draw: st.DrawFn) -> dict[str, Any]:
    """Tiny problems with every feature of the format; roads need not keep the triangle inequality."""
    size, days = draw(st.integers(2, 5)), draw(st.integers(1, 3))
    times = st.integers(0, 30)
    sites = []
    for k in range(size):
        opens = draw(st.integers(0, 40))
        sites.append(
            a_site(
                f"s{k}", draw(st.integers(-2, 9)), draw(st.integers(0, 15)), (opens, opens + draw(st.integers(0, 40))),
                altitude_m=draw(st.sampled_from([2500, 3000, 3400, 3500, 3900, 4000, 4500, 5000])),
                may_sleep=draw(st.booleans()),
            )
        )  # fmt: skip
    order = draw(st.permutations([site["id"] for site in sites]))
    if draw(st.booleans()):
        spots = [(draw(times), draw(times)) for _ in sites]
        matrix = [[abs(a[0] - b[0]) + abs(a[1] - b[1]) for b in spots] for a in spots]
    else:
        matrix = [[draw(times) for _ in sites] for _ in sites]
    travel: dict[str, Any] = {"order": order, "minutes": matrix}
    if draw(st.integers(0, 2)) == 0:
        slots = [[[draw(times) for _ in sites] for _ in sites] for _ in range(draw(st.integers(1, 3)))]
        travel = {
            "order": order,
            "by_slot": slots,
            "slot_minutes": draw(st.integers(5, 20)),
            "first_slot_at": draw(times),
        }
    name = st.sampled_from(order)
    closures = []
    for _ in range(draw(st.integers(0, 2))):
        closed_from = draw(st.integers(0, 30))
        closures.append(
            {"from": draw(name), "to": draw(name), "day": draw(st.integers(1, 3)), "closed_from": closed_from,
             "closed_to": closed_from + draw(st.integers(0, 40))}
        )  # fmt: skip
    seasons = []
    for _ in range(draw(st.integers(0, 1))):
        roads = draw(st.sampled_from([None, [[draw(name), draw(name)], [draw(name), draw(name)]]]))
        way = draw(st.sampled_from([{"slower": 1.5}, {"closed": True}]))
        first, last = (draw(st.sampled_from(days_)) for days_ in (["11-15", "12-31", "01-01"], ["12-31", "03-31"]))
        seasons.append({"name": "winter", "from": first, "to": last, **way, "roads": roads})
    return {
        "first_day": "2026-12-30", "seasons": seasons,
        "kind": "visits", "version": 1, "days": days, "start": draw(name), "finish": draw(name), "day_opens": 0,
        "day_closes": draw(st.integers(20, 80)), "sites": sites, "travel": travel,
        "nights": draw(st.sampled_from(["return", "anywhere"])), "altitude_rule": draw(st.sampled_from([None, RULE])),
        "closures": closures,
    }  # fmt: skip


def best_by_trying_all(said: dict[str, Any]) -> float | None:
    """The most any journey is worth, or None where there is none. Every order of every set of sites is tried."""
    best: list[float] = []
    sites = {site["id"]: site for site in said["sites"]}

    def go(day: int, place: str, time: float, seen: frozenset[str], nights: tuple[float, ...], worth: float) -> None:
        for name, site in sites.items():
            if name not in seen and name not in (said["start"], said["finish"]):
                begin = max(arrival(said, place, name, day, time), site["opens"])
                leave = begin + site["stay"]
                if begin <= site["closes"] and leave <= said["day_closes"]:
                    go(day, name, leave, seen | {name}, nights, worth + site["worth"])
        for bed in beds(said, day):
            slept = (*nights, float(sites[bed]["altitude_m"]))
            if arrival(said, place, bed, day, time) <= said["day_closes"] and keeps_rule(said["altitude_rule"], slept):
                if day == said["days"]:
                    best.append(worth)
                else:
                    wakes = said["start"] if said["nights"] == "return" else bed
                    go(day + 1, wakes, said["day_opens"], seen, slept, worth)

    go(1, said["start"], said["day_opens"], frozenset(), (), 0.0)
    return max(best, default=None)


def beds(said: dict[str, Any], day: int) -> list[str]:
    if said["nights"] == "return" or day == said["days"]:
        return [said["finish"]]
    return [site["id"] for site in said["sites"] if site["may_sleep"]]


def arrival(said: dict[str, Any], a: str, b: str, day: int, ready: float) -> float:
    """The earliest arrival, whenever the team leaves from `ready` on."""
    if a == b:
        return ready
    shut = [
        (c["closed_from"], c["closed_to"])
        for c in said["closures"]
        if (c["from"], c["to"], c["day"]) == (a, b, day) and c["closed_from"] < c["closed_to"]
    ]
    now = in_season(said, a, b, day)
    if any(season.get("closed") for season in now):
        return float("inf")
    slower = 1.0
    for season in now:
        slower *= season["slower"]
    moments = {ready, *(end for _, end in shut), *(begin - 1e-9 for begin, _ in shut), *slot_starts(said)}
    return min(
        (
            t + slower * minutes(said, a, b, t)
            for t in moments
            if t >= ready and not any(lo <= t < hi for lo, hi in shut)
        ),
        default=float("inf"),
    )


def in_season(said: dict[str, Any], a: str, b: str, day: int) -> list[dict[str, Any]]:
    """The seasons that a road is in on that day: each day of the year is looked for in the list of theirs."""
    if not said.get("seasons"):
        return []
    year = [date(2024, 1, 1) + timedelta(days=k) for k in range(366)]
    named = [day.strftime("%m-%d") for day in year]
    now = (date.fromisoformat(said["first_day"]) + timedelta(days=day - 1)).strftime("%m-%d")
    found = []
    for season in said["seasons"]:
        first, last = named.index(season["from"]), named.index(season["to"])
        days = named[first : last + 1] if first <= last else named[first:] + named[: last + 1]
        if now in days and (season["roads"] is None or [a, b] in season["roads"]):
            found.append(season)
    return found


def slot_starts(said: dict[str, Any]) -> Iterator[float]:
    travel = said["travel"]
    for k in range(len(travel.get("by_slot", []))):
        yield travel["first_slot_at"] + k * travel["slot_minutes"]


def minutes(said: dict[str, Any], a: str, b: str, t: float) -> float:
    travel = said["travel"]
    i, j = travel["order"].index(a), travel["order"].index(b)
    if "minutes" in travel:
        return float(travel["minutes"][i][j])
    starts, values = list(slot_starts(said)), [slot[i][j] for slot in travel["by_slot"]]
    if t <= starts[0]:
        return float(values[0])
    for k in range(1, len(starts)):
        if t <= starts[k]:
            return values[k - 1] + (values[k] - values[k - 1]) * (t - starts[k - 1]) / (starts[k] - starts[k - 1])
    return float(values[-1])


def keeps_rule(rule: dict[str, Any] | None, nights: tuple[float, ...]) -> bool:
    """Check all nights from the first: the climb of each, and the rest after each thousand metres gained."""
    if rule is None:
        return True
    used_to = counted_from = rule["first_night_m"]
    due: float | None = None
    for k, height in enumerate(nights):
        if due is not None and height > due:
            return False
        if height > rule["above_m"] and height > used_to + rule["gain_m"]:
            return False
        is_highest = k == 0 or height > max(nights[:k])
        due = None
        if is_highest and height > rule["above_m"] and height - counted_from >= rule["rest_every_m"]:
            due = counted_from = height
        used_to = max(nights[: k + 1])
    return True
