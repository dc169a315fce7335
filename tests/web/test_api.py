"""The API: the same services as the pages, for programs that hold a token."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.models import NeedVersion
from pairup.services import tokens, users, working
from pairup.web.pages import clock
from tests.services.cast import FIRST
from tests.web.conftest import Browse

HERE = "/api/v1/programmes/twin"


class Program:
    """A program with a token of an account in one role."""

    def __init__(self, actor: str, *may: str) -> None:
        from django.test import Client

        name = actor.replace(":", "-")
        with acting_as(OPERATOR):
            if name not in {account.name for account in users.accounts(on=FIRST.date())}:
                users.add(name, actor="administrator", at=FIRST)
                users.grant(name, actor, actor="administrator", at=FIRST)
            self.code, secret = tokens.issue(name, actor, may=may or ("read",), actor="administrator", at=clock())
        self.client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {secret}"})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        ask = getattr(self.client, method)
        said = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = ask(f"{HERE}{path}", **said, headers={k.replace("_", "-"): v for k, v in headers.items()})
        return answer.status_code, answer.json()


def test_a_program_reads_the_rows_of_its_own_side(browse: Browse) -> None:
    donor = Program("donor_office:DN-A")

    status, said = donor("get", "/tables/projects/?on=2026-11-23")

    assert status == 200 and {row["code"] for row in said["rows"]} == {"J-1", "J-3"}
    assert donor("get", "/tables/money/?on=2026-11-23")[1]["rows"][0]["currency"] == "CNY"


def test_rows_come_in_parts_that_go_on_behind_a_code(browse: Browse) -> None:
    office = Program("programme_office")

    first = office("get", "/tables/projects/?on=2026-11-23&limit=2")[1]
    rest = office("get", f"/tables/projects/?on=2026-11-23&limit=100&after={first['after']}")[1]

    codes = [row["code"] for part in (first, rest) for row in part["rows"]]
    assert codes == ["J-0", "J-1", "J-2", "J-3"] and rest["after"] is None


def test_what_is_personal_is_in_no_answer(browse: Browse) -> None:
    office = Program("programme_office")

    person = office("get", "/tables/people/?on=2028-07-01")[1]["rows"][0]

    assert "partner" not in person and "prefers" not in person and "code" in person
    assert office("get", "/tables/private_facts/")[0] == 404


def test_without_a_token_nothing_is_opened_and_a_session_is_no_token(browse: Browse) -> None:
    unknown = browse("public").get(f"{HERE}/due/", headers={"Authorization": "Bearer pairup_x"})
    session = browse("programme_office").get(f"{HERE}/due/")

    for answer in (unknown, session):
        assert (answer.status_code, answer.json()["code"]) == (401, "users.token-refused")


def test_what_is_no_json_is_refused_as_anything_is(browse: Browse) -> None:
    office = Program("programme_office", "read", "write")

    answer = office.client.post(f"{HERE}/tables/needs/", data="*[", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "web.unreadable")


def test_a_token_does_what_it_may_and_no_more(browse: Browse) -> None:
    reader = Program("programme_office", "read")

    status, said = reader("post", "/tables/needs/", {"rows": [{"code": "N-9"}]})

    assert (status, said["code"]) == (403, "web.token-may-not")


def test_a_need_is_recorded_once_under_a_key_and_corrected_on_the_version_seen(browse: Browse) -> None:
    county = Program("recipient_office:east", "read", "write")
    row = {"code": "N-9", "place": "east", "category": "health", "text_en": "A nurse.", "priority": "4",
           "stated_by": "office", "is_synthetic": "yes"}  # fmt: skip

    first = county("post", "/tables/needs/", {"rows": [row]}, Idempotency_Key="k1")
    again = county("post", "/tables/needs/", {"rows": [row]}, Idempotency_Key="k1")
    better = county("patch", "/tables/needs/N-9/", {"cells": {"priority": "5"}, "seen": 1})
    late = county("patch", "/tables/needs/N-9/", {"cells": {"priority": "1"}, "seen": 1})

    assert first[0] == again[0] == 200, again
    assert again[1]["is_repeat"]
    assert better[1]["rows"] == [{"code": "N-9", "version": 2}]
    assert late[0] == 409
    with acting_as(OPERATOR):
        assert NeedVersion.objects.known().get(identity__code="N-9").priority == 5
    versions = county("get", "/tables/needs/N-9/history/")[1]["versions"]
    assert [one["version"] for one in versions] == [1, 2]


def test_another_side_is_refused_what_is_not_its_own(browse: Browse) -> None:
    county = Program("recipient_office:east", "read", "write")

    status, _ = county("patch", "/tables/needs/N-2/", {"cells": {"priority": "1"}, "seen": 1})

    assert status in (403, 404, 422)
    with acting_as(OPERATOR):
        assert NeedVersion.objects.known().get(identity__code="N-2").priority == 3


def test_a_plan_is_asked_for_made_read_and_adopted(browse: Browse) -> None:
    drafts, office = (Program("programme_office", *may) for may in (("read", "plan"), ("read", "plan", "write")))

    job = drafts("post", "/plans/", {"kind": "postings", "round": "national-2", "seconds": 10})[1]["job"]
    working.work_one("w")
    run = office("get", f"/jobs/{job}/")[1]["result"]["run"]
    plan = office("get", f"/plans/{run}/")[1]
    refused = drafts("post", f"/plans/{run}/adopt/")
    adopted = office("post", f"/plans/{run}/adopt/")

    assert refused[0] == 403 and refused[1]["code"] == "web.token-may-not"
    assert plan["status"] == "optimal" and plan["answer"]["assignments"]
    assert adopted[0] == 200 and adopted[1]["rows"]["postings"] > 0


@pytest.mark.parametrize("path", [
    "/due/", "/totals/money_paid/?by=year", "/money/?year=2025", "/claims/", "/tables/",
])  # fmt: skip
def test_every_read_answers_as_of_a_day(browse: Browse, path: str) -> None:
    office = Program("programme_office")
    joint = "&" if "?" in path else "?"

    assert office("get", f"{path}{joint}on=2026-11-23")[0] == 200
    assert office("get", f"{path}{joint}on=yesterday")[0] == 422


def test_the_contract_names_every_operation(browse: Browse) -> None:
    said = browse("public").get("/api/v1/openapi.json").json()

    assert len(said["paths"]) >= 13 and said["info"]["title"] == "pairup"
