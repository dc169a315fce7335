"""Long work: how far a job is, a stop that keeps the best so far, and where its result stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.errors import InputError
from pairup.planning.plan import Point
from pairup.record.jobs import Job
from pairup.reports.figures import Frame
from pairup.reports.solve_figure import solve_over_time, solve_words
from pairup.services import jobs
from pairup.values.codes import JobState, called
from pairup.values.words import Words, say
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, clock, language_of, page
from pairup.web.pictures import drawn
from pairup.web.rows import actor_words

_OPEN = (JobState.WAITING, JobState.RUNNING)


def every_job(request: Any, programme: str) -> HttpResponse:
    """The jobs of a programme that one asked for; an office sees all."""
    listing = Listing(
        "jobs", Words("jobs.caption"),
        [
            Column("job", Words("jobs.column-job")), Column("kind", Words("jobs.column-kind")),
            Column("state", Words("jobs.column-state")), Column("asked", Words("jobs.column-asked")),
            Column("by", Words("jobs.column-by")),
        ],
        [
            (
                Cell(one.code, reverse("job", args=[programme, one.code])), Words(f"jobs.kind-{one.kind}"),
                called(JobState(one.state)), one.asked, one.user or actor_words(one.actor),
            )
            for one in jobs.jobs(programme)
        ],
        empty=Words("jobs.none"),
    )  # fmt: skip
    return page(request, "web/jobs.html", title=Words("jobs.title"), listings=[listing])


def _own(programme: str, code: str) -> Job:
    found = jobs.job(code)
    if found.programme.code != programme:
        raise InputError(f"There is no job {code}.", code="web.missing", what=code)
    return found


def job(request: Any, programme: str, code: str) -> HttpResponse:
    """How far a job is. Leaving the page loses nothing; htmx asks for the inner part alone."""
    found = _own(programme, code)
    seconds = ((found.ended or clock()) - (found.begun or found.asked)).total_seconds()
    gap = None
    if found.objective is not None and found.bound is not None:
        gap = max(0.0, 100 * (found.bound - found.objective) / max(1.0, abs(found.objective)))
    context = {
        "job": found, "state": called(JobState(found.state)), "is_open": found.state in _OPEN,
        "words": None if found.state == JobState.DONE else jobs.words_of(found),
        "seconds": max(0, int(seconds)), "gap": None if gap is None else f"{gap:.2f}",
        "objective": None if found.objective is None else f"{found.objective:,.0f}",
        "bound": None if found.bound is None else f"{found.bound:,.0f}",
        "share": int(100 * found.done / found.steps) if found.steps else None,
        "kind": Words(f"jobs.kind-{found.kind}"), "run": found.result.get("run", ""),
        "file": found.result.get("file", ""), "may_stop": found.kind != "backup",
        "may_cancel": found.kind != "backup" or found.state == JobState.WAITING,
        "round": found.arguments.get("round", ""), "has_course": len(found.course) > 1,
    }  # fmt: skip
    return page(
        request, "web/job_state.html" if request.htmx else "web/job.html", context,
        title=Words("jobs.one-title", {"kind": Words(f"jobs.kind-{found.kind}")}),
        crumbs=[Crumb(Words("jobs.title"), reverse("jobs", args=[programme]))],
    )  # fmt: skip


def job_picture(request: Any, programme: str, code: str) -> HttpResponse:
    """How the best plan and the bound came closer."""
    found, language = _own(programme, code), language_of(request)
    points = [Point(seconds, objective, bound) for seconds, objective, bound in found.course]
    if not points:
        raise InputError(f"{code} has no course yet.", code="web.missing", what=code)
    chart = solve_over_time(points, solve_words(language), Frame())
    return drawn(request, chart, name="course", alt=say("jobs.picture-alt", language))


@require_POST
def stop(request: Any, programme: str, code: str) -> HttpResponse:
    """Let a job end with the best so far."""
    _own(programme, code)
    jobs.request_stop(code, actor=str(request.actor))
    return redirect("job", programme, code)


@require_POST
def cancel(request: Any, programme: str, code: str) -> HttpResponse:
    """Let a job end with nothing."""
    _own(programme, code)
    jobs.request_cancel(code, actor=str(request.actor))
    return redirect("job", programme, code)
