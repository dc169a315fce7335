"""Money by pairing and year, five ways: due, pledged, paid, executed, audited. Each figure is a registered total."""

from __future__ import annotations

from datetime import date

from pairup.record.models import MoneyLineVersion, WorksRecordVersion
from pairup.reports.facts import MoneyFacts, RowLink, RowTable
from pairup.services import totals
from pairup.services.rows import rough, row_table
from pairup.services.tables import read_programme, read_rows
from pairup.services.totals.due import Owed, read_bases, read_owed
from pairup.services.totals.ground import Ground
from pairup.values.money import Money

#: the steps that are added up from rows, and the total of each
STEPS = {"pledged": "money_pledged", "paid": "money_paid", "executed": "money_executed", "audited": "money_audited"}


def read_money(
    programme: str, tops: dict[str, str], *, on: date, known_by: date | None
) -> tuple[tuple[MoneyFacts, ...], list[RowTable]]:
    """Totals by top-level pairing and budget year, and the rows under them. Currencies stand in rows of their own."""
    own = read_programme(programme, on=on, known_by=known_by).currency
    ground = Ground(known_by)
    sums: dict[tuple[str, int, str, str], Money] = {}
    synthetic: set[tuple[str, int]] = set()
    for step, name in STEPS.items():
        for figure in totals.total(
            name, on=on, known_by=known_by, programme=programme, by=("top", "year"), ground=ground
        ).figures:
            top, year = figure.key
            sums[top, int(year), figure.uom, step] = figure.money
            if figure.is_synthetic:
                synthetic.add((top, int(year)))
    owed = {(one.pairing, one.year): one for one in read_owed(programme, on=on, known_by=known_by)}
    keys = {key[:3] for key in sums} | {(*key, one.amount.currency) for key, one in owed.items() if one.amount}
    facts = tuple(
        _facts(pairing, year, currency, own, sums, owed.get((pairing, year)), (pairing, year) in synthetic)
        for pairing, year, currency in sorted(keys, key=lambda key: (key[0], key[1], key[2] != own, key[2]))
        if pairing
    )
    return facts, [
        _line_rows(programme, tops, on=on, known_by=known_by),
        _works_rows(programme, tops, on=on, known_by=known_by),
        _base_rows(programme, on=on, known_by=known_by),
    ]


def _facts(
    pairing: str, year: int, currency: str, own: str, sums: dict[tuple[str, int, str, str], Money], owed: Owed | None,
    is_synthetic: bool,
) -> MoneyFacts:  # fmt: skip
    """One pairing in one year and one currency. What is due stands with the programme's own, or with its base's."""
    due = owed.amount if owed else None
    has_due = due.currency == currency if due is not None else currency == own
    return MoneyFacts(
        pairing, year, due if has_due else None, owed.words if owed and has_due else None,
        **{step: sums.get((pairing, year, currency, step)) for step in STEPS}, is_synthetic=is_synthetic,
        rows=RowLink("money", (pairing, str(year))), works_rows=RowLink("works", (pairing, str(year))),
        due_rows=RowLink("revenue_bases", ()),
    )  # fmt: skip


def _line_rows(programme: str, tops: dict[str, str], *, on: date, known_by: date | None) -> RowTable:
    columns = (
        "identity__code", "pairing__code", "budget_year", "kind", "amount_minor", "currency", "day", "day_precision",
        "project__code", "is_synthetic",
    )  # fmt: skip
    lines = read_rows(MoneyLineVersion, on=on, known_by=known_by, programme=programme).values_list(*columns)
    listed = [
        (code, tops.get(pairing, pairing), year, pairing, kind, Money(minor, unit), unit, rough(day, precision),
         project, made_up)
        for code, pairing, year, kind, minor, unit, day, precision, project, made_up in lines
    ]  # fmt: skip
    return row_table(
        "money", ("code", "pairing", "year", "along", "kind", "amount", "currency", "day", "project", "is_synthetic"),
        listed, group_by=("pairing", "year", "code"), synthetic=any(row[-1] for row in listed),
    )  # fmt: skip


def _works_rows(programme: str, tops: dict[str, str], *, on: date, known_by: date | None) -> RowTable:
    columns = (
        "identity__code", "pairing__code", "day", "day_precision", "value_minor", "currency", "project__code",
        "is_synthetic",
    )  # fmt: skip
    works = read_rows(WorksRecordVersion, on=on, known_by=known_by, programme=programme).values_list(*columns)
    done = [
        (code, tops.get(pairing, pairing) if pairing else "", day.year, project, Money(minor, unit), unit,
         rough(day, precision), made_up)
        for code, pairing, day, precision, minor, unit, project, made_up in works
    ]  # fmt: skip
    return row_table(
        "works", ("code", "pairing", "year", "project", "value", "currency", "day", "is_synthetic"), done,
        group_by=("pairing", "year", "code"), synthetic=any(row[-1] for row in done),
    )  # fmt: skip


def _base_rows(programme: str, *, on: date, known_by: date | None) -> RowTable:
    rows = read_bases(programme, on=on, known_by=known_by)
    return row_table(
        "revenue_bases", ("code", "donor", "year", "amount", "currency", "is_synthetic", "source"),
        [
            (r.identity.code, r.donor.code, r.year, Money(r.amount_minor, r.currency), r.currency, r.is_synthetic,
             r.source)
            for r in rows
        ],
        group_by=("donor", "year"), synthetic=any(r.is_synthetic for r in rows),
    )  # fmt: skip
