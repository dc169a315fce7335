"""Prices of the part of a round that a question touches: built once, then every reason is a look-up.

The prices are dual values of the part's linear relaxation: each person, each seat, each quota and each cap has one.
A plan that takes an option pays for what the option uses; what its worth falls short of that is its loss. The sum of
all prices bounds every plan, and what a plan leaves free or takes at a loss comes off (Bertsekas 1988, "The auction
algorithm", https://doi.org/10.1007/BF02186476, for the same reading of an assignment).
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from pairup.planning.blocks import Floats, Ints
from pairup.planning.limits import block_labels, inside_of
from pairup.planning.plan import Plan
from pairup.planning.prices import Prices
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.relaxed import Relaxed, safe_bound

#: parts of one question that are kept ready at once, and rows of past questions a part may carry
MOST_PARTS, MOST_ROWS = 200, 60


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a plan's question, with what the plan chose in it, ready to be asked."""

    problem: PostingProblem
    chosen: tuple[Posting, ...]
    relaxed: Relaxed


_REGIONS: WeakKeyDictionary[PostingProblem, dict[tuple[object, ...], Region]] = WeakKeyDictionary()
_PRICES: WeakKeyDictionary[PostingProblem, Prices | None] = WeakKeyDictionary()


def region_around(plan: Plan[Posting], *items: Posting) -> Region:
    """Give the part of a plan's question around some postings; kept as long as the question is."""
    problem: PostingProblem = plan.problem
    label, shift = block_labels(problem), len(problem.people)
    of_people = {int(label[problem.person_at[item.person]]) for item in items}
    blocks = sorted(of_people | {int(label[shift + problem.post_at[item.post]]) for item in items})
    chosen = tuple(item for item in plan.chosen if label[problem.person_at[item.person]] in blocks)
    known = _REGIONS.setdefault(problem, {})
    key = (*blocks, chosen)
    if key not in known or len(known[key].relaxed.added) > MOST_ROWS:
        if len(known) >= MOST_PARTS:
            known.clear()
        part = problem.part(*inside_of(problem, *items))
        known[key] = Region(part, chosen, Relaxed(part, chosen, plan.run.seed))
    return known[key]


def size_around(problem: PostingProblem, item: Posting) -> int:
    """How many options the part around a posting has."""
    people, posts = inside_of(problem, item)
    return int((people[problem.option_person] & posts[problem.option_post]).sum())


def prices_of(region: Region) -> Prices | None:
    """Give the prices of a part; None where its relaxation is too large to solve here, or nothing keeps it."""
    if region.problem not in _PRICES:
        _PRICES[region.problem] = _prices(region.relaxed)
    return _PRICES[region.problem]


def _prices(relaxed: Relaxed) -> Prices | None:
    made, columns = relaxed.programme(), np.arange(len(relaxed.block.worth))
    made.set_worth(columns, relaxed.block.worth)
    solved = made.solve()
    made.set_worth(columns, relaxed.leaning())
    if solved is None:
        return None
    block, size = relaxed.block, relaxed.size
    bound, reduced = safe_bound(block, solved.price[: len(block.rows)])
    # leaving everything of a person or of a seat out costs what their rows are priced at: a row with slack pays it
    price = np.where(
        (solved.price[: len(block.rows)] > 0) & np.isfinite(block.high), solved.price[: len(block.rows)], 0
    )
    problem = relaxed.problem
    first, second = np.zeros(len(problem.people)), np.zeros(len(problem.posts))
    limits: dict[str, float] = {}
    for row, (words, code) in enumerate(zip(relaxed.names, relaxed.codes.tolist(), strict=True)):
        if price[row] <= 0.0:
            continue
        if code == "person-one-post" and block.high[row] == 1.0 and _is_of_options(relaxed, row):
            first[problem.person_at[words.facts["person"]]] += price[row]
        elif code == "post-seats":
            second[problem.post_at[words.facts["post"]]] += price[row]
        elif code in ("quota", "cap"):
            limits[limit_key(code, words.facts)] = float(price[row])
    # what is settled is in the bound already: taking it costs nothing more
    loss = np.where(block.least[:size] > 0, 0.0, np.maximum(0.0, -reduced[:size]))
    return Prices(bound, loss, first, second, limits)


