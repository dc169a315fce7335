"""Backups of the record: which there are, how old the last good one is, one more as a job, how to come back.

A backup holds the whole record. So it is not given out by a page: its folder is named, for whoever keeps the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from pairup.services import backup, jobs
from pairup.services.backup import Kept, LastGood
from pairup.services.journal_check import last_number
from pairup.values.codes import JobState
from pairup.values.words import Words
from pairup.web.forms import Keyed, carried_out
from pairup.web.listing import Cell, Column, Listing
from pairup.web.pages import Crumb, clock, page

#: a last good backup older than this is told in red
OLD = timedelta(days=1)
_OPEN = (JobState.WAITING, JobState.RUNNING)


def backups(request: Any, programme: str) -> HttpResponse:
    """The backups of this server's folder, and what is to be done about them."""
    return _shown(request, programme)


def _shown(request: Any, programme: str, *, status: int = 200, form: Keyed | None = None) -> HttpResponse:
    folder = backup.folder_of_backups()
    kept = backup.kept_backups(folder) if folder is not None else []
    last = backup.last_good(folder)
    words, tone = standing_of(folder, last, clock())
    going_on = next((job for job in jobs.jobs(programme, kind="backup") if job.state in _OPEN), None)
    return page(
        request, "web/backups.html",
        {
            "folder": folder, "standing": words, "tone": tone, "form": form or Keyed(), "going_on": going_on,
            "last": last, "is_sealed": any(one.is_sealed and last and one.name == last.name for one in kept),
        },
        title=Words("keeping.title"), status=status, listings=[_listing(kept, last, last_number())],
        crumbs=[Crumb(Words("web.nav-administration"), reverse("administration", args=[programme]))],
    )  # fmt: skip


def standing_of(folder: Path | None, last: LastGood | None, now: datetime) -> tuple[Words, str]:
    """Say how it stands with the backups, and in which tone."""
    if folder is None:
        return Words("keeping.no-folder"), "bad"
    if last is None:
        return Words("keeping.never"), "bad"
    if not last.is_there:
        return Words("keeping.gone", {"file": last.name}), "bad"
    hours = int((now - last.taken).total_seconds() // 3600)
    if now - last.taken > OLD:
        return Words("keeping.old", {"hours": hours}), "bad"
    return (Words("keeping.good", {"hours": hours}) if hours else Words("keeping.fresh")), "good"


def _listing(kept: Sequence[Kept], last: LastGood | None, entries: int) -> Listing:
    return Listing(
        "backups", Words("keeping.caption"),
        [
            Column("file", Words("keeping.file")), Column("taken", Words("keeping.taken")),
            Column("kilobytes", Words("keeping.kilobytes"), is_number=True),
            Column("rows", Words("keeping.rows"), is_number=True),
            Column("entries", Words("keeping.entries"), is_number=True),
            Column("sealed", Words("keeping.sealed")), Column("standing", Words("keeping.standing")),
        ],
        [
            (
                one.name, one.taken, -(-one.length // 1000), one.rows, one.size,
                Words("web.yes" if one.is_sealed else "web.no") if one.taken else None, _state_of(one, last, entries),
            )
            for one in kept
        ],
        empty=Words("keeping.none"),
    )  # fmt: skip


def _state_of(one: Kept, last: LastGood | None, entries: int) -> Cell:
    """What is known of a backup: it got its name only after it had been restored beside and found equal."""
    if one.taken is None or one.size is None:
        return Cell(Words("keeping.unreadable"), tone="bad")
    if one.size > entries:
        return Cell(Words("keeping.later"), tone="warn")
    if last is not None and one.name == last.name:
        return Cell(Words("keeping.last"), tone="good")
    return Cell(Words("keeping.verified"))


@require_POST
def make(request: Any, programme: str) -> HttpResponse:
    """Ask for a backup; it is made as a job."""
    form = Keyed(request.POST)
    if form.is_valid():
        code = carried_out(
            form,
            lambda: backup.ask_for_backup(
                programme, actor=str(request.actor), at=clock(), key=form.cleaned_data["key"]
            ),
        )
        if code:
            return redirect("job", programme, code)
    return _shown(request, programme, status=422, form=form)
