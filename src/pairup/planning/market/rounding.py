"""From the relaxation to a plan: settle what is nearly whole, relax again, and leave the rest to a small search."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Block, hopeless
from pairup.planning.linear import LinearProgramme
from pairup.planning.market.tied import Columns, part_of
from pairup.planning.plan import Stop
from pairup.planning.solvers import solve_block

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: at most so many choices that are neither taken nor left go to the search, which may take so many nodes or seconds
LEFT_TO_SEARCH, NODES, SECONDS = 120, 100, 4.0
#: of the undecided choices, the part that is settled between two relaxations
PART = 0.1


def rounded_plan(
    block: Block, amount: Floats, wanted: Ints, seed: int, left: Callable[[], float | None]
) -> Flags | None:
    """Settle choices one part after the other; None where that ends where nothing keeps the rows.

    `wanted` are the choices that may be settled (options, not helping ones); `amount` is a solution of the relaxation.
    """
    taken = np.zeros(len(block.choices), dtype=np.bool_)
    free = np.ones(len(block.choices), dtype=np.bool_)
    is_wanted = np.zeros(len(block.choices), dtype=np.bool_)
    is_wanted[wanted] = True
    stages: list[tuple[Block, Flags]] = []  # where the whole numbers cannot be had, one goes back
    while True:
        undecided = np.flatnonzero(is_wanted & free & (amount > 1e-4) & (amount < 1 - 1e-4))
        sure = np.flatnonzero(is_wanted & free & (amount >= 1 - 1e-4))
        ranked = undecided[np.argsort(-amount[undecided], kind="stable")]
        likely = ranked[: max(1, int(PART * len(ranked)))]
        likely = _apart(block, likely[(amount[likely] > 0.5) | (np.arange(len(likely)) < max(1, len(likely) // 20))])
        is_last = len(undecided) <= LEFT_TO_SEARCH
        settle = sure if is_last else np.concatenate([sure, likely])
        while True:
            trial, open_ = taken.copy(), free.copy()
            trial[settle], open_[settle] = True, False
            part = part_of(block, open_, trial)
            found = None if len(hopeless(part)) else _relax(part, seed, left())
            if found is not None or not len(settle):
                break
            settle = settle[: len(settle) // 2]  # too much at once: what is left of a team cannot be filled
        taken, free = trial, open_
        stages.append((part, taken))
        if is_last or found is None or not len(settle):
            break
        amount = np.zeros(len(block.choices))
        amount[part.choices] = found
    for part, before in reversed(stages):
        if (plan := _searched(part, before, seed, left)) is not None or left() == 0.0:
            return plan
    return None


def _relax(part: Block, seed: int, seconds: float | None) -> Floats | None:
    programme = LinearProgramme(seed, "ipm" if len(part.choices) > 2_000 else "simplex")
    programme.option("run_crossover", "off")
    programme.add_rows(part.low, part.high)
    columns = Columns.of(part)
    programme.add_columns(part.worth, columns.starts, columns.row, columns.value, 0.0, 1.0)
    found = programme.solve(seconds)
    return None if found is None else found.amount


def _apart(block: Block, choices: Ints) -> Ints:
    """Leave out choices that would break a row together with one before them."""
    columns = Columns.of(block)
    room = block.high.copy()
    kept = []
    for choice in choices.tolist():
        part = slice(columns.starts[choice], columns.starts[choice + 1])
        rows, values = columns.row[part], columns.value[part]
        if np.all(room[rows] >= values):
            room[rows] -= values
            kept.append(choice)
    return np.array(kept, dtype=np.int64)


def _searched(part: Block, taken: Flags, seed: int, left: Callable[[], float | None]) -> Flags | None:
    seconds = left()
    stop = Stop(work=NODES) if seconds is None else Stop(seconds=min(seconds, SECONDS))
    found = solve_block(part, stop, seed, None)
    if found.taken is None:
        return None
    taken = taken.copy()
    taken[part.choices] = found.taken
    return taken
