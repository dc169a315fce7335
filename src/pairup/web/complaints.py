"""The sealed box: a page that knows nobody, seals in the browser, and answers the same whatever was asked.

The page is written without the request's user, session or token, so that it is the same for everybody and sets no
cookie; it needs no protection against forms from elsewhere, for nothing is done in anybody's name. How often it may be
asked is counted for the whole box and by no address.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pairup.errors import ConflictError, InputError, PairupError
from pairup.keys.sealing import ENVELOPES, MOST_ANSWERS, SEALED_ANSWER, SIZES, too_long
from pairup.record.acting import Role, acting_as
from pairup.reports.facts import Both
from pairup.services import complaints
from pairup.values.words import Words
from pairup.web.pages import clock, language_of
from pairup.web.refusals import status_of, told

#: bytes of an answer to what was sent, said or refused: as long as a page that answers a form
_ANSWER = 8192
#: bytes of an answer to a receipt: room for all answers a complaint can have
_ANSWERS = 4096 + MOST_ANSWERS * SEALED_ANSWER * 4 // 3
#: bytes of a form at most: the longest envelope in base64, with its receipt
_LONGEST = ENVELOPES[-1] * 4 // 3 + 1024
_LANGUAGES = {"en": "en", "zh-hans": "zh_Hans"}


class Bucket:
    """How often everybody together may ask: so many at once, refilled so many a minute. No address is looked at."""

    def __init__(self, most: int, a_minute: int) -> None:
        self._most, self._a_minute, self._left = most, a_minute, float(most)
        self._then: datetime | None = None
        self._lock = threading.Lock()

    def take(self, now: datetime) -> bool:
        """Take one, if there is one."""
        with self._lock:
            if self._then is not None:
                passed = max(0.0, (now - self._then).total_seconds())
                self._left = min(self._most, self._left + passed * self._a_minute / 60)
            self._then = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


#: of each process of the server
SENT, ASKED = Bucket(most=20, a_minute=10), Bucket(most=60, a_minute=60)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def box(request: HttpRequest) -> HttpResponse:
    """The page on which a complaint is written and sealed; a POST is a sealed complaint."""
    if request.method == "POST":
        return _answered(request, _receive, SENT, _ANSWER)
    today = clock().date()
    with acting_as(Role.PUBLIC):
        said: dict[str, Any] = {"fault": "", "recipient": None}
        try:
            said["recipient"] = complaints.read_recipient(on=today)
        except PairupError as error:
            said["fault"] = told(error, _language(request))
        changes, months = complaints.read_changes(on=today), complaints.read_counts(on=today)
    said |= {
        "months": months[::-1][:12], "changes": [(one, Both(one.name_en, one.name_zh)) for one in changes[::-1]],
        "fewest": complaints.FEWEST_TOLD, "kilobytes": SIZES[-1] // 1024,
    }  # fmt: skip
    return _page(request, "web/complaints.html", said, Words("complaints.title"))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest) -> HttpResponse:
    """The page on which a code opens the answers; a POST asks what lies under a receipt and its tags."""
    if request.method == "POST":
        return _answered(request, _look_up, ASKED, _ANSWERS)
    return _page(request, "web/complaints_reply.html", {}, Words("complaints.reply-title"))


def _language(request: Any) -> str:
    """The language that the address says; else the browser's."""
    return _LANGUAGES.get(request.GET.get("language", "")) or language_of(request)


def _page(request: HttpRequest, template: str, said: Mapping[str, Any], title: Words) -> HttpResponse:
    language = _language(request)
    other = ("en", "English") if language == "zh_Hans" else ("zh-hans", "中文")
    asked = {"language": language, "asked_in": "zh-hans" if language == "zh_Hans" else "en", "other": other}
    answer = HttpResponse(render_to_string(template, {**said, **asked, "title": title}))
    return _unseen(answer)


def _unseen(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _receive(said: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        envelope = base64.b64decode(str(said.get("envelope", "")), validate=True)
    except (ValueError, binascii.Error):
        envelope = b""
    receipt, mark = str(said.get("receipt", "")), str(said.get("mark", ""))
    complaints.receive(envelope, receipt=receipt, mark=mark, at=clock())
    return {"is_kept": True}


def _look_up(said: Mapping[str, Any]) -> Mapping[str, Any]:
    tags = said.get("tags", ())
    found = complaints.kept_under(str(said.get("receipt", "")), list(map(str, tags)) if isinstance(tags, list) else ())
    return {"is_kept": found.is_kept, "answers": [base64.b64encode(one).decode() for one in found.answers]}


def _answered(request: HttpRequest, ask: Any, bucket: Bucket, size: int) -> HttpResponse:
    """Do what is asked, as the public; say what came of it, filled up with noise to one size."""
    try:
        if not bucket.take(clock()):
            raise ConflictError(
                "The box is asked too often just now.", hint="Try again in a minute, or use paper or phone.",
                code="complaints.too-often",
            )  # fmt: skip
        with acting_as(Role.PUBLIC):
            answer, status = dict(ask(_form(request))), 200
    except PairupError as error:
        answer, status = (
            {"is_refused": True, "code": error.code, "says": told(error, _language(request))},
            status_of(error),
        )
    text = json.dumps({**answer, "noise": ""})
    noise = secrets.token_hex(size // 2)[: max(0, size - len(text))]
    return _unseen(HttpResponse(f'{text[:-2]}{noise}"}}', content_type="application/json", status=status))


def _form(request: HttpRequest) -> dict[str, Any]:
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > _LONGEST:
        raise too_long()
    try:
        said = json.loads(request.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise InputError("This is no sealed complaint.", code="complaints.not-sealed")
    return said
