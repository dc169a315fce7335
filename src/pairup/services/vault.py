"""The vault: reading what is kept of a person, who looked, erasing them, and letting go of what is past its time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pairup.errors import AccessError, InputError
from pairup.exchange.cells import holds_national_id
from pairup.keys import key_id_of
from pairup.record.dated import Sealed
from pairup.record.models import (
    TABLES,
    Person,
    PersonVersion,
    PostingVersion,
    PrivateFactVersion,
    VaultRead,
    VaultReadVersion,
)
from pairup.record.vault import PRIVATE
from pairup.services import write
from pairup.services.access import Role, require_may
from pairup.services.personal import open_ring, open_values, require_assessed, vault_open
from pairup.values.purposes import After, Personal, Purpose

#: people whom one office may read of in a day without another's consent; emergencies apart
FEW = 20


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody looked at what is kept of a person."""

    at: datetime
    purpose: Purpose
    fields: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Due:
    """What is past its time of keeping: one key, whose it is, what it closes, and since when it is due."""

    key: bytes
    person: str
    drawer: str
    rows: int
    since: date


def look(person: str, purpose: str, *, actor: str, at: datetime, programme: str | None = None) -> dict[str, str]:
    """Read what is kept of a person for a purpose, and leave a row that says so: both, or neither.

    Gives values by field. Refuses an office that is not theirs, a purpose that no field declares, a vault that is
    shut, a person who is not there or was erased, and more than `FEW` people in a day (`services.bulk_reads`).
    """
    require_may(actor, "person.read")
    wanted = fields_for(purpose)
    row = require_readable(actor, person, purpose, programme=programme, on=at.date())
    _require_few(actor, row, purpose, on=at.date())
    require_assessed(row.programme.code, {purpose}, on=at.date())
    with write.command(
        "person.read", actor=actor, at=at, programme=row.programme.code, facts={"person": person, "purpose": purpose}
    ) as doing:
        code = f"{person}/{doing.entry.number}"
        ids = doing.identities(VaultRead, [code], programme=row.programme)
        doing.add(VaultReadVersion, [
            VaultReadVersion(
                identity_id=ids[code], day=at.date(), person=row, purpose=purpose, fields=wanted, by=actor
            )
        ])  # fmt: skip
        facts = PrivateFactVersion.objects.on(at.date()).filter(person=row, field__in=wanted)
        with vault_open():
            told = {field: said["value"] for (field,), said in open_values(facts.order_by("starts", "number"), "field")}
    return told


def require_readable(actor: str, person: str, purpose: str, *, programme: str | None, on: date) -> Person:
    """Give a person of whom somebody may read what is kept for a purpose. Refuses everybody else."""
    row = _person(person, programme)
    _require_theirs(actor, row, on=on)
    _require_not_confidential(actor, row, purpose)
    return row


def _require_few(actor: str, person: Person, purpose: str, *, on: date) -> None:
    """Refuse to read of many people one by one what takes two offices to read at once. Help waits for nobody."""
    if purpose == Purpose.EMERGENCY or actor.partition(":")[0] == Role.SECONDEE:
        return
    rows = VaultReadVersion.objects.known().filter(by=actor, day=on, entry__command="person.read")
    read = set(rows.values_list("person", flat=True))
    if len(read | {person.pk}) > FEW:
        raise AccessError(
            f"{actor} read of {len(read)} people today; for more, two offices are asked.",
            hint=f"`pairup vault bulk ask --purpose {purpose}`; another office agrees.",
            code="vault.many", actor=actor, count=len(read), few=FEW,
        )  # fmt: skip


def _require_not_confidential(actor: str, person: Person, purpose: str) -> None:
    """Refuse an office what a person told in confidence: only they read it, and plans hear yes or no."""
    if purpose == Purpose.CONSTRAINT and actor.partition(":")[0] != Role.SECONDEE:
        raise AccessError(
            f"{actor} may not look at what {person.code} told in confidence.",
            hint="A plan says of a post whether a personal condition rules it out, and nothing else.",
            code="vault.not-theirs", actor=actor, person=person.code,
        )  # fmt: skip


def looks(person: str, *, actor: str, programme: str | None = None) -> list[Look]:
    """Who looked at what is kept of a person, and why, oldest first. For the person, their offices, and overseers."""
    row = _person(person, programme)
    if actor.partition(":")[0] not in (Role.ADMINISTRATOR, Role.PROGRAMME_OFFICE):
        _require_theirs(actor, row, on=None)
    rows = VaultReadVersion.objects.known().filter(person=row).select_related("entry").order_by("entry__number")
    return [Look(one.entry.at, Purpose(one.purpose), tuple(one.fields), one.by) for one in rows]


