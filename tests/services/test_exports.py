"""What is exported is every row, said and counted; imported again it changes nothing; and nothing of it runs."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairup.errors import ConflictError, InputError
from pairup.exchange import writing
from pairup.exchange.cells import read_amount
from pairup.exchange.child import parse_apart
from pairup.exchange.layout import Column, Kind
from pairup.exchange.sheets import read_grid, read_sheet, sheet_from
from pairup.exchange.writing import Book, csv_lines
from pairup.services import imports
from pairup.services.exports import EVERY, export_tables
from tests.services.cast import ADOPTED, LATER, OFFICE, a_programme, changed, load, with_rows

UGLY = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x",
    "'", "''=1", "'-5", "#x", '"', "a,b;c",
    "a\r\nb", " x ", "𰀀", "གངས་ཅན", "ئۇيغۇر", "a\u202eb", "a\u200db", "\ufeffx", "_x0041_", "_x000D_", "1.50", "00012",
    "TRUE", "2024-03-05", "1e5", "é", "e\u0301", "x" * 32_767,
]  # fmt: skip


#: every file costs a process, so not all of the CSV files are read again
SOME = ("needs", "people", "places", "money")


@pytest.fixture
def twin(record: Path) -> Path:
    ugly = with_rows(a_programme(), "needs", "code place category text_en priority stated_by is_synthetic")
    ugly["needs"] += [
        {"code": f"U-{at}", "place": "east", "category": "health", "text_en": text, "priority": "1",
         "stated_by": "office", "is_synthetic": "yes", "text_zh": text, "how_asked": text[:200]}
        for at, text in enumerate(UGLY)
    ]  # fmt: skip
    load(ugly)
    return record


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_everything_exported_and_imported_again_changes_nothing(twin: Path, tmp_path: Path, form: str) -> None:
    into = tmp_path / ("all.xlsx" if form == "xlsx" else "all")

    written = export_tables(EVERY, into=into, form=form)

    files = [into] if form == "xlsx" else [file for file in written.files if file.stem in SOME]
    counts = dict.fromkeys(written.rows if form == "xlsx" else SOME, 0)
    for file in files:
        difference = imports.compare_file(file)
        assert [one.say() for one in difference.worklist()] == []
        assert difference.changes_nothing
        for name, one in difference.tables.items():
            counts[name] += len(one.rows)
    assert counts == {name: written.rows[name] for name in counts}
    assert written.rows["needs"] == 2 + len(UGLY)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_nothing_that_is_exported_runs(twin: Path, tmp_path: Path, form: str) -> None:
    into = tmp_path / f"needs.{form}"

    export_tables("needs", into=into, form=form)

    if form == "csv":
        sheet, _ = sheet_from(read_grid(into.read_text(encoding="utf-8"), file="needs.csv")[0])
        raw = into.read_text(encoding="utf-8")
        cells = {cell for line in read_grid(raw, file="x")[0].records for cell in line}
        assert not [
            cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
        ]
        assert len(sheet) == 2 + len(UGLY)
        return
    with zipfile.ZipFile(into) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not [one for one in sheets if re.search("<f[ >]", one)]
    needs = openpyxl.load_workbook(into)["needs"]
    assert {cell.data_type for row in needs.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
    kinds = {needs.cell(1, at).value: needs.cell(2, at).data_type for at in range(1, needs.max_column + 1)}
    assert (kinds["text_en"], kinds["priority"], kinds["version"]) == ("s", "n", "n")


def test_a_negative_amount_stays_a_number(twin: Path, tmp_path: Path) -> None:
    export_tables("money", into=tmp_path / "money.xlsx", form="xlsx")
    export_tables("money", into=tmp_path / "money.csv")

    sheet = openpyxl.load_workbook(tmp_path / "money.xlsx")["money"]
    heads = [cell.value for cell in sheet[1]]
    amounts = {row[0].value: row[heads.index("amount")].value for row in sheet.iter_rows(min_row=2)}
    assert amounts["M-3"] == -50.5
    assert ",-50.50," in (tmp_path / "money.csv").read_text(encoding="utf-8")


def test_an_export_says_how_many_rows_it_has_and_a_cut_one_is_noticed(twin: Path, tmp_path: Path) -> None:
    path = tmp_path / "needs.csv"
    written = export_tables("needs", into=path, on=date(2026, 11, 23))

    lines = path.read_bytes().decode().split("\r\n")
    assert lines[-2] == f"# rows: {written.rows['needs']} table: needs programme: twin on: 2026-11-23"
    path.write_text("\r\n".join([*lines[:2], *lines[3:]]), encoding="utf-8", newline="")

    found = [one.words.code for one in imports.compare_file(path).warnings]

    assert found == ["imports.other-count"]


def test_a_past_day_is_exported_as_it_was_known_then(twin: Path, tmp_path: Path) -> None:
    load(changed(a_programme(), "needs", "N-1", priority="1"), at=LATER)

    export_tables("needs", into=tmp_path / "then.csv", known_by=date(2026, 11, 19))
    export_tables("needs", into=tmp_path / "now.csv")

    priorities = []
    for name in ("then", "now"):
        sheet, _ = read_sheet(tmp_path / f"{name}.csv")
        priorities.append({row["code"]: row["priority"] for row in sheet.as_rows()}["N-1"])
    assert priorities == ["5", "1"]


def test_rows_over_the_limit_of_a_sheet_go_on_in_another(
    twin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ROOM", 10)
    path = tmp_path / "needs.xlsx"

    written = export_tables("needs", into=path, form="xlsx")

    assert list(written.sheets["needs"]) == ["needs", "needs 2", "needs 3", "needs 4"]
    assert sum(written.sheets["needs"].values()) == written.rows["needs"]
    assert len(imports.compare_file(path).tables["needs"].rows) == written.rows["needs"]


def test_a_text_that_a_workbook_would_cut_is_refused_and_leaves_no_file(record: Path, tmp_path: Path) -> None:
    load(changed(a_programme(), "needs", "N-1", text_en="x" * 32_768))

    with pytest.raises(InputError, match="does not fit a cell"):
        export_tables("needs", into=tmp_path / "needs.xlsx", form="xlsx")

    assert list(tmp_path.glob("needs*")) == []


def test_an_export_writes_over_nothing(twin: Path, tmp_path: Path) -> None:
    (tmp_path / "needs.csv").write_text("mine")

    with pytest.raises(ConflictError, match="exists already"):
        export_tables("needs", into=tmp_path / "needs.csv")

    assert (tmp_path / "needs.csv").read_text() == "mine"


def test_a_sheet_without_some_columns_leaves_them_as_they_are(twin: Path, tmp_path: Path) -> None:
    from pairup.record.models import NeedVersion

    path = tmp_path / "needs.csv"
    path.write_text("code,priority,version\nN-1,4,1\nN-2,3,1\n", encoding="utf-8")

    done = imports.accept_file(path, accept=["all"], actor=OFFICE, at=ADOPTED)

    assert done.counts["needs"] == (0, 1, 0)
    row = NeedVersion.objects.known().get(identity__code="N-1")
    assert (row.priority, row.text_en, row.stated_by) == (4, "A surgeon for the clinic.", "residents")


# ------------------------------------------------------------------------------------------------- any text, any number

TEXT = Column("text", "text", Kind.TEXT)
NUMBER = Column("number", "number", Kind.DECIMAL)
AMOUNT = Column("amount", "amount_minor", Kind.AMOUNT)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff"), max_size=30)
plain = texts.filter(lambda text: text.strip() != "" or text == "")
numbers = st.decimals(-(10**11), 10**11, places=4, allow_nan=False).map(lambda number: f"{number.normalize():f}")


@given(st.lists(st.tuples(plain, numbers), min_size=1, max_size=6))
@settings(max_examples=120)
def test_any_text_and_number_comes_back_from_csv(rows: list[tuple[str, str]]) -> None:
    text = "".join(csv_lines([NUMBER, TEXT], [(number, said) for said, number in rows], {}))

    sheet, found = sheet_from(read_grid(text, file="x")[0])

    assert found == []
    assert list(zip(sheet.columns["text"], sheet.columns["number"], strict=True)) == rows


def test_any_text_and_number_comes_back_from_a_workbook(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One workbook for all cases: the child process is the price, not the cells."""
    cases: list[tuple[str, str]] = [(text, "1") for text in UGLY]

    @given(st.tuples(plain, numbers))
    @settings(max_examples=400)
    def gather(case: tuple[str, str]) -> None:
        cases.append(case)

    gather()
    path = tmp_path_factory.mktemp("any") / "any.xlsx"
    with Book(path) as book:
        book.table("any", [NUMBER, TEXT], ((number, said) for said, number in cases))

    got = parse_apart(path).grids["any"].records[1:]

    assert [(*record, "")[:2] for record in got] == [(number, said) for said, number in cases]


@given(st.integers(-(2**62), 2**62))
def test_any_amount_comes_back(minor: int) -> None:
    from pairup.exchange.cells import write_amount

    assert read_amount(write_amount(minor, "CNY"), "CNY") == minor
