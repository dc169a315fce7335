"""Reading the vault for many people at once: one office asks, another agrees, the first reads once, and all are told.

The three steps are entries of the journal and nothing else, each under a key that can be used once. Every person who
is read gets the row that any read of the vault leaves, and how many were read stands where everybody can count it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pairup.errors import AccessError, ConflictError, InputError
from pairup.exchange.cells import holds_national_id
from pairup.exchange.sheets import write_sheet
from pairup.record.acting import whole
from pairup.record.journal import JournalEntry
from pairup.record.models import PersonVersion, PrivateFactVersion, Programme, VaultRead, VaultReadVersion
from pairup.services import lives, vault, write
from pairup.services.access import require_may
from pairup.services.personal import open_values, require_assessed, vault_open

#: an ask waits so long for the other office, and what was agreed so long to be read
LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Ask:
    """That an office wants to read of many people, and how far it has come."""

    code: str
    programme: str
    purpose: str
    persons: tuple[str, ...]
    why: str
    asked_by: str
    at: datetime
    agreed_by: str = ""
    agreed_at: datetime | None = None
    taken_at: datetime | None = None

    @property
    def lasts(self) -> datetime:
        return (self.agreed_at or self.at) + LASTS


@dataclass(frozen=True, slots=True)
class Count:
    """What everybody may know: how often many people were read at once, and how many people's facts in all."""

    asked: int
    agreed: int
    taken: int
    people: int


def ask(
    purpose: str, *, why: str, actor: str, at: datetime, persons: Sequence[str] = (), round_code: str = "",
    programme: str | None = None,
) -> Ask:  # fmt: skip
    """Ask to read what is kept of some people, or of all of a round, for one purpose. Nothing is read.

    Refuses a purpose that no field declares, people who are not the asker's, and a reason that names somebody.
    """
    require_may(actor, "person.bulk-ask")
    home = lives.programme_of(programme)
    if not why or holds_national_id(why):
        raise InputError("Say why, without a person's number: the journal keeps it.", code="vault.no-reason")
    vault.fields_for(purpose)
    require_assessed(home, {purpose}, on=at.date())
    with write.alone():
        wanted = tuple(sorted(set(persons) or _of_round(round_code, home)))
        if not wanted:
            raise InputError(
                "That is nobody.", hint="Name people, or a round that has some.", code="vault.bulk-nobody"
            )  # fmt: skip
        for person in wanted:
            vault.require_readable(actor, person, purpose, programme=home, on=at.date())
        said = {"purpose": purpose, "persons": list(wanted), "why": why}
        code = _code(actor, at, said)
        with write.command(
            "person.bulk-ask", actor=actor, at=at, programme=home, key=f"bulk-ask:{code}", facts=said
        ) as doing:  # fmt: skip
            entry = doing.entry
    return Ask(code, home, purpose, wanted, why, actor, entry.at)


def agree(code: str, *, actor: str, at: datetime) -> Ask:
    """Agree to an ask, as another office than the one that asked. Refuses one that is past its time or agreed to."""
    require_may(actor, "person.bulk-agree")
    with write.alone():
        found = _standing(code, at)
        if found.agreed_by:
            raise ConflictError(
                f"{found.agreed_by} agreed to {code} before.", code="vault.bulk-agreed", ask=code, by=found.agreed_by
            )  # fmt: skip
        if actor == found.asked_by:
            raise AccessError(
                f"{actor} asked for {code} and may not agree to it as well.",
                hint="Another office agrees.", code="vault.bulk-two", actor=actor, ask=code,
            )  # fmt: skip
        with write.command(
            "person.bulk-agree", actor=actor, at=at, programme=found.programme, key=f"bulk-agree:{code}",
            facts={"ask": code},
        ):  # fmt: skip
            pass
    return _standing(code, at)


def take(code: str, *, actor: str, at: datetime) -> dict[str, dict[str, str]]:
    """Read what was agreed to, once: values by field by person. Whoever is read can see it; the erased are left out.

    Refuses anybody but the asker, an ask that nobody agreed to, one past its time, and a second time.
    """
    require_may(actor, "person.bulk-take")
    with write.alone():
        found = _standing(code, at)
        _require_ready(found, actor)
        wanted, home = vault.fields_for(found.purpose), Programme.objects.get(code=found.programme)
        require_assessed(found.programme, {found.purpose}, on=at.date())
        people = {
            person: vault.require_readable(actor, person, found.purpose, programme=home.code, on=at.date())
            for person in found.persons
        }
        with write.command(
            "person.bulk-take", actor=actor, at=at, programme=home.code, key=f"bulk-take:{code}",
            facts={"ask": code, "people": len(people)},
        ) as doing:  # fmt: skip
            codes = {person: f"{person}/{doing.entry.number}" for person in people}
            ids = doing.identities(VaultRead, codes.values(), programme=home)
            doing.add(VaultReadVersion, [
                VaultReadVersion(
                    identity_id=ids[codes[person]], day=doing.entry.at.date(), person=row, purpose=found.purpose,
                    fields=wanted, by=actor,
                )
                for person, row in people.items()
            ])  # fmt: skip
            return _told(people, wanted, at)


