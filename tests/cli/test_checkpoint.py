"""`checkpoint --letters`: a letter for each office, or nothing signed at all."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Pairup

ADDRESSES = """
from = "journal@programme.example"
programme_office = ["records@programme.example"]
donor_office = ["records@donor.example"]
recipient_office = ["records@recipient.example"]
"""


def test_a_checkpoint_is_written_as_a_letter_to_each_office(pairup: Pairup, record: Path, tmp_path: Path) -> None:
    (tmp_path / "record.sqlite3.offices.toml").write_text(ADDRESSES)

    done = pairup("checkpoint", "--record", record, "--letters", "out")

    assert done.code == 0, done.err
    assert len(list((tmp_path / "out").glob("checkpoint-*-0-*.eml"))) == 3
    assert done.err.count("To be sent: ") == 3 and done.out.startswith("pairup/journal\n0\n")


def test_without_addresses_nothing_is_signed(pairup: Pairup, record: Path, tmp_path: Path) -> None:
    from pairup.record.journal import JournalCheckpoint

    refused = pairup("checkpoint", "--record", record, "--letters", "out")

    assert refused.code == 1 and "record.sqlite3.offices.toml" in refused.err and "Traceback" not in refused.err
    assert not (tmp_path / "out").exists() and JournalCheckpoint.objects.count() == 0
