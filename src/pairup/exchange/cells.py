"""One cell in, one value out, and back. A cell that cannot be read raises `CellRefused` with what is wrong."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pairup.errors import InputError
from pairup.exchange.layout import Column, Kind
from pairup.exchange.notes import nearest
from pairup.exchange.plain import is_fiscal, solid
from pairup.values.days import Precision, RoughDay
from pairup.values.money import Money, digits

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_THREE_PARTS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})", re.ASCII)
_YEAR_AND_TENTH = re.compile(r"(\d{4})\.1", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
_NATIONAL_ID = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_YES_NO = {"yes": True, "no": False}
#: a number of more digits is not kept exactly by SQLite
_EXACT_DIGITS = 15
_JSON = "json:"


class CellRefused(Exception):
    """Why a cell cannot be read: a code of this domain and its facts."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


Reader = Callable[[str], Any]


def reader(column: Column) -> Reader:
    """Give the function that reads a filled cell of a column. It takes the text as it stands."""
    readers: dict[Kind, Reader] = {
        Kind.CODE: read_code,
        Kind.REFERENCE: read_code,
        Kind.TEXT: lambda text: _read_text(text, column),
        Kind.CHOICE: lambda text: _read_choice(text, column),
        Kind.WHOLE: lambda text: _read_whole(text, column),
        Kind.DECIMAL: lambda text: _read_decimal(text, column),
        Kind.YESNO: _read_yes_no,
        Kind.FROM: read_day,
        Kind.TO: read_day,
        Kind.HAPPENED: read_day,
        Kind.DAY: _read_full_day,
        Kind.ROUGH: lambda text: str(read_day(text)[0]),
        Kind.MOMENT: _read_moment,
        Kind.ITEMS: _read_items,
        Kind.YEARS: _read_years,
        Kind.PAIRS: _read_pairs,
        Kind.BYTES: str.strip,
        Kind.DOCUMENT: str.strip,
    }
    return readers[column.kind]


def read_code(text: str) -> str:
    """Read a code, as NFC. Refuses hidden characters, `;` and what is a person's national number."""
    code = unicodedata.normalize("NFC", text.strip())
    if ";" in code or any(unicodedata.category(sign)[0] in "CZ" and sign != " " for sign in code):
        raise CellRefused("bad-code", found=text)
    if holds_national_id(code):
        raise CellRefused("national-id")
    return code


def holds_national_id(text: str) -> bool:
    """Say whether a text holds an 18-sign national number whose birth date and check sign are right."""
    if len(text) < 18:
        return False
    for found in _NATIONAL_ID.findall(text):
        rest = sum(int(sign) * weight for sign, weight in zip(found[:17], _WEIGHTS, strict=True)) % 11
        try:
            date(int(found[6:10]), int(found[10:12]), int(found[12:14]))
        except ValueError:
            continue
        if "10X98765432"[rest] == found[17].upper():
            return True
    return False


def _read_text(text: str, column: Column) -> str:
    if text and column.longest == 0:
        raise CellRefused("nothing-here", name=column.name)
    if column.longest is not None and len(text) > column.longest:
        raise CellRefused("too-long", length=len(text), longest=column.longest)
    return text


def _read_choice(text: str, column: Column) -> str:
    if (value := text.strip()) in column.choices:
        return value
    raise CellRefused("not-in-list", found=text, choices=", ".join(column.choices))


def _read_yes_no(text: str) -> bool:
    if (value := text.strip().lower()) in _YES_NO:
        return _YES_NO[value]
    raise CellRefused("not-yes-no", found=text)


def _read_whole(text: str, column: Column) -> int:
    value = text.strip()
    if not _WHOLE.fullmatch(value):
        raise CellRefused("not-whole", found=text)
    return int(_within(Decimal(value), column))


def _within(number: Decimal, column: Column) -> Decimal:
    low, high = column.lowest, column.highest
    if (low is not None and number < low) or (high is not None and number > high):
        raise CellRefused("out-of-range", found=f"{number:f}", lowest=str(low), highest=str(high))
    return number


def _read_decimal(text: str, column: Column) -> Decimal:
    value = text.strip()
    if not _NUMBER.fullmatch(value):
        raise CellRefused("not-a-number", found=text)
    number = _within(Decimal(value), column).normalize()
    exponent = number.as_tuple().exponent
    after = max(0, -exponent) if isinstance(exponent, int) else 0
    before = max(0, number.adjusted() + 1)
    if column.places is not None and after > column.places:
        raise CellRefused("too-fine", found=text, places=column.places)
    if column.digits is not None and column.places is not None and before > column.digits - column.places:
        raise CellRefused("too-large", found=text, digits=column.digits - column.places)
    if before + after > _EXACT_DIGITS:
        raise CellRefused("too-many-digits", found=text, digits=_EXACT_DIGITS)
    return number + Decimal(0)


def read_amount(text: str, currency: str) -> int:
    """Read an amount in major units as minor units of its currency, exactly."""
    value = text.strip()
    if not _NUMBER.fullmatch(value):
        raise CellRefused("not-a-number", found=text)
    try:
        minor = Money.of(value, currency).minor
    except InputError:
        raise CellRefused("finer-than-currency", found=text, currency=currency, places=digits(currency)) from None
    if abs(minor) >= 2**63:
        raise CellRefused("too-large", found=text, digits=16)
    return minor


