"""Rows of the record turned into what one computation needs. Read only; every read takes `on` and `known_by`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from pairup.errors import InputError
from pairup.planning.worth import CERTIFIED_FROM_M, Candidate, Certificate, FundingWeights, Opening
from pairup.record.dated import Dated, Happened
from pairup.record.models import (
    EnvelopeVersion,
    FitnessCheckVersion,
    NeedVersion,
    PairingVersion,
    PersonVersion,
    PlaceVersion,
    PostVersion,
    ProgrammeVersion,
    ProjectVersion,
    QuotaVersion,
    RoundVersion,
)
from pairup.record.remembered import remembers
from pairup.rules.register import load_rules
from pairup.services.personal import open_rows, open_values
from pairup.values.codes import Fitness, ProjectStatus
from pairup.values.days import Span
from pairup.values.money import Money


def read_rows(model: Any, *, on: date, known_by: date | None = None, programme: str | None = None) -> QuerySet[Any]:
    """Rows of a table true on a day (happened by it), in order of code."""
    is_dated = issubclass(model, (Dated, Happened))
    rows: QuerySet[Any] = model.objects.on(on, known_by=known_by) if is_dated else model.objects.none()
    if programme is not None:
        rows = rows.filter(identity__programme__code=programme)
    return rows.order_by("identity__code", "number")


@remembers
def read_programme(programme: str, *, on: date, known_by: date | None = None) -> ProgrammeVersion:
    """The programme as it is on a day; else its last version before, or first after."""
    versions = ProgrammeVersion.objects.known(known_by).filter(identity__code=programme)
    found = versions.on(on, known_by=known_by).first() or versions.order_by("-starts").first()
    if found is None:
        known = sorted(ProgrammeVersion.objects.known(known_by).values_list("identity__code", flat=True).distinct())
        raise InputError(
            f"There is no programme {programme!r} in this record.",
            hint=f"Programmes here: {', '.join(known) or 'none'}.",
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
    """People nominated for a round, with certificates. A person's span is when they can serve, the latest told."""
    certificates: dict[str, list[Certificate]] = defaultdict(list)
    known = FitnessCheckVersion.objects.known(known_by).filter(
        identity__programme__code=programme, person__in=PersonVersion.objects.known(known_by)
        .filter(round__code=round_code, identity__programme__code=programme).values("identity"),
    )  # fmt: skip
    checks = open_values(known.order_by("identity__code"), "person__code", "starts", "ends_before")
    for (person, starts, ends), told in checks:
        certificates[person].append(Certificate(Fitness(told["outcome"]), told["altitude_m"], span_of(starts, ends)))
    people = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=round_code)
    return [
        Candidate(
            row.identity.code, row.donor.code, row.profession, frozenset(row.skills), frozenset(row.languages),
            row.grade, row.years_in_profession, row.licensed, row.span, tuple(certificates[row.identity.code]),
            row.highest_altitude_m, tuple(row.prefers or ()),
        )
        for row in open_rows(latest(people.select_related("identity", "donor").order_by("identity__code", "starts")))
    ]  # fmt: skip


def read_couples(programme: str, round_code: str, *, on: date, known_by: date | None = None) -> list[tuple[str, str]]:
    """Couples among the people nominated, each once, as of what was known."""
    rows = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=round_code)
    found = [(row.identity.code, row.partner) for row in open_rows(rows.select_related("identity"))]
    nominated = {code for code, _ in found}
    return sorted({(min(a, b), max(a, b)) for a, b in found if b in nominated})


