"""What every page has around it: language, day asked as of, programme, navigation; and how a page is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pairup.errors import InputError
from pairup.record.models import ProgrammeVersion
from pairup.reports.facts import Both
from pairup.services import tables
from pairup.services.plans import default_programme
from pairup.values.trades import listed
from pairup.values.words import Words
from pairup.web.listing import Listing, exported

_LANGUAGES = {"en": "en", "zh-hans": "zh_Hans"}


def clock() -> datetime:
    """The door's clock; nothing below it reads one."""
    return datetime.now(UTC).replace(microsecond=0)


def language_of(request: Any) -> str:
    """The language of a page as the catalogue names it: `en` or `zh_Hans`."""
    return _LANGUAGES.get(getattr(request, "LANGUAGE_CODE", "en"), "en")


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day a page is asked as of, and the last day of recording it takes in."""

    on: date
    known_by: date | None
    is_today: bool


def _day(request: HttpRequest, name: str) -> date | None:
    given = request.GET.get(name, "")
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise InputError(
            f"{given!r} is no day.", hint="Write it as 2026-11-23.", code="web.no-day", given=given
        ) from error


def as_of(request: Any) -> AsOf:
    """Read `?on=` and `?known_by=`; today and all that is known where they are not said. Refuses what is no day."""
    today, on = clock().date(), _day(request, "on")
    return AsOf(on or today, _day(request, "known_by"), on is None or on == today)


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step back to where a page is found."""

    text: Any
    href: str = ""


def page(
    request: Any,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    title: Words | Both | str,
    crumbs: Sequence[Crumb] = (),
    listings: Sequence[Listing] = (),
    status: int = 200,
) -> HttpResponse:
    """Answer with a page; with `?export=NAME&form=csv|xlsx`, with one of its tables as a file.

    A table is in the context by its name. Whoever acts sees in the file what they see on the page.
    """
    if wanted := request.GET.get("export"):
        for listing in listings:
            if listing.name == wanted:
                return exported(listing, request.GET.get("form", "csv"), language_of(request))
    found = {listing.name: listing.at(request.GET) for listing in listings}
    said = {**(context or {}), **found, "title": title, "crumbs": crumbs}
    answer = render(request, template, said, status=status)
    answer.headers.setdefault("Cache-Control", "no-store" if request.user.is_authenticated else "private")
    return answer


def several(words: Iterable[Words]) -> Both:
    """Several things in one line, as each language lists them."""
    said = listed(words)
    return Both(said["en"], said["zh_Hans"])


def programme_named(code: str, asked: AsOf) -> ProgrammeVersion:
    """The programme of a page's address. Refuses one that is not in the record."""
    return tables.read_programme(code, on=asked.on, known_by=asked.known_by)


def programme_of(request: Any) -> str:
    """The programme a page is in: of its address, else the record's only one, else none."""
    match = request.resolver_match
    if match is not None and "programme" in match.kwargs:
        return str(match.kwargs["programme"])
    try:
        return default_programme()
    except InputError:
        return ""


def around(request: Any) -> dict[str, Any]:
    """What the frame of every page shows (a context processor)."""
    from pairup.web.navigation import entries, programmes

    if not hasattr(request, "actor"):
        return {}
    language = language_of(request)
    programme = programme_of(request)
    try:
        asked = as_of(request)
    except InputError:
        asked = AsOf(clock().date(), None, True)
    return {
        "language": language, "asked": asked, "actor": request.actor, "actors": request.actors,
        "programme_code": programme, "programmes": programmes(asked), "navigation": entries(request, programme),
        "ministries": _ministries(),
    }  # fmt: skip


def _ministries() -> list[str]:
    """What the sign-in page calls the ministry through which people sign in, where there is one."""
    told: dict[str, str] = settings.OIDC  # type: ignore[misc]
    return [told["name"] or told["server"]] if told["server"] else []
