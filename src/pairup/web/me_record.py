"""What is kept of me: why, until when, who looked, what I object to, how I am reached, and all of it as a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.record.acting import actor_of
from pairup.reports.facts import Both
from pairup.services import own_copy, secondee_words, vault
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.rows import title_of
from pairup.services.secondees import read_self
from pairup.values.codes import FeedbackOutcome, called
from pairup.values.purposes import PrivateField
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, done, label, tongue
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, as_of, clock, page

_ASKS = ("correct", "erase", "other")


class Reach(Keyed):
    """How I am reached, and whom to call when something happens."""

    phone = forms.CharField(label=label("persons.field-phone"), required=False, max_length=40)
    mail = forms.EmailField(label=label("persons.field-mail"), required=False, max_length=120)
    emergency_contact = forms.CharField(
        label=label("persons.field-emergency_contact"), required=False, max_length=120,
        help_text=label("persons.emergency-help"),
    )  # fmt: skip
    emergency_phone = forms.CharField(label=label("persons.field-emergency_phone"), required=False, max_length=40)


class Object(Keyed):
    """What I ask about what is kept of me."""

    asks = forms.ChoiceField(
        label=label("persons.i-ask"), choices=[(ask, label(f"persons.ask-{ask}")) for ask in _ASKS]
    )
    text = forms.CharField(
        label=label("persons.objection-text"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=label("persons.objection-help"),
    )  # fmt: skip


def record(request: Any, programme: str) -> HttpResponse:
    """What is kept of me, as of the day asked."""
    return _shown(request, programme)


def _shown(request: Any, programme: str, *, status: int = 200, **typed: forms.Form) -> HttpResponse:
    asked, actor = as_of(request), str(request.actor)
    person = secondee_words.own_person(actor, programme)
    own = read_self(person, on=asked.on, known_by=asked.known_by)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    context = {
        "is_synthetic": own.row.is_synthetic, "may_write": asked.is_today,
        "reach": typed.get("reach") or Reach(), "ask": typed.get("ask") or Object(), "copy": Keyed(),
        "objections": [
            {
                "day": row.day, "text": Both(row.text_en or row.text_zh, row.text_zh), "due": row.reply_due,
                "outcome": called(FeedbackOutcome(row.outcome)),
                "reply": Both(row.reply_en or row.reply_zh, row.reply_zh),
            }
            for row in own.objections
        ],
    }  # fmt: skip
    return page(
        request, "web/me_record.html", context, title=Words("persons.record-title"), status=status,
        crumbs=[Crumb(Words("web.nav-me"), reverse("me", args=[programme]))],
        listings=[_kept(person.code, actor, programme), _looks(person.code, actor, programme, atlas)],
    )  # fmt: skip


def _kept(person: str, actor: str, programme: str) -> Listing:
    return Listing(
        "kept", Words("persons.kept-caption"),
        [
            Column("what", Words("web.column-what")), Column("purpose", Words("persons.column-purpose")),
            Column("ground", Words("persons.column-ground")),
            Column("rows", Words("persons.column-rows"), is_number=True),
            Column("until", Words("persons.column-until")),
        ],
        [
            (
                _what(one), Words(f"vault.purpose-{one.declared.purpose}"), Words(f"vault.basis-{one.declared.basis}"),
                one.rows,
                one.until or Words(f"vault.keep-{one.declared.keep.after}", {"years": one.declared.keep.years}),
            )
            for one in vault.kept(person, actor=actor, programme=programme)
        ],
        empty=Words("persons.kept-nothing"),
    )  # fmt: skip


def _what(one: vault.Kept) -> Any:
    """What a line is about: the table by its words, of the vault the field."""
    field = one.columns[0]
    if field in set(PrivateField):
        return Words(f"persons.field-{field}")
    return Words(f"persons.table-{one.table}") if one.table in ("constraints", "consents") else title_of(one.table)


def _looks(person: str, actor: str, programme: str, atlas: Atlas) -> Listing:
    return Listing(
        "looks", Words("persons.looks-caption"),
        [
            Column("at", Words("persons.column-day")), Column("by", Words("persons.column-by")),
            Column("purpose", Words("persons.column-purpose")), Column("fields", Words("persons.column-fields")),
        ],
        [
            (look.at.date(), _by(look.by, atlas), Cell(Words(f"vault.purpose-{look.purpose}")), _fields(look.fields))
            for look in reversed(vault.looks(person, actor=actor, programme=programme))
        ],
        empty=Words("persons.looks-nothing"),
    )  # fmt: skip


def _by(actor: str, atlas: Atlas) -> Both:
    """Who looked: the role, and the name of its side where it has one."""
    who = actor_of(actor)
    role, found = Words(who.called), atlas.organisations.get(who.code)
    name = found.name if found else atlas.place_name(who.code)
    return Both(f"{role.say('en')} {name.say('en')}".strip(), f"{role.say('zh_Hans')} {name.say('zh_Hans')}".strip())


def _fields(names: tuple[str, ...]) -> Both:
    """Names of fields as one text in both languages."""
    said = [Words(f"persons.field-{name}") for name in names]
    return Both(", ".join(one.say("en") for one in said), "、".join(one.say("zh_Hans") for one in said))


@require_POST
def tell(request: Any, programme: str) -> HttpResponse:
    """Say how I am reached. What is left empty stays as it is."""
    form = Reach(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        facts = {field: said[field.value] for field in secondee_words.TOLD if said[field.value]}
        if carried_out(form, lambda: secondee_words.tell(
            facts, actor=str(request.actor), at=clock(), programme=programme, key=said["key"]
        )) is not None:  # fmt: skip
            return done(request, Words("persons.reach-kept"), "me-record", programme)
    return _shown(request, programme, status=422, reach=form)


@require_POST
def raise_objection(request: Any, programme: str) -> HttpResponse:
    """Object to what is kept of me, or ask that it is corrected or erased."""
    form = Object(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        asks = Words(f"persons.ask-{said['asks']}").say(tongue())
        if carried_out(form, lambda: secondee_words.object_to(
            f"{asks}: {said['text']}", language=tongue(), actor=str(request.actor), at=clock(), programme=programme,
            key=said["key"],
        )) is not None:  # fmt: skip
            return done(request, Words("persons.objected"), "me-record", programme)
    return _shown(request, programme, status=422, ask=form)


@require_POST
def copy(request: Any, programme: str) -> HttpResponse:
    """All that is kept of me, opened, as a file. That it was opened is written down, as whenever anybody does."""
    person = secondee_words.own_person(str(request.actor), programme)
    data = own_copy.copy_of_all(actor=str(request.actor), at=clock(), programme=programme)
    answer = HttpResponse(data, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{person.code}.json"'
    answer["Cache-Control"] = "no-store"
    return answer
