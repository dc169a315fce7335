"""The linear relaxation of a block, and the bound that its prices prove.

Any prices bound every plan (weak duality): the sum is taken anew from them, so rounding inside the solver cannot lie.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Block
from pairup.planning.linear import LinearProgramme

Floats = NDArray[np.float64]


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
    programme.add_rows(block.low / scale, block.high / scale, block.starts, block.index, block.value / scale[row_of])
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
