"""Maps of points: longitude across, latitude up, on a plain ground with a graticule.

No boundary of any kind comes with pairup. Outlines are drawn only where somebody who answers for them handed them in.

Both scales are straight, with a degree of latitude as long as a degree of longitude is at the middle of the map.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from pairup.reports import palette
from pairup.reports.figures import WIDTH, Frame, Margins, framed, table
from pairup.reports.labels import Label, Spot, place_labels

_MARGINS = Margins(left=44, top=34, right=14, bottom=84)
_WITH_SIZES = Margins(left=44, top=74, right=14, bottom=84)
_STEPS = (0.25, 0.5, 1, 2, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A place on the map. `lines` are its label, the first one bold; none for a point without a label.

    `size` is a count of people; None draws a small point. Without `altitude_m` it is hollow; a donor is a diamond.
    """

    key: str
    longitude: float
    latitude: float
    altitude_m: int | None = None
    size: int | None = None
    lines: tuple[str, ...] = ()
    is_donor: bool = False


@dataclass(frozen=True, slots=True)
class MapLine:
    """A pairing as a line between two points."""

    start: tuple[float, float]  # longitude, latitude
    finish: tuple[float, float]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class MapWords:
    """The words of the legend: altitude classes from low to high, their title, and the title of the sizes."""

    altitude: str
    classes: tuple[str, ...]
    people: str = ""


@dataclass(frozen=True, slots=True)
class _Ground:
    """The part of the earth that is shown, and its size in pixels."""

    west: float
    east: float
    south: float
    north: float
    width: int
    height: int

    @classmethod
    def around(cls, points: Sequence[tuple[float, float]]) -> _Ground:
        """Hold all points (longitude, latitude) with room for labels; never flatter or taller than reads well."""
        lons, lats = [p[0] for p in points], [p[1] for p in points]
        middle = math.cos(math.radians((min(lats) + max(lats)) / 2))
        wide = max((max(lons) - min(lons)) * 1.3, 1.0)
        tall = max((max(lats) - min(lats)) * 1.3, 0.6)
        wide = max(wide, tall / middle * 1.35)
        tall = max(tall, wide * middle * 0.5)
        width = WIDTH - _MARGINS.left - _MARGINS.right
        x, y = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
        height = round(width * tall / (wide * middle))
        return cls(x - wide / 2, x + wide / 2, y - tall / 2, y + tall / 2, width, height)

    def pixel(self, longitude: float, latitude: float) -> tuple[float, float]:
        x = (longitude - self.west) / (self.east - self.west) * self.width
        return x, (self.north - latitude) / (self.north - self.south) * self.height

    def axis(self, field: str, first: float, last: float, letters: str) -> dict[str, Any]:
        step = next((s for s in _STEPS if (last - first) / s <= 8), 30)
        ticks = [round(k * step, 2) for k in range(math.ceil(first / step), math.floor(last / step) + 1)]
        words = f"abs(datum.value) + '°' + (datum.value < 0 ? '{letters[1]}' : '{letters[0]}')"
        axis = alt.Axis(values=ticks, labelExpr=words, title=None, ticks=False, domain=False, grid=True)
        return {"shorthand": field, "scale": alt.Scale(domain=[first, last], nice=False, zero=False), "axis": axis}

    def encode(self, x: str = "lon:Q", y: str = "lat:Q") -> dict[str, Any]:
        return {
            "x": alt.X(**self.axis(x, self.west, self.east, "EW")),
            "y": alt.Y(**self.axis(y, self.south, self.north, "NS")),
        }


def point_map(
    points: Sequence[MapPoint], words: MapWords, frame: Frame, lines: Sequence[MapLine] = (),
    outlines: Sequence[Sequence[tuple[float, float]]] = (),
) -> alt.LayerChart:  # fmt: skip
    """Draw points with altitude as colour and people as size, and pairings as lines where they are given.

    Outlines are lines through longitudes and latitudes, drawn under everything as far as they lie on the map.
    """
    where = [(p.longitude, p.latitude) for p in points]
    ground = _Ground.around(where + [end for line in lines for end in (line.start, line.finish)])
    layers = [*_outlines(outlines, ground), *_lines(lines, ground), *_labels(points, ground)]
    layers += _points(points, words, ground)
    margins = _WITH_SIZES if any(p.size is not None for p in points) else _MARGINS
    return framed(layers, frame, height=ground.height, margins=margins)


def _outlines(outlines: Sequence[Sequence[tuple[float, float]]], ground: _Ground) -> list[alt.Chart]:
    rows = [
        {"lon": longitude, "lat": latitude, "at": at, "part": part}
        for part, outline in enumerate(outlines)
        for at, (longitude, latitude) in enumerate(outline)
    ]
    if not rows:
        return []
    mark = table(rows).mark_line(color=palette.MUTED, strokeWidth=0.6, opacity=0.7, clip=True)
    return [mark.encode(**ground.encode(), detail="part:N", order="at:Q")]


def _lines(lines: Sequence[MapLine], ground: _Ground) -> list[alt.Chart]:
    drawn = []
    for is_new, colour in ((False, palette.MUTED), (True, palette.PLAN)):
        rows = [
            {"lon": e.start[0], "lat": e.start[1], "lon2": e.finish[0], "lat2": e.finish[1]}
            for e in lines
            if e.is_new is is_new
        ]
        if rows:
            mark = table(rows).mark_rule(color=colour, opacity=0.55, strokeWidth=1.2)
            drawn.append(mark.encode(**ground.encode(), x2="lon2:Q", y2="lat2:Q"))
    return drawn


