"""The API of what pages show beyond rows and totals: desks, drafts under review, conflicts, rules, jobs, journal."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query

from pairup.errors import InputError
from pairup.planning.plan import Reason
from pairup.record.models import JournalCheckpoint, JournalEntry
from pairup.rules.register import load_rules
from pairup.services import (
    alerts,
    conflicts,
    desk,
    handovers,
    jobs,
    plan_reviews,
    plan_wishes,
    secondee_words,
    vault,
)
from pairup.values.codes import ConflictOutcome
from pairup.web.api import ANSWERS, AsOf, Code, Limit, When, api, known, reads, require_page
from pairup.web.api_offices import Wished, wishes_of
from pairup.web.handovers import own_posting

_IN = "/programmes/{programme}"
#: an item of a draft by its parts, as an answer file names them
Item = Annotated[list[str], Query(min_length=1, max_length=3)]


def _asked(request: Any, programme: str, when: AsOf, route: str) -> dict[str, Any]:
    """Of which programme, as of when: what each of these reads takes."""
    require_page(request, "read", route)
    known(programme, when)
    return {"programme": programme, "on": when.day}


@api.get(f"{_IN}/waiting/", response=ANSWERS, openapi_extra=reads("home", "waiting"))
def waiting(request: HttpRequest, programme: Code, when: When) -> dict[str, Any]:
    """What waits for whoever asks, and for others of their side, by group, as their first page has it."""
    require_page(request, "read", "waiting")
    ground = desk.read_ground(programme, on=when.day, known_by=when.known_by)
    known(programme, when)
    found = desk.read_tasks(programme, ground, on=when.day, known_by=when.known_by)
    return {
        "waiting": [
            {"group": one.group, "kind": one.due.kind, "owner": one.due.owner, "about": one.due.about,
             "day": one.due.day.isoformat() if one.due.day else None, "words": desk.what_waits(one.due).to_dict()}
            for one in found
        ]
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- plans


def _line(one: plan_reviews.RunLine) -> dict[str, Any]:
    return {
        "run": one.code, "kind": one.kind, "round": one.round, "status": one.status.value, "day": one.day.isoformat(),
        "is_put_forward": one.is_put_forward, "is_adopted": one.is_adopted, "is_synthetic": one.is_synthetic,
        "verdict": one.verdict.to_dict(),
    }  # fmt: skip


@api.get(f"{_IN}/plans/", response=ANSWERS, openapi_extra=reads("round"))
def every_draft(request: HttpRequest, programme: Code, when: When, round: str = "") -> dict[str, Any]:
    """Drafts of one's own and those put before the sides, the newest first."""
    asked = _asked(request, programme, when, "plan")
    found = plan_reviews.read_runs(**asked, known_by=when.known_by, round_code=round)
    return {"plans": [_line(one) for one in found]}


@api.get(f"{_IN}/plans/{{code:run}}/review/", response=ANSWERS, openapi_extra=reads("plan"))
def review(request: HttpRequest, programme: Code, run: Code, when: When) -> dict[str, Any]:
    """A draft as far as it is the reader's: what it chose, what stays empty and why, who signed."""
    found = plan_reviews.read_review(run, **_asked(request, programme, when, "plan"), known_by=when.known_by)
    return _line(found.line) | {
        "is_whole": found.is_whole, "rival": found.rival, "checks": dict(found.checks), "solver": dict(found.run),
        "lines": [
            {"item": dict(one.item), "place": one.place, "donor": one.donor, "is_own": one.is_own}
            for one in found.lines
        ],
        "empty": [
            {"post": one.post, "seats": one.seats, "reason": one.reason.to_dict() if one.reason else None}
            for one in found.empty
        ],
        "conflicts": [words.to_dict() for words in found.conflicts],
        "voices": [
            {"organisation": one.organisation, "kind": one.kind, "reservation": one.reservation,
             "day": one.day.isoformat()}
            for one in found.voices
        ],
    }  # fmt: skip


@api.get(f"{_IN}/plans/{{code:run}}/why/", response=ANSWERS, openapi_extra=reads("plan-why"))
def why(
    request: HttpRequest, programme: Code, run: Code, when: When, item: Item, confirm: bool = False
) -> dict[str, Any]:
    """Why a draft chose an item or not, and what the other way would cost; with `confirm` by planning again."""
    found = plan_wishes.why(run, tuple(item), **_asked(request, programme, when, "plan-why"), confirm=confirm)
    return found.to_dict() if isinstance(found, Reason) else {"item": item, "reason": found.to_dict()}


