"""Totals of the record, one definition each, computed from its rows as of a day and as known by a day.

`total` gives figures, `rows_of` the rows under them; both go through `reports.totals.counted`, so the rows of a figure
add up to it. Nothing here is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pairup.errors import InputError
from pairup.reports.totals import (
    Counted,
    Definition,
    Figure,
    Measure,
    Part,
    add_up,
    counted,
    definition,
    in_units,
)
from pairup.services.rows import text
from pairup.services.totals import due, money, observed, things
from pairup.services.totals.asked import Asked, require_askable
from pairup.services.totals.ground import Ground
from pairup.services.totals.rates import Rates


@dataclass(frozen=True, slots=True)
class Answer:
    """A total as of a day: its figures, and where it was converted, the same in the currencies recorded."""

    of: Definition
    asked: Asked
    figures: tuple[Figure, ...]
    originals: tuple[Figure, ...] = ()

    @property
    def split(self) -> tuple[str, ...]:
        """The names of what the key of a figure holds."""
        return _split(self.of, self.asked)

    @property
    def one(self) -> Figure:
        """The one figure there is. Nothing recorded is no figure, and two currencies are two."""
        if not self.figures:
            raise InputError(
                f"Nothing is recorded of {self.of.name} as of {self.asked.on}.",
                hint="That is not the same as zero. Ask for another day, programme or place.",
                code="totals.not-recorded", name=self.of.name, day=str(self.asked.on),
            )  # fmt: skip
        if len(self.figures) > 1:
            raise InputError(
                f"{self.of.name} has {len(self.figures)} figures here; they are not one number.",
                hint="Limit it with where, or convert into one currency.",
                code="totals.several", name=self.of.name, count=len(self.figures),
            )  # fmt: skip
        return self.figures[0]

    def at(self, *key: str, uom: str = "") -> Figure | None:
        """The figure of a key; None where nothing is recorded of it."""
        return next((f for f in self.figures if f.key == key and (not uom or f.uom == uom)), None)


def total(
    name: str, *, on: date, known_by: date | None = None, programme: str | None = None, by: Iterable[str] = (),
    where: Mapping[str, str] | None = None, first: date | None = None, after: date | None = None,
    into: str | None = None, ground: Ground | None = None,
) -> Answer:  # fmt: skip
    """Compute a total of the record.

    Parameters
    ----------
    by, where : keys of the total to split by and to limit to; a place holds everything in it.
    first, after : the days counted, the second of them out.
    into : convert money into this currency by the dated rates of the record; refused where one is missing.
    ground : who and where, if it was read before for the same `known_by`.

    Refuses a total that is not registered and a key it does not have. Where nothing is recorded there is no figure.
    """
    asked = Asked(on, known_by, programme, tuple(by), dict(where or {}), first, after, into)
    of, parts = _asked_for(name, asked, ground, listed=False)
    if into is None:
        return Answer(of, asked, tuple(add_up(of, counted(parts, _split(of, asked)))))
    recorded = list(parts)
    rates = Rates(into, on=on, known_by=known_by)
    converted = [rates.convert(part) for part in recorded]
    return Answer(
        of, asked, tuple(add_up(of, counted(converted, _split(of, asked)))),
        tuple(add_up(of, counted(recorded, _split(of, asked)))),
    )  # fmt: skip


def rows_of(
    name: str, *, on: date, known_by: date | None = None, programme: str | None = None, by: Iterable[str] = (),
    where: Mapping[str, str] | None = None, first: date | None = None, after: date | None = None,
    into: str | None = None, ground: Ground | None = None,
) -> list[Counted]:  # fmt: skip
    """Give the rows under a total, each with what it counts and why, in order of the figures they fall into."""
    asked = Asked(on, known_by, programme, tuple(by), dict(where or {}), first, after, into)
    of, parts = _asked_for(name, asked, ground, listed=True)
    if into is not None:
        rates = Rates(into, on=on, known_by=known_by)
        parts = (rates.convert(part) for part in list(parts))
    return sorted(counted(parts, _split(of, asked)), key=lambda row: (row.key, row.uom))


def _split(of: Definition, asked: Asked) -> tuple[str, ...]:
    """What figures are kept apart by: classes of evidence always are."""
    apart = ("class",) if of.measure is Measure.VALUES and "class" not in asked.by else ()
    return (*asked.by, *apart)


def _asked_for(
    name: str, asked: Asked, ground: Ground | None, *, listed: bool
) -> tuple[Definition, Iterator[Part] | Iterable[Part]]:
    of = definition(name)
    require_askable(of, asked)
    if "programme" in asked.where:
        asked = replace(asked, programme=asked.where["programme"])
    where = ground or Ground(asked.known_by)
    return of, _parts(of, asked, where, listed)


def _parts(of: Definition, asked: Asked, ground: Ground, listed: bool) -> Iterator[Part]:
    """Read the parts of a total: the one place that says which rows a definition stands for."""
    if of.name in money.KINDS:
        return money.money_parts(of, asked, ground, listed=listed)
    if of.name in ("people_posted", "postings"):
        return things.posting_parts(of, asked, ground)
    if of.name in ("pairings", "donors", "counties_paired"):
        return things.held_parts(of, asked, ground)
    read = {
        "money_due": due.due_parts, "money_executed": money.works_parts, "money_planned": money.envelope_parts,
        "project_cost": things.cost_parts, "projects": things.project_parts, "seats_asked": things.seat_parts,
        "needs": things.need_parts, "observed": observed.observed_parts,
    }  # fmt: skip
    return read[of.name](asked, ground)


def figures_table(answer: Answer) -> list[list[str]]:
    """Figures as a table of text, the names of its columns first."""
    lines = [[*answer.split, "value", "high", "uom", "rows", "is_synthetic"]]
    for figure in answer.figures:
        high = in_units(answer.of, figure.high, figure.uom) if figure.is_range else None
        lines.append([*figure.key, *_cells(figure.amount, high, figure.uom, figure.rows, figure.is_synthetic)])
    return lines


def rows_table(of: Definition, rows: Sequence[Counted], split: Sequence[str]) -> list[list[str]]:
    """Rows under figures as a table of text: what each counts, in the figure of which keys, and why."""
    shown = list(dict.fromkeys(name for row in rows for name in row.part.shown))
    heads = [f"of_{name}" for name in split]
    keys = [name for name in of.by if name not in split]
    lines = [[*heads, "table", "code", "counts", "uom", "why", *keys, *shown, "is_synthetic"]]
    for row in rows:
        part = row.part
        lines.append([
            *row.key, part.table, part.code, *_cells(in_units(of, row.counts, row.uom), row.uom),
            row.why.say() if row.why else "", *(part.keys.get(name, "") for name in keys),
            *(part.shown.get(name, "") for name in shown), *_cells(part.is_synthetic),
        ])  # fmt: skip
    return lines


def _cells(*values: object) -> list[str]:
    return [text(value) for value in values]


def to_dict(answer: Answer, rows: Sequence[Counted] = ()) -> dict[str, Any]:
    """Give the answer as JSON carries it: definition, figures and, where asked for, the rows."""
    of, asked = answer.of, answer.asked

    def told(figure: Figure) -> dict[str, Any]:
        high = {"high": str(in_units(of, figure.high, figure.uom))} if figure.is_range else {}
        return {
            "key": dict(zip(answer.split, figure.key, strict=True)), "value": str(figure.amount), **high,
            "uom": figure.uom, "rows": figure.rows, "is_synthetic": figure.is_synthetic,
        }  # fmt: skip

    return {
        "total": of.name, "title": of.title.to_dict(), "definition": of.says.to_dict(),
        "hierarchy": of.hierarchy_words.to_dict(), "currency": of.currency_words.to_dict(),
        "class": of.claim_class.value if of.claim_class else None, "on": str(asked.on),
        "known_by": str(asked.known_by) if asked.known_by else None, "programme": asked.programme,
        "figures": [told(figure) for figure in answer.figures],
        "as_recorded": [told(figure) for figure in answer.originals],
        "rows": [
            {
                "table": row.part.table, "code": row.part.code, "key": dict(zip(answer.split, row.key, strict=True)),
                "counts": str(in_units(of, row.counts, row.uom)), "uom": row.uom,
                "why": row.why.to_dict() if row.why else None, **row.part.shown,
            }
            for row in rows
        ],
    }  # fmt: skip
