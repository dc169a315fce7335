"""What was measured, told: a screen, JSON, a table for each indicator in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.measurement.measure import Figures, Measurement, State
from pairup.values.words import Words

#: groups of an indicator that a screen shows one by one
_SHOWN = 12


def screen(found: Measurement, language: str = "en") -> str:
    """Tell figures, coverage and findings on a screen."""

    def say(code: str, **facts: Any) -> str:
        return Words(f"measurement.{code}", facts).say(language)

    by = ", ".join(found.grain.keys) or say("the-whole")
    lines = [say("head", rows=f"{found.rows:,}", engine=found.engine, by=by)]
    lines += [say("on", day=found.on)] if found.on else []
    lines += [say("known-by", day=found.known_by)] if found.known_by else []
    for each in found.figures:
        groups, indicator = each.table.num_rows, each.indicator
        share = say("coverage-unknown") if each.coverage is None else say("coverage", share=f"{each.coverage:.1%}")
        lines.append("")
        lines.append(f"{indicator.code}: {indicator.name(language)} [{indicator.uom}]")
        lines.append("  " + say("groups", known=each.known, groups=groups) + " " + share)
        lines += [f"  {_line(row, found, say)}" for row in each.rows()[:_SHOWN]]
        lines += ["  " + say("more-groups", count=groups - _SHOWN)] if groups > _SHOWN else []
    lines += ["", found.rule.say(language)]
    lines += [each.say(language) for each in found.findings]
    lines += [say("no-findings")] if found.is_checked and not found.findings else []
    lines += [] if found.is_checked else [say("not-checked")]
    return "\n".join([*lines, say("small-cells")])


def _line(row: dict[str, Any], found: Measurement, say: Any) -> str:
    keys = " ".join("–" if row[key] is None else str(row[key]) for key in found.grain.keys)
    figure = f"{row['value']:,.6g}" if row["state"] == State.KNOWN else say(f"state-{row['state'].replace('_', '-')}")
    reported = f"{row['reported']}" if row["expected"] is None else f"{row['reported']}/{row['expected']}"
    return f"{keys} {figure} ({reported})".strip()


def to_dict(found: Measurement) -> dict[str, Any]:
    """Give everything as JSON carries it; days as ISO text."""
    return {
        "kind": "measurement", "version": 1, "schema": found.schema.name, "engine": found.engine,
        "by": list(found.grain.keys), "on": _iso(found.on), "known_by": _iso(found.known_by), "rows": found.rows,
        "rule": found.rule.to_dict(), "is_checked": found.is_checked,
        "indicators": [_indicator(each) | {"figures": [_row(row) for row in each.rows()]} for each in found.figures],
        "findings": [each.to_dict() for each in found.findings],
    }  # fmt: skip


def _indicator(each: Figures) -> dict[str, Any]:
    own = each.indicator
    return {
        "code": own.code, "kind": own.kind, "uom": own.uom, "name_en": own.name_en, "name_zh": own.name_zh,
        "source": own.source, "coverage": each.coverage,
    }  # fmt: skip


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {key: _iso(cell) for key, cell in row.items()}


def _iso(cell: Any) -> Any:
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def write_tables(found: Measurement, into: Path, *, as_parquet: bool = False) -> list[Path]:
    """Write CODE.csv (or .parquet) for each indicator, and measurement.json with all but the figures.

    Refuses a folder that cannot be made, and one that holds a measurement already.
    """
    import pyarrow.csv
    import pyarrow.parquet

    about = into / "measurement.json"
    if about.exists():
        raise InputError(
            f"{into} holds a measurement already.", hint="Name another folder.",
            code="measurement.holds-already", folder=str(into),
        )  # fmt: skip
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputError(
            f"{into} cannot be made: {fault.strerror}.", hint="Name another folder.",
            code="measurement.no-folder", folder=str(into), fault=str(fault.strerror),
        ) from fault  # fmt: skip
    written = []
    for each in found.figures:
        path = into / f"{each.indicator.code}.{'parquet' if as_parquet else 'csv'}"
        if as_parquet:
            pyarrow.parquet.write_table(each.table, path)
        else:
            pyarrow.csv.write_csv(each.table, path)
        written.append(path)
    whole = to_dict(found)
    whole["indicators"] = [_indicator(each) for each in found.figures]
    about.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [*written, about]
