"""The parts of a stable round that share no person, post, team, couple or limit that can bind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pairup.planning.blocking import Market
from pairup.planning.kernels import compiled
from pairup.planning.limits import limits_that_bind
from pairup.planning.problems.posting import Ints, PostingProblem


def parts_of(market: Market) -> Iterator[PostingProblem]:
    """Give the parts, the smallest first; people and posts that nothing ties are left out unless a post must be filled.

    A plan of the whole is a plan of each part, and who would leave it would leave its part.
    """
    problem = market.problem
    options, shift = np.flatnonzero(market.is_open), len(problem.people)
    one, other = [problem.option_person[options]], [problem.option_post[options] + shift]
    for posts in market.posts_of_team.values():
        one.append(np.full(len(posts), posts[0] + shift))
        other.append(np.array(posts) + shift)
    if problem.couples:
        pairs = [[problem.person_at[person] for person in couple.people] for couple in problem.couples]
        one.append(np.array(pairs)[:, 0])
        other.append(np.array(pairs)[:, 1])
    for limit in limits_that_bind(problem):
        who = problem.option_person[limit.options]
        one.append(np.full(len(who), who[0]))
        other.append(who)
    for lock in problem.locks:
        one.append(np.array([problem.person_at[lock.person]]))
        other.append(np.array([problem.post_at[lock.post] + shift]))
    root = _roots(shift + len(problem.posts), np.concatenate(one), np.concatenate(other))
    is_needed = np.bincount(root[np.concatenate(one)], minlength=len(root)) > 0
    is_needed[root[shift:][problem.must_fill]] = True
    size = np.bincount(root[problem.option_person[options]], minlength=len(root))
    for label in sorted(np.flatnonzero(is_needed).tolist(), key=lambda label: (size[label], label)):
        yield problem.part(root[:shift] == label, root[shift:] == label)


@compiled
def _roots(count: int, one: Ints, other: Ints) -> Ints:
    """The smallest number that hangs together with each."""
    parent = np.arange(count)
    for e in range(len(one)):
        a, b = one[e], other[e]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        else:
            parent[a] = b
    for i in range(count):  # a parent has the smaller number, so its own root is known already
        parent[i] = parent[parent[i]]
    return parent
