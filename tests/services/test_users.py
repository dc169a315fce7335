"""Accounts, their roles from day to day, and tokens."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.acting import Actor, Role, acting_as
from pairup.record.models import GrantVersion, JournalEntry
from pairup.services import invitations, tokens, users, write
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

    with pytest.raises(AccessError, match="Only an administrator"):
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


def test_a_role_ends_with_a_last_day_to_come_and_the_journal_holds(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST)

    users.end("a-1", "evaluator", actor=ADMIN, at=FIRST, last=LATER.date())

    user = users.known("a-1")
    assert users.actors_of(user, on=LATER.date()) and not users.actors_of(user, on=LATER.date() + timedelta(days=1))
    assert write.check_journal() == []


def test_a_role_that_is_ended_today_is_gone_at_once_dated_today_and_can_be_given_again(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST)
    _, secret = tokens.issue("a-1", "evaluator", may=["read"], actor=ADMIN, at=LATER)

    users.end("a-1", "evaluator", actor=ADMIN, at=LATER, last=LATER.date())

    user = users.known("a-1")
    assert users.actors_of(user, on=LATER.date()) == users.grants_of("a-1", on=LATER.date()) == []
    assert users.actors_of(user, on=LATER.date() - timedelta(days=1))
    assert [one.last for one in users.grants_of("a-1")] == [LATER.date()]
    with pytest.raises(AccessError):
        tokens.bearer_of(secret, at=LATER)
    users.grant("a-1", "evaluator", actor=ADMIN, at=LATER)
    assert [str(one) for one in users.actors_of(user, on=LATER.date())] == ["evaluator"]


def test_a_role_given_for_today_alone_holds_all_day(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=LATER, last=LATER.date())

    assert users.actors_of(users.known("a-1"), on=LATER.date())


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


OF_ONE = "programme_office:twin"
BY_TOKEN = "donor_office:DN-A"


@pytest.mark.parametrize("actor", [OFFICE, OF_ONE])
def test_who_is_no_administrator_does_not_come_by_an_administrators_account(kept: Path, actor: str) -> None:
    with pytest.raises(AccessError):
        users.set_password("boss", "a password that the office knows", actor=actor, at=LATER)
    with pytest.raises(AccessError):
        tokens.issue("boss", ADMIN, may=["read"], actor=actor, at=LATER)
    with pytest.raises(AccessError):
        users.close("boss", actor=actor, at=LATER)

    assert not users.known("boss").has_usable_password() and tokens.tokens() == []


def test_an_administrator_to_be_is_kept_from_the_office_as_well(kept: Path) -> None:
    users.grant("a-1", ADMIN, actor=ADMIN, at=FIRST, first=date(2030, 1, 1))

    with pytest.raises(AccessError, match="administrator"):
        users.set_password("a-1", "a password that the office knows", actor=OFFICE, at=LATER)


def test_the_office_of_one_programme_keeps_no_accounts_since_they_reach_into_others(kept: Path) -> None:
    asked = [
        lambda: users.add("b-1", actor=OF_ONE, at=LATER),
        lambda: users.grant("a-1", "programme_office", actor=OF_ONE, at=LATER),
        lambda: users.set_password("a-1", "a password that the office knows", actor=OF_ONE, at=LATER),
        lambda: users.close("a-1", actor=OF_ONE, at=LATER),
        lambda: invitations.invite("a-1", actor=OF_ONE, at=LATER),
    ]

    for one in asked:
        with pytest.raises(AccessError) as refused:
            one()
        assert refused.value.code == "users.whole-record"


def test_a_token_is_made_by_its_own_account_or_by_who_keeps_accounts(kept: Path) -> None:
    users.grant("a-1", BY_TOKEN, actor=ADMIN, at=FIRST)
    users.add("a-2", actor=ADMIN, at=FIRST)
    users.grant("a-2", BY_TOKEN, actor=ADMIN, at=FIRST)
    one, another = Actor(Role.DONOR_OFFICE, "DN-A", user="a-1"), Actor(Role.DONOR_OFFICE, "DN-A", user="a-2")

    with acting_as(one):
        code, _ = tokens.issue("a-1", BY_TOKEN, may=["read"], actor=BY_TOKEN, at=LATER)
    with acting_as(another):
        for asked in (
            lambda: tokens.issue("a-1", BY_TOKEN, may=["read"], actor=BY_TOKEN, at=LATER),
            lambda: tokens.revoke(code, actor=BY_TOKEN, at=LATER),
        ):
            with pytest.raises(AccessError) as refused:
                asked()
            assert refused.value.code == "users.another-account"
    with acting_as(one):
        tokens.revoke(code, actor=BY_TOKEN, at=LATER)

    assert [token.revoked for token in tokens.tokens()] == [LATER]


def test_an_account_that_is_closed_has_no_role_in_days_to_come_and_is_given_none(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST, first=date(2030, 1, 1))

    users.close("a-1", actor=ADMIN, at=LATER)

    assert not GrantVersion.objects.on(date(2030, 1, 1)).filter(user="a-1").exists()
    with pytest.raises(ConflictError, match="closed"):
        users.grant("a-1", "evaluator", actor=ADMIN, at=LATER)


@pytest.mark.parametrize(("first", "last", "code"), [
    (date(2027, 1, 2), date(2027, 1, 1), "users.backwards"), (date(2026, 1, 1), None, "users.has"),
])  # fmt: skip
def test_a_role_runs_forwards_and_is_had_once_a_day(kept: Path, first: date, last: date | None, code: str) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST, first=date(2027, 1, 1), last=date(2027, 6, 30))

    with pytest.raises((InputError, ConflictError)) as refused:
        users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST, first=first, last=last)

    assert refused.value.code == code


@pytest.mark.parametrize("name", ["\u0430-1", "王-1", "a" * 65, "public/x"])
def test_a_name_is_plain_letters_so_that_no_two_look_alike(kept: Path, name: str) -> None:
    with pytest.raises(InputError, match="no user name"):
        users.add(name, actor=ADMIN, at=FIRST)


@pytest.mark.parametrize("password", ["password1234", "qwertyuiop12", "A-1-a-1-a-1-"])
def test_a_password_that_everybody_tries_first_is_refused(kept: Path, password: str) -> None:
    with pytest.raises(InputError) as refused:
        users.set_password("a-1", password, actor=ADMIN, at=LATER)
    assert refused.value.code in ("users.common", "users.like-name")


def test_an_entry_says_which_account_of_an_office_it_was_and_verifies(kept: Path) -> None:
    with acting_as(Actor(Role.PROGRAMME_OFFICE, user="office-2")):
        users.grant("a-1", "evaluator", actor=OFFICE, at=LATER)

    last = JournalEntry.objects.order_by("number").last()
    assert last is not None and b'"by":"office-2"' in bytes(last.leaf) and last.actor == OFFICE
    assert write.check_journal() == []


def test_roles_are_listed_with_their_days_past_ones_too(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST, first=date(2026, 1, 1), last=date(2026, 1, 31))
    users.grant("a-1", BY_TOKEN, actor=ADMIN, at=FIRST)

    assert [(str(one.actor), one.first, one.last) for one in users.grants_of("a-1")] == [
        ("evaluator", date(2026, 1, 1), date(2026, 1, 31)), (BY_TOKEN, TODAY, None),
    ]  # fmt: skip
    assert [str(one.actor) for one in users.grants_of("a-1", on=TODAY)] == [BY_TOKEN]


def test_a_token_says_the_last_day_it_opened_something_and_the_journal_does_not(kept: Path) -> None:
    users.grant("a-1", "evaluator", actor=ADMIN, at=FIRST)
    _, secret = tokens.issue("a-1", "evaluator", may=["read"], actor=ADMIN, at=FIRST)
    entries = JournalEntry.objects.count()

    tokens.bearer_of(secret, at=LATER)
    tokens.bearer_of(secret, at=LATER + timedelta(minutes=1))

    assert [token.used for token in tokens.tokens()] == [LATER.date()] and JournalEntry.objects.count() == entries


def test_nobody_writes_under_another_name_than_the_door_said(kept: Path) -> None:
    users.grant("a-1", BY_TOKEN, actor=ADMIN, at=FIRST)

    with acting_as(Actor(Role.DONOR_OFFICE, "DN-A", user="a-1")), pytest.raises(AccessError) as refused:
        users.grant("a-1", ADMIN, actor=ADMIN, at=LATER)

    assert refused.value.code == "access.another"


def test_an_invitation_sets_a_password_once(kept: Path) -> None:
    secret = invitations.invite("boss", actor=ADMIN, at=FIRST)

    with pytest.raises(InputError, match="12 characters"):
        invitations.accept(secret, "short", actor="public", at=FIRST)
    name = invitations.accept(secret, "a few words that I chose", actor="public", at=FIRST + timedelta(days=6))

    assert name == "boss" and users.known("boss").check_password("a few words that I chose")
    leaves = b"".join(bytes(leaf) for leaf in JournalEntry.objects.values_list("leaf", flat=True))
    assert b"user.invite" in leaves and b"user.accept" in leaves and secret.encode() not in leaves
    assert b"that I chose" not in leaves and write.check_journal() == []


def test_an_invitation_that_opens_nothing_does_not_say_why(kept: Path) -> None:
    def refusal(secret: str, at: datetime = FIRST) -> str:
        with pytest.raises(AccessError) as refused:
            invitations.accept(secret, "a few words that I chose", actor="public", at=at)
        return str(refused.value)

    used = invitations.invite("boss", actor=ADMIN, at=FIRST)
    invitations.accept(used, "a few words that I chose", actor="public", at=FIRST)
    replaced, expired = (invitations.invite("boss", actor=ADMIN, at=FIRST, days=1) for _ in range(2))
    closed = invitations.invite("a-1", actor=ADMIN, at=FIRST)
    users.close("a-1", actor=ADMIN, at=FIRST)

    said = {
        refusal("unknown"), refusal(used), refusal(replaced), refusal(closed),
        refusal(expired, FIRST + timedelta(days=1)),
    }  # fmt: skip

    assert len(said) == 1 and "opens nothing" in said.pop()


def test_a_password_that_is_set_for_somebody_voids_the_invitation(kept: Path) -> None:
    secret = invitations.invite("a-1", actor=OFFICE, at=FIRST)
    users.set_password("a-1", "a few words that they chose", actor=OFFICE, at=FIRST)

    with pytest.raises(AccessError):
        invitations.invited(secret, at=FIRST)
    with pytest.raises(AccessError):
        invitations.invite("boss", actor=OFFICE, at=FIRST)
    with pytest.raises(InputError, match="30 days"):
        invitations.invite("a-1", actor=OFFICE, at=FIRST, days=31)
