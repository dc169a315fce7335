"""A sheet is compared with the record first; what is accepted of it is written whole, once, with one journal entry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from pairup.errors import AccessError, InputError
from pairup.exchange.sheets import write_sheet
from pairup.services import imports
from pairup.services.folder import FolderRefused
from pairup.services.imports import State
from tests.services.cast import ADOPTED, DRAFTED, LATER, OFFICE, a_programme, held, load

NEEDS = ["code", "place", "category", "text_en", "priority", "stated_by", "is_synthetic"]


@pytest.fixture
def twin(record: Path) -> Path:
    """The record of the small programme."""
    load(a_programme())
    return record


def a_sheet(path: Path, header: Sequence[str], *rows: Sequence[str]) -> Path:
    """Write a CSV sheet; cells by line, apart by `|`."""
    path.write_text("".join(write_sheet(header, rows)), encoding="utf-8", newline="")
    return path


def needs(tmp_path: Path, *lines: str, name: str = "needs.csv", header: Sequence[str] = NEEDS) -> Path:
    return a_sheet(tmp_path / name, header, *([cell.strip() for cell in line.split("|")] for line in lines))


SAME = "N-1 | east | health | A surgeon for the clinic. | 5 | residents | yes"
CHANGED = "N-2 | west | education | A teacher. | 5 | office | yes"
NEW = "N-3 | east | health | A nurse. | 2 | office | yes"
WRONG = "N-4 | east | health | A nurse. | soon | office | yes"


def states(difference: imports.Difference, table: str = "needs") -> dict[str, str]:
    one = difference.tables[table]
    return {str(code): str(state) for code, state in zip(one.rows.codes, one.states, strict=True)}


def accept(path: Path, *what: str, at: object = DRAFTED, **asked: object) -> imports.Accepted:
    return imports.accept_file(path, accept=what or ("all",), actor=OFFICE, at=at, **asked)  # type: ignore[arg-type]


def test_what_a_sheet_would_change_is_shown_and_nothing_is_written(twin: Path, tmp_path: Path) -> None:
    before = held()

    difference = imports.compare_file(needs(tmp_path, SAME, CHANGED, NEW, WRONG))

    assert states(difference) == {"N-1": "same", "N-2": "changed", "N-3": "new", "N-4": "refused"}
    assert [(c.column, c.old, c.new) for c in difference.tables["needs"].cells(1)] == [("priority", "3", "5")]
    assert [(one.row, one.column, difference.where(one)) for one in difference.errors] == [(5, "priority", "E5")]
    assert held() == before


def test_what_is_accepted_is_one_entry_of_the_journal_and_the_rest_is_left(twin: Path, tmp_path: Path) -> None:
    from pairup.record.models import JournalEntry, NeedVersion

    entries = JournalEntry.objects.count()

    done = accept(needs(tmp_path, SAME, CHANGED, NEW, WRONG))

    assert JournalEntry.objects.count() == entries + 1
    assert done.entry == entries + 1
    assert done.counts["needs"] == (1, 1, 0)
    now = dict(NeedVersion.objects.known().values_list("identity__code", "priority"))
    assert now == {"N-1": 5, "N-2": 5, "N-3": 2}


def test_the_same_file_again_changes_nothing(twin: Path, tmp_path: Path) -> None:
    path = needs(tmp_path, SAME, CHANGED, NEW)
    accept(path)
    before = held()

    again = accept(path, at=ADOPTED)

    assert again.entry is None
    assert again.difference.changes_nothing
    assert held() == before


@pytest.mark.parametrize(
    ("what", "written"),
    [("new", {"N-3"}), ("changed", {"N-2"}), ("N-3", {"N-3"}), ("needs/N-2", {"N-2"}), ("all", {"N-2", "N-3"})],
)
def test_a_part_can_be_accepted(twin: Path, tmp_path: Path, what: str, written: set[str]) -> None:
    from pairup.record.models import NeedVersion

    done = accept(needs(tmp_path, SAME, CHANGED, NEW), what)

    found = set(NeedVersion.objects.filter(entry__number=done.entry).values_list("identity__code", flat=True))
    assert found == written


def test_a_code_that_changes_nothing_cannot_be_accepted(twin: Path, tmp_path: Path) -> None:
    before = held()

    with pytest.raises(InputError, match="N-1 is neither new nor changed"):
        accept(needs(tmp_path, SAME, NEW), "N-1", "N-3")

    assert held() == before


def test_two_rows_for_one_code_are_a_conflict_and_neither_is_taken(twin: Path, tmp_path: Path) -> None:
    other = NEW.replace("| 2 |", "| 4 |")

    done = accept(needs(tmp_path, NEW, other, CHANGED))

    assert [str(state) for state in done.difference.tables["needs"].states] == ["conflicting", "conflicting", "changed"]
    assert done.counts["needs"] == (0, 1, 0)


def test_a_row_that_stands_twice_is_taken_once(twin: Path, tmp_path: Path) -> None:
    done = accept(needs(tmp_path, NEW, NEW))

    assert done.counts["needs"] == (1, 0, 0)


def test_a_row_that_stands_on_a_refused_one_is_refused_with_it(twin: Path, tmp_path: Path) -> None:
    book = tmp_path / "both.xlsx"
    with xlsxwriter.Workbook(book) as made:
        one, two = made.add_worksheet("needs"), made.add_worksheet("projects")
        for at, line in enumerate([NEEDS, [cell.strip() for cell in WRONG.split("|")]]):
            one.write_row(at, 0, line)
        head = ["code", "title_en", "category", "status", "place", "pairing", "need", "from", "is_synthetic"]
        two.write_row(0, 0, head)
        two.write_row(1, 0, ["J-9", "Ward", "health", "proposed", "east", "a-east", "N-4", "2026", "yes"])
        two.write_row(2, 0, ["J-8", "Ward", "health", "proposed", "east", "a-east", "N-1", "2026", "yes"])

    done = accept(book)

    assert states(done.difference) == {"N-4": "refused"}
    assert states(done.difference, "projects") == {"J-9": "refused", "J-8": "new"}
    assert [one.words.code for one in done.difference.errors] == ["folder.not-whole", "folder.unknown-code"]


def test_what_stands_on_a_row_that_is_not_accepted_is_not_written(twin: Path, tmp_path: Path) -> None:
    first = a_sheet(tmp_path / "places.csv", ["code", "name_en", "level", "parent"],
                    ["hill", "Hill", "county", "east"], ["brook", "Brook", "town", "hill"])  # fmt: skip

    done = accept(first, "brook")

    assert done.entry is None
    assert states(done.difference, "places") == {"hill": "new", "brook": "refused"}


def test_a_column_that_may_not_enter_stops_the_whole_sheet(twin: Path, tmp_path: Path) -> None:
    path = needs(tmp_path, f"{NEW} | Han", header=[*NEEDS, "民族"])
    before = held()

    difference = imports.compare_file(path)
    with pytest.raises(FolderRefused) as refused:
        accept(path)

    assert [one.words.code for one in difference.critical] == ["folder.forbidden-column"]
    assert refused.value.findings[0].words.code == "folder.forbidden-column"
    assert held() == before


def test_who_may_not_import_writes_nothing(twin: Path, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="may not import"):
        imports.accept_file(needs(tmp_path, NEW), accept=["all"], actor="public", at=DRAFTED)


# ------------------------------------------------------------------------------------------------- the version it was


def exported(tmp_path: Path, *lines: str, name: str = "needs.csv") -> Path:
    return needs(tmp_path, *lines, name=name, header=[*NEEDS, "version"])


def test_a_stale_row_that_nobody_touched_changes_nothing(twin: Path, tmp_path: Path) -> None:
    stale = exported(tmp_path, f"{SAME} | 1", "N-2 | west | education | A teacher. | 3 | office | yes | 1")
    accept(needs(tmp_path, CHANGED, name="needs.csv"), at=ADOPTED)
    stale = exported(tmp_path, f"{SAME} | 1", "N-2 | west | education | A teacher. | 3 | office | yes | 1")

    done = accept(stale, at=LATER)

    assert done.entry is None
    assert states(done.difference) == {"N-1": "same", "N-2": "same"}


def test_a_row_that_both_changed_is_a_conflict_with_both_sides(twin: Path, tmp_path: Path) -> None:
    accept(needs(tmp_path, CHANGED), at=ADOPTED)
    stale = exported(tmp_path, f"{SAME.replace('| 5 |', '| 4 |')} | 1",
                     "N-2 | west | education | A teacher. | 2 | office | yes | 1")  # fmt: skip

    done = accept(stale, at=LATER)

    assert states(done.difference) == {"N-1": "changed", "N-2": "conflicting"}
    cells = done.difference.tables["needs"].cells(1)
    assert [(c.column, c.then, c.old, c.new) for c in cells] == [("priority", "3", "5", "2")]
    assert done.counts["needs"] == (0, 1, 0)
    assert [one.words.code for one in done.difference.errors] == ["imports.changed-since"]


def test_a_first_day_that_is_mended_in_an_export_corrects_the_row(twin: Path, tmp_path: Path) -> None:
    from pairup.record.models import PlaceVersion

    head = [
        "code",
        "name_en",
        "name_zh",
        "level",
        "parent",
        "official_code",
        "latitude",
        "longitude",
        "from",
        "to",
        "version",
    ]
    dale = ["dale", "Dale", "谷地", "county", "east", "90101", "29.1", "93.8", "1990", "2014", "1"]
    path = a_sheet(tmp_path / "places.csv", head, dale)

    done = accept(path)

    assert states(done.difference, "places") == {"dale": "changed"}
    rows = PlaceVersion.objects.known().filter(identity__code="dale").order_by("starts")
    assert [(row.starts and row.starts.year) for row in rows] == [1990, 2015]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("N-1 | east | health | Else. | 5 | residents | yes |", "imports.code-taken"),
        ("N-1 | east | health | Else. | 5 | residents | yes | 7", "imports.no-such-version"),
    ],
)
def test_a_version_that_cannot_be_is_a_conflict(twin: Path, tmp_path: Path, line: str, code: str) -> None:
    keep = "N-2 | west | education | A teacher. | 3 | office | yes | 1"

    difference = imports.compare_file(exported(tmp_path, keep, line))

    assert [one.words.code for one in difference.errors] == [code]
    assert difference.tables["needs"].states[1] is State.CONFLICTING


# -------------------------------------------------------------------------------------------------------- what it is


def test_a_county_writes_days_and_numbers_as_it_does(twin: Path, tmp_path: Path) -> None:
    from pairup.record.models import MoneyLineVersion

    head = ["code", "day", "pairing", "kind", "budget_year", "amount", "currency", "is_synthetic"]
    path = a_sheet(tmp_path / "money.csv", head,
                   ["M-9", "2026年3月5日", "a-east", "payment", "2026年度", "1.2万", "CNY", "是"])  # fmt: skip

    accept(path)

    row = MoneyLineVersion.objects.get(identity__code="M-9")
    assert (row.day.isoformat(), row.amount_minor, row.budget_year, row.is_synthetic) == (
        "2026-03-05",
        1_200_000,
        2026,
        True,
    )


def test_a_file_that_says_no_table_is_refused_with_what_to_do(twin: Path, tmp_path: Path) -> None:
    path = needs(tmp_path, NEW, name="from the county.csv")

    with pytest.raises(InputError, match="does not say which table"):
        imports.compare_file(path)

    assert states(imports.compare_file(path, table="needs")) == {"N-3": "new"}


def test_an_error_in_a_workbook_cell_refuses_its_row_by_address(twin: Path, tmp_path: Path) -> None:
    book = tmp_path / "needs.xlsx"
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet("needs")
        sheet.write_row(0, 0, NEEDS)
        sheet.write_row(1, 0, ["N-3", "east", "health", "A nurse.", 2, "office", "yes"])
        sheet.write_row(2, 0, ["N-5", "east", "health", "A nurse.", 2, "office", "yes"])
        sheet.write_formula("E3", "=1/0", None, "#DIV/0!")

    difference = imports.compare_file(book)

    assert states(difference) == {"N-3": "new", "N-5": "refused"}
    assert "E3" in {difference.where(one) for one in difference.errors}
