"""The API of a secondee or candidate: what their own pages do. Only the person's own token opens it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Schema

from pairup.services import handovers, lives, postings, secondee_words
from pairup.services.handovers import PARTS
from pairup.services.secondees import read_self
from pairup.values.codes import Answer, Fits
from pairup.values.purposes import Answer as Consented
from pairup.values.purposes import PrivateField, Purpose
from pairup.web.api import ANSWERS, AsOf, Code, Key, When, api, known, reads, require_page, stands_for
from pairup.web.handovers import own_posting
from pairup.web.pages import clock

_HERE = "/programmes/{programme}/me"
Language = Literal["en", "zh"]


def told_of(done: lives.Done) -> dict[str, Any]:
    """A receipt: the row that says it, and the journal's entry."""
    return {"table": done.table, "code": done.code, "state": str(done.state), "entry": done.entry}


def _self(request: Any, programme: str, route: str) -> dict[str, Any]:
    """Who acts, when, and where: what each of these commands takes."""
    actor = require_page(request, "write", route)
    known(programme, AsOf())
    return {"actor": actor, "at": clock(), "programme": programme}


@api.get(f"{_HERE}/", response=ANSWERS, openapi_extra=reads("me"))
def own(request: HttpRequest, programme: Code, when: When) -> dict[str, Any]:
    """My postings, what is offered to me or asked of me, and what I objected to."""
    actor = require_page(request, "read", "me")
    known(programme, when)
    found = read_self(secondee_words.own_person(actor, programme), on=when.day, known_by=when.known_by)
    return {
        "person": found.row.identity.code, "waits": list(found.waits(when.day)),
        "postings": [
            {"code": one.row.identity.code, "status": one.row.status, "check_due": _day(one.check_due(when.day))}
            for one in found.served
        ],
        "offers": [
            {"code": one.row.identity.code, "answer": one.answer.value, "answer_due": _day(one.row.answer_due)}
            for one in found.offers
        ],
        "extensions": [row.identity.code for row in found.extensions],
        "confidences": [{"code": row.identity.code, "not_at": list(row.not_at or ())} for row in found.constraints],
        "consents": [{"purpose": row.purpose, "answer": row.answer or ""} for row in found.consents],
        "objections": [
            {"code": row.identity.code, "outcome": row.outcome, "reply_en": row.reply_en, "reply_zh": row.reply_zh}
            for row in found.objections
        ],
    }  # fmt: skip


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


class CheckIn(Schema):
    """How I am: well, not well, or nothing said; and whether I want a call."""

    posting: str
    well: bool | None = None
    wants_call: bool = False


@api.post(f"{_HERE}/checks/", response=ANSWERS, openapi_extra=stands_for("me-check"))
def check_in(request: HttpRequest, programme: Code, said: CheckIn, key: Key = None) -> dict[str, Any]:
    """Say how I am."""
    by = _self(request, programme, "me-check")
    return told_of(secondee_words.check_in(said.posting, well=said.well, wants_call=said.wants_call, key=key, **by))


class Arrival(Schema):
    """How a post fits after arrival, by what was asked."""

    posting: str
    fits: dict[str, Fits]


@api.post(f"{_HERE}/arrival/", response=ANSWERS, openapi_extra=stands_for("me-arrival"))
def arrival(request: HttpRequest, programme: Code, said: Arrival, key: Key = None) -> dict[str, Any]:
    """Say how my post fits."""
    by = _self(request, programme, "me-arrival")
    fits = {name: fit for name, fit in said.fits.items() if name in secondee_words.ASKED}
    return told_of(secondee_words.answer_arrival(said.posting, fits, key=key, **by))


class Wishes(Schema):
    """Codes of places where I would rather serve, best first."""

    places: Annotated[list[str], Field(max_length=3)]


@api.post(f"{_HERE}/wishes/", response=ANSWERS, openapi_extra=stands_for("me-wishes"))
def wishes(request: HttpRequest, programme: Code, said: Wishes, key: Key = None) -> dict[str, Any]:
    """Say where I would rather serve."""
    by = _self(request, programme, "me-wishes")
    return told_of(secondee_words.prefer(said.places, key=key, **by))


