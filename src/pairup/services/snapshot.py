"""One moment of the record, read while others write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction

from pairup.record.journal import JournalEntry


@contextmanager
def snapshot(using: str = "default") -> Iterator[None]:
    """Read the record as it is at one moment; others go on writing, and nothing they write is seen."""
    connection: Any = connections[using]
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"  # one that writes would bar others
        try:
            with transaction.atomic(using=using):
                JournalEntry.objects.using(using).exists()  # the moment is that of the first read, not of BEGIN
                yield
        finally:
            connection.transaction_mode = mode
        return
    with transaction.atomic(using=using):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
