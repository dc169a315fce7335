"""`remind` and `checkpoint --send` at the door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pairup.record.acting import Actor, Role
from pairup.services import reminders, users
from tests.cli.conftest import Pairup
from tests.cli.test_checkpoint import ADDRESSES
from tests.services.cast import FIRST, a_programme, load
from tests.services.post_office import PostOffice, opened


@pytest.fixture
def post(record: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    load(a_programme())
    users.add("a-1", actor="administrator", at=FIRST)
    users.grant("a-1", "donor_office:DN-A", actor="administrator", at=FIRST)
    reminders.ask("a@office.example", "en", actor=Actor(Role.DONOR_OFFICE, "DN-A", user="a-1"), at=FIRST)
    with opened(monkeypatch) as office:
        yield office


def test_it_says_what_it_would_send_then_sends_it_once(pairup: Pairup, record: Path, post: PostOffice) -> None:
    words = ("remind", "--record", record, "--on", "2028-03-25")

    shown, sent, again = pairup(*words, "--dry-run"), pairup(*words), pairup(*words)

    assert shown.out.startswith("To a-1:\n") and "https://pairs.example/in/twin/" in shown.out
    assert "a@office.example" not in shown.out
    assert (sent.code, sent.err, again.code, again.err) == (0, "Mails sent: 1.\n", 0, "Mails sent: 0.\n")
    assert len(post.taken) == 1


def test_a_server_that_fails_is_a_refusal_and_an_address_that_is_not_taken_is_told(
    pairup: Pairup, record: Path, post: PostOffice
) -> None:
    words = ("remind", "--record", record, "--on", "2028-03-25")
    post.fails = True
    failed = pairup(*words)
    post.fails, post.refuses = False, {"a@office.example"}
    refused = pairup(*words)

    assert failed.code == 1 and "Nothing is lost" in failed.err and "Traceback" not in failed.err
    assert refused.code == 1 and "Not taken by the server, tried again by the next run: a-1." in refused.err


def test_the_days_checkpoint_is_mailed_to_the_offices(
    pairup: Pairup, record: Path, post: PostOffice, tmp_path: Path
) -> None:
    (tmp_path / "record.sqlite3.offices.toml").write_text(ADDRESSES)
    words = ("checkpoint", "--record", record, "--send")

    sent, again = pairup(*words), pairup(*words)

    assert "Sent to: programme_office, donor_office, recipient_office." in sent.err
    assert "nobody, all three had theirs today" in again.err and len(post.taken) == 3
    note = next(part for part in post.taken[0][1].walk() if part.get_filename())
    assert note.get_payload(decode=True).decode().strip() == sent.out.strip()
