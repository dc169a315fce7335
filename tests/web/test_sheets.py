"""A table as a sheet: taken, sent back, the difference seen before anything is written, accepted in part."""

from __future__ import annotations

import io
import re
from typing import Any
from zipfile import ZipFile

from django.core.files.uploadedfile import SimpleUploadedFile

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import NeedVersion
from tests.web.conftest import Browse

HERE = "/in/twin/administration/sheets/"
HEAD = "code,place,category,text_en,priority,stated_by,is_synthetic\n"
NEW = "N-90,east,health,A clinic that is staffed at night,4,office,yes\n"


def sent(text: str, **more: str) -> dict[str, Any]:
    return {"table": "needs", "file": SimpleUploadedFile("sheet.csv", (HEAD + text).encode()), **more}


def said(answer: Any) -> str:
    return str(answer.content.decode())


def needs() -> dict[str, str]:
    with acting_as(OPERATOR):
        return dict(NeedVersion.objects.known().values_list("identity__code", "text_en"))


def test_a_sheet_shows_what_it_would_change_and_writes_nothing(browse: Browse) -> None:
    before = needs()

    answer = browse("programme_office").post(f"{HERE}send/", sent(NEW))

    assert answer.status_code == 200 and "Write all that is new or changed" in said(answer)
    assert "N-90" in said(answer) and needs() == before


def test_what_was_accepted_is_written_once(browse: Browse) -> None:
    office = browse("programme_office")

    written = office.post(f"{HERE}send/", sent(NEW, accept="new"))
    again = office.post(f"{HERE}send/", sent(NEW))

    assert written.status_code == 302 and needs()["N-90"] == "A clinic that is staffed at night"
    assert again.status_code == 200 and "Write all that is new or changed" not in said(again)


def test_what_others_changed_after_the_page_was_shown_is_not_written_over(browse: Browse) -> None:
    from pairup.services import edits
    from tests.services.cast import LATER

    office, change = browse("programme_office"), "N-2,west,education,Two teachers.,3,office,yes\n"
    shown = re.search(r'name="as_of" value="(\d+)"', said(office.post(f"{HERE}send/", sent(change))))
    assert shown is not None
    with acting_as(OPERATOR):
        edits.correct("needs", "N-2", {"text_en": "One more."}, seen=1, actor="programme_office", at=LATER)

    office.post(f"{HERE}send/", sent(change, accept="all", as_of=shown[1]))

    assert needs()["N-2"] == "One more."


def test_only_what_is_new_is_written_where_that_is_asked(browse: Browse) -> None:
    kept = needs()["N-1"]
    changed = "N-1,east,health,Something else,4,office,yes\n"

    browse("programme_office").post(f"{HERE}send/", sent(NEW + changed, accept="new"))

    assert "N-90" in needs() and needs()["N-1"] == kept


def test_a_refused_row_says_why_and_the_good_one_may_still_be_written(browse: Browse) -> None:
    office = browse("programme_office")
    bad = "N-91,nowhere,health,At no place,4,office,yes\n"

    seen = office.post(f"{HERE}send/", sent(NEW + bad))
    office.post(f"{HERE}send/", sent(NEW + bad, accept="all"))

    assert "nowhere" in said(seen) and "N-90" in needs() and "N-91" not in needs()


def test_a_file_that_is_no_sheet_is_refused_in_the_form(browse: Browse) -> None:
    file = SimpleUploadedFile("sheet.xlsx", b"PK\x03\x04 no workbook at all")

    answer = browse("programme_office").post(f"{HERE}send/", {"table": "needs", "file": file})

    assert answer.status_code == 422 and 'role="alert"' in said(answer)


def test_a_table_is_taken_with_its_rows_or_empty(browse: Browse) -> None:
    office = browse("programme_office")

    for what in ("rows", "empty"):
        answer = office.post(f"{HERE}take/", {"table": "needs", "what": what})
        inside = b"".join(
            ZipFile(io.BytesIO(answer.content)).read(name) for name in ZipFile(io.BytesIO(answer.content)).namelist()
        )

        assert answer.status_code == 200 and "needs-" in answer["Content-Disposition"]
        assert (b"N-1" in inside) or what == "empty"


def test_sheets_of_any_table_are_the_offices_of_the_programme_alone(browse: Browse) -> None:
    for actor in ("donor_office:DN-A", "recipient_office:east", "evaluator"):
        assert browse(actor).post(f"{HERE}send/", sent(NEW, accept="all")).status_code == 403
        assert browse(actor).get(HERE).status_code == 403
    assert "N-90" not in needs()
