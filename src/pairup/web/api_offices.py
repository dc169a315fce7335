"""The API of offices, evaluators and administrators beyond rows and plans: what their pages ask of the same services.

Long because each page has its operation, and an operation is a schema and a call. A file is sent and given as base64.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from django.core.files.base import ContentFile
from django.http import HttpRequest
from ninja import Field, Schema

from pairup.errors import InputError
from pairup.services import (
    answering,
    backup,
    claim_saying,
    conflicts,
    documents,
    exports,
    handovers,
    imports,
    jobs,
    lives,
    plan_steps,
    plan_wishes,
    plans,
    projects,
    releases,
    secondee_words,
    signing,
    templates,
    workbooks,
)
from pairup.services.imports.accepting import accept_source
from pairup.services.imports.difference import Difference, State, compare
from pairup.values.codes import ConflictOutcome, FeedbackOutcome, Fits, ProjectStatus
from pairup.web import uploads
from pairup.web.api import ANSWERS, AsOf, Code, Key, When, api, known, reads, receipt, require_page, stands_for
from pairup.web.api_own import Language, told_of
from pairup.web.pages import clock

_IN = "/programmes/{programme}"
#: characters of a file in base64 at most; a county's return has some 130,000
LARGEST = 7_000_000
#: rows of a difference that are told at most
_ROWS = 500
Cells = dict[str, str]


def _by(request: Any, programme: str, route: str, may: str = "write") -> dict[str, Any]:
    """Who acts, when, and where: what each of these commands takes."""
    actor = require_page(request, may, route)
    known(programme, AsOf())
    return {"actor": actor, "at": clock(), "programme": programme}


# -------------------------------------------------------------------------------------------------------------- rows


class Next(Schema):
    """A new row whose `code` is the stem of the next free one."""

    cells: Cells


_NEXT = ("claim-reply", "need-state", "post-ask", "money-line", "nominate", "finding-add", "project-works",
         "project-screen")  # fmt: skip


@api.post(f"{_IN}/next/{{table}}/", response=ANSWERS, openapi_extra=stands_for(*_NEXT))
def record_next(request: HttpRequest, programme: Code, table: Code, said: Next, key: Key = None) -> dict[str, Any]:
    """Record a row under the next free code `STEM-1`, `STEM-2` … Rows with codes of one's own: post to the table."""
    by = _by(request, programme, "row-correct")
    if not said.cells.get("code"):
        raise InputError("A row has a code.", hint="Give its stem.", code="lifecycle.no-code", table=table)
    return receipt(lives.record_next(table, said.cells, key=key, **by))


class Settled(Schema):
    """How a conflict is decided, and why."""

    outcome: ConflictOutcome
    reason: str


@api.post(f"{_IN}/conflicts/{{code:code}}/settle/", response=ANSWERS, openapi_extra=stands_for("conflict-settle"))
def settle(request: HttpRequest, programme: Code, code: Code, said: Settled) -> dict[str, Any]:
    """Decide an edit that came too late: what stands stays, or what was proposed is made now."""
    by = _by(request, programme, "conflict-settle")
    conflicts.read_conflict(code, on=clock().date(), programme=programme)
    sides = conflicts.settle(code, said.outcome, actor=by["actor"], at=by["at"], reason=said.reason)
    return {"conflict": sides.code, "about": sides.about, "outcome": said.outcome.value}


# ------------------------------------------------------------------------------------------------- claims and voices


class Said(Schema):
    """A claim by its cells, as `claims.csv` holds them; without a code."""

    cells: Cells


@api.post(f"{_IN}/claims/", response=ANSWERS, openapi_extra=stands_for("claim-state"))
def state_claim(request: HttpRequest, programme: Code, said: Said, key: Key = None) -> dict[str, Any]:
    """Register a claim under the next free code, whatever the checks make of it."""
    return {"code": claim_saying.state(said.cells, key=key, **_by(request, programme, "claim-state"))}


@api.post(f"{_IN}/claims/check/", response=ANSWERS)
def weigh_claim(request: HttpRequest, programme: Code, said: Said) -> dict[str, Any]:
    """What the checks would make of a claim among the others. Nothing is written."""
    _by(request, programme, "claim-state", may="read")
    return claim_saying.weigh(said.cells, on=clock().date(), programme=programme).to_dict()


class Answered(Schema):
    """An answer to what was said, and what comes of it."""

    text: str
    outcome: FeedbackOutcome
    language: Language = "en"


@api.post(f"{_IN}/voices/{{code:code}}/answer/", response=ANSWERS, openapi_extra=stands_for("voice-answer"))
def answer(request: HttpRequest, programme: Code, code: Code, said: Answered) -> dict[str, Any]:
    """Answer an objection or another voice that is one's own to answer."""
    by = _by(request, programme, "voice-answer")
    return told_of(answering.answer(code, said.text, said.outcome, language=said.language, **by))


