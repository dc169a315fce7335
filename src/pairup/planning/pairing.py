"""Donors to recipients for a span of years: the pairings worth most, within capacities and numbers of partners."""

from __future__ import annotations

import numpy as np

from pairup.planning.explain import why_pairing
from pairup.planning.form import Form
from pairup.planning.outcome import plan_of
from pairup.planning.plan import UNTIL_PROVED, Plan, Progress, Stop
from pairup.planning.problems.pairing import PairingProblem, Tie


def plan_pairings(
    problem: PairingProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None
) -> Plan[Tie]:
    """Choose the pairings worth most; each existing pair that is given up loses `change_cost`.

    Where no plan exists, `conflicts` names a smallest set of requirements that clash.
    """
    watch = stop.watch()
    is_existing = np.array([problem.tie(k) in set(problem.existing) for k in range(len(problem.worth))], dtype=np.bool_)
    form = Form(seed)
    take = form.choose(problem.worth + problem.change_cost * is_existing)
    _donors(problem, form, take)
    _recipients(problem, form, take)
    for value, ties, code in ((1, problem.locks, "pair-lock"), (0, problem.forbids, "pair-forbid")):
        for tie in ties:
            if (at := problem.option_at.get(tie)) is not None:
                form.settle(form.name(code, donor=tie.donor, recipient=tie.recipient), take[at], value)
    answer = form.solve(stop, None, progress, "pairings", -problem.change_cost * len(problem.existing))
    options = [] if answer.taken is None else np.flatnonzero(answer.taken[take]).tolist()
    chosen = [problem.tie(k) for k in options]
    lost = len(set(problem.existing) - set(chosen))
    worth = [*problem.worth[options].tolist(), *([-problem.change_cost] * lost)]
    return plan_of(problem, plan_pairings, why_pairing, answer, chosen, worth, watch, seed)


def _donors(problem: PairingProblem, form: Form, take: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    for at, donor in enumerate(problem.donors):
        own = np.flatnonzero(problem.option_donor == at)
        name = form.name("donor-capacity", donor=donor.id, capacity=donor.capacity)
        form.require(name, take[own], problem.load[own], high=donor.capacity)
        if donor.most_partners is not None:
            name = form.name("donor-most", donor=donor.id, most=donor.most_partners)
            form.require(name, take[own], high=float(donor.most_partners))


def _recipients(problem: PairingProblem, form: Form, take: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    for at, recipient in enumerate(problem.recipients):
        own = np.flatnonzero(problem.option_recipient == at)
        if recipient.fewest_donors:
            name = form.name("recipient-fewest", recipient=recipient.id, fewest=recipient.fewest_donors)
            form.require(name, take[own], low=float(recipient.fewest_donors))
        if recipient.most_donors is not None:
            name = form.name("recipient-most", recipient=recipient.id, most=recipient.most_donors)
            form.require(name, take[own], high=float(recipient.most_donors))
