"""SQLite behind the second fence: a limited role finds a view of its rows where the table stood."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

from pairup.errors import AccessError
from pairup.record import fence
from pairup.record.acting import OPERATOR, Actor, acting

#: a table named by its database, which its view does not stand before
_ROUND = re.compile(r"""\bmain["'`\]]?\s*\.""", re.IGNORECASE)
#: what the authorizer is asked about; the numbers are SQLite's own (sqlite3.h)
_WRITES, _READ = {9: "DELETE", 18: "INSERT", 23: "UPDATE"}, 20


class DatabaseWrapper(base.DatabaseWrapper):
    """Follows who is acting before every statement."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._behind: Actor | None = None  # for whom the fence is up; None where it is not known
        self.execute_wrappers.append(self._follow)

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self._behind = OPERATOR  # a new connection has no fence

    def _follow(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        who = acting().actor
        if self._behind != who and self.connection is not None:
            self.put_up(who)
        if not who.sees_all and _ROUND.search(sql):
            raise AccessError("A statement reached round its views.", code="access.fence")
        try:
            return execute(sql, params, many, context)
        except Exception:
            if self.connection is not None and not self.connection.in_transaction:
                self._behind = None  # a full disk makes SQLite roll back by itself, temporary views and all
            raise

    def put_up(self, who: Actor) -> None:
        """Put the fence up for an actor, or take it down for one who sees all."""
        raw, was = self.connection, self._behind
        raw.set_authorizer(None)
        self._behind = None
        if was is None or not was.sees_all:
            for statement in fence.sqlite_takes_down():
                raw.execute(statement)
        if not who.sees_all:
            for statement in fence.sqlite_views(who):
                raw.execute(statement)
            raw.set_authorizer(_guard())
        self._behind = who

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._behind = None  # temporary views are rolled back too

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._behind = None


def _guard() -> Callable[..., int]:
    """Refuse what reaches round the views: reading a table other than through its view, and writing it at all."""
    tables = {str(model._meta.db_table) for model in fence.protected()}

    def judge(action: int, first: str | None, second: str | None, database: str | None, through: str | None) -> int:
        reads = action == _READ and through is None and bool(second)  # a bare count is asked about without its view
        if first in tables and database == "main" and (action in _WRITES or reads):
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    return judge
