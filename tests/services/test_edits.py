"""Single rows by hand: the version that was seen, keys of submissions, and edits that came too late."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.acting import acting_as
from pairup.services import edits
from pairup.services.folder import FolderRefused
from tests.services.cast import FIRST, LATER, OFFICE, a_programme, held, load

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOST = "recipient_office:west"
A_NEED = {"code": "N-9", "place": "west", "category": "education", "text_en": "Heating for the school.",
          "priority": "4", "stated_by": "residents", "is_synthetic": "yes"}  # fmt: skip


def a_record() -> None:
    load(a_programme())


def needs() -> dict[str, tuple[int, int, str]]:
    """Needs in force: version, priority and text by code."""
    from pairup.record.models import NeedVersion

    rows = NeedVersion.objects.known().values_list("identity__code", "number", "priority", "text_en")
    return {code: tuple(said) for code, *said in rows}  # type: ignore[misc]


def test_a_row_recorded_by_hand_says_where_it_stands(record: Path) -> None:
    from pairup.services import edits, write

    a_record()

    done = edits.record("needs", [A_NEED], actor=HOST, at=LATER)

    assert done.rows == (("N-9", 1),) and not done.is_repeat
    assert needs()["N-9"] == (1, 4, "Heating for the school.")
    assert write.check_journal() == []


def test_a_correction_is_the_next_version_and_keeps_what_it_does_not_name(record: Path) -> None:
    from pairup.record.models import NeedVersion
    from pairup.services import edits

    a_record()

    done = edits.correct("needs", "N-2", {"priority": "5"}, seen=1, actor=HOST, at=LATER, reason="asked again")

    assert done.rows == (("N-2", 2),)
    assert needs()["N-2"] == (2, 5, "A teacher.")
    then = NeedVersion.objects.known(FIRST.date()).get(identity__code="N-2")
    assert (then.number, then.priority) == (1, 3)


def test_a_correction_of_an_amount_and_of_a_reference_reads_them_as_a_folder_does(record: Path) -> None:
    from pairup.record.models import MoneyLineVersion
    from pairup.services import edits

    a_record()

    edits.correct("money", "M-2", {"amount": "812.50", "pairing": "a-dale"}, seen=1, actor=OFFICE, at=LATER)

    row = MoneyLineVersion.objects.known().get(identity__code="M-2")
    assert (row.amount_minor, row.pairing.code, row.currency) == (81250, "a-dale", "CNY")


def test_a_lost_edit_is_kept_with_both_sides_and_changes_nothing(record: Path) -> None:
    from pairup.services import conflicts, edits

    a_record()
    edits.correct("needs", "N-2", {"priority": "5"}, seen=1, actor=HOST, at=LATER)

    with pytest.raises(ConflictError) as lost:
        edits.correct("needs", "N-2", {"priority": "1"}, seen=1, actor="donor_office:DN-B", at=NOW)

    facts = lost.value.facts
    assert (lost.value.code, facts["seen"], facts["won"], facts["by"]) == ("lifecycle.changed-since", 1, 2, HOST)
    assert facts["proposed"] == [{"priority": "1", "code": "N-2"}] and facts["current"]["priority"] == "5"
    assert needs()["N-2"][:2] == (2, 5)
    (kept,) = conflicts.read_conflicts(on=NOW.date())
    assert (kept.proposed_by, kept.won_by, kept.cells()) == ("donor_office:DN-B", HOST, {"priority": ("1", "5")})
    assert kept.code == facts["conflict"]


def test_who_won_is_told_to_whoever_may_know_though_the_late_one_may_not(record: Path) -> None:
    from pairup.services.conflicts import read_conflicts

    a_record()
    edits.correct("needs", "N-2", {"priority": "5"}, seen=1, actor=OFFICE, at=LATER)

    with acting_as(HOST):
        with pytest.raises(ConflictError) as late:
            edits.correct("needs", "N-2", {"priority": "1"}, seen=1, actor=HOST, at=NOW)
        (to_the_county,) = read_conflicts(on=NOW.date())
    (to_the_office,) = read_conflicts(on=NOW.date())

    assert "somebody" in str(late.value)
    assert (to_the_county.won_by, to_the_office.won_by) == ("", OFFICE)


def test_a_lost_edit_sent_again_is_one_conflict(record: Path) -> None:
    from pairup.services import conflicts, edits

    a_record()
    edits.correct("needs", "N-2", {"priority": "5"}, seen=1, actor=HOST, at=LATER)

    for _ in range(3):
        with pytest.raises(ConflictError):
            edits.correct("needs", "N-2", {"priority": "1"}, seen=1, actor=HOST, at=NOW, key="phone/1")

    assert len(conflicts.read_conflicts(on=NOW.date())) == 1


def test_a_conflict_is_settled_once_by_somebody_who_says_why(record: Path) -> None:
    from pairup.services import conflicts, edits
    from pairup.values.codes import ConflictOutcome

    a_record()
    edits.correct("needs", "N-2", {"priority": "5"}, seen=1, actor=HOST, at=LATER)
    with pytest.raises(ConflictError) as lost:
        edits.correct("needs", "N-2", {"text_en": "Two teachers."}, seen=1, actor=OFFICE, at=NOW)
    code = lost.value.facts["conflict"]

    settled = conflicts.settle(code, ConflictOutcome.TAKEN, actor=HOST, at=NOW, reason="both hold")

    assert needs()["N-2"] == (3, 5, "Two teachers.")  # onto what stands, not in place of it
    assert (settled.outcome, settled.settled_by) == ("taken", HOST)
    assert conflicts.read_conflicts(on=NOW.date()) == []
    with pytest.raises(ConflictError) as again:
        conflicts.settle(code, ConflictOutcome.STANDS, actor=OFFICE, at=NOW, reason="no")
    assert again.value.code == "lifecycle.settled-before"


def test_the_same_submission_twice_is_one_row_and_the_same_receipt(record: Path) -> None:
    from pairup.services import edits

    a_record()
    first = edits.record("needs", [A_NEED], actor=HOST, at=LATER, key="phone/7")
    before = held()

    again = edits.record("needs", [A_NEED], actor=HOST, at=NOW, key="phone/7")

    assert (again.rows, again.entry, again.is_repeat) == (first.rows, first.entry, True)
    assert held() == before


def test_another_submission_under_the_same_key_is_kept_and_flagged(record: Path) -> None:
    from pairup.services import conflicts, edits

    a_record()
    edits.record("needs", [A_NEED], actor=HOST, at=LATER, key="phone/7")

    with pytest.raises(ConflictError) as other:
        edits.record("needs", [A_NEED | {"priority": "2"}], actor=HOST, at=NOW, key="phone/7")

    assert other.value.code == "lifecycle.key-other-content"
    (kept,) = conflicts.read_conflicts(on=NOW.date())
    assert (kept.kind, kept.rows()[0]["priority"]) == ("other_content", "2")
    assert needs()["N-9"][1] == 4


def test_a_key_tells_personal_cells_apart_without_a_trace_of_them_in_the_journal(record: Path) -> None:
    from pairup.record.models import JournalEntry
    from pairup.services import edits
    from pairup.services.cells import table_for

    a_record()
    row = {"code": "F-9", "person": "P-4", "outcome": "conditional", "altitude_m": "3333", "from": "2028", "to": "2029",
           "is_synthetic": "yes"}  # fmt: skip
    edits.record("fitness", [row], actor=OFFICE, at=LATER, key="clinic/1")

    assert edits.record("fitness", [row], actor=OFFICE, at=NOW, key="clinic/1").is_repeat
    with pytest.raises(ConflictError):
        edits.record("fitness", [row | {"outcome": "unfit"}], actor=OFFICE, at=NOW, key="clinic/1")

    leaves = b"".join(bytes(leaf) for leaf in JournalEntry.objects.values_list("leaf", flat=True))
    assert b"3333" not in leaves and b"unfit" not in leaves
    digests = {
        edits.Edit("record", table_for("fitness"), (row | {"outcome": outcome},), OFFICE, NOW, key="k").content()
        for outcome in ("fit", "conditional", "unfit")
    }
    assert len(digests) == 1  # a wish or an outcome has few values, and each could be tried


def test_a_withdrawn_row_stands_no_more_and_is_still_what_was_known_then(record: Path) -> None:
    from pairup.record.models import NeedVersion
    from pairup.services import edits, write

    a_record()
    edits.record("needs", [A_NEED], actor=HOST, at=LATER)

    edits.withdraw("needs", "N-9", seen=1, actor=HOST, at=NOW, reason="entered twice")

    assert "N-9" not in needs()
    assert NeedVersion.objects.known(date(2026, 11, 24)).filter(identity__code="N-9").exists()
    assert write.check_journal() == []


def test_a_row_that_others_rest_on_is_not_withdrawn(record: Path) -> None:
    from pairup.services import edits

    a_record()
    before = held()

    with pytest.raises(ConflictError) as refused:
        edits.withdraw("needs", "N-1", seen=1, actor=HOST, at=NOW, reason="no")

    assert refused.value.code == "lifecycle.referred-to"
    assert held() == before


@pytest.mark.parametrize(
    ("table", "code", "changes", "seen", "named"),
    [
        ("wishes", "N-2", {"priority": "5"}, 1, "lifecycle.no-table"),
        ("runs", "N-2", {"status": "optimal"}, 1, "lifecycle.not-by-hand"),
        ("needs", "N-2", {"urgency": "5"}, 1, "lifecycle.no-column"),
        ("needs", "N-77", {"priority": "5"}, 1, "lifecycle.no-version"),
        ("needs", "N-2", {"priority": "5"}, 4, "lifecycle.no-version"),
        ("needs", "N-2", {"priority": "3"}, 1, "lifecycle.nothing-changes"),
        ("needs", "N-2", {"priority": "high"}, 1, "folder.refused"),
        ("needs", "N-2", {"place": "atlantis"}, 1, "folder.refused"),
        ("needs", "N-2", {"from": "2030", "to": "2029"}, 1, "folder.refused"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_and_leaves_no_trace(
    record: Path, table: str, code: str, changes: dict[str, str], seen: int, named: str
) -> None:
    from pairup.services import edits

    a_record()
    before = held()

    with pytest.raises(InputError) as refused:
        edits.correct(table, code, changes, seen=seen, actor=OFFICE, at=LATER)

    assert refused.value.code == named
    assert held() == before


def test_what_is_recorded_already_is_corrected_not_recorded_again(record: Path) -> None:
    from pairup.services import edits

    a_record()

    with pytest.raises(ConflictError) as refused:
        edits.record("needs", [A_NEED | {"code": "N-2"}], actor=OFFICE, at=LATER)

    assert refused.value.code == "lifecycle.recorded-before"


def test_spans_of_one_code_may_not_overlap_by_an_edit_either(record: Path) -> None:
    from pairup.services import edits

    a_record()

    with pytest.raises(FolderRefused):
        edits.correct("places", "dale", {"to": "2016"}, seen=1, actor=OFFICE, at=LATER)


def test_two_pairings_of_the_same_parties_are_found_near_a_single_row(record: Path) -> None:
    from pairup.services import edits

    a_record()
    twin = {"code": "again", "donor": "DN-A", "place": "east", "channel": "territorial", "from": "2000"}

    with pytest.raises(FolderRefused) as refused:
        edits.record("pairings", [twin], actor=OFFICE, at=LATER)

    assert [finding.words.code for finding in refused.value.findings] == ["folder.two-pairings"]


def test_the_public_edits_nothing(record: Path) -> None:
    from pairup.services import edits

    a_record()
    before = held()

    with pytest.raises(AccessError):
        edits.correct("needs", "N-2", {"priority": "5"}, seen=1, actor="public", at=LATER)

    assert held() == before


def test_a_history_tells_who_when_and_why_by_both_clocks(record: Path) -> None:
    from pairup.services import edits, histories

    a_record()
    edits.correct("needs", "N-2", {"priority": "5"}, seen=1, actor=HOST, at=LATER, reason="asked again")

    first, second = histories.history("needs", "N-2")

    assert (first.number, first.replaces, first.by.command) == (1, None, "load")
    assert (second.changed, second.replaces) == ({"priority": ("3", "5")}, 1)
    assert (second.by.actor, second.by.reason, second.by.at) == (HOST, "asked again", LATER)
    assert first.ended == second.by and second.ended is None
    (then,) = histories.history("needs", "N-2", known_by=FIRST.date())
    assert then.ended is None


def test_a_history_shows_no_personal_column_unless_asked(record: Path) -> None:
    from pairup.services import histories

    a_record()

    (closed,) = histories.history("fitness", "F-1")
    (opened,) = histories.history("fitness", "F-1", personal=True)

    assert "outcome" not in closed.cells and opened.cells["outcome"] == "fit"


def test_threads_that_edit_one_row_make_one_version_step_each_or_none(record: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from pairup.record.models import NeedVersion
    from pairup.services import edits, write

    a_record()

    def edit(at: int) -> int:
        done = 0
        for turn in range(8):
            seen = NeedVersion.objects.known().get(identity__code="N-2").number
            try:
                edits.correct(
                    "needs", "N-2", {"text_en": f"by {at}, {turn}"}, seen=seen, actor=OFFICE, at=LATER
                )  # fmt: skip
                done += 1
            except ConflictError:
                pass
        connection.close()
        return done

    with ThreadPoolExecutor(4) as pool:
        acknowledged = sum(pool.map(edit, range(4)))

    assert 1 <= acknowledged == needs()["N-2"][0] - 1
    assert NeedVersion.objects.filter(identity__code="N-2", superseded_at=None).count() == 1
    assert write.check_journal() == []


@pytest.mark.parametrize("actor", ["programme_office", "recipient_office:east"])
def test_whoever_sends_a_row_twice_under_a_key_gets_the_same_receipt(record: Path, actor: str) -> None:
    load(a_programme())
    row = {"code": "N-9", "place": "east", "category": "health", "text_en": "A nurse.", "priority": "4",
           "stated_by": "office", "is_synthetic": "yes"}  # fmt: skip

    with acting_as(actor):
        first = edits.record("needs", [row], actor=actor, at=LATER, key="sent twice")
        again = edits.record("needs", [row], actor=actor, at=LATER, key="sent twice")

    assert (again.rows, again.entry, again.is_repeat) == (first.rows, first.entry, True)


def test_a_row_that_names_somebody_who_is_not_shown_says_that_much(record: Path) -> None:
    from pairup.services import histories
    from pairup.services.cells import HIDDEN

    a_record()

    with acting_as("evaluator"):
        (step,) = histories.history("postings", "R-0")

    assert step.cells["person"] == HIDDEN and step.cells["post"] == "old-clinic"
