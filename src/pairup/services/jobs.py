"""Long work as jobs on the record's own database: asked once, held by a lease, its effect there exactly once.

A job is written in the transaction of the journal entry that asks for it. A worker takes it by raising its fence; the
effect and the mark that it is done are one transaction, which is refused where the fence has been raised since. So a
worker that is killed at any point leaves the whole effect or none, and the next one carries the job out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import F, Q

from pairup.errors import ConflictError, InputError, PairupError
from pairup.record.acting import acting, read_actor, whole
from pairup.record.jobs import Job
from pairup.record.models import Programme
from pairup.services import write
from pairup.services.access import require_may
from pairup.values.codes import JobState
from pairup.values.words import Words

#: seconds that a lease lasts; a worker renews it each third of that
LEASE = 30
#: points kept of how objective and bound came closer
COURSE = 400
_OPEN = (JobState.WAITING, JobState.RUNNING)
#: which right a kind of work needs
RIGHTS = {
    "postings": "plan.draft", "pairings": "plan.draft", "funding": "plan.draft", "visits": "plan.draft",
    "claims": "job.ask", "backup": "backup.make",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A job in the hands of a worker."""

    code: str
    kind: str
    programme: str
    actor: str
    user: str
    arguments: Mapping[str, Any]
    fence: int


class LostLease(Exception):
    """Somebody else has this job now; nothing of what was worked out here is written."""


def ask(
    kind: str, arguments: Mapping[str, Any], *, programme: str, actor: str, at: datetime, key: str | None = None
) -> str:
    """Ask for a piece of work; gives its code. The same key gives the same job. Refuses a kind that is none."""
    if kind not in RIGHTS:
        raise InputError(f"There is no work {kind!r}.", code="jobs.no-kind", kind=kind)
    require_may(actor, RIGHTS[kind])
    with write.alone():
        with whole():
            before = Job.objects.filter(key=key).first() if key else None
        if before is not None:
            return str(before.code)
        code = f"job-{uuid4().hex[:12]}"
        facts = {"job": code, "kind": kind}
        user = acting().actor.user
        with write.command("job.ask", actor=actor, at=at, programme=programme, facts=facts), whole():
            Job.objects.create(
                code=code, key=key or code, kind=kind, programme=Programme.objects.get(code=programme),
                actor=actor, user=user, arguments=dict(arguments), asked=at,
            )  # fmt: skip
    return code


def jobs(programme: str, *, kind: str | None = None) -> list[Job]:
    """Jobs of a programme that whoever acts may see, the latest first."""
    rows = Job.objects.filter(programme__code=programme)
    return list((rows.filter(kind=kind) if kind else rows).order_by("-pk")[:200])


def count_failed(programme: str, *, since: datetime) -> int:
    """How many jobs of a programme failed since a moment, of those that whoever acts may see."""
    rows = Job.objects.filter(programme__code=programme, state=JobState.FAILED, ended__gte=since)
    return int(rows.count())


def job(code: str) -> Job:
    """A job by its code; one that is not the actor's is as one that is not there."""
    found: Job | None = Job.objects.filter(code=code).select_related("programme").first()
    if found is None:
        raise InputError(f"There is no job {code}.", code="web.missing", what=code)
    return found


def request_stop(code: str, *, actor: str) -> None:
    """Let a job end with the best so far."""
    _wanted(code, actor, wants_stop=True)


def request_cancel(code: str, *, actor: str) -> None:
    """Let a job end with nothing; one that no worker has begun ends now."""
    _wanted(code, actor, wants_cancel=True)
    with whole():
        Job.objects.filter(code=code, state=JobState.WAITING).update(state=JobState.CANCELLED)


def _wanted(code: str, actor: str, **wish: bool) -> None:
    found = job(code)
    require_may(actor, RIGHTS[found.kind])
    with whole():
        if not Job.objects.filter(code=code, state__in=_OPEN).update(**wish):
            raise ConflictError(f"{code} has ended.", code="jobs.ended", job=code)


