"""Seeded rounds of any size: eligibility by sector, teams, couples, and caps of donors at a place.

After the constrained set of our planning notes: 8 sectors, each person draws 50 posts of their sector (with
repeats, so fewer are left in a small round), scores 1 to 29 with many ties, 17 donors, 15 % of the posts in teams
of five in one place, 3 % of the people in couples, at most `cap` people of a donor at a place. `tightness` is the
cap over the mean number of people of a donor at a place; 1.0 leaves nothing to spare, 1.02 at n = 1,000 (cap 6 against
5.9) and 1.06 at n = 4,000 and 12,000 (10 against 9.4) are the published ones.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pairup.planning.problems.posting import PostingProblem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

DONORS, SECTORS, DRAWS = 17, 8, 50
#: places of the published sizes; other sizes take one for each 160 posts
PLACES = {1_000: 10, 4_000: 25, 12_000: 75}


def plain_columns(size: int, seed: int, is_structured: bool) -> tuple[Ints, Ints, Ints]:
    """Person, post and worth of each pair: scores 1 to 29 within sectors, or 1 to 1,000 anywhere.

    Each person has their own post among the pairs, so that a perfect assignment exists.
    """
    random = np.random.default_rng(seed)
    if not is_structured:
        person = np.repeat(np.arange(size), DRAWS)
        post = random.integers(0, size, len(person))
        pairs = np.unique(np.concatenate([person * size + post, np.arange(size) * (size + 1)]))
        return pairs // size, pairs % size, random.integers(1, 1001, len(pairs))
    person, post, worth, _ = _structured(size, random)
    return person, post, worth


def _structured(size: int, random: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Pairs within sectors, and the order that sorts posts into sectors."""
    sector = np.sort(random.integers(0, SECTORS, size))  # of person k and of post k: as many of each
    starts = np.searchsorted(sector, np.arange(SECTORS + 1))
    shuffle = random.permutation(size)  # a post's number says nothing of its sector
    person = np.repeat(np.arange(size), DRAWS)
    low, high = starts[sector[person]], starts[sector[person] + 1]
    drawn = low + (random.random(len(person)) * (high - low)).astype(np.int64)
    pairs = np.unique(np.concatenate([person * size + shuffle[drawn], np.arange(size) * size + shuffle]))
    person, post = pairs // size, pairs % size
    grade_of, grade_for = random.integers(0, 9, size), random.integers(0, 9, size)
    speaks = random.random((size, 4)) < 0.4
    tongue = random.integers(0, 4, size)
    worth = 1 + (8 - np.abs(grade_of[person] - grade_for[post])) + 8 * speaks[person, tongue[post]]
    return person, post, worth + random.integers(0, 13, len(pairs)), sector


def tied_round(size: int, seed: int = 0, *, cap: int | None = None, tightness: float = 1.05) -> PostingProblem:
    """Give a round with teams, caps and couples; without `cap` it follows from the tightness."""
    random = np.random.default_rng(seed)
    person, post, worth, _ = _structured(size, random)
    places = PLACES.get(size, max(2, round(size / 160)))
    place_of = random.integers(0, places, size)
    donor_of = random.integers(0, DONORS, size)
    if cap is None:
        cap = max(1, math.ceil(size / places / DONORS * tightness - 1e-9))
    teams: dict[int, str] = {}
    wanted = round(0.15 * size / 5)
    by_place = [list(random.permutation(np.flatnonzero(place_of == place))) for place in range(places)]
    while len(teams) < 5 * wanted and max(map(len, by_place)) >= 5:
        place = int(random.integers(0, places))
        if len(by_place[place]) >= 5:
            name = f"t{len(teams) // 5:05d}"
            teams |= {int(by_place[place].pop()): name for _ in range(5)}
    paired = random.permutation(size)[: 2 * round(0.015 * size)]
    width = len(str(size))
    names = [f"p{k:0{width}d}" for k in range(size)]
    return PostingProblem.from_columns(
        [(names[k], f"D{donor_of[k]:02d}", None, None) for k in range(size)],
        [(f"q{k:0{width}d}", f"L{place_of[k]:02d}", 1, False, teams.get(k), None, None) for k in range(size)],
        person, post, worth.astype(np.float64), most_per_donor_and_place=cap,
        couples=[(names[a], names[b]) for a, b in zip(paired[::2], paired[1::2], strict=True)],
    )  # fmt: skip


