"""The calendar of a round and of a year: steps with owners, a picture, a file for calendar programs, letters."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from pairup.errors import InputError
from pairup.exchange.ics import Event
from pairup.exchange.ics import calendar as written
from pairup.reports.figures import Frame
from pairup.reports.round_calendar import Owner, State, strip
from pairup.reports.said import STAMP
from pairup.reports.writing import day
from pairup.services import calendar, desk, rounds
from pairup.services.calendar import Calendar, Line
from pairup.values.words import Words, say
from pairup.web.home import Line as Told
from pairup.web.home import lines as told_lines
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import AsOf, Crumb, as_of, clock, language_of, page, programme_named
from pairup.web.papers import PAPERS
from pairup.web.pictures import drawn
from pairup.web.policy import may_open

#: things a letter tells of one owner
_IN_A_LETTER = 10
_TONES = {State.DONE: "good", State.OVERDUE: "bad", State.NOW: "warn", State.LATER: "", State.UNTOLD: "quiet"}


def show(request: Any, programme: str) -> HttpResponse:
    """The steps of the round in hand, of `?round=` or of `?year=`: whose they are and where each stands."""
    asked = as_of(request)
    programme_named(programme, asked)
    found, code, year = _asked_for(request, programme, asked)
    every = [one.row.identity.code for one in rounds.read_rounds(programme, on=asked.on, known_by=asked.known_by)]
    first = next(
        (
            line for line in found.lines
            if line.state in (State.OVERDUE, State.NOW) and calendar.is_step_of(line.planned.step, request.actor.role)
        ),
        None,
    )  # fmt: skip
    listing = Listing(
        "steps", Words("pages.steps-caption"),
        [
            Column("step", Words("pages.column-step")), Column("owner", Words("web.column-owner")),
            Column("from", Words("web.column-from")), Column("to", Words("web.column-to")),
            Column("state", Words("pages.column-outcome")), Column("rows", Words("pages.column-evidence")),
        ],
        [
            (
                Cell(step_words(line)), owner_words(line), line.planned.first, line.planned.last,
                Cell(Words(f"pages.step-is-{line.state}"), tone=_TONES[line.state]),
                Words("pages.rows-say", {"count": line.rows}) if line.rows else "",
            )
            for line in found.lines
        ],
        empty=Words("pages.no-steps"), is_synthetic=found.is_synthetic,
    )  # fmt: skip
    context = {
        "code": code, "year": year, "rounds": every, "years": range(asked.on.year - 2, asked.on.year + 3),
        "query": _query(code, year), "has_picture": bool(found.lines), "is_synthetic": found.is_synthetic,
        "next": Words("pages.next-step", {"step": step_words(first)}) if first else None,
        "may_write_letters": may_open(request.actor, "calendar-letters"),
        "papers": [
            (Words(f"pages.paper-{name}"), reverse("calendar-paper", args=[programme, name])) for name in PAPERS
        ] if code and may_open(request.actor, "calendar-paper") else [],
    }  # fmt: skip
    return page(request, "web/calendar.html", context, title=_title(code, year), listings=[listing])


def _title(code: str, year: int) -> Words:
    return Words("pages.calendar-of-year", {"year": str(year)}) if year else Words("pages.calendar-of", {"round": code})


def _query(code: str, year: int) -> str:
    return f"year={year}" if year else f"round={code}"


def _asked_for(request: Any, programme: str, asked: AsOf) -> tuple[Calendar, str, int]:
    """The calendar of `?year=` or `?round=`; of the round in hand where neither is said. Refuses what is no year."""
    if given := request.GET.get("year", ""):
        if not (given.isdecimal() and 1900 <= int(given) <= 2200):
            raise InputError(f"{given!r} is no year.", code="web.no-day", given=given)
        found = calendar.read_year_calendar(programme, int(given), on=asked.on, known_by=asked.known_by)
        return found, "", int(given)
    code = request.GET.get("round", "") or _in_hand(programme, asked)
    if not code:
        return Calendar(None, ()), "", asked.on.year
    return calendar.read_round_calendar(programme, code, on=asked.on, known_by=asked.known_by), code, 0


def _in_hand(programme: str, asked: AsOf) -> str:
    ground = desk.read_ground(programme, on=asked.on, known_by=asked.known_by)
    found = desk.read_round_in_hand(programme, ground, on=asked.on, known_by=asked.known_by)
    return found.count.row.identity.code if found else ""


def step_words(line: Line) -> Words:
    """What a step is called."""
    return Words(f"pages.step-{line.planned.step.name}")


def owner_words(line: Line) -> Words:
    """Whose step it is."""
    owner = line.planned.step.owner
    return Words("pages.owner-both" if owner is Owner.BOTH else f"access.role-{owner.replace('_', '-')}")


def picture(request: Any, programme: str) -> HttpResponse:
    """The steps over months, with a line at the day asked."""
    asked, language = as_of(request), language_of(request)
    found, code, year = _asked_for(request, programme, asked)
    if not found.lines:
        raise InputError("There is no step to draw.", code="web.missing", what=code)
    shown = [(line.planned, step_words(line).say(language), line.state) for line in found.lines]
    states = {state: say(f"pages.step-is-{state}", language) for state in State}
    chart = strip(shown, states, asked.on, Frame("", STAMP if found.is_synthetic else ""))
    return drawn(request, chart, name="calendar", alt=_title(code, year).say(language))


def ics(request: Any, programme: str) -> HttpResponse:
    """The steps as a file for calendar programs; taken again, it changes what is there and adds nothing."""
    asked, language = as_of(request), language_of(request)
    found, code, year = _asked_for(request, programme, asked)
    name = _title(code, year).say(language)
    events = [
        Event(
            f"{line.planned.step.name}.{code or year}.{programme}@pairup", line.planned.first, line.planned.last,
            f"{step_words(line).say(language)} ({code or year})",
            f"{owner_words(line).say(language)}; {say(f'pages.step-is-{line.state}', language)}",
        )
        for line in found.lines
    ]  # fmt: skip
    answer = HttpResponse(written(name, events, at=clock()), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{programme}-{code or year}.ics"'
    return answer


def letters(request: Any, programme: str) -> HttpResponse:
    """What is due, by whose it is, as text to send; `?owner=` with `form=eml` gives one for a mail program."""
    asked, language = as_of(request), language_of(request)
    ground = desk.read_ground(programme, on=asked.on, known_by=asked.known_by)
    row = programme_named(programme, asked)
    tasks = desk.read_tasks(programme, ground, on=asked.on, known_by=asked.known_by)
    owed = [task for task in tasks if task.due.day is not None]
    owed.sort(key=lambda one: (one.due.owner, one.due.day))
    by_owner = {owner: list(group) for owner, group in groupby(owed, key=lambda one: one.due.owner)}
    first = [task for group in by_owner.values() for task in group[:_IN_A_LETTER]]
    told = iter(told_lines(request, programme, first, ground.names, asked))
    texts = [
        (owner, name := _name(ground, owner, language), _letter(
            name, len(group), [next(told) for _ in group[:_IN_A_LETTER]], asked, language
        ))
        for owner, group in by_owner.items()
    ]  # fmt: skip
    if request.GET.get("form") == "eml":
        wanted = request.GET.get("owner", "")
        text = next((text for owner, _, text in texts if owner == wanted), None)
        if text is None:
            raise InputError(f"Nothing waits for {wanted}.", code="web.missing", what=wanted)
        name = row.name_zh if language == "zh_Hans" and row.name_zh else row.name_en
        return _eml(say("pages.letter-subject", language, programme=name), text, wanted)
    return page(
        request, "web/letters.html",
        {"letters": texts, "is_synthetic": any(task.due.is_synthetic for task in owed)},
        title=Words("pages.letters-title"),
        crumbs=[Crumb(Words("web.nav-calendar"), reverse("calendar", args=[programme]))],
    )  # fmt: skip


def _name(ground: desk.Ground, owner: str, language: str) -> str:
    en, zh = ground.names.of(owner)
    return say("pages.owner-nobody", language) if owner == "-" else zh if language == "zh_Hans" and zh else en


def _letter(name: str, count: int, told: Sequence[Told], asked: AsOf, language: str) -> str:
    """What is due of one owner, a line each, the longest due first."""
    said = [name, "", say("pages.letter-lead", language, count=count, day=day(asked.on).say(language)), ""]
    for line in told:
        title = line.title if isinstance(line.title, str) else line.title.say(language)
        when = day(line.day).say(language) if line.day else ""
        facts = {"day": when, "what": line.what.say(language), "title": title, "when": line.when.say(language)}
        said.append(say("pages.letter-line", language, **facts))
    if count > len(told):
        said += ["", say("pages.letter-more", language, count=count - len(told))]
    return "\n".join(said)


def _eml(subject: str, text: str, owner: str) -> HttpResponse:
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = subject
    letter.set_content(text + "\n")
    answer = HttpResponse(letter.as_bytes(), content_type="message/rfc822")
    safe = "".join(one for one in owner if one.isascii() and (one.isalnum() or one in "-_"))
    answer["Content-Disposition"] = f'attachment; filename="due-{safe or "all"}.eml"'
    return answer
