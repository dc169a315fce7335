"""What the open record holds in force, by code, as the checks and the loader of folders ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pairup.exchange.consistency import Held, row_keys
from pairup.exchange.layout import Clock, Kind, Table
from pairup.exchange.reading import Rows
from pairup.record.models import TABLES
from pairup.record.places import Programme
from pairup.services.folder.shape import Standing
from pairup.services.folder.versions import noun_of
from pairup.services.personal import open_told, vault_open
from pairup.services.schema import folder_layout

_SPAN = ("starts", "starts_precision", "ends_before", "ends_precision")
_FIRST = frozenset({"starts", "starts_precision"})


@dataclass(slots=True)
class Match:
    """Places (from 0) of rows that are new, that say what is in force already, and that correct it, with ids."""

    new: list[int] = field(default_factory=list)
    same: dict[int, int] = field(default_factory=dict)
    corrected: dict[int, int] = field(default_factory=dict)

    @property
    def replaced(self) -> set[int]:
        """The ids of rows in force that these rows stand for."""
        return {*self.same.values(), *self.corrected.values()}


class RecordStanding(Standing):
    """The rows in force of the record that is open."""

    def __init__(self) -> None:
        self.programmes = tuple(Programme.objects.order_by("code").values_list("code", flat=True))
        self._codes: dict[tuple[str, str], dict[int, str]] = {}
        self._matches: dict[str, Match] = {}

    def codes_by_id(self, table: str, programme: str) -> dict[int, str]:
        """Codes of the identities of a table; of one programme, where they belong to one."""
        key = (table, programme)
        if key not in self._codes:
            scope = {"programme__code": programme} if folder_layout()[table].scoped else {}
            self._codes[key] = dict(noun_of(table)._default_manager.filter(**scope).values_list("pk", "code"))
        return self._codes[key]

    def codes(self, table: str, programme: str) -> set[str]:
        return set(self.codes_by_id(table, programme).values())

    def spans(self, rows: Rows, programme: str) -> list[Held]:
        codes = set(rows.codes)
        return [span for span in self.about(rows, programme, ()) if span.code in codes]

    def about(
        self, rows: Rows, programme: str, names: tuple[str, ...], *, detail: str = "", where: str = ""
    ) -> list[Held]:
        table = rows.table
        if table.clock is not Clock.SPAN:
            return []
        replaced = self.match(rows, programme).replaced
        wanted = (*_SPAN, *names, *filter(None, (detail, where)))
        held = []
        for pk, code, values in self.in_force(table, programme, wanted):
            said = dict(zip(wanted, values, strict=True))
            if pk in replaced or (where and not said[where]):
                continue
            key: Any = said[names[0]] if len(names) == 1 else tuple(said[name] for name in names)
            span = {name: said[name] for name in _SPAN}
            held.append(Held(code, **span, about=key, detail=said[detail] if detail else ""))
        return held

    def match(self, rows: Rows, programme: str) -> Match:
        """Say which rows are new, known or corrections.

        A row corrects the one in force with its code and first day; where there is none, the one that says all it
        says but the first day. Anything else is a new row, which the check of spans holds against what stands.
        """
        if rows.table.name not in self._matches:
            self._matches[rows.table.name] = self._matched(rows, programme)
        return self._matches[rows.table.name]

    def _matched(self, rows: Rows, programme: str) -> Match:
        table, match = rows.table, Match()
        names = fact_names(table)
        first = names.index("starts" if table.clock is Clock.SPAN else "day")
        codes = set(rows.codes)
        known: dict[Any, tuple[int, tuple[Any, ...]]] = {}
        for pk, code, values in self.in_force(table, programme, names):
            if code in codes:
                known[code if table.one_row_a_code else (code, values[first])] = (pk, values)
        if not known:
            match.new = list(range(len(rows)))
            return match
        said = list(zip(*(rows.fields[name] for name in names), strict=True))
        for at, key in enumerate(row_keys(rows)):
            if key not in known:
                match.new.append(at)
            elif known[key][1] == said[at]:
                match.same[at] = known[key][0]
            else:
                match.corrected[at] = known[key][0]
        if table.clock is Clock.SPAN and match.new:
            others = [one for one in known.values() if one[0] not in match.replaced]
            _match_without_first_day(rows, match, names, said, others, self.codes_by_pk(table, programme, others))
        return match

    def codes_by_pk(self, table: Table, programme: str, rows: Sequence[tuple[int, tuple[Any, ...]]]) -> dict[int, str]:
        """Codes of version rows by their own id."""
        model: Any = TABLES[table.name]
        codes, found = self.codes_by_id(table.name, programme), {}
        pks = [pk for pk, _ in rows]
        for at in range(0, len(pks), 500):
            pairs = model.objects.filter(pk__in=pks[at : at + 500]).values_list("pk", "identity_id")
            found.update({pk: codes[identity] for pk, identity in pairs})
        return found

    def in_force(
        self, table: Table, programme: str, names: Sequence[str]
    ) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
        """Give id, code and columns of the rows in force; references as codes."""
        model: Any = TABLES[table.name]
        codes = self.codes_by_id(table.name, programme)
        if not codes:
            return
        columns = {column.field: column for column in table.columns}
        personal = [name for name in names if name in columns and columns[name].personal]
        refers = ["" if name in personal or name not in columns else columns[name].refers_to for name in names]
        rows = model.objects.filter(superseded_at=None).order_by("pk")
        for pk, identity, values in with_personal(rows, names, personal):
            if identity in codes:
                said = (
                    self.codes_by_id(target, programme).get(value) if target else value
                    for value, target in zip(values, refers, strict=True)
                )
                yield pk, codes[identity], tuple(said)


class _Erased:
    """Stands for a personal column that was erased: whatever a folder still says of it is no news."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def with_personal(
    rows: Any, names: Sequence[str], personal: Sequence[str], *, identity: str = "identity_id"
) -> Iterator[tuple[int, Any, Sequence[Any]]]:
    """Id, identity and columns of rows, personal ones opened where they are asked for."""
    if not personal:
        for pk, whose, *values in rows.values_list("pk", identity, *names).iterator(chunk_size=5000):
            yield pk, whose, values
        return
    plain = [name for name in names if name not in personal]
    found = list(rows.values_list("sealed", "closed", "pk", identity, *plain))
    with vault_open():  # only to compare: nobody is told anything
        told = open_told(rows.model, [(sealed, closed) for sealed, closed, *_ in found])
    gone = dict.fromkeys(personal, _Erased())
    for (_, _, pk, whose, *values), opened in zip(found, told, strict=True):
        said = dict(zip(plain, values, strict=True)) | (gone if opened is None else opened)
        yield pk, whose, [said[name] for name in names]


def _match_without_first_day(
    rows: Rows,
    match: Match,
    names: Sequence[str],
    said: Sequence[tuple[Any, ...]],
    others: Sequence[tuple[int, tuple[Any, ...]]],
    codes: dict[int, str],
) -> None:
    """Take rows that differ from one in force by their first day alone as its corrections."""
    rest = [at for at, name in enumerate(names) if name not in _FIRST]

    def key(code: str, values: tuple[Any, ...]) -> str:
        return repr((code, [values[at] for at in rest]))

    waiting: dict[str, list[int]] = defaultdict(list)
    for pk, values in others:
        waiting[key(codes[pk], values)].append(pk)
    for at in list(match.new):
        if len(found := waiting.get(key(rows.codes[at], said[at]), [])) == 1:
            match.corrected[at] = found.pop()
            match.new.remove(at)


def fact_names(table: Table) -> list[str]:
    """Name the fields of a row that say something, in the folder's order."""
    names: list[str] = []
    for column in table.columns[1:]:
        names.append(column.field)
        if column.kind in (Kind.FROM, Kind.TO, Kind.HAPPENED):
            names.append({Kind.FROM: "starts_precision", Kind.TO: "ends_precision"}.get(column.kind, "day_precision"))
    return names
