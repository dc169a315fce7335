"""Pairings on a list and a map; one pairing with its decades, both sides' voices and the place's chronicle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pairup.record.acting import OPERATOR, acting_as
from pairup.services import edits
from pairup.services.decades import read_decades
from tests.services.cast import LATER, OFFICE, ON, rows
from tests.web.conftest import Browse

PAGE = "/in/twin/pairings/a-east/"


def said(answer: Any) -> str:
    return str(answer.content.decode())


def record(table: str, columns: str, *lines: str) -> None:
    with acting_as(OPERATOR):
        edits.record(table, rows(columns, *lines), actor=OFFICE, at=LATER, programme="twin")


def test_the_list_keeps_to_what_is_asked(browse: Browse) -> None:
    office = browse("programme_office")

    assert "Dale" in said(office.get("/in/twin/pairings/?level=county"))
    assert "b-west" not in said(office.get("/in/twin/pairings/?donor=DN-A&export=pairings&form=csv"))
    assert "/pairings/b-west/" not in said(office.get("/in/twin/pairings/?donor=DN-A"))
    assert "territory to territory" in said(office.get("/in/twin/pairings/"))  # never the raw code


def test_the_map_draws_ones_own_places_and_no_boundary(browse: Browse) -> None:
    own = browse("donor_office:DN-B").get("/in/twin/pairings/map.svg")

    assert own.status_code == 200 and "West" in said(own) and "East" not in said(own)
    assert browse("donor_office:DN-B").get("/in/twin/pairings/map.svg?donor=DN-A").status_code == 404


def test_a_pairing_shows_its_rounds_money_projects_and_those_under_it(browse: Browse) -> None:
    page = said(browse("programme_office").get(f"{PAGE}?on=2026-11-23"))

    assert "national-1" in page and "a-dale" in page and "Clinic" in page and "/in/twin/rows/pairings/a-east/" in page
    assert "/in/twin/money/a-east/2025/" in page and 'class="num">CNY 7' in page  # 800 paid, 50.50 of it returned
    assert b"<svg" in browse("programme_office").get(f"{PAGE}decades.svg?on=2026-11-23").content


def test_people_are_counted_by_year_each_once(browse: Browse) -> None:
    with acting_as(OPERATOR):
        found = read_decades("twin", "a-east", on=ON)

    assert found.in_post == {2025: 1, 2026: 1} and [one.people for one in found.cohorts] == [1]
    assert found.begun == {2026: 2}


def test_both_sides_voices_stand_side_by_side_with_their_replies(browse: Browse) -> None:
    record("agreed_results", "code pairing text_en from is_synthetic", "AR-1 a-east Two~wards~run. 2026 yes")
    record("organisations", "code name_en kind place", "RO-A Office~East bureau east")
    record("signatures", "code day organisation about kind reservation is_synthetic",
           "S-1 2026-11-01 RO-A agreed_results/AR-1 reservation Staff~first. yes")  # fmt: skip
    record("reviews", "code day pairing side year mark text_en reply_en is_synthetic",
           "V-1 2026-11-02 a-east recipient 2026 average Late. We~agree. yes")  # fmt: skip

    page = said(browse("donor_office:DN-A").get(f"{PAGE}?on=2026-11-23"))

    assert "Two wards run." in page and "Late." in page and "We agree." in page and "mark of the year" in page
    assert "Staff first." in said(browse("recipient_office:east").get(f"{PAGE}?on=2026-11-23"))


def test_the_chronicle_says_closed_lists_in_words_of_the_reader(browse: Browse) -> None:
    office = browse("programme_office")
    office.post("/language/", {"language": "zh-hans", "next": "/"})

    page = said(office.get(f"{PAGE}?on=2026-11-23"))

    assert (
        "pages." not in page and "lifecycle." not in page and "(territorial)" not in page and "（proposed）" not in page
    )


@pytest.mark.parametrize("part", ["", "decades.svg"])
def test_another_sides_pairing_is_as_one_that_is_not_there(browse: Browse, part: str) -> None:
    client = browse("donor_office:DN-B")

    assert client.get(f"{PAGE}{part}").status_code == 404
    assert client.get(f"/in/twin/pairings/none/{part}").status_code == 404


def test_boundaries_are_drawn_only_where_the_operator_laid_them_beside_the_record(browse: Browse, site: Path) -> None:
    office = browse("programme_office")
    before = said(office.get("/in/twin/pairings/map.svg")), said(office.get("/in/twin/pairings/"))
    laid = site.with_name(f"{site.name}.boundaries.geojson")
    square = [[91.0, 29.0], [92.0, 29.0], [92.0, 30.0], [91.0, 29.0]]
    shape = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [square]}, "properties": {}}
    laid.write_text(json.dumps({"type": "FeatureCollection", "features": [shape]}), encoding="utf-8")

    after = said(office.get("/in/twin/pairings/map.svg")), said(office.get("/in/twin/pairings/"))
    laid.write_text("{}", encoding="utf-8")
    refused = office.get("/in/twin/pairings/map.svg")

    assert "no boundary is drawn" in before[1] and "the operator of this record loaded" in after[1]
    assert before[0] != after[0] and after[0].count("<path") > before[0].count("<path")
    assert refused.status_code == 422


def test_the_list_asks_the_same_questions_of_three_pairings_and_of_twenty(browse: Browse) -> None:
    office = browse("programme_office")
    few = _questions(office)
    record("organisations", "code name_en kind", *(f"O-{n} Body~{n} bureau" for n in range(20)))
    record("pairings", "code donor place channel level from is_synthetic",
           *(f"p-{n} O-{n} east system prefecture 2001 yes" for n in range(20)))  # fmt: skip

    assert _questions(office) == few


def _questions(client: Any) -> int:
    client.get("/in/twin/pairings/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/in/twin/pairings/").status_code == 200
    return len(asked)


def test_a_code_with_a_slash_has_a_page_and_stands_on_lists(browse: Browse) -> None:
    record("pairings", "code donor place channel from", "call-1/offer DN-B east territorial 2024")
    office = browse("programme_office")

    assert "/pairings/call-1~1offer/" in said(office.get("/in/twin/pairings/"))
    assert office.get("/in/twin/pairings/call-1~1offer/").status_code == 200
    assert office.get("/in/twin/rows/pairings/call-1~1offer/").status_code == 200
    assert office.get("/in/twin/pairings/call-1/offer/").status_code == 404
    assert office.get("/in/twin/").status_code == 200