def erase(
    person: str, *, actor: str, at: datetime, why: str, purpose: str | None = None, programme: str | None = None
) -> int:
    """Erase what is personal of somebody, here and in every copy: keys and salts are destroyed, columns emptied.

    Their code and the posts they served stay, so that totals do. The journal keeps that it happened, by whom and why,
    and not what. With a `purpose` only what is kept for it goes, as when consent is withdrawn, and more may be
    recorded later. Gives how many keys were destroyed; erasing twice destroys nothing more.
    """
    require_may(actor, "person.erase")
    row = _person(person, programme)
    if not why or holds_national_id(why):
        raise InputError(
            "Say why, without a person's number: the journal keeps it.", hint="--why 'asked for it on 2026-11-20'",
            code="vault.no-reason",
        )  # fmt: skip
    subject = f"{row.programme.code}/{person}"
    with open_ring(create=True) as ring:
        keys = {one.id for one in ring.held(subject)}
        if purpose is not None:
            keys &= _keys_for(purpose)
        facts = {"person": person, "why": why} | ({"purpose": purpose} if purpose is not None else {})
        with write.command("person.erase", actor=actor, at=at, programme=row.programme.code, facts=facts) as doing:
            for model, pks in _rows_of(keys).items():
                doing.empty(model, pks)
            # last: if this fails, nothing happened
            destroyed = ring.erase(subject, at=at) if purpose is None else ring.destroy(keys, at=at)
    write.scrub()
    return destroyed


def due(*, on: date) -> list[Due]:
    """What is past its time of keeping on a day: keys, all of whose rows are."""
    with open_ring() as ring:
        keys = {one.id: one for one in ring.held() if one.destroyed is None}
    last: dict[bytes, date | None] = {}
    count: dict[bytes, int] = defaultdict(int)
    terms, free = _terms(), _free()
    for model in _sealed():
        for rows in _chunks(model._default_manager.exclude(closed="").order_by("pk")):
            for row, subject in zip(rows, _whose(rows, keys), strict=True):
                key = key_id_of(row.closed)
                if key not in keys:
                    continue
                until = _until(row, terms.get(subject, ()), free.get(subject))
                held = last.get(key, until)
                last[key] = None if until is None or held is None else max(held, until)
                count[key] += 1
    found = [
        Due(key, keys[key].subject, keys[key].drawer, count[key], until + timedelta(days=1))
        for key, until in last.items() if until is not None and until < on
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.person, one.drawer, one.since))


