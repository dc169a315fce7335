"""What secondees and candidates say for themselves: checks, wishes, what they keep to themselves, consent, objections.

Each is a command of the person's own, under the key of the form it came from: sent twice, it counts once. Nothing here
asks where somebody is, how ill they are, or why they decline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pairup.errors import AccessError, ConflictError, InputError
from pairup.exchange.notes import nearest
from pairup.record.models import (
    ArrivalCheckVersion,
    ConsentVersion,
    ConstraintVersion,
    Person,
    PersonVersion,
    PostingVersion,
    PrivateFactVersion,
)
from pairup.services import lives, write
from pairup.services.access import Role, require_may
from pairup.services.personal import open_rows, vault_open
from pairup.services.postings import known_row
from pairup.services.reporting.places import read_atlas
from pairup.values.codes import FeedbackFrom, FeedbackKind, Fits, PostingStatus, Voice
from pairup.values.days import Precision
from pairup.values.purposes import Answer, PrivateField, Purpose

#: days after which an objection is to be answered
REPLY_DAYS = 30
#: what an arrival check asks, each answered with how it fits
ASKED = ("duties", "skills", "language", "living")
#: what a person tells of how to be reached; names are the offices' to record, from papers
TOLD = (
    PrivateField.PHONE, PrivateField.MAIL, PrivateField.EMERGENCY_CONTACT, PrivateField.EMERGENCY_PHONE,
)  # fmt: skip


def own_person(actor: str, programme: str) -> Person:
    """Whoever acts as a secondee, in a programme. Refuses who is nobody there."""
    code = actor.partition(":")[2].rpartition("/")[2]
    found = Person.objects.filter(programme__code=programme, code=code).select_related("programme").first()
    if found is None or actor.partition(":")[0] != Role.SECONDEE:
        raise InputError(f"{actor} is nobody in {programme}.", code="web.missing", what=code)
    return found


def repeated(key: str | None, actor: str, table: str) -> lives.Done | None:
    """What was done under a key before; nothing where it is new. Refuses a key that somebody else used."""
    if not key or (entry := write.entry_under(key)) is None:
        return None
    if entry.actor != actor:
        raise ConflictError("This command was carried out before.", code="record.done-before", key=key)
    return lives.Done(table, "", "before", entry.number)


def check_in(
    posting: str, *, well: bool | None, wants_call: bool, actor: str, at: datetime, programme: str,
    key: str | None = None,
) -> lives.Done:  # fmt: skip
    """Say that one is well, or wants a call. The home office sees that one did, and whether a call is wanted."""
    require_may(actor, "welfare.check")
    with write.alone():
        if (before := repeated(key, actor, "welfare_checks")) is not None:
            return before
        row = _own_posting(posting, actor, programme)
        code = lives.free_code("welfare_checks", f"WC-{posting}", programme=programme)
        cells = {"code": code, "day": lives.day_of(at).isoformat(), "posting": posting,
                 "well": "" if well is None else _yes(well), "wants_call": _yes(wants_call),
                 "is_synthetic": _yes(row.is_synthetic)}  # fmt: skip
        writing = lives.added("welfare_checks", [cells], programme=programme)
        with write.command("welfare.check", actor=actor, at=at, programme=programme, key=key) as doing:
            writing(doing)
    return lives.Done("welfare_checks", code, "said", doing.entry.number)


def answer_arrival(
    posting: str, fits: Mapping[str, Fits], *, release_share: str = "", actor: str, at: datetime, programme: str,
    key: str | None = None,
) -> lives.Done:  # fmt: skip
    """Say how a post fits after arrival, as its secondee or its host, each once and apart."""
    require_may(actor, "arrival.check")
    voice = Voice.SECONDEE if actor.partition(":")[0] == Role.SECONDEE else Voice.HOST
    with write.alone():
        if (before := repeated(key, actor, "arrival_checks")) is not None:
            return before
        row = _own_posting(posting, actor, programme) if voice is Voice.SECONDEE else known_row(
            PostingVersion, posting, programme
        )  # fmt: skip
        told = ArrivalCheckVersion.objects.known().filter(posting=row.identity_id, said_by=voice)
        if told.exists():
            raise ConflictError(
                f"The {voice} answered for {posting} before.", code="persons.answered-before", posting=posting
            )
        code = f"AC-{posting}-{voice}"
        cells = {"code": code, "day": lives.day_of(at).isoformat(), "posting": posting, "said_by": voice.value,
                 "release_share": release_share, "is_synthetic": _yes(row.is_synthetic),
                 **{name: fits[name].value for name in ASKED if name in fits}}  # fmt: skip
        writing = lives.added("arrival_checks", [cells], programme=programme)
        with write.command("arrival.check", actor=actor, at=at, programme=programme, key=key) as doing:
            writing(doing)
    return lives.Done("arrival_checks", code, voice.value, doing.entry.number)


def prefer(
    places: Sequence[str], *, actor: str, at: datetime, programme: str, key: str | None = None
) -> lives.Done:  # fmt: skip
    """Say where one would rather serve, best first; nothing at all is an answer too. It weighs in plans to come.

    Refused: a place that is not in the record, with those whose codes are like it.
    """
    require_may(actor, "person.prefer")
    _require_places(places, on=at.date())
    with write.alone():
        if (before := repeated(key, actor, "people")) is not None:
            return before
        person = own_person(actor, programme)
        rows = PersonVersion.objects.known().filter(identity=person).select_related("identity").order_by("starts")
        (row,) = open_rows([rows.last()])
        if list(row.prefers or ()) == list(places):
            return lives.Done("people", person.code, "same", 0)
        writing = lives.corrected(row, prefers=list(places))
        with write.command("person.prefer", actor=actor, at=at, programme=programme, key=key) as doing:
            writing(doing)
    return lives.Done("people", person.code, "preferred", doing.entry.number)


def _require_places(codes: Sequence[str], *, on: date) -> None:
    known = read_atlas(on=on).places
    for code in codes:
        if code not in known:
            raise InputError(
                f"There is no place {code}.", hint=f"Like it: {nearest(code, known)}.", code="web.missing", what=code
            )


def keep_away(
    place: str, *, actor: str, at: datetime, programme: str, key: str | None = None
) -> lives.Done:  # fmt: skip
    """Say in confidence where one must not be sent. No reason is taken, and nobody else reads it.

    Refused while no impact assessment covers it: nothing is kept that nobody answered for.
    """
    require_may(actor, "constraint.tell")
    with write.alone():
        if (before := repeated(key, actor, "constraints")) is not None:
            return before
        person = own_person(actor, programme)
        code = lives.free_code("constraints", f"CN-{person.code}", programme=programme)
        cells = {"code": code, "person": person.code, "not_at": place, "from": lives.day_of(at).isoformat(),
                 "is_synthetic": _yes(is_synthetic(person))}  # fmt: skip
        writing = lives.added("constraints", [cells], programme=programme)
        with write.command("constraint.tell", actor=actor, at=at, programme=programme, key=key) as doing:
            writing(doing)
    return lives.Done("constraints", code, "told", doing.entry.number)


def lift(code: str, *, actor: str, at: datetime, programme: str, key: str | None = None) -> lives.Done:
    """Take back what one told in confidence: from today on it keeps one away no more."""
    require_may(actor, "constraint.lift")
    with write.alone():
        if (before := repeated(key, actor, "constraints")) is not None:
            return before
        person = own_person(actor, programme)
        row = known_row(ConstraintVersion, code, programme)
        day = lives.day_of(at)
        if row.person_id != person.pk or (row.ends_before is not None and row.ends_before <= day):
            raise InputError(f"There is no {code}.", code="web.missing", what=code)
        is_of_today = row.starts is not None and row.starts >= day
        with write.command("constraint.lift", actor=actor, at=at, programme=programme, key=key) as doing:
            if is_of_today:
                doing.supersede(ConstraintVersion, [row.pk])
            else:
                lives.corrected(row, ends_before=day, ends_precision=Precision.DAY)(doing)
    return lives.Done("constraints", code, "lifted", doing.entry.number)


def answer_consent(
    purpose: Purpose, answer: Answer, *, language: str, actor: str, at: datetime, programme: str,
    key: str | None = None,
) -> lives.Done:  # fmt: skip
    """Give or withdraw consent to a purpose that one was asked for. To withdraw takes one row, as to give."""
    require_may(actor, "consent.answer")
    with write.alone():
        if (before := repeated(key, actor, "consents")) is not None:
            return before
        person = own_person(actor, programme)
        rows = ConsentVersion.objects.known().filter(person=person, purpose=purpose).select_related("asked_by")
        asked = rows.order_by("day", "pk").last()
        if asked is None:
            raise InputError(f"Nobody asked for {purpose}.", code="web.missing", what=purpose.value)
        code = lives.free_code("consents", f"CS-{person.code}", programme=programme)
        cells = {"code": code, "day": lives.day_of(at).isoformat(), "person": person.code, "purpose": purpose.value,
                 "answer": answer.value, "language": language, "asked_by": asked.asked_by.code,
                 "how_to_withdraw": asked.how_to_withdraw, "is_synthetic": _yes(asked.is_synthetic)}  # fmt: skip
        writing = lives.added("consents", [cells], programme=programme)
        with write.command("consent.answer", actor=actor, at=at, programme=programme, key=key) as doing:
            writing(doing)
    return lives.Done("consents", code, answer.value, doing.entry.number)


def tell(
    facts: Mapping[PrivateField, str], *, actor: str, at: datetime, programme: str, key: str | None = None
) -> lives.Done:  # fmt: skip
    """Tell how to reach oneself, and whom to call when something happens. It is closed, and opened for a purpose only.

    Refuses fields that are not the person's to tell, and everything while the vault is shut.
    """
    require_may(actor, "person.tell")
    if not facts or set(facts) - set(TOLD):
        raise InputError("Tell a phone, a mail address, or whom to call.", code="persons.nothing-told")
    with write.alone():
        if (before := repeated(key, actor, "private_facts")) is not None:
            return before
        person, day = own_person(actor, programme), lives.day_of(at)
        writings = [_told(person, field, value, day) for field, value in facts.items()]
        with write.command("person.tell", actor=actor, at=at, programme=programme, key=key) as doing:
            for writing in writings:
                writing(doing)
    return lives.Done("private_facts", person.code, "told", doing.entry.number)


def _told(person: Person, field: PrivateField, value: str, day: date) -> lives.Writing:
    programme = person.programme.code
    rows = PrivateFactVersion.objects.on(day).filter(person=person, field=field).select_related("identity")
    if (row := rows.order_by("starts").last()) is not None:
        with vault_open():  # to be replaced; nothing of it is told
            open_rows([row])
        return lives.changed_from("private_facts", row, day, {"value": value}, programme=programme)
    cells = {"code": f"PF-{person.code}-{field}", "person": person.code, "field": field.value, "value": value,
             "from": day.isoformat(), "is_synthetic": _yes(is_synthetic(person))}  # fmt: skip
    return lives.added("private_facts", [cells], programme=programme)


def object_to(
    text: str, *, language: str, actor: str, at: datetime, programme: str, key: str | None = None
) -> lives.Done:  # fmt: skip
    """Object to what is kept of one, or ask that it is corrected or erased; the home office answers within 30 days."""
    require_may(actor, "objection.raise")
    with write.alone():
        if (before := repeated(key, actor, "feedback")) is not None:
            return before
        person, day = own_person(actor, programme), lives.day_of(at)
        row = PersonVersion.objects.known().filter(identity=person).select_related("donor").order_by("starts").last()
        code = lives.free_code("feedback", f"OB-{person.code}", programme=programme)
        cells = {"code": code, "day": day.isoformat(), "kind": FeedbackKind.OBJECTION.value,
                 "said_by": FeedbackFrom.SECONDEE.value, "about": f"people/{person.code}",
                 "owner": row.donor.code if row is not None else "", f"text_{language[:2]}": text,
                 "reply_due": (day + timedelta(days=REPLY_DAYS)).isoformat(),
                 "is_synthetic": _yes(is_synthetic(person))}  # fmt: skip
        writing = lives.added("feedback", [cells], programme=programme)
        with write.command("objection.raise", actor=actor, at=at, programme=programme, key=key) as doing:
            writing(doing)
    return lives.Done("feedback", code, "open", doing.entry.number)


def _own_posting(code: str, actor: str, programme: str) -> Any:
    """A posting of whoever acts that is not over. Refuses another's, which looks like none."""
    person = own_person(actor, programme)
    rows = PostingVersion.objects.known().filter(identity__programme__code=programme, identity__code=code)
    row = rows.filter(person=person).select_related("identity").order_by("-number").first()
    if row is None:
        raise InputError(f"There is no posting {code}.", code="web.missing", what=code)
    if row.status not in (PostingStatus.PLANNED, PostingStatus.IN_POST):
        raise AccessError(f"{code} is over.", code="persons.posting-over", posting=code)
    return row


def is_synthetic(person: Person) -> bool:
    return PersonVersion.objects.known().filter(identity=person, is_synthetic=True).exists()


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
