"""Why a person is, or is not, in a post: by prices in milliseconds, or on request by planning the block again."""

from __future__ import annotations

import math

import numpy as np

from pairup.planning.blocks import rounded, step_of
from pairup.planning.explain.replanning import reason_by_replanning
from pairup.planning.explain.stable import why_stable
from pairup.planning.explain.telling import barred_posting, moves_of, require_known, said, shown_to, told_to
from pairup.planning.limits import block_around
from pairup.planning.plan import Audience, Difference, Plan, Reason, Status, Stop, number
from pairup.planning.prices import Prices
from pairup.planning.pricing import (
    limit_key,
    loss_of_forcing,
    loss_of_leaving,
    prices_of,
    region_around,
    size_around,
)
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.relaxed import LARGE, Best
from pairup.values.words import Words

#: where the relaxation is not whole, a plan is looked for among options whose loss is this share of the best worth
NARROW, ROOT = 0.1, Stop(work=1)


def why_posting(plan: Plan[Posting], item: Posting, for_: Audience, confirm: bool = False) -> Reason[Posting]:
    """Say why a person is, or is not, in a post, and what the other way would lose.

    The answer comes from the prices of the block the posting lies in. It is exact where they allow; otherwise it says
    what the other way loses at least, and at most where another plan was found. With `confirm` the block is planned
    again, and the answer is exact as far as that ends by proof.
    """
    item = Posting(*item)
    problem: PostingProblem = plan.problem
    if problem.mode == "stable":
        return why_stable(plan, item, for_)
    require_known(person=(item.person, problem.person_at), post=(item.post, problem.post_at))
    if (words := barred_posting(problem, item)) is not None:
        return Reason(item, told_to(words, for_))
    chosen = plan.assignments
    quick = None if confirm else _quick(plan, item, for_)
    if quick is not None:
        return quick
    part = block_around(problem, item)
    return reason_by_replanning(plan, item, for_, part, [one for one in chosen if part.option_of(one) is not None])


def _quick(plan: Plan[Posting], item: Posting, for_: Audience, confirm: bool = False) -> Reason[Posting] | None:
    """Give the reason that prices give; None where there are no prices, or where a clash stands in the way."""
    problem: PostingProblem = plan.problem
    if size_around(problem, item) > LARGE:
        if plan.prices is None:
            return None
        return _priced(plan, item, for_, problem, plan.prices, plan.chosen, Best(None, None, math.inf))
    region = region_around(plan, item)
    prices, at = prices_of(region), region.problem.option_of(item)
    if prices is None or at is None:
        return None
    asked = {at: 0 if item in region.chosen else 1}
    found = region.relaxed.best(asked, stop=None)
    if found.is_possible and found.taken is None:
        found = region.relaxed.best(asked, stop=ROOT, width=NARROW * float(np.abs(region.problem.worth).max()))
    if not found.is_possible:
        return None
    return _priced(plan, item, for_, region.problem, prices, region.chosen, found)


def _priced(
    plan: Plan[Posting], item: Posting, for_: Audience, part: PostingProblem, prices: Prices,
    chosen: tuple[Posting, ...], found: Best,
) -> Reason[Posting]:  # fmt: skip
    """Put a reason together from what the other way loses at least (prices) and at most (a plan found)."""
    options = np.array([part.option_of(one) for one in chosen], dtype=np.int64)
    at, is_chosen = part.option_of(item), item in chosen
    assert at is not None
    points, step = math.fsum(part.worth[options].tolist()), step_of(part.worth)
    loss = loss_of_leaving(part, prices, at) if is_chosen else loss_of_forcing(part, prices, at, options)
    most = rounded(prices.bound - loss, step)
    assert most is not None
    least = round(points - min(most, found.bound), 9) + 0.0
    if plan.status is Status.OPTIMAL:  # no other plan is worth more, however loose the prices
        least = max(0.0, least)
    cost, difference = None, None
    if found.taken is not None:
        taken = np.flatnonzero(found.taken[: len(part.worth)])
        cost = round(points - math.fsum(part.worth[taken].tolist()), 9) + 0.0
        gone, come = (np.setdiff1d(one, other) for one, other in ((options, taken), (taken, options)))
        difference = Difference(tuple(map(part.posting, gone)), tuple(map(part.posting, come)), -cost)
    is_exact = cost is not None and cost <= least + 1e-6 and plan.status is Status.OPTIMAL
    moves = () if difference is None else moves_of(difference)
    side, facts = "chosen" if is_chosen else "left", {"item": said(item)}
    if cost is not None and (is_exact or cost <= 0):
        tail = "tie" if cost == 0 else "better" if cost < 0 else "costs"
        words = Words(f"planning.why-{side}-{tail}", facts | {"cost": number(cost), "count": len(moves)})
    else:
        facts |= {"least": number(max(0.0, least)), "cost": "" if cost is None else number(cost)}
        words = Words(f"answers.why-{side}-{'least' if cost is None else 'range'}", facts)
    scarce = () if is_chosen or for_ is not Audience.OFFICE else _scarce(part, prices, at)
    return Reason(
        item, words, cost, is_exact, shown_to(moves, for_, item), difference if for_ is Audience.OFFICE else None,
        least, scarce,
    )  # fmt: skip


def _scarce(problem: PostingProblem, prices: Prices, option: int) -> tuple[Words, ...]:
    """Say which scarce things a pair would use, at their prices; family has a price that nobody is told."""
    person, post = int(problem.option_person[option]), int(problem.option_post[option])
    name, seat, donor = problem.people[person], problem.posts[post], problem.donors[person]
    told = [Words("answers.pair-worth", {"worth": number(float(problem.worth[option]))})]
    if prices.second[post] > 0.005:
        told.append(Words("answers.price-post", {"post": seat, "price": number(float(prices.second[post]))}))
    if prices.first[person] > 0.005:
        told.append(Words("answers.price-person", {"person": name, "price": number(float(prices.first[person]))}))
    for code in ("quota", "cap"):
        facts: dict[str, object] = {"donor": donor, "place": problem.places[post]}
        if (price := prices.limits.get(limit_key(code, facts), 0.0)) > 0.005:
            told.append(Words(f"answers.price-{code}", facts | {"price": number(price)}))
    return tuple(told)
