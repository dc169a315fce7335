"""Papers of a round as the record can write them, in both languages; what it does not hold is left blank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pairup.errors import InputError
from pairup.record.models import PairingVersion
from pairup.reports import writing
from pairup.reports.facts import Both
from pairup.services import handovers, rounds, tables
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.rounds import Standing
from pairup.values.words import LANGUAGES, Words, say
from pairup.web.forms import tongue
from pairup.web.pages import AsOf, Crumb, as_of, page, programme_named
from pairup.web.rounds import donor_choice, donor_name

#: what is left to be filled in by hand
BLANK = "____________"
_TAGS = {"en": "en", "zh_Hans": "zh-Hans"}
#: rows of a paper on one page of the screen
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a paper, with the place and the donors it is about."""

    cells: Sequence[Any]
    place: str
    donors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: lines of words with their facts, some of one donor alone, and a table under heads."""

    lines: Sequence[tuple[Words, str]]
    heads: Sequence[Words]
    rows: Sequence[Row]

    def of(self, place: str, donor: str) -> Paper:
        """The part that is about a place, or a donor, or both; empty is about all."""
        rows = [row for row in self.rows if place in ("", row.place) and (not donor or donor in row.donors)]
        return replace(self, rows=rows, lines=[one for one in self.lines if not donor or one[1] in ("", donor)])


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a round: its standing, what things are called, and who helps whom."""

    standing: Standing
    atlas: Atlas
    programme: str
    asked: AsOf
    donors: Mapping[str, str]  # of a pairing

    def row(self, cells: Sequence[Any], post: Any) -> Row:
        own = self.donors.get(post.pairing.code, "") if post.pairing else ""
        return Row(cells, post.place.code, frozenset(post.open_to or ([own] if own else [])))


