"""What a figure can mean, given how it is said: "nearly 12,000" is not 12,000.

| bound | from | to |
|---|---|---|
| exact, of things counted | the figure | the figure |
| exact, of anything else | half a unit of the last digit written below | half a unit above |
| about | 90 % | 110 % |
| nearly | 95 % | the figure |
| over | the figure | open |
| under | open (counts: 0) | the figure |

Zeros at the end of an amount of money count as not written, for at most 2.5 % of it. Bands are of the size of the
figure: "down by over 33 %" is from -33 to ever lower. The shares are conventions of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pairup.evaluation.units import Uom

BOUNDS = ("exact", "about", "over", "under", "nearly")
_ABOUT, _NEARLY, _ZEROS, _HALF = Decimal("0.10"), Decimal("0.95"), Decimal("0.025"), Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Band:
    """From the lowest to the highest value; None is open."""

    low: Decimal | None
    high: Decimal | None

    def __contains__(self, value: Decimal) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def meets(self, other: Band) -> bool:
        """Say whether some value lies in both."""
        return not (self.is_above(other) or other.is_above(self))

    def is_above(self, other: Band) -> bool:
        """Say whether every value of this band is more than every value of the other."""
        return self.low is not None and other.high is not None and self.low > other.high

    def times(self, factor: Decimal) -> Band:
        """Stretch by a factor above zero."""
        return Band(
            None if self.low is None else self.low * factor,
            None if self.high is None else self.high * factor,
        )


def band(figure: Decimal, bound: str, uom: Uom) -> Band:
    """Give the values a figure can mean. An unknown bound counts as exact.

    >>> from pairup.evaluation.units import read_uom
    >>> band(Decimal(12000), "nearly", read_uom("people"))
    Band(low=Decimal('11400.00'), high=Decimal('12000'))
    >>> band(Decimal("12.8"), "exact", read_uom("%"))
    Band(low=Decimal('12.75'), high=Decimal('12.85'))
    """
    size = abs(figure)
    low: Decimal | None
    high: Decimal | None
    if bound == "about":
        low, high = size * (1 - _ABOUT), size * (1 + _ABOUT)
    elif bound == "nearly":
        low, high = size * _NEARLY, size
    elif bound == "over":
        low, high = size, None
    elif bound == "under":
        low, high = (Decimal(0) if uom.adds_up or figure < 0 else None), size
    elif uom.is_count and figure == figure.to_integral_value():
        low = high = size
    else:
        half = _half_of_last_digit(size, is_money=uom.kind.startswith("money "))
        low, high = size - half, size + half
    if figure >= 0:
        return Band(low, high)
    return Band(None if high is None else -high, None if low is None else -low)


def _half_of_last_digit(size: Decimal, *, is_money: bool) -> Decimal:
    exponent = size.normalize().as_tuple().exponent if size else 0
    assert isinstance(exponent, int)  # no NaN or infinity comes here
    half = _HALF.scaleb(exponent)
    if exponent <= 0:
        return half
    return max(_HALF, min(half, size * _ZEROS)) if is_money else _HALF
