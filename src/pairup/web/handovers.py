"""Handovers: the list of offices, the writing of who leaves, the reading page that prints, the host's signature."""

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
from pairup.services import handovers, secondee_words, signing
from pairup.services.handovers import LONGEST, PARTS, Handover
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.secondees import read_self
from pairup.values.codes import SignatureKind, called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, choices, done, label, tongue
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, as_of, clock, page, programme_named

_TONES = {"overdue": "bad", "due": "warn", "given": "warn", "accepted": "good", "reserved": "warn", "later": "quiet",
          "none": "quiet"}  # fmt: skip


class Write(Keyed):
    """A handover file in parts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for part in PARTS:
            self.fields[part] = forms.CharField(
                label=label(f"persons.part-{part}"), help_text=label(f"persons.part-{part}-help"), required=False,
                max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}),
            )  # fmt: skip


class Sign(Keyed):
    """Accept a handover file, with or without a reservation."""

    organisation = forms.ChoiceField(label=label("persons.signs-for"))
    kind = forms.ChoiceField(label=label("persons.voice"), choices=choices(*SignatureKind))
    reservation = forms.CharField(
        label=label("persons.reservation"), required=False, max_length=500, help_text=label("persons.reservation-help")
    )

    def __init__(self, of: list[tuple[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["organisation"]
        field.choices = of
        if len(of) == 1:
            field.widget, field.initial = forms.HiddenInput(), of[0][0]


def every_handover(request: Any, programme: str) -> HttpResponse:
    """Handovers of one's own people and posts: due, given, accepted."""
    asked = as_of(request)
    programme_named(programme, asked)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    found = remembered(
        lambda: handovers.read_handovers(programme, on=asked.on, known_by=asked.known_by),
        "handovers", programme, asked.on, asked.known_by,
    )  # fmt: skip
    listing = Listing(
        "handovers", Words("persons.handovers-caption"),
        [
            Column("posting", Words("persons.column-posting")), Column("post", Words("persons.column-post")),
            Column("place", Words("web.column-place")), Column("person", Words("rounds.column-person")),
            Column("state", Words("rounds.column-state")), Column("last", Words("persons.column-last")),
            Column("due", Words("web.column-due")),
        ],
        [
            (
                Cell(one.posting, reverse("handover", args=[programme, one.posting]) if one.paper else ""),
                title_of_post(one.post), atlas.place_name(one.post.place) if one.post else "", one.person,
                Cell(Words(f"persons.handover-{one.state(asked.on)}"), tone=_TONES[one.state(asked.on)]), one.last,
                one.due,
            )
            for one in found
        ],
        empty=Words("persons.no-handovers"), is_synthetic=any(one.is_synthetic for one in found),
    )  # fmt: skip
    states = [one.state(asked.on) for one in found]
    context = {"is_synthetic": listing.is_synthetic, "overdue": states.count("overdue"), "given": states.count("given")}
    return page(
        request, "web/handovers.html", context, title=Words("persons.handovers-title"), listings=[listing],
        crumbs=[Crumb(Words("web.nav-people"), reverse("people", args=[programme]))],
    )  # fmt: skip


def title_of_post(post: Any) -> Both | str:
    return Both(post.title_en, post.title_zh) if post is not None else ""


def handover(request: Any, programme: str, code: str) -> HttpResponse:
    """One handover file, to read and to print."""
    return _read(request, programme, code)


def _read(request: Any, programme: str, code: str, *, status: int = 200, sign: Sign | None = None) -> HttpResponse:
    asked = as_of(request)
    one = handovers.read_handover(code, programme, on=asked.on, known_by=asked.known_by)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    parts = handovers.read_parts(one.paper, programme, on=asked.on, known_by=asked.known_by) if one.paper else {}
    signers = [(body, _name(atlas, body)) for body in _signers(request, one)]
    may_sign = asked.is_today and bool(one.paper and signers)
    context = {
        "one": one, "state": Words(f"persons.handover-{one.state(asked.on)}"), "parts": _written(parts),
        "post": title_of_post(one.post), "place": atlas.place_name(one.post.place) if one.post else "",
        "voice": called(one.voice) if one.voice else None, "may_sign": may_sign, "is_synthetic": one.is_synthetic,
        "sign": sign or Sign(signers), "is_changed": bool(one.voice_day and one.given and one.given > one.voice_day),
    }  # fmt: skip
    return page(
        request, "web/handover.html", context, title=Words("persons.handover-of", {"posting": code}), status=status,
        crumbs=[
            Crumb(Words("web.nav-people"), reverse("people", args=[programme])),
            Crumb(Words("persons.handovers-title"), reverse("handovers", args=[programme])),
        ],
    )  # fmt: skip


