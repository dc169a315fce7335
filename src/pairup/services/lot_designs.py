"""The lottery is the design: from a draw, the files by which an evaluation is registered before the outcome is seen.

What lots decided is compared as they were drawn: method `randomised` with `assignment = "lottery"` and the strata of
the draw. Written are the design, its registration (hash and day), who begins when, and a panel with the years to come
left empty, to be filled in.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.evaluation.design import AssignedBy, Design, Inference, InferenceKind, Known, Method, Window
from pairup.evaluation.panel import Panel
from pairup.planning.portfolio.lottery import Lottery
from pairup.services.learning import WAIT, Question, strata_of, year_of
from pairup.values.words import Words

#: the column of the panel that names the stratum of a place
STRATUM = "stratum"
REPETITIONS = 9_999
FILES = ("design.toml", "registration.toml", "assignment.csv", "panel.csv")


@dataclass(frozen=True, slots=True)
class LotDesign:
    """A design, and of each place in the lottery its stratum and the first period of help (None: none by lot)."""

    design: Design
    day: date
    until: int
    starts: Mapping[str, int | None]
    strata: Mapping[str, str]

    def facts(self) -> dict[str, Any]:
        """What the journal keeps."""
        return {
            "design_sha256": self.design.sha256, "until": self.until,
            "assignment": {unit: [self.strata[unit], start] for unit, start in sorted(self.starts.items())},
        }  # fmt: skip

    def words(self, folder: Path) -> Words:
        """Say what was drawn, and what to do next."""
        return Words("learning.written", {
            "units": len(self.starts), "strata": len(set(self.strata.values())), "sha": self.design.sha256[:12],
            "folder": str(folder),
        })  # fmt: skip

    def write(self, folder: Path, panel: Panel) -> list[Path]:
        """Write the files of `FILES` into a folder; those of the same name are written over."""
        folder.mkdir(parents=True, exist_ok=True)
        head = f'design_sha256 = "{self.design.sha256}"\nday = {self.day.isoformat()}\n'
        texts = {
            "design.toml": as_toml(self.design.to_dict()),
            "registration.toml": head + "\n" + as_toml({"design": self.design.to_dict()}),
            "assignment.csv": _lines(
                ("unit", "treated_from", STRATUM),
                [(unit, start, self.strata[unit]) for unit, start in sorted(self.starts.items())],
            ),
            "panel.csv": _lines(("unit", "period", "outcome", "treated_from", STRATUM), self._rows(panel)),
        }
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        return [folder / name for name in texts]

    def _rows(self, panel: Panel) -> list[tuple[Any, ...]]:
        """The panel of the past of the places in the lottery, and the years to come without outcomes."""
        last = int(panel.periods.values[-1])
        rows: list[tuple[Any, ...]] = []
        for unit in sorted(self.starts):
            own = self.starts[unit], self.strata[unit]
            past = panel.outcomes[panel.units.index(unit)]
            rows += [(unit, panel.periods.label(at), repr(float(past[at])), *own) for at in range(len(past))]
            rows += [(unit, str(year), None, *own) for year in range(last + 1, self.until + 1)]
        return rows


def lot_design(found: Lottery, panel: Panel, question: Question, *, day: date) -> LotDesign:
    """Make the design of a draw. Refuses a draw that tells no places apart.

    A stratum that fell all one way shows nothing; its places stay out, as they would in any draw that ended so.
    """
    drawn = frozenset(found.drawn)
    strata = [one for one in strata_of(found, question, drawn=drawn) if 0 < one.first < len(one.units)]
    if not strata:
        raise InputError(
            "These lots tell no places apart.", hint="Let them lose a larger share, or ask pairup what-we-learn.",
            code="learning.no-strata",
        )  # fmt: skip
    place_of = {project.id: str(project.place) for project in found.plan.problem.projects}
    begin = {
        place_of[item.project]: year_of(item.way) + question.lag
        for pair in found.groups for item in pair if item in drawn
    }  # fmt: skip
    named = {unit: f"{one.early}-{k:03d}" for k, one in enumerate(strata, 1) for unit in one.units}
    starts = {unit: begin.get(unit) for unit in named}
    last = max(start for start in starts.values() if start is not None)
    until = question.until or last + WAIT
    # a stratum whose later half begins after the end is compared with it as with places that never begin
    starts = {unit: None if start is None or start > until else start for unit, start in starts.items()}
    design = Design(
        Method.RANDOMISED, strata=STRATUM, window=Window(int(panel.periods.values[0]), until), level=question.level,
        inference=Inference(InferenceKind.RANDOMISATION, REPETITIONS),
        plan=Known(assignment=AssignedBy.LOTTERY, chosen_on_outcome=False),
    )  # fmt: skip
    return LotDesign(design, day, until, starts, named)


def as_toml(said: Mapping[str, Any], table: str = "") -> str:
    """Write keys, then tables; values are those of JSON but null, which TOML has not."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in said.items() if not isinstance(value, Mapping)]
    lines = [*([f"[{table}]"] if table and plain else []), *plain]
    text = "\n".join(lines) + ("\n" if lines else "")
    for key, value in said.items():
        if isinstance(value, Mapping):
            text += ("\n" if text else "") + as_toml(value, f"{table}.{key}" if table else key)
    return text


def _lines(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
