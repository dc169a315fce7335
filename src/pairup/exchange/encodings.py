"""Bytes to text without guessing: a byte order mark, then strict UTF-8, then whatever the user says the file is."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from pairup.exchange.notes import finding
from pairup.values.findings import Finding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: what a mapping may name, and how Python calls it; GBK and GB2312 are parts of GB18030
ENCODINGS = {
    "utf-8": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "big5": "big5hkscs",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, or the finding that says why there is none."""

    text: str | None
    encoding: str = ""
    finding: Finding | None = None


def decode(raw: bytes, *, file: str, encoding: str | None = None) -> Decoded:
    """Decode a file: its mark, else the encoding it is said to have, else strict UTF-8, else ask with a preview.

    GB18030 is never guessed: almost any bytes decode as GB18030, also those of another encoding, and then as wrong
    characters without an error.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw[len(mark) :], name, file)
    if encoding:
        return _strictly(raw, ENCODINGS[encoding.lower()], file)
    try:
        return _without_nul(raw.decode("utf-8"), "utf-8", file)
    except UnicodeDecodeError as error:
        return Decoded(None, finding=_ask(raw, error.start, file))


def _strictly(raw: bytes, encoding: str, file: str) -> Decoded:
    try:
        return _without_nul(raw.decode(encoding), encoding, file)
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        wrong = finding("not-in-encoding", file=file, row=row, encoding=encoding, byte=error.start + 1)
        return Decoded(None, finding=wrong)


def _without_nul(text: str, encoding: str, file: str) -> Decoded:
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        return Decoded(None, finding=finding("not-a-text-file", file=file, row=row))
    return Decoded(text, encoding)


def _ask(raw: bytes, start: int, file: str) -> Finding:
    row = raw[:start].count(b"\n") + 1
    line = raw.split(b"\n")[row - 1].rstrip(b"\r")
    try:
        raw.decode("gb18030")
        preview = line.decode("gb18030")
    except UnicodeDecodeError:
        return finding("encoding-unknown", file=file, row=row, byte=start + 1)
    return finding("encoding-asked", file=file, row=row, preview=preview)
