"""The invented readings: as many as asked, the same for a seed, and the parts that measure them."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pairup.bench import parts_of
from pairup.bench.measurement import indicators, one_bad_cell
from pairup.bench.peers.readings_sql import answer
from pairup.bench.readings import DAYS, write_csv, write_readings


def test_the_same_seed_gives_the_same_rows_in_any_number_of_files(tmp_path: Path) -> None:
    counts = [write_readings(tmp_path / str(files), 1_500_000, 7, files) for files in (1, 3)]

    one, three = (pq.read_table(tmp_path / str(files)).sort_by([("household", "ascending"), ("day", "ascending")])
                  for files in (1, 3))  # fmt: skip
    assert counts == [1369 * DAYS] * 2 and one.num_rows == counts[0]
    assert one.slice(0, 50_000).to_pylist() == three.slice(0, 50_000).to_pylist()


def test_ours_and_the_sql_by_hand_give_the_same_answer(tmp_path: Path) -> None:
    write_readings(tmp_path, 20_000)

    ours = indicators.answer(indicators.measured_on(str(tmp_path), "duckdb"))

    assert ours == pytest.approx(answer(f"{tmp_path}/*.parquet", "1GB", 1), rel=1e-12)


def test_the_bad_cell_is_named(tmp_path: Path) -> None:
    write_csv(tmp_path / "readings.csv", 5_000, 2_345)

    assert one_bad_cell.found_at(str(tmp_path / "readings.csv")) == 2_345


def test_the_parts_are_measured_by_name() -> None:
    assert parts_of("pairup.bench.measurement") == ("indicators", "one_bad_cell", "two_workers")
