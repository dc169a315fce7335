"""A claim registered on a page: what the checks say before it is kept, and who may."""

from __future__ import annotations

from typing import Any

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import ClaimVersion, JournalEntry
from pairup.services import histories
from tests.web.conftest import Browse
from tests.web.test_api import Program

HERE = "/in/twin/claims/state/"
SAID = {
    "key": "k", "speaker": "a yearly report", "day": "2026", "text": "Births attended rose by a third.",
    "claim_class": "reported", "subject": "births_attended", "figure": "33", "uom": "%", "bound": "about",
    "arithmetic": "kind=growth;from=60;to=90",
}  # fmt: skip


def said(answer: Any) -> str:
    return str(answer.content.decode())


def claims() -> int:
    with acting_as(OPERATOR):
        return int(ClaimVersion.objects.count())


def test_an_evaluator_sees_that_the_arithmetic_is_wrong_and_keeps_the_claim_all_the_same(browse: Browse) -> None:
    evaluator, before = browse("evaluator"), claims()

    looked = evaluator.post(HERE, {**SAID, "look": "1"})
    kept = evaluator.post(HERE, SAID)

    assert (
        looked.status_code == 200
        and "Nothing is kept yet" in said(looked)
        and "From 60 to 90 is 50 %, not 33 %" in said(looked)
    )
    assert kept.status_code == 302 and kept["Location"] == "/in/twin/claims/claim-1/"
    assert claims() == before + 1
    assert "Births attended rose by a third." in said(evaluator.get(kept["Location"]))
    with acting_as(OPERATOR):
        entry = JournalEntry.objects.order_by("number").last()
    assert entry is not None and (entry.command, entry.actor) == ("claim.state", "evaluator")


def test_a_form_sent_twice_keeps_one_claim(browse: Browse) -> None:
    office, before = browse("programme_office"), claims()

    answers = [office.post(HERE, SAID)["Location"] for _ in range(2)]

    assert answers[0] == answers[1] and claims() == before + 1


def test_a_claim_is_seen_to_contradict_another_before_it_is_kept(browse: Browse) -> None:
    evaluator = browse("evaluator")
    evaluator.post(HERE, {**SAID, "arithmetic": "", "figure": "12", "bound": "exact"})

    looked = evaluator.post(HERE, {**SAID, "key": "l", "arithmetic": "", "figure": "40", "bound": "exact", "look": "1"})

    assert 'href="/in/twin/claims/claim-1/"' in said(looked)


def test_a_text_in_chinese_alone_stands_under_both_languages(browse: Browse) -> None:
    evaluator = browse("evaluator")
    evaluator.post("/language/", {"language": "zh-hans", "next": "/"})

    evaluator.post(HERE, {**SAID, "text": "住院分娩率提高了三分之一。"})

    with acting_as(OPERATOR):
        row = ClaimVersion.objects.get(identity__code="claim-1")
    assert (row.text_zh, row.text_en) == ("住院分娩率提高了三分之一。",) * 2


@pytest.mark.parametrize(
    ("wrong", "why"), [({"day": "soon"}, "soon"), ({"figure": "a lot"}, "a lot"), ({"place": "nowhere"}, "nowhere")]
)
def test_what_is_no_claim_is_refused_in_the_form(browse: Browse, wrong: dict[str, str], why: str) -> None:
    evaluator, before = browse("evaluator"), claims()

    for button in ({}, {"look": "1"}):
        answer = evaluator.post(HERE, {**SAID, **wrong, **button})
        told = said(answer).partition('role="alert"')[2].partition("</div>")[0]
        assert answer.status_code == 422 and why in told

    assert claims() == before


@pytest.mark.parametrize(
    "role", ["donor_office:DN-A", "recipient_office:east", "secondee:P-1", "administrator", "public"]
)
def test_nobody_else_registers_one(browse: Browse, role: str) -> None:
    client, before = browse(role), claims()

    assert client.get(HERE).status_code in (302, 403) and client.post(HERE, SAID).status_code in (302, 403)
    assert claims() == before


