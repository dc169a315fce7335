"""What a plan's phasing will let us learn, and what a lottery among near ties would add: planning joined to evaluation.

A plan says which places begin, and when. A panel of the past says how far outcomes differ without any help. From both
follows the smallest effect that an evaluation of this plan could see, before anybody adopts it; and for each share of
the plan's worth that lots may lose, the smallest effect that the lots let it see. Nothing here needs a record.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pairup.errors import InputError
from pairup.evaluation.panel import Panel
from pairup.evaluation.phasing import LEVEL, POWER, Detectable, Stratum, by_lots, by_phasing
from pairup.planning.plan import Plan, number
from pairup.planning.portfolio.lottery import Lottery, lottery
from pairup.planning.problems import Funding, FundingProblem, YearsProblem
from pairup.values.words import Words

#: shares of a plan's worth that lots may lose, as they are weighed
SHARES = (0.0025, 0.005, 0.01, 0.02, 0.05)
#: years after the last start that an evaluation waits, unless it is told
WAIT = 2


@dataclass(frozen=True, slots=True)
class Question:
    """What an evaluation would look at.

    only : projects with this tag; None for all. until : its last period. lag : periods from a start to help that is
    there. begins : the first period of what a plan without dates decides.
    """

    only: str | None = None
    until: int | None = None
    lag: int = 0
    begins: int | None = None
    level: float = LEVEL
    power: float = POWER


@dataclass(frozen=True, slots=True)
class Offer:
    """A lottery that loses a share of the worth at most, and the smallest effect that it lets one see."""

    within: float
    lottery: Lottery
    strata: tuple[Stratum, ...]
    detectable: Detectable

    def words(self) -> Words:
        """Say it in a sentence."""
        facts = {
            "share": f"{100 * self.within:g}", "draws": len(self.lottery.groups),
            "lost": number(self.lottery.expected), "most": number(self.lottery.most),
        }  # fmt: skip
        if self.detectable.smallest is None:
            return Words("learning.offer-none", facts | {"missing": self.detectable.missing[0]})
        return Words("learning.offer", facts | sizes(self.detectable))


@dataclass(frozen=True, slots=True)
class Learning:
    """What the plan as it is would show had chance chosen the places, and what lots would; `until` as it was taken."""

    kind: str
    until: int
    starts: Mapping[str, int | None]
    planned: Detectable
    offers: tuple[Offer, ...] = ()

    def words(self) -> list[Words]:
        """Say it, the plan first."""
        facts = {"begun": self.planned.begun, "compared": self.planned.compared, "until": str(self.until)}
        if self.planned.smallest is None:
            first = Words("learning.plan-none", facts | {"missing": self.planned.missing[0]})
        else:
            first = Words("learning.plan", facts | sizes(self.planned))
        last = [] if self.kind == "funding" else [Words("learning.no-lots")]
        return [first, *(offer.words() for offer in self.offers), *last]

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as data."""
        return {
            "kind": self.kind, "until": self.until, "starts": dict(sorted(self.starts.items())),
            "planned": self.planned.to_dict(),
            "lots": [
                {
                    "within": one.within, "draws": len(one.lottery.groups), "lost": one.lottery.expected,
                    "most": one.lottery.most,
                    "strata": [
                        {"units": list(s.units), "early": s.early, "late": s.late, "first": s.first}
                        for s in one.strata
                    ],
                }
                | one.detectable.to_dict()
                for one in self.offers
            ],
            "words": [words.to_dict() for words in self.words()],
        }  # fmt: skip


def what_is_learnt(
    plan: Plan[Any], panel: Panel, question: Question = Question(), *, shares: Sequence[float] = SHARES, seed: int = 0
) -> Learning:
    """Say what an evaluation of this plan could see, and of a portfolio what lots would add.

    panel : outcomes of the past by place, in years; units by the codes of the plan's places. Refuses a plan that is
    none, periods that are days, and a plan from which nobody can tell when anything begins.
    """
    if panel.periods.are_days:
        raise InputError(
            "The panel counts days; a plan counts years.", hint="Give one row for each place and year.",
            code="learning.days",
        )  # fmt: skip
    starts = starts_of(plan, question)
    begun = [start for start in starts.values() if start is not None]
    until = question.until or max(begun, default=int(panel.periods.values[-1])) + WAIT
    ends = {"level": question.level, "power": question.power}
    planned = by_phasing(panel, starts, until, **ends)
    offers: list[Offer] = []
    for within in shares if isinstance(plan.problem, FundingProblem) else ():
        found = draw_to_learn(plan, panel, question, within=within, seed=seed)
        if offers and found.groups == offers[-1].lottery.groups:
            continue  # a larger share brings no further lot
        strata = strata_of(found, question)
        offers.append(Offer(within, found, strata, by_lots(panel, strata, until, **ends)))
    return Learning(plan.kind, until, starts, planned, tuple(offers))


