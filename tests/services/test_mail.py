"""Mail: reminders that were asked for and checkpoints, handed to a real server, once, with nothing that is personal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pairup.errors import ConflictError, InputError
from pairup.journal.letters import Addresses
from pairup.record.acting import Actor, Role
from pairup.record.mail import MailSent, MailWish
from pairup.record.models import JournalEntry
from pairup.services import mail, reminders, users, write
from pairup.services.journal_export import signing_key
from tests.services.cast import FIRST, LATER, a_programme, load, rows
from tests.services.post_office import PostOffice, opened

ADMIN = "administrator"
#: round 2 arrives in July 2028: in June its donors see to contracts, insurance and kit
ON = date(2028, 6, 20)
AT = datetime(2028, 6, 20, 6, tzinfo=UTC)
#: a word that stands in every row of another side
CANARY = "Kestrelsong"


@pytest.fixture
def kept(record: Path) -> Path:
    tables = a_programme()
    for need in tables["needs"]:
        need["text_en"] = f"{CANARY} {need['text_en']}"
    for post in tables["posts"]:
        post["title_en"] = f"{CANARY} {post['title_en']}"
    tables["incidents"] = rows(
        "code day kind severity place action_en owner due is_synthetic",
        f"I-1 2026-11-10 weather minor east {CANARY} DN-A 2026-12-01 yes",
    )
    load(tables)
    for name, role in (("a-1", "donor_office:DN-A"), ("e-1", "recipient_office:east")):
        users.add(name, actor=ADMIN, at=FIRST)
        users.grant(name, role, actor=ADMIN, at=FIRST)
    return record


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    with opened(monkeypatch) as office:
        yield office


def asks(name: str = "a-1", role: Role = Role.DONOR_OFFICE, code: str = "DN-A", language: str = "en") -> None:
    reminders.ask(f"{name}@office.example", language, actor=Actor(role, code, user=name), at=LATER)


def parts(letter: EmailMessage) -> dict[str, str]:
    return {part.get_content_type(): part.get_content() for part in letter.walk() if not part.is_multipart()}


def test_who_asked_gets_one_mail_of_what_is_theirs_and_nobody_else_gets_any(kept: Path, post: PostOffice) -> None:
    asks()

    told = reminders.send_reminders(on=ON, at=AT)

    ((to, letter),) = post.taken
    said = parts(letter)
    assert told.sent == ["a-1"] and to == ["a-1@office.example"] and letter["Auto-Submitted"] == "auto-generated"
    assert set(said) == {"text/plain", "text/html", "text/calendar"}
    step = "https://pairs.example/in/twin/calendar/?round=national-2"
    assert (
        "Contracts, insurance, kit" in said["text/plain"] and step in said["text/plain"] and step in said["text/html"]
    )
    assert "UID:contracts.national-2.twin@pairup" in said["text/calendar"]


def test_a_mail_is_in_the_language_of_whoever_asked(kept: Path, post: PostOffice) -> None:
    asks(language="zh_Hans")

    reminders.send_reminders(on=ON, at=AT)

    assert "到期" in parts(post.taken[0][1])["text/plain"] and "件事" in post.taken[0][1]["Subject"]


def test_run_twice_on_a_day_it_sends_once_and_again_on_the_next(kept: Path, post: PostOffice) -> None:
    asks()

    counts = [len(reminders.send_reminders(on=day, at=AT).sent) for day in (ON, ON, ON + timedelta(days=1))]

    assert counts == [1, 0, 1] and len(post.taken) == 2


def test_a_server_that_fails_is_a_refusal_and_the_next_run_sends(kept: Path, post: PostOffice) -> None:
    asks()
    post.fails = True

    with pytest.raises(ConflictError) as refused:
        reminders.send_reminders(on=ON, at=AT)
    post.fails = False

    assert refused.value.code == "mail.server-failed" and "secret-of-the-server" not in str(refused.value)
    assert reminders.send_reminders(on=ON, at=AT).sent == ["a-1"]


def test_one_address_that_is_refused_keeps_the_others_from_nothing(kept: Path, post: PostOffice) -> None:
    asks()
    asks("e-1", Role.RECIPIENT_OFFICE, "east")
    post.refuses = {"a-1@office.example"}

    first = reminders.send_reminders(on=date(2028, 12, 20), at=AT)
    post.refuses = set()
    second = reminders.send_reminders(on=date(2028, 12, 20), at=AT)

    assert (first.sent, first.refused, second.sent, second.refused) == (["e-1"], ["a-1"], ["a-1"], [])


def test_no_word_of_a_row_no_person_and_no_secret_is_in_a_mail(kept: Path, post: PostOffice) -> None:
    asks()
    asks("e-1", Role.RECIPIENT_OFFICE, "east", "zh_Hans")
    users.set_password("a-1", "several words of one's own", actor=ADMIN, at=FIRST)

    for day in (ON, date(2026, 12, 20), date(2027, 12, 20), date(2028, 3, 20), date(2029, 7, 20)):
        reminders.send_reminders(on=day, at=AT, ahead=90)

    said = "".join(part for _, letter in post.taken for part in parts(letter).values())
    assert len(post.taken) >= 8 and "1 (twin)" in said  # what waits is counted
    for word in (CANARY, "P-1", "DN-B", "west", "b-west", "several words", post.url, "a-1", "e-1@"):
        assert word not in said, word


def test_the_record_keeps_an_address_closed_and_lets_go_of_it(kept: Path, post: PostOffice) -> None:
    asks()
    wish = MailWish.objects.get()
    entry = JournalEntry.objects.order_by("-number").first()
    opened = reminders.address_of("a-1")

    reminders.stop(actor=Actor(Role.DONOR_OFFICE, "DN-A", user="a-1"), at=LATER)

    assert "office.example" not in wish.closed and opened == "a-1@office.example"
    assert entry is not None and entry.command == "mail.ask" and b"example" not in bytes(entry.leaf)
    assert not MailWish.objects.exists() and reminders.send_reminders(on=ON, at=AT).sent == []


def test_an_account_that_is_closed_or_has_no_role_is_told_nothing(kept: Path, post: PostOffice) -> None:
    asks()
    asks("e-1", Role.RECIPIENT_OFFICE, "east")

    users.close("a-1", actor=ADMIN, at=LATER)
    users.end("e-1", "recipient_office:east", actor=ADMIN, at=LATER, last=LATER.date())

    assert reminders.send_reminders(on=ON, at=AT).sent == [] and MailWish.objects.get().user == "e-1"


def test_without_a_server_nothing_is_sent_and_a_bad_one_is_not_repeated(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks()
    codes: dict[str, Any] = {}
    for url in ("", "mailto:root", "smtp://:hunter2@", "smtp://host:notaport", "imap://hunter2@host"):
        monkeypatch.setenv("PAIRUP_MAIL_URL", url)
        with pytest.raises(InputError) as refused:
            reminders.send_reminders(on=ON, at=AT)
        codes[url] = refused.value.code
        assert "hunter2" not in str(refused.value)

    assert codes.pop("") == "mail.no-server" and set(codes.values()) == {"mail.bad-server"}
    assert not MailSent.objects.exists() and "hunter2" not in repr(mail.Server("smtps", "h", 1, "u", "hunter2"))


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"])
def test_what_is_no_address_is_refused(kept: Path, address: str) -> None:
    with pytest.raises(InputError) as refused:
        reminders.ask(address, "en", actor=Actor(Role.DONOR_OFFICE, "DN-A", user="a-1"), at=LATER)
    assert refused.value.code == "mail.no-address" and not MailWish.objects.exists()


def test_a_checkpoint_goes_to_each_office_once_a_day(kept: Path, post: PostOffice, tmp_path: Path) -> None:
    offices = {name: (f"{name}@office.example",) for name in ("programme", "donor", "recipient")}
    secret, _ = signing_key(tmp_path / "log.key", "pairup/journal")
    post.refuses = {"donor@office.example"}

    def send(at: datetime) -> list[str]:
        note = write.sign_checkpoint(secret, at=at)
        addresses = Addresses("journal@programme.example", offices)
        return mail.send_checkpoint(note, secret.public, addresses, server=mail.named_server(), at=at)

    with pytest.raises(ConflictError, match="does not take an address"):
        send(AT)
    post.refuses = set()
    again, third, next_day = send(AT + timedelta(hours=1)), send(AT + timedelta(hours=2)), send(AT + timedelta(days=1))

    assert (again, third, next_day) == (["donor"], [], ["programme", "donor", "recipient"])
    assert [to[0].partition("@")[0] for to, _ in post.taken[:3]] == ["programme", "recipient", "donor"]
    assert all("pairup/journal" in parts(letter)["text/plain"] for _, letter in post.taken)
