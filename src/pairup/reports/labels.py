"""Where the labels of a map go, so that they do not cover each other. Plain greedy placement, the same every time."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """A point: pixels from the left and the top, its radius, its lines of text. Without lines it only takes room."""

    key: str
    x: float
    y: float
    radius: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """Where the text starts: `align` is left, right or center; `y` is the middle of the first line.

    `leader` is where a thin line from the point ends, for a label that stands away from it.
    """

    key: str
    x: float
    y: float
    align: str
    leader: tuple[float, float] | None = None


Box = tuple[float, float, float, float]  # left, top, right, bottom


def text_width(text: str, size: float) -> float:
    """Estimate the width of text in pixels; Chinese characters are as wide as they are high."""
    return sum(size if unicodedata.east_asian_width(char) in "WF" else size * 0.56 for char in text)


def place_labels(
    spots: Sequence[Spot], *, width: float, height: float, size: float = 11.0, leading: float = 13.0
) -> list[Label]:
    """Try the sides of each point, then places further off, and take the one that covers least at least distance."""
    taken: list[Box] = [(s.x - s.radius, s.y - s.radius, s.x + s.radius, s.y + s.radius) for s in spots]
    labels = []
    for spot in sorted((s for s in spots if s.lines), key=lambda s: (s.y, s.x, s.key)):
        wide = max(text_width(line, size) for line in spot.lines)
        tall = leading * len(spot.lines)
        tries = [_near(spot, align, dy, wide, tall, leading) for align, dy in _PLACES]
        tries += [_far(spot, side, out, dy * leading, wide, tall, leading) for side, out, dy in _FURTHER]
        costs = [_cost(box, taken, width, height) + far + 0.01 * rank for rank, (_, box, far) in enumerate(tries)]
        label, box, _ = tries[costs.index(min(costs))]
        taken.append(box)
        labels.append(label)
    return labels


# alignment, and where the block of text lies: -1 above, 0 level, 1 below
_PLACES = (
    ("left", 0), ("right", 0), ("center", 1), ("center", -1), ("left", 1), ("right", 1), ("left", -1), ("right", -1),
)  # fmt: skip
# alignment, pixels out to the side, lines up or down
_FURTHER = tuple(
    (side, out, dy)
    for out in (24, 60, 110, 160)
    for dy in (0, 2, -2, 4, -4, 6, -6, 9, -9)
    for side in ("left", "right")
)


def _near(spot: Spot, align: str, dy: int, wide: float, tall: float, leading: float) -> tuple[Label, Box, float]:
    gap = spot.radius + 4
    left = {"left": spot.x + gap, "right": spot.x - gap - wide, "center": spot.x - wide / 2}[align]
    if dy and align != "center":
        left += gap * (-0.6 if align == "left" else 0.6)
    top = spot.y - tall / 2 + dy * (tall / 2 + gap * (1.0 if align == "center" else 0.7))
    x = {"left": left, "right": left + wide, "center": left + wide / 2}[align]
    return Label(spot.key, round(x, 1), round(top + leading / 2, 1), align), (left, top, left + wide, top + tall), 0.0


def _far(
    spot: Spot, align: str, out: float, down: float, wide: float, tall: float, leading: float
) -> tuple[Label, Box, float]:
    """Place text away from its point, with a leader; what it costs grows with the distance."""
    x = spot.x + (out if align == "left" else -out)
    left = x if align == "left" else x - wide
    top = spot.y + down - tall / 2
    first = top + leading / 2
    leader = (round(x - 3 if align == "left" else x + 3, 1), round(first, 1))
    label = Label(spot.key, round(x, 1), round(first, 1), align, leader)
    return label, (left, top, left + wide, top + tall), 40 + out + abs(down)


def _cost(box: Box, taken: Sequence[Box], width: float, height: float) -> float:
    covered = sum(_overlap(box, other) for other in taken)
    inside = _overlap(box, (0.0, 0.0, width, height))
    outside = (box[2] - box[0]) * (box[3] - box[1]) - inside
    return covered + 3 * outside


def _overlap(one: Box, other: Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0
