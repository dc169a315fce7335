"""The API does everything that the pages do: each page that is posted to has an operation over the same service."""

from __future__ import annotations

import ast
import inspect
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from pairup.record.acting import OPERATOR, acting_as
from tests.services.cast import ADOPTED, DRAFTED, draft
from tests.web.conftest import Browse
from tests.web.test_api import Program
from tests.web.test_rows import a_conflict

#: how names of pictures end, which pages hold
PICTURES = ("picture", "map", "years")

#: pages that no program asks in anybody's place, and why
APART = {
    **dict.fromkeys(
        ("account-open", "role-give", "role-end", "account-close", "account-password", "account-invite"),
        "who may sign in is decided by somebody who signed in, with their second factor; a token would make tokens",
    ),
    **dict.fromkeys(("language", "role"), "they choose how one's own browser is answered"),
    "mail": "where one's own reminders go; a stored secret does not send them elsewhere",
    "invitation": "whoever holds its secret has no account yet, and so no token",
    **dict.fromkeys(("complaints", "complaints-reply"), "sealed in the browser, without an account"),
    "person-open": "what is closed is opened by a person who says what for, one field at a time",
    "me-copy": "all that is kept of one, opened: for the person at a browser, not for a stored secret",
}  # fmt: skip


#: pages that show rows of a table, which programs read as rows with their history
OF_ROWS = {
    **{name: name for name in ("pairings", "projects", "visits", "needs", "rounds", "people")},
    "pairing": "pairings", "project": "projects", "visit": "visits", "finding": "visit_findings", "need": "needs",
    "results": "indicators", "indicator": "observations", "voices": "feedback", "voice": "feedback",
    "person": "people", "round-people": "people",
}  # fmt: skip
#: pages that no program reads, and why
SHOWN_APART = {
    **dict.fromkeys(("administration", "account"), "who has an account is for people with their second factor"),
    **dict.fromkeys(("calendar-file", "calendar-letters", "calendar-paper"), "days as a file, and letters for paper"),
    "front": "it says who one is and leads on",
    "welfare": "what is closed is opened for a person at a browser, by the purpose they say",
    "sheets": "a form over operations of their own",
    "workbook": "likewise",
}  # fmt: skip


def routes(of: Any = None) -> Iterator[tuple[str, Any]]:
    """Our own routes with their views."""
    for one in (of or get_resolver()).url_patterns:
        if isinstance(one, URLPattern):
            yield str(one.name), inspect.unwrap(one.callback)
        elif isinstance(one, URLResolver) and one.namespace != "api" and "allauth" not in str(one.urlconf_name):
            yield from routes(one)


def is_posted_to(view: Any) -> bool:
    source = inspect.getsource(view)
    return "require_POST" in source or "request.POST" in source or 'method == "POST"' in source


def operations(mark: str = "x-pages") -> dict[str, list[Any]]:
    """By page, the functions of the API that stand for it."""
    from pairup.web.api import api

    found: dict[str, list[Any]] = {}
    for _, router in api._routers:
        for path in router.path_operations.values():
            for operation in path.operations:
                for page in (operation.openapi_extra or {}).get(mark, ()):
                    found.setdefault(page, []).append(operation.view_func)
    return found


