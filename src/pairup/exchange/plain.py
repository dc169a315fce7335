"""Days and numbers as people write them, rewritten as a folder has them where that is certain, else left alone."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

UNITS = {
    "元": 1, "千元": 10**3, "万元": 10**4, "百万元": 10**6, "千万元": 10**7, "亿元": 10**8,
    "thousand": 10**3, "million": 10**6, "billion": 10**9,
}  # fmt: skip
#: units that stand in the cell itself, after the number
_IN_CELL = {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
DAY_ORDERS = ("day-first", "month-first")
_DAYS = (
    re.compile(r"(\d{4})\s*年\s*(?:(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号])?)?", re.ASCII),
    re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[T ]?00:00(?::00(?:\.0+)?)?)?", re.ASCII),
    re.compile(r"(\d{4})[/\-](\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})\.(\d{2}|[2-9])", re.ASCII),
    re.compile(r"((?:19|20)\d{2})([01]\d)([0-3]\d)", re.ASCII),
)
_SHORT_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
_NAMED_DAYS = (
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?-?(?P<month>[a-z]{3,9})\.?[-,]?(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<month>[a-z]{3,9})\.?(?P<day>\d{1,2})(?:st|nd|rd|th)?,(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<month>[a-z]{3,9})\.?[-,]?(?P<year>\d{4})", re.ASCII),
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_CHINESE_DAY = re.compile(
    r"([〇零○一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})日)?)?"
)
_DIGITS = "零一二三四五六七八九"
_FISCAL = re.compile(r"fy'?\d{2,4}(?:[-/]\d{2,4})?|\d{2,4}(?:财年|财政年度|会计年度|预算年度|年度)", re.ASCII)
_TWO_YEARS = re.compile(r"(\d{4})[-/–](\d{4}|\d{2})", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_WITH_UNIT = re.compile(rf"([-\d,.]+)({'|'.join(sorted(_IN_CELL, key=len, reverse=True))})元?", re.ASCII)
_YEAR = re.compile(r"(\d{4})年(?:度)?", re.ASCII)


def solid(text: str) -> str:
    """A header or a cell without its spaces and line ends, full-width signs as the plain ones."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("−", "-")


def plain_day(text: str, day_order: str = "") -> str:
    """Write a day as `2024-03-05`, `2024-03` or `2024`, or give nothing where it is not certain.

    >>> plain_day("2024年3月5日"), plain_day("2024.3"), plain_day("2024.1"), plain_day("3/5/2024")
    ('2024-03-05', '2024-03', '', '')
    >>> plain_day("二〇二四年十二月"), plain_day("5Mar2024"), plain_day("2011/12")
    ('2024-12', '2024-03-05', '')
    """
    if "-" not in text and is_fiscal(text):
        return ""
    for shape in _DAYS:
        if found := shape.fullmatch(text):
            return "-".join(part.zfill(2) for part in found.groups() if part)
    if day_order and (found := _SHORT_DAY.fullmatch(text)):
        one, two, year = found.groups()
        day, month = (one, two) if day_order == "day-first" else (two, one)
        return f"{year}-{month.zfill(2)}-{day.zfill(2)}"
    if found := _CHINESE_DAY.fullmatch(text):
        year = "".join(str(_DIGITS.find(sign) if sign in _DIGITS else 0) for sign in found[1])
        return "-".join([year, *(f"{_chinese(part):02}" for part in found.groups()[1:] if part)])
    return _named(text.lower())


def _chinese(text: str) -> int:
    """Read a Chinese number below a hundred."""
    tens, ten, ones = text.rpartition("十")
    return (10 * (_DIGITS.find(tens) if tens else 1) if ten else 0) + (_DIGITS.find(ones) if ones else 0)


def _named(text: str) -> str:
    """A day whose month is an English word: no order can be mistaken."""
    for shape in _NAMED_DAYS:
        if found := shape.fullmatch(text):
            said = found.groupdict()
            word = "sep" if said["month"] == "sept" else said["month"]
            month = [at for at, name in enumerate(_MONTHS, start=1) if name == word or name[:3] == word]
            if month:
                return "-".join([said["year"], f"{month[0]:02}", *([said["day"].zfill(2)] if said.get("day") else [])])
    return ""


def is_fiscal(text: str) -> bool:
    """Say whether a text names a fiscal year, or could: `FY2024`, `2023/24`, `2024财年`; also `2011/12`."""
    if _FISCAL.fullmatch(text.lower()):
        return True
    found = _TWO_YEARS.fullmatch(text)
    if not found:
        return False
    first, second = int(found[1]), int(found[2])
    return second == (first + 1 if len(found[2]) == 4 else (first + 1) % 100)


def plain_number(text: str, factor: int = 1) -> str:
    """Write a number without grouping, times a factor, exactly; give nothing where it is not one.

    A unit that stands in the cell counts, but not beside another that the whole column is said to be in.

    >>> plain_number("1,234.5", 10_000), plain_number("1.234,5"), plain_number("1.2亿")
    ('12345000', '', '120000000')
    """
    if found := _WITH_UNIT.fullmatch(text):
        if factor != 1:
            return ""
        text, factor = found[1], _IN_CELL[found[2]]
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text):
        return ""
    number = Decimal(text) * factor
    return f"{number.normalize():f}" if number else "0"


def plain_year(text: str) -> str:
    """Write a year of a column that holds years: `2024年` and `2024年度` are 2024 there."""
    found = _YEAR.fullmatch(text)
    return found[1] if found else ""


def plain_yes_no(text: str) -> str:
    """Write what a spreadsheet or a Chinese form says for yes and no."""
    return {"true": "yes", "false": "no", "是": "yes", "否": "no", "有": "yes", "无": "no"}.get(text.lower(), "")