def _is_of_options(relaxed: Relaxed, row: int) -> bool:
    """Whether a row is about options only: the rows of a helping choice say nothing of a person who stays free."""
    block = relaxed.block
    return bool(np.all(block.index[block.starts[row] : block.starts[row + 1]] < relaxed.size))


def limit_key(code: str, facts: dict[str, object]) -> str:
    """Name a quota or cap in `Prices.limits`: `quota FJ`, `cap FJ nang`."""
    return " ".join([code, str(facts["donor"]), *([str(facts["place"])] if code == "cap" else [])])


def loss_of_forcing(problem: PostingProblem, prices: Prices, item: int, chosen: Ints) -> float:
    """Give what every plan with an option stays below the bound, at least, where `chosen` are the plan's options.

    The option's own loss; and whoever holds the last seat has to go elsewhere, and the seat the person leaves is to be
    taken by somebody else. These losses are of different options, so they add up, but where the one goes to the seat
    that the other leaves.
    """
    person, post = int(problem.option_person[item]), int(problem.option_post[item])
    loss = float(prices.loss[item])
    inside = chosen[problem.option_post[chosen] == post]
    held = chosen[problem.option_person[chosen] == person]
    if item in chosen or len(inside) != 1 or problem.seats[post] != 1 or len(held) > 1:
        return loss
    other, own = int(problem.option_person[inside[0]]), int(problem.option_post[held[0]]) if len(held) else None
    if own is None or problem.seats[own] != 1 or own == post or _may_hold_both(problem, own, post):
        return loss + _elsewhere(problem, prices, other, {post})
    swap = np.flatnonzero((problem.option_person == other) & (problem.option_post == own))
    apart = _elsewhere(problem, prices, other, {post, own}) + _taken(problem, prices, own, {person, other})
    swapped: list[float] = prices.loss[swap].tolist()
    return loss + min([apart, *swapped])


def _may_hold_both(problem: PostingProblem, one: int, other: int) -> bool:
    """Whether two posts follow one another; a comparison with a day that is not given is false."""
    first, last = problem.post_first, problem.post_last
    return bool(last[one] < first[other] or last[other] < first[one])


def loss_of_leaving(problem: PostingProblem, prices: Prices, item: int) -> float:
    """Give what every plan without an option stays below the bound, at least.

    The person takes another post or none, and the seat is taken by another or stays free; these are different
    options, so both losses are paid.
    """
    person, post = int(problem.option_person[item]), int(problem.option_post[item])
    return _elsewhere(problem, prices, person, {post}) + _taken(problem, prices, post, {person})


def _elsewhere(problem: PostingProblem, prices: Prices, person: int, barred: set[int]) -> float:
    """The least loss of a person's other options, or of staying at home."""
    own = np.flatnonzero(problem.option_person == person)
    return _least(prices.loss[own[~np.isin(problem.option_post[own], sorted(barred))]], float(prices.first[person]), 1)


def _taken(problem: PostingProblem, prices: Prices, post: int, barred: set[int]) -> float:
    """The least loss of filling a post with others, or of leaving a seat free."""
    here = np.flatnonzero(problem.option_post == post)
    others = here[~np.isin(problem.option_person[here], sorted(barred))]
    return _least(prices.loss[others], float(prices.second[post]), int(problem.seats[post]))


def _least(losses: Floats, free: float, seats: int) -> float:
    """The least of: as many of the lowest losses as there are seats, or one seat free."""
    if len(losses) < seats:
        return free
    return min(free, float(np.sort(losses)[:seats].sum()))
