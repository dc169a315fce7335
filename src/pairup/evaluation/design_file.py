"""Read a design file (TOML): every finding is collected before it is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pairup.errors import InputError
from pairup.evaluation.design import (
    GATES,
    USES,
    AssignedBy,
    ClaimedEffect,
    Comparison,
    Control,
    Design,
    Inference,
    InferenceKind,
    Known,
    MeasuredBy,
    Method,
    Predictor,
    Window,
    number_of,
    said_as,
)
from pairup.values.reading import Reading

_KEYS = tuple(one.name for one in fields(Design))


def read_design(path: Path) -> Design:
    """Read a design file (TOML)."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"There is no file {path}.", hint="Give a design file.", code="evaluation.no-file", path=str(path)
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise InputError(
            f"{path.name} is no TOML file: {fault}.", hint="See docs/reference/evaluation.md.",
            code="evaluation.not-toml", file=path.name, fault=str(fault),
        ) from None  # fmt: skip
    return design_of(said, path.name)


def design_of(said: Any, file: str = "") -> Design:
    """Read a design. Refused, with every finding: unknown keys, keys that the method does not use, what cannot be."""
    reading = Reading(file, "evaluation")
    found = reading.keys(said, "design", ("method",), _KEYS)
    method: Method | None = None if found is None else _choice(reading, found["method"], "method", Method)
    if found is None or method is None:
        reading.require()
    assert found is not None and method is not None
    for key in found:
        is_used = key not in _KEYS or key in ("method", "level", "claim", "plan", "gates", *USES[method])
        if not is_used and found[key] not in (None, "", [], {}):
            reading.refuse("key-unused", key, "hint-key-unused", key=key, method=method.value)
    design = Design(
        method=method,
        comparison=_choice(reading, found.get("comparison"), "comparison", Comparison) or Comparison.NOT_YET_TREATED,
        control=_choice(reading, found.get("control"), "control", Control) or Control.REGRESSION,
        covariates=_texts(reading, found.get("covariates"), "covariates"),
        anticipation=reading.whole(found.get("anticipation") or 0, "anticipation") or 0,
        clusters=reading.one_of(found.get("clusters") or "unit", "clusters", ("unit", "cluster")) or "unit",
        window=_window(reading, found.get("window"), "window"),
        pool=_texts(reading, found.get("pool"), "pool"),
        predictors=tuple(_predictors(reading, found.get("predictors"))),
        fitted=_window(reading, found.get("fitted"), "fitted"),
        running=_text(reading, found.get("running"), "running"),
        cutoff=None if found.get("cutoff") is None else reading.number(found["cutoff"], "cutoff"),
        strata=_text(reading, found.get("strata"), "strata"),
        inference=_inference(reading, found.get("inference")),
        level=_level(reading, found.get("level")),
        claim=_claim(reading, found.get("claim")),
        plan=_known(reading, found.get("plan")),
        gates=_gates(reading, found.get("gates")),
    )
    if method is Method.DISCONTINUITY and not (design.running and design.cutoff is not None):
        reading.refuse("no-threshold", "design", "hint-no-threshold")
    if design.claim and (design.plan.smallest_effect or 0) > design.claim.low:
        reading.refuse("smallest-above-claim", "plan.smallest_effect", "hint-smallest-above-claim")
    reading.require()
    return design


def _choice(reading: Reading, said: Any, where: str, kind: type[StrEnum]) -> Any:
    if said in (None, ""):
        return None
    word = reading.one_of(said, where, tuple(one.value for one in kind))
    return None if word is None else kind(word)


def _text(reading: Reading, said: Any, where: str) -> str:
    return "" if said in (None, "") else reading.text(said, where) or ""


def _texts(reading: Reading, said: Any, where: str) -> tuple[str, ...]:
    listed = [reading.text(one, f"{where}[{at}]") or "" for at, one in enumerate(reading.rows(said, where))]
    reading.once(listed, where)
    return tuple(listed)


def _period(reading: Reading, said: Any, where: str) -> int | date | None:
    """Read a period: a whole number, a day of TOML, or a day in quotes."""
    if isinstance(said, date):
        return said
    if isinstance(said, str):
        return reading.day(said, where)
    value = reading.number(said, where)
    if value is not None and value != int(value):
        reading.refuse("not-whole", where, found=str(said))
        return None
    return None if value is None else int(value)


