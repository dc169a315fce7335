"""People under codes: candidates of a round with their fitness, and those who served. No age, no sex, no name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pairup.programmes.synthetic.posts import Opening, RoundSpan
from pairup.programmes.synthetic.rows import Draw, Row, dated
from pairup.programmes.synthetic.vocabulary import PROFESSIONS
from pairup.values.codes import Fitness


@dataclass(frozen=True, slots=True)
class Pool:
    """How a round's candidates are drawn."""

    factor: float = 2.95  # candidates for each post
    language: str = ""  # spoken where the posts are, by a few candidates
    home: str = "zh"
    screened: tuple[date, date] = (date(2026, 9, 1), date(2026, 10, 31))
    valid_until: tuple[date, date] = (date(2028, 4, 1), date(2031, 12, 31))
    altitudes: tuple[tuple[int, float], ...] = ((3500, 0.04), (4000, 0.08), (4500, 0.16), (5000, 0.72))
    couples: float = 0.03


def candidates(
    openings: Sequence[Opening], shared: Mapping[str, Sequence[str]], span: RoundSpan, pool: Pool, draw: Draw
) -> tuple[list[Row], list[Row]]:
    """Draw (people, fitness) for a round, by donor and profession in proportion to the posts they could take."""
    asked: dict[tuple[str, str], float] = defaultdict(float)
    places: dict[str, list[str]] = defaultdict(list)
    for item in openings:
        for donor in shared.get(item.code, [item.donor]):
            asked[donor, item.line.profession] += 1 / len(shared.get(item.code, [item.donor]))
            places[donor].append(item.line.place)
    drawn = []
    for (donor, profession), posts in sorted(asked.items()):
        scarce = (
            0.35 if profession != "official" and draw.chance(0.1) else 1.0
        )  # posts that must be filled ask for officials
        for _ in range(max(1, round(posts * pool.factor * draw.around(1.0, 0.12) * scarce))):
            drawn.append((donor, profession))
    return _nominated(draw.shuffled(drawn), places, span, pool, draw)


def _nominated(
    drawn: list[tuple[str, str]], places: Mapping[str, Sequence[str]], span: RoundSpan, pool: Pool, draw: Draw
) -> tuple[list[Row], list[Row]]:
    partner = _couples([donor for donor, _ in drawn], pool.couples, draw)
    people, fitness = [], []
    for at, (donor, profession) in enumerate(drawn):
        code = person_code(span, at + 1)
        first, last = _available(span, draw)
        prefers = list(dict.fromkeys(draw.pick(places[donor]) for _ in range(draw.whole(0, 3))))
        limit = draw.pick((3500, 4000, 4500)) if draw.chance(0.05) else None
        people.append(
            dated(
                code,
                first,
                last,
                donor=donor,
                round=span.code,
                **_craft(profession, pool.home, pool.language, draw),
                highest_altitude_m=limit,
                prefers=prefers,
                partner=person_code(span, partner[at] + 1) if at in partner else "",
            )
        )
        fitness.append(certificate(code, pool, draw))
    return people, fitness


def person_code(span: RoundSpan, number: int) -> str:
    return f"P-{span.ordinal:02d}-{number:04d}"


def _couples(donors: Sequence[str], share: float, draw: Draw) -> dict[int, int]:
    """Join `share` of the people into couples of one donor; couples of two donors would tie blocks together."""
    by_donor: dict[str, list[int]] = defaultdict(list)
    for at, donor in enumerate(donors):
        by_donor[donor].append(at)
    partner = {}
    for _, group in sorted(by_donor.items()):
        chosen = draw.some(group, 2 * round(len(group) * share / 2))
        for one, other in zip(chosen[::2], chosen[1::2], strict=True):
            partner[one], partner[other] = other, one
    return partner


def _available(span: RoundSpan, draw: Draw) -> tuple[date, date]:
    before, after = timedelta(days=draw.whole(3, 40)), timedelta(days=draw.whole(3, 60))
    kind = draw.weighted(("all", "first", "second"), (0.92, 0.04, 0.04))
    if kind == "first":
        return span.first - before, span.middle + after
    if kind == "second":
        return span.middle + timedelta(days=1) - before, span.last + after
    return span.first - before, span.last + after


def _craft(profession: str, home: str, language: str, draw: Draw) -> dict[str, Any]:
    known = PROFESSIONS[profession]
    skills = draw.some(known.skills, draw.whole(2, min(4, len(known.skills))))
    speaks = [home, language] if language and draw.chance(0.07) else [home]
    official = profession in ("official", "enterprise_manager")
    grade = min(10, max(1, round(draw.normal(6.4 if official else 4.3, 1.5))))
    return {
        "profession": profession,
        "skills": sorted(skills),
        "languages": speaks,
        "grade": grade,
        "years_in_profession": min(36, max(2, round(draw.normal(3 + 2 * grade, 3)))),
        "licensed": draw.chance(0.94) if known.licence else None,
    }


def certificate(person: str, pool: Pool, draw: Draw) -> Row:
    outcome = draw.weighted((Fitness.FIT, Fitness.CONDITIONAL, Fitness.UNFIT), (0.84, 0.12, 0.04))
    up_to = draw.weighted([height for height, _ in pool.altitudes], (share for _, share in pool.altitudes))
    return dated(
        f"F-{person[2:]}",
        draw.day(*pool.screened),
        draw.day(*pool.valid_until),
        person=person,
        outcome=outcome,
        altitude_m=up_to,
    )


def served(openings: Sequence[Opening], span: RoundSpan, home: str, language: str, draw: Draw) -> list[Row]:
    """Give each opening of a past round the one who served there, in the same order."""
    return [
        dated(
            person_code(span, at),
            item.first,
            item.last,
            donor=item.donor,
            round=span.code,
            **_craft(item.line.profession, home, language, draw),
            prefers="",
            partner="",
        )
        for at, item in enumerate(openings, start=1)
    ]


def quotas(
    openings: Sequence[Opening], shared: Mapping[str, Sequence[str]], span: RoundSpan, total: int, draw: Draw
) -> list[Row]:
    """Give each donor a quota near the posts it serves; together `total`. Some quotas bind, most do not."""
    posts: dict[str, float] = defaultdict(float)
    for item in openings:
        donors = shared.get(item.code, [item.donor])
        for donor in donors:
            posts[donor] += 1 / len(donors)
    weights = {donor: count * draw.between(0.95, 1.07) for donor, count in sorted(posts.items())}
    scale = total / sum(weights.values())
    people = {donor: max(1, round(weight * scale)) for donor, weight in weights.items()}
    most = max(people, key=lambda donor: (people[donor], donor))
    people[most] += total - sum(people.values())
    return [
        dated(f"quota-{span.ordinal}-{donor}", span.first, span.last, round=span.code, donor=donor, people=count)
        for donor, count in people.items()
    ]
