"""Loads a programme folder, or tables in memory, into the record that is open: all of it in one command, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pairup.exchange.reading import Rows
from pairup.services.folder.checking import Reading, check_reading, read_folder, read_tables, sorted_findings
from pairup.services.folder.shape import JOURNAL, Counts, FolderRefused, Loaded, Progress, silent
from pairup.services.schema import folder_layout
from pairup.values.findings import Severity
from pairup.values.words import Words

if TYPE_CHECKING:
    from pairup.services.folder.standing import Match


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


def load_into(
    record: Path | str,
    folder: Path | str,
    *,
    actor: str,
    at: datetime,
    mapping: Path | str | None = None,
    progress: Progress = silent,
) -> Loaded:
    """Open a record, or make it where there is none, and load a folder into it. A refused load leaves no new record.

    Whoever makes a record is its administrator, and so may restore a saved folder into it.
    """
    from pairup.services import open_record, record_exists, remove_record

    folder = Path(folder)
    is_new = not record_exists(record)
    open_record(record, create=is_new)
    from pairup.services.personal import keys_path

    keys = keys_path()
    had_keys = keys.exists()
    by = "administrator" if is_new and (folder / JOURNAL).is_file() else actor
    try:
        return load_folder(folder, actor=by, at=at, mapping=mapping, progress=progress)
    except BaseException:
        if is_new:
            remove_record(record)
            if not had_keys:
                keys.unlink(missing_ok=True)
        raise


def _load(reading: Reading, *, actor: str, at: datetime, progress: Progress) -> Loaded:
    from pairup.services import write
    from pairup.services.access import require_may
    from pairup.services.folder.standing import RecordStanding

    require_may(actor, "load")
    with write.alone():
        standing = RecordStanding()
        found = sorted_findings(check_reading(reading, standing, progress))
        if any(finding.severity is Severity.REFUSED for finding in found):
            raise FolderRefused(found)
        changes = {name: standing.match(rows, reading.programme) for name, rows in reading.rows.items() if len(rows)}
        counts = {name: Counts(len(one.new), len(one.corrected), len(one.same)) for name, one in changes.items()}
        if not any(change.new or change.corrected for change in changes.values()):
            return Loaded(reading.programme, counts, found)
        facts = {name: [each.new, each.changed] for name, each in counts.items() if each.new or each.changed}
        with write.command("load", actor=actor, at=at, programme=reading.programme or None, facts=facts) as doing:
            write_rows(doing, reading, changes, progress)
        return Loaded(reading.programme, counts, found, doing.entry.number)


def write_rows(doing: Any, reading: Reading, changes: Mapping[str, Match], progress: Progress = silent) -> None:
    """Write what was read: new rows added, rows that correct one in force put in its place."""
    from pairup.record.models import TABLES
    from pairup.record.places import Programme
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
