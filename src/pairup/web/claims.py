"""Claims: every figure that somebody says, with its class and its verdict; what says otherwise beside it; replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.record.acting import Role
from pairup.record.models import ClaimVersion, FeedbackVersion, SignatureVersion
from pairup.record.remembered import remembered
from pairup.reports.evaluation_section import evaluation_blocks
from pairup.reports.facts import Both, ClaimFacts, Outcome
from pairup.reports.writing import count
from pairup.services import claims, histories, lives, signing
from pairup.services.reporting.evaluations import evaluation_facts
from pairup.services.tables import read_rows
from pairup.values.codes import FeedbackFrom, FeedbackKind, FeedbackOutcome, SignatureKind, called
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out, choices, done, label, tongue
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import AsOf, Crumb, as_of, clock, page, programme_named
from pairup.web.policy import may_open

#: days in which whoever a reply is asked of answers
REPLY_DAYS = 30
_TONES = {Outcome.CONTRADICTED: "warn", Outcome.HOLDS: "good", Outcome.CANNOT_TELL: "quiet"}


class Reply(Keyed):
    """Dispute or explain a claim; printed beside it."""

    kind = forms.ChoiceField(
        label=label("proof.reply-kind"), choices=choices(FeedbackKind.OBJECTION, FeedbackKind.REPLY)
    )
    text = forms.CharField(
        label=label("proof.reply-text"), widget=forms.Textarea, max_length=4000, help_text=label("proof.reply-help")
    )
    owner = forms.CharField(
        label=label("proof.reply-owner"), required=False, max_length=80, help_text=label("proof.reply-owner-help")
    )


def facts_of(programme: str, asked: AsOf) -> Sequence[ClaimFacts]:
    """Every claim with its verdict, worked out once for as long as the record stays as it is."""

    def make() -> Sequence[ClaimFacts]:
        return claims.claim_facts(programme, on=asked.on, known_by=asked.known_by)[0]

    return remembered(make, "claims", programme, asked.on, asked.known_by)


def every_claim(request: Any, programme: str) -> HttpResponse:
    """Claims with class and verdict; `?outcome=` shows those under one head."""
    asked = as_of(request)
    programme_named(programme, asked)
    found = facts_of(programme, asked)
    counted = Counter(one.outcome for one in found)
    outcome = request.GET.get("outcome", "")
    shown = [one for one in found if outcome in ("", one.outcome.value)]
    listing = Listing(
        "claims", Words("proof.claims-caption"),
        [
            Column("code", Words("proof.column-code")), Column("claim", Words("proof.column-claim")),
            Column("speaker", Words("proof.column-speaker")), Column("class", Words("proof.column-class")),
            Column("verdict", Words("proof.column-verdict")),
        ],
        [
            (
                Cell(one.code, reverse("claim", args=[programme, one.code])), one.text, one.speaker,
                called(one.claim_class), Cell(one.verdict, tone=_TONES[one.outcome]),
            )
            for one in shown
        ],
    )  # fmt: skip
    heads = [(Words(f"proof.head-{one.value.replace('_', '-')}"), one.value, counted[one]) for one in Outcome]
    return page(
        request, "web/claims.html",
        {"heads": heads, "outcome": outcome, "may_state": may_open(request.actor, "claim-state")},
        title=Words("web.nav-claims"), listings=[listing],
    )  # fmt: skip


def claim(request: HttpRequest, programme: str, code: str) -> HttpResponse:
    """One claim: what was said, what it is worth, what says otherwise, what was evaluated, who disputes it."""
    return _shown(request, programme, code)


def _shown(request: Any, programme: str, code: str, *, status: int = 200, reply: Reply | None = None) -> HttpResponse:
    asked = as_of(request)
    found = {one.code: one for one in facts_of(programme, asked)}
    if code not in found:
        raise InputError(f"There is no claim {code}.", code="web.missing", what=code)
    one = found[code]
    row = _row(programme, code, asked)
    return page(
        request, "web/claim.html",
        {
            "claim": one, "code": code, "class": called(one.claim_class), "tone": _TONES[one.outcome],
            "figure": _figure(one), "computed": _computed(one), "place": row.place,
            "others": _others(programme, [one, *(found[other] for other in one.conflicts if other in found)]),
            "evaluation": remembered(
                lambda: _evaluation(programme, code, asked), "evaluation", programme, code, asked.on, asked.known_by
            ),
            "voices": _voices(programme, code, asked), "is_synthetic": row.is_synthetic,
            "row": reverse("row", args=[programme, "claims", code]),
            "may_correct": may_open(request.actor, "row-correct") and asked.is_today
            and histories.is_own_to_write("claims", code, programme=programme),
            "may_reply": may_open(request.actor, "claim-reply") and asked.is_today, "reply": reply or Reply(),
        },
        title=code, status=status, crumbs=[Crumb(Words("web.nav-claims"), reverse("claims", args=[programme]))],
    )  # fmt: skip


def _row(programme: str, code: str, asked: AsOf) -> Any:
    rows = read_rows(ClaimVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    return rows.filter(identity__code=code).select_related("identity", "place").first()


def _figure(one: ClaimFacts) -> str:
    return "" if one.figure is None else f"{count(one.figure)} {one.uom}".strip()


def _computed(one: ClaimFacts) -> str:
    """The record's own total beside a claim; a count of people stands in full for those who keep the record."""
    return "" if one.computed is None else f"{count(one.computed)} {one.uom}".strip()


