"""Prices that prove that rows cannot be kept together, and which rows they use: of thousands, the few that clash.

Every row may be broken at a price of 1 for each unit; what breaking costs at least is a linear programme. Where that is
more than nothing, its prices p say why (Farkas 1902): any choice that kept all rows would be worth less than itself.
The sum is taken anew from the prices, so rounding inside the solver cannot lie. Rows without a price play no part.
Rows that only whole choices cannot keep are not seen here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pairup.planning.blocks import Block, Flags, Floats
from pairup.planning.linear import LinearProgramme

#: a proof is believed where it is as clear as this, against the size of what was summed
CLEAR = 1e-7
NIL = 1e-9


@dataclass(frozen=True, slots=True)
class Proof:
    """The rows that a proof uses, and the choices of whose limits it makes use."""

    rows: Flags
    choices: Flags


def proof_of(block: Block, seed: int = 0, seconds: float | None = None) -> Proof | None:
    """Prove by prices that nothing keeps the rows of a block; None where prices do not, or the time ran out."""
    made = LinearProgramme(seed)
    count, rows = len(block.choices), len(block.rows)
    low, high = np.flatnonzero(np.isfinite(block.low)), np.flatnonzero(np.isfinite(block.high))
    none = np.zeros(count + 1, dtype=np.int64)
    made.add_columns(np.zeros(count), none, none[:0], np.zeros(0), block.least, block.most)
    made.add_rows(block.low, block.high, block.starts, block.index, block.value)
    broken = np.concatenate([low, high])
    ways = np.concatenate([np.ones(len(low)), -np.ones(len(high))])
    made.add_columns(-np.ones(len(broken)), np.arange(len(broken) + 1), broken, ways)
    found = made.solve(seconds)
    if found is None or found.value >= -CLEAR:
        return None
    price = np.where(np.abs(found.price[:rows]) > NIL, found.price[:rows], 0.0)
    return _checked(block, price)


def _checked(block: Block, price: Floats) -> Proof | None:
    """Sum anew what these prices prove: no choice is worth nothing, though every one is."""
    price = np.where((price > 0) & ~np.isfinite(block.high) | (price < 0) & ~np.isfinite(block.low), 0.0, price)
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    reduced = -np.bincount(block.index, weights=price[row_of] * block.value, minlength=len(block.choices))
    held = price != 0
    ends = np.where(price > 0, block.high, block.low)
    own = np.maximum(reduced * block.least, reduced * block.most)
    size = float(np.abs(price[held] * ends[held]).sum() + np.abs(own).sum())
    if float((price[held] * ends[held]).sum() + own.sum()) >= -CLEAR * max(1.0, size):
        return None
    is_limit = (np.abs(reduced) > NIL) & ((block.least > 0) | (block.most < 1))
    return Proof(held, is_limit)
