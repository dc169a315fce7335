"""Observations read through a schema: every bad cell is named, none becomes a number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairup.engines.tables import Tables
from pairup.errors import InputError
from pairup.measurement.definition import READY
from pairup.measurement.measure import measure
from pairup.measurement.schema import READY as SCHEMAS
from pairup.measurement.schema import read_schema, ready_schemas, schema_of
from pairup.measurement.sources import check_cells, read_observations
from tests.measurement.tables import STATIONS, station_log, station_schema

GOOD = "s1,a,2024-01-01,yes,3,log,measured,2024-02-01"


def test_cells_are_read_as_their_columns_say(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, f"{GOOD}\ns2,a,2024-01,否,,log,reported,2024-02-01T08:00:00")

    rows = tables.fetch(log.table.order_by("station")).to_pylist()

    assert log.findings == ()
    assert [(row["day"], row["sand"], row["wind_ms"], row["_file"], row["_row"]) for row in rows] == [
        (date(2024, 1, 1), True, 3.0, "log.csv", 2), (date(2024, 1, 1), False, None, "log.csv", 3),
    ]  # fmt: skip


BAD = {
    "sand": ("yes", "perhaps"), "wind_ms": (",3,", ",three,"), "day": ("2024-01-01", "2024-13-01"),
    "class": ("measured", "evaluated"), "recorded_at": ("2024-02-01", "soon"),
}  # fmt: skip


def test_every_bad_cell_is_named_with_its_row(tmp_path: Path, tables: Tables) -> None:
    rows = [GOOD, *(GOOD.replace(*change) for change in BAD.values()), GOOD.replace(",3,", ",inf,")]

    log = station_log(tmp_path, tables, "\n".join(rows))

    told = {each.column: [row for _, row in each.rows] for each in log.findings}
    assert told == {"sand": [3], "wind_ms": [4, 8], "day": [5], "class": [6], "recorded_at": [7]}
    with pytest.raises(InputError, match="6 cells cannot be measured"):
        log.require()


def test_a_number_out_of_its_range_is_named(tmp_path: Path, tables: Tables) -> None:
    log = station_log(tmp_path, tables, f"{GOOD}\n{GOOD.replace(',3,', ',300,')}\n{GOOD.replace(',3,', ',-1,')}")

    (found,) = check_cells(log)

    assert (found.column, found.count, found.rows) == ("wind_ms", 2, (("log.csv", 3), ("log.csv", 4)))


def parquet(path: Path, winds: list[float | None], **options: object) -> Path:
    count = len(winds)
    table = pa.table({
        "station": [f"s{at}" for at in range(count)], "place": ["a"] * count,
        "day": pa.array([date(2024, 1, 1)] * count), "sand": [True] * count, "wind_ms": pa.array(winds, pa.float64()),
        "source": ["log"] * count, "class": ["measured"] * count, "recorded_at": pa.array([date(2024, 2, 1)] * count),
    })  # fmt: skip
    pq.write_table(table, path, **options)
    return path


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 300.0])
@pytest.mark.parametrize("has_statistics", [True, False])
def test_what_is_no_wind_in_a_parquet_file_is_found_whatever_the_file_says_of_itself(
    tmp_path: Path, tables: Tables, odd: float, has_statistics: bool
) -> None:
    file = parquet(tmp_path / "log.parquet", [1.0, 2.0, odd, None], write_statistics=has_statistics)
    log = read_observations([file], station_schema(once=True), tables)
    wind = READY.choose(("wind_mean", "windy_share"), "stations")

    with pytest.raises(InputError, match="cannot be measured") as refused:
        measure(log, wind)
    found = measure(log, wind, leave_out=True)

    assert refused.value.facts["findings"][0].rows == (("log.parquet", 3),)
    assert [row["value"] for each in found.figures for row in each.rows()] == [1.5, 0.0]
    assert found.figures[0].rows()[0]["reported"] == 2


def test_a_folder_of_parquet_files_is_one_table(tmp_path: Path, tables: Tables) -> None:
    for at in range(3):
        parquet(tmp_path / f"part-{at}.parquet", [float(at)])

    log = read_observations([tmp_path], station_schema(), tables)

    rows = tables.fetch(log.table.order_by("wind_ms")).to_pylist()
    assert [(row["_file"], row["_row"], row["wind_ms"]) for row in rows] == [
        (f"part-{at}.parquet", 1, at) for at in range(3)
    ]


def test_codes_that_mean_no_answer_are_missing(tmp_path: Path, tables: Tables) -> None:
    columns = STATIONS["columns"] | {"wind_ms": STATIONS["columns"]["wind_ms"] | {"missing": [-99, 99]}}
    log = station_log(tmp_path, tables, f"{GOOD}\n{GOOD.replace(',3,', ',-99,')}", columns=columns)

    rows = tables.fetch(log.table.order_by("_row")).to_pylist()

    assert [row["wind_ms"] for row in rows] == [3.0, None] and check_cells(log) == []


def test_the_files_own_heading_may_differ(tmp_path: Path, tables: Tables) -> None:
    columns = STATIONS["columns"] | {"wind_ms": STATIONS["columns"]["wind_ms"] | {"from": "风速"}}
    path = tmp_path / "log.csv"
    path.write_text(f"station,place,day,sand,风速,source,class,recorded_at\n{GOOD}\n", encoding="utf-8")

    log = read_observations([path], station_schema(columns=columns), tables)

    assert tables.fetch(log.table).to_pylist()[0]["wind_ms"] == 3.0


def test_a_column_that_the_file_lacks_is_refused(tmp_path: Path, tables: Tables) -> None:
    path = tmp_path / "log.csv"
    path.write_text("station,place\ns1,a\n", encoding="utf-8")

    with pytest.raises(InputError, match="no column day, sand"):
        read_observations([path], station_schema(), tables)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"columns": {}}, "measurement.no-columns"),
        ({"identifies": ["station"]}, "measurement.period-identifies"),
        ({"period": "place", "identifies": ["station", "place"]}, "measurement.period-no-day"),
        ({"place": "county"}, "reading.unknown-id"),
        ({"every": "week"}, "reading.not-one-of"),
        ({"class_of_all": "evaluated"}, "reading.not-one-of"),
        ({"colour": "red"}, "reading.unknown-key"),
        ({"columns": STATIONS["columns"] | {"x": {"cells": "number"}}}, "measurement.no-uom"),
        ({"columns": STATIONS["columns"] | {"x": {"cells": "code", "least": 1}}}, "measurement.limits-of-words"),
        ({"columns": STATIONS["columns"] | {"x": {"cells": "whole", "least": 2, "most": 1}}},
         "measurement.range-backwards"),
        ({"columns": STATIONS["columns"] | {"_x": {"cells": "code"}}}, "measurement.no-name"),
    ],
)  # fmt: skip
def test_a_bad_schema_is_refused_with_what_is_wrong(change: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as refused:
        schema_of(STATIONS | change)

    assert code in [finding.words.code for finding in refused.value.facts["findings"]]


@pytest.mark.parametrize("name", ready_schemas())
def test_the_schemas_that_ship_can_be_read(name: str) -> None:
    schema = read_schema(name)

    assert schema.name == name == (SCHEMAS / f"{name}.toml").stem
    assert schema.values and schema.place
