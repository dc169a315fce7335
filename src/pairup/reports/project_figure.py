"""Picture of a project's life: what was paid and the value of works, added up over time, beside its cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import Frame, Margins, framed, table


@dataclass(frozen=True, slots=True)
class Reached:
    """What a line had come to by a day, in the unit of the picture."""

    day: date
    line: str
    amount: float


def money_and_works(
    points: Sequence[Reached], lines: tuple[str, str], cost: tuple[str, float] | None, frame: Frame
) -> alt.LayerChart:
    """Draw two lines of steps, the first dashed; `cost` is a level to reach, with its name. Money ahead of works shows
    as the room between them.
    """
    rows: list[dict[str, Any]] = [{"day": p.day.isoformat(), "line": p.line, "amount": p.amount} for p in points]
    x = alt.X("day:T", axis=alt.Axis(title=None, grid=False, format="%Y-%m", tickCount=6))
    y = alt.Y("amount:Q", axis=alt.Axis(title=None, tickCount=5, domain=False, ticks=False))
    colour = alt.Color(
        "line:N", title=None, scale=alt.Scale(domain=list(lines), range=[palette.PAID, palette.EXECUTED]),
        legend=alt.Legend(symbolType="stroke", symbolStrokeWidth=2.2),
    )  # fmt: skip
    dash = alt.StrokeDash("line:N", title=None, scale=alt.Scale(domain=list(lines), range=[[6, 4], [1, 0]]))
    drawn = (
        table(rows).mark_line(strokeWidth=2.2, interpolate="step-after").encode(x=x, y=y, color=colour, strokeDash=dash)
    )
    dots = table(rows).mark_point(filled=True, size=26, opacity=1).encode(x=x, y=y, color=colour)
    layers = [drawn, dots]
    if cost is not None:
        level = table([{"amount": cost[1], "name": cost[0], "day": rows[0]["day"]}])
        layers.append(level.mark_rule(color=palette.MUTED, strokeDash=[2, 3]).encode(y=y))
        layers.append(level.mark_text(align="left", dy=-7, dx=2, color=palette.MUTED).encode(x=x, y=y, text="name:N"))
    return framed(layers, frame, height=230, margins=Margins(left=62, bottom=66, right=30))
