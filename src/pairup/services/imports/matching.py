"""Which row of the record a row of a sheet stands for, where the sheet says which version it was exported as.

The version seen makes a sheet a third side: what the row was then, what the record says now, what the sheet says. A
row that nobody touched in the sheet changes nothing, even where the record has moved on; one that both changed is a
conflict, and both sides are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pairup.errors import InputError
from pairup.exchange.layout import Clock, Kind
from pairup.exchange.reading import Rows
from pairup.record.acting import whole
from pairup.record.journal import JournalEntry
from pairup.record.models import TABLES
from pairup.services.folder.standing import Erased, Match, RecordStanding, fact_names

Values = tuple[Any, ...]
_PRECISIONS = {Kind.FROM: "starts_precision", Kind.TO: "ends_precision", Kind.HAPPENED: "day_precision"}


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that cannot be matched without a loss: why, and the sides by field (`then`, `now`), where there are any."""

    why: str  # a code of `imports`
    then: Values | None = None
    now: Values | None = None
    now_number: int | None = None
    then_number: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """Until when what others changed was shown, as what chooses rows: those that came later, and those that stood then.

    By a number of the journal also what was made or withdrawn since is told, which a time alone cannot.
    """

    later: Mapping[str, Any]
    stood: Mapping[str, Any]
    withdrawn: Mapping[str, Any] | None = None

    @classmethod
    def at(cls, time: datetime) -> Shown:
        return cls({"recorded_at__gt": time}, {"recorded_at__lte": time, "superseded_at__gt": time})

    @classmethod
    def as_of(cls, entry: int) -> Shown:
        """As of an entry of the journal, 0 before the first. Refuses one that is not there yet."""
        with whole():
            row = JournalEntry.objects.filter(number=entry).first()
        if row is None and entry != 0:
            raise InputError(
                f"The journal has no entry {entry}.", hint="The comparison says as of which entry it was made.",
                code="imports.no-entry", entry=entry,
            )  # fmt: skip
        if row is None:
            return cls({}, {"pk": None}, {"pk": None})
        then = {"entry__lte": row.pk}
        return cls(
            {"entry__gt": row.pk}, then | {"superseded_at__gte": row.at}, then | {"superseded_at__gt": row.at}
        )  # fmt: skip


