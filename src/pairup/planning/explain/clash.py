"""What would resolve a clash: of each requirement in it, whether relaxing it alone makes a plan possible."""

from __future__ import annotations

from dataclasses import dataclass

from pairup.planning.explain.telling import told_to
from pairup.planning.plan import UNTIL_PROVED, Audience, Plan, Status, Stop
from pairup.planning.problems.posting import Posting
from pairup.planning.round_form import formulate
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A requirement of a clash; `is_enough`: without it there is a plan (None: not known, the search stopped)."""

    requirement: Words
    is_enough: bool | None

    def words(self, for_: Audience = Audience.OFFICE) -> Words:
        """Say what relaxing the requirement does; what rests on family is named to nobody but the person."""
        code = "unknown" if self.is_enough is None else "enough" if self.is_enough else "not-enough"
        return Words(f"answers.relax-{code}", {"requirement": told_to(self.requirement, for_)})


def relaxations(plan: Plan[Posting], stop: Stop = UNTIL_PROVED) -> tuple[Relaxation, ...]:
    """Say of each requirement that clashes whether a plan exists that keeps all others; nothing where a plan exists."""
    if plan.status is not Status.INFEASIBLE or plan.kind != "postings" or plan.problem.mode != "welfare":
        return ()
    found = formulate(plan.problem, plan.run.seed).form.possible_without(plan.conflicts, stop)
    return tuple(Relaxation(words, is_enough) for words, is_enough in zip(plan.conflicts, found, strict=True))
