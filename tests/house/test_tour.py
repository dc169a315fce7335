"""The guided tour: its page and its pictures belong together, and are small enough to be read on a slow line."""

from __future__ import annotations

import re
from pathlib import Path

TOUR = Path(__file__).parents[2] / "docs" / "tour"
#: pictures at most, and bytes of one
MOST, LARGEST = 20, 120_000


def test_every_picture_of_the_tour_is_told_small_and_there() -> None:
    told = re.findall(r"\(([a-z-]+\.png)\)", (TOUR / "index.md").read_text(encoding="utf-8"))
    kept = {path.name: path.stat().st_size for path in TOUR.glob("*.png")}

    assert sorted(told) == sorted(kept) and len(told) <= MOST
    assert [name for name, size in kept.items() if size > LARGEST] == []


def test_half_of_the_tour_is_in_chinese_one_picture_a_telephone_and_one_dark() -> None:
    alts = re.findall(r"!\[([^]]+)\]", (TOUR / "index.md").read_text(encoding="utf-8"))

    assert len([alt for alt in alts if "in Chinese" in alt]) * 2 >= len(alts) - 1
    assert any("320 px" in alt for alt in alts) and any("dark" in alt for alt in alts)
