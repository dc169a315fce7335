"""Rounds to plan: small ones typed as text rows, large ones drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date
from typing import Any

from pairup.planning.problems import Couple, PostingProblem


def a_round(
    *rows: str,
    quota: dict[str, int] | None = None,
    must_fill: str = "",
    seats: dict[str, int] | None = None,
    places: dict[str, str] | None = None,
    teams: dict[str, str] | None = None,
    couples: Iterable[Couple | tuple[str, str]] = (),
    most: int | None = None,
    locks: Iterable[tuple[str, str]] = (),
    forbids: Iterable[tuple[str, str]] = (),
    post_days: dict[str, tuple[str, str]] | None = None,
    person_days: dict[str, tuple[str, str]] | None = None,
    **more: Any,
) -> PostingProblem:
    """Type a round: each row is `PERSON DONOR POST WORTH`; a post stands in a place of its own unless told."""
    parts = [row.split() for row in rows]
    people = dict.fromkeys((person, donor) for person, donor, _, _ in parts)
    posts = list(dict.fromkeys([post for _, _, post, _ in parts] + must_fill.split()))
    names = [person for person, _ in people]
    when, away = post_days or {}, person_days or {}

    def days(code: str, table: dict[str, tuple[str, str]]) -> tuple[date | None, date | None]:
        first, last = table.get(code, ("", ""))
        return (date.fromisoformat(first) if first else None), (date.fromisoformat(last) if last else None)

    return PostingProblem.from_columns(
        people=[(person, donor, *days(person, away)) for person, donor in people],
        posts=[
            (post, (places or {}).get(post, f"at-{post}"), (seats or {}).get(post, 1), post in must_fill.split(),
             (teams or {}).get(post), *days(post, when))
            for post in posts
        ],
        option_person=[names.index(row[0]) for row in parts],
        option_post=[posts.index(row[2]) for row in parts],
        option_worth=[float(row[3]) for row in parts],
        quotas=quota, most_per_donor_and_place=most, couples=couples, locks=locks, forbids=forbids, **more,
    )  # fmt: skip


def a_real_round(
    seed: int,
    donors: int = 30,
    posts: int = 2150,
    people: int = 6000,
    worth_step: float = 1.0,
    per_place: int | None = None,
) -> PostingProblem:
    """Draw a round of true size: each donor's people go to its own places; teams of 5 to 12, couples, quotas, musts.

    Candidates have one of twelve professions and a grade; about fifty of them are eligible for a post.
    """
    draw = random.Random(seed)
    shares = [draw.uniform(0.4, 1.6) for _ in range(donors)]
    professions = [f"job{k}" for k in range(12)]
    commonness = [draw.uniform(0.3, 1.7) for _ in professions]
    post_rows, post_needs, people_rows, has, couples = [], [], [], [], []
    quotas = {}
    for at, share in enumerate(shares):
        donor = f"D{at:02}"
        own_posts, own_people = round(posts * share / sum(shares)), round(people * share / sum(shares))
        places = [f"{donor}-place{k}" for k in range(draw.randint(2, 6))]
        team, left = None, 0
        for k in range(own_posts):
            if left == 0 and draw.random() < 0.025:
                team, left = f"{donor}-team{k}", draw.randint(5, 12)
                team_place = draw.choice(places)
            place = team_place if left else draw.choice(places)
            must = draw.random() < 0.1 and not left
            post_rows.append((f"{donor}-post{k:04}", place, 1, must, team if left else None, None, None))
            post_needs.append((donor, draw.choices(professions, commonness)[0], draw.randint(1, 4)))
            left = max(0, left - 1)
        first = len(people_rows)
        for k in range(own_people):
            people_rows.append((f"{donor}-person{k:04}", donor, None, None))
            has.append((donor, draw.choices(professions, commonness)[0], draw.randint(1, 8)))
        pairs = draw.sample(range(first, len(people_rows)), 2 * round(0.015 * own_people))
        couples += [(people_rows[a][0], people_rows[b][0]) for a, b in zip(pairs[::2], pairs[1::2], strict=True)]
        quotas[donor] = round(own_posts * draw.uniform(0.9, 1.1))
    shelf: dict[tuple[str, str], list[int]] = {}
    for k, (donor, job, _) in enumerate(has):
        shelf.setdefault((donor, job), []).append(k)
    who, what, worth = [], [], []
    for j, (donor, job, grade) in enumerate(post_needs):
        jobs = [job, professions[(professions.index(job) + 1) % len(professions)]]
        for k in (k for name in jobs for k in shelf.get((donor, name), [])):
            if has[k][2] >= grade:
                who.append(k)
                what.append(j)
                worth.append(worth_step * draw.randint(50, 160))
    return PostingProblem.from_columns(
        people_rows, post_rows, who, what, worth, quotas=quotas, couples=couples, most_per_donor_and_place=per_place
    )
