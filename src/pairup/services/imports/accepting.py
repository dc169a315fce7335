"""Compares a file with the open record, and writes what is accepted of it: one transaction, one journal entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.services.folder.loading import write_rows
from pairup.services.folder.shape import Counts, FolderRefused, Progress, silent
from pairup.services.imports.difference import (
    Difference,
    State,
    chosen,
    compare,
    part_of,
    refuse_what_stands_on_others,
)
from pairup.services.imports.source import Source, read_source

#: what `accept` may say beside codes
ALL, NEW, CHANGED = "all", "new", "changed"
_STATES = {ALL: (State.NEW, State.CHANGED), NEW: (State.NEW,), CHANGED: (State.CHANGED,)}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was written. `entry` is the number of its journal entry; None where nothing was new."""

    difference: Difference
    counts: Mapping[str, Counts] = field(default_factory=dict)
    entry: int | None = None


def compare_file(
    path: Path | str,
    *,
    table: str | None = None,
    sheet: str = "",
    mapping: Path | str | None = None,
    programme: str = "",
    progress: Progress = silent,
) -> Difference:
    """Say what a file would change in the open record, row by row. Writes nothing.

    Raises `FileRefused` where the file cannot be read, `FolderRefused` where the mapping is wrong.
    """
    return compare(read_source(path, table=table, sheet=sheet, mapping=mapping), programme, progress)


def accept_file(
    path: Path | str,
    *,
    accept: Sequence[str],
    actor: str,
    at: datetime,
    table: str | None = None,
    sheet: str = "",
    mapping: Path | str | None = None,
    programme: str = "",
    progress: Progress = silent,
) -> Accepted:
    """Write what is accepted of a file: `all`, `new`, `changed`, or codes (`needs/N-1` where two tables have one).

    What is refused or conflicting is never written; it stands in the answer's work-list. The same file again changes
    nothing. Refuses a code that is neither new nor changed in the file.
    """
    from pairup.services.access import require_may

    require_may(actor, "import")
    source = read_source(path, table=table, sheet=sheet, mapping=mapping)
    return accept_source(source, accept=accept, actor=actor, at=at, programme=programme, progress=progress)


def accept_source(
    source: Source, *, accept: Sequence[str], actor: str, at: datetime, programme: str = "", progress: Progress = silent
) -> Accepted:
    """Write what is accepted of a source that was read already."""
    from pairup.services import write

    with write.alone():
        difference = compare(source, programme, progress)
        if difference.critical:
            raise FolderRefused(difference.worklist())
        wanted = _wanted(difference, accept)
        if not any(wanted.values()):
            return Accepted(difference)
        counts = _counts(difference, wanted)
        facts = _facts(difference, counts)
        of = difference.programme or None
        with write.command("import", actor=actor, at=at, programme=of, facts=facts) as doing:
            _write(doing, difference, wanted, progress)
        return Accepted(difference, counts, doing.entry.number)


def _write(doing: Any, difference: Difference, wanted: Mapping[str, Sequence[int]], progress: Progress) -> None:
    changes = {name: part_of(difference.tables[name].match, places) for name, places in wanted.items() if places}
    write_rows(doing, chosen(difference, wanted), changes, progress)


def _wanted(difference: Difference, accept: Sequence[str]) -> dict[str, list[int]]:
    """Give the places of the rows to write; what stands on a row that is left out is left out too."""
    wanted = _selected(difference, accept)
    while set(accept) != {ALL} and refuse_what_stands_on_others(difference, wanted):
        for name, places in wanted.items():
            states = difference.tables[name].states
            wanted[name] = [at for at in places if states[at] in _STATES[ALL]]
    return wanted


def _selected(difference: Difference, accept: Sequence[str]) -> dict[str, list[int]]:
    states = {state for word in accept for state in _STATES.get(word, ())}
    codes = {word for word in accept if word not in _STATES}
    wanted: dict[str, list[int]] = {}
    found = set()
    for name, one in difference.tables.items():
        wanted[name] = []
        for at in one.places(*_STATES[ALL]):
            names = {str(one.rows.codes[at]), f"{name}/{one.rows.codes[at]}"} & codes
            found |= names
            if one.states[at] in states or names:
                wanted[name].append(at)
    if missing := sorted(codes - found):
        raise InputError(
            f"{', '.join(missing)} is neither new nor changed in {difference.file}.",
            hint="Give all, new, changed, or codes of rows that the comparison shows as new or changed.",
            code="imports.no-such-row", missing=", ".join(missing), file=difference.file,
        )  # fmt: skip
    return wanted


def _counts(difference: Difference, wanted: Mapping[str, Sequence[int]]) -> dict[str, Counts]:
    counts = {}
    for name, places in wanted.items():
        states = [difference.tables[name].states[at] for at in places]
        counts[name] = Counts(states.count(State.NEW), states.count(State.CHANGED), 0)
    return counts


def _facts(difference: Difference, counts: Mapping[str, Counts]) -> dict[str, Any]:
    """What the journal says of an import: the file by its digest (its name may name somebody), and the counts."""
    total = difference.counts
    accepted = {name: [each.new, each.changed] for name, each in counts.items() if each.new or each.changed}
    left = {str(state): total[state] for state in (State.CONFLICTING, State.REFUSED)}
    return {"file": f"sha256:{difference.digest}", "accepted": accepted, "left": left}
