"""Visits, their profile, and follow-ups that somebody answers for."""

from __future__ import annotations

from typing import Any

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import VisitFindingVersion
from pairup.services import edits
from tests.services.cast import LATER, OFFICE, adopt, draft, rows
from tests.web.conftest import Browse


def said(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def visit(browse: Browse) -> str:
    """A visit that was planned, adopted, and found something that East's office is to follow up."""
    with acting_as(OPERATOR):
        run = draft("visits", days=3).run
        adopt(run)
        edits.record("organisations", rows("code name_en kind place", "RO-A E bureau east"), actor=OFFICE, at=LATER)
        code = str(VisitFindingVersion._meta.get_field("visit").related_model.objects.get().code)
        finding = rows("code day visit site text_en owner due is_synthetic",
                       f"VF-1 2026-11-10 {code} base Cold~ward RO-A 2026-11-15 yes")  # fmt: skip
        edits.record("visit_findings", finding, actor=OFFICE, at=LATER, programme="twin")
    return code


def test_the_office_reads_a_visit_with_its_profile_and_findings(browse: Browse, visit: str) -> None:
    office = browse("programme_office")

    page = said(office.get(f"/in/twin/visits/{visit}/"))

    assert f"<h1>{visit}</h1>" in page
    assert "Cold ward" in page and "overdue by" in page and "profile.svg" in page
    assert b"<svg" in office.get(f"/in/twin/visits/{visit}/profile.svg").content
    assert visit in said(office.get("/in/twin/visits/"))


def test_whoever_answers_for_a_follow_up_closes_it_and_nobody_twice(browse: Browse, visit: str) -> None:
    county = browse("recipient_office:east")
    sent = {"key": "k", "day": "2026-11-20", "outcome": "Two stoves bought."}

    closed = county.post("/in/twin/visits/findings/VF-1/", sent, follow=True)
    again = county.post("/in/twin/visits/findings/VF-1/", sent)

    assert "Two stoves bought." in said(closed) and "done on 20 November 2026" in said(closed)
    assert again.status_code == 422
    assert browse("donor_office:DN-B").get("/in/twin/visits/findings/VF-1/").status_code == 404


def test_a_finding_sent_twice_is_recorded_once(browse: Browse, visit: str) -> None:
    office = browse("programme_office")
    sent = {"key": "one click", "text": "No water.", "site": "base", "owner": "RO-A", "due": "2026-12-31", "action": ""}

    for _ in range(2):
        assert office.post(f"/in/twin/visits/{visit}/findings/", sent).status_code == 302

    with acting_as(OPERATOR):
        assert VisitFindingVersion.objects.known().filter(text_en="No water.").count() == 1
