"""How plans weigh against each other, as pictures."""

from __future__ import annotations

from pairup.reports.figures import Frame
from pairup.reports.pictures import to_svg
from pairup.reports.planning_figures import FrontierMark, frontier, frontier_in_words
from pairup.reports.said import STAMP

MARKS = [FrontierMark(80, 0, "80"), FrontierMark(60, 20, "60"), FrontierMark(70, 10)]


def test_a_frontier_is_drawn_with_its_names_and_stamp() -> None:
    spec = frontier(MARKS, ("Points", "Points of the place with least"), Frame("", STAMP)).to_dict()

    svg = to_svg(spec, name="frontier", alt=frontier_in_words(MARKS).say())

    assert ">80</text>" in svg and f">{STAMP}</text>" in svg and "Points of the place with least" in svg


def test_a_frontier_is_told_by_its_two_ends() -> None:
    said = frontier_in_words(MARKS).say()

    assert said == "3 plans: from 80 points in all, where the place with least has 0, to 60 in all, where it has 20."
