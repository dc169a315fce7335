"""What the open record holds in force, by code, as the checks and the loader of folders ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pairup.exchange.consistency import Held, row_keys
from pairup.exchange.layout import Clock, Kind, Table
from pairup.exchange.reading import Rows
from pairup.record.models import TABLES, Programme
from pairup.services.folder.checking import Standing
from pairup.services.schema import folder_layout

_SPAN = ("starts", "starts_precision", "ends_before", "ends_precision")


class RecordStanding(Standing):
    """The rows in force of the record that is open."""

    def __init__(self) -> None:
        self.programmes = tuple(Programme.objects.order_by("code").values_list("code", flat=True))
        self._names: dict[tuple[str, str], dict[int, str]] = {}

    def ids(self, table: str, programme: str) -> dict[int, str]:
        """Codes by id of the identities of a table; of one programme, where they belong to one."""
        key = (table, programme)
        if key not in self._names:
            noun: Any = TABLES[table]._meta.get_field("identity").related_model
            scope = {"programme__code": programme} if folder_layout()[table].scoped else {}
            self._names[key] = dict(noun._default_manager.filter(**scope).values_list("pk", "code"))
        return self._names[key]

    def codes(self, table: str, programme: str) -> set[str]:
        return set(self.ids(table, programme).values())

    def spans(self, rows: Rows, programme: str) -> list[Held]:
        replaced, codes = set(row_keys(rows)), set(rows.codes)
        in_force = self._held(rows.table, programme, (), "")
        return [span for span in in_force if span.code in codes and (span.code, span.starts) not in replaced]

    def about(self, rows: Rows, programme: str, names: tuple[str, ...], detail: str) -> list[Held]:
        replaced = set(row_keys(rows))
        return [
            span
            for span in self._held(rows.table, programme, names, detail)
            if (span.code, span.starts) not in replaced
        ]

    def _held(self, table: Table, programme: str, names: tuple[str, ...], detail: str) -> list[Held]:
        if table.clock is not Clock.SPAN:
            return []
        wanted = (*_SPAN, *names, *((detail,) if detail else ()))
        held = []
        for _, code, values in self.in_force(table, programme, wanted):
            about = values[len(_SPAN) : len(_SPAN) + len(names)]
            key = about[0] if len(about) == 1 else tuple(about)
            if table.name == "postings" and not values[-1]:
                continue
            held.append(Held(code, *values[: len(_SPAN)], about=key, detail=str(values[-1]) if detail else ""))
        return held

    def in_force(
        self, table: Table, programme: str, names: Sequence[str]
    ) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
        """Give pk, code and columns of the rows in force; references as codes."""
        model: Any = TABLES[table.name]
        codes = self.ids(table.name, programme)
        if not codes:
            return
        columns = {column.field: column for column in table.columns}
        refers = [columns[name].refers_to if name in columns else "" for name in names]
        rows = model.objects.filter(superseded_at=None).order_by("pk").values_list("pk", "identity_id", *names)
        for pk, identity, *values in rows.iterator(chunk_size=5000):
            if identity in codes:
                yield (
                    pk,
                    codes[identity],
                    tuple(
                        self.ids(target, programme).get(value) if target else value
                        for value, target in zip(values, refers, strict=True)
                    ),
                )


def fact_names(table: Table) -> list[str]:
    """Name the fields of a row that say something, in the folder's order."""
    names: list[str] = []
    for column in table.columns[1:]:
        names.append(column.field)
        if column.kind in (Kind.FROM, Kind.TO, Kind.HAPPENED):
            names.append({Kind.FROM: "starts_precision", Kind.TO: "ends_precision"}.get(column.kind, "day_precision"))
    return names
