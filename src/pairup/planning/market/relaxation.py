"""The linear relaxation of a tied block over the choices that matter, by column generation.

The prices of the volume algorithm say which choices can be in a good plan; the relaxation over those gives better
prices, which say which choices were missing. Every set of prices proves a bound by one assignment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.planning.linear import LinearProgramme
from pairup.planning.market.tied import Columns, Tied
from pairup.planning.market.volume import Priced

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: with more columns than this an interior point method is quicker than the simplex method
INTERIOR = 3_000
#: with more columns than this no corner of the best solutions is asked for
CORNER = 25_000
#: of the choices, so many for each seat are in from the start, and come in at a time
FIRST, MORE = 6.0, 2.0


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Prices of the tied rows, the bound they prove, amount and loss of each choice; whether no choice is missing."""

    bound: float
    value: float  # of the relaxation over the choices that are in
    price: Floats
    amount: Floats
    loss: Floats
    is_whole: bool


def relaxed(tied: Tied, known: Priced, seed: int, left: Callable[[], float | None]) -> Iterator[Relaxed]:
    """Give better and better prices, until no choice is missing."""
    block, columns = tied.block, Columns.of(tied.block)
    _, _, worth = tied.price(known.price)
    loss = tied.loss(worth)
    size = len(block.choices)
    first = np.zeros(size, dtype=np.bool_)
    order = tied.options[np.argsort(loss[tied.options], kind="stable")]
    first[order[: int(FIRST * tied.scale)]] = True
    first |= known.mean > 0.01
    first[tied.helpers] = True
    listed = np.flatnonzero(first)
    is_interior = len(listed) > INTERIOR
    programme = LinearProgramme(seed, "ipm" if is_interior else "simplex")
    programme.option("run_crossover", "off")  # prices from the middle of the best ones miss fewer choices
    programme.add_rows(block.low, block.high)
    new = listed
    while True:
        starts, rows, values = columns.some(new)
        programme.add_columns(block.worth[new], starts, rows, values, 0.0, 1.0)
        found = programme.solve(left())
        if found is None:
            return
        amount = np.zeros(size)
        amount[listed] = found.amount
        reduced = columns.priced(block.worth, found.price)
        missing = np.flatnonzero(~first & (reduced > 1e-6))
        price = tied.proper(found.price[tied.tied_rows])
        bound, _, worth = tied.price(price)
        if not len(missing) and is_interior and len(listed) <= CORNER:
            programme.option("run_crossover", "on")  # a corner is nearer to whole numbers than the middle of a face
            if (corner := programme.solve(left())) is not None:
                amount[listed] = corner.amount
        yield Relaxed(bound, found.value, price, amount, tied.loss(worth), not len(missing))
        if not len(missing):
            return
        new = missing[np.argsort(-reduced[missing], kind="stable")][: int(MORE * tied.scale)]
        first[new] = True
        listed = np.concatenate([listed, new])