def corrected(of: str, **cells: str) -> dict[str, str]:
    """The form of a claim's row with cells changed, as its page sends it."""
    with acting_as(OPERATOR):
        step = histories.history("claims", of, programme="twin")[-1]
    return {f"cell-{name}": text for name, text in (dict(step.cells) | cells).items()} | {
        "seen": str(step.number), "key": f"c-{of}-{step.number}", "reason": "misread",
    }  # fmt: skip


def in_force(code: str) -> list[tuple[int, str]]:
    with acting_as(OPERATOR):
        return list(ClaimVersion.objects.known().filter(identity__code=code).values_list("number", "speaker"))


def test_an_evaluator_corrects_and_withdraws_a_claim_of_their_own_as_an_office_does_its_rows(browse: Browse) -> None:
    evaluator, row = browse("evaluator"), "/in/twin/rows/claims/claim-1/"
    evaluator.post(HERE, SAID)

    page = said(evaluator.get("/in/twin/claims/claim-1/"))
    answer = evaluator.post(f"{row}correct/", corrected("claim-1", speaker="the yearly report"), follow=True)

    assert f'href="{row}#correct"' in page
    assert "Saved as a new version" in said(answer) and in_force("claim-1") == [(2, "the yearly report")]

    evaluator.post(f"{row}withdraw/", {"seen": "2", "key": "w", "reason": "never said"})

    assert in_force("claim-1") == []


def test_what_the_office_corrected_is_in_the_words_of_the_office(browse: Browse) -> None:
    evaluator, row = browse("evaluator"), "/in/twin/rows/claims/claim-1/"
    evaluator.post(HERE, SAID)
    browse("programme_office").post(f"{row}correct/", corrected("claim-1", speaker="an office"))

    answer = evaluator.post(f"{row}correct/", corrected("claim-1", speaker="a yearly report"))

    assert answer.status_code == 403 and in_force("claim-1") == [(2, "an office")]


def test_an_evaluator_corrects_no_claim_of_somebody_else_and_no_other_row(browse: Browse) -> None:
    evaluator = browse("evaluator")
    browse("programme_office").post(HERE, SAID)
    row, of_east = "/in/twin/rows/claims/claim-1/", "/in/twin/rows/projects/J-3/"

    page, opened = said(evaluator.get("/in/twin/claims/claim-1/")), said(evaluator.get(row))
    answers = [
        evaluator.post(f"{row}correct/", corrected("claim-1", speaker="me")),
        evaluator.post(f"{row}withdraw/", {"seen": "1", "key": "w", "reason": "mine"}),
        evaluator.post(f"{of_east}withdraw/", {"seen": "1", "key": "v", "reason": "mine"}),
    ]

    assert "#correct" not in page and "Save as a new version" not in opened
    assert [answer.status_code for answer in answers] == [403] * 3
    assert all("evaluator may not write that in claims" in said(answer) for answer in answers[:2])
    assert in_force("claim-1") == [(1, "a yearly report")]
    with acting_as(OPERATOR):
        assert len(histories.history("projects", "J-3", programme="twin")) == 1


def test_a_program_of_an_evaluator_corrects_their_own_claims_only(browse: Browse) -> None:
    program = Program("evaluator", "read", "write")
    cells = {name: SAID[name] for name in ("speaker", "day", "claim_class", "subject", "figure", "uom")}
    program("post", "/claims/", {"cells": cells | {"text_en": SAID["text"]}})
    browse("programme_office").post(HERE, SAID)

    answers = [
        program("patch", f"/tables/claims/claim-{number}/", {"cells": {"speaker": "me"}, "seen": 1})
        for number in (1, 2)
    ]

    assert [status for status, _ in answers] == [200, 403]
    assert (in_force("claim-1"), in_force("claim-2")) == ([(2, "me")], [(1, "a yearly report")])
