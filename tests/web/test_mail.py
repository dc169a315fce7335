"""Reminders by mail: asked for and given up on a page of one's own account; what links in a mail lead to."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import resolve

from pairup.record.acting import acting_as
from pairup.record.mail import MailWish
from pairup.services import reminders
from tests.web.conftest import Browse


@pytest.fixture(autouse=True)
def _server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("URL", "smtp://127.0.0.1:1"), ("FROM", "a@b.example"), ("SITE", "https://pairs.example")):
        monkeypatch.setenv(f"PAIRUP_MAIL_{name}", value)


def test_somebody_asks_for_reminders_sees_where_they_go_and_stops(browse: Browse) -> None:
    client = browse("donor_office:DN-A")

    before = client.get("/mail/").content.decode()
    asked = client.post("/mail/", {"address": "desk@office.example", "key": "k"}, follow=True).content.decode()
    others = browse("donor_office:DN-B").get("/mail/").content.decode()
    stopped = client.post("/mail/", {"stop": "yes"}, follow=True).content.decode()

    assert "You get no reminders." in before and "nothing of a person" in before
    assert "Reminders go to desk@office.example." in asked and "desk@office.example" not in others + stopped
    with acting_as("administrator"):
        assert not MailWish.objects.exists()


def test_what_is_no_address_is_said_in_the_form(browse: Browse) -> None:
    answer = browse("evaluator").post("/mail/", {"address": "no address", "key": "k"})

    assert answer.status_code == 422


def test_without_a_server_the_page_says_that_no_mail_is_sent(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAIRUP_MAIL_URL")

    said = browse("donor_office:DN-A").get("/mail/").content.decode()

    assert "This site sends no mail" in said and 'name="address"' not in said


@pytest.mark.parametrize("who", ["donor_office:DN-A", "recipient_office:east", "programme_office", "secondee:P-1"])
def test_every_link_of_a_mail_opens_for_whoever_it_is_sent_to(browse: Browse, who: str) -> None:
    client = browse(who)
    client.post("/mail/", {"address": "desk@office.example", "key": "k"})
    with acting_as("administrator"):
        days = (date(2028, 3, 25), date(2026, 12, 20), date(2028, 6, 1), date(2031, 7, 15))
        found = [one for day in days for one in reminders.read_reminders(on=day, ahead=90)]

    paths = {item.path for one in found for item in one.items}

    assert paths
    for path in sorted(paths):
        assert resolve(path.partition("?")[0]).url_name in ("calendar", "waiting")
        assert client.get(path).status_code == 200, path
