"""What secondees signed for themselves: the one thing that can lengthen a posting, whichever way it comes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pairup.errors import ConflictError
from pairup.exchange.cells import read_day
from pairup.exchange.notes import finding
from pairup.exchange.reading import Rows
from pairup.record.models import ExtensionVersion, PersonSignatureVersion
from pairup.services.access import Role
from pairup.values.codes import Answer, PostingStatus
from pairup.values.findings import Finding

if TYPE_CHECKING:
    from pairup.services.folder.standing import RecordStanding

_OPEN = (PostingStatus.PLANNED, PostingStatus.IN_POST)


@dataclass(frozen=True, slots=True)
class _Term:
    """One row of a posting: the day after its last, its status, whose it is, and its place among the rows read."""

    ends_before: date | None
    status: str
    person: str
    at: int | None = None

    @property
    def lasts(self) -> date:
        return self.ends_before or date.max


def consented_until(
    posting: str, person: str, *, programme: str, brought: Mapping[str, Rows] | None = None
) -> date | None:
    """The latest last day that the secondee signed for, by their own hand or on a paper that the record names.

    A row that somebody else entered without such a paper counts for nothing, nor does what another person signed.
    `brought` are rows that come in together with the longer posting, by table.
    """
    asked = dict(
        ExtensionVersion.objects.known()
        .filter(identity__programme__code=programme, posting__code=posting)
        .values_list("identity__code", "until")
    )
    signed = PersonSignatureVersion.objects.known().filter(
        identity__programme__code=programme, person__code=person, answer=Answer.SIGNED,
        about__in=[f"extensions/{code}" for code in asked],
    )  # fmt: skip
    days = [
        asked[row.about.partition("/")[2]]
        for row in signed.select_related("entry", "person")
        if row.entry.actor == f"{Role.SECONDEE}:{row.person.code}" or row.paper_id is not None
    ]
    days += _brought(posting, person, asked, brought or {})
    return max(days, default=None)


def _brought(posting: str, person: str, asked: Mapping[str, date], brought: Mapping[str, Rows]) -> Iterable[date]:
    """Last days signed for on paper by rows that come in now, about extensions that are there or come in with them."""
    known = dict(asked)
    if (wishes := brought.get("extensions")) is not None:
        said = zip(wishes.codes, wishes.fields["posting"], wishes.fields["until"], strict=True)
        known |= {str(code): until for at, (code, of, until) in enumerate(said)
                  if of == posting and at not in wishes.refused}  # fmt: skip
    if (signed := brought.get("person_signatures")) is None:
        return
    columns = [signed.fields[name] for name in ("person", "about", "answer", "paper")]
    for at, (by, about, answer, paper) in enumerate(zip(*columns, strict=True)):
        table, _, code = about.partition("/") if at not in signed.refused else ("", "", "")
        if table == "extensions" and code in known and by == person and answer == Answer.SIGNED and paper:
            yield known[code]


def require_consent(code: str, before: Mapping[str, str], after: Mapping[str, str], *, programme: str) -> None:
    """Refuse a correction that lengthens a posting past what its secondee signed for."""
    if before["status"] not in _OPEN or not before["to"]:
        return
    last, _ = read_day(before["to"])
    later = read_day(after["to"])[0] if after["to"] else None
    assert last is not None
    if later is not None and later.after <= last.after:
        return
    signed = consented_until(code, before["person"], programme=programme)
    if signed is None or later is None or signed + timedelta(days=1) < later.after:
        raise ConflictError(
            f"{code} would last longer than its secondee has signed for.",
            hint=f"pairup posting extend {code} --until DAY; then they sign: pairup posting consent EXTENSION.",
            code="lifecycle.no-consent", posting=code, until=after["to"] or "-",
        )  # fmt: skip


def check_consents(rows: Rows, standing: RecordStanding, programme: str, brought: Mapping[str, Rows]) -> list[Finding]:
    """Refuse rows by which a posting would last longer than its secondee has signed for.

    By code: the last day of all its rows in force, against the last day when these rows stand beside or in the place
    of them. What is over and stays over may be corrected, and a posting that the record does not have is not longer.
    """
    replaced = standing.match(rows, programme).replaced
    held: dict[str, list[_Term]] = defaultdict(list)
    stays: dict[str, list[_Term]] = defaultdict(list)
    names = ("ends_before", "status", "person")
    for pk, code, (ends, status, person) in standing.in_force(rows.table, programme, names, set(map(str, rows.codes))):
        held[code].append(term := _Term(ends, status, person))
        if pk not in replaced:
            stays[code].append(term)
    for at, code in enumerate(rows.codes):
        if code in held and at not in rows.refused:
            ends, status, person = (rows.fields[name][at] for name in names)
            stays[code].append(_Term(ends, status, person, at))
    found = []
    for code, terms in stays.items():
        was, now = (max(of, key=lambda one: one.lasts) for of in (held[code], terms))
        if now.at is None or now.lasts <= was.lasts or not {was.status, now.status} & set(_OPEN):
            continue
        signed = consented_until(code, was.person, programme=programme, brought=brought)
        if signed is None or now.ends_before is None or signed + timedelta(days=1) < now.ends_before:
            where = rows.where(now.at, "to")
            found.append(finding("no-consent", **where, posting=code, person=was.person, signed=str(signed or "-")))
    return found