def read_openings(
    programme: str, round_code: str, *, on: date, known_by: date | None = None
) -> tuple[list[Opening], list[PostVersion]]:
    """Posts of a round as openings, beside their rows, in order of code. A post of several rows is its latest one."""
    donors = dict(
        read_rows(PairingVersion, on=on, known_by=known_by, programme=programme).values_list(
            "identity__code", "donor__code"
        )
    )
    posts = PostVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=round_code)
    rows = latest(posts.select_related("identity", "place", "team", "pairing").order_by("identity__code", "starts"))
    altitudes = read_post_altitudes(programme, {row.place.code for row in rows}, on=on, known_by=known_by)
    asked_for = frozenset(row.language for row in rows if row.language)  # what is spoken where posts are
    openings = []
    for row in rows:
        own = donors.get(row.pairing.code) if row.pairing else None
        openings.append(
            Opening(
                row.identity.code, row.place.code, row.profession, row.span,
                frozenset(row.open_to or ([own] if own else [])), frozenset(row.skills_required),
                frozenset(row.skills_desired), row.language, row.least_grade, row.licence_needed,
                altitudes[row.place.code], row.priority, frozenset() if row.language else asked_for,
            )
        )  # fmt: skip
    return openings, rows


def read_post_altitudes(
    programme: str, places: set[str], *, on: date, known_by: date | None = None
) -> dict[str, int | None]:
    """The altitude that a certificate has to reach at each place. Unknown is not low.

    A place whose own altitude is unknown takes the highest that is known of the places it lies in. Where none is
    known, the top of the highest class is asked for if the programme names altitude classes, else the highest known
    place of these posts if that is high enough for certificates. Only where nothing points to high ground is it None,
    and no certificate is asked for.
    """
    altitudes = read_altitudes(on=on, known_by=known_by)
    parents = dict(read_rows(PlaceVersion, on=on, known_by=known_by).values_list("identity__code", "parent__code"))
    found = {place: altitudes.get(place) for place in places}
    for place in (place for place in places if found[place] is None):
        above = [metres for area in lineage(place, parents) if (metres := altitudes.get(area)) is not None]
        found[place] = max(above, default=None)
    named = read_programme(programme, on=on, known_by=known_by).rules
    rules = [load_rules()[name] for name in named if name.startswith("altitude_classes.") and name in load_rules()]
    tops = [int(row["below_m"]) for rule in rules if rule.versions[0].starts <= on
            for row in rule.on(on).terms["classes"]]  # fmt: skip
    highest = max(tops or [metres for metres in found.values() if metres is not None], default=0)
    unknown = highest if highest >= CERTIFIED_FROM_M else None
    return {place: unknown if metres is None else metres for place, metres in found.items()}


