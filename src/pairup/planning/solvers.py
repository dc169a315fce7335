"""Named requirements over 0/1 choices, split into independent blocks, each solved and proved by HiGHS.

A `Form` is what a planner writes its question in: choices with a worth, and requirements, each with a name that can
be told to a person and one row or more `low <= sum of coefficient x choice <= high`. Rows that cannot bind are
dropped and what is left falls apart into blocks that share no row; each block is a small integer programme, and the
sum of their bounds is the bound of the whole.

A solver works within tolerances; a plan may not. Each block's answer is rounded to 0 and 1 and every row is summed
again, in decimals as they were written. A row that is broken by less than the solver could see is answered by a cut
that forbids just that combination (a cover), and the block is solved again: nothing is lost and nothing is let pass.
"""

from __future__ import annotations

import importlib.metadata
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs
from numpy.typing import NDArray

from pairup.planning.plan import UNTIL_PROVED, Ended, Progress, Status, Stop, Watch
from pairup.values.words import Words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

INF = math.inf
SOLVER = "HiGHS"
VERSIONS = {"highspy": importlib.metadata.version("highspy"), "numpy": np.__version__}
#: a clash is looked for this long at most, so that a refusal does not keep people waiting
CLASH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a form that shares no row with the rest. Rows are held by columns (CSR)."""

    choices: Ints  # their numbers in the form
    rows: Ints  # their numbers in the form
    starts: Ints
    index: Ints
    value: Floats
    low: Floats
    high: Floats
    worth: Floats
    least: Floats  # 0, or 1 where settled
    most: Floats  # 1, or 0 where ruled out


@dataclass(frozen=True, slots=True)
class Answer:
    """What solving a form, or one block of it, gave. `taken` is None where there is no plan."""

    status: Status
    ended: Ended
    taken: Flags | None = None
    bound: float | None = None
    clash: tuple[Words, ...] = ()
    nodes: int = 0
    blocks: int = 1


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
        coefficients = np.broadcast_to(np.asarray(values, dtype=np.float64), choices.shape)
        self.require_each(np.array([name]), np.zeros(len(choices), dtype=np.int64), choices, coefficients, [low], [high])

    def require_each(
        self, names: Ints, row_of: Ints, choices: Ints, values: Floats | float,
        low: Sequence[float] | Floats | float = -INF, high: Sequence[float] | Floats | float = INF,
    ) -> None:  # fmt: skip
        """Add many rows at once: entry k puts `values[k] x choices[k]` into row `row_of[k]`, counted from 0 here."""
        size = len(names)
        self._rows.append(row_of + self.row_count)
        self._choices.append(np.asarray(choices, dtype=np.int64))
        self._values.append(np.broadcast_to(np.asarray(values, dtype=np.float64), (len(choices),)))
        self._low.append(np.broadcast_to(np.asarray(low, dtype=np.float64), (size,)))
        self._high.append(np.broadcast_to(np.asarray(high, dtype=np.float64), (size,)))
        self._names.append(np.asarray(names, dtype=np.int64))
        self.row_count += size

    def settle(self, name: int, choice: int, value: int) -> None:
        """Require a choice to be taken (1) or left (0): a row, which also narrows the choice."""
        self.require(name, [choice], 1.0, value, value)
        self._settled.append((int(choice), value, name))

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
        constant: float = 0.0,
    ) -> Answer:  # fmt: skip
        """Solve block by block. `start` is a plan that keeps everything; it stands where the search stops early.

        `constant` is added to the bound.
        """
        watch = stop.watch()
        whole = self.whole()
        loose, blocks = split(whole)
        taken = np.zeros(self.count, dtype=np.bool_)
        taken[loose] = (whole.worth[loose] > 0) & (whole.most[loose] > 0) | (whole.least[loose] > 0)
        bound: float | None = constant + float(whole.worth[taken].sum())
        if len(rows := _hopeless(whole)):
            return self._refuse(whole, rows[:1], watch, len(blocks))
        ended, has_plan, nodes, size = Ended.PROOF, True, 0, sum(len(block.choices) for block in blocks)
        done = 0
        for at, block in enumerate(blocks):
            if progress:
                progress(Words("planning.doing-blocks", {"what": what, "done": at, "total": len(blocks)}), done, size)
            share = _share(watch, nodes, len(block.choices), size - done)
            given = None if start is None else start[block.choices]
            found = solve_block(block, share, self.seed, given)
            nodes, done = nodes + found.nodes, done + len(block.choices)
            if found.status is Status.INFEASIBLE:
                return self._refuse(whole, block.rows, watch, len(blocks))
            ended = found.ended if ended is Ended.PROOF or found.ended is Ended.CLOCK else ended
            bound = None if bound is None or found.bound is None else bound + found.bound
            if found.taken is None:
                has_plan = False
            else:
                taken[block.choices] = found.taken
        if progress:
            progress(Words("planning.doing-blocks", {"what": what, "done": len(blocks), "total": len(blocks)}), size, size)
        status = Status.UNKNOWN if not has_plan else Status.OPTIMAL if ended is Ended.PROOF else Status.FEASIBLE
        return Answer(status, ended, taken if has_plan else None, bound, nodes=nodes, blocks=len(blocks))

    def solve_in_order(self, aims: Sequence[Floats], stop: Stop = UNTIL_PROVED, start: Flags | None = None) -> Ranked:
        """Solve for the first aim, then for the next among what is best for those before, block by block.

        Only whole-numbered aims may stand before the last.
        """
        watch, whole = stop.watch(), self.whole()
        if len(rows := _hopeless(whole)):
            return Ranked(self._refuse(whole, rows[:1], watch, 0), ())
        loose, blocks = split(whole)
        blocks.append(_only(whole, loose, np.empty(0, dtype=np.int64)))
        taken, nodes, has_plan, ended = np.zeros(self.count, dtype=np.bool_), 0, True, Ended.PROOF
        bounds: list[float | None] = [0.0] * len(aims)
        done, size = 0, sum(len(block.choices) for block in blocks)
        for block in blocks:
            best = None if start is None else start[block.choices]
            share = _share(watch, nodes, len(block.choices), size - done).watch()
            done += len(block.choices)
            part = block
            for at, aim in enumerate(aims):
                work = None if share.stop.work is None else max(0, share.stop.work - nodes)
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
                part = _with_cuts(part, [(everything, part.worth[everything], _value(part, best))])
            has_plan = has_plan and best is not None
            if best is not None:
                taken[block.choices] = best
        status = Status.UNKNOWN if not has_plan else Status.OPTIMAL if ended is Ended.PROOF else Status.FEASIBLE
        return Ranked(Answer(status, ended, taken if has_plan else None, nodes=nodes, blocks=len(blocks)), tuple(bounds))

    def whole(self) -> Block:
        """The form as one block, every row with its entries in the order of the choices."""
        rows, choices, values = _joined(self._rows, np.int64), _joined(self._choices, np.int64), _joined(self._values, np.float64)
        order = np.lexsort((choices, rows))
        least, most = np.zeros(self.count), np.ones(self.count)
        for choice, value, _ in self._settled:
            least[choice], most[choice] = max(least[choice], value), min(most[choice], value)
        least = np.minimum(least, most)  # taken and left at once: its row will say that nothing keeps it
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=self.row_count))]).astype(np.int64)
        return Block(
            np.arange(self.count), np.arange(self.row_count), starts, choices[order], values[order],
            _joined(self._low, np.float64), _joined(self._high, np.float64), _joined(self.worth, np.float64), least, most,
        )  # fmt: skip

    def _refuse(self, whole: Block, rows: Ints, watch: Watch, blocks: int) -> Answer:
        """Answer that these rows, with what is settled of their choices, cannot be kept."""
        choices = np.unique(_with_rows(whole, rows).index)
        clash = self.clash(_only(whole, choices, rows), watch)
        return Answer(Status.INFEASIBLE, Ended.PROOF, clash=clash, blocks=blocks)

    def clash(self, block: Block, watch: Watch) -> tuple[Words, ...]:
        """Give a smallest set of requirements of an infeasible block that cannot be kept together.

        QuickXplain (Junker, AAAI 2004): halves of the requirements are tried, so a few clashing ones among many are
        found with few questions. Cut short by the clock it gives a larger set that still clashes.
        """
        row_names = _joined(self._names, np.int64)
        inside = {int(choice): at for at, choice in enumerate(block.choices)}
        settled = [(inside[choice], value, name) for choice, value, name in self._settled if choice in inside]
        named: dict[int, tuple[list[int], list[tuple[int, int]]]] = {}
        for at, row in enumerate(block.rows):
            named.setdefault(int(row_names[row]), ([], []))[0].append(at)
        for choice, value, name in settled:
            named.setdefault(name, ([], []))[1].append((choice, value))
        left = CLASH_SECONDS if watch.left is None else min(CLASH_SECONDS, max(1.0, watch.left))
        search = _Clash(block, named, self.seed, Stop(seconds=left).watch())
        return tuple(self.names[name] for name in sorted(search.smallest()))


class _Clash:
    """Look for a smallest clash: which named requirements of a block cannot be kept together."""

    def __init__(
        self, block: Block, named: dict[int, tuple[list[int], list[tuple[int, int]]]], seed: int, watch: Watch
    ) -> None:
        self.block, self.named, self.seed, self.watch = block, named, seed, watch

    def smallest(self) -> list[int]:
        return self._shrink([], False, sorted(self.named))

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
        rows = np.array(sorted(row for name in names for row in self.named[name][0]), dtype=np.int64)
        least, most = np.zeros(len(self.block.choices)), np.ones(len(self.block.choices))
        for name in names:
            for choice, value in self.named[name][1]:
                least[choice], most[choice] = max(least[choice], value), min(most[choice], value)
        if np.any(least > most):
            return False
        part = _with_rows(self.block, rows)
        part = replace(part, worth=np.zeros(len(part.choices)), least=least, most=most)
        return solve_block(part, Stop(seconds=self.watch.left), self.seed, None).status is not Status.INFEASIBLE


def solve_block(block: Block, stop: Stop, seed: int, start: Flags | None) -> Answer:
    """Solve one block to proof, or until told to stop, and make its answer exact by cuts."""
    if not len(block.rows):
        free = (block.worth > 0) & (block.most > 0) | (block.least > 0)
        return Answer(Status.OPTIMAL, Ended.PROOF, free, _value(block, free))
    watch = stop.watch()
    step = _step(block.worth)
    nodes = 0
    best = start
    while True:
        left = None if stop.work is None else max(0, stop.work - nodes)
        found = _highs(block, Stop(watch.left, left), seed, step, start)
        nodes += found.nodes
        if found.taken is None:
            break
        cuts = [cut for row in range(len(block.rows)) if (cut := _cover(block, row, found.taken)) is not None]
        if not cuts:
            best = found.taken
            break
        block, start = _with_cuts(block, cuts), best
        if found.ended is not Ended.PROOF:
            break
    if found.status is Status.INFEASIBLE:
        return Answer(Status.INFEASIBLE, Ended.PROOF, nodes=nodes)
    if found.ended is not Ended.PROOF and start is not None and best is not None and _value(block, start) > _value(block, best):
        best = start
    bound = _rounded(found.bound, step)
    if best is None:
        return Answer(Status.UNKNOWN, found.ended, bound=bound, nodes=nodes)
    value = _value(block, best)
    if found.ended is not Ended.PROOF and bound is not None and bound <= value + 1e-9 * max(1.0, abs(value)):
        return Answer(Status.OPTIMAL, Ended.PROOF, best, value, nodes=nodes)
    if found.ended is Ended.PROOF:
        return Answer(Status.OPTIMAL, Ended.PROOF, best, max(value, bound if bound is not None else value), nodes=nodes)
    return Answer(Status.FEASIBLE, found.ended, best, bound, nodes=nodes)


_ENDED = {
    highspy.HighsModelStatus.kOptimal: Ended.PROOF,
    highspy.HighsModelStatus.kModelEmpty: Ended.PROOF,
    highspy.HighsModelStatus.kTimeLimit: Ended.CLOCK,
    highspy.HighsModelStatus.kSolutionLimit: Ended.WORK,
}


def _highs(block: Block, stop: Stop, seed: int, step: float | None, start: Flags | None) -> Answer:
    """Hand a block to HiGHS. The only place that speaks its language."""
    if stop.seconds is not None and stop.seconds <= 0:
        return Answer(Status.UNKNOWN, Ended.CLOCK, start, _ceiling(block))
    solver: Any = _Highs()  # the class around it prints a banner on standard output, where `--json` allows nothing
    options: dict[str, Any] = {
        "output_flag": False, "threads": 1, "random_seed": seed, "mip_rel_gap": 0.0,
        "mip_abs_gap": 1e-7 if step is None else step * (1 - 1e-4),
        "mip_feasibility_tolerance": 1e-7, "primal_feasibility_tolerance": 1e-8,
    }  # fmt: skip
    if stop.seconds is not None:
        options["time_limit"] = stop.seconds
    if stop.work is not None:
        options["mip_max_nodes"] = stop.work
    for key, value in options.items():
        solver.setOptionValue(key, value)
    solver.passModel(_model(block))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.astype(np.float64).tolist()
        solver.setSolution(solution)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    nodes = max(0, int(info.mip_node_count))
    if status == highspy.HighsModelStatus.kInfeasible:
        return Answer(Status.INFEASIBLE, Ended.PROOF, nodes=nodes)
    if status not in _ENDED:
        raise RuntimeError(f"HiGHS ended with {status}")
    ended = _ENDED[status]
    taken: Flags | None = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        taken = np.asarray(solver.getSolution().col_value) > 0.5
    bound = float(info.mip_dual_bound)
    ceiling = _ceiling(block)
    found = Status.UNKNOWN if taken is None else Status.FEASIBLE
    return Answer(found, ended, taken, min(bound, ceiling) if math.isfinite(bound) else ceiling, nodes=nodes)


def _model(block: Block) -> highspy.HighsLp:
    """The block as HiGHS takes it; each row is divided by its largest coefficient, so that tolerances are shares."""
    lengths = np.diff(block.starts)
    row_of = np.repeat(np.arange(len(block.rows)), lengths)
    scale = np.zeros(len(block.rows))
    np.maximum.at(scale, row_of, np.abs(block.value))
    scale[scale == 0] = 1.0
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(block.choices), len(block.rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = block.worth, block.least, block.most
    model.row_lower_, model.row_upper_ = block.low / scale, block.high / scale
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = block.starts.astype(np.int32)
    model.a_matrix_.index_ = block.index.astype(np.int32)
    model.a_matrix_.value_ = block.value / scale[row_of]
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(block.choices)
    return model


def split(whole: Block) -> tuple[Ints, list[Block]]:
    """Drop rows that cannot bind; give the choices left in no row, and the blocks, smallest first."""
    whole = _with_rows(whole, np.flatnonzero(_can_bind(whole)))
    row_of = np.repeat(np.arange(len(whole.rows)), np.diff(whole.starts))
    is_open = whole.most[whole.index] > 0  # a choice that is ruled out ties nothing together
    label = np.arange(len(whole.choices))
    entry_rows, entry_choices = row_of[is_open], whole.index[is_open]
    row_label = np.full(len(whole.rows), len(label))
    while True:
        np.minimum.at(row_label, entry_rows, label[entry_choices])
        lower = label.copy()
        np.minimum.at(lower, entry_choices, row_label[entry_rows])
        lower = lower[lower]
        if np.array_equal(lower, label):
            break
        label = lower
    is_tied = np.zeros(len(whole.choices), dtype=np.bool_)
    is_tied[entry_choices] = True
    blocks = []
    order = np.argsort(row_label, kind="stable")
    edges = np.flatnonzero(np.diff(row_label[order])) + 1
    members = _groups(label, is_tied)
    for rows in np.split(order, edges):
        if len(rows) and row_label[rows[0]] < len(label):
            blocks.append(_only(whole, members[int(row_label[rows[0]])], rows))
    return np.flatnonzero(~is_tied), sorted(blocks, key=lambda block: (len(block.choices), int(block.choices[0])))


def _groups(label: Ints, is_tied: Flags) -> dict[int, Ints]:
    tied = np.flatnonzero(is_tied)
    order = tied[np.argsort(label[tied], kind="stable")]
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    return {int(label[part[0]]): part for part in parts if len(part)}


def _only(whole: Block, choices: Ints, rows: Ints) -> Block:
    """Cut a block out of the whole; ruled out choices leave its rows."""
    at = np.full(len(whole.choices), -1, dtype=np.int64)
    at[choices] = np.arange(len(choices))
    part = _with_rows(whole, rows)
    inside = at[part.index] >= 0
    row_of = np.repeat(np.arange(len(rows)), np.diff(part.starts))[inside]
    starts = np.concatenate([[0], np.cumsum(np.bincount(row_of, minlength=len(rows)))]).astype(np.int64)
    return Block(
        whole.choices[choices], part.rows, starts, at[part.index[inside]], part.value[inside], part.low, part.high,
        whole.worth[choices], whole.least[choices], whole.most[choices],
    )  # fmt: skip


def _with_rows(block: Block, rows: Ints) -> Block:
    """The same choices under some of the rows."""
    lengths = np.diff(block.starts)[rows]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    take = np.repeat(block.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
    return replace(
        block, rows=block.rows[rows], starts=starts, index=block.index[take], value=block.value[take],
        low=block.low[rows], high=block.high[rows],
    )  # fmt: skip


def _with_cuts(block: Block, cuts: list[tuple[Ints, Floats, float]]) -> Block:
    """The block with rows `sum of value x choice >= low` added."""
    starts = np.concatenate([block.starts, block.starts[-1] + np.cumsum([len(cut[0]) for cut in cuts])])
    return replace(
        block, rows=np.concatenate([block.rows, np.full(len(cuts), -1)]), starts=starts.astype(np.int64),
        index=np.concatenate([block.index, *(cut[0] for cut in cuts)]),
        value=np.concatenate([block.value, *(cut[1] for cut in cuts)]),
        low=np.concatenate([block.low, [cut[2] for cut in cuts]]), high=np.concatenate([block.high, np.full(len(cuts), INF)]),
    )  # fmt: skip


def _can_bind(block: Block) -> Flags:
    """For each row: whether some choices within their limits could break it."""
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    one, other = block.value * block.least[block.index], block.value * block.most[block.index]
    size = len(block.rows)
    largest = np.bincount(row_of, weights=np.maximum(one, other), minlength=size)
    smallest = np.bincount(row_of, weights=np.minimum(one, other), minlength=size)
    return np.asarray((largest > block.high) | (smallest < block.low))


def _hopeless(block: Block) -> Ints:
    """Rows that nothing can keep: every choice that could help is ruled out."""
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    one, other = block.value * block.least[block.index], block.value * block.most[block.index]
    largest = np.bincount(row_of, weights=np.maximum(one, other), minlength=len(block.rows))
    smallest = np.bincount(row_of, weights=np.minimum(one, other), minlength=len(block.rows))
    slack = 1e-9 * np.bincount(row_of, weights=np.abs(block.value), minlength=len(block.rows))
    return np.flatnonzero((smallest > block.high + slack) | (largest < block.low - slack))


def _cover(block: Block, row: int, taken: Flags) -> tuple[Ints, Floats, float] | None:
    """Where rounded choices break a row exactly, give a cut that forbids just what broke it; else None."""
    part = slice(block.starts[row], block.starts[row + 1])
    index, value = block.index[part], block.value[part]
    total = float(value @ taken[index])
    slack = 1e-6 * max(1.0, float(np.abs(value).sum()))
    for limit, sign in ((block.high[row], 1.0), (-block.low[row], -1.0)):
        if math.isfinite(limit) and sign * total > limit - slack:
            exact = sum((Decimal(repr(v)) for v in (sign * value[taken[index]]).tolist()), Decimal(0))
            if exact > Decimal(repr(float(limit))):
                raises = (sign * value > 0) & taken[index]  # leaving one of these, or
                lowers = (sign * value < 0) & ~taken[index]  # taking one of these, is needed
                signs = np.where(raises, -1.0, 1.0)[raises | lowers]
                return index[raises | lowers], signs, 1.0 - float(raises.sum())
    return None


def _value(block: Block, taken: Flags) -> float:
    return float(block.worth[taken].sum())


def _ceiling(block: Block) -> float:
    """A bound that is always true: everything that is worth something."""
    return float(np.maximum(block.worth * block.least, block.worth * block.most).sum())


def _step(worth: Floats) -> float | None:
    """The largest of 1, 0.1, ... 0.0001 that all worths are multiples of: no two plans differ by less."""
    for digits in range(5):
        scaled = worth * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(1.0, np.abs(scaled))):
            return float(10.0**-digits)
    return None


def _rounded(bound: float | None, step: float | None) -> float | None:
    """Lower a bound to the next value that a plan can have."""
    if bound is None or step is None:
        return bound
    return round(math.floor(bound / step + 1e-6) * step, 6)


def _share(watch: Watch, nodes: int, size: int, left: int) -> Stop:
    """What a block may use of the time and work that are left: its part of the choices still to settle."""
    seconds = None if watch.left is None else watch.left * size / max(1, left)
    work = None if watch.stop.work is None else max(0, watch.stop.work - nodes)
    return Stop(seconds, work)


def _joined(parts: list[Any], kind: Any) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, dtype=kind)
