"""The box as people meet it: a page that knows nobody, and browser and Python sealing the same."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from pairup.keys import box, sealing
from pairup.record.acting import OPERATOR, Role, acting_as
from pairup.services import complaints as service
from pairup.web import complaints
from pairup.web.pages import clock
from tests.keys.test_sealing import CODE, VECTORS
from tests.services.cast import OFFICE
from tests.web.accounts import client_of
from tests.web.browser import chromium, free_port, needs_chromium

KEY = sealing.make_key()
PUBLIC = sealing.public_of(KEY)
TEXT = "The surgeon was never there. 医生从未到过。"
PAGE, REPLY = "/complaints/", "/complaints/answer/"
EVERYBODY = ("programme_office", "donor_office:DN-A", "recipient_office:east", "secondee:P-0", "evaluator",
             "administrator", "public")  # fmt: skip


@pytest.fixture
def site(site: Path, a_wide_door: None) -> Path:
    return site


@pytest.fixture
def a_wide_door(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SENT", "ASKED"):
        monkeypatch.setattr(complaints, name, complaints.Bucket(most=100, a_minute=100))


@pytest.fixture
def named(site: Path) -> Path:
    with acting_as(OPERATOR):
        name_body()
    return site


def name_body(key: bytes = PUBLIC, **said: Any) -> None:
    service.name_recipient(
        "Ombudsman of the province", key=sealing.write_public(key), published_at="the Gazette, no. 11",
        post="P.O. Box 7", phone="12345", answer_days=30, name_zh="省监察专员", actor=OFFICE, at=clock(), **said,
    )  # fmt: skip


def a_form(text: str = TEXT, code: str = CODE) -> dict[str, str]:
    receipt = sealing.receipt_of(code)
    envelope = base64.b64encode(sealing.seal(text, receipt.answer_key, PUBLIC)).decode()
    return {"envelope": envelope, "receipt": receipt.receipt, "mark": sealing.mark_of(PUBLIC)}


def post(client: Any, address: str, said: Any) -> Any:
    return client.post(address, json.dumps(said), content_type="application/json")


def boxed() -> list[box.Kept]:
    with acting_as(OPERATOR):
        return box.read_box(service.export(actor=OFFICE, at=clock()))


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("site")
def test_a_box_that_is_off_collects_nothing() -> None:
    client = client_of("public")

    page, sent = client.get(PAGE), post(client, PAGE, a_form())

    assert "there is no box here" in page.content.decode()
    assert "<textarea" not in page.content.decode()
    assert (sent.status_code, sent.json()["code"]) == (409, "complaints.off")


@pytest.mark.usefixtures("named")
def test_the_page_is_the_same_for_everybody_and_sets_no_cookie() -> None:
    pages = []
    for actor in EVERYBODY:
        client = client_of(actor)
        before = {name: one.value for name, one in client.cookies.items()}
        for address in (PAGE, REPLY):
            answer = client.get(address)
            assert answer.status_code == 200
            assert not answer.cookies
            assert answer["Cache-Control"] == "no-store"
            assert answer["Referrer-Policy"] == "no-referrer"
            pages.append((address, answer.content))
        assert {name: one.value for name, one in client.cookies.items()} == before

    assert len(set(pages)) == 2
    assert all(len(content) < 20_000 for _, content in pages)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Paper and phone first", "What this page cannot protect", "Ombudsman of the province")),
    ("zh-hans", ("首选书信和电话", "本页不能保护什么", "省监察专员")),
])  # fmt: skip
def test_paper_and_phone_come_first_then_what_cannot_be_protected_then_the_form(
    language: str, words: tuple[str, str, str]
) -> None:
    page = client_of("public").get(f"{PAGE}?language={language}").content.decode()

    first, cannot, body = words
    assert body in page
    places = [page.index(one) for one in (first, "P.O. Box 7", "12345", cannot, sealing.mark_of(PUBLIC), "<textarea")]
    assert places == sorted(places)
    assert "name=" not in page.partition("<main")[2].partition("</main>")[0], "a form without script sends nothing"


@pytest.mark.usefixtures("named")
def test_a_key_that_was_replaced_stands_on_the_page_with_its_reason() -> None:
    with acting_as(OPERATOR):
        name_body(sealing.public_of(sealing.make_key()), reason="The old key was lost.")

    page = client_of("public").get(PAGE).content.decode()

    assert "Reason: The old key was lost." in page
    assert sealing.mark_of(PUBLIC) in page.partition("Changes of the box")[2]
    assert sealing.mark_of(PUBLIC) not in page.partition("Changes of the box")[0]


@pytest.mark.usefixtures("named")
def test_a_key_changed_behind_the_journal_closes_the_page() -> None:
    from django.db import connection

    with acting_as(OPERATOR), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE record_boxrecipientversion SET key = %s",
            [sealing.write_public(sealing.public_of(sealing.make_key()))],
        )

    page = client_of("public").get(PAGE).content.decode()

    assert "not the one that was named" in page
    assert "<textarea" not in page


# --- what is sent ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("actor", EVERYBODY)
def test_everybody_sends_without_cookies_or_token_and_as_nobody(actor: str) -> None:
    from django.test import Client

    client = client_of(actor)
    client.handler.enforce_csrf_checks = True
    assert isinstance(client, Client)

    answer = post(client, PAGE, a_form())

    assert answer.json()["is_kept"] is True
    assert not answer.cookies
    (one,) = boxed()
    assert sealing.open_sealed(one.envelope, KEY).text == TEXT
    with acting_as(OPERATOR):
        from pairup.record.models import JournalEntry

        assert JournalEntry.objects.get(command="complaint.receive").actor == "public"


@pytest.mark.usefixtures("named")
def test_kept_or_refused_an_answer_is_as_long_and_so_is_one_to_a_code() -> None:
    client, form = client_of("public"), a_form()
    receipt = sealing.receipt_of(CODE)
    tags = [sealing.tag_of(receipt.answer_key, number) for number in (1, 2, 3, 4)]

    before = post(client, REPLY, {"receipt": receipt.receipt, "tags": tags})
    forms: list[Any] = [form, form, {**form, "mark": "1"}, {}, [], {"envelope": "?"}]
    sent = [post(client, PAGE, said) for said in forms]
    with acting_as(OPERATOR):
        answer = box.Answer(tags[0], sealing.seal_answer("We looked.", receipt.answer_key, 1))
        service.take_answers(box.write_answers([answer]), actor=OFFICE, at=clock())
    after = post(client, REPLY, {"receipt": receipt.receipt, "tags": tags})

    assert [one.status_code for one in sent] == [200, 200, 409, 422, 422, 422]
    assert {len(one.content) for one in sent} == {8192}
    assert {len(one.content) for one in (before, after)} == {complaints._ANSWERS}
    assert (before.json()["is_kept"], after.json()["is_kept"]) == (False, True)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("address", [PAGE, REPLY])
@pytest.mark.parametrize("body", ["", "x", "[]", "null", '{"receipt": 1, "tags": 2}', '{"tags": [1, 2, 3, 4]}', "\x00"])
def test_what_is_no_form_is_refused_and_breaks_nothing(address: str, body: str) -> None:
    answer = client_of("public").post(address, body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json()["says"]


@pytest.mark.usefixtures("named")
def test_200_kilobytes_are_refused_in_both_languages_with_what_to_do() -> None:
    for language, words in (("en", "longer than 64 kB"), ("zh-hans", "超过 64 kB")):
        answer = client_of("public").post(
            f"{PAGE}?language={language}", json.dumps({"envelope": "A" * 200_000}), content_type="application/json"
        )
        assert answer.status_code == 422
        assert words in answer.json()["says"]


def test_everybody_together_may_ask_so_often_and_no_address_is_looked_at() -> None:
    bucket, now = complaints.Bucket(most=3, a_minute=6), datetime(2026, 11, 24, tzinfo=UTC)

    assert [bucket.take(now) for _ in range(4)] == [True, True, True, False]
    assert bucket.take(now + timedelta(seconds=9)) is False
    assert bucket.take(now + timedelta(seconds=11)) is True
    assert bucket.take(now - timedelta(days=1)) is False, "a clock that ran backwards fills nothing"


@pytest.mark.usefixtures("named")
def test_a_box_that_is_asked_too_often_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complaints, "SENT", complaints.Bucket(most=0, a_minute=0))

    answer = post(client_of("public"), PAGE, a_form())

    assert (answer.status_code, answer.json()["code"]) == (409, "complaints.too-often")
    assert boxed() == []


# --- in a real browser -----------------------------------------------------------------------------------------------


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def address(named: Path) -> Iterator[str]:
    """The site as this process serves it, to a browser on this machine."""
    from django.core.wsgi import get_wsgi_application

    port = free_port()
    server = make_server("127.0.0.1", port, get_wsgi_application(), handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; its driver keeps an event loop in this thread, which Django would take for a server of its own."""
    with pytest.MonkeyPatch.context() as patched, chromium() as found:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield found


