"""Pictures of evaluations: effects by time, paths with placebos, weights on a map, doubts, power, and the claims wall.

Each takes typed values in one language and reads nothing. What is told by colour is told by shape, dash or a number as
well, so that a page printed in grey says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt

from pairup.reports import palette
from pairup.reports.alone import write_alone
from pairup.reports.evaluation_facts import EffectPoint, PathPoint, SensitivityPoint, WeightPoint
from pairup.reports.figures import Frame, Margins, framed, table
from pairup.reports.maps import MapPoint, MapWords, point_map
from pairup.values.words import Words, say

Pair = tuple[float, float]


def words_of(name: str, language: str) -> str:
    """Say an entry of the catalogue as bare text, for inside a picture."""
    return say(f"evaluations.{name}", language)


def _in(uom: str, name: str, language: str) -> str:
    """The title of an axis, with the unit of what is counted where it is known."""
    return say(f"evaluations.{name}-in", language, uom=uom) if uom else words_of(name, language)


# --- effects by time ----------------------------------------------------------------------------------------


def event_study(
    points: Sequence[EffectPoint], frame: Frame, language: str = "en", *, uom: str = ""
) -> alt.LayerChart:  # fmt: skip
    """Draw effects by event time: dots before the start are hollow; thick lines are intervals, thin ones bands."""
    first, second, band, interval = (words_of(f"figure-{name}", language) for name in ("before", "after", "band", "ci"))
    rows = [{"time": p.time, "value": p.value, "side": second if p.time >= 0 else first} for p in points]
    x_axis = alt.Axis(title=words_of("axis-event-time", language), format="d", grid=False, tickMinStep=1)
    x = alt.X("time:Q", axis=x_axis, scale=alt.Scale(nice=False, padding=18))
    axis = alt.Axis(title=_in(uom, "axis-effect", language), tickCount=6, domain=False)
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(padding=12))
    layers = [_zero(axis), _start(x)]
    kinds = alt.Scale(domain=[interval, band], range=[palette.PAID, palette.PLEDGED])
    for name, field, wide in ((band, "band", 1.4), (interval, "interval", 3.4)):
        spans = [
            {"time": p.time, "low": pair[0], "high": pair[1], "kind": name}
            for p in points if (pair := getattr(p, field)) is not None
        ]  # fmt: skip
        if spans:
            rule = table(spans).mark_rule(strokeWidth=wide)
            layers.append(rule.encode(
                x=x, y=alt.Y("low:Q", axis=axis), y2="high:Q", color=alt.Color("kind:N", title=None, scale=kinds)
            ))  # fmt: skip
    sides = alt.Scale(domain=[first, second], range=[palette.PAPER, palette.PLAN])
    dots = table(rows).mark_point(size=64, opacity=1, stroke=palette.PLAN, filled=True, strokeWidth=1.6)
    legend = alt.Legend(symbolStrokeColor=palette.PLAN, symbolStrokeWidth=1.6)
    layers.append(dots.encode(x=x, y=y, fill=alt.Fill("side:N", title=None, scale=sides, legend=legend)))
    return framed(layers, frame, height=280, margins=Margins(left=76, right=20, bottom=92))


def _zero(axis: alt.Axis) -> alt.Chart:
    """The line of no effect."""
    drawn: alt.Chart = (
        table([{"at": 0.0}]).mark_rule(color=palette.INK, strokeWidth=1).encode(y=alt.Y("at:Q", axis=axis))
    )
    return drawn


def _start(x: alt.X) -> alt.Chart:
    """The line at which the help begins, halfway before the first period with it."""
    mark = table([{"time": -0.5}]).mark_rule(color=palette.MUTED, strokeDash=[4, 4])
    drawn: alt.Chart = mark.encode(x=x)
    return drawn


# --- paths --------------------------------------------------------------------------------------------------


def paths(
    points: Sequence[PathPoint], start: int, frame: Frame, language: str = "en", *, uom: str = ""
) -> alt.LayerChart:  # fmt: skip
    """Draw what happened (whole line) and what would have without the help (dashed); `start` is the place of the first
    period with help."""
    names = [words_of(f"figure-{name}", language) for name in ("observed", "without")]
    rows = [
        {"at": at, "value": value, "name": name}
        for at, p in enumerate(points) for name, value in zip(names, (p.observed, p.without), strict=True)
    ]  # fmt: skip
    x = _places([p.label for p in points])
    axis = alt.Axis(title=uom or None, tickCount=5, domain=False)
    y = alt.Y("value:Q", axis=axis, scale=alt.Scale(zero=False, padding=10))
    colour = alt.Color("name:N", title=None, scale=alt.Scale(domain=names, range=[palette.PLAN, palette.PAID]),
                       legend=alt.Legend(symbolType="stroke", symbolStrokeWidth=2.2, symbolSize=300))  # fmt: skip
    dash = alt.StrokeDash("name:N", title=None, scale=alt.Scale(domain=names, range=[[1, 0], [6, 4]]))
    line = table(rows).mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour, strokeDash=dash)
    return framed([_begin(x, start), line], frame, height=240, margins=Margins(left=76, right=24, bottom=76))


def _places(labels: Sequence[str]) -> alt.X:
    """An axis of periods, labelled as they are written, not more than ten of them."""
    step = -(-len(labels) // 10)
    expression = f"{list(labels)}[datum.value]"
    axis = alt.Axis(
        values=list(range(0, len(labels), step)), labelExpr=expression, title=None, grid=False, labelAngle=0
    )
    return alt.X("at:Q", axis=axis, scale=alt.Scale(domain=[0, max(len(labels) - 1, 1)], nice=False))


def _begin(x: alt.X, start: int) -> alt.Chart:
    mark = table([{"at": start - 0.5}]).mark_rule(color=palette.MUTED, strokeDash=[4, 4])
    drawn: alt.Chart = mark.encode(x=x)
    return drawn


def gaps(
    labels: Sequence[str], treated: Sequence[float], placebos: Sequence[Sequence[float]], start: int, frame: Frame,
    language: str = "en", *, uom: str = "",
) -> alt.LayerChart:  # fmt: skip
    """Draw the gap to the synthetic control: of the place helped (thick) and of every place that was not (thin)."""
    names = [words_of(f"figure-{name}", language) for name in ("helped", "placebo")]
    x = _places(labels)
    axis = alt.Axis(title=_in(uom, "axis-gap", language), tickCount=5, domain=False)
    y = alt.Y("value:Q", axis=axis)
    scale = alt.Scale(domain=names, range=[palette.PLAN, palette.MUTED])
    legend = alt.Legend(symbolType="stroke", symbolStrokeWidth=2.2, symbolSize=300)
    colour = alt.Color("name:N", title=None, scale=scale, legend=legend)
    others = [
        {"at": at, "value": value, "unit": unit, "name": names[1]}
        for unit, path in enumerate(placebos) for at, value in enumerate(path)
    ]  # fmt: skip
    own = [{"at": at, "value": value, "name": names[0]} for at, value in enumerate(treated)]
    thin = table(others).mark_line(strokeWidth=0.7, opacity=0.55).encode(x=x, y=y, color=colour, detail="unit:N")
    thick = table(own).mark_line(strokeWidth=3).encode(x=x, y=y, color=colour)
    layers = [_zero(axis), _begin(x, start), *([thin] if others else []), thick]
    return framed(layers, frame, height=240, margins=Margins(left=76, right=24, bottom=76))


# --- weights ------------------------------------------------------------------------------------------------


def weights_map(
    points: Sequence[WeightPoint], classes: tuple[str, ...], frame: Frame, language: str = "en"
) -> alt.LayerChart:  # fmt: skip
    """Draw what the comparison is made of: size and number are weights, colour is altitude; the diamond is helped."""
    drawn = [
        MapPoint(
            p.key, p.longitude, p.latitude, p.altitude_m, None if p.weight is None else round(100 * p.weight),
            (p.name(language), *(() if p.weight is None else (f"{100 * p.weight:.0f} %",))), is_donor=p.weight is None,
        )
        for p in points if p.weight is None or p.weight >= 0.005
    ]  # fmt: skip
    titles = MapWords(words_of("axis-altitude", language), classes, words_of("axis-weight", language))
    return point_map(drawn, titles, frame)


# --- doubt and power ----------------------------------------------------------------------------------------


def sensitivity(
    points: Sequence[SensitivityPoint], broken: float | None, frame: Frame, language: str = "en", *, uom: str = ""
) -> alt.LayerChart:
    """Draw how the interval widens as more is allowed; the dashed line is at `broken`, where it first holds nothing."""
    rows = [{"bend": p.bend, "low": p.interval[0], "high": p.interval[1]} for p in sorted(points, key=lambda p: p.bend)]
    x = alt.X("bend:Q", axis=alt.Axis(title=words_of("axis-bend", language), tickCount=8, grid=False),
              scale=alt.Scale(nice=False))  # fmt: skip
    axis = alt.Axis(title=_in(uom, "axis-effect", language), tickCount=6, domain=False)
    band = table(rows).mark_area(color=palette.PLEDGED, opacity=0.45).encode(
        x=x, y=alt.Y("low:Q", axis=axis), y2="high:Q"
    )  # fmt: skip
    edges = [
        table(rows).mark_line(color=palette.PAID, strokeWidth=2, point=alt.OverlayMarkDef(color=palette.PAID, size=30))
        .encode(x=x, y=alt.Y(f"{end}:Q", axis=axis)) for end in ("low", "high")
    ]  # fmt: skip
    layers = [band, _zero(axis), *edges]
    if broken is not None:
        layers.append(table([{"bend": broken}]).mark_rule(color=palette.PLAN, strokeDash=[6, 4]).encode(x=x))
        text = table([{"bend": broken, "said": f"{words_of('figure-breakdown', language)} {broken:.3g}"}])
        layers.append(
            text.mark_text(align="left", dx=6, color=palette.PLAN).encode(x=x, y=alt.value(10), text="said:N")
        )
    return framed(layers, frame, height=260, margins=Margins(left=76, right=30, bottom=52))


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """The chance to detect an effect of a size."""

    effect: float
    chance: float


def power_curve(
    points: Sequence[PowerPoint], frame: Frame, language: str = "en", *, claimed: Pair | None = None,
    detectable: float | None = None,
) -> alt.LayerChart:  # fmt: skip
    """Draw the chance to detect an effect over its size, the line of 80 %, and the band that is claimed."""
    rows = [{"effect": p.effect, "chance": p.chance} for p in sorted(points, key=lambda p: p.effect)]
    x = alt.X("effect:Q", axis=alt.Axis(title=words_of("axis-true-effect", language), tickCount=8, grid=False),
              scale=alt.Scale(nice=False))  # fmt: skip
    axis = alt.Axis(title=words_of("axis-chance", language), format="%", tickCount=5, domain=False)
    scale = alt.Scale(domain=[0, 1], nice=False)
    y = alt.Y("chance:Q", axis=axis, scale=scale)
    layers = []
    if claimed is not None:
        span = table([{"effect": claimed[0], "until": claimed[1]}]).mark_rect(color=palette.GRID, opacity=0.8)
        layers.append(span.encode(x=x, x2="until:Q"))
        said = table([{"effect": claimed[0], "said": words_of("figure-claimed", language)}])
        layers.append(
            said.mark_text(align="left", dx=5, color=palette.MUTED).encode(x=x, y=alt.value(12), text="said:N")
        )
    line80 = table([{"chance": 0.8}]).mark_rule(color=palette.MUTED, strokeDash=[4, 4]).encode(y=y)
    dots = alt.OverlayMarkDef(color=palette.PAID, size=34)
    curve = table(rows).mark_line(color=palette.PAID, strokeWidth=2.4, point=dots).encode(x=x, y=y)
    layers += [line80, curve]
    if detectable is not None:
        here = table([{"effect": detectable, "chance": 0.8, "said": f"{detectable:.3g}"}])
        layers.append(here.mark_point(shape="diamond", filled=True, size=110, color=palette.PLAN).encode(x=x, y=y))
        layers.append(here.mark_text(dy=-14, color=palette.PLAN).encode(x=x, y=y, text="said:N"))
    return framed(layers, frame, height=260, margins=Margins(left=70, right=30, bottom=52))


def write_power(told: Mapping[str, Any], path: Path, language: str = "en", *, claimed: Pair | None = None) -> None:
    """Write the picture of a power curve (what `pairup power --json` prints) as SVG, HTML page or PNG.

    Takes `effects`, each with `effect` and `chance`, and `smallest_detectable`, None where no effect is detected.
    """
    points = [PowerPoint(one["effect"], one["chance"]) for one in told["effects"]]
    least = told.get("smallest_detectable")
    title = words_of("power-title", language)
    chart = power_curve(points, Frame(title), language, claimed=claimed, detectable=least)
    facts = {
        "count": len(points), "low": f"{100 * min(p.chance for p in points):.0f}",
        "high": f"{100 * max(p.chance for p in points):.0f}", "least": "–" if least is None else f"{least:.3g}",
    }  # fmt: skip
    write_alone(
        chart.to_dict(validate=False), path, name="power", title=title,
        alt=Words("evaluations.power-alt", facts).say(language), language=language,
    )  # fmt: skip


# --- the claims wall ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WallCell:
    """So many claims of a class under a verdict, both as they are named in the language."""

    claim_class: str
    verdict: str
    claims: int


def claims_wall(
    cells: Sequence[WallCell], classes: Sequence[str], verdicts: Sequence[str], frame: Frame
) -> alt.LayerChart:  # fmt: skip
    """Draw how many claims of each class stand under each verdict: verdicts down, classes across, numbers inside."""
    rows: list[dict[str, Any]] = [
        {"class": cell.claim_class, "verdict": cell.verdict, "claims": cell.claims} for cell in cells if cell.claims
    ]
    most = max((cell.claims for cell in cells), default=1)
    steps = sorted({max(1, round(most * share)) for share in (0.05, 0.15, 0.4, 0.8)})
    x = alt.X("class:N", scale=alt.Scale(domain=list(classes), paddingInner=0.06),
              axis=alt.Axis(orient="top", labelAngle=0, title=None, domain=False, ticks=False, labelColor=palette.INK,
                            labelLimit=200))  # fmt: skip
    y = alt.Y("verdict:N", scale=alt.Scale(domain=list(verdicts), paddingInner=0.08),
              axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=300, labelColor=palette.INK))  # fmt: skip
    shades = alt.Scale(type="threshold", domain=steps, range=list(palette.AMOUNT[: len(steps) + 1]))
    every = [{"class": one, "verdict": verdict} for one in classes for verdict in verdicts]
    ground = table(every).mark_rect(fill="transparent", stroke=palette.GRID, strokeWidth=1).encode(x=x, y=y)
    tiles = table(rows).mark_rect(stroke=palette.GRID).encode(x=x, y=y, color=alt.Color(
        "claims:Q", scale=shades, legend=None))  # fmt: skip
    dark = steps[2] if len(steps) > 2 else most + 1  # the two darkest shades; on the others ink is read better
    ink = alt.condition(f"datum.claims >= {dark}", alt.value(palette.PAPER), alt.value(palette.INK))
    numbers = table(rows).mark_text(fontSize=13, fontWeight="bold").encode(x=x, y=y, text="claims:Q", color=ink)
    return framed(
        [ground, tiles, numbers], frame, height=27 * len(verdicts), margins=Margins(left=310, top=60, bottom=16)
    )
