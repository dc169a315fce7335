"""The picture of a solve: the best plan and the lowest bound over the seconds, and the gap between them.

A solver tells a better plan or a lower bound when it has one, so both are steps. Between them lies everything the
best possible plan can be worth; where they meet, the plan is proved. What lies far off at the beginning (a first
bound ten times too high) is left outside the picture, which would else show nothing of the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import altair as alt

from pairup.planning.plan import Plan, Point, number
from pairup.reports import palette
from pairup.reports.alone import write_alone
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.values.words import Words

#: what is drawn lies within this part of the last value, or within so many times the last gap
NEAR, GAPS = 0.05, 4.0
#: what was left behind within this part of the time is not drawn
EARLY = 0.02


@dataclass(frozen=True, slots=True)
class SolveWords:
    """What stands in the picture: names of the two lines and the gap, and the title of the axis."""

    plan: str
    bound: str
    gap: str
    seconds: str


def course_of(plan: Plan[Any]) -> tuple[Point, ...]:
    """Give the points of a solve, with where it ended as the last; a solve that kept none has its end only."""
    last = Point(plan.run.seconds, plan.objective, plan.bound)
    before = [point for point in plan.run.trace if point.seconds <= last.seconds]
    return (*before, last)


def solve_over_time(points: Sequence[Point], words: SolveWords, frame: Frame) -> alt.LayerChart:
    """Draw the plan and the bound as steps over seconds, with the gap between them shaded."""
    low, high = _limits(points)
    end = max(points[-1].seconds, 1e-3)
    x = alt.X("seconds:Q", scale=alt.Scale(domain=[0, end], nice=False), axis=alt.Axis(
        title=words.seconds, grid=False, tickCount=8))  # fmt: skip
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    axis = alt.Axis(title=None, tickCount=5, domain=False, ticks=False)
    y = alt.Y("value:Q", scale=scale, axis=axis)
    names = [words.bound, words.plan]
    colour = alt.Color("name:N", title=None, scale=alt.Scale(domain=names, range=[palette.PLAN, palette.PAID]),
                       legend=alt.Legend(symbolType="stroke", symbolStrokeWidth=2.2))  # fmt: skip
    both = [_cut({"seconds": p.seconds, "low": p.objective, "high": p.bound}, low, high) for p in points
            if p.objective is not None and p.bound is not None]  # fmt: skip
    band = table(both).mark_area(interpolate="step-after", color=palette.GRID, opacity=1).encode(
        x=x, y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q"
    )  # fmt: skip
    lines = table(_steps(points, words, low, high))
    step = lines.mark_line(interpolate="step-after", strokeWidth=2.2).encode(x=x, y=y, color=colour)
    ends = _ends(points[-1], words, low, high)
    dot = table(ends).mark_point(filled=True, size=36, opacity=1).encode(x=x, y=y, color=colour)
    text = [table([row]).mark_text(align="left", dx=8, dy=row["dy"], baseline="middle").encode(
        x=x, y=y, text="said:N") for row in ends]  # fmt: skip
    return framed([band, step, dot, *text], frame, height=260, margins=Margins(left=72, right=110, bottom=86))


def _limits(points: Sequence[Point]) -> tuple[float, float]:
    """Give the lowest and highest value drawn: all there is, less what was left behind early or lies far away."""
    last = [value for value in (points[-1].objective, points[-1].bound) if value is not None]
    early = max((at for at, point in enumerate(points) if point.seconds <= EARLY * points[-1].seconds), default=0)
    values = last + [value for p in points[early:] for value in (p.objective, p.bound) if value is not None]
    if not values:
        return 0.0, 1.0
    final = last or values[-1:]
    room = max(NEAR * max(map(abs, final)), GAPS * (max(final) - min(final)), 1e-6)
    low, high = max(min(values), min(final) - room), min(max(values), max(final) + room)
    rim = max(0.06 * (high - low), 1e-3 * max(1.0, abs(high))) if high > low else max(1.0, abs(high)) * 0.05
    return low - rim, high + rim


def _cut(row: dict[str, Any], low: float, high: float) -> dict[str, Any]:
    """Keep the values of a row within the picture."""
    return {key: value if key == "seconds" else min(high, max(low, value)) for key, value in row.items()}


def _steps(points: Sequence[Point], words: SolveWords, low: float, high: float) -> list[dict[str, Any]]:
    rows = []
    for name, values in ((words.bound, [p.bound for p in points]), (words.plan, [p.objective for p in points])):
        known = [(p.seconds, value) for p, value in zip(points, values, strict=True) if value is not None]
        rows += [{"name": name, **_cut({"seconds": at, "value": value}, low, high)} for at, value in known]
    return rows


def _ends(last: Point, words: SolveWords, low: float, high: float) -> list[dict[str, Any]]:
    """The two last values with their figures, kept apart where they lie close together."""
    rows: list[dict[str, Any]] = [
        {"name": name, "seconds": last.seconds, "value": value, "said": number(value), "dy": 0}
        for name, value in ((words.bound, last.bound), (words.plan, last.objective)) if value is not None
    ]  # fmt: skip
    if len(rows) == 2 and abs(rows[0]["value"] - rows[1]["value"]) < 0.08 * (high - low):
        if rows[0]["said"] == rows[1]["said"]:
            return rows[1:]
        rows[0]["dy"], rows[1]["dy"] = -8, 8
    return rows


# --- from a plan to a file ----------------------------------------------------------------------------------


def told(plan: Plan[Any], language: str = "en") -> str:
    """Say in words what the picture shows, for who does not see it."""
    points = course_of(plan)
    first = next((p for p in points if p.objective is not None), None)
    facts = {"seconds": number(points[-1].seconds, 1), "verdict": plan.verdict()}
    if first is None or first is points[-1] or first.objective is None:
        return Words("bench.plot-end", facts).say(language)
    better = sum(a.objective not in (None, b.objective) for a, b in pairwise(points))
    return Words("bench.plot-course", facts | {
        "first": number(first.objective + 0.0), "at": number(first.seconds, 1), "better": better,
    }).say(language)  # fmt: skip


def draw_solve(plan: Plan[Any], language: str = "en") -> alt.LayerChart:
    """Draw the solve of a plan, in one language."""
    words = solve_words(language)
    heading = Words("bench.plot-heading", {"gap": words.gap}).say(language)
    return solve_over_time(course_of(plan), words, Frame(heading))


def solve_words(language: str) -> SolveWords:
    """The words of the picture, in one language."""
    return SolveWords(**{
        part: Words(f"bench.plot-{part}").say(language) for part in ("plan", "bound", "gap", "seconds")
    })  # fmt: skip


def write_solve(plan: Plan[Any], path: Path, language: str = "en") -> None:
    """Write the picture of a plan's solve as SVG, as an HTML page with its words, or as PNG."""
    write_alone(
        draw_solve(plan, language).to_dict(validate=False), path, name="solve",
        title=Words("bench.plot-title", {"kind": plan.kind}).say(language), alt=told(plan, language), language=language,
    )  # fmt: skip
