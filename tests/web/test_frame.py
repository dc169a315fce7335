"""What every page has: a door, a language, a role, a day, a policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.web.conftest import Browse


def test_a_stranger_is_asked_to_sign_in_and_brought_back(browse: Browse) -> None:
    answer = browse("public").get("/in/twin/pairings/?on=2026-11-23")

    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=%2Fin%2Ftwin%2Fpairings%2F%3Fon%3D2026-11-23"


def test_an_office_finds_its_programme_from_the_front_door(browse: Browse) -> None:
    answer = browse("programme_office").get("/", follow=True)

    assert answer.redirect_chain == [("/in/twin/", 302)]
    assert "What waits" in answer.content.decode()


def test_a_donor_sees_its_own_pairings_and_not_the_other_donors(browse: Browse) -> None:
    said = browse("donor_office:DN-A").get("/in/twin/pairings/").content.decode()

    assert "Aland" in said and "Bland" not in said


def test_what_is_not_ones_own_looks_like_what_is_not_there(browse: Browse) -> None:
    client, foreign = browse("donor_office:DN-A"), _foreign()

    hidden = client.get(reverse("pairing", args=["twin", foreign]))
    missing = client.get(reverse("pairing", args=["twin", "x" * len(foreign)]))

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert main_of(hidden).replace(foreign, "x" * len(foreign)) == main_of(missing)


def main_of(answer: Any) -> str:
    """What a page says, without its frame: forms there hold a new token each time."""
    return str(answer.content.decode()).partition("<main")[2].partition("</main>")[0]


def _foreign() -> str:
    from pairup.record.acting import OPERATOR, acting_as
    from pairup.record.models import PairingVersion

    with acting_as(OPERATOR):
        return str(PairingVersion.objects.filter(donor__code="DN-B").values_list("identity__code", flat=True)[0])


def test_the_page_follows_the_language_chosen(browse: Browse) -> None:
    client = browse("programme_office")

    client.post("/language/", {"language": "zh-hans", "next": "/in/twin/pairings/"})
    said = client.get("/in/twin/pairings/").content.decode()

    assert '<html lang="zh-Hans">' in said and "现行结对关系" in said and "甲省" in said


def test_a_form_leads_back_to_this_site_only(browse: Browse) -> None:
    answer = browse("programme_office").post("/language/", {"language": "en", "next": "https://elsewhere.example/"})

    assert answer["Location"] == "/"


def test_a_page_is_asked_as_of_a_day(browse: Browse) -> None:
    client = browse("programme_office")

    assert "Aland" not in client.get("/in/twin/pairings/?on=1970-01-01").content.decode()
    refused = client.get("/in/twin/pairings/?on=yesterday")
    assert refused.status_code == 422 and "is no day" in refused.content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_is_taken_away_as_a_file(browse: Browse, form: str) -> None:
    answer = browse("donor_office:DN-A").get(f"/in/twin/pairings/?export=pairings&form={form}")

    assert answer.status_code == 200 and f'pairings.{form}"' in answer["Content-Disposition"]
    if form == "csv":
        assert "Aland" in answer.content.decode() and "Bland" not in answer.content.decode()


def test_no_page_may_run_what_is_written_into_it(browse: Browse) -> None:
    policy = browse("programme_office").get("/in/twin/pairings/")["Content-Security-Policy"]

    assert "unsafe" not in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy


def test_a_personal_page_is_kept_by_no_browser(browse: Browse) -> None:
    assert browse("programme_office").get("/in/twin/")["Cache-Control"] == "no-store"
