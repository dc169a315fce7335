"""How plans weigh against each other, as pictures."""

from __future__ import annotations

from pathlib import Path

from pairup.reports.figures import Frame
from pairup.reports.pictures import to_svg
from pairup.reports.planning_figures import FrontierMark, frontier, frontier_in_words, write_frontier
from pairup.reports.said import STAMP

MARKS = [FrontierMark(80, 0, "80"), FrontierMark(60, 20, "60"), FrontierMark(70, 10)]


def test_a_frontier_is_drawn_with_its_names_and_stamp() -> None:
    spec = frontier(MARKS, ("Points", "Points of the place with least"), Frame("", STAMP)).to_dict()

    svg = to_svg(spec, name="frontier", alt=frontier_in_words(MARKS).say())

    assert ">80</text>" in svg and f">{STAMP}</text>" in svg and "Points of the place with least" in svg


def test_a_frontier_is_told_by_its_two_ends() -> None:
    said = frontier_in_words(MARKS).say()

    assert said == "3 plans: from 80 points in all, where the place with least has 0, to 60 in all, where it has 20."


def test_each_ending_gives_its_kind_of_file(tmp_path: Path) -> None:
    for ending in ("svg", "html", "png"):
        write_frontier(MARKS, tmp_path / f"frontier.{ending}", "zh_Hans")

    page = (tmp_path / "frontier.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and frontier_in_words(MARKS).say("zh_Hans") in page
    assert "总分" in (tmp_path / "frontier.svg").read_text(encoding="utf-8")
    assert (tmp_path / "frontier.png").read_bytes().startswith(b"\x89PNG")
