"""Accounts, their roles from day to day, and tokens."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.acting import Actor, Role
from pairup.record.models import JournalEntry
from pairup.services import tokens, users, write
from tests.services.cast import FIRST, LATER, OFFICE, a_programme, load

ADMIN = "administrator"
TODAY = FIRST.date()


@pytest.fixture
def kept(record: Path) -> Path:
    load(a_programme())
    users.add("a-1", actor=ADMIN, at=FIRST, password="several words of one's own")
    users.add("boss", actor=ADMIN, at=FIRST)
    users.grant("boss", "administrator", actor=ADMIN, at=FIRST)
    return record


def test_an_account_has_its_roles_from_the_first_day_to_the_last(kept: Path) -> None:
    users.grant("a-1", "donor_office:DN-A", actor=ADMIN, at=FIRST, first=date(2027, 1, 1), last=date(2027, 6, 30))
    user = users.known("a-1")

    found = {str(day): users.actors_of(user, on=day) for day in (
        date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30), date(2027, 7, 1)
    )}  # fmt: skip

    assert [bool(actors) for actors in found.values()] == [False, True, True, False]
    assert found["2027-01-01"] == [Actor(Role.DONOR_OFFICE, "DN-A")]


@pytest.mark.parametrize(("role", "code"), [
    ("donor_office", "access.nobody"), ("donor_office:DN-X", "users.unknown-side"),
    ("secondee:P-99", "users.unknown-side"), ("evaluator:DN-A", "users.no-side"), ("king", "access.nobody"),
])  # fmt: skip
def test_a_role_that_stands_for_nobody_is_refused(kept: Path, role: str, code: str) -> None:
    with pytest.raises((InputError, AccessError)) as refused:
        users.grant("a-1", role, actor=ADMIN, at=FIRST)
    assert refused.value.code == code


def test_an_office_gives_every_role_but_an_administrators(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=OFFICE, at=FIRST)

    with pytest.raises(InputError, match="Only an administrator"):
        users.grant("a-1", "administrator", actor=OFFICE, at=FIRST)
    with pytest.raises(AccessError):
        users.grant("a-1", "evaluator", actor="donor_office:DN-A", at=FIRST)


def test_a_name_is_taken_once_however_it_is_written(kept: Path) -> None:
    with pytest.raises(ConflictError, match="already"):
        users.add("A-1", actor=ADMIN, at=FIRST)
    with pytest.raises(InputError, match="no user name"):
        users.add("a name", actor=ADMIN, at=FIRST)
    with pytest.raises(InputError, match="12 characters"):
        users.add("b", actor=ADMIN, at=FIRST, password="short")


def test_the_last_administrator_stays(kept: Path) -> None:
    with pytest.raises(ConflictError, match="last administrator"):
        users.close("boss", actor=ADMIN, at=LATER)
    users.grant("a-1", "administrator", actor=ADMIN, at=FIRST)

    users.close("boss", actor=ADMIN, at=LATER)

    assert users.actors_of(users.known("boss"), on=LATER.date()) == []
    assert not users.known("boss").check_password("several words of one's own")


def test_a_role_ends_on_its_last_day_and_the_journal_holds(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST)

    users.end("a-1", "evaluator", actor=ADMIN, at=LATER, last=LATER.date())

    user = users.known("a-1")
    assert users.actors_of(user, on=LATER.date()) and not users.actors_of(user, on=LATER.date() + timedelta(days=1))
    assert write.check_journal() == []


def test_a_password_is_in_no_entry_of_the_journal(kept: Path) -> None:
    users.set_password("a-1", "another few words of one's own", actor=ADMIN, at=LATER)

    leaves = b"".join(bytes(leaf) for leaf in JournalEntry.objects.values_list("leaf", flat=True))
    assert b"words of one" not in leaves and b"argon2" not in leaves and b"user.password" in leaves
    assert users.known("a-1").password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_token_stands_for_its_account_in_one_role_until_it_ends(kept: Path) -> None:
    users.grant("a-1", "donor_office:DN-A", actor=ADMIN, at=FIRST)
    code, secret = tokens.issue("a-1", "donor_office:DN-A", may=["read"], actor=ADMIN, at=FIRST, days=10)

    bearer = tokens.bearer_of(secret, at=FIRST + timedelta(days=9))

    assert (bearer.actor, bearer.user, bearer.may) == (Actor(Role.DONOR_OFFICE, "DN-A"), "a-1", {"read"})
    assert secret not in str([vars(one) for one in tokens.tokens()])
    with pytest.raises(AccessError) as expired:
        tokens.bearer_of(secret, at=FIRST + timedelta(days=11))
    with pytest.raises(AccessError) as unknown:
        tokens.bearer_of("pairup_x", at=FIRST)
    tokens.revoke(code, actor=ADMIN, at=FIRST)
    with pytest.raises(AccessError) as revoked:
        tokens.bearer_of(secret, at=FIRST)
    assert str(expired.value) == str(unknown.value) == str(revoked.value)


def test_a_token_ends_with_the_role_it_stands_for(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST)
    _, secret = tokens.issue("a-1", "evaluator", may=["read"], actor=ADMIN, at=FIRST)
    users.end("a-1", "evaluator", actor=ADMIN, at=LATER, last=LATER.date())

    with pytest.raises(AccessError):
        tokens.bearer_of(secret, at=LATER + timedelta(days=1))
