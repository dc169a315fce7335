"""`money` and `burden`: the five ways on the screen, as JSON and as a picture; burdens by donor and year."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Pairup
from tests.services.cast import load
from tests.services.published_tables import kizilsu

AS_OF = ("--on", "2015-12-31")


def test_money_shows_five_steps_with_their_owners_and_what_lies_between(record: Path, pairup: Pairup) -> None:
    load(kizilsu())

    done = pairup("money", "--record", record, *AS_OF)

    assert done.code == 0
    assert "js-kizilsu, 2014 (border; donor jiangsu, place kizilsu)" in done.out
    assert "  works done [recipient, who certifies works]: CNY 399,200,000.00" in done.out
    assert "  ! pledged CNY 417,590,000.00, paid CNY 404,600,000.00: 96.9 %" in done.out


def test_money_as_json_and_as_a_picture(record: Path, pairup: Pairup, tmp_path: Path) -> None:
    load(kizilsu())

    done = pairup("money", "--record", record, "--picture", "five.svg", "--json", *AS_OF)

    assert [step["step"] for step in json.loads(done.out)[0]["steps"]] == [
        "due", "pledged", "paid", "executed", "audited"
    ]  # fmt: skip
    assert "417.6" in (tmp_path / "five.svg").read_text(encoding="utf-8")
    assert pairup("money", "--record", record, "--year", "1999", *AS_OF).out == "No money is due or recorded there.\n"
    assert pairup("money", "--record", record, "--year", "1999", "--picture", "no.svg", *AS_OF).code == 2


def test_burden_lists_donors_by_year_and_programme(record: Path, pairup: Pairup) -> None:
    load(kizilsu())

    done = pairup("burden", "--record", record, *AS_OF)

    assert done.out == (
        "jiangsu, 2014\n  border: due not recorded; pledged CNY 417,590,000.00; paid CNY 404,600,000.00\n"
    )
    assert json.loads(pairup("burden", "--record", record, "--json", *AS_OF).out)[0]["programme"] == "border"
    assert "No donor has money" in pairup("burden", "--record", record, "--donor", "nobody", *AS_OF).out
