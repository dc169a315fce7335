"""What the open record holds in force, by code, as the checks and the loader of folders ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from pairup.exchange.consistency import Held, row_keys
from pairup.exchange.layout import Clock, Kind, Table
from pairup.exchange.reading import Rows
from pairup.record.models import TABLES
from pairup.record.places import Programme
from pairup.services.consents import check_consents
from pairup.services.folder.shape import Standing
from pairup.services.folder.versions import noun_of
from pairup.services.personal import open_told, vault_open
from pairup.services.schema import folder_layout
from pairup.services.write import looked_up
from pairup.values.findings import Finding

_SPAN = ("starts", "starts_precision", "ends_before", "ends_precision")
#: so many known codes are read to say which is nearest to one that is not known
_NEAR = 2000
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
            self._codes[key] = dict(_identities(table, programme).values_list("pk", "code"))
        return self._codes[key]

    def codes(self, table: str, programme: str, asked: set[str]) -> set[str]:
        identities = _identities(table, programme)
        found = set(looked_up(identities.values_list("code", "pk"), "code", sorted(asked)))
        if len(found) < len(asked):
            found.update(identities.order_by("code").values_list("code", flat=True)[:_NEAR])
        return found

    def spans(self, rows: Rows, programme: str) -> list[Held]:
        return self.about(rows, programme, (), codes=set(map(str, rows.codes)))

    def about(
        self,
        rows: Rows,
        programme: str,
        names: tuple[str, ...],
        *,
        detail: str = "",
        where: str = "",
        codes: set[str] | None = None,
    ) -> list[Held]:
        table = rows.table
        if table.clock is not Clock.SPAN:
            return []
        replaced = self.match(rows, programme).replaced
        wanted = (*_SPAN, *names, *filter(None, (detail, where)))
        held = []
        for pk, code, values in self.in_force(table, programme, wanted, codes):
            said = dict(zip(wanted, values, strict=True))
            if pk in replaced or (where and not said[where]):
                continue
            key: Any = said[names[0]] if len(names) == 1 else tuple(said[name] for name in names)
            span = {name: said[name] for name in _SPAN}
            held.append(Held(code, **span, about=key, detail=said[detail] if detail else ""))
        return held

    def unconsented(self, rows: Rows, programme: str, brought: Mapping[str, Rows]) -> list[Finding]:
        return check_consents(rows, self, programme, brought)

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
        known: dict[Any, tuple[int, tuple[Any, ...]]] = {}
        for pk, code, values in self.in_force(table, programme, names, set(map(str, rows.codes))):
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
            _match_without_first_day(rows, match, names, said, others, self.codes_by_pk(table, others))
        return match

    def codes_by_pk(self, table: Table, rows: Sequence[tuple[int, tuple[Any, ...]]]) -> dict[int, str]:
        """Codes of version rows by their own id."""
        model: Any = TABLES[table.name]
        return looked_up(model.objects.values_list("pk", "identity__code"), "pk", [pk for pk, _ in rows])

    def in_force(
        self, table: Table, programme: str, names: Sequence[str], only: set[str] | None = None
    ) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
        """Give id, code and columns of the rows in force, of all codes or of some; references as codes."""
        model: Any = TABLES[table.name]
        for codes, chosen in self._chosen(table.name, programme, only):
            rows = model.objects.filter(superseded_at=None, **chosen).order_by("pk")
            yield from self.said(table, programme, names, codes, rows, is_part=bool(chosen))

    def _chosen(
        self, table: str, programme: str, only: set[str] | None
    ) -> Iterator[tuple[dict[int, str], dict[str, Any]]]:
        """Give codes by id in parts, and what chooses their rows; all at once where most are asked for."""
        identities = _identities(table, programme)
        if only is None or len(only) * 4 > identities.count():
            codes = self.codes_by_id(table, programme)
            wanted = codes if only is None else {pk: code for pk, code in codes.items() if code in only}
            if wanted:
                yield wanted, {}
            return
        ordered = sorted(only)
        for at in range(0, len(ordered), 500):
            part = dict(identities.filter(code__in=ordered[at : at + 500]).values_list("pk", "code"))
            if part:
                yield part, {"identity__in": list(part)}

    def said(
        self, table: Table, programme: str, names: Sequence[str], codes: dict[int, str], rows: Any, *, is_part: bool
    ) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
        """Give id, code and columns of version rows; references as codes.

        Of a whole table references are looked up in what was read once; of a part the database looks them up, so that
        some rows of a table of millions do not bring in all its codes.
        """
        columns = {column.field: column for column in table.columns}
        personal = [name for name in names if name in columns and columns[name].personal]
        refers = ["" if name in personal or name not in columns else columns[name].refers_to for name in names]
        told = [f"{name}__code" if target and is_part else name for name, target in zip(names, refers, strict=True)]
        for pk, identity, values in with_personal(rows, told, personal, to_compare=True):
            if identity in codes:
                said = (
                    self.codes_by_id(target, programme).get(value) if target and not is_part else value
                    for value, target in zip(values, refers, strict=True)
                )
                yield pk, codes[identity], tuple(said)


class Erased:
    """Stands for a personal column that was erased: whatever a folder still says of it is no news."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def with_personal(
    rows: Any, names: Sequence[str], personal: Sequence[str], *, identity: str = "identity_id", to_compare: bool = False
) -> Iterator[tuple[int, Any, Sequence[Any]]]:
    """Id, identity and columns of rows, personal ones opened where they are asked for.

    Rows of the vault are opened `to_compare` them with what comes in, and never to be told.
    """
    if not personal:
        for pk, whose, *values in rows.values_list("pk", identity, *names).iterator(chunk_size=5000):
            yield pk, whose, values
        return
    plain = [name for name in names if name not in personal]
    found = list(rows.values_list("sealed", "closed", "pk", identity, *plain))
    with vault_open() if to_compare else nullcontext():
        told = open_told(rows.model, [(sealed, closed) for sealed, closed, *_ in found])
    gone = dict.fromkeys(personal, Erased())
    for (_, _, pk, whose, *values), opened in zip(found, told, strict=True):
        said = dict(zip(plain, values, strict=True)) | (gone if opened is None else opened)
        yield pk, whose, [said[name] for name in names]


def _identities(table: str, programme: str) -> Any:
    """Identities of a table; of one programme, where they belong to one."""
    scope = {"programme__code": programme} if folder_layout()[table].scoped else {}
    return noun_of(table)._default_manager.filter(**scope)


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
