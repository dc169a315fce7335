"""The one door to personal columns: closes them as rows are written, and opens them for the purposes declared.

Closing and opening go by the batch. A row whose key was destroyed, or whose closed part was emptied, opens to nothing:
its person was erased, or the time of keeping ran out. A key that is not known is refused, for that is no erasure.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from typing import Any

import rfc8785
from django.db import connection
from django.db.models import QuerySet

from pairup.errors import AccessError, ConflictError, InputError
from pairup.keys import Key, KeyRing, close_text, key_id_of, open_text
from pairup.record.acting import Role, acting
from pairup.record.closed import closed_fields
from pairup.record.dated import Sealed
from pairup.record.models import TABLES, AssessmentVersion, Person, PostingVersion

_SEALED = ("pk", "sealed", "closed")
#: set while a read that was logged, or a comparison that tells nobody anything, opens rows of the vault
_IN_VAULT: ContextVar[bool] = ContextVar("in_vault", default=False)


_OFFICES = (Role.DONOR_OFFICE, Role.RECIPIENT_OFFICE)
#: set while a service tells an office a part of what is opened for the person alone
_IN_PART: ContextVar[bool] = ContextVar("in_part", default=False)


@contextmanager
def told_in_part() -> Iterator[None]:
    """Let a service open what is for the person alone, to tell an office the part that is for them."""
    token = _IN_PART.set(True)
    try:
        yield
    finally:
        _IN_PART.reset(token)


@contextmanager
def vault_open() -> Iterator[None]:
    """Let rows of the vault be opened: by the read that logs itself, and to compare them with what comes in."""
    token = _IN_VAULT.set(True)
    try:
        yield
    finally:
        _IN_VAULT.reset(token)


def keys_path() -> Path:
    """The key file of the open record: PAIRUP_KEYS, or beside a record in a file. Never part of the record itself."""
    if named := os.environ.get("PAIRUP_KEYS"):
        return Path(named)
    if place := connection.settings_dict.get("PLACE"):
        return Path(f"{place}.keys")
    raise InputError(
        "A record on a server has no file to put its keys beside.",
        hint="PAIRUP_KEYS names the key file; keep it off the database's own machine.", code="vault.no-key-file",
    )  # fmt: skip


def open_ring(*, create: bool = False) -> KeyRing:
    """Open the key file of the open record; `create` makes one where there is none."""
    master = os.environ.get("PAIRUP_MASTER_KEY")
    return KeyRing.open(keys_path(), create=create, master=Path(master) if master else None)


def require_keys_outside(folder: Path) -> None:
    """Refuse a folder that holds the key file: whoever copies the folder would carry keys and record together."""
    if keys_path().resolve().is_relative_to(folder.resolve()):
        raise ConflictError(
            f"The key file {keys_path()} lies in {folder}.",
            hint="Name another folder: keys and what they close are kept apart.",
            code="vault.keys-inside", path=str(keys_path()), folder=str(folder),
        )  # fmt: skip


def seal_of(said: Sequence[Any], salt: str) -> str:
    """HMAC of a row's personal columns under its own salt; what the journal knows of them."""
    return hmac.new(bytes.fromhex(salt), rfc8785.dumps(list(said)), hashlib.sha256).hexdigest()


def close(model: type[Sealed], rows: Sequence[Any], *, at: datetime) -> None:
    """Seal and close rows that are about to be written, each under its person's key; missing keys are made.

    A copy of a row in force that was never opened keeps what it is closed with. Refused: personal columns of somebody
    who was erased.
    """
    fields = closed_fields(model)
    _require_assessed(model, rows, at)
    waiting = [row for row in rows if not (row.closed or row.sealed) or any(name in row.__dict__ for name in fields)]
    if not waiting:
        return
    said = [[field.plain(getattr(row, name)) for name, field in fields.items()] for row in waiting]
    drawers = [
        (subject, f"{row.drawer_of()}/{at.year}")
        for row, subject in zip(waiting, subjects(model, waiting), strict=True)
    ]
    with open_ring(create=True) as ring:
        erased = ring.erased(subject for subject, _ in drawers)
        keys = ring.keys_for((wanted for wanted in drawers if wanted[0] not in erased), at=at)
    for row, columns, wanted in zip(waiting, said, drawers, strict=True):
        salt = secrets.token_hex(16)
        row.sealed, row.closed = seal_of(columns, salt), ""
        if wanted[0] not in erased:
            row.closed = close_text(keys[wanted], _json([salt, columns]), _context(model, row.sealed))
        elif any(columns):
            raise _erased(wanted[0], erased[wanted[0]])


