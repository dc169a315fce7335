"""A large file is kept in chunks until it is accepted: broken off anywhere, it ends as if it never had been."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairup.errors import InputError
from pairup.exchange.child import Parsed, parse_apart
from pairup.services import imports, staging
from tests.services.cast import ADOPTED, DRAFTED, LATER, OFFICE, a_programme, load

ROWS = 5_000


@pytest.fixture
def twin(record: Path) -> Path:
    load(a_programme())
    return record


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "money.csv"
    head = "code,day,pairing,kind,budget_year,amount,currency,is_synthetic\r\n"
    body = (f"L-{at},2026-{at % 12 + 1:02},a-east,payment,2026,{at % 977}.50,CNY,yes\r\n" for at in range(ROWS))
    path.write_text(head + "".join(body), encoding="utf-8", newline="")
    return path


@pytest.fixture(scope="module")
def parsed(large: Path) -> Parsed:
    return parse_apart(large)


class Killed(BaseException):
    """What a kill is to the code that was running."""


def test_a_reading_broken_off_after_any_chunk_goes_on_to_the_same_end(
    twin: Path, parsed: Parsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pairup.record.models import JournalEntry

    entries = JournalEntry.objects.count()
    chunks = -(-(ROWS + 1) // staging.CHUNK)
    keep = staging.keep_chunk

    def stops_after(count: int) -> None:
        done = 0

        def kill(*what: object) -> None:
            nonlocal done
            if done == count:
                raise Killed
            done += 1
            keep(*what)  # type: ignore[arg-type]

        monkeypatch.setattr(staging, "keep_chunk", kill)

    for boundary in range(chunks):
        digest = f"{boundary:064}"
        stops_after(boundary)
        with pytest.raises(Killed):
            staging.stage(parsed, digest, {}, actor=OFFICE, at=DRAFTED)
        monkeypatch.setattr(staging, "keep_chunk", keep)
        assert staging.staged(digest, {}, actor=OFFICE) is None

        new = staging.stage(parsed, digest, {}, actor=OFFICE, at=DRAFTED)

        assert new == chunks - boundary
        assert staging.staged(digest, {}, actor=OFFICE) == parsed
        staging.let_go(digest, actor=OFFICE)
    assert JournalEntry.objects.count() == entries


def test_what_was_kept_is_accepted_once_and_let_go(twin: Path, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pairup.record.models import JournalEntry, MoneyLineVersion, StagedFile

    shown = imports.compare_file(large, keep_for=OFFICE, at=DRAFTED)
    assert StagedFile.objects.count() == 1
    monkeypatch.setattr("pairup.services.imports.source.parse_apart", lambda *_, **__: pytest.fail("read again"))

    done = imports.accept_file(large, accept=["all"], actor=OFFICE, at=ADOPTED, keep=True)

    assert shown.counts["new"] == ROWS
    assert done.counts["money"] == (ROWS, 0, 0)
    assert MoneyLineVersion.objects.filter(entry__number=done.entry).count() == ROWS
    assert JournalEntry.objects.count() == 2
    assert StagedFile.objects.count() == 0


def test_nobody_else_goes_on_with_what_somebody_sent(twin: Path, parsed: Parsed) -> None:
    staging.stage(parsed, "1" * 64, {}, actor=OFFICE, at=DRAFTED)

    assert staging.staged("1" * 64, {}, actor="administrator") is None
    assert staging.staged("1" * 64, {"encoding": "gb18030"}, actor=OFFICE) is None


def test_what_nobody_accepts_is_let_go_after_a_month(twin: Path, parsed: Parsed) -> None:
    from pairup.record.models import StagedFile

    staging.stage(parsed, "1" * 64, {}, actor=OFFICE, at=DRAFTED)
    staging.stage(parsed, "2" * 64, {}, actor=OFFICE, at=LATER.replace(year=2027))

    assert list(StagedFile.objects.values_list("digest", flat=True)) == ["2" * 64]


def test_a_file_about_people_is_not_kept(twin: Path, tmp_path: Path) -> None:
    from pairup.record.models import StagedFile

    path = tmp_path / "people.csv"
    path.write_text("code,donor,profession\nP-1,DN-A,doctor\n", encoding="utf-8")

    with pytest.raises(InputError, match="is about people"):
        imports.compare_file(path, keep_for=OFFICE, at=DRAFTED)

    assert StagedFile.objects.count() == 0
