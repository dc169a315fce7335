"""Read the object of a visits problem file: nothing is guessed, and every finding is told at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from pairup.planning.visits.problem import AltitudeRule, Closure, Nights, Numbers, VisitProblem
from pairup.planning.visits.reading_seasons import read_seasons
from pairup.values.findings import Finding
from pairup.values.reading import Reading, head
from pairup.values.words import Words

_NEEDED = ("days", "start", "finish", "day_closes", "sites", "travel", "nights")
_FREE = ("day_opens", "altitude_rule", "closures", "slot_minutes", "first_slot_at", "first_day", "seasons")
_SLOTS = ("slot_minutes", "first_slot_at")


def read(said: Mapping[str, Any], file: str = "") -> VisitProblem:
    """Read a whole problem. Raises `InputError` with `facts["findings"]`."""
    reading = Reading(file)
    top = head(reading, said, "visits", _NEEDED, _FREE)
    days = reading.whole(top["days"], "days", 1) or 1
    opens = _number(reading, top.get("day_opens"), "day_opens")
    closes = _number(reading, top["day_closes"], "day_closes")
    _ordered(reading, opens, closes, "day_closes")
    sites = _sites(reading, top["sites"])
    ids = tuple(sorted(sites))
    at = {name: k for k, name in enumerate(ids)}
    travel, slot, first = _travel(reading, top, ids)
    nights = reading.one_of(top["nights"], "nights", ("return", "anywhere")) or "return"
    start, finish = (_known(reading, top[key], key, at) for key in ("start", "finish"))
    rule = _rule(reading, top.get("altitude_rule"))
    closures = _closures(reading, top.get("closures"), at)
    first_day = None if top.get("first_day") is None else reading.day(top["first_day"], "first_day")
    seasons = read_seasons(reading, top.get("seasons"), at)
    if seasons and first_day is None:
        _found(reading, "no-first-day", "first_day")
    column = {
        key: np.array([sites[name][key] for name in ids], float)
        for key in ("worth", "stay", "opens", "closes", "altitude_m")
    }
    sleeps = np.array([sites[name]["may_sleep"] for name in ids], bool)
    if rule is not None:
        for k, name in enumerate(ids):
            is_night = k == finish or (nights == "anywhere" and sleeps[k])
            if is_night and math.isnan(column["altitude_m"][k]):
                _found(reading, "altitude-missing", "sites", site=name)
    reading.require()
    return VisitProblem(
        days, start, finish, opens, closes, ids, column["worth"], column["stay"], column["opens"], column["closes"],
        column["altitude_m"], sleeps, travel, slot, first, Nights(nights), rule, closures,
        first_day, seasons,
    )  # fmt: skip


def _found(reading: Reading, code: str, where: str, **facts: Any) -> None:
    reading.findings.append(Finding(Words(f"visits.{code}", {"where": where, **facts}), reading.file))


def _number(reading: Reading, said: Any, where: str, least: float | None = None) -> float:
    """Read a number; what is not given is 0."""
    return 0.0 if said is None else reading.number(said, where, least) or 0.0


def _ordered(reading: Reading, opens: float, closes: float, where: str) -> None:
    if closes < opens:
        _found(reading, "closes-before-opens", where, opens=opens, closes=closes)


def _sites(reading: Reading, said: Any) -> dict[str, dict[str, Any]]:
    sites: dict[str, dict[str, Any]] = {}
    for k, row in enumerate(reading.rows(said, "sites")):
        where = f"sites[{k}]"
        site = reading.keys(row, where, ("id", "closes"), ("worth", "stay", "opens", "altitude_m", "may_sleep"))
        name = reading.text(site["id"], f"{where}.id") if site is not None else None
        if site is None or name is None:
            continue
        if name in sites:
            reading.refuse("twice", f"{where}.id", id=name)
        altitude = site.get("altitude_m")
        sites[name] = {
            "worth": _number(reading, site.get("worth"), f"{where}.worth"),
            "stay": _number(reading, site.get("stay"), f"{where}.stay", 0.0),
            "opens": _number(reading, site.get("opens"), f"{where}.opens"),
            "closes": _number(reading, site["closes"], f"{where}.closes"),
            "altitude_m": math.nan if altitude is None else _number(reading, altitude, f"{where}.altitude_m"),
            "may_sleep": reading.flag(site.get("may_sleep"), f"{where}.may_sleep"),
        }
        _ordered(reading, sites[name]["opens"], sites[name]["closes"], where)
    return sites


def _travel(
    reading: Reading, top: Mapping[str, Any], ids: tuple[str, ...]
) -> tuple[Numbers, float | None, float | None]:
    """Read the matrices, in the order of `ids`; slot length and first slot are None where travel does not change."""
    nothing = np.zeros((1, len(ids), len(ids))), None, None
    said = reading.keys(top["travel"], "travel", ("order",), ("minutes", "by_slot", *_SLOTS))
    if said is None:
        return nothing
    order = [str(name) for name in reading.rows(said["order"], "travel.order")]
    if sorted(order) != list(ids):
        strange = ", ".join(sorted(set(order) ^ set(ids))) or ", ".join(
            sorted({n for n in order if order.count(n) > 1})
        )
        _found(reading, "order-differs", "travel.order", sites=strange)
        return nothing
    if ("minutes" in said) == ("by_slot" in said):
        _found(reading, "one-of-two", "travel", one="minutes", other="by_slot")
        return nothing
    to_sorted = [order.index(name) for name in ids]
    if "minutes" in said:
        return _matrix(reading, said["minutes"], "travel.minutes", to_sorted)[None], None, None
    slots = reading.rows(said["by_slot"], "travel.by_slot")
    length, first = (said.get(key) if said.get(key) is not None else top.get(key) for key in _SLOTS)
    minutes = _number(reading, length, "travel.slot_minutes", 0.0)
    if minutes <= 0 or not slots:
        _found(reading, "no-slots", "travel.by_slot")
        return nothing
    matrices = [_matrix(reading, slot, f"travel.by_slot[{k}]", to_sorted) for k, slot in enumerate(slots)]
    return np.stack(matrices), minutes, _number(reading, first, "travel.first_slot_at")


def _matrix(reading: Reading, said: Any, where: str, to_sorted: list[int]) -> Numbers:
    """Read a square matrix of times; what stands on its diagonal is not used."""
    size = len(to_sorted)
    try:
        found = np.array(said, dtype=float)
    except (TypeError, ValueError):
        found = np.zeros(0)
    if found.shape != (size, size):
        _found(reading, "not-a-matrix", where, size=size)
        return np.zeros((size, size))
    np.fill_diagonal(found, 0.0)
    if not np.isfinite(found).all() or (found < 0).any():
        _found(reading, "matrix-value", where)
        return np.zeros((size, size))
    return found[np.ix_(to_sorted, to_sorted)]


def _rule(reading: Reading, said: Any) -> AltitudeRule | None:
    if said is None:
        return None
    rule = reading.keys(said, "altitude_rule", ("above_m", "gain_m", "first_night_m"), ("rest_every_m",))
    if rule is None:
        return None
    above, first = (_number(reading, rule[key], f"altitude_rule.{key}") for key in ("above_m", "first_night_m"))
    gain, rest = (_number(reading, rule.get(key), f"altitude_rule.{key}", 0.0) for key in ("gain_m", "rest_every_m"))
    return AltitudeRule(above, gain, rest or None, first)  # a rest every 0 m is no rest, as null is


def _known(reading: Reading, said: Any, where: str, at: Mapping[str, int]) -> int:
    name = reading.text(said, where)
    return at[name] if name is not None and reading.known(name, at, where, "sites") else 0


def _closures(reading: Reading, said: Any, at: Mapping[str, int]) -> tuple[Closure, ...]:
    closures = []
    for k, row in enumerate(reading.rows(said, "closures")):
        where = f"closures[{k}]"
        closure = reading.keys(row, where, ("from", "to", "day", "closed_to"), ("closed_from",))
        if closure is None:
            continue
        closed_from = _number(reading, closure.get("closed_from"), f"{where}.closed_from")
        closed_to = _number(reading, closure["closed_to"], f"{where}.closed_to")
        _ordered(reading, closed_from, closed_to, where)
        start, finish = (_known(reading, closure[key], f"{where}.{key}", at) for key in ("from", "to"))
        day = reading.whole(closure["day"], f"{where}.day", 1) or 1
        closures.append(Closure(start, finish, day, closed_from, closed_to))
    return tuple(sorted(closures, key=lambda c: (c.day, c.start, c.finish, c.closed_from, c.closed_to)))
