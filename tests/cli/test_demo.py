"""`demo`: a small reference programme, whole; a folder that somebody uses is never touched."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from pairup.cli.demo import BOX_KEY, BOX_NOTE, MARK
from tests.cli.conftest import Pairup


@pytest.fixture
def a_demo(tmp_path: Path) -> Path:
    """What a demo leaves behind, in little."""
    into = tmp_path / "there"
    (into / "report" / "rows").mkdir(parents=True)
    for name in (MARK, "record.sqlite3", "report/index.html", "report/public.html", "report/rows/posts.synthetic.csv"):
        (into / name).write_text("made by a demo")
    return into


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the demo stop where it would begin to write its record."""
    from pairup import services

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "open_record", stop)


def test_a_demo_that_is_there_is_not_replaced_without_force(pairup: Pairup, a_demo: Path) -> None:
    before = files(a_demo)

    refused = pairup("demo", "--into", a_demo)

    assert refused.code == 1 and "--force" in refused.err
    assert files(a_demo) == before


@pytest.mark.parametrize("stranger", ["notes.txt", "report/mine.html", "report/rows/mine.xlsx", "data/places.csv"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_file_that_no_demo_wrote_stops_it_even_with_force(
    pairup: Pairup, a_demo: Path, stranger: str, force: tuple[str, ...]
) -> None:
    (a_demo / stranger).parent.mkdir(exist_ok=True)
    (a_demo / stranger).write_text("mine")
    before = files(a_demo)

    refused = pairup("demo", "--into", a_demo, *force)

    assert refused.code == 1 and stranger in refused.err
    assert files(a_demo) == before


def test_a_record_in_a_folder_without_the_mark_of_a_demo_is_somebody_s(pairup: Pairup, a_demo: Path) -> None:
    (a_demo / MARK).unlink()
    before = files(a_demo)

    refused = pairup("demo", "--into", a_demo, "--force")

    assert refused.code == 1 and "no demo wrote" in refused.err
    assert files(a_demo) == before


def test_force_removes_what_a_demo_wrote(pairup: Pairup, a_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch)

    pairup("demo", "--into", a_demo, "--force")

    assert set(files(a_demo)) == {MARK}


@pytest.mark.parametrize("words", [("--programme", "atlantis"), ("--seed", "-1"), ("--seed", "one"), ("more",)])
def test_wrong_usage_is_2_and_makes_no_folder(pairup: Pairup, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert pairup("demo", *words).code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_demo_ends_with_a_report_and_commands_that_work(pairup: Pairup, tmp_path: Path) -> None:
    import shlex

    done = pairup("demo", "--programme", "partners", "--into", "small")

    assert done.code == 0
    assert (tmp_path / "small" / "report" / "index.html").is_file()
    commands = [line.strip() for line in done.out.splitlines() if line.startswith("  pairup ")]
    assert [command.split()[1] for command in commands] == ["why", "what-if", "repair", "claims", "serve", "init"]
    ending = [command for command in commands if " serve " not in command]  # that one goes on until it is ended
    assert [pairup(*shlex.split(command)[1:]).code for command in ending] == [0] * 5
    assert pairup("verify", "--record", "small/record.sqlite3").code == 0
    a_recipient_has_its_workbook(pairup, "small/record.sqlite3")
    a_complaint_goes_its_way(pairup, tmp_path / "small")


def a_recipient_has_its_workbook(pairup: Pairup, record: str) -> None:
    roles = pairup("user", "list", "--record", record).out
    county = re.search(r"recipient_office:(\S+?)[,\s]", roles)
    assert county is not None and county[1].startswith("hospital-r"), roles
    taken = pairup(
        "workbook", county[1], "--into", "own.xlsx", "--record", record, "--actor", f"recipient_office:{county[1]}"
    )
    assert taken.code == 0, taken.err


def a_complaint_goes_its_way(pairup: Pairup, folder: Path) -> None:
    said = (folder / BOX_NOTE).read_text(encoding="utf-8")
    assert "invented" in said and "no office ever holds it" in said
    ours = re.findall(r"^    pairup (.*)$", said, re.MULTILINE)
    assert [pairup(*line.split()).code for line in ours] == [0, 0]
    assert stat.S_IMODE((folder / BOX_KEY).stat().st_mode) == 0o600
