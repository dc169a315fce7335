"""Answers kept by a serving process until a table they were read from is written.

Nothing changes a record without an entry of its journal, which names the tables it wrote. So an answer that was read
from certain tables holds for as long as no later entry names one of them. Which tables those are is not declared: every
statement that runs while an answer is worked out is looked at. What reads a table that the journal does not tell of
(sessions, jobs) is not kept; an entry that names no table (an erasure, a grant) ends everything.

Only inside `following`, which the pages open for each request: a program that asks once and ends keeps nothing.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache, wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import connection

from pairup.record.acting import acting, whole

T = TypeVar("T")
P = ParamSpec("P")
#: answers kept by one process
_MOST = 1024
#: entries read one by one; after more of them every table counts as written
_ENTRIES = 100
#: bytes of an entry that are read: a load names tens of thousands of rows, and counts as everything
_LONGEST = 100_000
_JOURNAL = "record_journalentry"
_NAME = re.compile(r"\w+")
#: where a statement reads the journal, and where only the entry that wrote a row it has found, which never changes
_READ = re.compile(rf'\b(?:FROM|JOIN|INTO|UPDATE) (?:main\.)?"?{_JOURNAL}\b')
_READ_BY_ROW = re.compile(rf'\bJOIN "{_JOURNAL}" (?:\w+ )?ON \("\w+"\."entry_id" = ')

_LAST = f"SELECT number, hash FROM {{main}}{_JOURNAL} ORDER BY number DESC LIMIT 1"  # noqa: S608
_SINCE = (
    f"SELECT number, hash, CASE WHEN length(leaf) <= {_LONGEST} THEN leaf END FROM {{main}}{_JOURNAL} "  # noqa: S608
    f"WHERE number >= {{mark}} ORDER BY number LIMIT {_ENTRIES + 2}"
)
#: runs a statement with its values, and gives its rows
Read = Callable[[str, Sequence[Any]], list[Any]]


@cache
def _in_the_database() -> dict[str, frozenset[str]]:
    """What each table of a folder is in the database: its versions, and what they are versions of."""
    found = {}
    for model in apps.get_app_config("record").get_models():
        if hasattr(model, "table"):
            identity: Any = model._meta.get_field("identity").related_model
            found[model.table] = frozenset({str(model._meta.db_table), str(identity._meta.db_table)})
    return found


@cache
def told_of() -> frozenset[str]:
    """Tables of the database of which the journal tells who wrote them, and the journal itself."""
    return frozenset().union(*_in_the_database().values()) | {_JOURNAL}


@cache
def _tables() -> frozenset[str]:
    return frozenset(str(model._meta.db_table) for model in apps.get_models(include_auto_created=True))


@lru_cache(maxsize=4096)
def tables_in(sql: str) -> frozenset[str]:
    """The tables that a statement names."""
    return frozenset(_NAME.findall(sql)) & _tables()


@lru_cache(maxsize=4096)
def changing_in(sql: str) -> frozenset[str]:
    """The tables that a statement names and that may change what it gives."""
    found = tables_in(sql)
    if _JOURNAL in found and len(_READ.findall(sql)) == len(_READ_BY_ROW.findall(sql)):
        return found - {_JOURNAL}
    return found


def _entries_of(actor: str) -> str:
    return f"{_JOURNAL} of {actor}"


class Journal:
    """What the entries of one record's journal wrote, as far as they were read: by table, the last entry that did."""

    def __init__(self) -> None:
        self.number, self.age, self._hash = -1, 0, ""
        self._everything, self._by_table = 0, dict[str, int]()
        self._lock = Lock()

    def follow(self, read: Read, main: str = "", mark: str = "%s") -> None:
        """Read on from the last entry seen. A journal that does not go on from there is another one: all is let go."""
        with self._lock:
            entries = read(_SINCE.format(main=main, mark=mark), [self.number]) if self.number > 0 else []
            if self.number < 0 or (self.number > 0 and not self._goes_on(entries)):
                self._begin(read(_LAST.format(main=main), []))
            elif self.number == 0:
                if last := read(_LAST.format(main=main), []):
                    self._begin(last)
            elif len(entries) > _ENTRIES + 1:
                self._begin(read(_LAST.format(main=main), []))
            else:
                for number, digest, leaf in entries[1:]:
                    self._take(number, leaf)
                    self.number, self._hash = number, digest

    def _goes_on(self, entries: list[Any]) -> bool:
        return bool(entries) and tuple(entries[0][:2]) == (self.number, self._hash)

    def _begin(self, last: list[Any]) -> None:
        self.age += 1
        self.number, self._hash = last[0] if last else (0, "")
        self._everything = self.number

    def _take(self, number: int, leaf: Any) -> None:
        said = json.loads(bytes(leaf)) if leaf else {}
        rows, known = said.get("rows"), _in_the_database()
        self._by_table[_entries_of(said.get("actor", ""))] = number
        if not rows or not known.keys() >= rows.keys():
            self._everything = number
            return
        for name in rows:
            for table in known[name]:
                self._by_table[table] = number

    def has_written(self, tables: frozenset[str], since: int) -> bool:
        """Whether an entry after this one wrote one of these tables."""
        if self._everything > since or (_JOURNAL in tables and self.number > since):
            return True
        return any(self._by_table.get(table, 0) > since for table in tables)


