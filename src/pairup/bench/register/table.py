"""What was measured on the register, as rows, and the page that shows them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pairup.bench.machine import Machine

NAME = "register"


@dataclass(frozen=True, slots=True)
class Figure:
    """One door of the record on a register of some size: what it took, and what it was to keep.

    cpu : processor seconds; wall : seconds on the clock, which depend on what else the machine does. per_second : rows.
    peak_mb : the most memory of the process that did it. least, most_mb : what it was to reach, or to keep.
    """

    part: str
    rows: int
    wall: float
    cpu: float
    peak_mb: float
    note: str = ""
    least: float | None = None
    most_mb: float | None = None
    most_seconds: float | None = None

    @property
    def per_second(self) -> float:
        return self.rows / self.cpu if self.cpu else float(self.rows)

    @property
    def is_met(self) -> bool | None:
        """Whether what was to be reached was; None where nothing was said."""
        held = [
            held
            for asked, held in (
                (self.least, self.per_second >= (self.least or 0)),
                (self.most_mb, self.peak_mb <= (self.most_mb or 0)),
                (self.most_seconds, self.cpu <= (self.most_seconds or 0)),
            )
            if asked is not None
        ]
        return all(held) if held else None

    def target(self) -> str:
        """Say what was to be reached."""
        parts = [] if self.least is None else [f"≥ {self.least:,.0f} rows/s"]
        parts += [] if self.most_mb is None else [f"≤ {self.most_mb:,.0f} MB"]
        parts += [] if self.most_seconds is None else [f"≤ {self.most_seconds:g} s"]
        return ", ".join(parts)


class Kept:
    """Figures in a file beside what was measured, a line each; so a run of hours that was cut off goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self._figures = {one.part: one for one in (Figure(**json.loads(line)) for line in lines)}

    def get(self, part: str) -> Figure | None:
        """Give what was measured before, or None."""
        return self._figures.get(part)

    def add(self, figure: Figure) -> Figure:
        """Keep a figure at once, and give it back."""
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(figure), ensure_ascii=False) + "\n")
        self._figures[figure.part] = figure
        return figure


def line(figure: Figure) -> str:
    """Give a row for the screen."""
    met = {True: "met", False: "MISSED", None: ""}[figure.is_met]
    return (
        f"{figure.part:<28} {figure.rows:>10,} rows {figure.cpu:>8.1f} CPU s {figure.wall:>8.1f} s "
        f"{figure.per_second:>9,.0f} rows/s {figure.peak_mb:>6,.0f} MB  {figure.target()} {met} {figure.note}".rstrip()
    )


def write(folder: Path, figures: Sequence[Figure], machine: Machine, day: date, scale: float, seed: int) -> None:
    """Write register.md, .csv and .json; they replace those of an earlier run."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [asdict(one) | {"per_second": round(one.per_second), "is_met": one.is_met} for one in figures]
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    said = {"day": day.isoformat(), "machine": str(machine), "scale": scale, "seed": seed, "figures": rows}
    (folder / f"{NAME}.csv").write_text(out.getvalue(), encoding="utf-8")
    (folder / f"{NAME}.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / f"{NAME}.md").write_text(page(figures, machine, day, scale, seed), encoding="utf-8")


def page(figures: Sequence[Figure], machine: Machine, day: date, scale: float, seed: int) -> str:
    """Give the page."""
    head = f"""# A register of thirty years

`pairup bench register --scale {scale:g}` on {day.isoformat()}, seed {seed}; {machine}. At scale 1 there are 400
pairings, 300,000 projects, 3 million lines of money and 50,000 secondees with their posts. Rows a second are of
processor seconds; seconds on the clock depend on what else the machine does. Memory is of the whole process.

| What | Rows | CPU s | s | Rows/s | MB | To reach | Reached |
|---|---|---|---|---|---|---|---|
"""
    lines = [
        f"| {one.part}{': ' + one.note if one.note else ''} | {one.rows:,} | {one.cpu:,.1f} | {one.wall:,.1f} | "
        f"{one.per_second:,.0f} | {one.peak_mb:,.0f} | {one.target() or '–'} | "
        f"{ {True: 'yes', False: 'no', None: '–'}[one.is_met] } |\n"
        for one in figures
    ]
    return head + "".join(lines)
