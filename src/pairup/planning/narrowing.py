"""What kept prices leave open of a block when it is mended: the few options that a good repair can hold.

A plan that takes option k is worth at most `bound - loss[k]` (`prices`), and without a person who had a price it is
worth that much less again. So once a repair is known, only options whose loss is no more than the distance from the
bound to that repair can be in a better one. Those, with all by which nobody moves, are a question of its own: far
smaller than the block, and every bound proved of it, or the `ceiling` over what was left out, is a bound of the block
(reduced-cost fixing, done before anything is solved).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from pairup.planning.blocks import rounded, step_of
from pairup.planning.plan import Plan
from pairup.planning.pricing import prices_of, region_around
from pairup.planning.problems.posting import Flags, Floats, Ints, Posting, PostingProblem
from pairup.planning.stepping import Steps, alone

#: so many options are opened at most, so that a repair stays quick; the ceiling is then higher
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Open:
    """A block and its prices: of each option what it loses at least, and the bound of all plans without who is gone."""

    part: PostingProblem
    held: Ints  # the options that are held
    is_gone: Flags  # of each person
    loss: Floats
    bound: float  # in points of the block

    def staying(self) -> Flags:
        """The options that are held, and those by which a free person takes a free seat: all that nobody moves for."""
        part = self.part
        is_held = np.zeros(len(part.worth), dtype=np.bool_)
        is_held[self.held] = True
        stays = self.held[~self.is_gone[part.option_person[self.held]]]
        has_seat = np.bincount(part.option_post[stays], minlength=len(part.posts)) < part.seats
        return is_held | (has_seat[part.option_post] & self._is_free()[part.option_person])

    def filled(self) -> float | None:
        """What it is worth to fill each seat that is left by somebody free; None where that keeps too little."""
        part = self.part
        is_left = self.is_gone[part.option_person[self.held]]
        options, nobody = self.held[~is_left], np.zeros(len(part.people), dtype=np.bool_)
        steps = Steps(part, np.ones(len(part.worth), dtype=np.bool_), ~self.is_gone & alone(part), nobody)
        for seat in part.option_post[self.held[is_left]].tolist():
            found = steps.best(options, seat, 0)
            if found is None:
                return None
            options = found
        return float(part.worth[options].sum())

    def one_moves(self) -> Flags:
        """Whatever takes a free seat, and what free people could take of the posts such movers leave."""
        part = self.part
        stays = self.held[~self.is_gone[part.option_person[self.held]]]
        has_seat = np.bincount(part.option_post[stays], minlength=len(part.posts)) < part.seats
        takes = has_seat[part.option_post]
        may_move = np.zeros(len(part.people), dtype=np.bool_)
        may_move[part.option_person[takes]] = True
        is_left = np.zeros(len(part.posts), dtype=np.bool_)
        is_left[part.option_post[stays[may_move[part.option_person[stays]]]]] = True
        return takes | (is_left[part.option_post] & self._is_free()[part.option_person])

    def better_than(self, known: float) -> tuple[Flags, float]:
        """The options that a plan worth more than `known` can hold, and what plans with any other are worth at most.

        Worths lie a step apart. Where the options are too many, those of least loss are given.
        """
        step = step_of(self.part.worth)
        slack = 1e-6 * max(1.0, abs(self.bound))
        gap, ceiling = self.bound - known - (step or 0.0) + slack, known
        if int((self.loss <= gap).sum()) > MOST:
            least = float(np.partition(self.loss, MOST)[MOST])
            if least < gap:
                gap, most = least, rounded(self.bound - least, step)
                assert most is not None
                ceiling = max(known, most)
        return np.asarray(self.loss <= gap), ceiling

    def _is_free(self) -> Flags:
        is_free = ~self.is_gone
        is_free[self.part.option_person[self.held]] = False
        return is_free


def opened(
    plan: Plan[Posting], part: PostingProblem, people: Flags, posts: Flags, touched: list[Posting], gone: frozenset[str]
) -> Open | None:
    """Give the block `people` and `posts` with the prices that are kept of it; None where there are none."""
    problem: PostingProblem = plan.problem
    inside = [item for item in plan.chosen if item.person in part.person_at]
    held = part.options_of(inside)
    points = math.fsum(part.worth[held].tolist())
    if plan.prices is not None and plan.objective is not None:
        kept = people[problem.option_person] & posts[problem.option_post]
        loss, first = plan.prices.loss[kept], plan.prices.first[people]
        bound = points + plan.prices.bound - plan.objective
    elif (prices := prices_of(region_around(plan, *touched))) is not None:
        loss, first, bound = prices.loss, prices.first, prices.bound
    else:
        return None
    is_gone = np.array([person in gone for person in part.people], dtype=np.bool_)
    bound -= float(np.nan_to_num(np.maximum(first[is_gone], 0.0)).sum())
    return Open(part, held, is_gone, loss, bound)


def only_options(problem: PostingProblem, kept: Flags) -> PostingProblem:
    """The same question with some of its options."""
    return replace(
        problem, option_person=problem.option_person[kept], option_post=problem.option_post[kept],
        worth=problem.worth[kept],
    )  # fmt: skip
