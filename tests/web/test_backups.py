"""Backups on a page: how old the last good one is, one more as a job, and none of it for anybody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pairup.record.acting import OPERATOR, acting_as
from pairup.record.jobs import Job
from pairup.record.models import JournalEntry
from pairup.services import backup, working
from pairup.services.backup.manifest import ENDING
from pairup.web.pages import clock
from tests.web.conftest import Browse

HERE = "/in/twin/administration/backups/"


def said(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the server was told to put backups in."""
    monkeypatch.setenv("PAIRUP_BACKUPS", str(tmp_path / "backups"))
    return tmp_path / "backups"


def made(admin: Any, key: str = "k") -> str:
    """Ask for a backup, let the worker carry it out; gives the page of the job."""
    asked = admin.post(f"{HERE}make/", {"key": key})
    working.work_one("w")
    return said(admin.get(asked["Location"]))


def test_a_backup_asked_for_on_the_page_is_made_listed_and_can_be_restored(
    browse: Browse, folder: Path, tmp_path: Path
) -> None:
    admin = browse("administrator")
    before = said(admin.get(HERE))

    job = made(admin)

    (file,) = folder.glob(f"*{ENDING}")
    assert "No backup was made yet" in before and file.name in job
    page = said(admin.get(HERE))
    assert "less than an hour old" in page and file.name in page and "the last good one" in page
    with acting_as(OPERATOR):
        entry = JournalEntry.objects.get(command="backup.make")
        assert file.name.encode() in bytes(entry.leaf) and entry.actor == "administrator"
        assert backup.verify(file, None, tmp_path).size == entry.number - 1


def test_a_worker_that_takes_over_finds_the_backup_that_was_made_already(
    browse: Browse, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = browse("administrator")
    admin.post(f"{HERE}make/", {"key": "k"})
    monkeypatch.setattr(working, "fault", _dies_once())
    with pytest.raises(SystemExit):
        working.work_one("first")
    with acting_as(OPERATOR):
        Job.objects.update(leased_until=clock() - timedelta(seconds=1))

    working.work_one("second")

    with acting_as(OPERATOR):
        assert Job.objects.get().state == "done"
        assert JournalEntry.objects.filter(command="backup.make").count() == 1
    assert len(list(folder.glob(f"*{ENDING}"))) == 1


def _dies_once() -> Any:
    told: list[str] = []

    def fault(step: str) -> None:
        if step == "before the effect" and not told:
            told.append(step)
            raise SystemExit

    return fault


def test_an_old_a_lost_and_a_spoilt_backup_are_told(browse: Browse, folder: Path) -> None:
    with acting_as(OPERATOR):
        old = backup.backup(folder.parent / "record.sqlite3", folder, at=clock() - timedelta(hours=30))
    admin = browse("administrator")
    aged = said(admin.get(HERE))
    old.path.write_bytes(b"?" + old.path.read_bytes()[1:])
    spoilt = said(admin.get(HERE))
    old.path.unlink()

    assert "is 30 hours old" in aged and 'class="callout bad"' in aged
    assert "Cannot be read" in spoilt
    assert "is not in the folder any more" in said(admin.get(HERE))
    assert "never" in said(admin.get("/in/twin/")).partition("last good backup")[2][:80]


def test_without_a_folder_the_page_says_how_to_name_one_and_makes_none(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAIRUP_BACKUPS", raising=False)
    admin = browse("administrator")

    page, refused = said(admin.get(HERE)), admin.post(f"{HERE}make/", {"key": "k"})

    assert "PAIRUP_BACKUPS" in page and "<button" not in page.partition("<main")[2].partition("<h2")[0]
    assert refused.status_code == 422 and "No folder of backups" in said(refused)


def test_only_an_administrator_opens_them_and_no_page_gives_one_out(browse: Browse, folder: Path) -> None:
    admin, office = browse("administrator"), browse("programme_office")
    made(admin)

    assert office.get(HERE).status_code == 403 and office.post(f"{HERE}make/", {"key": "o"}).status_code == 403
    assert HERE not in said(office.get("/in/twin/administration/"))
    (file,) = folder.glob(f"*{ENDING}")
    assert f'href="{file.name}' not in said(admin.get(HERE)) and admin.get(f"{HERE}{file.name}").status_code == 404
