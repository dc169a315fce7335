"""The tutorial is run: its commands give what it says they print, and its pages are current."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest

from pairup.cli.main import cli, refuse
from pairup.errors import PairupError
from pairup.services.folder.page import folder_page
from pairup.services.schema import folder_layout

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorial" / "county-sheet.md"
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass
class Command:
    """A command of the page, and the lines it says are printed; `…` stands for the rest of a line."""

    words: list[str]
    printed: list[str] = field(default_factory=list)


def commands(block: str) -> Iterator[Command]:
    lines = block.splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("$ ")]
    for at, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield Command(shlex.split(lines[at][2:]), lines[at + 1 : end])


def run(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    tool, *words = command.words
    if tool == "cp":
        assert words[0] == "-r" and words[1].startswith("docs/tutorial/files")
        into = Path(words[2])
        shutil.copytree(ROOT / words[1], into / Path(words[1]).name if into.is_dir() else into)
        return
    assert tool == "pairup"
    try:
        code = cli.main(words, prog_name="pairup", standalone_mode=False) or 0
    except click.exceptions.Exit as done:
        code = done.exit_code
    except PairupError as error:
        code = refuse(error)
    captured = capsys.readouterr()
    printed = captured.out + captured.err
    refused = any(line.startswith("refused:") for line in command.printed)
    without_plan = any(line.startswith("The plan cannot be repaired.") for line in command.printed)
    assert code == (1 if refused else 3 if without_plan else 0), printed
    at = 0
    for line in command.printed:
        shown = re.compile(
            re.escape(line.removesuffix("…").rstrip()) + (".*" if line.endswith("…") else "") + r"\s*$", re.M
        )
        found = shown.search(printed, at)
        assert found, f"{shlex.join(command.words)} does not print {line!r} but:\n{printed}"
        at = found.end()


def patch(path: Path, block: str) -> None:
    """Replace each run of `-` lines by the run of `+` lines after it; every old text stands in the file."""
    text = path.read_text(encoding="utf-8")
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", block, re.MULTILINE):
        before, after = (re.sub(r"^[-+]", "", part, flags=re.MULTILINE) for part in (old, new))
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def test_the_county_sheet_goes_from_the_desk_to_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pairup.record.models import MoneyLineVersion

    monkeypatch.chdir(tmp_path)
    sheet = (DOCS / "tutorial" / "files" / "2024项目.csv").read_bytes()
    count = 0
    for kind, title, block in _BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if kind == "console":
            for command in commands(block):
                run(command, capsys)
                count += 1
        elif kind == "diff":
            patch(Path(title), block)
        else:
            Path(title).write_text(block, encoding="utf-8")

    assert count == 12
    assert (tmp_path / "county" / "2024项目.csv").read_bytes() == sheet
    assert sum(MoneyLineVersion.objects.known().values_list("amount_minor", flat=True)) == 886_750_000
    assert "8,867.5<" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")


def test_a_round_is_planned_asked_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    count = 0
    for kind, title, block in _BLOCK.findall((DOCS / "tutorial" / "round-answers.md").read_text(encoding="utf-8")):
        if kind == "console":
            for command in commands(block):
                run(command, capsys)
                count += 1
        else:
            Path(title).write_text(block, encoding="utf-8")

    assert count == 11 and (tmp_path / "curve.svg").is_file()


def test_the_sheet_the_page_shows_is_the_sheet_that_is_read() -> None:
    text = (DOCS / "tutorial" / "files" / "2024项目.csv").read_bytes().decode("gb18030")
    shown = re.findall(r"^\| (.+) \|$", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE)

    cells = {cell.strip() for line in shown for cell in line.split("|")} - {"", "总投资（万元）"}
    assert len(cells) > 40
    assert [cell for cell in cells if cell not in text] == []


def test_the_page_of_the_folder_is_current_and_names_every_column() -> None:
    page = (DOCS / "reference" / "folder.md").read_text(encoding="utf-8")

    assert page == folder_page(), "run `python3 dev.py docs`"
    for table in folder_layout().values():
        section = page.partition(f"### {table.name}.csv\n")[2].partition("\n### ")[0]
        common = {"code", "from", "to", "day", "standing", "source", "is_synthetic", "note"}
        assert all(f"{column.name}" in section for column in table.columns if column.name not in common), table.name


def test_the_page_of_mappings_names_every_key_and_unit() -> None:
    from pairup.exchange.encodings import ENCODINGS
    from pairup.exchange.mapping import DAY_ORDERS, UNITS, Part, Plan

    page = (DOCS / "reference" / "mapping.md").read_text(encoding="utf-8")
    keys = {*Part.__dataclass_fields__, *Plan.__dataclass_fields__} - {"parts"}

    assert [word for word in {*keys, *UNITS, *DAY_ORDERS, *ENCODINGS} if f"`{word}`" not in page] == []


def test_a_claim_goes_to_its_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    count = 0
    for kind, title, block in _BLOCK.findall((DOCS / "tutorial" / "claim-to-verdict.md").read_text(encoding="utf-8")):
        if kind == "console":
            for command in commands(block):
                run(command, capsys)
                count += 1
        else:
            Path(title).write_text(block, encoding="utf-8")

    assert count == 8
    assert (tmp_path / "wall.svg").read_text(encoding="utf-8").startswith("<svg")
