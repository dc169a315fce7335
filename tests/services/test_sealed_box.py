"""Complaints reach the body outside, whole; nobody here reads them, and none can be lost without its being seen."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from pairup.errors import AccessError, ConflictError, InputError, PairupError
from pairup.keys import box, sealing
from pairup.record.acting import Actor, Role, acting_as, read_actor
from pairup.record.complaints import BoxRecipientVersion, ComplaintAnswerVersion, ComplaintVersion
from pairup.record.models import JournalEntry
from pairup.services import complaints, edits
from pairup.services.access import POLICY
from pairup.services.write import check_journal
from tests import postgresql
from tests.services.cast import FIRST, OFFICE, a_programme, load

KEY, OTHER = sealing.make_key(), sealing.make_key()
SECRET = "The surgeon was never there, and the money went to the chief."
CODE = "0123 4567 8901 2345"
NOON = datetime.fromisoformat("2026-11-24T12:34:56+00:00")
#: everybody who may be signed in, and nobody
EVERYBODY = ("programme_office", "programme_office:twin", "donor_office:DN-A", "recipient_office:east", "secondee:P-0",
             "evaluator", "administrator", "public")  # fmt: skip


def name_body(name: str = "Ombudsman of the province", **said: Any) -> complaints.Recipient:
    given: dict[str, Any] = {
        "key": sealing.write_public(sealing.public_of(KEY)), "published_at": "the Gazette, 2026, no. 11",
        "post": "P.O. Box 7", "phone": "12345", "answer_days": 30, "name_zh": "省监察专员", "actor": OFFICE,
        "at": FIRST,
    }  # fmt: skip
    return complaints.name_recipient(name, **{**given, **said})


def send(text: str = SECRET, *, code: str = "", at: datetime = NOON, key: Any = KEY) -> str:
    """Complain as the browser does; gives the code."""
    code = code or sealing.make_code()
    receipt, public = sealing.receipt_of(code), sealing.public_of(key)
    envelope = sealing.seal(text, receipt.answer_key, public)
    complaints.receive(envelope, receipt=receipt.receipt, mark=sealing.mark_of(public), at=at)
    return code


def kept(count: int, day: date) -> None:
    """So many complaints of a day, without the half second that each code takes."""
    public = sealing.public_of(KEY)
    for number in range(count):
        envelope = sealing.seal(SECRET, bytes(32), public)
        receipt = sha256(f"{day} {number}".encode()).hexdigest()
        complaints.receive(envelope, receipt=receipt, mark=sealing.mark_of(public), at=_noon(day))


def _noon(day: date) -> datetime:
    return NOON.replace(year=day.year, month=day.month, day=day.day)


def sql(text: str, *values: object) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def programme(record: Path) -> Path:
    load(a_programme())
    return record


@pytest.fixture
def named(programme: Path) -> Path:
    name_body()
    return programme


def code_of(refused: pytest.ExceptionInfo[PairupError]) -> str:
    return refused.value.code


# --- the body outside ------------------------------------------------------------------------------------------------


def test_the_box_is_off_until_a_body_is_named_and_refuses(programme: Path) -> None:
    assert complaints.read_recipient(on=NOON.date()) is None
    with pytest.raises(ConflictError) as refused:
        send()
    assert code_of(refused) == "complaints.off"

    name_body(day=NOON.date() + timedelta(days=1))

    with pytest.raises(ConflictError):
        send()
    send(at=NOON + timedelta(days=1))


@pytest.mark.parametrize("name", ["Aland", " a l a n d", "DN-A", "Twin", "East", "结对", "甲 省"])
def test_a_body_that_takes_part_is_refused_however_it_is_written(programme: Path, name: str) -> None:
    for said in ({"name": name}, {"name_zh": name}):
        with pytest.raises(InputError) as refused:
            name_body(**said)
        assert code_of(refused) == "complaints.not-outside"


@pytest.mark.parametrize(("said", "code"), [
    ({"key": "AAAA"}, "complaints.no-public-key"), ({"published_at": " "}, "complaints.not-said"),
    ({"post": ""}, "complaints.not-said"), ({"phone": ""}, "complaints.not-said"),
    ({"answer_days": 0}, "complaints.answer-days"), ({"day": date(2020, 1, 1)}, "complaints.past-day"),
])  # fmt: skip
def test_a_body_is_named_whole_or_not_at_all(programme: Path, said: dict[str, Any], code: str) -> None:
    with pytest.raises((InputError, ConflictError)) as refused:
        name_body(**said)
    assert code_of(refused) == code


def test_only_the_programme_office_names_a_body(programme: Path) -> None:
    for actor in set(EVERYBODY) - {"programme_office", "programme_office:twin"}:
        with pytest.raises(AccessError):
            name_body(actor=actor)


def test_a_key_that_an_office_replaces_is_seen_with_its_day_and_reason(named: Path) -> None:
    other = sealing.write_public(sealing.public_of(OTHER))
    with pytest.raises(InputError) as refused:
        name_body(key=other, at=NOON)
    assert code_of(refused) == "complaints.no-reason"

    name_body(key=other, at=NOON, reason="The old key was lost.")

    first, second = complaints.read_changes(on=NOON.date())
    assert (first.mark, second.mark) == tuple(sealing.mark_of(sealing.public_of(key)) for key in (KEY, OTHER))
    assert (second.day, second.reason) == (NOON.date(), "The old key was lost.")
    entry = JournalEntry.objects.order_by("-number").first()
    assert entry is not None
    facts = {"body": "Ombudsman of the province", "mark": second.mark, "reason": "The old key was lost."}
    assert json.loads(bytes(entry.leaf))["facts"].items() >= facts.items()
    with pytest.raises(ConflictError) as late:  # a page that lay open since before
        send(at=NOON)
    assert code_of(late) == "complaints.other-key"


def test_a_key_that_the_owner_of_the_database_replaces_is_seen_and_nothing_is_sealed_to_it(named: Path) -> None:
    sql("UPDATE record_boxrecipientversion SET key = %s", sealing.write_public(sealing.public_of(OTHER)))

    with pytest.raises(ConflictError) as refused:
        complaints.read_recipient(on=NOON.date())
    assert code_of(refused) == "complaints.changed-key"
    assert [finding.words.facts["table"] for finding in check_journal()] == ["box_recipients"]

    sql("UPDATE record_boxrecipientversion SET mark = %s", sealing.mark_of(sealing.public_of(OTHER)))

    assert check_journal(), "with the number changed to fit, the journal still tells"


def test_a_closed_box_refuses_and_says_why(named: Path) -> None:
    complaints.close(reason="The body is dissolved.", actor=OFFICE, at=NOON)

    with pytest.raises(ConflictError) as refused:
        send()
    assert code_of(refused) == "complaints.off"
    assert [one.reason for one in complaints.read_changes(on=NOON.date())] == ["", "The body is dissolved."]
    with pytest.raises(ConflictError):
        complaints.close(reason="Again.", actor=OFFICE, at=NOON)


# --- what comes in ---------------------------------------------------------------------------------------------------


def test_a_complaint_reaches_the_body_whole(named: Path) -> None:
    send()

    (one,) = box.read_box(complaints.export(actor=OFFICE, at=NOON))

    assert sealing.open_sealed(one.envelope, KEY).text == SECRET
    assert one.day == NOON.date()


@pytest.mark.parametrize("actor", EVERYBODY)
def test_whoever_is_signed_in_a_complaint_comes_from_nobody_and_at_no_hour(named: Path, actor: str) -> None:
    before = JournalEntry.objects.order_by("-number").first()
    assert before is not None

    with acting_as(Actor(read_actor(actor).role, read_actor(actor).code, user="a-name-of-an-account")):
        code = send()

    receipt = sealing.receipt_of(code).receipt
    every = "\n".join(str(row) for table in _tables() for row in sql(f'SELECT * FROM "{table}"'))
    assert receipt in every, "what is looked through holds the complaint"
    for secret in ("a-name-of-an-account", code, "12:34", "12, 34", "the chief"):
        assert secret not in every
    entry = JournalEntry.objects.order_by("-number").first()
    assert entry is not None
    assert (entry.actor, entry.command) == ("public", "complaint.receive")
    assert entry.at == max(before.at, NOON.replace(hour=0, minute=0, second=0)), "the morning, or the entry before"
    assert "by" not in json.loads(bytes(entry.leaf))["facts"]


def _tables() -> list[str]:
    return [name for name in connection.introspection.table_names() if name.startswith(("record_", "django_"))]


def test_nothing_of_what_was_written_is_in_the_files_of_the_record(named: Path) -> None:
    code = send()
    sql("PRAGMA wal_checkpoint(TRUNCATE)") if connection.vendor == "sqlite" else None

    content = b"".join(path.read_bytes() for path in named.parent.glob(f"{named.name}*")) if named.exists() else b""

    for secret in (SECRET, code, code.replace(" ", "")):
        assert secret.encode() not in content


@pytest.mark.parametrize("actor", EVERYBODY)
def test_no_role_opens_changes_or_takes_a_complaint_away(named: Path, actor: str) -> None:
    send()
    code = ComplaintVersion.objects.get().identity.code
    is_keeper = actor.partition(":")[0] in ("programme_office", "administrator")

    with acting_as(actor):
        seen = list(ComplaintVersion.objects.all())
        with pytest.raises(PairupError):
            edits.correct("complaints", code, {"note": "x"}, seen=1, actor=actor, at=NOON)
        with pytest.raises(PairupError):
            edits.withdraw("complaints", code, seen=1, reason="gone", actor=actor, at=NOON)

    assert len(seen) == (1 if is_keeper else 0)
    for row in seen:
        with pytest.raises(InputError):
            sealing.open_sealed(bytes(row.envelope), OTHER)
    assert ComplaintVersion.objects.count() == 1


def test_no_command_takes_a_complaint_away() -> None:
    ours = {name for name in POLICY if name.startswith("complaint.")}

    assert ours == {
        "complaint.recipient",
        "complaint.close",
        "complaint.receive",
        "complaint.export",
        "complaint.answer",
    }


@pytest.mark.parametrize("gone", [
    "DELETE FROM record_complaintversion", "UPDATE record_complaintversion SET envelope = %s",
    "UPDATE record_complaintversion SET receipt = %s", "UPDATE record_complaintversion SET day = '2026-01-01'",
])  # fmt: skip
def test_what_the_owner_of_the_database_takes_away_or_changes_shows_in_verify(named: Path, gone: str) -> None:
    send()
    assert check_journal() == []

    postgresql.own(named)
    sql(gone, *([b"\x01" * sealing.ENVELOPES[0]] if "envelope" in gone else ["ab" * 32] if "receipt" in gone else []))

    assert [finding.words.facts["table"] for finding in check_journal()] == ["complaints"]


def test_whoever_complained_sees_that_the_complaint_is_gone(named: Path) -> None:
    receipt = sealing.receipt_of(send(code=CODE))
    tags = [sealing.tag_of(receipt.answer_key, number) for number in (1, 2, 3, 4)]
    assert complaints.kept_under(receipt.receipt, tags).is_kept

    postgresql.own(named)
    sql("DELETE FROM record_complaintversion")

    assert not complaints.kept_under(receipt.receipt, tags).is_kept


def test_a_complaint_sent_twice_is_kept_once_and_another_under_its_receipt_is_refused(named: Path) -> None:
    receipt, public = sealing.receipt_of(CODE), sealing.public_of(KEY)
    envelope, mark = sealing.seal(SECRET, receipt.answer_key, public), sealing.mark_of(public)

    for _ in range(2):
        complaints.receive(envelope, receipt=receipt.receipt, mark=mark, at=NOON)

    assert ComplaintVersion.objects.count() == 1
    with pytest.raises(ConflictError) as refused:
        send("Something else.", code=CODE)
    assert code_of(refused) == "complaints.receipt-taken"


@pytest.mark.parametrize(("size", "code"), [
    (200_000, "complaints.too-long"), (65_617, "complaints.not-sealed"), (4000, "complaints.not-sealed"),
    (0, "complaints.not-sealed"),
])  # fmt: skip
def test_what_has_another_length_than_an_envelope_is_refused(named: Path, size: int, code: str) -> None:
    with pytest.raises(InputError) as refused:
        complaints.receive(bytes(size), receipt="ab" * 32, mark="", at=NOON)
    assert code_of(refused) == code
    assert ComplaintVersion.objects.count() == 0


def test_a_flood_ends_at_a_days_worth(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complaints, "MOST_A_DAY", 3)
    kept(3, NOON.date())

    with pytest.raises(ConflictError) as refused:
        send()
    assert code_of(refused) == "complaints.full"
    send(at=NOON + timedelta(days=1))


def test_a_count_below_ten_and_a_month_that_runs_are_not_told(named: Path) -> None:
    kept(9, date(2026, 11, 24))
    kept(10, date(2026, 12, 24))
    kept(12, date(2027, 1, 4))

    for actor in EVERYBODY:
        with acting_as(actor):
            told = complaints.read_counts(on=date(2027, 1, 31))
            assert [(f"{month.first:%Y-%m}", month.count) for month in told] == [("2026-11", None), ("2026-12", 10)]
    assert complaints.read_counts(on=date(2026, 11, 30)) == []
    assert [month.count for month in complaints.read_counts(on=date(2027, 3, 1))] == [None, 10, 12, None]


# --- what goes to the body and comes back ----------------------------------------------------------------------------


def test_only_keepers_hand_the_box_over_and_the_journal_says_who(named: Path) -> None:
    send()
    for actor in EVERYBODY:
        if actor.partition(":")[0] in ("programme_office", "administrator"):
            complaints.export(actor=actor, at=NOON)
        else:
            with pytest.raises(AccessError):
                complaints.export(actor=actor, at=NOON)
            with pytest.raises(AccessError):
                complaints.take_answers(box.write_answers([]), actor=actor, at=NOON)

    assert JournalEntry.objects.filter(command="complaint.export").count() == 3


def test_an_answer_is_read_with_the_code_and_by_nobody_else(named: Path) -> None:
    code = send()
    (one,) = box.read_box(complaints.export(actor=OFFICE, at=NOON))
    theirs = sealing.open_sealed(one.envelope, KEY).answer_key
    content = box.write_answers([box.Answer(sealing.tag_of(theirs, 1), sealing.seal_answer("We looked.", theirs, 1))])

    assert complaints.take_answers(content, actor=OFFICE, at=NOON) == 1
    assert complaints.take_answers(content, actor=OFFICE, at=NOON) == 0, "the same file changes nothing"

    mine = sealing.receipt_of(code)
    tags = [sealing.tag_of(mine.answer_key, number) for number in (1, 2, 3, 4)]
    with acting_as(Role.PUBLIC):
        found = complaints.kept_under(mine.receipt, tags)
    opened = [sealing.open_answer(sealed, mine.answer_key, n) for n, sealed in enumerate(found.answers, start=1)]
    assert opened == ["We looked.", None, None, None]
    assert {len(sealed) for sealed in found.answers} == {sealing.SEALED_ANSWER}, "one length, answered or not"
    row = ComplaintAnswerVersion.objects.get()
    assert mine.receipt not in (row.tag, bytes(row.envelope).hex()), "nothing ties it to its complaint"
    assert check_journal() == []


def test_an_answer_is_not_replaced_under_its_tag(named: Path) -> None:
    for text, is_first in (("We looked.", True), ("All is well.", False)):
        content = box.write_answers([box.Answer("ab" * 32, sealing.seal_answer(text, bytes(32), 1))])
        if is_first:
            complaints.take_answers(content, actor=OFFICE, at=NOON)
            continue
        with pytest.raises(ConflictError) as refused:
            complaints.take_answers(content, actor=OFFICE, at=NOON)
        assert code_of(refused) == "complaints.answered-conflict"


@pytest.mark.parametrize(("receipt", "tags"), [("x", ["ab" * 32] * 4), ("ab" * 32, []), ("ab" * 32, ["x"] * 4)])
def test_what_is_no_receipt_is_refused(named: Path, receipt: str, tags: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        complaints.kept_under(receipt, tags)
    assert code_of(refused) == "complaints.no-receipt"


def test_the_rows_hold_no_column_that_could_say_who_or_when() -> None:
    own = {field.name for field in ComplaintVersion._meta.concrete_fields}
    every_table_has = {"id", "identity", "number", "recorded_at", "superseded_at", "entry", "standing", "source",
                       "is_synthetic", "note", "day", "day_precision"}  # fmt: skip

    assert own - every_table_has == {"receipt", "mark", "size", "envelope"}
    assert "key" in {field.name for field in BoxRecipientVersion._meta.concrete_fields}
