"""What is still readable once somebody is erased: of every column about people, what is named here and nothing else."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from pairup.exchange.layout import Column, Kind, Table
from pairup.services import folder
from pairup.services.folder import FolderRefused
from pairup.services.schema import folder_layout
from tests.house.test_forbidden import IN_THE_CLEAR
from tests.services.cast import LATER, OFFICE, Tables, a_programme, changed, draft, load, rows, with_rows
from tests.services.test_erasure import inflated

#: personal numbers of P-1 that nothing else in the record is
ALTITUDE, FIT_TO, SHARE = 4321, 4567, "0.713"
#: what a row needs beside its canaries, by column
_NEEDED = {
    "person": "P-1", "posting": "R-1", "leaves": "R-1", "arrives": "R-0", "post": "clinic", "donor": "DN-A",
    "from": "2028-01", "to": "2031-06", "day": "2028-02-01", "about": "postings/R-1", "altitude_m": str(FIT_TO),
    "highest_altitude_m": str(ALTITUDE), "release_share": SHARE, "until": "2031-07-31", "asked_by": "DN-A",
    "is_synthetic": "yes", "round": "national-2", "language": "bo", "rule": "", "field": "phone",
}  # fmt: skip
_CODES = {"prefers": "dale", "not_at": "dale"}
#: what an erasure leaves, and why; told in docs/explanation/people.md
OUTLIVES = {
    ("people", "profession"): "under the code, so that totals of who served stay",
    ("people", "skills"): "as the profession",
    ("people", "languages"): "as the profession",
    ("postings", "duties"): "of the work, not of the person",
    ("postings", "run"): "the plan it was adopted from",
    ("counterparts", "goal"): "of what a unit learned, not of the secondee",
    ("counterparts", "unit"): "a department or role",
    ("counterparts", "learned"): "as the goal",
    ("counterparts", "evidence"): "as the goal",
    ("consents", "how_to_withdraw"): "of the office",
}


def of_people() -> list[Table]:
    return [table for table in folder_layout().values() if table.of_people and table.by_hand]


def canary(table: Table, column: Column) -> str:
    """A text of its own for each free text and list about P-1."""
    return f"Canary-{table.name}-{column.name}"[: column.longest]


def is_free(column: Column) -> bool:
    """Whether somebody can say in a column what they like."""
    return (
        column.kind in (Kind.TEXT, Kind.ITEMS)
        and not column.choices
        and column.name not in {*_NEEDED, *_CODES}
        and (column.name not in ("note", "source"))
    )


def a_full_life() -> Tables:
    """P-1 in every table that speaks of people, every free column filled with its own canary."""
    tables = changed(a_programme(), "people", "P-1", highest_altitude_m=str(ALTITUDE))
    tables["assessments"] = rows("code signed_by document from", "IA-1 DN-A " + "ab" * 32 + " 2026")
    for table in of_people():
        said: dict[str, str] = {}
        for column in table.columns[1:]:
            if is_free(column):
                said[column.name] = canary(table, column)
            elif column.name in _NEEDED and not column.choices:
                said[column.name] = _NEEDED[column.name]
            elif column.required and column.choices:
                said[column.name] = _NEEDED.get(column.name, column.choices[0])
        code = {"people": "P-1", "postings": "R-1"}.get(table.name, f"L-{table.name}"[:20])
        known = [row for row in tables.get(table.name, []) if row["code"] != code and row.get("person") != "P-1"]
        tables[table.name] = [*known, {"code": code} | said]
    return tables


def canaries() -> dict[str, tuple[str, str]]:
    return {
        canary(table, column): (table.name, column.name)
        for table in of_people() for column in table.columns if is_free(column)
    }  # fmt: skip


def found_under(where: Path) -> set[tuple[str, str]]:
    """Columns whose canary stands in any file, looked into as deep as zlib goes."""
    files = [path.read_bytes() for path in where.rglob("*") if path.is_file()]
    raws = [deep for raw in files for deep in (raw, *inflated(raw))]
    texts = {text: {text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()} for text in canaries()}
    return {column for text, column in canaries().items() if any(form in raw for form in texts[text] for raw in raws)}


def test_of_every_column_about_people_only_what_is_named_outlives_an_erasure(record: Path, tmp_path: Path) -> None:
    from pairup.journal.checkpoint import SigningKey
    from pairup.services import exports, vault
    from pairup.services.journal_export import export_journal
    from pairup.services.write import check_journal

    load(a_full_life())
    draft("postings")
    vault.erase("P-1", actor=OFFICE, at=LATER, why="asked for it on 2026-11-19")
    folder.save_folder(tmp_path / "saved")
    exports.export_tables("all", into=tmp_path / "sheets")
    export_journal(tmp_path / "log", key=SigningKey.new("test"), at=LATER)

    stays = found_under(tmp_path)

    assert stays == set(OUTLIVES)
    assert stays < set(canaries().values())
    assert all(column in IN_THE_CLEAR.get(table, {column}) for table, column in stays)
    assert check_journal() == []


def test_what_outlives_an_erasure_is_told_with_its_reason() -> None:
    told = (Path(__file__).parents[2] / "docs" / "explanation" / "people.md").read_text(encoding="utf-8")

    assert [f"{table}.{column}" for table, column in OUTLIVES if f"`{table}.{column}`" not in told] == []


def test_a_stored_plan_holds_codes_and_worths_and_nothing_of_what_was_closed(record: Path) -> None:
    from pairup.record.models import PlanRunVersion

    load(a_full_life())
    draft("postings")

    (row,) = PlanRunVersion.objects.all()
    problem = json.loads(zlib.decompress(bytes(row.problem)))

    assert {name for one in problem["people"] for name in one} == {"id", "donor", "from", "to"}
    assert {name for one in problem["options"] for name in one} == {"person", "post", "worth"}
    assert not any(number in json.dumps([problem, row.answer]) for number in (str(ALTITUDE), str(FIT_TO), SHARE))


def test_how_a_post_fits_is_closed_and_goes_with_the_person(record: Path) -> None:
    from pairup.record.models import ArrivalCheckVersion
    from pairup.services import vault
    from pairup.services.personal import open_rows

    load(a_full_life())
    (before,) = open_rows(ArrivalCheckVersion.objects.all())
    vault.erase("P-1", actor=OFFICE, at=LATER, why="asked for it on 2026-11-19")
    (after,) = open_rows(ArrivalCheckVersion.objects.all())

    assert (str(before.release_share), before.said_by) == (SHARE, "host")
    assert (after.release_share, after.duties, after.closed) == (None, None, "")


@pytest.mark.parametrize(("column", "said", "code"), [
    ("note", "asked to be near her mother", "folder.nothing-here"),
    ("source", "a letter of hers", "folder.unknown-code"),
    ("source", "T-1; T-9", "folder.unknown-code"),
])  # fmt: skip
@pytest.mark.parametrize("table", ["people", "postings", "fitness"])
def test_a_row_about_a_person_takes_no_note_and_a_source_by_its_code_only(
    record: Path, table: str, column: str, said: str, code: str
) -> None:
    tables = a_programme()
    tables[table] = [{**tables[table][0], column: said}]

    with pytest.raises(FolderRefused) as refused:
        load(tables)
    load(with_rows(a_programme(), "sources", "code citation", "T-9 A~list"))

    assert {one.words.code for one in refused.value.findings if one.column == column} == {code}
    load({table: [{**tables[table][0], column: "T-1; T-9" if column == "source" else ""}]}, LATER)


def test_an_edit_takes_no_note_about_a_person_either(record: Path) -> None:
    from pairup.services import edits

    load(a_programme())

    with pytest.raises(FolderRefused):
        edits.correct("people", "P-1", {"note": "asked to be near her mother"}, seen=1, actor=OFFICE, at=LATER)
    edits.correct("people", "P-1", {"source": "T-1"}, seen=1, actor=OFFICE, at=LATER)
