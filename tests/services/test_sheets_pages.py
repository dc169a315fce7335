"""The pages about sheets are run: their commands print what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.test_folder_tutorial import _BLOCK, DOCS, commands, run


def change(path: Path, block: str) -> None:
    """Put what stands after `+` in the place of what stands after `-`, which stands there once."""
    before, after = (line[1:] for line in block.splitlines())
    text = path.read_bytes().decode()
    assert text.count(before) == 1
    path.write_bytes(text.replace(before, after).encode())


def test_the_pages_about_sheets_say_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    count = 0
    for page in ("import-a-sheet.md", "export-and-send-back.md"):
        for kind, title, block in _BLOCK.findall((DOCS / "howto" / page).read_text(encoding="utf-8")):
            if kind == "console":
                for command in commands(block):
                    run(command, capsys)
                    count += 1
            elif kind == "diff":
                change(Path(title), block)
            elif title:
                Path(title).write_text(block, encoding="utf-8")
        Path("needs.csv").unlink()

    assert count == 11
