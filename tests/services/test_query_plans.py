"""Lists and totals are found by an index, on the database at hand, however long the record has become."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from pairup.record.models import TABLES, MoneyLineVersion
from pairup.services.tables import read_rows
from tests.services.cast import ON, a_programme, load


def plan_of(rows: Any) -> str:
    """How the database would find rows; PostgreSQL is asked what it would do with a table too long to read whole."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off")
    return str(rows.explain())


def reads_whole(plan: str, table: str) -> list[str]:
    """Lines of a plan that read a table from end to end without an index.

    Of a server's plan, lines about the table asked for: its row policies are carried out for limited roles only.
    """
    whole = re.compile(rf"Seq Scan on {table}  |SCAN (?!.*USING (COVERING )?INDEX)")
    return [line for line in plan.splitlines() if whole.search(line) and "SCAN CONSTANT" not in line]


def test_every_list_of_a_day_by_programme_or_by_code_touches_an_index(record: Path) -> None:
    load(a_programme())
    found = {}

    for name, model in TABLES.items():
        is_scoped = hasattr(model.identity.field.related_model, "programme")
        for known_by in (None, ON):
            rows = read_rows(model, on=ON, known_by=known_by, programme="twin" if is_scoped else None)
            for asked in (rows, rows.filter(identity__code="X")):
                if lines := reads_whole(plan_of(asked), model._meta.db_table):
                    found[name] = lines

    assert found == {}


def test_a_total_of_money_reads_nothing_but_its_index(record: Path) -> None:
    load(a_programme())

    for known_by in (None, date(2018, 6, 30)):
        for part in MoneyLineVersion.objects.filter(day__lte=ON, kind="payment").known_in_parts(known_by):
            plan = plan_of(part.order_by().values("currency", "amount_minor", "passes_on_id"))
            assert "money_added_up" in plan or "Index" in plan, plan
            if connection.vendor == "sqlite":
                assert "COVERING INDEX money_added_up" in plan


def test_a_plan_that_reads_a_table_whole_is_seen(record: Path) -> None:
    assert (
        reads_whole(plan_of(MoneyLineVersion.objects.filter(note="x").order_by()), MoneyLineVersion._meta.db_table)
        != []
    )
