"""A posting lasts longer only with its secondee's own consent, whichever way the longer row comes in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pairup.errors import ConflictError
from pairup.exchange.sheets import write_sheet
from pairup.services.folder import FolderRefused
from pairup.values.codes import Answer
from tests.services.cast import LATER, OFFICE, Tables, a_programme, changed, load, rows, with_rows

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
POSTING = "code person post status from to is_synthetic"
SIGNATURE = "code day person about answer paper is_synthetic"
PAPER = ("documents", "code kind title_en from sha256 is_synthetic", f"D-1 consent Consent 2026-11 {'a' * 64} yes")


@pytest.fixture
def twin(record: Path) -> Path:
    load(a_programme())
    return record


def last() -> date | None:
    from pairup.record.models import PostingVersion

    found = PostingVersion.objects.known().filter(identity__code="R-0").order_by("-ends_before").first()
    return found.ends_before if found else None


def longer(until: str = "2028-12-31") -> Tables:
    return changed(a_programme(), "postings", "R-0", to=until)


def told(refused: pytest.ExceptionInfo[FolderRefused]) -> list[tuple[str, str, int | None, str]]:
    return [(one.words.code, one.file, one.row, one.column) for one in refused.value.findings]


@pytest.mark.parametrize("until", ["2028-12-31", ""])
def test_a_folder_lengthens_no_posting_and_the_refusal_names_the_row(twin: Path, until: str) -> None:
    before = last()

    with pytest.raises(FolderRefused) as refused:
        load(longer(until), at=NOW)

    assert told(refused) == [("folder.no-consent", "postings.csv", 2, "to")]
    assert last() == before


def test_a_second_row_of_a_posting_lengthens_it_no_less(twin: Path) -> None:
    from pairup.services import edits

    more = {"code": "R-0", "person": "P-0", "post": "old-clinic", "status": "in_post", "from": "2028-07-06",
            "to": "2028-12-31", "is_synthetic": "yes"}  # fmt: skip

    with pytest.raises(FolderRefused) as loaded:
        load({"postings": [more]}, at=NOW)
    with pytest.raises(FolderRefused) as recorded:
        edits.record("postings", [more], actor=OFFICE, at=NOW)

    assert {one[0] for one in told(loaded) + told(recorded)} == {"folder.no-consent"}


def test_an_imported_sheet_lengthens_no_posting_and_takes_the_other_rows(twin: Path, tmp_path: Path) -> None:
    from pairup.services import imports

    sheet = tmp_path / "postings.csv"
    lines = [["R-0", "P-0", "old-clinic", "in_post", "2025-07-10", "2028-12-31", "yes"],
             ["R-1", "P-6", "old-clinic", "planned", "2027-01-01", "2028-06-30", "yes"]]  # fmt: skip
    sheet.write_text("".join(write_sheet(POSTING.split(), lines)), encoding="utf-8", newline="")

    done = imports.accept_file(sheet, accept=("all",), actor=OFFICE, at=NOW)

    assert [str(one) for one in done.difference.tables["postings"].states] == ["refused", "new"]
    assert [(one.words.code, one.row) for one in done.difference.errors] == [("folder.no-consent", 2)]
    assert last() == date(2028, 7, 6)


def test_with_a_consent_of_ones_own_hand_the_folder_may_say_it_too(twin: Path) -> None:
    from pairup.services import edits, postings

    asked = postings.extend("R-0", date(2028, 12, 31), actor=OFFICE, at=LATER)
    postings.consent(asked.code, Answer.SIGNED, actor="secondee:P-0", at=NOW)
    edits.correct("postings", "R-0", {"to": "2028-09-30"}, seen=2, actor=OFFICE, at=NOW)

    load(longer(), at=NOW)

    assert last() == date(2029, 1, 1)
    with pytest.raises(FolderRefused):
        load(longer("2029-01-01"), at=NOW)


@pytest.mark.parametrize(
    ("person", "answer", "paper", "lasts"),
    [
        ("P-0", "signed", "D-1", date(2029, 1, 1)),
        ("P-0", "signed", "-", date(2028, 7, 6)),
        ("P-0", "declined", "D-1", date(2028, 7, 6)),
        ("P-1", "signed", "D-1", date(2028, 7, 6)),
    ],
)
def test_a_consent_on_paper_may_come_in_with_the_longer_posting(
    twin: Path, person: str, answer: str, paper: str, lasts: date
) -> None:
    tables = with_rows(longer(), *PAPER)
    tables["extensions"] = rows("code day posting until is_synthetic", "X-1 2026-11-01 R-0 2028-12-31 yes")
    tables["person_signatures"] = rows(SIGNATURE, f"S-1 2026-11-02 {person} extensions/X-1 {answer} {paper} yes")

    if lasts == last():
        with pytest.raises(FolderRefused):
            load(tables, at=NOW)
    else:
        load(tables, at=NOW)

    assert last() == lasts


def test_what_somebody_else_signed_lengthens_nothing_by_an_edit_either(twin: Path) -> None:
    from pairup.services import edits

    tables = with_rows(a_programme(), *PAPER)
    tables["extensions"] = rows("code day posting until is_synthetic", "X-1 2026-11-01 R-0 2028-12-31 yes")
    tables["person_signatures"] = rows(SIGNATURE, "S-1 2026-11-02 P-1 extensions/X-1 signed D-1 yes")
    load(tables, at=LATER)

    with pytest.raises(ConflictError) as refused:
        edits.correct("postings", "R-0", {"to": "2028-12-31"}, seen=1, actor=OFFICE, at=NOW)

    assert refused.value.code == "lifecycle.no-consent"


def test_what_is_over_may_be_corrected_and_a_shorter_term_needs_nobody(twin: Path) -> None:
    load(changed(a_programme(), "postings", "R-0", to="2028-06-30"), at=LATER)
    load(changed(a_programme(), "postings", "R-0", to="2026-06-30", status="completed"), at=LATER)

    load(changed(a_programme(), "postings", "R-0", to="2026-07-31", status="completed"), at=NOW)

    assert last() == date(2026, 8, 1)
