"""`backup`, `restore` and the same for keys: what they print, and the code they end with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Pairup
from tests.services.cast import held


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase.txt"
    path.write_text("four words of one's own \n")
    return path


def test_a_backup_comes_back_by_the_folder_alone(
    pairup: Pairup, folder: Path, record: Path, secret: Path
) -> None:  # fmt: skip
    pairup("load", folder, "--record", record)
    before = held()["money"]

    made = pairup("backup", "--record", record, "--into", "b", "--passphrase-file", secret)
    done = pairup("restore", "b", "--record", "new.sqlite3", "--passphrase-file", secret)

    assert (made.code, done.code) == (0, 0), made.err + done.err
    assert "restored and found equal" in made.err and "pairup restore b/" in made.out
    assert "journal entry 1, and 2 says that it was" in done.out
    assert held()["money"] == before
    assert pairup("verify", "--record", "new.sqlite3").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("restore", "b", "--record", "new.sqlite3"), "no latest backup"),
        (("restore", "twin/needs.csv", "--record", "new.sqlite3"), "no backup"),
        (("restore", "missing.pairup-backup", "--record", "new.sqlite3"), "missing"),
        (("backup", "--record", "missing.sqlite3", "--into", "b"), "missing.sqlite3"),
        (("backup", "--record", "record.sqlite3", "--into", "c", "--passphrase-file", "no"), "cannot be read"),
        (("backup-keys", "--record", "other.sqlite3", "--into", "c", "--passphrase-file", "passphrase.txt"), "no key"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_1(
    pairup: Pairup, folder: Path, record: Path, secret: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "b").mkdir()
    pairup("load", folder, "--record", record)
    record.with_name(f"{record.name}.keys").unlink()

    refused = pairup(*words)

    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err and "Traceback" not in refused.err


def test_a_checkpoint_without_its_key_is_wrong_usage(pairup: Pairup, folder: Path) -> None:
    assert pairup("restore", "b", "--record", "n.sqlite3", "--checkpoint", "c.txt").code == 2
