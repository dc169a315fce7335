"""Where the labels of a map go, so that they do not cover each other. Plain greedy placement, the same every time."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace


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
    `lines` are those there was room for: all, or the first alone.
    """

    key: str
    x: float
    y: float
    align: str
    lines: tuple[str, ...]
    leader: tuple[float, float] | None = None


Box = tuple[float, float, float, float]  # left, top, right, bottom


def text_width(text: str, size: float) -> float:
    """Estimate the width of text in pixels; Chinese characters are as wide as they are high."""
    return sum(size if unicodedata.east_asian_width(char) in "WF" else size * 0.56 for char in text)


def place_labels(
    spots: Sequence[Spot], *, width: float, height: float, size: float = 11.0, leading: float = 13.0
) -> list[Label]:
    """Try the sides of each point, then places further off, and take the one that covers least at least distance.

    Where a label has no room for all its lines, it has the first alone. Should a name still cover something, names go
    first, and the other lines where they then find room.
    """
    rings: list[Box] = [(s.x - s.radius, s.y - s.radius, s.x + s.radius, s.y + s.radius) for s in spots]
    named = sorted((s for s in spots if s.lines), key=lambda s: (s.y, s.x, s.key))

    def best(spot: Spot, placed: dict[str, tuple[Label, Box, float]]) -> tuple[Label, Box, float]:
        taken = rings + [box for key, (_, box, _) in placed.items() if key != spot.key]
        return _best(spot, taken, (width, height), size, leading)

    placed: dict[str, tuple[Label, Box, float]] = {}
    for spot in named:
        whole = best(spot, placed)
        placed[spot.key] = whole if whole[2] < _HARDLY else best(_name(spot), placed)
    if any(covered >= _HARDLY for _, _, covered in placed.values()):
        placed = {}
        for spot in named:
            placed[spot.key] = best(_name(spot), placed)
        for spot in named:
            whole = best(spot, placed)
            if whole[2] < _HARDLY:
                placed[spot.key] = whole
    return [placed[spot.key][0] for spot in named]


def _name(spot: Spot) -> Spot:
    return replace(spot, lines=spot.lines[:1])


def _best(
    spot: Spot, taken: Sequence[Box], ground: tuple[float, float], size: float, leading: float
) -> tuple[Label, Box, float]:
    """Choose the place for these lines; give what it covers, or leaves the ground by, in square pixels."""
    wide = max(text_width(line, size) for line in spot.lines)
    tall = leading * len(spot.lines)
    tries = [_near(spot, align, dy, wide, tall, leading) for align, dy in _PLACES]
    tries += [_far(spot, side, out, dy * leading, wide, tall, leading) for side, out, dy in _FURTHER]
    covers = [_cost(box, taken, *ground) for _, box, _ in tries]
    costs = [cover + far + 0.01 * rank for rank, (cover, (_, _, far)) in enumerate(zip(covers, tries, strict=True))]
    at = costs.index(min(costs))
    return tries[at][0], tries[at][1], covers[at]


# square pixels of a label that may be covered: less than a letter
_HARDLY = 100.0
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
    label = Label(spot.key, round(x, 1), round(top + leading / 2, 1), align, spot.lines)
    return label, (left, top, left + wide, top + tall), 0.0


def _far(
    spot: Spot, align: str, out: float, down: float, wide: float, tall: float, leading: float
) -> tuple[Label, Box, float]:
    """Place text away from its point, with a leader; what it costs grows with the distance."""
    x = spot.x + (out if align == "left" else -out)
    left = x if align == "left" else x - wide
    top = spot.y + down - tall / 2
    first = top + leading / 2
    leader = (round(x - 3 if align == "left" else x + 3, 1), round(first, 1))
    label = Label(spot.key, round(x, 1), round(first, 1), align, spot.lines, leader)
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
