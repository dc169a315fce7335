"""`pairup weigh`: what a portfolio costs in floors, fairness and risk, and what other rules would choose."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pairup.cli.main import cli

EXAMPLE = Path(__file__).parents[2] / "docs" / "explanation" / "examples" / "funding.json"
PICTURE = EXAMPLE.parents[1] / "pictures" / "funding-frontier.svg"


def weighed(*options: str) -> Result:
    return CliRunner().invoke(cli, ["weigh", "--problem", str(EXAMPLE), *options])


def test_each_floor_is_told_with_its_price():
    done = weighed("--floors")

    assert done.exit_code == 0
    assert "The floor on grassroots costs 8 points; one more point of share would cost about 1.11." in done.output
    assert "The floors on grassroots, livelihood together cost 20 points." in done.output


def test_the_frontier_is_drawn_and_told(tmp_path):
    done = weighed("--frontier", str(tmp_path / "frontier.svg"))

    assert "151 points in all (gap 0.00 %), the place with least 8, Gini 0.359." in done.output
    assert "134 points in all (gap 0.00 %), the place with least 27, Gini 0.134." in done.output
    # the picture of the page: write it anew with this command where the example changes
    assert (tmp_path / "frontier.svg").read_bytes() == PICTURE.read_bytes()


def test_risk_another_rule_and_lots_are_told():
    done = weighed("--risk", "0.1", "--rule", "equal-shares", "--lottery", "5%", "--seed", "3")

    assert "a plan whose worst tenth of cases each line can bear is worth" in done.output
    assert "Equal shares cost 0 points against the portfolio worth most." in done.output
    assert "2 draws lose 2 points to be expected and 4 at most" in done.output


@pytest.mark.parametrize("options", [("X-1",), ("--lottery", "some"), ("--risk", "0"), ("--rule", "chance")])
def test_what_cannot_be_asked_ends_with_2(options):
    assert weighed(*options).exit_code == 2


def test_a_refused_file_ends_with_1(tmp_path):
    (tmp_path / "problem.json").write_text("{}")

    assert CliRunner().invoke(cli, ["weigh", "--problem", str(tmp_path / "problem.json")]).exit_code == 1
