"""The pages in a real browser: accessible by axe, usable at 320 px, by the keyboard, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pairup import services
from pairup.record.acting import OPERATOR, acting_as
from pairup.services import users
from tests.services.cast import FIRST, a_programme, draft, load
from tests.web.browser import chromium, needs_chromium, served, sign_in

pytestmark = needs_chromium
PASSWORD = "several words of one's own"
#: pages of the small programme that an office opens, each once
PAGES = (
    "/in/twin/", "/in/twin/pairings/", "/in/twin/pairings/a-east/", "/in/twin/projects/", "/in/twin/projects/J-1/",
    "/in/twin/projects/questions/", "/in/twin/money/", "/in/twin/money/a-east/2025/", "/in/twin/results/",
    "/in/twin/claims/", "/in/twin/claims/C-1/", "/in/twin/needs/", "/in/twin/needs/N-1/", "/in/twin/rounds/",
    "/in/twin/rounds/national-2/", "/in/twin/rounds/national-2/people/", "/in/twin/plans/postings-national-2-1/",
    "/in/twin/people/", "/in/twin/people/welfare/", "/in/twin/people/handovers/", "/in/twin/people/handovers/R-0/",
    "/in/twin/people/of/P-0/", "/in/twin/jobs/", "/in/twin/projects/none/", "/account/password/change/",
    "/account/2fa/",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small programme, served, with a draft and an account."""
    path = tmp_path_factory.mktemp("served") / "record.sqlite3"
    services.open_record(path, create=True)
    with acting_as(OPERATOR):
        load(a_programme())
        draft("postings")
        users.add("office", actor="administrator", at=FIRST, password=PASSWORD)
        users.grant("office", "programme_office", actor="administrator", at=FIRST)
    from django.db import connection

    connection.close()
    with served(path) as address:
        yield address


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Any, site: str) -> Iterator[Any]:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, site, "office", PASSWORD)
    yield page
    context.close()


def test_axe_finds_nothing_on_any_page_in_either_language(page: Any, site: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), []
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    for language in ("en", "zh-hans"):
        page.context.add_cookies([{"name": "pairup_language", "value": language, "url": site}])
        for path in ("/account/login/", *PAGES):
            page.goto(f"{site}{path}")
            told = axe.run(page, options={"runOnly": tags}).response["violations"]
            found += [f"{language} {path}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in told]

    assert found == []


def test_no_page_is_wider_than_a_telephone(page: Any, site: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    wide = []
    for path in PAGES:
        page.goto(f"{site}{path}")
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wide.append(f"{path}: {width}")

    assert wide == []


def test_no_page_weighs_more_than_100_kb_or_asks_elsewhere(page: Any, site: str) -> None:
    asked: list[Any] = []
    page.on("response", lambda one: asked.append(one))
    heavy = []
    for path in PAGES:
        asked.clear()
        page.goto(f"{site}{path}")
        page.wait_for_load_state("networkidle")
        weight = sum(len(one.body()) for one in asked if one.status == 200 and "svg" not in one.headers["content-type"])
        if weight > 100_000:
            heavy.append(f"{path}: {weight}")
        assert all(one.url.startswith(site) for one in asked)

    assert heavy == []


def test_a_need_is_reached_by_the_keyboard_alone(page: Any, site: str) -> None:
    page.goto(f"{site}/in/twin/")

    page.keyboard.press("Tab")
    skipped = page.evaluate("document.activeElement.className")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "Needs":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/needs/")

    assert skipped == "skip"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline is not None


def test_the_work_is_done_without_javascript(browser: Any, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site, "office", PASSWORD)

    page.goto(f"{site}/in/twin/projects/J-2/")
    page.click("form[action$='/works/'] summary")
    page.fill("form[action$='/works/'] [name=value]", "120")
    page.click("form[action$='/works/'] button")
    page.wait_for_load_state()

    assert "Works recorded" in page.inner_text("main")
    context.close()


def test_a_plan_is_asked_for_watched_and_reviewed(page: Any, site: str) -> None:
    page.goto(f"{site}/in/twin/rounds/national-2/")
    if not page.is_visible("#draft button.main"):
        page.click("#draft summary")
    page.fill("#draft [name=seconds]", "5")

    page.click("#draft button.main")
    page.wait_for_url("**/jobs/job-*/")
    page.wait_for_selector("#job .next a", timeout=60_000)
    page.click("#job .next a")
    page.wait_for_url("**/plans/postings-national-2-*/")

    assert "Proved best" in page.inner_text("main")
