"""Papers of a round as the record can write them, in both languages; what it does not hold is left blank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from pairup.errors import InputError
from pairup.reports import writing
from pairup.reports.facts import Both
from pairup.services import handovers, rounds
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.rounds import Standing
from pairup.values.words import LANGUAGES, Words, say
from pairup.web.pages import Crumb, as_of, page, programme_named
from pairup.web.rounds import donor_name

#: what is left to be filled in by hand
BLANK = "____________"
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: lines of words with their facts, and a table under heads."""

    lines: Sequence[Words]
    heads: Sequence[Words]
    rows: Sequence[Row]


def paper(request: Any, programme: str, paper: str) -> HttpResponse:
    """One paper of `?round=`, to print. Of people it knows codes alone; names are written in by hand."""
    asked = as_of(request)
    row = programme_named(programme, asked)
    if paper not in PAPERS:
        raise InputError(f"There is no paper {paper}.", code="web.missing", what=paper)
    code = request.GET.get("round", "")
    standing = rounds.read_standing(programme, code, on=asked.on, known_by=asked.known_by)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    written = PAPERS[paper](standing, atlas, programme, asked)
    sides = [(language, _side(paper, row, code, written, language)) for language in LANGUAGES]
    return page(
        request, "web/paper.html", {"sides": sides, "is_synthetic": standing.is_synthetic},
        title=Words(f"pages.paper-{paper}"),
        crumbs=[Crumb(Words("web.nav-calendar"), f"{reverse('calendar', args=[programme])}?round={code}")],
    )  # fmt: skip


def _side(paper: str, row: Any, code: str, written: Paper, language: str) -> dict[str, Any]:
    """A paper in one language."""
    name = Both(row.name_en, row.name_zh)
    facts = {"programme": name.say(language), "round": code, "blank": BLANK}
    return {
        "tag": "zh-Hans" if language == "zh_Hans" else "en",
        "title": say(f"pages.paper-{paper}", language), "head": say("pages.paper-head", language, **facts),
        "lines": [say(line.code, language, **_said(line.facts, language)) for line in written.lines],
        "heads": [head.say(language) for head in written.heads],
        "rows": [[_text(cell, language) for cell in one] for one in written.rows],
        "foot": say("pages.paper-foot", language, **facts),
    }  # fmt: skip


def _said(facts: Any, language: str) -> dict[str, str]:
    return {key: _text(value, language) for key, value in facts.items()}


def _text(value: Any, language: str) -> str:
    if value is None or value == "":
        return BLANK
    if hasattr(value, "say"):
        return str(value.say(language))
    return str(value)


def _days(standing: Standing) -> dict[str, Any]:
    row = standing.count.row
    return {
        "first": writing.day(row.starts) if row.starts else "",
        "last": writing.day(row.span.last) if row.span.last else "",
    }


def _post(one: Any, atlas: Atlas) -> list[Any]:
    place = atlas.places.get(one.place.code)
    return [Both(one.title_en, one.title_zh), place.name if place else one.place.code]


def _call(standing: Standing, atlas: Atlas, programme: str, asked: Any) -> Paper:
    """The call for nominations: posts asked for, and how many people each donor sends at most."""
    lines = [Words("pages.call-lead", _days(standing))]
    for share in standing.shares:
        facts = {"donor": donor_name(atlas, share.donor), "count": "" if share.quota is None else share.quota}
        lines.append(Words("pages.call-quota", facts))
    lines.append(Words("pages.call-until", {"blank": BLANK}))
    places = atlas.places
    rows = [
        [*_post(one, atlas), places[one.place.code].altitude_m if one.place.code in places else "", one.seats]
        for one in standing.posts
    ]
    heads = [Words("rounds.column-post"), Words("web.column-place"), Words("rounds.column-altitude"),
             Words("rounds.column-seats")]  # fmt: skip
    return Paper(lines, heads, rows)


def _posted(standing: Standing, atlas: Atlas) -> Iterator[list[Any]]:
    for one in standing.posts:
        for person in standing.posted.get(one.identity.code, ()):
            yield [person, BLANK, *_post(one, atlas)]


_POSTED = [Words("pages.column-person-code"), Words("pages.column-name"), Words("rounds.column-post"),
           Words("web.column-place")]  # fmt: skip


def _order(standing: Standing, atlas: Atlas, programme: str, asked: Any) -> Paper:
    """The posting order: who goes to which post, for how long."""
    lines = [Words("pages.order-lead", _days(standing)), Words("pages.order-signed", {"blank": BLANK})]
    return Paper(lines, _POSTED, list(_posted(standing, atlas)))


def _notice(standing: Standing, atlas: Atlas, programme: str, asked: Any) -> Paper:
    """The public notice: who is to go, and until when and to whom anybody may object."""
    lines = [Words("pages.notice-lead", _days(standing)), Words("pages.notice-objections", {"blank": BLANK})]
    return Paper(lines, _POSTED, list(_posted(standing, atlas)))


def _handover(standing: Standing, atlas: Atlas, programme: str, asked: Any) -> Paper:
    """The handover letter: for each posting of the round, the file that was given and whether the host accepted it."""
    codes = {one.identity.code for one in standing.posts}
    people = {person: post for post, who in standing.posted.items() if post in codes for person in who}
    found = handovers.read_handovers(programme, on=asked.on, known_by=asked.known_by)
    rows = [
        [
            one.posting, one.person, Both(one.post.title_en, one.post.title_zh) if one.post else "",
            writing.day(one.last) if one.last else "", one.paper, writing.day(one.given) if one.given else "",
            writing.day(one.voice_day) if one.voice_day else "",
        ]
        for one in found if one.person in people
    ]  # fmt: skip
    heads = [Words("persons.column-posting"), Words("pages.column-person-code"), Words("rounds.column-post"),
             Words("persons.column-last"), Words("pages.column-file"), Words("pages.column-given"),
             Words("pages.column-accepted")]  # fmt: skip
    return Paper([Words("pages.handover-lead", _days(standing))], heads, rows)


PAPERS: dict[str, Callable[..., Paper]] = {
    "call": _call, "order": _order, "notice": _notice, "handover": _handover
}  # fmt: skip
