"""`vault`, `erase` and `expire` at the door: read for a purpose, seen in the log, gone for good."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Pairup
from tests.services.cast import write_folder
from tests.services.test_erasure import NAME, PHONE, a_vault


def test_a_person_is_read_seen_to_be_read_and_erased(pairup: Pairup, tmp_path: Path) -> None:
    folder, asked = write_folder(tmp_path / "twin", a_vault()), ("--record", "r.sqlite3")
    assert pairup("load", folder, *asked).code == 0

    read = pairup("vault", "read", "P-1", "--purpose", "contact", *asked, "--actor", "donor_office:DN-A")
    log = pairup("vault", "log", "P-1", *asked, "--actor", "secondee:P-1")
    stranger = pairup("vault", "log", "P-1", *asked, "--actor", "donor_office:DN-B")
    rotated = pairup("vault", "rotate", *asked)
    erased = pairup("erase", "P-1", "--why", "asked for it", "--yes", *asked)
    after = pairup("vault", "read", "P-1", "--purpose", "identity", *asked)

    assert (read.code, read.out) == (0, f"phone: {PHONE}\n") and "P-1 can see that" in read.err
    assert "donor_office:DN-A  contact: mail, phone" in log.out and "1 reads." in log.out
    assert stranger.code == 1 and "may not look at P-1" in stranger.err
    assert rotated.code == 0 and "wrapped anew" in rotated.out
    assert erased.code == 0 and "P-1 is erased" in erased.out
    assert (after.code, after.out) == (0, "") and NAME not in after.err
    assert pairup("verify", *asked).code == 0


def test_what_is_past_its_time_is_listed_first_and_nothing_goes_by_that(pairup: Pairup, tmp_path: Path) -> None:
    folder, asked = write_folder(tmp_path / "twin", a_vault()), ("--record", "r.sqlite3")
    pairup("load", folder, *asked)

    listed = pairup("expire", "--on", "2033-01-01", "--dry-run", *asked)
    too_early = pairup("expire", "--on", "2033-01-01", *asked)
    none = pairup("expire", *asked)

    assert listed.code == 0 and "keys are due" in listed.out and "twin/P-1  private-phone" in listed.out
    assert too_early.code == 1 and "has not come yet" in too_early.err
    assert none.out == "0 keys were destroyed.\n"


def test_an_erasure_asks_first(pairup: Pairup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    folder, asked = write_folder(tmp_path / "twin", a_vault()), ("--record", "r.sqlite3")
    pairup("load", folder, *asked)

    assert pairup("erase", "P-1", "--why", "asked for it", *asked).code == 130
    assert pairup("vault", "read", "P-1", "--purpose", "identity", *asked).out == f"name_latin: {NAME}\n"
