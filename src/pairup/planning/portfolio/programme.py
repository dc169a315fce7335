"""A programme of thousands of projects as one question: the relaxation bounds it, small integer questions improve it.

The linear relaxation over all donors and years leaves few choices in parts: no more than there are tight rows. Its
prices bound every plan (weak duality, summed anew, so rounding inside the solver cannot lie). Choices whose reduced
worth is small are left open, all others stay as they are, and HiGHS settles the open ones exactly; again and again,
with other choices open each time (kernel search and relaxation-induced neighbourhoods: Danna, Rothberg, Le Pape 2005,
https://doi.org/10.1007/s10107-004-0518-7). Every plan on the way is exact: `solve_block` answers by cuts what only
rounding made possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Block, Flags, rounded, step_of, value_of
from pairup.planning.linear import LinearProgramme
from pairup.planning.plan import Stop
from pairup.planning.solvers import solve_block

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: choices left open in the first integer question, and at most later
OPEN, MOST_OPEN = 900, 2400
#: search nodes of one integer question
NODES = 150
#: integer questions without a better plan, after which counted work ends
PATIENCE = 12

Heard = Callable[[Flags | None, float | None], None]


class Relaxation(NamedTuple):
    """Amounts of the relaxation, reduced worth of each choice, price of each row, and the bound that follows."""

    bound: float
    amount: Floats
    reduced: Floats
    price: Floats


def relaxation(block: Block, seed: int = 0, seconds: float | None = None) -> Relaxation | None:
    """Solve the relaxation of a block; None where it has no solution, or the time is over."""
    programme = LinearProgramme(seed)
    none = np.zeros(len(block.worth) + 1, dtype=np.int64)
    programme.add_columns(block.worth, none, none[:0], np.zeros(0), block.least, block.most)
    scale = _scale(block)
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    programme.add_rows(
        block.low / scale, block.high / scale, block.starts, block.index, block.value / scale[row_of]
    )
    found = programme.solve(seconds)
    if found is None:
        return None
    return bounded(block, found.price / scale, found.amount)


def bounded(block: Block, price: Floats, amount: Floats) -> Relaxation:
    """What any prices prove: a row counts at its high end where its price is positive, at its low end otherwise."""
    price = np.where((price > 0) & ~np.isfinite(block.high), 0.0, price)
    price = np.where((price < 0) & ~np.isfinite(block.low), 0.0, price)
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    reduced = block.worth - np.bincount(block.index, weights=price[row_of] * block.value, minlength=len(block.worth))
    ends = np.where(price > 0, block.high, block.low)
    held = price != 0
    total = float((price[held] * ends[held]).sum())
    total += float(np.maximum(reduced * block.least, reduced * block.most).sum())
    return Relaxation(total + 1e-9 * max(1.0, abs(total)), amount, reduced, price)


def _scale(block: Block) -> Floats:
    """The largest coefficient of each row, so that tolerances are shares of it."""
    scale = np.zeros(len(block.rows))
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    np.maximum.at(scale, row_of, np.abs(block.value))
    return np.where(scale == 0, 1.0, scale)


@dataclass
class Improving:
    """Makes a plan of a block better, one integer question at a time. `best` None: no plan is known yet."""

    block: Block
    base: Relaxation
    best: Flags | None
    seed: int
    heard: Heard

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.open, self.tries, self.idle, self.nodes = float(OPEN), 0, 0, 0
        self.step = step_of(self.block.worth)

    @property
    def value(self) -> float | None:
        return None if self.best is None else value_of(self.block, self.best)

    @property
    def is_proved(self) -> bool:
        bound, value = rounded(self.base.bound, self.step), self.value
        return value is not None and bound is not None and bound - value <= 1e-6 * max(1.0, abs(value))

    def go_on(self, nodes: int = NODES, seconds: float | None = None) -> None:
        """Ask one integer question; a better plan is kept and told."""
        at_relaxed = self.best is None or self.tries % 4 == 0
        size = len(self.block.choices)
        near = np.abs(self.base.reduced) + 1e-3 * float(np.abs(self.base.reduced).mean())
        drawn = near if self.tries == 0 else near * self.random.exponential(1.0, size)
        is_open = np.zeros(size, dtype=np.bool_)
        is_open[np.argsort(drawn, kind="stable")[: int(self.open)]] = True
        within = np.round(self.base.amount)
        is_open |= np.abs(self.base.amount - within) > 1e-6
        now = within if at_relaxed or self.best is None else self.best.astype(np.float64)
        now = np.clip(now, self.block.least, self.block.most)
        start = self.best if self.best is not None and bool(np.all((self.best == now) | is_open)) else None
        part = replace(
            self.block, least=np.where(is_open, self.block.least, now), most=np.where(is_open, self.block.most, now)
        )
        found = solve_block(part, Stop(seconds, nodes), self.seed, start)
        self.tries += 1
        self.nodes += found.nodes + 1
        is_better = found.taken is not None and (self.value is None or value_of(self.block, found.taken) > self.value)
        if found.taken is not None and is_better:
            self.best, self.idle = found.taken, 0
            self.heard(self.best, None)
        else:
            self.idle += 1
        if found.taken is None:
            self.open = min(float(MOST_OPEN), self.open * 1.5)
        elif found.nodes >= nodes:
            self.open = max(200.0, self.open * 0.9)
        elif not is_better:
            self.open = min(float(MOST_OPEN), self.open * 1.15)


def improve(
    block: Block, start: Flags | None, seed: int, heard: Heard, work: int | None, base: Relaxation | None = None
) -> Improving | None:
    """Improve by counted work: so many search nodes, or until a dozen questions in a row found nothing better."""
    base = base or relaxation(block, seed)
    if base is None:
        return None
    heard(None, base.bound)
    state = Improving(block, base, start, seed, heard)
    while not state.is_proved and state.idle < PATIENCE and (work is None or state.nodes < work):
        state.go_on(NODES if work is None else min(NODES, work - state.nodes))
    return state


def by_clock(asked: tuple[Block, Flags | None, int], tell: Callable[[object], None]) -> None:
    """Improve until killed; tells `(plan, bound)`, either None. A block without a relaxed plan tells nothing."""
    block, start, seed = asked
    base = relaxation(block, seed)
    if base is None:
        return
    tell((None, base.bound))
    state = Improving(block, base, start, seed, lambda plan, bound: tell((plan, bound)))
    while not state.is_proved:
        state.go_on()
