"""The multidimensional knapsack: a portfolio of projects in one way each, under the limits of lines alone.

Two searches share the best plan. One lowers the bound: pass after pass of `tree.search`, each with a floor below the
last, for each number of projects a plan can have (Vasquez, Vimont 2005, https://doi.org/10.1016/j.ejor.2003.08.060);
a pass that ends is a proof that nothing is worth more than its floor. The other looks for better plans: it leaves a
few dozen projects open, those whose reduced worth is small more often, holds all others as in the best plan or as in
the relaxation, and asks the same search for anything better (Angelelli, Mansini, Speranza 2010, kernel search,
https://doi.org/10.1016/j.cor.2010.02.002). By the clock they run side by side in a child process; by counted work
they take turns, and the same question gives the same plan.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.planning.linear import LinearProgramme
from pairup.planning.portfolio.simplex import FREE
from pairup.planning.portfolio.tree import search

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: no limit on the nodes of a pass
ALL = 2**62
#: how much more a pass may cost than the one before
GROWTH = 2.5
#: nodes of one try for a better plan
TRY = 8_000


@dataclass(frozen=True, slots=True)
class Knapsack:
    """`maximise worth x, table x <= room` in whole numbers held as floats; worths are at least 0."""

    worth: Floats
    table: Floats
    room: Floats


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The linear relaxation with so many items (None: any number): a safe bound, amounts and reduced worths."""

    count: int | None
    bound: float
    amount: Floats
    reduced: Floats
    price: Floats


class Pass(NamedTuple):
    floor: float
    nodes: int
    better: Flags | None  # a plan worth more than the floor, if there was one
    is_ended: bool


def greedy(knapsack: Knapsack, amount: Floats, reduced: Floats) -> Flags:
    """Take items in order of the relaxation: those it takes whole first, then by reduced worth, while they fit."""
    left, taken = knapsack.room.copy(), np.zeros(len(knapsack.worth), dtype=np.bool_)
    for item in np.lexsort((-reduced, -np.round(amount, 9))).tolist():
        if knapsack.worth[item] > 0 and np.all(knapsack.table[:, item] <= left):
            taken[item] = True
            left = left - knapsack.table[:, item]
    return taken


def relaxed(knapsack: Knapsack, count: int | None = None, seed: int = 0) -> Relaxed | None:
    """Solve the relaxation, with just `count` items if given; None where so many do not fit."""
    rows, items = knapsack.table.shape
    table = knapsack.table if count is None else np.vstack([knapsack.table, np.ones(items)])
    high = knapsack.room if count is None else np.append(knapsack.room, count)
    low = np.full(len(high), -math.inf)
    if count is not None:
        low[-1] = count
    programme = LinearProgramme(seed)
    programme.add_rows(low, high)
    starts = np.arange(items + 1) * len(high)
    index = np.tile(np.arange(len(high)), items)
    programme.add_columns(knapsack.worth, starts, index, np.ascontiguousarray(table.T).ravel(), 0.0, 1.0)
    found = programme.solve()
    if found is None:
        return None
    price = np.where(np.arange(len(high)) < rows, np.maximum(found.price, 0.0), found.price)
    reduced = knapsack.worth - price @ table
    bound = float(price @ high) + float(np.maximum(reduced, 0.0).sum())  # at any prices a bound
    return Relaxed(count, bound, found.amount, reduced, price)


