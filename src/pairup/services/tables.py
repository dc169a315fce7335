"""Rows of the record turned into what one computation needs. Read only; every read takes `on` and `known_by`."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from pairup.errors import InputError
from pairup.planning.worth import Candidate, Certificate, FundingWeights, Opening, PairingWeights
from pairup.record.dated import Dated, Happened, Version
from pairup.record.models import (
    EnvelopeVersion,
    FitnessCheckVersion,
    NeedVersion,
    OfferVersion,
    PairingPreferenceVersion,
    PairingVersion,
    PersonVersion,
    PlaceVersion,
    PostVersion,
    ProgrammeVersion,
    ProjectVersion,
    QuotaVersion,
    RoadVersion,
    RoundVersion,
    SiteVersion,
)
from pairup.rules.register import Rule
from pairup.values.codes import Fitness, Level, OfferStatus, Preset, ProjectStatus
from pairup.values.days import Span
from pairup.values.money import Money

#: a day's work on a journey, in minutes from midnight
DAY_OPENS, DAY_CLOSES = 8 * 60, 20 * 60


def read_rows(
    model: type[Version], *, on: date, known_by: date | None = None, programme: str | None = None
) -> QuerySet[Any]:
    """Rows of a table true on a day (happened by it), in order of code."""
    rows = model.objects.on(on, known_by=known_by) if issubclass(model, (Dated, Happened)) else model.objects.none()
    if programme is not None:
        rows = rows.filter(identity__programme__code=programme)
    return rows.order_by("identity__code", "number")


def read_programme(programme: str, *, on: date, known_by: date | None = None) -> ProgrammeVersion:
    """The programme as it is on a day; else its last version before, or first after."""
    versions = ProgrammeVersion.objects.known(known_by).filter(identity__code=programme)
    found = versions.on(on, known_by=known_by).first() or versions.order_by("-starts").first()
    if found is None:
        known = sorted(ProgrammeVersion.objects.known(known_by).values_list("identity__code", flat=True).distinct())
        raise InputError(
            f"There is no programme {programme!r} in this record.", hint=f"Programmes here: {', '.join(known) or 'none'}.",
            code="record.no-programme", programme=programme,
        )  # fmt: skip
    return found


def read_round(programme: str, round_code: str, *, on: date, known_by: date | None = None) -> RoundVersion:
    """A round by its code, whenever it runs; `on` only says as of which knowledge of spans."""
    rows = RoundVersion.objects.known(known_by).filter(identity__programme__code=programme)
    found = rows.filter(identity__code=round_code).order_by("-number").first()
    if found is None:
        codes = sorted(rows.values_list("identity__code", flat=True))
        raise InputError(
            f"There is no round {round_code!r} in {programme} on {on}.", hint=f"Rounds: {', '.join(codes) or 'none'}.",
            code="record.no-round", round=round_code,
        )  # fmt: skip
    return found


def read_altitudes(*, on: date, known_by: date | None = None) -> dict[str, int | None]:
    """Altitude of every place, metres."""
    return dict(read_rows(PlaceVersion, on=on, known_by=known_by).values_list("identity__code", "altitude_m"))


def span_of(starts: date | None, ends_before: date | None) -> Span:
    return Span(starts, date.fromordinal(ends_before.toordinal() - 1) if ends_before else None)


def read_candidates(programme: str, round_code: str, *, on: date, known_by: date | None = None) -> list[Candidate]:
    """People nominated for a round, with their certificates. A person's span is when they can serve."""
    certificates: dict[str, list[Certificate]] = defaultdict(list)
    known = FitnessCheckVersion.objects.known(known_by).filter(
        identity__programme__code=programme, person__in=PersonVersion.objects.known(known_by)
        .filter(round__code=round_code, identity__programme__code=programme).values("identity"),
    )  # fmt: skip
    columns = ("person__code", "outcome", "altitude_m", "starts", "ends_before")
    for person, outcome, altitude, starts, ends in known.order_by("identity__code").values_list(*columns):
        certificates[person].append(Certificate(Fitness(outcome), altitude, span_of(starts, ends)))
    people = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=round_code)
    return [
        Candidate(
            row.identity.code, row.donor.code, row.profession, frozenset(row.skills), frozenset(row.languages),
            row.grade, row.years_in_profession, row.licensed, row.span, tuple(certificates[row.identity.code]),
            row.highest_altitude_m, tuple(row.prefers),
        )
        for row in people.select_related("identity", "donor").order_by("identity__code")
    ]  # fmt: skip


