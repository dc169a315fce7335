"""Accounts and roles, given and ended on pages; rules and the journal to read."""

from __future__ import annotations

from typing import Any

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.services import users
from pairup.web.pages import clock
from tests.web.conftest import Browse

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
