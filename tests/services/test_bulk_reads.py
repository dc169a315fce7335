"""What is kept of many people is read at once where two offices say so, once, and everybody who is read sees it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pairup.errors import AccessError, ConflictError, InputError
from pairup.services import bulk_reads, vault
from tests.services.cast import LATER, OFFICE, load
from tests.services.test_erasure import NAME, a_vault, erase

ASKER, OTHER, WHY = "donor_office:DN-A", OFFICE, "badges for the training of 2026-12"


@pytest.fixture
def filled(record: Path) -> Path:
    load(a_vault())
    return record


def asked(**said: object) -> bulk_reads.Ask:
    given: dict[str, object] = {"persons": ("P-1", "P-2"), "why": WHY, "actor": ASKER, "at": LATER} | said
    return bulk_reads.ask("identity", **given)  # type: ignore[arg-type]


def agreed() -> bulk_reads.Ask:
    return bulk_reads.agree(asked().code, actor=OTHER, at=LATER)


def test_two_offices_are_needed_and_everybody_who_is_read_can_see_it(filled: Path) -> None:
    from pairup.services.write import check_journal

    one = agreed()
    told = bulk_reads.take(one.code, actor=ASKER, at=LATER)

    assert told == {"P-1": {"name_latin": NAME}, "P-2": {"name_latin": "Synthetica Other"}}
    for person in ("P-1", "P-2"):
        (seen,) = vault.looks(person, actor=f"secondee:{person}")
        assert (seen.purpose, seen.by) == ("identity", ASKER)
    assert bulk_reads.count_asks() == bulk_reads.Count(asked=1, agreed=1, taken=1, people=2)
    assert check_journal() == []


def test_before_another_office_agrees_nothing_is_read(filled: Path) -> None:
    one = asked()

    with pytest.raises(AccessError) as alone:
        bulk_reads.take(one.code, actor=ASKER, at=LATER)
    with pytest.raises(AccessError) as both:
        bulk_reads.agree(one.code, actor=ASKER, at=LATER)

    assert (alone.value.code, both.value.code) == ("vault.bulk-alone", "vault.bulk-two")
    assert vault.looks("P-1", actor=OFFICE) == []


@pytest.mark.parametrize("actor", ["donor_office:DN-B", OTHER, "recipient_office:east"])
def test_whoever_asked_reads_and_nobody_else(filled: Path, actor: str) -> None:
    one = agreed()

    with pytest.raises(AccessError) as other:
        bulk_reads.take(one.code, actor=actor, at=LATER)

    assert other.value.code == "vault.bulk-other"


def test_it_is_read_once_and_agreed_to_once(filled: Path) -> None:
    one = agreed()
    bulk_reads.take(one.code, actor=ASKER, at=LATER)

    with pytest.raises(ConflictError) as again:
        bulk_reads.take(one.code, actor=ASKER, at=LATER)
    with pytest.raises(ConflictError) as twice:
        bulk_reads.agree(one.code, actor="administrator", at=LATER)

    assert (again.value.code, twice.value.code) == ("vault.bulk-taken", "vault.bulk-agreed")


@pytest.mark.parametrize("after", [timedelta(days=7, seconds=1), timedelta(days=300)])
def test_an_ask_and_an_agreement_are_over_after_seven_days(filled: Path, after: timedelta) -> None:
    late, one = asked(), agreed()

    with pytest.raises(ConflictError) as waited:
        bulk_reads.agree(late.code, actor=OTHER, at=LATER + after)
    with pytest.raises(ConflictError) as over:
        bulk_reads.take(one.code, actor=ASKER, at=LATER + after)

    assert (waited.value.code, over.value.code) == ("vault.bulk-over", "vault.bulk-over")


def test_people_of_others_confidences_and_purposes_that_are_none_are_refused(filled: Path) -> None:
    with pytest.raises(AccessError, match="may not look at P-1"):
        asked(actor="donor_office:DN-B")
    with pytest.raises(AccessError, match="told in confidence"):
        bulk_reads.ask("constraint", persons=("P-1",), why=WHY, actor=OFFICE, at=LATER)
    with pytest.raises(AccessError, match="Nothing is kept"):
        bulk_reads.ask("curiosity", persons=("P-1",), why=WHY, actor=OFFICE, at=LATER)
    with pytest.raises(InputError, match="nobody"):
        asked(persons=(), round_code="national-9")
    with pytest.raises(InputError, match="Say why"):
        asked(why="for 11010519491231002X")
    with pytest.raises(AccessError):
        asked(actor="secondee:P-1")


def test_a_whole_round_is_asked_for_by_its_code_and_the_erased_are_left_out(filled: Path) -> None:
    one = asked(persons=(), round_code="national-2", actor=OFFICE)
    bulk_reads.agree(one.code, actor="administrator", at=LATER)
    erase("P-1")

    told = bulk_reads.take(one.code, actor=OFFICE, at=LATER)

    assert one.persons == ("P-1", "P-2", "P-3", "P-4", "P-5")
    assert told == {"P-2": {"name_latin": "Synthetica Other"}}


def test_what_takes_two_offices_is_not_done_one_by_one(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "FEW", 2)
    look = {"actor": OFFICE, "at": LATER}
    for person in ("P-1", "P-2", "P-1"):
        vault.look(person, "identity", **look)  # type: ignore[arg-type]

    with pytest.raises(AccessError) as many:
        vault.look("P-3", "identity", **look)  # type: ignore[arg-type]
    vault.look("P-3", "emergency", **look)  # type: ignore[arg-type]
    vault.look("P-3", "identity", actor=OFFICE, at=LATER + timedelta(days=1))

    assert many.value.code == "vault.many"


def test_the_two_offices_of_a_record_with_fences_find_each_others_ask(filled: Path) -> None:
    from pairup.record.acting import acting_as

    with acting_as(ASKER):
        one = asked()
    with acting_as("recipient_office:east"):
        bulk_reads.agree(one.code, actor="recipient_office:east", at=LATER)
    with acting_as(ASKER):
        told = bulk_reads.take(one.code, actor=ASKER, at=LATER)

    assert sorted(told) == ["P-1", "P-2"]


def test_the_command_line_asks_agrees_reads_and_counts(filled: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from pairup.cli.main import cli

    def run(*args: str) -> str:
        done = CliRunner().invoke(cli, ["vault", "bulk", *args, "--record", str(filled)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return str(done.output)

    code = run("ask", "P-1", "--purpose", "identity", "--why", WHY, "--actor", ASKER).partition(":")[0]
    run("agree", code, "--actor", OTHER)
    run("take", code, "--into", str(tmp_path / "badges.csv"), "--actor", ASKER)

    assert NAME in (tmp_path / "badges.csv").read_text(encoding="utf-8")
    assert (tmp_path / "badges.csv").stat().st_mode & 0o077 == 0
    assert "of 1 people in all" in run("list")


def test_reports_and_releases_count_what_was_read_at_once_by_office_and_name_nobody(
    filled: Path, tmp_path: Path
) -> None:
    from pairup.reports.reads_section import reads_section
    from pairup.services import releases, reporting

    before = reporting.read_facts("twin", on=LATER.date())
    bulk_reads.take(agreed().code, actor=ASKER, at=LATER)

    after = reporting.read_facts("twin", on=LATER.date())
    earlier = reporting.read_facts("twin", on=LATER.date() - timedelta(days=1))
    releases.publish(tmp_path / "site", on=LATER.date(), actor=OFFICE, at=LATER)
    page = (tmp_path / "site" / "en" / "methods.html").read_text(encoding="utf-8")

    assert before.bulk_reads == earlier.bulk_reads == ()
    assert [(one.asked_by.en, one.agreed_by.en, one.times, one.people) for one in after.bulk_reads] == [
        ("donor office Aland", "programme office", 1, 2)
    ]  # fmt: skip
    assert "donor office Aland" in page and "P-1" not in page
    told = str(reads_section(after, public=True))
    assert "reports.under-10" in told and "'2'" not in told
