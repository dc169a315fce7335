"""Small tables typed as text: what tests read can be read like the file it stands for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pairup.engines.tables import Tables
from pairup.measurement.schema import Schema, read_schema, schema_of
from pairup.measurement.sources import Observations, read_observations

#: a station's day, with sources, classes and days of recording
LOG = "station,place,day,sand,wind_ms,source,class,recorded_at"
STATIONS: dict[str, Any] = {
    "kind": "observations", "version": 1, "name": "stations", "identifies": ["station", "day"], "unit": "station",
    "place": "place", "period": "day", "every": "day", "source": "source", "class": "class",
    "recorded_at": "recorded_at",
    "columns": {
        "station": {"cells": "code"}, "place": {"cells": "code"}, "day": {"cells": "day"}, "sand": {"cells": "flag"},
        "wind_ms": {"cells": "number", "uom": "m/s", "least": 0, "most": 75}, "source": {"cells": "code"},
        "class": {"cells": "code", "choices": ["reported", "measured"]}, "recorded_at": {"cells": "moment"},
    },
}  # fmt: skip
#: a household's day, as the schema that ships has it
READINGS = "household,place,day,indoor_c,hours,heat_kwh,power_kwh,fuel_kg"


def station_schema(**changes: Any) -> Schema:
    return schema_of(STATIONS | changes)


def station_log(folder: Path, tables: Tables, rows: str, **changes: Any) -> Observations:
    """Read a station log of rows typed without their head line; blanks part rows, `-` is an empty cell."""
    return written(folder / "log.csv", LOG, rows, station_schema(**changes), tables)


def readings(folder: Path, tables: Tables, rows: str) -> Observations:
    return written(folder / "readings.csv", READINGS, rows, read_schema("household_readings"), tables)


def written(path: Path, head: str, rows: str, schema: Schema, tables: Tables) -> Observations:
    lines = [line.strip().replace("-,", ",") for line in rows.strip().splitlines()]
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return read_observations([path], schema, tables)
