"""The small programme, served, with an account for each role: what the journeys in the browser walk through."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pairup import services
from pairup.record.acting import OPERATOR, acting_as
from tests.services.cast import ADOPTED, FIRST, LATER, OFFICE, a_programme, draft, load, rows
from tests.services.conftest import _database, empty_record  # noqa: F401
from tests.web.browser import chromium, needs_chromium, served

PASSWORD = "several words of one's own"
#: an account for each role, and whom it acts for
ACCOUNTS = {
    "county": "recipient_office:RO-A", "donor": "donor_office:DN-A", "office": "programme_office",
    "surgeon": "secondee:P-0", "candidate": "secondee:P-1", "evaluator": "evaluator", "keeper": "administrator",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(needs_chromium)


def make_record(empty: Path, path: Path) -> Path:
    """The small programme with a host, an offer to P-1, a telephone of P-0 kept closed, a plan put forward."""
    from django.db import connection

    from pairup.services import edits, secondee_words, users
    from pairup.values.purposes import PrivateField

    shutil.copy(empty, path)
    services.open_record(path)
    with acting_as(OPERATOR):
        load(a_programme())
        for table, columns, line in (
            ("organisations", "code name_en name_zh kind place", "RO-A East~bureau 东部局 bureau east"),
            ("assessments", "code signed_by document from", f"AS-1 DN-A {'0' * 64} 2026-01-01"),
            ("consents", "code person purpose day answer language asked_by how_to_withdraw",
             "Y-1 P-0 emergency 2026-11-01 given en DN-A write~to~the~office"),
            ("post_offers", "code day person post answer answer_due",
             "OF-1 2026-11-01 P-1 clinic open 2099-12-01"),
        ):  # fmt: skip
            edits.record(table, rows(columns, line), actor=OFFICE, at=LATER, programme="twin")
        for name, actor in ACCOUNTS.items():
            users.add(name, actor="administrator", at=FIRST, password=PASSWORD)
            users.grant(name, actor, actor="administrator", at=FIRST)
    with acting_as("secondee:P-0"):
        secondee_words.tell(
            {PrivateField.EMERGENCY_PHONE: "555"}, actor="secondee:P-0", at=LATER, programme="twin"
        )  # fmt: skip
    connection.close()
    return path


def put_a_plan_forward(path: Path) -> str:
    """Draft a plan of the round and put it before the sides, as the office would."""
    from django.db import connection

    from pairup.services import plan_steps

    services.open_record(path)
    with acting_as(OPERATOR):
        run = draft("postings").run
        plan_steps.put_forward(run, actor=OFFICE, at=ADOPTED, programme="twin")
    connection.close()
    return run


@pytest.fixture(scope="module")
def record_path(empty_record: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    return make_record(empty_record, tmp_path_factory.mktemp("journey") / "record.sqlite3")


@pytest.fixture(scope="module")
def address(record_path: Path) -> Iterator[str]:
    with served(record_path) as found:
        yield found


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Any]:  # once the record is made: Django and the browser's loop do not mix
    with chromium() as found:
        yield found
