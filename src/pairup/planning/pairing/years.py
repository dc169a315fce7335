"""Donors to recipients over years: the least covered first, then the ties and amounts worth most.

Two stages in order. The first raises the share of need that everybody reaches (max-min); the second chooses the plan
worth most among those that reach it, with floors of `ceil(share x need)` in exact fractions. With the ties settled,
what remains is a question of transport whose corners are whole, so amounts are exact.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from pairup.planning.blocks import Block, Flags, Floats, hopeless, rounded, step_of
from pairup.planning.mixed import Mixed, solve_mixed
from pairup.planning.outcome import plan_of
from pairup.planning.pairing.years_form import Written, constant_of_years, points_of_years, write_down
from pairup.planning.pairing.years_start import first_ties
from pairup.planning.pairing.years_why import percent, why_given
from pairup.planning.plan import UNTIL_PROVED, Ended, Plan, Progress, Status, Stop, Watch
from pairup.planning.problems.pairing import Tie
from pairup.planning.problems.pairing_years import Given, YearsProblem
from pairup.planning.solvers import Answer
from pairup.planning.trace import Trace
from pairup.planning.verify_years import check_years
from pairup.values.words import Words

#: part of the time that the first stage may take
FIRST = 0.3
#: questions for a share in between, where the first search did not end, and the part of what is left for each
LIFTS, LIFT = 4, 0.25


@dataclass(frozen=True, slots=True)
class Reached:
    """What the first stage found: columns of a plan, the share it reaches, and the share that none exceeds.

    `share` is None where nobody is counted; `amount` None where no plan was found.
    """

    amount: Floats | None
    share: Fraction | None
    bound: Fraction | None
    ended: Ended

    @property
    def is_proved(self) -> bool:
        return self.amount is not None and self.share == self.bound


def plan_years(
    problem: YearsProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None,
    kept: frozenset[tuple[Tie, int]] = frozenset(),
) -> Plan[Given]:  # fmt: skip
    """Cover the least covered as far as can be, then choose the plan worth most.

    `further["coverage"]` has the share reached, its bound, and who is in need while nobody may help. The bound of the
    plan is on the worth of plans that cover as much; where the share is not proved and the worth cannot be more, no
    bound is told, for a plan that covers more comes first. Of plans worth the same, one that keeps most of the ties
    `kept` is preferred. `Stop(work=N)` counts search nodes.
    """
    watch = stop.watch()
    trace = Trace(watch, progress)
    step = _step(problem)
    bonus = 0.0 if step is None or not kept else step / (2.0 * (len(kept) + 1))
    written = write_down(problem, seed, kept, bonus)
    search = _Search(written, watch, seed, trace)
    first = search.share()
    if isinstance(first, tuple):
        return _plan(problem, Answer(Status.INFEASIBLE, Ended.PROOF, clash=first), (), {}, watch, seed, trace)
    if first.amount is None:
        return _plan(problem, Answer(Status.UNKNOWN, first.ended), (), _coverage(written, first), watch, seed, trace)
    answer, chosen = search.worth(first, step)
    share = written.reached(written.units_of(chosen))  # more than was asked for, where that was not the most
    bound = share if first.bound is None or share is None else max(share, first.bound)
    reached = replace(first, share=share, bound=bound)
    return _plan(problem, answer, chosen, _coverage(written, reached), watch, seed, trace)


class _Search:
    """Both stages of one question. Nodes are counted over all of it."""

    def __init__(self, written: Written, watch: Watch, seed: int, trace: Trace) -> None:
        self.written, self.watch, self.seed, self.trace = written, watch, seed, trace
        self.nodes = 0

    def share(self) -> Reached | tuple[Words, ...]:
        """Raise the share that everybody reaches; give a clash where no plan exists."""
        written, facts = self.written, {"recipients": len(self.written.problem.recipients)}
        self.trace.tell(Words("pairings.doing-share", facts), 0, 2)
        plain = written.block()
        if len(hopeless(plain)):
            return self._clash(plain)
        found = self._ask(written.block(counts_share=True) if written.keys else _worthless(plain), FIRST, self._start())
        if found.status is Status.INFEASIBLE:
            return self._clash(plain)
        if found.amount is None:
            return Reached(None, None, None, found.ended)
        if not written.keys:
            return Reached(self._settled(found.amount, None), None, None, Ended.PROOF)
        high = Fraction(1) if found.bound is None else written.below(Fraction(min(1.0, found.bound + 1e-9)))
        low, amount = self._best_of_ties(found.amount, high)
        if amount is None:
            return Reached(None, None, None, found.ended)
        if found.ended is not Ended.PROOF:  # its bound is far off
            return self._lifted(amount, low, max(low, high), found.ended)
        return self._raised(amount, low, high)

    def _start(self) -> Floats | None:
        """A plan to begin with, where the first ties make one, with the best share they have."""
        amount = np.zeros(len(self.written.is_whole))
        amount[self.written.tie.ravel()] = first_ties(self.written.problem).ravel()
        block = self.written.block(counts_share=bool(self.written.keys))
        return self._with_ties(amount, block)

    def _best_of_ties(self, amount: Floats, high: Fraction) -> tuple[Fraction, Floats | None]:
        """The best share in whole units that these ties reach, and the columns that reach it.

        None where the ties, rounded to whole ones, reach nothing: a solver works within tolerances. Ends with the
        clock; the share then stands.
        """
        ties, low = amount, Fraction(0)
        best = self._settled(ties, low)
        if best is None:
            return low, None
        low = self._share_of(best)
        near = self.written.below(Fraction(max(0.0, amount[self.written.share] - 1e-7)))  # what the answer says of it
        if low < near <= high and (found := self._settled(ties, near)) is not None:
            best, low = found, self._share_of(found)
        while low < high and not self.watch.is_over:
            middle = self.written.below((low + high) / 2)
            if middle <= low:
                middle = self.written.above(low)
            if (found := self._settled(ties, middle)) is None:
                high = self.written.under(middle)
            else:
                best, low = found, self._share_of(found)
        return low, best

    def _raised(self, amount: Floats, low: Fraction, high: Fraction) -> Reached:
        """Close in on the best share: ask whether some ties reach one that could be, the highest first."""
        written, tried = self.written, high
        while low < high:
            if self.watch.is_over:
                return Reached(amount, low, high, Ended.CLOCK)
            found = self._ask(_worthless(written.block(tried)), FIRST)
            settled = None if found.amount is None else self._settled(found.amount, tried)
            if found.status is Status.INFEASIBLE:
                high = written.under(tried)
            elif settled is not None:
                amount, low = settled, self._share_of(settled)
            else:
                return Reached(amount, low, high, found.ended)
            tried = max(written.below((low + high) / 2), min(high, written.above(low)))
        return Reached(amount, low, max(low, high), Ended.PROOF)

    def _lifted(self, amount: Floats, low: Fraction, high: Fraction, ended: Ended) -> Reached:
        """Ask a few times for ties that reach a share between the one that is had and the bound, nearer each time."""
        tried = high
        for _ in range(LIFTS):
            tried = self.written.below((low + tried) / 2)
            if tried <= low or self.watch.is_over:
                break
            found = self._ask(_worthless(self.written.block(tried)), LIFT)
            settled = None if found.amount is None else self._settled(found.amount, tried)
            if found.status is Status.INFEASIBLE:
                high = min(high, self.written.under(tried))
            elif settled is not None:
                amount, low, tried = settled, self._share_of(settled), high
        return Reached(amount, low, max(low, high), ended)

    def _share_of(self, amount: Floats) -> Fraction:
        reached = self.written.reached(self.written.units(amount)[1])
        assert reached is not None
        return reached

    def worth(self, first: Reached, step: float | None) -> tuple[Answer, tuple[Given, ...]]:
        """Choose the plan worth most among those that reach the share."""
        written, problem = self.written, self.written.problem
        self.trace.tell(Words("pairings.doing-worth", {"options": len(problem.options)}), 1, 2)
        block = written.block(first.share)
        assert first.amount is not None
        before = self._given(first.amount)
        self.trace.saw(_points(problem, before))
        found = self._ask(block, 1.0, first.amount)
        chosen = before
        if found.amount is not None and found.amount is not first.amount:
            settled = self._settled(found.amount, first.share, block)
            other = before if settled is None else self._given(settled)
            chosen = max(before, other, key=lambda rows: _points(problem, rows))
        value = _points(problem, chosen)
        bound = None if found.bound is None else rounded(found.bound + constant_of_years(problem), step)
        if bound is not None:
            bound = max(value, bound) if found.ended is not Ended.PROOF or bound > value else value
        ended = found.ended if first.is_proved or first.share is None else first.ended
        if (
            not (first.is_proved or first.share is None)
            and bound is not None
            and bound <= value + 1e-6 * max(1.0, abs(value))
        ):
            bound = None  # none that covers as much is worth more, yet one may cover more
        self.trace.saw(value, bound)
        self.trace.tell(Words("pairings.doing-worth", {"options": len(problem.options)}), 2, 2)
        return Answer(Status.FEASIBLE, ended, np.ones(1, dtype=np.bool_), bound, nodes=self.nodes), chosen

    def _given(self, amount: Floats) -> tuple[Given, ...]:
        is_tied, units = self.written.units(amount)
        return _tidied(self.written.problem, self.written.given(is_tied, units))

    def _ask(self, block: Block, part: float, start: Floats | None = None) -> Mixed:
        """Ask the solver, within a part of the time and the nodes that are left."""
        left, work = self.watch.left, self.watch.stop.work
        stop = Stop(
            None if left is None else part * left, None if work is None else max(0, int(part * (work - self.nodes)))
        )
        found = solve_mixed(block, self.written.is_whole, stop, self.seed, start)
        self.nodes += found.nodes
        return found

    def _settled(self, amount: Floats, floor: Fraction | None, block: Block | None = None) -> Floats | None:
        """The amounts worth most with the ties of an answer and a floor: a corner, whose amounts are whole units.

        None where there are none, and where the machine's rounding of large amounts breaks what was asked.
        """
        found = self._with_ties(amount, self.written.block(floor) if block is None else block)
        if found is None:
            return None
        broken: list[str] = []
        is_tied, units = self.written.units(found)
        check_years(self.written.problem, self.written.given(is_tied, units), lambda code, **facts: broken.append(code))
        is_short = bool(floor) and (self.written.reached(units) or 0) < (floor or 0)
        return None if broken or is_short else found

    def _with_ties(self, amount: Floats, block: Block) -> Floats | None:
        """The amounts worth most in a block with the ties of an answer."""
        written = self.written
        least, most = block.least.copy(), block.most.copy()
        tied = (amount[written.tie.ravel()] > 0.5).astype(np.float64)
        least[written.tie.ravel()] = most[written.tie.ravel()] = tied
        nothing = np.zeros(len(block.choices), dtype=np.bool_)
        return solve_mixed(replace(block, least=least, most=most), nothing, Stop(), self.seed).amount

    def _clash(self, block: Block) -> tuple[Words, ...]:
        """Name a smallest set of requirements that cannot be kept together."""

        def solve(part: Block, stop: Stop, seed: int, start: Flags | None) -> Answer:
            whole = self.written.is_whole[part.choices]
            return Answer(solve_mixed(part, whole, Stop(work=stop.work), seed).status, Ended.PROOF)

        return self.written.form.clash(block, self.watch, solve)


def _tidied(problem: YearsProblem, chosen: tuple[Given, ...]) -> tuple[Given, ...]:
    """Leave out ties that give nothing, add no point and are not asked for: a solver takes or leaves them."""
    fewest = {row.id: row.fewest_donors for row in problem.recipients}
    for item in [item for item in chosen if item.amount == 0 and item[:3] not in problem.locks]:
        rest = tuple(other for other in chosen if other != item)
        there = sum(1 for other in rest if (other.recipient, other.year) == (item.recipient, item.year))
        if there >= fewest[item.recipient] and _points(problem, rest) >= _points(problem, chosen):
            chosen = rest
    return chosen


def _worthless(block: Block) -> Block:
    return replace(block, worth=np.zeros(len(block.worth)))


def _points(problem: YearsProblem, chosen: tuple[Given, ...]) -> float:
    return round(math.fsum(points_of_years(problem, chosen)), 9)


def _step(problem: YearsProblem) -> float | None:
    """The step in which plans differ in worth, where there is one."""
    unit = float(problem.step)
    worth = [value for row in problem.options for value in (row.worth, row.worth_per_unit * unit)]
    worth += [points for row in problem.recipients for _, points in row.sectors]
    return step_of(np.array([*worth, problem.change_cost, problem.start_cost]))


def _coverage(written: Written, first: Reached) -> dict[str, Any]:
    """What the answer file says of coverage; a share is a fraction in words, as "2/3", so that it is exact."""
    problem = written.problem

    def named(key: tuple[int, int | None]) -> list[Any]:
        return [problem.recipients[key[0]].id, None if key[1] is None else problem.years[key[1]]]

    share, bound = (None if part is None else str(part) for part in (first.share, first.bound))
    return {"coverage": {
        "of": problem.share_of, "share": share, "bound": bound, "is_proved": first.is_proved,
        "nobody_may_help": [named(key) for key in written.left_out],
    }}  # fmt: skip


def _plan(
    problem: YearsProblem, answer: Answer, chosen: tuple[Given, ...], further: Mapping[str, Any], watch: Watch,
    seed: int, trace: Trace,
) -> Plan[Given]:  # fmt: skip
    worth = points_of_years(problem, chosen) if answer.taken is not None else []
    plan = plan_of(problem, plan_years, why_given, answer, chosen, worth, watch, seed, further)
    return replace(plan, run=replace(plan.run, trace=tuple(trace.points)))


def coverage_words(plan: Plan[Given]) -> tuple[Words, ...]:
    """Say how far the least covered is covered, whether more is ruled out, and who is in need while nobody may help."""
    found = plan.further.get("coverage")
    if found is None or not plan.has_plan:
        return ()
    said = []
    if found["share"] is not None:
        facts = {"percent": percent(found["share"]), "bound": percent(found["bound"])}
        said.append(Words(f"pairings.covered-{found['of']}{'' if found['is_proved'] else '-open'}", facts))
    names = [who if year is None else f"{who} {year}" for who, year in found["nobody_may_help"]]
    return (*said, Words("pairings.nobody-may-help", {"who": ", ".join(names)})) if names else tuple(said)
