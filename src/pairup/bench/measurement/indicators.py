"""Twenty indicators of household readings by place and month: DuckDB, beside SQL written by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from pairup.bench.paired import Call, Made, Timing, alternately
from pairup.bench.readings import write_readings
from pairup.engines.tables import tables_on
from pairup.measurement import ready
from pairup.measurement.definition import READY
from pairup.measurement.measure import Measurement, measure
from pairup.measurement.schema import read_schema
from pairup.measurement.sources import read_observations

_ = ready  # fills the register
#: all that come ready for readings but exact quantiles and counts of households, which are no sums
TWENTY = (
    "hours_measured", "cold_hours", "very_cold_hours", "cold_hours_share", "warm_share", "hot_share", "indoor_mean",
    "indoor_hourly", "indoor_least", "indoor_most", "degree_hours", "heat_kwh", "heat_kwh_to_date", "heat_a_day",
    "heat_most", "served_share", "served_and_cold", "power_kwh", "no_power_share", "fuel_share",
)  # fmt: skip
#: what the answer is made of: the same sums as `bench.peers.readings_sql.TOLD`
TOLD = (
    "cold_hours", "warm_share", "indoor_mean", "degree_hours", "heat_kwh", "served_share", "power_kwh", "fuel_share",
)  # fmt: skip
PEER = "pairup.bench.peers.readings_sql:answer"
#: what was set out to be reached: at most 1.3 x the CPU of the SQL by hand, within 4 GiB
MUST, MOST_MB = 1 / 1.3, 4096.0
MEMORY, THREADS = "3GB", 2


def rows(is_quick: bool, seed: int) -> Iterator[Timing]:
    """Measure tables of growing size; the files are written before the clock starts, and removed."""
    with tempfile.TemporaryDirectory() as work:
        for size in (100_000,) if is_quick else (1_000_000, 10_000_000, 100_000_000):
            folder = Path(work) / str(size)
            count = write_readings(folder, size, seed)
            name, is_large = f"{count:,} readings", size >= 100_000_000
            opened = Made("pairup.bench.measurement.indicators:opened", str(folder))
            ours = Call("pairup, DuckDB", on_duckdb, (opened,), most_mb=MOST_MB if is_large else None)
            peer = Call("SQL by hand", PEER, (f"{folder}/*.parquet", MEMORY, THREADS), must=MUST if is_large else None)
            yield from alternately("indicators", name, [ours, peer], runs=1 if is_large else 3)


def opened(folder: str) -> str:
    """Load what an engine needs, so that it is loaded before the clock starts; give the folder back."""
    with tables_on(memory=MEMORY, threads=THREADS) as tables:
        tables.fetch(read_observations([Path(folder)], read_schema("household_readings"), tables).table.limit(1))
    return folder


def on_duckdb(folder: str) -> float:
    return answer(measured_on(folder, "duckdb"))


def measured_on(folder: str, engine: str) -> Measurement:
    """The whole way from files to twenty tables, with the look at ranges."""
    schema = read_schema("household_readings")
    with tables_on(engine, memory=MEMORY, threads=THREADS) as tables:
        observations = read_observations([Path(folder)], schema, tables)
        return measure(observations, READY.choose(TWENTY, schema.name), ("place", "month"))


def answer(found: Measurement) -> float:
    """One number made of the sums."""
    return sum(float(cell or 0.0) for code in TOLD for cell in found.of(code).table["numerator"].to_pylist())
