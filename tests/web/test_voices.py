"""Objections answered on a page: by the office that answers for them, seen by whoever raised them, their words kept."""

from __future__ import annotations

from typing import Any

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import FeedbackVersion, JournalEntry
from tests.web.conftest import Browse

CODE = "OB-P-1-1"
HERE = f"/in/twin/voices/{CODE}/"
ROW = f"/in/twin/rows/feedback/{CODE}/"
SAID = {"key": "a", "text": "It is corrected.", "outcome": "upheld"}


def said(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def objected(browse: Browse) -> Any:
    """A secondee who objected to what is kept of them."""
    client = browse("secondee:P-1")
    client.post("/in/twin/me/record/object/", {"key": "o", "asks": "correct", "text": "My profession is wrong."})
    return client


def row() -> FeedbackVersion:
    with acting_as(OPERATOR):
        return FeedbackVersion.objects.known().get(identity__code=CODE)


def test_the_home_office_answers_and_whoever_objected_sees_it(browse: Browse, objected: Any) -> None:
    donor = browse("donor_office:DN-A")
    home = said(donor.get("/in/twin/"))

    answered = donor.post(f"{HERE}answer/", SAID)

    assert f'href="{HERE}"' in home and answered.status_code == 302
    assert "It is corrected." in said(objected.get("/in/twin/me/record/"))
    assert f'href="{HERE}"' not in said(donor.get("/in/twin/"))
    with acting_as(OPERATOR):
        entry = JournalEntry.objects.order_by("number").last()
    assert entry is not None and (entry.command, entry.actor) == ("feedback.answer", "donor_office:DN-A")


def test_a_second_answer_and_one_that_decides_nothing_are_refused(browse: Browse, objected: Any) -> None:
    donor = browse("donor_office:DN-A")

    undecided = donor.post(f"{HERE}answer/", {**SAID, "outcome": ""})
    donor.post(f"{HERE}answer/", SAID)
    second = donor.post(f"{HERE}answer/", {**SAID, "text": "Or not."})

    assert (undecided.status_code, second.status_code) == (422, 422) and "was answered on" in said(second)
    assert row().reply_en == "It is corrected."


def test_the_office_that_answers_cannot_change_or_withdraw_what_was_said(browse: Browse, objected: Any) -> None:
    donor = browse("donor_office:DN-A")
    before = row()
    cells = {f"cell-{name}": "" for name in ("reply_en", "reply_zh", "place", "channel", "text_zh", "replied", "note")}
    kept = {
        "key": "c", "seen": before.number, "reason": "", **cells, "cell-day": before.day.isoformat(),
        "cell-kind": "objection", "cell-said_by": "secondee", "cell-about": "people/P-1", "cell-owner": "DN-A",
        "cell-reply_due": str(before.reply_due), "cell-outcome": "open", "cell-text_en": "I am quite content.",
    }  # fmt: skip

    changed = donor.post(f"{ROW}correct/", kept)
    withdrawn = donor.post(f"{ROW}withdraw/", {"key": "w", "seen": before.number, "reason": "No need"})

    assert (changed.status_code, withdrawn.status_code) == (403, 403)
    assert "in the words of whoever said it" in said(changed) and "in the words of" in said(withdrawn)
    assert row().text_en == before.text_en


@pytest.mark.parametrize("role", ["donor_office:DN-B", "recipient_office:east"])
def test_another_office_meets_none_of_it(browse: Browse, objected: Any, role: str) -> None:
    other = browse(role)

    assert other.get(HERE).status_code == 404 and other.post(f"{HERE}answer/", SAID).status_code == 404
    assert CODE not in said(other.get("/in/twin/voices/"))


def test_an_evaluator_meets_none_of_what_is_said_of_ones_own_data(browse: Browse, objected: Any) -> None:
    evaluator = browse("evaluator")

    pages = [evaluator.get(at) for at in (HERE, ROW, "/in/twin/voices/", "/in/twin/", "/in/twin/waiting/")]

    assert [page.status_code for page in pages] == [404, 404, 200, 200, 200]
    assert not any("My profession is wrong." in said(page) or "OB-P-1-1" in said(page) for page in pages[2:])
    assert evaluator.post(f"{HERE}answer/", SAID).status_code == 403
