"""From a need to an adopted plan, as each side meets it on its pages."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import (
    AdoptionVersion,
    ConflictVersion,
    NeedVersion,
    PersonVersion,
    PlanRunVersion,
    PostingVersion,
    PostVersion,
)
from pairup.services import edits, jobs, working
from tests.services.cast import LATER, OFFICE, draft, rows
from tests.web.conftest import Browse

PLAN = "postings-national-2-1"


def said(answer: Any) -> str:
    return str(answer.content.decode())


def held(model: Any) -> list[Any]:
    with acting_as(OPERATOR):
        return list(model.objects.known().select_related("identity").order_by("pk"))


def codes(model: Any) -> set[str]:
    return {row.identity.code for row in held(model)}


@pytest.fixture
def office(browse: Browse) -> Any:
    return browse("programme_office")


@pytest.fixture
def drafted(browse: Browse) -> str:
    with acting_as(OPERATOR):
        return draft("postings").run


@pytest.fixture
def shown(office: Any, drafted: str) -> str:
    """A draft that was put before the sides."""
    assert office.post(f"/in/twin/plans/{drafted}/forward/", {"key": "f"}).status_code == 302
    return drafted


NEED = {
    "key": "n", "place": "east", "text": "A midwife at night.", "category": "health", "priority": "4",
    "stated_by": "residents", "how_asked": "a meeting",
}  # fmt: skip


def test_a_place_states_a_need_and_asks_for_a_post_that_answers_it(browse: Browse) -> None:
    client = browse("recipient_office:east")

    stated = client.post("/in/twin/needs/state/", NEED)
    asked = client.post("/in/twin/needs/N-east-1/ask/", {
        "key": "p", "round": "national-2", "title": "Midwife", "profession": "nurse", "seats": "2", "priority": "4",
        "skills": "births, nights", "duties": "Births at night.", "cover": "the donor's insurer", "evacuation": "",
        "living": "a room",
    })  # fmt: skip

    assert (stated.status_code, asked.status_code) == (302, 302)
    with acting_as(OPERATOR):
        post = PostVersion.objects.known().get(need__code="N-east-1")
        assert (post.seats, post.skills_desired, post.pairing.code) == (2, ["births", "nights"], "a-east")
    assert "Midwife" in said(client.get("/in/twin/needs/N-east-1/"))


def test_a_need_sent_twice_by_a_double_click_is_stated_once(browse: Browse) -> None:
    client, before = browse("recipient_office:east"), len(held(NeedVersion))

    first, again = (client.post("/in/twin/needs/state/", NEED) for _ in range(2))

    assert first.url == again.url and len(held(NeedVersion)) == before + 1 and held(ConflictVersion) == []


def test_a_need_that_says_nothing_is_refused_with_what_was_typed(browse: Browse) -> None:
    answer = browse("recipient_office:east").post("/in/twin/needs/state/", NEED | {"text": "", "how_asked": "by mail"})

    assert answer.status_code == 422 and "by mail" in said(answer)


def test_a_place_states_needs_of_its_own_places_only(browse: Browse) -> None:
    client, before = browse("recipient_office:east"), codes(NeedVersion)

    answer = client.post("/in/twin/needs/state/", NEED | {"place": "west"})

    assert answer.status_code == 422 and codes(NeedVersion) == before
    assert client.get("/in/twin/needs/N-2/").status_code == 404


def test_a_change_on_a_version_that_was_replaced_is_kept_as_a_conflict(browse: Browse) -> None:
    client = browse("recipient_office:east")
    change = {**NEED, "seen": "1"}

    first = client.post("/in/twin/needs/N-1/change/", change | {"key": "c1", "text": "A surgeon by day."})
    second = client.post("/in/twin/needs/N-1/change/", change | {"key": "c2", "text": "A surgeon by night."})

    assert first.status_code == 302 and second.status_code == 422 and "A surgeon by night." in said(second)
    assert "A surgeon by day." in said(client.get("/in/twin/needs/N-1/"))


def test_a_need_that_a_post_answers_is_not_withdrawn(browse: Browse) -> None:
    answer = browse("recipient_office:east").post(
        "/in/twin/needs/N-1/withdraw/", {"key": "w", "reason": "x", "seen": "1"}
    )

    assert answer.status_code == 422 and "N-1" in codes(NeedVersion)


def test_a_donor_nominates_its_own_people_and_takes_one_back(browse: Browse) -> None:
    client = browse("donor_office:DN-A")
    sent = {"key": "k", "donor": "DN-A", "profession": "doctor", "skills": "surgery", "languages": "", "years": "4",
            "grade": "1", "licensed": "", "first": "2028-07-01", "last": "2031-06-30"}  # fmt: skip

    nominated = client.post("/in/twin/rounds/national-2/people/nominate/", sent)
    page = said(client.get("/in/twin/rounds/national-2/people/"))
    foreign = client.post("/in/twin/rounds/national-2/people/nominate/", sent | {"key": "l", "donor": "DN-B"})

    assert nominated.status_code == 302 and "P-DN-A-national-2-1" in page and "P-4" not in page
    assert foreign.status_code == 422
    back = client.post("/in/twin/rounds/national-2/people/back/",
                       {"key": "b", "person": "P-DN-A-national-2-1", "reason": "ill"})  # fmt: skip
    assert back.status_code == 302 and "P-DN-A-national-2-1" not in codes(PersonVersion)


def test_a_draft_is_a_job_that_is_asked_for_once_and_leads_to_its_plan(office: Any) -> None:
    sent = {"key": "d", "kind": "postings", "seconds": "5", "seed": "0", "days": "8"}

    first = office.post("/in/twin/rounds/national-2/draft/", sent)
    again = office.post("/in/twin/rounds/national-2/draft/", sent)
    waiting = said(office.get(first.url))
    working.work_one("w")
    ended = said(office.get(first.url, headers={"HX-Request": "true"}))

    assert first.url == again.url and "waiting" in waiting and 'hx-trigger="every 2s"' in waiting
    assert "<html" not in ended and "hx-trigger" not in ended
    assert f"/in/twin/plans/{PLAN}/" in ended and len(held(PlanRunVersion)) == 1
    assert "Proved best" in said(office.get(f"/in/twin/plans/{PLAN}/"))


def test_a_job_is_stopped_and_cancelled_by_whoever_asked_and_not_by_another_donor(office: Any, browse: Browse) -> None:
    donor, other = browse("donor_office:DN-A"), browse("donor_office:DN-B")
    with acting_as("donor_office:DN-A"):
        asked = {"round": "national-2", "on": "2026-11-23", "seconds": 5}
        job = f"/in/twin/jobs/{jobs.ask('postings', asked, programme='twin', actor='donor_office:DN-A', at=LATER)}/"

    assert other.post(f"{job}cancel/").status_code == 404 and other.get(job).status_code == 404
    assert donor.post(f"{job}cancel/").status_code == 302
    assert "cancelled" in said(donor.get(job)) and working.work_one("w") is None


@pytest.mark.parametrize("kind", ["pairings", "funding", "visits"])
def test_every_kind_of_plan_is_drafted_and_reviewed(office: Any, kind: str) -> None:
    sent = {"key": kind, "kind": kind, "seconds": "5", "seed": "0", "days": "3"}
    job = office.post("/in/twin/rounds/national-2/draft/", sent).url
    working.work_one("w")
    run = re.search(r"/in/twin/plans/[^/]+/", said(office.get(job)))
    assert run is not None

    page = said(office.get(run[0]))

    assert not re.search(r"\brounds\.[a-z]", page)


def test_a_draft_in_the_making_is_found_on_its_rounds_page_and_is_its_offices_own(browse: Browse) -> None:
    office = browse("programme_office:twin")
    sent = {"key": "j", "kind": "postings", "seconds": "5", "seed": "0", "days": "8"}
    job = office.post("/in/twin/rounds/national-2/draft/", sent).url

    assert office.get(job).status_code == 200 and job in said(office.get("/in/twin/rounds/national-2/"))
    assert browse("donor_office:DN-A").get(job).status_code == 404


def test_the_office_asks_why_and_who_else_could(office: Any, drafted: str) -> None:
    review = said(office.get(f"/in/twin/plans/{drafted}/"))
    person = re.search(r"item=(P-\d)~clinic", review.replace("%7E", "~"))
    assert person is not None

    why = said(office.get(f"/in/twin/plans/{drafted}/why/?item={person[1]}~clinic"))
    others = said(office.get(f"/in/twin/plans/{drafted}/post/?post=clinic"))

    assert "clinic" in why and "points" in why
    assert "P-3" in others


def test_wishes_stand_in_the_address_and_are_kept_as_a_draft_of_their_own(office: Any, drafted: str) -> None:
    added = office.get(f"/in/twin/plans/{drafted}/wishes/?wish=lock&first=P-3&second=clinic")
    asked = office.get(f"/in/twin/plans/{drafted}/wishes/{added.url}")
    sent = {"key": "w", "lock": "P-3~clinic"}
    kept = office.post(f"/in/twin/plans/{drafted}/keep/", sent)
    again = office.post(f"/in/twin/plans/{drafted}/keep/", sent)

    assert added.url == "?lock=P-3~clinic" and "P-3 at clinic" in said(asked)
    assert kept.url == again.url == "/in/twin/plans/postings-national-2-2/"
    assert "P-3" in said(office.get(kept.url)) and len(held(PlanRunVersion)) == 2
    compared = said(office.get(f"/in/twin/plans/{drafted}/compare/?other=postings-national-2-2"))
    assert "points less" in compared and "P-3" in compared


def test_somebody_who_drops_out_is_replaced_by_the_fewest_moves(office: Any, drafted: str) -> None:
    answer = said(office.get(f"/in/twin/plans/{drafted}/wishes/?without=P-4"))

    assert "P-4 drops out" in answer and "P-4" in answer


def test_a_wish_that_cannot_be_is_refused_on_the_page(office: Any, drafted: str) -> None:
    answer = office.get(f"/in/twin/plans/{drafted}/wishes/?lock=P-4~clinic")

    assert answer.status_code == 422 and "P-4" in said(answer)


def test_a_draft_is_its_drafters_own_until_it_is_put_before_the_sides(
    browse: Browse, drafted: str, office: Any
) -> None:
    donor = browse("donor_office:DN-A")
    before = donor.get(f"/in/twin/plans/{drafted}/")
    office.post(f"/in/twin/plans/{drafted}/forward/", {"key": "f"})
    again = office.post(f"/in/twin/plans/{drafted}/forward/", {"key": "f"})

    assert before.status_code == 404 and again.status_code == 302
    assert donor.get(f"/in/twin/plans/{drafted}/").status_code == 200


@pytest.mark.parametrize(("actor", "own", "foreign"), [
    ("donor_office:DN-A", {"clinic"}, {"P-4", "school", "Teacher"}),
    ("donor_office:DN-B", {"P-4", "school"}, {"P-1", "P-2", "P-3", "P-5", "clinic", "ward"}),
    ("recipient_office:west", {"P-4", "school"}, {"P-1", "P-2", "P-3", "P-5", "clinic", "ward"}),
])  # fmt: skip
def test_each_side_reads_what_is_its_own_of_a_plan(
    browse: Browse, shown: str, actor: str, own: set[str], foreign: set[str]
) -> None:
    client = browse(actor)
    pages = said(client.get(f"/in/twin/plans/{shown}/")) + said(client.get("/in/twin/rounds/national-2/"))
    pages += said(client.get(f"/in/twin/plans/{shown}/?export=chosen&form=csv"))

    assert all(word in pages for word in own)
    assert not [word for word in foreign if re.search(rf"\b{word}\b", pages)]


def test_a_place_that_sees_nobody_nominated_is_led_to_the_plan_before_it(browse: Browse, shown: str) -> None:
    page = said(browse("recipient_office:east").get("/in/twin/rounds/national-2/"))

    assert f'<p class="next"><a href="/in/twin/plans/{shown}/">' in page


def test_a_donor_asks_why_of_its_own_people_and_is_told_of_nobody_else(browse: Browse, shown: str) -> None:
    client = browse("donor_office:DN-B")

    own = client.get(f"/in/twin/plans/{shown}/why/?item=P-4~school")
    foreign = client.get(f"/in/twin/plans/{shown}/why/?item=P-1~clinic")

    assert own.status_code == 200 and not re.search(r"P-[1235]", said(own))
    assert foreign.status_code == 404
    assert client.get(f"/in/twin/plans/{shown}/post/?post=school").status_code == 403


def test_a_side_signs_with_a_reservation_and_the_office_reads_it_before_it_adopts(
    browse: Browse, shown: str, office: Any
) -> None:
    donor = browse("donor_office:DN-A")
    sent = {"key": "s", "organisation": "DN-A", "kind": "reservation", "reservation": "One is needed at home."}

    signed = donor.post(f"/in/twin/plans/{shown}/sign/", sent)
    wordless = donor.post(f"/in/twin/plans/{shown}/sign/", sent | {"key": "t", "reservation": ""})
    other = donor.post(f"/in/twin/plans/{shown}/sign/", sent | {"key": "u", "organisation": "DN-B"})
    adopting = said(office.get(f"/in/twin/plans/{shown}/adopt/"))

    assert (signed.status_code, wordless.status_code, other.status_code) == (302, 422, 422)
    assert "One is needed at home." in adopting and held(AdoptionVersion) == []


def test_adopting_says_first_what_it_writes_and_can_be_taken_back(office: Any, drafted: str) -> None:
    before = codes(PostingVersion)
    preview = said(office.get(f"/in/twin/plans/{drafted}/adopt/"))
    assert codes(PostingVersion) == before

    first = office.post(f"/in/twin/plans/{drafted}/adopt/", {"key": "a"})
    again = office.post(f"/in/twin/plans/{drafted}/adopt/", {"key": "a"})
    added = codes(PostingVersion) - before

    assert (first.status_code, again.status_code) == (302, 302)
    assert added and re.search(rf"{len(added)}\s*</li>", preview)
    back = office.post(f"/in/twin/plans/{drafted}/withdraw/", {"key": "b", "reason": "a mistake"})
    assert back.status_code == 302 and codes(PostingVersion) == before and held(AdoptionVersion) == []


def test_a_plan_is_not_adopted_when_the_record_has_changed_since(office: Any, drafted: str) -> None:
    more = rows("code round place pairing title_en profession seats must_fill priority from to is_synthetic",
                "ward-2 national-2 dale a-dale Doctor doctor 1 no 2 2028-07 2031-06 yes")  # fmt: skip
    with acting_as(OPERATOR):
        edits.record("posts", more, actor=OFFICE, at=LATER, programme="twin")

    answer = office.post(f"/in/twin/plans/{drafted}/adopt/", {"key": "a"})

    assert answer.status_code == 409 and "changed" in said(answer) and held(AdoptionVersion) == []


@pytest.fixture
def county(browse: Browse) -> Any:
    """A county's office with the workbook it has taken."""
    with acting_as(OPERATOR):
        edits.record("organisations", rows("code name_en name_zh kind place", "RO-A E - bureau east"), actor=OFFICE,
                     at=LATER, programme="twin")  # fmt: skip
    return browse("recipient_office:RO-A")


