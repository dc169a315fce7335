"""The worker: takes jobs one after the other, carries each out as whoever asked for it, and tells how far it is."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from pairup.errors import PairupError
from pairup.planning.plan import Stop, halting
from pairup.record.acting import OPERATOR, acting_as, whole
from pairup.services import failures, jobs, plans, write
from pairup.services.jobs import COURSE, LEASE, Held, LostLease
from pairup.values.words import Words

LOG = logging.getLogger("pairup.work")
#: seconds between two looks for work, and between two beats
LOOK, BEAT = 1.0, LEASE / 3
#: hook of tests: called by name before each step in which a crash would matter
fault: Callable[[str], None] = lambda _: None  # noqa: E731


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Far:
    """How far a job is, as its planner tells it; written down by each beat."""

    label: dict[str, Any] = field(default_factory=dict)
    done: float = 0
    total: float = 0
    objective: float | None = None
    bound: float | None = None
    course: list[tuple[float, float | None, float | None]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def __call__(
        self, label: object = "", done: float = 0, total: float = 0, /, *, objective: float | None = None,
        bound: float | None = None,
    ) -> None:  # fmt: skip
        self.label = label.to_dict() if isinstance(label, Words) else {}
        self.done, self.total = done, total
        if (objective, bound) != (self.objective, self.bound) and objective is not None:
            self.objective, self.bound = objective, bound
            self.course = [*self.course, (round(time.monotonic() - self.began, 2), objective, bound)][-COURSE:]

    def told(self) -> dict[str, Any]:
        return {
            "label": self.label, "done": self.done, "steps": self.total, "objective": self.objective,
            "bound": self.bound, "course": self.course,
        }  # fmt: skip


class Beating:
    """Renews the lease while the work goes on, on a connection of its own, and hears what is wanted."""

    def __init__(self, held: Held, far: Far, every: float = BEAT) -> None:
        self.held, self.far, self.every = held, far, every
        self.wants_stop = self.wants_cancel = self.is_lost = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def should_end(self) -> bool:
        """Whether what is being worked out should end with the best so far."""
        return self.wants_stop or self.wants_cancel or self.is_lost

    def _run(self) -> None:
        try:
            while not self._over.wait(min(self.every, 1.0)):
                with acting_as(OPERATOR):
                    self.beat()
        except LostLease:
            self.is_lost = True
        finally:
            connection.close()

    def beat(self) -> None:
        self.wants_stop, self.wants_cancel = jobs.beat(self.held, at=clock(), **self.far.told())

    @contextmanager
    def going_on(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()


Effect = Callable[[], Mapping[str, Any]]


def _draft(held: Held, far: Far) -> Effect:
    """Plan with nothing of the record held; give what keeps the run."""
    said = held.arguments
    asked = plans.ask(
        held.kind, programme=held.programme, round_code=said.get("round") or None, on=date.fromisoformat(said["on"]),
        known_by=date.fromisoformat(said["known_by"]) if said.get("known_by") else None, days=said.get("days", 8),
        nights=said.get("nights", "anywhere"),
    )  # fmt: skip
    drafted = plans.drafted(
        asked, stop=Stop(seconds=float(said["seconds"])), seed=said.get("seed", 0), progress=far,
        with_checks=said.get("checks", False),
    )  # fmt: skip

    def keep() -> Mapping[str, Any]:
        code = plans.keep_drafted(drafted, actor=held.actor, at=clock(), key=held.code)
        return {"run": code, "status": drafted.plan.status.value}

    return keep


def _claims(held: Held, far: Far) -> Effect:
    """Check every claim; the answer is counted here and read anew by the page."""
    from collections import Counter

    from pairup.services import claims

    found = claims.check(held.programme, on=date.fromisoformat(held.arguments["on"]))
    counted = Counter(result.verdict.value for result in found)
    return lambda: dict(counted)


def _backup(held: Held, far: Far) -> Effect:
    """Back the record up into this server's folder; the journal then says which file it is.

    Its time is that of the job's first beginning. So a worker that takes the job over finds what the one before it
    had brought to its name, and makes no second one.
    """
    from pairup.services import backup

    folder = backup.require_folder()
    begun = (jobs.job(held.code).begun or clock()).replace(microsecond=0)
    with whole():
        if backup.made_at(folder, begun) is None:
            secret = backup.passphrase_of_backups()
            backup.backup(os.environ["PAIRUP_RECORD"], folder, at=begun, passphrase=secret, progress=far)
        made = backup.made_at(folder, begun)
    assert made is not None
    said = {"file": made.name, "bytes": made.length, "size": made.size}

    def keep() -> Mapping[str, Any]:
        with write.command(
            "backup.make", actor=held.actor, at=clock(), programme=held.programme, key=held.code, facts=said
        ):
            return said

    return keep


#: by kind: what works it out, and gives what writes it
WORK: dict[str, Callable[[Held, Far], Effect]] = {
    **dict.fromkeys(("postings", "pairings", "funding", "visits"), _draft),
    "claims": _claims,
    "backup": _backup,
}


def work_one(worker: str, *, at: datetime | None = None) -> str | None:
    """Take one job and carry it out; gives its code, or None where there is nothing to do."""
    with acting_as(OPERATOR):
        held = jobs.take(worker, at=at or clock())
    if held is None:
        return None
    far = Far()
    beating = Beating(held, far)
    with acting_as(jobs.actor_of_job(held)):
        try:
            with beating.going_on(), halting(beating.should_end):
                effect = WORK[held.kind](held, far)
            if beating.is_lost:
                raise LostLease(held.code)
            fault("worked out")
            _end(held, beating, effect)
        except LostLease:
            LOG.warning("%s was taken over", held.code)
        except PairupError as refused:
            _fail(held, refused)
        except Exception as error:
            LOG.exception("%s broke", held.code)
            _fail(held, failures.refusal_of(error))
    return held.code


def _end(held: Held, beating: Beating, effect: Effect) -> None:
    with acting_as(OPERATOR):
        beating.beat()
    if beating.wants_cancel:
        jobs.cancelled(held, at=clock())
        return

    def with_faults() -> Mapping[str, Any]:
        fault("before the effect")
        result = effect()
        fault("after the effect")
        return result

    jobs.finish(held, with_faults, at=clock())
    fault("done")


def _fail(held: Held, refused: PairupError | None) -> None:
    try:
        jobs.fail(held, refused, at=clock())
    except LostLease:
        LOG.warning("%s was taken over", held.code)


def work(worker: str, *, is_over: Callable[[], bool], only_once: bool = False) -> int:
    """Work until told to end; with `only_once` until there is nothing to do. Gives how many jobs were carried out."""
    count = 0
    while not is_over():
        if work_one(worker) is not None:
            count += 1
        elif only_once:
            break
        else:
            time.sleep(LOOK)
    return count