def read_couples(programme: str, round_code: str, *, on: date, known_by: date | None = None) -> list[tuple[str, str]]:
    """Couples among the people nominated, each once, as of what was known."""
    rows = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=round_code)
    pairs = rows.exclude(partner=None).values_list("identity__code", "partner__code")
    nominated = set(rows.values_list("identity__code", flat=True))
    return sorted({(min(a, b), max(a, b)) for a, b in pairs if b in nominated})


def read_openings(
    programme: str, round_code: str, *, on: date, known_by: date | None = None
) -> tuple[list[Opening], list[PostVersion]]:
    """Posts of a round as openings, beside their rows, in order of code."""
    altitudes = read_altitudes(on=on, known_by=known_by)
    donors = dict(
        read_rows(PairingVersion, on=on, known_by=known_by, programme=programme).values_list("identity__code", "donor__code")
    )
    posts = PostVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=round_code)
    rows = list(posts.select_related("identity", "place", "team", "pairing").order_by("identity__code"))
    openings = []
    for row in rows:
        own = donors.get(row.pairing.code) if row.pairing else None
        openings.append(
            Opening(
                row.identity.code, row.place.code, row.profession, row.span,
                frozenset(row.open_to or ([own] if own else [])), frozenset(row.skills_required),
                frozenset(row.skills_desired), row.language, row.least_grade, row.licence_needed,
                altitudes.get(row.place.code), row.priority, frozenset({"bo"}) if row.language == "" else frozenset(),
            )
        )  # fmt: skip
    return openings, rows


def read_quotas(programme: str, round_code: str, *, on: date, known_by: date | None = None) -> dict[str, int]:
    """People each donor sends in a round, at most."""
    rows = QuotaVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=round_code)
    return dict(rows.order_by("donor__code").values_list("donor__code", "people"))


def read_pairing_problem(
    programme: str, round_code: str, *, on: date, known_by: date | None = None, weights: PairingWeights = PairingWeights()
) -> dict[str, Any]:
    """The pairing question of a round: which donor with which place, in the words of the problem file."""
    preset = Preset(read_programme(programme, on=on, known_by=known_by).preset)
    if preset is Preset.OFFER_LED:
        return _offers_as_problem(programme, on=on, known_by=known_by, weights=weights)
    rows = read_rows(PairingVersion, on=on, known_by=known_by, programme=programme)
    ties = sorted(
        rows.filter(parent=None, channel="territorial").values_list("donor__code", "place__code").distinct()
    )
    posts, people = read_openings(programme, round_code, on=on, known_by=known_by)[0], Counter()
    for person in read_candidates(programme, round_code, on=on, known_by=known_by):
        people[person.donor, person.profession] += 1
    region = _regions({place for _, place in ties}, on=on, known_by=known_by)
    asked: dict[str, list[str]] = defaultdict(list)
    for post in posts:
        asked[region.get(post.place, post.place)].append(post.profession)
    liked = Counter()
    for donor, place, points in read_rows(
        PairingPreferenceVersion, on=on, known_by=known_by, programme=programme
    ).values_list("donor__code", "place__code", "points"):
        liked[donor, place] += points
    donors, places = Counter(d for d, _ in ties), Counter(p for _, p in ties)
    most = max((len(asked[place]) for place in places), default=0) or 1
    options = []
    for donor in sorted(donors):
        for place in sorted(places):
            served = sum(1 for profession in asked[place] if people[donor, profession])
            fit = weights.fit * served / len(asked[place]) if asked[place] else 0
            need = weights.need * len(asked[place]) / most
            worth = round(need + fit) + weights.preference * liked[donor, place]
            options.append({"donor": donor, "recipient": place, "worth": worth, "load": 1})
    return {
        "kind": "pairings", "version": 1,
        "donors": [{"id": donor, "capacity": held} for donor, held in sorted(donors.items())],
        "recipients": [{"id": p, "fewest_donors": n, "most_donors": n} for p, n in sorted(places.items())],
        "options": options, "existing": [list(tie) for tie in ties], "change_cost": weights.continuity,
    }  # fmt: skip


