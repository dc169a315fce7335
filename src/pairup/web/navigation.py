"""What stands in the navigation: the pages that a role may open, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from pairup.record.models import ProgrammeVersion
from pairup.record.remembered import remembers
from pairup.reports.facts import Both
from pairup.services import tables
from pairup.values.words import Words
from pairup.web.pages import AsOf
from pairup.web.policy import may_open

#: routes in the navigation, in order; each is named `web.nav-ROUTE` in the catalogue
ENTRIES = (
    "home", "calendar", "pairings", "rounds", "needs", "people", "me", "projects", "money", "visits", "results",
    "claims", "documents", "administration",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    text: Words
    href: str
    is_here: bool


def entries(request: Any, programme: str) -> list[Entry]:
    """The lines that lead somewhere for whoever acts."""
    found = []
    for route in ENTRIES:
        if not may_open(request.actor, route):
            continue
        try:
            href = reverse(route, kwargs={"programme": programme}) if programme else reverse(route)
        except NoReverseMatch:
            continue
        is_here = request.path == href or (route != "home" and request.path.startswith(href))
        found.append(Entry(Words(f"web.nav-{route}"), href, is_here))
    return found


@remembers
def programmes(asked: AsOf) -> list[tuple[str, Both]]:
    """Programmes of the record, by code and name."""
    rows = tables.read_rows(ProgrammeVersion, on=asked.on, known_by=asked.known_by)
    return [(row.identity.code, Both(row.name_en, row.name_zh)) for row in rows.select_related("identity")]