# ------------------------------------------------------------------------------------------------ projects and visits


class Moved(Schema):
    """The state that a project moves to, from a day on; other cells that change with it."""

    status: ProjectStatus
    day: date
    why: str = ""
    cells: Cells = Field(default_factory=dict)


@api.post(f"{_IN}/projects/{{code:code}}/move/", response=ANSWERS, openapi_extra=stands_for("project-move"))
def move(request: HttpRequest, programme: Code, code: Code, said: Moved) -> dict[str, Any]:
    """Move a project to a state from a day on."""
    by = _by(request, programme, "project-move")
    return told_of(projects.move(code, said.status, day=said.day, why=said.why, cells=said.cells, **by))


class Closed(Schema):
    """When a follow-up was done, and what came of it."""

    done: date
    outcome: str


@api.post(f"{_IN}/findings/{{code:code}}/close/", response=ANSWERS, openapi_extra=stands_for("finding"))
def close_finding(request: HttpRequest, programme: Code, code: Code, said: Closed) -> dict[str, Any]:
    """Say that a visit's follow-up was done."""
    by = _by(request, programme, "finding-add")
    return told_of(signing.close_follow_up(code, done=said.done, outcome=said.outcome, **by))


# ------------------------------------------------------------------------------------------------- papers, handovers


class Sent(Schema):
    """A file: its name, for how it ends, and its bytes as base64."""

    name: Annotated[str, Field(max_length=120)]
    content: Annotated[str, Field(max_length=LARGEST)]


class Paper(Sent):
    """A photograph or a paper of a project."""

    title: Annotated[str, Field(min_length=1, max_length=200)]


def _bytes(sent: Sent) -> bytes:
    """The bytes that were sent. Refuses what is no base64."""
    try:
        return b64decode(sent.content, validate=True)
    except (NotBase64, ValueError) as error:
        raise InputError("The file's content is not base64.", code="web.unreadable") from error


@contextmanager
def _kept(sent: Sent) -> Iterator[Path]:
    """What was sent, as a file of our own name while it is read."""
    data, ending = _bytes(sent), Path(sent.name).suffix.lower()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sent{ending if ending[1:].isalnum() and ending.isascii() else '.xlsx'}"
        path.write_bytes(data)
        yield path


@api.post(f"{_IN}/projects/{{code:code}}/papers/", response=ANSWERS, openapi_extra=stands_for("project-paper"))
def add_paper(request: HttpRequest, programme: Code, code: Code, said: Paper) -> dict[str, Any]:
    """Keep a photograph or a paper of a project. What a camera wrote into it is left out."""
    by = _by(request, programme, "project-paper")
    row = lives.row_on("projects", code, clock().date(), programme=programme)
    with uploads.kept(ContentFile(_bytes(said))) as (path, kind):
        return told_of(documents.add_next(
            f"{code}-D", path, kind=kind, title=said.title,
            cells={"is_synthetic": "yes" if row.is_synthetic else "no"}, **by,
        ))  # fmt: skip


@api.get(f"{_IN}/documents/{{code:code}}/", response=ANSWERS, openapi_extra=reads("document"))
def paper(request: HttpRequest, programme: Code, code: Code, when: When) -> dict[str, Any]:
    """A paper of one's own, checked against its hash."""
    require_page(request, "read", "document")
    known(programme, when)
    row, data = documents.read_document(code, on=when.day, known_by=when.known_by, programme=programme)
    return {"code": code, "media_type": row.media_type, "sha256": row.sha256, "content": b64encode(data).decode()}


@api.get(f"{_IN}/handovers/", response=ANSWERS, openapi_extra=reads("handovers"))
def every_handover(request: HttpRequest, programme: Code, when: When) -> dict[str, Any]:
    """Handovers of one's own people and posts. To sign one, sign `documents/PAPER`."""
    require_page(request, "read", "handovers")
    known(programme, when)
    found = handovers.read_handovers(programme, on=when.day, known_by=when.known_by)
    return {
        "handovers": [
            {"posting": one.posting, "paper": one.paper, "state": one.state(when.day),
             "due": one.due.isoformat() if one.due else None}
            for one in found
        ]
    }  # fmt: skip


@api.get(f"{_IN}/handovers/{{code:posting}}/", response=ANSWERS, openapi_extra=reads("handover"))
def handover(request: HttpRequest, programme: Code, posting: Code, when: When) -> dict[str, Any]:
    """One handover file by its parts."""
    require_page(request, "read", "handover")
    known(programme, when)
    one = handovers.read_handover(posting, programme, on=when.day, known_by=when.known_by)
    parts = handovers.read_parts(one.paper, programme, on=when.day, known_by=when.known_by) if one.paper else {}
    return {"posting": posting, "paper": one.paper, "state": one.state(when.day), "parts": parts}


