"""A CSV file of ten million readings with one word for a number: found, and named by its row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from pairup.bench.paired import Call, Made, Timing, alternately
from pairup.bench.readings import write_csv
from pairup.engines.tables import tables_on
from pairup.measurement.schema import read_schema
from pairup.measurement.sources import read_observations

MEMORY, THREADS, MOST_MB = "3GB", 2, 4096.0


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure how long it takes to find it; the answer is its row."""
    with tempfile.TemporaryDirectory() as work:
        for size in (100_000,) if is_quick else (1_000_000, 10_000_000):
            path, wrong = Path(work) / f"{size}.csv", size // 2 + 1
            write_csv(path, size, wrong, seed)
            ours = Call("pairup, DuckDB", found_at, (Made("pairup.bench.measurement.one_bad_cell:opened", str(path)),),
                        most_mb=MOST_MB)  # fmt: skip
            yield from alternately("one_bad_cell", f"{size:,} rows, bad in row {wrong:,}", [ours], runs=2)


def opened(path: str) -> str:
    """Load what the engine needs before the clock starts."""
    with tables_on(memory=MEMORY, threads=THREADS):
        return path


def found_at(path: str) -> float:
    """The row that is named, or -1 where not exactly one is."""
    with tables_on(memory=MEMORY, threads=THREADS) as tables:
        found = read_observations([Path(path)], read_schema("household_readings"), tables).findings
    return float(found[0].rows[0][1]) if len(found) == 1 and found[0].count == 1 else -1.0
