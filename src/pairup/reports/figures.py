"""The pictures. Each function takes typed values, in one language, and returns an Altair chart; none reads a record.

Text stays text in the SVG and the margins are fixed, so that a machine without Chinese fonts builds the same file
as one that has them. Where the rows are synthetic, the stamp stands inside the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair as alt

from pairup.reports import palette

FONTS = (
    "'Noto Sans', 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'Source Han Sans SC', "
    "'PingFang SC', 'Microsoft YaHei', 'Noto Serif Tibetan', Kailasa, 'Microsoft Himalaya', sans-serif"
)
WIDTH = 760  # of every picture, margins included


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a picture: the heading above it (its unit) and the stamp, if its rows are synthetic."""

    heading: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Margins:
    left: int = 44
    top: int = 34
    right: int = 14
    bottom: int = 44


def table(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    """Start a chart from rows."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def framed(layers: Sequence[alt.Chart], frame: Frame, *, height: int, margins: Margins) -> alt.LayerChart:
    """Put layers in one frame of fixed size, with heading and stamp."""
    width = WIDTH - margins.left - margins.right
    if not frame.heading and not frame.stamp:
        margins = replace(margins, top=max(margins.top - 20, 10))
    words = [
        _corner(frame.heading, -margins.left + 2, "left", palette.MUTED, "normal", margins),
        _corner(frame.stamp, width, "right", palette.PLAN, "bold", margins),
    ]
    chart = alt.layer(*layers, *(layer for layer in words if layer is not None), width=width, height=height)
    done: alt.LayerChart = chart.properties(
        padding={"left": margins.left, "top": margins.top, "right": margins.right, "bottom": margins.bottom},
        autosize=alt.AutoSizeParams(type="none"),
        background="transparent",
    ).configure(
        font=FONTS,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=palette.MUTED, titleColor=palette.MUTED, gridColor=palette.GRID, domainColor=palette.MUTED,
            tickColor=palette.MUTED, labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelPadding=5,
        ),
        legend=alt.LegendConfig(
            labelColor=palette.INK, titleColor=palette.MUTED, labelFontSize=11, titleFontSize=11, labelLimit=260,
            titleFontWeight="normal", orient="bottom", direction="horizontal", titleOrient="left", offset=26,
        ),
        text=alt.MarkConfig(fontSize=11, color=palette.INK),
    )  # fmt: skip
    return done


def _corner(text: str, x: int, align: Any, colour: str, weight: Any, margins: Margins) -> alt.Chart | None:
    if not text:
        return None
    mark = table([{}]).mark_text(align=align, baseline="middle", color=colour, fontWeight=weight, fontSize=12)
    corner: alt.Chart = mark.encode(text=alt.value(text), x=alt.value(x), y=alt.value(-margins.top + 12))
    return corner


# --- money --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of one kind in one year, in the unit of the picture. `kind` is the name of a `Kind`."""

    year: int
    kind: str
    amount: float


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of money: its name in the language, its colour and how its line is dashed."""

    name: str
    colour: str
    dash: tuple[int, ...] = (1, 0)


def money_by_year(amounts: Sequence[Amount], kinds: Sequence[Kind], frame: Frame) -> alt.LayerChart:
    """Draw amounts over years, one line a kind."""
    rows = [{"year": a.year, "kind": a.kind, "amount": a.amount} for a in amounts]
    names = [kind.name for kind in kinds]
    x = alt.X(
        "year:Q",
        axis=alt.Axis(format="d", title=None, grid=False, tickMinStep=1),
        scale=alt.Scale(nice=False, padding=6),
    )
    y = alt.Y("amount:Q", axis=alt.Axis(title=None, tickCount=5, domain=False, ticks=False))
    legend = alt.Legend(symbolType="stroke", symbolStrokeWidth=2.2)
    scale = alt.Scale(domain=names, range=[kind.colour for kind in kinds])
    colour = alt.Color("kind:N", title=None, scale=scale, legend=legend)
    dash = alt.StrokeDash(
        "kind:N", title=None, scale=alt.Scale(domain=names, range=[list(kind.dash) for kind in kinds])
    )
    lines = table(rows).mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour, strokeDash=dash)
    dots = table(rows).mark_point(filled=True, size=22, opacity=1).encode(x=x, y=y, color=colour)
    return framed([lines, dots], frame, height=260, margins=Margins(left=58, bottom=66))


@dataclass(frozen=True, slots=True)
class GridCell:
    row: str
    year: int
    amount: float


def money_grid(cells: Sequence[GridCell], rows: Sequence[str], steps: Sequence[float], frame: Frame) -> alt.LayerChart:
    """Draw a grid of amounts: one row a pairing, in the order given, one column a year. A blank cell has no rows."""
    values = [{"row": c.row, "year": str(c.year), "amount": c.amount} for c in cells]
    years = [str(year) for year in range(min(c.year for c in cells), max(c.year for c in cells) + 1)]
    shown = [year for year in years if int(year) % (5 if len(years) > 12 else 1) == 0]
    grid = table(values).mark_rect(stroke=palette.GRID, strokeWidth=0.5).encode(
        x=alt.X("year:O", scale=alt.Scale(domain=years, paddingInner=0.08),
                axis=alt.Axis(values=shown, labelAngle=0, title=None, domain=False, ticks=False)),
        y=alt.Y("row:N", scale=alt.Scale(domain=list(rows), paddingInner=0.12),
                axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=262, labelColor=palette.INK)),
        color=alt.Color("amount:Q", scale=alt.Scale(type="threshold", domain=list(steps), range=list(palette.AMOUNT)),
                        legend=alt.Legend(title=None, gradientLength=300)),
    )  # fmt: skip
    return framed([grid], frame, height=16 * len(rows), margins=Margins(left=276, bottom=86))


# --- rounds -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A round in time. Years as decimals, e.g. 2016.5."""

    name: str
    start: float
    end: float
    people: str
    is_planned: bool = False


def rounds_over_time(bars: Sequence[Bar], frame: Frame) -> alt.LayerChart:
    """Draw each round from its first day to its last; where bars overlap, people handed over on the spot."""
    rows = [{"name": b.name, "start": b.start, "end": b.end, "people": b.people, "planned": b.is_planned} for b in bars]
    y = alt.Y("name:N", sort=None, scale=alt.Scale(domain=[b.name for b in bars], padding=0.25),
              axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=190, labelColor=palette.INK))  # fmt: skip
    x = alt.X("start:Q", scale=alt.Scale(nice=True, zero=False), axis=alt.Axis(format="d", title=None, tickMinStep=1))
    fill = alt.condition("datum.planned", alt.value(palette.PLAN), alt.value(palette.PAID))
    bar = table(rows).mark_bar(cornerRadius=2).encode(x=x, x2="end:Q", y=y, color=fill)
    text = table(rows).mark_text(align="left", dx=6, baseline="middle").encode(x="end:Q", y=y, text="people:N")
    return framed([bar, text], frame, height=24 * len(bars), margins=Margins(left=170, right=70, bottom=32))


