"""Complaints: sealed to a body outside before they arrive, kept so that none can be lost without its being seen.

Off until a body outside the offices is named with a public key that is published elsewhere. Every naming stands in the
journal and on the page. Whoever complains is written down as the public whatever account is open, by the day and not
the hour, and nothing here opens, changes or takes away a complaint. What cannot be hidden: the place of an entry in the
journal tells roughly when it came, and who keeps the database can count.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth

from pairup.errors import ConflictError, InputError
from pairup.keys import box, sealing
from pairup.record.acting import Role, acting_as, whole
from pairup.record.complaints import (
    BoxRecipient,
    BoxRecipientVersion,
    Complaint,
    ComplaintAnswer,
    ComplaintAnswerVersion,
    ComplaintVersion,
)
from pairup.record.models import (
    OrganisationVersion,
    PairingVersion,
    PersonVersion,
    PlaceVersion,
    PostVersion,
    ProgrammeVersion,
    QuotaVersion,
)
from pairup.services import write
from pairup.services.access import require_may

#: a month's count is told from here on; below it, only that it is below
FEWEST_TOLD = 10
#: complaints a day; a flood fills no disk, and paper and phone stay open
MOST_A_DAY = 200
_CODE = 12  # characters of a receipt or tag that make a code


@dataclass(frozen=True, slots=True)
class Recipient:
    """A body outside, or (without a key) a box that was closed; from `day` on, for a reason."""

    day: date
    name_en: str = ""
    name_zh: str = ""
    key: str = ""
    mark: str = ""
    published_at: str = ""
    post: str = ""
    phone: str = ""
    answer_days: int | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.key)


# --- whom it is sealed to --------------------------------------------------------------------------------------------


def name_recipient(
    name_en: str, *, key: str, published_at: str, post: str, phone: str, answer_days: int, actor: str, at: datetime,
    name_zh: str = "", reason: str = "", day: date | None = None,
) -> Recipient:  # fmt: skip
    """Name the body that complaints are sealed to from a day on (today).

    Refuses a body that takes part in the programme, a key that is none, a key said to be published nowhere, ways of
    paper or phone left out, a day that is past, and a change without a reason.
    """
    require_may(actor, "complaint.recipient")
    mark = sealing.mark_of(sealing.read_public(key))
    _require_said(name=name_en, published=published_at, post=post, phone=phone)
    if not 1 <= answer_days <= 366:
        raise InputError("A body answers within 1 to 366 days.", code="complaints.answer-days", days=answer_days)
    said = Recipient(
        day or at.date(), name_en.strip(), name_zh.strip(), key.strip(), mark, published_at.strip(), post.strip(),
        phone.strip(), answer_days, reason.strip(),
    )  # fmt: skip
    with write.alone():
        _require_outside(said)
        _require_after(said, at)
        facts = {"body": said.name_en, "mark": mark, "reason": said.reason}
        with write.command("complaint.recipient", actor=actor, at=at, facts=facts) as doing:
            _add_recipient(doing, said)
    return said


def close(*, reason: str, actor: str, at: datetime) -> None:
    """Close the box from today on: nothing is received until a body is named again. Refuses one that is closed."""
    require_may(actor, "complaint.close")
    said = Recipient(at.date(), reason=reason.strip())
    with write.alone():
        require_recipient(on=said.day)
        _require_after(said, at)
        with write.command("complaint.close", actor=actor, at=at, facts={"reason": said.reason}) as doing:
            _add_recipient(doing, said)


def _add_recipient(doing: write.Doing, said: Recipient) -> None:
    with whole():
        code = f"box-{BoxRecipient.objects.count() + 1}"
    ids = doing.identities(BoxRecipient, [code])
    cells = {name: getattr(said, name) for name in Recipient.__dataclass_fields__}
    doing.add(BoxRecipientVersion, [BoxRecipientVersion(identity_id=ids[code], **cells)])


def _require_said(**said: str) -> None:
    missing = sorted(name for name, text in said.items() if not text.strip())
    if missing:
        raise InputError(
            f"Not said: {', '.join(missing)}.",
            hint="A box names its body, where its key is published, post and phone.",
            code="complaints.not-said", missing=", ".join(missing),
        )  # fmt: skip


def _require_after(said: Recipient, at: datetime) -> None:
    """Refuse a day that is past or before the last change, and a change that gives no reason."""
    before = read_changes(on=date.max)
    earliest = max([at.date(), *(one.day for one in before)])
    if said.day < earliest:
        raise ConflictError(
            f"A change of the box holds from {earliest} on at the earliest.", code="complaints.past-day", day=earliest
        )
    if before and not said.reason:
        raise InputError("A change of the box has a reason, and the page shows it.", code="complaints.no-reason")


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


@whole()
def _require_outside(said: Recipient) -> None:
    """Refuse a body that is one of the three sides: by name or code, whatever the spelling of blanks and letters."""
    sides: set[int | None] = set()
    for rows, columns in (
        (PairingVersion.objects.known(), ("donor", "recipient")), (PostVersion.objects.known(), ("host",)),
        (PersonVersion.objects.known(), ("donor",)), (QuotaVersion.objects.known(), ("donor",)),
    ):  # fmt: skip
        for column in columns:
            sides.update(rows.values_list(f"{column}_id", flat=True).distinct())
    names = [row.identity.code for row in ProgrammeVersion.objects.known().select_related("identity")]
    for known in (ProgrammeVersion, PlaceVersion):
        for pair in known.objects.known().values_list("name_en", "name_zh"):
            names += pair
    parties = OrganisationVersion.objects.known().filter(identity__in=sides - {None})
    for three in parties.values_list("identity__code", "name_en", "name_zh"):
        names += three
    taken = {_plain(name) for name in names} - {""}
    if inside := next((name for name in (said.name_en, said.name_zh) if _plain(name) in taken), ""):
        raise InputError(
            f"{inside} takes part in the programme, so it cannot receive complaints about it.",
            hint="Name a body that is neither donor, recipient, host nor programme office.",
            code="complaints.not-outside", body=inside,
        )  # fmt: skip


def read_changes(*, on: date) -> list[Recipient]:
    """Every naming and closing that held by a day, the first one first."""
    rows = BoxRecipientVersion.objects.on(on).order_by("day", "pk")
    return [Recipient(**{name: getattr(row, name) for name in Recipient.__dataclass_fields__}) for row in rows]


def read_recipient(*, on: date) -> Recipient | None:
    """The body that complaints are sealed to on a day; nothing where the box is off.

    Refuses a key that does not give the number beside it: somebody changed one behind the journal's back.
    """
    changes = read_changes(on=on)
    if not changes or not changes[-1].is_open:
        return None
    if sealing.mark_of(sealing.read_public(changes[-1].key)) != changes[-1].mark:
        raise ConflictError(
            "The key of the box is not the one that was named, so nothing is sealed to it.",
            hint="Write on paper or phone. `pairup verify` says which rows differ.", code="complaints.changed-key",
        )  # fmt: skip
    return changes[-1]


def require_recipient(*, on: date) -> Recipient:
    """The body that complaints are sealed to on a day. Refuses a box that is off."""
    found = read_recipient(on=on)
    if found is None:
        raise ConflictError(
            "There is no box: no body outside the offices has been named.",
            hint="`pairup complaints recipient` names one.", code="complaints.off",
        )  # fmt: skip
    return found


# --- what comes in ---------------------------------------------------------------------------------------------------


def receive(envelope: bytes, *, receipt: str, mark: str, at: datetime) -> None:
    """Keep a sealed complaint, as of the day and from nobody, whoever is signed in.

    The same complaint sent again is kept once. Refuses a box that is off, a key that is no longer the box's, an
    envelope of a length there is none of, a receipt that stands for another complaint, and more than a day's worth.
    """
    if len(envelope) > sealing.ENVELOPES[-1]:
        raise sealing.too_long()
    if len(envelope) not in sealing.ENVELOPES or not box.is_mark(receipt):
        raise InputError("This is no sealed complaint.", code="complaints.not-sealed")
    morning = datetime.combine(at.date(), time(), UTC)
    with acting_as(Role.PUBLIC), write.alone():
        if require_recipient(on=at.date()).mark != mark:
            raise ConflictError(
                "The box has another key now.", hint="Open the page again and compare the number.",
                code="complaints.other-key",
            )  # fmt: skip
        if _is_kept(envelope, receipt, at.date()):
            return
        with write.command("complaint.receive", actor=str(Role.PUBLIC), at=morning) as doing:
            code = receipt[:_CODE]
            ids = doing.identities(Complaint, [code])
            row = ComplaintVersion(
                identity_id=ids[code], day=morning.date(), receipt=receipt, mark=mark, envelope=envelope,
                size=sealing.SIZES[sealing.ENVELOPES.index(len(envelope))],
            )  # fmt: skip
            doing.add(ComplaintVersion, [row])


def _complaints() -> Any:
    return ComplaintVersion.objects.known()


def _answers() -> Any:
    return ComplaintAnswerVersion.objects.known()


@whole()
def _is_kept(envelope: bytes, receipt: str, day: date) -> bool:
    known = _complaints().filter(receipt=receipt).first()
    if known is not None:
        if bytes(known.envelope) == envelope:
            return True
        raise ConflictError(
            "This receipt stands for another complaint.", hint="Open the page again for a new code.",
            code="complaints.receipt-taken",
        )  # fmt: skip
    if _complaints().filter(day=day).count() >= MOST_A_DAY:
        raise ConflictError(
            "The box takes no more today.", hint="Write on paper or phone, or come back tomorrow.",
            code="complaints.full",
        )  # fmt: skip
    return False


@dataclass(frozen=True, slots=True)
class Month:
    """A month that is over, and how many complaints came; nothing where they were fewer than are told."""

    first: date
    count: int | None


def read_counts(*, on: date) -> list[Month]:
    """How many complaints came, month by month, for months that are over: all that an office is told.

    A month that is running is not told: seen from day to day its count would say on which day somebody complained.
    """
    changes = read_changes(on=on)
    if not changes:
        return []
    with whole():
        rows = _complaints().annotate(month=TruncMonth("day")).values_list("month")
        found = dict(rows.annotate(count=Count("pk")).values_list("month", "count"))
    told, month = [], changes[0].day.replace(day=1)
    while (after := (month + timedelta(days=31)).replace(day=1)) <= on:
        count = found.get(month, 0)
        told.append(Month(month, count if count >= FEWEST_TOLD else None))
        month = after
    return told


# --- what goes to the body and comes back ----------------------------------------------------------------------------


def export(*, actor: str, at: datetime) -> bytes:
    """Give the whole box as a file for the body outside. The journal says who took it, and the digest of the file."""
    require_may(actor, "complaint.export")
    with write.alone(), whole():
        rows = _complaints().select_related("identity")
        kept = [box.Kept(row.identity.code, row.day, row.mark, bytes(row.envelope)) for row in rows]
        content = box.write_box(kept, made=at.date())
        with write.command("complaint.export", actor=actor, at=at, facts={"sha256": sha256(content).hexdigest()}):
            return content


def take_answers(content: bytes, *, actor: str, at: datetime) -> int:
    """Take in what the body answered; give how many were new. Refuses another answer under a tag that has one."""
    require_may(actor, "complaint.answer")
    answers = box.read_answers(content)
    with write.alone(), whole():
        known = _envelopes(_answers().filter(tag__in=[one.tag for one in answers]))
        if any(known.get(one.tag, one.sealed) != one.sealed for one in answers):
            raise ConflictError("One of these tags has another answer already.", code="complaints.answered-conflict")
        new = {one.tag: one.sealed for one in answers if one.tag not in known}
        if not new:
            return 0
        with write.command("complaint.answer", actor=actor, at=at) as doing:
            ids = doing.identities(ComplaintAnswer, [tag[:_CODE] for tag in new])
            rows = [
                ComplaintAnswerVersion(identity_id=ids[tag[:_CODE]], day=at.date(), tag=tag, envelope=sealed)
                for tag, sealed in sorted(new.items())
            ]
            doing.add(ComplaintAnswerVersion, rows)
    return len(new)


def _envelopes(rows: Iterable[Any]) -> dict[str, bytes]:
    return {row.tag: bytes(row.envelope) for row in rows}


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether the record holds a complaint, and what lies under the tags asked for."""

    is_kept: bool
    answers: tuple[bytes, ...]


@whole()
def kept_under(receipt: str, tags: Sequence[str]) -> Kept:
    """Say whether a complaint is kept, and give what lies under its tags; noise of the same size where nothing does.

    Whoever listens to the line sees the same whether there is an answer or not.
    """
    if not box.is_mark(receipt) or len(tags) != sealing.MOST_ANSWERS or not all(map(box.is_mark, tags)):
        raise InputError("This is no receipt.", code="complaints.no-receipt")
    found = _envelopes(_answers().filter(tag__in=tags))
    answers = tuple(found.get(tag) or os.urandom(sealing.SEALED_ANSWER) for tag in tags)
    return Kept(_complaints().filter(receipt=receipt).exists(), answers)
