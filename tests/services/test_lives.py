"""Lives of needs, projects and postings; what people sign; documents; and what is due."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pairup.errors import AccessError, ConflictError, InputError, PairupError
from pairup.values.codes import Answer, NeedStatus, ProjectStatus, SignatureKind
from tests.services.cast import LATER, OFFICE, Tables, a_programme, held, load, with_rows

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
DAY = date(2026, 11, 24)
HOST = "recipient_office:east"
P0 = "secondee:P-0"


@pytest.fixture
def loaded(record: Path) -> Path:
    """The small programme, with a host office, an offer and two findings."""
    tables: Tables = a_programme()
    tables = with_rows(tables, "organisations", "code name_en kind place", "host-west West~office government west")
    tables = with_rows(tables, "visits", "code purpose from to is_synthetic", "V-1 See 2026-05-01 2026-05-03 yes")
    tables = with_rows(
        tables, "visit_findings", "code day visit text_en owner due is_synthetic",
        "F-1 2026-05-02 V-1 Pump~broken. host-west 2026-08-01 yes",
        "F-2 2026-05-02 V-1 Roof~leaks. host-west 2027-01-01 yes",
    )  # fmt: skip
    tables = with_rows(
        tables,
        "post_offers",
        "code day person post answer_due is_synthetic",
        "O-1 2026-11-01 P-1 clinic 2026-11-20 yes",
    )
    load(tables)
    return record


def project(code: str = "J-1") -> tuple[str, ...]:
    from pairup.record.models import ProjectVersion

    rows = ProjectVersion.objects.known().filter(identity__code=code).order_by("starts")
    return tuple(rows.values_list("status", flat=True))


def posting() -> tuple[str, date]:
    from pairup.record.models import PostingVersion

    row = PostingVersion.objects.known().get(identity__code="R-0")
    assert row.ends_before is not None
    return row.status, row.ends_before


def test_a_project_goes_from_need_to_hand_over_and_its_history_is_its_rows(loaded: Path) -> None:
    from pairup.services import projects, write

    steps: list[tuple[ProjectStatus, dict[str, str]]] = [
        (ProjectStatus.APPRAISED, {}),
        (ProjectStatus.PLANNED, {}),
        (ProjectStatus.APPROVED, {"mode": "cheque", "running_cost_payer": "host-west"}),
        (ProjectStatus.PROCUREMENT, {}),
        (ProjectStatus.WORKS, {}),
        (ProjectStatus.CHANGED, {}),
        (ProjectStatus.ACCEPTED, {}),
        (ProjectStatus.ACCOUNTED, {}),
        (ProjectStatus.AUDITED, {}),
        (ProjectStatus.HANDED_OVER, {"asset_owner": "host-west", "running_cost_from": "2027-01-01"}),
        (ProjectStatus.OPERATING, {}),
    ]
    for month, (status, cells) in enumerate(steps, start=1):
        projects.move("J-1", status, day=date(2027, month, 1), actor=OFFICE, at=LATER, cells=cells)

    assert project() == ("proposed", *(status.value for status, _ in steps))
    assert write.check_journal() == []


@pytest.mark.parametrize(
    ("code", "status", "cells", "named"),
    [
        ("J-1", ProjectStatus.OPERATING, {}, "lifecycle.no-such-move"),
        ("J-0", ProjectStatus.CANCELLED, {}, "lifecycle.no-such-move"),
        ("J-99", ProjectStatus.PLANNED, {}, "lifecycle.not-on-that-day"),
        ("J-1", ProjectStatus.PLANNED, {"colour": "red"}, "lifecycle.no-column"),
        ("J-1", ProjectStatus.PLANNED, {"running_cost_payer": "nobody"}, "folder.refused"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_leaves_no_trace(
    loaded: Path, code: str, status: ProjectStatus, cells: dict[str, str], named: str
) -> None:
    from pairup.services import projects

    before = held()

    with pytest.raises(PairupError) as refused:
        projects.move(code, status, day=DAY, actor=OFFICE, at=NOW, cells=cells)

    assert refused.value.code == named
    assert held() == before


def test_a_project_is_not_approved_before_somebody_will_pay_its_running_cost(loaded: Path) -> None:
    from pairup.services import edits, projects

    projects.move("J-1", ProjectStatus.PLANNED, day=date(2026, 10, 1), actor=OFFICE, at=LATER)

    with pytest.raises(InputError, match="running_cost_payer"):
        projects.move("J-1", ProjectStatus.APPROVED, day=DAY, actor=OFFICE, at=NOW, cells={"mode": "turnkey"})
    with pytest.raises(InputError, match="running_cost_payer"):  # nor by the way of a correction
        edits.correct("projects", "J-1", {"status": "approved", "mode": "turnkey"}, seen=3, actor=OFFICE, at=NOW)
    with pytest.raises(ConflictError, match="may not follow"):
        edits.correct("projects", "J-2", {"status": "operating"}, seen=1, actor=OFFICE, at=NOW)


def test_a_row_with_a_later_row_is_not_changed_under_it(loaded: Path) -> None:
    from pairup.services import projects

    projects.move("J-1", ProjectStatus.PLANNED, day=date(2027, 1, 1), actor=OFFICE, at=LATER)

    with pytest.raises(ConflictError) as refused:
        projects.move("J-1", ProjectStatus.DORMANT, day=DAY, actor=OFFICE, at=NOW)

    assert refused.value.code == "lifecycle.changes-later"


def test_a_need_is_the_recipients_to_state_and_a_merged_one_names_the_other(loaded: Path) -> None:
    from pairup.record.models import NeedVersion
    from pairup.services import projects

    with pytest.raises(AccessError):
        projects.state_need("N-2", NeedStatus.MET, day=DAY, actor="donor_office:DN-B", at=NOW)
    with pytest.raises(InputError, match="merged"):
        projects.state_need("N-2", NeedStatus.MERGED, day=DAY, actor=HOST, at=NOW)

    projects.state_need("N-2", NeedStatus.MERGED, day=DAY, into="N-1", actor=HOST, at=NOW)

    row = NeedVersion.objects.on(DAY).get(identity__code="N-2")
    assert (row.status, row.merged_into.code if row.merged_into else "") == ("merged", "N-1")
    assert NeedVersion.objects.on(date(2026, 11, 23)).get(identity__code="N-2").status == "open"


def test_a_posting_is_extended_only_by_its_secondees_own_hand(loaded: Path) -> None:
    from pairup.services import edits, postings, write

    before = posting()
    asked = postings.extend("R-0", date(2028, 12, 31), actor=OFFICE, at=LATER)
    assert posting() == before

    for actor in (OFFICE, HOST, "secondee:P-1", "donor_office:DN-A"):
        with pytest.raises(AccessError):
            postings.consent(asked.code, Answer.SIGNED, actor=actor, at=NOW)
    with pytest.raises(ConflictError) as refused:
        edits.correct("postings", "R-0", {"to": "2028-12-31"}, seen=1, actor=OFFICE, at=NOW)
    assert refused.value.code == "lifecycle.no-consent"
    assert posting() == before

    postings.consent(asked.code, Answer.SIGNED, actor=P0, at=NOW)

    assert posting() == ("in_post", date(2029, 1, 1))
    with pytest.raises(ConflictError, match="before"):
        postings.consent(asked.code, Answer.DECLINED, actor=P0, at=NOW)
    assert write.check_journal() == []


def test_a_consent_that_an_office_made_up_counts_for_nothing(loaded: Path) -> None:
    from pairup.services import edits, postings

    asked = postings.extend("R-0", date(2028, 12, 31), actor=OFFICE, at=LATER)
    forged = {"code": "S-1", "day": "2026-11-24", "person": "P-0", "about": f"extensions/{asked.code}",
              "answer": "signed", "is_synthetic": "yes"}  # fmt: skip
    edits.record("person_signatures", [forged], actor=OFFICE, at=NOW)

    with pytest.raises(ConflictError) as refused:
        edits.correct("postings", "R-0", {"to": "2028-12-31"}, seen=1, actor=OFFICE, at=NOW)

    assert refused.value.code == "lifecycle.no-consent"


def test_a_declined_extension_changes_nothing_and_an_early_end_has_no_reason(loaded: Path) -> None:
    import inspect

    from pairup.record.models import PostingVersion
    from pairup.services import postings

    before = posting()
    asked = postings.extend("R-0", date(2028, 12, 31), actor=OFFICE, at=LATER)
    postings.consent(asked.code, Answer.DECLINED, actor=P0, at=NOW)
    assert posting() == before

    postings.end("R-0", date(2027, 1, 31), actor=P0, at=NOW)

    assert posting() == ("ended_early", date(2027, 2, 1))
    assert not {name for name in inspect.signature(postings.end).parameters if "reason" in name or "why" in name}
    assert not [field.name for field in PostingVersion._meta.concrete_fields if "reason" in field.name]
    with pytest.raises(ConflictError, match="over"):
        postings.extend("R-0", date(2029, 1, 1), actor=OFFICE, at=NOW)


def test_an_offer_is_answered_by_the_person_alone_and_its_answer_is_in_no_leaf(loaded: Path) -> None:
    from pairup.record.models import JournalEntry, PostOfferVersion
    from pairup.services.personal import open_rows
    from pairup.services import postings

    for actor in ("donor_office:DN-A", "secondee:P-2", OFFICE):
        with pytest.raises(AccessError):
            postings.answer_offer("O-1", Answer.DECLINED, actor=actor, at=NOW)

    postings.answer_offer("O-1", Answer.DECLINED, actor="secondee:P-1", at=NOW)

    (offered,) = open_rows(PostOfferVersion.objects.known())
    assert offered.answer == "declined"
    assert not [entry for entry in JournalEntry.objects.all() if b"declined" in bytes(entry.leaf)]


def test_a_handover_names_its_file_its_successor_and_the_days_together(loaded: Path, tmp_path: Path) -> None:
    from pairup.record.models import PostingVersion
    from pairup.services import documents, edits, postings

    (tmp_path / "handover.txt").write_text("What to know of the clinic.")
    documents.add(
        "D-1", tmp_path / "handover.txt", kind="handover_file", title="Clinic", actor=OFFICE, at=LATER
    )  # fmt: skip
    after = {"code": "R-1", "person": "P-1", "post": "clinic", "status": "planned", "from": "2028-06-25",
             "to": "2031-06", "is_synthetic": "yes"}  # fmt: skip
    edits.record("postings", [after], actor=OFFICE, at=LATER)

    _, overlap = postings.hand_over("R-0", document="D-1", successor="R-1", actor=OFFICE, at=NOW)

    assert overlap == 11  # 25 June to 5 July
    rows = PostingVersion.objects.known()
    assert rows.get(identity__code="R-0").handover.code == "D-1"  # type: ignore[union-attr]
    assert rows.get(identity__code="R-1").succeeds.code == "R-0"  # type: ignore[union-attr]


def test_a_document_is_its_bytes_by_edition_and_is_checked_when_read(loaded: Path, tmp_path: Path) -> None:
    from pairup.services import documents

    paper = tmp_path / "agreement.pdf"
    paper.write_bytes(b"first")
    documents.add("D-1", paper, kind="agreement", title="Agreement", actor=OFFICE, at=LATER)
    paper.write_bytes(b"second")
    documents.add("D-1", paper, kind="agreement", title="Agreement", actor=OFFICE, at=NOW)

    row, data = documents.read_document("D-1", on=date(2026, 11, 25))
    assert (data, row.media_type) == (b"second", "application/pdf")
    assert documents.read_document("D-1", on=date(2026, 11, 24))[1] == b"first"
    assert documents.check_documents() == []
    with pytest.raises(ConflictError, match="already"):
        documents.add("D-1", paper, kind="agreement", title="Agreement", actor=OFFICE, at=NOW)

    kept = documents.files_folder() / row.sha256[:2] / row.sha256
    kept.chmod(0o600)
    kept.write_bytes(b"other")
    with pytest.raises(ConflictError, match="not those that were kept"):
        documents.read_document("D-1", on=date(2026, 11, 25))
    assert [finding.words.code for finding in documents.check_documents()] == ["lifecycle.bytes-changed"]


def test_a_signature_is_a_voice_and_a_reservation_has_words(loaded: Path) -> None:
    from pairup.record.models import SignatureVersion
    from pairup.services import signing

    with pytest.raises(InputError, match="reservation"):
        signing.countersign("needs/N-1", SignatureKind.RESERVATION, organisation="host-west", actor=HOST, at=NOW)
    with pytest.raises(InputError, match="nothing to sign"):
        signing.countersign("money/M-1", SignatureKind.SIGNED, organisation="host-west", actor=HOST, at=NOW)
    with pytest.raises(AccessError):
        signing.countersign("needs/N-1", SignatureKind.SIGNED, organisation="host-west", actor="donor_office", at=NOW)

    signing.countersign("needs/N-1", SignatureKind.SIGNED, organisation="host-west", actor=HOST, at=NOW)
    signing.countersign(
        "reports/2026-11-23", SignatureKind.RESERVATION, organisation="host-west", actor=HOST, at=NOW,
        reservation="The road is not finished.",
    )  # fmt: skip

    said = SignatureVersion.objects.known().order_by("pk").values_list("about", "kind", "reservation")
    assert list(said) == [
        ("needs/N-1", "signed", ""), ("reports/2026-11-23", "reservation", "The road is not finished."),
    ]  # fmt: skip


def test_a_follow_up_is_due_until_it_is_closed_with_an_outcome(loaded: Path) -> None:
    from pairup.services import dues, signing

    def follow_ups(on: date, **options: int) -> list[tuple[str, int | None]]:
        found = dues.read_due("twin", on=on, **options)
        return [(one.about, one.days_over(on)) for one in found if one.kind == "follow_up"]

    assert follow_ups(date(2026, 8, 11)) == [("visit_findings/F-1", 10)]
    assert len(follow_ups(date(2026, 12, 1), ahead=40)) == 2
    with pytest.raises(InputError, match="before"):
        signing.close_follow_up("F-1", done=date(2026, 4, 1), outcome="Mended.", actor=OFFICE, at=NOW)

    signing.close_follow_up("F-1", done=date(2026, 11, 20), outcome="Mended.", actor=OFFICE, at=NOW)

    assert follow_ups(date(2026, 11, 25)) == []
    assert follow_ups(date(2026, 11, 19)) == [("visit_findings/F-1", 110)]
    with pytest.raises(ConflictError, match="closed"):
        signing.close_follow_up("F-1", done=date(2026, 11, 21), outcome="Again.", actor=OFFICE, at=NOW)


def test_what_nobody_has_looked_at_is_due(loaded: Path) -> None:
    from pairup.services import dues, edits, projects

    projects.move("J-1", ProjectStatus.PLANNED, day=DAY, actor=OFFICE, at=NOW)
    handed = {"code": "J-8", "title_en": "School", "category": "education", "status": "handed_over", "place": "west",
              "asset_owner": "host-west", "from": "2021-05-31", "is_synthetic": "yes"}  # fmt: skip
    edits.record("projects", [handed], actor=OFFICE, at=NOW)
    done = {"code": "C-1", "day": "2022-12-01", "project": "J-8", "months": "18", "result": "in_use",
            "is_synthetic": "yes"}  # fmt: skip
    edits.record("project_checks", [done], actor=HOST, at=NOW)
    edits.record("safeguards", [
        {"code": "G-1", "project": "J-1", "question": "land", "answer": "not_touched", "is_synthetic": "yes"}
    ], actor=HOST, at=NOW)  # fmt: skip

    found = {(one.kind, one.about): one for one in dues.read_due("twin", on=date(2026, 11, 25))}

    assert ("check_18", "projects/J-8") not in found
    assert found["check_60", "projects/J-8"].day == date(2026, 5, 31)
    assert found["check_60", "projects/J-8"].owner == "host-west"
    unanswered = found["safeguard", "projects/J-1"].title
    assert "land" not in unanswered and "consent" in unanswered
    assert found["arrival_check", "postings/R-0"].title == "host, secondee"
    assert found["offer", "post_offers/O-1"].days_over(date(2026, 11, 25)) == 5


def test_every_version_table_has_its_number_once_and_an_index() -> None:
    from pairup.record.models import TABLES

    lacking = [
        name
        for name, model in TABLES.items()
        if ("identity", "number") not in [tuple(getattr(one, "fields", ())) for one in model._meta.constraints]
        or not model._meta.indexes
    ]

    assert len(TABLES) > 50 and lacking == []
