"""Claims on the pages: a dispute says which place speaks, whether its office signed in as the place or as its body."""

from __future__ import annotations

import re

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import FeedbackVersion
from pairup.services import edits
from tests.services.cast import LATER, OFFICE, rows
from tests.web.conftest import Browse

PAGE = "/in/twin/claims/C-1/"


@pytest.mark.parametrize("code", ["east", "RO-A"])
def test_a_body_disputes_a_claim_for_the_place_it_stands_in(browse: Browse, code: str) -> None:
    with acting_as(OPERATOR):
        body = rows("code name_en kind place", "RO-A Office~East bureau east")
        edits.record("organisations", body, actor=OFFICE, at=LATER, programme="twin")
    county = browse(f"recipient_office:{code}")
    key = re.search(r'name="key" value="([^"]+)"', county.get(PAGE).content.decode())
    assert key is not None

    answer = county.post(f"{PAGE}reply/", {"kind": "objection", "text": "Not so.", "owner": "", "key": key[1]})

    assert answer.status_code == 302, answer.content.decode()[-3000:]
    with acting_as(OPERATOR):
        (said,) = FeedbackVersion.objects.known().filter(about="claims/C-1")
        assert said.place.code == "east"
