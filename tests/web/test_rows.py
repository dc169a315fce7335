"""Any row with its versions, corrected and withdrawn; edits that came too late with both sides."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pairup.errors import ConflictError
from pairup.record.acting import OPERATOR, acting_as
from pairup.services import edits, histories
from pairup.services.access import POLICY
from pairup.services.schema import folder_layout
from pairup.values.words import LANGUAGES, say
from pairup.web.rows import _TOLD, column_title, table_title
from tests.services.cast import LATER, OFFICE
from tests.web.conftest import Browse
from tests.web.test_frame import main_of

ROW = "/in/twin/rows/needs/N-1/"


def said(answer: Any) -> str:
    return str(answer.content.decode())


def filled(row: str = "N-1", **changes: str) -> dict[str, str]:
    """The correction form as a page shows it, with cells changed."""
    with acting_as(OPERATOR):
        step = histories.history("needs", row, programme="twin")[-1]
    return {f"cell-{name}": text for name, text in (dict(step.cells) | changes).items()} | {
        "seen": str(step.number), "key": "once", "reason": "counted again",
    }  # fmt: skip


def a_conflict() -> str:
    """An edit of need N-1 made on a version that was replaced meanwhile."""
    with acting_as(OPERATOR):
        edits.correct("needs", "N-1", {"priority": "4"}, seen=1, actor=OFFICE, at=LATER, programme="twin")
        with pytest.raises(ConflictError) as late:
            edits.correct("needs", "N-1", {"priority": "2"}, seen=1, actor=OFFICE, at=LATER, programme="twin")
    return str(late.value.facts["conflict"])


def test_a_row_tells_every_version_with_who_when_and_why(browse: Browse) -> None:
    browse("recipient_office:east").post(f"{ROW}correct/", filled(priority="4"))

    page = said(browse("programme_office").get(ROW))

    assert "counted again" in page and "corrected a row" in page and "recipient office east" in page
    assert "loaded a programme" in page and "residents" in page


def test_a_correction_sent_twice_counts_once_and_can_be_put_back(browse: Browse) -> None:
    office, sent = browse("programme_office"), filled(priority="4")

    for _ in range(2):
        answer = office.post(f"{ROW}correct/", sent, follow=True)
        assert "Saved as a new version" in said(answer)
    with acting_as(OPERATOR):
        assert [step.number for step in histories.history("needs", "N-1", programme="twin")] == [1, 2]
    assert 'value="5"' in said(office.get(f"{ROW}?like=1"))


def test_what_was_typed_stands_in_the_form_that_was_refused(browse: Browse) -> None:
    answer = browse("programme_office").post(f"{ROW}correct/", filled(priority="much", text_en="A surgeon, soon."))

    assert answer.status_code == 422 and "A surgeon, soon." in said(answer)


def test_an_edit_that_came_too_late_leads_to_both_sides(browse: Browse) -> None:
    late = filled(priority="2")
    browse("recipient_office:east").post(f"{ROW}correct/", filled(priority="4"))

    answer = browse("programme_office").post(f"{ROW}correct/", late | {"key": "late"}, follow=True)

    page = said(answer)
    assert "/conflicts/conflict-" in answer.redirect_chain[-1][0] and "Nothing is lost" in page
    assert "<td>4</td><td>2</td>" in page and "recipient office east" in page


def test_a_conflict_is_settled_once_with_a_reason(browse: Browse) -> None:
    code, office = a_conflict(), browse("programme_office")
    at = f"/in/twin/conflicts/{code}/settle/"

    refused = office.post(at, {"key": "a", "outcome": "taken", "reason": ""})
    settled = office.post(at, {"key": "a", "outcome": "taken", "reason": "the newer count"}, follow=True)
    again = office.post(at, {"key": "a", "outcome": "stands", "reason": "no"})

    assert refused.status_code == 422 and "The conflict is settled." in said(settled) and again.status_code == 422
    with acting_as(OPERATOR):
        assert histories.history("needs", "N-1", programme="twin")[-1].cells["priority"] == "2"


def test_a_conflict_is_listed_and_is_of_nobody_else(browse: Browse) -> None:
    code = a_conflict()

    assert code in said(browse("programme_office").get("/in/twin/conflicts/"))
    donor = browse("donor_office:DN-A")
    assert code not in said(donor.get("/in/twin/conflicts/"))
    assert donor.get(f"/in/twin/conflicts/{code}/").status_code == 404


def test_a_withdrawn_row_stays_readable(browse: Browse) -> None:
    office = browse("programme_office")
    with acting_as(OPERATOR):
        seen = histories.history("projects", "J-3", programme="twin")[-1].number

    answer = office.post(
        "/in/twin/rows/projects/J-3/withdraw/", {"seen": seen, "key": "w", "reason": "twice"}, follow=True
    )

    assert "This row was withdrawn" in said(answer) and "twice" in said(answer) and "withdrawn" in said(answer)


def test_whose_row_it_is_not_reads_it_and_has_no_form(browse: Browse) -> None:
    page = said(browse("evaluator").get(ROW))

    assert "A surgeon for the clinic." in page and "Save as a new version" not in page
    assert browse("evaluator").post(f"{ROW}correct/", filled(priority="4")).status_code == 403
    assert browse("administrator").post(f"{ROW}correct/", filled(priority="4")).status_code == 403
    with acting_as(OPERATOR):
        assert len(histories.history("needs", "N-1", programme="twin")) == 1
    assert "Save as a new version" not in said(browse("donor_office:DN-A").get("/in/twin/rows/rounds/national-2/"))


def test_another_sides_row_is_as_one_that_is_not_there(browse: Browse) -> None:
    client = browse("donor_office:DN-A")

    hidden, missing = (client.get(f"/in/twin/rows/needs/{code}/") for code in ("N-2", "N-9"))

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert main_of(hidden).replace("N-2", "N-9") == main_of(missing)


@pytest.mark.parametrize("table", ["nothing", "complaints", "grants", "vault_reads"])
def test_what_is_no_table_of_rows_to_read_is_missing(browse: Browse, table: str) -> None:
    assert browse("programme_office").get(f"/in/twin/rows/{table}/x/").status_code == 404


def test_what_the_vault_holds_is_told_by_no_history(browse: Browse) -> None:
    page = said(browse("programme_office").get("/in/twin/rows/fitness/F-1/"))

    assert "Save as a new version" not in page and ">fit<" not in page and "4000" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_table_and_column_has_words(language: str) -> None:
    layout = folder_layout()
    columns = {
        column.name for table in layout.values() if table.by_hand or table.name in _TOLD for column in table.columns
    }
    wanted = [f"pages.did-{command.replace('.', '-')}" for command in POLICY]
    wanted += [table_title(table).code for table in layout] + [column_title(name).code for name in columns]

    assert [code for code in wanted if say(code, language) == code] == []


def test_conflicts_are_listed_with_the_same_questions_however_many(browse: Browse) -> None:
    office = browse("programme_office")
    a_conflict()
    few = _questions(office)
    with acting_as(OPERATOR):
        for n in range(8):
            with pytest.raises(ConflictError):
                edits.correct("needs", "N-1", {"note": f"{n}"}, seen=1, actor=OFFICE, at=LATER, programme="twin")

    assert _questions(office) == few


def _questions(client: Any) -> int:
    client.get("/in/twin/conflicts/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/in/twin/conflicts/").status_code == 200
    return len(asked)


def test_days_figures_and_amounts_of_a_row_stand_as_each_language_writes_them(browse: Browse) -> None:
    office = browse("programme_office")
    with acting_as(OPERATOR):
        seen = histories.history("money", "M-1", programme="twin")[-1]
    amount, row = seen.cells["amount"], "/in/twin/rows/money/M-1/"
    edit = {"seen": seen.number, "actor": OFFICE, "at": LATER, "programme": "twin"}
    with acting_as(OPERATOR):
        edits.correct("money", "M-1", {"amount": "267881130", "day": "2026-07-15"}, **edit)

    english = said(office.get(row))
    office.post("/language/", {"language": "zh-hans", "next": "/"})
    chinese = said(office.get(row))

    assert amount and "CNY 267,881,130.00" in english and "15 July 2026" in english
    assert "26,788.113万元" in chinese and "2026年7月15日" in chinese
    told = main_of(office.get(row)).partition("<form")[0]
    assert "2026-07-15" not in told and "CNY" not in told.replace("<dd>CNY</dd>", "")


def test_rules_stand_under_their_titles_and_no_year_is_cut_in_thousands(browse: Browse) -> None:
    office = browse("programme_office")

    page = said(office.get("/in/twin/rows/programme/twin/"))

    assert "Money owed: Xizang" in page and "money_quota" not in page.partition("<form")[0]
    assert "2,0" not in main_of(office.get("/in/twin/rows/money/M-1/")).partition("<form")[0]