def _written(parts: dict[str, str]) -> list[tuple[Words, str]]:
    return [(Words(f"persons.part-{part}"), text) for part, text in parts.items() if text]


def _name(atlas: Atlas, code: str) -> Any:
    found = atlas.organisations.get(code)
    return found.name.say(tongue()) if found else code


def _signers(request: Any, one: Handover) -> list[str]:
    """Organisations that whoever acts signs for; of the host's side alone."""
    if request.actor.role is not Role.RECIPIENT_OFFICE:
        return []
    return signing.read_signers(on=clock().date())


@require_POST
def sign(request: Any, programme: str, code: str) -> HttpResponse:
    """Accept a handover file for the host."""
    one = handovers.read_handover(code, programme, on=clock().date())
    form = Sign([(body, body) for body in _signers(request, one)], request.POST)
    if not one.paper:
        raise InputError(f"{code} has no handover file yet.", code="persons.no-handover", posting=code)
    if form.is_valid():
        said = form.cleaned_data
        if one.voice is not None and one.voice == said["kind"] and one.reservation == said["reservation"]:
            return done(request, Words("persons.handover-signed"), "handover", programme, code)  # sent again
        if carried_out(form, lambda: signing.countersign(
            f"documents/{one.paper}", SignatureKind(said["kind"]), organisation=said["organisation"],
            actor=str(request.actor), at=clock(), reservation=said["reservation"], programme=programme,
            key=said["key"],
        )):  # fmt: skip
            return done(request, Words("persons.handover-signed"), "handover", programme, code)
    return _read(request, programme, code, status=422, sign=form)


# ------------------------------------------------------------------------------------------- of whoever leaves, follows


def own(request: Any, programme: str) -> HttpResponse:
    """Write my handover file: save it as often as I like, then give it."""
    return _writing(request, programme)


def _writing(request: Any, programme: str, *, status: int = 200, form: Write | None = None) -> HttpResponse:
    asked, posting = as_of(request), own_posting(request, programme)
    one = handovers.read_handover(posting, programme, on=asked.on, known_by=asked.known_by)
    code = handovers.draft_code(posting)
    parts = handovers.read_parts(code, programme, on=asked.on, known_by=asked.known_by)
    context = {
        "one": one, "state": Words(f"persons.handover-{one.state(asked.on)}"), "is_synthetic": one.is_synthetic,
        "write": form or Write(initial=parts), "may_write": asked.is_today, "count": sum(map(bool, parts.values())),
        "of": len(PARTS), "give": Keyed(), "voice": called(one.voice) if one.voice else None,
    }  # fmt: skip
    return page(
        request, "web/me_handover.html", context, title=Words("persons.handover-mine"), status=status,
        crumbs=[Crumb(Words("web.nav-me"), reverse("me", args=[programme]))],
    )  # fmt: skip


def own_posting(request: Any, programme: str) -> str:
    """The posting that I hand over: the one I serve, else the last one. Refuses who was in none."""
    person = secondee_words.own_person(str(request.actor), programme)
    mine = read_self(person, on=clock().date())
    served = mine.current or next(iter(reversed(mine.served)), None)
    if served is None:
        raise InputError("You are in no post.", code="persons.no-posting")
    return str(served.row.identity.code)


@require_POST
def save(request: Any, programme: str) -> HttpResponse:
    """Save the draft; with `give`, give it to the host as well."""
    posting, form = own_posting(request, programme), Write(request.POST)
    if form.is_valid():
        said, actor = form.cleaned_data, str(request.actor)
        is_given = "give" in request.POST

        def act() -> Any:
            parts = {part: said[part] for part in PARTS}
            kept = handovers.save_draft(posting, parts, actor=actor, at=clock(), programme=programme)
            return handovers.give(posting, actor=actor, at=clock(), programme=programme) if is_given else kept

        if carried_out(form, act) is not None:
            told = Words("persons.handover-sent" if is_given else "persons.draft-saved")
            return done(request, told, "me-handover", programme)
    return _writing(request, programme, status=422, form=form)


def before(request: Any, programme: str, code: str) -> HttpResponse:
    """The handover file of whoever was in my post before me."""
    asked = as_of(request)
    found = handovers.read_before(programme, on=asked.on, known_by=asked.known_by)
    if code not in {row.identity.code for row in found}:
        raise InputError(f"There is no handover file {code}.", code="web.missing", what=code)
    parts = handovers.read_parts(code, programme, on=asked.on, known_by=asked.known_by)
    context = {"parts": _written(parts), "paper": code}
    return page(
        request, "web/handover.html", context, title=Words("persons.handover-before"),
        crumbs=[Crumb(Words("web.nav-me"), reverse("me", args=[programme]))],
    )  # fmt: skip