class Arrived(Schema):
    """How a post fits after arrival, as its host sees it."""

    fits: dict[str, Fits]


@api.post(f"{_IN}/postings/{{code:code}}/arrival/", response=ANSWERS, openapi_extra=stands_for("person-arrival"))
def host_arrival(request: HttpRequest, programme: Code, code: Code, said: Arrived, key: Key = None) -> dict[str, Any]:
    """Say for the host how a post fits."""
    by = _by(request, programme, "person-arrival")
    fits = {name: fit for name, fit in said.fits.items() if name in secondee_words.ASKED}
    return told_of(secondee_words.answer_arrival(code, fits, key=key, **by))


# ------------------------------------------------------------------------------------------------------------- plans


class Reason(Schema):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Wished(Schema):
    """What is asked of a draft: items settled and ruled out, people left out, posts closed."""

    lock: list[list[str]] = Field(default_factory=list)
    forbid: list[list[str]] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)
    closed: list[str] = Field(default_factory=list)


@api.post(f"{_IN}/plans/{{code:run}}/forward/", response=ANSWERS, openapi_extra=stands_for("plan-forward"))
def put_forward(request: HttpRequest, programme: Code, run: Code) -> dict[str, Any]:
    """Put a draft before the sides."""
    return {"run": run, "entry": plan_steps.put_forward(run, **_by(request, programme, "plan-forward"))}


@api.post(f"{_IN}/plans/{{code:run}}/withdraw/", response=ANSWERS, openapi_extra=stands_for("plan-withdraw"))
def withdraw_adoption(request: HttpRequest, programme: Code, run: Code, said: Reason) -> dict[str, Any]:
    """Take back what adopting a draft added, while nothing has changed it."""
    by = _by(request, programme, "plan-withdraw")
    return {"run": run, "rows": plan_steps.withdraw_adoption(run, reason=said.reason, **by)}


@api.post(f"{_IN}/plans/{{code:run}}/keep/", response=ANSWERS, openapi_extra=stands_for("plan-keep"))
def keep_wishes(request: HttpRequest, programme: Code, run: Code, said: Wished, key: Key = None) -> dict[str, Any]:
    """Keep what wishes make of a draft as a draft of its own."""
    by = _by(request, programme, "plan-keep", may="plan")
    plans.read_run(run, programme=programme)
    return {"run": plan_wishes.keep_wishes(run, wishes_of(said), key=key, **by)}


def wishes_of(said: Wished) -> plan_wishes.Wishes:
    return plan_wishes.Wishes(
        tuple(map(tuple, said.lock)), tuple(map(tuple, said.forbid)), tuple(said.without), tuple(said.closed)
    )


# -------------------------------------------------------------------------------------------------------------- jobs


@api.post(f"{_IN}/jobs/{{code:code}}/stop/", response=ANSWERS, openapi_extra=stands_for("job-stop"))
def stop(request: HttpRequest, programme: Code, code: Code) -> dict[str, Any]:
    """Let a job end with the best so far."""
    jobs.request_stop(code, actor=_by(request, programme, "job-stop", may="plan")["actor"])
    return {"job": code}


@api.post(f"{_IN}/jobs/{{code:code}}/cancel/", response=ANSWERS, openapi_extra=stands_for("job-cancel"))
def cancel(request: HttpRequest, programme: Code, code: Code) -> dict[str, Any]:
    """Let a job end with nothing."""
    jobs.request_cancel(code, actor=_by(request, programme, "job-cancel", may="plan")["actor"])
    return {"job": code}


@api.get(f"{_IN}/backups/", response=ANSWERS, openapi_extra=reads("backups"))
def every_backup(request: HttpRequest, programme: Code) -> dict[str, Any]:
    """The backups of this server's folder, the latest first, and which was the last good one."""
    _by(request, programme, "backups", may="read")
    folder = backup.folder_of_backups()
    last = backup.last_good(folder)
    return {
        "last_good": last.name if last and last.is_there else None,
        "backups": [
            {"name": one.name, "bytes": one.length, "taken": one.taken.isoformat() if one.taken else None}
            for one in (backup.kept_backups(folder) if folder is not None else [])
        ],
    }  # fmt: skip


@api.post(f"{_IN}/backups/", response=ANSWERS, openapi_extra=stands_for("backup-make"))
def make_backup(request: HttpRequest, programme: Code, key: Key = None) -> dict[str, Any]:
    """Ask for a backup; it is made as a job."""
    by = _by(request, programme, "backup-make")
    return {"job": backup.ask_for_backup(key=key, **by)}


