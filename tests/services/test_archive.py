"""A year's archive reads without pairup, proves itself, and loads into an equal record."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pairup.errors import InputError
from pairup.journal.checkpoint import SigningKey
from pairup.services import archive as archives
from pairup.services import folder as folders
from pairup.services import write
from tests.services.cast import a_programme, changed, draft, held, load

OLD = datetime(2024, 5, 1, 9, tzinfo=UTC)
IN_2025 = datetime(2025, 6, 1, 9, tzinfo=UTC)
LONG_AFTER = datetime(2026, 11, 20, 9, tzinfo=UTC)


def read(folder: Path) -> subprocess.CompletedProcess[str]:
    """Read an archive as a stranger would: Python alone, no packages, no environment."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "read_archive.py")], capture_output=True, text=True, encoding="utf-8"
    )


@pytest.fixture
def years(record: Path) -> Path:
    """A record with corrections over three years, a plan with its run, and a checkpoint."""
    load(a_programme(), at=OLD)
    write.sign_checkpoint(SigningKey.new("twin/journal"), at=OLD)
    load(changed(a_programme(), "needs", "N-2", priority="4", text_en='=A teacher, "now"\nand here'), at=IN_2025)
    draft("postings", at=IN_2025)
    draft("funding", at=IN_2025)
    load(changed(a_programme(), "needs", "N-2", priority="5"), at=LONG_AFTER)
    return record


@pytest.fixture
def archived(years: Path, tmp_path: Path) -> Path:
    return archives.archive(years, tmp_path / "out", year=2025, at=LONG_AFTER).path


def test_the_archive_reads_and_proves_itself_with_python_alone(archived: Path) -> None:
    done = read(archived)

    assert (done.returncode, done.stderr) == (0, "")
    assert "needs: 3" in done.stdout and "4 journal entries, year 2025" in done.stdout
    assert done.stdout.rstrip().endswith("everything is as it was recorded")


def test_a_year_is_archived_to_the_same_bytes_whatever_came_later(archived: Path, years: Path, tmp_path: Path) -> None:
    load(changed(a_programme(), "money", "M-2", amount="9.99"), at=LONG_AFTER)

    again = archives.archive(years, tmp_path / "again", year=2025, at=LONG_AFTER).path

    assert archives.digest_of_folder(again) == archives.digest_of_folder(archived)


def test_an_archive_loads_into_a_record_that_is_equal(
    archived: Path, new_record: Callable[[str], Path], tmp_path: Path
) -> None:
    before = json.loads((archived / "datapackage.json").read_text())
    record = new_record("another")

    folders.load_folder(archived, actor="administrator", at=LONG_AFTER)
    again = archives.archive(record, tmp_path / "again", year=2025, at=LONG_AFTER).path

    assert json.loads((again / "datapackage.json").read_text()) == before
    assert len(held()["needs"]) == 3
    assert write.check_journal() == []


def test_a_year_that_is_not_over_is_refused(years: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        archives.archive(years, tmp_path / "out", year=2026, at=LONG_AFTER)

    assert refused.value.code == "backups.year-not-over"


def resummed(folder: Path) -> None:
    """Make the checksums fit again, as somebody who changes an archive would."""
    import hashlib

    lines = (folder / "SHA256SUMS").read_text().splitlines()
    names = [line.partition("  ")[2] for line in lines]
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(sums))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("needs.csv", ",4,", ",3,", "rows of needs that journal entry 2"),
        ("money.csv", "CNY", "EUR", "rows of money that journal entry 1"),
        ("journal.jsonl", '"actor":"programme_office"', '"actor":"donor_office"', ""),
        ("journal.jsonl", "programme_office", "public", "is not what its hash says"),
        ("needs.csv", "2025-06-01T09:00:00+00:00", "", "ended otherwise"),
        ("checkpoints.jsonl", '"size":1', '"size":9', "of a longer journal"),
    ],
)
def test_a_change_shows_though_the_checksums_were_made_to_fit(
    archived: Path, tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    text = (archived / file).read_bytes().decode()
    assert old in text
    (archived / file).write_text(text.replace(old, new), encoding="utf-8", newline="")

    plain = read(archived)
    resummed(archived)
    fitted = read(archived)

    assert plain.returncode == 1 and f"{file} was changed" in plain.stderr
    if said:  # a column of the journal that repeats its leaf is held by the checksum alone
        assert fitted.returncode == 1 and said in fitted.stderr


def test_one_flipped_bit_or_a_missing_file_is_named(archived: Path, tmp_path: Path) -> None:
    chance = random.Random(11)
    files = [path for path in sorted(archived.rglob("*")) if path.is_file() and path.suffix in (".csv", ".jsonl", "")]
    spoiled = [chance.choice([path for path in files if path.stat().st_size]) for _ in range(3)]

    for path in spoiled:
        copy = tmp_path / "copy"
        shutil.copytree(archived, copy)
        target = copy / path.relative_to(archived)
        raw = bytearray(target.read_bytes())
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        target.write_bytes(raw)
        assert read(copy).returncode != 0
        shutil.rmtree(copy)
    (archived / "needs.csv").unlink()

    assert read(archived).returncode != 0


def test_dates_in_a_local_format_would_be_told(archived: Path) -> None:
    text = (archived / "projects.csv").read_text(encoding="utf-8")
    assert ",2026," in text
    (archived / "projects.csv").write_text(text.replace(",2026,", ",2026-01-02,", 1), encoding="utf-8", newline="")
    resummed(archived)

    done = read(archived)

    assert done.returncode == 1 and "projects" in done.stderr


def test_floats_are_written_as_ecmascript_does() -> None:
    import rfc8785

    from pairup.services.archive.read_archive import canonical

    chance = random.Random(5)
    values = [0.0, -0.5, 1e21, 1e-7, 123456789012345680000.0, 0.1, 1e300, 5e-324, 100.0, 1e-6, 12.5]
    values += [chance.uniform(-1, 1) * 10 ** chance.randrange(-20, 25) for _ in range(500)]

    assert [canonical(value) for value in values] == [rfc8785.dumps(value).decode() for value in values]
    assert (
        canonical({"b": [1, None, "é\n"], "\U0001f600": 1, "\ufb33": 2})
        == rfc8785.dumps({"b": [1, None, "é\n"], "\U0001f600": 1, "\ufb33": 2}).decode()
    )
