"""Pictures of pages: a drawing as SVG under an address of its own, loaded when it is seen."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified

from pairup.reports.pictures import to_svg


def drawn(request: Any, chart: Any, *, name: str, alt: str) -> HttpResponse:
    """Answer with a drawing. A browser that has it already is told so."""
    svg = to_svg(chart.to_dict(validate=False), name=name, alt=alt)
    return picture(request, svg)


def picture(request: Any, svg: str) -> HttpResponse:
    """Answer with an SVG document of our own making; it can do nothing but be looked at."""
    if "xmlns=" not in svg[:200]:
        svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    digest = f'"{hashlib.sha256(svg.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == digest:
        return HttpResponseNotModified(headers={"ETag": digest})
    answer = HttpResponse(svg, content_type="image/svg+xml")
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer["ETag"], answer["Cache-Control"] = digest, "private, no-cache"
    return answer
