"""A first plan of a stable round, in plain Python: what stands when the clock leaves no time for more."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from heapq import heappush, heapreplace

import numpy as np

from pairup.planning.blocking import Market
from pairup.planning.greedy import greedy_postings
from pairup.planning.problems.posting import Flags, Ints
from pairup.planning.stability.lists import lists_of


def first_plan(market: Market) -> Ints | None:
    """Give options that keep every requirement, stable where nothing but seats limits them; None where none is found.

    People outside couples offer; couples stay at home and no team is sent. Where a limit is broken, who is worth least
    goes home. Where that leaves a post empty that must be filled, or there are locks, a greedy plan looks at worth
    alone.
    """
    problem = market.problem
    is_single = market.is_open & ~market.is_coupled[problem.option_person]
    is_single &= np.array([team is None for team in problem.teams])[problem.option_post]
    options = _kept(market, _offered(market, is_single))
    seated = np.bincount(problem.option_post[options], minlength=len(problem.posts))
    if not problem.locks and np.all(seated[problem.must_fill] >= problem.seats[problem.must_fill]):
        return options
    closed = {problem.posting(k) for k in np.flatnonzero(~market.is_open).tolist()}
    undated = np.full(len(problem.posts), np.datetime64("NaT"), dtype="datetime64[D]")  # one post for each person
    asked = replace(
        problem, forbids=tuple(sorted({*problem.forbids, *closed})), post_first=undated, post_last=undated
    )  # fmt: skip
    found = greedy_postings(asked)
    return None if found is None else np.sort(np.asarray(found, dtype=np.int64))


def _offered(market: Market, is_open: Flags) -> list[int]:
    """Deferred acceptance: people offer, posts keep the best so far."""
    lists = lists_of(market, np.flatnonzero(is_open))
    order, starts = lists.order.tolist(), lists.starts.tolist()
    person, post, standing = lists.person.tolist(), lists.post.tolist(), lists.standing.tolist()
    seats, kept = lists.seats.tolist(), [[] for _ in range(len(lists.seats))]  # type: list[int], list[list[tuple[int, int]]]
    following = starts[:-1]
    for root in range(len(starts) - 1):
        p = root
        while p >= 0 and following[p] < starts[p + 1]:
            k = order[following[p]]
            following[p] += 1
            inside = kept[post[k]]
            if len(inside) < seats[post[k]]:
                heappush(inside, (-standing[k], k))
                p = -1
            elif inside and inside[0][0] < -standing[k]:
                p = person[heapreplace(inside, (-standing[k], k))[1]]
    return sorted(k for inside in kept for _, k in inside)


def _kept(market: Market, options: list[int]) -> Ints:
    """The options that quotas and caps leave: posts that must be filled first, then what is worth most."""
    problem = market.problem
    quotas, most = dict(problem.quotas), problem.most_per_donor_and_place
    sent: Counter[object] = Counter()
    kept = []
    for k in sorted(options, key=lambda k: (not problem.must_fill[problem.option_post[k]], -problem.worth[k], k)):
        donor = problem.donors[problem.option_person[k]]
        place = donor, problem.places[problem.option_post[k]]
        if sent[donor] < quotas.get(donor, len(options)) and (most is None or sent[place] < most):
            sent[donor] += 1
            sent[place] += 1
            kept.append(k)
    return np.array(sorted(kept), dtype=np.int64)
