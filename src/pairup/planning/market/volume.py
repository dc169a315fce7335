"""Prices of the rows that tie a block, by the volume algorithm (Barahona and Anbil 2000).

https://doi.org/10.1007/s101070050002. Each step asks for the best assignment at some prices, moves the prices against
the mean of what those assignments break, and keeps the prices with the lowest bound. The mean itself comes near an
optimal solution of the linear relaxation, so it says which choices matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import INF
from pairup.planning.market.tied import Tied

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Priced:
    """Prices of tied rows, the bound they prove, and the mean of the assignments seen on the way."""

    bound: float
    price: Floats
    mean: Floats


def volume_prices(
    tied: Tied, worth_known: float, steps: int, go_on: Callable[[float], bool] = lambda bound: True
) -> Priced:
    """Lower the bound by so many steps at most; `worth_known` is what some plan reaches. `go_on` hears each bound."""
    limit = np.where(tied.tied.high < INF, tied.tied.high, tied.tied.low)
    is_one_sided = (tied.tied.low == -INF) | (tied.tied.high == INF)
    best = np.zeros(len(tied.tied.rows))
    bound, taken, _ = tied.price(best)
    mean, used = taken.astype(np.float64), tied.used(taken)
    length, weight, idle = 0.5, 0.1, 0
    for step in range(steps):
        if not go_on(bound):
            break
        slack = limit - used
        # a row that is kept and has no price pulls nowhere
        pull = np.where(is_one_sided & (tied.proper(best - slack) == 0.0) & (best == 0.0), 0.0, slack)
        size = float(pull @ pull)
        target = min(max(bound - worth_known, 1e-4 * abs(bound)), 0.01 * abs(bound)) + 1e-9
        if size < 1e-12:
            break
        price = tied.proper(best - length * target / size * pull)
        value, taken, _ = tied.price(price)
        now = tied.used(taken)
        change = (limit - now) - slack
        spread = float(change @ change)
        share = weight if spread == 0 else min(max(-float(slack @ change) / spread, weight / 10), weight)
        used = (1 - share) * used + share * now
        mean *= 1 - share
        mean[taken] += share
        if value < bound - 1e-9:
            if float((limit - now) @ pull) > 0:
                length = min(2.0, 1.1 * length)
            bound, best, idle = value, price, 0
        else:
            idle += 1
            if idle == 20:
                length, idle = max(1e-4, 0.66 * length), 0
        if step % 100 == 99:
            weight = max(0.7 * weight, 0.002)
    return Priced(bound, best, mean)
