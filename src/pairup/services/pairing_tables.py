"""The record turned into pairing questions: one for a round, and one over budget years. Read only.

What a part of a worth could not be told from is named beside the question, and counts no points.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pairup.errors import InputError
from pairup.planning.pair_worth import Giver, PairingWeights, PairPoints, Taker, missing_words, pair_points
from pairup.record.models import (
    CallVersion,
    NeedVersion,
    OfferVersion,
    OrganisationVersion,
    PairingPreferenceVersion,
    PairingVersion,
    PlaceVersion,
    ProjectVersion,
    RevenueBaseVersion,
)
from pairup.rules.quota import due
from pairup.rules.register import Rule
from pairup.services import tables
from pairup.services.tables import read_rows
from pairup.values.codes import NeedStatus, OfferStatus, Preset, ProjectStatus
from pairup.values.distance import Point
from pairup.values.lifecycles import FINISHED
from pairup.values.money import Money
from pairup.values.words import Words

#: projects that a donor has carried out or is carrying out: what it is strong in
DONE = (ProjectStatus.WORKS, ProjectStatus.CHANGED, *sorted(FINISHED))
#: projects whose cost says what a place needs
WANTED = (ProjectStatus.PROPOSED, ProjectStatus.APPRAISED, ProjectStatus.PLANNED)


@dataclass(frozen=True, slots=True)
class Asking:
    """A question in the words of the problem file, and what it could not be told from."""

    problem: dict[str, Any]
    missing: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a round as worth sees them, the pairs in force, and what each side said of the other."""

    givers: dict[str, Giver]
    takers: dict[str, Taker]
    ties: list[tuple[str, str]]
    liked: Mapping[tuple[str, str], Mapping[str, int]]

    def points(self, weights: PairingWeights) -> dict[tuple[str, str], PairPoints]:
        """The worth of every pair, by its parts."""
        most = max((len(taker.posts) for taker in self.takers.values()), default=0)
        return {
            (donor, place): pair_points(
                giver, taker, weights, most_posts=most, liked=self.liked.get((donor, place))
            )
            for donor, giver in sorted(self.givers.items()) for place, taker in sorted(self.takers.items())
        }  # fmt: skip


def read_sides(programme: str, round_code: str, *, on: date, known_by: date | None = None) -> Sides:
    """Read the donors and places of the pairings in force, and what their worth is made of."""
    rows = read_rows(PairingVersion, on=on, known_by=known_by, programme=programme)
    ties = sorted(rows.filter(parent=None, channel="territorial").values_list("donor__code", "place__code").distinct())
    donors, places = {donor for donor, _ in ties}, {place for _, place in ties}
    region = _regions(places, on=on, known_by=known_by)
    posts = tables.read_openings(programme, round_code, on=on, known_by=known_by)[0] if round_code else []
    people = tables.read_candidates(programme, round_code, on=on, known_by=known_by) if round_code else []
    asked: dict[str, list[str]] = defaultdict(list)
    for post in posts:
        asked[region.get(post.place, post.place)].append(post.profession)
    professions: dict[str, set[str]] = defaultdict(set)
    for person in people:
        professions[person.donor].add(person.profession)
    needs: dict[str, Counter[str]] = defaultdict(Counter)
    wanted = read_rows(NeedVersion, on=on, known_by=known_by, programme=programme).filter(status=NeedStatus.OPEN)
    for place, category, priority in wanted.values_list("place__code", "category", "priority"):
        needs[region.get(place, place)][category] += priority
    done: dict[str, set[str]] = defaultdict(set)
    carried = read_rows(ProjectVersion, on=on, known_by=known_by, programme=programme).filter(status__in=DONE)
    for donor, category in carried.exclude(pairing=None).values_list("pairing", "category"):
        done[str(donor)].add(category)
    owner = dict(rows.values_list("identity", "donor__code"))
    categories: dict[str, set[str]] = defaultdict(set)
    for pairing, found in done.items():
        categories[owner.get(int(pairing), "")] |= found
    at = _positions(on=on, known_by=known_by)
    seats = dict(read_rows(OrganisationVersion, on=on, known_by=known_by).values_list("identity__code", "place__code"))
    return Sides(
        {donor: Giver(donor, at.get(seats.get(donor) or ""), frozenset(professions[donor]),
                      frozenset(categories[donor])) for donor in donors},
        {place: Taker(place, at.get(place), tuple(asked[place]), dict(needs[place])) for place in places},
        ties, _liked(programme, on=on, known_by=known_by),
    )  # fmt: skip


def _liked(programme: str, *, on: date, known_by: date | None) -> dict[tuple[str, str], dict[str, int]]:
    """What each side said of the other; whoever is not the donor speaks for the recipient."""
    liked: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    rows = read_rows(PairingPreferenceVersion, on=on, known_by=known_by, programme=programme)
    for donor, place, said_by, points in rows.values_list("donor__code", "place__code", "said_by__code", "points"):
        side = "donor" if said_by == donor else "recipient"
        liked[donor, place][side] = liked[donor, place].get(side, 0) + points
    return liked


