"""How figures and counts are written in a sentence: one way, for every sentence that has one.

Thousands are set apart by a comma in both languages, and no figure is ever written with an exponent. What differs
between languages (the space before %) is a word, and stands in the catalogue.
"""

from __future__ import annotations

import math
from decimal import Decimal

from pairup.values.words import Words

#: so many digits of an estimate count
_DIGITS = 4
#: so many of a share in per cent
_OF_SHARE = 3


def said(value: float, digits: int = _DIGITS) -> str:
    """Write an estimate with the digits that count; whole from a thousand up.

    >>> said(2084.4), said(0.123456), said(0.00001234), said(-5)
    ('2,084', '0.1235', '0.00001234', '-5')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return _without_zeros(f"{value:,.{places}f}")


def said_exactly(value: Decimal) -> str:
    """Write a figure that somebody gave: two digits after the point at most, more where it is small.

    >>> said_exactly(Decimal("20631000000.0000")), said_exactly(Decimal("240.353")), said_exactly(Decimal("0.0152"))
    ('20,631,000,000', '240.35', '0.0152')
    """
    places = Decimal("0.01") if abs(value) >= 1 else Decimal("0.0001")
    return _without_zeros(f"{value.quantize(places):,f}")


def count(number: int) -> str:
    """Write how many there are.

    >>> count(2084)
    '2,084'
    """
    return f"{number:,}"


def per_cent(share: float) -> Words:
    """Write a share in per cent.

    >>> per_cent(0.1234).say(), per_cent(20.84).say("zh_Hans")
    ('12.3 %', '2,084%')
    """
    return Words("figures.per-cent", {"figure": said(100 * share, _OF_SHARE)})


def _without_zeros(text: str) -> str:
    """Take off zeros that say nothing; and the sign where nothing is left."""
    short = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if short == "-0" else short