class SeenStanding(RecordStanding):
    """The rows in force, matched by the version that a sheet's rows were exported as; without one, by code and day."""

    def __init__(self, seen: Mapping[str, Sequence[int | None]], shown: Shown | None = None) -> None:
        super().__init__()
        self.seen = seen
        self._shown = shown  # until when somebody was last shown what the sheet would change
        self.old: dict[str, dict[int, Values]] = defaultdict(dict)  # by table and place: what a corrected row said
        self.clashes: dict[str, dict[int, Clash]] = defaultdict(dict)

    def _matched(self, rows: Rows, programme: str) -> Match:
        name = rows.table.name
        if any(self.seen.get(name, ())):
            return self._by_version(rows, programme)
        if absent := absent_fields(rows):
            self._keep_absent(rows, programme, absent)
        match = super()._matched(rows, programme)
        if self._shown is not None:
            self._since(rows, programme, match, self._shown)
            if self._shown.withdrawn is not None:
                self._withdrawn(rows, programme, match, self._shown.withdrawn)
        values = self._values(rows, programme, match.corrected.values())
        self.old[name] = {at: values[pk] for at, pk in match.corrected.items()}
        return match

    def _since(self, rows: Rows, programme: str, match: Match, shown: Shown) -> None:
        """Take rows that somebody else changed after the comparison was shown as conflicts, not as corrections."""
        model: Any = TABLES[rows.table.name]
        first = "starts" if rows.table.clock is Clock.SPAN else "day"
        places = {pk: at for at, pk in match.corrected.items()}
        pks = sorted(places)
        for part in (pks[at : at + 500] for at in range(0, len(pks), 500)):
            for now in model.objects.filter(pk__in=part, **shown.later):
                before = list(model.objects.filter(identity=now.identity_id, **shown.stood).order_by("-number"))
                at = places[now.pk]
                if not before:  # not there when it was shown: the sheet cannot have been read beside it
                    if shown.withdrawn is not None:
                        match.same[at] = match.corrected.pop(at)
                        said = self._values(rows, programme, [now.pk])
                        self.clashes[rows.table.name][at] = Clash("code-taken", None, said[now.pk], now.number)
                    continue
                then = next((row for row in before if getattr(row, first) == getattr(now, first)), before[0])
                said = self._values(rows, programme, [now.pk, then.pk])
                match.same[at] = match.corrected.pop(at)
                if tuple(rows.fields[name][at] for name in fact_names(rows.table)) != said[then.pk]:
                    clash = Clash("changed-since", said[then.pk], said[now.pk], now.number, then.number)
                    self.clashes[rows.table.name][at] = clash

    def _withdrawn(self, rows: Rows, programme: str, match: Match, gone: Mapping[str, Any]) -> None:
        """Take rows that somebody withdrew after the comparison was shown as conflicts, not as new ones."""
        model: Any = TABLES[rows.table.name]
        names = fact_names(rows.table)
        first = "starts" if rows.table.clock is Clock.SPAN else "day"
        places = {(str(rows.codes[at]), rows.fields[first][at]): at for at in match.new}
        for codes, chosen in self._chosen(rows.table.name, programme, {code for code, _ in places}):
            versions = model.objects.filter(**chosen, **gone).order_by("number")
            for _, code, (day, number, *said) in self.said(
                rows.table, programme, [first, "number", *names], codes, versions, is_part=bool(chosen)
            ):
                if (at := places.get((code, day))) is not None:
                    self.clashes[rows.table.name][at] = Clash("withdrawn-since", tuple(said), then_number=number)
        for at in self.clashes[rows.table.name]:
            if at in match.new:
                match.new.remove(at)
                match.same[at] = -1

    def _keep_absent(self, rows: Rows, programme: str, absent: Sequence[str]) -> None:
        """Let columns that the sheet does not have say what the record says: they were not asked about."""
        table = rows.table
        first = "starts" if table.clock is Clock.SPAN else "day"
        known: dict[Any, list[Values]] = defaultdict(list)
        for _, code, values in self.in_force(table, programme, [first, *absent], set(map(str, rows.codes))):
            known[code].append(values)
        for at, code in enumerate(rows.codes):
            said = known.get(code, [])
            if len(said) > 1 and not table.one_row_a_code:
                said = [values for values in said if first not in absent and values[0] == rows.fields[first][at]]
            elif len(said) == 1 and not table.one_row_a_code and first not in absent:
                said = said if said[0][0] == rows.fields[first][at] else []
            if len(said) == 1:
                _fill(rows, at, absent, said[0][1:])

    def _values(self, rows: Rows, programme: str, pks: Any) -> dict[int, Values]:
        model: Any = TABLES[rows.table.name]
        wanted, found = sorted(pks), {}
        names = fact_names(rows.table)
        for at in range(0, len(wanted), 500):
            part = model.objects.filter(pk__in=wanted[at : at + 500])
            codes = dict(part.values_list("identity_id", "identity__code"))
            said = self.said(rows.table, programme, names, codes, part, is_part=True)
            found.update({pk: values for pk, _, values in said})
        return found

    def _by_version(self, rows: Rows, programme: str) -> Match:
        table, match = rows.table, Match()
        names = fact_names(table)
        first = names.index("starts" if table.clock is Clock.SPAN else "day")
        by_number: dict[tuple[Any, int | None], tuple[int, Values]] = {}
        by_day: dict[tuple[str, Any], tuple[int, int, Values]] = {}
        in_force: dict[str, list[tuple[int, int, Values]]] = defaultdict(list)
        codes = set(map(str, rows.codes))
        for pk, code, (number, *said) in self.in_force(table, programme, ["number", *names], codes):
            values = tuple(said)
            by_number[(code, number)] = (pk, values)
            by_day[(code, values[first])] = (pk, number, values)
            in_force[code].append((pk, number, values))
        versions = self.seen[table.name]
        keys = list(zip(rows.codes, versions, strict=True))
        stale = [at for at, key in enumerate(keys) if key[1] is not None and key not in by_number]
        then = self._then(rows, programme, stale) if stale else {}
        if absent := absent_fields(rows):
            places = [names.index(name) for name in absent]
            for at, key in enumerate(keys):
                base = by_number[key][1] if key in by_number else then.get(key)
                if base is not None:
                    _fill(rows, at, absent, [base[place] for place in places])
        said_rows = list(zip(*(rows.fields[name] for name in names), strict=True))
        for at, (code, seen, said_now) in enumerate(zip(rows.codes, versions, said_rows, strict=True)):
            if seen is None:
                self._without_version(match, at, table.name, by_day.get((code, said_now[first])), said_now)
            elif (known := by_number.get((code, seen))) is None:
                continue
            elif known[1] == said_now:
                match.same[at] = known[0]
            else:
                match.corrected[at] = known[0]
                self.old[table.name][at] = known[1]
        for at in stale:
            code, said_now = rows.codes[at], said_rows[at]
            before = then.get((code, versions[at]))
            now = _now(before, said_now, first, code, by_day, in_force)
            self._stale(match, at, rows, before, now)
        return match

    def _without_version(
        self, match: Match, at: int, table: str, now: tuple[int, int, Values] | None, said: Values
    ) -> None:
        """Match a row that was added to an exported sheet: it must not stand for one that is there already."""
        if now is None:
            match.new.append(at)
        elif now[2] == said:
            match.same[at] = now[0]
        else:
            self.clashes[table][at] = Clash("code-taken", None, now[2], now[1])
            match.same[at] = now[0]

    def _stale(
        self, match: Match, at: int, rows: Rows, then: Values | None, now: tuple[int, int, Values] | None
    ) -> None:
        table, seen = rows.table.name, self.seen[rows.table.name][at]
        said = tuple(rows.fields[name][at] for name in fact_names(rows.table))
        if now is not None:
            match.same[at] = now[0]
        if then is None:
            self.clashes[table][at] = Clash("no-such-version", None, now[2] if now else None, now[1] if now else None)
        elif said == then or (now is not None and said == now[2]):
            if now is None:
                match.same[at] = -1  # withdrawn since, and not touched in the sheet
        elif now is None:
            self.clashes[table][at] = Clash("withdrawn-since", then, then_number=seen)
        else:
            self.clashes[table][at] = Clash("changed-since", then, now[2], now[1], seen)

    def _then(self, rows: Rows, programme: str, places: Sequence[int]) -> dict[tuple[Any, int | None], Values]:
        """What rows said in the version that a sheet was made of."""
        model: Any = TABLES[rows.table.name]
        names, found = fact_names(rows.table), {}
        wanted = sorted({str(rows.codes[at]) for at in places})
        for codes, chosen in self._chosen(rows.table.name, programme, set(wanted)):
            versions = model.objects.filter(**chosen)
            for _, code, (number, *said) in self.said(
                rows.table, programme, ["number", *names], codes, versions, is_part=bool(chosen)
            ):
                found[(code, number)] = tuple(said)
        return found


def absent_fields(rows: Rows) -> list[str]:
    """Name the fields that no column of the sheet fills."""
    present = rows.sheet.columns
    found = []
    for column in rows.table.columns[1:]:
        if column.name not in present:
            found.append(column.field)
            if column.kind in (Kind.FROM, Kind.TO, Kind.HAPPENED):
                found.append(_PRECISIONS[column.kind])
    return found


def _fill(rows: Rows, at: int, names: Sequence[str], values: Sequence[Any]) -> None:
    for name, value in zip(names, values, strict=True):
        if isinstance(value, Erased):
            continue  # what was erased of a person does not come back; the row stays as empty as it is
        held = rows.fields[name]
        assert isinstance(held, list), "a column that the sheet does not have is filled with defaults"
        held[at] = value


def _now(
    then: Values | None, said: Values, first: int, code: str, by_day: Mapping[Any, Any], in_force: Mapping[str, Any]
) -> Any:
    """Find the row in force that took the place of one: of its first day, of the sheet's, or the only one there is."""
    for values in (then, said):
        if values is not None and (code, values[first]) in by_day:
            return by_day[(code, values[first])]
    rows = in_force.get(code, [])
    return rows[0] if len(rows) == 1 else None