@api.get(f"{_IN}/plans/{{code:run}}/posts/{{code:post}}/", response=ANSWERS, openapi_extra=reads("plan-post"))
def choices(request: HttpRequest, programme: Code, run: Code, post: Code, when: When) -> dict[str, Any]:
    """Everybody who could take a post, and what they would be worth there."""
    found = plan_wishes.read_choices(run, post, **_asked(request, programme, when, "plan-post"))
    return {
        "choices": [
            {"person": one.person, "donor": one.donor, "worth": one.worth, "posts": list(one.posts)} for one in found
        ]
    }  # fmt: skip


@api.get(f"{_IN}/plans/{{code:run}}/compare/{{code:other}}/", response=ANSWERS, openapi_extra=reads("plan-compare"))
def compare(request: HttpRequest, programme: Code, run: Code, other: Code, when: When) -> dict[str, Any]:
    """Two drafts of one kind side by side: who moves, and what it costs."""
    found, moves = plan_wishes.compare(run, other, **_asked(request, programme, when, "plan-compare"))
    return {
        "points": found.points, "lost": [one.to_dict() for one in found.lost],
        "gained": [one.to_dict() for one in found.gained], "moves": [words.to_dict() for words in moves],
    }  # fmt: skip


@api.post(f"{_IN}/plans/{{code:run}}/wishes/", response=ANSWERS, openapi_extra=reads("plan-wishes"))
def wishes(request: HttpRequest, programme: Code, run: Code, said: Wished) -> dict[str, Any]:
    """What a draft would become under wishes: who moves, and what it costs. Nothing is kept."""
    asked = _asked(request, programme, AsOf(), "plan-wishes")
    found = plan_wishes.ask_wishes(run, wishes_of(said), **asked)
    if found is None:
        return {"answer": None, "moves": [], "verdict": None}
    return {
        "answer": found.plan.to_dict(), "moves": [words.to_dict() for words in found.moves],
        "verdict": found.verdict().to_dict(),
    }  # fmt: skip


# ----------------------------------------------------------------------------- conflicts, rules, jobs, journal, alerts


def _sides(one: conflicts.Sides) -> dict[str, Any]:
    return {
        "conflict": one.code, "kind": one.kind.value, "about": one.about, "edit": one.edit, "day": one.day.isoformat(),
        "seen": one.seen, "proposed_by": one.proposed_by, "won": one.won, "won_by": one.won_by,
        "outcome": one.outcome.value, "settled_by": one.settled_by,
        "cells": {name: {"proposed": new, "stands": old} for name, (new, old) in one.cells().items()},
    }  # fmt: skip


@api.get(f"{_IN}/conflicts/", response=ANSWERS, openapi_extra=reads("conflicts"))
def every_conflict(request: HttpRequest, programme: Code, when: When, settled: bool = False) -> dict[str, Any]:
    """Edits that came too late, with both sides; with `settled` those that were decided, too."""
    asked = _asked(request, programme, when, "conflicts")
    found = conflicts.lines(**asked, known_by=when.known_by, only_open=not settled)
    return {
        "conflicts": [
            {"conflict": row.identity.code, "about": row.about, "kind": row.kind, "day": row.day.isoformat(),
             "outcome": ConflictOutcome(row.outcome).value}
            for row in found
        ]
    }  # fmt: skip


@api.get(f"{_IN}/conflicts/{{code:code}}/", response=ANSWERS, openapi_extra=reads("conflict"))
def conflict(request: HttpRequest, programme: Code, code: Code, when: When) -> dict[str, Any]:
    """One conflict: what was proposed on which version, and what stands there now."""
    asked = _asked(request, programme, when, "conflict")
    return _sides(conflicts.read_conflict(code, **asked, known_by=when.known_by))


@api.get(f"{_IN}/rules/", response=ANSWERS, openapi_extra=reads("rules"))
def rules(request: HttpRequest, programme: Code) -> dict[str, Any]:
    """Every dated rule with its versions: from when, published when, by what authority, how well known."""
    _asked(request, programme, AsOf(), "rules")
    return {
        "rules": [
            {"rule": rule.name, "title": rule.title.to_dict(), "versions": [
                {"from": str(one.told_from), "published": str(one.told_published), "standing": one.standing.value,
                 "source": one.source, "digest": one.digest, "is_ended": one.is_ended, "is_applied": one.is_applied}
                for one in rule.versions
            ]}
            for rule in load_rules().values()
        ]
    }  # fmt: skip


