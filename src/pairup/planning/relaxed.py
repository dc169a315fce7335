"""A part of a round, priced: its linear relaxation kept warm, and small integer programmes where that is not whole.

The relaxation of a round is nearly whole, so most questions about one part ("with this pair", "without this person",
"with two moves at most") are answered by a few pivots from the solution of the last one. Where the answer is not
whole, the prices rule out every option that a good plan cannot hold, and the few that are left are an integer
programme. Every bound is summed anew from the prices: whatever their rounding, they bound (Geoffrion, 1974,
https://doi.org/10.1007/BFb0120690).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from pairup.planning.blocks import (
    INF,
    Block,
    Cut,
    Flags,
    Floats,
    Ints,
    broken_rows,
    can_bind,
    only,
    rounded,
    step_of,
    with_cuts,
    with_rows,
)
from pairup.planning.linear import LinearProgramme, Solved
from pairup.planning.plan import UNTIL_PROVED, Status, Stop
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.round_form import Writing, formulate
from pairup.planning.solvers import solve_block

#: pivots for one question; a part that needs more is too large for a quick answer
PIVOTS = 200_000
#: a part of more options is large: its first relaxation is solved from within, and no integer programme over all of it
LARGE = 20_000
WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Best:
    """The best choice found, its value, and a bound on every other. `is_possible`: not proved that there is none."""

    taken: Flags | None
    value: float | None
    bound: float
    is_possible: bool = True

    @property
    def is_proved(self) -> bool:
        return self.value is not None and self.bound <= self.value + 1e-6 * max(1.0, abs(self.value))


NONE = Best(None, None, -INF, is_possible=False)


class Relaxed:
    """The relaxation of a part of a round and the plan it had, ready to be asked.

    Choices are those of the form: first one for each option, then helping ones. `kept` has one choice for each person
    who holds a post: whether they keep it, or all of them.
    """

    def __init__(self, problem: PostingProblem, chosen: Iterable[Posting], seed: int = 0) -> None:
        self.problem, self.seed = problem, seed
        writing = formulate(problem, seed)
        self.kept = {person: _keeps(writing, person, options) for person, options in _held(problem, chosen).items()}
        form = writing.form
        whole = form.whole()
        codes = np.array([words.code.partition(".")[2] for words in form.names] or [""])[form.row_names()]
        one_sided = np.isin(codes, ("person-one-post", "post-seats"))
        rows = np.flatnonzero(can_bind(whole) | one_sided)
        self.block: Block = with_rows(whole, rows)
        self.names, self.codes = [form.names[name] for name in form.row_names()[rows]], codes[rows]
        self.step = step_of(self.block.worth)
        lean = np.zeros(form.count)
        lean[list(self.kept.values())] = 1.0
        self.lean = lean
        self.added: list[Cut] = []
        self._rows: dict[bytes, int] = {}
        self._programme: LinearProgramme | None = None

    @property
    def size(self) -> int:
        """How many options there are."""
        return len(self.problem.worth)

    @property
    def is_large(self) -> bool:
        return self.size > LARGE

    def programme(self) -> LinearProgramme:
        """The linear programme, made when first needed.

        An option has no upper limit of its own: its person's row says that already, so that the price of what is
        scarce stands at the row.
        """
        if self._programme is None:
            block, made = self.block, LinearProgramme(self.seed)
            made.option("simplex_iteration_limit", PIVOTS)
            most = np.where((np.arange(len(block.choices)) < self.size) & (block.most > 0), INF, block.most)
            nothing = np.zeros(len(block.choices) + 1, dtype=np.int64)
            made.add_columns(self.leaning(), nothing, nothing[:0], np.zeros(0), block.least, most)
            made.add_rows(block.low, block.high, block.starts[:-1], block.index, block.value)
            self._most, self._programme = most, made
            if self.is_large:  # an interior point first, ten times faster here; its basis is kept
                made.option("solver", "ipm")
                made.solve()
                made.option("solver", "simplex")
        return self._programme

    def leaning(self) -> Floats:
        """Worth with so small a bonus for who keeps a post that all of them together stay under one step."""
        if self.step is None:
            return self.block.worth
        return self.block.worth + self.lean * (self.step / (2.0 * (len(self.kept) + 1)))

    def demand(self, choices: Ints) -> int:
        """Add a row on the sum of some choices; give its number, by which `best` is told its low end."""
        choices = np.unique(choices)
        key = choices.tobytes()
        if key not in self._rows:
            self.programme().add_rows(
                np.array([-INF]), np.array([INF]), np.zeros(1, dtype=np.int64), choices, np.ones(len(choices))
            )
            self.added.append((choices, np.ones(len(choices)), -INF))
            self._rows[key] = len(self.added) - 1
        return self._rows[key]

    def best(
        self, settled: Mapping[int, int] | None = None, lows: Mapping[int, float] | None = None,
        worth: Floats | None = None, floor: Best | None = None, stop: Stop | None = UNTIL_PROVED,
        width: float | None = None,
    ) -> Best:  # fmt: skip
        """Give the best choice with some choices settled, and rows of `demand` held at their `lows`.

        `floor` is a choice known to keep all that is asked: what cannot beat it is not searched. `stop` limits the
        integer programme, None leaves it out: then an answer that is not whole is a bound only.
        """
        settled, lows, made = settled or {}, lows or {}, self.programme()
        at = np.array(sorted(settled), dtype=np.int64)
        values = np.array([float(settled[int(k)]) for k in at])
        rows = np.array(sorted(lows), dtype=np.int64) + len(self.block.rows)
        made.set_bounds(at, values, values)
        made.set_limits(rows, np.array([lows[k] for k in sorted(lows)], dtype=float), np.full(len(rows), INF))
        if worth is not None:
            made.set_worth(np.arange(len(worth)), worth)
        solved = made.solve()
        is_infeasible = made.is_infeasible
        made.set_bounds(at, self.block.least[at], self._most[at])
        made.set_limits(rows, np.full(len(rows), -INF), np.full(len(rows), INF))
        if worth is not None:
            made.set_worth(np.arange(len(worth)), self.leaning())
        if is_infeasible:
            return NONE
        aim = self.block.worth if worth is None else worth
        asked = self._asked(at, values, lows, aim)
        if solved is None:
            return Best(None, None, INF)
        bound, reduced = safe_bound(asked, solved.price[: len(self.block.rows) + len(self.added)])
        return self._whole(asked, solved, bound, reduced, floor, stop, worth is None, width)

    def _asked(self, at: Ints, values: Floats, lows: Mapping[int, float], aim: Floats) -> Block:
        """The block with what is asked of it; rows that are not asked for demand nothing."""
        least, most = self.block.least.copy(), self.block.most.copy()
        least[at], most[at] = values, values
        cuts = [(index, value, lows.get(k, -INF)) for k, (index, value, _) in enumerate(self.added)]
        block = replace(self.block, worth=aim, least=least, most=most)
        return with_cuts(block, cuts) if cuts else block

    def _whole(
        self, asked: Block, solved: Solved, bound: float, reduced: Floats, floor: Best | None, stop: Stop | None,
        is_worth: bool, width: float | None,
    ) -> Best:  # fmt: skip
        step = step_of(asked.worth)
        known = rounded(bound, step)
        assert known is not None
        taken = solved.amount > 0.5
        is_whole = np.abs(solved.amount - taken).max(initial=0.0) <= WHOLE
        if is_whole and not len(broken_rows(asked, taken)):
            value = float(asked.worth[taken].sum())
            return Best(taken, value, max(known, value))
        if floor is not None and floor.value is not None and floor.value >= known - 1e-9 * max(1.0, abs(known)):
            return Best(floor.taken, floor.value, max(known, floor.value))
        if stop is None:
            return Best(None, None, known) if floor is None else Best(floor.taken, floor.value, known)
        return self._searched(asked, known, bound, reduced, floor, stop, is_worth, width)

    def _searched(
        self, asked: Block, known: float, bound: float, reduced: Floats, floor: Best | None, stop: Stop, is_worth: bool,
        width: float | None,
    ) -> Best:  # fmt: skip
        """Solve what the prices leave open as an integer programme."""
        least, most = asked.least.copy(), asked.most.copy()
        if floor is not None and floor.value is not None:
            gap = bound - floor.value + 1e-6 * max(1.0, abs(bound))
            most[(reduced < -gap) & (least == 0)] = 0.0
            least[(reduced > gap) & (most == 1)] = 1.0
        if width is not None:
            most[(reduced < -width) & (least == 0)] = 0.0
        scale, step = 1.0, step_of(asked.worth)
        worth = asked.worth
        if is_worth and step is not None:  # of plans worth the same, the one that moves fewest
            scale = 10.0 ** int(np.ceil(np.log10(len(self.kept) + 2))) / step
            worth = np.round(asked.worth * scale) + self.lean
        open_, has_floor = np.flatnonzero(most > 0), floor is not None and floor.taken is not None
        part = only(replace(asked, worth=worth, least=least, most=most), open_, np.arange(len(asked.rows)))
        found = solve_block(part, stop, self.seed, floor.taken[open_] if floor and floor.taken is not None else None)
        if found.status is Status.INFEASIBLE and width is not None:
            return Best(None, None, known) if floor is None else floor
        if found.status is Status.INFEASIBLE:  # nothing is better than the floor, where there is one
            return floor if floor is not None and has_floor else NONE
        if found.bound is not None and width is None:
            lower = rounded(found.bound / scale, step)
            known = known if lower is None else min(known, lower)
        if found.taken is None:
            return Best(None, None, known)
        taken = np.zeros(len(asked.choices), dtype=np.bool_)
        taken[open_[found.taken]] = True
        value = float(asked.worth[taken].sum())
        if floor is not None and floor.value is not None and floor.value > value:
            taken, value = floor.taken, floor.value  # type: ignore[assignment]  # a floor's value is of its choice
        return Best(taken, value, max(known, value))


def safe_bound(block: Block, price: Floats) -> tuple[float, Floats]:
    """Give the bound that prices of rows prove, and the reduced worth of each choice, whatever the prices.

    A price of the wrong sign, where a row has no limit on that side, counts as 0.
    """
    price = np.where((price > 0) & np.isfinite(block.high) | (price < 0) & np.isfinite(block.low), price, 0.0)
    row_of = np.repeat(np.arange(len(block.rows)), np.diff(block.starts))
    paid = np.bincount(block.index, weights=price[row_of] * block.value, minlength=len(block.choices))
    reduced = block.worth - paid
    limit = np.where(price > 0, block.high, np.where(price < 0, block.low, 0.0))
    gained = np.maximum(reduced * block.least, reduced * block.most)
    total = float((price * limit).sum() + gained.sum())
    slack = 1e-11 * float(np.abs(price * limit).sum() + np.abs(gained).sum() + 1.0)
    return total + slack, reduced


def _held(problem: PostingProblem, chosen: Iterable[Posting]) -> dict[str, list[int]]:
    """The options that each holder of a post holds, in the order of the people."""
    held: dict[str, list[int]] = {}
    for item in sorted(chosen):
        at = problem.option_of(item)
        assert at is not None, item
        held.setdefault(item.person, []).append(at)
    return held


def _keeps(writing: Writing, person: str, options: list[int]) -> int:
    """Give the choice that is taken only if a person keeps just what they hold.

    It is their option itself, but for who may serve twice.
    """
    form, take, problem = writing.form, writing.take, writing.problem
    if len(options) == 1 and not writing.several[problem.person_at[person]]:
        return int(take[options[0]])
    keeps, name = int(form.choose(np.zeros(1))[0]), form.name("person-one-post", person=person)
    for option in np.flatnonzero(problem.option_person == problem.person_at[person]).tolist():
        if option in options:
            form.require(name, [keeps, int(take[option])], [1.0, -1.0], high=0.0)
        else:
            form.require(name, [keeps, int(take[option])], high=1.0)
    return keeps
