"""Search of a plan's neighbourhood: some people are planned anew with all others held (Shaw 1998).

https://doi.org/10.1007/3-540-49481-2_30. Which people: those around somebody who loses much at the prices at hand,
along who sits where they could, or all who sit where one tied row rules. Size follows what the small search can
prove in its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import value_of
from pairup.planning.market.tied import Tied, part_of
from pairup.planning.plan import Ended, Stop
from pairup.planning.solvers import solve_block

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: people in the first neighbourhood, in the smallest and in the largest
FIRST, FEWEST, MOST = 250, 40, 3_000
#: what one small search may take
SECONDS, NODES = 3.0, 40


def improved(
    tied: Tied, taken: Flags, loss: Floats, seed: int, left: Callable[[], float | None]
) -> Iterator[tuple[Flags, int]]:
    """Give the plan after each small search, and the nodes it took; it never gets worse. Ends where nothing is left."""
    random = np.random.default_rng(seed)
    size, block = float(FIRST), tied.block
    reach = _Reach(tied)
    turn = 0
    while True:
        size = min(size, tied.people, MOST)
        people = reach.around(taken, loss, int(size), random, turn)
        turn += 1
        free = np.zeros(len(block.choices), dtype=np.bool_)
        free[tied.options[people[tied.person]]] = True
        free[tied.helpers] = True
        part = part_of(block, free, taken)
        seconds = left()
        stop = Stop(work=NODES) if seconds is None else Stop(seconds=min(seconds, SECONDS))
        watch = stop.watch()
        found = solve_block(part, stop, seed, taken[part.choices])
        if found.taken is not None and value_of(part, found.taken) >= value_of(part, taken[part.choices]):
            taken = taken.copy()
            taken[part.choices] = found.taken
        is_proved = found.ended is Ended.PROOF
        if is_proved and size >= tied.people:
            yield taken, max(1, found.nodes)
            return
        if is_proved and (seconds is None or watch.seconds < 0.3 * SECONDS):
            size *= 1.15
        elif not is_proved:
            size = max(FEWEST, 0.85 * size)
        yield taken, max(1, found.nodes)


class _Reach:
    """Who could sit where, by person and by post."""

    def __init__(self, tied: Tied) -> None:
        self.tied = tied
        self.starts = np.searchsorted(tied.person, np.arange(tied.people + 1))
        order = np.argsort(tied.post, kind="stable")
        self.by_post = order
        self.post_starts = np.searchsorted(tied.post[order], np.arange(len(tied.seats) + 1))
        self.at = np.full(len(tied.block.choices), -1)
        self.at[tied.options] = np.arange(len(tied.options))

    def around(self, taken: Flags, loss: Floats, size: int, random: np.random.Generator, turn: int) -> Flags:
        """Choose people for a neighbourhood."""
        tied = self.tied
        held = np.flatnonzero(taken[tied.options])
        sits = np.full(tied.people, -1)
        sits[tied.person[held]] = tied.post[held]
        chosen = np.zeros(tied.people, dtype=np.bool_)
        if turn % 3 == 2 and len(tied.tied_rows):
            self._of_rows(chosen, sits, size, random)
        else:
            self._grown(chosen, sits, held, loss, size, random)
        return chosen

    def _grown(
        self, chosen: Flags, sits: Ints, held: Ints, loss: Floats, size: int, random: np.random.Generator
    ) -> None:
        """From somebody who loses much, along the posts they could take to those who sit there."""
        tied = self.tied
        regret = tied.assignment.profit.copy()
        regret[tied.person[held]] = loss[tied.options[held]]
        weight = regret + 0.02 * max(float(regret.max()), 1e-9)
        frontier = random.choice(tied.people, size=min(3, tied.people), replace=False, p=weight / weight.sum())
        holders = np.argsort(sits, kind="stable")
        holder_starts = np.searchsorted(sits[holders], np.arange(len(tied.seats) + 1))
        chosen[frontier] = True
        while (room := size - int(chosen.sum())) > 0:
            posts = np.unique(tied.post[_ranges(self.starts, frontier)])
            near = holders[_ranges(holder_starts, posts)]
            near = np.concatenate(
                [near, tied.person[self.by_post[_ranges(self.post_starts, sits[frontier[sits[frontier] >= 0]])]]]
            )
            near = np.unique(near[~chosen[near]])
            if not len(near):
                frontier = random.choice(tied.people, size=1)
                near = frontier[~chosen[frontier]]
            frontier = near if len(near) <= room else random.choice(near, size=room, replace=False)
            chosen[frontier] = True

    def _of_rows(self, chosen: Flags, sits: Ints, size: int, random: np.random.Generator) -> None:
        """All who sit at the posts of some tied rows, and who could."""
        tied = self.tied
        for row in random.permutation(len(tied.tied_rows)):
            entries = self.at[tied.tied.index[tied.tied.starts[row] : tied.tied.starts[row + 1]]]
            entries = entries[entries >= 0]
            posts = np.zeros(len(tied.seats), dtype=np.bool_)
            posts[tied.post[entries]] = True
            near = np.flatnonzero((sits >= 0) & posts[sits] & ~chosen)
            room = size - int(chosen.sum())
            chosen[near if len(near) <= room else random.choice(near, size=room, replace=False)] = True
            if chosen.sum() >= 0.8 * size:
                break
        free = np.flatnonzero((sits < 0) & ~chosen)
        chosen[free[: max(0, size - int(chosen.sum()))]] = True


def _ranges(starts: Ints, keys: Ints) -> Ints:
    """Positions of several ranges, one after the other."""
    lengths = starts[keys + 1] - starts[keys]
    ends = np.cumsum(lengths)
    return np.repeat(starts[keys] - (ends - lengths), lengths) + np.arange(int(lengths.sum()))
