"""Several rounds ahead: each round is planned as it comes, with an eye to what its people could do later.

Somebody posted in one round is not free for posts of a later round that share a day with it. Planning each round for
itself uses up people whom a later round needs more. So each person has a price in the current round: what they would
add to later rounds, as far as these can be known, averaged over sampled futures. The price is taken off what the
person is worth now (two-stage stochastic prices: Ahani, Gölz, Procaccia, Teytelboym and Trapp, Dynamic placement in
refugee resettlement, Operations Research 72(3), 2024, https://doi.org/10.1287/opre.2021.0534).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.planning.blocks import Floats
from pairup.planning.later import Later, kept_from, option_prices, rolled_out, taken_alone
from pairup.planning.plan import UNTIL_PROVED, Plan, Progress, Stop, gap_of
from pairup.planning.posting import plan_postings
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.values.words import Words

#: rounds that may come after one, drawn once: given the round's number and a seeded generator
Sample = Callable[[int, np.random.Generator], Sequence[PostingProblem]]
#: postings already made, and the round each was made in
Taken = Sequence[tuple[PostingProblem, tuple[Posting, ...]]]

#: shares of the prices that are tried, the least first
SHARES = (0.0, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """One round of a horizon: its plan at the prices, what it is worth without them, and its distance to the best.

    `plan` answers the round with prices taken off, and its `gap` is of that question. `priced` people had a price.
    """

    plan: Plan[Posting]
    worth: float
    gap: float | None
    priced: int

    def to_dict(self) -> dict[str, Any]:
        """Give the figures of the round; its rows are those of the plan."""
        return {
            "status": self.plan.status.value, "worth": self.worth, "objective": self.plan.objective,
            "bound": self.plan.bound, "gap": self.gap, "priced": self.priced, "chosen": len(self.plan.chosen),
            "seconds": round(self.plan.run.seconds, 3), "ended": self.plan.run.ended.value,
        }  # fmt: skip


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

    @property
    def held_back(self) -> int:
        """People whom the first round would post if it were the last, and does not."""
        now, alone = ({item.person for item in one[0].plan.chosen} for one in (self.rounds, self.myopic))
        return len(alone - now)

    @property
    def cost_now(self) -> float:
        """Points that holding people back costs in the first round."""
        return round(self.myopic[0].worth - self.rounds[0].worth, 9)

    def to_dict(self) -> dict[str, Any]:
        return {
            "rounds": [one.to_dict() for one in self.rounds], "myopic": [one.to_dict() for one in self.myopic],
            "total": self.total, "myopic_total": self.myopic_total, "bound": self.bound, "gap": self.gap,
            "held_back": self.held_back, "cost_now": self.cost_now,
        }  # fmt: skip


def plan_rounds(
    problems: Sequence[PostingProblem], *, samples: int = 4, sample: Sample | None = None, rest: int = 0,
    stop: Stop = UNTIL_PROVED, seed: int = 0, compare: bool = True, progress: Progress | None = None,
) -> Horizon:  # fmt: skip
    """Plan rounds in order, each with prices for what its people could do in later ones.

    `sample` draws the rounds that may follow round `at`; without it the rounds given are taken as known. Nobody
    serves within `rest` days after a posting. `stop` holds for each plan: one a round, and with `compare` up to two
    more, without prices and with everybody free. Refuses no round, a stable round, and a round that has no plan.
    """
    if not problems:
        raise InputError("There is no round to plan.", hint="Give one round or more.", code="horizon.no-round")
    if any(problem.mode == "stable" for problem in problems):
        raise InputError(
            "A stable round has no worth to weigh against later rounds.", hint="Ask for welfare.", code="horizon.stable"
        )

    def futures(at: int) -> list[Sequence[PostingProblem]]:
        if sample is None:
            return [problems[at + 1 :]]
        return [sample(at, np.random.default_rng([seed, at, draw])) for draw in range(samples)]

    ways = _Rolling(problems, rest, stop, seed, progress, 3 * len(problems) if compare else len(problems))
    rounds = ways.rolled(futures)
    if not compare:
        return Horizon(rounds, rounds, None)
    myopic = ways.rolled(lambda _: ())
    bounds = [
        one.plan.bound if one.plan.problem is problem else ways.planned(problem).bound
        for problem, one in zip(problems, myopic, strict=True)
    ]
    known = [bound for bound in bounds if bound is not None]
    return Horizon(rounds, myopic, math.fsum(known) if len(known) == len(problems) else None)


class _Rolling:
    """Rounds to plan in order; the prices of a round that is known are found once."""

    def __init__(
        self, problems: Sequence[PostingProblem], rest: int, stop: Stop, seed: int, progress: Progress | None,
        steps: int,
    ) -> None:  # fmt: skip
        self.problems, self.rest, self.stop, self.seed = problems, rest, stop, seed
        self.progress, self.steps, self.done = progress, steps, 0
        self.known = {id(problem): Later.of(problem) for problem in problems[1:]}

    def rolled(self, draws: Callable[[int], Iterable[Sequence[PostingProblem]]]) -> tuple[RoundPlan, ...]:
        """Plan round after round by the futures drawn for each; who serves is not free for what overlaps."""
        taken: list[tuple[PostingProblem, tuple[Posting, ...]]] = []
        rounds = []
        for at, problem in enumerate(self.problems):
            free = without(problem, taken, self.rest)
            futures = [self._later(draw) for draw in draws(at)]
            price = np.zeros(len(free.worth))
            for later in futures:
                price += option_prices(free, later, self.rest) / len(futures)
            price *= self._share(free, price, futures) if price.any() else 1.0
            if price.any():
                worth = free.worth - price
                # whole points again, where they were whole: a proof stays exact
                worth = np.round(worth) if np.array_equal(free.worth, np.round(free.worth)) else worth
                free = replace(free, worth=worth)
            plan = self.planned(free, at)
            chosen = plan.assignments
            points = math.fsum(problem.worth[problem.options_of(chosen)].tolist())
            people = len(np.unique(problem.option_person[price > 0]))
            rounds.append(RoundPlan(plan, points, plan.gap, people))
            taken.append((problem, chosen))
        return tuple(rounds)

    def planned(self, problem: PostingProblem, at: int | None = None) -> Plan[Posting]:
        """Plan one round; what is being done names the round."""
        self.done += 1
        return plan_postings(problem, stop=self.stop, seed=self.seed, progress=self._told(at))

    def _told(self, at: int | None) -> Progress | None:
        tell, done, steps = self.progress, self.done - 1, self.steps
        if tell is None:
            return None
        what = Words("horizon.doing-bound") if at is None else Words(
            "horizon.doing-round", {"round": at + 1, "of": len(self.problems)}
        )  # fmt: skip

        def told(
            words: Words, done_here: int, of: int, /, *, objective: float | None = None, bound: float | None = None
        ) -> None:
            tell(what, done, steps, objective=objective, bound=bound)

        return told

    def _later(self, rounds: Sequence[PostingProblem]) -> list[Later]:
        return [self.known.get(id(one)) or Later.of(one) for one in rounds]

    def _share(self, problem: PostingProblem, price: Floats, futures: Sequence[Sequence[Later]]) -> float:
        """The share of the prices that is worth most by roll-out: this round at that share, then each future in order.

        A person's price is what later rounds lose without them alone, so prices together may hold too many back.
        All rounds are assignments here (roll-out: Bertsekas, Tsitsiklis and Wu, Journal of Heuristics 3, 1997).
        """
        best, chosen = -math.inf, 0.0
        for share in SHARES:
            options = taken_alone(problem, problem.worth - share * price)
            found = [rolled_out(problem, options, later, self.rest) for later in futures]
            worth = float(problem.worth[options].sum()) + math.fsum(found) / max(1, len(found))
            if worth > best + 1e-9 * max(1.0, abs(worth)):
                best, chosen = worth, share
        return chosen


def without(problem: PostingProblem, taken: Taken, rest: int = 0) -> PostingProblem:
    """The round without postings that share a day with one already taken; a day that is not given is shared.

    Nor may they begin within `rest` days after one, or end within `rest` days before. What must be filled may then be
    out of reach, and what was locked stays locked.
    """
    ruled_out = np.zeros(len(problem.worth), dtype=np.bool_)
    for earlier, chosen in taken:
        ruled_out |= kept_from(problem, earlier, earlier.options_of(chosen), rest)
    barred = {*problem.forbids, *map(problem.posting, np.flatnonzero(ruled_out).tolist())} - set(problem.locks)
    return problem if len(barred) == len(problem.forbids) else replace(problem, forbids=tuple(sorted(barred)))
