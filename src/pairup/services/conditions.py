"""What a round asks beyond a post's own row, and what is signed of people: read from the record as of a day.

The handover with the one before and the rules of selection are dated rules that the programme names; licences and
clearances hold for days; a host ranks or refuses candidates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pairup.planning.worth import CERTIFIED_FROM_M, Attestation, Candidate, Handover, Opening
from pairup.record.models import (
    AttestationVersion,
    ConstraintVersion,
    HostViewVersion,
    PersonVersion,
    PlaceVersion,
    PostingVersion,
    PostVersion,
    TeamVersion,
)
from pairup.rules.register import NoRuleError, Version, load_rules
from pairup.rules.service import handover_from
from pairup.services import tables
from pairup.services.personal import open_values
from pairup.values.codes import Attested, PostingStatus


@dataclass(frozen=True, slots=True)
class Before:
    """Who held a post before: those who left it last, and their last day there (None: not known)."""

    people: frozenset[str]
    last_day: date | None


def versions_in_force(
    programme: str, family: str, *, on: date, known_by: date | None = None
) -> list[tuple[str, Version]]:
    """The versions, in force on a day, of the rules of a family that a programme names and that act on something."""
    named = tables.read_programme(programme, on=on, known_by=known_by).rules
    found = []
    for name in sorted(named):
        if not name.startswith(f"{family}.") or name not in load_rules():
            continue
        try:
            version = load_rules()[name].on(on, known_by=known_by)
        except NoRuleError:
            continue
        if version.is_applied:
            found.append((name, version))
    return found


def holders_before(programme: str, posts: Sequence[PostVersion], *, known_by: date | None = None) -> dict[str, Before]:
    """By code of a post: who held the post that it continues, as far as postings of it are on record."""
    heirs: dict[int, list[str]] = defaultdict(list)
    for row in posts:
        if row.continues_id is not None:
            heirs[row.continues_id].append(row.identity.code)
    rows = PostingVersion.objects.known(known_by).filter(
        identity__programme__code=programme, post_id__in=list(heirs), full_time=True
    )
    columns = ("identity", "post", "person__code", "ends_before", "status")
    terms = {identity: said for identity, *said in rows.order_by("identity", "starts").values_list(*columns)}
    held: dict[int, list[tuple[date | None, str, str]]] = defaultdict(list)
    for post, person, ends, status in terms.values():
        held[post].append((ends - timedelta(days=1) if ends else None, person, status))
    return {code: _last_there(rows) for post, rows in held.items() for code in heirs[post]}


def _last_there(rows: list[tuple[date | None, str, str]]) -> Before:
    """Of those who held a post, the last to leave. Who left early hands nothing over later and stays nowhere."""
    staying = [row for row in rows if row[2] != PostingStatus.ENDED_EARLY]
    days = [day for day, _, _ in staying or rows]
    last = None if None in days else max(day for day in days if day is not None)
    return Before(frozenset(person for day, person, _ in staying if day == last), last)


def with_conditions(
    programme: str, openings: Sequence[Opening], posts: Sequence[PostVersion], *, on: date, known_by: date | None = None
) -> list[Opening]:
    """The openings of a round with what its dated rules, its posts' clearances and its hosts ask of people."""
    before = holders_before(programme, posts, known_by=known_by)
    rules = versions_in_force(programme, "handover_least", on=on, known_by=known_by)
    classes = versions_in_force(programme, "altitude_classes", on=on, known_by=known_by)
    lowest = min((int(row["above_m"]) for _, one in classes for row in one.terms["classes"]), default=CERTIFIED_FROM_M)
    selecting = [name for name, _ in versions_in_force(programme, "selection_age", on=on, known_by=known_by)]
    views, skills = _host_views(programme, posts, on=on, known_by=known_by), _skills_before(posts, known_by=known_by)
    donors, behind = _donors(programme, before, known_by=known_by), places_behind(skills)
    away = _kept_away(programme, {opening.place for opening in openings}, on=on, known_by=known_by)
    leads, found = leads_of(programme, posts, on=on, known_by=known_by), []
    for opening, row in zip(openings, posts, strict=True):
        lead = leads.get(row.team.code, "") if row.team else ""
        held, said = before.get(opening.code), views.get(opening.code, [])
        found.append(replace(
            opening, open_to=frozenset({lead}) if lead else opening.open_to,
            handover=_handover(rules, row, opening, held), rules=tuple(selecting),
            clearance=Attested(row.clearance) if row.clearance else None, certified_from_m=lowest,
            refused=frozenset(person for person, _, refuses in said if refuses),
            kept_away=away.get(opening.place, frozenset()),
            ranked={person: rank for person, rank, refuses in said if rank is not None and not refuses},
            held_by=held.people if held else frozenset(), behind=behind.get(opening.place, 0.0),
            sent_by=frozenset(donors[one] for one in held.people if one in donors) if held else frozenset(),
        ))  # fmt: skip
    return found


def leads_of(programme: str, posts: Sequence[PostVersion], *, on: date, known_by: date | None = None) -> dict[str, str]:
    """Teams that come from one organisation: by code of the team its lead, or nothing where no lead is named."""
    rows = TeamVersion.objects.known(known_by).filter(
        identity__programme__code=programme, identity_id__in={row.team_id for row in posts if row.team_id is not None}
    )
    latest = {code: (asked, lead) for code, asked, lead in rows.order_by("starts", "number").values_list(
        "identity__code", "one_lead", "lead__code"
    )}  # fmt: skip
    return {code: lead or "" for code, (asked, lead) in sorted(latest.items()) if asked}


