"""What a record on a PostgreSQL server asks of that server, and what it is asked while the record is open."""

from __future__ import annotations

import os
from typing import Any

from pairup.errors import InputError
from pairup.record.address import Address

#: settings that a server must have on, or commits it has acknowledged may be gone after a power cut
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
#: the record's first table; an empty database has none
_FIRST = "record_journalentry"


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


def require_sound(address: Address) -> str | None:
    """Refuse a server that cannot be reached, sorts in another way than SQLite, or could lose or show too much.

    Gives what an operator overrode, or nothing.
    """
    from django.db import DatabaseError

    try:
        [(collation, encoding)] = _ask(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        )
        off = [name for name in DURABLE if _ask(f"SHOW {name}") == [("off",)]]
        [(is_over_all,)] = _ask("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
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


def drop_record() -> None:
    """Drop the tables of a record that was being made; the database itself stays."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        for name in [*tables, "django_migrations"]:
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")
