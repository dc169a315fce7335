"""What a file would change, row by row, before anything is written: new, changed, the same, conflicting, refused."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pairup.exchange.cells import write_amount, write_cell, write_day
from pairup.exchange.consistency import row_keys
from pairup.exchange.layout import Column, Kind
from pairup.exchange.notes import address, file_finding, finding
from pairup.exchange.reading import Rows
from pairup.services import write
from pairup.services.folder.checking import Reading, check_reading, read_sheets, sorted_findings
from pairup.services.folder.shape import Progress, silent
from pairup.services.folder.standing import Erased, Match, fact_names
from pairup.services.imports.matching import Clash, SeenStanding, Shown, Values
from pairup.services.imports.source import Source
from pairup.values.findings import Finding, Severity

_TWO_FOR_ONE = ("folder.two-rows-one-day", "folder.one-row-a-code")
_TWICE = "folder.same-row-twice"


class State(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICTING = "conflicting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that differs: its column, what the record says, what the sheet says, and of a conflict what was then."""

    column: str
    old: str
    new: str
    then: str | None = None


@dataclass(slots=True)
class TableDiff:
    """The rows of one table with their states. Reasons stand by place, where there are any."""

    rows: Rows
    match: Match
    old: Mapping[int, Values]
    clashes: Mapping[int, Clash]
    states: list[State] = field(default_factory=list)
    reasons: dict[int, list[Finding]] = field(default_factory=lambda: defaultdict(list))

    @property
    def counts(self) -> dict[State, int]:
        found = Counter(self.states)
        return {state: found[state] for state in State}

    def places(self, *states: State) -> list[int]:
        return [at for at, state in enumerate(self.states) if state in states]

    def cells(self, at: int) -> list[Cell]:
        """Give the cells of a changed or conflicting row that differ."""
        names, clash = fact_names(self.rows.table), self.clashes.get(at)
        now = clash.now if clash else self.old.get(at)
        said = tuple(self.rows.fields[name][at] for name in names)
        found = []
        for column in self.rows.table.columns[1:]:
            if column.personal:  # told by name only: a comparison is printed and sent
                if now is not None and now[names.index(column.field)] != said[names.index(column.field)]:
                    found.append(Cell(column.name, "…", "…"))
                continue
            new, old, then = (_text(column, names, values) for values in (said, now, clash.then if clash else None))
            if new != old or (clash and clash.then and new != then):
                found.append(Cell(column.name, old, new, then if clash and clash.then else None))
        return found

    def proposed(self, at: int) -> dict[str, str] | None:
        """What a conflicting row would have changed of the version it was made on, personal cells too, with its code.

        None where nothing can be made of it later: it was made on no version, or that version is erased in part.
        """
        names, clash = fact_names(self.rows.table), self.clashes.get(at)
        if clash is None or clash.then is None or any(isinstance(one, Erased) for one in clash.then):
            return None
        said = tuple(self.rows.fields[name][at] for name in names)
        cells = {column.name: _text(column, names, said) for column in self.rows.table.columns[1:]}
        before = {column.name: _text(column, names, clash.then) for column in self.rows.table.columns[1:]}
        return {name: text for name, text in cells.items() if text != before[name]} | {"code": str(self.rows.codes[at])}


def _text(column: Column, names: Sequence[str], values: Values | None) -> str:
    """Write one column of a row's fields as a folder has it; nothing where there is no row."""
    if values is None:
        return ""
    said: dict[str, Any] = dict(zip(names, values, strict=True))
    match column.kind:
        case Kind.FROM:
            return write_day(said["starts"], said["starts_precision"], is_end=False)
        case Kind.TO:
            return write_day(said["ends_before"], said["ends_precision"], is_end=True)
        case Kind.HAPPENED:
            return write_day(said["day"], said["day_precision"], is_end=False)
        case Kind.AMOUNT:
            minor = said[column.field]
            return "" if minor is None else write_amount(minor, said[column.currency] or "CNY")
    return write_cell(column, said[column.field])


