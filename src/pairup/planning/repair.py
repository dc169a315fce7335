"""Repair a round after people drop out or posts close: the fewest moves, and what each further move would gain.

A *move* is a person who changes or loses the post they hold; who drops out does not count, and who comes in from the
reserve does not either. The repaired plan keeps every requirement, has as many seats filled as before (or as many as
can be), and among such plans moves the fewest people who already agreed, then the fewest others, then is worth most.
The *curve* says for 0, 1, 2, ... moves what the best plan with no more moves is worth, until more moves gain nothing:
the distance to planning from zero. Only the blocks that are touched are asked; their relaxation stays warm between
the questions, so a repair costs a small share of a solve.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.planning.explain.replanning import replanned, within
from pairup.planning.explain.telling import moves_of, require_known
from pairup.planning.limits import inside_of
from pairup.planning.narrowing import Open, only_options, opened
from pairup.planning.plan import (
    UNTIL_PROVED,
    Difference,
    Plan,
    Status,
    Stop,
    Watch,
)  # fmt: skip
from pairup.planning.pricing import Region, region_around
from pairup.planning.problems.posting import Flags, Posting, PostingProblem
from pairup.planning.relaxed import LARGE, Best, Relaxed
from pairup.planning.repaired import Repair, Step, no_plan, plan_after
from pairup.planning.stepping import Steps, alone
from pairup.planning.verify import check_chosen

#: a curve has at most this many points; that of a large block, whose every point takes long, ends sooner
MOST_POINTS, MOST_LARGE = 20, 3
#: search nodes for a point of a large block, unless a stop says otherwise
LARGE_WORK = 10
#: of a block of more options the prices that its planner kept are asked first; the relaxation of a smaller one is quick
PRICED = 2_000
#: a block of more options whose relaxation is not whole is treated as a large one
LOOSE = 2_000


def repair(
    plan: Plan[Posting], *, without: Iterable[str] = (), closed: Iterable[str] = (), agreed: Iterable[str] = (),
    stop: Stop = UNTIL_PROVED,
) -> Repair:  # fmt: skip
    """Repair a plan of a round after people drop out (`without`) or posts close (`closed`).

    People who `agreed` to their post move last. A closed post need not be filled and leaves its team. Refuses a plan
    that is none, and a stable round, whose repair is another question.
    """
    problem: PostingProblem = plan.problem
    if problem.kind != "postings" or problem.mode != "welfare":
        raise InputError(
            "Only a round of postings that are planned for what they are worth is repaired.",
            hint="Plan it again.", code="answers.repair-kind",
        )  # fmt: skip
    gone, shut, promised = sorted(set(without)), sorted(set(closed)), frozenset(agreed)
    for person in (*gone, *sorted(promised)):
        require_known(person=(person, problem.person_at))
    for post in shut:
        require_known(post=(post, problem.post_at))
    watch, chosen = stop.watch(), plan.assignments
    changed = problem.after(gone, shut)
    touched = [item for item in chosen if item.person in gone or item.post in shut]
    touched += [lock for lock in problem.locks if lock.person in gone or lock.post in shut]
    if not touched:
        same = plan_after(plan, changed, chosen, plan.objective, plan.bound)
        curve = (Step(0, plan.objective, plan.objective, ()),) if plan.objective is not None else ()
        return Repair(plan, same, chosen, (), (), (), plan.bound, plan.status is Status.OPTIMAL, True, curve)
    people, posts = inside_of(problem, *touched)
    part = changed.part(people, posts)
    is_fresh = bool(shut) or any(lock.person in gone for lock in problem.locks)
    who = frozenset(gone)
    if not is_fresh and len(part.worth) > PRICED and stop == UNTIL_PROVED:
        left = opened(plan, part, people, posts, touched, who)
        found = None if left is None else _by_prices(plan, changed, left, who, promised, watch)
        if found is not None:
            return found
    if is_fresh:
        inside = tuple(item for item in chosen if item.person in part.person_at)
        region = Region(part, inside, Relaxed(part, inside, plan.run.seed))
    else:
        region = region_around(plan, *touched)
    return _Search(plan, changed, part, region, who, promised, watch, is_fresh).repaired()


def _by_prices(
    plan: Plan[Posting], changed: PostingProblem, left: Open, gone: frozenset[str], agreed: frozenset[str], watch: Watch
) -> Repair | None:  # fmt: skip
    """Repair among the options that prices leave open; None where that proves too little, and the block is small.

    All by which nobody moves is always among them, so a repair of one move that fills as much has the fewest.
    """

    def over(kept: Flags, ceiling: float) -> _Search:
        part = only_options(left.part, kept)
        inside = tuple(part.posting(k) for k in part.options_of(map(left.part.posting, left.held.tolist())).tolist())
        region = Region(part, inside, Relaxed(part, inside, plan.run.seed))
        return _Search(plan, changed, part, region, gone, agreed, watch, False, ceiling)

    kept, known = left.staying(), left.filled()
    if known is None:
        search = over(kept, -math.inf)
        still = search.best({search.row_keeps: float(len(search.keeps))})
        known = still.value
        if still.taken is None or search.filled(still) < len(left.held):
            kept = kept | left.one_moves()
            search = over(kept, -math.inf)
            found, _ = search.fewest()
            known = None if found.taken is None else search.valued(found).value
    if known is None:
        return None
    better, ceiling = left.better_than(known)
    return over(kept | better, ceiling).repaired_if_sure()


class _Search:
    """The questions of one repair, asked of the relaxation of the blocks that are touched."""

    def __init__(
        self, plan: Plan[Posting], changed: PostingProblem, part: PostingProblem, region: Region,
        gone: frozenset[str], agreed: frozenset[str], watch: Watch, is_fresh: bool, ceiling: float = -math.inf,
    ) -> None:  # fmt: skip
        """`ceiling`: in points of the part, no plan with an option that was left out is worth more."""
        self.plan, self.changed, self.part, self.watch = plan, changed, part, watch
        self.gone, self.relaxed, self.inside = gone, region.relaxed, region.chosen
        self.rest = tuple(item for item in plan.chosen if item.person not in part.person_at)
        self.points = _worth(part, self.inside)
        self.outside = round((plan.objective or 0.0) - self.points, 9)
        self.is_bounded, self.ceiling = False, ceiling
        # who only drops out leaves no plan that was not one before: no repair is worth more than the best plan was
        self.most = self.points if not is_fresh and plan.status is Status.OPTIMAL else math.inf
        holders = [person for person in self.relaxed.kept if person not in gone]
        self.keeps = np.array([self.relaxed.kept[person] for person in holders], dtype=np.int64)
        is_agreed = np.array([person in agreed for person in holders], dtype=np.bool_)
        self.agreed = self.keeps[is_agreed]
        self.promised = agreed
        people = np.array([person in gone for person in part.people], dtype=np.bool_)
        self.settled = dict.fromkeys(np.flatnonzero(people[part.option_person]).tolist(), 0)
        self.takes = np.arange(len(part.worth))
        self.held = set(part.options_of(self.inside).tolist())
        self.is_open = self.relaxed.block.most[self.takes] > 0
        self.is_open[list(self.settled)] = False
        self.is_alone = alone(part) & ~people
        self.is_promised = np.array([person in agreed for person in part.people], dtype=np.bool_)
        self.row_keeps = self.relaxed.demand(self.keeps)
        self.row_agreed = self.relaxed.demand(self.agreed)
        self.row_filled = self.relaxed.demand(self.takes)

    def repaired(self) -> Repair:
        """Ask the questions one after the other."""
        if self.watch.stop == UNTIL_PROVED and self.relaxed.size > LOOSE:
            self.is_bounded = self.relaxed.best(self.settled, stop=None).value is None or self.relaxed.is_large
        anew = self.best()
        self.is_bounded |= math.isfinite(self.ceiling) and not anew.is_proved  # no curve would reach its end
        if not anew.is_possible:
            return Repair(self.plan, self.refused(), self.rest)
        found, is_fewest = self.fewest()
        if found.taken is None:
            return Repair(self.plan, no_plan(self.plan, self.changed, self.watch), self.rest)
        bound = self.bound_of(anew)
        chosen = self.items(found)
        objective = round(self.outside + _worth(self.part, chosen), 9)
        plan = plan_after(self.plan, self.changed, (*self.rest, *chosen), objective, bound, self.watch)
        moved = self.moved(chosen)
        loosest = {self.row_agreed: float(found.taken[self.agreed].sum())}
        curve = self.curve(self.best(loosest, floor=self.valued(found)), loosest)
        lost, gained = sorted({*self.inside} - {*chosen}), sorted({*chosen} - {*self.inside})
        is_reached = anew.is_proved and self.plan.status is Status.OPTIMAL
        return Repair(
            self.plan, plan, self.rest, moved, tuple(person for person in moved if person in self.promised),
            moves_of(Difference(tuple(lost), tuple(gained), None)), bound, is_reached, is_fewest, curve,
        )  # fmt: skip

    def repaired_if_sure(self) -> Repair | None:
        """The repair of a part from which options were left out: None where they could fill more, or move fewer."""
        found = self.repaired()
        filled = len(found.plan.chosen) - len(self.rest)
        if not found.plan.has_plan or filled < len(self.inside):
            return None
        is_fewest = found.is_fewest and not found.moved_agreed and len(found.moved) <= 1
        if not is_fewest and len(self.changed.worth) <= LARGE:
            return None
        return replace(found, is_fewest=is_fewest)

    def best(
        self, lows: dict[int, float] | None = None, floor: Best | None = None, worth: Any = None, is_quick: bool = False
    ) -> Best:
        """Ask; of a large or loose block without a limit on its moves the relaxation is asked alone, for a bound."""
        stop: Stop | None = Stop(self.watch.left, self.watch.stop.work)
        if self.is_bounded:
            stop = Stop(work=LARGE_WORK) if lows and self.row_keeps in lows and not is_quick else None
        found = self.relaxed.best(self.settled, lows, worth, floor, stop)
        return found if worth is not None else replace(found, bound=min(max(found.bound, self.ceiling), self.most))

    def valued(self, found: Best) -> Best:
        """A choice found for another aim, as a floor for worth."""
        assert found.taken is not None
        return Best(found.taken, float(self.part.worth[found.taken[self.takes]].sum()), math.inf)

    def fewest(self) -> tuple[Best, bool]:
        """Give the choice of fewest moves among those with most seats filled, and whether it is proved.

        Nobody moving is tried first; most drop-outs end there.
        """
        still = self.best({self.row_keeps: float(len(self.keeps))})
        before = len(self.inside)
        if still.taken is not None and self.filled(still) >= before:
            return still, True
        ones = np.zeros(len(self.relaxed.lean))
        ones[self.takes] = 1.0
        if still.taken is None and self.is_bounded:
            return self.loosened(), False
        floor = None if still.taken is None else Best(still.taken, float(self.filled(still)), math.inf)
        most = self.best(worth=ones, floor=floor)
        if most.taken is None:
            return still, False
        target = min(before, self.filled(most))
        if still.taken is not None and self.filled(still) >= target:
            return still, target == before or most.is_proved
        stays = np.zeros(len(ones))
        stays[self.keeps] = 1.0
        stays[self.agreed] = len(self.keeps) + 1.0
        fill = {self.row_filled: float(target)}
        fewest = self.best(fill, floor=Best(most.taken, float(stays[most.taken].sum()), math.inf), worth=stays)
        if fewest.taken is None:
            return self.valued(most), False
        lows = fill | {
            self.row_keeps: float(fewest.taken[self.keeps].sum()),
            self.row_agreed: float(fewest.taken[self.agreed].sum()),
        }
        found = self.best(lows, floor=self.valued(fewest))
        is_proved = fewest.is_proved and (target == before or most.is_proved)
        return (found if found.taken is not None else self.valued(fewest)), is_proved

    def loosened(self) -> Best:
        """Allow one move more until some plan is found."""
        found = Best(None, None, math.inf)
        for moves in range(1, len(self.keeps) + 1):
            if found.taken is not None or self.watch.is_over or moves > MOST_POINTS:
                break
            found = self.best({self.row_keeps: float(len(self.keeps) - moves)})
        return found

    def curve(self, loosest: Best, lows: dict[int, float]) -> tuple[Step, ...]:
        """Give the best worth for 0, 1, 2, ... moves, until more gain nothing."""
        steps: list[Step] = []
        floor: Best | None = None
        base: Best | None = None
        for moves in range(len(self.keeps) + 1):
            if len(steps) >= (MOST_LARGE if self.is_bounded else MOST_POINTS) or self.watch.is_over:
                break
            if self.is_bounded and moves and floor is not None:
                floor = self.stepped(base, moves, floor)
            limit = lows | {self.row_keeps: float(len(self.keeps) - moves)}
            found = self.best(limit, floor, is_quick=floor is not None)
            if found.taken is None or found.value is None:
                continue
            floor = Best(found.taken, found.value, math.inf)
            base = floor if base is None else base
            steps.append(self.step(moves, found))
            if found.value >= loosest.bound - 1e-9 * max(1.0, abs(found.value)):
                break
        return tuple(steps)

    def stepped(self, base: Best | None, moves: int, floor: Best) -> Best:
        """Let people step up into the seats that were left, from the first plan of the curve; `floor` if no better."""
        assert base is not None and base.taken is not None
        problem, best = self.part, floor
        options = np.flatnonzero(base.taken[self.takes])
        posts = problem.option_post[[k for k in problem.options_of(self.inside).tolist() if k in self.settled]]
        steps = Steps(problem, self.is_open, self.is_alone, self.is_alone & ~self.is_promised)
        for seat in posts.tolist():
            filler = [k for k in options.tolist() if problem.option_post[k] == seat and k not in self.held]
            found = steps.best(np.setdiff1d(options, filler[:1]), seat, moves)
            if found is not None and (value := float(problem.worth[found].sum())) > (best.value or 0.0):
                taken = np.zeros(len(base.taken), dtype=np.bool_)
                taken[found] = True
                best = Best(taken, value, math.inf)
        return best

    def step(self, moves: int, found: Best) -> Step:
        chosen = self.items(found)
        worth = round(self.outside + _worth(self.part, chosen), 9)
        return Step(moves, worth, max(worth, round(self.outside + found.bound, 9)), chosen)

    def items(self, found: Best) -> tuple[Posting, ...]:
        """The postings of a choice, checked without a solver."""
        assert found.taken is not None
        chosen = tuple(sorted(self.part.posting(int(k)) for k in np.flatnonzero(found.taken[self.takes])))
        broken: list[str] = []
        check_chosen(self.part, chosen, lambda code, **facts: broken.append(f"{code} {facts}"))
        if broken:
            raise AssertionError("a repair of ours breaks its round: " + "; ".join(broken))
        return chosen

    def filled(self, found: Best) -> int:
        assert found.taken is not None
        return int(found.taken[self.takes].sum())

    def moved(self, chosen: tuple[Posting, ...]) -> tuple[str, ...]:
        """Who of those that stay changes or loses the post they hold."""
        old, new = _by_person(self.inside), _by_person(chosen)
        return tuple(person for person, posts in old.items() if person not in self.gone and posts != new.get(person))

    def bound_of(self, anew: Best) -> float | None:
        """At least the worth of planning from zero: what the rest could gain beyond this plan is added."""
        if self.plan.bound is None or not math.isfinite(anew.bound):
            return None
        return round(self.plan.bound - self.points + anew.bound, 9)

    def refused(self) -> Plan[Posting]:
        """Name what clashes after the change."""
        found = replanned(within(self.plan, self.part, self.inside), self.part, self.watch.stop).plan
        if found.status is Status.INFEASIBLE:
            return replace(found, problem=self.changed)
        return no_plan(self.plan, self.changed, self.watch)


def _worth(problem: PostingProblem, chosen: Iterable[Posting]) -> float:
    """What some postings are worth, summed without loss."""
    options = problem.options_of(chosen)
    return round(math.fsum(problem.worth[options[options >= 0]].tolist()), 9)


def _by_person(chosen: Iterable[Posting]) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for item in chosen:
        held.setdefault(item.person, set()).add(item.post)
    return held
