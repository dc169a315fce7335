"""Donors to recipients for a span of years: the pairings worth most, within capacities and numbers of partners.

Where every recipient has one donor at most (generalised assignment) and the question is large, a search of our own
finds a plan and a bound first; what a better plan could still choose is then left to the solver of forms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from pairup.planning.explain import why_pairing
from pairup.planning.form import Form
from pairup.planning.outcome import plan_of
from pairup.planning.pairing.engine import TURNS, Found, searched
from pairup.planning.pairing.single import Single, single_of
from pairup.planning.pairing.years import plan_years
from pairup.planning.plan import UNTIL_PROVED, Ended, Plan, Progress, Status, Stop, Watch
from pairup.planning.prices import Prices
from pairup.planning.problems.pairing import PairingProblem, Tie
from pairup.planning.problems.pairing_years import Given, YearsProblem
from pairup.planning.solvers import SOLVER, Answer
from pairup.planning.trace import Trace
from pairup.values.words import Words

Ints = NDArray[np.int64]

#: questions of fewer options are put to the solver of forms at once
SMALL = 450
#: options that a better plan could choose: with more of them the search goes on, with fewer a proof is tried
PROVABLE = 1500
#: nodes of that proof where nothing says when to stop
NODES = 500


@overload
def plan_pairings(
    problem: PairingProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None
) -> Plan[Tie]: ...
@overload
def plan_pairings(
    problem: YearsProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0, progress: Progress | None = None
) -> Plan[Given]: ...
def plan_pairings(
    problem: PairingProblem | YearsProblem, *, stop: Stop = UNTIL_PROVED, seed: int = 0,
    progress: Progress | None = None,
) -> Plan[Any]:  # fmt: skip
    """Choose the pairings worth most; each existing pair that is given up loses `change_cost`.

    Where no plan exists, `conflicts` names a smallest set of requirements that clash. `Stop(work=N)` counts turns of
    the search for one donor each, and search nodes of the proof. A question over years is asked of `plan_years`.
    """
    if isinstance(problem, YearsProblem):
        return plan_years(problem, stop=stop, seed=seed, progress=progress)
    watch = stop.watch()
    trace = Trace(watch, progress)
    single = single_of(problem) if len(problem.worth) >= SMALL else None
    if single is None:
        answer = form_of(problem, seed).solve(stop, None, progress, "pairings", constant_of(problem))
        return _plan(problem, answer, watch, seed, trace)
    found = _searched(single, problem, watch, seed, trace)
    return _plan(problem, _proved(problem, single, found, watch, seed, trace), watch, seed, trace, single, found)


def _searched(single: Single, problem: PairingProblem, watch: Watch, seed: int, trace: Trace) -> Found:
    trace.tell(Words("pairings.doing-search", {"recipients": len(problem.recipients), "donors": len(problem.donors)}))
    if watch.left is None:
        work = watch.stop.work
        return searched(single, watch, None, TURNS if work is None else min(work, TURNS), seed, trace)
    first = searched(single, watch, watch.left / 3, None, seed, trace)
    if first.is_done or len(_open(problem, single, first)) <= PROVABLE:
        return first
    again = searched(single, watch, watch.left, None, seed + 1, trace, first.owner)
    return _better(single, first, again)


def _better(single: Single, one: Found, other: Found) -> Found:
    owners = [found.owner for found in (one, other) if found.owner is not None]
    bounds = [(found.bound, k) for k, found in enumerate((one, other)) if found.bound is not None]
    bound, k = max(bounds) if bounds else (None, 0)
    owner = min(owners, key=single.cost_of) if owners else None
    return Found(owner, bound, (one, other)[k].price, one.is_done or other.is_done)


def _open(problem: PairingProblem, single: Single, found: Found) -> Ints:
    """Options that a plan better than the one found could choose, by the bound; all where there is no plan yet."""
    everything = np.arange(len(problem.worth))
    if found.owner is None or found.price is None or found.bound is None:
        return everything
    floor = float((single.cost + found.price * single.load).min(axis=1).sum() - found.price @ single.room)
    spare = single.cost_of(found.owner) - 1 - floor + 1e-6 * max(1.0, abs(floor))
    is_open = (single.losses(found.price) <= spare) & (single.option >= 0)
    return np.sort(single.option[is_open])


def _proved(problem: PairingProblem, single: Single, found: Found, watch: Watch, seed: int, trace: Trace) -> Answer:
    """Try to prove or better what was found, over the options that a better plan could choose."""
    if found.owner is not None and found.bound is not None and single.cost_of(found.owner) <= found.bound:
        return _answer(problem, single, found, Ended.PROOF)
    still = _open(problem, single, found)
    if watch.is_over or (found.owner is not None and len(still) > PROVABLE):
        return _answer(problem, single, found, Ended.WORK if watch.left is None else Ended.CLOCK)
    work = watch.stop.work if watch.stop.work is not None or watch.left is not None or found.owner is None else NODES
    part = _only(problem, still)
    start = None
    if found.owner is not None:
        mine = set(_chosen(single, found.owner).tolist())
        still = np.union1d(still, sorted(mine)).astype(np.int64)
        part = _only(problem, still)
        start = np.array([k in mine for k in still.tolist()], dtype=np.bool_)
    form = form_of(part, seed)
    answer = form.solve(Stop(watch.left, work), start, trace.progress, "pairings", constant_of(part))
    if answer.taken is None:
        return answer
    taken = np.zeros(len(problem.worth), dtype=np.bool_)
    taken[still[answer.taken[: len(still)]]] = True
    bound = answer.bound
    if found.owner is not None and bound is not None:
        bound = max(bound, single.worth_of(single.cost_of(found.owner)))  # outside the part no plan is better
    if found.bound is not None:
        known = single.worth_of(found.bound)
        bound = known if bound is None else min(bound, known)
    trace.saw(bound=bound)
    return replace(answer, taken=taken, bound=bound)


def _answer(problem: PairingProblem, single: Single, found: Found, ended: Ended) -> Answer:
    bound = None if found.bound is None else single.worth_of(found.bound)
    if found.owner is None:
        return Answer(Status.UNKNOWN, ended, bound=bound)
    taken = np.zeros(len(problem.worth), dtype=np.bool_)
    taken[_chosen(single, found.owner)] = True
    return Answer(Status.OPTIMAL if ended is Ended.PROOF else Status.FEASIBLE, ended, taken, bound)


def _chosen(single: Single, owner: Ints) -> Ints:
    option = single.option[np.arange(len(owner)), owner]
    return option[option >= 0]


def _only(problem: PairingProblem, options: Ints) -> PairingProblem:
    """The same question with some of its options."""
    return replace(
        problem, option_donor=problem.option_donor[options], option_recipient=problem.option_recipient[options],
        worth=problem.worth[options], load=problem.load[options],
    )  # fmt: skip


def _plan(
    problem: PairingProblem, answer: Answer, watch: Watch, seed: int, trace: Trace, single: Single | None = None,
    found: Found | None = None,
) -> Plan[Tie]:  # fmt: skip
    options = [] if answer.taken is None else np.flatnonzero(answer.taken[: len(problem.worth)]).tolist()
    chosen = [problem.tie(k) for k in options]
    lost = len(set(problem.existing) - set(chosen))
    worth = [*problem.worth[options].tolist(), *([-problem.change_cost] * lost)]
    solver = SOLVER if single is None else f"pairup, {SOLVER}"
    plan = plan_of(problem, plan_pairings, why_pairing, answer, chosen, worth, watch, seed, solver=solver)
    prices = None if single is None or found is None or found.price is None else _prices(problem, single, found)
    return replace(plan, prices=prices, run=replace(plan.run, trace=tuple(trace.points)))


def _prices(problem: PairingProblem, single: Single, found: Found) -> Prices:
    """Prices in points: of one more unit of each donor's room (as the loads were written), and each option's loss."""
    assert found.price is not None and found.bound is not None
    lost, is_option = single.losses(found.price) * single.step, single.option >= 0
    loss = np.zeros(len(problem.worth))
    loss[single.option[is_option]] = lost[is_option]
    floor = float((single.cost + found.price * single.load).min(axis=1).sum() - found.price @ single.room)
    donors = len(problem.donors)
    nobody = np.full(len(problem.recipients), np.nan)
    rooms = {row.id: float(found.price[k] * single.step) for k, row in enumerate(problem.donors)}
    return Prices(-floor * single.step + single.constant, loss, np.zeros(donors), nobody, rooms)


def constant_of(problem: PairingProblem) -> float:
    """What is lost before anything is chosen: every existing pair, each won back where it is kept."""
    return -problem.change_cost * len(problem.existing)


def form_of(problem: PairingProblem, seed: int) -> Form:
    """Write the question down: choice k is option k."""
    existing = set(problem.existing)
    is_existing = np.array([problem.tie(k) in existing for k in range(len(problem.worth))], dtype=np.bool_)
    form = Form(seed)
    take = form.choose(problem.worth + problem.change_cost * is_existing)
    _donors(problem, form, take)
    _recipients(problem, form, take)
    for value, ties, code in ((1, problem.locks, "pair-lock"), (0, problem.forbids, "pair-forbid")):
        for tie in ties:
            if (at := problem.option_at.get(tie)) is not None:
                form.settle(form.name(code, donor=tie.donor, recipient=tie.recipient), int(take[at]), value)
    return form


def _donors(problem: PairingProblem, form: Form, take: Ints) -> None:
    for at, donor in enumerate(problem.donors):
        own = np.flatnonzero(problem.option_donor == at)
        name = form.name("donor-capacity", donor=donor.id, capacity=donor.capacity)
        form.require(name, take[own], problem.load[own], high=donor.capacity)
        if donor.most_partners is not None:
            name = form.name("donor-most", donor=donor.id, most=donor.most_partners)
            form.require(name, take[own], high=float(donor.most_partners))


def _recipients(problem: PairingProblem, form: Form, take: Ints) -> None:
    for at, recipient in enumerate(problem.recipients):
        own = np.flatnonzero(problem.option_recipient == at)
        if recipient.fewest_donors:
            name = form.name("recipient-fewest", recipient=recipient.id, fewest=recipient.fewest_donors)
            form.require(name, take[own], low=float(recipient.fewest_donors))
        if recipient.most_donors is not None:
            name = form.name("recipient-most", recipient=recipient.id, most=recipient.most_donors)
            form.require(name, take[own], high=float(recipient.most_donors))
