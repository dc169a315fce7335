"""What changes if a donor leaves, or if donors and recipients join: planned again, with the fewest changed ties."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.planning.blocks import step_of
from pairup.planning.explain import moves_of
from pairup.planning.pairing.planner import plan_pairings
from pairup.planning.pairing.years_change import Change, years_joined, years_without
from pairup.planning.plan import UNTIL_PROVED, Difference, Plan, Status, Stop, number
from pairup.planning.problems.pairing import Donor, PairingProblem, Recipient, Tie
from pairup.planning.problems.pairing_years import YearDonor, YearOption, YearRecipient, YearsProblem
from pairup.values.words import Words


def require_donors(problem: Any, donors: Iterable[str]) -> None:
    """Refuse a donor that the problem does not list; planning is not needed to know."""
    known = [row.id for row in problem.donors]
    for donor in donors:
        if donor not in known:
            raise InputError(
                f"{donor!r} is no donor of this problem.", hint=f"Donors here: {', '.join(known) or 'none'}.",
                code="planning.unknown-item", what="donor", found=donor,
            )  # fmt: skip


def what_if_donor_leaves(plan: Plan[Any], donor: str, stop: Stop = UNTIL_PROVED) -> Change:
    """Plan again without a donor: `what_if_donors_leave` of one."""
    return what_if_donors_leave(plan, (donor,), stop)


def what_if_donors_leave(plan: Plan[Any], donors: Iterable[str], stop: Stop = UNTIL_PROVED) -> Change:
    """Plan again without donors; of plans worth the same, the one that keeps most of the ties of this plan.

    The donors' own ties end whatever is done, so no change is charged for them. Refuses a donor that is not there.
    A plan over years is asked for its ties of each year.
    """
    problem, gone = plan.problem, tuple(dict.fromkeys(donors))
    require_donors(problem, gone)
    if isinstance(problem, YearsProblem):
        return years_without(plan, gone, stop)
    changed = PairingProblem.from_columns(
        [row for row in problem.donors if row.id not in gone], problem.recipients,
        [row for row in problem.option_rows() if row[0] not in gone], change_cost=problem.change_cost,
        existing=_others(problem.existing, gone), locks=_others(problem.locks, gone),
        forbids=_others(problem.forbids, gone), refusal=problem.refusal,
    )  # fmt: skip
    found, difference = _again(plan, changed, stop)
    if found.status is Status.INFEASIBLE:
        told = (*_if_others_carry_more(plan, changed, gone, stop), Words("pairings.no-plan-then"), *found.conflicts)
        return Change(found, difference, told)
    moved = sum(1 for tie in difference.lost if tie.donor not in gone)
    facts = {"donor": ", ".join(gone), "lost": len(difference.lost), "gained": len(difference.gained), "moved": moved}
    return Change(found, difference, _told(plan, found, Words("pairings.donor-leaves", facts)))


def what_if_joins(
    plan: Plan[Any], donors: Iterable[Donor | YearDonor] = (), recipients: Iterable[Recipient | YearRecipient] = (),
    options: Iterable[tuple[str, str, float, float] | YearOption] = (), stop: Stop = UNTIL_PROVED,
) -> Change:  # fmt: skip
    """Plan again with new donors or recipients and their options; of plans worth the same, the one that changes least.

    Options are (donor, recipient, worth, load); over years all three are rows of such a question. Refuses what a
    problem refuses: a code that is there already, an option of nobody.
    """
    problem: Any = plan.problem
    givers: tuple[Any, ...] = tuple(donors)
    takers: tuple[Any, ...] = tuple(recipients)
    new: list[Any] = list(options)
    if isinstance(problem, YearsProblem):
        return years_joined(plan, givers, takers, new, stop)
    changed = PairingProblem.from_columns(
        [*problem.donors, *givers], [*problem.recipients, *takers], [*problem.option_rows(), *new],
        existing=problem.existing, change_cost=problem.change_cost, locks=problem.locks, forbids=problem.forbids,
        refusal=problem.refusal,
    )  # fmt: skip
    found, difference = _again(plan, changed, stop)
    who = ", ".join([*(row.id for row in givers), *(row.id for row in takers)])
    facts = {"who": who, "lost": len(difference.lost), "gained": len(difference.gained)}
    return Change(found, difference, _told(plan, found, Words("pairings.joins", facts)))


def _if_others_carry_more(
    plan: Plan[Tie], changed: PairingProblem, gone: Container[str], stop: Stop
) -> tuple[Words, ...]:
    """Tell who would take over if each donor that stays could carry one more; nothing if nobody could."""
    problem: PairingProblem = plan.problem
    lost = [tie for tie in plan.assignments if tie.donor in gone]
    if not lost:
        return ()
    more = max(float(problem.load[problem.option_at[tie]]) for tie in lost)
    donors = tuple(
        row._replace(
            capacity=row.capacity + more, most_partners=None if row.most_partners is None else row.most_partners + 1
        )
        for row in changed.donors
    )
    found, difference = _again(plan, replace(changed, donors=donors), stop)
    if not found.has_plan:
        return ()
    moves = replace(difference, lost=tuple(tie for tie in difference.lost if tie.donor not in gone))
    return (Words("pairings.if-more", {"load": number(more)}), *moves_of(moves))


def _others(ties: Iterable[Tie], gone: Container[str]) -> list[Tie]:
    return [tie for tie in ties if tie.donor not in gone]


def _again(plan: Plan[Tie], changed: PairingProblem, stop: Stop) -> tuple[Plan[Tie], Difference[Tie]]:
    """Plan the changed question so that a kept tie decides between plans worth the same; count what was asked."""
    found = plan_pairings(_preferring(changed, plan.assignments), stop=stop, seed=plan.run.seed)
    if not found.has_plan:
        return replace(found, problem=changed), Difference((), (), None)
    lost = len(set(changed.existing) - set(found.chosen))
    worth = [float(changed.worth[changed.option_at[tie]]) for tie in found.chosen]
    points = round(math.fsum([*worth, -changed.change_cost * lost]), 9)
    bound = points if found.status is Status.OPTIMAL else None
    status = found.status if found.status is Status.OPTIMAL else Status.FEASIBLE
    plain = replace(found, problem=changed, objective=points, bound=bound, status=status, prices=None)
    return plain, plan.compare(plain)


def _preferring(problem: PairingProblem, chosen: tuple[Tie, ...]) -> PairingProblem:
    """The same question where one point outweighs all ties that could be kept, and each kept tie counts a little."""
    step = step_of(np.array([*problem.worth.tolist(), problem.change_cost]))
    if step is None:
        return problem  # worths with many places have no ties to speak of
    times = len(chosen) + 1
    kept = np.zeros(len(problem.worth))
    kept[[problem.option_at[tie] for tie in chosen if tie in problem.option_at]] = 1.0
    worth = np.round(problem.worth / step) * times + kept
    return replace(problem, worth=worth, change_cost=float(round(problem.change_cost / step) * times))


def _told(before: Plan[Tie], after: Plan[Tie], first: Words) -> tuple[Words, ...]:
    """The change in words: the ties, the loads that are not what they were, the points; or why there is no plan."""
    if after.objective is None or before.objective is None:
        return (Words("pairings.no-plan-then"), *after.conflicts)
    change = after.objective - before.objective
    said = {"old": number(before.objective), "new": number(after.objective), "change": number(change)}
    old, new = _loads(before), _loads(after)
    loads = [
        Words("pairings.load", {
            "donor": row.id, "old": number(old.get(row.id, 0.0)), "new": number(new.get(row.id, 0.0)),
            "capacity": number(row.capacity),
        })
        for row in after.problem.donors if old.get(row.id, 0.0) != new.get(row.id, 0.0)
    ]  # fmt: skip
    return (first, *loads, Words("pairings.points", said))


def _loads(plan: Plan[Tie]) -> dict[str, float]:
    parts: dict[str, list[float]] = {}
    for tie in plan.assignments:
        parts.setdefault(tie.donor, []).append(float(plan.problem.load[plan.problem.option_at[tie]]))
    return {donor: math.fsum(loads) for donor, loads in parts.items()}