# --- plans --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """Points of one weight for one person."""

    name: str
    who: str
    points: int


def worth_by_part(parts: Sequence[Part], who: Sequence[str], frame: Frame) -> alt.LayerChart:
    """Draw the points of the chosen person beside those of the runner-up, weight by weight."""
    rows = [{"name": p.name, "who": p.who, "points": p.points} for p in parts]
    names = list(dict.fromkeys(p.name for p in parts))
    y = alt.Y("name:N", scale=alt.Scale(domain=names, paddingInner=0.3),
              axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=190, labelColor=palette.INK))  # fmt: skip
    beside = alt.YOffset("who:N", scale=alt.Scale(domain=list(who)))
    x = alt.X("points:Q", axis=alt.Axis(title=None, tickMinStep=1, tickCount=6))
    colour = alt.Color("who:N", title=None, scale=alt.Scale(domain=list(who), range=[palette.PAID, palette.PLEDGED]))
    bar = table(rows).mark_bar(cornerRadiusEnd=2).encode(y=y, yOffset=beside, x=x, color=colour)
    text = (
        table(rows)
        .mark_text(align="left", dx=4, baseline="middle")
        .encode(y=y, yOffset=beside, x=x, text=alt.Text("points:Q", format=","))
    )
    return framed([bar, text], frame, height=44 * len(names), margins=Margins(left=200, right=40, bottom=64))


