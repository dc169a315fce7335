"""`totals` and `total`: definitions, figures and their rows on the screen, as CSV and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Pairup
from tests.services.cast import a_programme, load

AS_OF = ("--on", "2026-11-23")


def test_totals_says_what_each_one_means(pairup: Pairup) -> None:
    done = pairup("totals")

    assert done.code == 0
    assert "money_paid: Money paid so far\n  Payments, less what came back, as corrected" in done.out


def test_totals_speaks_chinese(pairup: Pairup, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PAIRUP_LANGUAGE", "zh")

    assert "money_paid: 迄今到位资金" in pairup("totals").out


def test_a_total_shows_its_figures_and_the_rows_under_each(record: Path, pairup: Pairup) -> None:
    load(a_programme())

    done = pairup("total", "money_paid", "--record", record, "--by", "donor", "--rows", *AS_OF)

    assert done.code == 0
    assert "DN-A: 749.5 CNY (2 rows, synthetic)\n    money/M-2 800 (" in done.out
    assert "    money/M-3 -50.5 (" in done.out


def test_a_total_as_csv_and_as_json_prints_nothing_else(record: Path, pairup: Pairup) -> None:
    load(a_programme())
    asked = ("total", "money_paid", "--record", record, "--where", "place=west", *AS_OF)

    as_csv, as_json = pairup(*asked, "--csv", "--rows"), pairup(*asked, "--json")

    assert as_csv.out.splitlines()[0].startswith("table,code,counts,uom,why,")
    assert as_csv.out.splitlines()[1].startswith("money,M-4,300,CNY,")
    assert json.loads(as_json.out)["figures"][0]["value"] == "300.00"


def test_nothing_recorded_is_said(record: Path, pairup: Pairup) -> None:
    load(a_programme())

    assert "not zero" in pairup("total", "money_audited", "--record", record, *AS_OF).out


def test_a_total_or_a_pair_that_is_not_one_is_refused(record: Path, pairup: Pairup) -> None:
    load(a_programme())

    assert pairup("total", "money_spent", "--record", record).code == 1
    assert pairup("total", "money_paid", "--record", record, "--where", "place").code == 2
