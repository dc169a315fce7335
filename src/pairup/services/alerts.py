"""What the figures of projects should make somebody ask: money without works, works without money, costs out of line.

An alert is a question with its figures, never a finding: it names no one, and whoever keeps the project answers it.
Robust scores after Iglewicz and Hoaglin (1993): 0.6745 (x - median) / MAD, over 3.5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log
from statistics import median
from typing import Any

from pairup.record.models import AssetVersion, MoneyLineVersion, ProjectVersion, WorksRecordVersion
from pairup.services.tables import read_rows
from pairup.values.codes import PAID, ProjectStatus
from pairup.values.lifecycles import FINISHED
from pairup.values.money import Money
from pairup.values.words import Words

#: days after the first payment in which no works are asked about
PATIENCE_DAYS = 180
#: how far payments may run ahead of the value of works, as a share of the cost
AHEAD = Decimal("0.4")
#: a cost is compared with this many of its kind at least
FEWEST = 8
#: the score from which a cost is out of line
OUT_OF_LINE = 3.5
#: states in which money is expected to turn into works
_BUILDING = {ProjectStatus.APPROVED, ProjectStatus.PROCUREMENT, ProjectStatus.WORKS, ProjectStatus.CHANGED} | FINISHED

_READ = ("identity_id", "identity__code", "pairing_id", "currency", "cost_minor", "category", "is_synthetic")


@dataclass(frozen=True, slots=True)
class Alert:
    """A question about a project: what it is about, in words with its figures."""

    project: str
    kind: str
    words: Words
    is_synthetic: bool


@dataclass(slots=True)
class _Sums:
    """What a project's rows add up to in its own currency; rows in other currencies are not added."""

    paid: int = 0
    works: int = 0
    first_paid: date | None = None
    is_synthetic: bool = False


def read_alerts(programme: str, *, on: date, known_by: date | None = None, project: str = "") -> list[Alert]:
    """Every question that the rows in force raise, in order of project; those of one project where it is named."""
    rows = list(
        read_rows(ProjectVersion, on=on, known_by=known_by, programme=programme)
        .filter(status__in=[state.value for state in _BUILDING])
        .values_list(*_READ, named=True)
    )  # fmt: skip
    sums = _sums(programme, {row.identity_id: row.currency for row in rows}, on=on, known_by=known_by)
    counted_apart = {row.pairing_id for row in rows if sums[row.identity_id].paid}
    found = [
        alert for row in rows for alert in _of_money(row, sums[row.identity_id], on, row.pairing_id in counted_apart)
    ]
    found += _out_of_line(rows, programme, on=on, known_by=known_by)
    named = [alert for alert in found if project in ("", alert.project)]
    return sorted(named, key=lambda alert: (alert.project, alert.kind))


def _sums(programme: str, currency_of: dict[int, str], *, on: date, known_by: date | None) -> defaultdict[int, _Sums]:
    found: defaultdict[int, _Sums] = defaultdict(_Sums)
    lines = read_rows(MoneyLineVersion, on=on, known_by=known_by, programme=programme)
    told = lines.filter(kind__in=[kind.value for kind in PAID], project__isnull=False, passes_on=None)
    for project, minor, currency, day, made_up in told.values_list(
        "project_id", "amount_minor", "currency", "day", "is_synthetic"
    ):
        if currency == currency_of.get(project):
            one = found[project]
            one.paid += minor
            one.first_paid = min(one.first_paid or day, day)
            one.is_synthetic |= made_up
    works = read_rows(WorksRecordVersion, on=on, known_by=known_by, programme=programme)
    for project, minor, currency, made_up in works.values_list("project_id", "value_minor", "currency", "is_synthetic"):
        if currency == currency_of.get(project):
            found[project].works += minor
            found[project].is_synthetic |= made_up
    return found


def _of_money(row: Any, sums: _Sums, on: date, is_counted_apart: bool) -> Iterator[Alert]:
    """Questions of one project; works without money are one only where its pairing says what was paid for which."""
    if not row.currency:
        return
    paid, works = Money(sums.paid, row.currency), Money(sums.works, row.currency)
    made_up = row.is_synthetic or sums.is_synthetic
    if sums.paid > 0 and not sums.works and sums.first_paid and (on - sums.first_paid).days > PATIENCE_DAYS:
        facts = {"paid": paid, "days": (on - sums.first_paid).days}
        yield Alert(row.identity__code, "no-works", Words("works.alert-no-works", facts), made_up)
    elif row.cost_minor and sums.works and sums.paid - sums.works > AHEAD * row.cost_minor:
        facts = {"paid": paid, "works": works}
        yield Alert(row.identity__code, "ahead", Words("works.alert-ahead", facts), made_up)
    if is_counted_apart and sums.works and sums.paid <= 0:
        yield Alert(row.identity__code, "no-money", Words("works.alert-no-money", {"works": works}), made_up)


def _out_of_line(rows: Sequence[Any], programme: str, *, on: date, known_by: date | None) -> Iterator[Alert]:
    """Costs a unit built that stand far from those of the same kind of thing, counted in the same unit."""
    assets = read_rows(AssetVersion, on=on, known_by=known_by, programme=programme)
    units = {
        project: (quantity, uom)
        for project, quantity, uom in assets.values_list("project_id", "quantity", "uom")
        if quantity and uom
    }
    groups: dict[tuple[str, str, str], list[tuple[Any, float]]] = defaultdict(list)
    for row in rows:
        if row.cost_minor and row.identity_id in units:
            quantity, uom = units[row.identity_id]
            groups[row.category, row.currency, uom].append((row, row.cost_minor / float(quantity)))
    for (_, currency, uom), some in groups.items():
        for row, cost in out_of_line(some):
            facts = {
                "cost": Money(round(cost), currency), "uom": uom, "count": len(some),
                "usual": Money(round(median(each for _, each in some)), currency),
            }  # fmt: skip
            yield Alert(row.identity__code, "unit-cost", Words("works.alert-unit-cost", facts), row.is_synthetic)


def out_of_line(costs: Sequence[tuple[Any, float]]) -> list[tuple[Any, float]]:
    """Those whose cost, in logarithms, scores over 3.5 against the median of all; none of fewer than eight.

    >>> out_of_line([(k, 100.0 + k) for k in range(9)] + [("far", 900.0)])
    [('far', 900.0)]
    """
    if len(costs) < FEWEST:
        return []
    logs = [log(cost) for _, cost in costs]
    middle = median(logs)
    spread = median(abs(value - middle) for value in logs)
    if spread == 0:
        return []
    return [one for one, value in zip(costs, logs, strict=True) if 0.6745 * abs(value - middle) / spread > OUT_OF_LINE]
