"""The parts of a stable round that share no person, post, team, couple or limit that can bind; how many fit at all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pairup.engines.kernels import compiled
from pairup.planning.blocking import Market
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


@compiled
def most_matched(starts: Ints, order: Ints, post: Ints, seats: Ints, at: Ints) -> int:  # noqa: C901
    """How many people could be placed at all, by augmenting from where people stand (at least as many).

    Where no path frees a seat for a person, what the search saw is left out of all later searches: no later path
    leads through it. Long, since a compiled search keeps its people in chains of its own.
    """
    count = len(starts) - 1
    held, filled = np.full(count, -1, dtype=np.int64), np.zeros(len(seats), dtype=np.int64)
    first = np.full(len(seats), -1, dtype=np.int64)  # a chain of the people in each post
    following, ahead = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    matched = 0
    for p in range(count):
        if at[p] >= 0:
            h = post[order[at[p]]]
            held[p], following[p], first[h] = h, first[h], p
            if following[p] >= 0:
                ahead[following[p]] = p
            filled[h] += 1
            matched += 1
    seen = np.full(len(seats), -1, dtype=np.int64)
    came, queue = np.empty(len(seats), dtype=np.int64), np.empty(count, dtype=np.int64)
    for root in range(count):
        if held[root] >= 0:
            continue
        head, tail, found = 0, 1, -1
        queue[0] = root
        while head < tail and found < 0:
            p = queue[head]
            head += 1
            for c in range(starts[p], starts[p + 1]):
                h = post[order[c]]
                if seen[h] >= 0:
                    continue
                seen[h], came[h] = root, p
                if filled[h] < seats[h]:
                    found = h
                    break
                q = first[h]
                while q >= 0:
                    queue[tail] = q
                    tail += 1
                    q = following[q]
        if found < 0:
            continue
        matched += 1
        filled[found] += 1
        h = found
        while h >= 0:
            p, old = came[h], held[came[h]]
            if old >= 0:
                if ahead[p] >= 0:
                    following[ahead[p]] = following[p]
                else:
                    first[old] = following[p]
                if following[p] >= 0:
                    ahead[following[p]] = ahead[p]
            held[p], following[p], ahead[p] = h, first[h], -1
            if first[h] >= 0:
                ahead[first[h]] = p
            first[h] = p
            h = old
        for h in range(len(seats)):
            if seen[h] == root:
                seen[h] = -1
    return matched