@dataclass
class Search:
    """Both searches' common state: the best plan, the bound, and who is told."""

    knapsack: Knapsack
    best: Flags
    bound: float
    heard: Callable[[Flags | None, float | None], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: bool = False
    nodes: int = 0

    @property
    def value(self) -> float:
        return float(self.knapsack.worth[self.best].sum())

    @property
    def is_proved(self) -> bool:
        return self.bound < self.value + 1.0

    def offer(self, plan: Flags | None = None, bound: float | None = None) -> None:
        """Keep a plan or a bound if it is better."""
        with self.lock:
            is_better = plan is not None and float(self.knapsack.worth[plan].sum()) > self.value
            if plan is not None and is_better:
                self.best = plan
            is_lower = bound is not None and bound < self.bound
            if bound is not None and is_lower:
                self.bound = bound
            if self.heard is not None and (is_better or is_lower):
                self.heard(self.best if is_better else None, self.bound if is_lower else None)


class Lowering:
    """Lowers the bound of a search pass by pass."""

    def __init__(self, knapsack: Knapsack, state: Search) -> None:
        self.state, self.knapsack = state, knapsack
        whole = relaxed(knapsack)
        assert whole is not None, "taking nothing always fits"
        self.whole = whole
        state.offer(greedy(knapsack, whole.amount, whole.reduced), math.floor(whole.bound + 1e-6))
        self.counts = _Counts(knapsack, round(float(whole.amount.sum())))
        spread = max(1.0, float(np.abs(whole.reduced).mean()))
        self.drop = float(math.floor(max(1.0, min(spread / 50.0, (state.bound - state.value) / 20.0))))
        self.last: Pass | None = None

    def go_on(self, nodes: int = ALL) -> bool:
        """Make one more pass, of so many nodes at most; False where the proof is done, or the nodes were too few."""
        state = self.state
        if state.is_proved:
            return False
        floor = max(state.value, state.bound - self.drop)
        done = self.run(floor, nodes)
        state.nodes += done.nodes
        if done.better is not None:
            state.offer(done.better)
        if not done.is_ended:
            return False
        state.offer(bound=max(done.floor, state.value))
        self._pace(done)
        return not state.is_proved

    def _pace(self, done: Pass) -> None:
        """Choose how far the next floor lies below: nodes grow about exponentially as it falls."""
        before = self.last
        self.last = done
        if before is None or done.floor >= before.floor:
            return
        rate = math.log(max(1.02, done.nodes / max(1, before.nodes))) / (before.floor - done.floor)
        self.drop = max(1.0, float(math.floor(math.log(GROWTH) / rate)) if done.nodes > 200 else 2 * self.drop)

    def run(self, floor: float, nodes: int) -> Pass:
        """Ask whether anything is worth more than `floor`, for each number of items by itself."""
        used, best, value = 0, None, floor
        for part in self.counts.above(floor + 1.0):
            keep = np.abs(part.reduced) <= part.bound - value - 1.0 + 1e-4
            one = ~keep & (part.reduced > 0)
            found, is_ended, count = _search(self.knapsack, keep, one, part.count, value, nodes - used)
            used += count
            if found is not None:
                best, value = found, float(self.knapsack.worth[found].sum())
            if not is_ended:
                return Pass(floor, used, best, False)
        return Pass(floor, used, best, True)


def _search(
    knapsack: Knapsack, free: Flags, one: Flags, count: int | None, floor: float, nodes: int
) -> tuple[Flags | None, bool, int]:
    """Search with the items in `free` open, those in `one` taken and the rest left."""
    table, room = knapsack.table[:, free], knapsack.room - knapsack.table[:, one].sum(axis=1)
    base = float(knapsack.worth[one].sum())
    equal = -1
    if count is not None:
        equal = len(room)
        table = np.vstack([table, np.ones(int(free.sum()))])
        room = np.append(room, count - int(one.sum()))
    settled = np.full(int(free.sum()), FREE, dtype=np.int64)
    is_ended, used, _, found, _ = search(
        knapsack.worth[free], np.ascontiguousarray(table), room, equal, settled, floor - base, 1.0, nodes,
        np.empty(0, dtype=np.int64),
    )  # fmt: skip
    if not len(found):
        return None, bool(is_ended), used
    plan = one.copy()
    plan[np.flatnonzero(free)[found == 1]] = True
    return plan, bool(is_ended), used


class _Counts:
    """The relaxations by number of items; the bound is concave in it, so both sides fall from the middle."""

    def __init__(self, knapsack: Knapsack, middle: int) -> None:
        self.knapsack = knapsack
        self.known: dict[int, Relaxed | None] = {}
        self.middle = min(max(middle, 0), len(knapsack.worth))

    def get(self, count: int) -> Relaxed | None:
        if not 0 <= count <= len(self.knapsack.worth):
            return None
        if count not in self.known:
            self.known[count] = relaxed(self.knapsack, count)
        return self.known[count]

    def above(self, least: float) -> list[Relaxed]:
        """Those whose bound is at least so much, highest first."""
        while True:  # the middle must be the top, or its sides say nothing
            here, sides = self.get(self.middle), [self.get(self.middle + step) for step in (-1, 1)]
            value = -math.inf if here is None else here.bound
            better = [at for at, side in zip((-1, 1), sides, strict=True) if side and side.bound > value + 1e-7]
            if not better:
                break
            self.middle += better[0]
        found = []
        for step in (-1, 1):
            count = self.middle if step == 1 else self.middle - 1
            while (part := self.get(count)) is not None and part.bound >= least - 1e-6:
                found.append(part)
                count += step
        return sorted(found, key=lambda part: (-part.bound, part.count or 0))


class Improving:
    """Looks for better plans: most items stay as they are, a few dozen are open."""

    def __init__(self, knapsack: Knapsack, state: Search, lowering: Lowering, seed: int) -> None:
        self.knapsack, self.state, self.counts = knapsack, state, lowering.counts
        self.base = lowering.whole
        self.random = np.random.default_rng(seed)
        self.size = float(min(len(knapsack.worth), 30))
        self.tries = 0

    def go_on(self, nodes: int = TRY) -> int:
        """Try once; give the nodes used."""
        items, state = len(self.knapsack.worth), self.state
        number = int(state.best.sum())
        around = [part for k in (-1, 0, 1) if (part := self.counts.known.get(number + k)) is not None]
        part = around[int(self.random.integers(len(around)))] if around else self.base
        drawn = np.abs(part.reduced) * self.random.exponential(1.0, items) if self.tries else np.abs(part.reduced)
        free = np.zeros(items, dtype=np.bool_)
        free[np.argsort(drawn, kind="stable")[: int(self.size)]] = True
        is_relaxed = self.tries % 3 == 0
        one = ((part.reduced > 0) if is_relaxed else state.best) & ~free
        self.tries += 1
        if np.any(self.knapsack.table[:, one].sum(axis=1) > self.knapsack.room):
            return 0
        found, is_ended, used = _search(self.knapsack, free, one, None, state.value, nodes)
        if found is not None:
            state.offer(found)
        self.size = min(float(items), self.size * 1.02 + 0.2) if is_ended and used < nodes / 4 else (
            max(10.0, self.size * 0.97) if not is_ended else self.size
        )  # fmt: skip
        return used


def by_work(
    knapsack: Knapsack, work: int | None, seed: int, heard: Callable[[Flags | None, float | None], None]
) -> Search:
    """Search by counted nodes (None: until proved): tries for better plans and passes for the bound take turns."""
    state = Search(knapsack, np.zeros(len(knapsack.worth), dtype=np.bool_), math.inf, heard)
    lowering = Lowering(knapsack, state)
    improving = Improving(knapsack, state, lowering, seed)
    left = ALL if work is None else work
    tried = 0
    while not state.is_proved and left > 0:
        while tried <= state.nodes / 2 and left > 0 and not state.is_proved and improving.tries < 4000:
            used = max(1, improving.go_on(min(TRY, left)))
            tried, left = tried + used, left - used
        before = state.nodes
        if left <= 0 or (not lowering.go_on(left) and not state.is_proved):
            left = 0
        left -= state.nodes - before
    state.nodes += tried
    return state


def by_clock(asked: tuple[Knapsack, int], tell: Callable[[object], None]) -> None:
    """Search until killed, both at once: compiled code holds no lock. Tells `(plan, bound)`, either None."""
    knapsack, seed = asked
    talking = threading.Lock()

    def heard(plan: Flags | None, bound: float | None) -> None:
        with talking:
            tell((plan, bound))

    state = Search(knapsack, np.zeros(len(knapsack.worth), dtype=np.bool_), math.inf, heard)
    lowering = Lowering(knapsack, state)
    improving = Improving(knapsack, state, lowering, seed)

    def improve() -> None:
        while not state.is_over:
            improving.go_on()

    threading.Thread(target=improve, daemon=True).start()
    while lowering.go_on():
        pass
    state.is_over = True
