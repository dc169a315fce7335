"""Sign-in by a passkey of one's own device, and through a ministry, in a real browser under the shipped policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pairup import services
from pairup.record.acting import OPERATOR, acting_as
from pairup.services import users
from tests.services.cast import FIRST, a_programme, load
from tests.web.browser import chromium, needs_chromium, served, sign_in
from tests.web.ministry import CLIENT, SECRET, Ministry, ministry

pytestmark = needs_chromium
PASSWORD = "several words of one's own"


@pytest.fixture(scope="module")
def at_the_ministry() -> Iterator[Ministry]:
    with ministry() as found:
        yield found


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("doors") / "record.sqlite3"
    services.open_record(path, create=True)
    with acting_as(OPERATOR):
        load(a_programme())
        for name in ("office", "other", "closed"):
            users.add(name, actor="administrator", at=FIRST, password=PASSWORD)
            users.grant(name, "programme_office", actor="administrator", at=FIRST)
        users.close("closed", actor="administrator", at=FIRST)
    from django.db import connection

    connection.close()
    return path


@pytest.fixture(scope="module")
def site(record: Path, at_the_ministry: Ministry) -> Iterator[str]:
    told = {"SERVER": at_the_ministry.address, "CLIENT": CLIENT, "SECRET": SECRET, "NAME": "Ministry of Examples"}
    with served(record, told={f"PAIRUP_OIDC_{name}": said for name, said in told.items()}) as address:
        yield address.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, never to a number


@pytest.fixture
def page(site: str) -> Iterator[Any]:
    with chromium() as browser:
        context = browser.new_context()
        yield context.new_page()
        context.close()


def refused_by_policy(page: Any) -> list[str]:
    """What the page's policy refused from now on."""
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None)
    return said


def test_a_passkey_is_added_and_signs_in_without_a_password(page: Any, site: str) -> None:
    said = refused_by_policy(page)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip
    sign_in(page, site, "office", PASSWORD)

    page.goto(f"{site}/account/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/webauthn/add/**")
    page.fill("[name=name]", "this device")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "webauthn/add" not in url)
    page.context.clear_cookies()

    page.goto(f"{site}/account/login/")
    page.click("#passkey_login")
    page.wait_for_selector("text=office")

    assert "/account/login" not in page.url and said == []


def test_a_ministry_opens_the_account_of_the_name_it_tells_and_keeps_nothing_else(
    page: Any, site: str, record: Path, at_the_ministry: Ministry
) -> None:
    said = refused_by_policy(page)
    through_the_ministry(page, site, at_the_ministry, "other", "4711")
    page.wait_for_selector("text=acting as")

    assert "/account/login" not in page.url and said == []
    kept = b"".join(file.read_bytes() for file in record.parent.glob(f"{record.name}*"))
    assert b"4711" in kept
    assert b"synthetic@example.org" not in kept and b"Synthetic Person" not in kept


def through_the_ministry(page: Any, site: str, at_the_ministry: Ministry, name: str, sub: str) -> None:
    at_the_ministry.person |= {"preferred_username": name, "sub": sub}
    page.context.clear_cookies()
    page.goto(f"{site}/account/login/")
    page.click("text=Sign in through Ministry of Examples")


@pytest.mark.parametrize(("name", "sub"), [("nobody", "1"), ("", "2"), ("closed", "3")])
def test_a_ministry_opens_nothing_for_a_name_without_an_open_account(
    page: Any, site: str, at_the_ministry: Ministry, name: str, sub: str
) -> None:
    through_the_ministry(page, site, at_the_ministry, name, sub)
    page.wait_for_selector("text=Nobody here has an account")

    assert "/account/login" in page.url


def test_somebody_whom_the_ministry_calls_by_anothers_name_now_gets_in_nowhere(
    page: Any, site: str, at_the_ministry: Ministry
) -> None:
    through_the_ministry(page, site, at_the_ministry, "other", "4712")
    page.wait_for_selector("text=acting as")

    through_the_ministry(page, site, at_the_ministry, "office", "4712")
    page.wait_for_selector("text=Nobody here has an account")

    assert "/account/login" in page.url
