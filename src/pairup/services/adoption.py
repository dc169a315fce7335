"""What adopting a plan writes: postings, pairings kept or changed, projects planned, a visit set down."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from pairup.errors import InputError
from pairup.record.dated import Dated, Sealed, Version
from pairup.record.models import (
    CallVersion,
    Organisation,
    OrganisationVersion,
    Pairing,
    PairingVersion,
    Person,
    Place,
    PlaceVersion,
    PlanRunVersion,
    Post,
    Posting,
    PostingVersion,
    PostVersion,
    ProjectVersion,
    RoundVersion,
    Visit,
    VisitVersion,
)
from pairup.services.write import Doing
from pairup.values.codes import Channel, OrganisationKind, PostingStatus, ProjectStatus
from pairup.values.days import Precision

#: channel of a pairing that began as an offer, by what its donor is
CHANNELS: dict[str, Channel] = {
    OrganisationKind.GOVERNMENT: Channel.TERRITORIAL,
    OrganisationKind.MINISTRY: Channel.SYSTEM,
    OrganisationKind.BUREAU: Channel.SYSTEM,
    OrganisationKind.ENTERPRISE: Channel.ENTERPRISE,
    OrganisationKind.HOSPITAL: Channel.HOSPITAL,
    OrganisationKind.SCHOOL: Channel.SCHOOL,
}
#: columns that a copy of a version row does not take over
_OWN = frozenset({"id", "number", "recorded_at", "superseded_at", "entry"})


def copy_of(row: Version, **changes: Any) -> Any:
    """A new, unsaved version row of the same identity with some columns changed.

    To change a personal column, the row has to be opened first; else what is closed is taken over as it is.
    """
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in _OWN}
    if isinstance(row, Sealed) and changes.keys() & row.personal.keys():
        kept |= {"sealed": "", "closed": ""} | {name: getattr(row, name) for name in row.personal}
    return type(row)(**(kept | changes))


def change_from(doing: Doing, rows: list[Dated], day: date, **changes: Any) -> None:
    """Say that from `day` on these rows are different: the past of each stays, its future is replaced."""
    if not rows:
        return
    doing.supersede(type(rows[0]), [row.pk for row in rows])
    before = [
        copy_of(row, ends_before=day, ends_precision="day") for row in rows if row.starts is None or row.starts < day
    ]
    doing.add(type(rows[0]), before + [copy_of(row, starts=day, starts_precision="day", **changes) for row in rows])


def adopt_chosen(doing: Doing, run: PlanRunVersion, round_code: str, on: date) -> None:
    _ADOPTERS[run.kind](doing, run, round_code, on)


def _ids(model: type[models.Model], **scope: Any) -> dict[str, int]:
    return dict(model._default_manager.filter(**scope).values_list("code", "pk"))


def _postings(doing: Doing, run: PlanRunVersion, round_code: str, on: date) -> None:
    programme = run.identity.programme
    people, posts = _ids(Person, programme=programme), _ids(Post, programme=programme)
    round_posts = PostVersion.objects.known().filter(identity__programme=programme, round__code=round_code)
    terms = {row.identity_id: row for row in round_posts.order_by("starts")}
    chosen = [(item["person"], item["post"]) for item in run.answer["assignments"]]
    met, stays = _handovers(run), _held(row.continues_id for row in terms.values())
    codes = {pair: f"{pair[1]}/{pair[0]}" for pair in chosen}
    ids = doing.identities(Posting, codes.values(), programme=programme)
    rows = []
    for person, post in chosen:
        term = terms[posts[post]]
        starts, precision = term.starts, term.starts_precision
        if (day := met.get(post)) and starts and day < starts and (people[person], term.continues_id) not in stays:
            starts, precision = day, Precision.DAY
        rows.append(
            PostingVersion(
                identity_id=ids[codes[person, post]], person_id=people[person], post_id=posts[post],
                status=PostingStatus.PLANNED, run=run.identity.code, is_synthetic=run.is_synthetic,
                starts=starts, starts_precision=precision,
                ends_before=term.ends_before, ends_precision=term.ends_precision,
            )
        )  # fmt: skip
    doing.add(PostingVersion, rows)


def _handovers(run: PlanRunVersion) -> dict[str, date]:
    """By post: the day on which the plan has it begin, that of the handover where one is asked for."""
    said = json.loads(zlib.decompress(bytes(run.problem)))["posts"]
    return {row["id"]: date.fromisoformat(row["from"]) for row in said if row["from"]}


def _held(posts: Iterable[int | None]) -> set[tuple[int, int]]:
    """Who held these posts: nobody hands over to themselves."""
    known = PostingVersion.objects.known().filter(post_id__in={post for post in posts if post is not None})
    return set(known.values_list("person_id", "post_id"))


def _pairings(doing: Doing, run: PlanRunVersion, round_code: str, on: date) -> None:
    programme = run.identity.programme
    if CallVersion.objects.known().filter(identity__programme=programme).exists():
        _pairings_from_offers(doing, run, on)
        return
    starts = RoundVersion.objects.known().get(identity__programme=programme, identity__code=round_code).starts or on
    chosen = {(item["donor"], item["recipient"]) for item in run.answer["assignments"]}
    held = PairingVersion.objects.on(on).filter(identity__programme=programme, parent=None, channel=Channel.TERRITORIAL)
    rows = [row for row in held.select_related("donor", "place") if row.ends_before is None or row.ends_before > starts]
    kept = {(row.donor.code, row.place.code) for row in rows}
    _end_pairings(doing, run, [row for row in rows if (row.donor.code, row.place.code) not in chosen], starts)
    _start_pairings(doing, run, sorted(chosen - kept), starts)


def _end_pairings(doing: Doing, run: PlanRunVersion, rows: list[PairingVersion], day: date) -> None:
    """End pairings from a day on, and with them the pairings under them that are in force then."""
    while rows:
        doing.supersede(PairingVersion, [row.pk for row in rows])
        changes = {"ends_before": day, "ends_precision": "day", "reason": f"plan {run.identity.code}"}
        doing.add(PairingVersion, [copy_of(row, **changes) for row in rows if row.starts is None or row.starts < day])
        under = PairingVersion.objects.known().filter(parent__in=[row.identity_id for row in rows])
        rows = list(under.filter(Q(ends_before=None) | Q(ends_before__gt=day)))


def _start_pairings(doing: Doing, run: PlanRunVersion, new: list[tuple[str, str]], day: date) -> None:
    donors, places = _ids(Organisation), _ids(Place)
    levels = dict(PlaceVersion.objects.on(day).values_list("identity__code", "level"))
    codes = {tie: f"{tie[0].partition('-')[2].lower() or tie[0]}-{tie[1]}-{day.year}" for tie in new}
    ids = doing.identities(Pairing, codes.values(), programme=run.identity.programme)
    doing.add(PairingVersion, [
        PairingVersion(
            identity_id=ids[codes[donor, place]], donor_id=donors[donor], place_id=places[place],
            channel=Channel.TERRITORIAL, level=levels.get(place, ""), starts=day, reason=f"plan {run.identity.code}",
            is_synthetic=run.is_synthetic,
        )
        for donor, place in new
    ])  # fmt: skip


def _pairings_from_offers(doing: Doing, run: PlanRunVersion, on: date) -> None:
    programme = run.identity.programme
    calls = {
        row.identity.code: row
        for row in CallVersion.objects.known()
        .filter(identity__programme=programme)
        .select_related("identity", "recipient")
    }
    donors, organisations = _ids(Organisation), _places_of_organisations(on)
    kinds = dict(OrganisationVersion.objects.on(on).values_list("identity__code", "kind"))
    held = set(
        PairingVersion.objects.on(on)
        .filter(identity__programme=programme)
        .values_list("donor__code", "recipient__code")
    )
    new = [
        (item["donor"], calls[item["recipient"]])
        for item in run.answer["assignments"]
        if (item["donor"], calls[item["recipient"]].recipient.code) not in held
    ]
    for _, call in new:
        if call.recipient_id not in organisations:
            raise InputError(
                f"{call.recipient.code} has no place, and a pairing arrives somewhere.",
                hint="Give its place in organisations.csv.", code="record.no-place", organisation=call.recipient.code,
            )  # fmt: skip
    codes = {(donor, call.identity.code): f"{donor}/{call.identity.code}" for donor, call in new}
    ids = doing.identities(Pairing, codes.values(), programme=programme)
    doing.add(PairingVersion, [
        PairingVersion(
            identity_id=ids[codes[donor, call.identity.code]], donor_id=donors[donor], recipient_id=call.recipient_id,
            place_id=organisations[call.recipient_id], channel=CHANNELS.get(kinds.get(donor, ""), Channel.OTHER),
            starts=on + timedelta(days=1),
            reason=f"offer accepted, plan {run.identity.code}", is_synthetic=run.is_synthetic,
        )
        for donor, call in new
    ])  # fmt: skip


def _places_of_organisations(on: date) -> dict[int, int]:
    return dict(OrganisationVersion.objects.on(on).exclude(place=None).values_list("identity", "place"))


def _funding(doing: Doing, run: PlanRunVersion, round_code: str, on: date) -> None:
    chosen = {item["project"]: item["way"] for item in run.answer["assignments"]}
    rows = ProjectVersion.objects.on(on).filter(
        identity__programme=run.identity.programme, identity__code__in=chosen, status=ProjectStatus.PROPOSED
    )
    by_start: dict[str, list[Dated]] = {}
    for row in rows.select_related("identity").order_by("identity__code"):
        by_start.setdefault(chosen[row.identity.code], []).append(row)
    for way, group in sorted(by_start.items()):
        year = int(way.removeprefix("start-"))
        change_from(
            doing, group, on, status=ProjectStatus.PLANNED, start_years=[year], note=f"plan {run.identity.code}"
        )


def _visits(doing: Doing, run: PlanRunVersion, round_code: str, on: date) -> None:
    stops = [f"{day['day']}:{stop['site']}" for day in run.answer["assignments"] for stop in day["stops"]]
    ids = doing.identities(Visit, [run.identity.code], programme=run.identity.programme)
    visit = VisitVersion(
        identity_id=ids[run.identity.code], purpose="planned", run=run.identity.code, stops=stops, starts=on,
        is_synthetic=run.is_synthetic,
    )  # fmt: skip
    doing.add(VisitVersion, [visit])


_ADOPTERS: dict[str, Callable[[Doing, PlanRunVersion, str, date], None]] = {
    "postings": _postings,
    "pairings": _pairings,
    "funding": _funding,
    "visits": _visits,
}
