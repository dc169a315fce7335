"""Every page that there is, in a real browser: accessible by axe, as wide as a telephone and no wider, and light.

The table of routes drives it: a route that is added is met here without another line, or fails where nothing of the
record stands at its address (`tests/web/objects.py`, and `CODES` below for what only this record holds).
`PAIRUP_SWEEP=all` asks axe in both languages at both widths, as everybody who may open a page; CI asks each page in one
language at one width, in turn, as the first who may open it and a part of the others.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.urls import URLPattern, get_resolver, reverse

from pairup import services
from pairup.errors import ConflictError
from pairup.record.acting import OPERATOR, acting_as, read_actor, require_somebody
from pairup.web.policy import may_open
from tests.services.cast import ADOPTED, DRAFTED, FIRST, LATER, OFFICE, ON, draft, load, rows
from tests.services.sides import both_sides
from tests.web.accounts import client_of
from tests.web.browser import chromium, needs_chromium, served, sign_in
from tests.web.test_sweep import likes, patterns

pytestmark = needs_chromium
PASSWORD = "several words of one's own"
#: who is asked to open a page, in this order
WHO = ("programme_office", "donor_office:DN-A", "recipient_office:RO-A", "secondee:P-0", "administrator", "evaluator",
       "public")  # fmt: skip
#: pages of the frame that takes care of sign-in: those that anybody meets, and those of somebody who signed in
BEFORE, SIGN_IN = ("login", "password/reset"), (
    "logout", "password/change", "2fa", "2fa/totp/activate", "2fa/webauthn", "2fa/webauthn/add",
    "2fa/recovery-codes/generate", "reauthenticate",
)  # fmt: skip
#: what stays unmet of that frame, and why
NOT_MET = {
    **dict.fromkeys(("signup", "3rdparty/signup", "social/signup"), "accounts are opened by the office"),
    **dict.fromkeys(("email", "confirm-email"), "no account has an address to sign in by"),
    **dict.fromkeys(("inactive", "password/reset/done", "password/reset/key/done", "3rdparty/login/cancelled",
                     "3rdparty/login/error", "social/login/cancelled", "social/login/error"), "one sentence"),
    "password/set": "the form of password/change, for an account that came from a ministry",
    **dict.fromkeys(("3rdparty", "social/connections"), "no ministry is named here; `ministry.py` is one"),
    **dict.fromkeys(("login/code/confirm", "2fa/webauthn/login"), "not offered, or answers to a script"),
    **dict.fromkeys(("2fa/authenticate", "2fa/reauthenticate", "2fa/webauthn/reauthenticate", "2fa/totp/deactivate",
                     "2fa/recovery-codes", "2fa/recovery-codes/download"),
                    "of an account with a second factor, which this one has not; test_sign_in.py has one"),
}  # fmt: skip
#: reminders by mail are on, so that their page has its form; nobody asked for one, so nothing is sent
MAIL = {"PAIRUP_MAIL_URL": "smtp://127.0.0.1:9", "PAIRUP_MAIL_FROM": "pairup@example.org",
        "PAIRUP_MAIL_SITE": "https://pairup.example.org"}  # fmt: skip
WIDTHS, LANGUAGES = (320, 1280), ("en", "zh-hans")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
IS_WHOLE = os.environ.get("PAIRUP_SWEEP") == "all"
#: bytes of a page when it is first met, pictures that are loaded when seen left out
LARGEST = 100_000
#: what stands in an address here and in no other test's record
CODES = {"handover": {"code": "R-0"}, "document": {"code": "HO-R-0"}, "account": {"name": "evaluator"}}
#: what is asked of a page beside its address
ASKED = {
    "calendar-paper": "?round=national-2",
    "plan-why": "?item={person}~{post}",
    "plan-post": "?post={post}",
    "plan-compare": "?other={other}",
}
#: pages of ours that stay unmet, and why; pictures are drawings within pages, and looked at in `tests/reports`
LEFT = {"me-before": "needs a second term in one post, which the small programme has not; test_people.py opens it"}
#: rows that only this record holds
MORE = (("post_offers", "code day person post answer answer_due", "OF-1 2026-11-01 P-1 clinic open 2099-12-01"),)


class Met(NamedTuple):
    """A page, and whoever opens it."""

    who: str
    path: str


class Site(NamedTuple):
    """A served record, a browser page for everybody, and every page that there is with who opens it."""

    address: str
    desks: dict[str, Any]
    met: list[Met]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("served") / "record.sqlite3"
    met = _made(path)
    with served(path, told=MAIL) as address, chromium() as browser:
        desks = {}
        for who in WHO:
            desks[who] = browser.new_context().new_page()
            if who != "public":
                sign_in(desks[who], address, who.partition(":")[0], PASSWORD)
        yield Site(address, desks, met)


def _made(path: Path) -> list[Met]:
    """A record of two sides: a draft put before them, a job, a handover file, an account for everybody."""
    from django.db import connection

    from pairup.services import edits, handovers, jobs, plan_reviews, plan_steps, users

    services.open_record(path, create=True)
    with acting_as(OPERATOR):
        tables = both_sides()
        for row in tables["people"]:  # a profession without the word of its side, so that a plan finds a post for it
            row["profession"] = row["profession"].split()[0]
        load(tables)
        for table, columns, line in MORE:
            edits.record(table, rows(columns, line), actor=OFFICE, at=LATER, programme="twin")
        run, other = (draft("postings", at=at).run for at in (DRAFTED, ADOPTED))
        plan_steps.put_forward(run, actor=OFFICE, at=ADOPTED, programme="twin")
        chosen = plan_reviews.read_review(run, programme="twin", on=ON).lines[0].item
        asked = {"round": "national-2", "on": "2026-11-23", "seconds": 5}
        job = jobs.ask("postings", asked, programme="twin", actor=OFFICE, at=LATER)
        conflict = _two_say_otherwise()
        for who in WHO[:-1]:
            name = who.partition(":")[0]
            users.add(name, actor="administrator", at=FIRST, password=PASSWORD)
            users.grant(name, who, actor="administrator", at=FIRST)
    with acting_as("secondee:P-0"):
        handovers.save_draft("R-0", {"work": "Two patients a week."}, actor="secondee:P-0", at=LATER, programme="twin")
        handovers.give("R-0", actor="secondee:P-0", at=LATER, programme="twin")
    met = every_page(CODES | {"job": {"code": job}, "conflict": {"code": conflict}}, {**chosen, "other": other})
    connection.close()
    return met


def _two_say_otherwise() -> str:
    """A conflict: two changes of a need on the same version."""
    from pairup.record.models import ConflictVersion
    from pairup.services import edits

    for priority in ("4", "2"):
        with suppress(ConflictError):
            edits.correct("needs", "N-2", {"priority": priority}, seen=1, actor=OFFICE, at=LATER, programme="twin")
    return str(ConflictVersion.objects.known().get().identity.code)


def every_page(codes: Mapping[str, Mapping[str, str]], facts: Mapping[str, str]) -> list[Met]:
    """Every page, with those who open it: the first, and for CI a part of the others.

    Fails where nothing stands at the address of a page.
    """
    clients, chance = {who: client_of(who) for who in WHO}, random.Random(0)
    found, lost = [Met("public", f"/account/{one}/") for one in BEFORE], list[str]()
    found += [Met(WHO[0], f"/account/{one}/") for one in SIGN_IN]
    require_somebody()  # as the server runs
    for route, names in patterns():
        said = {name: codes.get(route, {}).get(name) or likes(route, name).of_a for name in names}
        path = reverse(route, kwargs=said) + ASKED.get(route, "").format_map(facts)
        if path.endswith(".svg") or route in LEFT:
            continue
        answers = {who: _answer(clients[who], path) for who in WHO if may_open(read_actor(who), route)}
        opening = [who for who, answer in answers.items() if answer == "page"]
        found += [
            Met(who, path) for number, who in enumerate(opening) if IS_WHOLE or number == 0 or chance.random() < 0.2
        ]
        if not opening and not {"file", "form"} & set(answers.values()):
            lost.append(f"{route} at {path}: {answers}")
    require_somebody(False)
    assert not lost, "\n".join(lost)
    return found


def _answer(client: Any, path: str) -> str:
    """Whether a page stands at an address, a file, only a form's end, or what else."""
    answer = client.get(path)
    if answer.status_code == 405:
        return "form"
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return ("page" if is_page else "file") if answer.status_code == 200 else str(answer.status_code)


