"""People for offices: whom one sends, who comes, one person's page, and the board of check-ins.

Nothing personal stands on a list. What the vault holds is opened for a purpose, shown once, and the person sees it.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.acting import Role
from pairup.record.remembered import remembered
from pairup.reports.facts import Both
from pairup.services import people, secondee_words, vault, welfare
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.values.codes import Fits, PostingStatus, Voice, called
from pairup.values.purposes import Purpose
from pairup.values.trades import language_called, profession_called, skill_called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, label
from pairup.web.handovers import title_of_post
from pairup.web.listing import Cell, Column, Listing
from pairup.web.me import Arrival
from pairup.web.pages import Crumb, as_of, clock, page, programme_named, several
from pairup.web.policy import may_open

#: purposes for which an office may open what is closed; what was told in confidence is nobody's but the person's
OPENED_FOR = (Purpose.EMERGENCY, Purpose.CONTACT, Purpose.IDENTITY)
_TONES = {"in_post": "good", "planned": "", "nominated": "", "completed": "quiet", "ended_early": "quiet"}


class Open(Keyed):
    """Open what is kept closed, for one purpose."""

    purpose = forms.ChoiceField(
        label=label("persons.open-for"), choices=[(one.value, label(f"vault.purpose-{one}")) for one in OPENED_FOR]
    )


def every_person(request: Any, programme: str) -> HttpResponse:
    """People of one's own: those nominated, to come and in post; with `?all=yes` those of before as well."""
    asked = as_of(request)
    programme_named(programme, asked)
    is_all = request.GET.get("all") == "yes"
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    found = remembered(
        lambda: people.read_people(programme, on=asked.on, known_by=asked.known_by, only_current=not is_all),
        "people", programme, asked.on, asked.known_by, is_all,
    )  # fmt: skip
    listing = Listing(
        "people", Words("persons.people-caption"),
        [
            Column("person", Words("rounds.column-person")), Column("state", Words("rounds.column-state")),
            Column("profession", Words("rounds.profession")), Column("donor", Words("web.column-donor")),
            Column("post", Words("persons.column-post")), Column("place", Words("web.column-place")),
            Column("from", Words("web.column-from")), Column("to", Words("web.column-to")),
        ],
        [
            (
                Cell(one.code, reverse("person", args=[programme, one.code])),
                Cell(state_of(one.state), tone=_TONES.get(one.state, "quiet")), profession_called(one.profession),
                donor_of(atlas, one.donor), title_of_post(one.post),
                atlas.place_name(one.post.place) if one.post else "", one.starts, one.last,
            )
            for one in found
        ],
        empty=Words("persons.nobody"), is_synthetic=any(one.is_synthetic for one in found),
    )  # fmt: skip
    context = {"is_synthetic": listing.is_synthetic, "is_all": is_all, "is_host": request.actor.role is
               Role.RECIPIENT_OFFICE, "may_watch": may_open(request.actor, "welfare")}  # fmt: skip
    return page(request, "web/people.html", context, title=Words("web.nav-people"), listings=[listing])


def state_of(state: str) -> Words:
    if state in set(PostingStatus):
        return called(PostingStatus(state))
    return Words(f"persons.state-{state}")


def donor_of(atlas: Atlas, code: str) -> Both | str:
    found = atlas.organisations.get(code)
    return found.name if found else code


def person(request: Any, programme: str, code: str) -> HttpResponse:
    """One person as their office or host sees them."""
    return _shown(request, programme, code)


def _shown(
    request: Any, programme: str, code: str, *, status: int = 200, told: Any = None, **typed: forms.Form
) -> HttpResponse:
    """A person's page; once, with what was opened. Long because all that the page shows is named once."""
    asked = as_of(request)
    found = people.read_known(programme, code, on=asked.on, known_by=asked.known_by)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    row, line = found.row, found.line
    may_open_vault = asked.is_today and may_open(request.actor, "person-open")
    answered = {one.posting.code for one in found.answers if one.said_by == Voice.HOST}
    asks = bool(
        asked.is_today and request.actor.role is Role.RECIPIENT_OFFICE and line.posting
        and line.state == PostingStatus.IN_POST and line.posting not in answered
    )  # fmt: skip
    postings = Listing(
        "postings", Words("persons.postings-caption"),
        [
            Column("posting", Words("persons.column-posting")), Column("post", Words("persons.column-post")),
            Column("place", Words("web.column-place")), Column("state", Words("rounds.column-state")),
            Column("from", Words("web.column-from")), Column("to", Words("web.column-to")),
        ],
        [
            (
                Cell(one.identity.code, reverse("handover", args=[programme, one.identity.code])), title_of_post(post),
                atlas.place_name(post.place) if post else "", called(PostingStatus(one.status)), one.starts,
                one.span.last,
            )
            for one, post in found.postings
        ],
        empty=Words("persons.no-postings"), is_synthetic=row.is_synthetic,
    )  # fmt: skip
    context = {
        "code": code, "state": state_of(line.state), "is_synthetic": row.is_synthetic,
        "facts": [
            (Words("web.column-donor"), donor_of(atlas, line.donor)),
            (Words("rounds.profession"), profession_called(row.profession)),
            (Words("rounds.person-skills"), several(map(skill_called, row.skills))),
            (Words("rounds.languages"), several(map(language_called, row.languages))),
            (Words("rounds.years"), row.years_in_profession),
            (Words("rounds.column-round"), row.round.code if row.round else ""),
            (Words("rounds.serves-from"), row.starts), (Words("rounds.serves-to"), row.span.last),
        ],
        "shows_fitness": request.actor.role is not Role.RECIPIENT_OFFICE, "is_checked": found.is_checked,
        "checked_until": found.checked_until, "may_open": may_open_vault, "open": typed.get("open") or Open(),
        "told": told, "asks_arrival": asks, "arrival": typed.get("arrival") or Arrival(),
        "answers": _answers(request, found),
    }  # fmt: skip
    answer = page(
        request, "web/person.html", context, title=Words("persons.person", {"code": code}), listings=[postings],
        crumbs=[Crumb(Words("web.nav-people"), reverse("people", args=[programme]))], status=status,
    )  # fmt: skip
    answer["Cache-Control"] = "no-store"
    return answer


