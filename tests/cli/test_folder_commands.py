"""`init`, `check`, `load`, `save` and `verify`: what they print, and the code they end with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import postgresql
from tests.cli.conftest import Pairup
from tests.services.cast import a_programme, changed, held, write_folder


def bad(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "bad", changed(a_programme(), "posts", "clinic", place="atlantis", profession=""))


def test_init_makes_a_folder_that_passes_its_own_check(pairup: Pairup) -> None:
    made = pairup("init", "mine")

    assert (made.code, made.err) == (0, "")
    assert "pairup check mine" in made.out
    assert pairup("check", "mine").code == 0


def test_init_leaves_a_folder_that_is_not_empty_alone(pairup: Pairup, folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())

    refused = pairup("init", folder)

    assert refused.code == 1 and "Traceback" not in refused.err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_check_says_everything_with_file_and_row_and_writes_nothing(pairup: Pairup, tmp_path: Path) -> None:
    folder = bad(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    found = pairup("check", folder)

    assert found.code == 1
    assert found.out.count("refused: posts.csv row") == 2 and "atlantis" in found.out
    assert "2 to mend" in found.out
    assert sorted(tmp_path.rglob("*")) == before


def test_check_of_a_whole_folder_names_the_next_command(pairup: Pairup, folder: Path) -> None:
    done = pairup("check", folder)

    assert done.code == 0 and f"pairup load {folder} --record FILE" in done.out


def test_load_makes_a_record_and_counts_what_is_new(pairup: Pairup, folder: Path) -> None:
    first = pairup("load", folder, "--record", "r.sqlite3")
    second = pairup("load", folder, "--record", "r.sqlite3")

    assert first.code == second.code == 0
    assert "people: 7 new, 0 changed, 0 the same" in first.out
    assert "people: 0 new, 0 changed, 7 the same" in second.out


def test_a_refused_load_into_a_new_record_leaves_no_file(pairup: Pairup, tmp_path: Path) -> None:
    folder = bad(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    refused = pairup("load", folder, "--record", "r.sqlite3")

    assert refused.code == 1 and "atlantis" in refused.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_refused_load_into_a_record_leaves_it_as_it_was(
    pairup: Pairup, folder: Path, record: Path, tmp_path: Path
) -> None:
    pairup("load", folder, "--record", record)
    before = held()

    refused = pairup("load", bad(tmp_path), "--record", record)

    assert refused.code == 1
    assert held() == before
    assert pairup("verify", "--record", record).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("load", "nowhere", "--record", "r.sqlite3"), "nowhere"),
        (("check", "nowhere"), "nowhere"),
        (("load", "twin", "--record", "no/such/r.sqlite3"), "no/such"),
        (("load", "twin", "--record", "r.sqlite3", "--actor", "public"), "may not load"),
        (("save", "--record", "missing.sqlite3", "out"), "missing.sqlite3"),
        (("verify", "--record", "missing.sqlite3"), "missing.sqlite3"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_1(
    pairup: Pairup, folder: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    before = sorted(tmp_path.rglob("*"))

    refused = pairup(*words)

    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err and "Traceback" not in refused.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_is_no_record_is_refused_and_left_alone(pairup: Pairup, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a record, but a note of some length " * 40)

    refused = pairup("verify", "--record", file)

    assert refused.code == 1 and "not a pairup record" in refused.err
    assert file.read_text().startswith("not a record")


def test_what_was_saved_loads_into_an_equal_record(pairup: Pairup, folder: Path, record: Path, tmp_path: Path) -> None:
    pairup("load", folder, "--record", record)
    before = held()

    saved = pairup("save", "--record", record, "out")
    loaded = pairup("load", "out", "--record", "again.sqlite3")

    assert (saved.code, loaded.code) == (0, 0)
    assert held()["journal"] == before["journal"]
    assert pairup("verify", "--record", "again.sqlite3").code == 0
    assert pairup("save", "--record", record, "out").code == 1
    assert pairup("save", "--record", record, "out", "--force").code == 0


def test_verify_finds_a_row_that_was_changed_outside(pairup: Pairup, folder: Path, record: Path) -> None:
    from django.db import connection

    pairup("load", folder, "--record", record)
    postgresql.own(record)
    with connection.cursor() as cursor:
        cursor.execute("update record_moneylineversion set amount_minor = amount_minor + 1")

    found = pairup("verify", "--record", record)

    assert found.code == 1 and "money" in found.out


@pytest.mark.parametrize(
    "words", [("load", "twin"), ("save", "--record", "r.sqlite3"), ("check",), ("init",), ("verify",), ("nonsense",)]
)
def test_wrong_usage_is_2(pairup: Pairup, words: tuple[str, ...]) -> None:
    assert pairup(*words).code == 2


def test_refusals_are_told_in_the_language_of_the_screen(pairup: Pairup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIRUP_LANGUAGE", "zh")

    refused = pairup("verify", "--record", "missing.sqlite3")

    assert refused.code == 1 and "没有记录文件" in refused.err
