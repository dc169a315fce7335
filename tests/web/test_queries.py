"""How often a page asks the database: one number a list page, the same for a record thirty times as large.

It is counted on a server which remembers nothing yet, and written here for the role that asks most. A page that asks
oftener than that is red; one that asks less may be written down so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pairup.record.acting import OPERATOR, acting_as, require_somebody
from pairup.record.models import ClaimVersion, NeedVersion
from pairup.record.remembered import JOURNALS, _kept
from pairup.services import open_record
from tests import postgresql
from tests.services.cast import Tables, load
from tests.services.sides import both_sides
from tests.web.accounts import client_of
from tests.web.test_sweep import patterns

#: rows of the larger record for one of the small one
TIMES = 30
#: tables whose rows stand on their own: each may be there many times under other codes
MANY = (
    "needs", "posts", "people", "projects", "money", "claims", "feedback", "visits", "visit_findings", "works", "sites",
    "observations", "signatures",
)  # fmt: skip
#: by route, how often it asks at most
PINNED = {
    "home": 67, "waiting": 43, "calendar": 42, "calendar-picture": 36, "calendar-file": 36, "calendar-letters": 43,
    "conflicts": 8, "pairings": 18, "pairing-map": 15, "projects": 20, "project-questions": 17, "money": 44,
    "money-years": 37, "results": 14, "claims": 34, "claim-state": 6, "voices": 17, "needs": 20, "workbook": 9,
    "rounds": 23, "visits": 17, "administration": 8, "rules": 5, "journal": 9, "sheets": 6, "people": 21,
    "welfare": 21, "handovers": 19, "jobs": 6, "backups": 7, "me": 28, "me-record": 38, "me-handover": 27,
}  # fmt: skip
ACTORS = ("programme_office", "administrator", "evaluator", "donor_office:DN-A", "recipient_office:east",
          "secondee:P-1")  # fmt: skip


def many_times(tables: Tables) -> Tables:
    """The same programme with many rows like those it has."""
    found = deepcopy(tables)
    for name in MANY:
        for row in tables[name]:
            if row.get("partner"):  # two people who name each other
                continue
            for number in range(TIMES - 1):
                like = {**row, "code": f"{row['code']}-{number}"}
                if name == "observations":
                    like |= {"from": str(1960 + number), "to": str(1960 + number)}
                found[name].append(like)
    return found


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory, empty_record: Path) -> list[Path]:
    """A record, and one with many times its rows."""
    found = []
    for name, tables in (("small", both_sides()), ("large", many_times(both_sides()))):
        found.append(tmp_path_factory.mktemp(name) / "record.sqlite3")
        shutil.copy(empty_record, found[-1])
        open_record(found[-1])
        load(tables)
        connection.close()
    return found


@contextmanager
def served(path: Path) -> Iterator[None]:
    """As the server runs: the record open, and nothing read outside of somebody's name."""
    open_record(path)
    require_somebody()
    try:
        yield
    finally:
        require_somebody(False)
        connection.close()


def lists(actor: str) -> Iterator[tuple[str, str]]:
    """The routes that name nothing but a programme: lists, first pages, forms."""
    for route, names in patterns():
        if names == ("programme",):
            yield route, reverse(route, args=["twin"])


def asked(client: Any, address: str) -> tuple[int, int]:
    """How a page is answered, and how often it asks; nothing of it is remembered."""
    client.get(address)
    _kept.clear()
    JOURNALS.clear()
    with CaptureQueriesContext(connection) as met:
        answer = client.get(address)
    return answer.status_code, len(met)


def counted(path: Path, actor: str) -> dict[str, int]:
    """By list page that an actor may open, how often it asks."""
    with served(path):
        client = client_of(actor)
        told = {route: asked(client, address) for route, address in lists(actor)}
    return {route: count for route, (status, count) in told.items() if status == 200}


@pytest.mark.skipif(postgresql.ON_SERVER, reason="counted on one database; the other is asked the same")
@pytest.mark.parametrize("actor", ACTORS)
def test_a_list_asks_no_oftener_than_is_written_here_however_many_rows_there_are(
    records: list[Path], actor: str
) -> None:
    small, large = (counted(path, actor) for path in records)

    assert large == small
    assert {route: count for route, count in small.items() if count > PINNED.get(route, 0)} == {}


def test_the_larger_record_is_larger(records: list[Path]) -> None:
    with served(records[1]), acting_as(OPERATOR):
        assert NeedVersion.objects.count() == TIMES * 2 and ClaimVersion.objects.count() == TIMES * 3
