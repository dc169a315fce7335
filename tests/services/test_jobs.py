"""Long work as jobs: asked once, held by one worker, its effect there exactly once, whatever is killed when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pairup.errors import AccessError, ConflictError, InputError
from pairup.record.acting import acting_as
from pairup.record.jobs import Job
from pairup.record.models import JournalEntry, PlanRunVersion
from pairup.services import jobs, working, write
from pairup.services.jobs import LostLease
from tests import postgresql
from tests.services.cast import LATER, OFFICE, a_programme, changed, load

SAID = {"round": "national-2", "on": "2026-11-23", "seconds": 20}
SOON = LATER + timedelta(seconds=jobs.LEASE + 1)


@pytest.fixture
def loaded(record: Path) -> Path:
    load(a_programme())
    return record


def ask(key: str | None = None, **said: Any) -> str:
    return jobs.ask("postings", {**SAID, **said}, programme="twin", actor=OFFICE, at=LATER, key=key)


def runs() -> int:
    return int(PlanRunVersion.objects.count())


def test_a_job_is_carried_out_and_says_how_it_went(loaded: Path) -> None:
    code = ask()

    assert working.work_one("w") == code

    done = jobs.job(code)
    assert (done.state, done.result["status"], runs()) == ("done", "optimal", 1)
    assert PlanRunVersion.objects.get().identity.code == done.result["run"]
    assert working.work_one("w") is None and write.check_journal() == []


def test_the_same_key_asks_for_the_same_job(loaded: Path) -> None:
    assert ask("a double click") == ask("a double click")
    assert Job.objects.count() == 1 and JournalEntry.objects.filter(command="job.ask").count() == 1


def test_of_two_workers_one_gets_the_job(loaded: Path) -> None:
    ask()

    first, second = jobs.take("one", at=LATER), jobs.take("two", at=LATER)

    assert first is not None and second is None


def test_a_worker_whose_lease_was_taken_over_writes_nothing(loaded: Path) -> None:
    ask()
    old = jobs.take("old", at=LATER)
    assert old is not None
    new = jobs.take("new", at=SOON)
    assert new is not None and new.fence == old.fence + 1

    wrote: list[int] = []
    with pytest.raises(LostLease):
        jobs.finish(old, lambda: {"wrote": wrote.append(1)}, at=SOON)
    with pytest.raises(LostLease):
        jobs.beat(old, at=SOON)
    jobs.finish(new, lambda: {"run": "of the new one"}, at=SOON)

    assert wrote == [] and Job.objects.get().result == {"run": "of the new one"}


def test_a_refusal_is_kept_with_its_code(loaded: Path) -> None:
    code = ask(round="national-9")

    working.work_one("w")

    failed = jobs.job(code)
    assert (failed.state, failed.error["code"], runs()) == ("failed", "record.no-round", 0)
    assert "national-9" in str(jobs.words_of(failed))


def test_a_cancelled_job_leaves_nothing_and_a_stopped_one_the_best_so_far(loaded: Path) -> None:
    waiting, stopped = ask(), ask()
    jobs.request_cancel(waiting, actor=OFFICE)
    jobs.request_stop(stopped, actor=OFFICE)

    working.work("w", is_over=lambda: False, only_once=True)

    assert [jobs.job(code).state for code in (waiting, stopped)] == ["cancelled", "done"]
    assert runs() == 1
    with pytest.raises(ConflictError, match="has ended"):
        jobs.request_stop(stopped, actor=OFFICE)


def test_each_sees_the_jobs_they_asked_for_and_no_others(loaded: Path) -> None:
    code = ask()

    with acting_as("donor_office:DN-A"):
        assert jobs.jobs("twin") == []
        with pytest.raises(InputError, match="no job"):
            jobs.job(code)
        own = jobs.ask("postings", SAID, programme="twin", actor="donor_office:DN-A", at=LATER)
        assert [one.code for one in jobs.jobs("twin")] == [own]
    with pytest.raises(AccessError):
        jobs.ask("postings", SAID, programme="twin", actor="evaluator", at=LATER)
    with pytest.raises(InputError, match="no work"):
        jobs.ask("laundry", {}, programme="twin", actor=OFFICE, at=LATER)


KILLED = """
import os, signal, sys
from pairup.services import open_record
open_record(sys.argv[1])
from pairup.services import working
def fault(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
working.fault = fault
working.work_one("killed")
"""


@pytest.mark.skipif(postgresql.ON_SERVER, reason="the process would need the server's address; SQLite shows the order")
@pytest.mark.parametrize(
    ("point", "there"), [("worked out", 0), ("before the effect", 0), ("after the effect", 0), ("done", 1)]
)
def test_a_worker_killed_at_any_point_leaves_the_whole_effect_or_none(loaded: Path, point: str, there: int) -> None:
    code = ask()

    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(loaded), point], env=os.environ, capture_output=True, timeout=120
    )
    after = runs()
    with pytest.MonkeyPatch.context() as later:
        ahead = working.clock() + timedelta(seconds=jobs.LEASE + 5)
        later.setattr(working, "clock", lambda: ahead)
        working.work_one("next")

    assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-600:]
    assert (after, runs(), jobs.job(code).state) == (there, 1, "done")
    assert write.check_journal() == []


def test_a_plan_that_clashes_is_an_answer_and_no_failure(record: Path) -> None:
    load(changed(a_programme(), "quotas", "K-A", people="0"))
    code = ask()

    working.work_one("w")

    assert jobs.job(code).state == "done" and runs() == 1
