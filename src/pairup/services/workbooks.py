"""One workbook for an office: its own rows to fill without a network and send back, sealed so that a stale row shows.

The seal is a hidden sheet that lists every row with its version. Its digest stands in the journal, under the
workbook's own number, so that nobody can make a seal that the record did not give.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db.models import Q

from pairup.errors import AccessError, InputError
from pairup.exchange.form_sheets import Form, Lists, write_form
from pairup.exchange.layout import Clock, Table
from pairup.exchange.writing import Book, Cells
from pairup.record.journal import JournalEntry
from pairup.record.models import (
    AgreedResultVersion,
    NeedVersion,
    OrganisationVersion,
    PairingVersion,
    PlaceVersion,
    ProjectVersion,
    SignatureVersion,
)
from pairup.services import write
from pairup.services.access import Role, require_may
from pairup.services.exports import exported_columns, read_cells, require_free
from pairup.services.schema import folder_layout
from pairup.services.tables import lineage, read_programme
from pairup.services.templates import filled_columns, read_codes
from pairup.values.words import Words

#: tables of an office, where the record has them; the rest is the programme office's
OFFICE_TABLES = (
    "needs", "posts", "calls", "offers", "pairing_preferences", "works", "safeguards", "assets", "project_checks",
    "signatures",
)  # fmt: skip
#: columns that say whose a row is
_OWNERS = ("organisation", "host", "recipient", "said_by", "answered_by", "owner", "checked_by", "donor")
SEAL = "pairup"
#: columns that stand filled in a row that is offered to be signed
PREFILLED = ("organisation", "about")
_OFFERED = "offered"


@dataclass(frozen=True, slots=True)
class Area:
    """What an office may speak for: itself, the places within its own and within those it is helped for, and the
    projects there.
    """

    office: str
    places: frozenset[str]
    projects: frozenset[str]

    def where(self, table: Table) -> Q | None:
        """Choose its rows of a table; None where no column says whose a row is."""
        found = Q()
        names = {column.name for column in table.columns if column.refers_to}
        for name in [name for name in _OWNERS if name in names][:1]:
            found |= Q(**{f"{name}__code": self.office})
        if "place" in names:
            found |= Q(place__code__in=self.places)
        elif "project" in names:
            found |= Q(project__code__in=self.projects)
        return found or None

    def owns(self, table: Table, said: Mapping[str, Any]) -> bool:
        """Say whether a row with these fields is its own."""
        names = {column.name for column in table.columns if column.refers_to}
        by_office = [said.get(name) == self.office for name in [name for name in _OWNERS if name in names][:1]]
        by_place = [said.get("place") in self.places] if "place" in names else []
        by_project = [said.get("project") in self.projects] if "project" in names and not by_place else []
        return any(by_office + by_place + by_project)


@dataclass(slots=True)
class Issued:
    """A workbook that was written: its number, its rows by table, and the entry of the journal."""

    number: str
    rows: dict[str, int] = field(default_factory=dict)
    offered: int = 0
    entry: int = 0


def issue_workbook(
    office: str, *, into: Path | str, on: date, actor: str, at: datetime, programme: str | None = None,
    language: str = "en", force: bool = False,
) -> Issued:  # fmt: skip
    """Write an office's rows that have not ended by `on`, sealed; the journal says that it was given.

    An office may take its own only. Personal columns are not in it.
    """
    require_may(actor, "workbook.issue")
    require_own(actor, office)
    into = Path(into)
    require_free(into, force, is_folder=False)
    area = read_area(office, on=on)
    code = read_programme(programme, on=on).identity.code if programme else _only_programme()
    tables = [one for name, one in folder_layout().items() if name in OFFICE_TABLES and area.where(one) is not None]
    rows = {one.name: list(_rows(one, area, on, code)) for one in tables}
    offered = list(_offered(area, office, on, code)) if "signatures" in rows else []
    sealed = [(name, cells[0], cells[-1]) for name, of in rows.items() for cells in of]
    sealed += [("signatures", cells[0], _OFFERED) for cells in offered]
    rows["signatures"] = [*rows.get("signatures", []), *offered]
    with write.alone():
        last = JournalEntry.objects.order_by("-number").values_list("number", "hash").first() or (0, "")
        head = [office, code, on.isoformat(), str(last[0])]
        digest = digest_of(head, sealed)
        number = hashlib.sha256(f"{digest} {last[1]}".encode()).hexdigest()[:12]
        counts = {name: len(of) for name, of in rows.items()}
        facts = {"workbook": number, "office": office, "digest": digest, "rows": counts}
        with write.command(
            "workbook.issue", actor=actor, at=at, programme=code, key=f"workbook:{number}", facts=facts
        ) as doing:  # fmt: skip
            _write(into, tables, rows, [number, *head], sealed, on, language)
    return Issued(number, counts, len(offered), doing.entry.number)


def require_own(actor: str, office: str) -> None:
    """Refuse an office that asks for another office's rows."""
    role, _, scope = actor.partition(":")
    if role in (Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE) and scope != office:
        raise AccessError(
            f"{actor} may not take or send rows of {office}.", hint="An office has its own workbook.",
            code="imports.not-own-workbook", actor=actor, office=office,
        )  # fmt: skip