def services_of(function: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """The calls of services that a function makes, itself or through functions of its own module."""
    module = inspect.getmodule(function)
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            whole = _from_services(module, name)
            if whole:
                found.add(whole)
            own = vars(module).get(name)
            if inspect.isfunction(own) and own.__module__ == module.__name__ and name not in seen:  # type: ignore[union-attr]
                found |= services_of(own, seen | {name})
    return found


def _from_services(module: Any, name: str) -> str:
    thing: Any = module
    for part in name.split("."):
        thing = vars(thing).get(part) if inspect.ismodule(thing) else None
        if thing is None:
            return ""
    where = getattr(thing, "__module__", "")
    return f"{where}.{thing.__name__}" if where.startswith("pairup.services") else ""


def test_every_page_that_is_posted_to_has_an_operation_or_a_reason(browse: Browse) -> None:
    posted = {name for name, view in routes() if is_posted_to(view)}
    there = operations()

    assert sorted(posted - set(there) - set(APART)) == []
    assert sorted((set(there) | set(APART)) - posted) == []
    assert set(there) & set(APART) == set()


def test_every_page_that_shows_something_has_an_operation_a_table_or_a_reason(browse: Browse) -> None:
    from pairup.services.schema import folder_layout

    shown = {name for name, view in routes() if not is_posted_to(view) and not name.endswith(PICTURES)}
    shown |= set(OF_ROWS) | {"plan-wishes"}  # posted to as well, or showing what is asked of them
    there, posted = set(operations("x-reads")), set(operations())

    assert sorted(shown - there - posted - set(OF_ROWS) - set(SHOWN_APART) - set(APART)) == []
    assert sorted((there | set(SHOWN_APART)) - {name for name, _ in routes()}) == []
    assert [table for table in OF_ROWS.values() if not folder_layout()[table].by_hand] == []


def test_a_draft_is_reviewed_asked_and_compared_by_a_program_as_far_as_it_is_theirs(browse: Browse) -> None:
    with acting_as(OPERATOR):
        one, other = (draft("postings", at=at).run for at in (DRAFTED, ADOPTED))
    office, donor = Program("programme_office", "read", "write"), Program("donor_office:DN-A", "read")

    told = office("get", f"/plans/{one}/review/?on=2026-11-23")[1]
    item = told["lines"][0]["item"]
    why = office("get", f"/plans/{one}/why/?on=2026-11-23&item={item['person']}&item={item['post']}")
    post = office("get", f"/plans/{one}/posts/{item['post']}/?on=2026-11-23")
    both = office("get", f"/plans/{one}/compare/{other}/?on=2026-11-23")
    wished = office("post", f"/plans/{one}/wishes/", {"forbid": [[item["person"], item["post"]]]})

    assert [line["run"] for line in office("get", "/plans/")[1]["plans"]] == [other, one]
    assert told["is_whole"] and why[0] == 200 and why[1]["reason"]["words"]
    assert item["person"] in {choice["person"] for choice in post[1]["choices"]}
    assert both == (200, {"points": 0.0, "lost": [], "gained": [], "moves": []})
    assert item not in wished[1]["answer"]["assignments"]
    assert donor("get", f"/plans/{one}/review/")[0] == 404
    assert donor("get", f"/plans/{one}/compare/{other}/")[0] == 403


def test_a_program_reads_what_waits_conflicts_rules_jobs_and_the_journal_as_its_role_does(browse: Browse) -> None:
    office, donor = Program("programme_office", "read"), Program("donor_office:DN-A", "read")
    code = a_conflict()

    assert office("get", f"/conflicts/{code}/")[1]["cells"]["priority"] == {"proposed": "2", "stands": "4"}
    assert [one["conflict"] for one in office("get", "/conflicts/")[1]["conflicts"]] == [code]
    assert donor("get", f"/conflicts/{code}/")[0] == 422 and donor("get", "/conflicts/")[1] == {"conflicts": []}
    assert "conflict" in {one["kind"] for one in office("get", "/waiting/")[1]["waiting"]}
    assert "money_quota.xizang" in {one["rule"] for one in donor("get", "/rules/")[1]["rules"]}
    assert office("get", "/jobs/")[1] == {"jobs": []} and office("get", "/questions/")[0] == 200
    entries = office("get", "/journal/?limit=2")[1]
    assert [one["number"] for one in entries["entries"]] == [1, 2] and entries["after"] == 2
    assert donor("get", "/journal/")[0] == 403


def test_a_secondee_reads_what_is_kept_of_them_and_who_looked(browse: Browse) -> None:
    own, other = Program("secondee:P-1", "read"), Program("donor_office:DN-A", "read")

    kept = own("get", "/me/record/")

    assert kept[0] == 200 and kept[1]["looks"] == [] and {one["table"] for one in kept[1]["kept"]}
    assert other("get", "/me/record/")[0] == 403
    assert own("get", "/me/before/HO-R-0/")[0] == 404


def test_an_operation_calls_a_service_that_its_page_calls(browse: Browse) -> None:
    apart = []
    views = dict(routes())
    for page, functions in operations().items():
        of_page = services_of(views[page])
        for function in functions:
            if not of_page & services_of(function):
                apart.append(f"{page}: {sorted(of_page)} but {function.__name__}: {sorted(services_of(function))}")

    assert apart == []


def test_a_secondee_checks_in_wishes_and_objects_by_a_token_of_their_own(browse: Browse) -> None:
    own = Program("secondee:P-1", "read", "write")

    wished = own("post", "/me/wishes/", {"places": ["east"]})
    objected = own("post", "/me/objections/", {"text": "My profession is wrong."})
    again = own("post", "/me/wishes/", {"places": ["nowhere"]})

    assert (wished[0], objected[0], again[0]) == (200, 200, 404)
    assert own("get", "/me/")[1]["objections"][0]["code"] == "OB-P-1-1"
    donor = Program("donor_office:DN-A", "read", "write")
    answered = donor("post", "/voices/OB-P-1-1/answer/", {"text": "Put right.", "outcome": "upheld"})
    assert answered[0] == 200 and own("get", "/me/")[1]["objections"][0]["reply_en"] == "Put right."


def test_a_program_does_not_do_what_the_role_may_not_open(browse: Browse) -> None:
    donor, reader = Program("donor_office:DN-A", "read", "write"), Program("evaluator", "read")

    answers = [
        donor("post", "/me/wishes/", {"places": []}), donor("post", "/backups/"), donor("get", "/backups/"),
        donor("post", "/claims/", {"cells": {"speaker": "x"}}), reader("post", "/claims/", {"cells": {}}),
    ]  # fmt: skip

    assert [status for status, _ in answers] == [403] * 5
    assert [said["code"] for _, said in answers] == ["web.not-yours"] * 4 + ["web.token-may-not"]


def test_a_claim_is_weighed_then_registered_by_a_program_once(browse: Browse) -> None:
    evaluator = Program("evaluator", "read", "write")
    cells = {"speaker": "a report", "day": "2026", "text_en": "A third more.", "claim_class": "reported",
             "subject": "births", "figure": "33", "uom": "%", "arithmetic": "kind=growth;from=60;to=90"}  # fmt: skip

    weighed = evaluator("post", "/claims/check/", {"cells": cells})
    kept = [evaluator("post", "/claims/", {"cells": cells}, Idempotency_Key="k") for _ in range(2)]

    assert weighed[0] == 200 and weighed[1]["verdict"] == "arithmetic_wrong"
    assert [said for _, said in kept] == [{"code": "claim-1"}] * 2


def test_a_sheet_goes_out_and_comes_back_by_a_program(browse: Browse) -> None:
    office = Program("programme_office", "read", "write")

    out = office("get", "/sheets/needs/")
    back = office("post", "/sheets/", {"name": "needs.xlsx", "content": out[1]["content"], "table": "needs"})
    broken = office("post", "/sheets/", {"name": "needs.xlsx", "content": "no base64!"})

    assert (out[0], back[0], broken[0]) == (200, 200, 422)
    assert back[1]["counts"]["same"] > 0 and not back[1]["counts"]["changed"]
    assert back[1]["rows"] == [] and back[1]["as_of"] > 0


def test_a_program_sees_each_cell_that_a_sheet_would_change_before_it_accepts(browse: Browse) -> None:
    office = Program("programme_office", "read", "write")
    sheet = "code,place,text_en,priority\nN-1,east,A surgeon for the clinic.,4\n"
    sent = {"name": "needs.csv", "content": b64encode(sheet.encode()).decode(), "table": "needs"}

    seen = office("post", "/sheets/", sent)[1]
    done = office("post", "/sheets/", sent | {"accept": "changed", "as_of": seen["as_of"]})
    other = b64encode(sheet.replace(",4", ",3").encode()).decode()
    late = office("post", "/sheets/", sent | {"content": other, "accept": "changed", "as_of": seen["as_of"]})

    cell = {"column": "priority", "old": "5", "new": "4"}
    assert [(row["code"], row["state"]) for row in seen["rows"]] == [("N-1", "changed")]
    assert cell in seen["rows"][0]["cells"]
    assert done[0] == 200 and office("get", "/tables/needs/")[1]["rows"][0]["priority"] == "4"
    assert late[1]["rows"][0]["state"] == "conflicting" and len(late[1]["conflicts"]) == 1, late
