"""What is signed of candidates, what hosts say of them, who stays in a post for another round. All of it invented."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pairup.programmes.synthetic.people import Pool, certificate
from pairup.programmes.synthetic.posts import RoundSpan
from pairup.programmes.synthetic.rows import Draw, Row, dated
from pairup.values.codes import Attested

#: the clearance that posts of a profession ask for, where they ask one
CLEARANCES = {
    "teacher": Attested.SAFEGUARDING, "doctor": Attested.PROFESSIONAL_STANDING, "nurse": Attested.PROFESSIONAL_STANDING,
}  # fmt: skip


def ask_clearances(posts: Sequence[Row], professions: Sequence[str], share: float, draw: Draw) -> None:
    """Let a share of the posts of some professions ask for the clearance of their profession."""
    for row in posts:
        is_asking = row["profession"] in professions and draw.chance(share)
        row["clearance"] = CLEARANCES[row["profession"]].value if is_asking else ""


def clearances(people: Sequence[Row], professions: Sequence[str], signed: date, draw: Draw) -> list[Row]:
    """Sign clearances of most candidates of some professions; a few are refused, run out or are missing."""
    rows = []
    for row in people:
        if row["profession"] not in professions or draw.chance(0.04):
            continue
        kind = CLEARANCES[row["profession"]]
        rows.append(_attestation(f"A-{row['code'][2:]}", row["code"], kind, signed, draw))
    return rows


def licences(people: Sequence[Row], share: float, signed: date, draw: Draw) -> list[Row]:
    """Give the days of some of the licences that are only noted elsewhere."""
    return [
        _attestation(f"L-{row['code'][2:]}", row["code"], Attested.LICENCE, signed, draw, holds=True)
        for row in people
        if row["licensed"] == "yes" and draw.chance(share)
    ]


def rule_met(people: Sequence[Row], rule: str, signed: date, draw: Draw) -> list[Row]:
    """Sign of most candidates whether they meet a dated rule: yes or no, and never by what."""
    return [
        _attestation(f"R-{row['code'][2:]}", row["code"], Attested.RULE, signed, draw, rule=rule)
        for row in people
        if not draw.chance(0.03)
    ]


def _attestation(
    code: str, person: str, kind: Attested, signed: date, draw: Draw, *, rule: str = "", holds: bool | None = None
) -> Row:
    first, last = signed + timedelta(days=draw.whole(0, 60)), signed + timedelta(days=draw.whole(600, 1900))
    is_held = not draw.chance(0.02) if holds is None else holds
    return dated(code, first, last, person=person, kind=kind, rule=rule, holds=is_held, signed_by="")


def host_views(
    posts: Sequence[Row], people: Sequence[Row], donors: Mapping[str, Sequence[str]], share: float, draw: Draw,
    said: date,
) -> list[Row]:  # fmt: skip
    """Let some hosts rank three candidates of their post's donors and profession, and now and then refuse one."""
    shelf: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in people:
        shelf[row["donor"], row["profession"]].append(row["code"])
    rows: list[Row] = []
    for post in posts:
        near = [code for donor in donors.get(post["code"], ()) for code in shelf[donor, post["profession"]]]
        if len(near) < 4 or not draw.chance(share):
            continue
        ranked = draw.some(near, 4 if draw.chance(0.2) else 3)
        for at, person in enumerate(ranked, start=1):
            refuses = at == 4
            rows.append(
                dated(f"V-{post['code'][2:]}-{at}", said, None, post=post["code"], person=person,
                      rank="" if refuses else at, refuses=refuses)
            )  # fmt: skip
    return rows


def stayers(
    posts: Sequence[Row], served: Mapping[str, Row], span: RoundSpan, count: int, pool: Pool, draw: Draw
) -> tuple[list[Row], list[Row]]:
    """Nominate for another round some of those who hold a full-term post outside teams: (people, fitness).

    `served` holds the person's row by the post of the round before.
    """
    able = [
        (row, served[row["continues"]]) for row in posts
        if row["continues"] in served and row["term"] == "full" and not row["team"]
        and served[row["continues"]]["profession"] == row["profession"]
    ]  # fmt: skip
    people, fitness = [], []
    for post, before in draw.some(able, count):
        again = dict(before) | {
            "from": span.first.isoformat(), "to": (span.last + timedelta(days=30)).isoformat(), "round": span.code,
            "years_in_profession": str(int(before["years_in_profession"]) + 3), "prefers": post["place"],
            "highest_altitude_m": "",
        }  # fmt: skip
        people.append(again)
        fitness.append(certificate(before["code"], pool, draw))
    return people, fitness
