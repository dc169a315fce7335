"""What ties the parts of a round together: limits that can bind, and the block a posting lies in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pairup.planning.problems.posting import Ints, Posting, PostingProblem


@dataclass(frozen=True, slots=True)
class Limit:
    """So many people at most take one of these options or more. `code` and `facts` name the requirement."""

    code: str
    facts: dict[str, Any]
    options: Ints
    most: int


def limits_that_bind(problem: PostingProblem) -> Iterator[Limit]:
    """Give the quotas and caps that more people could break than there are seats or people to keep them.

    A limit that cannot bind is left out, so that it ties no blocks together.
    """
    donors, donor_of = np.unique(np.array(problem.donors, dtype=object), return_inverse=True)
    places, place_of = np.unique(np.array(problem.places, dtype=object), return_inverse=True)
    donor = donor_of[problem.option_person] if len(donors) else np.zeros(0, dtype=np.int64)
    if problem.quotas:
        most = np.full(len(donors), np.iinfo(np.int64).max)
        at = {name: number for number, name in enumerate(donors.tolist())}
        for name, quota in problem.quotas:
            if name in at:
                most[at[name]] = quota
        for key, options in _over(problem, donor, most[donor]):
            yield Limit("quota", {"donor": donors[key], "quota": int(most[key])}, options, int(most[key]))
    cap = problem.most_per_donor_and_place
    if cap is not None and len(places):
        there = donor * len(places) + place_of[problem.option_post]
        for key, options in _over(problem, there, np.full(len(there), cap)):
            facts = {"donor": donors[key // len(places)], "place": places[key % len(places)], "most": cap}
            yield Limit("cap", facts, options, cap)


def _over(problem: PostingProblem, key: Ints, most: Ints) -> Iterator[tuple[int, Ints]]:
    """Groups of options by key whose people, and whose seats, are more than the most."""
    if not len(key):
        return
    limit = np.zeros(int(key.max()) + 1, dtype=np.int64)
    limit[key] = most
    people = _each_once(key, problem.option_person, np.ones(len(problem.people), dtype=np.int64), len(limit))
    seats = _each_once(key, problem.option_post, problem.seats, len(limit))
    binds = np.minimum(people, seats) > limit
    yield from grouped(key, np.flatnonzero(binds[key]))


def _each_once(key: Ints, member: Ints, weight: Ints, size: int) -> Ints:
    """Sum the weight of each group's members, each counted once."""
    pairs = np.unique(key * len(weight) + member)
    return np.bincount(pairs // len(weight), weights=weight[pairs % len(weight)], minlength=size).astype(np.int64)


def block_around(problem: PostingProblem, item: Posting) -> PostingProblem:
    """Give the part of the question that a posting can change: what hangs together with its person and its post."""
    find = _Sets(len(problem.people) + len(problem.posts))
    shift = len(problem.people)
    for person, post in zip(problem.option_person.tolist(), problem.option_post.tolist(), strict=True):
        find.join(person, shift + post)
    teams: dict[str, int] = {}
    for post, team in enumerate(problem.teams):
        if team is not None:
            find.join(teams.setdefault(team, shift + post), shift + post)
    for couple in problem.couples:
        find.join(problem.person_at[couple.people[0]], problem.person_at[couple.people[1]])
    for limit in limits_that_bind(problem):
        for person in problem.option_person[limit.options].tolist():
            find.join(int(problem.option_person[limit.options[0]]), person)
    find.join(problem.person_at[item.person], shift + problem.post_at[item.post])
    root = find.root(problem.person_at[item.person])
    inside = np.array([find.root(at) == root for at in range(shift + len(problem.posts))], dtype=np.bool_)
    return problem.part(inside[:shift], inside[shift:])


class _Sets:
    """Disjoint sets of numbers."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def root(self, at: int) -> int:
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at

    def join(self, one: int, other: int) -> None:
        self.parent[self.root(one)] = self.root(other)


def grouped(keys: Ints, rows: Ints) -> list[tuple[int, Ints]]:
    """Group rows by the key each has, in the order of the keys."""
    if not len(rows):
        return []
    order = rows[np.argsort(keys[rows], kind="stable")]
    parts = np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)
    return [(int(keys[part[0]]), part) for part in parts]
