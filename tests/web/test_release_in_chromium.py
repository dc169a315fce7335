"""A release as the public reads it, in a real browser: accessible by axe, no wider than a small screen, small."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pairup.reports.disclosure import Told
from pairup.reports.facts import Both
from pairup.reports.release.facts import ProjectRow, ReleaseFacts, Result, Spent, Voice, for_everybody
from pairup.reports.release.site import release_files
from pairup.values.codes import ClaimClass, ProjectStatus
from pairup.values.days import RoughDay
from pairup.values.words import Words
from tests.reports.cast import sample_facts
from tests.web.browser import chromium, needs_chromium

pytestmark = needs_chromium


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request."""


def facts() -> ReleaseFacts:
    """The small programme of the reports, with something on every page."""
    report = for_everybody(sample_facts())
    one, (claim, *_) = report.pairings[0], report.claims
    report = replace(report, claims=(*report.claims, replace(claim, code="C-AGAIN")))  # said once more by another
    area = report.place(one.place).area
    rounds = [row.code for row in report.rounds]
    return ReleaseFacts(
        report,
        (
            Told("people", ("donor", "area", "round"), {(one.donor.code, area, code): 15 for code in rounds}),
            Told("people-in-all", (), {(): 60}),
            Told("people-by-round", ("round",), dict.fromkeys(((code,) for code in rounds), 60)),
            Told("people-by-prefecture", ("area",), {(area,): None}),
            Told("people-by-prefecture-and-round", ("area", "round"), {(area, code): None for code in rounds}),
        ),
        (ProjectRow("J-1", Both("Well", "水井"), one.code, one.place, "health", ProjectStatus.WORKS, None, 2020),),
        (Result("dust", Both("Dust days", "沙尘日数"), "days", area, RoughDay.read("2021"), 12, ClaimClass.MEASURED),),
        voices=(
            Voice(RoughDay.read("2022-05-01"), Both("Northfold", "北谷"), Words("choices.feedback-kind-objection"),
                  Both("Not so.", "并非如此。"), f"claims/{claim.code}", reply=Both("Noted.", "已悉。")),
            Voice(RoughDay.read("2022-06-01"), Both("Northfold", "北谷"), Words("choices.signature-kind-signed"),
                  Both(""), f"pairings/{one.code}"),
        ),
        contracts=(Spent(2021, 4, "900", "CNY"), Spent(2022, 1, None, "CNY")),
        claim_places={claim.code: one.place, "C-AGAIN": one.place},
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("public")
    for name, content in release_files(facts(), {}, ()).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def test_no_page_has_a_fault_by_axe_and_none_is_wider_than_320_pixels(site: str, folder: Path, browser: Any):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=True, bypass_csp=True)
    page = context.new_page()
    faults = []
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        page.goto(f"{site}/{name}")
        found = Axe().run(page)
        faults += [f"{name}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            faults.append(f"{name} is wider than the screen")
    context.close()
    assert faults == []


def test_a_page_needs_no_script_and_loads_under_100_kb(site: str, browser: Any):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    loaded: dict[str, int] = {}
    page.on("response", lambda response: loaded.update({response.url: len(response.body())}))
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{site}/en/index.html", wait_until="networkidle")

    own = sum(size for url, size in loaded.items() if not url.endswith(".svg"))
    assert 0 < own < 100_000
    assert refused == [] and any(url.endswith("style.css") for url in loaded)
    page.click("text=中文")
    assert page.url == f"{site}/zh/index.html"
    context.close()