def _require_assessed(model: type[Sealed], rows: Sequence[Any], at: datetime) -> None:
    """Refuse rows of the vault while no impact assessment of their programme covers their purpose."""
    if not (model.in_vault or model.needs_assessment):
        return
    versions: Any = model
    noun = versions._meta.get_field("identity").related_model
    homes = dict(noun.objects.filter(pk__in={row.identity_id for row in rows}).values_list("pk", "programme__code"))
    for programme in sorted(set(homes.values())):
        purposes = {row.declared().purpose for row in rows if homes[row.identity_id] == programme}
        require_assessed(programme, purposes, on=at.date())


def require_assessed(programme: str, purposes: Iterable[str], *, on: date) -> None:
    """Refuse purposes that no impact assessment in force on a day covers; an assessment without a list covers all."""
    signed = AssessmentVersion.objects.on(on).filter(identity__programme__code=programme)
    covered = [frozenset(row.purposes) for row in signed]
    for purpose in sorted(purposes):
        if not any(not listed or purpose in listed for listed in covered):
            raise AccessError(
                f"The vault of {programme} is shut for {purpose}: no impact assessment of it is signed on {on}.",
                hint="Fill in docs/howto/impact-assessment.md, sign it, and record it in assessments.csv.",
                code="vault.shut", programme=programme, purpose=purpose, day=str(on),
            )  # fmt: skip


def open_rows(rows: Iterable[Any]) -> list[Any]:
    """Open version rows of one model: their personal columns can be read afterwards, None where they are erased."""
    found = list(rows)
    if found:
        model = type(found[0])
        for row, told in zip(found, open_told(model, [(row.sealed, row.closed) for row in found]), strict=True):
            row.__dict__.update(told if told is not None else dict.fromkeys(closed_fields(model)))
    return found