def _offers_as_problem(programme: str, *, on: date, known_by: date | None, weights: PairingWeights) -> dict[str, Any]:
    """Offers that answer calls: the recipient's points decide, one donor or more a call, loads within capacity."""
    offers = read_rows(OfferVersion, on=on, known_by=known_by, programme=programme).exclude(status=OfferStatus.DECLINED)
    columns = ("donor__code", "call__code", "worth", "load")
    options = sorted(offers.values_list(*columns))
    ties = read_rows(PairingVersion, on=on, known_by=known_by, programme=programme).values_list("donor__code", "recipient__code")
    callers = dict(_callers(programme, on=on, known_by=known_by))
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


def _callers(programme: str, *, on: date, known_by: date | None) -> list[tuple[str, str]]:
    from pairup.record.models import CallVersion

    rows = CallVersion.objects.known(known_by).filter(identity__programme__code=programme)
    return list(rows.values_list("identity__code", "recipient__code"))


def _regions(tops: set[str], *, on: date, known_by: date | None) -> dict[str, str]:
    """For every place, the place of `tops` it lies in."""
    parents = dict(read_rows(PlaceVersion, on=on, known_by=known_by).values_list("identity__code", "parent__code"))
    found = {}
    for place in parents:
        at: str | None = place
        while at is not None and at not in tops:
            at = parents.get(at)
        if at is not None:
            found[place] = at
    return found


def read_funding_problem(
    programme: str,
    *,
    on: date,
    known_by: date | None = None,
    horizon: tuple[int, int],
    floors: tuple[tuple[str, float], ...] = (),
    weights: FundingWeights = FundingWeights(),
) -> dict[str, Any]:
    """The portfolio question over budget years `horizon` (first, last): proposed projects against envelopes.

    A project's cost falls on its years in equal parts, the last taking what does not divide; a start whose years
    leave the horizon is no way. Amounts are in major units of the currency.
    """
    first, last = horizon
    envelopes = read_envelopes(programme, on=on, known_by=known_by, horizon=horizon)
    needs = dict(read_rows(NeedVersion, on=on, known_by=known_by, programme=programme).values_list("identity__code", "priority"))
    rows = read_rows(ProjectVersion, on=on, known_by=known_by, programme=programme).filter(status=ProjectStatus.PROPOSED)
    projects = []
    for row in rows.select_related("identity", "place", "pairing", "need"):
        if row.cost_minor is None or row.pairing is None:
            continue
        base = weights.benefit * float(row.benefit or 0) + weights.priority * needs.get(row.need.code if row.need else "", 0)
        ways = []
        for start in sorted(int(year) for year in row.start_years):
            years = range(start, start + row.build_years)
            lines = [f"{row.pairing.code}-{year}" for year in years]
            if years[0] < first or years[-1] > last or any(line not in envelopes for line in lines):
                continue
            part, rest = divmod(row.cost_minor, len(lines))
            loads = {line: float(Money(part, row.currency).amount) for line in lines}
            loads[lines[-1]] = float(Money(part + rest, row.currency).amount)
            worth = round(base - weights.wait * (start - first), 2)
            ways.append({"id": f"start-{start}", "loads": loads, "worth": worth})
        if ways:
            tags = {"grassroots": float(row.grassroots_share or 0), "livelihood": float(row.livelihood_share or 0)}
            projects.append({
                "id": row.identity.code, "worth": ways[0]["worth"], "tags": tags, "place": row.place.code,
                "needs": list(row.needs_projects), "excludes": list(row.excludes_projects), "ways": ways,
            })  # fmt: skip
    offered = {project["id"] for project in projects}
    return {
        "kind": "funding", "version": 1,
        "lines": [{"id": line, "capacity": float(money.amount), "is_money": True} for line, money in sorted(envelopes.items())],
        "projects": [
            project | {"excludes": [other for other in project["excludes"] if other in offered]}
            for project in projects if all(other in offered for other in project["needs"])
        ],
        "floors": [{"tag": tag, "share": share} for tag, share in floors],
    }  # fmt: skip


