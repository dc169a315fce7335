"""Why a tie over years, and why not: the question planned again with the tie turned round."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pairup.planning.explain.telling import require_known, said
from pairup.planning.plan import Audience, Difference, Plan, Reason, Status, Stop, number
from pairup.planning.problems.pairing import Tie
from pairup.planning.problems.pairing_years import Given, YearsProblem
from pairup.values.words import Words

#: search nodes of an explanation; beyond, its cost is "at most"
NODES = Stop(work=2000)


def why_given(plan: Plan[Given], item: Any, for_: Audience, confirm: bool = False) -> Reason[Given]:
    """Say why a donor is, or is not, tied to a recipient: `(donor, recipient)` in all years, or with a year in one.

    What the other way does to the least covered comes before what it costs in points.
    """
    problem: YearsProblem = plan.problem
    require_known(
        donor=(item[0], {row.id for row in problem.donors}),
        recipient=(item[1], {row.id for row in problem.recipients}),
    )
    if len(item) > 2:
        require_known(year=(str(item[2]), {str(year) for year in problem.years}))
    tie, years = Tie(*item[:2]), problem.years if len(item) == 2 else (int(item[2]),)
    row = Given(*tie, years[0], 0.0)
    facts = {"item": said(item)}
    if tie not in problem.option_at:
        words = problem.refusal(tie) if problem.refusal else None
        return Reason(row, words or Words("planning.not-an-option", facts))
    if all((*tie, year) in problem.forbids for year in years):
        return Reason(row, Words("planning.pair-forbid", tie._asdict()))
    mine = [chosen for chosen in plan.assignments if chosen.tie == tie and chosen.year in years]
    changed = problem.forbidding(item[:3]) if mine else problem.forcing(item[:3])
    found = plan.planner(changed, stop=NODES, seed=plan.run.seed)
    return _reason(plan, found, mine[0] if mine else row, bool(mine), facts, for_)


def _reason(
    plan: Plan[Given], found: Plan[Given], row: Given, is_chosen: bool, facts: dict[str, Any], for_: Audience
) -> Reason[Given]:
    side = "chosen" if is_chosen else "left"
    if found.status is Status.INFEASIBLE:
        return Reason(row, Words(f"planning.why-{side}-must", facts), details=found.conflicts)
    if found.objective is None or plan.objective is None:
        return Reason(row, Words("planning.why-unknown", facts), None, False)
    cost = round(plan.objective - found.objective, 9) + 0.0
    is_exact = plan.status is Status.OPTIMAL and found.status is Status.OPTIMAL
    difference, moves = plan.compare(found), moves_between(plan, found)
    old, new = (one.further["coverage"]["share"] for one in (plan, found))
    alone = newly_alone(plan, found)
    tail = "tie" if cost == 0 else "better" if cost < 0 else "costs" if is_exact else "costs-most"
    words = Words(f"planning.why-{side}-{tail}", facts | {"cost": number(abs(cost)), "count": len(moves)})
    if old is not None and new is not None and Fraction(new) != Fraction(old):
        shares = {"old": percent(old), "new": percent(new)}
        words = Words(f"pairings.why-{side}-share", facts | shares | {"change": number(-cost)})
    if alone:  # their share is counted no longer, so the shares of both plans say nothing of each other
        words = Words("pairings.why-nobody", facts | {"who": ", ".join(alone)})
    return Reason(row, words, cost, is_exact, moves, difference if for_ is Audience.OFFICE else None)


def newly_alone(before: Plan[Given], after: Plan[Given]) -> list[str]:
    """Name who is in need, and may be helped before but not after."""
    old, new = ({tuple(who) for who in plan.further["coverage"]["nobody_may_help"]} for plan in (before, after))
    return [who if year is None else f"{who} {year}" for who, year in sorted(new - old, key=str)]


def moves_between(before: Plan[Given], after: Plan[Given]) -> tuple[Words, ...]:
    """Tell which ties end and begin, and in which years; amounts are not told."""
    return moves_of_ties(before.compare(after))


def moves_of_ties(difference: Difference[Given]) -> tuple[Words, ...]:
    """Tell which ties end and begin, each once with its years."""
    lost, gained = ({item[:3] for item in items} for items in (difference.lost, difference.gained))
    told = []
    for code, rows in (("pairings.tie-ends", lost - gained), ("pairings.tie-begins", gained - lost)):
        for donor, recipient in sorted({row[:2] for row in rows}):
            years = ", ".join(str(row[2]) for row in sorted(rows) if row[:2] == (donor, recipient))
            told.append(Words(code, {"donor": donor, "recipient": recipient, "years": years}))
    return tuple(told)


def percent(share: str) -> str:
    """Per cent to two digits, cut off: what is short of a limit never reads as the limit."""
    part = Fraction(share) * 10000
    return f"{(part.numerator // part.denominator) / 100:g}"