def with_attestations(
    programme: str, people: Sequence[Candidate], *, on: date, known_by: date | None = None
) -> list[Candidate]:
    """The candidates of a round with what was signed about them, valid on whatever days."""
    rows = AttestationVersion.objects.known(known_by).filter(identity__programme__code=programme)
    signed: dict[str, list[Attestation]] = defaultdict(list)
    columns = ("person__code", "kind", "rule", "starts", "ends_before")
    for (person, kind, rule, starts, ends), told in open_values(rows.order_by("identity__code", "starts"), *columns):
        signed[person].append(Attestation(Attested(kind), told["holds"], tables.span_of(starts, ends), rule))
    return [replace(one, attested=tuple(signed[one.code])) if one.code in signed else one for one in people]


def _host_views(
    programme: str, posts: Sequence[PostVersion], *, on: date, known_by: date | None
) -> dict[str, list[tuple[str, int | None, bool]]]:
    """By code of a post, what its host says on a day: person, rank, whether the person is refused."""
    rows = HostViewVersion.objects.on(on, known_by=known_by).filter(
        identity__programme__code=programme, post_id__in=[row.identity_id for row in posts]
    )
    found: dict[str, list[tuple[str, int | None, bool]]] = defaultdict(list)
    for (post, person), told in open_values(rows.order_by("identity__code"), "post__code", "person__code"):
        found[post].append((person, told["rank"], told["refuses"]))
    return found


def _kept_away(programme: str, places: set[str], *, on: date, known_by: date | None) -> dict[str, frozenset[str]]:
    """By place: who must not be sent there, for a reason told in confidence. All that a plan hears of it."""
    told_so = ConstraintVersion.objects.known(known_by).filter(identity__programme__code=programme)
    in_force = told_so.exclude(ends_before__lte=on).order_by("identity__code")
    barred: dict[str, set[str]] = defaultdict(set)
    for (person,), told in open_values(in_force, "person__code"):
        for place in told["not_at"]:
            barred[place].add(person)
    if not barred:
        return {}
    rows = tables.read_rows(PlaceVersion, on=on, known_by=known_by)
    parents = dict(rows.values_list("identity__code", "parent__code"))
    return {
        place: frozenset().union(*(barred[area] for area in tables.lineage(place, parents) if area in barred))
        for place in places
    }


def _donors(programme: str, before: Mapping[str, Before], *, known_by: date | None) -> dict[str, str]:
    """The donors of those who held the posts before."""
    people = {person for one in before.values() for person in one.people}
    rows = PersonVersion.objects.known(known_by).filter(identity__programme__code=programme).order_by("starts")
    columns = ("identity__code", "donor__code")
    return {person: donor for person, donor in rows.values_list(*columns) if person in people}


def _skills_before(posts: Sequence[PostVersion], *, known_by: date | None) -> dict[str, list[float]]:
    """By place: for each post that one of these continues, the share of its desired skills that its holder had.

    A post that nobody held counts as none of them.
    """
    continued = {row.continues_id for row in posts if row.continues_id is not None}
    wanted: dict[int, frozenset[str]] = {}
    place_of: dict[int, str] = {}
    rows = PostVersion.objects.known(known_by).filter(identity_id__in=continued).order_by("starts")
    for post, place, desired in rows.values_list("identity_id", "place__code", "skills_desired"):
        wanted[post], place_of[post] = frozenset(desired), place
    skills: dict[int, frozenset[str]] = defaultdict(frozenset)
    held = PostingVersion.objects.known(known_by).filter(post_id__in=continued)
    holder = dict(held.order_by("starts").values_list("post_id", "person_id"))
    known = PersonVersion.objects.known(known_by).filter(identity_id__in=set(holder.values())).order_by("starts")
    has = {person: frozenset(said) for person, said in known.values_list("identity_id", "skills")}
    skills.update({post: has.get(person, frozenset()) for post, person in holder.items()})
    found: dict[str, list[float]] = defaultdict(list)
    for post, desired in wanted.items():
        if desired:
            found[place_of[post]].append(len(desired & skills[post]) / len(desired))
    return found


def places_behind(shares: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """How far each place fell behind the place that fared best: the difference of their mean shares, 0 to 1.

    >>> places_behind({"nang": [0.5, 0.0], "damxung": [1.0]})
    {'damxung': 0.0, 'nang': 0.75}
    """
    mean = {place: sum(sorted(found)) / len(found) for place, found in sorted(shares.items()) if found}
    best = max(mean.values(), default=0.0)
    return {place: best - share for place, share in mean.items()}


def _handover(
    rules: Sequence[tuple[str, Version]], post: PostVersion, opening: Opening, before: Before | None
) -> Handover | None:
    """What the strictest of the rules asks of whoever comes after the one before."""
    if before is None or before.last_day is None:
        return None
    asked = [
        Handover(day, int(version.terms["days"]))
        for _, version in rules
        if (day := handover_from(version, post.term, opening.term, before.last_day)) is not None
    ]
    return min(asked, key=lambda one: one.by, default=None)