# --- for workers ----------------------------------------------------------------------------------------------------


@whole()
def take(worker: str, *, at: datetime) -> Held | None:
    """Take the job that has waited longest, or one whose worker has let its lease run out; none where there is none.

    Two workers that reach for one job: the fence tells them apart, and one of them gets it.
    """
    free = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, leased_until__lt=at)
    for found in Job.objects.filter(free).select_related("programme").order_by("pk")[:20]:
        taken = Job.objects.filter(free, pk=found.pk, fence=found.fence).update(
            state=JobState.RUNNING, worker=worker, fence=F("fence") + 1, leased_until=at + timedelta(seconds=LEASE),
            begun=found.begun or at, course=[], objective=None, bound=None,
        )  # fmt: skip
        if taken:
            return Held(
                found.code, found.kind, found.programme.code, found.actor, found.user, found.arguments, found.fence + 1
            )
    return None


@whole()
def beat(held: Held, *, at: datetime, **far: Any) -> tuple[bool, bool]:
    """Renew a lease and tell how far the work is; gives whether a stop and whether a cancel was asked for.

    Raises `LostLease` where another worker has the job.
    """
    renewed = Job.objects.filter(code=held.code, fence=held.fence, state=JobState.RUNNING).update(
        leased_until=at + timedelta(seconds=LEASE), **far
    )
    if not renewed:
        raise LostLease(held.code)
    return Job.objects.values_list("wants_stop", "wants_cancel").get(code=held.code)


def finish(held: Held, effect: Callable[[], Mapping[str, Any]], *, at: datetime) -> None:
    """Carry out a job's effect and mark it done, both or neither. Raises `LostLease` where another worker has it."""
    with write.alone():
        _require_held(held)
        result = effect()
        _ended(held, JobState.DONE, at, result=dict(result))


def fail(held: Held, error: PairupError | None, *, at: datetime) -> None:
    """Mark a job failed, with what refused it; a fault of ours has no words but these."""
    said = {"code": "jobs.broken", "facts": {}} if error is None else _plain(error)
    with write.alone():
        _require_held(held)
        _ended(held, JobState.FAILED, at, error=said)


def cancelled(held: Held, *, at: datetime) -> None:
    """Mark a job as ended with nothing."""
    with write.alone():
        _require_held(held)
        _ended(held, JobState.CANCELLED, at)


@whole()
def give_back(held: Held) -> None:
    """Let go of a job that this worker will not end, for another one to take at once."""
    Job.objects.filter(code=held.code, fence=held.fence, state=JobState.RUNNING).update(state=JobState.WAITING)


@whole()
def _require_held(held: Held) -> None:
    """Refuse to end a job that another worker has; on a server its row is kept from others until this is over."""
    rows = Job.objects.filter(code=held.code, fence=held.fence, state=JobState.RUNNING)
    if not rows.select_for_update().exists():
        raise LostLease(held.code)


@whole()
def _ended(held: Held, state: JobState, at: datetime, **told: Any) -> None:
    if not Job.objects.filter(code=held.code, fence=held.fence, state=JobState.RUNNING).update(
        state=state, ended=at, leased_until=None, **told
    ):
        raise LostLease(held.code)


def _plain(error: PairupError) -> dict[str, Any]:
    """A refusal as a row may keep it: code, and facts that are text or figures."""
    facts = {key: value for key, value in error.facts.items() if isinstance(value, (str, int, float, bool))}
    return {"code": error.code, "facts": facts, "message": error.message}


def words_of(found: Job) -> Words | None:
    """What a job is doing, or why it failed."""
    said = found.error or found.label
    return Words(said["code"], said.get("facts", {})) if said else None


def actor_of_job(held: Held) -> Any:
    """Who asked, as an actor with their account."""
    from dataclasses import replace

    return replace(read_actor(held.actor), user=held.user)