def returned(client: Any, data: bytes, **said: str) -> Any:
    file = SimpleUploadedFile("return.xlsx", data)
    return client.post("/in/twin/needs/workbook/send/", {"file": file, **said})


def with_cell(data: bytes, sheet: str, row: str, old: str, new: str) -> bytes:
    """A workbook with one cell of a row changed."""
    book = load_workbook(BytesIO(data))
    cells = next(line for line in book[sheet].iter_rows() if any(cell.value == row for cell in line))
    (cell,) = [cell for cell in cells if str(cell.value) == old]
    cell.value = new
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_county_takes_a_workbook_sees_what_it_changed_and_accepts_it(county: Any) -> None:
    taken = county.post("/in/twin/needs/workbook/take/", {"office": "RO-A"})
    filled = with_cell(taken.content, "needs", "N-1", "5", "4")

    same, seen = returned(county, taken.content), returned(county, filled)
    before = priority()
    accepted = returned(county, filled, accept="yes")

    assert len(taken.content) < 100_000 and "nothing would change" in said(same)
    assert "priority: 5 → 4" in said(seen) and before == 5
    assert accepted.status_code == 302, re.findall(r"callout bad.*?</div>", said(accepted), re.S)
    assert priority() == 4


def priority() -> int:
    with acting_as(OPERATOR):
        return int(NeedVersion.objects.known().get(identity__code="N-1").priority)


