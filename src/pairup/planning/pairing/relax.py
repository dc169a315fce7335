"""The linear relaxation of one donor each, by columns: prices of the donors' capacities and the bound they give."""

from __future__ import annotations

import numpy as np

from pairup.planning.linear import LinearProgramme
from pairup.planning.pairing.kernels import FAR, Floats, Ints, lower_bound
from pairup.planning.pairing.single import Single

#: columns of each recipient at the start, the nearest at the prices of the first steps
NEAREST = 6
#: times columns are brought in at most; the bound holds whenever it ends
TIMES = 40


def prices_of(single: Single) -> Floats:
    """Give prices of the donors' rooms at which the bound is as high as the linear relaxation allows.

    Subgradient steps find the neighbourhood, a linear programme over the near columns the prices; columns that these
    prices ask for come in until none does.
    """
    count, size = single.cost.shape
    price = np.zeros(size)
    everyone, everybody = np.arange(count), np.arange(size)
    lower_bound(single.cost, single.load, single.room, price, everyone, everybody, 1e300, 200)
    best, best_bound = price, _bound(single, price)
    programme = LinearProgramme()
    free = np.full(size, -np.inf)
    programme.add_rows(np.concatenate([np.ones(count), free]), np.concatenate([np.ones(count), single.room]))
    is_option = single.cost < FAR
    dear = 100.0 * float(np.abs(single.cost[is_option]).max() + 1)
    programme.add_columns(np.full(count, -dear), np.arange(count + 1), everyone, np.ones(count))
    order = np.argsort(np.where(is_option, single.losses(price), np.inf), axis=1, kind="stable")[:, :NEAREST]
    rows, donors = np.repeat(everyone, order.shape[1]), order.ravel()
    have = ~is_option
    for _ in range(TIMES):
        new = ~have[rows, donors]
        rows, donors = rows[new], donors[new]
        if not len(rows):
            break
        have[rows, donors] = True
        _add(programme, single, rows, donors)
        solved = programme.solve()
        if solved is None:
            break
        price = np.maximum(0.0, solved.price[count:])
        bound = _bound(single, price)
        if bound > best_bound:
            best, best_bound = price, bound
        if -solved.value - best_bound <= 1e-7 * max(1.0, abs(best_bound)):
            break
        value = np.where(have, np.inf, single.cost + price * single.load + solved.price[:count, None])
        order = np.argsort(value, axis=1, kind="stable")[:, :NEAREST]
        rows, donors = np.repeat(everyone, order.shape[1]), order.ravel()
        wanted = value[rows, donors] < -1e-7
        rows, donors = rows[wanted], donors[wanted]
    return best


def _bound(single: Single, price: Floats) -> float:
    return float((single.cost + price * single.load).min(axis=1).sum() - price @ single.room)


def _add(programme: LinearProgramme, single: Single, rows: Ints, donors: Ints) -> None:
    count = len(single.cost)
    index = np.stack([rows, count + donors], axis=1).ravel()
    value = np.stack([np.ones(len(rows)), single.load[rows, donors].astype(np.float64)], axis=1).ravel()
    programme.add_columns(-single.cost[rows, donors].astype(np.float64), 2 * np.arange(len(rows) + 1), index, value)
