"""Posts of the partnerships: short missions in days beside long terms, those who serve and those who could."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pairup.programmes.partners.setting import AGE_RULE, ON, PLANNED, ROUNDS, mission_start
from pairup.programmes.synthetic import conditions
from pairup.programmes.synthetic.people import person_code
from pairup.programmes.synthetic.posts import RoundSpan
from pairup.programmes.synthetic.rows import Draw, Row, Tables, dated
from pairup.values.codes import Fitness, PostingStatus, TermKind

POSTS, PEOPLE = 120, 300
_CRAFTS = {
    "doctor": (("surgery", "anaesthesia", "obstetrics", "emergency"), "Specialist and trainer", "专科医师兼培训"),
    "nurse": (("midwifery", "theatre_nursing", "triage", "infection_control"), "Nurse trainer", "护理培训"),
    "engineer": (
        ("imaging_equipment", "oxygen_supply", "power", "sterilisation"),
        "Biomedical engineer",
        "生物医学工程师",
    ),
    "adviser": (("hospital_management", "procurement", "health_records"), "Resident adviser", "驻院顾问"),
}
_SHARES = (0.42, 0.32, 0.14, 0.12)


def people(made: Tables, seed: int) -> Tables:
    """Make posts for the three rounds, postings of the first two, candidates and quotas of the third."""
    tables: Tables = {
        name: [] for name in ("posts", "teams", "people", "fitness", "quotas", "postings", "counterparts")
    }
    for span in ROUNDS[:-1]:
        draw = Draw(seed, f"partners/{span.code}")
        posts = _posts(made, span, 50, draw)
        tables["posts"] += posts
        for at, post in enumerate(posts, start=1):
            _serve(tables, post, span, at, draw)
    draw = Draw(seed, "partners/planned")
    posts = _posts(made, PLANNED, POSTS, draw)
    tables["teams"] += _teams(posts, draw)
    tables["posts"] += posts
    _nominate(tables, posts, Draw(seed, "partners/candidates"))
    crafts, nominated, signed = ["doctor", "nurse"], tables["people"][-PEOPLE:], date(2026, 8, 20)
    conditions.ask_clearances(posts, crafts, 0.4, Draw(seed, "partners/clearance_asked"))
    tables["attestations"] = [
        *conditions.clearances(nominated, crafts, signed, Draw(seed, "partners/clearances")),
        *conditions.licences(nominated, 0.5, signed, Draw(seed, "partners/licences")),
        *conditions.rule_met(nominated, AGE_RULE, signed, Draw(seed, "partners/rule_met")),
    ]
    open_to = {post["code"]: post["open_to"].split(";") for post in posts}
    tables["host_views"] = conditions.host_views(
        posts, nominated, open_to, 0.3, Draw(seed, "partners/host_views"), date(2026, 10, 12)
    )
    donors = _demand(posts)
    for donor, asked in sorted(donors.items()):
        tables["quotas"].append(
            dated(
                f"quota-{PLANNED.ordinal}-{donor}",
                PLANNED.first,
                PLANNED.last,
                round=PLANNED.code,
                donor=donor,
                people=max(4, asked),
            )
        )
    return tables


def _posts(made: Tables, span: RoundSpan, count: int, draw: Draw) -> list[Row]:
    rows = []
    tied = [row for row in made["pairings"] if row["from"] <= span.last.isoformat()]
    for at in range(1, count + 1):
        pairing = draw.pick(tied)
        craft = draw.weighted(list(_CRAFTS), _SHARES)
        skills, title_en, title_zh = _CRAFTS[craft]
        mission = craft != "adviser" and draw.chance(0.66)
        length = draw.whole(5, 21)
        first = mission_start(span, 21, draw) if mission else span.first
        last = first + timedelta(days=length - 1) if mission else draw.pick((span.last, span.middle))
        required = draw.some(skills, 1) if draw.chance(0.6) else []
        rows.append(
            dated(
                f"Q-{span.ordinal:02d}-{at:04d}",
                first,
                last,
                round=span.code,
                place=pairing["place"],
                host=pairing["recipient"],
                pairing=pairing["code"],
                title_en=title_en,
                title_zh=title_zh,
                profession=craft,
                skills_required=required,
                skills_desired=[skill for skill in draw.some(skills, 2) if skill not in required],
                language="fr" if draw.chance(0.12) else "",
                least_grade=draw.whole(1, 4),
                licence_needed=craft in ("doctor", "nurse"),
                term=TermKind.MISSION if mission else TermKind.FULL,
                seats=1,
                must_fill=False,
                priority=draw.whole(2, 5),
                open_to=_open_to(pairing["donor"], made, draw),
                team="",
                continues="",
                need="",
            )
        )
    return rows


def _open_to(donor: str, made: Tables, draw: Draw) -> list[str]:
    """The pairing's donor, written out; one post in five is open to two more hospitals."""
    others = sorted({row["donor"] for row in made["pairings"]} - {donor})
    return [donor, *draw.some(others, 2)] if draw.chance(0.2) else [donor]


