"""A frozen release under /public/: its files as they are, before anything asks the record or who somebody is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from whitenoise import WhiteNoise

from pairup.reports.release.frozen import require_unchanged
from pairup.reports.release.site import POLICY

PREFIX = "public/"
_HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}  # fmt: skip


def with_public(application: Callable[..., Any], folder: Path) -> WhiteNoise:
    """Put a release before an application. Refuses a folder that is none, and one that was changed since."""
    require_unchanged(folder)
    site = WhiteNoise(
        application, index_file=True, max_age=3600, allow_all_origins=False, add_headers_function=_protect
    )  # fmt: skip
    site.add_files(str(folder), prefix=PREFIX)
    return site


def _protect(headers: Headers, path: str, url: str) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