@api.get(f"{_IN}/jobs/", response=ANSWERS, openapi_extra=reads("jobs"))
def every_job(request: HttpRequest, programme: Code) -> dict[str, Any]:
    """The jobs of a programme that one asked for; an office sees all."""
    _asked(request, programme, AsOf(), "jobs")
    return {
        "jobs": [
            {"job": one.code, "kind": one.kind, "state": one.state, "asked": one.asked.isoformat(), "actor": one.actor}
            for one in jobs.jobs(programme)
        ]
    }  # fmt: skip


@api.get(f"{_IN}/journal/", response=ANSWERS, openapi_extra=reads("journal"))
def journal(request: HttpRequest, programme: Code, after: int = 0, limit: Limit = 100) -> dict[str, Any]:
    """Entries of the journal behind a number, oldest first, and the checkpoints that were given out."""
    _asked(request, programme, AsOf(), "journal")
    rows = JournalEntry.objects.filter(number__gt=after).order_by("number")[:limit]
    found = [
        {"number": row.number, "at": row.at.isoformat(), "command": row.command, "actor": row.actor, "hash": row.hash}
        for row in rows
    ]  # fmt: skip
    marks = JournalCheckpoint.objects.order_by("pk")
    return {
        "entries": found, "after": found[-1]["number"] if len(found) == limit else None,
        "checkpoints": [{"size": one.size, "at": one.at.isoformat(), "note": one.note} for one in marks],
    }  # fmt: skip


@api.get(f"{_IN}/questions/", response=ANSWERS, openapi_extra=reads("project-questions"))
def questions(request: HttpRequest, programme: Code, when: When) -> dict[str, Any]:
    """What the rows of projects ask: money without works, works without money, costs far from others of their kind."""
    found = alerts.read_alerts(**_asked(request, programme, when, "project-questions"), known_by=when.known_by)
    return {
        "questions": [
            {"project": one.project, "kind": one.kind, "words": one.words.to_dict(), "is_synthetic": one.is_synthetic}
            for one in found
        ]
    }  # fmt: skip


# --------------------------------------------------------------------------------------------------- a secondee's own


@api.get(f"{_IN}/me/record/", response=ANSWERS, openapi_extra=reads("me-record"))
def own_record(request: HttpRequest, programme: Code) -> dict[str, Any]:
    """What is kept closed of me, by table and purpose, and who looked at it. Nothing of it is opened here."""
    actor = require_page(request, "read", "me-record")
    known(programme, AsOf())
    person = secondee_words.own_person(actor, programme).code
    return {
        "kept": [
            {"table": one.table, "columns": list(one.columns), "purpose": one.declared.purpose,
             "basis": one.declared.basis, "rows": one.rows, "until": one.until.isoformat() if one.until else None}
            for one in vault.kept(person, actor=actor, programme=programme)
        ],
        "looks": [
            {"at": one.at.isoformat(), "purpose": one.purpose, "fields": list(one.fields), "by": one.by}
            for one in vault.looks(person, actor=actor, programme=programme)
        ],
    }  # fmt: skip


@api.get(f"{_IN}/me/handover/", response=ANSWERS, openapi_extra=reads("me-handover"))
def own_handover(request: HttpRequest, programme: Code, when: When) -> dict[str, Any]:
    """My handover file as I wrote it so far, and where it stands."""
    _asked(request, programme, when, "me-handover")
    posting = own_posting(request, programme)
    one = handovers.read_handover(posting, programme, on=when.day, known_by=when.known_by)
    parts = handovers.read_parts(handovers.draft_code(posting), programme, on=when.day, known_by=when.known_by)
    return {"posting": posting, "paper": one.paper, "state": one.state(when.day), "parts": parts}


@api.get(f"{_IN}/me/before/{{code:paper}}/", response=ANSWERS, openapi_extra=reads("me-before"))
def before(request: HttpRequest, programme: Code, paper: Code, when: When) -> dict[str, Any]:
    """The handover file of whoever was in my post before me."""
    _asked(request, programme, when, "me-before")
    found = handovers.read_before(programme, on=when.day, known_by=when.known_by)
    if paper not in {row.identity.code for row in found}:
        raise InputError(f"There is no handover file {paper}.", code="web.missing", what=paper)
    return {"paper": paper, "parts": handovers.read_parts(paper, programme, on=when.day, known_by=when.known_by)}
