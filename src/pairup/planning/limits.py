"""What ties the parts of a round together: limits that can bind, and the block a posting lies in."""

from __future__ import annotations

from collections import defaultdict
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
    by_donor: dict[str, list[int]] = defaultdict(list)
    by_place: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, (person, post) in enumerate(zip(problem.option_person.tolist(), problem.option_post.tolist(), strict=True)):
        by_donor[problem.donors[person]].append(at)
        by_place[problem.donors[person], problem.places[post]].append(at)
    for donor, quota in problem.quotas:
        if _can_bind(problem, by_donor[donor], quota):
            yield Limit("quota", {"donor": donor, "quota": quota}, np.array(by_donor[donor]), quota)
    most = problem.most_per_donor_and_place
    for (donor, place), options in sorted(by_place.items()):
        if most is not None and _can_bind(problem, options, most):
            yield Limit("cap", {"donor": donor, "place": place, "most": most}, np.array(options), most)


def _can_bind(problem: PostingProblem, options: list[int], most: int) -> bool:
    people, posts = np.unique(problem.option_person[options]), np.unique(problem.option_post[options])
    return min(len(people), int(problem.seats[posts].sum())) > most


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
