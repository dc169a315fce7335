"""Plan a tied block from both ends: prices lower the bound, rounding and small searches raise the plan.

First prices of the tied rows (volume algorithm), then the linear relaxation over the choices that matter, then a
rounded plan, then its neighbourhood. Whatever is better is told at once. Where the choices that could still be in a
better plan are few, they are searched whole, and that proves the plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pairup.planning.blocks import Block, broken_rows, only, rounded, step_of, value_of, with_rows
from pairup.planning.market.neighbourhood import improved
from pairup.planning.market.parts import are_small, planned_by_parts, whole_relaxation
from pairup.planning.market.relaxation import Relaxed, relaxed
from pairup.planning.market.rounding import rounded_plan
from pairup.planning.market.tied import Tied, part_of
from pairup.planning.market.volume import Priced, volume_prices
from pairup.planning.plan import Ended, Status, Stop, Watch
from pairup.planning.solvers import OWN_PROCESS, Answer, solve_block

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: steps of the volume algorithm, and choices for each seat that a plan is looked for in
STEPS, CHOICES = 60, 8
#: a block of so few choices that could be in a better plan is searched whole
FEW = 3_000
#: the relaxation of a block of so few choices is tried whole first, in this part of the time (5 s at least)
WHOLE, TRIAL = 250_000, 0.2
#: a block of more choices is large: its relaxation need not come nearer than this part of its bound
LARGE, NEAR = 150_000, 1e-4
#: without a clock: small searches without a gain before the block is searched whole
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Ask:
    """A block without settled choices, its rows that make the assignment, a plan, and how long."""

    block: Block
    person_rows: Flags
    post_rows: Flags
    start: Flags | None
    seed: int
    stop: Stop
    is_price_only: bool = False
    linking: Flags | None = None  # rows that tie parts of the block to one another, and can be priced alone


@dataclass(slots=True)
class Found:
    """What was found so far. Prices: `price` of each tied row by its number in the block, of each `person` and `post`
    by the first choice they have (`person_at`, `post_at`), `loss` of each choice."""

    taken: Flags | None = None
    bound: float | None = None
    price_bound: float | None = None  # what the prices alone prove
    loss: Floats | None = None
    person: Floats | None = None
    post: Floats | None = None
    person_at: Ints | None = None
    post_at: Ints | None = None
    rows: Ints | None = None
    price: Floats | None = None
    nodes: int = 0
    ended: Ended = Ended.CLOCK
    is_infeasible: bool = False


Tell = Callable[[dict[str, object]], None]


@dataclass(slots=True)
class _Course:
    """The search so far: what is known, and whom it is told to."""

    block: Block
    tell: Tell
    step: float | None
    found: Found = field(default_factory=Found)

    def plan(self, taken: Flags | None) -> None:
        """Keep a plan if it is the best."""
        if taken is None:
            return
        if self.found.taken is None or value_of(self.block, taken) > value_of(self.block, self.found.taken):
            self.found.taken = taken
            self.tell({"taken": taken})

    def bound(self, bound: float, tied: Tied, loss: Floats, price: Floats) -> None:
        """Keep a bound if it is the lowest, with the prices that prove it."""
        if self.found.bound is not None and bound >= self.found.bound:
            return
        state = tied.assignment
        news: dict[str, object] = {
            "bound": bound, "price_bound": bound, "loss": loss, "person": state.profit.copy(),
            "post": state.price.copy(),
            "person_at": tied.first_of(tied.person), "post_at": tied.first_of(tied.post),
            "rows": tied.tied_rows, "price": price,
        }  # fmt: skip
        for name, value in news.items():
            setattr(self.found, name, value)
        self.tell(news)

    def lower(self, bound: float) -> None:
        """Keep a bound that the prices alone do not prove, if it is the lowest."""
        if self.found.bound is None or bound < self.found.bound:
            self.found.bound = bound
            self.tell({"bound": bound})

    @property
    def worth(self) -> float | None:
        return None if self.found.taken is None else value_of(self.block, self.found.taken)

    @property
    def is_proved(self) -> bool:
        """Whether no plan can be better, as far as the bound tells."""
        worth, bound = self.worth, rounded(self.found.bound, self.step)
        return worth is not None and bound is not None and bound <= worth + 1e-8 * max(1.0, abs(worth))

    def survivors(self, loss: Floats) -> Ints:
        """Choices that a better plan could have: those that do not lose more than bound and plan lie apart."""
        worth, bound = self.worth, self.found.price_bound
        if worth is None or bound is None:
            return np.arange(len(loss))
        least = self.step if self.step is not None else 0.0
        return np.flatnonzero(loss <= bound - worth - least + 1e-6 * max(1.0, abs(bound)))


def search(ask: Ask, tell: Tell) -> Found:
    """Search until proved, or until `ask.stop`; every better plan and bound is told."""
    watch, block = ask.stop.watch(), ask.block
    course = _Course(block, tell, step_of(block.worth))
    course.plan(ask.start)
    tied = Tied(block, ask.person_rows, ask.post_rows)
    if ask.stop.work != 0 and len(block.choices) <= WHOLE:
        is_priced = _by_parts(ask, course, tied, watch)
        if is_priced and (ask.is_price_only or course.is_proved or course.found.is_infeasible):
            course.found.ended = _ended(course, watch)
            return course.found
    known = volume_prices(tied, course.worth or 0.0, STEPS, lambda bound: not watch.is_over)
    bound, taken, left = tied.price(known.price)
    loss = tied.loss(left)
    course.bound(_safe(bound), tied, loss, known.price)
    if not len(broken_rows(block, taken)):
        course.plan(taken)
    if ask.is_price_only or (ask.stop.work != 0 and not course.is_proved):
        last = _relaxed(ask, course, tied, known, watch)
        if not ask.is_price_only:
            _plans(ask, course, tied, last, watch)
    course.found.ended = _ended(course, watch)
    return course.found


def _by_parts(ask: Ask, course: _Course, tied: Tied, watch: Watch) -> bool:
    """Solve the whole relaxation, and plan the parts that it leaves open; say whether it was had."""
    block = ask.block
    linking = np.zeros(len(block.rows), dtype=np.bool_) if ask.linking is None else ask.linking
    if not are_small(block, linking):
        return False
    seconds = None if watch.left is None else max(TRIAL * watch.left, min(watch.left, 5.0))
    had = whole_relaxation(block, ask.seed, seconds)
    if had is None:
        return False
    kept, solved = had
    of_rows = np.zeros(len(block.rows))
    of_rows[kept] = solved.price
    price = tied.proper(of_rows[tied.tied_rows])
    bound, _, worth = tied.price(price)
    course.bound(_safe(bound), tied, tied.loss(worth), price)
    if ask.is_price_only or course.is_proved:
        return True

    def left() -> Stop:
        work = None if ask.stop.work is None else max(0, ask.stop.work - course.found.nodes)
        return Stop(watch.left, work)

    before = course.found.nodes
    for found in planned_by_parts(with_rows(block, kept), linking[kept], solved, ask.seed, left):
        course.found.nodes = before + found.nodes
        course.found.is_infeasible = found.is_infeasible
        if found.is_infeasible:
            break
        course.plan(found.taken)
        course.lower(_safe(found.bound))
    return True


def _relaxed(ask: Ask, course: _Course, tied: Tied, known: Priced, watch: Watch) -> Relaxed | None:
    """Lower the bound by the relaxation. A large block has its first plan rounded before the bound is at its lowest."""
    last: Relaxed | None = None
    is_large = len(ask.block.choices) > LARGE
    for each in relaxed(tied, known, ask.seed, lambda: watch.left):
        course.bound(_safe(each.bound), tied, each.loss, each.price)
        if is_large and last is None:
            _round(ask, course, tied, each, watch)
        is_near = last is not None and last.bound - each.bound < NEAR * abs(each.bound)
        last = each
        if is_large and (is_near or each.bound - each.value < NEAR * abs(each.bound)):
            break  # the rest would cost as much again
    return last


def _round(ask: Ask, course: _Course, tied: Tied, last: Relaxed, watch: Watch) -> None:
    if watch.is_over or ask.is_price_only:
        return
    chosen = _core(tied, last.loss, last, course.found.taken)
    core = only(_numbered(ask.block), chosen, np.arange(len(ask.block.rows)))
    wanted = np.flatnonzero(np.isin(chosen, tied.options))
    taken = rounded_plan(core, last.amount[chosen], wanted, ask.seed, lambda: watch.left)
    course.plan(None if taken is None else _whole(taken, chosen, len(ask.block.choices)))


def _whole(taken: Flags, chosen: Ints, size: int) -> Flags:
    found = np.zeros(size, dtype=np.bool_)
    found[chosen] = taken
    return found


def _plans(ask: Ask, course: _Course, tied: Tied, last: Relaxed | None, watch: Watch) -> None:
    """Round, prove where little is left, else search around the plan."""
    block, loss = ask.block, course.found.loss
    assert loss is not None
    if last is not None and len(block.choices) <= LARGE:
        _round(ask, course, tied, last, watch)
    if _proved_whole(ask, course, loss, watch, FEW):
        return
    if course.found.taken is not None and not watch.is_over:
        chosen = _core(tied, loss, last, course.found.taken)
        core = only(_numbered(block), chosen, np.arange(len(block.rows)))
        inner = Tied(core, ask.person_rows, ask.post_rows)
        if course.found.price is not None and course.found.rows is not None:
            price = np.zeros(len(block.rows))
            price[course.found.rows] = course.found.price
            inner.price(inner.proper(price[inner.tied_rows]))
        _around(ask, course, inner, loss, chosen, watch)
    _proved_whole(ask, course, loss, watch, len(block.choices))


def _around(ask: Ask, course: _Course, inner: Tied, loss: Floats, chosen: Ints, watch: Watch) -> None:
    """Search around the plan until it is proved, time or work is over, or (without either) nothing is gained."""
    assert course.found.taken is not None
    idle, few = 0, FEW
    plans = improved(inner, course.found.taken[chosen], loss[chosen], ask.seed, lambda: watch.left)
    for turn, (taken, nodes) in enumerate(plans, 1):
        before = course.worth
        course.plan(_whole(taken, chosen, len(ask.block.choices)))
        course.found.nodes += nodes
        idle = idle + 1 if course.worth == before else 0
        if watch.is_over or course.is_proved:
            return
        if ask.stop.work is not None and course.found.nodes >= ask.stop.work:
            return
        if ask.stop.seconds is None and ask.stop.work is None and idle >= PATIENCE:
            return
        if turn % 20 == 0 and len(course.survivors(loss)) <= few:
            if _proved_whole(ask, course, loss, watch, few):
                return
            few //= 2


def _proved_whole(ask: Ask, course: _Course, loss: Floats, watch: Watch, few: int) -> bool:
    """Search all choices that a better plan could have, if they are few; say whether that proved the plan."""
    if course.is_proved:
        return True
    left = course.survivors(loss)
    work = None if ask.stop.work is None else max(0, ask.stop.work - course.found.nodes)
    few = few if watch.stop.seconds is None else min(few, OWN_PROCESS)
    if len(left) > few or watch.is_over or work == 0:
        return False
    free = np.zeros(len(loss), dtype=np.bool_)
    free[left] = True
    part = part_of(ask.block, free, np.zeros(len(loss), dtype=np.bool_))
    seconds = watch.left
    found = solve_block(part, Stop(seconds, work), ask.seed, None)
    course.found.nodes += found.nodes
    if found.taken is not None:
        taken = np.zeros(len(loss), dtype=np.bool_)
        taken[part.choices] = found.taken
        course.plan(taken)
    if found.ended is not Ended.PROOF:
        return False
    if course.worth is None:
        course.found.is_infeasible = found.status is Status.INFEASIBLE
        return course.found.is_infeasible
    # better plans lie among these choices only, and none is better than the best of them
    course.found.bound = course.worth
    course.tell({"bound": course.worth})
    return True


def _core(tied: Tied, loss: Floats, last: Relaxed | None, taken: Flags | None) -> Ints:
    """The choices a plan is looked for in: those that lose least, what the relaxation uses, and the plan at hand."""
    order = tied.options[np.argsort(loss[tied.options], kind="stable")]
    inside = np.zeros(len(loss), dtype=np.bool_)
    inside[order[: CHOICES * tied.scale]] = True
    inside[tied.helpers] = True
    if last is not None:
        inside |= last.amount > 1e-6
    if taken is not None:
        inside |= taken
    return np.flatnonzero(inside)


def _numbered(block: Block) -> Block:
    """The block with its own numbers of choices and rows."""
    whole = with_rows(block, np.arange(len(block.rows)))
    return Block(
        np.arange(len(block.choices)), np.arange(len(block.rows)), whole.starts, whole.index, whole.value, whole.low,
        whole.high, whole.worth, whole.least, whole.most,
    )  # fmt: skip


def _safe(bound: float) -> float:
    """Add what rounding may have lost."""
    return bound + 1e-9 * max(1.0, abs(bound))


def _ended(course: _Course, watch: Watch) -> Ended:
    if course.is_proved or course.found.is_infeasible:
        return Ended.PROOF
    return Ended.CLOCK if watch.stop.seconds is not None else Ended.WORK


def answer_of(found: Found, block: Block) -> Answer:
    """The answer of a search: proved, or as far as it came."""
    if found.is_infeasible:
        return Answer(Status.INFEASIBLE, Ended.PROOF, nodes=found.nodes)
    bound = rounded(found.bound, step_of(block.worth))
    if found.taken is None:
        return Answer(Status.UNKNOWN, found.ended, bound=bound, nodes=found.nodes)
    worth = value_of(block, found.taken)
    if bound is not None and bound <= worth + 1e-9 * max(1.0, abs(worth)):
        return Answer(Status.OPTIMAL, Ended.PROOF, found.taken, worth, nodes=found.nodes)
    return Answer(Status.FEASIBLE, found.ended, found.taken, bound, nodes=found.nodes)
