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
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.planning.explain.replanning import replanned, within
from pairup.planning.explain.telling import moves_of, require_known, shown_to, told_to
from pairup.planning.limits import inside_of
from pairup.planning.plan import (
    PROVED,
    UNTIL_PROVED,
    Audience,
    Difference,
    Ended,
    Plan,
    Run,
    Status,
    Stop,
    Watch,
    gap_of,
    number,
)  # fmt: skip
from pairup.planning.pricing import Region, region_around
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.relaxed import Best, Relaxed
from pairup.planning.solvers import SOLVER, VERSIONS
from pairup.planning.verify import check_chosen
from pairup.values.words import Words

#: a curve has at most this many points; that of a large block, whose every point takes long, ends sooner
MOST_POINTS, MOST_LARGE = 20, 3
#: search nodes for a point of a large block, unless a stop says otherwise
LARGE_WORK = 10
#: a block of more options whose relaxation is not whole is treated as a large one
LOOSE = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """A point of the curve: the best plan with so many moves or fewer. `bound` is at least the worth of every one."""

    moves: int
    worth: float  # of the whole round
    bound: float
    chosen: tuple[Posting, ...]  # in the blocks that are touched

    @property
    def is_proved(self) -> bool:
        return self.bound <= self.worth + 1e-6 * max(1.0, abs(self.worth))


