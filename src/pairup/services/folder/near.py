"""What the open record holds near a few rows: the same checks as of a folder, without reading whole tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from pairup.exchange.layout import Table
from pairup.exchange.reading import Rows
from pairup.record.models import TABLES
from pairup.services.folder.standing import Match, RecordStanding, with_personal

#: rows of other codes that a row is held against: those that share one of these
_SHARE = {"postings": ("person",), "pairings": ("place",)}


class NearStanding(RecordStanding):
    """The rows in force around `rows`, one table's; `replacing` is the id of the version they are to stand for."""

    def __init__(self, rows: Rows, *, replacing: int | None = None) -> None:
        super().__init__()
        self._replacing = replacing
        self._own = set(map(str, rows.codes))
        self._shared = {
            column.field: set(map(str, filter(None, rows.fields.get(column.field) or ())))
            for column in rows.table.columns if column.refers_to
        }  # fmt: skip

    def in_force(
        self, table: Table, programme: str, names: Sequence[str], only: set[str] | None = None
    ) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
        columns = {column.field: column for column in table.columns}
        personal = [name for name in names if name in columns and columns[name].personal]
        told = [
            f"{name}__code" if name in columns and columns[name].refers_to and name not in personal else name
            for name in names
        ]
        near = Q(identity__code__in=self._own)
        for name in _SHARE.get(table.name, ()):
            near |= Q(**{f"{name}__code__in": self._shared.get(name, set())})
        model: Any = TABLES[table.name]
        rows = model.objects.filter(near, superseded_at=None).order_by("pk")
        if table.scoped:
            rows = rows.filter(identity__programme__code=programme)
        for pk, code, values in with_personal(rows, told, personal, identity="identity__code", to_compare=True):
            if only is None or code in only:
                yield pk, code, tuple(values)

    def _matched(self, rows: Rows, programme: str) -> Match:
        if self._replacing is not None:
            return Match(corrected={0: self._replacing})
        return super()._matched(rows, programme)
