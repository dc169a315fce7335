"""`record`, `correct`, `withdraw`, `history`, `conflicts`, `settle` at the door."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Pairup


@pytest.fixture
def loaded(pairup: Pairup, folder: Path) -> Pairup:
    """The small programme in r.sqlite3."""
    assert pairup("load", folder, "--record", "r.sqlite3").code == 0
    return pairup


def test_a_row_is_recorded_corrected_told_and_withdrawn(loaded: Pairup) -> None:
    at = ("--record", "r.sqlite3")
    made = loaded(
        "record", "needs", "code=N-9", "place=west", "category=health", "text_en=A=B", "priority=4",
        "stated_by=survey", "is_synthetic=yes", *at,
    )  # fmt: skip
    mended = loaded("correct", "needs", "N-9", "priority=5", "--seen", 1, "--reason", "asked again", *at)
    told = loaded("history", "needs", "N-9", *at)
    gone = loaded("withdraw", "needs", "N-9", "--seen", 2, "--reason", "met", *at)

    assert (made.code, mended.code, told.code, gone.code) == (0, 0, 0, 0)
    assert "needs N-9: version 2" in mended.out
    assert "priority: 4 → 5" in told.out and "asked again" in told.out and "text_en: A=B" in told.out
    assert "ended" in loaded("history", "needs", "N-9", *at).out.splitlines()[-1]
    assert loaded("verify", *at).code == 0


def test_an_edit_that_came_too_late_shows_both_sides_and_is_settled(loaded: Pairup) -> None:
    at = ("--record", "r.sqlite3")
    loaded("correct", "needs", "N-2", "priority=5", "--seen", 1, *at)

    lost = loaded("correct", "needs", "N-2", "priority=1", "--seen", 1, *at)

    assert lost.code == 1 and "priority: proposed 1; stands 5" in lost.err and "Traceback" not in lost.err
    listed = loaded("conflicts", *at)
    code = listed.out.partition(":")[0]
    assert "proposed 1; stands 5" in listed.out and "1 conflicts" in listed.out
    assert loaded("settle", code, "--outcome", "stands", "--reason", "the host said so", *at).code == 0
    assert "0 conflicts" in loaded("conflicts", *at).out
    assert "stands" in loaded("conflicts", "--all", *at).out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("correct", "needs", "N-2", "priority=5", "--record", "r.sqlite3"), 2),
        (("correct", "needs", "N-2", "priority", "--seen", 1, "--record", "r.sqlite3"), 2),
        (("record", "needs", "code=N-2", "code=N-3", "--record", "r.sqlite3"), 2),
        (("history", "needs", "N-99", "--record", "r.sqlite3"), 1),
        (("settle", "conflict-9", "--outcome", "stands", "--reason", "x", "--record", "r.sqlite3"), 1),
    ],
)
def test_what_cannot_be_done_ends_with_its_code(loaded: Pairup, words: tuple[object, ...], code: int) -> None:
    done = loaded(*words)

    assert done.code == code and "Traceback" not in done.err
