"""Bytes become text without guessing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairup.exchange.encodings import decode
from tests.exchange.layouts import codes

TEXT = "代码,名称\n林芝,ཉིང་ཁྲི་,𰀀\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\x84\x31\x95\x33", "gb18030"),
        (b"", "utf-8"),
    ],
)
def test_a_mark_or_plain_utf8_is_read_as_it_is(mark: bytes, encoding: str) -> None:
    decoded = decode(mark + TEXT.encode(encoding), file="a.csv")

    assert (decoded.text, decoded.encoding, decoded.finding) == (TEXT, encoding, None)


def test_gb18030_is_asked_for_with_a_preview_and_never_guessed() -> None:
    raw = "code,name\n1,巴宜区\n".encode("gb18030")

    decoded = decode(raw, file="a.csv")

    assert decoded.text is None and decoded.finding
    assert codes([decoded.finding]) == ["encoding-asked 2"]
    assert "1,巴宜区" in decoded.finding.say()


def test_gb18030_is_read_where_the_user_says_so() -> None:
    decoded = decode(TEXT.encode("gb18030"), file="a.csv", encoding="GBK")

    assert (decoded.text, decoded.encoding) == (TEXT, "gb18030")


def test_utf8_said_to_be_something_else_is_told_where_it_breaks() -> None:
    decoded = decode("a\nb\n墨脱县".encode()[:-1] + b"\xff", file="a.csv", encoding="gb18030")

    assert decoded.finding and codes([decoded.finding]) == ["not-in-encoding 3"]


def test_bytes_that_are_no_known_text_are_asked_about() -> None:
    decoded = decode(b"code\n\xff\xff\xff\n", file="a.csv")

    assert decoded.finding and codes([decoded.finding]) == ["encoding-unknown 2"]


def test_zero_bytes_are_no_text() -> None:
    decoded = decode(b"code\na\0b\n", file="a.csv")

    assert decoded.finding and codes([decoded.finding]) == ["not-a-text-file 2"]


@given(st.binary(max_size=200))
def test_any_bytes_give_a_text_or_a_finding(raw: bytes) -> None:
    decoded = decode(raw, file="a.csv")

    assert (decoded.text is None) == (decoded.finding is not None)


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufeff"), max_size=50))
def test_text_survives_utf8_whatever_it_holds(text: str) -> None:
    assert decode(b"\xef\xbb\xbf" + text.encode(), file="a.csv").text == text
