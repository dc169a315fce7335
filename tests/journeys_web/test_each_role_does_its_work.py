"""One journey for each role, through the server as it is started and a browser as people have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.journeys_web.conftest import PASSWORD, make_record, put_a_plan_forward
from tests.journeys_web.walking import Walk, walking

#: bytes that a county's return may take in all, and a page when it is first met
RETURN, PAGE = 300_000, 100_000


@pytest.fixture(scope="module")
def record_path(empty_record: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record with a plan that was put before the sides."""
    path = make_record(empty_record, tmp_path_factory.mktemp("roles") / "record.sqlite3")
    put_a_plan_forward(path)
    return path


@pytest.fixture
def walk(browser: Any, address: str) -> Iterator[Walk]:
    with walking(browser, address) as found:
        yield found


def test_a_recipient_states_a_need_and_answers_the_round(walk: Walk) -> None:
    walk.sign_in("county", PASSWORD).click("Needs", "nav")

    walk.unfold("State a need").fill(
        text="A midwife at night.", category="health", priority="4", stated_by="residents"
    ).click("State this need")
    walk.fill(round="national-2", title="Midwife", profession="nurse", duties="Births at night.", cover="The donor's.")
    walk.click("Ask for this post")

    assert "A midwife at night." in walk.reads() and "Midwife" in walk.reads()
    assert "Midwife" in walk.click("Rounds", "nav").click("national-2", "main").reads()


def test_a_county_makes_its_return_offline_on_a_slow_line(walk: Walk, tmp_path: Path) -> None:
    walk.sign_in("county", PASSWORD).on_a_slow_line()

    walk.click("Needs", "nav").click("Fill in a spreadsheet instead")
    file = walk.take("Take the workbook", tmp_path / "return.xlsx")
    fill_in(file)
    seen = walk.attach("file", file).click("See what would change").reads()
    walk.attach("file", file).click("Accept what is new and changed")

    assert "A dentist" in seen and "Written: 1 rows." in walk.reads() and "A dentist" in walk.reads()
    walk.told("a county's return")
    assert walk.weight() < RETURN and walk.clicks <= 6


def fill_in(file: Path) -> None:
    """Add a need to a workbook, as somebody without a line does."""
    book = load_workbook(file)
    sheet = book["needs"]
    head = next(line for line in sheet.iter_rows() if any(cell.value == "text_en" for cell in line))
    at = {cell.value: cell.column for cell in head}
    cells = {"code": "N-dentist", "place": "east", "category": "health", "text_en": "A dentist.", "priority": 3,
             "stated_by": "office", "is_synthetic": "yes"}  # fmt: skip
    row = next(number for number in range(head[0].row + 1, 500) if not sheet.cell(number, at["code"]).value)
    for name, value in cells.items():
        sheet.cell(row, at[name]).value = value
    book.save(file)


def test_a_donor_nominates_sees_why_and_countersigns(walk: Walk) -> None:
    walk.sign_in("donor", PASSWORD).click("Rounds", "nav").click("national-2", "main")
    walk.click("People nominated, and their checks").unfold("Nominate somebody")
    walk.fill("#nominate", profession="nurse", years="4", grade="1").click("Nominate")
    assert "P-DN-A-national-2-1" in walk.reads()

    walk.click("national-2", "nav").click("Read the plan that was put before you, and say what you think")
    why = walk.click_at("#table-chosen tbody a").reads()
    walk.page.go_back()
    walk.fill("#sign", kind="reservation", reservation="One is needed at home until June.").click("Say so")

    assert "points" in why
    assert "One is needed at home until June." in walk.reads()


def test_a_countersignature_takes_three_clicks_on_a_slow_line(walk: Walk) -> None:
    walk.sign_in("county", PASSWORD).on_a_slow_line().open("/in/twin/")

    walk.click_at("main a[href*='/plans/']").click("Say so")

    assert "East bureau" in walk.reads()
    walk.told("a countersignature")
    assert walk.clicks <= 3 and walk.weight() < PAGE


def test_a_programme_office_drafts_reviews_settles_drafts_again_and_adopts_in_one_sitting(walk: Walk) -> None:
    walk.sign_in("office", PASSWORD).click("Rounds", "nav").click("national-2", "main")
    walk.unfold("Draft a plan").fill("#draft", seconds="5").click_at("#draft button")
    walk.wait_for("#job .next a").click_at("#job .next a")
    assert "Proved best" in walk.reads()

    walk.fill("form:has(#wish)", wish="lock", first="P-3", second="clinic")
    changed = walk.click_at("form:has(#wish) button").reads()
    walk.click("Keep as a new draft")
    walk.click("See what adopting would write").click("Adopt this plan")

    assert "P-3 at clinic" in changed
    assert "P-3" in walk.reads() and "adopted" in walk.reads()


