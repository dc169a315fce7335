"""Indicators that a user defines: in TOML with formulas, or in a small Python file with the same decorator as ours."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.measurement.definition import Indicator, Kind, Of, Over, Register
from pairup.measurement.formula import formula
from pairup.measurement.schema import read_toml
from pairup.values.reading import Reading


def read_definitions(path: Path, register: Register) -> tuple[str, ...]:
    """Add the indicators of a file to a register; give their codes.

    A .toml file has a table `indicators.CODE` for each, with `kind`, `uom`, `name` and formulas: `value` and `where`,
    or `numerator`, `denominator` and `where` of a rate. A .py file is run, so it is as trusted as any program of its
    owner; it calls `indicator(code, kind, uom, name)` on its functions, a name that it finds already there.
    """
    if not path.is_file():
        raise InputError(
            f"There is no file {path}.", hint="Give a .toml or .py file of definitions.",
            code="measurement.no-definitions", path=str(path),
        )  # fmt: skip
    before = set(register.known)
    if path.suffix == ".py":
        _run(path, register)
    else:
        for indicator in _read(read_toml(path), path.name):
            register.add(indicator)
    found = tuple(code for code in register.known if code not in before)
    if not found:
        raise InputError(
            f"{path.name} defines no indicator.", hint="docs/reference/measurement.md shows both kinds of file.",
            code="measurement.defines-nothing", file=path.name,
        )  # fmt: skip
    return found


def _run(path: Path, register: Register) -> None:
    spec = importlib.util.spec_from_file_location(f"pairup_definitions_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update({"indicator": register.indicator, "Kind": Kind, "Of": Of, "Over": Over})
    try:
        spec.loader.exec_module(module)
    except InputError:
        raise
    except Exception as fault:
        said = f"{type(fault).__name__}: {fault}"
        raise InputError(
            f"{path.name} cannot be run: {said}", hint="Correct the file; it is plain Python.",
            code="measurement.not-run", file=path.name, fault=said,
        ) from fault  # fmt: skip


def _read(said: Mapping[str, Any], file: str) -> list[Indicator]:
    reading = Reading(file, "measurement")
    keys = reading.keys(said, "definitions", ("indicators",))
    found = []
    for code, about in reading.table(keys["indicators"], "indicators").items() if keys else ():
        where = f"indicators.{code}"
        optional = ("name_zh", "of", "at", "times", "source", "value", "where", "numerator", "denominator")
        own = reading.keys(about, where, ("kind", "uom", "name"), optional)
        kind = own and reading.one_of(own["kind"], f"{where}.kind", tuple(Kind))
        if not own or not kind:
            continue
        is_rate = kind == Kind.RATE
        needed = ("numerator", "denominator") if is_rate else ("value",)
        other = ("value",) if is_rate else ("numerator", "denominator")
        if any(not isinstance(own.get(key), str) for key in needed) or any(key in own for key in other):
            reading.refuse("other-formulas", where, "hint-other-formulas", kind=kind)
            continue
        at = None if own.get("at") is None else reading.number(own["at"], f"{where}.at", 0, 1)
        times = reading.number(own.get("times", 1), f"{where}.times", 0)
        texts = {key: str(own[key]) for key in (*needed, "where") if own.get(key) is not None}
        name, name_zh = str(own["name"]), str(own.get("name_zh", ""))
        function = _function({key: formula(text, f"{file} {where}.{key}") for key, text in texts.items()})
        found.append(Indicator(
            code, Kind(kind), str(own["uom"]), name, name_zh, function, str(own.get("of", "")), at, times or 1.0,
            str(own.get("source", "")),
        ))  # fmt: skip
    reading.require()
    return found


def _function(said: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Make the formulas of an indicator its function."""

    def whole(table: Any) -> Any:
        parts = {key: each(table) for key, each in said.items()}
        if "value" in parts:
            return Of(parts["value"], parts.get("where"))
        return Over(parts["numerator"], parts["denominator"], parts.get("where"))

    return whole