def write_amount(minor: int, currency: str) -> str:
    return f"{Money(minor, currency).amount:f}"


def read_day(text: str) -> tuple[RoughDay | None, Precision]:
    """Read `1994`, `2016-07` or `2016-07-15`; says of other ways of writing a day what is unclear about them.

    The saved form `2016-07-15~month` keeps a day whose precision does not fit it.
    """
    value = text.strip()
    day, tilde, precision = value.partition("~")
    if not value.isascii():
        raise CellRefused("imports.fiscal-year" if is_fiscal(solid(value)) else "not-a-day", found=text)
    try:
        rough = RoughDay.read(day) if day or not tilde else None
        if rough is not None and rough.first.year == date.max.year:  # there is no day after it, as a span's end has
            raise CellRefused("not-a-day", found=text)
        return rough, Precision(precision) if tilde or rough is None else rough.precision
    except InputError:
        raise _why_no_day(value) from None
    except ValueError:
        raise CellRefused("not-a-day", found=text) from None


def _why_no_day(text: str) -> CellRefused:
    if parts := _THREE_PARTS.fullmatch(text):
        one, two = int(parts[1]), int(parts[2])
        if one <= 12 and two <= 12 and one != two:
            return CellRefused("ambiguous-day", found=text)
    if parts := _YEAR_AND_TENTH.fullmatch(text):
        return CellRefused("january-or-october", found=text, year=parts[1])
    if _SERIAL.fullmatch(text):
        return CellRefused("day-serial", found=text)
    if is_fiscal(solid(text)):
        return CellRefused("imports.fiscal-year", found=text)
    return CellRefused("not-a-day", found=text)


def _read_full_day(text: str) -> date:
    rough, _ = read_day(text)
    if rough is None or rough.precision is not Precision.DAY:
        raise CellRefused("not-a-full-day", found=text)
    return rough.first


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CellRefused("not-a-moment", found=text) from None
    if moment.tzinfo is None:
        raise CellRefused("not-a-moment", found=text)
    return moment


def _read_json(text: str) -> Any:
    try:
        return json.loads(text[len(_JSON) :])
    except ValueError:
        raise CellRefused("not-json", found=text) from None


def _read_items(text: str) -> list[Any]:
    if text.startswith(_JSON):
        value = _read_json(text)
        if not isinstance(value, list):
            raise CellRefused("not-json", found=text)
        return value
    return [item for part in text.split(";") if (item := part.strip())]


def _read_years(text: str) -> list[Any]:
    items = _read_items(text)
    if text.startswith(_JSON):
        return items
    if not all(_WHOLE.fullmatch(item) and 1900 <= int(item) <= 2200 for item in items):
        raise CellRefused("not-years", found=text)
    return [int(item) for item in items]


def _read_pairs(text: str) -> dict[str, Any]:
    if text.startswith(_JSON):
        value = _read_json(text)
        if not isinstance(value, dict):
            raise CellRefused("not-json", found=text)
        return value
    pairs: dict[str, Any] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        key, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not key or key in pairs:
            raise CellRefused("not-pairs", found=text)
        pairs[key] = value
    return pairs


def known_reference(code: str, known: frozenset[str] | set[str]) -> CellRefused | None:
    """Say that a code is not known, with the known ones nearest to it; None where it is known."""
    return None if code in known else CellRefused("unknown-code", found=code, known=nearest(code, known))


# ------------------------------------------------------------------------------------------------------- and back


def write_cell(column: Column, value: Any) -> str:
    """Write a value so that reading it gives the same value again."""
    if value is None:
        return ""
    match column.kind:
        case Kind.YESNO:
            return "yes" if value else "no"
        case Kind.DECIMAL:
            return f"{Decimal(value).normalize():f}" if value else "0"
        case Kind.DAY | Kind.MOMENT:
            return str(value.isoformat())
        case Kind.ITEMS | Kind.YEARS:
            return _exactly(";".join(map(str, value)), value, _read_items if column.kind is Kind.ITEMS else _read_years)
        case Kind.PAIRS:
            return _exactly(";".join(f"{key}={fact}" for key, fact in sorted(value.items())), value, _read_pairs)
        case _:
            return str(value)


def _exactly(text: str, value: Any, read: Reader) -> str:
    try:
        same = not text.startswith(_JSON) and read(text) == value
    except CellRefused:
        same = False
    return text if same else _JSON + json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def write_day(day: date | None, precision: str, *, is_end: bool) -> str:
    """Write a day, month or year; of an exclusive end (`is_end`), the last day that is in."""
    if day is None:
        return "" if precision == Precision.DAY else f"~{precision}"
    last = day - timedelta(days=1) if is_end else day
    rough = RoughDay(last.replace(day=1) if precision != Precision.DAY else last, Precision(precision))
    if precision == Precision.YEAR:
        rough = RoughDay(rough.first.replace(month=1), rough.precision)
    return str(rough) if (rough.after if is_end else rough.first) == day else f"{last}~{precision}"
