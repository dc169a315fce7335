"""Altitude over the hours of a journey, with the place and the height of each night beside its mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import WIDTH, Frame, Margins, framed, table
from pairup.reports.labels import Label, Spot, place_labels

_MARGINS = Margins(left=58, right=40, bottom=48)
_ACROSS, _DOWN = WIDTH - _MARGINS.left - _MARGINS.right, 280
_LEADING = 13
_KEPT_CLEAR = 12  # pixels between the points of the line that labels keep off


@dataclass(frozen=True, slots=True)
class Step:
    """A point of the profile; `night` names the place where the night is spent, None elsewhere."""

    hours: float
    altitude_m: int
    night: str | None = None


def altitude_profile(steps: Sequence[Step], axis_title: str, frame: Frame, metre: str = " m") -> alt.LayerChart:
    """Draw altitude over the hours of a journey, with a mark where each night is spent.

    Labels keep off each other and off the line; nights that follow each other in one place share one. `metre` is
    what stands behind a night's altitude.
    """
    ground = _Ground(steps)
    x = alt.X("hours:Q", axis=alt.Axis(title=axis_title, grid=False, tickCount=8, format="d"), scale=ground.hours)
    axis = alt.Axis(title=None, tickCount=5, domain=False, ticks=False, format=",d")
    y = alt.Y("altitude:Q", scale=ground.altitudes, axis=axis)
    rows = [{"hours": step.hours, "altitude": step.altitude_m} for step in steps]
    nights = [row for row, step in zip(rows, steps, strict=True) if step.night is not None]
    line = table(rows).mark_line(strokeWidth=2.2, color=palette.PAID, interpolate="linear").encode(x=x, y=y)
    dots = table(nights).mark_point(filled=True, size=70, color=palette.PLAN, opacity=1).encode(x=x, y=y)
    spots = [*_named(steps, ground, metre), *_along(steps, ground)]
    labels = place_labels(spots, width=_ACROSS, height=_DOWN)
    layers = [line, *_leaders(spots, labels, ground, x, y), dots, *_texts(labels, ground, x, y)]
    return framed(layers, frame, height=_DOWN, margins=_MARGINS)


class _Ground:
    """Where hours and metres lie in the picture, in pixels from its left and its top."""

    def __init__(self, steps: Sequence[Step]) -> None:
        low, high = min(s.altitude_m for s in steps), max(s.altitude_m for s in steps)
        self.low, self.high = (low - 200) // 500 * 500, -(-(high + 200) // 500) * 500
        self.first, last = min(s.hours for s in steps), max(s.hours for s in steps)
        self.long = (last - self.first) or 1.0
        self.hours = alt.Scale(domain=[self.first, self.first + self.long], nice=False)
        self.altitudes = alt.Scale(domain=[self.low, self.high], nice=False)

    def pixel(self, hours: float, altitude: float) -> tuple[float, float]:
        return (
            (hours - self.first) / self.long * _ACROSS,
            (self.high - altitude) / (self.high - self.low) * _DOWN,
        )

    def at(self, x: float, y: float) -> dict[str, Any]:
        return {
            "hours": round(self.first + x / _ACROSS * self.long, 4),
            "altitude": round(self.high - y / _DOWN * (self.high - self.low), 2),
        }


def _named(steps: Sequence[Step], ground: _Ground, metre: str) -> list[Spot]:
    found: list[Spot] = []
    before: tuple[str, int] | None = None
    for k, step in enumerate(steps):
        if step.night is None:
            continue
        here = step.night, step.altitude_m
        lines = tuple(line for line in (step.night, f"{step.altitude_m:,}{metre}") if line)
        found.append(Spot(f"{k}", *ground.pixel(step.hours, step.altitude_m), 5.0, lines if here != before else ()))
        before = here
    return found


def _along(steps: Sequence[Step], ground: _Ground) -> list[Spot]:
    """The line itself, as points without a name: they only take room."""
    found: list[Spot] = []
    for one, other in pairwise(steps):
        (x, y), (to_x, to_y) = (ground.pixel(step.hours, step.altitude_m) for step in (one, other))
        parts = max(1, round(max(abs(to_x - x), abs(to_y - y)) / _KEPT_CLEAR))
        found += [Spot("", x + (to_x - x) * k / parts, y + (to_y - y) * k / parts, 3.0, ()) for k in range(parts)]
    return found


def _leaders(spots: Sequence[Spot], labels: Sequence[Label], ground: _Ground, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A thin line from a mark to a label that stands away from it."""
    where = {spot.key: spot for spot in spots}
    rows = []
    for label in labels:
        if label.leader is not None:
            end = ground.at(*label.leader)
            start = ground.at(where[label.key].x, where[label.key].y)
            rows.append({**start, "hours2": end["hours"], "altitude2": end["altitude"]})
    if not rows:
        return []
    mark = table(rows).mark_rule(color=palette.MUTED, strokeWidth=0.7)
    return [mark.encode(x=x, y=y, x2="hours2:Q", y2="altitude2:Q")]


def _texts(labels: Sequence[Label], ground: _Ground, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Names and heights, each with a rim in the colour of the ground first."""
    drawn: list[alt.Chart] = []
    for align in ("left", "right", "center"):
        rows = [
            {**ground.at(label.x, label.y + _LEADING * k), "text": line}
            for label in labels if label.align == align for k, line in enumerate(label.lines)
        ]  # fmt: skip
        if rows:
            shape: dict[str, Any] = {"align": align, "baseline": "middle"}
            rim: dict[str, Any] = {**shape, "color": palette.PAPER, "stroke": palette.PAPER, "strokeWidth": 4}
            marks = [table(rows).mark_text(**rim, strokeJoin="round"), table(rows).mark_text(**shape)]
            drawn += [mark.encode(x=x, y=y, text="text:N") for mark in marks]
    return drawn
