"""PostgreSQL behind the second fence: the server's row-level security is told who is acting."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql import base, operations

from pairup.record import fence, remembered
from pairup.record.acting import Actor, Role, acting

#: statements for which a connection keeps a plan; the policies make one cost more to work out than to carry out
_PLANS = 300
#: what a statement begins with where names mean the views that hide columns, so that it has a plan of its own
_MASKED = "/* masked */"


@cache
def _are_alike(one: Any, other: Any) -> bool:
    return bool(one.db_type(connection) == other.db_type(connection))


class DatabaseOperations(operations.DatabaseOperations):
    """Asks the types of two columns once; Django asks at every join, by fields that it makes for the purpose."""

    def prepare_join_on_clause(self, lhs_table: str, lhs_field: Any, rhs_table: str, rhs_field: Any) -> Any:
        plain = BaseDatabaseOperations if _are_alike(lhs_field, rhs_field) else operations.DatabaseOperations
        return plain.prepare_join_on_clause(self, lhs_table, lhs_field, rhs_table, rhs_field)


class DatabaseWrapper(base.DatabaseWrapper):
    """Follows who is acting before every statement."""

    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._behind: Actor | None = None  # who the server was told is acting; None where it is not known
        self._has_masks = False
        self.execute_wrappers.append(self._follow)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = _PLANS
        return connection

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self._behind, self._has_masks = None, False

    def _follow(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        who = acting().actor
        begins = sql.startswith("SET TRANSACTION")  # has to be a transaction's first statement, and reads nothing
        if self._behind != who and self.connection is not None and not begins:
            self.tell(who)
        remembered.note(sql)
        return execute(f"{_MASKED} {sql}" if _is_masked(who) else sql, params, many, context)

    def tell(self, who: Actor) -> None:
        """Tell the server who is acting, and hide the columns that a limited role must not read.

        What hides them are views of the session's own, made once; the search path says whether names mean them.
        """
        self._behind = None
        is_masked = _is_masked(who)
        with self.connection.cursor() as cursor:
            if is_masked and not self._has_masks:
                for statement in fence.postgresql_masks():
                    cursor.execute(statement)
                self._has_masks = True
            path = "pg_temp, public" if is_masked else "public, pg_temp"
            cursor.execute(
                "SELECT set_config('pairup.actor', %s, false), set_config('search_path', %s, false)", [str(who), path]
            )
        self._behind = who

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._behind, self._has_masks = None, False  # what was said in a transaction is rolled back with it

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._behind, self._has_masks = None, False


def _is_masked(who: Actor) -> bool:
    return not who.sees_all and who.role is not Role.PROGRAMME_OFFICE
