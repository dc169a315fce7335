"""The cells of a table: what keeps to one line, and what may break."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pairup.record.acting import acting_as
from pairup.record.models import NeedVersion
from pairup.reports.facts import Both
from pairup.values.days import RoughDay
from pairup.web.listing import Cell, FromRecord
from tests.services.cast import OFFICE, load
from tests.services.sides import both_sides


@pytest.mark.parametrize(
    ("value", "is_number", "classes"),
    [
        (date(2026, 11, 28), False, "day"), (RoughDay.read("1994"), False, "day"), (12, True, "num"),
        (Both("EUR 12,100"), True, "num"), ("a name", False, ""),
        (Both("no base: the revenue of 2025 is not recorded"), True, "num long"),
    ],
)  # fmt: skip
def test_a_day_keeps_to_its_line_and_a_sentence_among_figures_breaks(value: Any, is_number: bool, classes: str) -> None:
    assert Cell(value, is_number=is_number).classes == classes


def test_rows_in_the_record_are_found_and_sorted_by_what_their_codes_are_called(record: Path) -> None:
    load(both_sides())
    names = {"east": Both("Zebra east", "东"), "west": Both("Aurora west", "西")}
    rows = FromRecord(
        NeedVersion.objects.known().order_by("pk"), lambda row: (row.place.code,), words=("text_en",),
        orders={"place": "place__code"}, called={"place__code": names}, count=99,
    )  # fmt: skip

    with acting_as(OFFICE):
        assert {row[0] for row in rows.find("aurora")} == {"west"} and len(rows.find("aurora")) == 1
        assert {row[0] for row in rows.find("东")} == {"east"}
        assert [row[0] for row in rows.sort("place", False)] == ["west", "east"], "by name, not by code"
        assert [row[0] for row in rows.sort("place", True)] == ["east", "west"]
    assert len(rows) == 99