def _demand(posts: list[Row]) -> dict[str, int]:
    asked: dict[str, int] = {}
    for post in posts:
        donor = post["open_to"].partition(";")[0]
        asked[donor] = asked.get(donor, 0) + 1
    return asked


def _teams(posts: list[Row], draw: Draw) -> list[Row]:
    """Join some missions to one hospital that begin close together into teams that go whole or not at all."""
    rows: list[Row] = []
    by_pairing: dict[str, list[Row]] = {}
    for post in posts:
        if post["term"] == TermKind.MISSION:
            by_pairing.setdefault(post["pairing"], []).append(post)
    for pairing, missions in sorted(by_pairing.items())[::3]:
        group = sorted(missions, key=lambda post: post["from"])[:3]
        if len(group) < 3:
            continue
        code = f"T-{PLANNED.ordinal:02d}-{pairing}"
        lead = group[0]["open_to"].partition(";")[0]
        first, length = date.fromisoformat(group[0]["from"]), draw.whole(7, 14)
        for post in group:
            post |= {"team": code, "from": first.isoformat(), "to": (first + timedelta(days=length - 1)).isoformat()}
        rows.append(
            dated(
                code,
                first,
                first + timedelta(days=length - 1),
                name_en=f"Surgical mission {pairing}",
                name_zh=f"手术任务组 {pairing}",
                round=PLANNED.code,
                lead="" if len(rows) % 2 else lead,  # every other team comes from one hospital, whichever it is
                one_lead=True,
            )
        )
    return rows


def _craft(craft: str, draw: Draw) -> dict[str, Any]:
    skills = _CRAFTS[craft][0]
    grade = min(8, max(1, round(draw.normal(4.2, 1.5))))
    return {
        "profession": craft,
        "skills": sorted(draw.some(skills, draw.whole(2, 3))),
        "languages": ["en", "fr"] if draw.chance(0.4) else ["en"],
        "grade": grade,
        "years_in_profession": max(2, round(draw.normal(4 + 2 * grade, 3))),
        "licensed": draw.chance(0.96) if craft in ("doctor", "nurse") else None,
    }


def _serve(tables: Tables, post: Row, span: RoundSpan, at: int, draw: Draw) -> None:
    """Give a post of a past round the one who served, and half of them a counterpart."""
    donor, code = post["open_to"].partition(";")[0], f"R-{post['code'][2:]}"
    craft = _craft(post["profession"], draw)
    tables["people"].append(
        dated(
            person_code(span, at), post["from"], post["to"], donor=donor, round=span.code, **craft, prefers="",
            partner="",
        )
    )  # fmt: skip
    status = (
        PostingStatus.COMPLETED
        if post["to"] < ON.isoformat()
        else PostingStatus.IN_POST
        if post["from"] <= ON.isoformat()
        else PostingStatus.PLANNED
    )
    tables["postings"].append(
        dated(
            code, post["from"], post["to"], person=person_code(span, at), post=post["code"], status=status,
            full_time=True, run="",
        )
    )  # fmt: skip
    if draw.chance(0.5):
        independent = draw.weighted((True, False, None), (0.5, 0.3, 0.2)) if status == PostingStatus.COMPLETED else None
        tables["counterparts"].append(
            dated(
                f"C-{post['code'][2:]}",
                post["from"],
                post["to"],
                posting=code,
                goal="Carries out the agreed procedure without help",
                independent=independent,
            )
        )


def _nominate(tables: Tables, posts: list[Row], draw: Draw) -> None:
    """Draw candidates: a third free all year, the others for some weeks, in which they may take several missions."""
    wanted = [(post["open_to"].partition(";")[0], post["profession"]) for post in posts]
    places = sorted({post["place"] for post in posts})
    for at in range(1, PEOPLE + 1):
        donor, craft = wanted[at % len(wanted)] if at <= 2 * len(wanted) else draw.pick(wanted)
        first, last = (
            PLANNED.first - timedelta(days=draw.whole(2, 20)),
            PLANNED.last + timedelta(days=draw.whole(2, 20)),
        )
        if not draw.chance(0.45):
            first = draw.day(PLANNED.first, date(PLANNED.first.year, 8, 1))
            last = first + timedelta(days=draw.whole(60, 150))
        code = person_code(PLANNED, at)
        partner = at + 1 if at % 60 == 1 else at - 1 if at % 60 == 2 else 0
        if partner and at % 60 == 2:
            donor = tables["people"][-1]["donor"]
        tables["people"].append(
            dated(
                code,
                first,
                last,
                donor=donor,
                round=PLANNED.code,
                **_craft(craft, draw),
                highest_altitude_m="",
                prefers=draw.some(places, draw.whole(0, 2)),
                partner=person_code(PLANNED, partner) if partner else "",
            )
        )
        tables["fitness"].append(
            dated(
                f"F-{code[2:]}",
                draw.day(date(2026, 8, 1), date(2026, 10, 31)),
                draw.day(date(2027, 6, 1), date(2028, 3, 31)),
                person=code,
                outcome=draw.weighted((Fitness.FIT, Fitness.CONDITIONAL, Fitness.UNFIT), (0.85, 0.11, 0.04)),
                altitude_m=draw.pick((2500, 3500, 4500)),
            )
        )
