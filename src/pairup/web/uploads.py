"""Files that people send, and files that are shown to them: bounded, told by their bytes, never run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.http import HttpRequest, HttpResponse

from pairup.errors import InputError
from pairup.exchange.photographs import kind_of, without_metadata
from pairup.services import documents
from pairup.web.pages import as_of

#: bytes of a file at most; a photograph of a telephone has 3 to 5 million
LARGEST = 12_000_000
#: a paper opened from here can do nothing: no script, no form, no page of ours around it
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"


@contextmanager
def kept(sent: Any) -> Iterator[tuple[Path, str]]:
    """What was sent as a file of our own name, as it may be kept; and which kind of document it is."""
    if sent.size > LARGEST:
        raise InputError(
            f"The file holds {sent.size:,} bytes; {LARGEST:,} are the most.", hint="Save it smaller, then send it.",
            code="photographs.too-many-bytes", size=sent.size, largest=LARGEST,
        )  # fmt: skip
    data = without_metadata(sent.read())
    media_type, ending = kind_of(data)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sent{ending}"
        path.write_bytes(data)
        yield path, "photograph" if media_type.startswith("image/") else "other"


def document(request: HttpRequest, programme: str, code: str) -> HttpResponse:
    """A paper of one's own, checked against its hash; a photograph is shown, all else is taken away."""
    asked = as_of(request)
    row, data = documents.read_document(code, on=asked.on, known_by=asked.known_by, programme=programme)
    is_picture = row.media_type in ("image/jpeg", "image/png")
    answer = HttpResponse(data, content_type=row.media_type if is_picture else "application/octet-stream")
    ending = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}.get(row.media_type, "bin")
    answer["Content-Disposition"] = f'{"inline" if is_picture else "attachment"}; filename="{row.sha256[:16]}.{ending}"'
    answer["Content-Security-Policy"] = _SANDBOX
    answer["Cache-Control"] = "private, no-store"
    return answer