def _told(people: dict[str, Any], wanted: Sequence[str], at: datetime) -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = {}
    ids = [row.pk for row in people.values()]
    for start in range(0, len(ids), 500):
        rows = PrivateFactVersion.objects.on(at.date()).filter(person__in=ids[start : start + 500], field__in=wanted)
        with vault_open():
            for (person, field), said in open_values(rows.order_by("starts", "number"), "person__code", "field"):
                told.setdefault(str(person), {})[str(field)] = said["value"]
    return told


def write_told(told: Mapping[str, Mapping[str, str]], into: Path) -> None:
    """Write what was read as a CSV that only its owner can open, a line for each field."""
    lines = (
        [person, field, value] for person, fields in sorted(told.items()) for field, value in sorted(fields.items())
    )
    into.touch(mode=0o600)
    into.write_text("".join(write_sheet(["person", "field", "value"], lines)), encoding="utf-8", newline="")


def asks_of(programme: str | None = None) -> list[Ask]:
    """Every ask, oldest first: who asked for what, who agreed, and whether it was read. It names nobody but by code."""
    return [one for one in _asks() if programme is None or one.programme == programme]


def count_asks(programme: str | None = None) -> Count:
    """How often many people were read at once. For everybody, whoever asks: it holds no code of a person."""
    found = asks_of(programme)
    read = [one for one in found if one.taken_at]
    return Count(
        len(found), sum(bool(one.agreed_by) for one in found), len(read), sum(len(one.persons) for one in read)
    )  # fmt: skip


@whole()
def read_taken(programme: str, *, on: date, known_by: date | None = None) -> dict[tuple[str, str], list[int]]:
    """By who asked and who agreed: of how many people each reading was, up to a day. Everybody may know it."""
    found: dict[tuple[str, str], list[int]] = {}
    rows = JournalEntry.objects.filter(
        command="person.bulk-take", programme__code=programme, at__date__lte=min(on, known_by or on)
    )
    for entry in rows.order_by("number"):
        said = json.loads(bytes(entry.leaf))["facts"]
        agreed = write.entry_under(f"bulk-agree:{said['ask']}")
        found.setdefault((entry.actor, agreed.actor if agreed else ""), []).append(said["people"])
    return found


@whole()
def _asks(code: str = "") -> list[Ask]:
    """The asks of the journal with what followed; looked up whole, for the other office is to find them."""
    key = f"bulk-ask:{code}"
    rows = JournalEntry.objects.filter(command="person.bulk-ask").select_related("programme").order_by("number")
    return list(map(_read, rows.filter(key=key) if code else rows))


def _read(entry: JournalEntry) -> Ask:
    code = (entry.key or "").partition(":")[2]
    said = json.loads(bytes(entry.leaf))["facts"]
    agreed, taken = (write.entry_under(f"bulk-{step}:{code}") for step in ("agree", "take"))
    return Ask(
        code, entry.programme.code if entry.programme else "", said["purpose"], tuple(said["persons"]), said["why"],
        entry.actor, entry.at, agreed.actor if agreed else "", agreed.at if agreed else None,
        taken.at if taken else None,
    )  # fmt: skip


def _standing(code: str, at: datetime) -> Ask:
    found = next(iter(_asks(code)), None)
    if found is None:
        raise InputError(
            f"Nobody asked for {code!r}.", hint="`pairup vault bulk list` lists what was asked for.",
            code="vault.bulk-none", ask=code,
        )  # fmt: skip
    if at > found.lasts:
        raise ConflictError(
            f"{code} lasted until {found.lasts:%Y-%m-%d %H:%M}.", hint="Ask again.", code="vault.bulk-over",
            ask=code, day=f"{found.lasts:%Y-%m-%d}",
        )  # fmt: skip
    return found


def _require_ready(found: Ask, actor: str) -> None:
    if actor != found.asked_by:
        raise AccessError(
            f"{found.code} was asked for by {found.asked_by}.", hint="Whoever asked reads.", code="vault.bulk-other",
            ask=found.code, by=found.asked_by,
        )  # fmt: skip
    if not found.agreed_by:
        raise AccessError(
            f"No other office agreed to {found.code} yet.", hint=f"`pairup vault bulk agree {found.code}`, as another.",
            code="vault.bulk-alone", ask=found.code,
        )  # fmt: skip
    if found.taken_at is not None:
        raise ConflictError(
            f"{found.code} was read on {found.taken_at:%Y-%m-%d}.", hint="Ask again.", code="vault.bulk-taken",
            ask=found.code, day=f"{found.taken_at:%Y-%m-%d}",
        )  # fmt: skip


def _of_round(round_code: str, programme: str) -> Iterator[str]:
    rows = PersonVersion.objects.known().filter(identity__programme__code=programme, round__code=round_code)
    yield from rows.values_list("identity__code", flat=True)


def _code(actor: str, at: datetime, said: dict[str, Any]) -> str:
    """A code that nobody can choose: from what is asked, by whom, when, and where the journal stands."""
    last = write.last_hash()
    text = json.dumps([actor, at.isoformat(), said, last], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]
