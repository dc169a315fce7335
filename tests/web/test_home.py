"""The first page: what waits for each role, what changed since somebody was here, figures, the round in hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.jobs import Job
from pairup.services import edits, jobs, journal_check, plan_steps, users
from pairup.web import home as home_page
from pairup.web import visited
from pairup.web.pages import clock
from tests.services.cast import DRAFTED, LATER, OFFICE, draft, rows
from tests.web.conftest import Browse

HOME = "/in/twin/?on=2026-11-23"


def said(answer: Any) -> str:
    return str(answer.content.decode())


def record(table: str, columns: str, *lines: str, at: datetime = LATER) -> None:
    with acting_as(OPERATOR):
        edits.record(table, rows(columns, *lines), actor=OFFICE, at=at, programme="twin")


def an_incident(*codes: str) -> None:
    """Things that went wrong in East; its office was to see to them by 15 November."""
    if "I-1" in codes:
        record("organisations", "code name_en name_zh kind place", "RO-A Ward 东部办 bureau east")
    record("incidents", "code day kind severity place action_en owner due is_synthetic",
           *(f"{code} 2026-11-10 weather minor east Cold~ward RO-A 2026-11-15 yes" for code in codes))  # fmt: skip


def test_what_is_overdue_is_told_in_words_with_the_page_where_it_is_done(browse: Browse) -> None:
    an_incident("I-1")

    page = said(browse("recipient_office:east").get(HOME))

    assert "8 days overdue" in page and "Cold ward" in page and "/in/twin/rows/incidents/I-1/" in page
    assert "Overdue: 1" in page  # the next step, on top


def test_what_another_office_owes_is_not_ones_own(browse: Browse) -> None:
    an_incident("I-1")

    assert "Cold ward" not in said(browse("donor_office:DN-B").get(HOME))


def test_a_side_is_asked_to_sign_a_draft_that_was_put_before_it_and_no_more_once_it_signed(browse: Browse) -> None:
    with acting_as(OPERATOR):
        run = draft("postings", round_code="national-2").run
        before = said(browse("donor_office:DN-A").get(HOME))
        plan_steps.put_forward(run, actor=OFFICE, at=DRAFTED + timedelta(hours=1), programme="twin")
    donor = browse("donor_office:DN-A")

    asked = said(donor.get(HOME))
    donor.post(f"/in/twin/plans/{run}/sign/", {"key": "s", "organisation": "DN-A", "kind": "signed"})
    after = said(donor.get("/in/twin/"))

    assert "sign a drafted plan" in asked and f"/in/twin/plans/{run}/" in asked
    assert "sign a drafted plan" not in before and "sign a drafted plan" not in after
    assert "adopt a plan" in said(browse("programme_office").get(HOME))


def test_figures_are_those_of_the_role(browse: Browse) -> None:
    office, donor = said(browse("programme_office").get(HOME)), said(browse("donor_office:DN-B").get(HOME))
    county = said(browse("recipient_office:east").get(HOME))

    assert "Pairings in force" in office and ">2</a>" in office and "national-2" in office
    assert ">1</a>" in donor and "Needs open" not in donor
    assert "Needs open" in county
    assert "Claims on record" in said(browse("evaluator").get(HOME))
    assert "Last checkpoint signed" in said(browse("administrator").get(HOME))
    assert "Pairings in force" not in said(browse("secondee:P-0").get(HOME))


def test_what_changed_since_the_last_visit_is_told_as_far_as_it_is_ones_own(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    monkeypatch.setattr(visited, "clock", lambda: now)
    office, donor = browse("programme_office"), browse("donor_office:DN-B")
    for client in (office, donor):
        client.get("/in/twin/")
    monkeypatch.setattr(visited, "clock", lambda: now + timedelta(hours=2))
    record("needs", "code place category text_en priority stated_by is_synthetic",
           "N-8 east health Beds. 3 office yes", at=now + timedelta(hours=1))  # fmt: skip

    told, untold = said(office.get("/in/twin/")), said(donor.get("/in/twin/"))

    assert "Since your last visit, 23 November 2026 09:00 UTC" in told
    assert "recorded rows" in told and "Needs (1)" in told and "loaded a programme" not in told
    assert "Nothing of yours changed." in untold  # East is not along its pairing


def test_a_limited_role_is_told_that_its_rows_changed_not_by_which_command_of_another(browse: Browse) -> None:
    record("needs", "code place category text_en priority stated_by is_synthetic",
           "N-8 west health Beds. 3 office yes", at=datetime.now(UTC))  # fmt: skip

    told = said(browse("donor_office:DN-B").get("/in/twin/"))

    assert "a change by somebody else" in told and "Needs (1)" in told and "recorded rows" not in told


def test_everything_that_waits_is_searched_and_taken_away(browse: Browse) -> None:
    an_incident("I-1")
    county = browse("recipient_office:east")

    listed = said(county.get("/in/twin/waiting/?group=overdue&on=2026-11-23"))
    taken = county.get("/in/twin/waiting/?on=2026-11-23&export=waiting&form=csv").content.decode()

    assert "8 days overdue" in listed and "Cold ward" in taken and "2026-11-15" in taken


def test_the_first_page_asks_the_same_questions_of_two_things_and_of_twenty(browse: Browse) -> None:
    office = browse("programme_office")
    an_incident("I-1")
    office.get(HOME)
    few = _questions(office)
    an_incident(*(f"I-{n}" for n in range(2, 22)))

    assert _questions(office) == few


def _questions(client: Any) -> int:
    from pairup.record.remembered import _kept

    _kept.clear()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(HOME).status_code == 200
    return len(asked)


def test_a_page_view_writes_nothing_and_is_in_both_languages(browse: Browse) -> None:
    an_incident("I-1")
    county = browse("recipient_office:east")
    with acting_as(OPERATOR):
        before = journal_check.last_number()
    county.post("/language/", {"language": "zh-hans", "next": "/"})

    page = said(county.get(HOME))

    with acting_as(OPERATOR):
        assert journal_check.last_number() == before
    assert "逾期8天" in page and "待办" in page and "pages." not in page


def test_no_more_than_two_of_a_kind_come_before_every_kind_was_told() -> None:
    from pairup.services.desk import Task
    from pairup.services.dues import Due

    tasks = [Task(Due("-", "reply", None, f"feedback/{n}"), "answer") for n in range(9)]
    tasks.append(Task(Due("-", "offer", None, "post_offers/1"), "answer"))

    assert [one.due.kind for one in home_page._first(tasks)] == ["reply", "reply", "offer", "reply", "reply"]


def test_claims_of_effect_wait_for_an_evaluator_until_somebody_evaluated_them(browse: Browse) -> None:
    evaluator = browse("evaluator")
    before = evaluator.get("/in/twin/").content.decode()
    said = {"speaker": "a report", "day": "2026", "text": "It made births safer.", "claim_class": "reported",
            "subject": "births", "bound": "exact", "says_effect": "on"}  # fmt: skip

    evaluator.post("/in/twin/claims/state/", {**said, "key": "k"})

    after = evaluator.get("/in/twin/").content.decode()
    assert "To evaluate" not in before
    assert "To evaluate" in after and 'href="/in/twin/claims/claim-1/"' in after and "Register how it is to be" in after
    assert "To evaluate" not in browse("programme_office").get("/in/twin/").content.decode()


def test_an_evaluator_is_led_to_what_is_theirs_to_do_and_not_to_what_offices_answer(browse: Browse) -> None:
    record("feedback", "code day kind said_by text_en about reply_due is_synthetic",
           "FB-1 2026-09-01 objection resident Slow projects/J-1 2026-10-01 yes")  # fmt: skip
    said = {"speaker": "a report", "day": "2026", "text": "It made births safer.", "claim_class": "reported",
            "subject": "births", "bound": "exact", "says_effect": "on"}  # fmt: skip
    evaluator, office = browse("evaluator"), browse("programme_office")
    evaluator.post("/in/twin/claims/state/", {**said, "key": "k"})

    steps = [
        client.get("/in/twin/").content.decode().partition('class="next"')[2][:90] for client in (evaluator, office)
    ]

    assert "group=evaluate" in steps[0] and "group=answer" in steps[1]
    assert "Slow" in evaluator.get("/in/twin/waiting/?group=others").content.decode()


def test_an_administrators_first_page_tells_of_failed_work_and_of_roles_that_end(browse: Browse) -> None:
    admin = browse("administrator")
    soon = clock().date() + timedelta(days=5)
    with acting_as(OPERATOR):
        jobs.ask("claims", {"on": "2026-11-23"}, programme="twin", actor=OFFICE, at=clock())
        Job.objects.update(state="failed", ended=clock())
        users.add("county-1", actor="administrator", at=clock())
        users.grant("county-1", "recipient_office:east", actor="administrator", at=clock(), first=clock().date(),
                    last=soon)  # fmt: skip
        failed = Job.objects.count()

    page = admin.get("/in/twin/").content.decode()

    assert f'jobs failed in a week</dt><dd><a href="/in/twin/jobs/">{failed}</a>' in page and failed == 1
    assert 'roles that end within 30 days</dt><dd><a href="/in/twin/administration/">1</a>' in page
