"""Seeded markets with preferences on both sides: how stable rounds of any size are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.planning.problems.posting import Couple, PostingProblem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def lists(
    applicants: int, programmes: int, listed: int, seed: int, likeness: float = 0.0
) -> tuple[list[Ints], list[Ints]]:
    """Draw strict lists: each applicant names up to so many programmes, each programme ranks all who name it.

    With `likeness` above 0 both sides agree in part: a common standing counts so much against a draw of one's own.
    """
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(applicants), listed)
    pairs = np.unique(person * programmes + random.integers(0, programmes, len(person)))
    person, post = pairs // programmes, pairs % programmes
    own = random.random(len(pairs)) + likeness * random.random(programmes)[post]
    theirs = random.random(len(pairs)) + likeness * random.random(applicants)[person]
    by_person, by_post = np.lexsort((own, person)), np.lexsort((theirs, post))
    edges = np.cumsum(np.bincount(person, minlength=applicants))[:-1]
    other = np.cumsum(np.bincount(post, minlength=programmes))[:-1]
    return np.split(post[by_person], edges), np.split(person[by_post], other)


def market(
    applicants: int, programmes: int, seats: int, listed: int, seed: int, *, likeness: float = 0.0, tied: int = 1
) -> PostingProblem:
    """Give the stable round of such lists; with `tied` above 1, so many in a row are liked alike by each programme."""
    wishes, ranked = lists(applicants, programmes, listed, seed, likeness)
    people = [f"a{k:05d}" for k in range(applicants)]
    posts = [f"p{k:05d}" for k in range(programmes)]
    who = np.repeat(np.arange(applicants), [len(row) for row in wishes])
    worth = np.random.default_rng(seed + 1).integers(1, 101, len(who)).astype(np.float64)
    return PostingProblem.from_columns(
        [(code, "any", None, None) for code in people],
        [(code, code, seats, False, None, None, None) for code in posts],
        who, np.concatenate(wishes), worth, mode="stable",
        person_ranks={people[k]: tuple((posts[j],) for j in row.tolist()) for k, row in enumerate(wishes)},
        post_ranks={
            posts[j]: tuple(
                tuple(people[k] for k in row[at : at + tied].tolist()) for at in range(0, len(row), tied)
            )
            for j, row in enumerate(ranked)
        },
    )  # fmt: skip


def couples_market(residents: int, share: float, seed: int, listed: int = 5) -> PostingProblem:
    """Draw hospitals and residents of whom a share are in couples, after Manlove, McBride and Trimble (2017).

    As many seats as residents at a tenth as many hospitals; the best liked hospital is drawn five times as often as
    the least. Each resident lists `listed` hospitals, and hospitals rank all who list them, strictly. A couple accepts
    every pair of what its two list, in the order of a draw between both ranks and chance.
    https://doi.org/10.1007/s10601-016-9249-7
    """
    random = np.random.default_rng(seed)
    hospitals = max(listed, residents // 10)
    liked = np.linspace(5.0, 1.0, hospitals)
    wishes = [random.choice(hospitals, listed, replace=False, p=liked / liked.sum()) for _ in range(residents)]
    seats = np.bincount(random.integers(0, hospitals, residents - hospitals), minlength=hospitals) + 1
    people, posts = [f"r{k:04d}" for k in range(residents)], [f"h{k:03d}" for k in range(hospitals)]
    paired, couples = 2 * round(share * residents / 2), []
    for k in range(0, paired, 2):
        pairs = [(i + j + 3.0 * random.random(), i, j) for i in range(listed) for j in range(listed)]
        accepted = tuple((posts[wishes[k][i]], posts[wishes[k + 1][j]]) for _, i, j in sorted(pairs))
        couples.append(Couple((people[k], people[k + 1]), accepted))
    who = np.repeat(np.arange(residents), listed)
    what = np.concatenate(wishes)
    ranked = [random.permutation(who[what == h]) for h in range(hospitals)]
    return PostingProblem.from_columns(
        [(code, "any", None, None) for code in people],
        [(code, code, int(room), False, None, None, None) for code, room in zip(posts, seats, strict=True)],
        who, what, np.zeros(len(who)), mode="stable", couples=couples,
        person_ranks={people[k]: tuple((posts[h],) for h in wishes[k]) for k in range(paired, residents)},
        post_ranks={posts[h]: tuple((people[k],) for k in row.tolist()) for h, row in enumerate(ranked)},
    )  # fmt: skip


def real_market(
    seed: int = 0, donors: int = 30, posts: int = 2_150, people: int = 6_000, tightness: float = 1.0,
    couples: float = 0.03,
) -> PostingProblem:  # fmt: skip
    """Draw a stable round of true size: about fifty people eligible for a post, both sides' lists with ties.

    Donors send to places of their own; every fifth post is open to the next donor's people too. Teams of five to
    twelve posts at a place, a tenth of the other posts must be filled, couples list up to a dozen post pairs at one
    place. `tightness` is about the mean of posts over quota: above 1, quotas leave posts empty.
    """
    random = np.random.default_rng(seed)
    share = random.uniform(0.4, 1.6, donors)
    donor_of = np.sort(random.choice(donors, people, p=share / share.sum()))
    home = np.sort(random.choice(donors, posts, p=share / share.sum()))
    place_of = home * 6 + random.integers(0, 4, posts)
    team = _teams(place_of, random)
    job_of, job_for = random.integers(0, 6, people), random.integers(0, 6, posts)
    grade_of, grade_for = random.integers(1, 9, people), random.integers(1, 5, posts)
    is_shared = random.random(posts) < 0.2
    may = (donor_of[:, None] == home) | ((donor_of[:, None] == (home + 1) % donors) & is_shared)
    may &= (np.abs(job_of[:, None] - job_for) <= 1) & (grade_of[:, None] >= grade_for)
    person, post = np.nonzero(may)
    draw = random.random(len(person))
    liked = np.floor(8 * (0.5 * random.random(posts)[post] + 0.5 * draw)).astype(np.int64)
    wanted = np.floor(6 * (0.5 * grade_of[person] / 8 + 0.5 * random.random(len(person)))).astype(np.int64)
    names, codes = [f"a{k:04d}" for k in range(people)], [f"p{k:04d}" for k in range(posts)]
    pairs = _couples(person, post, place_of, liked, donor_of, round(couples * people / 2), random)
    must = (random.random(posts) < 0.1) & (team < 0)
    supply = np.bincount(home, minlength=donors)
    return PostingProblem.from_columns(
        [(names[k], f"D{donor_of[k]:02d}", None, None) for k in range(people)],
        [
            (codes[j], f"L{place_of[j]:03d}", 1, bool(must[j]), f"t{team[j]:03d}" if team[j] >= 0 else None, None, None)
            for j in range(posts)
        ],
        person, post, random.integers(50, 161, len(person)).astype(np.float64), mode="stable",
        quotas={f"D{d:02d}": int(supply[d] / tightness * random.uniform(0.9, 1.1)) for d in range(donors)},
        couples=[
            Couple((names[a], names[b]), tuple((codes[x], codes[y]) for x, y in listed)) for a, b, listed in pairs
        ],
        person_ranks=_groups(person, -liked, post, names, codes),
        post_ranks=_groups(post, -wanted, person, codes, names),
    )  # fmt: skip


def _teams(place_of: Ints, random: np.random.Generator) -> Ints:
    """The team of each post, -1 for most: about an eighth of the posts of a place."""
    team, made = np.full(len(place_of), -1, dtype=np.int64), 0
    for place in np.unique(place_of):
        here = random.permutation(np.flatnonzero(place_of == place))
        size = int(random.integers(5, 13))
        if len(here) > 2 * size and random.random() < 0.3:
            team[here[:size]] = made
            made += 1
    return team


def _couples(
    person: Ints, post: Ints, place_of: Ints, liked: Ints, donor_of: Ints, count: int, random: np.random.Generator
) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Draw couples of one donor, each with the post pairs at one place they like best together."""
    mine: dict[int, list[tuple[int, int]]] = {}
    for who, what, like in zip(person.tolist(), post.tolist(), liked.tolist(), strict=True):
        mine.setdefault(who, []).append((what, like))
    found: list[tuple[int, int, list[tuple[int, int]]]] = []
    taken: set[int] = set()
    for _ in range(20 * count):
        a = int(random.integers(0, len(donor_of) - 1))
        b = int(random.choice(np.flatnonzero(donor_of == donor_of[a])))
        if len(found) == count or a == b or {a, b} & taken:
            continue
        listed = sorted(
            (-like - other, float(random.random()), x, y)
            for x, like in mine.get(a, []) for y, other in mine.get(b, []) if x != y and place_of[x] == place_of[y]
        )[:12]  # fmt: skip
        if listed:
            found.append((a, b, [(x, y) for _, _, x, y in listed]))
            taken |= {a, b}
    return found


def _groups(key: Ints, rank: Ints, other: Ints, own: list[str], codes: list[str]) -> dict[str, Any]:
    """Tie groups, best (least rank) first, of each key."""
    table: dict[str, list[tuple[str, ...]]] = {}
    for group in np.split(
        order := np.lexsort((other, rank, key)),
        np.flatnonzero((np.diff(key[order]) != 0) | (np.diff(rank[order]) != 0)) + 1,
    ):
        table.setdefault(own[key[group[0]]], []).append(tuple(codes[k] for k in other[group].tolist()))
    return {code: tuple(groups) for code, groups in table.items()}