def _positions(*, on: date, known_by: date | None) -> dict[str, Point]:
    """Where places are; one without coordinates is not there."""
    rows = read_rows(PlaceVersion, on=on, known_by=known_by).values_list("identity__code", "latitude", "longitude")
    return {code: (float(lat), float(long)) for code, lat, long in rows if lat is not None and long is not None}


def _regions(tops: set[str], *, on: date, known_by: date | None) -> dict[str, str]:
    """For every place, the place of `tops` it lies in."""
    parents = dict(read_rows(PlaceVersion, on=on, known_by=known_by).values_list("identity__code", "parent__code"))
    inside = {place: next((at for at in tables.lineage(place, parents) if at in tops), None) for place in parents}
    return {place: top for place, top in inside.items() if top is not None}


def read_pairing_problem(
    programme: str, round_code: str, *, on: date, known_by: date | None = None, weights: PairingWeights
) -> Asking:
    """The pairing question of a round: which donor with which place, each side with as many partners as it has."""
    preset = Preset(tables.read_programme(programme, on=on, known_by=known_by).preset)
    if preset is Preset.OFFER_LED:
        return Asking(_offers_as_problem(programme, on=on, known_by=known_by, weights=weights))
    sides = read_sides(programme, round_code, on=on, known_by=known_by)
    donors, places = Counter(d for d, _ in sides.ties), Counter(p for _, p in sides.ties)
    points = sides.points(weights)
    return Asking({
        "kind": "pairings", "version": 1,
        "donors": [{"id": donor, "capacity": held} for donor, held in sorted(donors.items())],
        "recipients": [{"id": p, "fewest_donors": n, "most_donors": n} for p, n in sorted(places.items())],
        "options": [
            {"donor": donor, "recipient": place, "worth": found.worth, "load": 1}
            for (donor, place), found in points.items()
        ],
        "existing": [list(tie) for tie in sides.ties], "change_cost": weights.continuity,
    }, missing_words(points.values()))  # fmt: skip


def _offers_as_problem(programme: str, *, on: date, known_by: date | None, weights: PairingWeights) -> dict[str, Any]:
    """Offers that answer calls: the recipient's points decide, one donor or more a call, loads within capacity."""
    offers = read_rows(OfferVersion, on=on, known_by=known_by, programme=programme).exclude(status=OfferStatus.DECLINED)
    columns = ("donor__code", "call__code", "worth", "load")
    options = sorted(offers.values_list(*columns))
    ties = read_rows(PairingVersion, on=on, known_by=known_by, programme=programme).values_list(
        "donor__code", "recipient__code"
    )
    callers = dict(_callers(programme, known_by=known_by))
    existing = sorted({(d, c) for d, c, _, _ in options if (d, callers.get(c)) in set(ties)})
    load: dict[str, Decimal] = defaultdict(Decimal)
    for donor, _, _, weight in options:
        load[donor] = max(load[donor], weight)
    return {
        "kind": "pairings", "version": 1,
        "donors": [{"id": donor, "capacity": float(held)} for donor, held in sorted(load.items())],
        "recipients": [{"id": call, "fewest_donors": 0, "most_donors": 1} for call in sorted({o[1] for o in options})],
        "options": [
            {"donor": d, "recipient": c, "worth": float(worth), "load": float(held)} for d, c, worth, held in options
        ],
        "existing": [list(tie) for tie in existing], "change_cost": weights.continuity,
    }  # fmt: skip


def _callers(programme: str, *, known_by: date | None) -> list[tuple[str, str]]:
    rows = CallVersion.objects.known(known_by).filter(identity__programme__code=programme)
    return list(rows.values_list("identity__code", "recipient__code"))


