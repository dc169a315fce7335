"""`pairup import` and `pairup export` as a user has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Pairup


@pytest.fixture
def twin(pairup: Pairup, folder: Path) -> Path:
    assert pairup("load", folder, "--record", "twin.sqlite3").code == 0
    return Path("twin.sqlite3")


def test_a_table_goes_out_comes_back_changed_and_changes_that(pairup: Pairup, twin: Path) -> None:
    out = pairup("export", "needs", "--record", twin)
    sheet = Path("needs.csv")
    sheet.write_bytes(sheet.read_bytes().replace(b"A teacher.,,3,", b"Two teachers.,,4,"))
    shown = pairup("import", sheet, "--record", twin)
    done = pairup("import", sheet, "--record", twin, "--accept", "all")
    again = pairup("import", sheet, "--record", twin, "--accept", "all")

    assert out.out == "needs: 2 rows\nWrote 2 rows into needs.csv.\n"
    assert shown.out.splitlines() == [
        "needs: 1 changed, 1 the same",
        "changed: needs N-2: text_en A teacher. → Two teachers.; priority 3 → 4",
        "Nothing was written. --accept all writes 0 new and 1 changed rows.",
        "Compared as of entry 1: with --as-of 1 beside --accept, rows that others touch meanwhile stay out.",
    ]
    assert done.out.splitlines()[-1] == "Written: 0 new and 1 changed rows, as entry 2 of the journal."
    assert "nothing that was accepted is new or changed" not in again.out
    assert (shown.code, done.code, again.code) == (0, 0, 0)


def test_a_stale_sheet_shows_both_sides(pairup: Pairup, twin: Path) -> None:
    pairup("export", "needs", "--record", twin)
    stale = Path("needs.csv").read_bytes()
    for name, changed in (("needs.csv", b"A teacher.,,4,"), ("late/needs.csv", b"A teacher.,,5,")):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(stale.replace(b"A teacher.,,3,", changed))
    pairup("import", "needs.csv", "--record", twin, "--accept", "all")

    late = pairup("import", "late/needs.csv", "--record", twin, "--accept", "all")

    assert "conflicting: needs N-2: priority 4 → 5 (was 3 when it was exported)" in late.out
    assert "Left to work off: 1." in late.out
    assert late.code == 1


def test_a_hostile_file_is_one_line_and_a_code(pairup: Pairup, twin: Path) -> None:
    Path("needs.csv").write_bytes(b"%PDF-1.7 and so on")

    done = pairup("import", "needs.csv", "--record", twin)

    assert done.code == 1
    assert "needs.csv is no sheet: it looks like PDF." in done.err


def test_the_comparison_can_be_had_as_json(pairup: Pairup, twin: Path) -> None:
    pairup("export", "all", "--format", "xlsx", "--record", twin)

    done = pairup("import", "all.xlsx", "--record", twin, "--json")

    said = json.loads(done.out)
    assert {state for one in said["tables"].values() for state, count in one["counts"].items() if count} == {"same"}
    assert said["entry"] is None