def open_values(rows: QuerySet[Any], *columns: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Give these columns of a query's rows, and their personal columns by name; rows that are erased are left out."""
    found = list(rows.values_list("sealed", "closed", *columns))
    told = open_told(rows.model, [(sealed, closed) for sealed, closed, *_ in found])
    for (_, _, *values), opened in zip(found, told, strict=True):
        if opened is not None:
            yield tuple(values), opened


def unlogged(table: str) -> AccessError:
    """Give the refusal of a read that would leave no row."""
    return AccessError(
        f"{table} is read for a declared purpose, one read at a time.",
        hint="`pairup vault read PERSON --purpose …`; the person sees that it was read.",
        code="vault.unlogged", table=table,
    )  # fmt: skip


def open_told(model: type[Any], kept: Sequence[tuple[str, str]]) -> list[dict[str, Any] | None]:
    """Open pairs of `sealed` and `closed` of a model: personal columns by name, in order; None where erased."""
    if model.in_vault and not _IN_VAULT.get():
        raise unlogged(model.table)
    if model.for_oneself and not _IN_PART.get() and acting().actor.role in _OFFICES:
        raise AccessError(
            f"{model.table} is opened for the person alone.",
            hint="The board of check-ins tells who wants a call.",
            code="persons.for-oneself", table=model.table,
        )  # fmt: skip
    fields, keys = closed_fields(model), _keys_of(closed for _, closed in kept)
    told: list[dict[str, Any] | None] = []
    for sealed, closed in kept:
        found = _open(model, keys, sealed, closed)
        told.append(found and {n: f.read(said) for (n, f), said in zip(fields.items(), found[1], strict=True)})
    return told


def _keys_of(closed: Iterable[str]) -> dict[bytes, Key | None]:
    """The keys that texts were closed with, by id; None for those that were destroyed. Refuses one that is unknown."""
    wanted = {key_id_of(one) for one in closed if one}
    if not wanted:
        return {}
    with open_ring() as ring:
        keys = ring.known(wanted)
    if wanted - keys.keys():
        raise InputError(
            f"The key file {keys_path()} lacks keys of this record.",
            hint="PAIRUP_KEYS names the key file that was made with it.", code="vault.key-missing",
            path=str(keys_path()),
        )  # fmt: skip
    return keys


def _open(model: type[Any], keys: dict[bytes, Key | None], sealed: str, closed: str) -> tuple[str, list[Any]] | None:
    """Salt and plain values of one row; None where they are erased."""
    key = keys[key_id_of(closed)] if closed else None
    if key is None:
        return None
    salt, said = json.loads(open_text(key, closed, _context(model, sealed)))
    return salt, said


def broken_seals(using: str = "default") -> Iterator[tuple[str, int]]:
    """Rows whose personal columns are not what was sealed, by table and id, as far as their keys are at hand.

    The journal verifies without any key: a row's seal is part of its digest. This looks behind the seal.
    """
    if not keys_path().exists():
        return
    for table, model in TABLES.items():
        if not issubclass(model, Sealed):
            continue
        rows = list(model._base_manager.using(using).exclude(closed="").order_by("pk").values_list(*_SEALED))
        with open_ring() as ring:
            keys = ring.known(key_id for _, _, closed in rows if (key_id := _id_or_none(closed)))
        for pk, sealed, closed in rows:
            if (key_id := _id_or_none(closed)) is not None and key_id not in keys:
                continue
            try:
                found = _open(model, keys, sealed, closed)
            except ConflictError:
                yield table, pk
            else:
                if found is not None and seal_of(found[1], found[0]) != sealed:
                    yield table, pk


def _id_or_none(closed: str) -> bytes | None:
    """The key's id of a text; None where it is torn."""
    try:
        return key_id_of(closed)
    except ConflictError:
        return None


def subjects(model: type[Sealed], rows: Sequence[Any]) -> list[str]:
    """Say of each row whose it is, as `programme/code`; keys go by this."""
    if model.whose == "about":
        return [_proposed_about(row) for row in rows]
    ids = [getattr(row, f"{model.whose}_id") for row in rows]
    if model.whose == "posting":
        serving: dict[int, int] = {}
        for part in _parts(sorted(set(ids))):
            terms = PostingVersion.objects.filter(identity__in=part).order_by("number")
            serving.update(terms.values_list("identity_id", "person_id"))
        ids = [serving[one] for one in ids]
    codes: dict[int, str] = {}
    for part in _parts(sorted(set(ids))):
        people = Person.objects.filter(pk__in=part).values_list("pk", "programme__code", "code")
        codes.update({pk: f"{programme}/{code}" for pk, programme, code in people})
    return [codes[one] for one in ids]


def _proposed_about(row: Any) -> str:
    """Whom a proposed row is about: whoever the row of that code is about, or whom its own cells name."""
    table, _, code = row.about.partition("/")
    programme = row.of_programme.code if row.of_programme_id else ""
    model: Any = TABLES[table]
    if not issubclass(model, Sealed):
        return f"{programme}/{row.about}"  # nobody's; the key is of the conflict alone
    standing = model.objects.filter(identity__code=code, identity__programme=row.of_programme_id).last()
    if standing is not None:
        return subjects(model, [standing])[0]
    named = [cells.get(model.whose) or code for cells in row.proposed.get("rows", ())]
    return f"{programme}/{named[0] if named else code}"


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), 500):
        yield ids[at : at + 500]


def _context(model: type[Any], sealed: str) -> str:
    """What a closed part belongs to: its table and, by the seal that the journal holds, its row."""
    return f"{model.table}\n{sealed}"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _erased(subject: str, at: str) -> ConflictError:
    return ConflictError(
        f"{subject} was erased on {at[:10]}, and nothing personal of them is recorded again.",
        hint="Leave the personal columns empty, or give whoever is meant a code of their own.",
        code="vault.erased", person=subject, day=at[:10],
    )  # fmt: skip
