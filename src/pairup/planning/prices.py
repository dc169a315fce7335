"""Prices: what each scarce thing is worth at the margin, and so what any choice loses at least.

Prices come from the linear relaxation (dual values) or from Lagrangian multipliers. Whatever they are, they bound:
a plan with option k is worth at most `bound - loss[k]`. So a reason costs a look-up, not a second solve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Prices of a problem's people, posts and limits, and the loss of each option.

    `bound` is at least the worth of every plan; `loss[k] >= 0` is what a plan with option k stays below it;
    `first` and `second` are the prices of the two sides (people and posts; donors and recipients), each at least 0:
    a plan in which one stays free is worth at most `bound` less its price, or NaN where that cannot be said;
    `limits` are the prices of named limits, one more of which would gain at most so much.
    """

    bound: float
    loss: Floats
    first: Floats
    second: Floats
    limits: Mapping[str, float] = field(default_factory=dict)
