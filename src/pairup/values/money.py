"""Money is a Decimal with a currency; it is stored as integer minor units. No floats, no silent conversion."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pairup.errors import InputError

#: what currencies are called behind a Chinese amount; of another its code stands there
CALLED_ZH = {"CNY": "元", "EUR": "欧元", "USD": "美元", "GBP": "英镑", "JPY": "日元"}
# Digits after the point (ISO 4217, list one). Every other currency has two.
DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "XAF": 0, "XOF": 0, "BHD": 3, "KWD": 3, "TND": 3}


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency, exact to the minor unit.

    >>> Money.of("12.50", "CNY") + Money.of("0.50", "CNY")
    Money(minor=1300, currency='CNY')
    >>> str(Money.of("1234567.8", "EUR"))
    'EUR 1,234,567.80'
    """

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        """Make money from a decimal amount. Refuses floats, and more digits than the currency has."""
        if isinstance(amount, float):
            raise InputError(
                "Money is never a float.", hint="Give text, a whole number or a Decimal.", code="money.float"
            )
        try:
            exact = Decimal(amount).scaleb(digits(currency))
        except InvalidOperation:
            raise InputError(f"{amount!r} is not an amount.", code="money.not-a-number", amount=amount) from None
        if not exact.is_finite() or exact != exact.to_integral_value():
            raise InputError(
                f"{amount} {currency} is finer than the currency's minor unit.",
                hint=f"{currency} has {digits(currency)} digits after the point.",
                code="money.too-fine",
                amount=str(amount),
                currency=currency,
            )
        return cls(int(exact), currency)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise InputError(
                f"{self.currency} and {other.currency} cannot be added or compared.",
                hint="Convert one of them first, with a rate, its day and its source.",
                code="money.two-currencies",
                one=self.currency,
                other=other.currency,
            )
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def say(self, language: str = "en") -> str:
        """Write the amount to the last digit, as a sentence of a language has it: Chinese counts in 万 and 亿.

        >>> Money.of("267881130", "CNY").say("zh_Hans"), Money.of("250000000", "CNY").say("zh_Hans")
        ('26,788.113万元', '2.5亿元')
        """
        if not language.startswith("zh"):
            return str(self)
        unit = CALLED_ZH.get(self.currency, f" {self.currency}")
        for size, name in ((8, "亿"), (4, "万")):
            scaled = self.amount.scaleb(-size).normalize()
            if abs(scaled) >= 1 and (size == 4 or scaled == round(scaled, 4)):  # else 亿 would have a long tail
                return f"{scaled:,f}{name}{unit}"
        return f"{self.amount.normalize():,f}{unit}"

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,.{digits(self.currency)}f}"


def digits(currency: str) -> int:
    """Give the digits after the point of a currency."""
    return DIGITS.get(currency, 2)


def total(parts: list[Money]) -> dict[str, Money]:
    """Sum money by currency; no conversion is made. An empty list has no total: an empty dict."""
    sums: dict[str, Money] = {}
    for part in parts:
        sums[part.currency] = sums[part.currency] + part if part.currency in sums else part
    return sums