def read_area(office: str, *, on: date, known_by: date | None = None) -> Area:
    """What an office may speak for on a day."""
    row = OrganisationVersion.objects.on(on, known_by=known_by).filter(identity__code=office).first()
    if row is None:
        raise InputError(
            f"There is no organisation {office!r} on {on}.", hint="`pairup export organisations` lists them.",
            code="imports.no-such-office", office=office, day=str(on),
        )  # fmt: skip
    helped = PairingVersion.objects.on(on, known_by=known_by).filter(recipient__code=office)
    roots = set(helped.values_list("place__code", flat=True)) | ({row.place.code} if row.place else set())
    rows = PlaceVersion.objects.on(on, known_by=known_by).values_list("identity__code", "parent__code")
    parents = dict(rows)
    places = frozenset(code for code in parents if roots.intersection(lineage(code, parents)))
    projects = ProjectVersion.objects.known(known_by).filter(place__code__in=places)
    return Area(office, places, frozenset(projects.values_list("identity__code", flat=True)))


def _only_programme() -> str:
    from pairup.services.exports import scope_of

    return scope_of([one for one in folder_layout().values() if one.scoped], None) or ""


def _rows(table: Table, area: Area, on: date, programme: str) -> Iterator[Cells]:
    """Give an office's rows of a table that have not ended: those to come as well."""
    where = area.where(table)
    assert where is not None
    if table.clock is Clock.SPAN:
        where &= Q(ends_before=None) | Q(ends_before__gt=on)
    return read_cells(table, on=None, programme=programme, where=where)


def _offered(area: Area, office: str, on: date, programme: str) -> Iterator[Cells]:
    """Give a row to fill for everything of its area that the office has not signed: its kind and day stand empty."""
    columns = exported_columns(folder_layout()["signatures"])
    scope = {"identity__programme__code": programme}
    signed = set(
        SignatureVersion.objects.known().filter(organisation__code=office, **scope).values_list("about", flat=True)
    )
    in_area = Q(place__code__in=area.places)
    pairings = PairingVersion.objects.on(on).filter(recipient__code=office)
    of_office = Q(pairing__in=pairings.values("identity"))
    asked: list[tuple[str, Any]] = [
        ("needs", NeedVersion.objects.on(on).filter(in_area, **scope)),
        ("projects", ProjectVersion.objects.on(on).filter(in_area, **scope)),
        ("agreed_results", AgreedResultVersion.objects.on(on).filter(of_office, **scope)),
    ]
    for table, rows in asked:
        for code in rows.order_by("identity__code").values_list("identity__code", flat=True).distinct():
            about = f"{table}/{code}"
            if about not in signed:
                said = {"code": f"{office} {about}"[:80], "organisation": office, "about": about}
                yield [said.get(column.name, "") for column in columns]


def digest_of(head: Sequence[str], sealed: Sequence[Sequence[str]]) -> str:
    """The digest of a seal: what it is of, and every row with its version."""
    said = json.dumps([list(head), sorted(map(list, sealed))], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def _write(
    into: Path, tables: Sequence[Table], rows: Mapping[str, Sequence[Cells]], head: Sequence[str],
    sealed: Sequence[Sequence[str]], on: date, language: str,
) -> None:  # fmt: skip
    lists, programme = Lists(), head[2]
    with Book(into) as book:
        book.about([("pairup workbook", head[0]), ("office", head[1]), ("on", head[3]),
                    ("", Words("imports.about-workbook").say(language))])  # fmt: skip
        for table in tables:
            targets = {column.refers_to for column in filled_columns(table)} - {""}
            codes = {target: read_codes(target, on=on, programme=programme) for target in targets}
            form = Form(table.name, exported_columns(table), codes, locked=("code", "version"), hidden=("version",))
            write_form(book, form, rows[table.name], lists, language=language, examples={})
        lists.write(book)
        sheet = book.book.add_worksheet(SEAL)
        sheet.very_hidden()
        for row, cells in enumerate([["pairup workbook 1", *head], *sealed]):
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, cell)


# ------------------------------------------------------------------------------------------------------- and back again


@dataclass(slots=True)
class Seal:
    """The seal of a workbook that came back, held against the journal."""

    number: str
    office: str
    programme: str
    on: date
    entry: int
    versions: dict[str, dict[str, set[str]]]  # by table and code
    is_ours: bool

    def offered(self, table: str, code: str) -> bool:
        return _OFFERED in self.versions.get(table, {}).get(code, ())


def read_seal(records: Sequence[Sequence[str]], *, on: date | None = None) -> Seal | None:
    """Read a seal and look its digest up in the journal; None where a hidden sheet of that name is no seal at all.

    The day is the seal's own.
    """
    if not records or len(records[0]) != 6 or records[0][0] != "pairup workbook 1":
        return None
    _, number, *head = records[0]
    sealed = [row for row in records[1:] if len(row) == 3]
    try:
        day, entry = on or date.fromisoformat(head[2]), int(head[3])
    except ValueError:
        return None
    given = write.entry_under(f"workbook:{number}")
    said = json.loads(bytes(given.leaf))["facts"] if given is not None else {}
    versions: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for table, code, version in sealed:
        versions[table][code].add(version)
    return Seal(number, head[0], head[1], day, entry, versions, said.get("digest") == digest_of(head, sealed))
