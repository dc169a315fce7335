"""Household readings of any number, invented and seeded: a row is a household's day. Written as Parquet files.

Draws are keyed by seed and block of households, so the same rows come from any number of files. Temperatures follow
the season and the household; heat and fuel follow the cold; 3 % of the temperatures and 1 % of the meters say nothing.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

PLACES = 74  # county-level units, as in Xizang
DAYS = 1_096
FIRST = date(2022, 1, 1)
BLOCK = 1_000  # households whose draws share a key


def write_readings(folder: Path, rows: int, seed: int = 0, files: int = 8) -> int:
    """Write about `rows` readings as `files` Parquet files; give how many there are (whole households).

    A file holds whole blocks of households, day by day, so that places are mixed within it.
    """
    import pyarrow.parquet as pq

    households = max(1, round(rows / DAYS))
    blocks = -(-households // BLOCK)
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(min(files, blocks)):
        writer: Any = None
        for block in range(at, blocks, files):
            table = _block(seed, block, min(BLOCK, households - block * BLOCK))
            if writer is None:
                writer = pq.ParquetWriter(folder / f"readings-{at:02d}.parquet", table.schema, compression="zstd")
            writer.write_table(table)
        writer.close()
    return households * DAYS


def write_csv(path: Path, rows: int, wrong: int, seed: int = 0) -> None:
    """Write about `rows` readings as a CSV file whose row `wrong` (the head line is row 1) has a word for a number."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv

    households = max(1, round(rows / DAYS))
    at = 2
    with path.open("wb") as file:
        for block in range(-(-households // BLOCK)):
            table = _block(seed, block, min(BLOCK, households - block * BLOCK))
            table = table.set_column(1, "place", table["place"].cast(pa.string()))
            if at <= wrong < at + table.num_rows:
                cells = pc.cast(table["heat_kwh"], pa.string()).to_pylist()
                cells[wrong - at] = "n/a"
                table = table.set_column(5, "heat_kwh", pa.array(cells))
            options = pyarrow.csv.WriteOptions(include_header=block == 0, quoting_style="needed")
            pyarrow.csv.write_csv(table, file, options)
            at += table.num_rows


def _block(seed: int, block: int, households: int) -> Any:
    """Give the readings of a block of households as an Arrow table."""
    import pyarrow as pa

    draw = np.random.Generator(np.random.Philox(key=[seed, block]))
    size = (DAYS, households)
    warmth = draw.normal(0.0, 2.0, households)
    is_heated = draw.random(households) < 0.6
    season = -np.cos(2 * np.pi * (np.arange(DAYS) - 15) / 365.25)[:, None]
    outside = 2.0 + 10.0 * season + draw.normal(0.0, 3.0, (DAYS, 1))
    cold = np.maximum(0.0, 15.0 - outside)
    heat = np.where(is_heated, np.round(cold * draw.gamma(4.0, 0.25, size), 1), 0.0)
    indoor = np.round(12.0 + 0.45 * outside + warmth + 0.25 * heat + draw.normal(0.0, 1.0, size), 1)
    fuel = np.where(is_heated, 0.0, np.round(0.6 * cold * draw.gamma(4.0, 0.25, size)))
    power = np.round(draw.gamma(5.0, 0.4, size), 1)
    hours = np.where(draw.random(size) < 0.9, 24, 12).astype(np.int32)
    says_nothing, no_meter = draw.random(size) < 0.03, draw.random(size) < 0.01
    number = np.arange(households) + block * BLOCK
    place = pa.DictionaryArray.from_arrays(
        pa.array(np.tile(number % PLACES, DAYS).astype(np.int32)), [f"place-{at:02d}" for at in range(PLACES)]
    )
    day = np.datetime64(FIRST) + np.repeat(np.arange(DAYS), households)
    return pa.table({
        "household": pa.array(np.tile(number, DAYS).astype(np.int64)),
        "place": place,
        "day": pa.array(day),
        "indoor_c": pa.array(indoor.ravel(), mask=says_nothing.ravel()),
        "hours": pa.array(hours.ravel()),
        "heat_kwh": pa.array(heat.ravel(), mask=no_meter.ravel()),
        "power_kwh": pa.array(power.ravel(), mask=no_meter.ravel()),
        "fuel_kg": pa.array(fuel.ravel()),
    })  # fmt: skip
