"""Compares a file with the open record, and writes what is accepted of it: one transaction, one journal entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pairup.errors import InputError
from pairup.services import staging, write
from pairup.services.access import require_may
from pairup.services.folder.loading import write_rows
from pairup.services.folder.shape import Counts, Progress, silent
from pairup.services.imports.difference import (
    Difference,
    State,
    chosen,
    compare,
    part_of,
    refuse_what_stands_on_others,
)
from pairup.services.imports.keeping import keep_conflicts
from pairup.services.imports.source import Source, read_source
from pairup.services.workbooks import require_own
from pairup.values.words import Words

#: what `accept` may say beside codes
ALL, NEW, CHANGED = "all", "new", "changed"
_STATES = {ALL: (State.NEW, State.CHANGED), NEW: (State.NEW,), CHANGED: (State.CHANGED,)}


class ImportRefused(InputError):
    """Nothing of a file can be accepted as it is; the findings say why."""

    code = "imports.refused"

    def __init__(self, difference: Difference) -> None:
        facts: dict[str, Any] = {"file": difference.file, "count": len(difference.critical)}
        said, hint = Words("imports.refused", facts).say(), Words("imports.refused.hint", facts).say()
        super().__init__(said, hint=hint, findings=tuple(difference.worklist()), **facts)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was written. `entry` is the number of its journal entry; None where nothing was new."""

    difference: Difference
    counts: Mapping[str, Counts] = field(default_factory=dict)
    entry: int | None = None
    conflicts: tuple[str, ...] = ()  # codes of those that its rows are kept as, by this import or by one before


def compare_file(
    path: Path | str,
    *,
    table: str | None = None,
    sheet: str = "",
    mapping: Path | str | None = None,
    programme: str = "",
    keep_for: str = "",
    at: datetime | None = None,
    progress: Progress = silent,
) -> Difference:
    """Say what a file would change in the open record, row by row. Nothing of it is written there.

    With `keep_for` (an actor) and `at`, what was read is kept beside until it is accepted (`services.staging`).

    Raises `FileRefused` where the file cannot be read, `FolderRefused` where the mapping is wrong.
    """
    if keep_for:
        require_may(keep_for, "import")
    source = read_source(path, table=table, sheet=sheet, mapping=mapping, keep_for=keep_for, at=at)
    difference = compare(source, programme, progress)
    if keep_for and at is not None:
        staging.shown(source.digest, actor=keep_for, at=at)
    return difference


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
    keep: bool = False,
    as_of: int | None = None,
    progress: Progress = silent,
) -> Accepted:
    """Write what is accepted of a file: `all`, `new`, `changed`, or codes (`needs/N-1` where two tables have one).

    What is refused or conflicting is never written; it stands in the answer's work-list. Where changed rows are
    accepted, one that somebody else changed meanwhile is kept as a conflict with both sides (`pairup conflicts`). With
    `keep`, that is meanwhile too what changed since the file was last compared; with `as_of`, what was changed, made or
    withdrawn after that entry of the journal, which the comparison named. The same file again changes nothing.
    Refuses a code that is neither new nor changed in the file.
    """
    kept_for = actor if keep else ""
    if keep:
        require_may(actor, "import")
    source = read_source(path, table=table, sheet=sheet, mapping=mapping, keep_for=kept_for, at=at)
    source.as_of = as_of
    return accept_source(source, accept=accept, actor=actor, at=at, programme=programme, progress=progress)


def accept_source(
    source: Source, *, accept: Sequence[str], actor: str, at: datetime, programme: str = "", progress: Progress = silent
) -> Accepted:
    """Write what is accepted of a source that was read already."""
    require_may(actor, "import" if source.seal is None else "import.workbook")
    if source.seal is not None:
        require_own(actor, source.seal.office)
    with write.alone():
        difference = compare(source, programme, progress)
        if difference.critical:
            raise ImportRefused(difference)
        wanted = _wanted(difference, accept)
        kept = keep_conflicts(difference, actor=actor, at=at) if {ALL, CHANGED} & set(accept) else ()
        if not any(wanted.values()):
            return Accepted(difference, conflicts=kept)
        counts = _counts(difference, wanted)
        facts = _facts(difference, counts)
        of = difference.programme or None
        if source.seal is None:
            with write.command("import", actor=actor, at=at, programme=of, facts=facts) as doing:
                _write(doing, difference, wanted, progress)
        else:
            facts |= {"workbook": source.seal.number}
            with write.command("import.workbook", actor=actor, at=at, programme=of, facts=facts) as doing:
                _write(doing, difference, wanted, progress)
        staging.let_go(difference.digest, actor=actor)
        return Accepted(difference, counts, doing.entry.number, kept)


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