def draw_to_learn(plan: Plan[Funding], panel: Panel, question: Question, *, within: float, seed: int) -> Lottery:
    """Draw lots among near ties that an evaluation can tell apart: of places of the panel with one start at most."""
    problem: FundingProblem = plan.problem
    known = {unit for unit, is_treated in zip(panel.units, panel.is_treated, strict=True) if not is_treated}
    chosen = {item.project for item in plan.assignments}
    held: dict[str, int] = defaultdict(int)
    asked = [project for project in problem.projects if project.place in known and _is_meant(project.tags, question)]
    for project in asked:
        held[str(project.place)] += project.id in chosen
    units = {
        project.id: str(project.place) for project in asked
        if held[str(project.place)] == (1 if project.id in chosen else 0)
    }  # fmt: skip
    begins = {item: year_of(item.way) for item in problem.ways if item.project in units}
    return lottery(plan, within=within, seed=seed, units=units, begins=begins)


def strata_of(found: Lottery, question: Question, *, drawn: Collection[Funding] | None = None) -> tuple[Stratum, ...]:
    """Give what was drawn as strata: a pair of places each, and the places that begin in one of the same two years.

    Before the draw half of a stratum is taken to begin first; with `drawn`, as many as do.
    """
    place_of = {project.id: str(project.place) for project in found.plan.problem.projects}
    strata: list[Stratum] = []
    years: dict[tuple[int, int], list[tuple[str, bool]]] = defaultdict(list)
    for one, other in found.groups:
        first = year_of(one.way) + question.lag
        if one.project != other.project:
            pair = tuple(sorted((place_of[one.project], place_of[other.project])))
            strata.append(Stratum(pair, first, None, 1))
            continue
        second = year_of(other.way) + question.lag
        early = one if first < second else other
        years[min(first, second), max(first, second)].append(
            (place_of[one.project], drawn is not None and early in drawn)
        )
    for (early_year, late_year), rows in sorted(years.items()):
        count = (len(rows) + 1) // 2 if drawn is None else sum(is_first for _, is_first in rows)
        strata.append(Stratum(tuple(sorted(place for place, _ in rows)), early_year, late_year, count))
    return tuple(sorted(strata, key=lambda one: (one.early, one.late or 9999, one.units)))


def starts_of(plan: Plan[Any], question: Question) -> dict[str, int | None]:
    """Give for each place the first year of what the plan does there, None where it does nothing.

    Of pairings a place counts that no donor helps yet; those helped already begin nothing and are left out.
    """
    problem: Any = plan.problem
    if isinstance(problem, FundingProblem):
        rows = _funded(problem, plan.assignments, question)
    elif plan.kind == "postings":
        rows = _posted(problem, plan.assignments, question)
    elif plan.kind == "pairings":
        rows = _paired(problem, plan.assignments, question)
    else:
        raise InputError(
            f"A plan of {plan.kind} begins nothing at a place.", hint="Ask of pairings, postings or funding.",
            code="learning.kind", kind=plan.kind,
        )  # fmt: skip
    starts: dict[str, int | None] = {}
    for place, start in rows:
        known = starts.get(place)
        starts[place] = known if start is None else start if known is None else min(known, start)
    return starts


def _funded(
    problem: FundingProblem, chosen: Iterable[Funding], question: Question
) -> Iterable[tuple[str, int | None]]:  # fmt: skip
    ways = {item.project: item.way for item in chosen}
    for project in problem.projects:
        if project.place is not None and _is_meant(project.tags, question):
            way = ways.get(project.id)
            yield project.place, None if way is None else year_of(way) + question.lag


def _posted(problem: Any, chosen: Iterable[Any], question: Question) -> Iterable[tuple[str, int | None]]:
    for place in problem.places:
        yield place, None
    for item in chosen:
        at = problem.post_at[item.post]
        first = problem.post_first[at]
        year = question.begins if np.isnat(first) else int(str(first)[:4])
        yield problem.places[at], _begins(year) + question.lag


def _paired(problem: Any, chosen: Iterable[Any], question: Question) -> Iterable[tuple[str, int | None]]:
    helped = {tie.recipient for tie in problem.existing}
    for row in problem.recipients:
        if row.id not in helped:
            yield row.id, None
    for item in chosen:
        if item.recipient not in helped:
            year = item.year if isinstance(problem, YearsProblem) else question.begins
            yield item.recipient, _begins(year) + question.lag


def _begins(year: int | None) -> int:
    if year is None:
        raise InputError(
            "The plan does not say when what it decides begins.", hint="Give --begins YEAR.", code="learning.no-begin"
        )  # fmt: skip
    return year


def year_of(way: str) -> int:
    """Read the year in which a way starts: the four digits at its end."""
    found = re.search(r"(\d{4})$", way)
    if found is None:
        raise InputError(
            f"The way {way!r} does not end in a year.", hint="Name ways as start-2028.", code="learning.no-year",
            way=way,
        )  # fmt: skip
    return int(found[1])


def _is_meant(tags: Mapping[str, float], question: Question) -> bool:
    return question.only is None or tags.get(question.only, 0.0) > 0


def sizes(told: Detectable) -> dict[str, Any]:
    """The smallest effect as facts: in the outcome's uom, and as a share of what is usual."""
    assert told.smallest is not None
    usual = told.usual or 0.0
    part = f"{100 * told.smallest / abs(usual):.3g}" if usual else "–"
    return {"effect": f"{told.smallest:.3g}", "part": part, "usual": f"{usual:.4g}"}