#: one for each record that this process has open
JOURNALS: defaultdict[str, Journal] = defaultdict(Journal)


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    tables: frozenset[str]
    number: int  # the journal's last entry before it was worked out


@dataclass(slots=True)
class _Following:
    is_behind: bool = True  # the journal may have grown since it was read


_kept: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
_lock = Lock()
_following: ContextVar[_Following | None] = ContextVar("following", default=None)
_reading: ContextVar[set[str] | None] = ContextVar("reading", default=None)


def note(sql: str) -> None:
    """Take down which tables a statement reads, for the answer that is being worked out."""
    if (reading := _reading.get()) is not None:
        reading |= changing_in(sql)


@contextmanager
def following() -> Iterator[None]:
    """Let answers be kept inside; the journal is read where the first is asked for."""
    token = _following.set(_Following())
    try:
        yield
    finally:
        _following.reset(token)


def look_again() -> None:
    """Read the journal again before the next answer: a command was given here."""
    if (now := _following.get()) is not None:
        now.is_behind = True


@contextmanager
def _apart() -> Iterator[set[str]]:
    tables = set[str]()
    token = _reading.set(tables)
    try:
        yield tables
    finally:
        _reading.reset(token)


@contextmanager
def own_entries(actor: str) -> Iterator[None]:
    """What is read of the journal inside depends on the entries of one actor, not on those of all others."""
    outer = _reading.get()
    with _apart():
        yield
    if outer is not None:
        outer.add(_entries_of(actor))


def _read(sql: str, values: Sequence[Any]) -> list[Any]:
    with _apart(), whole(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def remembered(make: Callable[[], T], *key: Any) -> T:
    """Give what `make` gives, worked out once for an actor and a key until a table it was read from is written.

    `make` depends on the record and on what the key says, on nothing else; it reads all it needs before it returns, and
    nobody changes what it gave. Two who ask at once may both work it out; neither waits for the other.
    """
    now = _following.get()
    if now is None or connection.in_atomic_block:
        return make()
    name = str(connection.settings_dict["NAME"])
    journal = JOURNALS[name]
    if now.is_behind:
        journal.follow(_read)
        now.is_behind = False
    whole_key = (name, journal.age, str(acting().actor), *key)
    number, outer = journal.number, _reading.get()
    with _lock:
        found = _kept.get(whole_key)
        if found is not None and not journal.has_written(found.tables, found.number):
            _kept.move_to_end(whole_key)
        else:
            found = None
    if found is None:
        with _apart() as tables:
            value = make()
            found = _Kept(value, frozenset(tables | _held_from()), number)
        if all(table.startswith(_entries_of("")) for table in found.tables - told_of()):
            _keep(whole_key, found)
    if outer is not None:
        outer |= found.tables
    value = found.value
    return value


def remembers(read: Callable[P, T]) -> Callable[P, T]:
    """Keep what a read gives, by what it was asked. What it gives is not changed by those who asked."""

    @wraps(read)
    def again(*given: P.args, **named: P.kwargs) -> T:
        asked = (given, *sorted(named.items()))
        return remembered(lambda: read(*given, **named), read.__module__, read.__qualname__, *asked)

    return again


def _held_from() -> frozenset[str]:
    """What the rows that a limited actor meets depend on, whatever is asked."""
    from pairup.record.fence import HELD_FROM

    return frozenset() if acting().actor.sees_all else HELD_FROM


def _keep(whole_key: tuple[Any, ...], found: _Kept) -> None:
    with _lock:
        _kept[whole_key] = found
        _kept.move_to_end(whole_key)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
