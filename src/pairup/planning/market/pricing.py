"""Solve the blocks of a round by prices, and gather the prices of the whole.

A block is searched in a process of its own where a clock runs, so that its time is kept; what it told stands.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Block, can_bind, ceiling, value_of, with_rows
from pairup.planning.child import Tell, work_apart
from pairup.planning.impossible import proof_of
from pairup.planning.market.search import Ask, Found, answer_of, search
from pairup.planning.market.tied import part_of
from pairup.planning.plan import Ended, Status, Stop
from pairup.planning.prices import Prices
from pairup.planning.problems.posting import PostingProblem
from pairup.planning.round_form import Writing
from pairup.planning.solvers import Answer, solve_block
from pairup.planning.trace import Trace

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: a block of so few choices goes to HiGHS whole
SMALL = 2_000
#: what rows about the seats of one post are called
SEATS = ("planning.post-seats", "planning.post-filled")
#: a larger one is searched in a process of its own where a clock runs
APART = 8_000


class BlockPricer:
    """A solver of blocks that remembers the prices it found."""

    def __init__(self, writing: Writing, trace: Trace) -> None:
        self.writing, self.trace = writing, trace
        codes = np.array([words.code for words in writing.form.names], dtype=object)
        of_row = codes[writing.form.row_names()] if len(codes) else codes
        self.is_person, self.is_post = of_row == "planning.person-one-post", of_row == "planning.post-seats"
        whole = writing.form.whole()
        self.is_linking = _between_donors(writing, whole) & np.isin(of_row, SEATS)
        self.is_tied = np.zeros(writing.form.count, dtype=np.bool_)
        self.is_tied[with_rows(whole, np.flatnonzero(can_bind(whole))).index] = True
        is_taken = (whole.worth > 0) & (whole.most > 0) | (whole.least > 0)
        self.untied = float(whole.worth[is_taken & ~self.is_tied].sum())  # worth of what no row holds back
        self.unpriced: list[Ints] = []
        self.found: list[tuple[Block, Block, Found]] = []  # as asked, without what is settled, and found

    def __call__(self, block: Block, stop: Stop, seed: int, start: Flags | None) -> Answer:
        """Solve a block: HiGHS where it is small, by prices where it is large."""
        if stop.seconds is not None and stop.seconds <= 0:
            self.unpriced.append(block.choices)
            return Answer(Status.UNKNOWN if start is None else Status.FEASIBLE, Ended.CLOCK, start, ceiling(block))
        if not len(block.rows):
            self.unpriced.append(block.choices)
            return solve_block(block, stop, seed, start)
        settled = block.least > 0
        part = part_of(block, ~settled, settled)
        rows = block.rows[part.rows]
        ask = Ask(
            part, self._are(self.is_person, rows), self._are(self.is_post, rows),
            None if start is None else start[part.choices], seed, stop, linking=self._are(self.is_linking, rows),
        )  # fmt: skip
        if len(part.choices) <= SMALL:
            answer = solve_block(block, stop, seed, start)
            if answer.ended is not Ended.PROOF or answer.taken is None:
                self.unpriced.append(block.choices)
            else:
                ask = replace(ask, start=answer.taken[part.choices], is_price_only=True)
                self._keep(block, part, search(ask, _unheard))
            return answer
        settled_worth = value_of(block, settled)
        rest = self.untied + settled_worth if self.is_tied[block.choices].sum() == self.is_tied.sum() else None
        watch = stop.watch()
        found = self._search(ask, stop, rest)
        self._keep(block, part, found)
        answer = answer_of(found, part)
        if answer.taken is None and not watch.is_over and proof_of(block, seed, watch.left) is not None:
            return Answer(Status.INFEASIBLE, Ended.PROOF, nodes=answer.nodes)
        taken = None
        if answer.taken is not None:
            taken = settled.copy()
            taken[part.choices] = answer.taken
        if answer.status is Status.INFEASIBLE:
            return answer
        bound = None if answer.bound is None else answer.bound + settled_worth
        return replace(answer, taken=taken, bound=bound if bound is not None else ceiling(block))

    def _keep(self, block: Block, part: Block, found: Found) -> None:
        outer = replace(part, choices=block.choices[part.choices], rows=block.rows[part.rows])
        self.found.append((block, outer, found))

    def _are(self, of_kind: Flags, rows: Ints) -> Flags:
        return np.asarray((rows >= 0) & of_kind[rows], dtype=np.bool_)

    def _search(self, ask: Ask, stop: Stop, rest: float | None) -> Found:
        """Search here, or in a process of its own; keep what it tells.

        Where the block is all that is tied, and `rest` what is worth something beside it, what it tells is told of
        the whole; what one block of several has found says nothing of the sum.
        """
        best = Found(taken=ask.start)

        def heard(news: dict[str, object]) -> None:
            for name, value in news.items():
                setattr(best, name, value)
            if rest is None:
                return
            worth = None if best.taken is None else value_of(ask.block, best.taken) + rest
            self.trace.saw(objective=worth, bound=None if best.bound is None else best.bound + rest)

        if stop.seconds is None or len(ask.block.choices) <= APART:
            return search(ask, heard)
        watch = stop.watch()
        work_apart(search_apart, ask, watch, heard)
        return best

    def prices(self, problem: PostingProblem) -> Prices | None:
        """Put the prices of all blocks together; None where a block has none."""
        whole, size = self.writing.form.whole(), self.writing.form.count
        owner = np.full(size, -1)
        for at, (block, _, _) in enumerate(self.found):
            owner[block.choices] = at  # a block solved again with more rows takes the place of its parts
        bound, options = 0.0, self.writing.take
        loss = np.where(whole.most > 0, np.maximum(0.0, -whole.worth), np.inf)
        first, second = np.zeros(len(problem.people)), np.zeros(len(problem.posts))
        limits: dict[str, float] = {}
        for at, (block, outer, found) in enumerate(self.found):
            if not np.all(owner[block.choices] == at):
                continue
            if found.loss is None or found.price_bound is None:
                return None
            bound += found.price_bound + value_of(block, block.least > 0)
            loss[block.choices] = np.where(block.least > 0, 0.0, np.inf)
            loss[outer.choices] = found.loss
            self._sides(problem, outer, found, first, second)
            self._limits(outer, found, limits)
        loose = np.flatnonzero(owner < 0)
        if self._is_solved_elsewhere(loose):
            return None
        bound += float(np.maximum(whole.worth * whole.least, whole.worth * whole.most)[loose].sum())
        return Prices(bound, loss[options], first, second, limits)

    def _is_solved_elsewhere(self, loose: Ints) -> bool:
        """Whether some of these choices lie in a block that has no prices."""
        inside = np.zeros(self.writing.form.count, dtype=np.bool_)
        inside[loose] = True
        return any(inside[choices].any() for choices in self.unpriced)

    def _sides(self, problem: PostingProblem, outer: Block, found: Found, first: Floats, second: Floats) -> None:
        """Add the prices of people and posts, through the first option of each."""
        for values, at, side, of in (
            (found.person, found.person_at, first, problem.option_person),
            (found.post, found.post_at, second, problem.option_post),
        ):
            assert values is not None and at is not None
            np.add.at(side, of[outer.choices[at]], values)

    def _limits(self, outer: Block, found: Found, limits: dict[str, float]) -> None:
        """Note the price of each quota and cap under its name."""
        assert found.rows is not None and found.price is not None
        form, names = self.writing.form, self.writing.form.row_names()
        rows = outer.rows[found.rows]
        for row, price in zip(rows.tolist(), found.price.tolist(), strict=True):
            words = form.names[names[row]]
            if price > 0 and words.code in ("planning.quota", "planning.cap"):
                limits[str(words)] = limits.get(str(words), 0.0) + price


def _between_donors(writing: Writing, whole: Block) -> Flags:
    """For each row: whether options of several donors stand in it."""
    problem = writing.problem
    donor = np.full(writing.form.count, -1, dtype=np.int64)
    of_people = np.unique(np.array(problem.donors, dtype=object), return_inverse=True)[1]
    donor[writing.take] = of_people[problem.option_person]
    row_of = np.repeat(np.arange(len(whole.rows)), np.diff(whole.starts))
    is_option = donor[whole.index] >= 0
    least, most = np.full(len(whole.rows), len(donor)), np.full(len(whole.rows), -1)
    np.minimum.at(least, row_of[is_option], donor[whole.index[is_option]])
    np.maximum.at(most, row_of[is_option], donor[whole.index[is_option]])
    return np.asarray(least < most)


def _unheard(news: dict[str, object]) -> None:
    """Hear what nobody waits for."""


def search_apart(ask: Ask, tell: Tell) -> None:
    """Search in a child process, which is ended from outside; it tells how its search ended."""
    found = search(ask, tell)
    tell({"ended": found.ended, "is_infeasible": found.is_infeasible, "nodes": found.nodes})
