"""What changes over years if donors leave, or if donors and recipients join: planned again, told tie by tie."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pairup.planning.pairing.years import plan_years
from pairup.planning.pairing.years_why import moves_between, newly_alone, percent
from pairup.planning.plan import Difference, Plan, Stop, number
from pairup.planning.problems.pairing_years import Given, YearDonor, YearOption, YearRecipient, YearsProblem
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Change:
    """The plan of the changed question, the ties that end and begin, and both in words; `plan` may have no plan."""

    plan: Plan[Any]
    difference: Difference[Any]
    words: tuple[Words, ...]

    def say(self, language: str = "en", rows: int = 30) -> str:
        """Tell the change on one screen."""
        shown = [words.say(language) for words in self.words[:rows]]
        left = len(self.words) - len(shown)
        return "\n".join([*shown, *([Words("planning.more-rows", {"count": left}).say(language)] if left else [])])

    def to_dict(self) -> dict[str, Any]:
        """Give the answer of the changed question, and what changes."""
        return {
            "plan": self.plan.to_dict(),
            "lost": [item.to_dict() for item in self.difference.lost],
            "gained": [item.to_dict() for item in self.difference.gained],
            "points": self.difference.points, "words": [words.to_dict() for words in self.words],
        }  # fmt: skip


def years_without(plan: Plan[Given], gone: tuple[str, ...], stop: Stop) -> Change:
    """Plan again without donors. Their ties end whatever is done, so no change is charged for them."""
    problem: YearsProblem = plan.problem
    changed = replace(
        problem, donors=tuple(row for row in problem.donors if row.id not in gone),
        options=tuple(row for row in problem.options if row.donor not in gone),
        existing=tuple(tie for tie in problem.existing if tie.donor not in gone),
        locks=tuple(row for row in problem.locks if row[0] not in gone),
        forbids=tuple(row for row in problem.forbids if row[0] not in gone),
    )  # fmt: skip
    return _change(plan, changed, Words("pairings.donors-leave", {"who": ", ".join(gone)}), stop)


def years_joined(
    plan: Plan[Given], donors: Iterable[YearDonor], recipients: Iterable[YearRecipient],
    options: Iterable[YearOption], stop: Stop,
) -> Change:  # fmt: skip
    """Plan again with who joins. Refuses what a problem refuses."""
    problem: YearsProblem = plan.problem
    givers, takers = tuple(donors), tuple(recipients)
    who = ", ".join([*(row.id for row in givers), *(row.id for row in takers)])
    changed = YearsProblem.of(
        problem.years, [*problem.donors, *givers], [*problem.recipients, *takers], [*problem.options, *options],
        existing=problem.existing, change_cost=problem.change_cost, start_cost=problem.start_cost, unit=problem.unit,
        share_of=problem.share_of, least_share=problem.least_share, locks=problem.locks, forbids=problem.forbids,
        refusal=problem.refusal,
    )  # fmt: skip
    return _change(plan, changed, Words("pairings.who-joins", {"who": who}), stop)


def _change(plan: Plan[Given], changed: YearsProblem, first: Words, stop: Stop) -> Change:
    kept = frozenset((item.tie, item.year) for item in plan.assignments)
    found = plan_years(changed, stop=stop, seed=plan.run.seed, kept=kept)
    if not found.has_plan:
        return Change(found, Difference((), (), None), (first, Words("pairings.no-plan-then"), *found.conflicts))
    return Change(found, plan.compare(found), (first, *_told(plan, found)))


def _told(before: Plan[Given], after: Plan[Given]) -> tuple[Words, ...]:
    """The change in words: the least covered, who is helped no more, the ties, the amounts, the points."""
    assert before.objective is not None and after.objective is not None
    told = []
    old, new = (plan.further["coverage"]["share"] for plan in (before, after))
    if old is not None and new is not None:
        told.append(Words("pairings.share-change", {"old": percent(old), "new": percent(new)}))
    if alone := newly_alone(before, after):
        told.append(Words("pairings.nobody-left", {"who": ", ".join(alone)}))
    told += moves_between(before, after)
    old_amounts, new_amounts = _amounts(before), _amounts(after)
    for row in after.problem.recipients:
        for year, need in zip(after.problem.years, row.need, strict=True):
            had, gets = old_amounts.get((row.id, year), 0.0), new_amounts.get((row.id, year), 0.0)
            if had != gets:
                facts = {"recipient": row.id, "year": str(year), "old": number(had), "new": number(gets)}
                told.append(Words("pairings.amount-change", facts | {"need": number(need)}))
    change = after.objective - before.objective
    facts = {"old": number(before.objective), "new": number(after.objective), "change": number(change)}
    return (*told, Words("pairings.points", facts))


def _amounts(plan: Plan[Given]) -> dict[tuple[str, int], float]:
    parts: dict[tuple[str, int], list[float]] = defaultdict(list)
    for item in plan.assignments:
        parts[item.recipient, item.year].append(item.amount)
    return {key: math.fsum(amounts) for key, amounts in parts.items()}