@dataclass(frozen=True, slots=True)
class Repair:
    """The repaired plan, who moves, and what more moves would gain.

    `plan` is a plan of the changed question; where no plan keeps it, its `conflicts` say what clashes. `bound` is at
    least the worth of planning from zero (None: not known), and is reached where `is_reached`. In the curve no more of
    the people who agreed move than in the plan.
    """

    before: Plan[Posting]
    plan: Plan[Posting]
    rest: tuple[Posting, ...]  # of the blocks that are not touched
    moved: tuple[str, ...] = ()
    moved_agreed: tuple[str, ...] = ()
    moves: tuple[Words, ...] = ()
    bound: float | None = None
    is_reached: bool = False
    is_fewest: bool = False  # proved: no plan with as many seats filled moves fewer
    curve: tuple[Step, ...] = ()

    @property
    def loss(self) -> float | None:
        """Points below planning from zero, at most; None where there is no plan, or no bound."""
        if self.plan.objective is None or self.bound is None:
            return None
        return max(0.0, round(self.bound - self.plan.objective, 9))

    def at(self, moves: int) -> Plan[Posting]:
        """Give the plan of a point of the curve."""
        step = next((step for step in self.curve if step.moves == moves), None)
        if step is None:
            known = ", ".join(str(step.moves) for step in self.curve) or "none"
            raise InputError(
                f"The curve has no plan of {moves} moves.",
                hint=f"It has: {known}.",
                code="answers.no-step",
                moves=moves,
            )
        return _plan(self.plan, self.plan.problem, (*self.rest, *step.chosen), step.worth, self.bound)

    def say(self, language: str = "en", for_: Audience = Audience.OFFICE, person: str = "") -> str:
        """Tell the repair on one screen. Only the office is told of all moves; `person` is who asks, if it is one."""
        details = shown_to(self.moves, for_, Posting(person, ""))
        lines = [self.verdict(), *details, *(told_to(words, for_) for words in self.plan.conflicts)]
        said = [words.say(language) for words in lines]
        curve = [words.say(language) for words in self.told_curve()]
        return "\n".join([said[0], *(f"  {line}" for line in said[1:]), *curve])

    def __str__(self) -> str:
        return self.say()

    def verdict(self) -> Words:
        """Say in one sentence how many people move and how far the plan is from planning from zero."""
        if not self.plan.has_plan:
            return Words("answers.repair-none")
        facts: dict[str, Any] = {"people": len(self.moved), "agreed": len(self.moved_agreed)}
        facts["empty"] = max(0, len(self.before.chosen) - len(self.plan.chosen))
        loss = self.loss
        if loss is None:
            return Words("answers.repair-unbounded", facts)
        tail = "best" if loss == 0 else "loss" if self.is_reached else "loss-most"
        return Words(f"answers.repair-{tail}", facts | {"loss": number(loss)})

    def told_curve(self) -> tuple[Words, ...]:
        """Tell the curve, a line for each point."""
        if self.bound is None:
            return ()
        return tuple(
            Words(
                "answers.curve-proved" if step.is_proved else "answers.curve-found",
                {"moves": step.moves, "loss": number(max(0.0, self.bound - step.worth))},
            )
            for step in self.curve
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the repair as data: the answer file of its plan, and under `repair` who moves and the curve."""
        curve = [
            {"moves": step.moves, "worth": step.worth, "bound": step.bound, "is_proved": step.is_proved}
            for step in self.curve
        ]
        return self.plan.to_dict() | {
            "repair": {
                "moved": list(self.moved), "moved_agreed": list(self.moved_agreed), "is_fewest": self.is_fewest,
                "bound": self.bound, "loss": self.loss, "curve": curve,
            }
        }  # fmt: skip


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
        same = _plan(plan, changed, chosen, plan.objective, plan.bound)
        curve = (Step(0, plan.objective, plan.objective, ()),) if plan.objective is not None else ()
        return Repair(plan, same, chosen, (), (), (), plan.bound, plan.status is Status.OPTIMAL, True, curve)
    people, posts = inside_of(problem, *touched)
    part = changed.part(people, posts)
    is_fresh = bool(shut) or any(lock.person in gone for lock in problem.locks)
    if is_fresh:
        inside = tuple(item for item in chosen if item.person in part.person_at)
        region = Region(part, inside, Relaxed(part, inside, plan.run.seed))
    else:
        region = region_around(plan, *touched)
    return _Search(plan, changed, part, region, frozenset(gone), promised, watch, is_fresh).repaired()


class _Search:
    """The questions of one repair, asked of the relaxation of the blocks that are touched."""

    def __init__(
        self, plan: Plan[Posting], changed: PostingProblem, part: PostingProblem, region: Region,
        gone: frozenset[str], agreed: frozenset[str], watch: Watch, is_fresh: bool,
    ) -> None:  # fmt: skip
        self.plan, self.changed, self.part, self.watch = plan, changed, part, watch
        self.gone, self.relaxed, self.inside = gone, region.relaxed, region.chosen
        self.rest = tuple(item for item in plan.chosen if item.person not in part.person_at)
        self.points = _worth(part, self.inside)
        self.outside = round((plan.objective or 0.0) - self.points, 9)
        self.is_bounded = False
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
        self.row_keeps = self.relaxed.demand(self.keeps)
        self.row_agreed = self.relaxed.demand(self.agreed)
        self.row_filled = self.relaxed.demand(self.takes)

    def repaired(self) -> Repair:
        """Ask the questions one after the other."""
        if self.watch.stop == UNTIL_PROVED and self.relaxed.size > LOOSE:
            self.is_bounded = self.relaxed.best(self.settled, stop=None).value is None or self.relaxed.is_large
        anew = self.best()
        if not anew.is_possible:
            return Repair(self.plan, self.refused(), self.rest)
        found, is_fewest = self.fewest()
        if found.taken is None:
            return Repair(self.plan, _none(self.plan, self.changed, self.watch), self.rest)
        bound = self.bound_of(anew)
        chosen = self.items(found)
        objective = round(self.outside + _worth(self.part, chosen), 9)
        plan = _plan(self.plan, self.changed, (*self.rest, *chosen), objective, bound, self.watch)
        moved = self.moved(chosen)
        loosest = {self.row_agreed: float(found.taken[self.agreed].sum())}
        curve = self.curve(self.best(loosest, floor=self.valued(found)), loosest)
        lost, gained = sorted({*self.inside} - {*chosen}), sorted({*chosen} - {*self.inside})
        is_reached = anew.is_proved and self.plan.status is Status.OPTIMAL
        return Repair(
            self.plan, plan, self.rest, moved, tuple(person for person in moved if person in self.promised),
            moves_of(Difference(tuple(lost), tuple(gained), None)), bound, is_reached, is_fewest, curve,
        )  # fmt: skip

    def best(self, lows: dict[int, float] | None = None, floor: Best | None = None, worth: Any = None) -> Best:
        """Ask; of a large or loose block without a limit on its moves the relaxation is asked alone, for a bound."""
        stop: Stop | None = Stop(self.watch.left, self.watch.stop.work)
        if self.is_bounded:
            stop = Stop(work=LARGE_WORK) if lows and self.row_keeps in lows else None
        found = self.relaxed.best(self.settled, lows, worth, floor, stop)
        return found if worth is not None else replace(found, bound=min(found.bound, self.most))

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
        for moves in range(len(self.keeps) + 1):
            if len(steps) >= (MOST_LARGE if self.is_bounded else MOST_POINTS) or self.watch.is_over:
                break
            found = self.best(lows | {self.row_keeps: float(len(self.keeps) - moves)}, floor)
            if found.taken is None or found.value is None:
                continue
            floor = Best(found.taken, found.value, math.inf)
            steps.append(self.step(moves, found))
            if found.value >= loosest.bound - 1e-9 * max(1.0, abs(found.value)):
                break
        return tuple(steps)

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
        return _none(self.plan, self.changed, self.watch)


def _plan(
    plan: Plan[Posting], changed: PostingProblem, chosen: tuple[Posting, ...], objective: float | None,
    bound: float | None, watch: Watch | None = None,
) -> Plan[Posting]:  # fmt: skip
    """A plan of the changed question; called optimal where it reaches the bound."""
    bound = None if bound is None or objective is None else max(bound, objective)
    gap = gap_of(objective, bound)
    status = Status.OPTIMAL if gap is not None and gap <= PROVED else Status.FEASIBLE
    run = plan.run if watch is None else _run(plan, watch)
    return replace(
        plan, problem=changed, chosen=tuple(sorted(chosen)), objective=objective, bound=bound, status=status, run=run,
        conflicts=(), prices=None,
    )  # fmt: skip


def _none(plan: Plan[Posting], changed: PostingProblem, watch: Watch) -> Plan[Posting]:
    return replace(
        plan, problem=changed, status=Status.UNKNOWN, chosen=(), objective=None, bound=None, run=_run(plan, watch),
        prices=None,
    )  # fmt: skip


def _run(plan: Plan[Posting], watch: Watch) -> Run:
    ended = Ended.CLOCK if watch.is_over else Ended.PROOF if watch.stop.work is None else Ended.WORK
    return Run(SOLVER, VERSIONS, plan.run.seed, watch.seconds, ended)


def _worth(problem: PostingProblem, chosen: Iterable[Posting]) -> float:
    """What some postings are worth, summed without loss."""
    options: list[int] = [at for item in chosen if (at := problem.option_of(item)) is not None]
    return round(math.fsum(problem.worth[np.array(options, dtype=np.int64)].tolist()), 9)


def _by_person(chosen: Iterable[Posting]) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    for item in chosen:
        held.setdefault(item.person, set()).add(item.post)
    return held
