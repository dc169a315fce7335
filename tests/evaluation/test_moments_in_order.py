"""Rows in order of unit and period are summed as they stream past; what is in another order is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairup.bench.panels import parquet_of
from pairup.evaluation.cells import Cells
from pairup.evaluation.moments_file import read_moments
from pairup.evaluation.moments_in_order import summed
from pairup.evaluation.panel import Panel

UNITS, PERIODS, NEVER = 210, 100, 9_999


@pytest.fixture(scope="module")
def rows() -> dict[str, Any]:
    """Four cohorts, one of which starts after the last period; more units each than fill some blocks of sums."""
    random = np.random.default_rng(3)
    starts = np.array([2030, 2050, NEVER, 2101])[np.arange(UNITS) % 4]
    return {
        "unit": np.repeat(np.arange(UNITS), PERIODS), "period": np.tile(np.arange(2001, 2001 + PERIODS), UNITS),
        "outcome": random.normal(1e6, 1.0, UNITS * PERIODS), "start": np.repeat(starts, PERIODS),
    }  # fmt: skip


def batches(rows: dict[str, Any], size: int = 1_000) -> Iterator[Any]:
    yield from pa.table(rows).to_batches(max_chunksize=size)


def named(units: Any) -> list[str]:
    """Name units so that their order is that of their numbers."""
    return [f"place {at:04d}" for at in units]


def panel_of(rows: dict[str, Any]) -> Panel:
    starts = np.where(rows["start"] == NEVER, np.nan, rows["start"].astype(np.float64))
    return Panel.from_columns(named(rows["unit"]), rows["period"], rows["outcome"], starts)


def are_the_same(one: Cells, other: Cells) -> bool:
    names = ("starts", "sizes", "means", "scatters")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@pytest.mark.parametrize("size", [137, 1_000, 10**6], ids=["cut within units", "at their ends", "all at once"])
def test_rows_in_order_give_the_bytes_that_their_panel_gives(rows: dict[str, Any], size: int) -> None:
    found = summed(batches(rows, size))

    assert found is not None and are_the_same(found[0], Cells.of(panel_of(rows)))
    assert found[1].values.tolist() == list(range(2001, 2001 + PERIODS))


def test_a_file_in_order_gives_the_bytes_that_its_panel_gives(rows: dict[str, Any], tmp_path: Path) -> None:
    starts = pa.array(rows["start"], mask=rows["start"] == NEVER)
    table = {"unit": named(rows["unit"]), "period": rows["period"], "outcome": rows["outcome"], "treated_from": starts}
    pq.write_table(pa.table(table), tmp_path / "panel.parquet", row_group_size=777)

    cells, _ = read_moments(tmp_path / "panel.parquet")

    assert are_the_same(cells, Cells.of(panel_of(rows)))


def test_a_file_in_another_order_gives_the_same_but_for_the_last_digits(rows: dict[str, Any], tmp_path: Path) -> None:
    mixed = np.random.default_rng(5).permutation(len(rows["unit"]))
    few = {name: column[mixed][rows["period"][mixed] <= 2012] for name, column in rows.items()}
    starts = pa.array(few.pop("start"))
    pq.write_table(pa.table(few | {"treated_from": starts}), tmp_path / "panel.parquet")

    cells, _ = read_moments(tmp_path / "panel.parquet")

    whole = Cells.of(panel_of({name: column[rows["period"] <= 2012] for name, column in rows.items()}))
    assert cells.means == pytest.approx(whole.means, rel=1e-12) and cells.sizes.tolist() == whole.sizes.tolist()
    assert cells.scatters == pytest.approx(whole.scatters, rel=1e-8, abs=1e-6)


def changed(rows: dict[str, Any], **cells: tuple[int, object]) -> dict[str, Any]:
    found = {name: column.copy() for name, column in rows.items()}
    for name, (at, value) in cells.items():
        found[name][at] = value
    return found


def without(rows: dict[str, Any], at: int) -> dict[str, Any]:
    return {name: np.delete(column, at) for name, column in rows.items()}


def again(rows: dict[str, Any]) -> dict[str, Any]:
    """The rows with those of the first unit once more at the end."""
    return {name: np.concatenate([column, column[:PERIODS]]) for name, column in rows.items()}


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("a period of another unit", lambda rows: changed(rows, period=(1_205, 2007))),
        ("a hole", lambda rows: without(rows, 1_205)),
        ("a hole at the end", lambda rows: without(rows, UNITS * PERIODS - 1)),
        ("an infinite outcome", lambda rows: changed(rows, outcome=(1_205, np.inf))),
        ("no number", lambda rows: changed(rows, outcome=(1_205, np.nan))),
        ("a start that changes", lambda rows: changed(rows, start=(1_205, 2031))),
        ("a row of another unit", lambda rows: changed(rows, unit=(1_299, 3))),
        ("a unit once more", again),
        ("two units of one name", lambda rows: rows | {"unit": rows["unit"] - (rows["unit"] == 13)}),
        ("units that fall", lambda rows: rows | {"unit": rows["unit"][::-1]}),
        ("periods that fall", lambda rows: rows | {"period": 4_000 - rows["period"]}),
        ("no row", lambda rows: {name: column[:0] for name, column in rows.items()}),
        ("one unit", lambda rows: {name: column[:PERIODS] for name, column in rows.items()}),
        ("days", lambda rows: rows | {"period": rows["period"].astype("datetime64[D]")}),
    ],
)  # fmt: skip
def test_what_is_not_as_it_should_be_ends_the_pass(rows: dict[str, Any], name: str, bad: Any) -> None:
    assert summed(batches(bad(rows))) is None, name


@pytest.mark.parametrize("column", ["unit", "period", "outcome", "start"])
def test_an_empty_cell_ends_the_pass(rows: dict[str, Any], column: str) -> None:
    table = pa.table(rows)
    at = table.column_names.index(column)
    mask = np.arange(len(table)) == 1_205

    holed = table.set_column(at, column, pa.array(rows[column], mask=mask))

    assert summed(holed.to_batches()) is None


def test_the_files_of_the_benchmark_are_one_panel_in_two_orders() -> None:
    one, other = (read_moments(parquet_of(300, seed=1, is_mixed=is_mixed))[0] for is_mixed in (False, True))

    assert one.sizes.tolist() == other.sizes.tolist() and not are_the_same(one, other)
    assert other.scatters == pytest.approx(one.scatters, rel=1e-9, abs=1e-9)
