"""A panel is checked once: what cannot be is refused with its row, what is missing is a finding."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pairup.errors import InputError
from pairup.evaluation.panel import Panel
from pairup.evaluation.panel_file import read_panel
from tests.evaluation.panels import a_panel

HEAD = "unit,period,outcome,treated_from\n"


def written(folder: Path, text: str, name: str = "panel.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def codes(refusal: pytest.ExceptionInfo[InputError]) -> list[tuple[str, int | None]]:
    return [(finding.words.code, finding.row) for finding in refusal.value.facts["findings"]]


def test_rows_stand_in_the_order_of_units_and_periods_whatever_the_order_given() -> None:
    unit, period, outcome, start = ["b", "a", "a", "b"], [2, 2, 1, 1], [4.0, 2.0, 1.0, 3.0], [2, None, None, 2]

    panel = Panel.from_columns(unit, period, outcome, start)
    turned = Panel.from_columns(unit[::-1], period[::-1], outcome[::-1], start[::-1])

    assert panel.units == ("a", "b") and panel.outcomes.tolist() == [[1, 2], [3, 4]]
    assert panel.starts.tolist() == [2, 1] and panel.is_treated.tolist() == [False, True]
    assert turned.sha256 == panel.sha256


def test_a_start_after_the_last_period_is_no_treatment_in_this_panel() -> None:
    panel = a_panel("a 9 1 2 3", "b 3 1 2 3")

    assert panel.is_treated.tolist() == [False, True]


def test_a_start_between_two_periods_counts_from_the_later_one() -> None:
    panel = Panel.from_columns(["a"] * 3, [2000, 2005, 2010], [1.0, 2.0, 3.0], [2003] * 3)

    assert panel.starts.tolist() == [1]


def test_days_are_periods_too() -> None:
    days = [date(2026, 1, 1), date(2026, 2, 1)]

    panel = Panel.from_columns(["a", "a"], days, [1.0, 2.0], [date(2026, 2, 1)] * 2)

    assert panel.periods.are_days and panel.periods.label(1) == "2026-02-01" and panel.starts.tolist() == [1]


def test_a_hole_is_a_finding_and_no_zero() -> None:
    panel = a_panel("a - 1 . 3", "b 2 1 2 3")

    assert np.isnan(panel.outcomes[0, 1])
    assert {finding.words.code for finding in panel.findings} == {"evaluation.outcome-missing"}


def test_a_file_says_what_columns_say(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "b,2,4,2\na,2,2,\na,1,1,\nb,1,3,2\n")

    panel = read_panel(path)

    assert panel.sha256 == a_panel("a - 1 2", "b 2 3 4").sha256


def test_a_parquet_file_says_the_same(tmp_path: Path) -> None:
    import duckdb

    path = written(tmp_path, HEAD + "b,2,4,2\na,2,2,\na,1,1,\nb,1,3,2\n")
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{path}')) TO '{tmp_path / 'panel.parquet'}' (FORMAT parquet)")

    assert read_panel(tmp_path / "panel.parquet").sha256 == read_panel(path).sha256


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("a,1,1,\na,1,2,\n", [("evaluation.unit-twice", 3)]),
        ("a,1,1,\na,2,2,2\n", [("evaluation.treated-changes", 3)]),
        ("a,1,1,\na,2,many,\n", [("evaluation.not-a-number", 3)]),
        ("a,1,1,\na,2,inf,\n", [("evaluation.not-a-number", 3)]),
        ("a,1,1,\na,2.5,2,\n", [("evaluation.not-a-whole", 3)]),
        ("a,1,1,\na,2,2,2026-01-01\n", [("evaluation.not-a-whole", 3)]),
        ("a,2026-01-01,1,\na,2026-02-31,2,\na,2026-03-01,2,\n", [("evaluation.not-a-day", 3)]),
        (",1,1,\na,2,2,\n", [("evaluation.not-a-code", 2)]),
        ("", [("evaluation.no-rows", None)]),
    ],
    ids=["twice", "changing", "text", "infinite", "half", "mixed", "no-day", "no-unit", "empty"],
)  # fmt: skip
def test_one_bad_cell_is_named_with_its_row(tmp_path: Path, rows: str, found: list[tuple[str, int | None]]) -> None:
    with pytest.raises(InputError) as refusal:
        read_panel(written(tmp_path, HEAD + rows))

    assert codes(refusal) == found


def test_a_column_that_the_design_names_has_to_be_there(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "a,1,1,\n")

    with pytest.raises(InputError) as refusal:
        read_panel(path, ["rainfall"])

    assert codes(refusal) == [("evaluation.no-column", None)]
    assert "rainfall" in str(refusal.value)


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "panel.parquet").write_bytes(b"nothing of the kind")

    with pytest.raises(InputError, match=r"panel\.parquet cannot be read"):
        read_panel(tmp_path / "panel.parquet")


def test_a_window_moves_no_start() -> None:
    panel = a_panel("a - 1 2 3 4", "b 3 1 2 3 4", "c 2 1 2 3 4")

    shorter = panel.between(2, 4)

    assert [shorter.periods.label(at) for at in range(3)] == ["2", "3", "4"]
    assert shorter.starts.tolist() == [3, 1, 0]
