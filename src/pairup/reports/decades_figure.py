"""The picture of a pairing's decades: rounds, money five ways, projects, results and voices over one line of years.

Lanes stand under each other in one frame, each placed by its own pixels, so that all share the years and nothing
depends on the fonts of the machine that draws it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import Frame, Margins, framed, table

_LEFT, _RIGHT = 158, 22
_ROW, _BARS, _GAP = 20, 34, 16
COLOURS = {
    "due": palette.DUE, "pledged": palette.PLEDGED, "paid": palette.PAID, "executed": palette.EXECUTED,
    "audited": palette.AUDITED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """A round: its name, its days as decimal years, and how many people it says."""

    name: str
    start: float
    end: float
    people: str


@dataclass(frozen=True, slots=True)
class Bars:
    """One number a year under a name; `most` is how its highest is written. Heights are shares of the group's top."""

    name: str
    colour: str
    heights: Mapping[int, float]
    most: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Years, as decimals, in which something was measured or said, under a name."""

    name: str
    years: Sequence[float]


@dataclass(frozen=True, slots=True)
class Decades:
    """Everything on the line, from the first year to the last."""

    first: int
    last: int
    terms: Sequence[Term] = ()
    bars: Sequence[Bars] = ()
    marks: Sequence[Marks] = ()


def decimal_year(day: date) -> float:
    """Give a day as a decimal year."""
    return round(day.year + (day.timetuple().tm_yday - 1) / 366, 3)


def _ticks(of: Decades) -> list[int]:
    """Whole years, some ten of them: half years would be written as whole ones."""
    return list(range(of.first, of.last + 2, max(1, -(-(of.last + 1 - of.first) // 10))))


def decades(of: Decades, frame: Frame) -> alt.LayerChart:
    """Draw rounds on top, then a lane for each row of bars, then marks. What there is nothing of has no lane."""
    height = _height(of)
    x_scale = alt.Scale(domain=[of.first, of.last + 1], nice=False)
    x = alt.X("start:Q", scale=x_scale, axis=alt.Axis(format="d", title=None, values=_ticks(of)))
    y = alt.Y("top:Q", scale=alt.Scale(domain=[height, 0], nice=False, zero=False), axis=None)
    rects, texts, dots = _lanes(of)
    layers = [
        table([row for row in rects if row["colour"] == colour])
        .mark_rect(color=colour, cornerRadius=1).encode(x=x, x2="end:Q", y=y, y2="bottom:Q")
        for colour in dict.fromkeys(row["colour"] for row in rects)
    ]  # fmt: skip
    if dots:
        layers.append(table(dots).mark_point(filled=True, size=44, opacity=0.75, color=palette.INK).encode(x=x, y=y))
    for align, dx in (("left", 5), ("right", -5)):
        beside = [row for row in texts if row["align"] == align]
        if beside:
            mark = table(beside).mark_text(align=align, dx=dx, baseline="middle")  # type: ignore[arg-type]
            layers.append(mark.encode(x=x, y=y, text="text:N"))
    names = [row for row in texts if row["align"] == "name"]
    mark = table(names).mark_text(align="left", baseline="middle", limit=_LEFT - 10)
    layers.append(mark.encode(x=alt.value(2 - _LEFT), y=y, text="text:N"))
    return framed(layers, frame, height=height, margins=Margins(left=_LEFT, right=_RIGHT, bottom=34))


def _height(of: Decades) -> int:
    parts = [_ROW * len(of.terms), (_BARS + _GAP) * len(of.bars) - _GAP if of.bars else 0, _ROW * len(of.marks)]
    shown = [part for part in parts if part > 0]
    return sum(shown) + _GAP * max(0, len(shown) - 1) + 4


def _lanes(of: Decades) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Place every bar, text and dot: years across, pixels down."""
    rects: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    dots: list[dict[str, Any]] = []
    top = 0.0
    for term in of.terms:
        start, end = max(term.start, of.first), min(term.end, of.last + 1)
        rects.append({"start": start, "end": end, "top": top + 3, "bottom": top + _ROW - 3, "colour": palette.PLEDGED})
        texts.append(_name(term.name, top + _ROW / 2))
        is_late = end > of.last - (of.last - of.first) / 6
        at = {"start": start if is_late else end, "align": "right" if is_late else "left"}
        texts.append({"text": term.people, "top": top + _ROW / 2, **at})
        top += _ROW
    top += _GAP if of.terms else 0
    for lane in of.bars:
        floor = top + _BARS
        rects += [
            {"start": year + 0.12, "end": year + 0.88, "top": floor - _BARS * share, "bottom": floor,
             "colour": lane.colour}
            for year, share in sorted(lane.heights.items()) if of.first <= year <= of.last
        ]  # fmt: skip
        texts += [_name(lane.name, floor - _BARS * 0.68), _name(lane.most, floor - _BARS * 0.22)]
        rects.append({"start": of.first, "end": of.last + 1, "top": floor, "bottom": floor + 1, "colour": palette.GRID})
        top = floor + _GAP
    for marks in of.marks:
        dots += [{"start": year, "top": top + _ROW / 2} for year in marks.years if of.first <= year <= of.last + 1]
        texts.append(_name(marks.name, top + _ROW / 2))
        top += _ROW
    return rects, texts, dots


def _name(text: str, top: float) -> dict[str, Any]:
    return {"text": text, "top": top, "start": 0, "align": "name"}
