"""The picture of a pairing's decades: one row of bars a measure over the same years, and its rounds above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import Frame, Margins, framed, table

#: part of a row that its tallest bar fills
_TALL = 0.78
_ROW = 46  # pixels


@dataclass(frozen=True, slots=True)
class Lane:
    """A measure by year: its name, its largest value in words, its colour. Each row is drawn to its own largest."""

    name: str
    most: str
    by_year: Mapping[int, float]
    colour: str


@dataclass(frozen=True, slots=True)
class Term:
    """A round as it ran: its name, its first year and the year in which it ended or will end."""

    name: str
    first: float
    last: float


def decades(lanes: Sequence[Lane], terms: Sequence[Term], rounds: str, frame: Frame) -> alt.LayerChart:
    """Draw rows of bars over years, rounds on top. Rows are not to one scale: each says its largest value."""
    years = [year for lane in lanes for year in lane.by_year] + [int(term.first) for term in terms]
    first, last = min(years), max([*years, *(int(term.last) for term in terms)]) + 1
    count = len(lanes) + bool(terms)
    x_axis = alt.Axis(title=None, format="d", grid=True, tickMinStep=1, tickCount=8)
    x = alt.X("year:Q", scale=alt.Scale(domain=[first, last], nice=False), axis=x_axis)
    y = alt.Y("low:Q", scale=alt.Scale(domain=[0, count], nice=False), axis=None)
    layers = []
    names = [] if not terms else [{"low": count - 1 + _TALL / 2, "name": rounds, "most": "", "year": first}]
    for at, lane in enumerate(lanes):
        base = len(lanes) - 1 - at
        top = max(lane.by_year.values(), default=0) or 1
        rows = [
            {"year": year + 0.12, "until": year + 0.88, "low": base, "high": base + _TALL * max(value, 0) / top}
            for year, value in lane.by_year.items()
        ]
        names.append({"low": base + _TALL / 2, "name": lane.name, "most": lane.most, "year": first})
        if rows:
            bars = table(rows).mark_rect(color=lane.colour)
            layers.append(bars.encode(x=x, x2="until:Q", y=y, y2="high:Q"))
    if terms:
        base = count - 1
        spans: list[dict[str, Any]] = [
            {"year": term.first, "until": term.last, "low": base + 0.15, "high": base + 0.65, "name": term.name,
             "middle": (term.first + term.last) / 2}
            for term in terms
        ]  # fmt: skip
        bands = table(spans).mark_rect(color=palette.PLEDGED, stroke=palette.PAPER, strokeWidth=1.5)
        layers.append(bands.encode(x=x, x2="until:Q", y=y, y2="high:Q"))
        text = [{"year": row["middle"], "low": base + 0.4, "name": row["name"]} for row in spans]
        layers.append(table(text).mark_text(baseline="middle", fontSize=10).encode(x=x, y=y, text="name:N"))
    left = table(names).mark_text(align="right", baseline="bottom")
    layers.append(left.encode(x=alt.value(-10), y=y, text="name:N"))
    small = table(names).mark_text(align="right", baseline="top", color=palette.MUTED, fontSize=10)
    layers.append(small.encode(x=alt.value(-10), y=y, text="most:N"))
    return framed(layers, frame, height=_ROW * count, margins=Margins(left=150, bottom=40, right=16))
