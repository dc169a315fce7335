"""Every route, as every actor, by every method, on what is one's own, another's and nobody's (promises.md D1).

Each row of the record carries a word of its side, and no answer may hold a word of the other: not in its body, its
headers, its file names, its counts, its refusals. `PAIRUP_SWEEP=all` asks everything; CI asks a part that differs by
route, so that every route is met with every actor. A route that is added is swept without another line here.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pairup.record.acting import OPERATOR, acting_as, require_somebody
from pairup.record.models import Programme
from pairup.services import open_record
from pairup.web.policy import ROUTES, may_open
from tests.services.cast import load
from tests.services.sides import OWN, SIDES, A, B, both_sides, words_met
from tests.web.accounts import CLOSED, client_of
from tests.web.objects import NAMES, OBJECTS, Like

METHODS = ("get", "head", "post", "put", "patch", "delete")
ACTORS = (*SIDES, "evaluator", "public", "programme_office", "programme_office:elsewhere", "administrator", CLOSED)
#: what an answer may be; a fault of ours is none of them
ANSWERS = {200, 201, 204, 302, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}
IS_WHOLE = os.environ.get("PAIRUP_SWEEP") == "all"


def patterns(of: Any = None, before: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Our own routes, each with the names in its address."""
    for one in (of or get_resolver()).url_patterns:
        names = (*before, *one.pattern.converters)
        if isinstance(one, URLPattern):
            yield str(one.name), names
        elif isinstance(one, URLResolver) and one.namespace != "api" and "allauth" not in str(one.urlconf_name):
            yield from patterns(one, names)


def likes(route: str, name: str) -> Like:
    return OBJECTS.get(route, {}).get(name) or NAMES[name]


def addresses(route: str, names: tuple[str, ...]) -> dict[str, str]:
    """A route's address for a thing of A, of B and of nobody; one address where it names nothing of a side."""
    found = {}
    for whose in Like._fields:
        said = {name: getattr(likes(route, name), whose) for name in names}
        found[whose] = reverse(route, kwargs=said)
    return dict(list(found.items())[:1]) if len(set(found.values())) == 1 else found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, empty_record: Path) -> Path:
    """A record of both sides."""
    path = tmp_path_factory.mktemp("swept") / "record.sqlite3"
    shutil.copy(empty_record, path)
    open_record(path)
    load(both_sides())
    Programme.objects.create(code="elsewhere")
    connection.close()
    return path


@pytest.fixture
def served(both: Path) -> Iterator[None]:
    """As the server runs: the record open, and nothing read outside of somebody's name."""
    open_record(both)
    require_somebody()
    yield
    require_somebody(False)
    connection.close()


def entries() -> int:
    from pairup.record.models import JournalEntry

    with acting_as(OPERATOR):
        return int(JournalEntry.objects.count())


def answered(client: Any, method: str, address: str) -> Any:
    return getattr(client, method)(address, HTTP_HOST="localhost")


def text_of(answer: Any) -> str:
    """All that an answer says."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + "\n" + "\n".join(f"{key}: {value}" for key, value in answer.items())


def main_of(text: str) -> str:
    """What a page says, without its frame: forms there hold a new token each time."""
    return text.partition("<main")[2].partition("</main>")[0] or text.partition("\n")[0]


def test_every_name_in_an_address_stands_for_something_of_each_side() -> None:
    lost = [f"{route}: {name}" for route, names in patterns() for name in names if not _known(route, name)]

    assert lost == []


def _known(route: str, name: str) -> bool:
    return name in OBJECTS.get(route, {}) or name in NAMES


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.usefixtures("served")
def test_no_actor_meets_a_word_of_another_side_on_any_route(actor: str) -> None:
    client, counts, faults = client_of(actor), Counter[str](), list[str]()
    chance = random.Random(actor)  # which part of a route's methods CI asks
    for route, names in patterns():
        said: dict[str, tuple[int, str]] = {}
        for whose, address in addresses(route, names).items():
            for method in METHODS:
                if not IS_WHOLE and method != "get" and chance.random() > 0.2:
                    continue
                before = entries() if method != "post" else 0
                answer = answered(client, method, address)
                text = text_of(answer)
                counts[f"{answer.status_code}"] += 1
                where = f"{method.upper()} {address} as {actor}: {answer.status_code}"
                if answer.status_code not in ANSWERS:
                    faults.append(where)
                if met := words_met(text) & forbidden(actor):
                    faults.append(f"{where} says {sorted(met)}")
                if method in ("get", "head") and entries() != before and route not in LOGGED:
                    faults.append(f"{where} wrote")
                if method == "get":
                    said[whose] = (answer.status_code, main_of(text))
                    if not opens(actor, route) and answer.status_code == 200:
                        faults.append(f"{where} is not theirs to open")
        faults += differing(actor, route, names, said)
    sys.stdout.write(f"\n{actor}: {sum(counts.values())} requests: {dict(sorted(counts.items()))}\n")

    assert faults == []


#: reads of what is kept closed are journalled (promises.md E6): a GET there writes that somebody looked
LOGGED: set[str] = set()


def opens(actor: str, route: str) -> bool:
    from pairup.record.acting import read_actor

    return may_open(read_actor("public" if actor == CLOSED else actor), route)


def forbidden(actor: str) -> set[str]:
    """The word of the other side; both, for whoever has no side and does not keep the record; and what secondees say
    of their own data, for evaluators and hosts."""
    if actor in ("public", CLOSED, "programme_office:elsewhere"):
        return {A, B, OWN}
    closed = {OWN} if actor.partition(":")[0] in ("evaluator", "recipient_office") else set()
    return closed | ({SIDES[actor]} if actor in SIDES else set())


def differing(actor: str, route: str, names: tuple[str, ...], said: dict[str, tuple[int, str]]) -> list[str]:
    """Where what is another's does not look like what is not there."""
    foreign = {A: "of_a", B: "of_b"}.get(SIDES.get(actor, ""))
    is_shared = all(likes(route, name).of_a == likes(route, name).of_b for name in names)
    if is_shared or foreign not in said or "missing" not in said:
        return []
    texts = []
    for whose in (foreign, "missing"):
        status, text = said[whose]
        for name in names:
            text = text.replace(getattr(likes(route, name), whose), "…")
        texts.append((status, text))
    return [] if texts[0] == texts[1] else [f"{route} as {actor}: another's is told from none, {texts[0][0]}"]


@pytest.mark.usefixtures("served")
def test_the_sweep_sees_a_page_that_forgot_its_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    from pairup.record import scopes
    from pairup.record.fenced.sqlite import base

    monkeypatch.setattr(scopes, "scoped", lambda rows: rows)
    if connection.vendor == "sqlite":
        connection.close()
        monkeypatch.setattr(base.DatabaseWrapper, "put_up", lambda self, who, tables: None)
        monkeypatch.setattr(base.DatabaseWrapper, "connection_of", lambda self, who: self.connection)

    answer = answered(client_of("donor_office:DN-A"), "get", "/in/twin/pairings/b-west/")

    assert answer.status_code == 200  # so the sweep above would fail: foreign differs from missing


def test_the_routes_are_those_of_the_policy() -> None:
    assert {route for route, _ in patterns()} == set(ROUTES)
