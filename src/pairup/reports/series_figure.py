"""Picture of an indicator: one line a place over time, those helped since some day apart from those that were not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import Frame, Margins, framed, table

#: years that are named below
_YEARS = 9


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A value of a place and period; `kind` is the name of the group the place belongs to."""

    place: str
    day: date
    value: float
    kind: str


def series(points: Sequence[SeriesPoint], kinds: Sequence[str], frame: Frame) -> alt.LayerChart:
    """Draw thin lines place by place, coloured by group, and a thick line of each group's median.

    No place is named or ranked in the picture: what one place did stands in the table.
    """
    rows = [{"place": p.place, "day": p.day.isoformat(), "value": p.value, "kind": p.kind} for p in points]
    x = alt.X("day:T", axis=_days(points))
    y = alt.Y("value:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=None, tickCount=5, domain=False, ticks=False))
    colours = [palette.PAID, palette.EXECUTED, palette.MUTED][: len(kinds)]
    colour = alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=list(kinds), range=colours),
        legend=alt.Legend(symbolType="stroke", symbolStrokeWidth=2.2),
    )  # fmt: skip
    thin = table(rows).mark_line(strokeWidth=0.8, opacity=0.4).encode(x=x, y=y, color=colour, detail="place:N")
    thick = table(_medians(points)).mark_line(strokeWidth=2.6).encode(x=x, y=y, color=colour)
    return framed([thin, thick], frame, height=270, margins=Margins(left=58, bottom=66))


def _days(points: Sequence[SeriesPoint]) -> alt.Axis:
    """Name each year once, of many only some; of less than two years the months."""
    first, last = min(p.day for p in points).year, max(p.day for p in points).year
    if first == last:
        return alt.Axis(title=None, grid=False, format="%Y-%m", tickCount=6)
    step = -(-(last - first + 1) // _YEARS)
    years = [alt.DateTime(year=year) for year in range(first, last + 1, step)]
    return alt.Axis(title=None, grid=False, format="%Y", values=years)


def _medians(points: Sequence[SeriesPoint]) -> list[dict[str, str | float]]:
    groups: dict[tuple[str, date], list[float]] = {}
    for point in points:
        groups.setdefault((point.kind, point.day), []).append(point.value)
    return [
        {"kind": kind, "day": day.isoformat(), "value": median(values)}
        for (kind, day), values in sorted(groups.items())
    ]
