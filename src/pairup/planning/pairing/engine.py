"""One donor for each recipient: prices and a bound first, then better and better plans, told as they are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pairup.planning.child import work_apart
from pairup.planning.pairing.kernels import FAR, Floats, Ints
from pairup.planning.pairing.relax import prices_of
from pairup.planning.pairing.search import dive, improve
from pairup.planning.pairing.single import Single, greedy
from pairup.planning.plan import Watch
from pairup.planning.trace import Trace

#: counted work of one turn of the search: a tenth of a second or so
TURN = 20_000_000
#: turns that are made where nothing says when to stop
TURNS = 30
#: dives at a first plan before it is left to the solver of forms
FIRST = 30
#: turns without a better plan before the search starts afresh
PATIENCE = 20
#: donors that are tried out together, and nodes of that
FEW, NODES = 3, 20_000


@dataclass(slots=True)
class Found:
    """The best plan so far, with the highest lower bound of the cost and the prices behind it."""

    owner: Ints | None = None
    bound: int | None = None
    price: Floats | None = None
    is_done: bool = False  # the search came to its end, by proof or by counted work


def searched(
    single: Single, watch: Watch, seconds: float | None, turns: int | None, seed: int, trace: Trace,
    start: Ints | None = None,
) -> Found:  # fmt: skip
    """Search for `seconds` in a process of its own, or here for so many turns, from `start` where it is given."""
    found = Found(greedy(single) if start is None else start)

    def heard(told: tuple[str, Any]) -> None:
        kind, what = told
        if kind == "price":
            found.price, found.bound = what, single.bound_at(what)
            trace.saw(bound=single.worth_of(found.bound))
        elif single.is_kept(what) and (found.owner is None or single.cost_of(what) < single.cost_of(found.owner)):
            found.owner = what
            trace.saw(objective=single.worth_of(single.cost_of(what)))

    if found.owner is not None:
        trace.saw(objective=single.worth_of(single.cost_of(found.owner)))
    if seconds is None:
        search((single, found.owner, turns, seed), heard)
        found.is_done = True
    elif seconds > 0:
        apart = Watch(type(watch.stop)(seconds=min(watch.stop.seconds or 0.0, watch.seconds + seconds)), watch.began)
        found.is_done = work_apart(search, (single, found.owner, None, seed), apart, heard)
    return found


def search(asked: tuple[Single, Ints | None, int | None, int], tell: Callable[[tuple[str, Any]], None]) -> None:
    """Tell the prices, then each better plan, until one meets the bound or the turns are over (None: no end).

    Long because the search, its fresh starts and its end read as one story.
    """
    single, owner, turns, seed = asked
    price = prices_of(single)
    tell(("price", price))
    bound, (count, size) = single.bound_at(price), single.cost.shape
    loss = np.where(single.cost < FAR, single.losses(price), np.inf)
    near = np.argsort(loss, axis=1, kind="stable")[:, : min(size, 8)]
    everyone, everybody = np.arange(count), np.arange(size)
    table = single.cost, single.load, single.room, price
    random = np.random.default_rng(seed)
    options = (FEW, NODES, single.grain)

    def fresh(tries: int) -> Ints | None:
        for _ in range(tries):
            noise = random.random()
            _, jobs, donors, _ = dive(
                *table, everyone, everybody, 1e300, *options, noise, 20, 20, 1, int(random.integers(1 << 30))
            )
            if len(jobs):
                found = np.empty(count, dtype=np.int64)
                found[jobs] = donors
                return found
        return None

    begun = fresh(FIRST)
    if begun is not None and (owner is None or single.cost_of(begun) < single.cost_of(owner)):
        owner = begun
    if owner is None:
        return
    tell(("plan", owner.copy()))
    best, cost, turn, idle = owner, single.cost_of(owner), 0, 0
    while single.cost_of(best) > bound and (turns is None or turn < turns):
        owner = owner.copy()
        looks = 1 + 3 * (turn % 2)
        improve(*table, owner, near, float(size), single.grain, FEW, NODES, TURN, int(random.integers(1 << 30)), looks)
        turn, before, cost = turn + 1, cost, single.cost_of(owner)
        idle = 0 if cost < before else idle + 1
        if cost < single.cost_of(best):
            best = owner
            tell(("plan", best.copy()))
        if idle >= PATIENCE:
            anew = None if random.random() < 0.3 else fresh(1)
            owner, idle = (best if anew is None else anew), 0
            cost = single.cost_of(owner)