def expire(*, on: date, actor: str, at: datetime) -> list[Due]:
    """Destroy the keys of what is past its time of keeping on a day, and empty its rows; give what went."""
    require_may(actor, "person.expire")
    if on > at.date() + timedelta(days=1):
        raise InputError(
            f"{on} has not come yet.", hint="List what will be due then with --dry-run.", code="vault.not-yet",
            day=str(on),
        )  # fmt: skip
    found = due(on=on)
    if not found:
        return []
    ids = {one.key for one in found}
    with (
        open_ring() as ring,
        write.command("person.expire", actor=actor, at=at, facts={"on": on.isoformat(), "keys": len(ids)}) as doing,
    ):
        for model, pks in _rows_of(ids).items():
            doing.empty(model, pks)
        ring.destroy(ids, at=at)
    write.scrub()
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one person in one place: its columns, why, how many rows, and until when at the latest."""

    table: str
    columns: tuple[str, ...]
    declared: Personal
    rows: int
    until: date | None  # None: counted from the end of something that has not ended


def kept(person: str, *, actor: str, programme: str | None = None) -> list[Kept]:
    """Everything personal that is kept closed of somebody, by table and purpose. Nothing of it is opened."""
    row = _person(person, programme)
    if actor.partition(":")[0] not in (Role.ADMINISTRATOR, Role.PROGRAMME_OFFICE):
        _require_theirs(actor, row, on=None)
    postings = PostingVersion.objects.known().filter(person=row)
    terms = [(starts, ends - timedelta(days=1) if ends else None) for starts, ends in
             postings.values_list("starts", "ends_before")]  # fmt: skip
    free = _free(row).get(f"{row.programme.code}/{row.code}")
    found = []
    for model in _sealed():
        ways: dict[str, dict[str, Any]] = {
            "identity": {"identity": row.pk}, "person": {"person": row.pk},
            "posting": {"posting__in": postings.values("identity")},
        }  # fmt: skip
        if (own := ways.get(model.whose)) is None:
            continue  # a proposal that lost a race is its author's, and is listed with the conflicts
        groups: dict[tuple[str, Personal], list[Any]] = defaultdict(list)
        for one in model._default_manager.exclude(closed="").filter(**own).order_by("pk"):
            groups[getattr(one, "field", ""), one.declared()].append(one)
        for (field, declared), rows in groups.items():
            ends = [_until(one, terms, free) for one in rows]
            until = None if None in ends else max(day for day in ends if day is not None)
            found.append(Kept(model.table, (field,) if field else tuple(model.personal), declared, len(rows), until))
    return found


def _whose(rows: Sequence[Any], keys: Mapping[bytes, Any]) -> list[str]:
    """Whose closed parts these are, by the keys that closed them."""
    return [keys[key].subject if (key := key_id_of(row.closed)) in keys else "" for row in rows]


def _until(row: Any, terms: Iterable[tuple[date | None, date | None]], free: date | None) -> date | None:
    """The last day of keeping a row; None while what it counts from has not ended.

    A term counts that the row's own days reach into; without one, the last of all; without any, the last day on which
    the person could have served; without that, the day of recording.
    """
    keep = row.declared().keep
    recorded: date = row.recorded_at.date()
    if keep.after is After.RECORDING:
        return keep.until(recorded)  # type: ignore[no-any-return]
    served = list(terms) if keep.after is After.TERM else []
    first, ends = getattr(row, "starts", None) or getattr(row, "day", None), getattr(row, "ends_before", None)
    own = [
        (starts, last) for starts, last in served
        if (ends is None or starts is None or starts < ends) and (first is None or last is None or last >= first)
    ]  # fmt: skip
    lasts = [last for _, last in own or served]
    if None in lasts:
        return None
    ended = max((last for last in lasts if last is not None), default=free or recorded)
    return keep.until(ended)  # type: ignore[no-any-return]


def _terms() -> dict[str, list[tuple[date | None, date | None]]]:
    """First and last days of the terms of everybody, as known now."""
    found: dict[str, list[tuple[date | None, date | None]]] = defaultdict(list)
    rows = PostingVersion.objects.known().values_list(
        "identity__programme__code", "person__code", "starts", "ends_before"
    )
    for programme, person, starts, ends in rows:
        found[f"{programme}/{person}"].append((starts, ends - timedelta(days=1) if ends else None))
    return found


def _free(person: Person | None = None) -> dict[str, date]:
    """The last day on which each person could have served, where one is known; of one person, only theirs."""
    found: dict[str, date] = {}
    rows = PersonVersion.objects.known().exclude(ends_before=None)
    rows = rows if person is None else rows.filter(identity=person)
    for programme, code, ends in rows.values_list("identity__programme__code", "identity__code", "ends_before"):
        assert ends is not None
        subject, last = f"{programme}/{code}", ends - timedelta(days=1)
        found[subject] = max(found.get(subject, last), last)
    return found


def _sealed() -> list[Any]:
    return [model for model in TABLES.values() if issubclass(model, Sealed)]


def _rows_of(keys: set[bytes]) -> dict[Any, list[int]]:
    """Ids of the rows that these keys closed, by model."""
    found: dict[Any, list[int]] = {}
    for model in _sealed():
        rows = model._default_manager.exclude(closed="").values_list("pk", "closed")
        if pks := [pk for pk, closed in rows.iterator(chunk_size=5000) if key_id_of(closed) in keys]:
            found[model] = pks
    return found


def _keys_for(purpose: str) -> set[bytes]:
    """Ids of the keys of everything that is kept for a purpose."""
    return {
        key_id_of(row.closed)
        for model in _sealed()
        for row in model._default_manager.exclude(closed="").iterator(chunk_size=2000)
        if row.declared().purpose == purpose
    }


def _chunks(rows: Any) -> Iterable[list[Any]]:
    part: list[Any] = []
    for row in rows.iterator(chunk_size=2000):
        part.append(row)
        if len(part) == 2000:
            yield part
            part = []
    if part:
        yield part


def _person(code: str, programme: str | None) -> Person:
    rows = Person.objects.filter(code=code).select_related("programme")
    found = list((rows if programme is None else rows.filter(programme__code=programme))[:2])
    if len(found) != 1:
        raise InputError(
            f"There is no person {code!r} here." if not found else f"{code!r} is a person of several programmes.",
            hint="People have codes of people.csv." if not found else "Say which with --programme.",
            code="vault.no-person", person=code,
        )  # fmt: skip
    return found[0]


def fields_for(purpose: str) -> list[str]:
    """The fields that may be read for a purpose."""
    found = sorted(field for field, declared in PRIVATE.items() if declared.purpose == purpose)
    if not found:
        known = sorted({declared.purpose.value for declared in PRIVATE.values()})
        raise AccessError(
            f"Nothing is kept for the purpose {purpose!r}.", hint=f"Purposes: {', '.join(known)}.",
            code="vault.no-purpose", purpose=purpose,
        )  # fmt: skip
    return found


def _require_theirs(actor: str, person: Person, *, on: date | None) -> None:
    """Refuse an office that neither sends nor hosts the person, and a secondee who is somebody else."""
    role, _, own = actor.partition(":")
    if role in (Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR):
        return
    may = {person.code} if role == Role.SECONDEE else set[str]()
    if role == Role.DONOR_OFFICE:
        may = set(PersonVersion.objects.known().filter(identity=person).values_list("donor__code", flat=True))
    if role == Role.RECIPIENT_OFFICE:
        posts = PostingVersion.objects.known().filter(person=person).values("post")
        hosts = TABLES["posts"].objects.known().filter(identity__in=posts)
        may = set(hosts.values_list("host__code", flat=True)) | set(hosts.values_list("place__code", flat=True))
    if not own or own not in may:
        raise AccessError(
            f"{actor} may not look at {person.code}.",
            hint="The person's own donor, host, and the person may; an actor is role:code.",
            code="vault.not-theirs", actor=actor, person=person.code,
        )  # fmt: skip