def real_round(
    seed: int = 0, tightness: float = 1.1, *, posts: int = 2_150, people: int = 6_000, donors: int = 30,
    shared: float = 0.05, half_terms: float = 0.3,
) -> PostingProblem:  # fmt: skip
    """Give a round as rounds are: each donor serves its own places, and about 50 people could take a post.

    Posts ask for one of 12 professions and a grade; a twelfth of them stand in teams of 5 to 12; a part `shared` is
    open to two to four donors; half terms follow one another, missions last some weeks, and a few people are free for
    one half only. 3 % of the people are couples of one donor. A donor's quota is `tightness` times what a fair share
    of the posts would ask of it, and the cap at a place leaves as much room there.
    It is long because a round has many parts.
    """
    random = np.random.default_rng(seed)
    share = random.uniform(0.4, 1.6, donors)
    donor_of = np.sort(random.choice(donors, people, p=share / share.sum()))
    lead = np.sort(random.choice(donors, posts, p=share / share.sum()))
    place = lead * 6 + (random.random(posts) * (2 + lead % 5)).astype(np.int64)
    team: dict[int, str] = {}
    for at in random.permutation(posts)[: round(posts / 100)].tolist():
        members = np.arange(at, min(posts, at + int(random.integers(5, 13))))
        members = members[(lead[members] == lead[at]) & ~np.isin(members, list(team))]
        place[members] = place[at]
        team |= dict.fromkeys(members.tolist(), f"team{at:05d}") if len(members) > 1 else {}
    open_to = np.zeros((posts, donors), dtype=np.bool_)
    open_to[np.arange(posts), lead] = True
    for at in np.flatnonzero((random.random(posts) < shared) & ~np.isin(np.arange(posts), list(team))):
        open_to[at, random.choice(donors, int(random.integers(1, 4)), replace=False)] = True
    common = random.uniform(0.3, 1.7, 12)
    needs, has = (random.choice(12, size, p=common / common.sum()) for size in (posts, people))
    grade = random.integers(1, 5, posts)
    term = np.where(np.isin(np.arange(posts), list(team)), 0.0, random.random(posts))
    first, last = _terms(random, term, half_terms)
    free = random.choice(3, people, p=(0.92, 0.04, 0.04))  # all days, the first half, the second
    from_day, to_day = np.where(free == 2, HALF, START) - 10, np.where(free == 1, HALF, END) + 10
    who, what = np.nonzero(
        open_to[:, donor_of].T & ((has[:, None] - needs) % 12 <= 2)
        & (random.integers(1, 9, people)[:, None] >= grade) & (from_day[:, None] <= first) & (last <= to_day[:, None])
    )  # fmt: skip
    worth = (
        50
        + 8 * random.integers(1, 6, posts)[what]
        + random.integers(0, 16, people)[who]
        + 40 * (has[who] == needs[what])
    )
    asked = open_to.sum(axis=0)
    seats_there = np.bincount(place, minlength=6 * donors).max()
    couples = [pair for donor in range(donors) for pair in _couples(random, np.flatnonzero(donor_of == donor))]
    return PostingProblem.from_columns(
        [(f"p{k:05d}", f"D{donor_of[k]:02d}", _day(from_day[k]), _day(to_day[k])) for k in range(people)],
        [(f"q{k:05d}", f"L{place[k]:03d}", 1, False, team.get(k), _day(first[k]), _day(last[k])) for k in range(posts)],
        who, what, worth.astype(np.float64), couples=couples,
        quotas={f"D{d:02d}": math.ceil(tightness * 0.9 * asked[d]) for d in range(donors)},
        most_per_donor_and_place=math.ceil(0.5 * tightness * seats_there),
    )  # fmt: skip


#: a round of three years, and the day its second half begins
START, END, HALF = (np.datetime64(day) for day in ("2028-07-01", "2031-06-30", "2030-01-01"))


def _terms(random: np.random.Generator, term: Floats, half_terms: float) -> tuple[Days, Days]:
    """First and last days: whole rounds, halves that follow one another, and missions of some weeks."""
    second = random.random(len(term)) < 0.5
    is_half, is_mission = term > 1 - half_terms, (term > 0) & (term < 0.03)
    begin = START + random.integers(0, 900, len(term))
    first = np.where(is_mission, begin, np.where(is_half & second, HALF, START))
    last = np.where(is_half & ~second, HALF - 1, END)
    return first, np.where(is_mission, begin + random.integers(27, 90, len(term)), last)


def _couples(random: np.random.Generator, people: Ints) -> list[tuple[str, str]]:
    drawn = random.permutation(people)[: 2 * round(0.015 * len(people))]
    return [(f"p{a:05d}", f"p{b:05d}") for a, b in zip(drawn[::2], drawn[1::2], strict=True)]


def _day(day: np.datetime64) -> date:
    return date.fromisoformat(str(day))


def own_places_round(donors: int, posts: int, people: int, seed: int = 0) -> PostingProblem:
    """Give a round in which each donor sends its people to places of its own, so that every donor is a block.

    Twelve professions and eight grades leave about fifty people for a post; 15 % of the posts are in teams of five,
    3 % of the people in couples, one post in ten must be filled, and each donor has a quota near its posts.
    """
    random = np.random.default_rng(seed)
    donor_of_post, donor_of = np.sort(random.integers(0, donors, posts)), np.sort(random.integers(0, donors, people))
    job_for, job_of = random.integers(0, 12, posts), random.integers(0, 12, people)
    grade_for, grade_of = random.integers(1, 5, posts), random.integers(1, 9, people)
    is_near = (job_of[:, None] - job_for[None, :]) % 12 <= 1
    fits = (donor_of[:, None] == donor_of_post[None, :]) & is_near & (grade_of[:, None] >= grade_for[None, :])
    person, post = np.nonzero(fits)
    place_of, teams = random.integers(0, 4, posts), dict[int, str]()
    couples, quotas = [], {}
    for donor in range(donors):
        own, there = np.flatnonzero(donor_of == donor), np.flatnonzero(donor_of_post == donor)
        paired = random.permutation(own)[: 2 * round(0.015 * len(own))]
        couples += list(zip(paired[::2].tolist(), paired[1::2].tolist(), strict=True))
        quotas[f"D{donor:02d}"] = round(len(there) * random.uniform(0.9, 1.1))
        for team in range(round(0.03 * len(there))):
            members = there[5 * team : 5 * team + 5]
            place_of[members] = place_of[members[0]]
            teams |= {int(member): f"D{donor:02d}-t{team}" for member in members}
    must = random.random(posts) < 0.1
    return PostingProblem.from_columns(
        [(f"p{k:05d}", f"D{donor_of[k]:02d}", None, None) for k in range(people)],
        [
            (f"q{k:05d}", f"D{donor_of_post[k]:02d}-{place_of[k]}", 1, bool(must[k]) and k not in teams,
             teams.get(k), None, None)
            for k in range(posts)
        ],
        person, post, random.integers(50, 161, len(person)).astype(np.float64), quotas=quotas,
        couples=[(f"p{a:05d}", f"p{b:05d}") for a, b in couples],
    )  # fmt: skip
