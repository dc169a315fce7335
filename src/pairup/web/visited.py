"""When somebody was here last: kept by their own browser, signed, so that no page view writes to the record."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpResponse

from pairup.web.pages import clock

#: a pause after which it is another visit
PAUSE = timedelta(minutes=30)
#: how far back whoever was never here is told
AT_FIRST = timedelta(days=7)
_NEVER = "-"
_YEAR = 365 * 24 * 3600


def _name(request: Any, programme: str) -> str:
    whose = f"{request.user.get_username()} {request.actor} {programme}".encode()
    return f"visited-{hashlib.sha256(whose).hexdigest()[:12]}"


def _kept(request: Any, programme: str) -> tuple[str, datetime] | None:
    """The end of the visit before (`-`: there was none), and when a page of this one was opened last."""
    try:
        before, last = request.get_signed_cookie(_name(request, programme), "").split(" ")
        return before, datetime.fromisoformat(last)
    except (BadSignature, ValueError):
        return None


def last_visit(request: Any, programme: str) -> tuple[datetime, bool]:
    """When the visit before this one ended, and whether there was one; else a week ago."""
    now, kept = clock(), _kept(request, programme)
    if kept is not None and now - kept[1] > PAUSE:
        return kept[1], True
    if kept is not None and kept[0] != _NEVER:
        return datetime.fromisoformat(kept[0]), True
    return (now - AT_FIRST).replace(hour=0, minute=0, second=0), False


def remember_visit(answer: HttpResponse, request: Any, programme: str) -> HttpResponse:
    """Let the browser keep that somebody was here now."""
    before, was_here = last_visit(request, programme)
    answer.set_signed_cookie(
        _name(request, programme), f"{before.isoformat() if was_here else _NEVER} {clock().isoformat()}",
        max_age=_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, path=f"/in/{programme}/",
    )  # fmt: skip
    return answer