def paper(request: Any, programme: str, paper: str) -> HttpResponse:
    """One paper of `?round=`, of a place or a donor where they are asked for; by `?whole=yes` as a file to print.

    Of people it knows codes alone; names are written in by hand.
    """
    asked = as_of(request)
    row = programme_named(programme, asked)
    if paper not in PAPERS:
        raise InputError(f"There is no paper {paper}.", code="web.missing", what=paper)
    code, place, donor = (request.GET.get(name, "") for name in ("round", "place", "donor"))
    standing = rounds.read_standing(programme, code, on=asked.on, known_by=asked.known_by)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    pairings = tables.read_rows(PairingVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    donors = dict(pairings.values_list("identity__code", "donor__code"))
    every = PAPERS[paper](Asked(standing, atlas, programme, asked, donors))
    written = every.of(place, donor)
    context: dict[str, Any] = {"is_synthetic": standing.is_synthetic}
    if request.GET.get("whole") == "yes":
        context["sides"] = [(language, _side(paper, row, code, written, language)) for language in _own_first()]
        return _whole(request, context, "-".join(filter(None, (paper, code, place, donor))))
    pages = max(1, -(-len(written.rows) // AT_ONCE))
    number = request.GET.get("page", "1")
    here = min(pages, max(1, int(number))) if number.isdecimal() else 1
    shown = replace(written, rows=written.rows[(here - 1) * AT_ONCE : here * AT_ONCE])
    kept = {key: value for key, value in request.GET.items() if key not in ("page", "whole") and value}
    context |= {
        "sides": [(language, _side(paper, row, code, shown, language)) for language in _own_first()],
        "round": code, "place": place, "donor": donor, "number": here, "pages": pages, "count": len(written.rows),
        "places": sorted((atlas.place_name(one).say(tongue()), one) for one in {row.place for row in every.rows}),
        "donors": sorted(donor_choice(atlas, one)[::-1] for one in _donors(every)),
        "papers": [(Words(f"pages.paper-{name}"), name, name == paper) for name in PAPERS],
        "before": "?" + urlencode(kept | {"page": here - 1}) if here > 1 else "",
        "after": "?" + urlencode(kept | {"page": here + 1}) if here < pages else "",
        "whole": "?" + urlencode(kept | {"whole": "yes"}),
    }  # fmt: skip
    return page(
        request, "web/paper.html", context, title=Words(f"pages.paper-{paper}"),
        crumbs=[Crumb(Words("web.nav-calendar"), f"{reverse('calendar', args=[programme])}?round={code}")],
    )  # fmt: skip


def _own_first() -> list[str]:
    """The languages of a paper, the reader's own before the other."""
    return sorted(LANGUAGES, key=lambda language: language != tongue())


def _donors(paper: Paper) -> set[str]:
    return {one for row in paper.rows for one in row.donors} | {donor for _, donor in paper.lines if donor}


def _whole(request: Any, context: dict[str, Any], name: str) -> HttpResponse:
    """Every row in one file that needs nothing else, to print or to keep."""
    style = (Path(__file__).parent / "static/web/pairup.css").read_text(encoding="utf-8")
    synthetic = [(_TAGS[language], say("web.synthetic", language)) for language in LANGUAGES]
    said = {**context, "style": style, "name": name, "synthetic": synthetic}
    answer = render(request, "web/paper_whole.html", said)
    answer["Content-Disposition"] = f'attachment; filename="{quote(name)}.html"'
    answer["Cache-Control"] = "no-store"
    return answer


def _side(paper: str, row: Any, code: str, written: Paper, language: str) -> dict[str, Any]:
    """A paper in one language."""
    name = Both(row.name_en, row.name_zh)
    facts = {"programme": name.say(language), "round": code, "blank": BLANK}
    return {
        "tag": _TAGS[language],
        "title": say(f"pages.paper-{paper}", language), "head": say("pages.paper-head", language, **facts),
        "lines": [say(line.code, language, **_said(line.facts, language)) for line, _ in written.lines],
        "heads": [head.say(language) for head in written.heads],
        "rows": [[_text(cell, language) for cell in one.cells] for one in written.rows],
        "foot": say("pages.paper-foot", language, **facts),
    }  # fmt: skip


def _said(facts: Any, language: str) -> dict[str, str]:
    return {key: _text(value, language) for key, value in facts.items()}


def _text(value: Any, language: str) -> str:
    if value is None or value == "":
        return BLANK
    if hasattr(value, "say"):
        return str(value.say(language))
    return writing.count(value) if isinstance(value, int) else str(value)


def _days(standing: Standing) -> dict[str, Any]:
    row = standing.count.row
    return {
        "first": writing.day(row.starts) if row.starts else "",
        "last": writing.day(row.span.last) if row.span.last else "",
    }


def _post(one: Any, atlas: Atlas) -> list[Any]:
    place = atlas.places.get(one.place.code)
    return [Both(one.title_en, one.title_zh), place.name if place else one.place.code]


def _call(asked: Asked) -> Paper:
    """The call for nominations: posts asked for, and how many people each donor sends at most."""
    standing, atlas = asked.standing, asked.atlas
    lines = [(Words("pages.call-lead", _days(standing)), "")]
    for share in standing.shares:
        facts = {"donor": donor_name(atlas, share.donor), "count": "" if share.quota is None else share.quota}
        lines.append((Words("pages.call-quota", facts), share.donor))
    lines.append((Words("pages.call-until", {"blank": BLANK}), ""))
    places = atlas.places
    rows = [
        asked.row([
            *_post(one, atlas), places[one.place.code].altitude_m if one.place.code in places else "", one.seats
        ], one)
        for one in standing.posts
    ]  # fmt: skip
    heads = [Words("rounds.column-post"), Words("web.column-place"), Words("rounds.column-altitude"),
             Words("rounds.column-seats")]  # fmt: skip
    return Paper(lines, heads, rows)


def _posted(asked: Asked) -> Iterator[Row]:
    for one in asked.standing.posts:
        for person in asked.standing.posted.get(one.identity.code, ()):
            yield asked.row([person, BLANK, *_post(one, asked.atlas)], one)


_POSTED = [Words("pages.column-person-code"), Words("pages.column-name"), Words("rounds.column-post"),
           Words("web.column-place")]  # fmt: skip


def _order(asked: Asked) -> Paper:
    """The posting order: who goes to which post, for how long."""
    lines = [Words("pages.order-lead", _days(asked.standing)), Words("pages.order-signed", {"blank": BLANK})]
    return Paper([(line, "") for line in lines], _POSTED, list(_posted(asked)))


def _notice(asked: Asked) -> Paper:
    """The public notice: who is to go, and until when and to whom anybody may object."""
    lines = [Words("pages.notice-lead", _days(asked.standing)), Words("pages.notice-objections", {"blank": BLANK})]
    return Paper([(line, "") for line in lines], _POSTED, list(_posted(asked)))


def _handover(asked: Asked) -> Paper:
    """The handover letter: for each posting of the round, the file that was given and whether the host accepted it."""
    posts = {person: one for one in asked.standing.posts for person in asked.standing.posted.get(one.identity.code, ())}
    found = handovers.read_handovers(asked.programme, on=asked.asked.on, known_by=asked.asked.known_by)
    rows = [
        asked.row([
            one.posting, one.person, Both(one.post.title_en, one.post.title_zh) if one.post else "",
            writing.day(one.last) if one.last else "", one.paper, writing.day(one.given) if one.given else "",
            writing.day(one.voice_day) if one.voice_day else "",
        ], posts[one.person])
        for one in found if one.person in posts
    ]  # fmt: skip
    heads = [Words("persons.column-posting"), Words("pages.column-person-code"), Words("rounds.column-post"),
             Words("persons.column-last"), Words("pages.column-file"), Words("pages.column-given"),
             Words("pages.column-accepted")]  # fmt: skip
    return Paper([(Words("pages.handover-lead", _days(asked.standing)), "")], heads, rows)


PAPERS: dict[str, Callable[..., Paper]] = {
    "call": _call, "order": _order, "notice": _notice, "handover": _handover
}  # fmt: skip