def test_what_is_no_workbook_of_ones_own_is_refused(county: Any, browse: Browse) -> None:
    with acting_as(OPERATOR):
        edits.record("organisations", rows("code name_en name_zh kind place", "RO-B W - bureau west"), actor=OFFICE,
                     at=LATER, programme="twin")  # fmt: skip
    other = browse("recipient_office:RO-B").post("/in/twin/needs/workbook/take/", {"office": "RO-B"})

    assert returned(county, b"no workbook").status_code == 422
    assert returned(county, other.content).status_code == 422
    assert county.post("/in/twin/needs/workbook/take/", {"office": "RO-B"}).status_code == 422


@pytest.mark.parametrize("path", ["needs/", "needs/N-1/", "rounds/", "rounds/national-2/", "rounds/national-2/people/",
                                  "needs/workbook/",
                                  f"plans/{PLAN}/", f"plans/{PLAN}/wishes/", f"plans/{PLAN}/adopt/"])  # fmt: skip
def test_pages_of_a_round_are_whole_in_both_languages(office: Any, drafted: str, path: str) -> None:
    for language, lang in (("en", "en"), ("zh-hans", "zh-Hans")):
        office.post("/language/", {"language": language, "next": "/"})
        page = said(office.get(f"/in/twin/{path}"))

        assert f'lang="{lang}"' in page
        assert not re.search(r">[^<]*\b(rounds|choices|planning|web)\.[a-z-]+", page)
        assert "Both(" not in page and "Words(" not in page


