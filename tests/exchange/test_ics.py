"""Calendars as text: folded, escaped, whole days, the same names every time."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from pairup.exchange.ics import Event, calendar

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def read(text: str) -> list[tuple[str, str]]:
    """Read a calendar as RFC 5545 says: unfold first, then a name and its value a line."""
    assert text.endswith("\r\n") and not set("\r\n") & set(text.replace("\r\n", ""))
    lines = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    return [(name, value) for name, _, value in (line.partition(":") for line in lines)]


def plain(value: str) -> str:
    r"""Undo the escapes of a text value."""
    found, at = "", 0
    while at < len(value):
        is_escape = value[at] == "\\"
        one = value[at + is_escape]
        found += "\n" if is_escape and one in "nN" else one
        at += 1 + is_escape
    return found


def test_a_step_takes_whole_days_and_ends_on_the_day_after() -> None:
    said = dict(read(calendar("Round", [Event("call.r@pairup", date(2027, 11, 1), date(2027, 11, 30), "Call")], at=AT)))

    assert said["DTSTART;VALUE=DATE"] == "20271101" and said["DTEND;VALUE=DATE"] == "20271201"
    assert said["UID"] == "call.r@pairup" and said["DTSTAMP"] == "20261123T090000Z"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=300))
@example("援" * 100)
def test_any_text_comes_back_and_no_line_is_longer_than_75_octets(text: str) -> None:
    written = calendar("x", [Event("u", date(2027, 1, 1), date(2027, 1, 1), text)], at=AT)

    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    assert plain(dict(read(written))["SUMMARY"]) == text


def test_nothing_written_into_a_text_becomes_a_line_of_its_own() -> None:
    written = calendar("x", [Event("u", date(2027, 1, 1), date(2027, 1, 1), "a\r\nATTACH:http://x\rEND:VEVENT")], at=AT)

    assert [name for name, _ in read(written)].count("END") == 2
    assert "ATTACH" not in [name for name, _ in read(written)]
