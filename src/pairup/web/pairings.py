"""Pairings: who is tied to whom, since when, and one pairing's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from pairup.errors import InputError
from pairup.record.models import PairingVersion
from pairup.services import tables
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.rows import rough, rough_last
from pairup.values.words import Words
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, as_of, page, programme_named

_COLUMNS = [
    Column("donor", Words("web.column-donor")),
    Column("place", Words("web.column-place")),
    Column("channel", Words("web.column-channel")),
    Column("from", Words("web.column-from")),
    Column("to", Words("web.column-to")),
]


def _donor(atlas: Atlas, code: str) -> object:
    return atlas.organisations[code].name if code in atlas.organisations else code


def pairings(request: HttpRequest, programme: str) -> HttpResponse:
    """Every pairing in force on the day asked."""
    asked = as_of(request)
    programme_named(programme, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    rows = tables.read_rows(PairingVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    listing = Listing(
        "pairings", Words("web.pairings-caption"), _COLUMNS,
        [
            (
                Cell(_donor(atlas, row.donor.code), reverse("pairing", args=[programme, row.identity.code])),
                atlas.place_name(row.place.code), row.channel, rough(row.starts, row.starts_precision),
                rough_last(row.ends_before, row.ends_precision),
            )
            for row in rows.select_related("identity", "donor", "place")
        ],
    )  # fmt: skip
    return page(request, "web/pairings.html", title=Words("web.nav-pairings"), listings=[listing])


def pairing(request: HttpRequest, programme: str, code: str) -> HttpResponse:
    """One pairing. One that is not the actor's is as one that is not there."""
    asked = as_of(request)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    rows = PairingVersion.objects.known(asked.known_by).filter(identity__programme__code=programme, identity__code=code)
    row = rows.select_related("identity", "donor", "place").order_by("-number").first()
    if row is None:
        raise InputError(f"There is no pairing {code}.", code="web.missing", what=code)
    facts = [
        (Words("web.column-donor"), _donor(atlas, row.donor.code)),
        (Words("web.column-place"), atlas.place_name(row.place.code)),
        (Words("web.column-from"), rough(row.starts, row.starts_precision)),
        (Words("web.column-to"), rough_last(row.ends_before, row.ends_precision)),
    ]
    return page(
        request, "web/pairing.html", {"facts": facts}, title=code,
        crumbs=[Crumb(Words("web.nav-pairings"), reverse("pairings", args=[programme]))],
    )  # fmt: skip
