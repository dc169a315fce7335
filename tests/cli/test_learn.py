"""`pairup what-we-learn`: of a problem file without a record, in words, as JSON, as a picture, and as a design."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pairup.cli.main import cli

EXAMPLES = Path(__file__).parents[2] / "docs" / "explanation" / "examples"
PICTURE = EXAMPLES.parent / "pictures" / "learning.svg"


def learnt(*options: str | Path) -> Result:
    asked = ["--problem", EXAMPLES / "heating.json", "--panel", EXAMPLES / "heating-past.csv", *options]
    return CliRunner().invoke(cli, ["what-we-learn", *(str(word) for word in asked)], standalone_mode=True)


def test_a_portfolio_of_a_file_says_what_it_shows_and_what_lots_add():
    done = learnt()

    assert done.exit_code == 0 and "As planned, 26 places begin by 2030 and 14 do not." in done.output
    assert "Lots over 0.5 % of the worth: 9 draws lose 1.8 points to be expected and 3.6 at most." in done.output


def test_what_the_page_quotes_is_what_is_said():
    page = (EXAMPLES.parent / "plans-that-can-be-evaluated.md").read_text(encoding="utf-8")
    quoted = page.partition("```text\n")[2].partition("```")[0].splitlines()
    said = learnt().output

    assert len(quoted) == 4 and all(line.removesuffix("…").strip() in said for line in quoted)


def test_the_picture_of_the_page_is_drawn_by_this_command(tmp_path):
    done = learnt("--picture", tmp_path / "learning.svg")

    # the picture of the page: write it anew with this command where the example changes
    assert done.exit_code == 0 and (tmp_path / "learning.svg").read_bytes() == PICTURE.read_bytes()


def test_a_draw_is_written_as_a_design(tmp_path):
    done = learnt("--draw", "1%", "--into", tmp_path / "lots", "--seed", "4", "--json")

    told = json.loads(done.stdout)
    assert done.exit_code == 0 and told["planned"]["smallest_effect"] > 0 and len(told["lots"]) == 4
    names = {path.name for path in (tmp_path / "lots").iterdir()}
    assert names == {"design.toml", "registration.toml", "assignment.csv", "panel.csv"}


@pytest.mark.parametrize("options", [("--draw", "1%"), ("--into", "x"), ("X-1",), ("--draw", "some", "--into", "x")])
def test_what_cannot_be_asked_ends_with_2(options):
    assert learnt(*options).exit_code == 2
