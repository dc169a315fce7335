"""`pairup measure`: files or a record in, figures with coverage and findings out, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Pairup
from tests.measurement.tables import READINGS
from tests.services import cast
from tests.services.cast import a_programme, with_rows

ROWS = ["h1,a,2024-01-01,15,24,5,1,0", "h1,a,2024-01-02,17,24,6,1,0", "h2,b,2024-01-01,-,24,2,1,3"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "readings.csv"
    path.write_text("\n".join([READINGS, *(row.replace("-,", ",") for row in ROWS)]) + "\n", encoding="utf-8")
    return path


WARM = ("--schema", "household_readings", "--indicator", "indoor_mean", "--by", "place,month")


def test_figures_are_told_with_coverage_findings_and_the_rule(pairup: Pairup, data: Path, tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("household,place\nh1,a\nh2,b\n", encoding="utf-8")

    done = pairup("measure", data, *WARM, "--expected", tmp_path / "register.csv")

    assert done.code == 0
    assert "a 2024-01-01 16 (2/2)" in done.out and "b 2024-01-01 no report (0/2)" in done.out
    assert "Of the reports expected, 50.0% came." in done.out
    assert "Small cells are not protected" in done.out and "measured goes before reported" in done.out


def test_json_is_all_that_is_printed(pairup: Pairup, data: Path) -> None:
    said = json.loads(pairup("measure", data, *WARM, "--json").out)

    assert (said["kind"], said["rows"], said["by"]) == ("measurement", 3, ["place", "month"])
    assert [row["value"] for row in said["indicators"][0]["figures"]] == [16.0, None]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_are_written_into_a_folder_once(pairup: Pairup, data: Path, tmp_path: Path, kind: str) -> None:
    asked = ("measure", data, *WARM, "--into", tmp_path / "out", *(["--columns"] if kind == "parquet" else []))

    assert pairup(*asked).code == 0
    again = pairup(*asked)

    written = tmp_path / "out" / f"indoor_mean.{kind}"
    if kind == "parquet":
        assert pq.read_table(written)["value"].to_pylist() == [16.0, None]
    else:
        assert written.read_text().splitlines()[1].startswith('"a",2024-01-01,16,')
    assert again.code == 1 and "holds a measurement already" in again.err


def test_a_bad_cell_is_refused_and_can_be_left_out(pairup: Pairup, data: Path) -> None:
    data.write_text(data.read_text().replace(",17,", ",warm,"), encoding="utf-8")

    refused, left_out = pairup("measure", data, *WARM), pairup("measure", data, *WARM, "--leave-out")

    assert refused.code == 1 and "indoor_c" in refused.err and "readings.csv 3" in refused.err
    assert left_out.code == 0 and "a 2024-01-01 15 (1)" in left_out.out and "readings.csv 3" in left_out.out


def test_a_row_that_stands_twice_is_refused_and_otherwise_the_rule_decides(pairup: Pairup, data: Path) -> None:
    data.write_text(data.read_text() + "h1,a,2024-01-02,19,24,6,1,0\n", encoding="utf-8")

    refused, left_out = pairup("measure", data, *WARM), pairup("measure", data, *WARM, "--leave-out")

    assert refused.code == 1 and "readings.csv 3, 5" in refused.err
    assert left_out.code == 0 and "a 2024-01-01 15 (1)" in left_out.out and "in conflict" in left_out.out


def test_nothing_to_tell_ends_with_3(pairup: Pairup, data: Path) -> None:
    assert pairup("measure", data, *WARM, "--on", "2023-01-01").code == 3


@pytest.mark.parametrize("words", [(), ("x.csv",), ("x.csv", "--schema", "stations", "--record", "r.sqlite3")])
def test_files_need_a_schema_and_a_record_needs_no_files(pairup: Pairup, words: tuple[str, ...]) -> None:
    assert pairup("measure", *words).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--schema", "households"), "no schema households"),
        (("--schema", "household_readings", "--indicator", "joy"), "no indicator joy"),
        (("--schema", "household_readings", "--by", "village"), "cannot be told by village"),
        (("--schema", "household_readings", "--by", "month,year"), "cannot be told by month, year"),
        (("--schema", "household_readings", "--engine", "abacus"), "no engine"),
        (("--schema", "household_readings", "--memory", "much"), "cannot be opened"),
        (("--schema", "household_readings", "--definitions", "none.toml"), "no file none.toml"),
    ],
)
def test_what_cannot_be_asked_is_refused(pairup: Pairup, data: Path, words: tuple[str, ...], said: str) -> None:
    done = pairup("measure", data, *words)

    assert done.code == 1 and said in done.err and "Traceback" not in done.err


def test_a_record_is_measured_by_its_own_indicators(pairup: Pairup, record: Path) -> None:
    tables = with_rows(a_programme(), "indicators", "code name_en uom", "indoor Indoor C", "wind Wind m/s")
    cast.load(with_rows(
        tables, "observations", "code indicator place unit value claim_class from to is_synthetic",
        "O-1 indoor east h1 10 measured 2023 2023 yes", "O-2 indoor east h2 14 measured 2023 2023 yes",
        "O-3 indoor east h2 18 measured 2024 2024 yes", "O-4 wind west - 3 reported 2024 2024 yes",
    ))  # fmt: skip

    done = pairup("measure", "--record", record, "--by", "place,year", "--on", "2026-11-23", "--json")

    said = {each["code"]: each["figures"] for each in json.loads(done.out)["indicators"]}
    told = {code: [(row["place"], row["year"], row["value"], row["state"]) for row in rows if row["reported"]]
            for code, rows in said.items()}  # fmt: skip
    assert done.code == 0
    assert told == {
        "indoor": [("east", "2023-01-01", 12.0, "known"), ("east", "2024-01-01", 18.0, "known")],
        "wind": [("west", "2024-01-01", 3.0, "known")],
    }
