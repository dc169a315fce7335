"""What a table of observations holds: its columns, and what identifies, places, dates, sources and classes a row."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.values.codes import ClaimClass
from pairup.values.reading import Reading

READY = Path(__file__).parent / "schemas"


class Cells(StrEnum):
    """What the cells of a column are."""

    CODE = "code"  # an identifier or a word
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"  # true or false, yes or no, 1 or 0
    DAY = "day"  # 2026-07-01; 2026-07 and 2026 are their first days
    MOMENT = "moment"


class Every(StrEnum):
    """How often a unit is expected to report."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ONCE = "once"  # a single survey


#: classes of observations, the weaker first; an evaluated figure is no observation
CLASSES = (ClaimClass.REPORTED, ClaimClass.MEASURED)
#: roles that one column each may play, beside `identifies`
ROLES = ("unit", "place", "period", "source", "class", "recorded_at", "enumerator")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `least` to `most` is what can be; `missing` are codes that mean no answer.

    `jump` is the largest step between two reports of a unit that is plausible; `step` the finest step of the
    instrument. Both, where they are not said, are found from the data.
    """

    name: str
    cells: Cells
    in_file: str
    uom: str = ""
    least: float | None = None
    most: float | None = None
    missing: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    jump: float | None = None
    step: float | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table, and the roles some of them play; a role nobody plays is "".

    `is_once`: the makers of the file say that no observation stands twice in it, so that no value in force has to be
    looked for; `check_duplicates` holds them to it. `late_days`: how long after its day a row may be recorded.
    """

    name: str
    columns: tuple[Column, ...]
    identifies: tuple[str, ...]
    period: str
    place: str = ""
    unit: str = ""
    every: Every = Every.ONCE
    source: str = ""
    class_column: str = ""
    class_of_all: ClaimClass = ClaimClass.REPORTED
    recorded_at: str = ""
    enumerator: str = ""
    is_once: bool = False
    late_days: int = 31

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def roles(self) -> frozenset[str]:
        """Columns that say which row it is, not what was seen."""
        played = (self.period, self.place, self.unit, self.source, self.class_column, self.recorded_at, self.enumerator)
        return frozenset(name for name in (*self.identifies, *played) if name)

    @property
    def values(self) -> tuple[Column, ...]:
        """Columns of what was seen."""
        return tuple(column for column in self.columns if column.name not in self.roles)

    @property
    def numbers(self) -> tuple[Column, ...]:
        """Columns of what was seen that are numbers."""
        return tuple(column for column in self.values if column.cells in (Cells.NUMBER, Cells.WHOLE))


def ready_schemas() -> tuple[str, ...]:
    """The names of the schemas that ship with pairup."""
    return tuple(sorted(path.stem for path in READY.glob("*.toml")))


def read_schema(asked: str | Path) -> Schema:
    """Read a schema from a TOML file, or one that ships with pairup by its name. Refuses with every finding at once."""
    path = Path(asked)
    if not path.is_file() and str(asked) in ready_schemas():
        path = READY / f"{asked}.toml"
    if not path.is_file():
        raise InputError(
            f"There is no schema {asked}.", hint=f"Give a TOML file, or one of: {', '.join(ready_schemas())}.",
            code="measurement.no-schema", asked=str(asked),
        )  # fmt: skip
    return schema_of(read_toml(path), path.name)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, or refuse what is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise InputError(
            f"{path.name} is no TOML file: {fault}", hint="docs/reference/measurement.md shows one.",
            code="measurement.not-toml", file=path.name, fault=str(fault),
        ) from fault  # fmt: skip


