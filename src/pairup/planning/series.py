"""The same round under many worths, one after the other: what changed weights, prices and alternatives ask for.

The round is written down once and falls apart into blocks once. Each block keeps a linear programme whose basis stays
between two worths, so the next one costs a few steps of the simplex method. Its prices bound the block: no plan that
takes a choice of reduced worth *d* < 0 is worth more than `bound + d`. Where the vertex is whole, it is the plan.
Where it is not, an integer programme over the choices near the bound settles it, and whatever it left out is bounded
by the prices (reduced-cost fixing, Crowder, Johnson and Padberg, Operations Research 31(5), 1983).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pairup.engines.many import run_many
from pairup.planning.blocks import (
    Block,
    Flags,
    Floats,
    Ints,
    broken_rows,
    only,
    rounded,
    split,
    step_of,
)
from pairup.planning.linear import LinearProgramme
from pairup.planning.plan import Status, Stop
from pairup.planning.problems.posting import PostingProblem
from pairup.planning.round_form import Writing, formulate
from pairup.planning.solvers import solve_block

#: an integer programme of one block ends after so many nodes at most; what is then not proved says so
NODES = 20_000
#: so many choices near the bound are searched at once; of more, the helping ones are branched on first
NEAR = 6_000
#: a block branches on so many helping choices at most before it is searched whole
BRANCHES = 60
#: blocks are handed out in about so many parcels, however many jobs there are: a parcel's answers are its own
PARCELS = 8


class Best(NamedTuple):
    """The best choices of a block or a round under one worth, what they are worth, and what none exceeds."""

    taken: Flags
    value: float
    bound: float

    @property
    def is_proved(self) -> bool:
        return self.value >= self.bound - 1e-6 * max(1.0, abs(self.value))


@dataclass(slots=True)
class _Known:
    """The best choices so far under one worth."""

    worth: Floats
    taken: Flags
    value: float
    step: float | None

    def saw(self, taken: Flags) -> None:
        value = float(self.worth[taken].sum())
        if value > self.value:
            self.taken, self.value = taken, value


class BlockSeries:
    """One block, its programme warm from the worth before."""

    def __init__(self, block: Block, seed: int = 0, is_proving: bool = True) -> None:
        """Without `is_proving` a block whose vertex is not whole is searched once near the bound, and keeps its gap."""
        self.block, self.seed, self.is_proving = block, seed, is_proving
        count = len(block.choices)
        self.programme = LinearProgramme(seed)
        nothing = np.zeros(0)
        self.programme.add_columns(
            block.worth, np.zeros(count + 1, dtype=np.int64), nothing.astype(np.int64), nothing, block.least, block.most
        )
        self.programme.add_rows(block.low, block.high, block.starts, block.index, block.value)
        self.least, self.most = block.least, block.most
        self.before = np.zeros(0, dtype=np.bool_)  # the best choices under the worth before
        self.row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))

    def best(self, worth: Floats, start: Flags) -> Best:
        """Give the best choices under a worth; `start` keeps every row, and stands where nothing is better.

        Branch and bound over the helping choices first (is this team sent?): with them settled the programme is
        nearly an assignment, its bound nearly tight, and few choices are near it.
        """
        self.programme.set_worth(np.arange(len(worth)), worth)
        known = _Known(worth, start, float(worth[start].sum()), step_of(worth))
        if len(self.before):
            known.saw(self.before)
        nodes: list[dict[int, int]] = [{}]
        bound, count = -np.inf, 0
        while nodes:
            settled, count = nodes.pop(), count + 1
            branch, limit = self._node(known, settled, count)
            if branch is None:
                bound = max(bound, limit)
            else:
                choice, first = branch
                nodes += [settled | {choice: 1 - first}, settled | {choice: first}]
        self._settle({})
        self.before = known.taken
        return Best(known.taken, known.value, max(known.value, bound))

    def _node(self, known: _Known, settled: dict[int, int], count: int) -> tuple[tuple[int, int] | None, float]:
        """Bound what is left with some choices settled; give the choice to branch on, or None where it is done."""
        least, most = self._settle(settled)
        solved = self.programme.solve()
        if solved is None:
            if self.programme.is_infeasible:
                return None, known.value
            every = np.full(len(least), np.inf)  # the simplex method gave up: search without prices
            return None, self._searched(known, every, float(np.maximum(known.worth, 0.0).sum()), least, most)
        bound, reduced = self._bound(known.worth, solved.price, least, most)
        bound = rounded(bound, known.step) or bound
        if bound <= known.value:
            return None, known.value
        taken = solved.amount > 0.5
        unsure = np.abs(solved.amount - taken)
        if unsure.max() <= 1e-6 and not len(broken_rows(self.block, taken)):
            known.saw(taken)
            if known.value >= bound - 1e-6 * max(1.0, abs(known.value)):
                return None, known.value
        most_near = max(NEAR, len(reduced) // 3)
        near = reduced + (bound - known.value)
        if count == 1 and (not self.is_proving or np.count_nonzero(near >= 0) > most_near):
            first = min(len(reduced), most_near // 6) - 1  # the nearest of all, for a plan to start from
            reach = float(np.partition(-reduced, first)[first])
            self._searched(known, np.where(solved.amount > 1e-9, np.inf, reduced + reach), bound, least, most)
            near = reduced + (bound - known.value)
        if not self.is_proving:
            return None, bound
        helping = np.flatnonzero((known.worth == 0) & (unsure > 1e-6) & (least < most))
        if np.count_nonzero(near >= 0) > most_near and len(helping) and count < BRANCHES:
            choice = int(helping[np.argmax(unsure[helping])])
            return (choice, int(taken[choice])), bound
        return None, self._searched(known, near, bound, least, most)

    def _searched(self, known: _Known, near: Floats, bound: float, least: Floats, most: Floats) -> float:
        """Search the choices with `near` at least 0; give a bound of them. The others cannot be in a better plan."""
        if bound <= known.value:
            return known.value
        part = replace(self.block, worth=known.worth, least=least, most=most)
        start = known.taken if np.all((known.taken >= least) & (known.taken <= most)) else None
        kept = (near >= -1e-9 * abs(bound)) | (least > 0)
        if start is not None:
            kept |= start
        asked = only(part, np.flatnonzero(kept), np.arange(len(part.rows)))
        work = NODES if self.is_proving else NODES // 10
        found = solve_block(asked, Stop(work=work), self.seed, None if start is None else start[kept])
        if found.status is Status.INFEASIBLE:
            return known.value
        if found.taken is not None:
            taken = np.zeros(len(kept), dtype=np.bool_)
            taken[kept] = found.taken
            known.saw(taken)
        return max(known.value, bound if found.bound is None else min(bound, found.bound))

    def _settle(self, settled: dict[int, int]) -> tuple[Floats, Floats]:
        """Narrow the choices that are settled, and widen those that were."""
        least, most = self.block.least.copy(), self.block.most.copy()
        for choice, value in settled.items():
            least[choice], most[choice] = max(least[choice], value), min(most[choice], value)
        least = np.minimum(least, most)
        changed = np.flatnonzero((least != self.least) | (most != self.most))
        if len(changed):
            self.programme.set_bounds(changed, least[changed], most[changed])
        self.least, self.most = least, most
        return least, most

    def _bound(self, worth: Floats, price: Floats, least: Floats, most: Floats) -> tuple[float, Floats]:
        """A bound that holds whatever the prices are (weak duality), and what each choice is worth beyond them."""
        block = self.block
        usable = np.where(price > 0, np.isfinite(block.high), np.isfinite(block.low))
        price = np.where(usable, price, 0.0)
        limit = np.where(price > 0, block.high, block.low)
        rows = float(np.sum(price * np.where(price == 0, 0.0, limit)))
        reduced = worth - np.bincount(block.index, weights=block.value * price[self.row_of], minlength=len(worth))
        columns = float(np.maximum(reduced * least, reduced * most).sum())
        return rows + columns + 1e-9 * float(np.abs(worth).sum()), reduced


@dataclass(frozen=True, slots=True)
class RoundSeries:
    """A round written down once, and the blocks it falls apart into."""

    writing: Writing
    whole: Block
    loose: Ints
    blocks: tuple[Block, ...]
    seed: int
    jobs: int | None

    @classmethod
    def of(cls, problem: PostingProblem, seed: int = 0, jobs: int | None = 1) -> RoundSeries:
        writing = formulate(problem, seed)
        whole = writing.form.whole()
        loose, blocks = split(whole)
        return cls(writing, whole, loose, tuple(blocks), seed, jobs)

    @property
    def options(self) -> int:
        return len(self.writing.problem.worth)

    def start(self, chosen: Sequence[int] | Ints) -> Flags:
        """The choices of a plan, the helping ones filled in."""
        return self.writing.form.completed(self.writing.take[np.asarray(chosen, dtype=np.int64)])

    def block_of(self) -> Ints:
        """For each option, the number of its block, or -1 for one that no row can bind."""
        found = np.full(self.writing.form.count, -1, dtype=np.int64)
        for at, block in enumerate(self.blocks):
            found[block.choices] = at
        return found[self.writing.take]

    def best_each(self, worths: Sequence[Floats], start: Flags, is_proving: bool = True) -> list[list[Best]]:
        """For each block, in order, the best choices under each worth (of the options; helping choices have none).

        Without `is_proving` a block may keep a gap, and the answer comes several times sooner.
        """
        full = np.zeros((len(worths), self.writing.form.count))
        full[:, self.writing.take] = np.asarray(worths).reshape(len(worths), self.options)
        order = np.argsort([-len(block.choices) for block in self.blocks], kind="stable")
        parcels = [order[at::PARCELS] for at in range(min(PARCELS, len(order)))]
        tasks = [
            ([self.blocks[b] for b in parcel], [full[:, self.blocks[b].choices] for b in parcel],
             [start[self.blocks[b].choices] for b in parcel], self.seed, is_proving)
            for parcel in parcels
        ]  # fmt: skip
        found: list[list[Best]] = [[] for _ in self.blocks]
        for parcel, answers in zip(parcels, run_many(_parcel, tasks, self.jobs), strict=True):
            for b, answer in zip(parcel, answers, strict=True):
                found[b] = answer
        return found

    def joined(self, parts: Sequence[Best], worth: Floats) -> Best:
        """The best choices of the whole round, by option: those of the blocks, and the loose ones worth having."""
        full = np.zeros(self.writing.form.count)
        full[self.writing.take] = worth
        taken = np.zeros(self.writing.form.count, dtype=np.bool_)
        loose = self.loose
        taken[loose] = (full[loose] > 0) & (self.whole.most[loose] > 0) | (self.whole.least[loose] > 0)
        bound = float(full[taken].sum())
        for block, part in zip(self.blocks, parts, strict=True):
            taken[block.choices] = part.taken
            bound += part.bound
        options = taken[self.writing.take]
        return Best(options, float(worth[options].sum()), bound)

    def best(self, worths: Sequence[Floats], start: Flags, is_proving: bool = True) -> list[Best]:
        """The best choices of the whole round under each worth."""
        each = self.best_each(worths, start, is_proving)
        return [self.joined([parts[at] for parts in each], worth) for at, worth in enumerate(worths)]


def _parcel(
    blocks: list[Block], worths: list[Floats], starts: list[Flags], seed: int, is_proving: bool
) -> list[list[Best]]:
    """Each block under each of its worths, in order."""
    answers = []
    for block, rows, start in zip(blocks, worths, starts, strict=True):
        series = BlockSeries(block, seed, is_proving)
        answers.append([series.best(worth, start) for worth in rows])
    return answers