def lineage(code: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """Give a code and everything it lies in, smallest first; a circle of parents ends where it began."""
    at: str | None = code
    seen: set[str] = set()
    while at is not None and at not in seen:
        seen.add(at)
        yield at
        at = parents.get(at)


def latest(rows: Iterable[Any]) -> list[Any]:
    """Of rows in order of code and start, the last of each code: one person and one post stand in a round once."""
    return list({row.identity_id: row for row in rows}.values())


def read_quotas(programme: str, round_code: str, *, on: date, known_by: date | None = None) -> dict[str, int]:
    """People each donor sends in a round, at most. Several quotas of one donor add up."""
    rows = QuotaVersion.objects.known(known_by).filter(identity__programme__code=programme, round__code=round_code)
    people: dict[str, int] = defaultdict(int)
    for row in latest(rows.select_related("donor").order_by("donor__code", "identity__code", "starts")):
        people[row.donor.code] += row.people
    return dict(people)


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

    Long because a project's ways are worked out where they stand.
    """
    first, last = horizon
    envelopes = read_envelopes(programme, on=on, known_by=known_by, horizon=horizon)
    bound = _bound(programme, on=on, known_by=known_by)
    needs = dict(
        read_rows(NeedVersion, on=on, known_by=known_by, programme=programme).values_list("identity__code", "priority")
    )
    rows = read_rows(ProjectVersion, on=on, known_by=known_by, programme=programme).filter(
        status=ProjectStatus.PROPOSED
    )
    projects = []
    for row in rows.select_related("identity", "place", "pairing", "need"):
        if row.cost_minor is None or row.pairing is None:
            continue
        base = weights.benefit * float(row.benefit or 0) + weights.priority * needs.get(
            row.need.code if row.need else "", 0
        )
        ways = []
        for start in sorted(int(year) for year in row.start_years):
            years = range(start, start + row.build_years)
            lines = [f"{row.pairing.code}-{year}" for year in years]
            if years[0] < first or years[-1] > last or any(line not in envelopes for line in lines):
                continue
            _require_currency(row, {envelopes[line].currency for line in lines})
            loads = {line: float(money.amount) for line, money in yearly(row, start).items()}
            worth = round(base - weights.wait * (start - first), 2)
            ways.append({"id": f"start-{start}", "loads": loads, "worth": worth})
        if ways:
            tags = {"grassroots": float(row.grassroots_share or 0), "livelihood": float(row.livelihood_share or 0)}
            projects.append({
                "id": row.identity.code, "worth": ways[0]["worth"], "tags": tags, "place": row.place.code,
                "needs": list(row.needs_projects), "excludes": list(row.excludes_projects), "ways": ways,
            })  # fmt: skip
    projects = _with_what_they_need(projects)
    offered = {project["id"] for project in projects}
    return {
        "kind": "funding", "version": 1,
        "lines": [
            {"id": line, "capacity": max(0.0, float(money.amount - bound.get(line, Decimal(0)))), "is_money": True}
            for line, money in sorted(envelopes.items())
        ],
        "projects": [
            project | {"excludes": [other for other in project["excludes"] if other in offered]} for project in projects
        ],
        "floors": [{"tag": tag, "share": share} for tag, share in floors],
    }  # fmt: skip


def _with_what_they_need(projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out projects that need one that is not offered, and those that need these in turn."""
    while True:
        offered = {project["id"] for project in projects}
        kept = [project for project in projects if offered.issuperset(project["needs"])]
        if len(kept) == len(projects):
            return kept
        projects = kept


def yearly(project: ProjectVersion, start: int) -> dict[str, Money]:
    """What a project takes of each envelope if it starts in a year: equal parts, the last takes what is left over."""
    assert project.cost_minor is not None and project.pairing is not None
    part, rest = divmod(project.cost_minor, project.build_years)
    last = start + project.build_years - 1
    return {
        f"{project.pairing.code}-{year}": Money(part + (rest if year == last else 0), project.currency)
        for year in range(start, last + 1)
    }


def _bound(programme: str, *, on: date, known_by: date | None) -> dict[str, Decimal]:
    """What planned projects, whose one start year is settled, take of each envelope already."""
    rows = read_rows(ProjectVersion, on=on, known_by=known_by, programme=programme).filter(status=ProjectStatus.PLANNED)
    taken: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows.exclude(cost_minor=None).exclude(pairing=None).select_related("pairing"):
        if len(row.start_years) == 1:
            for line, money in yearly(row, int(row.start_years[0])).items():
                taken[line] += money.amount
    return taken


def _require_currency(project: ProjectVersion, envelopes: set[str]) -> None:
    """Refuse a project whose cost is in another currency than the envelopes that would pay it."""
    for currency in sorted(envelopes - {project.currency}):
        raise InputError(
            f"Project {project.identity.code} costs {project.currency}, and its envelope is in {currency}.",
            hint="Give the cost in the envelope's currency, with the rate, its day and its source in `note`.",
            code="record.project-currency", project=project.identity.code, cost=project.currency, envelope=currency,
        )  # fmt: skip


def read_envelopes(
    programme: str, *, on: date, known_by: date | None = None, horizon: tuple[int, int]
) -> dict[str, Money]:
    """What each pairing plans to give in each budget year, by `pairing-year`; several organisations add up.

    Refuses two currencies in one of them.
    """
    rows = EnvelopeVersion.objects.known(known_by).filter(
        identity__programme__code=programme, budget_year__gte=horizon[0], budget_year__lte=horizon[1]
    )
    held: dict[str, Money] = {}
    for row in latest(rows.select_related("pairing").order_by("identity__code", "starts")):
        line, money = f"{row.pairing.code}-{row.budget_year}", Money(row.amount_minor, row.currency)
        held[line] = held[line] + money if line in held else money
    return held
