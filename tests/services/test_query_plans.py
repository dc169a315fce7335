"""Lists and totals are found by an index, on the database at hand, however long the record has become."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from pairup.record.models import TABLES, MoneyLineVersion
from pairup.services.tables import read_rows
from pairup.services.totals import total
from tests import postgresql
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


def sums_of_money(**asked: Any) -> list[str]:
    """The plan of every statement by which a total of money adds up lines, in force and since superseded."""
    said: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        total("money_paid", on=ON, **asked)
    plans = []
    with connection.cursor() as cursor:
        for sql, params in said:
            if "SUM(" in sql and MoneyLineVersion._meta.db_table in sql:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
                plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
    return plans


@pytest.mark.skipif(postgresql.ON_SERVER, reason="a server chooses by what a table holds")
@pytest.mark.parametrize("by", [(), ("donor",), ("programme", "year"), ("pairing", "kind")])
@pytest.mark.parametrize("programme", [None, "twin"])
def test_a_total_of_money_reads_its_index_in_its_order_and_neither_sorts_nor_opens_lines(
    record: Path, programme: str | None, by: tuple[str, ...]
) -> None:
    load(a_programme())

    (now,) = sums_of_money(programme=programme, by=by)
    then, superseded = sums_of_money(programme=programme, by=by, known_by=date(2018, 6, 30))

    for plan in (now, then):
        assert "COVERING INDEX money_added_up (superseded_at=? AND kind=?" in plan
        assert "TEMP B-TREE" not in plan
        assert "record_moneyline " not in plan
    assert "COVERING INDEX moneylineversion_known (superseded_at>?)" in superseded


def test_a_plan_that_reads_a_table_whole_is_seen(record: Path) -> None:
    assert (
        reads_whole(plan_of(MoneyLineVersion.objects.filter(note="x").order_by()), MoneyLineVersion._meta.db_table)
        != []
    )
