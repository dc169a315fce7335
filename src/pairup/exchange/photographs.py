"""Photographs and papers that people send: told by their bytes, bounded in size, without what a camera adds.

A camera writes into a photograph where and when it was taken and by which device; none of that enters the record
(promises.md D6). JPEG: ISO/IEC 10918-1, segments APP1 to APP15 and comments are left out. PNG: chunks that are text,
time or EXIF are left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pairup.errors import InputError

#: pixels of a photograph at most: a picture of a few bytes can ask for gigabytes when it is drawn
LARGEST = 50_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT_IN_PNG = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT"})
_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
#: how a kind of file begins, and what it is
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"), (_PNG, "image/png", ".png"), (b"%PDF-", "application/pdf", ".pdf"),
)  # fmt: skip


def kind_of(data: bytes) -> tuple[str, str]:
    """The media type and the ending of what was sent, by its bytes and never by its name. Refuses all else."""
    for beginning, media_type, ending in _BEGINNINGS:
        if data.startswith(beginning):
            return media_type, ending
    raise InputError(
        "This is neither a PDF nor a JPEG or PNG photograph.", hint="Save it as one of these, then send it.",
        code="photographs.other-kind",
    )  # fmt: skip


def without_metadata(data: bytes) -> bytes:
    """A file as it may be kept: a photograph without what its camera wrote; a PDF as it is.

    Refuses a photograph that is cut off, and one of more pixels than any screen or print needs.
    """
    media_type, _ = kind_of(data)
    try:
        if media_type == "image/jpeg":
            return b"".join(_jpeg(data))
        return b"".join(_png(data)) if media_type == "image/png" else data
    except (IndexError, struct.error) as error:
        raise InputError(
            "The photograph ends before its end.", hint="Send it again.", code="photographs.cut"
        ) from error


def _require_size(width: int, height: int) -> None:
    if width * height > LARGEST:
        raise InputError(
            f"The photograph has {width} times {height} pixels; {LARGEST:,} are the most.",
            hint="Save it smaller, then send it.", code="photographs.too-large", width=width, height=height,
        )  # fmt: skip


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    at = 2
    while True:
        if data[at] != 0xFF:
            raise IndexError(at)
        mark = data[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at : at + 2 + length]
        if len(segment) < 2 + length:
            raise IndexError(at)
        if mark in _SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            _require_size(width, height)
        if not (0xE1 <= mark <= 0xED or mark in (0xEF, 0xFE)):  # APP14 says how colours are kept
            yield segment
        at += 2 + length
        if mark == 0xDA:  # from here on the picture itself
            yield data[at:]
            return


def _png(data: bytes) -> Iterator[bytes]:
    yield _PNG
    at = len(_PNG)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + 12 + length]
        if len(chunk) < 12 + length:
            raise IndexError(at)
        if kind == b"IHDR":
            _require_size(*struct.unpack_from(">II", data, at + 8))
        if kind in _KEPT_IN_PNG:
            yield chunk
        at += 12 + length
        if kind == b"IEND":
            return
    raise IndexError(at)