class Away(Schema):
    """A place where I must not be sent. No reason is taken."""

    place: str


@api.post(f"{_HERE}/confidences/", response=ANSWERS, openapi_extra=stands_for("me-confide"))
def confide(request: HttpRequest, programme: Code, said: Away, key: Key = None) -> dict[str, Any]:
    """Say in confidence where I must not be sent."""
    by = _self(request, programme, "me-confide")
    return told_of(secondee_words.keep_away(said.place, key=key, **by))


@api.post(f"{_HERE}/confidences/{{code:code}}/lift/", response=ANSWERS, openapi_extra=stands_for("me-lift"))
def lift(request: HttpRequest, programme: Code, code: Code, key: Key = None) -> dict[str, Any]:
    """Take back what I told in confidence."""
    by = _self(request, programme, "me-lift")
    return told_of(secondee_words.lift(code, key=key, **by))


class Reply(Schema):
    """My answer to what is asked of me."""

    answer: Answer


@api.post(f"{_HERE}/offers/{{code:code}}/answer/", response=ANSWERS, openapi_extra=stands_for("me-offer"))
def offer(request: HttpRequest, programme: Code, code: Code, said: Reply) -> dict[str, Any]:
    """Accept or decline a post that was offered to me."""
    by = _self(request, programme, "me-offer")
    return told_of(postings.answer_offer(code, said.answer, **by))


@api.post(f"{_HERE}/extensions/{{code:code}}/answer/", response=ANSWERS, openapi_extra=stands_for("me-extension"))
def extension(request: HttpRequest, programme: Code, code: Code, said: Reply) -> dict[str, Any]:
    """Sign or decline that my posting lasts longer."""
    by = _self(request, programme, "me-extension")
    return told_of(postings.consent(code, said.answer, **by))


class Agreed(Schema):
    """Consent to a purpose, given or withdrawn."""

    purpose: Purpose
    answer: Consented
    language: Language = "en"


@api.post(f"{_HERE}/consents/", response=ANSWERS, openapi_extra=stands_for("me-consent"))
def agree(request: HttpRequest, programme: Code, said: Agreed, key: Key = None) -> dict[str, Any]:
    """Give or withdraw consent to a purpose that I was asked for."""
    by, language = _self(request, programme, "me-consent"), "zh-Hans" if said.language == "zh" else "en"
    return told_of(secondee_words.answer_consent(said.purpose, said.answer, language=language, key=key, **by))


class Reached(Schema):
    """How I am reached, by field."""

    facts: dict[PrivateField, str]


@api.post(f"{_HERE}/reach/", response=ANSWERS, openapi_extra=stands_for("me-reach"))
def tell(request: HttpRequest, programme: Code, said: Reached, key: Key = None) -> dict[str, Any]:
    """Tell how I am reached; it is closed, and opened for a purpose only."""
    by = _self(request, programme, "me-reach")
    return told_of(secondee_words.tell(said.facts, key=key, **by))


class Objected(Schema):
    """What I object to, in my words."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    language: Language = "en"


@api.post(f"{_HERE}/objections/", response=ANSWERS, openapi_extra=stands_for("me-object"))
def raise_objection(request: HttpRequest, programme: Code, said: Objected, key: Key = None) -> dict[str, Any]:
    """Object to what is kept of me, or ask that it is corrected or erased."""
    by = _self(request, programme, "me-object")
    return told_of(secondee_words.object_to(said.text, language=said.language, key=key, **by))


class Written(Schema):
    """A handover file by its parts; with `give` it goes to the host as well."""

    parts: dict[str, str]
    give: bool = False


@api.post(f"{_HERE}/handover/", response=ANSWERS, openapi_extra=stands_for("me-handover-save"))
def hand_over(request: HttpRequest, programme: Code, said: Written) -> dict[str, Any]:
    """Save my handover file, and give it where that is said."""
    by = _self(request, programme, "me-handover-save")
    parts = {part: text for part, text in said.parts.items() if part in PARTS}
    posting = own_posting(request, programme)
    done = handovers.save_draft(posting, parts, **by)
    return told_of(handovers.give(posting, **by) if said.give else done)