def test_every_page_of_the_sign_in_frame_is_met_or_has_a_reason() -> None:
    there = {path.strip("/") for path in _of_frame(get_resolver()) if "<" not in path and "(?P" not in path}

    assert there == {*BEFORE, *SIGN_IN, *NOT_MET}


def _of_frame(of: Any, before: str = "") -> Iterator[str]:
    for one in of.url_patterns:
        path = before + str(one.pattern).strip("^$")
        if isinstance(one, URLPattern):
            if path.startswith("account/"):
                yield path.removeprefix("account/")
        else:
            yield from _of_frame(one, path)


def _in(page: Any, address: str, language: str) -> None:
    page.context.add_cookies([{"name": "pairup_language", "value": language, "url": address}])


def test_every_page_is_accessible_in_both_languages_on_a_telephone_and_a_desk(
    site: Site,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), []
    for number, (who, path) in enumerate(site.met):
        page = site.desks[who]
        for language in LANGUAGES if IS_WHOLE else LANGUAGES[number % 2 :][:1]:
            _in(page, site.address, language)
            page.goto(site.address + path)
            for width in WIDTHS if IS_WHOLE else WIDTHS[number // 2 % 2 :][:1]:
                page.set_viewport_size({"width": width, "height": 800})
                told = axe.run(page, options={"runOnly": TAGS}).response["violations"]
                found += [f"{path} as {who}, {language} at {width}: {one['id']} {one['nodes'][0]['html'][:140]}"
                          for one in told]  # fmt: skip

    sys.stdout.write(f"\n{len(site.met)} pages\n")
    assert found == []


def test_no_page_scrolls_sideways_on_a_telephone_or_at_twice_the_size(
    site: Site,
) -> None:
    wide = []
    for who, path in site.met:
        page = site.desks[who]
        for language in LANGUAGES:
            _in(page, site.address, language)
            page.goto(site.address + path)
            for width in (320, 640):  # 640 of 1280: the page at 200 %
                page.set_viewport_size({"width": width, "height": 800})
                if (found := page.evaluate("document.scrollingElement.scrollWidth")) > width:
                    wide.append(f"{path} as {who}, {language}: {found} of {width}")

    assert wide == []


def test_no_page_weighs_more_than_100_kb_when_it_is_first_met(
    site: Site,
) -> None:
    heavy = []
    for path, who in {path: who for who, path in reversed(site.met)}.items():
        asked: list[Any] = []
        kept = site.desks[who].context
        page = kept.browser.new_context(storage_state=kept.storage_state()).new_page()  # with no file kept of before
        page.on("requestfinished", lambda one, asked=asked: asked.append(one))
        page.goto(site.address + path)
        weight = sum(
            max(0, size) for one in asked if not one.url.endswith(".svg") or "static" in one.url
            for size in one.sizes().values()
        )  # fmt: skip
        if weight > LARGEST:
            heavy.append(f"{path}: {weight}")
        page.context.close()

    assert heavy == []
