"""Conversion by the dated rates of the record, row by row, so that the rows still add up. No rate, no figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from pairup.errors import ConflictError, InputError
from pairup.record.models import ExchangeRateVersion
from pairup.reports.totals import Part
from pairup.values.money import Money, digits
from pairup.values.words import Words


class Rates:
    """What one unit of each currency cost in another, by day, as known by a day."""

    def __init__(self, into: str, *, on: date, known_by: date | None) -> None:
        self.into = into
        self._held: dict[str, list[ExchangeRateVersion]] = defaultdict(list)
        rows = ExchangeRateVersion.objects.known(known_by).filter(into=into).select_related("identity")
        for row in rows.order_by("identity__code", "number"):
            if row.starts is None or row.starts <= on:
                self._held[row.currency].append(row)

    def convert(self, part: Part) -> Part:
        """Give a part in the currency asked for; its words name the amount, the rate and where the rate was read."""
        if part.uom == self.into:
            return part
        row = self._rate(part)
        exact = Decimal(part.amount).scaleb(-digits(part.uom)) * row.rate
        minor = int(exact.scaleb(digits(self.into)).to_integral_value(ROUND_HALF_EVEN))
        why = Words(
            "totals.converted",
            {"amount": str(Money(int(part.amount), part.uom)), "rate": f"{row.rate.normalize():f}",
             "code": row.identity.code, "source": row.source or "–"},
        )  # fmt: skip
        return replace(part, amount=minor, uom=self.into, why=why)

    def _rate(self, part: Part) -> ExchangeRateVersion:
        day = part.day
        rows = [row for row in self._held[part.uom] if day is not None and day in row.span]
        if not rows:
            raise InputError(
                f"There is no rate from {part.uom} into {self.into} for {day}; row {part.code} cannot be converted.",
                hint="Add one with its source to exchange_rates.csv, or ask without a currency.",
                code="totals.no-rate", currency=part.uom, into=self.into, day=str(day), row=part.code,
            )  # fmt: skip
        if len({row.rate for row in rows}) > 1:
            raise ConflictError(
                f"Rates {', '.join(row.identity.code for row in rows)} disagree about {part.uom} on {day}.",
                hint="Keep the one that the programme goes by; withdraw the other.",
                code="totals.two-rates", currency=part.uom, day=str(day), rates=[row.identity.code for row in rows],
            )  # fmt: skip
        return rows[0]
