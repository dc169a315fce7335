"""The verifier, with nothing but an export and a checkpoint that somebody else kept."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pairup.errors import PairupError
from pairup.journal.checkpoint import PublicKey, SigningKey, open_note
from pairup.journal.verify import main, verify
from tests.journal.logs import KEY, Log, a_log


def codes(export: Path, *kept: str) -> list[str]:
    return [finding.words.code.removeprefix("log.") for finding in verify(export, [KEY.public], kept)]


def test_a_log_that_nobody_changed_holds(tmp_path: Path) -> None:
    log = a_log()
    kept = log.checkpoint()
    log.record(pairings=["hn-nang 1"])

    assert codes(log.export(tmp_path), kept) == []


def edit_row(log: Log) -> None:
    log.rows[2]["row"] = log.rows[2]["row"].replace("told", "sold")


def delete_row(log: Log) -> None:
    del log.rows[2]


def insert_row(log: Log) -> None:
    log.rows.insert(1, dict(log.rows[0]))


def swap_rows(log: Log) -> None:
    log.rows[0]["row"], log.rows[1]["row"] = log.rows[1]["row"], log.rows[0]["row"]


def revive_row(log: Log) -> None:
    log.rows[2]["in_force"] = True


def end_row(log: Log) -> None:
    log.rows[-1]["in_force"] = False


def edit_entry(log: Log) -> None:
    log.entries[1]["facts"] = {"seen": "later"}


def delete_entry(log: Log) -> None:
    del log.entries[3]


def swap_entries(log: Log) -> None:
    log.entries[0], log.entries[3] = log.entries[3], log.entries[0]


def re_attribute(log: Log) -> None:
    log.entries[1]["actor"] = "another office"


def date_back(log: Log) -> None:
    log.entries[4]["at"] = log.entries[0]["at"]


ATTACKS = [
    edit_row, delete_row, insert_row, swap_rows, revive_row, end_row, edit_entry, delete_entry, swap_entries,
    re_attribute, date_back,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_without_the_key_is_seen(tmp_path: Path, attack: Callable[[Log], None]) -> None:
    log = a_log()
    signed = log.checkpoint()

    attack(log)

    assert codes(log.export(tmp_path, note=signed)) != []


@pytest.mark.parametrize("attack", [edit_entry, delete_entry, re_attribute], ids=lambda attack: attack.__name__)
def test_a_log_rebuilt_with_the_stolen_key_is_seen_by_a_checkpoint_kept_elsewhere(
    tmp_path: Path, attack: Callable[[Log], None]
) -> None:
    log = a_log()
    kept = log.checkpoint()
    attack(log)
    for number, entry in enumerate(log.entries, start=1):
        entry["number"] = number
    log.rows = [row for row in log.rows if row["entry"] <= len(log.entries)]
    rebuilt = log.export(tmp_path)

    assert "history-rewritten" in codes(rebuilt, kept) or "rolled-back" in codes(rebuilt, kept)
    if attack is not delete_entry:
        assert codes(rebuilt) == [], "alone, the rebuilt log cannot be told from a true one"


def test_a_log_that_was_cut_short_is_seen(tmp_path: Path) -> None:
    log = a_log()
    kept = log.checkpoint()
    log.entries.pop()
    log.rows.pop()

    assert codes(log.export(tmp_path), kept) == ["rolled-back"]


def test_another_key_signs_nothing(tmp_path: Path) -> None:
    log = a_log()
    other = SigningKey.new(KEY.name)

    assert codes(log.export(tmp_path, note=log.checkpoint(other))) == ["head-unsigned"]
    with pytest.raises(PairupError, match="none of the keys"):
        verify(tmp_path, [KEY.public], [log.checkpoint(other)])


@pytest.mark.parametrize("at", range(0, 60, 7))
def test_a_note_with_one_letter_changed_is_refused(at: int) -> None:
    note = a_log().checkpoint()
    changed = note[:at] + ("x" if note[at] != "x" else "y") + note[at + 1 :]

    with pytest.raises(PairupError):
        open_note(changed, [KEY.public])


def test_keys_are_read_as_they_are_written_and_the_secret_one_is_never_shown() -> None:
    assert PublicKey.read(str(KEY.public)) == KEY.public
    assert SigningKey.read(KEY.text()) == KEY
    assert KEY.seed.hex() not in repr(KEY) and KEY.text() not in repr(KEY)
    with pytest.raises(PairupError) as refused:
        SigningKey.read(KEY.text().replace("+", "-", 3))
    assert KEY.text()[-20:] not in str(refused.value)
    with pytest.raises(PairupError):
        PublicKey.read(str(KEY.public).replace("+", "+0", 1))
    with pytest.raises(PairupError):
        SigningKey.new("two words")


def test_it_runs_alone_and_says_what_a_checkpoint_is_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = a_log()
    (tmp_path / "key").write_text(f"{KEY.public}\n", encoding="utf-8")
    (tmp_path / "old").write_text(log.checkpoint(), encoding="utf-8")
    export = log.record(places=["lang 1"]).export(tmp_path / "export")
    asked = [str(export), "--key", str(tmp_path / "key")]

    assert main(asked) == 0 and "could have rewritten" in capsys.readouterr().out
    assert main([*asked, "--checkpoint", str(tmp_path / "old")]) == 0 and "begins with" in capsys.readouterr().out
    edit_row(log)
    log.export(tmp_path / "export")
    assert main(asked) == 1 and "rows.jsonl" not in capsys.readouterr().err
    (export / "rows.jsonl").unlink()
    assert main(asked) == 1 and "has no rows.jsonl" in capsys.readouterr().err


def test_it_loads_no_django() -> None:
    loads = "import sys, pairup.journal.verify; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0


def test_what_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    export = a_log().export(tmp_path)
    for name in ("entries.jsonl", "rows.jsonl"):
        path = export / name
        path.write_bytes(path.read_bytes() + b"no json\n")

    found = codes(export)

    assert {"entry-unreadable", "row-unreadable", "head-other-size"} <= set(found)
