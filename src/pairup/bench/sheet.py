"""Rows as people and programs read them: lines of a screen, a page, a table of commas, JSON that can be read again.

Each part keeps the day, the machine and the versions it was measured with: a part measured anew replaces its own
rows and leaves those of the others, so that figures of one part are always of one run.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from pairup.bench import PARTS
from pairup.bench.machine import Machine
from pairup.bench.measure import Row
from pairup.bench.summary import Beside, Overall, beside, overall

#: the columns of a table, over all formats
HEADS = ("instance", "solver", "objective", "best known", "behind %", "bound", "gap %", "s", "CPU s", "MB", "note")
#: of the columns of figures on a screen
WIDTHS = (12, 12, 8, 12, 8, 8, 8, 6)
NAME = "planning"


@dataclass(frozen=True, slots=True)
class Measurement:
    """The rows of one part, and where and with what they were measured."""

    part: str
    day: date
    machine: Machine
    versions: Mapping[str, str]
    seed: int
    is_quick: bool
    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat(), "machine": asdict(self.machine), "versions": dict(self.versions),
            "seed": self.seed, "is_quick": self.is_quick,
            "rows": [asdict(row) | {"behind": row.behind, "gap": row.gap} for row in self.rows],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, part: str, said: Mapping[str, Any]) -> Measurement:
        known = [field.name for field in fields(Row)]
        rows = tuple(Row(**{name: row[name] for name in known}) for row in said["rows"])
        day, machine = date.fromisoformat(said["day"]), Machine(**said["machine"])
        return cls(part, day, machine, said["versions"], said["seed"], said["is_quick"], rows)


def cells(row: Row) -> tuple[str, ...]:
    """The cells of a row under `HEADS`; what is not known is a dash."""
    return (
        row.instance, row.solver, figure(row.objective), figure(row.best), percent(row.behind), figure(row.bound),
        percent(row.gap), seconds(row.seconds), seconds(row.cpu), figure(row.peak_mb, 0), row.note,
    )  # fmt: skip


def figure(value: float | None, digits: int = 2) -> str:
    if value is None:
        return "–"
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:,.0f}"


def percent(share: float | None) -> str:
    """A share in percent; one that is not 0 never reads 0."""
    if share is None:
        return "–"
    value = 100 * share
    if value and abs(value) < 0.001:
        return "< 0.001" if value > 0 else "> -0.001"
    return figure(value, 3)


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}" if value < 10 else f"{value:,.1f}"


def line(row: Row) -> str:
    """A row on a screen."""
    name, solver, *figures, note = cells(row)
    said = " ".join(f"{text:>{width}}" for text, width in zip(figures, WIDTHS, strict=True))
    return f"{name[:22]:<22} {solver[:26]:<26} {said}  {note}".rstrip()


def heading() -> str:
    """The line above the rows on a screen."""
    name, solver, *others, _ = HEADS
    said = " ".join(f"{text:>{width}}" for text, width in zip(others, WIDTHS, strict=True))
    return f"{name:<22} {solver:<26} {said}"


def summary_lines(rows: Sequence[Row]) -> Iterator[str]:
    """What the rows say together, on a screen."""
    for one in overall(rows):
        yield (
            f"{one.solver}: {one.plans} of {one.instances} planned, {one.proved} proved; behind the best known "
            f"{percent(one.behind)} % on average, {percent(one.worst_behind)} % at worst; gap {percent(one.gap)} % "
            f"on average, {percent(one.worst_gap)} % at worst; {seconds(one.seconds)} s, {figure(one.peak_mb, 0)} MB"
        )
    for two in beside(rows):
        yield f"{two.instance}: {_ratios(two)}"


def _ratios(two: Beside) -> str:
    if two.fastest is None:
        said = "no peer has a plan as good"
    else:
        said = f"{times(two.ratio)} the seconds and {times(two.cpu_ratio)} the CPU of {two.fastest.solver}"
    said += "" if two.gap_ratio is None else f"; {times(two.gap_ratio)} the best peer's gap"
    return said + ("" if two.behind_ratio is None else f"; {times(two.behind_ratio)} as far behind as the best peer")


def times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f} ×" if ratio < 10 else f"{ratio:,.0f} ×"


# --- files --------------------------------------------------------------------------------------------------


def read(folder: Path) -> dict[str, Measurement]:
    """Read what was measured before; nothing where there is no file."""
    path = folder / f"{NAME}.json"
    if not path.is_file():
        return {}
    said = json.loads(path.read_text(encoding="utf-8"))
    return {part: Measurement.from_dict(part, own) for part, own in said["parts"].items()}


def write(folder: Path, parts: Mapping[str, Measurement]) -> list[Path]:
    """Write planning.md, planning.csv and planning.json; parts measured before and not in `parts` stay."""
    folder.mkdir(parents=True, exist_ok=True)
    every = read(folder) | dict(parts)
    order = sorted(every.values(), key=lambda one: (PARTS.index(one.part) if one.part in PARTS else 99, one.part))
    said = {"version": 1, "parts": {one.part: one.to_dict() for one in order}}
    texts = {
        "md": page(order), "csv": commas(order), "json": json.dumps(said, ensure_ascii=False, indent=1) + "\n",
    }  # fmt: skip
    paths = [folder / f"{NAME}.{ending}" for ending in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def commas(parts: Sequence[Measurement]) -> str:
    """Every row with its part, its day and its figures unrounded."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(Row)]
    writer.writerow(["day", "seed", "is_quick", *names, "behind", "gap"])
    for one in parts:
        for row in one.rows:
            own = [getattr(row, name) for name in names]
            writer.writerow([one.day, one.seed, int(one.is_quick), *own, row.behind, row.gap])
    return text.getvalue()


