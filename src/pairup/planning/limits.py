"""What ties the parts of a round together: limits that can bind, and the block a posting lies in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from pairup.planning.problems.posting import Flags, Ints, Posting, PostingProblem


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


def block_around(problem: PostingProblem, *items: Posting) -> PostingProblem:
    """Give the part of the question that postings can change: what hangs together with their people and posts."""
    people, posts = inside_of(problem, *items)
    return problem.part(people, posts)


def inside_of(problem: PostingProblem, *items: Posting) -> tuple[Flags, Flags]:
    """Give, for each person and for each post, whether they stand in the block of one of these postings."""
    label, shift = block_labels(problem), len(problem.people)
    of_people = {int(label[problem.person_at[item.person]]) for item in items}
    wanted = of_people | {int(label[shift + problem.post_at[item.post]]) for item in items}
    inside = np.isin(label, sorted(wanted))
    return inside[:shift], inside[shift:]


#: blocks of the questions that are in use
_LABELS: WeakKeyDictionary[PostingProblem, Ints] = WeakKeyDictionary()


def block_labels(problem: PostingProblem) -> Ints:
    """Number the blocks of a question: one number for each person, then for each post; equal within a block.

    The numbers are kept as long as the question is, so that only the first question about a block costs a pass
    over all options.
    """
    if problem not in _LABELS:
        _LABELS[problem] = _labels(len(problem.people) + len(problem.posts), *_ties(problem))
    return _LABELS[problem]


def _ties(problem: PostingProblem) -> tuple[Ints, Ints]:
    """Pairs of people (counted from 0) and posts (counted after them) that stand in one block."""
    shift = len(problem.people)
    first, second = [problem.option_person], [shift + problem.option_post]
    teams: dict[str, int] = {}
    for post, team in enumerate(problem.teams):
        if team is not None:
            first.append(np.array([teams.setdefault(team, shift + post)]))
            second.append(np.array([shift + post]))
    for couple in problem.couples:
        first.append(np.array([problem.person_at[couple.people[0]]]))
        second.append(np.array([problem.person_at[couple.people[1]]]))
    for limit in limits_that_bind(problem):
        people = np.unique(problem.option_person[limit.options])
        first.append(np.full(len(people), people[0]))
        second.append(people)
    return np.concatenate(first), np.concatenate(second)


def _labels(size: int, first: Ints, second: Ints) -> Ints:
    """The lowest number that hangs together with each."""
    label = np.arange(size)
    while True:
        lower = label.copy()
        np.minimum.at(lower, first, label[second])
        np.minimum.at(lower, second, label[first])
        # the head of a block hears of a lower one through any of its members
        np.minimum.at(lower, label, lower.copy())
        lower = lower[lower]
        if np.array_equal(lower, label):
            return label
        label = lower


def grouped(keys: Ints, rows: Ints) -> list[tuple[int, Ints]]:
    """Group rows by the key each has, in the order of the keys."""
    if not len(rows):
        return []
    order = rows[np.argsort(keys[rows], kind="stable")]
    parts = np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)
    return [(int(keys[part[0]]), part) for part in parts]
