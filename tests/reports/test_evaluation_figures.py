"""Pictures of evaluations: what each draws, in both languages, and that colour is not the only carrier."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pairup.evaluation.claim import Verdict
from pairup.reports.claims_wall import counted, draw_wall, wall_in_words
from pairup.reports.evaluation_facts import EffectPoint, PathPoint, SensitivityPoint, WeightPoint
from pairup.reports.evaluation_figures import (
    PowerPoint,
    event_study,
    gaps,
    paths,
    power_curve,
    sensitivity,
    weights_map,
    write_power,
)
from pairup.reports.figures import Frame
from pairup.reports.pictures import to_svg
from pairup.values.codes import ClaimClass

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh_Hans"])
POINTS = [EffectPoint(t, 0.1 * t, (0.1 * t - 1, 0.1 * t + 1), (0.1 * t - 2, 0.1 * t + 2)) for t in range(-3, 3)]
SENSITIVE = [SensitivityPoint(b / 2, (1 - b / 2, 3 + b / 2)) for b in range(5)]


def svg_of(chart, name: str = "figure") -> str:  # type: ignore[no-untyped-def]
    return to_svg(chart.to_dict(validate=False), name=name, alt="alt")


def every(language: str):  # type: ignore[no-untyped-def]
    frame = Frame("", "Synthetic · 合成数据")
    path = [PathPoint(str(y), float(y % 7), float(y % 5)) for y in range(1990, 2020)]
    weights = [WeightPoint("a", "A", "甲", 90, 29, 4000), WeightPoint("b", "B", "乙", 91, 30, 3000, 0.75),
               WeightPoint("c", "C", "丙", 92, 29.5, 4600, 0.25)]  # fmt: skip
    wall = counted([(ClaimClass.REPORTED, Verdict.HOLDS)] * 3 + [(ClaimClass.EVALUATED, Verdict.SUPPORTED)])
    return [
        event_study(POINTS, frame, language),
        paths(path, 20, frame, language),
        gaps([p.label for p in path], [1.0] * 30, [[0.5] * 30, [0.2] * 30], 20, frame, language),
        weights_map(weights, ("<3000", "3000", "3500", "4000", "4500"), frame, language),
        sensitivity(SENSITIVE, 1.08, frame, language),
        power_curve([PowerPoint(0, 0.05), PowerPoint(1, 0.9)], frame, language, claimed=(0.2, 0.4), detectable=0.8),
        draw_wall(wall, frame, language),
    ]


@LANGUAGES
def test_every_picture_is_drawn_with_its_stamp_and_no_bare_code(language: str) -> None:
    for chart in every(language):
        drawn = svg_of(chart)

        assert "合成数据" in drawn and "evaluations." not in drawn and "NaN" not in drawn
        assert 'aria-label="alt"' in drawn


def test_words_of_the_two_languages_differ() -> None:
    for english, chinese in zip(every("en"), every("zh_Hans"), strict=True):
        assert json.dumps(english.to_dict(validate=False)) != json.dumps(chinese.to_dict(validate=False))


@LANGUAGES
def test_the_axis_says_what_the_outcome_is_counted_in(language: str) -> None:
    path = [PathPoint("1", 1, 2), PathPoint("2", 1, 2)]
    told = [
        event_study(POINTS, Frame(), language, uom="°C"), paths(path, 1, Frame(), language, uom="°C"),
        gaps(["1", "2"], [1.0, 2.0], [], 1, Frame(), language, uom="°C"),
        sensitivity(SENSITIVE, None, Frame(), language, uom="°C"),
    ]  # fmt: skip

    assert [svg_of(chart).count("°C") > 0 for chart in told] == [True] * 4
    assert "°C" not in svg_of(event_study(POINTS, Frame(), language))


def test_before_and_after_differ_by_filling_and_not_by_colour_alone() -> None:
    drawn = svg_of(event_study(POINTS, Frame()))

    assert "before the help" in drawn and "with the help" in drawn


def test_what_would_have_happened_is_dashed() -> None:
    spec = json.dumps(paths([PathPoint("1", 1, 2), PathPoint("2", 1, 2)], 1, Frame()).to_dict(validate=False))

    assert "strokeDash" in spec


def test_the_wall_prints_the_number_in_each_cell_and_says_it_in_words() -> None:
    found = counted([(ClaimClass.REPORTED, Verdict.HOLDS)] * 3 + [(ClaimClass.EVALUATED, Verdict.SUPPORTED)])

    assert ">3<" in svg_of(draw_wall(found, Frame()))
    assert "4 claims" in wall_in_words(found).say() and "1 are of the class evaluated" in wall_in_words(found).say()


def test_the_breakdown_is_drawn_where_it_lies_and_not_at_the_next_point() -> None:
    assert "from 1.08" in svg_of(sensitivity(SENSITIVE, 1.08, Frame()))
    assert "zero lies inside" not in svg_of(sensitivity(SENSITIVE, None, Frame()))


def test_numbers_on_light_tiles_are_in_ink_and_on_dark_ones_in_paper() -> None:
    few = json.dumps(draw_wall(counted([(ClaimClass.REPORTED, Verdict.HOLDS)] * 2), Frame()).to_dict(validate=False))
    many = json.dumps(draw_wall(counted([(ClaimClass.REPORTED, Verdict.HOLDS)] * 40), Frame()).to_dict(validate=False))

    assert "datum.claims >= 3" in few and "datum.claims >= 16" in many


def test_a_wall_of_a_folder_is_written_by_the_command(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from pairup.cli.main import cli

    (tmp_path / "claims.csv").write_text("code,day,speaker,text_en,text_zh,figure\nc,2026,an office,Said.,说。,3\n")
    done = CliRunner().invoke(
        cli, ["claims", str(tmp_path), "--wall", str(tmp_path / "wall.svg"), "--json"], standalone_mode=False
    )

    assert json.loads(done.stdout)[0]["verdict"] == "reported_only"
    assert (tmp_path / "wall.svg").read_text().startswith("<svg")


@LANGUAGES
def test_a_power_curve_is_written_with_its_words(language: str, tmp_path: Path) -> None:
    told = {"effects": [{"effect": 0.1, "chance": 0.3}, {"effect": 0.3, "chance": 0.9}], "smallest_detectable": 0.26}

    write_power(told, tmp_path / "power.html", language, claimed=(0.25, 0.42))
    write_power(told | {"smallest_detectable": None}, tmp_path / "none.svg", language)

    page = (tmp_path / "power.html").read_text(encoding="utf-8")
    assert "0.26" in page and "90" in page and "evaluations." not in page
    assert "–" in (tmp_path / "none.svg").read_text(encoding="utf-8")
