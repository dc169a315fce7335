"""A block whose parts share few posts: with a price on those posts each part is planned by itself.

A donor's people, limits, teams and couples hang together; what ties donors to one another are posts open to several.
The linear relaxation of the whole block prices every row. At its prices of the shared posts the block falls apart,
and the parts' best plans, plus what the prices pay for the shared seats, bound every plan (Geoffrion 1974:
https://doi.org/10.1007/BFb0120690). A part whose relaxation is whole needs no search. The others are searched among
the choices that lose least, which is exact: what was left out loses more than bound and plan lie apart. Parts that
then disagree about a shared post are planned together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Block, broken_rows, can_bind, only, split, step_of, value_of, with_rows
from pairup.planning.linear import LinearProgramme, Solved
from pairup.planning.market.tied import Columns, part_of
from pairup.planning.plan import Ended, Status, Stop
from pairup.planning.relaxed import safe_bound
from pairup.planning.solvers import solve_block

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Left = Callable[[], Stop]

#: pivots after which a block counts as one whose relaxation is not had whole
PIVOTS = 60_000
#: a part, or a group of parts, with more choices than this is not searched whole
LARGEST = 25_000
#: of a part's choices, the share that is searched first
FIRST = 0.3
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Parted:
    """A bound, the best plan so far, nodes spent; and whether it is proved that there is no plan."""

    bound: float
    taken: Flags | None
    nodes: int
    is_infeasible: bool = False


def are_small(block: Block, linking: Flags) -> bool:
    """Say whether no part has more than `LARGEST` choices."""
    _, parts = split(with_rows(block, np.flatnonzero(~linking)))
    return all(len(part.choices) <= LARGEST for part in parts)


def whole_relaxation(block: Block, seed: int, seconds: float | None) -> tuple[Ints, Solved] | None:
    """Solve the linear relaxation over all choices; give the rows that can bind, and its solution over these.

    None where it takes long.

    The simplex method is quick where rows are short and parts many, and gives up where one market ties everything.
    """
    kept = np.flatnonzero(can_bind(block))
    block = with_rows(block, kept)
    programme = LinearProgramme(seed)
    programme.option("simplex_iteration_limit", PIVOTS)
    programme.add_rows(block.low, block.high)
    columns = Columns.of(block)
    programme.add_columns(block.worth, columns.starts, columns.row, columns.value, block.least, block.most)
    found = programme.solve(seconds)
    return None if found is None else (kept, found)


class _Parts:
    """The parts of a block at given prices, put into groups that are planned together: at first each is one.

    `lowered` is what a group is proved to lose against the relaxation, noted at its first part.
    """

    def __init__(self, block: Block, linking: Flags, solved: Solved) -> None:
        self.block, self.linking, self.step = block, linking, step_of(block.worth)
        price = np.where(np.isfinite(block.high), np.maximum(solved.price, 0.0), 0.0)
        self.price = price + np.where(np.isfinite(block.low), np.minimum(solved.price, 0.0), 0.0)
        self.relaxed, self.reduced = safe_bound(block, self.price)
        self.loss = np.maximum(0.0, -self.reduced)
        self.columns, self.row_of = Columns.of(block), np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
        self.whole = solved.amount > 0.5
        self.is_open = np.abs(solved.amount - self.whole) > WHOLE
        numbered = replace(block, choices=np.arange(len(block.choices)), rows=np.arange(len(block.rows)))
        loose, parts = split(with_rows(numbered, np.flatnonzero(~linking)))
        self.of = np.zeros(len(block.choices), dtype=np.int64)
        for at, part in enumerate(parts):
            self.of[part.choices] = at
        self.of[loose] = len(parts) + np.arange(len(loose))
        self.group = np.arange(len(parts) + len(loose))  # of each part: the first part of its group
        self.lowered = np.zeros(len(self.group))
        self.alive = np.ones(len(block.choices), dtype=np.bool_)

    @property
    def bound(self) -> float:
        return self.relaxed - float(self.lowered.sum())

    def groups(self) -> Ints:
        """The group of each choice."""
        return self.group[self.of]

    def doubted(self) -> Ints:
        """The groups whose relaxation is not whole, or breaks a row when it is made so."""
        groups = self.groups()
        doubted = [groups[self.is_open]]
        for row in broken_rows(self.block, self.whole):
            doubted.append(groups[self.block.index[self.block.starts[row] : self.block.starts[row + 1]]])
        return np.unique(np.concatenate(doubted))

    def near(self, doubted: Ints) -> Flags:
        """Choices of the doubted groups that lose little: what their group has lost, and what one loses on average."""
        room = self.lowered[self.groups()] + self.lowered.sum() / max(1, len(doubted)) + WHOLE
        near = (self.loss <= room) | self.whole | self.is_open
        return np.asarray(near & np.isin(self.groups(), doubted), dtype=np.bool_)

    def narrow(self, worth: float) -> None:
        """Leave alive the choices that a plan better than `worth` can have."""
        least = 0.0 if self.step is None else self.step
        room = self.bound + self.lowered[self.groups()] - worth - least + 1e-6 * max(1.0, abs(worth))
        self.alive &= self.loss <= room

    def problem_of(self, group: int) -> tuple[Block, float]:
        """The group's rows over its choices that are alive, and what its relaxation is worth.

        A shared row within the group is kept as it is. One that others stand in too is paid for at its price, and
        its upper limit is kept.
        """
        block, alive = self.block, self.alive[self.block.index]
        inside = (self.groups() == group) & self.alive
        here = np.bincount(self.row_of[inside[block.index]], minlength=len(block.rows))
        is_shared = self.linking & (np.bincount(self.row_of[alive], minlength=len(block.rows)) > here)
        worth = self.columns.priced(block.worth, np.where(is_shared, self.price, 0.0))
        low = np.where(is_shared, -np.inf, block.low)
        numbered = replace(block, choices=np.arange(len(block.choices)), worth=worth, low=low)
        rows = np.flatnonzero(here)
        own = only(numbered, np.flatnonzero(inside), rows)
        return own, safe_bound(own, np.where(is_shared, 0.0, self.price)[rows])[0]

    def join(self, taken: Flags) -> list[int]:
        """Put groups together that disagree about a shared row: it is broken, or paid for and not used up."""
        block, rows = self.block, len(self.block.rows)
        used = np.bincount(self.row_of, weights=block.value * taken[block.index], minlength=rows)
        is_wrong = (used > block.high + WHOLE) | (used < block.low - WHOLE)
        is_wrong |= (self.price > WHOLE) & (used < block.high - WHOLE)
        is_wrong |= (self.price < -WHOLE) & (used > block.low + WHOLE)
        joined = []
        for row in np.flatnonzero(is_wrong & self.linking):
            index = block.index[block.starts[row] : block.starts[row + 1]]
            groups = np.unique(self.groups()[index[self.alive[index] | taken[index]]])
            for other in groups[1:]:
                self.lowered[groups[0]] += self.lowered[other]
                self.lowered[other] = 0.0
                self.group[self.group == other] = groups[0]
            joined += groups[:1].tolist()
        return sorted({int(self.group[group]) for group in joined})


def planned_by_parts(block: Block, linking: Flags, solved: Solved, seed: int, left: Left) -> Iterator[Parted]:
    """Give better and better bounds and plans; the last is proved unless `left` said to stop.

    `linking` are the rows that one part need not keep for the others to be planned. Groups that disagree about one of
    them are planned together, until none do.
    """
    parts, nodes = _Parts(block, linking, solved), 0
    taken, best = parts.whole.copy(), None
    groups: list[int] = parts.doubted().tolist()
    while True:
        for group in groups:
            found = _grouped(parts, group, taken, seed, left())
            nodes += found.nodes
            if found.is_infeasible:
                bound = parts.bound if best is None else value_of(block, best)  # nothing is better than the best
                yield Parted(bound, best, nodes, is_infeasible=best is None)
                return
            yield Parted(parts.bound, None, nodes)
            if _is_over(left()):
                return
        best = _better(block, best, None if len(broken_rows(block, taken)) else taken.copy())
        yield Parted(_bound(parts, best), best, nodes)
        if not _is_met(parts, best):
            best, spent = _mended(parts, groups, taken, best, seed, left())
            nodes += spent
            yield Parted(_bound(parts, best), best, nodes)
        if _is_met(parts, best) or _is_over(left()):
            return
        if best is not None:
            parts.narrow(value_of(block, best))
        groups = parts.join(taken)
        if not groups or any(np.sum(parts.alive & (parts.groups() == group)) > LARGEST for group in groups):
            return


def _bound(parts: _Parts, best: Flags | None) -> float:
    return parts.bound if best is None else max(parts.bound, value_of(parts.block, best))


def _better(block: Block, best: Flags | None, taken: Flags | None) -> Flags | None:
    if taken is None or (best is not None and value_of(block, best) >= value_of(block, taken)):
        return best
    return taken


def _is_over(stop: Stop) -> bool:
    return stop.seconds == 0.0 or stop.work == 0


def _is_met(parts: _Parts, taken: Flags | None) -> bool:
    """Whether no plan can be better than this one."""
    least = 0.0 if parts.step is None else parts.step
    return taken is not None and parts.bound - value_of(parts.block, taken) < max(least - 1e-4, 1e-9)


def _grouped(parts: _Parts, group: int, taken: Flags, seed: int, stop: Stop) -> Parted:
    """Plan one group; write its plan into `taken`, and what it loses into `parts`."""
    own, most = parts.problem_of(group)
    found = _by_loss(own, parts.loss[own.choices], most, seed, stop)
    if not found.is_infeasible:
        parts.lowered[group] = max(parts.lowered[group], most - found.bound)
        if found.taken is not None:
            taken[parts.groups() == group] = False
            taken[own.choices] = found.taken
    return found


def _mended(
    parts: _Parts, doubted: list[int], taken: Flags, best: Flags | None, seed: int, stop: Stop
) -> tuple[Flags | None, int]:  # fmt: skip
    """Plan the doubted groups together, with all others as they are."""
    free = parts.near(np.array(doubted, dtype=np.int64))
    held = taken & ~np.isin(parts.groups(), doubted)
    part = part_of(parts.block, free, held)
    found = solve_block(part, stop, seed, None)
    if found.taken is None:
        return best, found.nodes
    taken = held.copy()
    taken[part.choices] = found.taken
    return _better(parts.block, best, taken), found.nodes


def _by_loss(part: Block, loss: Floats, most: float, seed: int, stop: Stop) -> Parted:
    """Plan a part among the choices that lose least, and among more until no other can be in a better plan."""
    watch, nodes, size = stop.watch(), 0, len(loss)
    limit = float(np.partition(loss, int(FIRST * size))[int(FIRST * size)])
    best: Flags | None = None
    while True:
        inside = np.flatnonzero(loss <= limit)
        is_whole = len(inside) == size
        inner = part_of(part, loss <= limit, np.zeros(size, dtype=np.bool_))
        work = None if stop.work is None else max(0, stop.work - nodes)
        found = solve_block(inner, Stop(watch.left, work), seed, None)
        nodes += found.nodes
        if found.taken is not None:
            best = np.zeros(size, dtype=np.bool_)
            best[inner.choices] = found.taken
        if found.ended is not Ended.PROOF:
            return Parted(most, best, nodes)
        if is_whole and found.status is Status.INFEASIBLE:
            return Parted(most, None, nodes, is_infeasible=True)
        # a plan with a choice left out is worth less than `most - limit`
        gap = np.inf if best is None else most - value_of(part, best)
        if is_whole or gap <= limit + 1e-9 * max(1.0, abs(most)):
            value = found.bound if found.bound is not None else most
            return Parted(max(value, -np.inf if is_whole else most - limit), best, nodes)
        limit = gap if np.isfinite(gap) else 4.0 * limit + 1.0
