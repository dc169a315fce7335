"""A damaged page and a full disk are told in a line on the command line, in both languages, and end with 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import postgresql
from tests.cli.conftest import Pairup
from tests.crash.ground import spoil
from tests.services.cast import a_programme, load

pytestmark = pytest.mark.skipif(postgresql.ON_SERVER, reason="this looks into the record's file")


def test_a_damaged_page_is_told_in_a_line(record: Path, pairup: Pairup, monkeypatch: pytest.MonkeyPatch) -> None:
    load(a_programme())
    spoil(record, "record_needversion")
    asked = ("export", "needs", "--record", record, "--on", "2026-11-23")

    english = pairup(*asked)
    monkeypatch.setenv("PAIRUP_LANGUAGE", "zh")
    chinese = pairup(*asked)

    assert (english.code, chinese.code, english.out) == (1, 1, "")
    assert english.err.startswith("The record is damaged where this was read (SQLITE_CORRUPT")
    assert english.err.count("\n") == 1 and "pairup health" in english.err
    assert chinese.err.startswith("读取处的记录已损坏")