def _others(programme: str, found: Sequence[ClaimFacts]) -> list[dict[str, Any]]:
    """The claim and those that say otherwise, side by side; nothing where none does."""
    if len(found) < 2:
        return []
    return [
        {
            "code": one.code, "href": reverse("claim", args=[programme, one.code]), "text": one.text,
            "speaker": one.speaker, "day": one.day, "figure": _figure(one), "verdict": one.verdict,
        }
        for one in found
    ]  # fmt: skip


def _evaluation(programme: str, code: str, asked: AsOf) -> Any:
    """The blocks of an evaluation of the claim; nothing where none was made."""
    told = evaluation_facts(programme, on=asked.on, known_by=asked.known_by)
    return [block for one in told if one.claim == code for block in evaluation_blocks(one, public=False)]


def _voices(programme: str, code: str, asked: AsOf) -> list[dict[str, Any]]:
    """What was said to the claim: objections, replies and signatures, in order of day, each printed whole."""
    about = f"claims/{code}"
    said = read_rows(FeedbackVersion, on=asked.on, known_by=asked.known_by, programme=programme)
    said = said.filter(about=about).select_related("identity")
    voices = [
        {
            "day": row.day, "who": called(FeedbackFrom(row.said_by)), "what": called(FeedbackKind(row.kind)),
            "text": Both(row.text_en, row.text_zh), "reply": Both(row.reply_en, row.reply_zh),
            "outcome": called(FeedbackOutcome(row.outcome)),
            "href": reverse("voice", args=[programme, row.identity.code]),
            "due": row.reply_due if row.replied is None else None,
        }
        for row in said
    ]  # fmt: skip
    signed = read_rows(SignatureVersion, on=asked.on, known_by=asked.known_by, programme=programme).filter(about=about)
    voices += [
        {
            "day": row.day, "who": row.organisation.code, "what": called(SignatureKind(row.kind)),
            "text": Both(row.reservation),
        }
        for row in signed.select_related("organisation")
    ]  # fmt: skip
    return sorted(voices, key=lambda voice: str(voice["day"]))


_SPEAKERS = {Role.RECIPIENT_OFFICE: FeedbackFrom.RECIPIENT_BODY, Role.DONOR_OFFICE: FeedbackFrom.DONOR_BODY}


@require_POST
def reply(request: Any, programme: str, code: str) -> HttpResponse:
    """Record a dispute of a claim, or a reply to it: it is printed beside the figure from then on."""
    form = Reply(request.POST)
    asked = as_of(request)
    if _row(programme, code, asked) is None:
        raise InputError(f"There is no claim {code}.", code="web.missing", what=code)
    if form.is_valid():
        said, today = form.cleaned_data, clock().date()
        place = signing.read_own_place(on=asked.on, known_by=asked.known_by)
        cells = {
            "code": f"FB-{code}",
            "day": today.isoformat(),
            "kind": said["kind"], "said_by": _SPEAKERS.get(request.actor.role, FeedbackFrom.OTHER).value,
            "place": place, "about": f"claims/{code}", "owner": said["owner"],
            f"text_{'zh' if tongue() == 'zh_Hans' else 'en'}": said["text"],
            "reply_due": (today + timedelta(days=REPLY_DAYS)).isoformat() if said["owner"] else "",
        }  # fmt: skip
        kept = carried_out(form, lambda: lives.record_next(
            "feedback", cells, actor=str(request.actor), at=clock(), programme=programme, key=said["key"]
        ))  # fmt: skip
        if kept is not None:
            return done(request, Words("proof.replied"), "claim", programme, code)
    return _shown(request, programme, code, status=422, reply=form)
