from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pairup.reports.figures import Frame
from pairup.reports.labels import Label, Spot, place_labels, text_width
from pairup.reports.maps import MapPoint, MapWords, point_map
from pairup.reports.palette import ALTITUDE, DARK
from pairup.reports.pictures import can_draw, check_glyphs, to_png, to_svg
from pairup.reports.profile_figure import Step, altitude_profile
from pairup.reports.said import STAMP
from pairup.reports.write import write_report  # noqa: F401  (the pages' own module must load without fonts too)
from pairup.values.words import Words

CLASSES = ("a", "b", "c", "d", "e")


def a_map(*points: MapPoint) -> dict[str, object]:
    spec: dict[str, object] = point_map(points, MapWords("海拔", CLASSES, "人数"), Frame("", STAMP)).to_dict()
    return spec


def test_a_picture_is_valid_vega_lite_and_keeps_its_text() -> None:
    spec = a_map(MapPoint("n", 91, 30, 3650, 12, ("北谷", "甲省")), MapPoint("s", 94, 29, None))

    svg = to_svg(spec, name="map", alt='a "map"')

    assert ">北谷</text>" in svg and f">{STAMP}</text>" in svg
    assert 'aria-label="a &quot;map&quot;"' in svg
    assert svg.count("<svg") == 1 and "style=" not in svg


def test_two_pictures_on_a_page_share_no_ids() -> None:
    cut = {"mark": {"type": "bar", "clip": True}, "data": {"values": [{"a": 1}]}, "encoding": {"x": {"field": "a"}}}

    ids = [re.findall(r'id="([^"]+)"', to_svg(cut, name=name, alt="x")) for name in ("one", "two")]

    assert ids == [["one-c0"], ["two-c0"]]


def test_every_colour_of_a_picture_has_a_dark_one() -> None:
    profile = altitude_profile(
        [Step(0, 3600), Step(5, 4200, "night"), Step(9, 3900)], "hours", Frame("m", STAMP)
    ).to_dict()
    drawn = to_svg(a_map(MapPoint("n", 91, 30, 3650, 12, ("North",)), MapPoint("s", 94, 29, 2000)), name="m", alt="x")
    drawn += to_svg(profile, name="p", alt="x")

    colours = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', drawn))

    assert colours and colours <= set(DARK)


def test_higher_is_darker_on_a_light_ground_and_lighter_on_a_dark_one() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light = [lightness(colour) for _, colour in ALTITUDE]
    dark = [lightness(DARK[colour]) for _, colour in ALTITUDE]

    assert light == sorted(light, reverse=True) and dark == sorted(dark)


def _crossed(labels: list[Label]) -> list[tuple[str, str]]:
    """Find the labels whose texts, written at their places, would cover each other."""
    boxes = []
    for label in labels:
        wide = max(text_width(line, 11) for line in label.lines)
        left = {"left": label.x, "right": label.x - wide, "center": label.x - wide / 2}[label.align]
        boxes.append((label.key, left, label.y - 6.5, left + wide, label.y + 13 * len(label.lines) - 6.5))
    return [
        (one[0], two[0])
        for k, one in enumerate(boxes)
        for two in boxes[k + 1 :]
        if min(one[3], two[3]) - max(one[1], two[1]) > 1 and min(one[4], two[4]) - max(one[2], two[2]) > 1
    ]


# --- labels -------------------------------------------------------------------------------------------------


def test_labels_that_have_room_do_not_cover_each_other_or_points() -> None:
    spots = [Spot(f"p{k}", 100 + 45 * (k % 4), 100 + 30 * (k // 4), 5, (f"Long name {k}", "donor")) for k in range(12)]

    labels = place_labels(spots, width=700, height=400)

    assert {len(label.lines) for label in labels} == {2}
    assert _crossed(labels) == []


def test_where_lines_have_no_room_every_name_is_still_told_and_nothing_is_covered() -> None:
    lines = ("Hospital on the hill", "a donor with a name so long that it needs most of the map to be told", "another")
    spots = [Spot(f"p{k}", 300 + 15 * (k % 2), 30 + 24 * k, 6, lines) for k in range(12)]
    alone = Spot("alone", 300, 480, 6, lines)

    labels = place_labels([*spots, alone], width=700, height=560)

    assert [label.lines[0] for label in labels] == [lines[0]] * 13
    assert [label.lines for label in labels][:11] == [lines[:1]] * 11 and labels[-1].lines == lines
    assert _crossed(labels) == []


def test_the_order_of_points_does_not_move_labels() -> None:
    spots = [Spot(f"p{k}", 50 + 37 * k % 300, 40 + 53 * k % 200, 4, (f"name {k}",)) for k in range(9)]

    one = place_labels(spots, width=400, height=300)

    assert place_labels(spots[::-1], width=400, height=300) == one


# --- glyphs -------------------------------------------------------------------------------------------------


def test_characters_that_no_font_has_are_seen() -> None:
    assert not can_draw("\U000f0000\U000f0001")


def test_latin_text_needs_no_chinese_font() -> None:
    assert check_glyphs("Northfold") == []


def test_a_machine_without_chinese_fonts_says_so_instead_of_drawing_boxes(tmp_path: Path) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><fontconfig><dir>/nonexistent</dir></fontconfig>', encoding="utf-8")
    script = (
        "from pairup.reports.pictures import check_glyphs, to_png\n"
        "from pairup.reports.figures import Frame\n"
        "from pairup.reports.profile_figure import Step, altitude_profile\n"
        "print([words.facts['script'].code for words in check_glyphs('对口支援 བོད')])\n"
        "spec = altitude_profile([Step(0, 3000), Step(2, 4000, '对口')], 'h', Frame()).to_dict()\n"
        "plain = altitude_profile([Step(0, 3000), Step(2, 4000, 'night')], 'h', Frame()).to_dict()\n"
        "sizes = [int.from_bytes(to_png(one)[20:24], 'big') for one in (spec, plain)]\n"
        "print(sizes[0] < sizes[1])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True, capture_output=True, text=True,
        env=os.environ | {"FONTCONFIG_FILE": str(empty)},
    )  # fmt: skip

    assert done.stdout.split("\n")[:2] == ["['reports.script-chinese', 'reports.script-tibetan']", "True"]


@pytest.mark.skipif(not can_draw("对援"), reason="this machine has no Chinese font to draw with")
def test_a_machine_with_chinese_fonts_draws_the_picture() -> None:
    assert to_png(a_map(MapPoint("n", 91, 30, 3650, 12, ("北谷",))), scale=1.0).startswith(b"\x89PNG")
    assert Words("reports.script-chinese") not in [words.facts["script"] for words in check_glyphs("对口支援")]
