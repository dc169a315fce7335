"""A small layout and short ways to read sheets with it, for the tests of this folder."""

from __future__ import annotations

from pairup.exchange.layout import Clock, Column, Kind, Table
from pairup.exchange.reading import Rows, read_rows
from pairup.exchange.sheets import read_grid, sheet_from
from pairup.values.codes import Channel, MoneyKind
from pairup.values.findings import Finding


def _codes(name: str, refers_to: str, *, required: bool = True) -> Column:
    return Column(name, name, Kind.REFERENCE, required=required, refers_to=refers_to)


_CODE = Column("code", "code", Kind.CODE, required=True)
_FROM = Column("from", "starts", Kind.FROM)
_TO = Column("to", "ends_before", Kind.TO)
_NOTE = Column("note", "note", Kind.TEXT, default="", longest=40)
_CURRENCY = Column("currency", "currency", Kind.TEXT, required=True, default="", longest=3)

PLACES = Table("places", "Place", Clock.SPAN, False, (
    _CODE, _FROM, _TO,
    Column("name_en", "name_en", Kind.TEXT, required=True, default=""),
    Column("altitude_m", "altitude_m", Kind.WHOLE, lowest=-500, highest=9000),
    Column("latitude", "latitude", Kind.DECIMAL, lowest=-90, highest=90, digits=8, places=5),
    Column("other_names", "other_names", Kind.ITEMS, default=list),
    _NOTE,
))  # fmt: skip
PAIRINGS = Table("pairings", "Pairing", Clock.SPAN, True, (
    _CODE, _FROM, _TO,
    _codes("donor", "organisations"),
    _codes("recipient", "organisations", required=False),
    _codes("place", "places"),
    Column("channel", "channel", Kind.CHOICE, required=True, choices=tuple(Channel)),
))  # fmt: skip
POSTINGS = Table("postings", "Posting", Clock.SPAN, True, (
    _CODE, _FROM, _TO,
    _codes("person", "people"),
    _codes("post", "posts"),
    Column("full_time", "full_time", Kind.YESNO, default=True),
))  # fmt: skip
MONEY = Table("money", "MoneyLine", Clock.DAY, True, (
    _CODE,
    Column("day", "day", Kind.HAPPENED, required=True),
    _codes("pairing", "pairings"),
    Column("kind", "kind", Kind.CHOICE, required=True, choices=tuple(MoneyKind)),
    Column("amount", "amount_minor", Kind.AMOUNT, required=True, currency="currency"),
    _CURRENCY,
), one_row_a_code=True)  # fmt: skip
PROJECTS = Table("projects", "Project", Clock.SPAN, True, (
    _CODE, _FROM, _TO,
    Column("title_en", "title_en", Kind.TEXT, required=True, default=""),
    Column("title_zh", "title_zh", Kind.TEXT, default=""),
    Column("category", "category", Kind.CHOICE, required=True, choices=("health", "education")),
    Column("cost", "cost_minor", Kind.AMOUNT, currency="currency"),
    Column("currency", "currency", Kind.TEXT, default="", longest=3),
    Column("start_years", "start_years", Kind.YEARS, default=list),
    _NOTE,
))  # fmt: skip
LAYOUT = {table.name: table for table in (PLACES, PAIRINGS, POSTINGS, MONEY, PROJECTS)}


def read(table: str, text: str) -> tuple[Rows, list[Finding]]:
    """Read CSV text as a table; its first line is the header, and leading spaces do not count."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    grid, found = read_grid(lines, file=f"{table}.csv")
    sheet, more = sheet_from(grid)
    rows, most = read_rows(LAYOUT[table], [sheet])
    return rows, found + more + most


def codes(found: list[Finding]) -> list[str]:
    """Name findings shortly: what, row and column; and prove that each has words in both languages."""
    for one in found:
        assert one.hint is not None
        for words in (one.words, one.hint):
            assert words.say("en") != words.code
            assert words.say("zh_Hans") not in (words.code, words.say("en"))
    return [f"{one.words.code.removeprefix('folder.')} {one.row or ''} {one.column}".strip() for one in found]
