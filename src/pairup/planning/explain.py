"""Why a plan chose what it chose, what would happen if, and how two plans differ. Each answer is a plan made again."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np

from pairup.errors import InputError
from pairup.planning.blocking import Market, blockers
from pairup.planning.limits import block_around
from pairup.planning.plan import Audience, Difference, Item, Plan, Reason, Status, Stop, number
from pairup.planning.problems.funding import Funding, FundingProblem
from pairup.planning.problems.pairing import PairingProblem, Tie
from pairup.planning.problems.posting import Posting, PostingProblem
from pairup.planning.worth import told
from pairup.values.words import Words

A = TypeVar("A", bound=Item)

#: an explanation plans again for so many search nodes at most; beyond, its cost is "at most"
WHY = Stop(work=2000)
#: reasons of a plan that rest on family or preference: told to the person, to all others "a personal condition"
PERSONAL = frozenset({
    "planning.couple-pairs", "planning.couple-place", "planning.stable-couple", "planning.stable-person-prefers",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class WhatIf(Generic[A]):
    """The plan of a changed question, and how it differs from the plan before."""

    plan: Plan[A]
    difference: Difference[A]
    moves: tuple[Words, ...]


def why_posting(plan: Plan[Posting], item: Posting, for_: Audience) -> Reason[Posting]:
    """Say why a person is, or is not, in a post. Only the block the posting lies in is planned again."""
    item = Posting(*item)
    problem: PostingProblem = plan.problem
    if problem.mode == "stable":
        return why_stable(plan, item, for_)
    _require_known(item, {"person": (item.person, problem.person_at), "post": (item.post, problem.post_at)})
    if (words := _barred_posting(problem, item)) is not None:
        return Reason(item, _told(words, for_))
    part = block_around(problem, item)
    inside = [chosen for chosen in plan.assignments if chosen in part.option_at]
    return _why(plan, item, for_, part, inside)


def why_pairing(plan: Plan[Tie], item: Tie, for_: Audience) -> Reason[Tie]:
    """Say why a donor is, or is not, paired with a recipient."""
    item = Tie(*item)
    problem: PairingProblem = plan.problem
    donors, recipients = ({row.id: 0 for row in problem.donors}, {row.id: 0 for row in problem.recipients})
    _require_known(item, {"donor": (item.donor, donors), "recipient": (item.recipient, recipients)})
    if item not in problem.option_at:
        words = problem.refusal(item) if problem.refusal else None
        return Reason(item, words or Words("planning.not-an-option", {"item": _said(item)}))
    if item in problem.forbids:
        return Reason(item, Words("planning.pair-forbid", item._asdict()))
    return _why(plan, item, for_, problem, plan.assignments)


def why_funding(plan: Plan[Funding], item: Funding, for_: Audience) -> Reason[Funding]:
    """Say why a project is, or is not, carried out in a way."""
    item = Funding(*item)
    problem: FundingProblem = plan.problem
    _require_known(item, {"project": (item.project, {project.id: 0 for project in problem.projects})})
    if item not in problem.option_at:
        words = problem.refusal(item) if problem.refusal else None
        return Reason(item, words or Words("planning.not-an-option", {"item": _said(item)}))
    if item in problem.forbids or (item.project,) in problem.forbids:
        return Reason(item, Words("planning.project-forbid", {"item": _said(item)}))
    return _why(plan, item, for_, problem, plan.assignments)


def why_stable(plan: Plan[Posting], item: Posting, for_: Audience) -> Reason[Posting]:
    """Say why a person is, or is not, in a post of a stable round: who prefers what to it."""
    item = Posting(*item)
    problem: PostingProblem = plan.problem
    _require_known(item, {"person": (item.person, problem.person_at), "post": (item.post, problem.post_at)})
    words = _barred_posting(problem, item)
    market = Market(problem)
    held = {chosen.person: chosen.post for chosen in plan.assignments}
    if words is None and item not in market.pairs:
        words = Words("planning.not-accepted", item._asdict())
    if words is None and item in plan.chosen:
        words = Words("planning.stable-chosen", item._asdict())
    if words is None and item.person in market.coupled:
        words = Words("planning.stable-couple", item._asdict())
    rank = market.person_rank.get(item.person, {})
    now = held.get(item.person)
    if words is None and now is not None and rank[now] <= rank[item.post]:
        words = Words("planning.stable-person-prefers", item._asdict())
    elif words is None and any(list(group[0]) == list(item) for group in blockers(problem, plan.chosen)):
        words = Words("planning.stable-blocks", item._asdict())
    words = words or Words("planning.stable-post-prefers", item._asdict())
    return Reason(item, _told(words, for_))


def what_if(plan: Plan[A], *, force: Iterable[A] = (), forbid: Iterable[A] = (), stop: Stop = WHY) -> WhatIf[A]:
    """Plan again with some items settled and some ruled out; among plans worth the same, the one that moves least."""
    problem = plan.problem
    for item in force:
        problem = problem.forcing(item)
    for item in forbid:
        problem = problem.forbidding(item)
    return _again(plan, problem, stop)


def what_if_without(plan: Plan[Posting], person: str, stop: Stop = WHY) -> WhatIf[Posting]:
    """Plan again after a person drops out. Only the block around the person is planned; the rest stands."""
    problem: PostingProblem = plan.problem
    _require_known((person,), {"person": (person, problem.person_at)})
    held = [item for item in plan.assignments if item.person == person]
    if not held:
        return WhatIf(plan, Difference((), (), 0.0), ())
    part = block_around(problem, held[0])
    inside = tuple(item for item in plan.assignments if item in part.option_at)
    return _again(_over(plan, part, inside), part.leaving_out(person), stop)


def moves_of(difference: Difference[Any]) -> tuple[Words, ...]:
    """Tell a difference in words: who moves where, what comes in and what goes."""
    if not any(isinstance(item, Posting) for item in (*difference.lost, *difference.gained)):
        gone = [Words("planning.goes-out", {"item": _said(item)}) for item in difference.lost]
        return (*gone, *(Words("planning.comes-in", {"item": _said(item)}) for item in difference.gained))
    before, after = defaultdict(list), defaultdict(list)
    for item in difference.lost:
        before[item.person].append(item.post)
    for item in difference.gained:
        after[item.person].append(item.post)
    moves = []
    for person in sorted({*before, *after}):
        facts = {"person": person, "old": ", ".join(before[person]), "new": ", ".join(after[person])}
        kind = "moves" if before[person] and after[person] else "goes" if after[person] else "leaves"
        moves.append(Words(f"planning.person-{kind}", facts))
    return tuple(moves)


def _told(words: Words, for_: Audience) -> Words:
    """Words fit for an audience: health, family and preference are told to nobody but the person."""
    if for_ is not Audience.PERSON and words.code in PERSONAL:
        return Words("worth.personal-condition")
    return told(words, to_person=for_ is Audience.PERSON)


def _barred_posting(problem: PostingProblem, item: Posting) -> Words | None:
    """Why a pair cannot be chosen at all, or None."""
    if item not in problem.option_at:
        words = problem.refusal(item) if problem.refusal else None
        return words or Words("planning.not-an-option", {"item": _said(item)})
    if not problem.is_free[problem.option_at[item]]:
        return Words("planning.away", item._asdict())
    if item in problem.forbids:
        return Words("planning.forbid", item._asdict())
    return None


def _why(plan: Plan[A], item: A, for_: Audience, part: Any, inside: Iterable[A]) -> Reason[A]:
    """Plan the part again with the item turned round; the difference is the reason."""
    mine = _over(plan, part, tuple(inside))
    is_chosen = item in mine.chosen
    found = _again(mine, part.forbidding(item) if is_chosen else part.forcing(item), WHY)
    side, facts = "chosen" if is_chosen else "left", {"item": _said(item)}
    if found.plan.status is Status.INFEASIBLE:
        details = _shown(found.plan.conflicts, for_, item)
        return Reason(item, Words(f"planning.why-{side}-must", facts), details=details)
    if found.difference.points is None:
        return Reason(item, Words("planning.why-unknown", facts), None, False)
    cost = round(-found.difference.points, 9) + 0.0
    is_exact = found.plan.status is Status.OPTIMAL and plan.status is Status.OPTIMAL
    tail = "tie" if cost == 0 else "better" if cost < 0 else "costs" if is_exact else "costs-most"
    words = Words(f"planning.why-{side}-{tail}", facts | {"cost": number(abs(cost)), "count": len(found.moves)})
    difference = found.difference if for_ is Audience.OFFICE else None
    return Reason(item, words, cost, is_exact, _shown(found.moves, for_, item), difference)


def _shown(details: tuple[Words, ...], for_: Audience, item: Any) -> tuple[Words, ...]:
    """What of the details an audience is told: of people, the office all, a person only what names nobody else."""
    if for_ is Audience.OFFICE or not isinstance(item, Posting):
        return tuple(_told(words, for_) for words in details)
    own = tuple(
        words for words in details
        if for_ is Audience.PERSON and words.facts.get("person") == item.person and "first" not in words.facts
    )  # fmt: skip
    hidden = len(details) - len(own)
    return (*own, Words("planning.others", {"count": hidden})) if hidden else own


def _over(plan: Plan[A], part: Any, inside: tuple[A, ...]) -> Plan[A]:
    """The plan as far as it lies in a part of its problem."""
    points = _points(part, inside)
    bound = points if plan.status is Status.OPTIMAL else None
    return replace(plan, problem=part, chosen=inside, objective=points, bound=bound)


def _again(plan: Plan[A], changed: Any, stop: Stop) -> WhatIf[A]:
    """Plan a changed question, moving as little as its worth allows; count points by the worth that was asked."""
    found = plan.planner(_preferring(changed, plan.chosen), stop=stop, seed=plan.run.seed)
    if not found.has_plan:
        return WhatIf(replace(found, problem=changed), Difference((), (), None), ())
    points = _points(changed, found.chosen)
    bound = points if found.status is Status.OPTIMAL else None
    plain = replace(found, problem=changed, objective=points, bound=bound)
    difference = plan.compare(plain)
    return WhatIf(plain, difference, moves_of(difference))


def _points(problem: Any, chosen: Iterable[Any]) -> float:
    """What some items are worth in a problem, whatever else it holds."""
    points = [float(problem.worth[problem.option_at[item]]) for item in chosen]
    if isinstance(problem, PairingProblem):
        lost = sum(1 for tie in problem.existing if tie not in set(chosen))
        points.append(-problem.change_cost * lost)
    return round(math.fsum(points), 9)


def _preferring(problem: Any, chosen: tuple[Any, ...]) -> Any:
    """The same question, where of plans worth the same the one that keeps most of `chosen` is worth most.

    Where every worth is a multiple of 0.0001 or more, worths are scaled to whole numbers in which one point outweighs
    all that could be kept; otherwise there are no ties to speak of, and the question stays.
    """
    change = [problem.change_cost] if isinstance(problem, PairingProblem) else []
    worth = np.concatenate([problem.worth, change])
    for digits in range(5):
        scaled = np.round(worth * 10.0**digits)
        if np.all(np.abs(worth * 10.0**digits - scaled) <= 1e-9 * np.maximum(1.0, np.abs(scaled))):
            break
    else:
        return problem
    times = 10.0 ** math.ceil(math.log10(len(chosen) + 2))
    kept = np.zeros(len(problem.worth))
    kept[[problem.option_at[item] for item in chosen if item in problem.option_at]] = 1.0
    worth = scaled[: len(kept)] * times + kept
    if isinstance(problem, FundingProblem):
        return _reworth(problem, worth)
    if isinstance(problem, PairingProblem):
        return replace(problem, worth=worth, change_cost=float(scaled[-1] * times))
    return replace(problem, worth=worth)


def _reworth(problem: FundingProblem, worth: Any) -> FundingProblem:
    """The same question with other worths, in its columns and in its rows."""
    left = iter(worth.tolist())
    projects = tuple(
        project._replace(ways=tuple(way._replace(worth=next(left)) for way in project.ways))
        for project in problem.projects
    )
    return replace(problem, projects=projects, worth=worth)


def _require_known(item: Any, parts: Mapping[str, tuple[str, Mapping[str, int]]]) -> None:
    for what, (code, known) in parts.items():
        if code not in known:
            raise InputError(
                f"{code!r} is no {what} of this problem.", hint="Take one that the problem lists.",
                code="planning.unknown-item", what=what, found=code,
            )  # fmt: skip


def _said(item: Any) -> str:
    return " – ".join(str(part) for part in item)
