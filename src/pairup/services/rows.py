"""The rows that a report's numbers link to, as text. Pseudonyms only: no fitness, family or preference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pairup.reports.facts import RowTable
from pairup.values.days import Precision, RoughDay
from pairup.values.money import Money
from pairup.values.words import Words


def text(value: Any) -> str:
    """Give a value as the folder format writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money):
        return f"{value.amount}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, (list, tuple)):
        return ";".join(map(str, value))
    return str(value)


#: tables whose titles stand in the catalogue of lives
_OF_LIVES = frozenset({
    "documents", "commitments", "safeguards", "contracts", "assets", "project_checks", "swaps", "extensions",
    "person_signatures", "post_offers", "arrival_checks", "appraisals", "reviews", "feedback", "incidents", "conflicts",
})  # fmt: skip


def title_of(table: str) -> Words:
    """Name a table as a report calls it."""
    name = table.replace("_", "-")
    return Words(f"lifecycle.table-{name}" if table in _OF_LIVES else f"services.table-{name}")


def row_table(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, group_by: Sequence[str], synthetic: bool
) -> RowTable:
    """Make a table that numbers link into; rows are sorted by what they are grouped by."""
    at = [columns.index(column) for column in group_by]
    said = sorted((tuple(text(value) for value in row) for row in rows), key=lambda row: ([row[k] for k in at], row))
    return RowTable(
        name, Words(f"services.table-{name.replace('_', '-')}"), tuple(columns), tuple(said), tuple(group_by), synthetic
    )


def rough(day: Any, precision: str) -> RoughDay | None:
    return RoughDay(day, Precision(precision)) if day else None


def rough_last(ends_before: Any, precision: str) -> RoughDay | None:
    """The last day, month or year of a span that is stored with an exclusive end."""
    if ends_before is None:
        return None
    last = ends_before.fromordinal(ends_before.toordinal() - 1)
    return (
        RoughDay(RoughDay.read(str(RoughDay(last, Precision(precision)))).first, Precision(precision))
        if (precision != Precision.DAY)
        else RoughDay(last)
    )