def schema_of(said: Mapping[str, Any], file: str = "schema") -> Schema:
    """Check a schema and give it; refuses with every finding at once."""
    reading = Reading(file, "measurement")
    optional = ("name", "place", "unit", "every", "source", "class", "class_of_all", "recorded_at", "enumerator",
                "once", "late_days")  # fmt: skip
    keys = reading.keys(said, "schema", ("kind", "version", "identifies", "period", "columns"), optional)
    if keys is None:
        reading.require()
        raise AssertionError("refused above")
    reading.one_of(keys["kind"], "kind", ("observations",))
    if keys["version"] != 1:
        reading.refuse("other-version", "version", found=str(keys["version"]))
    columns = tuple(_columns(reading, reading.table(keys["columns"], "columns")))
    if not columns:
        reading.refuse("no-columns", "columns", "hint-no-columns")
    names = {column.name: column for column in columns}
    identifies = tuple(map(str, reading.rows(keys["identifies"], "identifies")))
    played = {role: str(keys[role]) for role in ROLES if keys.get(role)}
    for where, name in (*(("identifies", name) for name in identifies), *played.items()):
        reading.known(name, names, where, "columns")
    period = played.get("period", "")
    if period in names and names[period].cells is not Cells.DAY:
        reading.refuse("period-no-day", "period", "hint-period-no-day", name=period)
    if period and period not in identifies:
        reading.refuse("period-identifies", "identifies", "hint-period-identifies", name=period)
    if (
        "recorded_at" in played
        and names
        and names.get(played["recorded_at"], columns[0]).cells not in (Cells.DAY, Cells.MOMENT)
    ):
        reading.refuse("period-no-day", "recorded_at", "hint-period-no-day", name=played["recorded_at"])
    every = reading.one_of(keys.get("every", "once"), "every", tuple(Every)) or "once"
    of_all = reading.one_of(keys.get("class_of_all", "reported"), "class_of_all", CLASSES) or "reported"
    late = reading.whole(keys.get("late_days", 31), "late_days")
    is_once = reading.flag(keys.get("once"), "once")
    reading.require()
    return Schema(
        str(keys.get("name", "observations")), columns, identifies, period, played.get("place", ""),
        played.get("unit", ""), Every(every), played.get("source", ""), played.get("class", ""), ClaimClass(of_all),
        played.get("recorded_at", ""), played.get("enumerator", ""), is_once, late if late is not None else 31,
    )  # fmt: skip


def _columns(reading: Reading, said: Mapping[str, Any]) -> list[Column]:
    found = []
    optional = ("from", "uom", "least", "most", "missing", "choices", "jump", "step")
    for name, about in said.items():
        where = f"columns.{name}"
        if not name.isidentifier() or name.startswith("_"):
            reading.refuse("no-name", where, "hint-no-name", name=name)
            continue
        keys = reading.keys(about, where, ("cells",), optional)
        cells = keys and reading.one_of(keys["cells"], f"{where}.cells", tuple(Cells))
        if not keys or not cells:
            continue
        limits = {key: _number(reading, keys, key, where) for key in ("least", "most", "jump", "step")}
        least, most = limits["least"], limits["most"]
        if least is not None and most is not None and most < least:
            reading.refuse("range-backwards", where, least=least, most=most)
        if cells not in (Cells.NUMBER, Cells.WHOLE) and any(value is not None for value in limits.values()):
            reading.refuse("limits-of-words", where, "hint-limits-of-words", cells=cells)
        if cells == Cells.NUMBER and not keys.get("uom"):
            reading.refuse("no-uom", where, "hint-no-uom")
        missing = tuple(str(code) for code in reading.rows(keys.get("missing"), f"{where}.missing"))
        choices = tuple(str(code) for code in reading.rows(keys.get("choices"), f"{where}.choices"))
        found.append(Column(
            name, Cells(cells), str(keys.get("from", name)), str(keys.get("uom", "")), least, most, missing, choices,
            limits["jump"], limits["step"],
        ))  # fmt: skip
    return found


def _number(reading: Reading, keys: Mapping[str, Any], key: str, where: str) -> float | None:
    if keys.get(key) is None:
        return None
    return reading.number(keys[key], f"{where}.{key}", None if key in ("least", "most") else 0)
