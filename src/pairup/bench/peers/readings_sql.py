"""The twenty sums of household readings as somebody who knows DuckDB writes them by hand: one query, one pass."""

from __future__ import annotations

import tempfile
from typing import Any

import duckdb

#: what pairup's definitions mean, by the name of the indicator, and the counts that coverage needs
SUMS = """
    sum(CASE WHEN indoor_c IS NOT NULL THEN hours END)              AS hours_measured,
    sum(CASE WHEN indoor_c < 16 THEN hours END)                     AS cold_hours,
    sum(CASE WHEN indoor_c < 12 THEN hours END)                     AS very_cold_hours,
    count(*) FILTER (indoor_c >= 18)                                AS warm_days,
    count(*) FILTER (indoor_c > 26)                                 AS hot_days,
    sum(indoor_c)                                                   AS indoor_sum,
    count(indoor_c)                                                 AS indoor_days,
    sum(indoor_c * hours)                                           AS indoor_hours,
    min(indoor_c)                                                   AS indoor_least,
    max(indoor_c)                                                   AS indoor_most,
    sum(CASE WHEN indoor_c < 18 THEN (18 - indoor_c) * hours END)   AS degree_hours,
    sum(heat_kwh)                                                   AS heat_kwh,
    count(heat_kwh)                                                 AS heat_days,
    max(heat_kwh)                                                   AS heat_most,
    count(*) FILTER (heat_kwh > 0)                                  AS served_days,
    count(*) FILTER (heat_kwh > 0 AND indoor_c < 16)                AS served_and_cold,
    count(*) FILTER (heat_kwh > 0 AND indoor_c IS NOT NULL)         AS served_and_measured,
    sum(power_kwh)                                                  AS power_kwh,
    count(power_kwh)                                                AS power_days,
    count(*) FILTER (power_kwh = 0)                                 AS no_power_days,
    sum(fuel_kg)                                                    AS fuel_kg,
    count(fuel_kg)                                                  AS fuel_known,
    count(*) FILTER (fuel_kg > 0)                                   AS fuel_days,
    count(*)                                                        AS days
"""


#: of these the total over all groups is the answer that is compared
TOLD = ("cold_hours", "warm_days", "indoor_sum", "degree_hours", "heat_kwh", "served_days", "power_kwh", "fuel_days")


def answer(files: str, memory: str, threads: int) -> float:
    """Run the query; give one number made of its sums."""
    _, totals = by_hand(files, memory, threads)
    return sum(totals[name] for name in TOLD)


def by_hand(files: str, memory: str, threads: int) -> tuple[int, dict[str, float]]:
    """Run the query; give the groups and the total of each sum over them."""
    with tempfile.TemporaryDirectory() as spill:
        settings: dict[str, Any] = {"memory_limit": memory, "threads": threads, "temp_directory": spill}
        door = duckdb.connect(":memory:", config=settings)
        # the sums are the text above; the files are a value
        query = f"SELECT place, date_trunc('month', day) AS month, {SUMS} FROM read_parquet(?) GROUP BY ALL"  # noqa: S608
        table = door.execute(query, [files]).to_arrow_table()
        door.close()
    totals = {name: float(sum(value or 0 for value in table[name].to_pylist())) for name in table.column_names[2:]}
    return table.num_rows, totals
