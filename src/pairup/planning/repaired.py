"""A repaired round: the plan, who moves, and what more moves would gain. `repair` makes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pairup.errors import InputError
from pairup.planning.explain.telling import shown_to, told_to
from pairup.planning.plan import PROVED, Audience, Ended, Plan, Run, Status, Watch, gap_of, number
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.solvers import SOLVER, VERSIONS
from pairup.values.words import Words


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
        return plan_after(self.plan, self.plan.problem, (*self.rest, *step.chosen), step.worth, self.bound)

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


def plan_after(
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


def no_plan(plan: Plan[Posting], changed: PostingProblem, watch: Watch) -> Plan[Posting]:
    return replace(
        plan, problem=changed, status=Status.UNKNOWN, chosen=(), objective=None, bound=None, run=_run(plan, watch),
        prices=None,
    )  # fmt: skip


def _run(plan: Plan[Posting], watch: Watch) -> Run:
    ended = Ended.CLOCK if watch.is_over else Ended.PROOF if watch.stop.work is None else Ended.WORK
    return Run(SOLVER, VERSIONS, plan.run.seed, watch.seconds, ended)