def page(parts: Sequence[Measurement]) -> str:
    """The page of tables."""
    lines = ["# Planning: ours and the peers", ""]
    lines += ["Written by `pairup bench planning --into FOLDER`. [How to read it](README.md)."]
    for one in parts:
        kind = "quick" if one.is_quick else "full"
        versions = ", ".join(f"{name} {number}" for name, number in one.versions.items())
        lines += ["", f"## {one.part.capitalize()}", ""]
        lines += [f"{one.day.isoformat()}, {kind} run, seed {one.seed}. {one.machine}. {versions}.", ""]
        lines += table(HEADS, [cells(row) for row in one.rows])
        if solvers := overall(one.rows):
            lines += ["", *table(OVERALL, [_overall_cells(solver) for solver in solvers])]
        if two := beside(one.rows):
            lines += ["", *table(BESIDE, [_beside_cells(pair) for pair in two])]
    return "\n".join(lines) + "\n"


OVERALL = (
    "solver", "instances", "planned", "proved", "behind %, mean", "behind %, worst", "gap %, mean", "gap %, worst",
    "s, mean", "MB, most",
)  # fmt: skip
BESIDE = ("instance", "fastest peer as good", "seconds, ours / its", "CPU, ours / its", "gap, ours / best peer's",
          "behind, ours / best peer's")  # fmt: skip


def _overall_cells(one: Overall) -> tuple[str, ...]:
    return (
        one.solver, str(one.instances), str(one.plans), str(one.proved), percent(one.behind),
        percent(one.worst_behind), percent(one.gap), percent(one.worst_gap), seconds(one.seconds),
        figure(one.peak_mb, 0),
    )  # fmt: skip


def _beside_cells(two: Beside) -> tuple[str, ...]:
    fastest = "none" if two.fastest is None else two.fastest.solver
    return (
        two.instance, fastest, times(two.ratio), times(two.cpu_ratio), times(two.gap_ratio), times(two.behind_ratio),
    )  # fmt: skip


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown; columns of words to the left, of figures to the right."""
    words = {"instance", "solver", "note", "fastest peer as good"}
    marks = ["---" if head in words else "---:" for head in heads]
    body = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return ["| " + " | ".join(row) + " |" for row in [list(heads), marks, *body]]
