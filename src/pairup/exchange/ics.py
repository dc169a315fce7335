"""A calendar as text that calendar programs read (RFC 5545): whole days, stable names, folded lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

#: octets of a line before it is folded (RFC 5545, 3.1)
_LONGEST = 75


@dataclass(frozen=True, slots=True)
class Event:
    """Days of a calendar. `uid` names the same thing every time, so that a second download updates and adds nothing."""

    uid: str
    first: date
    last: date
    summary: str
    description: str = ""


def calendar(name: str, events: Iterable[Event], *, at: datetime) -> str:
    """A calendar of whole days, as it was written at a moment (UTC)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pairup//calendar//EN", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{escaped(name)}"]  # fmt: skip
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for event in events:
        lines += [
            "BEGIN:VEVENT", f"UID:{escaped(event.uid)}", f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{event.first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.last + timedelta(days=1):%Y%m%d}",  # the first day after it
            f"SUMMARY:{escaped(event.summary)}",
        ]  # fmt: skip
        if event.description:
            lines.append(f"DESCRIPTION:{escaped(event.description)}")
        lines += ["TRANSP:TRANSPARENT", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    r"""Text as a value: what has a meaning there is written with a backslash.

    >>> escaped("Call; posts, people\nby May")
    'Call\\; posts\\, people\\nby May'
    """
    said = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "".join(one for one in said.replace("\r\n", "\n").replace("\n", "\\n") if ord(one) >= 32)


def folded(line: str) -> Iterator[str]:
    """A line in parts of 75 octets at most, those after the first with a blank before; no character is cut.

    >>> [len(part.encode()) for part in folded("SUMMARY:" + "援" * 40)]
    [74, 55]
    """
    part, size = "", 0
    for one in line:
        octets = len(one.encode())
        if size + octets > _LONGEST:
            yield part
            part, size = " ", 1
        part, size = part + one, size + octets
    yield part