@pytest.mark.parametrize("path", ["needs/", "rounds/", "rounds/national-2/", "rounds/national-2/people/"])
def test_lists_ask_the_record_as_often_for_few_rows_as_for_many(office: Any, path: str) -> None:
    def add(count: int, mark: str) -> None:
        """A row in each of the tables, so that no answer is kept that was read from them."""
        with acting_as(OPERATOR):
            for table, lines in (
                ("needs", rows("code place category text_en priority stated_by is_synthetic",
                               *(f"M-{mark}{k} east health More 2 office yes" for k in range(count)))),
                ("rounds", rows("code scheme ordinal from to",
                                *(f"r-{mark}{k} {mark} {k + 9} 2040 2043" for k in range(count)))),
                ("people", rows("code donor round profession years_in_profession from to is_synthetic",
                                *(f"Q-{mark}{k} DN-A national-2 doctor 3 2028-06 2031-07 yes" for k in range(count)))),
                ("posts", rows("code round place pairing title_en profession seats must_fill priority need from to"
                               " is_synthetic", *(f"X-{mark}{k} national-2 east a-east Doctor doctor 1 no 2 M-{mark}{k}"
                               " 2028-07 2031-06 yes" for k in range(count)))),
            ):  # fmt: skip
                edits.record(table, lines, actor=OFFICE, at=LATER, programme="twin")

    office.get(f"/in/twin/{path}")
    add(1, "few")
    with CaptureQueriesContext(connection) as few:
        office.get(f"/in/twin/{path}")
    add(20, "many")
    with CaptureQueriesContext(connection) as many:
        office.get(f"/in/twin/{path}")

    assert len(many) == len(few)
