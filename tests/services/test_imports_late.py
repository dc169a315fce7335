"""A row of a file that met a newer version is not written over it and not lost: both sides are kept, and settled."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.errors import InputError
from pairup.record.acting import acting_as
from pairup.record.models import NeedVersion
from pairup.services import imports
from tests.services.cast import ADOPTED, DRAFTED, LATER, OFFICE, a_programme, held, load
from tests.services.test_imports import CHANGED, NEW, SAME, accept, exported, needs, states


@pytest.fixture
def twin(record: Path) -> Path:
    """The record of the small programme."""
    load(a_programme())
    return record


def kept(only_open: bool = True) -> list[tuple[str, int | None, int | None, dict[str, tuple[str, str]]]]:
    from pairup.services.conflicts import read_conflicts

    found = read_conflicts(on=LATER.date(), only_open=only_open)
    return [(one.about, one.seen, one.won, one.cells()) for one in found]


def stale(tmp_path: Path) -> Path:
    """An export of before N-2 was changed, with both needs changed in it."""
    return exported(tmp_path, f"{SAME.replace('| 5 |', '| 4 |')} | 1",
                    "N-2 | west | education | A teacher. | 2 | office | yes | 1")  # fmt: skip


def test_a_row_that_met_a_newer_version_is_kept_with_both_sides_and_can_be_settled(twin: Path, tmp_path: Path) -> None:
    from pairup.record.models import NeedVersion
    from pairup.services import conflicts
    from pairup.services.write import check_journal
    from pairup.values.codes import ConflictOutcome

    accept(needs(tmp_path, CHANGED), at=ADOPTED)

    done = accept(stale(tmp_path), at=LATER)

    assert kept() == [("needs/N-2", 1, 2, {"priority": ("2", "5")})]
    conflicts.settle(done.conflicts[0], ConflictOutcome.TAKEN, actor=OFFICE, at=LATER, reason="the village said so")
    rows = NeedVersion.objects.known().filter(identity__code="N-2")
    assert [(row.number, row.priority) for row in rows] == [(3, 2)]
    assert check_journal() == []


def test_the_same_stale_file_is_kept_once_also_after_it_was_settled(twin: Path, tmp_path: Path) -> None:
    from pairup.services import conflicts
    from pairup.values.codes import ConflictOutcome

    accept(needs(tmp_path, CHANGED), at=ADOPTED)
    (code,) = accept(stale(tmp_path), at=LATER).conflicts
    before = held()

    assert accept(stale(tmp_path), at=LATER).conflicts == (code,)
    assert held() == before

    conflicts.settle(code, ConflictOutcome.STANDS, actor=OFFICE, at=LATER, reason="the village said so")
    assert accept(stale(tmp_path), at=LATER).conflicts == (code,)
    assert kept() == []


def test_a_row_that_was_withdrawn_meanwhile_is_kept_too(twin: Path, tmp_path: Path) -> None:
    from pairup.services import edits

    accept(needs(tmp_path, NEW), at=ADOPTED)
    edits.withdraw("needs", "N-3", seen=1, actor=OFFICE, at=ADOPTED, reason="stated twice")
    changed_since = exported(tmp_path, f"{NEW.replace('| 2 |', '| 3 |')} | 1")

    accept(changed_since, at=LATER)

    assert kept() == [("needs/N-3", 1, None, {"priority": ("3", "")})]


def test_nothing_is_kept_where_changes_are_not_accepted_or_nobody_made_one(twin: Path, tmp_path: Path) -> None:
    accept(needs(tmp_path, CHANGED), at=ADOPTED)
    untouched = exported(tmp_path, "N-2 | west | education | A teacher. | 3 | office | yes | 1")

    assert accept(untouched, at=LATER).conflicts == ()
    assert accept(stale(tmp_path), "new", at=LATER).conflicts == ()
    assert kept() == []


def test_what_changed_after_the_comparison_was_shown_is_not_written_over(twin: Path, tmp_path: Path) -> None:
    from pairup.services import edits

    sheet = needs(tmp_path, SAME.replace("| 5 |", "| 4 |"), CHANGED)
    imports.compare_file(sheet, keep_for=OFFICE, at=DRAFTED)
    edits.correct("needs", "N-2", {"priority": "1"}, seen=1, actor=OFFICE, at=ADOPTED)

    done = accept(sheet, at=LATER, keep=True)

    assert states(done.difference) == {"N-1": "changed", "N-2": "conflicting"}
    assert kept() == [("needs/N-2", 1, 2, {"priority": ("5", "1")})]


def test_what_changed_before_the_last_comparison_was_seen_and_is_corrected(twin: Path, tmp_path: Path) -> None:
    from pairup.services import edits

    sheet = needs(tmp_path, CHANGED)
    imports.compare_file(sheet, keep_for=OFFICE, at=DRAFTED)
    edits.correct("needs", "N-2", {"priority": "1"}, seen=1, actor=OFFICE, at=ADOPTED)
    imports.compare_file(sheet, keep_for=OFFICE, at=LATER)

    assert states(accept(sheet, at=LATER, keep=True).difference) == {"N-2": "changed"}
    assert kept() == []


def test_what_others_touch_between_a_comparison_and_its_acceptance_stays_out(twin: Path, tmp_path: Path) -> None:
    from pairup.services import edits

    accept(needs(tmp_path, NEW.replace("N-3", "N-4"), name="before.csv"), at=DRAFTED, table="needs")
    sheet = needs(tmp_path, SAME.replace("| 5 |", "| 4 |"), CHANGED, NEW, NEW.replace("N-3", "N-4").replace("2", "3"))
    shown = imports.compare_file(sheet)
    assert states(shown) == {"N-1": "changed", "N-2": "changed", "N-3": "new", "N-4": "changed"}
    edits.correct("needs", "N-2", {"priority": "1"}, seen=1, actor=OFFICE, at=DRAFTED)
    accept(needs(tmp_path, NEW.replace("A nurse", "A ward"), name="other.csv"), at=DRAFTED, table="needs")
    edits.withdraw("needs", "N-4", seen=1, actor=OFFICE, at=ADOPTED, reason="stated twice")

    done = accept(sheet, at=LATER, as_of=shown.as_of)

    assert states(done.difference) == {
        "N-1": "changed", "N-2": "conflicting", "N-3": "conflicting", "N-4": "conflicting"
    }  # fmt: skip
    assert kept() == [
        ("needs/N-2", 1, 2, {"priority": ("5", "1")}), ("needs/N-4", 1, None, {"priority": ("3", "")})
    ]  # fmt: skip
    assert NeedVersion.objects.known().get(identity__code="N-3").text_en == "A ward."
    assert NeedVersion.objects.known().get(identity__code="N-1").priority == 4


def test_an_office_of_one_programme_is_kept_from_writing_over_others_too(twin: Path, tmp_path: Path) -> None:
    from pairup.services import edits

    office = "programme_office:twin"
    sheet = needs(tmp_path, CHANGED)
    with acting_as(office):
        shown = imports.compare_file(sheet)
    edits.correct("needs", "N-2", {"priority": "1"}, seen=1, actor=OFFICE, at=DRAFTED)

    with acting_as(office):
        done = imports.accept_file(sheet, accept=["all"], actor=office, at=DRAFTED, as_of=shown.as_of)

    assert states(done.difference) == {"N-2": "conflicting"} and len(done.conflicts) == 1


def test_an_entry_that_is_not_there_yet_is_refused(twin: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        accept(needs(tmp_path, CHANGED), as_of=99)

    assert refused.value.code == "imports.no-entry"
