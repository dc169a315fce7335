"""The two files that travel between a record and the body outside: the box of sealed complaints, and its answers."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pairup.errors import InputError
from pairup.keys.sealing import ENVELOPES, SEALED_ANSWER

_BOX, _ANSWERS = "pairup-box-1", "pairup-answers-1"


@dataclass(frozen=True, slots=True)
class Kept:
    """A complaint as the record holds it."""

    code: str
    day: date
    mark: str  # number of the key it is sealed to
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as the record holds it: under a tag that only the two who write can work out."""

    tag: str
    sealed: bytes


def write_box(complaints: Iterable[Kept], *, made: date) -> bytes:
    """Write a box, in order of code: the order in which complaints came is in nobody's interest."""
    rows = [
        {"code": one.code, "day": one.day.isoformat(), "mark": one.mark, "envelope": _text(one.envelope)}
        for one in sorted(complaints, key=lambda one: one.code)
    ]
    return _written({"format": _BOX, "made": made.isoformat(), "complaints": rows})


def read_box(content: bytes) -> list[Kept]:
    """Read a box. Refuses a file of another kind, and an envelope of a length there is none of."""
    return [
        Kept(str(row["code"]), _day(row["day"]), str(row["mark"]), _bytes(row["envelope"], ENVELOPES))
        for row in _rows(content, _BOX, "complaints", {"code", "day", "mark", "envelope"})
    ]


def write_answers(answers: Iterable[Answer]) -> bytes:
    """Write answers, in order of tag."""
    rows = [{"tag": one.tag, "sealed": _text(one.sealed)} for one in sorted(answers, key=lambda one: one.tag)]
    return _written({"format": _ANSWERS, "answers": rows})


def read_answers(content: bytes) -> list[Answer]:
    """Read answers. Refuses a file of another kind, and a tag or an answer of another length."""
    found = [
        Answer(str(row["tag"]), _bytes(row["sealed"], (SEALED_ANSWER,)))
        for row in _rows(content, _ANSWERS, "answers", {"tag", "sealed"})
    ]
    if not all(is_mark(one.tag) for one in found):
        raise _unreadable(_ANSWERS)
    return found


def is_mark(text: str) -> bool:
    """Whether a text is 32 bytes in hexadecimal, as receipts and tags are."""
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _written(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, indent=1).encode() + b"\n"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str, lengths: tuple[int, ...]) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, TypeError, binascii.Error):
        found = b""
    if len(found) not in lengths:
        raise _unreadable("base64")
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError):
        raise _unreadable(_BOX) from None


def _rows(content: bytes, kind: str, name: str, columns: set[str]) -> list[dict[str, Any]]:
    try:
        said = json.loads(content)
        rows = said[name]
        if said["format"] == kind and all(set(row) == columns for row in rows):
            return list(rows)
    except (ValueError, KeyError, TypeError):
        pass
    raise _unreadable(kind)


def _unreadable(kind: str) -> InputError:
    return InputError(
        f"This file is not what is wanted here ({kind}), or was changed.", code="complaints.unreadable", kind=kind
    )
