"""The command line as a user has it: arguments in, a code, what is printed, and what is said beside."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pairup.cli.main import main
from tests.services.cast import a_programme, write_folder
from tests.services.conftest import _database, empty_record, new_record, record  # noqa: F401


class Done(NamedTuple):
    code: int
    out: str
    err: str


Pairup = Callable[..., Done]


@pytest.fixture
def pairup(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Pairup:
    """Run `pairup` in this process and in an empty folder; the code is what the shell would get."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["pairup", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(ended.value.code or 0, said.out, said.err)  # type: ignore[arg-type]

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small programme as a folder of CSV files."""
    return write_folder(tmp_path / "twin", a_programme())
