"""`user` and `token` at the door: accounts, roles, invitations, tokens; no password or secret where others read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Pairup

pytest.importorskip("argon2", reason="the extra `web` is not installed")
ASKED = ("--record", "r.sqlite3")


@pytest.fixture
def kept(pairup: Pairup, folder: Path, tmp_path: Path) -> Pairup:
    """A record with one administrator, who has been invited to set a password."""
    (tmp_path / "password.txt").write_text("a few words that I chose\n", encoding="utf-8")
    assert pairup("load", folder, *ASKED).code == 0
    assert pairup("user", "add", "boss", "--without-password", *ASKED).code == 0
    assert pairup("user", "grant", "boss", "administrator", *ASKED).code == 0
    return pairup


def test_an_account_is_opened_given_a_role_listed_and_closed(kept: Pairup) -> None:
    added = kept("user", "add", "a-1", "--password-file", "password.txt", *ASKED)
    given = kept("user", "grant", "a-1", "donor_office:DN-A", *ASKED)
    listed = kept("user", "list", *ASKED)
    ended = kept("user", "end", "a-1", "donor_office:DN-A", *ASKED)
    closed = kept("user", "close", "a-1", *ASKED)
    after = kept("user", "list", *ASKED)

    assert added.code == given.code == ended.code == closed.code == 0
    assert "words" not in added.out + added.err
    assert "a-1: donor_office:DN-A\n" in listed.out and "boss: administrator\n" in listed.out
    assert "a-1: closed\n" in after.out
    assert kept("verify", *ASKED).code == 0


def test_a_secret_is_printed_once_and_never_listed(kept: Pairup) -> None:
    invited = kept("user", "invite", "boss", "--days", "3", *ASKED)
    issued = kept("token", "issue", "boss", "administrator", "--label", "import of money", *ASKED)
    secret, code = issued.out.split()[-1], issued.out.split()[0]
    listed = kept("token", "list", *ASKED)
    revoked = kept("token", "revoke", code, *ASKED)
    after = kept("token", "list", *ASKED)

    assert invited.code == 0 and "Within 3 days boss sets a password" in invited.out
    assert issued.code == 0 and "may read, until" in listed.out and "never used import of money" in listed.out
    assert secret not in listed.out and revoked.code == 0 and "revoked" in after.out


def test_who_acts_by_as_is_who_gives_the_command(kept: Pairup) -> None:
    office = kept("--as", "programme_office", "user", "password", "boss", "--password-file", "password.txt", *ASKED)
    donor = kept("--as", "donor_office:DN-A", "user", "list", *ASKED)
    of_one = kept("--as", "programme_office:twin", "user", "list", *ASKED)

    assert office.code == donor.code == of_one.code == 1
    assert "Only an administrator" in office.err and "may not user" in donor.err and "keeps no accounts" in of_one.err


def test_a_password_is_asked_for_in_one_way(kept: Pairup) -> None:
    both = kept("user", "add", "a-2", "--password-file", "password.txt", "--without-password", *ASKED)
    missing = kept("user", "add", "a-2", "--password-file", "none.txt", *ASKED)

    assert both.code == 2 and missing.code == 1 and "cannot be read" in missing.err
