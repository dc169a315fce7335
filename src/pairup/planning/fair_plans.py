"""Posting plans that are fair to places first or beside worth, each with its price in points.

Steps: the *i*-th seat filled at a place of *n* seats lifts its share from (*i* - 1)/*n*, the step's level. Leximin
fills as many steps of the lowest level as can be, then of the next, and so on: the lowest share is as high as it can
be, then as few places as can be have it, and so on upward (Rawls 1971; Sen 1970; for bases of a matroid Fujishige,
Mathematics of Operations Research 5(2), 1980). Blocks whose places do not compete for people take all they can; only
those in which they do are tied together and settled level by level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from pairup.errors import InputError
from pairup.planning.blocks import Block, Flags, Floats, Ints, only, with_cuts
from pairup.planning.fairness import Spread, in_order, places_of
from pairup.planning.plan import PROVED as CLOSE
from pairup.planning.plan import Ended, Plan, Run, Status, gap_of, number
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.series import BlockSeries, RoundSeries
from pairup.planning.solvers import SOLVER, VERSIONS
from pairup.planning.verify import check_plan
from pairup.values.words import Words

Order = Literal["leximin", "weighted"]
ORDERS: tuple[Order, ...] = ("leximin", "weighted")
#: the weighted order looks again at its prices so often at most
ITERATIONS = 12


@dataclass(frozen=True, slots=True)
class FairPlan:
    """A plan by another order, and its price: what the welfare plan is worth beyond it, in points of worth.

    `is_proved`: no plan comes before it by that order. Of plans alike in the order it is the one worth most that was
    found; so a price is what this plan costs, and at most what fairness costs. `score` and `bound` are of the weighted
    order: worth and points for fair filling together.
    """

    plan: Plan[Posting]
    order: Order
    price: float
    is_proved: bool
    score: float | None = None
    bound: float | None = None

    def beside(self, welfare: Plan[Posting]) -> dict[str, Any]:
        """Give the price beside the plan worth most, and how shares of seats filled at places are spread in both."""
        spread = [Spread.of(in_order(places_of(plan))) for plan in (welfare, self.plan)]
        shares = [(0.0, 0.0) if one is None else (round(one.lowest, 4), round(one.gini, 4)) for one in spread]
        return {
            "order": self.order, "price": self.price, "is_proved": self.is_proved, "worth": self.plan.objective,
            "welfare": welfare.objective, "lowest": [shares[0][0], shares[1][0]], "gini": [shares[0][1], shares[1][1]],
            "score": self.score, "score_bound": self.bound,
        }  # fmt: skip


def fair_words(told: Mapping[str, Any]) -> Words:
    """Tell a fair plan from what `FairPlan.beside` gives, its price first."""
    (before, after), (gini_before, gini) = told["lowest"], told["gini"]
    return Words("fairness.fair", {
        "order": Words(f"fairness.order-{told['order']}"), "price": number(told["price"]),
        "welfare": number(told["welfare"]), "before": f"{100 * before:.0f}", "after": f"{100 * after:.0f}",
        "gini_before": f"{gini_before:.2f}", "gini": f"{gini:.2f}",
        "proof": Words("fairness.fair-proved" if told["is_proved"] else "fairness.fair-open"),
    })  # fmt: skip


def plan_fair(plan: Plan[Posting], order: Order = "leximin", *, points: float = 100.0, seed: int = 0) -> FairPlan:
    """Plan the round of `plan` again by the leximin order of places' fill shares, or with points for fair filling.

    `weighted`: each seat filled earns its worth and `points` times the share of the place's seats still empty before,
    so the first seats of a place count most. Ends by proof or by counted work.
    """
    problem: PostingProblem = plan.problem
    if problem.mode == "stable":
        raise InputError("A stable round has no worth to weigh.", hint="Ask for welfare.", code="firmness.stable")
    chosen = np.array([problem.option_at[item] for item in plan.assignments], dtype=np.int64)
    series = RoundSeries.of(problem, seed)
    names = {place: at for at, place in enumerate(sorted(set(problem.places)))}
    place = np.array([names[problem.places[post]] for post in problem.option_post], dtype=np.int64)
    seats = np.bincount([names[p] for p in problem.places], weights=problem.seats, minlength=len(names)).astype(
        np.float64
    )
    if order == "weighted":
        return _weighted(plan, series, chosen, place, seats, points)
    taken, is_proved = _leximin(series, chosen, place, seats)
    return _fair(plan, taken, "leximin", is_proved)


def _fair(
    plan: Plan[Posting], taken: Flags, order: Order, is_proved: bool, score: float | None = None,
    bound: float | None = None,
) -> FairPlan:  # fmt: skip
    problem: PostingProblem = plan.problem
    chosen = tuple(sorted(problem.posting(int(k)) for k in np.flatnonzero(taken)))
    objective = round(float(problem.worth[taken].sum()), 9)
    gap = gap_of(objective, plan.bound)
    status = Status.OPTIMAL if gap is not None and gap <= CLOSE else Status.FEASIBLE
    run = Run(SOLVER, VERSIONS, plan.run.seed, 0.0, Ended.PROOF if is_proved else Ended.WORK)
    fair = replace(plan, status=status, run=run, chosen=chosen, objective=objective, prices=None, further={})
    if findings := check_plan(problem, fair):
        raise AssertionError(f"a fair plan of ours breaks its problem: {'; '.join(map(str, findings))}")
    assert plan.objective is not None
    return FairPlan(fair, order, round(plan.objective - objective, 9), is_proved, score, bound)


# --- weighted ----------------------------------------------------------------------------------------------------


def _weighted(
    plan: Plan[Posting], series: RoundSeries, chosen: Ints, place: Ints, seats: Floats, points: float
) -> FairPlan:
    """Fill by prices: each place's next seat at its price, again until nothing is gained (Frank and Wolfe, 1956).

    The score is concave in what a place has filled, so the value at its prices bounds it.
    """
    worth = series.writing.problem.worth

    def bonus(filled: Floats) -> float:
        whole = np.minimum(filled, seats)
        return float((points * (whole - whole * (whole - 1) / (2 * np.maximum(seats, 1)))).sum())

    def filled_by(taken: Flags) -> Floats:
        return np.bincount(place[taken], minlength=len(seats)).astype(np.float64)

    taken = np.zeros(len(worth), dtype=np.bool_)
    taken[chosen] = True
    best, score, bound = taken, float(worth[taken].sum()) + bonus(filled_by(taken)), np.inf
    start = series.start(chosen)
    at = filled_by(taken)
    for iteration in range(ITERATIONS):
        # the slope halfway: exact for one seat more, and a bound since the score is concave
        slope = points * (1 - (2 * at - 1) / (2 * np.maximum(seats, 1)))
        found = series.best([worth + slope[place]], start, is_proving=False)[0]
        smooth = float((points * (at - at * (at - 1) / (2 * np.maximum(seats, 1)))).sum())
        bound = min(bound, found.bound - float((slope * at).sum()) + smooth)
        now = float(worth[found.taken].sum()) + bonus(filled_by(found.taken))
        if now > score + 1e-9:
            best, score = found.taken, now
        elif iteration:
            break
        at = at + (filled_by(found.taken) - at) / (iteration + 2)
    bound = max(score, bound)
    return _fair(plan, best, "weighted", bound <= score + 1e-6 * max(1.0, score), round(score, 6), round(bound, 6))


# --- leximin -----------------------------------------------------------------------------------------------------


def _leximin(series: RoundSeries, chosen: Ints, place: Ints, seats: Floats) -> tuple[Flags, bool]:
    """Fill by levels; among the fillings found so, the one worth most."""
    form = series.writing.form
    where = np.full(form.count, -1, dtype=np.int64)
    where[series.writing.take] = place
    worth = np.zeros(form.count)
    worth[series.writing.take] = series.writing.problem.worth
    taken, is_proved = series.start(chosen), True
    loose = series.loose
    taken[loose] = (where[loose] >= 0) & (series.whole.most[loose] > 0) | (series.whole.least[loose] > 0)
    at_odds = []
    for block in series.blocks:
        best, is_block_proved, competes = _filled(block, where[block.choices], worth[block.choices], taken)
        taken[block.choices] = best
        is_proved &= is_block_proved
        if competes:
            at_odds.append(block)
    if at_odds:
        apart = np.ones(form.count, dtype=np.bool_)
        for block in at_odds:
            apart[block.choices] = False
        held = np.bincount(where[apart & taken & (where >= 0)], minlength=len(seats)).astype(np.float64)
        best, is_tied_proved = _levels(series.whole, at_odds, where, worth, taken, held, seats, series.seed)
        taken, is_proved = np.where(apart, taken, best), is_proved and is_tied_proved
    return taken[series.writing.take], is_proved


def _filled(block: Block, where: Ints, worth: Floats, taken: Flags) -> tuple[Flags, bool, bool]:
    """Fill a block as far as it goes, then by worth; whether it is proved full, and whether places compete in it.

    They do not where each place has all it could have if it came first.
    """
    series, counts = BlockSeries(block, is_proving=False), (where >= 0).astype(np.float64)
    scale = 10.0 ** np.ceil(np.log10(float(np.abs(worth).max(initial=0.0)) * len(block.rows) + 2.0))
    start = taken[block.choices]
    best = series.best(worth + counts * scale, start)
    count = float(counts[best.taken].sum())
    places = np.unique(where[where >= 0])
    alone = 0.0
    for place in places if len(places) > 1 else ():
        alone += np.floor(series.best((where == place).astype(np.float64), best.taken).bound + 1e-6)
    is_proved = bool(np.floor(best.bound / scale + 1e-9) <= count)
    return best.taken, is_proved, bool(len(places) > 1 and alone > count)


def _levels(
    whole: Block, at_odds: list[Block], where: Ints, worth: Floats, taken: Flags, held: Floats, seats: Floats, seed: int
) -> tuple[Flags, bool]:
    """Tie the blocks in which places compete by the steps of their places, and settle level after level."""
    inside = np.sort(np.concatenate([block.choices for block in at_odds]))
    rows = np.unique(np.concatenate([block.rows for block in at_odds]))
    part = only(whole, inside, rows)
    where, begun = where[inside], taken[inside]
    block, of, level = _with_steps(part, where, held, seats)
    size = len(inside)
    start = np.concatenate([begun, np.zeros(len(of), dtype=np.bool_)])
    for place in np.unique(of):
        mine = np.flatnonzero(of == place)
        count = int(begun[where == place].sum())
        start[size + mine[:count]] = True
    is_proved = True
    series = BlockSeries(block, seed, is_proving=False)
    own = np.concatenate([worth[inside], np.zeros(len(of))])
    scale = 10.0 ** np.ceil(np.log10(float(np.abs(own).max(initial=0.0)) * len(rows) + 2.0))
    for height in np.unique(level):
        steps = size + np.flatnonzero(level == height)
        if not start[steps].all():
            aim = own.copy()  # a step outweighs all worth: a level decides, and among the ways to fill it the worth
            aim[steps] = scale
            found = series.best(aim, start)
            start = found.taken
            is_proved &= bool(np.floor(found.bound / scale + 1e-9) <= start[steps].sum())
        block = with_cuts(block, [(steps, np.ones(len(steps)), float(start[steps].sum()))])
        series = _kept(series, block, steps)
    final = series.best(own, start)
    best = taken.copy()
    best[inside] = final.taken[:size]
    return best, is_proved


def _kept(series: BlockSeries, block: Block, steps: Ints) -> BlockSeries:
    """The same series with one row more, warm."""
    count = len(steps)
    series.programme.add_rows(
        np.array([block.low[-1]]), np.array([np.inf]), np.array([0, count]), steps, np.ones(count)
    )
    series.block = block
    series.row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    return series


def _with_steps(part: Block, where: Ints, held: Floats, seats: Floats) -> tuple[Block, Ints, Floats]:
    """The block with a choice for each step still open at each place: their sum is what is filled there.

    Steps of a place are ordered (each needs the one before). Gives the block, and place and level of each step.
    """
    of, level = list[int](), list[float]()
    for place in np.unique(where[where >= 0]).tolist():
        first = int(held[place])
        open_steps = min(int(seats[place]) - first, int(np.count_nonzero(where == place)))
        of += [place] * max(0, open_steps)
        level += [(first + k) / float(seats[place]) for k in range(max(0, open_steps))]
    count, places = len(part.choices), np.array(of, dtype=np.int64)
    block = replace(
        part, choices=np.concatenate([part.choices, np.full(len(of), -1)]),
        worth=np.concatenate([part.worth, np.zeros(len(of))]),
        least=np.concatenate([part.least, np.zeros(len(of))]), most=np.concatenate([part.most, np.ones(len(of))]),
    )  # fmt: skip
    cuts = []
    for place in np.unique(places).tolist():
        options, steps = np.flatnonzero(where == place), count + np.flatnonzero(places == place)
        both = np.concatenate([options, steps])
        signs = np.concatenate([np.ones(len(options)), -np.ones(len(steps))])
        cuts += [(both, signs, 0.0), (both, -signs, 0.0)]
        cuts += [(np.array([a, b]), np.array([1.0, -1.0]), 0.0) for a, b in pairwise(steps)]
    return with_cuts(block, cuts), places, np.array(level)


def price_of_filling(plan: Plan[Posting], posts: list[str], *, seed: int = 0) -> dict[str, tuple[float, bool] | None]:
    """What the plan would lose if one seat more of a post were filled, and whether that is exact (else at most).

    None where no such plan was found. Each post by itself, within its block.
    """
    problem: PostingProblem = plan.problem
    series = RoundSeries.of(problem, seed)
    start = series.start(np.array([problem.option_at[item] for item in plan.assignments], dtype=np.int64))
    block_of, worth = series.block_of(), np.zeros(series.writing.form.count)
    worth[series.writing.take] = problem.worth
    warm: dict[int, BlockSeries] = {}
    found: dict[str, tuple[float, bool] | None] = {}
    for post in posts:
        here = np.flatnonzero(problem.option_post == problem.post_at[post])
        at = int(block_of[here].max(initial=-1))
        found[post] = None
        if at < 0:
            continue
        block = series.blocks[at]
        begun = start[block.choices]
        one = warm.setdefault(at, BlockSeries(block, seed, is_proving=False))
        mine = np.isin(block.choices, series.writing.take[here])
        reward = np.where(mine, float(np.abs(worth[block.choices][begun]).sum()) + 1.0, 0.0)
        best = one.best(worth[block.choices] + reward, begun)
        if best.taken[mine].sum() > begun[mine].sum():
            lost = float(worth[block.choices][begun].sum() - worth[block.choices][best.taken].sum())
            found[post] = round(lost, 6), best.is_proved
    return found