def read_years_problem(
    programme: str, years: tuple[int, int], *, on: date, known_by: date | None = None, weights: PairingWeights,
    rule: Rule | None, round_code: str = "",
) -> Asking:  # fmt: skip
    """The pairing question over budget years, first to last, in major units of the currency.

    A donor can give in a year what the money rule says it owes; where the rule gives no amount, what its envelopes
    plan; a donor of whom neither is known for every year is left out and named. A place needs what its proposed and
    planned projects cost, from their first start year on in equal parts; one without such a project is left out and
    named. Each side has one partner more than now at most. To give a place all it needs in its dearest year is worth
    the points of the pair, and less in proportion: a tie that gives nothing is worth nothing. Amounts are multiples of
    a power of ten, a hundred thousandth or so of the largest need.
    Refuses where nobody is left, and amounts in several currencies. Long because both refusals stand with what they
    are of.
    """
    sides = read_sides(programme, round_code, on=on, known_by=known_by)
    span = range(years[0], years[1] + 1)
    room, told = _capacities(programme, sorted(sides.givers), span, on=on, known_by=known_by, rule=rule)
    needs = _yearly_needs(programme, set(sides.takers), span, on=on, known_by=known_by)
    facts = {"first": years[0], "last": years[1]}
    told += [
        Words("pairings.missing-yearly-need", {"place": p} | facts) for p in sorted(set(sides.takers) - set(needs))
    ]
    if not room or not needs:
        raise InputError(
            f"{programme} does not say what donors can give or places need in {years[0]} to {years[1]}.",
            hint="Add revenue_bases.csv or envelopes.csv, and projects with a cost; or ask for other years.",
            code="record.no-yearly-amounts", programme=programme, first=years[0], last=years[1], missing=tuple(told),
        )  # fmt: skip
    currencies = {money.currency for rows in (*room.values(), *needs.values()) for money in rows if money.minor}
    if len(currencies) > 1:
        raise InputError(
            f"What donors give and places need is in {', '.join(sorted(currencies))}.",
            hint="Record amounts of one programme in one currency.", code="record.several-currencies",
            currencies=", ".join(sorted(currencies)),
        )  # fmt: skip
    points = {pair: found for pair, found in sides.points(weights).items() if pair[0] in room and pair[1] in needs}
    donors, places = Counter(d for d, _ in sides.ties), Counter(p for _, p in sides.ties)
    most = {place: max(float(money.amount) for money in rows) for place, rows in needs.items()}
    return Asking({
        "kind": "pairings", "version": 1, "years": list(span),
        "donors": [{"id": donor, "capacity": _by_year(span, rows), "most_partners": donors[donor] + 1}
                   for donor, rows in sorted(room.items())],
        "recipients": [{"id": place, "need": _by_year(span, rows), "most_donors": places[place] + 1}
                       for place, rows in sorted(needs.items())],
        "options": [{"donor": d, "recipient": p, "worth_per_unit": found.worth / most[p] if most[p] else 0.0}
                    for (d, p), found in points.items()],
        "existing": [list(tie) for tie in sides.ties if tie in points], "change_cost": weights.continuity,
        "unit": float(10 ** max(0, math.floor(math.log10(max([*most.values(), 1.0]))) - 5)),
    }, (*told, *missing_words(points.values())))  # fmt: skip


def _by_year(span: range, rows: list[Money]) -> dict[str, float]:
    return {str(year): float(money.amount) for year, money in zip(span, rows, strict=True)}


def _capacities(
    programme: str, donors: list[str], span: range, *, on: date, known_by: date | None, rule: Rule | None
) -> tuple[dict[str, list[Money]], list[Words]]:
    """What each donor can give in each year, and from what that is known."""
    revenue: dict[str, dict[int, Money]] = defaultdict(dict)
    for row in RevenueBaseVersion.objects.known(known_by).filter(donor__code__in=donors).select_related("donor"):
        revenue[row.donor.code][row.year] = Money(row.amount_minor, row.currency)
    envelopes = tables.read_envelopes(programme, on=on, known_by=known_by, horizon=(span[0], span[-1]))
    held = read_rows(PairingVersion, on=on, known_by=known_by, programme=programme)
    planned: dict[tuple[str, int], Money] = {}
    for donor, pairing in held.values_list("donor__code", "identity__code"):
        for year in span:
            if (money := envelopes.get(f"{pairing}-{year}")) is not None:
                planned[donor, year] = planned[donor, year] + money if (donor, year) in planned else money
    room: dict[str, list[Money]] = {}
    told = []
    for donor in donors:
        owed: dict[int, Money] = {}
        for year in span if rule is not None else ():
            assert rule is not None
            if (amount := due(rule, year, revenue[donor], donor=donor, known_by=known_by).amount) is not None:
                owed[year] = amount
        found = {year: owed.get(year, planned.get((donor, year))) for year in span}
        if unknown := [str(year) for year, money in found.items() if money is None]:
            told.append(Words("pairings.missing-capacity", {"donor": donor, "years": ", ".join(unknown)}))
            continue
        facts = {"donor": donor, "by_rule": len(owed), "by_envelope": len(span) - len(owed)}
        told.append(Words("pairings.capacity-from", facts | {"rule": rule.title if rule else "-"}))
        room[donor] = [money for money in found.values() if money is not None]
    return room, told


def _yearly_needs(
    programme: str, places: set[str], span: range, *, on: date, known_by: date | None
) -> dict[str, list[Money]]:
    """What proposed and planned projects of each place cost in each year; a place without one is not there."""
    region = _regions(places, on=on, known_by=known_by)
    rows = read_rows(ProjectVersion, on=on, known_by=known_by, programme=programme).filter(status__in=WANTED)
    amounts: dict[str, Counter[int]] = defaultdict(Counter)
    currency = ""
    for row in rows.exclude(cost_minor=None).exclude(pairing=None).select_related("pairing", "place"):
        place = region.get(row.place.code)
        starts = [int(year) for year in row.start_years if int(year) in span]
        if place is None or not starts:
            continue
        currency = row.currency
        for line, money in tables.yearly(row, min(starts)).items():
            year = int(line.rpartition("-")[2])
            if year in span:
                amounts[place][year] += money.minor
    return {place: [Money(by_year[year], currency) for year in span] for place, by_year in sorted(amounts.items())}