# ------------------------------------------------------------------------------------------------ sheets and releases


class Sheet(Sent):
    """A sheet or a workbook that was given here, and what is accepted of it: nothing, to see what it would change."""

    table: str = ""
    accept: Literal["", "all", "new", "changed"] = ""
    as_of: int | None = None  # the journal's entry that the difference was shown as of; what came since is refused


@api.post(f"{_IN}/sheets/", response=ANSWERS, openapi_extra=stands_for("sheets-send"))
def send_sheet(request: HttpRequest, programme: Code, said: Sheet) -> dict[str, Any]:
    """Say what a sheet would change; with `accept`, write that of it."""
    by = _by(request, programme, "sheets-send")
    with _kept(said) as path:
        if said.accept:
            return _accepted(imports.accept_file(
                path, accept=[said.accept], table=said.table or None, as_of=said.as_of, **by
            ))  # fmt: skip
        return _difference(imports.compare_file(path, table=said.table or None, programme=programme))


@api.post(f"{_IN}/workbooks/", response=ANSWERS, openapi_extra=stands_for("workbook-send"))
def send_workbook(request: HttpRequest, programme: Code, said: Sheet) -> dict[str, Any]:
    """Say what an office's own workbook would change; with `accept`, write it."""
    by = _by(request, programme, "workbook-send")
    with _kept(said) as path:
        source = imports.read_source(path)
        if source.seal is None:
            raise InputError("This is no workbook that was given here.", code="rounds.no-seal")
        workbooks.require_own(by["actor"], source.seal.office)
        if said.accept:
            return _accepted(accept_source(source, accept=[said.accept], **by))
        return _difference(compare(source, programme))


def _difference(found: Difference) -> dict[str, Any]:
    """What a sheet would change: counts, findings, and of the first rows that are not as the record has them each cell
    that differs. Of personal cells only that they differ is told."""
    rows = [
        {
            "table": name, "code": str(one.rows.codes[at]), "state": one.states[at].value,
            "cells": [{"column": cell.column, "old": cell.old, "new": cell.new} for cell in one.cells(at)],
        }
        for name, one in found.tables.items() for at in one.places(State.NEW, State.CHANGED, State.CONFLICTING)[:_ROWS]
    ]  # fmt: skip
    return {
        "counts": {state.value: count for state, count in found.counts.items()},
        "findings": [str(finding) for finding in found.worklist()][:200], "rows": rows[:_ROWS], "as_of": found.as_of,
    }  # fmt: skip


def _accepted(found: imports.Accepted) -> dict[str, Any]:
    return _difference(found.difference) | {"entry": found.entry, "conflicts": list(found.conflicts)}


@api.get(f"{_IN}/sheets/{{table}}/", response=ANSWERS, openapi_extra=stands_for("sheets-fetch"))
def sheet(
    request: HttpRequest, programme: Code, table: Code, when: When, language: Language = "en", rows: bool = True
) -> dict[str, Any]:
    """A table as a workbook: with its rows, or empty with drop-downs and notes."""
    _by(request, programme, "sheets-fetch", may="read")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        if rows:
            exports.export_tables(table, into=path, form="xlsx", known_by=when.known_by, programme=programme)
        else:
            own = "zh_Hans" if language == "zh" else "en"
            templates.write_template(table, into=path, on=when.day, language=own, programme=programme)
        return _given(path)


@api.post(f"{_IN}/workbooks/{{office}}/", response=ANSWERS, openapi_extra=stands_for("workbook-take"))
def take_workbook(request: HttpRequest, programme: Code, office: Code, language: Language = "en") -> dict[str, Any]:
    """Give an office's own rows as a sealed workbook; the journal says that it was given."""
    by = _by(request, programme, "workbook-take")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        own = "zh_Hans" if language == "zh" else "en"
        workbooks.issue_workbook(office, into=path, on=clock().date(), language=own, **by)
        return _given(path)


def _given(path: Path) -> dict[str, Any]:
    return {"name": path.name, "content": b64encode(path.read_bytes()).decode()}


@api.get(f"{_IN}/releases/", response=ANSWERS)
def every_release(request: HttpRequest, programme: Code) -> dict[str, Any]:
    """What was published, with its digest and the journal's entry. The files are public: /public/ gives them out."""
    require_page(request, "read", "claims")
    known(programme, AsOf())
    return {
        "releases": [
            {"day": one.day.isoformat(), "digest": one.digest, "entry": one.entry}
            for one in releases.registered(programme)
        ]
    }  # fmt: skip
