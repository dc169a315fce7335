"""Named requirements over 0/1 choices: what a planner writes its question in.

Each requirement has a name that can be told to a person and one row or more `low <= sum of coefficient x choice <=
high`. Rows that cannot bind are dropped, and what is left falls apart into blocks that share no row; each block is a
small integer programme, and the sum of their bounds is the bound of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import (
    INF,
    Block,
    Flags,
    Floats,
    Ints,
    broken_rows,
    hopeless,
    only,
    split,
    value_of,
    with_cuts,
    with_rows,
)
from pairup.planning.impossible import proof_of
from pairup.planning.plan import UNTIL_PROVED, Ended, Progress, Status, Stop, Watch
from pairup.planning.solvers import Answer, solve_block
from pairup.values.words import Words

#: solves one block: its rows, when to stop, the seed, a plan of it
BlockSolver = Callable[[Block, Stop, int, Flags | None], Answer]

#: a clash is looked for this long at most, so that a refusal does not keep people waiting
CLASH_SECONDS = 60.0
#: among so many requirements a clash is found without a proof by prices first
FEW = 64


@dataclass(frozen=True, slots=True)
class Ranked:
    """The answer to several aims in order, and the bound of each (None: not known)."""

    answer: Answer
    bounds: tuple[float | None, ...]


@dataclass
class Form:
    """Choices and requirements, written down one after the other."""

    seed: int = 0
    worth: list[Floats] = field(default_factory=list)
    names: list[Words] = field(default_factory=list)
    count: int = 0
    row_count: int = 0
    _rows: list[Ints] = field(default_factory=list)
    _choices: list[Ints] = field(default_factory=list)
    _values: list[Floats] = field(default_factory=list)
    _low: list[Floats] = field(default_factory=list)
    _high: list[Floats] = field(default_factory=list)
    _names: list[Ints] = field(default_factory=list)  # of each row
    _settled: list[tuple[int, int, int]] = field(default_factory=list)  # choice, 0 or 1, name
    _derived: list[tuple[int, list[int], int]] = field(default_factory=list)
    _late: set[int] = field(default_factory=set)  # names whose rows may wait

    def choose(self, worth: Floats) -> Ints:
        """Add 0/1 choices; give their numbers."""
        self.worth.append(np.asarray(worth, dtype=np.float64))
        self.count += len(worth)
        return np.arange(self.count - len(worth), self.count)

    def name(self, code: str, **facts: Any) -> int:
        """Name a requirement; its rows refer to the number."""
        self.names.append(Words(f"planning.{code}", facts))
        return len(self.names) - 1

    def require(
        self, name: int, choices: Sequence[int] | Ints, values: Sequence[float] | Floats | float = 1.0,
        low: float = -INF, high: float = INF,
    ) -> None:  # fmt: skip
        """Add one row of the requirement `name`."""
        choices = np.asarray(choices, dtype=np.int64)
        nothing = np.zeros(len(choices), dtype=np.int64)
        self.require_each(
            np.array([name], dtype=np.int64), nothing, choices, _each(values, len(choices)), np.array([low]),
            np.array([high]),
        )  # fmt: skip

    def require_each(
        self, names: Ints, row_of: Ints, choices: Ints, values: Floats | float,
        low: Sequence[float] | Floats | float = -INF, high: Sequence[float] | Floats | float = INF,
    ) -> None:  # fmt: skip
        """Add many rows at once: entry k puts `values[k] x choices[k]` into row `row_of[k]`, counted from 0 here."""
        size = len(names)
        self._rows.append(row_of + self.row_count)
        self._choices.append(np.asarray(choices, dtype=np.int64))
        self._values.append(_each(values, len(choices)))
        self._low.append(_each(low, size))
        self._high.append(_each(high, size))
        self._names.append(np.asarray(names, dtype=np.int64))
        self.row_count += size

    def settle(self, name: int, choice: int, value: int) -> None:
        """Require a choice to be taken (1) or left (0): a row, which also narrows the choice."""
        self.require(name, [choice], 1.0, value, value)
        self._settled.append((int(choice), value, name))

    def may_wait(self, name: int) -> None:
        """Leave the rows of a requirement out until a plan breaks them; good where they tie much together."""
        self._late.add(name)

    def derive(self, choice: int, sources: Sequence[int], least: int = 1) -> None:
        """Say that a helping choice is taken as soon as so many of its sources are; only `completed` needs it."""
        self._derived.append((choice, list(sources), least))

    def completed(self, chosen: Sequence[int] | Ints) -> Flags:
        """Give the start that takes these choices, with the helping ones filled in."""
        taken = np.zeros(self.count, dtype=np.bool_)
        taken[np.asarray(chosen, dtype=np.int64)] = True
        for choice, sources, least in self._derived:
            taken[choice] = taken[sources].sum() >= least
        return taken

    def solve(
        self, stop: Stop = UNTIL_PROVED, start: Flags | None = None, progress: Progress | None = None, what: str = "",
        constant: float = 0.0, solver: BlockSolver = solve_block,
    ) -> Answer:  # fmt: skip
        """Solve block by block. `start` is a plan that keeps everything; it stands where the search stops early.

        Rows that may wait are left out first: what is best without them is best with them where it keeps them. The
        ones it breaks come in, and only the blocks they tie together are solved again. `constant` is added to the
        bound. `solver` is asked for each block.
        """
        watch, whole = stop.watch(), self.whole()
        if len(broken := hopeless(whole)):
            return self._refuse(whole, broken[:1], watch, 0)
        waiting = self._waiting(whole)
        known: dict[bytes, Answer] = {}
        best: float | None = None  # the lowest bound so far
        while True:
            rows = with_rows(whole, np.flatnonzero(~waiting))
            found = self._blocks(rows, whole, known, watch, start, progress, what, solver)
            if found.status is Status.INFEASIBLE:
                return found
            bound = None if found.bound is None else found.bound + constant
            best = bound if best is None else best if bound is None else min(best, bound)
            late = with_rows(whole, np.flatnonzero(waiting))
            broken = late.rows[broken_rows(late, found.taken)] if found.taken is not None else late.rows[:0]
            if not len(broken):
                return replace(found, bound=best)
            if watch.is_over:
                status = Status.UNKNOWN if start is None else Status.FEASIBLE
                return replace(found, status=status, ended=Ended.CLOCK, taken=start, bound=best)
            waiting[broken] = False

    def _waiting(self, whole: Block) -> Flags:
        """Rows that may wait and would tie blocks together; a row within one block comes in at once."""
        waiting = np.isin(_joined(self._names, np.int64), sorted(self._late))
        label = np.full(self.count, -1, dtype=np.int64)
        for at, block in enumerate(split(with_rows(whole, np.flatnonzero(~waiting)))[1] if waiting.any() else []):
            label[block.choices] = at
        for row in np.flatnonzero(waiting):
            tied = label[whole.index[whole.starts[row] : whole.starts[row + 1]]]
            if len(np.unique(tied[tied >= 0])) <= 1:
                waiting[row] = False
        return waiting

    def _blocks(
        self, rows: Block, whole: Block, known: dict[bytes, Answer], watch: Watch, start: Flags | None,
        progress: Progress | None, what: str, solver: BlockSolver,
    ) -> Answer:  # fmt: skip
        """Solve the blocks of some rows; those solved before are `known`."""
        loose, blocks = split(rows)
        taken = np.zeros(self.count, dtype=np.bool_)
        taken[loose] = (whole.worth[loose] > 0) & (whole.most[loose] > 0) | (whole.least[loose] > 0)
        bound: float | None = float(whole.worth[taken].sum())
        ended, has_plan, done, size = Ended.PROOF, True, 0, sum(len(block.choices) for block in blocks)
        for at, block in enumerate(blocks):
            if progress:
                progress(Words("planning.doing-blocks", {"what": what, "done": at, "total": len(blocks)}), done, size)
            key = block.rows.tobytes()
            if key not in known:
                nodes = sum(answer.nodes for answer in known.values())
                share = _share(watch, nodes, len(block.choices), size - done)
                known[key] = solver(block, share, self.seed, None if start is None else start[block.choices])
            found = known[key]
            done += len(block.choices)
            if found.status is Status.INFEASIBLE:
                return self._refuse(whole, block.rows, watch, len(blocks))
            ended = found.ended if ended is Ended.PROOF or found.ended is Ended.CLOCK else ended
            bound = None if bound is None or found.bound is None else bound + found.bound
            has_plan = has_plan and found.taken is not None
            if found.taken is not None:
                taken[block.choices] = found.taken
        if progress:
            words = Words("planning.doing-blocks", {"what": what, "done": len(blocks), "total": len(blocks)})
            progress(words, size, size)
        nodes = sum(answer.nodes for answer in known.values())
        status = Status.UNKNOWN if not has_plan else Status.OPTIMAL if ended is Ended.PROOF else Status.FEASIBLE
        return Answer(status, ended, taken if has_plan else None, bound, nodes=nodes, blocks=len(blocks))

    def solve_in_order(self, aims: Sequence[Floats], stop: Stop = UNTIL_PROVED, start: Flags | None = None) -> Ranked:
        """Solve for the first aim, then for the next among what is best for those before, block by block.

        Only whole-numbered aims may stand before the last.
        """
        watch, whole = stop.watch(), self.whole()
        if len(rows := hopeless(whole)):
            return Ranked(self._refuse(whole, rows[:1], watch, 0), ())
        loose, blocks = split(whole)
        blocks.append(only(whole, loose, np.empty(0, dtype=np.int64)))
        taken, nodes, has_plan, ended = np.zeros(self.count, dtype=np.bool_), 0, True, Ended.PROOF
        bounds: list[float | None] = [0.0] * len(aims)
        done, size = 0, sum(len(block.choices) for block in blocks)
        for block in blocks:
            best = None if start is None else start[block.choices]
            share = _share(watch, nodes, len(block.choices), size - done).watch()
            done += len(block.choices)
            part, before = block, nodes
            for at, aim in enumerate(aims):
                work = None if share.stop.work is None else max(0, share.stop.work - (nodes - before))
                part = replace(part, worth=aim[block.choices])
                found = solve_block(part, Stop(share.left, work), self.seed, best)
                nodes += found.nodes
                if found.status is Status.INFEASIBLE:
                    return Ranked(self._refuse(whole, block.rows, watch, len(blocks)), ())
                best = found.taken
                total, bound = bounds[at], found.bound
                bounds[at] = None if total is None or bound is None else total + bound
                if found.status is not Status.OPTIMAL or best is None:
                    ended = found.ended
                    bounds[at + 1 :] = [None] * (len(aims) - at - 1)
                    break
                everything = np.flatnonzero(part.worth)
                part = with_cuts(part, [(everything, part.worth[everything], value_of(part, best))])
            has_plan = has_plan and best is not None
            if best is not None:
                taken[block.choices] = best
        status = Status.UNKNOWN if not has_plan else Status.OPTIMAL if ended is Ended.PROOF else Status.FEASIBLE
        return Ranked(
            Answer(status, ended, taken if has_plan else None, nodes=nodes, blocks=len(blocks)), tuple(bounds)
        )

    def row_names(self) -> Ints:
        """The number of the requirement that each row belongs to."""
        return _joined(self._names, np.int64)

    def whole(self) -> Block:
        """The form as one block, every row with its entries in the order of the choices."""
        rows, choices, values = (
            _joined(self._rows, np.int64),
            _joined(self._choices, np.int64),
            _joined(self._values, np.float64),
        )
        order = np.lexsort((choices, rows))
        least, most = np.zeros(self.count), np.ones(self.count)
        for choice, value, _ in self._settled:
            least[choice], most[choice] = max(least[choice], value), min(most[choice], value)
        least = np.minimum(least, most)  # taken and left at once: its row will say that nothing keeps it
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=self.row_count))]).astype(np.int64)
        return Block(
            np.arange(self.count), np.arange(self.row_count), starts, choices[order], values[order],
            _joined(self._low, np.float64), _joined(self._high, np.float64), _joined(self.worth, np.float64),
            least, most,
        )  # fmt: skip

    def possible_without(self, requirements: Sequence[Words], stop: Stop = UNTIL_PROVED) -> list[bool | None]:
        """Say of each requirement whether some choice keeps all the others; None where that stopped too early."""
        whole, row_names, watch = self.whole(), self.row_names(), stop.watch()
        known: dict[bytes, Status] = {}
        answers: list[bool | None] = []
        for words in requirements:
            left_out = [name for name, other in enumerate(self.names) if other == words]
            least, most = np.zeros(self.count), np.ones(self.count)
            for choice, value, name in self._settled:
                if name not in left_out:
                    least[choice], most[choice] = max(least[choice], value), min(most[choice], value)
            rows = np.flatnonzero(~np.isin(row_names, left_out))
            least = np.minimum(least, most)
            part = replace(with_rows(whole, rows), worth=np.zeros(self.count), least=least, most=most)
            found = [Status.INFEASIBLE] if len(hopeless(part)) else []
            for block in () if found else split(part)[1]:
                key = b"|".join(column.tobytes() for column in (block.rows, block.choices, block.least, block.most))
                if key not in known:
                    known[key] = solve_block(block, Stop(watch.left, watch.stop.work), self.seed, None).status
                found.append(known[key])
            is_known = Status.INFEASIBLE in found or Status.UNKNOWN not in found
            answers.append(Status.INFEASIBLE not in found if is_known else None)
        return answers

    def _refuse(self, whole: Block, rows: Ints, watch: Watch, blocks: int) -> Answer:
        """Answer that these rows, with what is settled of their choices, cannot be kept."""
        choices = np.unique(with_rows(whole, rows).index)
        clash = self.clash(only(whole, choices, rows), watch)
        return Answer(Status.INFEASIBLE, Ended.PROOF, clash=clash, blocks=blocks)

    def clash(self, block: Block, watch: Watch, solver: BlockSolver = solve_block) -> tuple[Words, ...]:
        """Give a smallest set of requirements of an infeasible block that cannot be kept together.

        QuickXplain (Junker, AAAI 2004): halves of the requirements are tried, so a few clashing ones among many are
        found with few questions. Cut short by the clock it gives a larger set that still clashes. `solver` is asked.
        """
        row_names = self.row_names()
        inside = {int(choice): at for at, choice in enumerate(block.choices)}
        settled = [(inside[choice], value, name) for choice, value, name in self._settled if choice in inside]
        named: dict[int, tuple[list[int], list[tuple[int, int]]]] = {}
        for at, row in enumerate(block.rows):
            named.setdefault(int(row_names[row]), ([], []))[0].append(at)
        for choice, value, name in settled:
            named.setdefault(name, ([], []))[1].append((choice, value))
        left = CLASH_SECONDS if watch.left is None else min(CLASH_SECONDS, max(1.0, watch.left))
        search = _Clash(block, named, self.seed, Stop(seconds=left).watch(), solver)
        return tuple(self.names[name] for name in sorted(search.smallest()))


class _Clash:
    """Look for a smallest clash: which named requirements of a block cannot be kept together."""

    def __init__(
        self, block: Block, named: dict[int, tuple[list[int], list[tuple[int, int]]]], seed: int, watch: Watch,
        solver: BlockSolver,
    ) -> None:  # fmt: skip
        self.block, self.named, self.seed, self.watch, self.solver = block, named, seed, watch, solver

    def smallest(self) -> list[int]:
        """Shrink what a proof by prices names, where there is one and no time for all was asked; else everything."""
        return self._shrink([], False, self._proved() or sorted(self.named))

    def _proved(self) -> list[int]:
        """The requirements that a proof by prices uses; none where there is no such proof, or too few to need one."""
        if len(self.named) <= FEW:
            return []
        block = self._keeping(sorted(self.named))
        proof = None if block is None else proof_of(block, self.seed, self.watch.left)
        if proof is None:
            return []
        used = {
            name for name, (rows, settled) in self.named.items()
            if proof.rows[rows].any() or any(proof.choices[choice] for choice, _ in settled)
        }  # fmt: skip
        return sorted(used) if not self.can_be_kept(sorted(used)) else []

    def _shrink(self, kept: list[int], is_new: bool, doubted: list[int]) -> list[int]:
        if is_new and not self.can_be_kept(kept):
            return []
        if len(doubted) <= 1 or self.watch.is_over:
            return doubted
        half = len(doubted) // 2
        first, second = doubted[:half], doubted[half:]
        needed = self._shrink(kept + first, bool(first), second)
        return self._shrink(kept + needed, bool(needed), first) + needed

    def can_be_kept(self, names: list[int]) -> bool:
        """Whether some choice keeps all these requirements."""
        part = self._keeping(names)
        if part is None:
            return False
        used = np.unique(part.index)  # a choice in no row hinders nothing
        part = only(part, used, np.arange(len(part.rows)))
        return self.solver(part, Stop(seconds=self.watch.left), self.seed, None).status is not Status.INFEASIBLE

    def _keeping(self, names: list[int]) -> Block | None:
        """The block with these requirements alone; None where what they settle clashes already."""
        rows = np.array(sorted(row for name in names for row in self.named[name][0]), dtype=np.int64)
        least, most = np.zeros(len(self.block.choices)), np.ones(len(self.block.choices))
        for name in names:
            for choice, value in self.named[name][1]:
                least[choice], most[choice] = max(least[choice], value), min(most[choice], value)
        if np.any(least > most):
            return None
        part = with_rows(self.block, rows)
        return replace(part, worth=np.zeros(len(part.choices)), least=least, most=most)


def _share(watch: Watch, nodes: int, size: int, left: int) -> Stop:
    """What a block may use of the time and work that are left: its part of the choices still to settle."""
    seconds = None if watch.left is None else watch.left * size / max(1, left)
    work = None if watch.stop.work is None else max(0, watch.stop.work - nodes)
    return Stop(seconds, work)


def _each(values: Sequence[float] | Floats | float, size: int) -> Floats:
    """So many values: those given, or one for all."""
    found = np.asarray(values, dtype=np.float64)
    return found if found.shape == (size,) else np.full(size, found)


def _joined(parts: list[Any], kind: Any) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, dtype=kind)
