"""Accounts and roles, given and ended on pages; rules and the journal to read."""

from __future__ import annotations

from typing import Any

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.services import users
from pairup.web.pages import clock
from tests.web.conftest import Browse
from tests.web.test_api import Program

HERE = "/in/twin/administration/"


def said(answer: Any) -> str:
    return str(answer.content.decode())


def actors(name: str) -> list[str]:
    with acting_as(OPERATOR):
        return [str(actor) for actor in users.actors_of(users.known(name), on=clock().date())]


def test_an_account_is_opened_given_a_role_and_signs_in(browse: Browse) -> None:
    admin = browse("administrator")

    opened = admin.post(f"{HERE}accounts/", {"key": "a", "name": "county-1", "password": "several words of mine"})
    given = admin.post(f"{HERE}accounts/county-1/roles/", {
        "key": "b", "role": "recipient_office", "side": "east", "first": "2026-11-01", "last": "",
    })  # fmt: skip
    client = browse("public")
    signed = client.post("/account/login/", {"login": "county-1", "password": "several words of mine"})

    assert (opened.status_code, given.status_code, signed.status_code) == (302, 302, 302)
    assert actors("county-1") == ["recipient_office:east"]
    assert "recipient office" in said(client.get("/in/twin/"))


def test_roles_stand_in_words_and_numbers_as_numbers(browse: Browse) -> None:
    admin = browse("administrator")
    admin.post("/language/", {"language": "zh-hans", "next": "/"})

    accounts, journal = said(admin.get(HERE)), said(admin.get(f"{HERE}journal/"))

    assert "<td>管理员</td>" in accounts and ">administrator</td>" not in accounts
    assert '<th scope="row" class="num">' in journal


@pytest.mark.parametrize(("role", "side", "why"), [
    ("recipient_office", "nowhere", "knows no nowhere"), ("evaluator", "east", "has no side"),
])  # fmt: skip
def test_a_role_that_stands_for_nobody_is_refused_in_the_form(browse: Browse, role: str, side: str, why: str) -> None:
    admin = browse("administrator")
    admin.post(f"{HERE}accounts/", {"key": "a", "name": "x-1", "password": "several words of mine"})

    answer = admin.post(f"{HERE}accounts/x-1/roles/", {"key": "b", "role": role, "side": side, "first": "2026-11-01"})

    assert answer.status_code == 422 and why in said(answer) and actors("x-1") == []


def test_the_last_administrator_is_not_closed_and_a_closed_account_opens_nothing(browse: Browse) -> None:
    admin = browse("administrator")
    office = browse("programme_office")

    kept = admin.post(f"{HERE}accounts/administrator/close/", {"key": "close"})
    closed = admin.post(f"{HERE}accounts/programme_office/close/", {"key": "close"})

    assert kept.status_code == 422 and "last administrator" in said(kept)
    assert closed.status_code == 302 and office.get("/in/twin/").status_code == 302


def test_no_other_role_opens_the_administration(browse: Browse) -> None:
    donor = browse("donor_office:DN-A")

    assert donor.get(HERE).status_code == 403
    assert (
        donor.post(f"{HERE}accounts/", {"key": "a", "name": "y", "password": "several words of mine"}).status_code
        == 403
    )
    assert "money_quota.xizang" in said(donor.get(f"{HERE}rules/"))


def test_the_journal_is_read_with_who_did_what(browse: Browse) -> None:
    page = said(browse("administrator").get(f"{HERE}journal/"))

    assert "user.grant" in page and "load" in page


def test_whoever_is_invited_sets_a_password_that_nobody_else_saw_and_signs_in_with_it(browse: Browse) -> None:
    admin, client = browse("administrator"), browse("public")
    with acting_as(OPERATOR):
        users.add("county-1", actor="administrator", at=clock())

    secret = said(admin.post(f"{HERE}accounts/county-1/invite/", {"key": "i"})).partition("<code>")[2].split("<")[0]
    short = client.post("/invitation/", {"secret": secret, "password": "short"})
    taken = client.post("/invitation/", {"secret": secret, "password": "a few words that I chose"})
    again = client.post("/invitation/", {"secret": secret, "password": "a few words of another"})
    signed = client.post("/account/login/", {"login": "county-1", "password": "a few words that I chose"})

    assert (short.status_code, taken.status_code, again.status_code, signed.status_code) == (422, 302, 422, 302)
    assert "12 characters" in said(short) and "opens nothing" in said(again)
    assert secret not in said(admin.get(f"{HERE}accounts/county-1/")) and secret not in said(
        admin.get(f"{HERE}journal/")
    )


def test_an_office_does_not_come_by_an_administrators_account(browse: Browse) -> None:
    browse("administrator")
    office = browse("programme_office")

    answers = [
        office.post(f"{HERE}accounts/administrator/password/", {"key": "p", "password": "several words of mine"}),
        office.post(f"{HERE}accounts/administrator/invite/", {"key": "i"}),
        office.post(f"{HERE}accounts/programme_office/roles/", {
            "key": "r", "role": "administrator", "side": "", "first": "2026-11-01",
        }),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all("Only an administrator" in said(answer) for answer in answers)
    with acting_as(OPERATOR):
        assert not users.known("administrator").check_password("several words of mine")


def test_the_office_of_one_programme_does_not_open_the_accounts(browse: Browse) -> None:
    office = browse("programme_office:twin")

    assert office.get(HERE).status_code == 403 and f'href="{HERE}"' not in said(office.get("/in/twin/"))
    assert office.post(f"{HERE}accounts/", {"key": "a", "name": "y", "password": "several words"}).status_code == 403


def test_who_signed_in_stands_in_the_entry_beside_their_office(browse: Browse) -> None:
    browse("administrator").post(f"{HERE}accounts/", {"key": "a", "name": "y-1", "password": "several words of mine"})

    from pairup.record.models import JournalEntry

    with acting_as(OPERATOR):
        last = JournalEntry.objects.order_by("number").last()
    assert last is not None and b'"by":"administrator"' in bytes(last.leaf)


def test_the_terms_of_a_rule_stand_as_a_person_writes_them(browse: Browse) -> None:
    shown = said(browse("administrator").get(f"{HERE}rules/"))

    assert "above_m 3000, below_m 3500, class 1 / above_m 3500" in shown
    assert "least = 0.003" in shown and "preference = 15, 10, 5" in shown
    assert "Decimal" not in shown and "{" not in shown.partition("<table")[2].partition("</table>")[0]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_of_administration_is_reached_from_it_and_says_what_comes_next_without_a_script(
    browse: Browse, language: str
) -> None:
    administrator = browse("administrator")
    administrator.post("/language/", {"language": language, "next": "/"})
    first = said(administrator.get(HERE))

    for path in ("administration/sheets/", "administration/rules/", "administration/journal/", "jobs/",
                 "administration/backups/", "administration/accounts/administrator/"):  # fmt: skip
        page = said(administrator.get(f"/in/twin/{path}")).partition("<main")[2]
        assert f'href="/in/twin/{path}"' in first, path
        assert 'class="next"' in page or ' class="main">' in page or "PAIRUP_BACKUPS" in page, path


def test_what_a_token_may_is_said_in_words(browse: Browse) -> None:
    Program("programme_office", "read", "plan")
    office = browse("programme_office")
    office.post("/language/", {"language": "zh-hans", "next": "/"})

    assert "起草方案、读取" in said(office.get(HERE))
