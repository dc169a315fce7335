"""The front door, and the first page of each role: what waits, what changed since one was here last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pairup.reports.facts import Both
from pairup.services import dues
from pairup.values.words import Words
from pairup.web.listing import Column, Listing
from pairup.web.navigation import programmes
from pairup.web.pages import as_of, page, programme_named, programme_of


def front(request: Any) -> HttpResponse:
    """Lead whoever signed in to their programme; tell everybody else what this is."""
    found, programme = programmes(as_of(request)), programme_of(request)
    if request.user.is_authenticated and (programme or found):
        return redirect("home", programme=programme or found[0][0])
    return page(request, "web/front.html", {"found": found}, title=Words("web.front-title"))


def home(request: HttpRequest, programme: str) -> HttpResponse:
    """What waits for whoever acts."""
    asked = as_of(request)
    row = programme_named(programme, asked)
    waiting = dues.read_due(programme, on=asked.on, known_by=asked.known_by)
    listing = Listing(
        "waiting", Words("web.waiting-caption"),
        [
            Column("what", Words("web.column-what")), Column("about", Words("web.column-about")),
            Column("owner", Words("web.column-owner")), Column("due", Words("web.column-due")),
        ],
        [
            (Words(f"lifecycle.due-{due.kind.replace('_', '-')}"), due.title or due.about, due.owner, due.day)
            for due in waiting
        ],
        empty=Words("web.waiting-nothing"),
    )  # fmt: skip
    return page(request, "web/home.html", {"programme": row}, title=Both(row.name_en, row.name_zh), listings=[listing])
