"""The cells of a table: what keeps to one line, and what may break."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pairup.reports.facts import Both
from pairup.values.days import RoughDay
from pairup.web.listing import Cell


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