def test_a_candidate_accepts_what_is_offered(walk: Walk) -> None:
    walk.sign_in("candidate", PASSWORD).click("My page", "nav")
    offered = walk.click("A post is offered to you: read what it is and answer").reads()
    walk.click("Accept")

    assert "3,650 m" in offered
    assert "accepted" in walk.reads() and "A post is offered to you: read" not in walk.reads()


def test_a_secondee_checks_in_by_the_keyboard_alone(walk: Walk) -> None:
    walk.sign_in("surgeon", PASSWORD)

    walk.tab_to("My page").press()
    walk.tab_to("Check in: two questions").page.keyboard.press("Enter")
    walk.page.keyboard.press("Tab")
    walk.page.keyboard.press("Space")
    walk.tab_to("Send").press()

    assert "You checked in. Thank you." in walk.reads()


def test_a_secondee_hands_over_and_sees_who_looked(walk: Walk, browser: Any, address: str) -> None:
    walk.sign_in("surgeon", PASSWORD).click("My page", "nav").click("My handover file")
    walk.page.locator("main textarea:visible").first.fill("Two patients a week need the ward in Dale.")
    walk.click("Save")
    assert "Two patients a week" in walk.page.locator("main textarea:visible").first.input_value()

    with walking(browser, address) as donor:
        donor.sign_in("donor", PASSWORD).click("People", "nav").click("P-0", "main")
        donor.unfold("Open what is kept closed").fill(purpose="emergency").click_at("form[action$='/open/'] button")
        assert "555" in donor.reads()
    seen = walk.click("My page", "nav").click("What is kept of me, and who looked").reads()

    assert re.search(r"donor office Aland\s+reach somebody of theirs", seen)


def test_an_evaluator_finds_what_a_claim_is_worth(walk: Walk) -> None:
    walk.sign_in("evaluator", PASSWORD).click("Claims", "nav").click("C-3")

    said = walk.reads()

    assert "Aland paid." in said and "Reported only" in said
    assert "9,999 CNY" in said


def test_an_administrator_opens_an_account_invites_and_ends_a_role(walk: Walk, browser: Any, address: str) -> None:
    walk.sign_in("keeper", PASSWORD).click("Administration", "nav")
    walk.click_at("form[action$='/accounts/'] summary", leads=False)
    walk.fill("form[action$='/accounts/']", name="newcomer", password=PASSWORD)
    walk.click_at("form[action$='/accounts/'] button").click_at("form[action$='/roles/'] summary", leads=False)
    walk.fill("form[action$='/roles/']", role="donor_office", side="DN-B").click_at("form[action$='/roles/'] button")
    secret = walk.click_at("form[action$='/invite/'] button").page.inner_text(".callout code")

    with walking(browser, address) as newcomer:
        newcomer.open("/invitation/").fill(secret=secret, password="other words of one's own").click_at("main button")
        newcomer.sign_in("newcomer", "other words of one's own")
        assert "DN-B" in newcomer.page.inner_text("header")
        assert "ends today" in walk.click_at("form[action$='/end/'] button").reads()
        walk.click("Close this account")
        assert "/account/login/" in newcomer.open("/in/twin/").page.url


def test_the_public_reads_the_front_and_the_complaints_page_and_is_asked_to_sign_in_for_more(walk: Walk) -> None:
    front = walk.open("/").reads()
    walk.click("Complain to a body outside")
    complaints = walk.page.title()
    walk.open("/in/twin/projects/")
    asked = walk.page.url
    walk.sign_in("county", "not the words")

    assert "Sign in" in front and "omplain" in complaints
    assert "/account/login/" in asked
    assert "/account/login/" in walk.page.url


def test_a_need_is_stated_without_javascript(browser: Any, address: str) -> None:
    with walking(browser, address, java_script_enabled=False) as walk:
        walk.sign_in("county", PASSWORD).click("Needs", "nav").unfold("State a need")
        walk.fill(text="Light in the school.", category="education", priority="2", stated_by="office")
        walk.click("State this need")

        assert "Light in the school." in walk.reads()
