"""Loads a programme folder, or tables in memory, into the record that is open: all of it in one command, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.exchange.consistency import row_keys
from pairup.exchange.layout import Clock
from pairup.exchange.reading import Rows
from pairup.services.folder.checking import (
    JOURNAL,
    Progress,
    Reading,
    check_reading,
    read_folder,
    read_tables,
    silent,
    sorted_findings,
)
from pairup.services.schema import folder_layout
from pairup.values.findings import Finding, Severity
from pairup.values.words import Words


class FolderRefused(InputError):
    """A folder was not loaded; `findings` say why, and the record is as it was."""

    code = "folder.refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        count = sum(finding.severity is Severity.REFUSED for finding in findings)
        facts = {"count": count}
        super().__init__(
            Words("folder.refused", facts).say(), hint=Words("folder.refused.hint", facts).say(), count=count
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one table: new ones, corrections of rows in force, and rows that say what is known already."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. `entry` is the number of its journal entry; None where nothing was new."""

    programme: str
    counts: Mapping[str, Counts] = field(default_factory=dict)
    warnings: Sequence[Finding] = ()
    entry: int | None = None

    @property
    def total(self) -> Counts:
        parts = self.counts.values()
        return Counts(sum(p.new for p in parts), sum(p.changed for p in parts), sum(p.same for p in parts))


def load_folder(
    folder: Path | str, *, actor: str, at: datetime, mapping: Path | str | None = None, progress: Progress = silent
) -> Loaded:
    """Load a folder into the open record, as recorded at `at`.

    A row equal to one in force changes nothing; one with the same code and first day corrects it; rows of the record
    that the folder does not have stay. A folder that `save_folder` wrote restores an empty record as it was, with its
    own times and journal. Raises `FolderRefused` with every finding.
    """
    folder = Path(folder)
    if (folder / JOURNAL).is_file():
        from pairup.services.folder.restoring import restore

        return restore(folder, actor=actor, progress=progress)
    return _load(read_folder(folder, mapping, progress), actor=actor, at=at, progress=progress)


def load_tables(
    tables: Mapping[str, Sequence[Mapping[str, str]]], *, actor: str, at: datetime, progress: Progress = silent
) -> Loaded:
    """Load a programme in memory into the open record, as `load_folder` does."""
    return _load(read_tables(tables, progress), actor=actor, at=at, progress=progress)


def _load(reading: Reading, *, actor: str, at: datetime, progress: Progress) -> Loaded:
    from django.db import transaction

    from pairup.services import write
    from pairup.services.access import require_may
    from pairup.services.folder.standing import RecordStanding

    require_may(actor, "load")
    with transaction.atomic():
        standing = RecordStanding()
        found = sorted_findings(check_reading(reading, standing, progress))
        if any(finding.severity is Severity.REFUSED for finding in found):
            raise FolderRefused(found)
        changes = {
            name: _compare(rows, standing, reading.programme) for name, rows in reading.rows.items() if len(rows)
        }
        counts = {name: change.counts for name, change in changes.items()}
        if not any(change.new or change.corrected for change in changes.values()):
            return Loaded(reading.programme, counts, found)
        facts = {name: [each.new, each.changed] for name, each in counts.items() if each.new or each.changed}
        with write.command("load", actor=actor, at=at, programme=reading.programme or None, facts=facts) as doing:
            _write(doing, reading, changes, progress)
        return Loaded(reading.programme, counts, found, doing.entry.number)


@dataclass(slots=True)
class _Change:
    """Places (from 0) of rows that are new, and of rows that correct one, with that one's id."""

    new: list[int] = field(default_factory=list)
    corrected: dict[int, int] = field(default_factory=dict)
    same: int = 0

    @property
    def counts(self) -> Counts:
        return Counts(len(self.new), len(self.corrected), self.same)


def _compare(rows: Rows, standing: Any, programme: str) -> _Change:
    from pairup.services.folder.standing import fact_names

    table = rows.table
    names = fact_names(table)
    first = names.index("starts" if table.clock is Clock.SPAN else "day")
    keys = row_keys(rows)
    wanted = set(keys)
    known: dict[Any, tuple[int, tuple[Any, ...]]] = {}
    for pk, code, values in standing.in_force(table, programme, names):
        key = code if table.one_row_a_code else (code, values[first])
        if key in wanted:
            known[key] = (pk, values)
    change = _Change()
    if not known:
        change.new = list(range(len(rows)))
        return change
    said = list(zip(*(rows.fields[name] for name in names), strict=True))
    for at, key in enumerate(keys):
        if key not in known:
            change.new.append(at)
        elif known[key][1] == said[at]:
            change.same += 1
        else:
            change.corrected[at] = known[key][0]
    return change


def _write(doing: Any, reading: Reading, changes: Mapping[str, _Change], progress: Progress) -> None:
    from pairup.record.models import TABLES, Programme
    from pairup.services.folder.versions import noun_of, versions

    layout = folder_layout()
    total = sum(len(change.new) + len(change.corrected) for change in changes.values())
    done = 0
    if "programme" in reading.rows:
        doing.identities(Programme, map(str, reading.rows["programme"].codes))
    programme = Programme.objects.filter(code=reading.programme).first()
    needed = _codes_needed(reading)
    ids = {
        name: doing.identities(noun_of(name), codes, programme=programme if layout[name].scoped else None)
        for name, codes in needed.items()
        if codes
    }
    for name, change in changes.items():
        progress(Words("folder.step-writing", {"table": name}), done, total)
        if change.corrected:
            doing.supersede(TABLES[name], change.corrected.values())
        places = sorted([*change.new, *change.corrected])
        if places:
            rows = reading.rows[name]
            doing.add(TABLES[name], list(versions(rows, places, _ids(rows, places, ids))))
        done += len(places)
    progress(Words("folder.step-written"), total, total)


def _codes_needed(reading: Reading) -> dict[str, set[str]]:
    """Every code that stands in the rows, as their own or as a reference."""
    needed: dict[str, set[str]] = {name: set() for name in folder_layout()}
    for name, rows in reading.rows.items():
        needed[name].update(map(str, rows.codes))
        for column in rows.table.columns:
            if column.refers_to:
                needed[column.refers_to].update(code for code in set(rows.fields[column.field]) if code)
    return needed


def _ids(rows: Rows, places: Sequence[int], ids: Mapping[str, Mapping[str, int]]) -> dict[str, list[int | None]]:
    """Give the ids of the rows' own codes, and of those they refer to."""
    own = ids[rows.table.name]
    given: dict[str, list[int | None]] = {"identity": [own[rows.codes[at]] for at in places]}
    for column in rows.table.columns:
        if column.refers_to:
            other, codes = ids.get(column.refers_to, {}), rows.fields[column.field]
            given[column.field] = [other[codes[at]] if codes[at] else None for at in places]
    return given
