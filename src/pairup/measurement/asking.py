"""From what was asked to what was measured: a table of files or of a record, the indicators for it, one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pairup.engines.tables import Tables
from pairup.measurement import ready
from pairup.measurement.coverage import read_register
from pairup.measurement.definition import READY, Indicator, Kind, Register
from pairup.measurement.definitions_file import read_definitions
from pairup.measurement.measure import Measurement, measure
from pairup.measurement.quality import check_quality
from pairup.measurement.schema import read_schema, schema_of
from pairup.measurement.sources import Observations, observations_of, read_observations, rows_as_table
from pairup.values.findings import Severity

_ = ready  # fills the register
#: looks that `measure` takes itself
_OWN = ("cells", "range")


@dataclass(frozen=True, slots=True)
class Asked:
    """Observations, and the indicators that are known for them."""

    observations: Observations
    indicators: Register


@dataclass(frozen=True, slots=True)
class Recorded:
    """The observations of a record as columns (`RECORD` names them), and its indicators: code to names and unit."""

    columns: Mapping[str, Sequence[Any]]
    indicators: Mapping[str, tuple[str, str, str]]


#: the observations of a record as a table
RECORD: dict[str, Any] = {
    "kind": "observations", "version": 1, "name": "record",
    "identifies": ["indicator", "place", "unit", "day"], "unit": "unit", "place": "place", "period": "day",
    "source": "source", "class": "class", "recorded_at": "recorded_at",
    "columns": {
        "indicator": {"cells": "code"}, "place": {"cells": "code"}, "unit": {"cells": "code"},
        "day": {"cells": "day"}, "value": {"cells": "number", "uom": "of the indicator"}, "source": {"cells": "code"},
        "class": {"cells": "code"}, "recorded_at": {"cells": "moment"},
    },
}  # fmt: skip


def of_files(paths: Sequence[Path], schema: str, tables: Tables) -> Asked:
    """Read files through a schema; what ships for it is known."""
    register = Register()
    register.known.update(READY.known)
    return Asked(read_observations(paths, read_schema(schema), tables), register)


def of_record(recorded: Recorded, tables: Tables) -> Asked:
    """Take the observations of a record; each of its indicators is known as the mean of what was observed."""
    schema, register = schema_of(RECORD), Register()
    rows = observations_of(rows_as_table(recorded.columns, tables, "observations"), schema, tables)
    for code, (name_en, name_zh, uom) in recorded.indicators.items():
        name = code.replace("-", "_")
        register.add(Indicator(name, Kind.MEAN, uom, name_en, name_zh, _of(code), schema.name))
    return Asked(rows, register)


def _of(code: str) -> Any:
    """Give the values of one indicator; a row of another is no answer to it."""
    return lambda table: (table.indicator == code).ifelse(table.value, None)


def ask(
    asked: Asked, codes: Sequence[str] = (), definitions: Sequence[Path] = (), by: Sequence[str] = (),
    expected: Sequence[Path] = (), *, on: date | None = None, known_by: date | None = None, leave_out: bool = False,
    is_checked: bool = True,
) -> Measurement:  # fmt: skip
    """Measure what is asked: the indicators named, else those of the files of definitions, else all that fit.

    `is_checked` looks for everything that seems wrong and tells it beside the figures. Rows that stand twice in a table
    that says each stands once are refused; with `leave_out` the rule of the row in force chooses among them.
    """
    observations = asked.observations
    schema, tables = observations.schema, observations.tables
    own = tuple(code for path in definitions for code in read_definitions(path, asked.indicators))
    chosen = asked.indicators.choose(tuple(codes) or own, schema.name)
    register = read_register(expected, schema, tables) if expected else None
    found = check_quality(observations) if is_checked else []
    seen = [each for each in found if each.check not in (*_OWN, "conflict")]
    if schema.is_once and any(each.severity is Severity.REFUSED for each in seen):
        if not leave_out:
            replace(observations, findings=tuple(found)).require()
        observations = replace(observations, schema=replace(schema, is_once=False), is_proven=False)
    told = measure(
        observations, chosen, by, on=on, known_by=known_by, register=register, leave_out=leave_out
    )  # fmt: skip
    return replace(told, findings=(*told.findings, *seen), is_checked=is_checked)