def _points(points: Sequence[MapPoint], words: MapWords, ground: _Ground) -> list[alt.Chart]:
    classes = alt.Scale(domain=list(words.classes), range=[colour for _, colour in palette.ALTITUDE])
    drawn = []
    sized = [p for p in points if p.size is not None and p.altitude_m is not None and not p.is_donor]
    plain = [p for p in points if p.size is None and p.altitude_m is not None and not p.is_donor]
    hollow = [p for p in points if p.altitude_m is None and not p.is_donor]
    donors = [p for p in points if p.is_donor]
    colour = alt.Color("class:N", title=words.altitude, scale=classes, legend=alt.Legend(columnPadding=0))
    if donors:
        mark = table([_row(p, words) for p in donors]).mark_point(shape="diamond", filled=True, size=40)
        drawn.append(mark.encode(**ground.encode(), color=alt.value(palette.PAID)))
    if hollow:
        mark = table([_row(p, words) for p in hollow]).mark_point(size=48, strokeWidth=1.2)
        drawn.append(mark.encode(**ground.encode(), stroke=alt.value(palette.INK)))
    if sized:
        top = max(p.size or 0 for p in sized)
        legend = alt.Legend(
            orient="top",
            offset=12,
            symbolFillColor="transparent",
            symbolStrokeColor=palette.INK,
            values=_round_sizes(top),
        )
        scale = alt.Scale(domain=[0, max(top, 1)], range=[40, 900])
        size = alt.Size("people:Q", title=words.people, scale=scale, legend=legend)
        mark = table([_row(p, words) for p in sized]).mark_point(
            filled=True, opacity=1, stroke=palette.INK, strokeWidth=0.8
        )
        drawn.append(mark.encode(**ground.encode(), color=colour, size=size))
    if plain:
        mark = table([_row(p, words) for p in plain]).mark_point(
            filled=True, size=48, opacity=1, stroke=palette.INK, strokeWidth=0.7
        )
        drawn.append(mark.encode(**ground.encode(), color=colour))
    return drawn


def _row(point: MapPoint, words: MapWords) -> dict[str, Any]:
    row: dict[str, Any] = {"lon": point.longitude, "lat": point.latitude, "people": point.size}
    if point.altitude_m is not None:
        at = [k for k, (first, _) in enumerate(palette.ALTITUDE) if k == 0 or point.altitude_m >= first]
        row["class"] = words.classes[at[-1]]
    return row


def _round_sizes(top: int) -> list[int]:
    """Choose two or three round numbers for the legend of sizes."""
    unit = 10 ** max(len(str(max(top, 1))) - 1, 0)
    large = top // unit * unit or 1
    return sorted({max(large // 5, 1), max(large // 2, 1), large})


def _radius(point: MapPoint, top: int) -> float:
    area = 48.0 if point.size is None else 40 + (900 - 40) * point.size / max(top, 1)
    return math.sqrt(area / math.pi)


def _labels(points: Sequence[MapPoint], ground: _Ground) -> list[alt.Chart]:
    top = max((p.size or 0 for p in points), default=0)
    spots = [Spot(p.key, *ground.pixel(p.longitude, p.latitude), _radius(p, top), p.lines) for p in points if p.lines]
    drawn = []
    labels = place_labels(spots, width=ground.width, height=ground.height)
    drawn += _leaders(spots, labels, ground)
    for align in ("left", "right", "center"):
        for is_first in (True, False):
            rows = [
                {"x": label.x, "y": label.y + 13 * k, "text": line}
                for label in labels
                if label.align == align
                for k, line in enumerate(label.lines)
                if (k == 0) is is_first
            ]
            if rows:
                here = [_at_pixel(row, ground) for row in rows]
                drawn += [_text(here, ground, align, is_first, colour) for colour in (palette.PAPER, None)]
    return drawn


def _leaders(spots: Sequence[Spot], labels: Sequence[Label], ground: _Ground) -> list[alt.Chart]:
    """Draw a thin line from a point to a label that stands away from it."""
    where = {spot.key: spot for spot in spots}
    rows = []
    for label in labels:
        if label.leader is not None:
            spot = where[label.key]
            start = _at_pixel({"x": spot.x, "y": spot.y, "text": ""}, ground)
            end = _at_pixel({"x": label.leader[0], "y": label.leader[1], "text": ""}, ground)
            rows.append({"lon": start["lon"], "lat": start["lat"], "lon2": end["lon"], "lat2": end["lat"]})
    if not rows:
        return []
    mark = table(rows).mark_rule(color=palette.MUTED, strokeWidth=0.7)
    return [mark.encode(**ground.encode(), x2="lon2:Q", y2="lat2:Q")]


def _text(rows: list[dict[str, Any]], ground: _Ground, align: Any, is_first: bool, rim: str | None) -> alt.Chart:
    """Write lines of labels; drawn first as a rim in the colour of the ground, then as text."""
    weight: Any = "bold" if is_first else "normal"
    start = table(rows)
    if rim:
        mark = start.mark_text(
            align=align, baseline="middle", fontWeight=weight, color=rim, stroke=rim, strokeWidth=3, strokeJoin="round"
        )
    else:
        ink = palette.INK if is_first else palette.MUTED
        mark = start.mark_text(align=align, baseline="middle", fontWeight=weight, color=ink)
    chart: alt.Chart = mark.encode(**ground.encode(), text="text:N")
    return chart


def _at_pixel(row: dict[str, Any], ground: _Ground) -> dict[str, Any]:
    lon = ground.west + row["x"] / ground.width * (ground.east - ground.west)
    lat = ground.north - row["y"] / ground.height * (ground.north - ground.south)
    return {"lon": round(lon, 4), "lat": round(lat, 4), "text": row["text"]}
