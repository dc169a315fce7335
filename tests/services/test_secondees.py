"""What secondees say for themselves, and what of it reaches whom."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pairup.errors import AccessError, InputError
from pairup.record.acting import acting_as
from pairup.record.models import (
    ConsentVersion,
    ConstraintVersion,
    DocumentVersion,
    FeedbackVersion,
    PersonVersion,
    SignatureVersion,
    VaultReadVersion,
    WelfareCheckVersion,
)
from pairup.services import handovers, histories, own_copy, postings, secondee_words, secondees, signing, vault, welfare
from pairup.services.personal import open_rows
from pairup.values.codes import Answer, Fits, SignatureKind
from pairup.values.purposes import Answer as Consented
from pairup.values.purposes import PrivateField, Purpose
from tests.services.cast import LATER, ON, Tables, a_programme, changed, load, rows, with_rows

ME = "secondee:P-0"
SAID: dict[str, Any] = {"actor": ME, "at": LATER, "programme": "twin"}


def a_served_programme() -> Tables:
    """The small programme with an assessment, a host in East, consents, an offer and somebody who follows P-0."""
    tables = with_rows(a_programme(), "organisations", "code name_en kind place", "RO-A East~bureau bureau east")
    tables = with_rows(
        tables, "assessments", "code signed_by document from", f"AS-1 DN-A {'0' * 64} 2026-01-01"
    )  # fmt: skip
    tables = with_rows(
        tables, "consents", "code person purpose day answer language asked_by how_to_withdraw is_synthetic",
        "Y-1 P-0 emergency 2026-11-01 given en DN-A write~to~the~office yes",
    )  # fmt: skip
    tables = with_rows(
        tables, "post_offers", "code day person post answer answer_due is_synthetic",
        "OF-1 2026-11-01 P-1 clinic open 2026-12-01 yes",
    )  # fmt: skip
    tables["postings"] += rows(
        "code person post status succeeds from to is_synthetic",
        "R-1 P-1 clinic planned R-0 2028-07-06 2031-06-05 yes",
    )
    return tables


@pytest.fixture
def serving(record: Path) -> Path:
    load(a_served_programme())
    return record


def checks_of(actor: str) -> list[Any]:
    with acting_as(actor):
        return list(WelfareCheckVersion.objects.known())


def check_in(**said: Any) -> Any:
    with acting_as(ME):
        return secondee_words.check_in("R-0", **{"well": True, "wants_call": False, **said}, **SAID)


def board(actor: str, on: date = ON) -> list[welfare.Checked]:
    with acting_as(actor):
        return welfare.read_board("twin", on=on)


@pytest.mark.usefixtures("serving")
def test_the_home_office_sees_that_somebody_checked_in_and_who_wants_a_call() -> None:
    before = board("donor_office:DN-A")

    check_in(well=False)

    assert [(one.person, one.last, one.wants_call) for one in before] == [("P-0", None, False)]
    after = board("donor_office:DN-A")
    assert [(one.person, one.last, one.wants_call) for one in after] == [("P-0", LATER.date(), True)]
    assert after[0].due == LATER.date() + timedelta(days=welfare.CHECK_DAYS)


@pytest.mark.usefixtures("serving")
def test_another_donor_and_the_host_see_no_check_in() -> None:
    check_in()

    assert checks_of("donor_office:DN-B") == checks_of("recipient_office:east") == checks_of("evaluator") == []
    assert board("donor_office:DN-B") == []


@pytest.mark.usefixtures("serving")
def test_the_home_office_opens_no_answer_by_any_other_door() -> None:
    check_in()

    with acting_as("donor_office:DN-A"):
        code = WelfareCheckVersion.objects.known().get().identity.code
        with pytest.raises(AccessError, match="for the person alone"):
            histories.history("welfare_checks", code, programme="twin", personal=True)
    with acting_as(ME):
        (told,) = histories.history("welfare_checks", code, programme="twin", personal=True)
    assert told.cells["well"] == "yes"


@pytest.mark.usefixtures("serving")
def test_a_check_in_that_is_sent_twice_counts_once() -> None:
    check_in(key="k")

    check_in(key="k")

    assert len(checks_of(ME)) == 1


@pytest.mark.usefixtures("serving")
def test_nobody_checks_in_for_another() -> None:
    with acting_as("secondee:P-1"), pytest.raises(InputError) as refused:
        secondee_words.check_in("R-0", well=True, wants_call=False, **SAID | {"actor": "secondee:P-1"})

    assert refused.value.code == "web.missing"


@pytest.mark.usefixtures("serving")
def test_wishes_replace_each_other_and_stay_with_the_person_alone_to_change() -> None:
    with acting_as(ME):
        secondee_words.prefer(["west"], **SAID)
        secondee_words.prefer(["east", "dale"], **SAID)

    (row,) = open_rows(PersonVersion.objects.known().filter(identity__code="P-0"))
    assert row.prefers == ["east", "dale"]


@pytest.mark.usefixtures("serving")
def test_a_wish_for_a_place_there_is_none_of_is_refused_with_those_like_it() -> None:
    with acting_as(ME), pytest.raises(InputError) as refused:
        secondee_words.prefer(["east", "dael"], **SAID)

    assert (refused.value.code, refused.value.hint) == ("web.missing", "Like it: dale.")


@pytest.mark.usefixtures("serving")
def test_what_is_told_in_confidence_is_read_by_the_person_and_by_plans_alone() -> None:
    with acting_as(ME):
        code = secondee_words.keep_away("dale", **SAID).code

    for office in ("donor_office:DN-A", "recipient_office:east", "evaluator"):
        with acting_as(office):
            assert not ConstraintVersion.objects.known().exists()
    with acting_as(ME):
        secondee_words.lift(code, **SAID)
        assert not ConstraintVersion.objects.on(LATER.date()).exists()


def test_nothing_is_taken_in_confidence_while_nobody_has_signed_for_it(record: Path) -> None:
    tables = a_served_programme()
    del tables["assessments"]
    load({name: table for name, table in tables.items() if name != "consents"})

    with acting_as(ME), pytest.raises(AccessError, match="shut"):
        secondee_words.keep_away("dale", **SAID)


@pytest.mark.usefixtures("serving")
def test_consent_is_withdrawn_in_one_row_and_only_where_it_was_asked_for() -> None:
    with acting_as(ME):
        secondee_words.answer_consent(Purpose.EMERGENCY, Consented.WITHDRAWN, language="en", **SAID)
        with pytest.raises(InputError, match="Nobody asked"):
            secondee_words.answer_consent(Purpose.CONTACT, Consented.GIVEN, language="en", **SAID)

    said = [row.answer for row in open_rows(ConsentVersion.objects.known().order_by("pk"))]
    assert said == ["given", "withdrawn"]


@pytest.mark.usefixtures("serving")
def test_what_a_person_tells_of_reaching_them_is_opened_for_a_purpose_and_they_see_it() -> None:
    with acting_as(ME):
        secondee_words.tell({PrivateField.EMERGENCY_PHONE: "1"}, **SAID)
        secondee_words.tell({PrivateField.EMERGENCY_PHONE: "2"}, **SAID)

    with acting_as("donor_office:DN-A"):
        told = vault.look("P-0", Purpose.EMERGENCY, actor="donor_office:DN-A", at=LATER, programme="twin")
    with acting_as(ME):
        looks = vault.looks("P-0", actor=ME, programme="twin")
    assert told == {"emergency_phone": "2"}
    assert [(one.by, one.purpose) for one in looks] == [("donor_office:DN-A", Purpose.EMERGENCY)]


@pytest.mark.usefixtures("serving")
def test_no_office_opens_what_was_told_in_confidence_in_words() -> None:
    for office in ("donor_office:DN-A", "programme_office"):
        with acting_as(office), pytest.raises(AccessError, match="in confidence"):
            vault.look("P-0", Purpose.CONSTRAINT, actor=office, at=LATER, programme="twin")

    assert not VaultReadVersion.objects.exists()


@pytest.mark.usefixtures("serving")
def test_a_person_sees_their_objection_and_the_home_offices_answer() -> None:
    from pairup.services import lives, write

    with acting_as(ME):
        code = secondee_words.object_to("The dates are wrong.", language="en", **SAID).code
    row = FeedbackVersion.objects.known().get(identity__code=code)
    answering = lives.corrected(row, reply_en="They were put right.", replied=LATER.date())
    with write.command("correct", actor="programme_office", at=LATER, programme="twin") as doing:
        answering(doing)

    for actor, sees in ((ME, True), ("donor_office:DN-A", True), ("secondee:P-1", False), ("donor_office:DN-B", False)):
        with acting_as(actor):
            assert FeedbackVersion.objects.known().filter(reply_en__startswith="They").exists() is sees, actor


@pytest.mark.usefixtures("serving")
def test_both_sides_answer_after_arrival_once_and_apart() -> None:
    fits = dict.fromkeys(secondee_words.ASKED, Fits.YES)
    with acting_as(ME):
        secondee_words.answer_arrival("R-0", fits, **SAID)
    with acting_as("recipient_office:east"):
        secondee_words.answer_arrival("R-0", fits, **SAID | {"actor": "recipient_office:east"})

    own = secondees.read_self(secondee_words.own_person(ME, "twin"), on=ON)
    assert set(own.served[0].answers) == {"host", "secondee"}


@pytest.mark.usefixtures("serving")
def test_a_candidate_reads_the_post_that_is_offered_and_no_other() -> None:
    from pairup.record.models import PostVersion

    with acting_as("secondee:P-1"):
        own = secondees.read_self(secondee_words.own_person("secondee:P-1", "twin"), on=ON)
        seen = set(PostVersion.objects.known().values_list("identity__code", flat=True))

    assert [(one.post.identity.code, one.answer) for one in own.offers] == [("clinic", Answer.OPEN)]
    assert list(own.waits(ON)) == ["offer"]
    assert seen == {"clinic"}


def reads(actor: str, code: str) -> bool:
    with acting_as(actor):
        return DocumentVersion.objects.known().filter(identity__code=code).exists()


@pytest.mark.usefixtures("serving")
def test_a_handover_file_is_its_authors_until_given_then_both_sides_and_the_next_read_it() -> None:
    with acting_as(ME):
        code = handovers.save_draft("R-0", {"work": "Two wards."}, **SAID).code
        handovers.save_draft("R-0", {"work": "Two wards.", "season": "Snow."}, **SAID)
    readers = ("donor_office:DN-A", "recipient_office:east", "secondee:P-1")
    before = [reads(actor, code) for actor in readers]

    with acting_as(ME):
        handovers.give("R-0", **SAID)
        handovers.give("R-0", **SAID)

    assert before == [False] * 3
    assert [reads(actor, code) for actor in readers] == [True] * 3
    assert not reads("donor_office:DN-B", code) and not reads("secondee:P-4", code)
    with acting_as("secondee:P-1"):
        assert [row.identity.code for row in handovers.read_before("twin", on=ON)] == [code]
        assert handovers.read_parts(code, "twin", on=ON)["season"] == "Snow."


@pytest.mark.usefixtures("serving")
def test_the_host_accepts_a_handover_and_its_author_and_home_office_see_it() -> None:
    with acting_as(ME):
        handovers.save_draft("R-0", {"work": "Two wards."}, **SAID)
        handovers.give("R-0", **SAID)
    given = handovers.read_handover("R-0", "twin", on=ON).state(ON)

    with acting_as("recipient_office:east"):
        signing.countersign(
            "documents/HO-R-0", SignatureKind.SIGNED, organisation="RO-A", actor="recipient_office:east", at=LATER,
            programme="twin",
        )  # fmt: skip

    assert given == "given"
    for actor in (ME, "donor_office:DN-A", "recipient_office:east"):
        with acting_as(actor):
            assert handovers.read_handover("R-0", "twin", on=ON).state(ON) == "accepted", actor
    with acting_as("secondee:P-1"):
        assert not SignatureVersion.objects.known().exists()


@pytest.mark.usefixtures("serving")
def test_a_handover_file_with_a_persons_number_is_refused() -> None:
    with acting_as(ME), pytest.raises(InputError) as refused:
        handovers.save_draft("R-0", {"people": "11010519491231002X"}, **SAID)

    assert refused.value.code == "persons.number-in-handover"


@pytest.mark.parametrize(
    ("on", "state"), [("2026-11-23", "later"), ("2028-03-10", "due"), ("2028-05-05", "due"), ("2028-05-07", "overdue")]
)
@pytest.mark.usefixtures("serving")
def test_a_handover_is_asked_for_sixty_days_before_the_last_day(on: str, state: str) -> None:
    day = date.fromisoformat(on)

    assert handovers.read_handover("R-0", "twin", on=day).state(day) == state


@pytest.mark.usefixtures("serving")
def test_a_copy_holds_everything_of_the_person_and_nothing_of_another() -> None:
    check_in()
    with acting_as(ME):
        secondee_words.tell({PrivateField.PHONE: "12345"}, **SAID)
        told = json.loads(own_copy.copy_of_all(actor=ME, at=LATER, programme="twin"))

    assert {"people", "postings", "welfare_checks", "consents"} <= set(told["tables"])
    assert told["tables"]["welfare_checks"][0]["well"] == "yes"
    assert told["vault"]["phone"] == "12345"
    assert "P-1" not in json.dumps(told["tables"])
    assert {row["purpose"] for row in told["who_looked"]} >= {"contact", "identity"}


@pytest.mark.usefixtures("serving")
def test_what_is_kept_is_listed_with_its_purpose_and_its_last_day() -> None:
    check_in()

    with acting_as(ME):
        kept = {one.table: one for one in vault.kept("P-0", actor=ME, programme="twin")}

    assert kept["welfare_checks"].declared.purpose is Purpose.WELFARE
    assert kept["welfare_checks"].until == date(2029, 7, 5)  # a year after the last day of the term
    assert kept["people"].until == date(2033, 7, 5)


@pytest.mark.usefixtures("serving")
def test_only_the_persons_own_signature_lengthens_a_posting() -> None:
    with acting_as("donor_office:DN-A"):
        asked = postings.extend("R-0", date(2028, 12, 31), actor="donor_office:DN-A", at=LATER, programme="twin")
    with acting_as(ME):
        waits = list(secondees.read_self(secondee_words.own_person(ME, "twin"), on=ON).waits(ON))
        postings.consent(asked.code, Answer.DECLINED, actor=ME, at=LATER, programme="twin")
        after = list(secondees.read_self(secondee_words.own_person(ME, "twin"), on=ON).waits(ON))

    assert "extension" in waits and "extension" not in after


def test_a_candidate_without_a_post_has_nothing_waiting(record: Path) -> None:
    load(changed(a_programme(), "people", "P-3", skills=""))

    with acting_as("secondee:P-3"):
        own = secondees.read_self(secondee_words.own_person("secondee:P-3", "twin"), on=ON)

    assert own.current is None and list(own.waits(ON)) == []