def _answers(request: Any, found: people.Known) -> list[tuple[Words, str, list[tuple[Words, Words]]]]:
    """What both sides said after arrival, to the host alone, and once the host has answered: each is asked apart."""
    if request.actor.role is not Role.RECIPIENT_OFFICE:
        return []
    said = {one.posting.code for one in found.answers if one.said_by == Voice.HOST}
    return [
        (called(Voice(row.said_by)), row.posting.code, [
            (Words(f"persons.arrival-{name}"), called(Fits(getattr(row, name))))
            for name in secondee_words.ASKED if getattr(row, name)
        ])
        for row in found.answers if row.posting.code in said
    ]  # fmt: skip


@require_POST
def open_closed(request: Any, programme: str, code: str) -> HttpResponse:
    """Open what is kept closed, for a purpose; shown this once, and the person sees that it was."""
    people.read_known(programme, code, on=clock().date())
    form = Open(request.POST)
    if not form.is_valid():
        return _shown(request, programme, code, status=422, open=form)
    purpose = form.cleaned_data["purpose"]
    read = carried_out(form, lambda: vault.look(
        code, purpose, actor=str(request.actor), at=clock(), programme=programme
    ))  # fmt: skip
    if read is None:
        return _shown(request, programme, code, status=422, open=form)
    told = {
        "purpose": Words(f"vault.purpose-{purpose}"),
        "fields": [(Words(f"persons.field-{field}"), value) for field, value in read.items() if value],
    }
    return _shown(request, programme, code, told=told)


@require_POST
def arrival(request: Any, programme: str, code: str) -> HttpResponse:
    """Say for the host how the post fits."""
    found = people.read_known(programme, code, on=clock().date())
    form = Arrival(request.POST)
    if not found.line.posting:
        raise InputError(f"{code} is in no post.", code="persons.no-posting")
    if form.is_valid():
        said = form.cleaned_data
        if carried_out(form, lambda: secondee_words.answer_arrival(
            found.line.posting, {name: Fits(said[name]) for name in secondee_words.ASKED},
            actor=str(request.actor), at=clock(), programme=programme, key=said["key"],
        )):  # fmt: skip
            return done(request, Words("persons.arrival-said"), "person", programme, code)
    return _shown(request, programme, code, status=422, arrival=form)


def board(request: Any, programme: str) -> HttpResponse:
    """Check-ins of one's own people in post: who wants a call, what is due. Days only, never a place of anybody."""
    asked = as_of(request)
    programme_named(programme, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    found = welfare.read_board(programme, on=asked.on, known_by=asked.known_by)
    listing = Listing(
        "welfare", Words("persons.board-caption"),
        [
            Column("person", Words("rounds.column-person")), Column("call", Words("persons.column-call")),
            Column("last", Words("persons.column-last-check")), Column("due", Words("persons.column-next-check")),
            Column("arrival", Words("persons.column-arrival")), Column("post", Words("persons.column-post")),
            Column("donor", Words("web.column-donor")),
        ],
        [
            (
                Cell(one.person, reverse("person", args=[programme, one.person])),
                Cell(Words("persons.wants-a-call"), tone="bad") if one.wants_call else "", one.last,
                Cell(one.due, tone="warn" if one.days_over(asked.on) > 0 else ""),
                Cell(one.arrival_due, tone="warn" if one.arrival_due and one.arrival_due <= asked.on else "quiet"),
                title_of_post(one.post), donor_of(atlas, one.donor),
            )
            for one in found
        ],
        empty=Words("persons.nobody-in-post"), is_synthetic=any(one.is_synthetic for one in found),
    )  # fmt: skip
    context = {
        "is_synthetic": listing.is_synthetic, "calls": [
            (one.person, reverse("person", args=[programme, one.person])) for one in found if one.wants_call
        ],
        "overdue": sum(one.days_over(asked.on) > 0 for one in found), "days": welfare.CHECK_DAYS,
    }  # fmt: skip
    return page(
        request, "web/welfare.html", context, title=Words("persons.board-title"), listings=[listing],
        crumbs=[Crumb(Words("web.nav-people"), reverse("people", args=[programme]))],
    )  # fmt: skip
