"""Results: indicators with their definitions, each one's values by place and time, and the claims made about it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from pairup.errors import InputError
from pairup.record.models import ClaimVersion, IndicatorVersion, ObservationVersion
from pairup.reports.facts import Both
from pairup.reports.figures import Frame
from pairup.reports.said import STAMP
from pairup.reports.series_figure import SeriesPoint, series
from pairup.services.reporting.places import read_atlas
from pairup.services.tables import read_rows
from pairup.values.codes import AddsUp, ClaimClass, called
from pairup.values.words import Words, say
from pairup.web.claims import facts_of
from pairup.web.listing import Cell, Column, FromRecord, Listing
from pairup.web.pages import AsOf, Crumb, as_of, language_of, page, programme_named
from pairup.web.pictures import drawn


def _values(programme: str, asked: AsOf) -> Any:
    """Values of periods that had begun by the day asked, whichever they are true of."""
    rows = ObservationVersion.objects.known(asked.known_by).filter(identity__programme__code=programme)
    return rows.filter(starts__lte=asked.on)


def results(request: HttpRequest, programme: str) -> HttpResponse:
    """Every indicator with what is recorded of it."""
    asked = as_of(request)
    programme_named(programme, asked)
    told = {
        row["indicator"]: row
        for row in _values(programme, asked).order_by().values("indicator").annotate(
            values=Count("pk"), places=Count("place", distinct=True), first=Min("starts"), last=Max("starts")
        )
    }  # fmt: skip
    rows = read_rows(IndicatorVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    cells = []
    for row in rows.select_related("identity"):
        of = told.get(row.identity_id, {})
        cells.append(
            (
                Cell(Both(row.name_en, row.name_zh), reverse("indicator", args=[programme, row.identity.code])),
                row.uom, of.get("values", 0), of.get("places", 0), of.get("first"), of.get("last"),
            )
        )  # fmt: skip
    listing = Listing(
        "indicators", Words("proof.results-caption"),
        [
            Column("indicator", Words("proof.column-indicator")), Column("uom", Words("proof.column-uom")),
            Column("values", Words("proof.column-values"), is_number=True),
            Column("places", Words("proof.column-places"), is_number=True),
            Column("first", Words("proof.column-first")), Column("last", Words("proof.column-last")),
        ],
        cells,
    )  # fmt: skip
    return page(request, "web/results.html", title=Words("web.nav-results"), listings=[listing])


def _indicator(programme: str, code: str, asked: AsOf) -> Any:
    known = IndicatorVersion.objects.known(asked.known_by).filter(identity__programme__code=programme)
    row = known.filter(identity__code=code).select_related("identity").order_by("-number").first()
    if row is None:
        raise InputError(f"There is no indicator {code}.", code="web.missing", what=code)
    return row


def indicator(request: HttpRequest, programme: str, code: str) -> HttpResponse:
    """One indicator: definition, picture, values, the claims about it. Long because it names each column."""
    asked = as_of(request)
    row = _indicator(programme, code, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    values = _values(programme, asked).filter(indicator=row.identity_id).select_related("place", "identity")

    def line(one: Any) -> tuple[Any, ...]:
        interval = "" if one.lowest is None or one.highest is None else f"{one.lowest:g} – {one.highest:g}"
        return (
            atlas.place_name(one.place.code), atlas.body_name(one.unit) if one.unit else "", one.starts,
            one.value.normalize(), interval,
            called(ClaimClass(one.claim_class)), one.treated_from,
        )  # fmt: skip

    listing = Listing(
        "values", Words("proof.values-caption"),
        [
            Column("place", Words("web.column-place")), Column("unit", Words("proof.column-observed")),
            Column("from", Words("web.column-from")), Column("value", Words("proof.column-value"), is_number=True),
            Column("interval", Words("proof.column-interval")), Column("class", Words("proof.column-class")),
            Column("treated", Words("proof.column-treated")),
        ],
        FromRecord(
            values.order_by("-starts", "place__code", "unit"), line, words=("place__code", "unit"),
            orders={"from": "starts", "value": "value", "place": "place__code", "treated": "treated_from"},
        ),
        empty=Words("proof.no-values"), is_synthetic=values.filter(is_synthetic=True).exists(),
    )  # fmt: skip
    about = set(
        ClaimVersion.objects.known(asked.known_by)
        .filter(identity__programme__code=programme, subject=code).values_list("identity__code", flat=True)
    )  # fmt: skip
    return page(
        request, "web/indicator.html",
        {
            "row": row, "code": code, "places": values.values("place").distinct().order_by().count(),
            "adds_up": called(AddsUp(row.adds_up)) if row.adds_up else None, "is_synthetic": listing.is_synthetic,
            "claims": [one for one in facts_of(programme, asked) if one.code in about] if about else [],
            "has_values": values.exists(),
        },
        title=Both(row.name_en, row.name_zh), listings=[listing],
        crumbs=[Crumb(Words("web.nav-results"), reverse("results", args=[programme]))],
    )  # fmt: skip


def indicator_picture(request: Any, programme: str, code: str) -> HttpResponse:
    """An indicator over time: places helped since some day, and the others."""
    asked, language = as_of(request), language_of(request)
    row = _indicator(programme, code, asked)
    kinds = (say("proof.group-helped", language), say("proof.group-others", language))
    rows = _values(programme, asked).filter(indicator=row.identity_id).order_by("starts")
    told = list(rows.values_list("place__code", "unit", "starts", "value", "treated_from", "is_synthetic"))
    if not told:
        raise InputError(f"Nothing was observed of {code}.", code="web.missing", what=code)
    helped = {(place, unit) for place, unit, _, _, since, _ in told if since is not None}
    points = [
        SeriesPoint(f"{place}/{unit}", day, float(value), kinds[0 if (place, unit) in helped else 1])
        for place, unit, day, value, _, _ in told
    ]
    shown = [kind for kind in kinds if any(point.kind == kind for point in points)]
    frame = Frame(row.uom, STAMP if any(one[-1] for one in told) else "")
    name = (row.name_zh if language == "zh_Hans" else row.name_en) or row.name_en
    alt = say("proof.picture-alt", language, name=name, count=len({place for place, *_ in told}))
    return drawn(request, series(points, shown, frame), name="series", alt=alt)
