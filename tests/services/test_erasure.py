"""Erasing somebody reaches every copy; the journal verifies afterwards; what is past its time goes, and no more."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pairup.errors import AccessError, ConflictError, InputError
from pairup.services import folder
from tests import postgresql
from tests.services.cast import LATER, OFFICE, Tables, a_programme, changed, draft, load, rows, with_rows

NAME, PHONE, CALLS, AWAY = "Synthetica Canary", "+000 555 0199", "Canarius, +000 555 0200", "dale"


def a_vault() -> Tables:
    """P-1 and P-2 with names and phones, a constraint of P-2, and the assessment without which none of it may be."""
    tables = a_programme()
    tables["assessments"] = rows("code signed_by document from", "IA-1 DN-A " + "ab" * 32 + " 2026")
    tables["private_facts"] = rows(
        "code person field value is_synthetic",
        f"V-1 P-1 name_latin {NAME.replace(' ', '~')} yes",
        f"V-2 P-1 phone {PHONE.replace(' ', '~')} yes",
        f"V-3 P-1 emergency_contact {CALLS.replace(' ', '~')} yes",
        "V-4 P-2 name_latin Synthetica~Other yes",
    )
    tables["constraints"] = rows("code person not_at is_synthetic", f"X-2 P-2 {AWAY} yes")
    return tables


def planted() -> list[bytes]:
    """What must be found nowhere: the texts themselves, as UTF-8, UTF-16 and base64."""
    return [
        form for text in (NAME, PHONE, CALLS)
        for form in (text.encode(), text.encode("utf-16-le"), base64.b64encode(text.encode())[:-4])
    ]  # fmt: skip


def holding(where: Path) -> list[str]:
    """Files under a folder that hold any planted text, looked into as deep as zlib goes."""
    found = []
    for path in sorted(where.rglob("*")):
        raw = path.read_bytes() if path.is_file() else b""
        if any(text in deep for deep in (raw, *inflated(raw)) for text in planted()):
            found.append(path.name)
    return found


def inflated(raw: bytes) -> Iterator[bytes]:
    at = raw.find(b"\x78\x9c")
    while at >= 0:
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(raw[at:])
        at = raw.find(b"\x78\x9c", at + 1)


def erase(person: str = "P-1", at: datetime = LATER) -> int:
    from pairup.services import vault

    return vault.erase(person, actor=OFFICE, at=at, why="asked for it on 2026-11-19")


def told(person: str = "P-1", purpose: str = "identity", actor: str = OFFICE, at: datetime = LATER) -> dict[str, str]:
    from pairup.services import vault

    return vault.look(person, purpose, actor=actor, at=at)


def test_what_was_planted_is_nowhere_once_erased_and_the_journal_verifies(record: Path, tmp_path: Path) -> None:
    from pairup.journal.checkpoint import SigningKey
    from pairup.services.journal_export import export_journal
    from pairup.services.write import check_journal

    load(a_vault())
    assert told() == {"name_latin": NAME}
    draft("postings")
    folder.save_folder(tmp_path / "before")
    assert erase() > 4

    folder.save_folder(tmp_path / "after")
    export_journal(tmp_path / "log", key=SigningKey.new("test"), at=LATER)

    assert holding(tmp_path) == []
    assert check_journal() == []
    assert told() == {}


@pytest.mark.skipif(postgresql.ON_SERVER, reason="looks into the record's file, and copies it")
def test_the_search_would_find_what_is_not_closed(record: Path, tmp_path: Path) -> None:
    load(changed(a_vault(), "needs", "N-1", text_en=NAME))

    assert holding(tmp_path) == ["record.sqlite3-wal"]


@pytest.mark.skipif(postgresql.ON_SERVER, reason="looks into the record's file, and copies it")
def test_an_older_copy_of_the_record_restored_today_holds_nothing_of_the_erased(record: Path, tmp_path: Path) -> None:
    from django.db import connection

    from pairup import services
    from pairup.record.models import FitnessCheckVersion, PrivateFactVersion
    from pairup.services.personal import open_rows, vault_open
    from pairup.services.write import check_journal

    load(a_vault())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "backup.sqlite3")])
    erase()
    connection.close()
    shutil.move(tmp_path / "backup.sqlite3", record)
    record.with_name("record.sqlite3-wal").unlink(missing_ok=True)

    services.open_record(record)
    with vault_open():
        facts = {row.identity.code: row.value for row in open_rows(PrivateFactVersion.objects.order_by("pk"))}
    (check,) = open_rows(FitnessCheckVersion.objects.filter(identity__code="F-1"))

    assert facts == {"V-1": None, "V-2": None, "V-3": None, "V-4": "Synthetica Other"}
    assert (check.outcome, check.closed != "") == (None, True)
    assert check_journal() == []


def test_the_journal_says_that_it_happened_and_why_and_not_what(record: Path) -> None:
    from pairup.record.models import JournalEntry

    load(a_vault())
    erase()
    assert erase() == 0

    leaves = [bytes(entry.leaf) for entry in JournalEntry.objects.order_by("number")]

    said = json.loads(leaves[-1])
    assert (said["command"], said["actor"]) == ("person.erase", OFFICE)
    facts = {name: told for name, told in said["facts"].items() if name != "unsafe_postgresql"}  # a server for tests
    assert facts == {"person": "P-1", "why": "asked for it on 2026-11-19"} and said["rows"] == {}
    assert not any(text in leaf for leaf in leaves for text in planted())


def test_nothing_is_erased_where_the_command_fails(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pairup.keys import KeyRing
    from pairup.record.models import JournalEntry

    load(a_vault())
    count = JournalEntry.objects.count()
    with monkeypatch.context() as patched:
        patched.setattr(KeyRing, "erase", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase()

    assert JournalEntry.objects.count() == count
    assert told() == {"name_latin": NAME}


def test_what_was_kept_on_a_consent_that_is_withdrawn_goes_alone(record: Path) -> None:
    from pairup.services import vault

    load(a_vault())

    gone = vault.erase("P-1", actor=OFFICE, at=LATER, why="withdrew it", purpose="contact")

    assert (gone, told(purpose="contact"), told()) == (1, {}, {"name_latin": NAME})
    new = with_rows(a_vault(), "private_facts", "code person field value is_synthetic", "V-9 P-1 mail a@b yes")
    load({"private_facts": new["private_facts"]}, LATER)
    assert told(purpose="contact") == {"mail": "a@b"}


@pytest.mark.parametrize("actor", ["donor_office:DN-A", "evaluator", "public", "secondee:P-1"])
def test_only_the_programme_office_and_the_administrator_erase(record: Path, actor: str) -> None:
    from pairup.services import vault

    load(a_vault())

    with pytest.raises(AccessError):
        vault.erase("P-1", actor=actor, at=LATER, why="asked")


@pytest.mark.parametrize("why", ["", "for 11010519491231002X"])
def test_an_erasure_has_a_reason_that_names_nobody(record: Path, why: str) -> None:
    from pairup.services import vault

    load(a_vault())

    with pytest.raises(InputError, match="Say why"):
        vault.erase("P-1", actor=OFFICE, at=LATER, why=why)


def test_a_row_for_somebody_erased_is_taken_without_anything_personal_only(record: Path) -> None:
    load(a_vault())
    erase()
    nothing = changed(a_vault(), "people", "P-1", prefers="", grade="4")

    load({"people": nothing["people"]}, LATER)

    mail = with_rows(a_vault(), "private_facts", "code person field value is_synthetic", "V-9 P-1 mail a@b yes")
    with pytest.raises(ConflictError, match="P-1 was erased"):
        load(mail, LATER)


# reading the vault


def test_every_read_leaves_a_row_that_the_person_can_see(record: Path) -> None:
    from pairup.services import vault

    load(a_vault())
    told(purpose="contact", actor="donor_office:DN-A")
    told(purpose="emergency")

    found = vault.looks("P-1", actor="secondee:P-1")

    assert [(one.purpose, one.fields, one.by) for one in found] == [
        ("contact", ("mail", "phone"), "donor_office:DN-A"),
        ("emergency", ("emergency_contact", "emergency_phone"), OFFICE),
    ]
    with pytest.raises(AccessError, match="may not look at P-1"):
        vault.looks("P-1", actor="secondee:P-2")


def test_a_read_whose_row_cannot_be_written_tells_nothing(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pairup.services.write import Doing

    load(a_vault())
    monkeypatch.setattr(Doing, "add", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        told()


def test_a_silent_read_is_refused(record: Path) -> None:
    from pairup.record.models import PrivateFactVersion
    from pairup.services.personal import open_rows, open_values

    load(a_vault())

    for read in (open_rows, lambda found: list(open_values(found, "field"))):
        with pytest.raises(AccessError, match="read for a declared purpose"):
            read(PrivateFactVersion.objects.all())


def test_what_is_in_the_vault_is_not_told_by_the_way(record: Path, tmp_path: Path) -> None:
    from pairup.services import edits, exports
    from pairup.services.conflicts import read_conflicts
    from pairup.services.histories import history

    load(a_vault())
    edits.correct("private_facts", "V-2", {"value": "+000 555 0111"}, seen=1, actor=OFFICE, at=LATER)
    with pytest.raises(ConflictError) as lost:
        edits.correct("private_facts", "V-2", {"value": "+000 555 0122"}, seen=1, actor=OFFICE, at=LATER)
    steps = history("private_facts", "V-2", personal=True)
    (conflict,) = read_conflicts(on=LATER.date())

    exports.export_tables("all", into=tmp_path / "sheets")
    with pytest.raises(AccessError, match="read for a declared purpose"):
        exports.export_tables("private_facts", into=tmp_path / "facts.csv")
    assert holding(tmp_path) == [] and not (tmp_path / "facts.csv").exists()
    assert "value" not in lost.value.facts["current"]
    assert all("value" not in step.cells for step in steps) and len(steps) == 2
    assert "value" not in conflict.current and "value" not in conflict.rows()[0]
    assert told(purpose="contact") == {"phone": "+000 555 0111"}


@pytest.mark.parametrize("actor", ["donor_office:DN-B", "donor_office", "secondee:P-2", "recipient_office:east"])
def test_others_than_the_persons_own_offices_read_nothing(record: Path, actor: str) -> None:
    from pairup.services import vault

    load(a_vault())

    with pytest.raises(AccessError, match="may not look at P-1"):
        told(actor=actor)
    assert vault.looks("P-1", actor=OFFICE) == []


@pytest.mark.parametrize("purpose", ["", "curiosity", "matching"])
def test_a_read_without_a_purpose_that_a_field_declares_is_refused(record: Path, purpose: str) -> None:
    load(a_vault())

    with pytest.raises(AccessError, match="Nothing is kept for the purpose"):
        told(purpose=purpose)


# the assessment


@pytest.mark.parametrize("table", ["private_facts", "constraints"])
def test_the_vault_is_shut_until_an_assessment_is_signed(record: Path, table: str) -> None:
    tables = a_vault()
    without = {name: rows for name, rows in tables.items() if name == table or name in a_programme()}

    with pytest.raises(AccessError, match="no impact assessment"):
        load(without)

    load(without | {"assessments": tables["assessments"]})


def test_an_assessment_opens_the_purposes_it_lists_and_on_its_own_days(record: Path) -> None:
    tables = changed(a_vault(), "assessments", "IA-1", purposes="identity;constraint", to="2026-11-30")
    with pytest.raises(AccessError, match="shut for contact"):
        load(tables)
    tables["private_facts"] = [row for row in tables["private_facts"] if row["field"] == "name_latin"]
    load(tables)

    assert told() == {"name_latin": NAME}
    with pytest.raises(AccessError, match="shut for contact"):
        told(purpose="contact")
    with pytest.raises(AccessError, match="shut for identity"):
        told(at=datetime(2026, 12, 1, tzinfo=UTC))


# consent and confidence


def test_consent_refused_or_withdrawn_changes_no_allocation(record: Path) -> None:
    columns = "code person purpose day answer language asked_by how_to_withdraw is_synthetic"
    load(a_vault())
    before = draft("postings", at=LATER).plan

    load(with_rows(a_vault(), "consents", columns,
        "Y-1 P-1 fitness 2026-11-01 given zh-Hans DN-A write~to~the~office yes",
        "Y-2 P-1 fitness 2026-11-10 withdrawn zh-Hans DN-A write~to~the~office yes",
        "Y-3 P-2 contact 2026-11-01 refused bo DN-A write~to~the~office yes",
    ), LATER)  # fmt: skip
    after = draft("postings", at=LATER).plan

    assert after.assignments == before.assignments and after.problem.to_dict() == before.problem.to_dict()


def test_a_constraint_told_in_confidence_keeps_a_person_away_and_is_told_to_nobody_else(record: Path) -> None:
    from pairup.planning.plan import Audience
    from pairup.services import explanations

    load(a_vault())
    drafted = draft("postings")
    pairs = {(item.person, item.post) for item in drafted.plan.assignments}

    assert ("P-2", "ward") not in pairs
    office = explanations.why(drafted.run, ("P-2", "ward"))
    person = explanations.why(drafted.run, ("P-2", "ward"), for_=Audience.PERSON)
    assert (office.code, person.code) == ("worth.personal-condition", "vault.kept-away")
    assert "dale" not in json.dumps([office.to_dict()])


def test_a_wider_place_bars_what_lies_in_it(record: Path) -> None:
    load(changed(a_vault(), "constraints", "X-2", not_at="upland"))

    assert "P-2" not in {item.person for item in draft("postings").plan.assignments}


# expiry


def due(on: date) -> list[tuple[str, str]]:
    from pairup.services import vault

    return [(one.person.partition("/")[2], one.drawer) for one in vault.due(on=on)]


def test_ten_years_on_exactly_what_is_past_its_time_goes(record: Path) -> None:
    """P-0 served to 2028-07-05; P-1 to P-5 could serve to 2031-07-31; P-6 to 2028-07-31."""
    from pairup.services import vault
    from pairup.services.write import check_journal

    load(a_vault())
    emergency, health = ("P-1", "private-emergency_contact/2026"), ("P-1", "health/2026")

    assert due(date(2028, 7, 5)) == due(date(2031, 7, 31)) == []
    assert due(date(2031, 8, 1)) == [emergency]
    assert [one for one in due(date(2032, 8, 1)) if one[0] == "P-1"] == [
        health, emergency, ("P-1", "private-phone/2026"),
    ]  # fmt: skip
    assert ("P-0", "file/2026") not in due(date(2033, 7, 5)) and ("P-0", "file/2026") in due(date(2033, 7, 6))
    later = datetime(2036, 7, 31, 9, tzinfo=UTC)
    went = vault.expire(on=later.date(), actor=OFFICE, at=later)

    with vault.open_ring() as ring:
        alive = {(one.subject, one.drawer) for one in ring.held() if one.destroyed is None}
    assert {one.person for one in went} == {f"twin/P-{n}" for n in range(7)}
    assert alive == {(f"twin/P-{n}", "file/2026") for n in range(1, 6)} | {
        ("twin/P-1", "private-name_latin/2026"), ("twin/P-2", "private-name_latin/2026"),
    } and check_journal() == []  # fmt: skip
    assert vault.expire(on=later.date(), actor=OFFICE, at=later) == []


def test_who_is_in_post_without_an_end_keeps_their_file(record: Path) -> None:
    load(changed(a_vault(), "postings", "R-0", to=""))

    assert not [one for one in due(date(2060, 1, 1)) if one[0] == "P-0"]


def test_a_second_term_does_not_lengthen_what_was_kept_of_the_first(record: Path) -> None:
    tables = with_rows(
        a_vault(), "fitness", "code person outcome altitude_m from to is_synthetic", "F-0 P-0 fit 4000 2025 2026 yes"
    )
    tables = with_rows(
        tables, "postings", "code person post status from to is_synthetic", "R-1 P-0 clinic planned 2035-07 2038-06 yes"
    )
    load(tables)

    assert [one for one in due(date(2029, 7, 6)) if one[0] == "P-0"] == [("P-0", "health/2026")]


def test_nothing_goes_before_its_day_even_if_asked(record: Path) -> None:
    from pairup.services import vault

    load(a_vault())

    with pytest.raises(InputError, match="has not come yet"):
        vault.expire(on=date(2036, 1, 1), actor=OFFICE, at=LATER)
