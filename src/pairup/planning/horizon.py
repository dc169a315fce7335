"""Several rounds ahead: each round is planned as it comes, with an eye to what its people could do later.

Somebody posted in one round is not free for posts of a later round that share a day with it. Planning each round for
itself uses up people whom a later round needs more. So each person has a price in the current round: what they would
add to later rounds, as far as these can be known, averaged over sampled futures. The price is taken off what the
person is worth now (two-stage stochastic prices: Ahani, Gölz, Procaccia, Teytelboym and Trapp, Dynamic placement in
refugee resettlement, Operations Research 72(3), 2024, https://doi.org/10.1287/opre.2021.0534).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pairup.planning.blocks import Floats
from pairup.planning.linear import LinearProgramme
from pairup.planning.plan import UNTIL_PROVED, Plan, Stop, gap_of
from pairup.planning.posting import plan_postings
from pairup.planning.problems.posting import Posting, PostingProblem

#: rounds that may come after one, drawn once: given the round's number and a seeded generator
Sample = Callable[[int, np.random.Generator], Sequence[PostingProblem]]


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """One round of a horizon: its plan at the prices, what it is worth without them, and its distance to the best.

    `plan` answers the round with prices taken off, and its `gap` is of that question. `priced` people had a price.
    """

    plan: Plan[Posting]
    worth: float
    gap: float | None
    priced: int


@dataclass(frozen=True, slots=True)
class Horizon:
    """Rounds planned one after the other, beside the same without prices.

    `bound`: no way to plan these rounds is worth more; each could have had everybody. None where a round has none.
    """

    rounds: tuple[RoundPlan, ...]
    myopic: tuple[RoundPlan, ...]
    bound: float | None

    @property
    def total(self) -> float:
        return math.fsum(one.worth for one in self.rounds)

    @property
    def myopic_total(self) -> float:
        """What planning each round for itself gives."""
        return math.fsum(one.worth for one in self.myopic)

    @property
    def gap(self) -> float | None:
        """Distance of the total to the bound."""
        return gap_of(self.total, self.bound)


def plan_rounds(
    problems: Sequence[PostingProblem], *, samples: int = 4, sample: Sample | None = None, stop: Stop = UNTIL_PROVED,
    seed: int = 0, compare: bool = True,
) -> Horizon:  # fmt: skip
    """Plan rounds in order, each with prices for what its people could do in later ones.

    `sample` draws the rounds that may follow round `at`; without it the rounds given are taken as known. `stop` holds
    for each round. With `compare` the rounds are planned without prices too. Refuses a round that has no plan.
    """
    draws = samples if sample is not None else 1
    rounds = _rolled(problems, draws, sample or (lambda at, _: problems[at + 1 :]), stop, seed)
    myopic = _rolled(problems, 0, None, stop, seed) if compare else rounds
    bounds = [plan_postings(problem, stop=stop, seed=seed).bound for problem in problems] if compare else [None]
    known = [bound for bound in bounds if bound is not None]
    return Horizon(rounds, myopic, math.fsum(known) if len(known) == len(problems) else None)


def _rolled(
    problems: Sequence[PostingProblem], samples: int, sample: Sample | None, stop: Stop, seed: int
) -> tuple[RoundPlan, ...]:
    """Plan round after round; who serves is not free for what overlaps."""
    taken: list[tuple[PostingProblem, tuple[Posting, ...]]] = []
    rounds = []
    for at, problem in enumerate(problems):
        free = without(problem, taken)
        price = np.zeros(len(problem.people))
        for draw in range(samples if sample is not None else 0):
            later = sample(at, np.random.default_rng([seed, at, draw])) if sample is not None else ()
            price += prices_of(free, later) / samples
        worth = free.worth - price[free.option_person]
        # whole points again, where they were whole: a proof stays exact
        worth = np.round(worth) if np.array_equal(free.worth, np.round(free.worth)) else worth
        plan = plan_postings(replace(free, worth=worth), stop=stop, seed=seed)
        chosen = plan.assignments
        points = math.fsum(float(problem.worth[problem.option_at[item]]) for item in chosen)
        rounds.append(RoundPlan(plan, points, plan.gap, int(np.count_nonzero(price))))
        taken.append((problem, chosen))
    return tuple(rounds)


def without(problem: PostingProblem, taken: Sequence[tuple[PostingProblem, tuple[Posting, ...]]]) -> PostingProblem:
    """The round without postings that share a day with one already taken; a day that is not given is shared.

    What must be filled may then be out of reach, and what was locked stays locked.
    """
    held: dict[str, list[tuple[np.datetime64, np.datetime64]]] = defaultdict(list)
    for earlier, chosen in taken:
        for item in chosen:
            post = earlier.post_at[item.post]
            held[item.person].append((earlier.post_first[post], earlier.post_last[post]))
    barred = set(problem.forbids)
    busy = np.array([person in held for person in problem.people], dtype=np.bool_)
    for option in np.flatnonzero(busy[problem.option_person]).tolist():
        item = problem.posting(option)
        post = problem.post_at[item.post]
        first, last = problem.post_first[post], problem.post_last[post]
        # a comparison with a day that is not given (NaT) is false, so the two are not apart
        if item not in problem.locks and not all(last < f or t < first for f, t in held[item.person]):
            barred.add(item)
    return replace(problem, forbids=tuple(sorted(barred)))


def prices_of(problem: PostingProblem, later: Sequence[PostingProblem]) -> Floats:
    """What each person of a round would add to later rounds at the margin: the most of any, at least 0.

    The price of a person in the linear programme of people and seats; teams, couples and caps are left out of it.
    """
    price = np.zeros(len(problem.people))
    for other in later:
        shared = [
            (at, other.person_at[person]) for at, person in enumerate(problem.people) if person in other.person_at
        ]
        if not shared:
            continue
        there = _person_prices(other)
        for at, their in shared:
            price[at] = max(price[at], there[their])
    return price


def _person_prices(problem: PostingProblem) -> Floats:
    people, posts, count = len(problem.people), len(problem.posts), len(problem.worth)
    programme = LinearProgramme()
    seats = problem.seats.astype(np.float64)
    programme.add_rows(np.full(people + posts, -np.inf), np.concatenate([np.ones(people), seats]))
    index = np.stack([problem.option_person, people + problem.option_post], axis=1).ravel()
    worth = np.where(problem.is_free, problem.worth, -1.0)
    programme.add_columns(worth, 2 * np.arange(count + 1), index, np.ones(2 * count))
    solved = programme.solve()
    return np.zeros(people) if solved is None else np.maximum(solved.price[:people], 0.0)
