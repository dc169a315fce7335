"""A table of a page: found by a word, sorted by a column, shown by fifties, and taken away as CSV or XLSX."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Q, Value, When
from django.http import HttpResponse

from pairup.errors import InputError
from pairup.exchange.layout import Column as SheetColumn
from pairup.exchange.layout import Kind
from pairup.exchange.writing import Book, csv_lines
from pairup.reports.facts import Both
from pairup.values.days import RoughDay
from pairup.values.money import Money
from pairup.values.words import Words

AT_ONCE = 50
#: letters from which words in a column of figures break into lines
_A_SENTENCE = 24
#: what a file may be
FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in files and addresses, its title, and whether figures stand in it."""

    name: str
    title: Words
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell (text, words, number, money, day), where it leads, and a tone: good, warn, bad, quiet."""

    value: Any
    href: str = ""
    tone: str = ""
    is_number: bool = False

    @property
    def classes(self) -> str:
        say = getattr(self.value, "say", None)
        is_told = self.is_number and say is not None and len(say("en")) > _A_SENTENCE
        is_day = isinstance(self.value, (date, RoughDay))
        kinds = {"num": self.is_number, "day": is_day, "long": is_told, self.tone: bool(self.tone)}
        return " ".join(name for name, holds in kinds.items() if holds)


@dataclass(frozen=True, slots=True)
class FromRecord:
    """Rows that stay in the record until they are shown: of thousands, a page reads its fifty.

    rows : a query in its own order. cells : a row as the cells of a listing. words : fields in which is looked for a
    word. orders : by column, the field that sorts it; a column without one is not sorted. called : of a field that
    holds codes, what each is called; it is found by these names and sorted by them. count : how many rows there are,
    where that is known.
    """

    rows: Any
    cells: Callable[[Any], Sequence[Any]]
    words: Sequence[str] = ()
    orders: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    count: int | None = None

    def __len__(self) -> int:
        return int(self.rows.count()) if self.count is None else self.count

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return map(self.cells, self.rows.iterator(chunk_size=2000))

    def find(self, word: str) -> FromRecord:
        wanted = Q()
        for name in self.words:
            wanted |= Q(**{f"{name}__icontains": word})
        for name, called in self.called.items():
            wanted |= Q(**{f"{name}__in": [code for code, said in called.items() if _holds((said,), word)]})
        return replace(self, rows=self.rows.filter(wanted), count=None)

    def sort(self, column: str, is_down: bool) -> FromRecord:
        name = self.orders[column]
        if name not in self.called:
            return replace(self, rows=self.rows.order_by(f"{'-' if is_down else ''}{name}", "pk"))
        in_order = sorted(self.called[name], key=lambda code: _order(self.called[name][code]))
        rank = Case(*(When(**{name: code}, then=Value(at)) for at, code in enumerate(in_order)), default=None)
        return replace(self, rows=self.rows.order_by(rank.desc() if is_down else rank, "pk"))

    def part(self, first: int, last: int) -> list[Sequence[Any]]:
        return [self.cells(row) for row in self.rows[first:last]]


@dataclass(frozen=True, slots=True)
class InMemory:
    """Rows that were read already."""

    rows: Sequence[Sequence[Any]]
    orders: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Sequence[Any]]:
        return iter(self.rows)

    def find(self, word: str) -> InMemory:
        return replace(self, rows=[row for row in self.rows if _holds(row, word)])

    def sort(self, column: str, is_down: bool) -> InMemory:
        at = self.orders[column]
        return replace(self, rows=sorted(self.rows, key=lambda row: _order(row[at]), reverse=is_down))

    def part(self, first: int, last: int) -> list[Sequence[Any]]:
        return list(self.rows[first:last])


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of cells. `name` is that of the file, and of the table in the page's context."""

    name: str
    caption: Words
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]] | FromRecord
    #: what is said where there is no row
    empty: Words = field(default_factory=lambda: Words("web.no-rows"))
    is_synthetic: bool = False
    #: of this page
    shown: Sequence[Sequence[Cell]] = ()
    all: int = 0
    found: int = 0
    number: int = 1
    pages: int = 1
    word: str = ""
    sort: str = ""
    query: Mapping[str, str] = field(default_factory=dict)

    def at(self, asked: Mapping[str, str]) -> Listing:
        """The part of the table that is asked for. Parameters are named after the table: a page may hold two."""
        word, sort = asked.get(f"{self.name}-find", ""), asked.get(f"{self.name}-sort", "")
        every = self.source
        rows = every.find(word) if word else every
        if sort.lstrip("-") in every.orders:
            rows = rows.sort(sort.lstrip("-"), sort.startswith("-"))
        found = len(rows)
        pages = max(1, -(-found // AT_ONCE))
        number = asked.get(f"{self.name}-page", "1")
        here = min(pages, max(1, int(number))) if number.isdecimal() else 1
        shown = [
            tuple(
                replace(cell_of(cell), is_number=column.is_number)
                for cell, column in zip(row, self.columns, strict=True)
            )
            for row in rows.part((here - 1) * AT_ONCE, here * AT_ONCE)
        ]
        return replace(
            self, shown=shown, all=len(every) if word else found, found=found, number=here, pages=pages, word=word,
            sort=sort, query={key: value for key, value in asked.items() if key not in ("export", "form")},
        )  # fmt: skip

    @property
    def source(self) -> FromRecord | InMemory:
        if isinstance(self.rows, FromRecord):
            return self.rows
        return InMemory(self.rows, {column.name: at for at, column in enumerate(self.columns)})

    def address(self, **changes: str) -> str:
        """This page with parameters of the table changed, the others kept; an empty one goes."""
        said = dict(self.query) | {f"{self.name}-{key}": value for key, value in changes.items()}
        return "?" + urlencode({key: value for key, value in said.items() if value})

    @property
    def heads(self) -> list[tuple[Column, str, str]]:
        """Each column with the address that sorts by it, and how it is sorted now."""
        found = []
        for column in self.columns:
            is_up, is_down = self.sort == column.name, self.sort == f"-{column.name}"
            to = f"-{column.name}" if is_up else "" if is_down else column.name
            href = self.address(sort=to, page="") if column.name in self.source.orders else ""
            found.append((column, href, "ascending" if is_up else "descending" if is_down else "none"))
        return found

    @property
    def before(self) -> str:
        return self.address(page=str(self.number - 1)) if self.number > 1 else ""

    @property
    def after(self) -> str:
        return self.address(page=str(self.number + 1)) if self.number < self.pages else ""

    @property
    def files(self) -> list[tuple[str, str]]:
        """The addresses of the whole table as a file."""
        kept = {key: value for key, value in self.query.items() if not key.startswith(f"{self.name}-")}
        return [(form, "?" + urlencode({**kept, "export": self.name, "form": form})) for form in FORMS]

    @property
    def others(self) -> list[tuple[str, str]]:
        """Parameters that a form of this table keeps."""
        own = {f"{self.name}-find", f"{self.name}-page"}
        return [(key, value) for key, value in self.query.items() if key not in own]


def cell_of(value: Any) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)


def _holds(row: Sequence[Any], word: str) -> bool:
    wanted = word.casefold()
    return any(wanted in text.casefold() for cell in row for text in _texts(cell_of(cell).value))


def _texts(value: Any) -> tuple[str, ...]:
    say: Callable[[str], str] | None = getattr(value, "say", None)
    if value is None:
        return ()
    return (str(value),) if say is None else (say("en"), say("zh_Hans"))


def _order(cell: Any) -> tuple[int, Any]:
    """Nothing comes last; figures by size, days by day, words by their English."""
    value = cell_of(cell).value
    if value is None or value == "":
        return (3, "")
    if isinstance(value, Money):
        return (0, value.minor)
    if isinstance(value, (int, float, Decimal)):
        return (0, value)
    if isinstance(value, RoughDay):
        return (1, value.first.isoformat())
    if isinstance(value, date):
        return (1, value.isoformat())
    return (2, _texts(value)[0].casefold())


def plain(value: Any, language: str) -> str:
    """A cell as a file holds it: days as 2026-11-23, amounts as figures with their currency."""
    if value is None:
        return ""
    if isinstance(value, (Words, Both)):
        return value.say(language)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _is_figures(rows: Sequence[Sequence[Any]], at: int) -> bool:
    """Whether a column holds bare figures only, so that a spreadsheet can add them up."""
    found = [row[at] for row in rows]
    return bool(found) and all(isinstance(value, (int, Decimal)) and not isinstance(value, bool) for value in found)


def exported(listing: Listing, form: str, language: str) -> HttpResponse:
    """A table as a file, with every row of it. Refuses a form that is none."""
    if form not in FORMS:
        raise InputError(f"{form!r} is no form of a file.", hint="csv or xlsx.", code="web.no-form", form=form)
    cells = [[cell_of(cell).value for cell in row] for row in listing.source]
    columns = [
        SheetColumn(column.name, column.name, Kind.DECIMAL if _is_figures(cells, at) else Kind.TEXT)
        for at, column in enumerate(listing.columns)
    ]
    rows = [[plain(value, language) for value in row] for row in cells]
    name = f"{listing.name}.{form}"
    if form == "csv":
        text = "".join(csv_lines(columns, rows, {"table": listing.name}))
        answer = HttpResponse(text.encode("utf-8-sig"), content_type=FORMS[form])
    else:
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            with Book(path) as book:
                book.table(listing.name, columns, rows)
            answer = HttpResponse(path.read_bytes(), content_type=FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