def _window(reading: Reading, said: Any, where: str) -> Window | None:
    if said is None or (found := reading.keys(said, where, ("from", "to"))) is None:
        return None
    first, last = (_period(reading, found[key], f"{where}.{key}") for key in ("from", "to"))
    if first is None or last is None:
        return None
    if isinstance(first, date) != isinstance(last, date):
        reading.refuse("kinds-differ-window", where, "hint-kinds-differ-window")
        return None
    if number_of(first) > number_of(last):
        reading.refuse("window-backwards", where, first=said_as(first), last=said_as(last))
    return Window(first, last)


def _predictors(reading: Reading, said: Any) -> list[Predictor]:
    rows = []
    for at, row in enumerate(reading.rows(said, "predictors")):
        where = f"predictors[{at}]"
        if (found := reading.keys(row, where, ("column",), ("from", "to", "average", "weight"))) is not None:
            has_window = found.get("from") is not None or found.get("to") is not None
            ends = {key: found.get(key) for key in ("from", "to")}
            window = _window(reading, ends, where) if has_window else None
            average = reading.flag(found.get("average"), f"{where}.average", True)
            said = found.get("weight")
            weight = None if said is None else reading.number(said, f"{where}.weight", 0)
            rows.append(Predictor(reading.text(found["column"], f"{where}.column") or "", window, average, weight))
    weighed = [row.weight is not None for row in rows]
    if any(weighed) and not (all(weighed) and sum(row.weight or 0 for row in rows) > 0):
        reading.refuse("predictors-weighed-in-part", "predictors", "hint-predictors-weighed-in-part")
    return rows


def _inference(reading: Reading, said: Any) -> Inference | None:
    if said is None or (found := reading.keys(said, "inference", ("kind",), ("repetitions",))) is None:
        return None
    kind = _choice(reading, found["kind"], "inference.kind", InferenceKind)
    repetitions = reading.whole(found.get("repetitions", 999), "inference.repetitions", 1)
    return Inference(kind, repetitions or 999) if kind else None


def _level(reading: Reading, said: Any) -> float:
    level = 0.95 if said is None else reading.number(said, "level", 0.5, 0.999)
    return level or 0.95


def _claim(reading: Reading, said: Any) -> ClaimedEffect | None:
    if said is None or (found := reading.keys(said, "claim", ("direction", "low"), ("high", "uom"))) is None:
        return None
    direction = reading.one_of(found["direction"], "claim.direction", ("falls", "rises"))
    low = reading.number(found["low"], "claim.low", 0)
    high = low if found.get("high") is None else reading.number(found["high"], "claim.high", 0)
    uom = reading.one_of(found.get("uom") or "share", "claim.uom", ("share", "outcome"))
    if direction is None or low is None or high is None or uom is None:
        return None
    if high < low:
        reading.refuse("band-backwards", "claim", low=low, high=high)
    if low == 0:
        reading.refuse("band-zero", "claim.low", "hint-band-zero")
    return ClaimedEffect(direction == "rises", low, high, uom == "share")


_KNOWN = tuple(one.name for one in fields(Known))


def _known(reading: Reading, said: Any) -> Known:
    if said is None or (found := reading.keys(said, "plan", (), _KNOWN)) is None:
        return Known()
    smallest, chosen = found.get("smallest_effect"), found.get("chosen_on_outcome")
    return Known(
        None if smallest is None else reading.number(smallest, "plan.smallest_effect", 0),
        _choice(reading, found.get("second_method"), "plan.second_method", Method),
        None if chosen is None else reading.flag(chosen, "plan.chosen_on_outcome"),
        _window(reading, found.get("selection_window"), "plan.selection_window"),
        _choice(reading, found.get("measured_by"), "plan.measured_by", MeasuredBy),
        _texts(reading, found.get("alternatives"), "plan.alternatives"),
        _choice(reading, found.get("assignment"), "plan.assignment", AssignedBy) or AssignedBy.NOT_RANDOM,
        "" if found.get("dose") is None else reading.text(found["dose"], "plan.dose") or "",
    )  # fmt: skip


def _gates(reading: Reading, said: Any) -> Mapping[str, Mapping[str, float]]:
    """Read the defaults of gates that a design sets itself; which parameters a gate has is checked where it stands."""
    if said is None or (found := reading.keys(said, "gates", (), GATES)) is None:
        return MappingProxyType({})
    gates: dict[str, dict[str, float]] = {}
    for gate, asked in sorted(found.items()):
        for key, value in reading.table(asked, f"gates.{gate}").items():
            number = reading.number(value, f"gates.{gate}.{key}")
            if number is not None:
                gates.setdefault(gate, {})[str(key)] = number
    return MappingProxyType(gates)
