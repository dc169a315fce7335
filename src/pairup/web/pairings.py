"""Pairings: who is tied to whom, on a list and on a map of points; one pairing with its decades."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from pairup.errors import InputError
from pairup.record.models import PairingVersion
from pairup.record.remembered import remembered
from pairup.reports import decades_figure, maps, palette
from pairup.reports.decades_figure import COLOURS, Bars, Term, decimal_year
from pairup.reports.facts import Both, PlaceFacts
from pairup.reports.figures import Frame
from pairup.reports.five_ways import STEPS
from pairup.reports.pairing_sections import map_words
from pairup.reports.said import STAMP
from pairup.reports.writing import MoneyScale
from pairup.services import tables
from pairup.services.chronicles import Line as Told
from pairup.services.chronicles import read_chronicle
from pairup.services.decades import Decades, Voice, read_decades
from pairup.services.outlines import outlines_beside
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.rows import rough, rough_last
from pairup.values import codes
from pairup.values.codes import Channel, Level, ProjectStatus, called
from pairup.values.days import RoughDay
from pairup.values.words import Words, say
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import AsOf, Crumb, as_of, language_of, page, programme_named
from pairup.web.pictures import drawn
from pairup.web.policy import may_open

_COLUMNS = [
    Column("donor", Words("web.column-donor")),
    Column("place", Words("web.column-place")),
    Column("channel", Words("web.column-channel")),
    Column("level", Words("pages.column-level")),
    Column("altitude", Words("rounds.column-altitude"), is_number=True),
    Column("from", Words("web.column-from")),
    Column("to", Words("web.column-to")),
]
#: filters of the list, and the field each keeps to
_FILTERS = {"channel": "channel", "level": "level", "donor": "donor__code"}
#: facts of a chronicle's line that are of a closed list
_CHOSEN: dict[str, dict[str, type[StrEnum]]] = {
    "told-code": {"level": Level}, "told-succession": {"kind": codes.SuccessionKind},
    "told-pairing": {"channel": Channel}, "told-pairing-ended": {"channel": Channel},
    "told-need": {"by": codes.StatedBy, "status": codes.NeedStatus}, "told-project": {"status": ProjectStatus},
    "told-claim": {"kind": codes.ClaimClass}, "told-signature": {"kind": codes.SignatureKind},
}  # fmt: skip
_FORMS: dict[str, type[StrEnum]] = {
    "review": codes.Mark, "feedback": codes.FeedbackOutcome, "signature": codes.SignatureKind,
}  # fmt: skip
_SPEAKERS: dict[str, type[StrEnum]] = {"review": codes.ReviewSide, "feedback": codes.FeedbackFrom}


def _donor(atlas: Atlas, code: str) -> Any:
    return atlas.organisations[code].name if code in atlas.organisations else code


def _rows(request: Any, programme: str, asked: AsOf) -> list[PairingVersion]:
    """Pairings in force on the day asked that the filters keep."""
    wanted = tuple((field, said) for name, field in _FILTERS.items() if (said := request.GET.get(name, "")))
    rows = tables.read_rows(PairingVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    rows = rows.select_related("identity", "donor", "place")
    return remembered(
        lambda: list(rows.filter(**dict(wanted))), "pairings", programme, asked.on, asked.known_by, wanted
    )


def pairings(request: Any, programme: str) -> HttpResponse:
    """Every pairing in force on the day asked; `?channel=`, `?level=` and `?donor=` keep some of them."""
    asked = as_of(request)
    programme_named(programme, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    said = {name: request.GET.get(name, "") for name in _FILTERS}
    rows = _rows(request, programme, asked)
    donors = {row.donor.code for row in rows}
    if any(said.values()):
        every = tables.read_rows(PairingVersion, on=asked.on, known_by=asked.known_by, programme=programme)
        donors = set(every.values_list("donor__code", flat=True))
    listing = Listing(
        "pairings", Words("web.pairings-caption"), _COLUMNS,
        [
            (
                Cell(_donor(atlas, row.donor.code), reverse("pairing", args=[programme, row.identity.code])),
                atlas.place_name(row.place.code), called(Channel(row.channel)),
                called(Level(row.level)) if row.level else "",
                atlas.places[row.place.code].altitude_m if row.place.code in atlas.places else None,
                rough(row.starts, row.starts_precision), rough_last(row.ends_before, row.ends_precision),
            )
            for row in rows
        ],
        is_synthetic=any(row.is_synthetic for row in rows),
    )  # fmt: skip
    context = {
        "filters": [
            ("channel", Words("web.column-channel"), said["channel"], [(one.value, called(one)) for one in Channel]),
            ("level", Words("pages.column-level"), said["level"], [(one.value, called(one)) for one in Level]),
            ("donor", Words("web.column-donor"), said["donor"], [(one, _donor(atlas, one)) for one in sorted(donors)]),
        ],
        "query": "&".join(f"{name}={value}" for name, value in said.items() if value), "has_map": bool(rows),
        "map_title": Words("pages.map-title-loaded" if outlines_beside() else "pages.map-title"),
        "is_synthetic": listing.is_synthetic,
    }  # fmt: skip
    return page(request, "web/pairings.html", context, title=Words("web.nav-pairings"), listings=[listing])


def pairing_map(request: Any, programme: str) -> HttpResponse:
    """Places that are helped, coloured by altitude, with a line from each donor whose place is known. No boundary."""
    asked, language = as_of(request), language_of(request)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    rows = _rows(request, programme, asked)
    points: dict[str, maps.MapPoint] = {}
    lines = []
    for row in rows:
        place = atlas.places.get(row.place.code)
        if place is None or place.latitude is None or place.longitude is None:
            continue
        points[place.code] = _point(place, place.name.say(language) if place.code == place.area else "")
        home = atlas.places.get(atlas.organisation_places.get(row.donor.code, ""))
        if home is not None and home.latitude is not None and home.longitude is not None and row.parent_id is None:
            name = _donor(atlas, row.donor.code)
            points[f"donor {row.donor.code}"] = maps.MapPoint(
                f"donor {row.donor.code}", home.longitude, home.latitude, None, None,
                (name if isinstance(name, str) else name.say(language),), True,
            )  # fmt: skip
            lines.append(maps.MapLine((home.longitude, home.latitude), (place.longitude, place.latitude)))
    if not points:
        raise InputError("No place of a pairing has coordinates on record.", code="web.missing", what=programme)
    frame = Frame("", STAMP if any(row.is_synthetic for row in rows) else "")
    chart = maps.point_map(list(points.values()), map_words(language, False), frame, lines, outlines_beside())
    alt = say("pages.map-alt", language, places=len(points) - len({line.start for line in lines}), lines=len(lines))
    return drawn(request, chart, name="pairings", alt=alt)


def _point(place: PlaceFacts, name: str) -> maps.MapPoint:
    assert place.longitude is not None and place.latitude is not None
    return maps.MapPoint(
        place.code, place.longitude, place.latitude, place.altitude_m, None, (name,) if name else ()
    )  # fmt: skip


def _decades(programme: str, code: str, asked: AsOf) -> Decades:
    try:
        return remembered(
            lambda: read_decades(programme, code, on=asked.on, known_by=asked.known_by),
            "decades", programme, code, asked.on, asked.known_by,
        )  # fmt: skip
    except InputError as error:
        if error.code == "pages.missing":
            raise InputError(error.message, code="web.missing", what=code) from error
        raise


def pairing(request: Any, programme: str, code: str) -> HttpResponse:
    """One pairing over its years. One that is not the actor's is as one that is not there."""
    asked = as_of(request)
    found = _decades(programme, code, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    row = found.row
    facts = [
        (Words("web.column-donor"), _donor(atlas, row.donor.code), ""),
        (Words("web.column-place"), atlas.place_name(row.place.code), ""),
        (Words("web.column-channel"), called(Channel(row.channel)), ""),
        (Words("web.column-from"), rough(row.starts, row.starts_precision), ""),
        (Words("web.column-to"), rough_last(row.ends_before, row.ends_precision), ""),
    ]
    if row.parent is not None:
        facts.append((Words("pages.under"), row.parent.code, reverse("pairing", args=[programme, row.parent.code])))
    context = {
        "code": code, "facts": facts, "reason": row.reason, "is_synthetic": found.is_synthetic,
        "has_picture": bool(found.cohorts or found.money or found.projects),
        "history": reverse("row", args=[programme, "pairings", code]),
        "under": [(one, reverse("pairing", args=[programme, one])) for one in found.under],
        "voices": [_voice(voice, atlas) for voice in found.voices[:40]],
    }  # fmt: skip
    donor, place = _donor(atlas, row.donor.code), atlas.place_name(row.place.code)
    told = read_chronicle(row.place.code, on=asked.on, programme=programme, known_by=asked.known_by)
    return page(
        request, "web/pairing.html", context, title=_joined(donor, place),
        crumbs=[Crumb(Words("web.nav-pairings"), reverse("pairings", args=[programme]))],
        listings=[
            _cohorts(found, request, programme), _money(found, request, programme),
            _projects(found, atlas, request, programme), _chronicle(told, programme, atlas),
        ],
    )  # fmt: skip


def _joined(donor: Any, place: Both) -> Both:
    en, zh = (donor, donor) if isinstance(donor, str) else (donor.en, donor.zh or donor.en)
    return Both(f"{en} – {place.en}", f"{zh} – {place.zh or place.en}")


def _cohorts(found: Decades, request: Any, programme: str) -> Listing:
    may = may_open(request.actor, "round")
    return Listing(
        "cohorts", Words("pages.cohorts-caption"),
        [
            Column("round", Words("rounds.column-round")), Column("from", Words("web.column-from")),
            Column("to", Words("web.column-to")), Column("people", Words("pages.column-began"), is_number=True),
            Column("early", Words("pages.column-early"), is_number=True),
        ],
        [
            (Cell(one.code, reverse("round", args=[programme, one.code]) if may else ""), one.starts, one.last,
             one.people, one.early)
            for one in reversed(found.cohorts)
        ],
        empty=Words("pages.no-cohorts"), is_synthetic=found.is_synthetic,
    )  # fmt: skip


def _money(found: Decades, request: Any, programme: str) -> Listing:
    may = may_open(request.actor, "money-pairing")
    return Listing(
        "money", Words("pages.money-caption"),
        [
            Column("year", Words("purse.year")),
            *(Column(name, Words(f"totals.step-{name}"), is_number=True) for name in STEPS),
        ],
        [
            (
                Cell(str(one.year), reverse("money-pairing", args=[programme, one.pairing, one.year]) if may else ""),
                *(
                    step.amounts[0] if len(step.amounts) == 1 else step if step.amounts else None
                    for step in one.steps
                ),
            )
            for one in reversed(found.money)
        ],
        empty=Words("pages.no-money"), is_synthetic=found.is_synthetic,
    )  # fmt: skip


def _projects(found: Decades, atlas: Atlas, request: Any, programme: str) -> Listing:
    may = may_open(request.actor, "project")
    return Listing(
        "projects", Words("pages.projects-caption"),
        [
            Column("project", Words("works.column-project")), Column("place", Words("web.column-place")),
            Column("state", Words("pages.column-outcome")), Column("from", Words("web.column-from")),
        ],
        [
            (
                Cell(Both(one.title_en, one.title_zh), reverse("project", args=[programme, one.identity.code])
                     if may else ""),
                atlas.place_name(one.place.code), called(ProjectStatus(one.status)), one.starts,
            )
            for one in found.projects
        ],
        empty=Words("pages.no-projects"), is_synthetic=found.is_synthetic,
    )  # fmt: skip


def _chronicle(told: list[Told], programme: str, atlas: Atlas) -> Listing:
    """What the record tells of the place, the latest first."""
    return Listing(
        "chronicle", Words("pages.chronicle-caption"),
        [Column("day", Words("pages.column-at")), Column("what", Words("pages.column-told")),
         Column("row", Words("pages.column-row"))],
        [
            (_day(line), _words(line.words, atlas), Cell(line.about, _row_of(programme, line.about)))
            for line in reversed(told)
        ],
        empty=Words("web.no-rows"), is_synthetic=any(line.is_synthetic for line in told),
    )  # fmt: skip


def _row_of(programme: str, about: str) -> str:
    table, _, code = about.partition("/")
    return reverse("row", args=[programme, table, code])


def _day(line: Told) -> RoughDay | str:
    """When it was, as precisely as it is known."""
    return line.written if line.day == date.min else RoughDay.read(line.written)


def _words(words: Words, atlas: Atlas) -> Words:
    """A line of a chronicle with what is of a closed list in words, and bodies and places by their names."""
    chosen = _CHOSEN.get(words.code.partition(".")[2], {})
    facts = {
        name: called(chosen[name](value)) if name in chosen and value in set(chosen[name]) else value
        for name, value in words.facts.items()
    }
    facts |= {name: atlas.body_name(words.facts[name]) for name in ("donor", "organisation") if name in facts}
    facts |= {name: atlas.place_name(words.facts[name]) for name in ("one", "other") if name in facts}
    return Words(words.code, facts)


def _voice(voice: Voice, atlas: Atlas) -> dict[str, Any]:
    """What one side says, in words: who, what about, in which form."""
    form: Any = voice.form
    if voice.kind in _FORMS and voice.form in set(_FORMS[voice.kind]):
        form = called(_FORMS[voice.kind](voice.form))
    who: Any = Words("pages.owner-both") if voice.kind == "agreed" else _donor(atlas, voice.who)
    if voice.kind in _SPEAKERS and voice.who in set(_SPEAKERS[voice.kind]):
        who = called(_SPEAKERS[voice.kind](voice.who))
    return {
        "day": voice.day, "who": who, "what": Words(f"pages.voice-{voice.kind}"), "form": form, "about": voice.about,
        "text": Both(*voice.text), "reply": Both(*voice.reply),
    }  # fmt: skip


def pairing_picture(request: Any, programme: str, code: str) -> HttpResponse:
    """The decades of a pairing in one picture: rounds, people in post, money five ways, projects begun."""
    asked, language = as_of(request), language_of(request)
    found = _decades(programme, code, asked)
    currency = tables.read_programme(programme, on=asked.on, known_by=asked.known_by).currency
    bars = _bars(found, currency, language)
    terms = [
        Term(one.code, decimal_year(one.starts), decimal_year(one.last), str(one.people))
        for one in found.cohorts if one.starts is not None and one.last is not None
    ]  # fmt: skip
    years = [*(year for lane in bars for year in lane.heights), *(int(one.start) for one in terms)]
    if not years:
        raise InputError(f"Nothing is on record along {code}.", code="web.missing", what=code)
    last = max(*years, *(int(one.end) for one in terms))
    frame = Frame("", STAMP if found.is_synthetic else "")
    chart = decades_figure.decades(decades_figure.Decades(min(years), last, terms, bars), frame)
    return drawn(request, chart, name="decades", alt=say("pages.decades-alt", language, pairing=code))


def _bars(found: Decades, currency: str, language: str) -> list[Bars]:
    """A row of bars for each measure of which something is on record, each to its own largest."""
    bars = []
    if found.in_post:
        bars.append(_lane("pages.lane-in-post", str(max(found.in_post.values())), palette.INK, found.in_post, language))
    for name, colour in COLOURS.items():
        amounts = {one.year: amount for one in found.money if (amount := one.step(name).amount(currency)) is not None}
        if amounts:
            scale = MoneyScale.fit(amounts.values(), currency)
            values = {year: scale.value(amount) for year, amount in amounts.items()}
            most = f"{max(values.values()):,.0f} {scale.name.say(language)}"
            bars.append(_lane(f"totals.step-{name}", most, colour, values, language))
    if found.begun:
        bars.append(_lane("pages.lane-projects", str(max(found.begun.values())), palette.MUTED, found.begun, language))
    return bars


def _lane(words: str, most: str, colour: str, by_year: Mapping[int, float], language: str) -> Bars:
    top = max(by_year.values()) or 1
    return Bars(say(words, language), colour, {year: max(0, value) / top for year, value in by_year.items()}, most)
