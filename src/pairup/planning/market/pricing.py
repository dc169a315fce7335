"""Solve the blocks of a round by prices, and gather the prices of the whole.

A block is searched in a process of its own where a clock runs, so that its time is kept; what it told stands.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Block, ceiling, value_of
from pairup.planning.child import Tell, work_apart
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
#: a larger one is searched in a process of its own where a clock runs
APART = 4_000


class BlockPricer:
    """A solver of blocks that remembers the prices it found."""

    def __init__(self, writing: Writing, trace: Trace) -> None:
        self.writing, self.trace = writing, trace
        codes = np.array([words.code for words in writing.form.names], dtype=object)
        of_row = codes[writing.form.row_names()] if len(codes) else codes
        self.is_person, self.is_post = of_row == "planning.person-one-post", of_row == "planning.post-seats"
        self.found: list[tuple[Block, Found]] = []

    def __call__(self, block: Block, stop: Stop, seed: int, start: Flags | None) -> Answer:
        """Solve a block: HiGHS where it is small, by prices where it is large."""
        if stop.seconds is not None and stop.seconds <= 0:
            return Answer(Status.UNKNOWN if start is None else Status.FEASIBLE, Ended.CLOCK, start, ceiling(block))
        if len(block.choices) <= SMALL or not len(block.rows):
            return solve_block(block, stop, seed, start)
        settled = block.least > 0
        part = part_of(block, ~settled, settled)
        if len(part.choices) <= SMALL:
            return solve_block(block, stop, seed, start)
        rows = block.rows[part.rows]
        ask = Ask(
            part, self._are(self.is_person, rows), self._are(self.is_post, rows),
            None if start is None else start[part.choices], seed, stop,
        )  # fmt: skip
        found = self._search(ask, stop)
        outer = replace(part, choices=block.choices[part.choices], rows=rows)
        self.found.append((outer, found))
        answer = answer_of(found, part)
        taken = None
        if answer.taken is not None:
            taken = settled.copy()
            taken[part.choices] = answer.taken
        more = value_of(block, settled)
        bound = None if answer.bound is None else answer.bound + more
        if bound is None or not np.isfinite(bound):
            bound = ceiling(block) if answer.status is not Status.INFEASIBLE else None
        return replace(answer, taken=taken, bound=bound)

    def _are(self, of_kind: Flags, rows: Ints) -> Flags:
        return np.asarray((rows >= 0) & of_kind[rows], dtype=np.bool_)

    def _search(self, ask: Ask, stop: Stop) -> Found:
        """Search here, or in a process of its own; keep what it tells."""
        best = Found(taken=ask.start)

        def heard(news: dict[str, object]) -> None:
            for name, value in news.items():
                setattr(best, name, value)
            worth = None if best.taken is None else value_of(ask.block, best.taken)
            self.trace.saw(objective=worth, bound=best.bound)

        if stop.seconds is None or len(ask.block.choices) <= APART:
            return search(ask, heard)
        watch = stop.watch()
        work_apart(search_apart, ask, watch, heard)
        return best

    def prices(self, problem: PostingProblem) -> Prices | None:
        """Put the prices of all blocks together; None where a block has none."""
        return None


def search_apart(ask: Ask, tell: Tell) -> None:
    """Search in a child process, which is ended from outside; it tells how its search ended."""
    found = search(ask, tell)
    tell({"ended": found.ended, "is_infeasible": found.is_infeasible, "nodes": found.nodes})
