"""The profile of a journey: its labels can be read, however near to each other the nights are."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from pairup.reports.figures import Frame
from pairup.reports.labels import text_width
from pairup.reports.profile_figure import Step, altitude_profile

#: a fortnight up and down, each night somewhere else, at heights that lie close together
WEEKS = [
    Step(24.0 * day + hours, metres, night)
    for day, base in enumerate((3650, 3900, 4100, 3950, 4300, 4250, 4400, 4350, 4100, 3900, 3800, 3700))
    for hours, metres, night in (
        (0.0, base, None), (4.0, base + 500, None), (9.0, base + 40, f"County of the long name {day}")
    )
]  # fmt: skip


def drawn(steps: list[Step]) -> dict[str, Any]:
    spec: dict[str, Any] = altitude_profile(steps, "hours", Frame()).to_dict()
    return spec


def texts(spec: dict[str, Any]) -> list[tuple[float, float, float, float, str]]:
    """Boxes of all labels, in pixels: left, top, right, bottom, and what stands there."""
    found = []
    for layer in spec["layer"]:
        mark = layer["mark"]
        if isinstance(mark, dict) and mark["type"] == "text" and "stroke" not in mark and "x" in layer["encoding"]:
            scales = [layer["encoding"][axis]["scale"]["domain"] for axis in ("x", "y")]
            for row in spec["datasets"][layer["data"]["name"]]:
                x = (row["hours"] - scales[0][0]) / (scales[0][1] - scales[0][0]) * spec["width"]
                y = (scales[1][1] - row["altitude"]) / (scales[1][1] - scales[1][0]) * spec["height"]
                wide = text_width(row["text"], 11)
                left = {"left": x, "right": x - wide, "center": x - wide / 2}[mark["align"]]
                found.append((left, y - 5.5, left + wide, y + 5.5, row["text"]))
    return found


def covered(one: tuple[Any, ...], other: tuple[Any, ...]) -> float:
    across, down = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0


@pytest.mark.parametrize("nights", [3, 6, 12])
def test_no_label_of_a_night_covers_another(nights: int) -> None:
    boxes = texts(drawn(WEEKS[: 3 * nights]))

    assert len({text for *_, text in boxes if text.startswith("County")}) == nights
    assert [(one[4], other[4]) for one, other in combinations(boxes, 2) if covered(one, other) > 0] == []


def test_two_nights_in_one_place_share_a_label() -> None:
    steps = [
        Step(0, 3600),
        Step(9, 4200, "Dale"),
        Step(33, 4200, "Dale"),
        Step(57, 3900, "East"),
        Step(81, 4200, "Dale"),
    ]

    assert [text for *_, text in texts(drawn(steps))].count("Dale") == 2


def test_a_night_in_a_place_without_a_name_is_marked_with_its_height() -> None:
    assert [text for *_, text in texts(drawn([Step(0, 3600), Step(9, 4200, "")]))] == ["4,200 m"]