def read_envelopes(
    programme: str, *, on: date, known_by: date | None = None, horizon: tuple[int, int]
) -> dict[str, Money]:
    """What each pairing plans to give in each budget year, by `pairing-year`."""
    rows = EnvelopeVersion.objects.known(known_by).filter(
        identity__programme__code=programme, budget_year__gte=horizon[0], budget_year__lte=horizon[1]
    )
    columns = ("pairing__code", "budget_year", "amount_minor", "currency")
    return {f"{pairing}-{year}": Money(minor, unit) for pairing, year, minor, unit in rows.values_list(*columns)}


def read_visit_problem(
    programme: str, *, on: date, known_by: date | None = None, days: int, nights: str, altitude: Rule | None
) -> dict[str, Any]:
    """The journey question: which sites on which days, nights within the altitude rule in force."""
    altitudes = read_altitudes(on=on, known_by=known_by)
    rows = list(read_rows(SiteVersion, on=on, known_by=known_by, programme=programme).select_related("identity", "place"))
    base = next((row.identity.code for row in rows if row.is_base), None)
    if base is None:
        raise InputError(
            f"No site of {programme} is a base.", hint="Set is_base on one row of sites.csv.", code="record.no-base", programme=programme
        )
    order = [row.identity.code for row in rows]
    return {
        "kind": "visits", "version": 1, "days": days, "start": base, "finish": base,
        "day_opens": DAY_OPENS, "day_closes": DAY_CLOSES,
        "sites": [
            {
                "id": row.identity.code, "worth": 0 if row.is_base else float(row.need_to_be_seen),
                "stay": row.stay_minutes, "opens": row.opens, "closes": row.closes,
                "altitude_m": altitudes.get(row.place.code), "may_sleep": row.may_sleep,
            }
            for row in rows
        ],
        "travel": {"order": order, "minutes": _minutes(programme, rows, on=on, known_by=known_by)},
        "nights": nights, "altitude_rule": dict(altitude.on(on, known_by=known_by).terms) if altitude else None,
    }  # fmt: skip


def _minutes(programme: str, sites: list[SiteVersion], *, on: date, known_by: date | None) -> list[list[float]]:
    """Shortest road times between sites (Floyd and Warshall over the roads in force)."""
    far = 10.0**6
    ways: dict[tuple[str, str], float] = {}
    for start, finish, minutes in read_rows(RoadVersion, on=on, known_by=known_by, programme=programme).values_list(
        "start__code", "finish__code", "minutes"
    ):
        ways[start, finish] = float(minutes)
        ways.setdefault((finish, start), float(minutes))
    places = sorted({place for way in ways for place in way} | {site.place.code for site in sites})
    best = [[0.0 if a == b else ways.get((a, b), far) for b in places] for a in places]
    for mid in range(len(places)):
        for a in range(len(places)):
            for b in range(len(places)):
                best[a][b] = min(best[a][b], best[a][mid] + best[mid][b])
    at = {place: k for k, place in enumerate(places)}
    return [[best[at[a.place.code]][at[b.place.code]] for b in sites] for a in sites]


def read_levels(*, on: date, known_by: date | None = None) -> dict[str, Level]:
    """Level of every place."""
    return {
        code: Level(level)
        for code, level in read_rows(PlaceVersion, on=on, known_by=known_by).values_list("identity__code", "level")
    }