#: the script lies beside the style sheet, under the stamp of this version
SEALING = """const style = document.querySelector("link[rel=stylesheet]").href;
    const sealing = await import(style.replace("pairup.css", "sealing.js"));"""


@needs_chromium
def test_what_the_browser_seals_python_opens_and_the_reverse(address: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(address + PAGE)
    run = f"""async ([text, code, key]) => {{ {SEALING}
        const {{ receipt, answerKey }} = await sealing.receiptOf(sealing.readCode(code));
        const envelope = await sealing.seal(text, answerKey, sealing.bytesOf(key));
        return {{ receipt, answer_key: sealing.hex(answerKey), envelope: sealing.base64(envelope),
                  mark: await sealing.markOf(sealing.bytesOf(key)),
                  tag_1: await sealing.tagOf(answerKey, 1), tag_4: await sealing.tagOf(answerKey, 4) }}; }}"""

    fixed = base64.b64encode(bytes.fromhex(VECTORS["public"])).decode()
    vectors = page.evaluate(run, [TEXT, CODE, fixed])
    made = page.evaluate(run, [TEXT, CODE, sealing.write_public(PUBLIC)])

    assert {name: vectors[name] for name in ("receipt", "answer_key", "tag_1", "tag_4", "mark")} == {
        name: VECTORS[name] for name in ("receipt", "answer_key", "tag_1", "tag_4", "mark")
    }
    opened = sealing.open_sealed(base64.b64decode(made["envelope"]), KEY)
    assert (opened.text, opened.answer_key.hex()) == (TEXT, VECTORS["answer_key"])

    answer = base64.b64encode(sealing.seal_answer("We looked. 已查。", opened.answer_key, 2)).decode()
    opens = f"""async ([sealed, code]) => {{ {SEALING}
        const {{ answerKey }} = await sealing.receiptOf(sealing.readCode(code));
        const all = [1, 2].map((number) => sealing.openAnswer(sealing.bytesOf(sealed), answerKey, number));
        return Promise.all(all); }}"""
    assert page.evaluate(opens, [answer, CODE]) == [None, "We looked. 已查。"]
    page.close()


@needs_chromium
@pytest.mark.parametrize("length", [1, 4010, 4040, 16300, 65400])
def test_the_browser_fills_up_to_the_same_sizes(address: str, browser: Any, length: int) -> None:
    page = browser.new_page()
    page.goto(address + PAGE)

    size = page.evaluate(
        f"""async ([length, key]) => {{ {SEALING}
        return (await sealing.seal("x".repeat(length), new Uint8Array(32), sealing.bytesOf(key))).length; }}""",
        [length, sealing.write_public(PUBLIC)],
    )

    assert size == len(sealing.seal("x" * length, bytes(32), PUBLIC))
    page.close()


@needs_chromium
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_somebody_complains_and_reads_the_answer_with_the_code_alone(address: str, browser: Any, language: str) -> None:
    context = browser.new_context()
    page, sent, failed = context.new_page(), [], []
    page.on("request", lambda request: sent.append(request))
    page.on("console", lambda message: failed.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}{PAGE}?language={language}")
    page.fill("#text", TEXT)
    page.click("#send")
    page.wait_for_selector("#done:not([hidden])")
    code = page.inner_text("#code")
    assert page.input_value("#text") == "", "what was written is not left on the screen"

    (one,) = boxed()
    opened = sealing.open_sealed(one.envelope, KEY)
    assert opened.text == TEXT
    with acting_as(OPERATOR):
        answer = box.Answer(
            sealing.tag_of(opened.answer_key, 1), sealing.seal_answer("<b>We</b>\nlooked.", opened.answer_key, 1)
        )
        service.take_answers(box.write_answers([answer]), actor=OFFICE, at=clock())
    page.goto(f"{address}{REPLY}?language={language}")
    page.fill("#code", code)
    page.press("#code", "Enter")
    page.wait_for_selector("#answers:not([hidden])")

    assert page.inner_text("#answers p") == "<b>We</b>\nlooked."
    assert failed == []
    assert context.cookies() == [], "nothing is left in the browser"
    assert page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    assert {request.url.split("/")[2] for request in sent} == {address.split("/")[2]}, "no third party"
    bodies = [request.post_data or "" for request in sent] + [request.url for request in sent]
    for secret in (TEXT, code, code.replace(" ", "")):
        assert not any(secret in body for body in bodies), "neither text nor code leave the browser"
    context.close()


@needs_chromium
def test_the_page_refuses_200_kilobytes_and_nothing_with_a_clear_word(address: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(address + PAGE)
    page.click("#send")
    assert page.inner_text("#told") == "There is nothing to send yet."

    page.fill("#text", "x" * 200_000)
    page.click("#send")
    page.wait_for_selector("#told:has-text('64 kB')")

    assert len(page.input_value("#text")) == 200_000, "nothing that was written is lost"
    assert boxed() == []
    page.close()


@needs_chromium
def test_a_code_of_nothing_says_so(address: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(address + REPLY)
    page.fill("#code", "12")
    page.press("#code", "Enter")
    assert page.inner_text("#told") == "A code has 16 digits."

    page.fill("#code", "１２３４ 5678 1234 5678")
    page.press("#code", "Enter")
    page.wait_for_selector("#told:has-text('no complaint with this code')")

    page.close()


@needs_chromium
def test_without_script_the_page_tells_of_paper_and_phone_and_has_no_form(address: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + PAGE)

    assert page.is_visible("text=P.O. Box 7")
    assert page.is_visible("noscript p")
    assert not page.is_visible("textarea")
    context.close()


@needs_chromium
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_axe_finds_nothing_and_nothing_is_cut_off_at_320_pixels(address: str, browser: Any, language: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 320, "height": 700})
    for where in (PAGE, REPLY):
        page.goto(f"{address}{where}?language={language}")
        page.wait_for_selector("form:not([hidden])")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


def test_the_public_is_a_role_that_may_complain() -> None:
    from pairup.services.access import POLICY

    assert Role.PUBLIC in POLICY["complaint.receive"]