@dataclass(frozen=True, slots=True)
class Floor:
    name: str
    required: float
    reached: float


def floors_reached(floors: Sequence[Floor], names: tuple[str, str], frame: Frame) -> alt.LayerChart:
    """Draw each share that was reached as a bar and the share asked for as a line across it. `names` are of the two."""
    rows = [{"name": f.name, "required": f.required, "reached": f.reached} for f in floors]
    y = alt.Y("name:N", scale=alt.Scale(domain=[f.name for f in floors], padding=0.35),
              axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=230, labelColor=palette.INK))  # fmt: skip
    axis = alt.Axis(format="%", title=None, tickCount=5)
    x = alt.X("reached:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
    kinds = alt.Scale(domain=list(names), range=[palette.PAID, palette.PLAN])
    bar = (
        table([r | {"kind": names[0]} for r in rows])
        .mark_bar()
        .encode(x=x, y=y, color=alt.Color("kind:N", title=None, scale=kinds))
    )
    tick = (
        table([r | {"kind": names[1]} for r in rows])
        .mark_tick(thickness=5, size=32, opacity=1)
        .encode(x=alt.X("required:Q", axis=axis), y=y, color=alt.Color("kind:N", title=None, scale=kinds))
    )
    return framed([bar, tick], frame, height=46 * len(floors), margins=Margins(left=240, right=26, bottom=64))


@dataclass(frozen=True, slots=True)
class YearUse:
    year: int
    limit: float
    used: float


def envelopes_by_year(years: Sequence[YearUse], names: tuple[str, str], frame: Frame) -> alt.LayerChart:
    """Draw what each year's envelopes allow, and within it what the portfolio uses. `names` are of limit and use."""
    rows = [{"year": str(y.year), "limit": y.limit, "used": y.used} for y in years]
    kinds = alt.Color("kind:N", title=None, scale=alt.Scale(domain=list(names), range=[palette.PLEDGED, palette.PAID]))
    x = alt.X(
        "year:O",
        axis=alt.Axis(labelAngle=0, title=None, ticks=False),
        scale=alt.Scale(paddingInner=0.45, paddingOuter=0.3),
    )
    axis = alt.Axis(title=None, tickCount=5, domain=False, ticks=False)
    limit = (
        table([r | {"kind": names[0]} for r in rows]).mark_bar().encode(x=x, y=alt.Y("limit:Q", axis=axis), color=kinds)
    )
    used = (
        table([r | {"kind": names[1]} for r in rows])
        .mark_bar(size=40)
        .encode(x=x, y=alt.Y("used:Q", axis=axis), color=kinds)
    )
    return framed([limit, used], frame, height=240, margins=Margins(left=58, bottom=66))


# --- repair -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """A point of the curve of a repair: people who move, and points lost against planning from zero."""

    moves: int
    points: float
    is_proved: bool = True


def moves(curve: Sequence[Moved], titles: tuple[str, str], frame: Frame) -> alt.LayerChart:
    """Draw points lost over people moved, as steps; a point that is found and not proved is hollow.

    `titles` name the axes: people who move, points lost.
    """
    rows = [{"moves": step.moves, "points": step.points, "proved": step.is_proved} for step in curve]
    most = max((step.moves for step in curve), default=0)
    x = alt.X(
        "moves:Q",
        axis=alt.Axis(title=titles[0], grid=False, values=list(range(0, most + 1, 1 + most // 10)), format="d"),
        scale=alt.Scale(nice=False, padding=14),
    )
    y = alt.Y("points:Q", axis=alt.Axis(title=titles[1], tickCount=5, domain=False), scale=alt.Scale(zero=True))
    line = table(rows).mark_line(strokeWidth=2.2, color=palette.PAID, interpolate="step-after").encode(x=x, y=y)
    fill = alt.condition("datum.proved", alt.value(palette.PAID), alt.value(palette.PAPER))
    dots = table(rows).mark_point(size=60, opacity=1, stroke=palette.PAID).encode(x=x, y=y, fill=fill)
    return framed([line, dots], frame, height=240, margins=Margins(left=66, bottom=52))
