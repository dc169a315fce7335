"""`pairup evaluate`: a panel and a design in, an answer and its exit code out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pairup.cli.main import cli
from pairup.errors import InputError
from pairup.evaluation.design_file import design_of

PANEL = "unit,period,outcome,treated_from\na,1,1,2\na,2,5,2\nb,1,2,2\nb,2,4,2\nc,1,1,\nc,2,2,\nd,1,3,\nd,2,3,\n"


def asked(folder: Path, panel: str = PANEL, design: str = 'method = "staggered_did"', more: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    (folder / "panel.csv").write_text(panel)
    (folder / "design.toml").write_text(design)
    files = ["--panel", str(folder / "panel.csv"), "--design", str(folder / "design.toml")]
    return CliRunner().invoke(cli, ["evaluate", *files, *more], standalone_mode=False)


def test_an_answer_is_printed_as_json_and_nothing_else(tmp_path: Path) -> None:
    done = asked(tmp_path, more=("--json",))

    said = json.loads(done.stdout)
    assert done.return_value == 0
    assert (said["identification"], said["value"], said["units"]) == ("fragile", 2.5, 4), "four units are few"


def test_what_the_data_cannot_tell_ends_with_3(tmp_path: Path) -> None:
    done = asked(tmp_path, panel="unit,period,outcome,treated_from\na,1,1,2\na,2,5,2\n")

    assert done.return_value == 3
    assert "No unit is untreated" in done.stdout


def test_a_bad_cell_is_refused(tmp_path: Path) -> None:
    done = asked(tmp_path, panel=PANEL.replace("d,2,3", "d,2,three"))

    assert isinstance(done.exception, InputError) and done.exception.exit_code == 1
    assert "row 9" in str(done.exception.facts["findings"][0])


def test_a_design_changed_after_its_registration_is_told(tmp_path: Path) -> None:
    fixed = design_of({"method": "staggered_did", "level": 0.9})
    (tmp_path / "fixed.toml").write_text(
        f'design_sha256 = "{fixed.sha256}"\nday = 2026-01-01\n[design]\nmethod = "staggered_did"\nlevel = 0.9\n'
    )

    done = asked(tmp_path, more=("--registered", str(tmp_path / "fixed.toml")))

    assert "differs from the one registered in level" in done.stdout


def test_a_registration_whose_design_was_touched_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fixed.toml").write_text('design_sha256 = "00"\nday = 2026-01-01\n[design]\nmethod = "staggered_did"\n')

    done = asked(tmp_path, more=("--registered", str(tmp_path / "fixed.toml")))

    assert isinstance(done.exception, InputError) and done.exception.code == "evaluation.registration-broken"


@pytest.mark.parametrize("missing", ["panel.csv", "design.toml"])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, missing: str) -> None:
    asked(tmp_path)
    (tmp_path / missing).unlink()

    files = ["--panel", str(tmp_path / "panel.csv"), "--design", str(tmp_path / "design.toml")]
    done = CliRunner().invoke(cli, ["evaluate", *files], standalone_mode=False)

    assert isinstance(done.exception, InputError) and done.exception.code == "evaluation.no-file"
