"""What adopting a plan writes: postings, pairings kept or changed, projects planned, a visit set down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import models

from pairup.record.dated import Dated
from pairup.record.models import (
    CallVersion,
    Organisation,
    Pairing,
    PairingVersion,
    Person,
    Place,
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
from pairup.values.codes import Channel, Level, PostingStatus, ProjectStatus

#: columns that a copy of a version row does not take over
_OWN = frozenset({"id", "number", "recorded_at", "superseded_at", "entry"})


def copy_of(row: Dated, **changes: Any) -> Any:
    """A new, unsaved version row of the same identity with some columns changed."""
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in _OWN}
    return type(row)(**(kept | changes))


def change_from(doing: Doing, rows: list[Dated], day: date, **changes: Any) -> None:
    """Say that from `day` on these rows are different: the past of each stays, its future is replaced."""
    if not rows:
        return
    doing.supersede(type(rows[0]), [row.pk for row in rows])
    before = [copy_of(row, ends_before=day) for row in rows if row.starts is None or row.starts < day]
    doing.add(type(rows[0]), before + [copy_of(row, starts=day, starts_precision="day", **changes) for row in rows])


def adopt_chosen(doing: Doing, run: PlanRunVersion, round_code: str, on: date) -> None:
    _ADOPTERS[run.kind](doing, run, round_code, on)


def _ids(model: type[models.Model], **scope: Any) -> dict[str, int]:
    return dict(model._default_manager.filter(**scope).values_list("code", "pk"))


def _postings(doing: Doing, run: PlanRunVersion, round_code: str, on: date) -> None:
    programme = run.identity.programme
    people, posts = _ids(Person, programme=programme), _ids(Post, programme=programme)
    terms = {
        row.identity_id: row
        for row in PostVersion.objects.known().filter(identity__programme=programme, round__code=round_code)
    }
    chosen = [(item["person"], item["post"]) for item in run.answer["assignments"]]
    codes = {pair: f"{pair[1]}/{pair[0]}" for pair in chosen}
    ids = doing.identities(Posting, codes.values(), programme=programme)
    rows = []
    for person, post in chosen:
        term = terms[posts[post]]
        rows.append(
            PostingVersion(
                identity_id=ids[codes[person, post]], person_id=people[person], post_id=posts[post],
                status=PostingStatus.PLANNED, run=run.identity.code, is_synthetic=run.is_synthetic,
                starts=term.starts, starts_precision=term.starts_precision,
                ends_before=term.ends_before, ends_precision=term.ends_precision,
            )
        )  # fmt: skip
    doing.add(PostingVersion, rows)


def _pairings(doing: Doing, run: PlanRunVersion, round_code: str, on: date) -> None:
    programme = run.identity.programme
    if CallVersion.objects.known().filter(identity__programme=programme).exists():
        _pairings_from_offers(doing, run, on)
        return
    starts = RoundVersion.objects.known().get(identity__programme=programme, identity__code=round_code).starts or on
    chosen = {(item["donor"], item["recipient"]) for item in run.answer["assignments"]}
    held = PairingVersion.objects.on(on).filter(identity__programme=programme, parent=None, channel=Channel.TERRITORIAL)
    rows = list(held.select_related("donor", "place"))
    kept = {(row.donor.code, row.place.code) for row in rows}
    ending = [row for row in rows if (row.donor.code, row.place.code) not in chosen]
    if ending:
        doing.supersede(PairingVersion, [row.pk for row in ending])
        doing.add(PairingVersion, [copy_of(row, ends_before=starts, reason=f"plan {run.identity.code}") for row in ending])
    _start_pairings(doing, run, sorted(chosen - kept), starts, Channel.TERRITORIAL)


def _start_pairings(doing: Doing, run: PlanRunVersion, new: list[tuple[str, str]], day: date, channel: Channel) -> None:
    donors, places = _ids(Organisation), _ids(Place)
    codes = {tie: f"{tie[0].partition('-')[2].lower() or tie[0]}-{tie[1]}-{day.year}" for tie in new}
    ids = doing.identities(Pairing, codes.values(), programme=run.identity.programme)
    doing.add(PairingVersion, [
        PairingVersion(
            identity_id=ids[codes[donor, place]], donor_id=donors[donor], place_id=places[place], channel=channel,
            level=Level.PREFECTURE, starts=day, reason=f"plan {run.identity.code}", is_synthetic=run.is_synthetic,
        )
        for donor, place in new
    ])  # fmt: skip


def _pairings_from_offers(doing: Doing, run: PlanRunVersion, on: date) -> None:
    programme = run.identity.programme
    calls = {
        row.identity.code: row
        for row in CallVersion.objects.known().filter(identity__programme=programme).select_related("identity", "recipient")
    }
    donors, organisations = _ids(Organisation), _places_of_organisations(on)
    held = set(PairingVersion.objects.on(on).filter(identity__programme=programme).values_list("donor__code", "recipient__code"))
    new = [
        (item["donor"], calls[item["recipient"]])
        for item in run.answer["assignments"]
        if (item["donor"], calls[item["recipient"]].recipient.code) not in held
    ]
    codes = {(donor, call.identity.code): f"{donor}/{call.identity.code}" for donor, call in new}
    ids = doing.identities(Pairing, codes.values(), programme=programme)
    doing.add(PairingVersion, [
        PairingVersion(
            identity_id=ids[codes[donor, call.identity.code]], donor_id=donors[donor], recipient_id=call.recipient_id,
            place_id=organisations[call.recipient_id], channel=Channel.HOSPITAL, starts=on + timedelta(days=1),
            reason=f"offer accepted, plan {run.identity.code}", is_synthetic=run.is_synthetic,
        )
        for donor, call in new
    ])  # fmt: skip


def _places_of_organisations(on: date) -> dict[int, int]:
    from pairup.record.models import OrganisationVersion

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
        year = way.removeprefix("start-")
        change_from(doing, group, on, status=ProjectStatus.PLANNED, start_years=[year], note=f"plan {run.identity.code}")


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