@dataclass(slots=True)
class Difference:
    """What a file would change. `critical` findings are about a whole sheet or file: nothing of it can be accepted."""

    file: str
    digest: str
    programme: str
    tables: dict[str, TableDiff] = field(default_factory=dict)
    critical: list[Finding] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    unfilled: int = 0  # rows of a workbook that were offered to be filled, and were not
    as_of: int = 0  # the last entry of the journal when the record was read

    @property
    def counts(self) -> dict[State, int]:
        total: Counter[State] = Counter()
        for one in self.tables.values():
            total.update(one.counts)
        return {state: total[state] for state in State}

    @property
    def changes_nothing(self) -> bool:
        counts = self.counts
        return not counts[State.NEW] and not counts[State.CHANGED]

    def worklist(self) -> list[Finding]:
        """Everything to work off, the gravest first, each with its place."""
        return [*self.critical, *self.errors, *self.warnings]

    def where(self, told: Finding) -> str:
        """Name the cell of a finding as a spreadsheet does; nothing where it is about no cell."""
        for one in self.tables.values():
            for sheet in (one.rows.sheet, *(part for _, part in one.rows.sheet.parts)):
                if sheet.file == told.file and told.row and told.column in sheet.order:
                    return address(told.row, sheet.order.index(told.column) + 1)
        return ""


def compare(source: Source, programme: str = "", progress: Progress = silent) -> Difference:
    """Compare a file with the open record. Writes nothing."""
    as_of = write.last_number()  # before anything is read: what comes in between is found when it is accepted
    reading = Reading(found=list(source.found), programme=programme or source.programme)
    read_sheets(reading, source.sheets, progress, partial=True)
    seen = {name: versions for name, versions in source.seen.items() if any(versions)}
    for name, versions in seen.items():
        versions += [None] * (len(reading.rows[name]) - len(versions))
    reading.found += [flaw for _, flaw in source.flaws]
    standing = SeenStanding(seen, _shown(source))
    found = sorted_findings(check_reading(reading, standing, progress))
    difference = Difference(source.file, source.digest, reading.programme, unfilled=source.unfilled, as_of=as_of)
    for name, rows in reading.rows.items():
        match = standing.match(rows, reading.programme)
        difference.tables[name] = TableDiff(rows, match, standing.old[name], standing.clashes[name])
    _sort_out(difference, found)
    for one in difference.tables.values():
        _set_states(one)
    if source.seal is not None:
        from pairup.services.imports.sealed import check_seal

        check_seal(difference, source, source.seal)
    _settle(difference)
    difference.errors = _errors(difference)
    return difference


def _shown(source: Source) -> Shown | None:
    if source.as_of is not None:
        return Shown.as_of(source.as_of)
    return Shown.at(source.compared) if source.compared is not None else None


def _sort_out(difference: Difference, found: Sequence[Finding]) -> None:
    """Give each finding to its row; what is about no row is critical, or a warning."""
    places: dict[tuple[str, int], list[tuple[TableDiff, int]]] = defaultdict(list)
    if any(told.row for told in found):
        for one in difference.tables.values():
            for at in range(len(one.rows)):
                file, row, _ = one.rows.sheet.place(at)
                places[(file, row)].append((one, at))
    for told in found:
        if told.severity is Severity.WARNING:
            difference.warnings.append(told)
        elif told.row and (stood := places.get((told.file, told.row))):
            for one, at in stood:
                one.reasons[at].append(told)
        else:
            difference.critical.append(told)


def _set_states(one: TableDiff) -> None:
    states = [State.SAME] * len(one.rows)
    _miss_columns(one)
    for at in one.match.new:
        states[at] = State.NEW
    for at in one.match.corrected:
        states[at] = State.CHANGED
    for at, clash in one.clashes.items():
        states[at] = State.CONFLICTING
        one.reasons[at].append(_clash_finding(one.rows, at, clash))
    _take_reasons(one, states)
    for at in one.rows.refused:
        states[at] = State.REFUSED
    one.states = states


def _miss_columns(one: TableDiff) -> None:
    """Give each new row a reason for each column that it needs: a row that is there already keeps what it says."""
    table, present = one.rows.table, one.rows.sheet.columns
    for column in table.columns:
        if column.required and column.name not in present:
            for at in one.match.new:
                where: dict[str, Any] = one.rows.where(at, "code")
                one.reasons[at].append(finding("missing-column", name=column.name, table=table.name, **where))


