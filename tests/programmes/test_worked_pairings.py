"""The worked examples of pairings: their page says what they say, and their pictures can be drawn."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from pairup.planning.plan import Status
from pairup.programmes.worked_pairings import Worked, WorkedYears, share_of, work_out, work_out_years
from tests.house.source import ROOT, load_file

PAGE = (ROOT / "docs" / "explanation" / "pairings.md").read_text(encoding="utf-8")
PICTURES: Path = ROOT / "docs" / "explanation" / "pictures"
worked = cache(work_out)


@cache
def over_years() -> WorkedYears:
    return work_out_years()


def section(title: str) -> str:
    return PAGE.partition(f"## Worked example: {title}")[2].partition("\n## ")[0]


def km(value: float) -> str:
    return f"{value:,.0f}"


def compared(found: Worked) -> tuple[str, str, str]:
    given, planned = found.mean_km(found.given), found.mean_km(found.plan.assignments)
    return f"{found.same} of {len(found.given)} pairs", km(given), km(planned)


@pytest.mark.parametrize("programme, title", [("wenchuan", "recovery after the 2008 earthquake"), ("xizang", "Xizang")])
def test_the_page_has_the_figures_of_the_example(programme: str, title: str) -> None:
    found, text = worked(programme), section(title)

    same, given, planned = compared(found)

    assert same in text and given in text and f"{planned} km in place of" in text
    assert found.plan.status is Status.OPTIMAL and "Proved best" in text


def test_the_list_of_2008_is_told_as_it_is() -> None:
    found, text = worked("wenchuan"), section("recovery")
    given, planned = found.by_recipient(found.given), found.by_recipient(found.plan.assignments)

    assert "20 pairings, 19 donors" in text
    assert (len(found.given), len({tie.donor for tie in found.given})) == (20, 19)
    assert found.unplaced == ("chongzhou", "dujiangyan", "hanyuan")
    assert sum(planned[place] < given[place] for place in given) == 7 and "Seven recipients" in text
    assert sum(planned[place] > given[place] for place in given) == 8 and "eight a farther one" in text
    kept = [worked("wenchuan", continuity=points).same for points in (10, 20, 100)]
    assert kept == [15, 18, 20] and "10 points for each pair that is kept, 15 pairs stay; with 20, 18" in text


def test_three_years_are_told_with_the_share_of_the_least_covered() -> None:
    text, found = section("recovery"), over_years()

    shares = [share_of(plan) for plan in (found.given, found.shared)]

    for share, plan in zip(shares, (found.given, found.shared), strict=True):
        assert f"{math.floor(share * 10000) / 100:g} %" in text
        assert plan.further["coverage"]["is_proved"]
    assert shares == [Fraction(841, 2514), Fraction(1985, 2514)]
    new = {item.tie for item in found.shared.assignments} - {item.tie for item in found.given.assignments}
    assert new and "some more ties more than double the least share" in text
    assert "made-up revenue" in text and "made-up, equal need" in text


def test_the_ties_of_xizang_stay_at_the_general_weight_of_continuity() -> None:
    found, text = worked("xizang"), section("Xizang")

    assert worked("xizang", continuity=60).same == len(found.given) == 17
    assert "7 prefectures" in text and len({tie.recipient for tie in found.given}) == 7
    assert {tie.donor for tie in found.plan.assignments if tie.recipient == "ngari"} == {"CN-HL", "CN-JL"}
    moved = [round(km) for tie, km in found.km.items() if tie in (("CN-FJ", "chamdo"), ("CN-FJ", "nyingchi"))]
    assert moved == [2228, 2480] and "2,228 km from its seat in place of 2,480" in text


@pytest.mark.parametrize("programme", ["wenchuan", "xizang"])
def test_the_picture_on_the_page_is_the_one_that_is_drawn(programme: str) -> None:
    drawn, alt = load_file(ROOT / "docs" / "make_pictures.py").picture(programme)
    committed = (PICTURES / f"pairings-{programme}.svg").read_text(encoding="utf-8")

    names = [set(re.findall(r">([^<>]+)</text>", picture)) for picture in (drawn, committed)]
    assert names[0] == names[1], "run `python3 docs/make_pictures.py`"
    assert all(f'aria-label="{alt}"' in picture for picture in (drawn, committed))
    assert f"pictures/pairings-{programme}.svg" in PAGE
