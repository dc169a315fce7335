"""Two programmes as worked examples of pairings: what was given, and what the planner proposes from what is known.

Pairings and places are facts that come with the package. What the facts do not hold (damage, revenue, wishes of both
sides) is no part of the first question. The question over years needs amounts, so its revenue and needs are made up,
by the generator of the demonstration, and only there.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from pairup.planning.pair_worth import Giver, PairingWeights, Taker, pair_points
from pairup.planning.pairing import plan_pairings, plan_years
from pairup.planning.plan import Plan, Stop
from pairup.planning.problems import (
    Donor,
    Given,
    PairingProblem,
    Recipient,
    Tie,
    YearDonor,
    YearOption,
    YearRecipient,
    YearsProblem,
)
from pairup.programmes.facts import read_facts
from pairup.programmes.synthetic.ground import Ground
from pairup.programmes.synthetic.money import revenue
from pairup.rules.quota import due
from pairup.rules.register import find_rule
from pairup.values.codes import Channel
from pairup.values.distance import kilometres
from pairup.values.money import Money

#: the day as of which each example is told
DAYS = {"wenchuan": date(2009, 3, 1), "xizang": date(2026, 11, 23)}
#: nearness alone: 1,000 points next door, none from 4,000 km on, so that a point is 4 km. Chosen for the example
NEARNESS = {"distance": 1000, "distance_km": 4000, "need": 0, "fit": 0, "sector": 0, "preference": 0}
SEED = 1


@dataclass(frozen=True, slots=True)
class Worked:
    """An example: the pairs that were given, the plan by nearness, and how far each recipient's donors are.

    `unplaced` has recipients without coordinates: their donors stay, for nearness says nothing of them.
    """

    given: tuple[Tie, ...]
    plan: Plan[Tie]
    names: Mapping[str, str]
    km: Mapping[Tie, float]
    unplaced: tuple[str, ...]

    @property
    def same(self) -> int:
        """How many pairs stand in both."""
        return len(set(self.given) & set(self.plan.assignments))

    def mean_km(self, ties: Sequence[Tie]) -> float:
        """The mean distance of pairs whose distance is known."""
        known = [self.km[tie] for tie in ties if tie in self.km]
        return math.fsum(known) / len(known)

    def by_recipient(self, ties: Sequence[Tie]) -> dict[str, float]:
        """The mean distance of each recipient's donors, where it is known."""
        rows: dict[str, list[float]] = defaultdict(list)
        for tie in ties:
            if tie in self.km:
                rows[tie.recipient].append(self.km[tie])
        return {place: math.fsum(km) / len(km) for place, km in sorted(rows.items())}


def ground_of(programme: str) -> Ground:
    return Ground.of(read_facts(programme))


def given_pairs(programme: str, on: date) -> tuple[Tie, ...]:
    """The pairings between governments at the upper level that were in force on a day."""
    ties = [tie for tie in ground_of(programme).ties if not tie.parent and tie.channel == Channel.TERRITORIAL]
    return tuple(sorted({Tie(tie.donor, tie.place) for tie in ties if tie.holds(on)}))


def weights(**changes: int) -> PairingWeights:
    """The general weights with some of them replaced."""
    general = PairingWeights.of(find_rule("pairing_weights.general").versions[0])
    points: dict[str, Any] = NEARNESS | changes
    return replace(general, **points)


def work_out(programme: str, *, continuity: int = 0, on: date | None = None) -> Worked:
    """Plan the pairs of a programme by nearness; each side has as many partners as it was given.

    `continuity` is lost for each pair in force that is not kept.
    """
    day = on or DAYS[programme]
    ground, given = ground_of(programme), given_pairs(programme, day)
    seats = {row["code"]: row.get("place", "") for row in read_facts(programme)["organisations"]}
    at = {code: ground.position(seats[code]) for code in {tie.donor for tie in given}}
    there = {place: ground.position(place) for place in {tie.recipient for tie in given}}
    by = weights(continuity=continuity)
    pairs = [Tie(donor, place) for donor in sorted(at) for place in sorted(there)]
    km, worth = {}, {}
    for pair in pairs:
        start, end = at[pair.donor], there[pair.recipient]
        worth[pair] = pair_points(Giver(pair.donor, start), Taker(pair.recipient, end), by, most_posts=0).worth
        if start is not None and end is not None:
            km[pair] = kilometres(start, end)
    unplaced = tuple(sorted(place for place, point in there.items() if point is None))
    donors, places = Counter(tie.donor for tie in given), Counter(tie.recipient for tie in given)
    problem = PairingProblem.from_columns(
        [Donor(donor, held) for donor, held in donors.items()],
        [Recipient(place, held, held) for place, held in places.items()],
        [(*pair, worth[pair], 1.0) for pair in pairs], existing=given, change_cost=by.continuity,
        locks=[tie for tie in given if tie.recipient in unplaced],
    )  # fmt: skip
    names = {place: str(ground.place_on(place, day)["name_en"]) for place in places}  # type: ignore[index]
    return Worked(given, plan_pairings(problem), names, km, unplaced)


@dataclass(frozen=True, slots=True)
class WorkedYears:
    """The question over the three years of the recovery: as it was given, and with more donors allowed."""

    given: Plan[Given]
    shared: Plan[Given]


def work_out_years(near: int = 2, stop: Stop = Stop(work=20)) -> WorkedYears:
    """Plan 2008 to 2010 with made-up revenue and made-up, equal needs; amounts are in million yuan.

    A donor gives what `money_quota.wenchuan` makes of its revenue (1 % of the year before); together the recipients
    need all of it, each the same. First only the given pairs may be tied; then also each recipient with its `near`
    nearest donors, and each side with as many partners as it likes. Beginning and ending a tie costs 5 points each.
    """
    found = work_out("wenchuan")
    rule, span = find_rule("money_quota.wenchuan"), range(2008, 2011)
    room = {}
    for donor in sorted({tie.donor for tie in found.given}):
        bases = {year - 1: Money(100 * revenue(donor, year - 1, SEED), "CNY") for year in span}
        owed = [due(rule, year, bases, donor=donor).amount for year in span]
        room[donor] = tuple(float(money.minor // 100_000_000) for money in owed if money is not None)
    places = sorted({tie.recipient for tie in found.given})
    need = tuple(float(sum(rows[t] for rows in room.values()) // len(places)) for t in range(len(span)))
    nearest = set(found.given)
    for place in places:
        known = sorted((km, tie) for tie, km in found.km.items() if tie.recipient == place)
        nearest |= {tie for _, tie in known[:near]}

    def planned(ties: set[Tie]) -> Plan[Given]:
        problem = YearsProblem.of(
            span, [YearDonor(donor, rows) for donor, rows in room.items()],
            [YearRecipient(place, need) for place in places],
            [YearOption(*tie, worth_per_unit=0.01, least=20.0) for tie in sorted(ties)],
            existing=found.given, change_cost=5, start_cost=5, share_of="total",
        )  # fmt: skip
        return plan_years(problem, stop=stop)

    return WorkedYears(planned(set(found.given)), planned(nearest))


def share_of(plan: Plan[Given]) -> Fraction:
    """The share of need that the recipient covered least gets."""
    return Fraction(plan.further["coverage"]["share"])
