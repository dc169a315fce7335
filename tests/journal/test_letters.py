"""A checkpoint reaches each of the three offices as a letter that any mail program sends and reads."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from pairup.errors import InputError
from pairup.journal.checkpoint import Checkpoint, SigningKey, open_note
from pairup.journal.letters import OFFICES, letters, read_addresses
from pairup.journal.tree import Frontier

AT = datetime(2026, 11, 27, 8, tzinfo=UTC)
KEY = SigningKey("pairup/journal", bytes(range(32)))
NOTE = KEY.sign(Checkpoint(KEY.name, 42, Frontier().head(), AT))
GOOD = """
from = "journal@programme.example"
programme_office = ["records@programme.example"]
donor_office = ["records@donor.example", "audit@donor.example"]
recipient_office = ["records@recipient.example"]
"""


def addresses_in(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "offices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_office_gets_the_note_as_it_was_signed_and_is_told_how_to_keep_it(tmp_path: Path) -> None:
    made = dict(letters(NOTE, KEY.public, read_addresses(addresses_in(tmp_path, GOOD))))

    assert sorted(made) == sorted(f"checkpoint-20261127T080000Z-42-{office}.eml" for office in OFFICES)
    letter = message_from_bytes(made["checkpoint-20261127T080000Z-42-donor_office.eml"], policy=default)
    [attached] = letter.iter_attachments()
    body = letter.get_body()
    assert body is not None
    assert letter["To"] == "records@donor.example, audit@donor.example"
    assert letter["Date"].datetime == AT and "42 entries" in letter["Subject"]
    assert open_note(attached.get_payload(decode=True).decode(), [KEY.public]).size == 42
    assert attached.get_payload(decode=True).decode() == NOTE
    for said in (str(KEY.public), "pairup.journal.verify", "Please keep it", "请每天将其保存"):
        assert said in body.get_content()
    assert all(len(line) <= 998 and line.isascii() for line in made.popitem()[1].decode().splitlines())


def test_the_same_note_gives_the_same_letters(tmp_path: Path) -> None:
    addresses = read_addresses(addresses_in(tmp_path, GOOD))

    assert list(letters(NOTE, KEY.public, addresses)) == list(letters(NOTE, KEY.public, addresses))


def test_a_note_that_the_key_did_not_sign_goes_to_nobody(tmp_path: Path) -> None:
    addresses = read_addresses(addresses_in(tmp_path, GOOD))

    with pytest.raises(InputError) as refused:
        list(letters(NOTE.replace("42", "43", 1), KEY.public, addresses))

    assert refused.value.code == "log.no-checkpoint"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('recipient_office = ["records@recipient.example"]', "", "recipient_office"),
        ('["records@recipient.example"]', "[]", "recipient_office"),
        ('["records@recipient.example"]', '"records@recipient.example"', "recipient_office"),
        ("records@recipient.example", "records", "recipient_office"),
        ("records@recipient.example", "a@b.example\\nBcc: c@d.example", "recipient_office"),
        ("from", "form", "form, from"),
    ],
)
def test_an_office_without_an_address_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(InputError) as refused:
        read_addresses(addresses_in(tmp_path, GOOD.replace(old, new)))

    assert (refused.value.code, refused.value.facts["names"]) == ("log.bad-addresses", named)


@pytest.mark.parametrize("text", [None, "from = [", "from = \ufffd"])
def test_a_file_that_is_not_there_or_cannot_be_read_is_refused(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "none.toml" if text is None else addresses_in(tmp_path, text)

    with pytest.raises(InputError) as refused:
        read_addresses(path)

    assert refused.value.code == "log.no-addresses"
