"""Both sides' lists in columns: each person's options best first, and how each post orders those who come."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pairup.planning.blocking import Market
from pairup.planning.problems.posting import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Lists:
    """The open options of a market, ties broken.

    `order[starts[p]:starts[p + 1]]` are person p's options, best first. Of two options of a post the one with the
    smaller `standing` is liked better. `person`, `post`, `wanted` (the tie group in the post's list) and `standing`
    are over all options of the problem.
    """

    starts: Ints
    order: Ints
    person: Ints
    post: Ints
    seats: Ints
    wanted: Ints
    standing: Ints
    has_person_ties: bool
    has_post_ties: bool

    @property
    def is_strict(self) -> bool:
        return not (self.has_person_ties or self.has_post_ties)

    def without(self, closed: Flags, seats: Ints) -> Lists:
        """The same lists less some options (flags over the options of the problem), with other seats."""
        kept = ~closed[self.order]
        counts = np.concatenate([[0], np.cumsum(kept)])
        return replace(self, starts=counts[self.starts], order=self.order[kept], seats=seats)


def lists_of(market: Market, options: Ints, favoured: Flags | None = None) -> Lists:
    """Order these options. Ties go to what is `favoured` (flags over all options), then to worth, then to identifier.

    Worth breaks ties, so that of plans that are equally stable the one at hand is worth more.
    """
    problem = market.problem
    person, post = problem.option_person, problem.option_post
    first = np.zeros(len(person), dtype=np.bool_) if favoured is None else favoured
    order, has_person_ties = _sorted(person[options], market.liked[options], options, problem.worth, first)
    by_post, has_post_ties = _sorted(post[options], market.wanted[options], options, problem.worth, first)
    standing = market.wanted
    if has_post_ties:
        standing = np.full(len(person), len(person), dtype=np.int64)
        standing[by_post] = np.arange(len(by_post))
    counts = np.bincount(person[options], minlength=len(problem.people))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Lists(
        starts, order, person, post, problem.seats, market.wanted, standing, has_person_ties, has_post_ties
    )  # fmt: skip


def _sorted(key: Ints, place: Ints, options: Ints, worth: Floats, favoured: Flags) -> tuple[Ints, bool]:
    """Sort options by key and place; say whether two of a key share a place. Where none do, places are slots."""
    if not len(options):
        return options, False
    longest = np.zeros(int(key.max()) + 1, dtype=np.int64)
    np.maximum.at(longest, key, place + 1)
    slot = (np.cumsum(longest) - longest)[key] + place
    taken = np.full(int(longest.sum()), -1, dtype=np.int64)
    taken[slot] = options
    has_ties = int((taken >= 0).sum()) < len(options)
    if has_ties:
        return options[np.lexsort((options, -worth[options], ~favoured[options], slot))], True
    return taken[taken >= 0], False
