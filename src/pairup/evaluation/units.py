"""Units of measure and number words, with exact factors.

Number words are told by their spelling: the German *Billionen* are 10^12, the English *billion* is 10^9.
Sources: the mu is 1/15 of a hectare (Chinese legal units); the international acre is 4,046.8564224 square metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

#: unit -> what it measures, and how many base units (m2, m, kWh, kg) it is
_UNITS: dict[str, tuple[str, Fraction]] = {
    "m2": ("area", Fraction(1)),
    "ha": ("area", Fraction(10_000)),
    "km2": ("area", Fraction(1_000_000)),
    "mu": ("area", Fraction(10_000, 15)),
    "acre": ("area", Fraction("4046.8564224")),
    "m": ("length", Fraction(1)),
    "km": ("length", Fraction(1_000)),
    "li": ("length", Fraction(500)),
    "kWh": ("energy", Fraction(1)),
    "MWh": ("energy", Fraction(1_000)),
    "kg": ("mass", Fraction(1)),
    "t": ("mass", Fraction(1_000)),
    "jin": ("mass", Fraction(1, 2)),
}
_SPELLINGS = {
    "亩": "mu", "公顷": "ha", "hectare": "ha", "hectares": "ha", "acres": "acre", "km²": "km2", "平方公里": "km2",
    "m²": "m2", "公里": "km", "里": "li", "米": "m", "斤": "jin", "吨": "t", "元": "CNY", "人民币": "CNY",
}  # fmt: skip
NUMBER_WORDS: dict[str, int] = {
    "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "Tausend": 10**3, "Million": 10**6, "Millionen": 10**6, "Milliarde": 10**9, "Milliarden": 10**9,
    "Billion": 10**12, "Billionen": 10**12,
    "millions": 10**6, "milliard": 10**9, "milliards": 10**9, "millones": 10**6, "billones": 10**12,
}  # fmt: skip
#: words that are taken for one another between languages, though their numbers differ
_FALSE_FRIENDS = (
    ("billion", "Billion", "Billionen", "billones"),
    ("亿", "billion"),
    ("万", "thousand"),
)
#: units that are taken for one another in translation
_TAKEN_FOR = (("mu", "acre", "ha"), ("li", "km"))


@dataclass(frozen=True, slots=True)
class Uom:
    """A unit as told: what it measures, its factor to the base unit, and the number word before it."""

    told: str
    kind: str
    factor: Fraction
    word: str = ""
    name: str = ""

    @property
    def is_count(self) -> bool:
        """Whether it counts things one by one. Money and measures are rounded; counts are not."""
        return self.adds_up and self.kind == self.name

    @property
    def adds_up(self) -> bool:
        """Whether a part can never be more than its whole: amounts and counts, not shares, rates or degrees."""
        return bool(self.kind) and not any(sign in self.kind for sign in ("%", "/", "°", " per ", "share", "index"))


def read_uom(text: str) -> Uom:
    """Read a unit, with a number word before it or none. A unit not listed counts itself.

    >>> read_uom("Billionen CNY").factor == 10**12, read_uom("万 CNY").kind
    (True, 'money CNY')
    """
    told = text.strip()
    word, _, rest = told.partition(" ")
    if word in NUMBER_WORDS:
        inner = read_uom(rest)
        return Uom(told, inner.kind, inner.factor * NUMBER_WORDS[word], word, inner.name)
    name = _SPELLINGS.get(told, told)
    if name in _UNITS:
        kind, factor = _UNITS[name]
        return Uom(told, kind, factor, name=name)
    if len(name) == 3 and name.isascii() and name.isalpha() and name.isupper():
        return Uom(told, f"money {name}", Fraction(1), name=name)
    return Uom(told, name, Fraction(1), name=name)


def convert(value: Decimal, from_uom: str, to_uom: str) -> Decimal | None:
    """Turn a value from one unit into another; None where they do not measure the same.

    >>> convert(Decimal(18000), "acre", "ha"), convert(Decimal(18000), "mu", "ha")
    (Decimal('7284.3415603'), Decimal('1200'))
    """
    source, target = read_uom(from_uom), read_uom(to_uom)
    if source.kind != target.kind:
        return None
    return decimal(Fraction(value) * source.factor / target.factor)


def taken_for(uom: Uom) -> list[Uom]:
    """Give the units that this one is taken for: another unit of the kind, or another number word."""
    found = [read_uom(other) for group in _TAKEN_FOR if uom.name in group for other in group if other != uom.name]
    for group in _FALSE_FRIENDS:
        if uom.word in group:
            others = (f"{other} {uom.name}" for other in group if NUMBER_WORDS[other] != NUMBER_WORDS[uom.word])
            found += [read_uom(other) for other in others]
    return found


def decimal(value: Fraction) -> Decimal:
    """Write a fraction as a decimal, to seven digits after the point."""
    whole = round(value * 10**7)
    return Decimal(whole).scaleb(-7).normalize() + Decimal(0)
