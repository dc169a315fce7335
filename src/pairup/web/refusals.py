"""Refusals as pages: what was asked, what was found, what to do; the status says which kind it is."""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pairup.errors import AccessError, ConflictError, PairupError, StorageError
from pairup.services.failures import refusal_of
from pairup.values.words import LANGUAGES, Words, say
from pairup.web.pages import language_of

#: what is not there, or not one's own: both look alike
_ABSENT = ("record.no-programme", "record.no-round")
#: what failed under the record: no room, or nobody to write to for now; anything else is a fault of the machine
_FAILED = {"record.disk-full": 507, "record.busy": 503, "record.server-gone": 503}


def status_of(error: PairupError) -> int:
    if isinstance(error, AccessError):
        return 403
    if isinstance(error, ConflictError):
        return 409
    if isinstance(error, StorageError):
        return _FAILED.get(error.code, 500)
    return 404 if error.code in _ABSENT or error.code.endswith(".missing") else 422


def told(error: PairupError, language: str) -> str:
    """A refusal in a language; where its code has no words there, the English message."""
    said = say(error.code, language, **error.facts)
    return error.message if said == error.code else said


def shown(request: Any, error: PairupError) -> HttpResponse:
    """A refusal as a page. What was typed is still in the browser: going back loses nothing."""
    language, status = language_of(request), status_of(error)
    return render(
        request, "web/refusal.html",
        {
            "title": Words(f"web.refused-{status}"), "message": told(error, language), "hint": error.hint,
            "findings": [finding.say(language) for finding in error.facts.get("findings", ())][:50],
        },
        status=status,
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page that is not there."""
    return render(request, "web/refusal.html", {"title": Words("web.refused-404")}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page that is not for whoever asks."""
    return render(request, "web/refusal.html", {"title": Words("web.refused-403")}, status=403)


def not_sent_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from one of our pages, or from one that lay open too long."""
    said = {"title": Words("web.refused-403"), "message": Words("web.form-too-old")}
    return render(request, "web/refusal.html", said, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or a failure of the disk or server below; the page needs nothing that could be broken too."""
    failed = refusal_of(sys.exc_info()[1])
    if failed is None:
        return render(request, "web/broken.html", status=500)
    if request.path_info.startswith("/api/"):
        from pairup.web import api

        answer: HttpResponse = api.refusal(request, failed)
        return answer
    said = [(language.replace("_", "-"), told(failed, language)) for language in LANGUAGES]
    return render(request, "web/broken.html", {"said": said}, status=status_of(failed))
