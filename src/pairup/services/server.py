"""What a record on a PostgreSQL server asks of that server, and what it is asked while the record is open."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from pairup.errors import InputError
from pairup.record.address import Address

#: settings that a server must have on, or commits it has acknowledged may be gone after a power cut
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
#: the record's first table; an empty database has none
_FIRST = "record_journalentry"
#: a table, and no view of that name: each session of a limited role has one of its own that hides columns
_OWNED = "SELECT 1 FROM pg_class WHERE relname = %s AND relkind = 'r' AND relowner = current_user::regrole"


def require_driver() -> None:
    """Refuse where psycopg is not installed."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise InputError(
            "The driver for PostgreSQL is not installed.", hint="pip install 'pairup[postgres]'",
            code="postgres.no-driver",
        ) from error  # fmt: skip


def _ask(question: str, *given: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question, given)
        return list(cursor.fetchall())


def require_sound(address: Address, *, by_owner: bool = False) -> str | None:
    """Refuse a server that cannot be reached, sorts in another way than SQLite, or could lose or show too much.

    `by_owner` is for making tables, which only their owner can. Gives what an operator overrode, or nothing.
    """
    from django.db import DatabaseError

    try:
        [(collation, encoding)] = _ask(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        )
        off = [name for name in DURABLE if _ask(f"SHOW {name}") == [("off",)]]
        [(is_over_all,)] = _ask("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        is_owner = _ask(_OWNED, _FIRST) != []
        is_over_all = is_over_all or (is_owner and not by_owner)
    except DatabaseError as error:
        said = str(error).strip().splitlines()[0]
        raise InputError(
            f"The server of {address} does not answer: {said}", hint="See docs/howto/postgresql.md.",
            code="postgres.unreachable", address=str(address), error=said,
        ) from error  # fmt: skip
    if (collation.upper() not in ("C", "POSIX", "C.UTF-8", "C.UTF8")) or encoding != "UTF8":
        raise InputError(
            f"{address} sorts by {collation} in {encoding}; a record sorts by C in UTF8.",
            hint="CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
            code="postgres.collation", address=str(address), collation=collation, encoding=encoding,
        )  # fmt: skip
    return _require_safe(address, [f"{name}=off" for name in off] + ["a role above row-level security"] * is_over_all)


def _require_safe(address: Address, faults: list[str]) -> str | None:
    if faults and os.environ.get("PAIRUP_ALLOW_UNSAFE_POSTGRESQL") != "yes":
        raise InputError(
            f"{address} is no safe place for a record: {', '.join(faults)}.",
            hint="docs/howto/postgresql.md sets one up; PAIRUP_ALLOW_UNSAFE_POSTGRESQL=yes overrides, "
            "and the journal says so.",
            code="postgres.unsafe", address=str(address), faults=", ".join(faults),
        )  # fmt: skip
    return ", ".join(faults) or None


def holds_record() -> bool:
    """Say whether the open database has a record's tables."""
    return _ask("SELECT to_regclass(%s) IS NOT NULL", _FIRST) == [(True,)]


#: whoever may add to a table may take away from it
_LET_GO = """
DO $$ DECLARE may record; BEGIN
    FOR may IN SELECT DISTINCT grantee, table_schema, table_name FROM information_schema.role_table_grants
        WHERE table_name IN ({tables}) AND privilege_type = 'INSERT' AND grantee <> 'PUBLIC'
    LOOP EXECUTE format('GRANT DELETE ON %I.%I TO %I', may.table_schema, may.table_name, may.grantee); END LOOP;
END $$
"""


def put_up_fence() -> None:
    """Give every table its policy, as the owner; what an earlier version put up is put up anew."""
    from django.db import connection, transaction

    from pairup.record import fence

    with transaction.atomic(), connection.cursor() as cursor:
        for statement in fence.postgresql_statements():
            cursor.execute(statement)
    let_go(fence.LET_GO)


def let_go(tables: Iterable[str]) -> None:
    """Let whoever may add to these tables take away from them, as their owner."""
    from django.db import connection

    named = ", ".join(f"'{table}'" for table in tables)
    if named:  # without the pages' settings there are none of theirs
        with connection.cursor() as cursor:
            cursor.execute(_LET_GO.format(tables=named))


def require_fence(address: Address) -> None:
    """Refuse a database whose policies are not those of this version: a table may stand open."""
    from django.db import DatabaseError

    from pairup.record import fence

    try:
        found = _ask("SELECT obj_description('pairup_orgs(text)'::regprocedure)")
    except DatabaseError:
        found = []
    if found != [(fence.digest(fence.postgresql_statements()[:-1]),)]:
        raise InputError(
            f"{address} has no row-level security of this version of pairup.",
            hint="Back it up with the version that made it, and restore it here.",
            code="postgres.no-fence", address=str(address),
        )  # fmt: skip


def drop_record() -> None:
    """Drop the tables of a record that was being made; the database itself stays."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        for name in [*tables, "django_migrations"]:
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")
        cursor.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'pairup\\_%%' AND prokind = 'f'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {name}")
