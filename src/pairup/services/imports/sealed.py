"""A workbook that an office sends back: only its own rows, only in versions that the workbook was sealed with."""

from __future__ import annotations

from typing import Any

from pairup.exchange.notes import file_finding
from pairup.services.imports.difference import Difference, State, TableDiff
from pairup.services.imports.source import Source
from pairup.services.workbooks import OFFICE_TABLES, Area, Seal, read_area
from pairup.values.findings import Severity


def check_seal(difference: Difference, source: Source, seal: Seal) -> None:
    """Refuse rows that a workbook may not bring, and the whole of one whose seal the record did not give."""
    if not seal.is_ours:
        difference.critical.append(file_finding("seal-broken", file=source.file, number=seal.number))
        return
    area = read_area(seal.office, on=seal.on)
    missing = 0
    for name, one in difference.tables.items():
        _check_rows(one, name, source.seen.get(name, []), seal, area)
        codes = set(map(str, one.rows.codes))
        missing += sum(
            1 for code, said in seal.versions.get(name, {}).items() if code not in codes and "offered" not in said
        )
    if missing:
        found = file_finding("rows-missing", file=source.file, severity=Severity.WARNING, count=missing)
        difference.warnings.append(found)


def _check_rows(one: TableDiff, name: str, seen: list[int | None], seal: Seal, area: Area) -> None:
    table, sealed = one.rows.table, seal.versions.get(name, {})
    for at, state in enumerate(one.states):
        code, version = str(one.rows.codes[at]), seen[at] if at < len(seen) else None
        where: dict[str, Any] = one.rows.where(at, "code")
        if version is not None and str(version) not in sealed.get(code, ()):
            one.states[at] = State.REFUSED
            one.reasons[at].append(file_finding("not-in-seal", code=code, **where))
        elif state in (State.NEW, State.CHANGED):
            said = {column.name: one.rows.fields[column.field][at] for column in table.columns if column.refers_to}
            if name not in OFFICE_TABLES or not area.owns(table, said):
                one.states[at] = State.REFUSED
                one.reasons[at].append(file_finding("not-own-row", code=code, office=seal.office, **where))
