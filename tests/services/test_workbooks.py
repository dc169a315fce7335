"""An office gets its own rows in one workbook, fills it without a network, and sends it back; what is stale shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pairup.errors import AccessError
from pairup.services import imports
from pairup.services.templates import write_template
from pairup.services.workbooks import issue_workbook
from tests.services.cast import ADOPTED, DRAFTED, LATER, OFFICE, ON, a_programme, changed, load, with_rows

EAST = "EAST-OFFICE"


def with_offices() -> dict[str, list[dict[str, str]]]:
    tables = with_rows(a_programme(), "organisations", "code name_en name_zh kind place",
                       f"{EAST} East~Office 东部办 government east", "WEST-OFFICE West~Office 西部办 government west",
                       "UPLAND-OFFICE Upland~Office 高地办 government upland")  # fmt: skip
    return tables


@pytest.fixture
def twin(record: Path) -> Path:
    load(with_offices())
    return record


@pytest.fixture
def book(twin: Path, tmp_path: Path) -> Path:
    path = tmp_path / "east.xlsx"
    issue_workbook(EAST, into=path, on=ON, actor=OFFICE, at=DRAFTED)
    return path


def filled(path: Path, fill: Callable[[openpyxl.Workbook], None]) -> Path:
    """What a spreadsheet program does: open, change, save."""
    held = openpyxl.load_workbook(path)
    fill(held)
    held.save(path)
    return path


def set_cell(sheet: openpyxl.worksheet.worksheet.Worksheet, code: str, **cells: object) -> None:
    heads = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == code)
    for name, value in cells.items():
        row[heads.index(name)].value = value


def add_row(sheet: openpyxl.worksheet.worksheet.Worksheet, **cells: object) -> None:
    heads = [cell.value for cell in sheet[1]]
    at = max(row[0].row for row in sheet.iter_rows(min_row=1) if row[0].value) + 1
    for name, value in cells.items():
        sheet.cell(at, heads.index(name) + 1).value = value  # type: ignore[union-attr]


def states(difference: imports.Difference, table: str) -> dict[str, str]:
    one = difference.tables[table]
    return {str(code): str(state) for code, state in zip(one.rows.codes, one.states, strict=True)}


def send_back(path: Path, actor: str = f"recipient_office:{EAST}") -> imports.Accepted:
    return imports.accept_file(path, accept=["all"], actor=actor, at=LATER)


def test_an_office_gets_its_own_rows_and_what_it_has_not_signed(book: Path) -> None:
    held = openpyxl.load_workbook(book)

    codes = {
        name: [row[0].value for row in held[name].iter_rows(min_row=2) if row[0].value]
        for name in ("needs", "posts", "signatures")
    }
    assert codes["needs"] == ["N-1"]
    assert codes["posts"] == ["clinic", "old-clinic", "ward"]
    assert codes["signatures"] == [f"{EAST} needs/N-1", f"{EAST} projects/J-1", f"{EAST} projects/J-3"]
    assert held["pairup"].sheet_state != "visible"
    assert (held["needs"]["A2"].protection.locked, held["needs"]["E2"].protection.locked) == (True, False)


def test_a_workbook_that_comes_back_untouched_changes_nothing(book: Path) -> None:
    done = send_back(book)

    assert done.entry is None
    assert done.difference.changes_nothing
    assert done.difference.unfilled == 3
    assert done.difference.worklist() == []


def test_what_an_office_changed_added_and_signed_is_taken(book: Path) -> None:
    from pairup.record.models import JournalEntry, NeedVersion, SignatureVersion

    def fill(held: openpyxl.Workbook) -> None:
        set_cell(held["needs"], "N-1", priority=4)
        add_row(held["needs"], code="N-9", place="dale", category="health", text_en="A van.", priority=3,
                stated_by="office", is_synthetic="yes")  # fmt: skip
        set_cell(held["signatures"], f"{EAST} projects/J-1", kind="reservation", day="2026-11-18",
                 reservation="没有暖气。", is_synthetic="yes")  # fmt: skip

    done = send_back(filled(book, fill))

    assert [one.say() for one in done.difference.worklist()] == []
    assert states(done.difference, "needs") == {"N-1": "changed", "N-9": "new"}
    signed = SignatureVersion.objects.known().get()
    assert (signed.organisation.code, signed.about, signed.reservation) == (EAST, "projects/J-1", "没有暖气。")
    assert NeedVersion.objects.known().filter(identity__code="N-1").get().priority == 4
    entry = JournalEntry.objects.get(number=done.entry)
    assert (entry.command, entry.actor) == ("import.workbook", f"recipient_office:{EAST}")


def test_a_stale_row_is_a_conflict_and_the_rest_is_taken(book: Path) -> None:
    from pairup.record.models import NeedVersion, PostVersion

    load(changed(with_offices(), "needs", "N-1", priority="1"), at=ADOPTED)

    def fill(held: openpyxl.Workbook) -> None:
        set_cell(held["needs"], "N-1", priority=4)
        set_cell(held["posts"], "ward", priority=5)

    done = send_back(filled(book, fill))

    cells = done.difference.tables["needs"].cells(0)
    assert [(cell.column, cell.then, cell.old, cell.new) for cell in cells] == [("priority", "5", "1", "4")]
    assert (states(done.difference, "needs")["N-1"], states(done.difference, "posts")["ward"]) == (
        "conflicting", "changed",
    )  # fmt: skip
    assert NeedVersion.objects.known().get(identity__code="N-1").priority == 1
    assert PostVersion.objects.known().get(identity__code="ward").priority == 5


def test_an_office_keeps_its_stale_row_as_a_conflict_and_sees_its_own_only(book: Path) -> None:
    from pairup.record.acting import acting_as
    from pairup.services.conflicts import read_conflicts

    load(changed(with_offices(), "needs", "N-1", priority="1"), at=ADOPTED)
    with acting_as(f"recipient_office:{EAST}"):
        done = send_back(filled(book, lambda held: set_cell(held["needs"], "N-1", priority=4)))
        (own,) = read_conflicts(on=ON)
    with acting_as("recipient_office:WEST-OFFICE"):
        others = read_conflicts(on=ON)

    assert (own.code, own.about, own.cells()) == (done.conflicts[0], "needs/N-1", {"priority": ("4", "1")})
    assert (own.proposed_by, own.won_by, others) == (f"recipient_office:{EAST}", "", [])  # not whose


def test_rows_of_others_are_refused_and_the_rest_is_taken(book: Path) -> None:
    def fill(held: openpyxl.Workbook) -> None:
        add_row(held["needs"], code="N-8", place="west", category="health", text_en="Ours too.", priority=3,
                stated_by="office", is_synthetic="yes")  # fmt: skip
        add_row(held["needs"], code="N-9", place="dale", category="health", text_en="A van.", priority=3,
                stated_by="office", is_synthetic="yes")  # fmt: skip

    done = send_back(filled(book, fill))

    assert states(done.difference, "needs") == {"N-1": "same", "N-8": "refused", "N-9": "new"}
    assert [one.words.code for one in done.difference.errors] == ["imports.not-own-row"]


def test_a_row_moved_to_a_place_of_others_is_refused(book: Path) -> None:
    done = send_back(filled(book, lambda held: set_cell(held["needs"], "N-1", place="west")))

    assert states(done.difference, "needs") == {"N-1": "refused"}


@pytest.mark.parametrize("what", ["a version", "the office", "a row"])
def test_a_seal_that_the_record_did_not_give_is_refused(book: Path, what: str) -> None:
    def fill(held: openpyxl.Workbook) -> None:
        seal = held["pairup"]
        if what == "a version":
            seal["C2"].value = "2"
        elif what == "the office":
            seal["C1"].value = "WEST-OFFICE"
        else:
            seal.append(["needs", "N-2", "1"])

    with pytest.raises(imports.ImportRefused) as refused:
        send_back(filled(book, fill), actor=OFFICE)

    assert [one.words.code for one in refused.value.facts["findings"]] == ["imports.seal-broken"]


def test_a_version_that_the_workbook_was_not_sealed_with_is_refused(book: Path) -> None:
    def fill(held: openpyxl.Workbook) -> None:
        set_cell(held["needs"], "N-1", version=2, priority=2)

    done = send_back(filled(book, fill))

    assert "imports.not-in-seal" in [one.words.code for one in done.difference.errors]
    assert done.entry is None


def test_deleted_rows_stay_and_are_counted(book: Path) -> None:
    done = send_back(filled(book, lambda held: held["posts"].delete_rows(2, 2)))

    assert [one.words.code for one in done.difference.warnings] == ["imports.rows-missing"]
    assert done.entry is None


def test_an_office_takes_and_sends_only_its_own(book: Path, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="may not take or send"):
        issue_workbook("WEST-OFFICE", into=tmp_path / "w.xlsx", on=ON, actor=f"recipient_office:{EAST}", at=LATER)
    with pytest.raises(AccessError, match="may not take or send"):
        send_back(book, actor="recipient_office:WEST-OFFICE")
    assert not (tmp_path / "w.xlsx").exists()


# ---------------------------------------------------------------------------------------------------------- templates


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_a_template_has_lists_notes_and_an_example_that_is_not_read(twin: Path, tmp_path: Path, language: str) -> None:
    path = tmp_path / "needs.xlsx"

    write_template("needs", into=path, on=ON, language=language)

    held = openpyxl.load_workbook(path)
    sheet = held["needs"]
    heads = [cell.value for cell in sheet[1]]
    rules = {str(rule.sqref).split(":")[0].rstrip("0123456789"): rule for rule in sheet.data_validations.dataValidation}
    letter = {name: cell.column_letter for name, cell in zip(heads, sheet[1], strict=True)}
    assert '"infrastructure' in rules[letter["category"]].formula1
    assert rules[letter["place"]].formula1.startswith("lists!")
    assert [cell.value for cell in held["lists"]["A"] if cell.value][1:] == ["dale", "east", "upland", "west"]
    comment = sheet[f"{letter['priority']}1"].comment.text
    assert ("whole number" if language == "en" else "整数") in comment
    amber = {name for name, cell in zip(heads, sheet[1], strict=True) if cell.fill.start_color.rgb == "FFFFE2A8"}
    assert amber == {"code", "place", "category", "text_en", "priority", "stated_by"}
    assert [row[0].value for row in held["example"].iter_rows()] == ["code", "example-1"]
    assert imports.compare_file(path).counts["new"] == 0


def test_every_table_has_a_template_whose_example_can_be_read(twin: Path, tmp_path: Path) -> None:
    from pairup.services.schema import folder_layout

    for table in folder_layout().values():
        if table.by_hand:
            write_template(table.name, into=tmp_path / f"{table.name}.xlsx", on=None)
    held = openpyxl.load_workbook(tmp_path / "sources.xlsx")

    assert held.sheetnames == ["sources", "example", "about"]
    assert len(list(tmp_path.glob("*.xlsx"))) > 30
