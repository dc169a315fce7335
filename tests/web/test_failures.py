"""A damaged page and a full disk are told on a page and in the API; what can still be read is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.record.acting import OPERATOR, acting_as
from tests import postgresql
from tests.crash.ground import spoil
from tests.web.conftest import Browse
from tests.web.test_api import Program

pytestmark = pytest.mark.skipif(postgresql.ON_SERVER, reason="this looks into the record's file")


def test_a_damaged_page_is_told_in_both_languages_and_other_pages_are_served(site: Path, browse: Browse) -> None:
    office, program = browse("programme_office"), Program("programme_office")
    office.raise_request_exception = program.client.raise_request_exception = False
    assert program("get", "/tables/money/")[0] == 200
    with acting_as(OPERATOR):
        spoil(site, "record_moneylineversion")

    page = office.get("/in/twin/money/")
    status, said = program("get", "/tables/money/")
    other = office.get("/in/twin/needs/")

    assert (page.status_code, status, other.status_code) == (500, 500, 200)
    assert "The record is damaged where this was read" in page.text and "读取处的记录已损坏" in page.text
    assert said["code"] == "record.damaged"


def test_a_full_disk_is_told_and_reading_goes_on(site: Path, browse: Browse) -> None:
    from django.db import connection

    county = Program("recipient_office:east", "read", "write")
    county.client.raise_request_exception = False
    row = {"code": "N-9", "place": "east", "category": "health", "text_en": "A nurse. " * 50_000, "priority": "4",
           "stated_by": "office", "is_synthetic": "yes"}  # fmt: skip
    with acting_as(OPERATOR), connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0]}")

    status, said = county("post", "/tables/needs/", {"rows": [row]}, Idempotency_Key="k1")

    assert (status, said["code"]) == (507, "record.disk-full")
    rows = county("get", "/tables/needs/")
    assert rows[0] == 200 and "N-9" not in str(rows[1])
