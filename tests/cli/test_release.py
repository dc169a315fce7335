"""`pairup release`: the public site as a frozen folder, and whether a folder is still as it was published."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Pairup
from tests.services.cast import a_programme, load


def test_a_release_is_written_checked_and_found_to_be_changed(pairup: Pairup, record: Path, tmp_path: Path):
    load(a_programme())

    done = pairup("release", "--record", record, "--into", "out", "--on", "2026-11-23")
    assert done.code == 0 and "stands in the journal as entry 2." in done.out

    digest = done.out.split(", ")[1]
    checked = pairup("release", "--check", "out")
    assert checked.code == 0 and digest in checked.out
    (tmp_path / "out/style.css").write_text("", encoding="utf-8")
    changed = pairup("release", "--check", "out")
    assert changed.code == 1 and "not as it was released" in changed.err and "≠ style.css" in changed.err


def test_a_release_needs_a_record_and_a_folder_and_the_programme_office(pairup: Pairup, record: Path):
    load(a_programme())

    assert pairup("release", "--record", record).code == 2
    refused = pairup("--as", "recipient_office:east", "release", "--record", record, "--into", "out")
    assert refused.code == 1 and "may not release" in refused.err
