"""Read the parts of a postings file into rows. Each gives what it could read, and notes what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pairup.values.reading import Reading

#: tie groups, best first
Ranking = tuple[tuple[str, ...], ...]
#: two people, and the post pairs they accept
CoupleRow = tuple[tuple[str, str], tuple[tuple[str, str], ...] | None]


def read_people(reading: Reading, said: Any) -> list[tuple[str, str, date | None, date | None]]:
    rows = []
    for at, row in enumerate(reading.rows(said, "people")):
        where = f"people[{at}]"
        found = reading.keys(row, where, ("id", "donor"), ("from", "to")) or _named(row)
        if found is not None:
            code, donor = reading.text(found["id"], f"{where}.id"), reading.text(found["donor"], f"{where}.donor")
            days = reading.day(found.get("from"), f"{where}.from"), reading.day(found.get("to"), f"{where}.to")
            rows.append((code or "", donor or "", *days))
    return rows


def read_posts(reading: Reading, said: Any) -> list[tuple[str, str, int, bool, str | None, date | None, date | None]]:
    rows = []
    for at, row in enumerate(reading.rows(said, "posts")):
        where = f"posts[{at}]"
        found = reading.keys(row, where, ("id", "place", "seats"), ("must_fill", "team", "from", "to")) or _named(row)
        if found is not None:
            code, place = reading.text(found["id"], f"{where}.id"), reading.text(found["place"], f"{where}.place")
            team = None if found.get("team") is None else reading.text(found["team"], f"{where}.team")
            seats = reading.whole(found["seats"], f"{where}.seats", 1)
            days = reading.day(found.get("from"), f"{where}.from"), reading.day(found.get("to"), f"{where}.to")
            must = reading.flag(found.get("must_fill"), f"{where}.must_fill")
            rows.append((code or "", place or "", seats or 1, must, team, *days))
    return rows


def _named(row: Any) -> dict[str, Any] | None:
    """A row that lacks a key still lends its identifier, so that what names it is not refused too."""
    known = isinstance(row, Mapping) and isinstance(row.get("id"), str) and row["id"]
    return {"id": row["id"], "donor": "?", "place": "?", "seats": 1} if known else None


def read_options(
    reading: Reading, said: Any, people: list[str], posts: list[str]
) -> tuple[list[int], list[int], list[float]]:
    person_at, post_at = {code: k for k, code in enumerate(people)}, {code: k for k, code in enumerate(posts)}
    who, what, worth = [], [], []
    for at, row in enumerate(reading.rows(said, "options")):
        where = f"options[{at}]"
        if (found := reading.keys(row, where, ("person", "post", "worth"))) is None:
            continue
        value = reading.number(found["worth"], f"{where}.worth")
        is_known = reading.known(str(found["person"]), person_at, f"{where}.person", "people")
        is_known = reading.known(str(found["post"]), post_at, f"{where}.post", "posts") and is_known
        if is_known and value is not None:
            who.append(person_at[str(found["person"])])
            what.append(post_at[str(found["post"])])
            worth.append(value)
    return who, what, worth


def read_quotas(reading: Reading, said: Any) -> dict[str, int]:
    quotas = {}
    for donor, most in reading.table(said, "quotas").items():
        if most is not None and (found := reading.whole(most, f"quotas.{donor}")) is not None:
            quotas[donor] = found
    return quotas


def read_couples(reading: Reading, said: Any) -> list[CoupleRow]:
    couples: list[CoupleRow] = []
    for at, row in enumerate(reading.rows(said, "couples")):
        where = f"couples[{at}]"
        together: tuple[tuple[str, str], ...] | None = None
        people = row
        if isinstance(row, Mapping):
            if (found := reading.keys(row, where, ("people",), ("together",))) is None:
                continue
            people = found["people"]
            if found.get("together") is not None:
                together = tuple((a, b) for a, b in reading.pairs(found["together"], f"{where}.together"))
        if pair := reading.pair(people, f"{where}.people"):
            couples.append(((pair[0], pair[1]), together))
    return couples


def read_ranks(reading: Reading, said: Any, where: str) -> dict[str, Ranking]:
    ranks = {}
    for key, groups in reading.table(said, where).items():
        rows = reading.rows(groups, f"{where}.{key}")
        if all(isinstance(group, (list, tuple)) and all(isinstance(code, str) for code in group) for group in rows):
            ranks[key] = tuple(tuple(group) for group in rows)
        else:
            reading.refuse("not-groups", f"{where}.{key}")
    return ranks


def read_teams(reading: Reading, said: Any) -> list[str]:
    """Teams whose people all come from one donor."""
    found = (
        reading.text(row, f"one_donor_teams[{at}]") for at, row in enumerate(reading.rows(said, "one_donor_teams"))
    )
    return [team for team in found if team]


def check_ranks(
    reading: Reading,
    side: str,
    ranks: Mapping[str, Ranking],
    own: Mapping[str, int],
    across: str,
    other: Mapping[str, int],
) -> None:
    """Refuse lists of who is not there, and who is listed twice."""
    for key, groups in ranks.items():
        reading.known(key, own, f"preferences.{side}", side)
        listed = [code for group in groups for code in group]
        reading.once(listed, f"preferences.{side}.{key}")
        for code in listed:
            reading.known(code, other, f"preferences.{side}.{key}", across)
