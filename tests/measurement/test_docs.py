"""The pages say what the code does: every indicator and schema stands there, and the examples run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from click.testing import CliRunner

from pairup.cli.main import cli
from pairup.measurement import ready
from pairup.measurement.definition import READY, Kind, Register
from pairup.measurement.definitions_file import read_definitions
from pairup.measurement.quality import Limits
from pairup.measurement.schema import ready_schemas, schema_of
from tests.house.source import ROOT

_ = ready
REFERENCE = (ROOT / "docs" / "reference" / "measurement.md").read_text(encoding="utf-8")
EXPLANATION = (ROOT / "docs" / "explanation" / "measurement.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)


def test_every_schema_and_indicator_that_ships_is_on_the_page_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|", REFERENCE, flags=re.MULTILINE)

    said = {(code, kind, uom.strip(), name.strip(), zh.strip()) for code, kind, uom, name, zh in rows}
    assert said == {(each.code, each.kind.value, each.uom, each.name_en, each.name_zh) for each in READY.known.values()}
    assert [name for name in ready_schemas() if f"### {name}\n" not in REFERENCE] == []
    assert [kind for kind in Kind if f"{kind}" not in REFERENCE] == []


def test_the_limits_on_the_page_are_those_in_force() -> None:
    limits = Limits()

    assert f"index {limits.whipple:.0f}" in REFERENCE and f"{limits.copies} units" in REFERENCE
    assert f"{limits.deviations:.0f} root mean squares" in REFERENCE and f"{limits.least_rows} rows" in REFERENCE


def test_the_schema_and_the_definitions_on_the_page_can_be_read(tmp_path: Path) -> None:
    schema, definitions = blocks(REFERENCE, "toml")
    columns = {name: {"cells": "code"} for name in ("station", "place", "source", "class", "enumerator")}
    said = tomllib.loads(schema)
    said["columns"] |= columns | {"day": {"cells": "day"}, "recorded_at": {"cells": "moment"}}
    (tmp_path / "own.toml").write_text(definitions, encoding="utf-8")
    (tmp_path / "own.py").write_text(blocks(REFERENCE, "python")[0], encoding="utf-8")

    assert schema_of(said).column("wind_ms").in_file == "风速"
    assert read_definitions(tmp_path / "own.toml", Register()) == ("freezing_hours", "heat_per_hour")
    assert read_definitions(tmp_path / "own.py", Register()) == ("freezing_hours",)


def test_the_worked_example_prints_what_the_page_shows(tmp_path: Path) -> None:
    data, shown = blocks(EXPLANATION, "text")
    (tmp_path / "readings.csv").write_text(data, encoding="utf-8")
    (tmp_path / "register.csv").write_text("household,place\nh1,nang\nh2,nang\n", encoding="utf-8")
    words = blocks(EXPLANATION, "bash")[0].replace("\\\n", " ").split()[1:]
    words = [str(tmp_path / word) if word.endswith(".csv") else word for word in words]

    done = CliRunner().invoke(cli, words, standalone_mode=False)

    assert done.exception is None and shown.strip() in done.stdout
