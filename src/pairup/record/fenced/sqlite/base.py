"""SQLite behind the second fence: a limited role finds a view of its rows where the table stood."""

from __future__ import annotations

import re
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.sqlite3 import base

from pairup.errors import AccessError
from pairup.record import fence, remembered
from pairup.record.acting import OPERATOR, Actor, acting
from pairup.record.remembered import Journal

#: a table named by its database, which its view does not stand before
_ROUND = re.compile(r"""\bmain["'`\]]?\s*\.""", re.IGNORECASE)
#: what the authorizer is asked about; the numbers are SQLite's own (sqlite3.h)
_WRITES, _READ = {9: "DELETE", 18: "INSERT", 23: "UPDATE"}, 20


#: connections of limited actors kept open by one thread
_MOST = 32


class Aside:
    """A connection of one limited actor alone: its fence stays up, and what they hold is found anew when it changed."""

    def __init__(self, raw: sqlite3.Connection, who: Actor, journal: Journal) -> None:
        self.raw, self.who, self._guard, self._journal = raw, who, Guard(), journal
        raw.isolation_level = None
        raw.execute("PRAGMA cache_size = -1000")
        self._version, self._age, self._number = -1, -1, -1
        self.renew()
        for statement in fence.sqlite_views(who).values():
            raw.execute(statement)
        raw.set_authorizer(self._guard)

    def renew(self) -> None:
        """Fill the holdings anew where another connection committed what they come from."""
        version = self.raw.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return
        with self._guard.lifted():
            self._journal.follow(lambda sql, values: self.raw.execute(sql, values).fetchall(), "main.", "?")
            age, number = self._journal.age, self._journal.number
            if age != self._age or self._journal.has_written(fence.HELD_FROM, self._number):
                for statement in fence.sqlite_holdings(self.who):
                    self.raw.execute(statement)
            elif number > self._number:
                self.raw.execute(fence.sqlite_own_entries(self.who), (self._number, number))
        self._version, self._age, self._number = version, age, number


class DatabaseWrapper(base.DatabaseWrapper):
    """Follows who is acting before every statement.

    Outside a transaction each limited actor reads by a connection aside, whose fence stays up: to put one up takes as
    long as a page. Inside one all statements go by the one connection, whose fence goes up and down with who is acting.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._behind: Actor | None = None  # for whom the fence is up; None where it is not known
        self._up = set[str]()  # tables that have a view before them, or had one before a rollback
        self._held: tuple[Actor, int, int] | None = None
        self._guard = Guard()
        self._asides: OrderedDict[Actor, Aside] = OrderedDict()
        self._begins = False
        self.execute_wrappers.append(self._follow)

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self._behind, self._up, self._held = OPERATOR, set(), None  # a new connection has no fence

    def create_cursor(self, name: str | None = None) -> Any:
        raw = self.connection if self.in_atomic_block or self._begins else self.connection_of(acting().actor)
        return raw.cursor(factory=base.SQLiteCursorWrapper)

    def connection_of(self, who: Actor) -> Any:
        """The connection by which an actor reads outside a transaction."""
        if who.sees_all or self.is_in_memory_db():
            return self.connection
        if who in self._asides:
            self._asides.move_to_end(who)
            self._asides[who].renew()
        else:
            self._asides[who] = self._new_aside(who)
            while len(self._asides) > _MOST:
                self._asides.popitem(last=False)[1].raw.close()
        return self._asides[who].raw

    def _new_aside(self, who: Actor) -> Aside:
        journal = remembered.JOURNALS[str(self.settings_dict["NAME"])]
        return Aside(self.get_new_connection(self.get_connection_params()), who, journal)

    def _follow(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        who = acting().actor
        if not who.sees_all and _ROUND.search(sql):
            raise AccessError("A statement reached round its views.", code="access.fence")
        if context["cursor"].cursor.connection is not self.connection:
            aside = self._asides.get(who)
            if aside is None or context["cursor"].cursor.connection is not aside.raw:
                raise AccessError("A cursor of somebody else is not used.", code="access.fence")
        elif self.connection is not None and (self._behind != who or not who.sees_all):
            self.put_up(who, remembered.tables_in(sql))
        remembered.note(sql)
        try:
            return execute(sql, params, many, context)
        except Exception:
            if self.connection is not None and not self.connection.in_transaction:
                self._behind = self._held = None  # a full disk makes SQLite roll back by itself, views and all
            raise

    def put_up(self, who: Actor, tables: frozenset[str]) -> None:
        """Put the fence up for an actor before these tables, or take it down for one who sees all.

        Every other table is shut by the guard meanwhile: to put up 140 views takes longer than most commands.
        """
        raw = self.connection
        if self._behind != who:
            raw.set_authorizer(None)
            self._behind = None
            while self._up:
                raw.execute(f'DROP VIEW IF EXISTS temp."{self._up.pop()}"')
            if not who.sees_all:
                self._hold(who)
                raw.set_authorizer(self._guard)
            self._behind = who
        if who.sees_all or self._up >= tables:
            return
        views = fence.sqlite_views(who)
        for name in fence.sqlite_views_for(who, tables):
            if name not in self._up:
                self._up.add(name)
                raw.execute(views[name])

    def _hold(self, who: Actor) -> None:
        """Fill what an actor holds, where this connection or another wrote since it was filled for them."""
        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        if self._held == (who, version, self.connection.total_changes):
            return
        for statement in fence.sqlite_holdings(who):
            self.connection.execute(statement)
        self._held = (who, version, self.connection.total_changes)

    def _start_transaction_under_autocommit(self) -> None:
        self._begins = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        finally:
            self._begins = False

    def _close(self) -> None:
        while self._asides:
            self._asides.popitem()[1].raw.close()
        super()._close()  # type: ignore[misc]

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._behind = self._held = None  # temporary views and tables are rolled back too

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._behind = self._held = None


class Guard:
    """Refuse what reaches round the views: reading a table other than through its view, and writing it at all."""

    def __init__(self) -> None:
        self._is_lifted = False

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Let the fence itself read the tables."""
        self._is_lifted = True
        try:
            yield
        finally:
            self._is_lifted = False

    def __call__(
        self, action: int, first: str | None, second: str | None, database: str | None, through: str | None
    ) -> int:
        reads = action == _READ and through is None and bool(second)  # a bare count is asked about without its view
        if self._is_lifted or database != "main" or first not in fence.protected_tables():
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY if action in _WRITES or reads else sqlite3.SQLITE_OK
