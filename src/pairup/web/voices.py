"""What people and offices say about the programme, objections first of all; whoever answers for it answers here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.models import FeedbackVersion
from pairup.reports.facts import Both
from pairup.services import answering, histories
from pairup.services.access import OFFICES
from pairup.services.reporting.places import Atlas, read_atlas
from pairup.services.tables import read_rows
from pairup.values.codes import FeedbackFrom, FeedbackKind, FeedbackOutcome, called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, choices, done, label, tongue
from pairup.web.listing import Cell, Column, FromRecord, Listing
from pairup.web.pages import AsOf, Crumb, as_of, clock, page, programme_named
from pairup.web.policy import may_open

#: length of what is told of a text in a table
_SHORT = 90
_DECIDED = tuple(outcome for outcome in FeedbackOutcome if outcome is not FeedbackOutcome.OPEN)


class Answer(Keyed):
    """Answer what was said."""

    text = forms.CharField(
        label=label("proof.answer-text"), max_length=4000, help_text=label("proof.answer-help"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    outcome = forms.ChoiceField(label=label("proof.answer-outcome"), choices=[("", "–"), *choices(*_DECIDED)])


def voices(request: Any, programme: str) -> HttpResponse:
    """All that was said, what waits for an answer first by its state."""
    asked = as_of(request)
    programme_named(programme, asked)
    rows = read_rows(FeedbackVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    atlas = read_atlas(on=asked.on, known_by=asked.known_by)
    listing = Listing(
        "voices", Words("proof.voices-caption"),
        [
            Column("code", Words("proof.column-code")), Column("day", Words("proof.said-on")),
            Column("who", Words("proof.column-who")), Column("kind", Words("proof.column-kind")),
            Column("text", Words("proof.column-text")), Column("owner", Words("web.column-owner")),
            Column("due", Words("web.column-due")), Column("outcome", Words("proof.column-outcome")),
        ],
        FromRecord(
            rows.select_related("identity", "owner").order_by("replied", "reply_due", "pk"),
            lambda row: _cells(programme, row, asked.on, atlas),
            words=("identity__code", "about", "text_en", "text_zh"),
            orders={"code": "identity__code", "day": "day", "due": "reply_due", "outcome": "outcome"},
        ),
        empty=Words("proof.nobody-said"),
    )  # fmt: skip
    return page(request, "web/voices.html", title=Words("proof.voices-title"), listings=[listing])


def _cells(programme: str, row: FeedbackVersion, on: date, atlas: Atlas) -> tuple[Any, ...]:
    is_late = row.replied is None and row.reply_due is not None and row.reply_due < on
    text = Both((row.text_en or row.text_zh)[:_SHORT], row.text_zh[:_SHORT])
    return (
        Cell(row.identity.code, reverse("voice", args=[programme, row.identity.code])), row.day,
        called(FeedbackFrom(row.said_by)), called(FeedbackKind(row.kind)), text,
        atlas.body_name(row.owner.code) if row.owner else "",
        Cell(None if row.replied else row.reply_due, tone="bad" if is_late else ""),
        called(FeedbackOutcome(row.outcome)),
    )  # fmt: skip


def voice(request: Any, programme: str, code: str) -> HttpResponse:
    """One thing that was said: to what, by whom, until when it is to be answered, and the answer."""
    return _shown(request, programme, code)


def _row(programme: str, code: str, asked: AsOf) -> FeedbackVersion:
    rows = read_rows(FeedbackVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    row: FeedbackVersion | None = rows.filter(identity__code=code).select_related("identity", "owner").first()
    if row is None:
        raise InputError(f"Nobody said {code}.", code="web.missing", what=code)
    return row


def _shown(request: Any, programme: str, code: str, *, status: int = 200, form: Answer | None = None) -> HttpResponse:
    asked = as_of(request)
    row, atlas = _row(programme, code, asked), read_atlas(on=asked.on, known_by=asked.known_by)
    may_answer = (
        row.replied is None and asked.is_today and request.actor.role in OFFICES
        and histories.is_own_to_write("feedback", code, programme=programme)
    )  # fmt: skip
    return page(
        request, "web/voice.html",
        {
            "row": row, "code": code, "owner": atlas.body_name(row.owner.code) if row.owner else None,
            "who": called(FeedbackFrom(row.said_by)), "kind": called(FeedbackKind(row.kind)),
            "text": Both(row.text_en or row.text_zh, row.text_zh), "outcome": called(FeedbackOutcome(row.outcome)),
            "reply": Both(row.reply_en or row.reply_zh, row.reply_zh), "about": _about(request, programme, row.about),
            "is_late": row.replied is None and row.reply_due is not None and row.reply_due < asked.on,
            "form": form or Answer(), "may_answer": may_answer, "is_synthetic": row.is_synthetic,
        },
        title=Words("proof.voice-title", {"code": code}), status=status,
        crumbs=[Crumb(Words("proof.voices-title"), reverse("voices", args=[programme]))],
    )  # fmt: skip


def _about(request: Any, programme: str, about: str) -> tuple[str, str]:
    """What it is about, and the page of that where whoever acts may open it; of people, no page is named."""
    table, _, code = about.partition("/")
    if table == "claims" and may_open(request.actor, "claim"):
        return about, reverse("claim", args=[programme, code])
    if code and table != "people" and may_open(request.actor, "row"):
        return about, reverse("row", args=[programme, table, code])
    return about, ""


@require_POST
def answer(request: Any, programme: str, code: str) -> HttpResponse:
    """Answer what was said: printed beside it from then on, and seen by whoever said it."""
    _row(programme, code, as_of(request))
    form = Answer(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        kept = carried_out(form, lambda: answering.answer(
            code, said["text"], FeedbackOutcome(said["outcome"]), language=tongue(), actor=str(request.actor),
            at=clock(), programme=programme,
        ))  # fmt: skip
        if kept is not None:
            return done(request, Words("proof.answered"), "voice", programme, code)
    return _shown(request, programme, code, status=422, form=form)