def _take_reasons(one: TableDiff, states: list[State]) -> None:
    doubled = set()
    for at, reasons in list(one.reasons.items()):
        codes = {reason.words.code for reason in reasons if reason.severity is Severity.REFUSED}
        if codes & set(_TWO_FOR_ONE):
            doubled.add(at)
        elif codes == {_TWICE}:
            states[at] = State.SAME
        elif codes and states[at] is not State.CONFLICTING:
            states[at] = State.REFUSED
    if doubled:
        keys = row_keys(one.rows)
        wanted = {keys[at]: one.reasons[at] for at in doubled}
        for at, key in enumerate(keys):
            if key in wanted:
                states[at] = State.CONFLICTING
                one.reasons[at] = one.reasons[at] or wanted[key]


def _clash_finding(rows: Rows, at: int, clash: Clash) -> Finding:
    return file_finding(clash.why, code=str(rows.codes[at]), **rows.where(at, "code"))


def chosen(difference: Difference, wanted: Mapping[str, Sequence[int]]) -> Reading:
    """Give some rows of a difference as a reading of their own."""
    reading = Reading(programme=difference.programme)
    for name, places in wanted.items():
        if places:
            rows = difference.tables[name].rows
            reading.rows[name] = rows if len(places) == len(rows) and not rows.refused else rows.some(places)
    return reading


def _settle(difference: Difference) -> None:
    """Refuse rows that stand on a row which cannot be taken, until none does."""
    for _ in range(20):
        places = {name: one.places(State.NEW, State.CHANGED) for name, one in difference.tables.items()}
        left_out = any(
            one.states[at] in (State.REFUSED, State.CONFLICTING)
            for one in difference.tables.values()
            for at in range(len(one.states))
        )
        if not left_out or not refuse_what_stands_on_others(difference, places):
            return


def refuse_what_stands_on_others(difference: Difference, places: Mapping[str, Sequence[int]]) -> bool:
    """Check some rows as if they were all that was sent; refuse those that then fail. Says whether there were any."""
    reading = chosen(difference, places)
    matches = {name: part_of(difference.tables[name].match, at) for name, at in places.items() if at}
    standing = _Matched(matches)
    failed = False
    index = {}
    for name, rows in reading.rows.items():
        for at in range(len(rows)):
            file, row, _ = rows.sheet.place(at)
            index[(file, row, name)] = places[name][at]
    for told in sorted_findings(check_reading(reading, standing)):
        if told.severity is not Severity.REFUSED:
            continue
        for name in reading.rows:
            place = index.get((told.file, told.row or 0, name))
            one = difference.tables[name]
            if place is not None and one.states[place] in (State.NEW, State.CHANGED):
                one.states[place] = State.REFUSED
                one.reasons[place].append(told)
                failed = True
    return failed


def part_of(match: Match, places: Sequence[int]) -> Match:
    """A match of some places, counted anew from 0."""
    new_at = {at: k for k, at in enumerate(places)}
    return Match(
        [new_at[at] for at in match.new if at in new_at],
        {new_at[at]: pk for at, pk in match.same.items() if at in new_at},
        {new_at[at]: pk for at, pk in match.corrected.items() if at in new_at},
    )


class _Matched(SeenStanding):
    """The record, with what was matched already."""

    def __init__(self, matches: dict[str, Match]) -> None:
        super().__init__({})
        self._matches = matches


def _errors(difference: Difference) -> list[Finding]:
    found = [
        reason
        for one in difference.tables.values()
        for at, reasons in sorted(one.reasons.items())
        if one.states[at] in (State.CONFLICTING, State.REFUSED)
        for reason in reasons
    ]
    return list(_once(sorted_findings(found)))


def _once(found: Sequence[Finding]) -> Iterator[Finding]:
    seen = set()
    for one in found:
        key = (one.file, one.row, one.column, one.words.code)
        if key not in seen:
            seen.add(key)
            yield one
