"""The body outside makes its key, opens the box and answers; the programme office carries files it cannot read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pairup.cli.main import cli
from pairup.cli.options import now
from pairup.errors import PairupError
from pairup.keys import box, sealing
from tests.services.cast import a_programme, load
from tests.services.conftest import _database, empty_record, new_record, record  # noqa: F401

PASSPHRASE = "several words of one's own"
TEXT = "The surgeon was never there.\n医生从未到过。\x1b[2J"


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    Path("pass").write_text(f"{PASSPHRASE}\n", encoding="utf-8")

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, ["complaints", *words])

    return run


def said(result: Result) -> str:
    """What a command said, or what it was refused with."""
    assert result.exception is None or isinstance(result.exception, (PairupError, SystemExit)), result.exception
    return f"{result.output}{result.exception or ''}"


def complain(text: str = TEXT, code: str = "0123456789012345", *, to: str = "body.pub") -> str:
    from pairup.services import complaints

    receipt, public = sealing.receipt_of(code), sealing.read_public(Path(to).read_text())
    envelope = sealing.seal(text, receipt.answer_key, public)
    complaints.receive(envelope, receipt=receipt.receipt, mark=sealing.mark_of(public), at=now())
    return receipt.receipt[:12]


def test_the_body_makes_a_key_that_only_its_owner_reads_and_a_number_to_publish(ran: Any) -> None:
    made = ran("key", "--into", "body", "--passphrase-file", "pass")

    number = sealing.mark_of(sealing.read_public(Path("body.pub").read_text()))
    assert made.exit_code == 0
    assert number in made.output
    assert re.fullmatch(r"(\d{5} ){7}\d{5}", number)
    assert Path("body").stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in Path("body").read_bytes()
    again = ran("key", "--into", "body", "--passphrase-file", "pass")
    assert "exists already" in said(again)


def test_a_complaint_goes_to_the_body_and_the_answer_comes_back(ran: Any, record: Path) -> None:  # noqa: F811
    load(a_programme())
    key = ("--key", "body", "--passphrase-file", "pass")
    here = ("--record", str(record))
    ran("key", "--into", "body", "--passphrase-file", "pass")
    given = ("--key-file", "body.pub", "--published-at", "the Gazette", "--post", "Box 7", "--phone", "12345")
    named = ran("recipient", "Ombudsman", *here, *given, "--answer-days", "30")
    assert "complaints are sealed to Ombudsman" in named.output, said(named)
    code = complain()

    assert ran("export", *here, "--into", "box.json").exit_code == 0
    opened = ran("open", "box.json", *key)
    assert "The surgeon was never there.\n医生从未到过。[2J" in opened.output, "nothing in it steers the terminal"
    assert code in opened.output
    assert ran("open", "box.json", *key, "--into", "opened").exit_code == 0
    assert Path("opened", f"{code}.txt").stat().st_mode & 0o777 == 0o600
    assert "surgeon" not in Path("box.json").read_text()

    Path("text").write_text("We looked. 已查。", encoding="utf-8")
    asked = ("answer", "box.json", code, *key, "--text", "text", "--into", "answers.json")
    assert "holds 1 answers" in ran(*asked).output
    assert "already" in said(ran(*asked))
    assert "holds 2 answers" in ran(*asked, "--number", "2").output
    assert "2 new answers" in ran("take-answers", "answers.json", *here).output
    assert "0 new answers" in ran("take-answers", "answers.json", *here).output

    mine = sealing.receipt_of("0123456789012345")
    sealed = {one.tag: one.sealed for one in box.read_answers(Path("answers.json").read_bytes())}
    first = sealed[sealing.tag_of(mine.answer_key, 1)]
    assert sealing.open_answer(first, mine.answer_key, 1) == "We looked. 已查。"
    assert "fewer than 10" not in ran("count", *here).output, "no month is over"
    assert "closed" in ran("close", *here, "--reason", "The body is dissolved.").output


def test_what_does_not_open_is_named_and_the_rest_is_opened(ran: Any, record: Path) -> None:  # noqa: F811
    from pairup.services import complaints

    load(a_programme())
    sent = []
    for name, code in (("before", "1111222233334444"), ("body", "0123456789012345")):
        ran("key", "--into", name, "--passphrase-file", "pass")
        complaints.name_recipient(
            name, key=Path(f"{name}.pub").read_text(), published_at="x", post="x", phone="x", answer_days=1,
            actor="programme_office", at=now(), reason="Another body.",
        )  # fmt: skip
        sent.append(complain(code=code, to=f"{name}.pub"))
    ran("export", "--record", str(record), "--into", "box.json")

    opened = ran("open", "box.json", "--key", "body", "--passphrase-file", "pass")

    assert opened.exit_code == 1
    assert "The surgeon was never there." in opened.output
    assert all(code in opened.output for code in sent)
    assert "1 complaints do not open" in said(opened)


@pytest.mark.parametrize(("words", "told"), [
    (("open", "none", "--key", "none", "--passphrase-file", "pass"), "cannot be read"),
    (("open", "pass", "--key", "body", "--passphrase-file", "pass"), "not what is wanted here"),
    (("open", "pass", "--key", "pass", "--passphrase-file", "pass"), "no key of a box"),
    (("answer", "box.json", "x", "--key", "body", "--passphrase-file", "pass", "--text", "pass", "--into", "a"),
     "no complaint x"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_reason(ran: Any, words: tuple[str, ...], told: str) -> None:
    ran("key", "--into", "body", "--passphrase-file", "pass")
    Path("box.json").write_bytes(box.write_box([], made=now().date()))

    assert told in said(ran(*words))


def test_the_bodys_own_commands_need_no_record_and_load_none(tmp_path: Path) -> None:
    from tests.house.source import child

    (tmp_path / "pass").write_text(PASSPHRASE, encoding="utf-8")
    code = (
        "import sys\nfrom pairup.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\nprint('django' in sys.modules)"
    )

    done = child(code, "complaints", "key", "--into", "body", "--passphrase-file", "pass", cwd=tmp_path)

    assert done.stdout.splitlines()[-1] == "False"
    assert (tmp_path / "body.pub").exists()
