"""How numbers, money and days are written, in both languages. Nothing here decides what a number is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from pairup.reports.facts import Both, Total
from pairup.values.days import RoughDay
from pairup.values.money import CALLED_ZH, Money
from pairup.values.words import Words

_TINY = Decimal("0.05")


def count(number: int | Decimal) -> str:
    """Write a whole number with thousands separated, a broken one with what it needs."""
    if isinstance(number, Decimal):
        number = number.normalize()
        if number == number.to_integral_value():
            return f"{int(number):,}"
    return f"{number:,}"


def share(part: Decimal) -> str:
    """Write a share as a percentage with one decimal."""
    return f"{(part * 100).quantize(Decimal('0.1'), ROUND_HALF_EVEN)} %"


def day(when: date | RoughDay) -> Both:
    """Write a day as precisely as it is known, no more.

    >>> day(RoughDay.read("2016-07")).en
    'July 2016'
    """
    rough = when if isinstance(when, RoughDay) else RoughDay(when)
    return Both(rough.say("en"), rough.say("zh_Hans"))


def days(first: date | RoughDay | None, last: date | RoughDay | None) -> Both:
    """Write a span with its last day; an open end stays open."""
    starts, ends = (day(first) if first else Both("…", "…")), (day(last) if last else Both("", ""))
    return Both(f"{starts.en} – {ends.en}".rstrip(), f"{starts.zh}至{ends.zh}" if last else f"{starts.zh}起")


def clock(minutes: int) -> str:
    """Write minutes since midnight as a time of day; what runs past midnight keeps counting its hours."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def long_money(amount: Money) -> Both:
    """Write money for a sentence, to three figures or so: millions and billions in English, 万 and 亿 in Chinese."""
    whole = amount.amount
    unit = CALLED_ZH.get(amount.currency, f" {amount.currency}")
    if abs(whole) >= 1_000_000_000:
        en = f"{amount.currency} {_short(whole / 1_000_000_000)} billion"
    elif abs(whole) >= 1_000_000:
        en = f"{amount.currency} {_short(whole / 1_000_000)} million"
    else:
        en = f"{amount.currency} {whole.quantize(Decimal(1), ROUND_HALF_EVEN):,}"
    if abs(whole) >= 100_000_000:
        return Both(en, f"{_short(whole / 100_000_000)}亿{unit}")
    if abs(whole) >= 10_000:
        return Both(en, f"{_short(whole / 10_000)}万{unit}")
    return Both(en, f"{whole.quantize(Decimal(1), ROUND_HALF_EVEN):,}{unit}")


def _short(number: Decimal) -> str:
    places = "1" if abs(number) >= 1000 else "0.1" if abs(number) >= 10 else "0.01"
    return f"{number.quantize(Decimal(places), ROUND_HALF_EVEN):,}"


@dataclass(frozen=True, slots=True)
class MoneyScale:
    """One unit for a whole table or figure: millions, thousands or ones of one currency."""

    currency: str
    unit: int = 1_000_000

    @classmethod
    def fit(cls, amounts: Iterable[Money | None], currency: str) -> MoneyScale:
        """Choose the unit by the largest amount."""
        top = max((abs(amount.amount) for amount in amounts if amount is not None), default=Decimal(0))
        return cls(currency, 1_000_000 if top >= 10_000_000 else 1_000 if top >= 10_000 else 1)

    @property
    def name(self) -> Both:
        size_en, size_zh = {1_000_000: (" million", "百万"), 1_000: (" thousand", "千"), 1: ("", "")}[self.unit]
        return Both(f"{self.currency}{size_en}", f"{size_zh}{CALLED_ZH.get(self.currency, self.currency)}")

    def value(self, amount: Money) -> float:
        """Give the amount in this unit, for drawing only."""
        return float((amount.amount / self.unit).quantize(Decimal("0.001"), ROUND_HALF_EVEN))

    def write(self, amount: Money) -> str:
        """Write the amount in this unit. Another currency keeps its own name."""
        if amount.currency != self.currency:
            return str(amount)
        scaled = amount.amount / self.unit
        if amount.minor and abs(scaled) < _TINY:
            return "< 0.1" if amount.minor > 0 else "> −0.1"
        return f"{scaled.quantize(Decimal('0.1') if self.unit > 1 else Decimal(1), ROUND_HALF_EVEN):,}".replace(
            "-", "−"
        )


def total_text(total: Total) -> str | Words | Both:
    """Write a computed total with its unit."""
    if isinstance(total.value, Money):
        return long_money(total.value)
    figure = count(total.value)
    return Words("reports.figure-with-uom", {"figure": figure, "uom": total.uom}) if total.uom else figure


def people_in_public(number: int) -> Words | str:
    """Write a count of people or households for everyone: 1 to 9 as "under 10", others rounded to 5.

    >>> people_in_public(0), people_in_public(12), people_in_public(13)
    ('0', '10', '15')
    """
    if 1 <= number <= 9:
        return Words("reports.under-10")
    return count(public_size(number))


def public_size(number: int) -> int:
    """Round a count of people as the public sees it; what is under 10 is drawn as 5, half of the limit."""
    return 5 if 1 <= number <= 9 else 5 * ((number + 2) // 5)


def add_up(amounts: Iterable[Money | None], currency: str) -> Money | None:
    """Add the amounts of one currency; None where there is nothing to add, which is not zero."""
    given = [amount for amount in amounts if amount is not None and amount.currency == currency]
    return sum(given[1:], start=given[0]) if given else None
