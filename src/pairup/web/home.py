"""The front door, and the first page of each role: what waits, what changed since the last visit, where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from pairup.record.acting import Actor, Role
from pairup.record.models import (
    ClaimVersion,
    EvaluationVersion,
    JournalCheckpoint,
    NeedVersion,
    RegistrationVersion,
)
from pairup.record.remembered import remembered
from pairup.reports.facts import Both
from pairup.services import backup, changes, desk, jobs, totals, users
from pairup.services.desk import GROUPS, InHand, Names, Task
from pairup.services.dues import Due
from pairup.services.journal_check import last_number
from pairup.services.tables import read_rows
from pairup.values.codes import NeedStatus
from pairup.values.money import Money
from pairup.values.words import Words
from pairup.web.listing import Cell, Column, Listing
from pairup.web.navigation import programmes
from pairup.web.pages import AsOf, Crumb, as_of, clock, page, programme_named, programme_of
from pairup.web.policy import may_open
from pairup.web.rounds import STEPS
from pairup.web.rows import actor_words, command_words, table_title
from pairup.web.visited import last_visit, remember_visit

#: things told of a group on the first page
_SHOWN = 5
_OF_A_KIND = 2
#: how long ago failed work is told of
_LATELY = timedelta(days=7)
#: entries of the journal that are told
_CHANGES = 40
#: days from which years are told
_YEARS_FROM = 730
#: by kind of what waits, the route of the page where it is done; what is not here is done on its row's own page
_DONE_AT = {
    "follow_up": "finding", "check_18": "project", "check_60": "project", "safeguard": "project",
    "handover_file": "handover", "handover_sign": "handover", "arrival_check": "person", "conflict": "conflict",
    "plan_sign": "plan", "reply": "voice", "plan_forward": "plan", "plan_adopt": "plan", "review": "pairing",
    "claim_plan": "claim", "claim_evaluate": "claim",
}  # fmt: skip
_SECONDEES = {"handover_file": "me-handover", "offer": "me", "consent": "me", "arrival_check": "me"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits, as a page tells it."""

    what: Words
    title: Both | str
    href: str
    owner: Both | Words | str
    when: Words
    tone: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What is read for a first page."""

    tasks: Sequence[Task]
    names: Names
    in_hand: InHand | None
    figures: Sequence[tuple[Words, Any, str]]
    changes: Sequence[changes.Change]
    changed: int  # how many there are


def front(request: Any) -> HttpResponse:
    """Lead whoever signed in to their programme; tell everybody else what this is."""
    found, programme = programmes(as_of(request)), programme_of(request)
    if request.user.is_authenticated and (programme or found):
        return redirect("home", programme=programme or found[0][0])
    return page(request, "web/front.html", {"found": found}, title=Words("web.front-title"))


def home(request: Any, programme: str) -> HttpResponse:
    """What waits for whoever acts, by group; what changed since their last visit; their figures; the round in hand."""
    asked = as_of(request)
    since, was_here = last_visit(request, programme)
    found = remembered(
        lambda: _read(request.actor, programme, asked, since), "desk", programme, asked.on, asked.known_by, since
    )
    row = programme_named(programme, asked)
    grouped = {group: list(items) for group, items in groupby(found.tasks, key=lambda task: task.group)}
    chosen = {group: _first(items) for group, items in grouped.items()}
    first = [task for items in chosen.values() for task in items]
    shown = lines(request, programme, first, found.names, asked)
    context = {
        "groups": [
            (group, Words(f"pages.group-{group}"), len(items), [shown.pop(0) for _ in chosen[group]])
            for group, items in grouped.items()
        ],
        "next": _next(request, programme, grouped),
        "facts": [*found.figures, *_kept_well(request.actor, programme)],
        "round": _round(request, programme, found.in_hand),
        "since": since, "was_here": was_here, "changes": _told(found.changes),
        "changes_more": found.changed - len(found.changes),
        "journal": reverse("journal", args=[programme]) if may_open(request.actor, "journal") else "",
        "is_synthetic": row.is_synthetic or any(task.due.is_synthetic for task in first),
    }  # fmt: skip
    answer = page(request, "web/home.html", context, title=Both(row.name_en, row.name_zh))
    return remember_visit(answer, request, programme)


def _first(tasks: Sequence[Task]) -> list[Task]:
    """A few of a group: the longest due, but no more than two of a kind before every kind was told."""
    met: Counter[str] = Counter()
    early: list[Task] = []
    late: list[Task] = []
    for task in tasks:
        (early if met[task.due.kind] < _OF_A_KIND else late).append(task)
        met[task.due.kind] += 1
    return (early + late)[:_SHOWN]


def _read(actor: Actor, programme: str, asked: AsOf, since: datetime) -> Desk:
    """Read a desk; the same until somebody writes. What is looked up whole comes first."""
    entries = changes.entries_since(programme, since=since)
    ground = desk.read_ground(programme, on=asked.on, known_by=asked.known_by)
    tasks = desk.read_tasks(programme, ground, on=asked.on, known_by=asked.known_by)
    in_hand = None
    if actor.role is not Role.SECONDEE:
        in_hand = desk.read_round_in_hand(programme, ground, on=asked.on, known_by=asked.known_by)
    told, count = changes.told_of(entries, most=_CHANGES)
    return Desk(tasks, ground.names, in_hand, _figures(actor, programme, in_hand, asked), told, count)


def waiting(request: Any, programme: str) -> HttpResponse:
    """All that waits, to search, to sort and to take away; `?group=` shows one group of it."""
    asked = as_of(request)
    ground = desk.read_ground(programme, on=asked.on, known_by=asked.known_by)
    programme_named(programme, asked)
    group, found = (
        request.GET.get("group", ""),
        desk.read_tasks(programme, ground, on=asked.on, known_by=asked.known_by),
    )
    tasks = [task for task in found if group in ("", task.group)]
    told = lines(request, programme, tasks, ground.names, asked)
    listing = Listing(
        "waiting", Words("web.waiting-caption"),
        [
            Column("what", Words("web.column-what")), Column("about", Words("web.column-about")),
            Column("owner", Words("web.column-owner")), Column("due", Words("web.column-due")),
            Column("days", Words("pages.column-days")),
        ],
        [
            (Cell(line.what, line.href), line.title, line.owner, line.day, Cell(line.when, tone=line.tone))
            for line in told
        ],
        empty=Words("web.waiting-nothing"), is_synthetic=any(task.due.is_synthetic for task in tasks),
    )  # fmt: skip
    heads = [(one, Words(f"pages.group-{one}")) for one in GROUPS if any(task.group == one for task in found)]
    return page(
        request, "web/waiting.html", {"group": group, "heads": heads, "is_synthetic": listing.is_synthetic},
        title=Words("web.waiting-title"), listings=[listing],
        crumbs=[Crumb(Words("web.nav-home"), reverse("home", args=[programme]))],
    )  # fmt: skip


def lines(request: Any, programme: str, tasks: Sequence[Task], names: Names, asked: AsOf) -> list[Line]:
    """What waits in words, each with the page where it is done."""
    dues = [task.due for task in tasks]
    titles = desk.titles_of(programme, [due.about for due in dues], names, known_by=asked.known_by)
    postings = [due.about.partition("/")[2] for due in dues if due.kind == "arrival_check"]
    people = desk.people_of(programme, postings, known_by=asked.known_by) if postings else {}
    return [
        Line(
            desk.what_waits(due), _title(due, titles), _href(request.actor, programme, due, people), _owner(due, names),
            *_when(due, asked.on), due.day,
        )
        for due in dues
    ]  # fmt: skip


def _title(due: Due, titles: dict[str, tuple[str, str]]) -> Both | str:
    code = due.about.partition("/")[2]
    en, zh = titles.get(due.about, ("", ""))
    if due.kind == "conflict":
        return due.title
    return Both(f"{en} ({code})", f"{zh or en}（{code}）") if en or zh else code


def _owner(due: Due, names: Names) -> Both | str | Words:
    if due.owner in ("secondee", "candidate"):
        return Words(f"pages.owner-{due.owner}")
    return "" if due.owner == "-" else Both(*names.of(due.owner))


def _href(actor: Actor, programme: str, due: Due, people: dict[str, str]) -> str:
    """The page where it is done; the row's own page where the role may not open that one."""
    table, _, code = due.about.partition("/")
    if actor.role is Role.SECONDEE and due.kind in _SECONDEES:
        return reverse(_SECONDEES[due.kind], args=[programme])
    route = _DONE_AT.get(due.kind, "")
    if route == "person":
        code = people.get(code, "")
    if route and code and may_open(actor, route):
        try:
            return reverse(route, args=[programme, code])
        except NoReverseMatch:
            pass
    table, _, code = due.about.partition("/")
    return reverse("row", args=[programme, table, code]) if may_open(actor, "row") else ""


