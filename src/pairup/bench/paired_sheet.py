"""Rows of ours and peers measured in turn, as people and programs read them: a screen, a page, commas, JSON.

Each part keeps the day, the machine and the versions it was measured with: a part measured anew replaces its own
rows and leaves those of the others.
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

from pairup.bench.machine import Machine
from pairup.bench.paired import Timing, Versus, versus
from pairup.bench.sheet import figure, seconds, times

HEADS = ("instance", "solver", "answer", "s", "CPU s", "CPU s, most", "MB", "of these columns", "goes", "note")
WIDTHS = (14, 9, 9, 11, 7, 16, 4)
BESIDE = ("instance", "peer", "its CPU / ours", "its seconds / ours", "answers apart", "at least", "kept")
CAPS = ("instance", "solver", "s", "at most", "CPU s", "at most CPU s", "MB", "at most MB", "kept")


@dataclass(frozen=True, slots=True)
class Paired:
    """The rows of one part, and where and with what they were measured."""

    part: str
    day: date
    machine: Machine
    versions: Mapping[str, str]
    seed: int
    is_quick: bool
    rows: tuple[Timing, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat(), "machine": asdict(self.machine), "versions": dict(self.versions),
            "seed": self.seed, "is_quick": self.is_quick, "rows": [asdict(row) for row in self.rows],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, part: str, said: Mapping[str, Any]) -> Paired:
        rows = tuple(Timing(**row) for row in said["rows"])
        day, machine = date.fromisoformat(said["day"]), Machine(**said["machine"])
        return cls(part, day, machine, said["versions"], said["seed"], said["is_quick"], rows)


def cells(row: Timing) -> tuple[str, ...]:
    """The cells of a row under `HEADS`; what is not known is a dash."""
    answer = "–" if row.figure is None else f"{row.figure:.8g}"
    return (
        row.instance, row.solver, answer, seconds(row.seconds), seconds(row.cpu), seconds(row.cpu_most),
        figure(row.peak_mb, 0), figure(row.held_mb, 0), str(row.runs), row.note,
    )  # fmt: skip


def line(row: Timing) -> str:
    """A row on a screen."""
    name, solver, *numbers, note = cells(row)
    said = " ".join(f"{text:>{width}}" for text, width in zip(numbers, WIDTHS, strict=True))
    return f"{name[:30]:<30} {solver[:26]:<26} {said}  {note}".rstrip()


def heading() -> str:
    """The line above the rows on a screen."""
    name, solver, *others, _ = HEADS
    said = " ".join(f"{text:>{width}}" for text, width in zip(others, WIDTHS, strict=True))
    return f"{name:<30} {solver:<26} {said}"


def summary_lines(rows: Sequence[Timing]) -> Iterator[str]:
    """What the rows say together, on a screen."""
    for two in versus(rows):
        instance, peer, cpu, wall, apart, least, kept = _beside_cells(two)
        said = f"{instance}: {peer} takes {cpu} our CPU and {wall} our seconds; answers {apart} apart"
        yield said if least == "–" else f"{said}; at least {least}: {kept}"
    for row in filter(_is_capped, rows):
        instance, solver, took, most, cpu, most_cpu, memory, most_memory, kept = _cap_cells(row)
        said = f"{took} s (at most {most}), {cpu} CPU s (at most {most_cpu}), {memory} MB (at most {most_memory})"
        yield f"{instance}: {solver} {said}: {kept}"


# --- files --------------------------------------------------------------------------------------------------


def read(folder: Path, name: str) -> dict[str, Paired]:
    """Read what was measured before; nothing where there is no file."""
    path = folder / f"{name}.json"
    if not path.is_file():
        return {}
    said = json.loads(path.read_text(encoding="utf-8"))
    return {part: Paired.from_dict(part, own) for part, own in said["parts"].items()}


def write(folder: Path, parts: Mapping[str, Paired], name: str) -> list[Path]:
    """Write NAME.md, NAME.csv and NAME.json; parts measured before and not in `parts` stay."""
    folder.mkdir(parents=True, exist_ok=True)
    every = read(folder, name) | dict(parts)
    order = [every[part] for part in sorted(every)]
    said = {"version": 1, "parts": {one.part: one.to_dict() for one in order}}
    texts = {
        "md": page(order, name), "csv": commas(order),
        "json": json.dumps(said, ensure_ascii=False, indent=1) + "\n",
    }  # fmt: skip
    paths = [folder / f"{name}.{ending}" for ending in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def commas(parts: Sequence[Paired]) -> str:
    """Every row with its part, its day and its figures unrounded."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(Timing)]
    writer.writerow(["day", "seed", "is_quick", *names])
    for one in parts:
        for row in one.rows:
            writer.writerow([one.day, one.seed, int(one.is_quick), *(getattr(row, name) for name in names)])
    return text.getvalue()


def page(parts: Sequence[Paired], name: str) -> str:
    """The page of tables."""
    lines = [f"# {name.capitalize()}: ours and the peers", ""]
    lines += [f"Written by `pairup bench {name} --into FOLDER`. [How to read it](README.md#ours-and-peers-in-turn)."]
    for one in parts:
        kind = "quick" if one.is_quick else "full"
        versions = ", ".join(f"{package} {number}" for package, number in one.versions.items())
        lines += ["", f"## {one.part.replace('_', ' ').capitalize()}", ""]
        lines += [f"{one.day.isoformat()}, {kind} run, seed {one.seed}. {one.machine}. {versions}.", ""]
        lines += _table(HEADS, [cells(row) for row in one.rows])
        if two := versus(one.rows):
            lines += ["", *_table(BESIDE, [_beside_cells(pair) for pair in two])]
        if capped := list(filter(_is_capped, one.rows)):
            lines += ["", *_table(CAPS, [_cap_cells(row) for row in capped])]
    return "\n".join(lines) + "\n"


def _beside_cells(two: Versus) -> tuple[str, ...]:
    least = "≥ " if two.is_least else ""
    apart = "–" if two.apart is None else f"{two.apart:.1e}"
    return (
        two.ours.instance, two.peer.solver, least + times(two.times), least + times(two.wall_times), apart,
        times(two.peer.must), _kept(two.is_kept),
    )  # fmt: skip


def _is_capped(row: Timing) -> bool:
    return any(most is not None for most in (row.most_seconds, row.most_cpu, row.most_mb))


def _cap_cells(row: Timing) -> tuple[str, ...]:
    caps = (row.seconds, row.most_seconds), (row.cpu, row.most_cpu), (row.peak_mb, row.most_mb)
    kept = [own <= most for own, most in caps if own is not None and most is not None]
    return (
        row.instance, row.solver, seconds(row.seconds), seconds(row.most_seconds), seconds(row.cpu),
        seconds(row.most_cpu), figure(row.peak_mb, 0), figure(row.most_mb, 0), _kept(all(kept) if kept else None),
    )  # fmt: skip


def _kept(is_kept: bool | None) -> str:
    return {True: "yes", False: "**no**", None: "–"}[is_kept]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    words = {"instance", "solver", "peer", "note", "kept"}
    marks = ["---" if head in words else "---:" for head in heads]
    body = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return ["| " + " | ".join(row) + " |" for row in [list(heads), marks, *body]]
