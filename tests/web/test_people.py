"""People's own pages, and what offices see of people: by role, in forms, twice, in both languages."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import (
    ArrivalCheckVersion,
    ConsentVersion,
    FeedbackVersion,
    PostOfferVersion,
    VaultReadVersion,
    WelfareCheckVersion,
)
from pairup.services import edits, handovers, postings, secondee_words
from pairup.services.personal import open_rows
from pairup.values.codes import Fits
from pairup.values.purposes import PrivateField
from tests.services.cast import LATER, OFFICE, rows
from tests.web.conftest import Browse

ME = "/in/twin/me/"


def said(answer: Any) -> str:
    return str(answer.content.decode())


def held(model: Any) -> list[Any]:
    with acting_as(OPERATOR):
        return list(model.objects.known().select_related("identity").order_by("pk"))


def record(table: str, columns: str, *lines: str) -> None:
    with acting_as(OPERATOR):
        edits.record(table, rows(columns, *lines), actor=OFFICE, at=LATER, programme="twin")


@pytest.fixture
def served(browse: Browse) -> Browse:
    """The small programme with an assessment, a host, a consent, an offer to P-1 and a phone of P-0."""
    record("organisations", "code name_en kind place", "RO-A East~bureau bureau east")
    record("assessments", "code signed_by document from", f"AS-1 DN-A {'0' * 64} 2026-01-01")
    record(
        "consents", "code person purpose day answer language asked_by how_to_withdraw",
        "Y-1 P-0 emergency 2026-11-01 given en DN-A write~to~the~office",
    )  # fmt: skip
    record("post_offers", "code day person post answer answer_due", "OF-1 2026-11-01 P-1 clinic open 2026-12-01")
    with acting_as("secondee:P-0"):
        secondee_words.tell(
            {PrivateField.EMERGENCY_PHONE: "+000 555 0142"}, actor="secondee:P-0", at=LATER, programme="twin"
        )  # fmt: skip
    return browse


def test_a_secondee_meets_their_posting_and_what_waits(served: Browse) -> None:
    page = said(served("secondee:P-0").get(ME))

    assert "Surgeon" in page and "3,650 m" in page
    assert "Check in: two questions" in page
    assert len(page.encode()) < 30_000


def test_the_same_page_is_there_in_chinese(served: Browse) -> None:
    client = served("secondee:P-0")
    client.cookies["pairup_language"] = "zh-hans"

    page = said(client.get(ME))

    assert "我的页面" in page and "报平安" in page and "persons." not in page


def test_only_a_secondee_has_such_a_page(served: Browse) -> None:
    for actor in ("donor_office:DN-A", "recipient_office:east", "programme_office", "evaluator"):
        assert served(actor).get(ME).status_code == 403, actor
    assert served("public").get(ME).status_code == 302


def test_checking_in_counts_once_however_often_it_is_sent(served: Browse) -> None:
    client = served("secondee:P-0")

    answers = [client.post(f"{ME}check/", {"key": "k", "well": "no"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(held(WelfareCheckVersion)) == 1
    board = said(served("donor_office:DN-A").get("/in/twin/people/welfare/"))
    assert "wants a call" in board and "not well" not in board


def test_the_board_is_for_those_who_send_and_shows_no_other_donors_people(served: Browse) -> None:
    assert "P-0" in said(served("donor_office:DN-A").get("/in/twin/people/welfare/"))
    assert "P-0" not in said(served("donor_office:DN-B").get("/in/twin/people/welfare/"))
    assert served("recipient_office:east").get("/in/twin/people/welfare/").status_code == 403


def test_an_offer_is_read_with_the_post_and_answered_without_a_reason(served: Browse) -> None:
    client = served("secondee:P-1")
    page = said(client.get(ME))

    answers = [client.post(f"{ME}offer/", {"key": "o", "of": "OF-1", "answer": "declined"}) for _ in range(2)]

    assert "A post is offered to you" in page and "East" in page and 'name="reason"' not in page
    assert [answer.status_code for answer in answers] == [302, 302]
    with acting_as(OPERATOR):
        assert [row.answer for row in open_rows(PostOfferVersion.objects.known())] == ["declined"]


def test_nobody_answers_anothers_offer(served: Browse) -> None:
    answer = served("secondee:P-2").post(f"{ME}offer/", {"key": "o", "of": "OF-1", "answer": "accepted"})

    assert answer.status_code == 422
    with acting_as(OPERATOR):
        assert [row.answer for row in open_rows(PostOfferVersion.objects.known())] == ["open"]


def test_a_longer_term_is_signed_by_the_secondee_once(served: Browse) -> None:
    with acting_as(OPERATOR):
        asked = postings.extend("R-0", date(2028, 12, 31), actor=OFFICE, at=LATER, programme="twin").code
    client = served("secondee:P-0")

    answers = [client.post(f"{ME}extension/", {"key": "x", "of": asked, "answer": "signed"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert "31 December 2028" in said(client.get(ME))


def test_wishes_are_typed_by_name_and_a_place_there_is_none_of_is_refused(served: Browse) -> None:
    client = served("secondee:P-0")

    bad = client.post(f"{ME}wishes/", {"key": "a", "first": "Atlantis"})
    good = client.post(f"{ME}wishes/", {"key": "b", "first": "West", "second": "谷地"})

    assert bad.status_code == 422 and "Atlantis" in said(bad)
    assert good.status_code == 302
    assert "West, Dale" in said(client.get(ME))


def test_what_is_told_in_confidence_stays_between_the_person_and_the_plan(served: Browse) -> None:
    client = served("secondee:P-0")

    client.post(f"{ME}confide/", {"key": "c", "place": "Dale"})

    assert "Take back" in said(client.get(ME))
    for actor in ("donor_office:DN-A", "recipient_office:east"):
        assert "confidence" not in said(served(actor).get("/in/twin/people/of/P-0/")).replace(
            "What was told in confidence is not opened for anybody", ""
        )  # fmt: skip
    assert client.post(f"{ME}lift/", {"key": "d", "of": "CN-P-0-1"}).status_code == 302
    assert "Take back" not in said(client.get(ME))


def test_consent_is_withdrawn_as_easily_as_given(served: Browse) -> None:
    client = served("secondee:P-0")

    client.post(f"{ME}consent/", {"key": "w", "purpose": "emergency", "answer": "withdrawn"})
    unasked = client.post(f"{ME}consent/", {"key": "u", "purpose": "contact", "answer": "given"})

    assert unasked.status_code == 422
    with acting_as(OPERATOR):
        assert [row.answer for row in open_rows(ConsentVersion.objects.known().order_by("pk"))] == [
            "given", "withdrawn",
        ]  # fmt: skip


def test_an_office_opens_the_vault_for_a_purpose_once_and_the_person_sees_it(served: Browse) -> None:
    office = served("donor_office:DN-A")
    before = said(office.get("/in/twin/people/of/P-0/"))

    opened = office.post("/in/twin/people/of/P-0/open/", {"key": "v", "purpose": "emergency"})

    assert "+000 555 0142" not in before and "+000 555 0142" in said(opened)
    assert opened["Cache-Control"] == "no-store"
    assert "+000 555 0142" not in said(office.get("/in/twin/people/of/P-0/"))
    assert [row.by for row in held(VaultReadVersion)] == ["donor_office:DN-A"]
    mine = said(served("secondee:P-0").get(f"{ME}record/"))
    assert "donor office Aland" in mine and "reach somebody of theirs" in mine


@pytest.mark.parametrize("purpose", ["constraint", "fitness", "", "anything"])
def test_no_other_purpose_opens_anything(served: Browse, purpose: str) -> None:
    answer = served("donor_office:DN-A").post("/in/twin/people/of/P-0/open/", {"key": "v", "purpose": purpose})

    assert answer.status_code == 422
    assert held(VaultReadVersion) == []


def test_another_donor_finds_no_person_and_opens_nothing(served: Browse) -> None:
    other = served("donor_office:DN-B")
    foreign, missing = other.get("/in/twin/people/of/P-0/"), other.get("/in/twin/people/of/P-99/")

    assert foreign.status_code == missing.status_code == 404
    assert other.post("/in/twin/people/of/P-0/open/", {"key": "v", "purpose": "emergency"}).status_code == 404
    assert "P-0" not in said(other.get("/in/twin/people/"))


def test_a_copy_of_everything_is_the_persons_own_file(served: Browse) -> None:
    answer = served("secondee:P-0").post(f"{ME}record/copy/")

    told = json.loads(answer.content)
    assert answer["Content-Disposition"] == 'attachment; filename="P-0.json"'
    assert told["vault"]["emergency_phone"] == "+000 555 0142" and told["person"] == "P-0"
    assert "P-1" not in json.dumps(told["tables"])


def test_an_objection_goes_to_the_home_office_once(served: Browse) -> None:
    client = served("secondee:P-0")

    for _ in range(2):
        client.post(f"{ME}record/object/", {"key": "o", "asks": "erase", "text": "My old phone."})

    (row,) = held(FeedbackVersion)
    assert (row.about, row.text_en) == ("people/P-0", "erased: My old phone.")
    home = said(served("donor_office:DN-A").get("/in/twin/?on=2100-01-01"))
    assert "My old phone." in home and "reply to feedback" in home, home[home.find("<main") :]
    assert "erased: My old phone." in said(client.get(f"{ME}record/"))


def test_a_handover_is_saved_given_accepted_and_read_by_whoever_follows(served: Browse) -> None:
    record("postings", "code person post status succeeds from to", "R-1 P-1 clinic planned R-0 2028-07-06 2031-06-05")
    client, host = served("secondee:P-0"), served("recipient_office:east")

    client.post(f"{ME}handover/save/", {"key": "a", "work": "Two wards."})
    draft = said(host.get("/in/twin/people/handovers/R-0/"))
    client.post(f"{ME}handover/save/", {"key": "b", "work": "Two wards.", "season": "Snow.", "give": "yes"})
    for _ in range(2):
        signed = host.post(
            "/in/twin/people/handovers/R-0/sign/", {"key": "s", "organisation": "RO-A", "kind": "signed"}
        )  # fmt: skip

    assert "Two wards" not in draft
    assert signed.status_code == 302
    assert "Snow." in said(host.get("/in/twin/people/handovers/R-0/"))
    assert "accepted" in said(served("donor_office:DN-A").get("/in/twin/people/handovers/"))
    assert "Snow." in said(served("secondee:P-1").get(f"{ME}before/HO-R-0/"))
    assert served("secondee:P-4").get(f"{ME}before/HO-R-0/").status_code == 404


def test_an_empty_handover_is_refused_with_what_was_typed(served: Browse) -> None:
    client = served("secondee:P-0")

    empty = client.post(f"{ME}handover/save/", {"key": "a"})
    number = client.post(f"{ME}handover/save/", {"key": "b", "people": "call 11010519491231002X"})

    assert empty.status_code == number.status_code == 422
    assert "11010519491231002X" in said(number)  # what was typed is not lost


def test_the_host_answers_after_arrival_and_only_then_reads_the_secondee(served: Browse) -> None:
    fits = dict.fromkeys(secondee_words.ASKED, "no")
    with acting_as("secondee:P-0"):
        secondee_words.answer_arrival(
            "R-0", dict.fromkeys(fits, Fits.PARTLY), actor="secondee:P-0", at=LATER, programme="twin"
        )  # fmt: skip
    host = served("recipient_office:east")
    before = said(host.get("/in/twin/people/of/P-0/"))

    unsaid = host.post("/in/twin/people/of/P-0/arrival/", {"key": "e"})
    answer = host.post("/in/twin/people/of/P-0/arrival/", {"key": "h", **fits})

    assert "What the secondee said" not in before
    assert (unsaid.status_code, answer.status_code) == (422, 302)
    assert "What the secondee said" in said(host.get("/in/twin/people/of/P-0/"))
    assert len(held(ArrivalCheckVersion)) == 2


def test_lists_can_be_taken_away(served: Browse) -> None:
    client = served("donor_office:DN-A")

    for page, name in (("", "people"), ("welfare/", "welfare"), ("handovers/", "handovers")):
        answer = client.get(f"/in/twin/people/{page}?export={name}&form=csv")
        assert answer.status_code == 200 and "P-0" in answer.content.decode("utf-8-sig"), name


def questions(client: Any, address: str) -> int:
    client.get(address)  # what a process reads once is read
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("page", ["people/", "people/welfare/", "people/handovers/"])
def test_a_list_asks_no_more_of_twenty_people_than_of_two(served: Browse, page: str) -> None:
    client = served("programme_office")
    few = questions(client, f"/in/twin/{page}")
    record(
        "people", "code donor profession from to",
        *(f"P-M{n} DN-A doctor 2025-07 2028-07" for n in range(20)),
    )  # fmt: skip
    record(
        "postings", "code person post status from to",
        *(f"R-M{n} P-M{n} old-clinic in_post 2025-07-10 2028-07-05" for n in range(20)),
    )  # fmt: skip

    assert questions(client, f"/in/twin/{page}") == few


def test_nothing_of_what_is_read_writes(served: Browse) -> None:
    with acting_as("secondee:P-0"):
        handovers.save_draft(
            "R-0", {"work": "x"}, actor="secondee:P-0", at=datetime.now(UTC), programme="twin"
        )  # fmt: skip
    before = held(VaultReadVersion)

    for page in (ME, f"{ME}record/", f"{ME}handover/"):
        assert served("secondee:P-0").get(page).status_code == 200

    assert held(VaultReadVersion) == before
