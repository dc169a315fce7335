"""Visits: what was seen, by which way, how high it led; what was found, who follows it up by when."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.models import PlanRunVersion, SiteVersion, VisitFindingVersion, VisitVersion
from pairup.reports.facts import Both, ItineraryFacts
from pairup.reports.figures import Frame
from pairup.reports.profile_figure import Step, altitude_profile
from pairup.reports.said import STAMP
from pairup.reports.writing import clock as clock_text
from pairup.reports.writing import day as day_text
from pairup.services import lives, signing
from pairup.services.access import OFFICES
from pairup.services.reporting import problem_text
from pairup.services.reporting.journey import itinerary
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.tables import read_rows
from pairup.values.words import Words, say
from pairup.web.forms import Keyed, carried_out, done, label, tongue
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import AsOf, Crumb, as_of, clock, language_of, page, programme_named
from pairup.web.pictures import drawn
from pairup.web.policy import may_open


class Finding(Keyed):
    """Record what a visit found, and who follows it up."""

    site = forms.CharField(label=label("trips.site"), required=False, max_length=80)
    text = forms.CharField(
        label=label("trips.found"), widget=forms.Textarea, max_length=2000, help_text=label("trips.no-names")
    )
    action = forms.CharField(label=label("trips.action"), required=False, max_length=500)
    owner = forms.CharField(
        label=label("trips.owner"), required=False, max_length=80, help_text=label("trips.owner-help")
    )
    due = forms.DateField(label=label("trips.due"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class Closing(Keyed):
    """Say that a follow-up was done, and what came of it."""

    day = forms.DateField(label=label("trips.done-on"), widget=forms.DateInput(attrs={"type": "date"}))
    outcome = forms.CharField(label=label("trips.outcome"), max_length=500)


def _called(row: VisitVersion) -> str:
    """What a visit is for; one that a plan made is called by its code, for a plan has no purpose of its own."""
    return row.identity.code if row.run else row.purpose


def visits(request: HttpRequest, programme: str) -> HttpResponse:
    """Visits, the latest first; below them every follow-up that one answers for."""
    asked = as_of(request)
    programme_named(programme, asked)
    known = VisitVersion.objects.known(asked.known_by).filter(identity__programme__code=programme)
    rows = list(known.select_related("identity").order_by("-starts", "identity__code"))
    listing = Listing(
        "visits", Words("trips.visits-caption"),
        [
            Column("purpose", Words("trips.purpose")), Column("from", Words("web.column-from")),
            Column("to", Words("web.column-to")), Column("stops", Words("trips.stops"), is_number=True),
            Column("code", Words("trips.code")),
        ],
        [
            (
                Cell(_called(row), reverse("visit", args=[programme, row.identity.code])), row.starts, row.span.last,
                len(row.stops), row.identity.code,
            )
            for row in rows
        ],
        empty=Words("trips.no-visits"), is_synthetic=any(row.is_synthetic for row in rows),
    )  # fmt: skip
    return page(
        request, "web/visits.html", {"is_synthetic": listing.is_synthetic}, title=Words("web.nav-visits"),
        listings=[listing, _findings(programme, asked)],
    )  # fmt: skip


def _findings(programme: str, asked: AsOf, visit: str = "") -> Listing:
    rows = read_rows(VisitFindingVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    found = rows.filter(visit__code=visit) if visit else rows
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    sites = _sites(programme, atlas, asked)
    return Listing(
        "findings", Words("trips.findings-caption"),
        [
            Column("found", Words("trips.found")), Column("site", Words("trips.site")),
            Column("owner", Words("trips.owner")), Column("due", Words("trips.due")),
            Column("state", Words("trips.state")),
        ],
        [
            (
                Cell(Both(row.text_en, row.text_zh), reverse("finding", args=[programme, row.identity.code])),
                sites.get(row.site.code, "") if row.site else "",
                atlas.body_name(row.owner.code) if row.owner else "", row.due, _state(row, asked),
            )
            for row in found.select_related("identity", "site", "owner").order_by("done", "due", "identity__code")
        ],
        empty=Words("trips.no-findings"),
    )  # fmt: skip


def _sites(programme: str, atlas: Atlas, asked: AsOf) -> dict[str, Both]:
    """Where each site is, in words, by its code; two sites of one place differ by their codes."""
    rows = read_rows(SiteVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    places = dict(rows.values_list("identity__code", "place__code"))
    many = Counter(places.values())
    return {
        code: _with_code(atlas.place_name(place), code if many[place] > 1 else "") for code, place in places.items()
    }


def _with_code(name: Both, code: str) -> Both:
    return Both(f"{name.en} · {code}", f"{name.zh or name.en} · {code}") if code else name


def _seen(visit: int) -> str:
    """The code of a visit, for those who may see it."""
    found = VisitVersion.objects.known().filter(identity=visit).values_list("identity__code", flat=True).first()
    return str(found or "")


def _state(row: Any, asked: AsOf) -> Cell:
    if row.done is not None:
        return Cell(Words("trips.closed", {"day": day_text(row.done)}), tone="good")
    if row.due is not None and row.due < asked.on:
        days = (asked.on - row.due).days
        return Cell(Words("trips.overdue-one" if days == 1 else "trips.overdue", {"days": days}), tone="bad")
    return Cell(Words("trips.open"))


def _visit(programme: str, code: str, asked: AsOf) -> Any:
    known = VisitVersion.objects.known(asked.known_by).filter(identity__programme__code=programme)
    row = known.filter(identity__code=code).select_related("identity").order_by("-number").first()
    if row is None:
        raise InputError(f"There is no visit {code}.", code="web.missing", what=code)
    return row


def _stops(programme: str, row: Any, atlas: Atlas, asked: AsOf) -> list[Both | str]:
    """Where a visit goes, where the record says no more than its sites; those that are not shown keep their codes."""
    names = _sites(programme, atlas, asked) if row.stops else {}
    codes = [stop.partition(":")[2] for stop in row.stops]
    return [names.get(code, code) for code in codes]


def _way(programme: str, row: Any, atlas: Atlas) -> ItineraryFacts | None:
    """The way of a visit that was planned here; nothing of one that was set down by hand."""
    run = PlanRunVersion.objects.known().filter(identity__programme__code=programme, identity__code=row.run).first()
    return None if not row.run or run is None else itinerary(run, problem_text(run), atlas, programme=programme)[0]


def visit(request: Any, programme: str, code: str) -> HttpResponse:
    """One visit: its days, its profile, what it found."""
    return _shown(request, programme, code)


def _shown(request: Any, programme: str, code: str, *, status: int = 200, form: Finding | None = None) -> HttpResponse:
    asked = as_of(request)
    row, atlas = _visit(programme, code, asked), read_atlas(on=asked.on, known_by=asked.known_by)
    way = _way(programme, row, atlas)
    stops = [
        (day.day, stop.name, clock_text(stop.arrive), clock_text(stop.leave), stop.altitude_m)
        for day in (way.days if way else ()) for stop in day.stops
    ]  # fmt: skip
    days = Listing(
        "days", Words("trips.days-caption"),
        [
            Column("day", Words("trips.day")), Column("stop", Words("trips.site")),
            Column("arrive", Words("trips.arrive")), Column("leave", Words("trips.leave")),
            Column("altitude", Words("trips.altitude"), is_number=True),
        ],
        stops or [(None, said, None, None, None) for said in _stops(programme, row, atlas, asked)],
        empty=Words("trips.no-way"),
    )  # fmt: skip
    return page(
        request, "web/visit.html",
        {
            "row": row, "code": code, "has_profile": bool(way and len(way.profile) > 1), "way": way,
            "is_synthetic": row.is_synthetic, "may_write": may_open(request.actor, "finding-add") and asked.is_today,
            "form": form or Finding(),
        },
        title=_called(row), status=status, listings=[days, _findings(programme, asked, code)],
        crumbs=[Crumb(Words("web.nav-visits"), reverse("visits", args=[programme]))],
    )  # fmt: skip


def visit_picture(request: Any, programme: str, code: str) -> HttpResponse:
    """The altitude over the hours of a visit, with its nights."""
    asked, language = as_of(request), language_of(request)
    row = _visit(programme, code, asked)
    way = _way(programme, row, read_atlas(on=asked.on, known_by=asked.known_by))
    if way is None or len(way.profile) < 2:
        raise InputError(f"{code} has no profile.", code="web.missing", what=code)
    steps = [
        Step(point.hours, point.altitude_m, point.name.say(language) if point.is_night and point.name else None)
        for point in way.profile
    ]
    frame = Frame(say("reports.profile-metres", language), STAMP if way.is_synthetic else "")
    chart = altitude_profile(steps, say("reports.profile-hours", language), frame, say("reports.metre", language))
    return drawn(request, chart, name="profile", alt=say("trips.profile-alt", language))


@require_POST
def add_finding(request: Any, programme: str, code: str) -> HttpResponse:
    """Record what a visit found."""
    row, form = _visit(programme, code, as_of(request)), Finding(request.POST)
    if form.is_valid():
        said, own = form.cleaned_data, "zh" if tongue() == "zh_Hans" else "en"
        cells = {
            "code": f"VF-{code}",
            "day": clock().date().isoformat(), "visit": code, "site": said["site"], f"text_{own}": said["text"],
            f"action_{own}": said["action"], "owner": said["owner"],
            "due": said["due"].isoformat() if said["due"] else "", "is_synthetic": "yes" if row.is_synthetic else "no",
        }  # fmt: skip
        if own == "zh":
            cells["text_en"] = said["text"]  # the English column is never empty; what was written stands in both
        kept = carried_out(form, lambda: lives.record_next(
            "visit_findings", cells, actor=str(request.actor), at=clock(), programme=programme, key=said["key"]
        ))  # fmt: skip
        if kept is not None:
            return done(request, Words("trips.recorded"), "visit", programme, code)
    return _shown(request, programme, code, status=422, form=form)


def finding(request: Any, programme: str, code: str) -> HttpResponse:
    """One finding and its follow-up; whoever answers for it closes it here."""
    asked = as_of(request)
    rows = read_rows(VisitFindingVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    # not joined to its visit: whoever answers for a finding may not see the visit, and a join would hide both
    row = rows.filter(identity__code=code).select_related("identity", "site", "owner").first()
    if row is None:
        raise InputError(f"There is no finding {code}.", code="web.missing", what=code)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    form = Closing(request.POST or None, initial={"day": clock().date()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        closed = carried_out(form, lambda: signing.close_follow_up(
            code, done=said["day"], outcome=said["outcome"], actor=str(request.actor), at=clock(), programme=programme
        ))  # fmt: skip
        if closed is not None:
            return done(request, Words("trips.closed-now"), "finding", programme, code)
    return page(
        request, "web/finding.html",
        {
            "row": row, "code": code, "visit": _seen(row.visit_id),
            "owner": atlas.body_name(row.owner.code) if row.owner else "",
            "site": _sites(programme, atlas, asked).get(row.site.code, "") if row.site else "",
            "text": Both(row.text_en, row.text_zh), "state": _state(row, asked),
            "action": Both(row.action_en, row.action_zh), "form": form, "is_synthetic": row.is_synthetic,
            "may_close": row.done is None and asked.is_today and request.actor.role in OFFICES,
        },
        title=Words("trips.one-finding"), status=422 if form.is_bound else 200,
        crumbs=[Crumb(Words("web.nav-visits"), reverse("visits", args=[programme]))],
    )  # fmt: skip
