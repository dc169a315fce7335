"""The API does everything that the pages do: each page that is posted to has an operation over the same service."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.conftest import Browse
from tests.web.test_api import Program

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


def operations() -> dict[str, list[Any]]:
    """By page, the functions of the API that stand for it."""
    from pairup.web.api import api

    found: dict[str, list[Any]] = {}
    for _, router in api._routers:
        for path in router.path_operations.values():
            for operation in path.operations:
                for page in (operation.openapi_extra or {}).get("x-pages", ()):
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
