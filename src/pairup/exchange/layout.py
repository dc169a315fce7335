"""What a programme folder may hold: tables and columns, as values. `services.schema` fills them from the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How the cells of a column are read."""

    CODE = "code"
    TEXT = "text"
    CHOICE = "choice"
    WHOLE = "whole number"
    DECIMAL = "number"
    AMOUNT = "amount"
    YESNO = "yes or no"
    FROM = "first day"
    TO = "last day"
    HAPPENED = "day or month or year"
    DAY = "day"
    ROUGH = "day, month or year as text"
    MOMENT = "moment"
    REFERENCE = "code of another row"
    ITEMS = "items"
    YEARS = "years"
    PAIRS = "key=value items"
    BYTES = "bytes in a file"
    DOCUMENT = "JSON in a file"


class Clock(StrEnum):
    SPAN = "span"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a folder's table, and the field of the record that it fills."""

    name: str
    field: str
    kind: Kind
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    refers_to: str = ""  # table whose codes stand in the cells
    longest: int | None = None
    lowest: int | None = None
    highest: int | None = None
    digits: int | None = None  # of a number, in all
    places: int | None = None  # of a number, after the point
    personal: bool = False
    currency: str = ""  # of an amount: the column that holds its currency
    says: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a folder. `one_row_a_code` says that a second row of a code is never its history."""

    name: str
    noun: str
    clock: Clock
    scoped: bool
    columns: tuple[Column, ...]
    one_row_a_code: bool = False
    by_hand: bool = True
    sealed: bool = False
    in_vault: bool = False  # read one person at a time, for a purpose, and logged
    of_people: bool = False  # each row speaks of one person: it has no note, and names its source by code alone
    says: str = ""

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


Layout = Mapping[str, Table]

#: columns that only a saved folder has, and that people never write
SAVED = ("version", "recorded_at", "superseded_at", "entry")
