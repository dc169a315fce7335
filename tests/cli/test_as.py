"""`pairup --as`: every command that reads a record, as every role, and no word of the other side anywhere it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.cli.main import COMMANDS
from pairup.services.access import DOORS
from tests.cli.conftest import Pairup
from tests.services.cast import load
from tests.services.sides import SIDES, A, B, both_sides, texts_under, words_met

TOTALS, EXPORTS = ("money_paid", "people_posted"), ("money", "needs", "people", "posts")
#: calls that read or try to write, by command; {own} and {foreign} are codes of one side and the other
CALLS = [
    ("report", "--record", "{record}", "--into", "out/report"),
    ("claims", "--record", "{record}", "--json"),
    ("totals",),
    *(("total", name, "--record", "{record}", "--rows", "--on", "2026-11-23") for name in TOTALS),
    *(("export", table, "--record", "{record}", "--into", f"out/{table}.csv") for table in EXPORTS),
    ("export", "all", "--record", "{record}", "--into", "out/all"),
    *(("history", "needs", code, "--record", "{record}") for code in ("N-1", "N-2")),
    ("conflicts", "--record", "{record}"),
    ("due", "--record", "{record}"),
    ("plan", "postings", "--record", "{record}", "--round", "national-2", "--on", "2026-11-23", "--work", "1000"),
    ("plan", "funding", "--record", "{record}", "--on", "2026-11-23", "--work", "1000"),
    ("measure", "--record", "{record}"),
    ("withdraw", "needs", "N-1", "--record", "{record}", "--seen", "9"),
    ("withdraw", "needs", "N-2", "--record", "{record}", "--seen", "9"),
    ("save", "out/saved", "--record", "{record}"),
    ("export-journal", "--record", "{record}", "--into", "out/journal"),
    ("verify", "--record", "{record}"),
]  # fmt: skip


@pytest.mark.parametrize("actor", ["donor_office:DN-A", "recipient_office:west", "secondee:P-1"])
def test_no_command_shows_a_side_a_word_of_the_other(pairup: Pairup, record: Path, tmp_path: Path, actor: str) -> None:
    load(both_sides())
    (tmp_path / "out").mkdir()
    done: dict[int, int] = {}

    for call in CALLS:
        found = pairup("--as", actor, *(word.format(record=record) for word in call))
        done[found.code] = done.get(found.code, 0) + 1
        met = words_met(f"{found.out} {found.err} {texts_under(tmp_path / 'out')}")
        assert SIDES[actor] not in met, (call, found)

    assert set(done) <= {0, 1, 2, 3} and done[0] >= 4, done


def test_the_operator_meets_both_so_the_sweep_can_see(pairup: Pairup, record: Path, tmp_path: Path) -> None:
    load(both_sides())

    assert pairup("export", "needs", "--record", record, "--into", tmp_path / "needs.csv").code == 0

    assert {A, B} <= words_met((tmp_path / "needs.csv").read_text(encoding="utf-8"))


def test_a_foreign_code_and_a_missing_one_are_told_in_the_same_words(pairup: Pairup, record: Path) -> None:
    load(both_sides())

    foreign = pairup("--as", "recipient_office:east", "history", "needs", "N-2", "--record", record)
    missing = pairup("--as", "recipient_office:east", "history", "needs", "N-404", "--record", record)

    assert foreign.code == missing.code == 1
    assert foreign.err.replace("N-2", "N-404") == missing.err


@pytest.mark.parametrize("command", ["save", "load", "adopt", "backup", "verify"])
def test_what_needs_the_whole_record_is_refused_to_a_side(pairup: Pairup, record: Path, command: str) -> None:
    refused = pairup("--as", "donor_office:DN-A", command, "--record", record)

    assert refused.code == 1 and f"may not {command}" in refused.err


def test_a_name_that_is_nobody_is_refused(pairup: Pairup, record: Path) -> None:
    for actor in ("king", "donor_office"):
        refused = pairup("--as", actor, "claims", "--record", record)
        assert refused.code == 1 and "is nobody here" in refused.err


def test_every_row_of_the_table_of_commands_leaves_the_operator_all() -> None:
    from pairup.services.access import Role

    of_the_office = {"release"}  # who keeps the machine publishes nothing
    assert {name for name in COMMANDS if Role.ADMINISTRATOR not in DOORS[name]} == of_the_office