def _when(due: Due, on: date) -> tuple[Words, str]:
    days = due.days_over(on)
    if days is None:
        return Words("pages.waits"), ""
    if days == 0:
        return Words("pages.due-today"), "warn"
    if days >= _YEARS_FROM:
        return Words("pages.overdue-years", {"years": days // 365}), "bad"
    code, tone = ("overdue", "bad") if days > 0 else ("due-in", "")
    return Words(f"pages.{code}-{'one' if abs(days) == 1 else 'days'}", {"days": abs(days)}), tone


def _next(request: Any, programme: str, grouped: dict[str, list[Task]]) -> tuple[Words, str] | None:
    """What is to be done first: the first group with something of one's own in it."""
    for group, items in grouped.items():
        if group != "others":
            href = f"{reverse('waiting', args=[programme])}?group={group}"
            return Words(f"pages.next-{group}", {"count": len(items)}), href
    return None


def _round(request: Any, programme: str, found: InHand | None) -> dict[str, Any] | None:
    """The round in hand: its steps, and how far it has come."""
    if found is None:
        return None
    row, may = found.count.row, may_open(request.actor, "round")
    return {
        "code": row.identity.code, "href": reverse("round", args=[programme, row.identity.code]) if may else "",
        "calendar": reverse("calendar", args=[programme]) if may_open(request.actor, "calendar") else "",
        "starts": row.starts, "last": row.span.last, "count": found.count, "is_coming": found.is_coming,
        "steps": [
            (Words(f"rounds.step-{name}"), name == found.step, STEPS.index(name) < STEPS.index(found.step))
            for name in STEPS
        ],
    }  # fmt: skip


def _figures(actor: Actor, programme: str, in_hand: InHand | None, asked: AsOf) -> list[tuple[Words, Any, str]]:
    """The figures of a role, each with the page that shows what is under it."""
    on, known_by = asked.on, asked.known_by

    def at(route: str) -> str:
        return reverse(route, args=[programme]) if may_open(actor, route) else ""

    if actor.role is Role.ADMINISTRATOR:
        mark = JournalCheckpoint.objects.order_by("-pk").values_list("at", flat=True).first()
        return [
            (Words("pages.figure-entries"), last_number(), at("journal")),
            (Words("pages.figure-checkpoint"), mark or Words("pages.never"), at("journal")),
        ]
    if actor.role is Role.EVALUATOR:
        counts = [("claims", ClaimVersion, "claims"), ("registrations", RegistrationVersion, "claims"),
                  ("evaluations", EvaluationVersion, "claims")]  # fmt: skip
        return [
            (Words(f"pages.figure-{name}"), read_rows(model, on=on, known_by=known_by, programme=programme).count(),
             at(route))
            for name, model, route in counts
        ]  # fmt: skip
    if actor.role is Role.SECONDEE:
        return []
    pairings = totals.total("pairings", on=on, known_by=known_by, programme=programme).figures
    paid = totals.total("money_paid", on=on, known_by=known_by, programme=programme, where={"year": str(on.year)})
    found: list[tuple[Words, Any, str]] = [
        (Words("pages.figure-pairings"), sum(int(one.value) for one in pairings), at("pairings")),
        (Words("pages.figure-in-post"), desk.count_in_post(programme, on=on, known_by=known_by), at("people")),
    ]
    if in_hand is not None:
        empty = in_hand.count.seats - in_hand.count.filled
        found.append((Words("pages.figure-empty", {"round": in_hand.count.row.identity.code}), empty, at("rounds")))
    if actor.role is Role.RECIPIENT_OFFICE:
        needs = read_rows(NeedVersion, on=on, known_by=known_by, programme=programme).filter(status=NeedStatus.OPEN)
        found.append((Words("pages.figure-needs"), needs.count(), at("needs")))
    found += [
        (Words("pages.figure-paid", {"year": on.year}), Money(int(one.value), one.uom), at("money"))
        for one in paid.figures
    ]
    return found


def _kept_well(actor: Actor, programme: str) -> list[tuple[Words, Any, str]]:
    """For whoever keeps the record: the last good backup, work that failed, roles that end. Read each time."""
    if not may_open(actor, "backups"):
        return []
    last = backup.last_good(backup.folder_of_backups())
    made = last.taken if last is not None and last.is_there else Words("pages.never")
    today = clock().date()
    ending = users.count_ending(on=today, until=today + timedelta(days=desk.AHEAD))
    return [
        (Words("keeping.figure-backup"), made, reverse("backups", args=[programme])),
        (Words("keeping.figure-failed"), jobs.count_failed(programme, since=clock() - _LATELY),
         reverse("jobs", args=[programme])),
        (Words("keeping.figure-ending"), ending, reverse("administration", args=[programme])),
    ]  # fmt: skip


def _told(found: Sequence[changes.Change]) -> list[dict[str, Any]]:
    """Changes in words: which command, by whom, how many rows of which tables; the same one after another together."""
    told = []
    for (command, actor), group in groupby(found, key=lambda one: (one.command, one.actor)):
        every = list(group)
        rows: Counter[str] = Counter()
        for one in every:
            rows.update(one.rows)
        told.append({
            "at": every[0].at, "count": len(every), "what": command_words(command), "who": actor_words(actor),
            "rows": [(table_title(table), count) for table, count in sorted(rows.items())],
        })  # fmt: skip
    return told
