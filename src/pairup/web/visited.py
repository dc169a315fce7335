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
_YEAR = 365 * 24 * 3600


def _name(request: Any, programme: str) -> str:
    whose = f"{request.user.get_username()} {request.actor} {programme}".encode()
    return f"visited-{hashlib.sha256(whose).hexdigest()[:12]}"


def _kept(request: Any, programme: str) -> tuple[datetime, datetime] | None:
    """The end of the visit before, and when a page of this one was opened last."""
    try:
        said = request.get_signed_cookie(_name(request, programme), "")
        before, last = map(datetime.fromisoformat, said.split(" "))
    except (BadSignature, ValueError):
        return None
    return before, last


def last_visit(request: Any, programme: str) -> tuple[datetime, bool]:
    """When the visit before this one ended, and whether there was one; else a week ago."""
    now, kept = clock(), _kept(request, programme)
    if kept is None:
        return (now - AT_FIRST).replace(hour=0, minute=0, second=0), False
    before, last = kept
    return (last if now - last > PAUSE else before), True


def remember_visit(answer: HttpResponse, request: Any, programme: str) -> HttpResponse:
    """Let the browser keep that somebody was here now."""
    before, _ = last_visit(request, programme)
    answer.set_signed_cookie(
        _name(request, programme), f"{before.isoformat()} {clock().isoformat()}", max_age=_YEAR, httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, path=f"/in/{programme}/",
    )  # fmt: skip
    return answer
