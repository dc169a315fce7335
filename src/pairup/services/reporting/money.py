"""Money by pairing and year, five ways: due, pledged, paid, executed, audited. Each total is computed from its rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from pairup.record.models import MoneyLineVersion, PairingVersion, RevenueBaseVersion, WorksRecordVersion
from pairup.reports.facts import MoneyFacts, RowLink, RowTable
from pairup.rules.quota import due
from pairup.rules.register import Rule, load_rules
from pairup.services.rows import rough, row_table
from pairup.services.tables import read_programme, read_rows
from pairup.values.codes import PAID
from pairup.values.money import Money, total
from pairup.values.words import Words


@dataclass(frozen=True, slots=True)
class Owed:
    """What is due along one pairing in one year, or in words why no amount stands here."""

    amount: Money | None
    words: Words


def money_rule(programme: str, *, on: date, known_by: date | None = None) -> Rule | None:
    """The money rule the programme names, if any."""
    named = read_programme(programme, on=on, known_by=known_by).rules
    return next(
        (rule for name, rule in sorted(load_rules().items()) if name in named and name.startswith("money_quota.")), None
    )


def read_money(
    programme: str, tops: dict[str, str], *, on: date, known_by: date | None
) -> tuple[tuple[MoneyFacts, ...], list[RowTable]]:
    """Totals by top-level pairing and budget year, and the rows under them. Currencies are never mixed.

    Long because two tables are read into sums and into rows at once.
    """
    currency = read_programme(programme, on=on, known_by=known_by).currency
    parts: dict[tuple[str, int, str], list[Money]] = defaultdict(list)
    synthetic: set[tuple[str, int]] = set()
    lines = read_rows(MoneyLineVersion, on=on, known_by=known_by, programme=programme)
    columns = (
        "identity__code", "pairing__code", "budget_year", "kind", "amount_minor", "currency", "day", "day_precision",
        "project__code", "is_synthetic",
    )  # fmt: skip
    listed = []
    for code, pairing, year, kind, minor, unit, day, precision, project, made_up in lines.values_list(*columns):
        top, amount = tops.get(pairing, pairing), Money(minor, unit)
        way = "paid" if kind in PAID else {"pledge": "pledged", "audited": "audited"}[kind]
        parts[top, year, way].append(amount)
        listed.append((code, top, year, pairing, kind, amount, unit, rough(day, precision), project, made_up))
        if made_up:
            synthetic.add((top, year))
    works = read_rows(WorksRecordVersion, on=on, known_by=known_by, programme=programme)
    done = []
    for code, pairing, day, precision, minor, unit, project, made_up in works.values_list(
        "identity__code",
        "pairing__code",
        "day",
        "day_precision",
        "value_minor",
        "currency",
        "project__code",
        "is_synthetic",
    ):
        top = tops.get(pairing, pairing) if pairing else ""
        parts[top, day.year, "executed"].append(Money(minor, unit))
        done.append((code, top, day.year, project, Money(minor, unit), unit, rough(day, precision), made_up))
        if made_up:
            synthetic.add((top, day.year))
    dues, bases = _dues(programme, tops, on=on, known_by=known_by)
    sums = {key: total(amounts).get(currency) for key, amounts in parts.items()}
    keys = sorted({key[:2] for key in parts} | {key for key, owed in dues.items() if owed.amount is not None})
    facts = tuple(
        MoneyFacts(
            pairing, year, dues[pairing, year].amount if (pairing, year) in dues else None,
            dues[pairing, year].words if (pairing, year) in dues else None,
            sums.get((pairing, year, "pledged")), sums.get((pairing, year, "paid")),
            sums.get((pairing, year, "executed")), sums.get((pairing, year, "audited")),
            (pairing, year) in synthetic, RowLink("money", (pairing, str(year))),
            RowLink("works", (pairing, str(year))), RowLink("revenue_bases", ()),
        )
        for pairing, year in keys if pairing
    )  # fmt: skip
    return facts, [
        row_table("money",
                  ("code", "pairing", "year", "along", "kind", "amount", "currency", "day", "project", "is_synthetic"),
                  listed, group_by=("pairing", "year", "code"), synthetic=bool(synthetic)),
        row_table("works", ("code", "pairing", "year", "project", "value", "currency", "day", "is_synthetic"), done,
                  group_by=("pairing", "year", "code"), synthetic=bool(synthetic)),
        bases,
    ]  # fmt: skip


def _dues(
    programme: str, tops: dict[str, str], *, on: date, known_by: date | None
) -> tuple[dict[tuple[str, int], Owed], RowTable]:
    """What each top-level territorial pairing owes by the rule. A donor with several pairings owes once: its due
    stands with the first of them, and the others say so."""
    held = PairingVersion.objects.known(known_by).filter(identity__programme__code=programme)
    donors = set(held.values_list("donor", flat=True))
    rows = RevenueBaseVersion.objects.known(known_by).filter(donor__in=donors)
    rows = rows.select_related("identity", "donor").order_by("identity__code", "starts")
    revenue: dict[str, dict[int, Money]] = defaultdict(dict)
    for row in rows:
        revenue[row.donor.code][row.year] = Money(row.amount_minor, row.currency)
    rule = money_rule(programme, on=on, known_by=known_by)
    owed: dict[tuple[str, int], Owed] = {}
    if rule is not None:
        counted: dict[tuple[str, int], str] = {}
        held = held.filter(parent=None, channel="territorial").select_related("identity", "donor")
        for tie in held.order_by("identity__code", "starts"):
            code, donor = tie.identity.code, tie.donor.code
            first = max(tie.starts.year if tie.starts else rule.versions[0].starts.year, rule.versions[0].starts.year)
            last = min(tie.span.last.year if tie.span.last else on.year, on.year)
            for year in range(first, last + 1):
                if (with_ := counted.setdefault((donor, year), code)) == code:
                    found = due(rule, year, revenue[donor], donor=donor, known_by=known_by)
                    owed[code, year] = Owed(found.amount, found.words)
                else:
                    owed[code, year] = Owed(None, Words("services.due-counted-with", {"pairing": with_}))
    table = row_table(
        "revenue_bases", ("code", "donor", "year", "amount", "currency", "is_synthetic", "source"),
        [
            (r.identity.code, r.donor.code, r.year, Money(r.amount_minor, r.currency), r.currency, r.is_synthetic,
             r.source)
            for r in rows
        ],
        group_by=("donor", "year"), synthetic=any(r.is_synthetic for r in rows),
    )  # fmt: skip
    return owed, table
