"""Days that each begin and end at the base: choose among the sets one day can see, as a covering problem.

Such days differ only in which roads are closed, so a search morning by morning would meet every order of the same
days. As rows over choices there is no order: so many sets are chosen for the days of each kind, and a site counts
where a chosen set holds it. HiGHS proves the best choice.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pairup.planning.blocks import Block
from pairup.planning.plan import Ended, Stop
from pairup.planning.solvers import solve_block
from pairup.planning.visits.effort import Effort
from pairup.planning.visits.listing import Masks
from pairup.planning.visits.problem import Numbers
from pairup.planning.visits.ways import Ints

#: nodes of the tree where the work is counted, and what one is worth in labels
_NODES, _WORK_PER_NODE = 1000, 500
#: more sets than this are searched morning by morning
MOST_SETS = 20_000


def choose_sets(
    sets: list[Masks], days: list[int], worth: Numbers, known: float, grain: float, effort: Effort, seed: int = 0
) -> tuple[list[list[int]] | None, float | None, bool]:
    """Choose at most `days[k]` of the sets of each kind, so that what they hold is worth most.

    `worth` has one value, 0 or more, for each bit. Gives the chosen masks by kind (None: none are worth more than
    `known`), a bound (None: none is known), and whether the question is settled.
    """
    every = np.concatenate(sets)
    flags = (every[:, None] >> np.arange(len(worth), dtype=np.uint64)[None, :]) & np.uint64(1)
    row, column = np.nonzero(flags)  # of the set, of the bit
    block = _block(row, column, [len(masks) for masks in sets], days, worth)
    nodes = None
    if effort.watch.left is None:
        nodes = max(1, min(_NODES, int(effort.limit - effort.done) // _WORK_PER_NODE))
    answer = solve_block(block, Stop(effort.watch.left, nodes), seed, None)
    effort.add(1 + answer.nodes * _WORK_PER_NODE)
    is_settled = answer.ended is Ended.PROOF
    if answer.taken is None:
        return None, answer.bound, False
    chosen = np.flatnonzero(answer.taken[: len(every)])
    seen = np.bitwise_or.reduce(every[chosen]) if len(chosen) else np.uint64(0)
    value = float(worth[[bit for bit in range(len(worth)) if int(seen) >> bit & 1]].sum())
    if value < known + grain * (1 - 1e-6):
        return None, max(known, answer.bound or known), is_settled
    first = np.cumsum([0, *map(len, sets)])
    parts = [[int(every[k]) for k in chosen if low <= k < high] for low, high in pairwise(first)]
    return parts, max(value, answer.bound or value), is_settled


def _block(row: Ints, column: Ints, sizes: list[int], days: list[int], worth: Numbers) -> Block:
    """Write the choice: the sets first, then a choice for each site, which only a chosen set that holds it allows."""
    count, bits = sum(sizes), len(worth)
    order = np.argsort(column, kind="stable")
    held = np.split(row[order], np.cumsum(np.bincount(column, minlength=bits))[:-1]) if bits else []
    rows = [np.append(members, count + bit) for bit, members in enumerate(held)]
    values = [np.append(-np.ones(len(members)), 1.0) for members in held]
    low = 0
    for size in sizes:
        rows.append(np.arange(low, low + size))
        values.append(np.ones(size))
        low += size
    high = np.array([0.0] * bits + [float(limit) for limit in days])
    return Block(
        np.arange(count + bits), np.arange(len(rows)), np.cumsum([0, *map(len, rows)]), np.concatenate(rows),
        np.concatenate(values), np.full(len(rows), -np.inf), high, np.concatenate([np.zeros(count), worth]),
        np.zeros(count + bits), np.ones(count + bits),
    )  # fmt: skip
