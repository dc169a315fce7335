"""A plain round: nothing ties its assignment together, so one assignment plans it and its prices prove it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.planning.limits import limits_that_bind
from pairup.planning.market.assignment import Assignment
from pairup.planning.prices import Prices
from pairup.planning.problems.posting import PostingProblem
from pairup.planning.round_form import may_serve_twice

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PlainPlan:
    """The options taken, their worth, and the prices: bound and worth are equal up to rounding."""

    options: Ints
    worth: float
    prices: Prices


def is_plain(problem: PostingProblem) -> bool:
    """Say whether the round is an assignment and nothing else."""
    if problem.couples or any(team is not None for team in problem.teams):
        return False
    return not may_serve_twice(problem).any() and next(limits_that_bind(problem), None) is None


def plain_plan(problem: PostingProblem) -> PlainPlan | None:
    """Plan a plain round; None where a lock cannot be kept so, or what must be filled is not."""
    person, post = problem.option_person, problem.option_post
    is_open = problem.is_free.copy()
    if problem.forbids or problem.locks:
        ruled_out = problem.options_of(problem.forbids)
        is_open[ruled_out[ruled_out >= 0]] = False
    locked = problem.options_of(problem.locks)
    seats = problem.seats - np.bincount(post[locked], minlength=len(problem.posts))
    if not is_open[locked].all() or np.any(seats < 0) or len(np.unique(person[locked])) < len(locked):
        return None
    is_settled = np.zeros(len(problem.people), dtype=np.bool_)
    is_settled[person[locked]] = True
    is_open &= ~is_settled[person] & (seats[post] > 0)
    kept = np.flatnonzero(is_open)
    state = Assignment.of(len(problem.people), person[kept], post[kept], np.maximum(seats, 1))
    state.solve(problem.worth[kept])
    chosen = np.sort(np.concatenate([locked, kept[state.taken()]]))
    filled = np.bincount(post[chosen], minlength=len(problem.posts))
    if np.any(filled[problem.must_fill] < problem.seats[problem.must_fill]):
        return None
    worth = math.fsum(problem.worth[chosen].tolist())
    loss = np.full(len(problem.worth), np.inf)
    loss[kept] = np.maximum(0.0, state.profit[person[kept]] + state.price[post[kept]] - problem.worth[kept])
    loss[locked] = 0.0
    first = np.where(is_settled, np.nan, state.profit)
    bound = max(worth, math.fsum(problem.worth[locked].tolist()) + state.bound())
    return PlainPlan(chosen, worth, Prices(bound, loss, first, state.price.copy()))
