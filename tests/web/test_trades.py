"""Professions and skills on the pages are words; one that only a programme knows stands as it wrote it."""

from __future__ import annotations

from pairup.record.acting import OPERATOR, acting_as
from pairup.services import edits
from tests.services.cast import LATER, OFFICE, rows
from tests.web.conftest import Browse

PAGE = "/in/twin/rounds/national-2/people/"


def test_people_are_listed_with_what_they_do_in_the_readers_language(browse: Browse) -> None:
    with acting_as(OPERATOR):
        edits.record(
            "people",
            rows("code donor round profession skills from to is_synthetic",
                 "P-8 DN-A national-2 veterinarian livestock_health;yak_milking 2028-06 2031-07 yes"),
            actor=OFFICE, at=LATER, programme="twin",
        )  # fmt: skip
    office = browse("programme_office")

    english = office.get(PAGE).content.decode()
    office.post("/language/", {"language": "zh-hans", "next": "/"})
    chinese = office.get(PAGE).content.decode()

    assert "livestock health, yak milking" in english
    assert "兽医" in chinese and "动物防疫、yak milking" in chinese and "livestock_health" not in chinese


def test_the_journal_says_roles_in_words(browse: Browse) -> None:
    page = browse("administrator").get("/in/twin/administration/journal/").content.decode()

    assert "programme office" in page.lower() and "<td>programme_office</td>" not in page
